-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_subquery USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT double, upper(text) FROM (SELECT value * 2 AS double, concat('row ', CAST(value AS STRING)) AS text FROM STREAM numbers WHERE value > 2) AS t WHERE t.double < 14;
