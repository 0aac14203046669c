-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '20', numPartitions '4', startTimestamp '0');
CREATE STREAMING TABLE console_partitions_where USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value FROM STREAM numbers WHERE value % 2 = 0;
