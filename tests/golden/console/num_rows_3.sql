-- SPDX-License-Identifier: Apache-2.0
-- starts: 2
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_num_rows_3 USING console OPTIONS (numRows '3', checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value, value * 1000 AS more FROM STREAM numbers;
