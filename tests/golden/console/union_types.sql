-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '3', numPartitions '1', startTimestamp '0');
CREATE TEMPORARY VIEW others USING `rate-micro-batch` OPTIONS (rowsPerBatch '3', numPartitions '1', startTimestamp '0');
CREATE STREAMING TABLE console_union_types USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT CAST(value AS INT) AS a FROM STREAM numbers UNION ALL SELECT value + 0.5 FROM STREAM others;
