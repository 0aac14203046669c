#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stateful queries in turn by Forebay and real Spark, on the same checkpoint.

    tests/spark/setup.sh tests/spark/live_stateful.py FOREBAY [TEST | CASE]...

For cases of tests/golden/stateful/cases.py Spark alone makes all runs; then

    forebay_then_spark    Forebay makes the first run, Spark the others
    spark_then_forebay    the reverse, from Spark's own checkpoint

and batches, progress and state have to be those of Spark alone, which was restarted at the same
points. `statestore` and `state-metadata`, Spark's own readers, look into both checkpoints. Other
tests hand over at every run. Prints `ok NAME` or `not ok NAME` with the reason for each.
"""
import dataclasses
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import stateful_spark  # noqa: E402
import cases  # noqa: E402
import checkpoint_files as files  # noqa: E402
import engine  # noqa: E402
import replay  # noqa: E402

Failure = engine.Failure


class World:
    """Both engines, and a directory for one test."""

    def __init__(self, forebay, spark, directory):
        self.forebay, self.spark, self.directory = forebay, spark, directory

    def play(self, name, case, players, start=None):
        """Runs `case` with a player for each run; (batches, checkpoints as each left it). `start`
        is a checkpoint and its input to go on from, at run `start[2]`."""
        root = self.directory / name
        folder = engine.Input(case, root / "input")
        checkpoint = root / "checkpoint"
        first = 0
        if start:
            before, before_root, first = start
            folder.put_runs(first)
            copy_with_checksums(before, checkpoint, before_root, folder.folder)
        batches, kept = [], []
        for number in range(first, len(case.runs)):
            player, last_batches = players[number - first], []
            if player is self.spark:
                got = player.run(case, case.runs[number], folder, checkpoint, last_batches)
                for batch in got:
                    engine.as_counted_once(case, batch["numbers"])
                self.last_batches.setdefault(case.name, {})[number] = last_batches
            else:
                got = player.run(case, case.runs[number], folder, checkpoint,
                                 self.last_batches[case.name][number])
            batches.append(got)
            kept.append(self.directory / f"{name}-after-{number}")
            copy_whole(checkpoint, kept[-1])
        return batches, kept, folder.folder

    last_batches = {}


def copy_whole(source, target):
    """Spark's maintenance may be about to end: a file that goes while it is copied is no news."""
    for attempt in range(5):
        try:
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.tmp"))
            return
        except (shutil.Error, FileNotFoundError):
            if attempt == 4:
                raise
            shutil.rmtree(target, ignore_errors=True)
            time.sleep(0.2)


def copy_with_checksums(source, target, root, new_root):
    """The whole directory; the log of files, whose paths change, loses its checksum files."""
    shutil.copytree(source, target)
    for path in [*(target / "sources").rglob("*")]:
        if path.is_file() and path.name.endswith(".crc"):
            path.unlink()
        elif path.is_file():
            path.write_text(path.read_text().replace(root.as_uri(), new_root.as_uri()))


# --- what has to be the same ---

def expect_batches(got, wanted):
    replay.expect_batches([batch for run in got for batch in run],
                          [batch for run in wanted for batch in run])


def store_rows(spark, checkpoint, operator, batch=None):
    """What Spark's own reader says, or the condition of its error."""
    reader = spark.session.read.format("statestore").option("operatorId", operator)
    if batch is not None:
        reader = reader.option("batchId", batch)
    frame = reader.load(str(checkpoint))
    return sorted(row[0] for row in frame.selectExpr(
        "to_json(struct(*), map('ignoreNullFields', 'false'))").collect())


def operator_rows(spark, checkpoint):
    return sorted(json.dumps(row.asDict(recursive=True), default=str, sort_keys=True) for row in
                  spark.session.read.format("state-metadata").load(str(checkpoint)).collect())


def expect_readers_agree(spark, case, got, wanted):
    replay.expect_equal(operator_rows(spark, got), operator_rows(spark, wanted),
                        "state-metadata")
    for operator in files.numbers(wanted / "state"):
        ours, theirs = (store_rows(spark, path, operator) for path in (got, wanted))
        if case.sets:
            # A buffer that is a set has its elements in another order.
            replay.expect_equal(len(ours), len(theirs), f"rows of operator {operator}")
        else:
            replay.expect_equal(ours, theirs, f"statestore, operator {operator}")


