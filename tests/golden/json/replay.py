#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays a query over JSON files that real Spark 4.2.0 ran (stateless_casts/: its input and output;
../checkpoints/stateless_casts: its checkpoint), from the beginning and from each of Spark's batches on.

    replay.py FOREBAY
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

CASE = pathlib.Path(__file__).resolve().parent / "stateless_casts"
CHECKPOINT = CASE.parent.parent / "checkpoints" / "stateless_casts"
RECORDED = "file:///tmp/golden/a1_stateless_casts/input/t"
QUERY = ("SELECT CAST(i AS STRING) si, CAST(s AS INT) + 1 s1, CAST(d AS STRING) sd, "
         "CAST(t AS STRING) st, CAST(t AS BIGINT) tl, CAST(i AS BIGINT) * 2 i2, "
         "CAST(b AS INT) bi, CAST(d AS BIGINT) dl, i + 0.5 AS ih "
         "FROM STREAM v WHERE i > -2 OR i IS NULL")
FIRST_FILE_S = 1704067200  # files are a second apart


def copy_input(folder):
    shutil.copytree(CASE / "input" / "t", folder)
    for number, path in enumerate(sorted(folder.iterdir())):
        os.utime(path, (FIRST_FILE_S + number,) * 2)


def run(program, folder, checkpoint):
    """Batch id to rows."""
    job = (f"CREATE TEMPORARY VIEW v (i INT, s STRING, d DOUBLE, b BOOLEAN, t TIMESTAMP) USING json "
           f"OPTIONS (path '{folder}', maxFilesPerTrigger '1');\n"
           f"CREATE STREAMING TABLE o USING console OPTIONS (format 'jsonl', checkpointLocation "
           f"'{checkpoint}', trigger 'availableNow') AS {QUERY};\n")
    path = checkpoint.parent / "job.sql"
    path.write_text(job)
    done = subprocess.run([program, "run", path, "--conf", "spark.sql.session.timeZone=UTC"],
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    batches = {}
    for line in done.stdout.decode().splitlines():
        row = json.loads(line)
        batches.setdefault(row.pop("batchId"), []).append(row)
    return batches


def recorded_output():
    batches = {}
    for path in (CASE / "output").glob("*.jsonl"):
        rows = [json.loads(line)["row"] for line in path.read_text().splitlines()]
        if rows:
            batches[int(path.stem)] = rows
    return batches


def log_of(checkpoint):
    return {path.name: path.read_text() for path in (checkpoint / "sources" / "0").iterdir()
            if not path.name.startswith(".")}


def offsets_of(checkpoint):
    return {path.name: path.read_text().split("\n")[2:] for path in
            (checkpoint / "offsets").iterdir() if not path.name.startswith(".")}


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    wanted = recorded_output()
    assert len(wanted) > 2
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        folder = root / "t"
        copy_input(folder)
        got = run(program, folder, root / "fresh")
        assert got == wanted, f"got {got}\nwanted {wanted}"
        spark_log = {name: text.replace(RECORDED, folder.as_uri())
                     for name, text in log_of(CHECKPOINT).items()}
        assert log_of(root / "fresh") == spark_log, "logs of files"
        assert offsets_of(root / "fresh") == offsets_of(CHECKPOINT), "offsets"
        for first in sorted(wanted):
            resumed = root / f"from-{first}"
            shutil.copytree(CHECKPOINT, resumed, ignore=shutil.ignore_patterns(".*"))
            for name, text in spark_log.items():
                (resumed / "sources" / "0" / name).write_text(text)
            for path in [*(resumed / "offsets").iterdir(), *(resumed / "commits").iterdir()]:
                last = first if path.parent.name == "offsets" else first - 1
                if int(path.name) > last:
                    path.unlink()
            got = run(program, folder, resumed)
            # Spark's log of files is ahead of the plan: its files are one batch.
            assert got[first] == wanted[first], f"batch {first}: {got[first]}"
            assert (sum(map(len, got.values())) ==
                    sum(len(rows) for batch, rows in wanted.items() if batch >= first))
    print(f"ok: {len(wanted)} batches, also resumed at each of them")


if __name__ == "__main__":
    main()
