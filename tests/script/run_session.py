#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs recorded terminal sessions and compares what they print.

    run_session.py [--record] PROGRAM SESSION...

A session is a text file, run in an empty temporary folder where `forebay` is PROGRAM:

    # a comment
    $ cat > job.sql <<'END'          a command for sh; its further lines begin with "> "
    > SELECT 1;
    > END
    $ forebay sql job.sql
    expected standard output
    ! expected standard error
    [exit 1]                         expected exit code, when it is not 0

In expected lines `<*>` stands for any text, and a line `...` for any number of lines. With
--record, the expectations of commands that printed something else are written anew (and have to be
read before they are committed)."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

COMMAND_TIMEOUT_S = 60


class Step:
    """One command with the lines before it, and what it is expected to print."""

    def __init__(self, before, command):
        self.before = before
        self.command = command
        self.expected = []


def parse(path):
    steps, before = [], []
    with open(path, encoding="utf-8") as stream:
        lines = stream.read().split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    for line in lines:
        if line.startswith("$ "):
            steps.append(Step(before, [line[2:]]))
            before = []
        elif line.startswith("#"):
            before.append(line)
        elif steps and line.startswith(">") and not steps[-1].expected:
            steps[-1].command.append(line[2:])
        elif steps and not before:
            steps[-1].expected.append(line)
        elif line.strip():
            raise SystemExit(f"{path}: expected '$ command' before: {line}")
        else:
            before.append(line)
    return steps, before


def run(command, folder, environment):
    process = subprocess.Popen(
        ["sh", "-c", "\n".join(command)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=COMMAND_TIMEOUT_S)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        out, err = process.communicate()
        code = f"none after {COMMAND_TIMEOUT_S} s"
    lines = text_lines(out)
    lines += ["! " + line if line else "!" for line in text_lines(err)]
    if code != 0:
        lines.append(f"[exit {code}]")
    return lines


def text_lines(data):
    text = data.decode("utf-8", errors="backslashreplace")
    if not text:
        return []
    return (text[:-1] if text.endswith("\n") else text + "<no newline>").split("\n")


def matches(expected, got):
    """Whether lines with wildcards describe the lines."""
    pattern = "".join(
        "(?:[^\n]*\n)*?"
        if line == "..."
        else "[^\n]*".join(re.escape(piece) for piece in line.split("<*>")) + "\n"
        for line in expected
    )
    return re.fullmatch(pattern, "".join(line + "\n" for line in got)) is not None


def show(path, step, got):
    print(f"not ok {path}: $ {step.command[0]}")
    for title, lines in (("expected", step.expected), ("got", got)):
        print(f"  {title}:")
        print("\n".join("    " + line for line in lines))


def record(path, steps, rest):
    with open(path, "w", encoding="utf-8") as stream:
        for step in steps:
            first, *more = step.command
            lines = step.before + ["$ " + first] + [("> " + line).rstrip() for line in more]
            stream.write("\n".join(lines + step.expected) + "\n")
        stream.write("".join(line + "\n" for line in rest))


def run_session(program, path, recording):
    steps, rest = parse(path)
    folder = tempfile.mkdtemp(prefix="forebay-session-")
    commands = os.path.join(folder, ".bin")
    os.mkdir(commands)
    os.symlink(os.path.abspath(program), os.path.join(commands, "forebay"))
    environment = dict(os.environ, PATH=commands + ":" + os.environ["PATH"], LC_ALL="C.UTF-8")
    failed = 0
    try:
        for step in steps:
            got = run(step.command, folder, environment)
            if matches(step.expected, got):
                print(f"ok {path}: $ {step.command[0]}")
            elif recording:
                print(f"recorded {path}: $ {step.command[0]}")
                step.expected = got
            else:
                show(path, step, got)
                failed += 1
    finally:
        subprocess.run(["chmod", "-R", "u+w", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    if recording:
        record(path, steps, rest)
    return failed


def main():
    arguments = sys.argv[1:]
    recording = arguments[:1] == ["--record"]
    program, *sessions = arguments[1:] if recording else arguments
    return 1 if sum(run_session(program, path, recording) for path in sessions) else 0


if __name__ == "__main__":
    sys.exit(main())
