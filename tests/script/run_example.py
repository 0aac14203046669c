#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the C example as its reader would: kills it in the middle, runs it again to its end.

    run_example.py EXAMPLE

The second run goes on with the batch after the first's last, or repeats that one."""
import pathlib
import re
import subprocess
import sys
import tempfile
import time

FIRST_RUN_S = 2.5
SECOND_RUN_LIMIT_S = 60


def batches(text):
    return [int(number) for number in re.findall(r"^Batch: (\d+)$", text, re.MULTILINE)]


def first_values(text):
    """The first value that each batch shows."""
    found = {}
    for block in re.split(r"^Batch: ", text, flags=re.MULTILINE)[1:]:
        number, rest = block.split("\n", 1)
        rows = re.findall(r"^\|[^|]*\| *(\d+)\|$", rest, re.MULTILINE)
        if rows:
            found[int(number)] = int(rows[0])
    return found


def main():
    example = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        first = subprocess.Popen([example], cwd=folder, stdout=subprocess.PIPE, text=True)
        time.sleep(FIRST_RUN_S)
        first.kill()
        before = first.communicate()[0]
        again = subprocess.run([example], cwd=folder, stdout=subprocess.PIPE, text=True,
                               timeout=SECOND_RUN_LIMIT_S, check=True)
    old, new = batches(before), batches(again.stdout)
    assert old and old == list(range(len(old))), f"the first run printed batches {old}"
    assert new and new == list(range(new[0], new[0] + len(new))), f"the second printed {new}"
    assert new[0] in (old[-1], old[-1] + 1), f"the second run began with {new[0]} after {old[-1]}"
    values = first_values(before)
    values.update(first_values(again.stdout))
    numbers = sorted(values)
    assert len(numbers) > 3, f"rows in batches {numbers} only"
    # 90,000 rows a second after a second of 45,000; a batch is some whole seconds.
    assert values[numbers[0]] == 0, values
    assert all((values[n] - 45000) % 90000 == 0 for n in numbers[1:]), values
    print("ok the C example was killed and went on")


if __name__ == "__main__":
    main()
