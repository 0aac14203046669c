#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a query on a small tmpfs until the disk is full, makes room, and runs it again.

    disk_full.py FOREBAY

The query fails with an error that names the file and the reason, and goes on afterwards without gap
or repetition. Needs the right to mount, its own or in a user namespace; skipped (77) without."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77
SMALL, LARGE = "160k", "16m"
JOB = """CREATE TEMPORARY VIEW input USING `rate-micro-batch` OPTIONS (rowsPerBatch '3');
CREATE STREAMING TABLE full USING console
OPTIONS (format 'jsonl', checkpointLocation 'disk/checkpoint'{trigger})
AS SELECT value FROM STREAM input;
"""


def run(program, folder, name):
    return subprocess.run([program, "run", name], cwd=folder, capture_output=True, text=True,
                          timeout=120, check=False)


def rows_by_batch(text):
    rows = {}
    for line in text.splitlines():
        row = json.loads(line)
        rows.setdefault(row["batchId"], []).append(row["value"])
    return rows


def check(program, folder):
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", disk],
                      capture_output=True, check=False).returncode:
        return SKIPPED
    try:
        (folder / "full.sql").write_text(JOB.format(trigger=""))
        (folder / "one.sql").write_text(JOB.format(trigger=", trigger 'availableNow'"))
        first = run(program, folder, "full.sql")
        assert first.returncode == 1, first
        assert "No space left on device" in first.stderr, first.stderr
        assert str(disk / "checkpoint") in first.stderr, first.stderr
        again = run(program, folder, "one.sql")
        assert again.returncode == 1, again  # still full, and said again
        subprocess.run(["mount", "-o", f"remount,size={LARGE}", disk], check=True)
        last = run(program, folder, "one.sql")
        assert last.returncode == 0, last
    finally:
        subprocess.run(["umount", disk], check=False)
    before, after = rows_by_batch(first.stdout + again.stdout), rows_by_batch(last.stdout)
    for batch, rows in after.items():
        assert before.get(batch, rows)[-3:] == rows, f"batch {batch} has other rows now"
    batches = sorted(before | after)
    assert batches == list(range(len(batches))) and len(batches) > 5, batches
    for batch in batches:
        rows = (before | after)[batch]
        assert rows[-3:] == [3 * batch, 3 * batch + 1, 3 * batch + 2], (batch, rows)
    print(f"ok disk full after batch {max(before)}, went on with batch {min(after)}")
    return 0


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    if os.geteuid() != 0 and "in-namespace" not in sys.argv:
        probe = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
        if probe.returncode:
            return SKIPPED
        return subprocess.run(["unshare", "-rm", sys.executable, __file__, program, "in-namespace"],
                              check=False).returncode
    with tempfile.TemporaryDirectory() as folder:
        return check(program, pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(main())
