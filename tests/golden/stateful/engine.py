# SPDX-License-Identifier: Apache-2.0
"""Runs the cases with Forebay, and what both sides share: input folders and comparable results.

A batch is {"id", "rows" (lines of JSON, sorted where the query does not sort), "numbers" (what its
progress says, but for times and sizes)}.
"""
import json
import os
import pathlib
import signal
import subprocess
import time

TIMEOUT_S = 60
FIRST_FILE_S = 1704067200  # files are a second apart


class Input:
    """The folders of a case's views, which fill up as the runs go on."""

    def __init__(self, case, folder):
        self.case = case
        self.folder = pathlib.Path(folder)
        self.counts = {view: 0 for view in case.views}
        for view in case.views:
            (self.folder / view).mkdir(parents=True)

    def put(self, step):
        for view, lines in step.items():
            number = self.counts[view]
            self.counts[view] += 1
            path = self.folder / view / f"{number:03}.json"
            hidden = path.with_name("." + path.name)
            hidden.write_text("\n".join(lines) + "\n")
            os.utime(hidden, (FIRST_FILE_S + number,) * 2)
            hidden.rename(path)

    def put_runs(self, count):
        for run in self.case.runs[:count]:
            for step in run:
                self.put(step)


def number(text):
    """A decimal keeps its digits. Doubles of many digits have several spellings, of which JDK 17
    does not always take the shortest."""
    digits = len(text.lstrip("-").split("E")[0].replace(".", "").lstrip("0"))
    return "#" + (repr(float(text)) if "E" in text or 15 < digits < 18 else text)


def parse(text):
    return json.loads(text, parse_float=number)


def line_of(case, row):
    """A row as text that does not depend on how numbers and blanks are written."""
    for name in case.sets:
        if row.get(name):
            row[name] = sorted(row[name], key=json.dumps)
    return json.dumps(row, ensure_ascii=False)


def rows_of(case, rows):
    lines = [line_of(case, row) for row in rows]
    return lines if case.ordered else sorted(lines)


def numbers_of(progress):
    names = ("operatorName", "numRowsTotal", "numRowsUpdated", "numRowsRemoved",
             "numRowsDroppedByWatermark", "numShufflePartitions", "numStateStoreInstances")
    return {
        "numInputRows": progress["numInputRows"],
        "eventTime": progress.get("eventTime") or {},
        "stateOperators": [{name: operator[name] for name in names}
                           for operator in progress["stateOperators"]],
        "sources": [{name: source[name] for name in ("startOffset", "endOffset", "numInputRows")}
                    for source in progress["sources"]],
    }


def as_counted_once(case, numbers):
    """Where it sorts, Spark runs the aggregation twice, first for a sample, and counts twice."""
    if case.ordered:
        for operator in numbers["stateOperators"]:
            for name, value in operator.items():
                if name not in ("operatorName", "numShufflePartitions"):
                    operator[name] = value // 2
    return numbers


class Failure(Exception):
    """What the other side would not have done."""


def job_of(case, input_folder, checkpoint):
    views = "".join(
        f"CREATE TEMPORARY VIEW {view} ({schema}) USING json OPTIONS (path "
        f"'{input_folder / view}', maxFilesPerTrigger '1');\n"
        for view, schema in case.views.items())
    trigger = ", trigger 'availableNow'" if case.feed == "available" else ""
    return (f"{views}CREATE STREAMING TABLE result USING console OPTIONS (format 'jsonl', "
            f"outputMode '{case.mode}', checkpointLocation '{checkpoint}'{trigger})\n"
            f"AS {case.sql};\n")


class Forebay:
    def __init__(self, program, work):
        self.program = str(pathlib.Path(program).resolve())
        self.work = pathlib.Path(work)
        self.runs = 0

    def run(self, case, steps, folder, checkpoint, last_batches=()):
        """One start over the files of `steps`; its batches. With feed="step", `last_batches` says
        which batch has to be committed before the next file comes."""
        self.runs += 1
        job = self.work / f"job-{self.runs}.sql"
        progress = self.work / f"progress-{self.runs}.jsonl"
        job.write_text(job_of(case, folder.folder, checkpoint))
        command = [self.program, "run", str(job), "--quiet", "--progress", str(progress)]
        for key, value in case.all_conf().items():
            command += ["--conf", f"{key}={value}"]
        if case.feed == "step":
            out, err, status = self._step(command, steps, folder, checkpoint, last_batches)
        else:
            for step in steps:
                folder.put(step)
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=TIMEOUT_S, check=False)
            out, err, status = done.stdout, done.stderr, done.returncode
        if status != 0:
            raise Failure(f"forebay ended with {status}: {err.decode(errors='replace')}")
        rows = {}
        for text in out.decode().splitlines():
            row = parse(text)
            rows.setdefault(row.pop("batchId"), []).append(row)
        events = {}
        if progress.exists():
            for text in progress.read_text().splitlines():
                event = json.loads(text)
                events[event["batchId"]] = event
        committed = set(int(path.name) for path in (checkpoint / "commits").iterdir()
                        if path.name.isdigit())
        ids = sorted(set(rows) | {batch for batch in events if batch in committed})
        return [{"id": batch, "rows": rows_of(case, rows.get(batch, [])),
                 "numbers": numbers_of(events[batch]) if batch in events else None}
                for batch in ids]

    def _step(self, command, steps, folder, checkpoint, last_batches):
        with open(self.work / f"out-{self.runs}", "w+b") as out, \
                open(self.work / f"err-{self.runs}", "w+b") as err:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            try:
                for step, last in zip(steps, last_batches, strict=True):
                    folder.put(step)
                    deadline = time.monotonic() + TIMEOUT_S / 4
                    while not (checkpoint / "commits" / str(last)).exists():
                        if process.poll() is not None:
                            break
                        if time.monotonic() > deadline:
                            raise Failure(f"no batch {last} in time")
                        time.sleep(0.005)
                time.sleep(0.1)  # a batch too many would come now
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                process.wait(TIMEOUT_S)
            out.seek(0)
            err.seek(0)
            return out.read(), err.read(), process.returncode

    def state(self, checkpoint, operator):
        """Decoded rows of the newest version, sorted."""
        done = subprocess.run([self.program, "state", "show", str(checkpoint), "--operator",
                               str(operator), "--format", "jsonl"], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=TIMEOUT_S, check=False)
        if done.returncode != 0:
            raise Failure(f"state show: {done.stderr.decode(errors='replace')}")
        return sorted(done.stdout.decode().splitlines())
