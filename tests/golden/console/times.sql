-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_times USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT timestamp, CAST(timestamp AS DATE) AS date, CAST(timestamp AS TIMESTAMP_NTZ) AS ntz, CAST(value - 62135596800 AS TIMESTAMP) AS early, CAST(value + 253402300795 AS TIMESTAMP) AS late FROM STREAM numbers;