def expect_same_checkpoint(world, case, got, wanted):
    replay.expect_same_checkpoint(world.forebay, case, got, wanted)
    if replay.keeps_all(case):
        replay.expect_equal_sets(checksum_files(got), checksum_files(wanted), "checksum files")


def checksum_files(checkpoint):
    """But for those of the logs of files, which a copy of a checkpoint has lost."""
    names = (str(path.relative_to(checkpoint)) for path in checkpoint.rglob(".*.crc"))
    return {name for name in names if ".snapshot" not in name and not name.startswith("sources/")}


# --- tests over the table of cases ---

def handed_over(world, case):
    """One handover each way, and Spark's readers on what Forebay left."""
    forebay, spark = world.forebay, world.spark
    rest = len(case.runs) - 1
    wanted, kept, root = world.play("spark", case, [spark] * (rest + 1))
    got, ours, _ = world.play("forebay_then_spark", case, [forebay] + [spark] * rest)
    expect_batches(got, wanted)
    expect_same_checkpoint(world, case, ours[0], kept[0])
    expect_same_checkpoint(world, case, ours[-1], kept[-1])
    expect_readers_agree(spark, case, ours[0], kept[0])
    got, ours, _ = world.play("spark_then_forebay", case, [forebay] * rest, (kept[0], root, 1))
    expect_batches(got, wanted[1:])
    expect_same_checkpoint(world, case, ours[-1], kept[-1])
    expect_readers_agree(spark, case, ours[-1], kept[-1])


def case_named(name):
    return next(case for case in cases.CASES if case.name == name)


# Ten runs each. Those with a watermark move on by an hour a run, and have late rows.
PING_PONG = [
    ("tumbling_append", cases.timeline(*(
        [f"{hour}:02 a 1, {hour}:19 b 2, {hour}:03 a 3",
         f"{hour}:41 a 4, {hour}:11 b 5, {hour}:35 c 6, {hour - 1}:59 c 7"]
        for hour in range(10, 20)))),
    ("sliding_update", cases.timeline(*(
        [f"{hour}:02 a 1, {hour}:19 b 2", f"{hour}:41 a 4, {hour}:11 b 5"]
        for hour in range(10, 20)))),
    ("windows_of_windows", cases.timeline(*(
        [f"{hour}:01 a 1, {hour}:07 b 2, {hour}:03 a 3", f"{hour}:31 a 4, {hour}:11 b 5"]
        for hour in range(10, 20)))),
    ("union_min", cases.two_views(*(
        [{"a": f"{hour}:02 a 1", "b": f"{hour}:13 b 2"},
           {"a": f"{hour}:44 a 4, {hour}:01 c 5", "b": f"{hour}:39 b 6"}]
        for hour in range(10, 20)))),
    ("count", cases.in_runs(cases.numbers(71, 15, 8), *[1, 2] * 5)),
]


def ping_pong(name, runs):
    """Ten runs, in turn, beginning with either."""
    def test(world):
        case = dataclasses.replace(case_named(name), name=f"ping_pong_{name}", runs=runs)
        forebay, spark = world.forebay, world.spark
        wanted, kept, _ = world.play("spark", case, [spark] * len(case.runs))
        for order in ([forebay, spark], [spark, forebay]):
            got, ours, _ = world.play(f"first-{order[0] is spark}", case, order * 5)
            expect_batches(got, wanted)
            expect_same_checkpoint(world, case, ours[-1], kept[-1])
            shutil.rmtree(world.directory / f"first-{order[0] is spark}")
    test.__name__ = f"ping_pong_{name}"
    return test


def snapshots_and_purges_in_turn(world):
    """Thirty batches, a snapshot every few of them, four versions kept: either goes on from what
    the other's maintenance left, and Spark's reader finds the last versions."""
    case = dataclasses.replace(
        case_named("many_batches"), name="snapshots",
        runs=cases.in_runs(cases.numbers(74, 32, 5, 12), 10, 7, 6, 9))
    forebay, spark = world.forebay, world.spark
    wanted, kept, _ = world.play("spark", case, [spark] * 4)
    for order in ([forebay, spark], [spark, forebay]):
        name = "forebay" if order[0] is forebay else "spark-first"
        got, ours, _ = world.play(name, case, order * 2)
        expect_batches(got, wanted)
        last = wanted[-1][-1]["id"]
        for run, checkpoint in enumerate(ours):
            expect_snapshots(checkpoint, f"{name} after run {run}")
        replay.expect_equal(store_rows(spark, ours[-1], 0), store_rows(spark, kept[-1], 0),
                            "newest state")
        replay.expect_equal(store_rows(spark, ours[-1], 0, last - 1),
                            store_rows(spark, kept[-1], 0, last - 1), "state before")


