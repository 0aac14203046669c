-- SPDX-License-Identifier: Apache-2.0
-- starts: 2
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_where USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value, value % 3 AS rest FROM STREAM numbers WHERE value % 2 = 1 OR value > 7;
