-- SPDX-License-Identifier: Apache-2.0
-- starts: 2
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '25', numPartitions '1', startTimestamp '0');
CREATE STREAMING TABLE console_num_rows_default USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value FROM STREAM numbers;
