-- SPDX-License-Identifier: Apache-2.0
-- starts: 2
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '3', numPartitions '1', startTimestamp '0');
CREATE STREAMING TABLE console_union_self USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value, 1 AS side FROM STREAM numbers UNION ALL SELECT -value, 2 FROM STREAM numbers;
