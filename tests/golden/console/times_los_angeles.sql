-- SPDX-License-Identifier: Apache-2.0
-- starts: 2
SET spark.sql.session.timeZone = America/Los_Angeles;
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_times_los_angeles USING console OPTIONS (truncate 'false', checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT timestamp, CAST(timestamp AS DATE) AS date, CAST(timestamp AS TIMESTAMP_NTZ) AS ntz, CAST(timestamp AS STRING) FROM STREAM numbers;
