-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_structs_truncate_false USING console OPTIONS (truncate 'false', checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT struct(value, timestamp, 'a\nb' AS text) AS s, CAST(struct(value, NULL AS n) AS STRING) AS text FROM STREAM numbers;
