-- SPDX-License-Identifier: Apache-2.0
-- starts: 1
CREATE TEMPORARY VIEW numbers USING `rate-micro-batch` OPTIONS (rowsPerBatch '10', numPartitions '1', startTimestamp '1700000000000', advanceMillisPerBatch '1234');
CREATE STREAMING TABLE console_control USING console OPTIONS (checkpointLocation 'checkpoint', trigger 'availableNow')
AS SELECT CASE value WHEN 0 THEN 'a\nb' WHEN 1 THEN 'tab\there' WHEN 2 THEN 'cr\rlf\n' WHEN 3 THEN '\u0007\u0008\u000b\u000c' WHEN 4 THEN 'back\\slash' WHEN 5 THEN 'a\u001b[0m' WHEN 6 THEN 'nineteen characters\n' ELSE '"quoted"' END AS text, 1 AS `a\nb` FROM STREAM numbers;
