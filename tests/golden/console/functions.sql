-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_functions USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT lpad(CAST(value AS STRING), 3, '0') AS padded, round(value / 7, 2) AS r, date_trunc('HOUR', timestamp) AS hour, pmod(hash(value), 8) AS part, greatest(value, 5) AS g FROM STREAM numbers;
