#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Forebay beside real Spark: same text, same files, and each resumes the other's checkpoints.

    tests/spark/setup.sh tests/spark/live_test.py FOREBAY [TEST]...

prints `ok NAME` or `not ok NAME` with the reason for each test, and a total.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import session as spark_session  # noqa: E402

TIMEOUT_S = 60
SELECT = "CAST(timestamp AS STRING) AS time, value"
MICRO_BATCH = {"rowsPerBatch": 7, "numPartitions": 2, "startTimestamp": 1700000000000,
               "advanceMillisPerBatch": 500}
RATE = {"rowsPerSecond": 10, "numPartitions": 2}


class Failure(Exception):
    """A test's reason for `not ok`."""


def expect(condition, reason):
    if not condition:
        raise Failure(reason)


def expect_equal(got, wanted, what):
    expect(got == wanted, f"{what}:\n  got    {got}\n  wanted {wanted}")


# --- the two engines; a batch is (batch id, [(time, value), ...]) ---

class Forebay:
    name = "Forebay"

    def __init__(self, program):
        self.program = str(pathlib.Path(program).resolve())

    def run(self, source, options, checkpoint, conf=(), select=SELECT, console="format 'jsonl', ",
            schema=""):
        """One start with the trigger availableNow; stdout."""
        pairs = ", ".join(f"{key} '{value}'" for key, value in options.items())
        columns = f" ({schema})" if schema else ""
        job = (f"CREATE TEMPORARY VIEW input{columns} USING `{source}` OPTIONS ({pairs});\n"
               f"CREATE STREAMING TABLE live USING console OPTIONS ({console}numRows '1000000', "
               f"checkpointLocation '{checkpoint}', trigger 'availableNow')\n"
               f"AS SELECT {select} FROM STREAM input;\n")
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(job)
            file.flush()
            command = [self.program, "run", file.name]
            for pair in {"spark.sql.session.timeZone": "UTC", **dict(conf)}.items():
                command += ["--conf", "=".join(pair)]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=TIMEOUT_S)
        expect(done.returncode == 0, f"forebay ended with {done.returncode}: "
                                     f"{done.stderr.decode(errors='replace')}")
        return done.stdout.decode()

    def batches(self, source, options, checkpoint, conf=(), select=SELECT, schema=""):
        rows = [json.loads(line) for line in
                self.run(source, options, checkpoint, conf, select, schema=schema).splitlines()]
        ids = sorted({row["batchId"] for row in rows})
        return [(i, [(row["time"], row["value"]) for row in rows if row["batchId"] == i])
                for i in ids]


class Spark:
    name = "Spark"

    def __init__(self, stdout):
        self.session = spark_session.start()
        self.stdout = stdout

    @contextlib.contextmanager
    def configured(self, conf):
        """The session's settings for one query."""
        before = {key: self.session.conf.get(key) for key, _ in dict(conf).items()}
        for key, value in dict(conf).items():
            self.session.conf.set(key, value)
        try:
            yield
        finally:
            for key, value in before.items():
                self.session.conf.set(key, value)

    def _writer(self, source, options, checkpoint, select=SELECT, schema=""):
        reader = self.session.readStream.format(source).options(**options)
        frame = (reader.schema(schema) if schema else reader).load()
        return frame.selectExpr(*select.split(", ")).writeStream.option(
            "checkpointLocation", str(checkpoint)).trigger(availableNow=True)

    def batches(self, source, options, checkpoint, conf=(), select=SELECT, schema=""):
        result = []

        def collect(frame, batch):
            result.append((batch, [tuple(row) for row in frame.collect()]))

        with self.configured(conf):
            self._writer(source, options, checkpoint, select, schema).foreachBatch(
                collect).start().awaitTermination()
        return [batch for batch in result if batch[1]]

    def console(self, source, options, checkpoint):
        self.stdout.take()
        self._writer(source, options, checkpoint).format("console").option(
            "numRows", 1000000).start().awaitTermination()
        return self.stdout.take().decode()


class Stdout:
    """Keeps what the JVM prints on descriptor 1 apart from what this script reports."""

    def __init__(self):
        self.report = os.fdopen(os.dup(1), "w")
        self.file = tempfile.TemporaryFile()
        os.dup2(self.file.fileno(), 1)
        self.end = 0

    def take(self):
        text = os.pread(self.file.fileno(), 1 << 26, self.end)
        self.end += len(text)
        return text


