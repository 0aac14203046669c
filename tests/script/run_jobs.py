#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs job files with `forebay run` and compares what they print with what Spark printed.

    run_jobs.py FOREBAY DIRECTORY [CASE]...

Every <case>.sql in DIRECTORY is started in an empty working directory as often as its line
`-- starts: N` says; all that went to stdout must be <case>.out, byte for byte.
"""

import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

TIMEOUT_S = 60


def starts(job):
    found = re.search(r"^-- starts: (\d+)$", job.read_text(encoding="utf-8"), re.MULTILINE)
    return int(found.group(1)) if found else 1


def run(forebay, job):
    """The stdout of all starts; None and the reason when one fails."""
    text = b""
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(starts(job)):
            try:
                done = subprocess.run([forebay, "run", str(job), "--conf",
                                       "spark.sql.session.timeZone=UTC"], cwd=directory,
                                      stdin=subprocess.DEVNULL, capture_output=True,
                                      timeout=TIMEOUT_S)
            except subprocess.TimeoutExpired:
                return None, f"did not end within {TIMEOUT_S} s"
            text += done.stdout
            if done.returncode:
                return None, f"exit status {done.returncode}: {done.stderr.decode()}"
    return text, None


def difference(expected, got):
    lines = difflib.unified_diff(expected.decode(errors="backslashreplace").splitlines(),
                                 got.decode(errors="backslashreplace").splitlines(),
                                 "Spark", "Forebay", lineterm="")
    return "\n".join(lines) or "the texts differ in line ends or invalid bytes only"


def main(forebay, directory, names):
    jobs = sorted(pathlib.Path(directory).resolve().glob("*.sql"))
    if names:
        jobs = [job for job in jobs if job.stem in names]
    if not jobs:
        sys.exit(f"no job files in {directory}")
    failed = 0
    for job in jobs:
        got, reason = run(str(pathlib.Path(forebay).resolve()), job)
        expected = job.with_suffix(".out").read_bytes()
        if got is not None and got != expected:
            reason = difference(expected, got)
        print(f"{'not ok' if reason else 'ok'} {job.stem}", flush=True)
        if reason:
            failed += 1
            print("    " + reason.replace("\n", "\n    "), flush=True)
    print(f"{len(jobs) - failed} of {len(jobs)} jobs print what Spark prints")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
