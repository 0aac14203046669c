-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '2', numPartitions '1', startTimestamp '0');
CREATE STREAMING TABLE console_same_names USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value, value, value AS value FROM STREAM numbers;
