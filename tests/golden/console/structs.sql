-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_structs USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT struct(value, 'x' AS text) AS s, struct(CASE WHEN value > 3 THEN value END AS a, struct(NULL AS b, 1.50 AS c) AS d) AS deep, CASE WHEN value > 5 THEN struct(1 AS a) END AS maybe, struct(X'0A' AS bin) AS bin FROM STREAM numbers;