def expect_snapshots(checkpoint, what):
    for partition in (checkpoint / "state" / "0").iterdir():
        if not partition.name.isdigit():
            continue
        versions = [path.name for path in partition.iterdir() if not path.name.startswith(".")]
        if not any(name.endswith(".snapshot") for name in versions):
            raise Failure(f"{what}: no snapshot in {partition.name}: {versions}")


def large_batches_in_turn(world):
    """More rows than a chunk has, more bytes than a block of a state file."""
    schema = "k STRING, n BIGINT, v INT"
    chance = random.Random(75)
    step = [{"v": [json.dumps({"k": f"customer {chance.randrange(3000)}",
                               "n": chance.choice([None, *range(4)]), "v": chance.randrange(1000)})
                   for _ in range(12000)]} for _ in range(5)]
    case = cases.Case("large", "SELECT k, n, count(*) AS c, sum(v) AS s, max(v) AS m, avg(v) AS a "
                      "FROM STREAM v GROUP BY k, n", "update", {"v": schema},
                      cases.in_runs(step, 2, 1, 2))
    handed_over(world, case)


def interrupted_batch_in_turn(world):
    """commits/N is missing: the other runs batch N again over the state that has it already."""
    case = case_named("tumbling_append")
    forebay, spark = world.forebay, world.spark
    wanted, kept, root = world.play("spark", case, [spark] * len(case.runs))
    ours = world.play("forebay", case, [forebay] * len(case.runs))
    for made, made_root, maker, heir in ((kept, root, "Spark", forebay),
                                         (ours[1], ours[2], "Forebay", spark)):
        for number, run in enumerate(wanted):
            batch = run[-1]["id"]
            where = world.directory / f"{maker}-{number}"
            folder = engine.Input(case, where / "input")
            folder.put_runs(number + 1)
            checkpoint = where / "checkpoint"
            copy_with_checksums(made[number], checkpoint, made_root, folder.folder)
            (checkpoint / "commits" / str(batch)).unlink()
            (checkpoint / "commits" / f".{batch}.crc").unlink(missing_ok=True)
            got = heir.run(case, [], folder, checkpoint)
            try:
                replay.expect_equal([b["rows"] for b in got], [run[-1]["rows"]],
                                    f"batch {batch} run again")
                expect_same_checkpoint(world, case, checkpoint, kept[number])
            except Failure as failure:
                raise Failure(f"checkpoint of {maker} after run {number}: {failure}") from failure


OTHERS = [ping_pong(name, runs) for name, runs in PING_PONG] + [
    snapshots_and_purges_in_turn, large_batches_in_turn, interrupted_batch_in_turn]


def over_case(case):
    def test(world):
        handed_over(world, case)
    test.__name__ = case.name
    return test


def run_test(test, program, spark, report):
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="forebay-stateful-") as directory:
        directory = pathlib.Path(directory)
        (directory / "jobs").mkdir()
        try:
            test(World(engine.Forebay(program, directory / "jobs"), spark, directory))
            reason = None
        except Failure as failure:
            reason = str(failure)
        # Whatever else a test meets is its failure, not the end of all tests.
        except Exception:
            reason = traceback.format_exc()
    report.write(f"{'not ok' if reason else 'ok'} {test.__name__} "
                 f"({time.monotonic() - start:.1f} s)\n")
    if reason:
        report.write("    " + reason.rstrip().replace("\n", "\n    ") + "\n")
    report.flush()
    return reason is None


def main(program, names):
    tests = [over_case(case) for case in cases.CASES if replay.keeps_all(case)] + OTHERS
    tests = [test for test in tests if (test.__name__ in names if names else
                                        test.__name__ not in cases.NOT_LIVE)]
    if not tests:
        sys.exit("no such test")
    spark = stateful_spark.Spark(stateful_spark.start())
    passed = sum(run_test(test, program, spark, sys.stdout) for test in tests)
    print(f"{passed} of {len(tests)} tests passed")
    spark.session.stop()
    return passed != len(tests)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
