-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_wide_truncate_false USING console OPTIONS (truncate 'false', checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT value, CASE value WHEN 0 THEN '中文' WHEN 1 THEN 'ＡＢＣ half ABC' WHEN 2 THEN '中文字符串中文字符串中文字符串中文字符串中' WHEN 3 THEN '😀 😁' WHEN 4 THEN '😀😀😀😀😀😀😀😀😀😀😀' WHEN 5 THEN 'été' WHEN 6 THEN 'ᄀ가힣 あアｱ' WHEN 7 THEN 'naïve café µ§' ELSE '€—…' END AS `列`, 'x' AS `列名` FROM STREAM numbers;
