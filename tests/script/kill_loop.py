#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the real program at random moments, again and again, and looks at all that it printed.

    kill_loop.py FOREBAY [SEED]

A batch that is run again must have the rows it had; no batch may be missing, and no row may appear
in two batches. Prints `ok` or `not ok` per source."""
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

JOB = """CREATE TEMPORARY VIEW input USING `{source}` OPTIONS ({options});
CREATE STREAMING TABLE killed USING console
OPTIONS (format 'jsonl', checkpointLocation 'checkpoint', trigger '{trigger}')
AS SELECT value FROM STREAM input;
"""
CASES = [
    ("rate-micro-batch", "rowsPerBatch '50'", "5 milliseconds", 60, 0.15),
    ("rate-micro-batch", "rowsPerBatch '50', numPartitions '3'", "1 milliseconds", 40, 0.05),
    ("rate", "rowsPerSecond '200'", "0 seconds", 20, 0.5),
]
# Counts of windows: a batch is a window of two seconds with 50 rows.
STATE_JOB = """SET spark.sql.shuffle.partitions = 3;
SET spark.sql.streaming.minBatchesToRetain = 5;
CREATE TEMPORARY VIEW input USING `rate-micro-batch`
OPTIONS (rowsPerBatch '50', advanceMillisPerBatch '2000', numPartitions '2');
CREATE STREAMING TABLE killed USING console
OPTIONS (format 'jsonl', checkpointLocation 'checkpoint', trigger '2 milliseconds')
AS SELECT min(value) + (count(*) - 25) * 1000000000 AS value FROM STREAM input
WATERMARK timestamp DELAY OF INTERVAL 1 SECOND
GROUP BY window(timestamp, '2 seconds'), value % 2;
"""
STATE_ROUNDS, STATE_LONGEST_S = 60, 0.3
CLEAN_STOP_TIMEOUT_S = 30


class Failure(Exception):
    """A reason for `not ok`."""


def start(program, folder, number):
    output = open(folder / f"out{number}", "wb")
    with output, open(folder / f"err{number}", "wb") as errors:
        return subprocess.Popen(
            [program, "run", "job.sql"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )


def kill_rounds(program, folder, rounds, longest_s, chance):
    for number in range(rounds):
        process = start(program, folder, number)
        time.sleep(chance.uniform(0, longest_s))
        ended = process.poll()
        process.kill()
        process.wait()
        if ended is not None:
            reason = (folder / f"err{number}").read_text(errors="replace")
            raise Failure(f"start {number} ended by itself, exit {ended}: {reason}")


def stop_cleanly(program, folder, number):
    """The last start goes on until it printed something, then stops at a signal's request."""
    process = start(program, folder, number)
    try:
        deadline = time.monotonic() + CLEAN_STOP_TIMEOUT_S
        while not (folder / f"out{number}").stat().st_size and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        if process.wait(CLEAN_STOP_TIMEOUT_S) != 0:
            raise Failure(f"exit {process.returncode} after SIGINT")
    except subprocess.TimeoutExpired as late:
        raise Failure("still running after SIGINT") from late
    finally:
        process.kill()
        process.wait()


def printed_batches(path):
    """The batches of one run in order; what was cut off in the middle of a line is left out."""
    batches = {}
    for line in path.read_text().split("\n")[:-1]:
        row = json.loads(line)
        batches.setdefault(row["batchId"], []).append(row["value"])
    return batches


def all_batches(folder, runs):
    """What each batch printed; whenever it came again it was the same, perhaps cut short."""
    batches = {}
    for number in range(runs):
        for batch, rows in printed_batches(folder / f"out{number}").items():
            known = batches.get(batch, [])
            shorter = min(len(known), len(rows))
            if known[:shorter] != rows[:shorter]:
                raise Failure(f"start {number}: batch {batch} has rows {rows}, before {known}")
            if len(rows) > len(known):
                batches[batch] = rows
    return batches


def check(folder, runs):
    batches = all_batches(folder, runs)
    values = sorted(value for rows in batches.values() for value in rows)
    if not values:
        raise Failure("nothing was ever printed")
    if values != list(range(len(values))):
        wrong = next(i for i, value in enumerate(values) if value != i)
        raise Failure(f"value {wrong} is missing or there twice: {values[wrong:wrong + 3]}")
    return len(batches), len(values)


def run_case(program, case, seed):
    source, options, trigger, rounds, longest_s = case
    with tempfile.TemporaryDirectory(prefix="forebay-kill-") as name:
        folder = pathlib.Path(name)
        job = JOB.format(source=source, options=options, trigger=trigger)
        (folder / "job.sql").write_text(job)
        kill_rounds(program, folder, rounds, longest_s, random.Random(seed))
        stop_cleanly(program, folder, rounds)
        return check(folder, rounds + 1)


def check_windows(folder, runs):
    """Two groups of 25 rows per window, the even and the odd ones, each printed once."""
    batches = all_batches(folder, runs)
    values = sorted(value for rows in batches.values() for value in rows)
    if not values:
        raise Failure("nothing was ever printed")
    expected = sorted(50 * i + j for i in range(len(values) // 2) for j in (0, 1))
    if values != expected:
        wrong = next(i for i, pair in enumerate(zip(values, expected)) if pair[0] != pair[1])
        raise Failure(f"window {wrong // 2} is wrong: {values[wrong:wrong + 3]}")
    return len(batches), len(values)


def run_state_case(program, seed):
    with tempfile.TemporaryDirectory(prefix="forebay-kill-") as name:
        folder = pathlib.Path(name)
        (folder / "job.sql").write_text(STATE_JOB)
        kill_rounds(program, folder, STATE_ROUNDS, STATE_LONGEST_S, random.Random(seed))
        stop_cleanly(program, folder, STATE_ROUNDS)
        return check_windows(folder, STATE_ROUNDS + 1)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    failed = 0
    runs = [
        (
            f"{case[0]} ({case[1]}), killed {case[3]} times",
            lambda case=case: run_case(program, case, seed),
        )
        for case in CASES
    ]
    runs.append(
        (f"counts of windows, killed {STATE_ROUNDS} times", lambda: run_state_case(program, seed))
    )
    for what, run in runs:
        name = f"{what}, seed {seed}"
        try:
            batches, rows = run()
            print(f"ok {name}: {batches} batches, {rows} rows")
        except Failure as reason:
            print(f"not ok {name}: {reason}")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
