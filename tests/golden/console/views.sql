-- SPDX-License-Identifier: Apache-2.0
-- starts: 2
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE TEMPORARY VIEW evens AS SELECT value AS n, CASE WHEN value > 4 THEN 'big' ELSE 'small' END AS sign FROM STREAM numbers WHERE value % 2 = 0;
CREATE STREAMING TABLE console_views USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT n, sign FROM STREAM evens;
