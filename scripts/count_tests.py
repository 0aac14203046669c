#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts single tests in what test programs said: "PASSED FAILED SKIPPED" on stdout, the names of
failures on stderr.

    count_tests.py meson build/meson-logs/testlog.json    the programs of `meson test`
    count_tests.py lines LOG                              lines "ok ..." and "not ok ..."

A program that says nothing of its tests is one test. One that failed has at least one failure,
whatever it said before it died."""
import json
import re
import sys

SAID = {
    "run": re.compile(r"^\[ RUN      \] (\S+)", re.M),
    "ok": re.compile(r"^\[       OK \] (\S+)", re.M),
    "skipped": re.compile(r"^\[  SKIPPED \] (\S+)", re.M),
}
LINE = re.compile(r"^(not ok|ok)\b(.*)$", re.M)


def count_cmocka(text):
    started = SAID["run"].findall(text)
    passed = set(SAID["ok"].findall(text))
    skipped = set(SAID["skipped"].findall(text))
    failed = [name for name in started if name not in passed | skipped]
    return len(passed), failed, len(skipped)


def count_lines(text):
    passed, failed, skipped = 0, [], 0
    for verdict, rest in LINE.findall(text):
        if verdict == "not ok":
            failed.append(rest.strip())
        elif "# skip" in rest.lower():
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count_program(record):
    text = record.get("stdout") or ""
    result = record["result"]
    if result == "SKIP":
        return 0, [], 1
    passed, failed, skipped = count_cmocka(text) if SAID["run"].search(text) else count_lines(text)
    if result in ("OK", "EXPECTEDFAIL"):
        if passed + skipped == 0 and not failed:
            passed = 1
    elif not failed:
        failed = [result.lower()]
    return passed, failed, skipped


def main():
    kind, path = sys.argv[1:3]
    with open(path, encoding="utf-8", errors="replace") as stream:
        if kind == "lines":
            counts = [("", count_lines(stream.read()))]
        else:
            records = [json.loads(line) for line in stream if line.strip()]
            counts = [(record["name"], count_program(record)) for record in records]
    for name, (_, failed, _) in counts:
        for test in failed:
            print(f"failed: {name} {test}".replace("  ", " "), file=sys.stderr)
    print(
        sum(passed for _, (passed, _, _) in counts),
        sum(len(failed) for _, (_, failed, _) in counts),
        sum(skipped for _, (_, _, skipped) in counts),
    )


if __name__ == "__main__":
    main()
