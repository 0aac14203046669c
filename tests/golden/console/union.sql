-- SPDX-License-Identifier: Apache-2.0
-- starts: 2
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '4', numPartitions '1', startTimestamp '0');
CREATE TEMPORARY VIEW others USING `rate-micro-batch` OPTIONS (rowsPerBatch '3', numPartitions '2', startTimestamp '5000');
CREATE STREAMING TABLE console_union USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value, 'left' AS side FROM STREAM numbers UNION ALL SELECT value * 10, 'right' FROM STREAM others;
