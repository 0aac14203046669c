-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_nulls USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT CASE WHEN value % 2 = 0 THEN value END AS big, CASE WHEN value % 3 = 0 THEN 'text' END AS text, NULL AS void, CAST(NULL AS DECIMAL(5,2)) AS dec, CAST(NULL AS BINARY) AS bin, CAST(NULL AS TIMESTAMP) AS ts, CAST(NULL AS DATE) AS date FROM STREAM numbers;
