-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_empty_truncate_false USING console OPTIONS (truncate 'false', checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value, 'text' AS `a header longer than twenty` FROM STREAM numbers WHERE value < 0;
