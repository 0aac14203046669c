-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_binary USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT CAST(CAST(value AS STRING) AS BINARY) AS short, CAST(CASE WHEN value > 4 THEN 'héllo wörld' ELSE '' END AS BINARY) AS text, X'00FF' AS const FROM STREAM numbers;
