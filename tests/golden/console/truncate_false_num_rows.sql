-- SPDX-License-Identifier: Apache-2.0
-- starts: 2
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_truncate_false_num_rows USING console OPTIONS (truncate 'false', numRows '2', checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT CASE value WHEN 0 THEN 'exactly twenty chars' WHEN 1 THEN 'one more than twenty.' WHEN 2 THEN 'far more than the twenty characters of a cell' WHEN 3 THEN '' WHEN 4 THEN NULL ELSE concat('row ', CAST(value AS STRING)) END AS text FROM STREAM numbers;
