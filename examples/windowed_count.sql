-- Counts clicks by key in windows of six seconds, and prints a window's counts once it is complete.
-- Killed at any moment it goes on where it was: every window has 2,000 clicks of each key, also the
-- one in which it was killed. The checkpoint is relative to the working directory.
CREATE TEMPORARY VIEW clicks USING rate OPTIONS (rowsPerSecond '1000');

CREATE STREAMING TABLE windowed_count
USING console
OPTIONS (format 'jsonl', outputMode 'append', trigger '1 second',
         checkpointLocation 'build/windowed-count-checkpoint')
AS SELECT window.start AS start, value % 3 AS key, count(*) AS clicks
FROM STREAM clicks WATERMARK timestamp DELAY OF INTERVAL 1 SECOND
GROUP BY window(timestamp, '6 seconds'), value % 3;
