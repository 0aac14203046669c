-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_where_null USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value FROM STREAM numbers WHERE CASE WHEN value > 5 THEN true END;
