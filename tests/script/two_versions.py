#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The state after batch 10 is lost; those after batches 9 and 8 are good, and enough.

    two_versions.py FOREBAY

Runs a query with state to batch 10, damages the files of its newest versions in several ways, and
runs it on: batch 11 must be what it is without damage, no batch may come out again, and `forebay
state show` must show batches 9 and 8 as they were. Prints `ok` or `not ok` per way."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

JOB = """SET spark.sql.shuffle.partitions = 2;
SET spark.sql.streaming.stateStore.minDeltasForSnapshot = 100;
CREATE TEMPORARY VIEW input USING `rate-micro-batch` OPTIONS (rowsPerBatch '50');
CREATE STREAMING TABLE counted USING console
OPTIONS (format 'jsonl', checkpointLocation 'checkpoint', trigger 'once', outputMode 'update')
AS SELECT value % 11 AS k, count(*) AS c, sum(value) AS s FROM STREAM input GROUP BY value % 11;
"""
LAST_BATCH = 10


class Failure(Exception):
    """A reason for `not ok`."""


def forebay(program, folder, *arguments):
    return subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def run_batch(program, folder):
    done = forebay(program, folder, "run", "job.sql")
    if done.returncode != 0:
        raise Failure(f"exit {done.returncode}: {done.stderr}")
    return done


def file_of(folder, partition, version):
    return folder / "checkpoint" / "state" / "0" / str(partition) / f"{version}.delta"


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:-3])


def remove(path):
    path.unlink()


# What is done to which (partition, version), and how many batches are run again; None: it stops.
WAYS = {
    "a flipped bit": ([(flip, 1, 11)], 1),
    "a cut file": ([(cut, 0, 11)], 1),
    "a missing file": ([(remove, 0, 11)], 1),
    "two versions in different partitions": ([(remove, 0, 11), (flip, 1, 10)], 2),
    "three versions": ([(flip, 0, 9)], None),
}


def shown(program, folder, batch):
    done = forebay(program, folder, "state", "show", "checkpoint", "--batch", str(batch))
    if done.returncode != 0:
        raise Failure(f"state show --batch {batch}: {done.stderr}")
    return done.stdout


def check_way(program, whole, folder, damages, replayed):
    for damage, partition, version in damages:
        damage(file_of(folder, partition, version))
    if replayed is None:
        done = forebay(program, folder, "run", "job.sql")
        if done.returncode != 1 or "whole are, before it, 0 to 8" not in done.stderr:
            raise Failure(f"exit {done.returncode}: {done.stderr}")
        return
    if forebay(program, folder, "checkpoint", "verify", "checkpoint").returncode != 3:
        raise Failure("verify does not see it")
    done = run_batch(program, folder)
    if f"ran {replayed} batch{'es' if replayed > 1 else ''} again" not in done.stderr:
        raise Failure(f"no word of it: {done.stderr}")
    if done.stdout != whole["output"]:
        raise Failure(f"batch {LAST_BATCH + 1} is {done.stdout}, not {whole['output']}")
    for batch, state in whole["states"].items():
        if shown(program, folder, batch) != state:
            raise Failure(f"the state of batch {batch} is another")


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    failed = 0
    with tempfile.TemporaryDirectory(prefix="forebay-versions-") as name:
        folder = pathlib.Path(name)
        first = folder / "first"
        first.mkdir()
        (first / "job.sql").write_text(JOB)
        for _ in range(LAST_BATCH + 1):
            run_batch(program, first)
        undamaged = folder / "undamaged"
        shutil.copytree(first, undamaged)
        whole = {"output": run_batch(program, undamaged).stdout}
        whole["states"] = {batch: shown(program, undamaged, batch) for batch in (11, 10, 9, 8)}
        for number, (way, (damages, replayed)) in enumerate(WAYS.items()):
            damaged = folder / str(number)
            shutil.copytree(first, damaged)
            try:
                check_way(program, whole, damaged, damages, replayed)
                print(f"ok {way}")
            except Failure as reason:
                print(f"not ok {way}: {reason}")
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
