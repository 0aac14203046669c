#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stateful queries that real Spark 4.2.0 ran (NAME.json, NAME.tar.xz, made by
tests/spark/make_stateful_goldens.py), run again by Forebay, without Spark:

    fresh      all runs on a checkpoint of its own: after each the same batches, logs, metadata,
               schemas and records of state, to the bit
    resumed    every run on Spark's checkpoint from before it
    rerun      Spark's checkpoint cut to where a batch was planned and had not run, for every batch

    replay.py FOREBAY [--keep DIRECTORY] [NAME]...

prints `ok NAME KIND` or `not ok NAME KIND` with the reason, and exits with 1 when one is not.
"""
import json
import pathlib
import sys
import tarfile
import tempfile
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import cases  # noqa: E402
import checkpoint_files as files  # noqa: E402
import engine  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


class Golden:
    def __init__(self, case, work):
        self.case = case
        self.path = HERE / f"{case.name}.json"
        golden = json.loads(self.path.read_text())
        stored = dict(golden["case"])
        ours = json.loads(json.dumps(cases.dataclasses.asdict(case)))
        for note in ("exact_state", "live", "ordered", "sets"):  # how to compare, not what was run
            stored.pop(note, None)
            ours.pop(note, None)
        assert stored == ours, f"{case.name}: cases.py has changed; make this golden again"
        self.runs = golden["runs"]
        for run in self.runs:
            for batch in run["batches"]:
                batch["numbers"] = engine.as_counted_once(case, json.loads(batch["numbers"]))
                batch["rows"] = [engine.line_of(case, json.loads(row)) for row in batch["rows"]]
                if not case.ordered:
                    batch["rows"].sort()
        self.unpacked = pathlib.Path(work) / "spark"
        with tarfile.open(self.path.with_suffix(".tar.xz")) as archive:
            archive.extractall(self.unpacked, filter="data") if hasattr(
                tarfile, "data_filter") else archive.extractall(self.unpacked)

    def checkpoint(self, run):
        """As Spark left it after a run; its log of files says file:///input."""
        return self.unpacked / str(run)

    def batches(self, first_run, last_run=None):
        return [batch for run in self.runs[first_run:last_run] for batch in run["batches"]]


def expect_equal(got, wanted, what):
    if got != wanted:
        raise engine.Failure(f"{what}:\n  got    {shorten(got)}\n  wanted {shorten(wanted)}")


def expect_equal_sets(got, wanted, what):
    if set(got) != set(wanted):
        raise engine.Failure(f"{what}:\n  too many {sorted(set(got) - set(wanted))}\n"
                             f"  missing  {sorted(set(wanted) - set(got))}")


def shorten(value):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) < 4000 else text[:4000] + "..."


def expect_batches(got, wanted):
    expect_equal([batch["id"] for batch in got], [batch["id"] for batch in wanted], "batches")
    for ours, theirs in zip(got, wanted, strict=True):
        name = f"batch {theirs['id']}"
        if ours["rows"] != theirs["rows"]:
            raise engine.Failure(f"rows of {name}:\n  got\n    " + "\n    ".join(ours["rows"]) +
                                 "\n  wanted\n    " + "\n    ".join(theirs["rows"]))
        if ours["numbers"] is None:
            raise engine.Failure(f"{name} has no progress event")
        for key, value in theirs["numbers"].items():
            expect_equal(ours["numbers"][key], value, f"{key} of {name}")


def keeps_all(case):
    """Nothing is snapshotted or purged, at times that are each engine's own."""
    return "spark.sql.streaming.minBatchesToRetain" not in case.conf


def without_snapshots(names):
    return [name for name in names if not name.endswith(".snapshot")]


