#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs examples/windowed_count.sql as its reader would: kills it in the middle of a window, runs it
again, stops it, runs it again. Every window that was begun after the start is complete.

    windowed_count.py FOREBAY EXAMPLE
    windowed_count.py EXAMPLE         the same in C, which nothing but a kill stops
"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

WINDOWS = 3  # complete ones, behind the first
TIMEOUT_S = 60
CLICKS = 2000


class Run:
    def __init__(self, command, folder):
        self.process = subprocess.Popen(command, cwd=folder,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.rows = []

    def read(self, count):
        """Until there are `count` rows in all."""
        while len(self.rows) < count:
            line = self.process.stdout.readline()
            assert line, f"it ended with {self.process.wait()}"
            self.rows.append(json.loads(line))

    def end(self, how):
        self.process.send_signal(how)
        out, _ = self.process.communicate(timeout=TIMEOUT_S)
        # A line that was cut off by the kill was not acknowledged.
        self.rows += [json.loads(line) for line in out.split("\n")[:-1]]
        return self.process.returncode


def main():
    program, *example = (pathlib.Path(name).resolve() for name in sys.argv[1:])
    command = [program, "run", *example, "--quiet"] if example else [program]
    stop = signal.SIGTERM if example else signal.SIGKILL
    with tempfile.TemporaryDirectory(prefix="forebay-windows-") as folder:
        (pathlib.Path(folder) / "build").mkdir()
        rows = []
        for how, count in ((signal.SIGKILL, 3), (signal.SIGKILL, 0), (stop, 3), (stop, 3)):
            run = Run(command, folder)
            run.read(count)
            time.sleep(2.2)  # into the next window
            status = run.end(how)
            assert status == (0 if how == signal.SIGTERM else -how), f"ended with {status}"
            rows += run.rows
    windows = {}
    for row in rows:
        counts = windows.setdefault(row["start"], {})
        # A batch that was killed before it was committed comes again, with the same rows.
        assert counts.setdefault(row["key"], row["clicks"]) == row["clicks"], row
    starts = sorted(windows)
    assert len(starts) >= WINDOWS, f"only {starts}"
    for start in starts[1:]:
        assert windows[start] == {key: CLICKS for key in range(3)}, f"{start}: {windows[start]}"
    print(f"ok {len(starts)} windows, killed and stopped in between")


if __name__ == "__main__":
    main()
