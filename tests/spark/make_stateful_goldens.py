#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the cases of tests/golden/stateful/cases.py with real Spark and stores what it did:

    NAME.json     the case, and of every run its batches: rows, and the numbers of their progress
    NAME.tar.xz   0/, 1/, ...: the checkpoint after every run

    tests/spark/setup.sh tests/spark/make_stateful_goldens.py DIRECTORY [NAME]...
"""
import dataclasses
import io
import json
import os
import pathlib
import sys
import tarfile
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import stateful_spark  # noqa: E402
import cases  # noqa: E402
import checkpoint_files  # noqa: E402
import engine  # noqa: E402
import replay  # noqa: E402


def pack(archive, checkpoint, prefix, root):
    """Visible files in the order of their names; the input's place becomes `/input`."""
    for name in checkpoint_files.tree(checkpoint):
        data = (checkpoint / name).read_bytes()
        if name.startswith("sources/"):
            data = data.replace(root.as_uri().encode(), b"file:///input")
        member = tarfile.TarInfo(f"{prefix}/{name}")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))


def json_text(golden):
    """A line each for a row, a batch's numbers, a line of input: it can be read and compared."""
    return json.dumps(golden, indent=1, ensure_ascii=False) + "\n"


def make(case, spark, directory):
    with tempfile.TemporaryDirectory(prefix="forebay-golden-") as work:
        folder = engine.Input(case, pathlib.Path(work) / "input")
        checkpoint = pathlib.Path(work) / "checkpoint"
        runs = []
        archive_path = directory / f"{case.name}.tar.xz"
        with tarfile.open(archive_path, "w:xz", preset=9) as archive:
            for number, steps in enumerate(case.runs):
                last_batches = []
                batches = spark.run(case, steps, folder, checkpoint, last_batches)
                for batch in batches:
                    # Compact: numbers are one line of text.
                    batch["numbers"] = json.dumps(batch["numbers"])
                runs.append({"last_batches": last_batches, "batches": batches})
                if not replay.keeps_all(case):
                    time.sleep(4 * stateful_spark.MAINTENANCE_MS / 1000)
                pack(archive, checkpoint, number, folder.folder)
    golden = {"case": dataclasses.asdict(case), "runs": runs}
    (directory / f"{case.name}.json").write_text(json_text(golden))
    return sum(len(run["batches"]) for run in runs), os.path.getsize(archive_path)


def main(directory, names):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    chosen = [case for case in cases.CASES if not names or case.name in names]
    unknown = set(names) - {case.name for case in chosen}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    session = stateful_spark.start()
    spark = stateful_spark.Spark(session)
    failed = 0
    for case in chosen:
        start = time.monotonic()
        try:
            batches, size = make(case, spark, directory)
        except Exception as error:  # the others are worth having
            failed += 1
            print(f"{case.name}: {str(error)[:600]}", flush=True)
            continue
        print(f"{case.name}: {batches} batches, {size} bytes, {time.monotonic() - start:.1f} s",
              flush=True)
    session.stop()
    return failed != 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
