-- SPDX-License-Identifier: Apache-2.0
-- starts: 2
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '3', startTimestamp '0');
CREATE STREAMING TABLE console_partitions USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value FROM STREAM numbers;
