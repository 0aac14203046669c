-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '60', numPartitions '1', startTimestamp '0');
CREATE STREAMING TABLE console_num_rows_100 USING console OPTIONS (numRows '100', checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value FROM STREAM numbers;
