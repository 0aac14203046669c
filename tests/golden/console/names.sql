-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '2', numPartitions '1', startTimestamp '0');
CREATE STREAMING TABLE console_names USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value + 1, -value, value = 1 OR NOT value > 2, upper('a'), CASE WHEN value > 1 THEN 'x' END, coalesce(NULL, value), CAST(value AS DOUBLE), 1, 'text', value IN (1, 2), numbers.value FROM STREAM numbers;
