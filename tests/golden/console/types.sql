-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_types USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value > 4 AS boolean, CAST(value AS TINYINT) AS tiny, CAST(-value AS SMALLINT) AS small, CAST(value * 1000000 AS INT) AS int, value * 1000000000000 AS big, CAST(value / 3 AS FLOAT) AS float, value * 1.0E6D AS double, CAST(value AS DECIMAL(10,3)) AS dec, CAST(value AS DECIMAL(38,18)) / 7 AS wide_dec FROM STREAM numbers;
