-- Counts up and prints, batch by batch; stopped or killed, it goes on where it was.
-- `make run` starts it. The checkpoint is relative to the working directory.
CREATE TEMPORARY VIEW numbers USING rate OPTIONS (rowsPerSecond '90000', rampUpTime '1');

CREATE STREAMING TABLE checkpoint_example
USING console
OPTIONS (queryName 'Default', checkpointLocation 'build/example-checkpoint')
AS SELECT CAST(timestamp AS STRING), CAST(value AS STRING) FROM STREAM numbers;
