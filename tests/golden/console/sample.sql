-- SPDX-License-Identifier: Apache-2.0
-- starts: 3
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '3', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_sample USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT CAST(timestamp AS STRING), CAST(value AS STRING) FROM STREAM numbers;