# --- checkpoints ---

def log_entries(checkpoint, log):
    return sorted(int(entry.name) for entry in (checkpoint / log).iterdir()
                  if entry.name.isdigit())


def log_lines(checkpoint, log, batch):
    return (checkpoint / log / str(batch)).read_text().split("\n")


def without_extras(line, *names):
    """A JSON line without the members that may differ, and without those that only Forebay adds."""
    value = json.loads(line)
    return {key: member for key, member in value.items() if key not in (*names, "forebay")}


def remove_commit(checkpoint, batch):
    (checkpoint / "commits" / str(batch)).unlink()
    (checkpoint / "commits" / f".{batch}.crc").unlink(missing_ok=True)


def tree(checkpoint):
    """All files that Spark would have made as well."""
    return sorted(str(path.relative_to(checkpoint)) for path in checkpoint.rglob("*")
                  if path.is_file() and not path.name.startswith(".forebay"))


def last_batch(checkpoint):
    return log_entries(checkpoint, "offsets")[-1]


def micro_batch_rows(batch):
    """What rate-micro-batch must give: every row has the batch's start time."""
    options = MICRO_BATCH
    count, parts = options["rowsPerBatch"], options["numPartitions"]
    millis = options["startTimestamp"] + batch * options["advanceMillisPerBatch"]
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(millis // 1000))
    if millis % 1000:
        stamp += f".{millis % 1000:03}".rstrip("0")
    return [(stamp, batch * count + first) for part in range(parts)
            for first in range(part, count, parts)]


# --- the tests; each gets both engines and an empty directory ---

def console_text_is_sparks(forebay, spark, directory):
    for start in range(3):
        got = forebay.run("rate-micro-batch", MICRO_BATCH, directory / "forebay", console="")
        wanted = spark.console("rate-micro-batch", MICRO_BATCH, directory / "spark")
        expect("Batch: " in wanted, "Spark printed nothing")
        expect_equal(got, wanted, f"start {start}")


def micro_batches_in_turn(forebay, spark, directory):
    """Five times each, beginning with either."""
    for order in [(forebay, spark), (spark, forebay)]:
        checkpoint = directory / order[0].name
        batches = []
        for engine in order * 5:
            batches += engine.batches("rate-micro-batch", MICRO_BATCH, checkpoint)
        expect_equal(batches, [(i, micro_batch_rows(i)) for i in range(10)],
                     f"batches, {order[0].name} first")
        expect_equal(log_entries(checkpoint, "commits"), log_entries(checkpoint, "offsets"),
                     "commits and offsets")


def rate_in_turn(forebay, spark, directory):
    """Values go on without gap or repetition, and each has the time that its number implies."""
    for order in [(forebay, spark), (spark, forebay)]:
        checkpoint = directory / order[0].name
        batches = []
        for engine in order * 5:
            batches += engine.batches("rate", RATE, checkpoint)
            time.sleep(0.6)
        ids = [batch for batch, _ in batches]
        expect(len(ids) >= 5 and ids == sorted(set(ids)), f"batch ids {ids}")
        rows = sorted((row for _, part in batches for row in part), key=lambda row: row[1])
        expect_equal([value for _, value in rows], list(range(len(rows))), "values")
        created = int(log_lines(checkpoint / "sources", "0", 0)[1])
        # Ten rows a second: number n comes n tenths of a second after the source was made.
        expect_equal([time_of(created + 100 * value) for _, value in rows],
                     [stamp for stamp, _ in rows], "times")


def time_of(millis):
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(millis // 1000))
    return (stamp + f".{millis % 1000:03}".rstrip("0")).rstrip(".")


def uncommitted_batch_is_run_again(forebay, spark, directory):
    """commits/L is missing: either engine re-runs L with the same rows, then goes on alike."""
    for maker in [forebay, spark]:
        made = directory / maker.name
        batches = []
        for _ in range(3):
            batches += maker.batches("rate-micro-batch", MICRO_BATCH, made)
        remove_commit(made, 2)
        resumed = {}
        for engine in [forebay, spark]:
            copy = directory / f"{maker.name}-{engine.name}"
            shutil.copytree(made, copy)
            resumed[engine] = engine.batches("rate-micro-batch", MICRO_BATCH, copy)
            expect_equal(resumed[engine][0], batches[2],
                         f"batch 2 of {maker.name}, run again by {engine.name}")
            expect_equal(log_entries(copy, "commits"), log_entries(copy, "offsets"),
                         f"commits after {engine.name}")
        expect_equal(resumed[forebay], resumed[spark], f"resumed checkpoint of {maker.name}")


def uncommitted_rate_batch_is_run_again(forebay, spark, directory):
    for maker, heir in [(forebay, spark), (spark, forebay)]:
        checkpoint = directory / maker.name
        batches = []
        while len(batches) < 2:
            batches += maker.batches("rate", RATE, checkpoint)
            time.sleep(0.6)
        last, rows = batches[-1]
        expect_equal(last_batch(checkpoint), last, "last batch")
        remove_commit(checkpoint, last)
        expect_equal(heir.batches("rate", RATE, checkpoint)[0], (last, rows),
                     f"last batch of {maker.name}, run again by {heir.name}")


def files_are_sparks(forebay, spark, directory):
    """Two checkpoints of the same query: the same files, and in them what does not depend on time
    and chance."""
    for source, options in [("rate-micro-batch", MICRO_BATCH), ("rate", RATE)]:
        ours, theirs = directory / f"ours-{source}", directory / f"theirs-{source}"
        for _ in range(3):
            forebay.batches(source, options, ours, {"spark.sql.shuffle.partitions": "2"})
            spark.batches(source, options, theirs)
            if source == "rate":
                time.sleep(1.1)  # a start within the same second has nothing to do
        expect_equal(tree(ours), tree(theirs), f"files of {source}")
        expect_equal(list(json.loads((ours / "metadata").read_bytes())), ["id"], "metadata")
        for batch in log_entries(theirs, "offsets"):
            got, wanted = (log_lines(path, "offsets", batch) for path in (ours, theirs))
            expect_equal(len(got), len(wanted), f"lines of offsets/{batch} of {source}")
            expect_equal(got[0], wanted[0], f"version of offsets/{batch}")
            expect_equal(without_extras(got[1], "batchTimestampMs"),
                         without_extras(wanted[1], "batchTimestampMs"), f"offsets/{batch}")
            # Ends of rate's batches depend on when the batch ran.
            if source != "rate":
                expect_equal(got[2:], wanted[2:], f"offsets/{batch} of {source}")
            got, wanted = (log_lines(path, "commits", batch) for path in (ours, theirs))
            expect_equal(got[0], wanted[0], f"version of commits/{batch}")
            expect_equal(without_extras(got[1]), without_extras(wanted[1]), f"commits/{batch}")


def settings_are_pinned(forebay, spark, directory):
    """What the checkpoint says about settings wins over the session that resumes it."""
    pinned = {"spark.sql.shuffle.partitions": "3",
              "spark.sql.streaming.multipleWatermarkPolicy": "max",
              "spark.sql.streaming.stateStore.compression.codec": "zstd"}
    later = {"spark.sql.shuffle.partitions": "5",
             "spark.sql.streaming.multipleWatermarkPolicy": "min",
             "spark.sql.streaming.stateStore.compression.codec": "lz4"}
    for maker, heir in [(forebay, spark), (spark, forebay)]:
        checkpoint = directory / maker.name
        maker.batches("rate-micro-batch", MICRO_BATCH, checkpoint, pinned)
        heir.batches("rate-micro-batch", MICRO_BATCH, checkpoint, later)
        first, second = (json.loads(log_lines(checkpoint, "offsets", batch)[1])["conf"]
                         for batch in (0, 1))
        expect_equal({key: first[key] for key in pinned}, pinned, f"settings by {maker.name}")
        expect_equal(second, first, f"settings continued by {heir.name}")


def query_id_stays(forebay, spark, directory):
    for maker, heir in [(forebay, spark), (spark, forebay)]:
        checkpoint = directory / maker.name
        maker.batches("rate-micro-batch", MICRO_BATCH, checkpoint)
        before = (checkpoint / "metadata").read_bytes()
        heir.batches("rate-micro-batch", MICRO_BATCH, checkpoint)
        expect_equal((checkpoint / "metadata").read_bytes(), before, "metadata")


JSON_SCHEMA = "at TIMESTAMP, value BIGINT, _corrupt_record STRING"
JSON_SELECT = ("CASE WHEN at IS NULL THEN _corrupt_record ELSE CAST(at AS STRING) END AS time, "
               "value")


def put_json(folder, number):
    """A file of three rows, one of them malformed, and what a batch of it gives."""
    folder.mkdir(exist_ok=True)
    path = folder / f"file {number}.json"
    bad = f'{{"value":"{number}"}}'
    path.write_text(f'{{"at":"2024-01-01 00:00:{number:02}","value":{number}}}\n{bad}\n'
                    f'{{"value":{number},"at":{1704067200 + number}}}\n')
    os.utime(path, (1704067200 + number,) * 2)
    stamp = f"2024-01-01 00:00:{number:02}"
    return [(stamp, number), (bad, None), (stamp, number)]


def json_files_in_turn(forebay, spark, directory):
    """Five times each over a directory that gets two files before every start; the log of files is
    compacted twice, by either."""
    for order in [(forebay, spark), (spark, forebay)]:
        checkpoint, folder = directory / order[0].name, directory / f"in {order[0].name}"
        batches, wanted = [], []
        for engine in order * 5:
            for _ in range(2):
                wanted.append((len(wanted), put_json(folder, len(wanted))))
            batches += engine.batches("json", {"path": folder, "maxFilesPerTrigger": 1}, checkpoint,
                                      select=JSON_SELECT, schema=JSON_SCHEMA)
        expect_equal(batches, wanted, f"batches, {order[0].name} first")
        log = checkpoint / "sources" / "0"
        names = {entry.name for entry in log.iterdir() if not entry.name.startswith(".")}
        expect({"9.compact", "19.compact", "18"} <= names and len(names) == 20, f"log {names}")
        items = [json.loads(line) for line in (log / "19.compact").read_text().split("\n")[1:]]
        expect_equal([(item["batchId"], item["timestamp"]) for item in items],
                     [(i, 1704067200000 + 1000 * i) for i in range(20)], "items of the log")
        expect_equal(items[3]["path"], (folder / "file 3.json").as_uri(), "path in the log")


def json_batch_is_run_again(forebay, spark, directory):
    """Several files in a batch, read again by the other: the same rows in the same order."""
    for maker, heir in [(forebay, spark), (spark, forebay)]:
        checkpoint, folder = directory / maker.name, directory / f"in {maker.name}"
        for number in (5, 11, 3, 12):
            put_json(folder, number)
        how = {"select": JSON_SELECT, "schema": JSON_SCHEMA}
        first = maker.batches("json", {"path": folder}, checkpoint, **how)
        remove_commit(checkpoint, 0)
        expect_equal(heir.batches("json", {"path": folder}, checkpoint, **how), first,
                     f"batch of {maker.name}, run again by {heir.name}")


TESTS = [console_text_is_sparks, micro_batches_in_turn, rate_in_turn,
         uncommitted_batch_is_run_again, uncommitted_rate_batch_is_run_again, files_are_sparks,
         settings_are_pinned, query_id_stays, json_files_in_turn, json_batch_is_run_again]


def run_test(test, forebay, spark, report):
    with tempfile.TemporaryDirectory(prefix="forebay-live-") as directory:
        try:
            test(forebay, spark, pathlib.Path(directory))
            reason = None
        except Failure as failure:
            reason = str(failure)
        # Whatever else a test meets is its failure, not the end of all tests.
        except Exception:
            reason = traceback.format_exc()
    report.write(f"{'not ok' if reason else 'ok'} {test.__name__}\n")
    if reason:
        report.write("    " + reason.rstrip().replace("\n", "\n    ") + "\n")
    report.flush()
    return reason is None


def main(program, names):
    tests = [test for test in TESTS if not names or test.__name__ in names]
    if not tests:
        sys.exit(f"no such test; there are: {', '.join(test.__name__ for test in TESTS)}")
    stdout = Stdout()
    spark = Spark(stdout)
    passed = sum(run_test(test, Forebay(program), spark, stdout.report) for test in tests)
    stdout.report.write(f"{passed} of {len(tests)} tests passed\n")
    spark.session.stop()
    return 0 if passed == len(tests) else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
