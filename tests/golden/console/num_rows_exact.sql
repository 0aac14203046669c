-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '20', numPartitions '1', startTimestamp '0');
CREATE STREAMING TABLE console_num_rows_exact USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value FROM STREAM numbers;