def expect_same_checkpoint(forebay, case, got, wanted):
    if keeps_all(case):
        expect_equal_sets(without_snapshots(files.tree(got)),
                          without_snapshots(files.tree(wanted)), "files")
    for name in ("offsets", "commits"):
        ours, theirs = files.log(got, name), files.log(wanted, name)
        for entry in sorted(set(ours) & set(theirs)):
            expect_equal(ours[entry], theirs[entry], f"{name}/{entry}")
        expect_equal(max(ours), max(theirs), f"newest entry of {name}")
    expect_equal(files.source_logs(got), files.source_logs(wanted), "logs of files")
    expect_equal(files.metadata(got), files.metadata(wanted), "metadata")
    if case.exact_state:
        ours, theirs = files.deltas(got), files.deltas(wanted)
        for name in sorted(set(ours) & set(theirs)):
            expect_equal(ours[name], theirs[name], name)
    for operator in files.numbers(wanted / "state"):
        ours, theirs = (forebay.state(path, operator) for path in (got, wanted))
        if case.sets:  # buffers of sets have an order of their own
            ours, theirs = ([json.loads(row)["key"] for row in rows] for rows in (ours, theirs))
        expect_equal(ours, theirs, f"state of operator {operator}")


def fresh(forebay, golden, work):
    case = golden.case
    folder = engine.Input(case, work / "input")
    checkpoint = work / "checkpoint"
    for number, steps in enumerate(case.runs):
        run = golden.runs[number]
        got = forebay.run(case, steps, folder, checkpoint, run["last_batches"])
        expect_batches(got, run["batches"])
        expect_same_checkpoint(forebay, case, checkpoint, golden.checkpoint(number))


def resumed(forebay, golden, work):
    case = golden.case
    for number in range(1, len(case.runs)):
        here = work / f"at-{number}"
        folder = engine.Input(case, here / "input")
        folder.put_runs(number)
        checkpoint = here / "checkpoint"
        files.copy(golden.checkpoint(number - 1), checkpoint, "file:///input",
                   folder.folder.as_uri())
        run = golden.runs[number]
        got = forebay.run(case, case.runs[number], folder, checkpoint, run["last_batches"])
        try:
            expect_batches(got, run["batches"])
            expect_same_checkpoint(forebay, case, checkpoint, golden.checkpoint(number))
        except engine.Failure as failure:
            raise engine.Failure(f"run {number}: {failure}") from failure


def rerun(forebay, golden, work):
    case = golden.case
    for number, run in enumerate(golden.runs):
        for batch in run["batches"]:
            here = work / f"batch-{batch['id']}"
            folder = engine.Input(case, here / "input")
            folder.put_runs(number + 1)
            checkpoint = here / "checkpoint"
            files.copy(golden.checkpoint(number), checkpoint, "file:///input",
                       folder.folder.as_uri())
            files.cut(checkpoint, batch["id"])
            got = forebay.run(case, [], folder, checkpoint)
            try:
                # Numbers of a batch that is run again: its source is not asked again.
                expect_batches(got, [other for other in run["batches"]
                                     if other["id"] >= batch["id"]])
                expect_same_checkpoint(forebay, case, checkpoint, golden.checkpoint(number))
            except engine.Failure as failure:
                raise engine.Failure(f"from batch {batch['id']}: {failure}") from failure


def kinds_of(case):
    yield fresh
    yield resumed
    # What each watermark node has seen is not in the checkpoint: with two of them a restart within
    # a run is another story.
    if case.feed == "available" and case.sql.count("WATERMARK") < 2 and keeps_all(case):
        yield rerun


def run_one(kind, forebay, golden, work):
    try:
        work.mkdir()
        kind(forebay, golden, work)
        reason = None
    except engine.Failure as failure:
        reason = str(failure)
    except Exception:  # whatever else a case meets is its failure, not the end of all
        reason = traceback.format_exc()
    print(f"{'not ok' if reason else 'ok'} {golden.case.name} {kind.__name__}")
    if reason:
        print("    " + reason.replace("\n", "\n    "), flush=True)
    return reason is None


def main(arguments):
    program, names, keep = arguments[0], arguments[1:], None
    if names[:1] == ["--keep"]:
        keep, names = names[1], names[2:]
    chosen = [case for case in cases.CASES if not names or case.name in names]
    if not chosen:
        sys.exit("no such case")
    passed = count = 0
    with tempfile.TemporaryDirectory(prefix="forebay-stateful-") as temporary:
        root = pathlib.Path(keep or temporary)
        for case in chosen:
            work = root / case.name
            work.mkdir(parents=True)
            golden = Golden(case, work)
            forebay = engine.Forebay(program, work)
            for kind in kinds_of(case):
                count += 1
                passed += run_one(kind, forebay, golden, work / kind.__name__)
    print(f"{passed} of {count} passed")
    return passed != count


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
