#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks real Spark for the exact text of the console sink.

    tests/spark/setup.sh tests/golden/console/make_console.py [CASE]...

writes <case>.sql, a job for `forebay run`, and <case>.out, what Spark printed for the same query,
started as often as the first line of the job says. Each start is one batch: the source is
rate-micro-batch, the trigger availableNow. tests/script/run_jobs.py compares.
"""

import dataclasses
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "spark"))

import session as spark_session  # noqa: E402

TEN = {"rowsPerBatch": 10, "numPartitions": 1, "startTimestamp": 1700000000000,
       "advanceMillisPerBatch": 1234}


@dataclasses.dataclass(frozen=True)
class Case:
    """`select` reads from views by name; FROM STREAM is what both SQLs make of `FROM`."""
    name: str
    select: str
    sink: dict = dataclasses.field(default_factory=dict)
    sources: dict = dataclasses.field(default_factory=lambda: {"numbers": TEN})
    starts: int = 1
    settings: dict = dataclasses.field(default_factory=dict)
    views: dict = dataclasses.field(default_factory=dict)


def few(rows, partitions=1, start=0):
    return {"rowsPerBatch": rows, "numPartitions": partitions, "startTimestamp": start}


LONG = "CASE value WHEN 0 THEN 'exactly twenty chars' WHEN 1 THEN 'one more than twenty.' " \
       "WHEN 2 THEN 'far more than the twenty characters of a cell' WHEN 3 THEN '' " \
       "WHEN 4 THEN NULL ELSE concat('row ', CAST(value AS STRING)) END"
WIDE = "CASE value WHEN 0 THEN '\u4e2d\u6587' WHEN 1 THEN '\uff21\uff22\uff23 half ABC' " \
       "WHEN 2 THEN '\u4e2d\u6587\u5b57\u7b26\u4e32\u4e2d\u6587\u5b57\u7b26\u4e32\u4e2d\u6587\u5b57" \
       "\u7b26\u4e32\u4e2d\u6587\u5b57\u7b26\u4e32\u4e2d' WHEN 3 THEN '\U0001f600 \U0001f601' " \
       "WHEN 4 THEN '\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600" \
       "\U0001f600\U0001f600\U0001f600\U0001f600' WHEN 5 THEN 'e\u0301t\xe9' " \
       "WHEN 6 THEN '\u1100\uac00\ud7a3 \u3042\u30a2\uff71' WHEN 7 THEN 'na\xefve caf\xe9 \xb5\xa7' " \
       "ELSE '\u20ac\u2014\u2026' END"
CONTROL = "CASE value WHEN 0 THEN 'a\\nb' WHEN 1 THEN 'tab\\there' WHEN 2 THEN 'cr\\rlf\\n' " \
          "WHEN 3 THEN '\\u0007\\u0008\\u000b\\u000c' WHEN 4 THEN 'back\\\\slash' " \
          "WHEN 5 THEN 'a\\u001b[0m' WHEN 6 THEN 'nineteen characters\\n' ELSE '\"quoted\"' END"

CASES = [
    Case("sample", "SELECT CAST(timestamp AS STRING), CAST(value AS STRING) FROM numbers", starts=3,
         sources={"numbers": dict(TEN, rowsPerBatch=3)}),
    Case("star", "SELECT * FROM numbers", starts=2),
    Case("num_rows_default", "SELECT value FROM numbers", sources={"numbers": few(25)}, starts=2),
    Case("num_rows_exact", "SELECT value FROM numbers", sources={"numbers": few(20)}),
    Case("num_rows_3", "SELECT value, value * 1000 AS more FROM numbers", {"numRows": 3}, starts=2),
    Case("num_rows_1", "SELECT value FROM numbers", {"numRows": 1}),
    Case("num_rows_0", "SELECT value, 'x' AS text FROM numbers", {"numRows": 0}),
    Case("num_rows_100", "SELECT value FROM numbers", {"numRows": 100}, {"numbers": few(60)}),
    Case("truncate", f"SELECT value, {LONG} AS text, 1 AS `a header longer than twenty` "
         "FROM numbers"),
    Case("truncate_false", f"SELECT value, {LONG} AS text, 1 AS `a header longer than twenty` "
         "FROM numbers", {"truncate": "false"}),
    Case("truncate_false_num_rows", f"SELECT {LONG} AS text FROM numbers",
         {"truncate": "false", "numRows": 2}, starts=2),
    Case("wide", f"SELECT value, {WIDE} AS `\u5217`, 'x' AS `\u5217\u540d` FROM numbers"),
    Case("wide_truncate_false", f"SELECT value, {WIDE} AS `\u5217`, 'x' AS `\u5217\u540d` "
         "FROM numbers", {"truncate": "false"}),
    Case("control", f"SELECT {CONTROL} AS text, 1 AS `a\\nb` FROM numbers"),
    Case("control_truncate_false", f"SELECT {CONTROL} AS text FROM numbers", {"truncate": "false"}),
    Case("types", "SELECT value > 4 AS boolean, CAST(value AS TINYINT) AS tiny, "
         "CAST(-value AS SMALLINT) AS small, CAST(value * 1000000 AS INT) AS int, "
         "value * 1000000000000 AS big, CAST(value / 3 AS FLOAT) AS float, "
         "value * 1.0E6D AS double, CAST(value AS DECIMAL(10,3)) AS dec, "
         "CAST(value AS DECIMAL(38,18)) / 7 AS wide_dec FROM numbers"),
    Case("times", "SELECT timestamp, CAST(timestamp AS DATE) AS date, "
         "CAST(timestamp AS TIMESTAMP_NTZ) AS ntz, "
         "CAST(value - 62135596800 AS TIMESTAMP) AS early, "
         "CAST(value + 253402300795 AS TIMESTAMP) AS late FROM numbers"),
    Case("times_los_angeles", "SELECT timestamp, CAST(timestamp AS DATE) AS date, "
         "CAST(timestamp AS TIMESTAMP_NTZ) AS ntz, CAST(timestamp AS STRING) FROM numbers",
         {"truncate": "false"}, starts=2,
         settings={"spark.sql.session.timeZone": "America/Los_Angeles"}),
    Case("binary", "SELECT CAST(CAST(value AS STRING) AS BINARY) AS short, "
         "CAST(CASE WHEN value > 4 THEN 'h\xe9llo w\xf6rld' ELSE '' END AS BINARY) AS text, X'00FF' AS const "
         "FROM numbers"),
    Case("nulls", "SELECT CASE WHEN value % 2 = 0 THEN value END AS big, "
         "CASE WHEN value % 3 = 0 THEN 'text' END AS text, NULL AS void, "
         "CAST(NULL AS DECIMAL(5,2)) AS dec, CAST(NULL AS BINARY) AS bin, "
         "CAST(NULL AS TIMESTAMP) AS ts, CAST(NULL AS DATE) AS date FROM numbers"),
    Case("structs", "SELECT struct(value, 'x' AS text) AS s, "
         "struct(CASE WHEN value > 3 THEN value END AS a, struct(NULL AS b, 1.50 AS c) AS d) AS deep, "
         "CASE WHEN value > 5 THEN struct(1 AS a) END AS maybe, struct(X'0A' AS bin) AS bin "
         "FROM numbers"),
    Case("structs_truncate_false", "SELECT struct(value, timestamp, 'a\\nb' AS text) AS s, "
         "CAST(struct(value, NULL AS n) AS STRING) AS text FROM numbers", {"truncate": "false"}),
    Case("empty", "SELECT value, timestamp FROM numbers WHERE value < 0", starts=2),
    Case("empty_truncate_false", "SELECT value, 'text' AS `a header longer than twenty` "
         "FROM numbers WHERE value < 0", {"truncate": "false"}),
    Case("where", "SELECT value, value % 3 AS rest FROM numbers WHERE value % 2 = 1 OR value > 7",
         starts=2),
    Case("where_null", "SELECT value FROM numbers WHERE CASE WHEN value > 5 THEN true END"),
    Case("partitions", "SELECT value FROM numbers", sources={"numbers": few(10, 3)}, starts=2),
    Case("partitions_where", "SELECT value FROM numbers WHERE value % 2 = 0",
         sources={"numbers": few(20, 4)}),
    Case("union", "SELECT value, 'left' AS side FROM numbers UNION ALL "
         "SELECT value * 10, 'right' FROM others", starts=2,
         sources={"numbers": few(4), "others": few(3, 2, 5000)}),
    Case("union_types", "SELECT CAST(value AS INT) AS a FROM numbers UNION ALL "
         "SELECT value + 0.5 FROM others", sources={"numbers": few(3), "others": few(3)}),
    Case("union_self", "SELECT value, 1 AS side FROM numbers UNION ALL SELECT -value, 2 FROM numbers",
         starts=2, sources={"numbers": few(3)}),
    Case("subquery", "SELECT double, upper(text) FROM (SELECT value * 2 AS double, "
         "concat('row ', CAST(value AS STRING)) AS text FROM numbers WHERE value > 2) AS t "
         "WHERE t.double < 14"),
    Case("views", "SELECT n, sign FROM evens", starts=2,
         views={"evens": "SELECT value AS n, CASE WHEN value > 4 THEN 'big' ELSE 'small' END AS sign "
                         "FROM numbers WHERE value % 2 = 0"}),
    Case("names", "SELECT value + 1, -value, value = 1 OR NOT value > 2, upper('a'), "
         "CASE WHEN value > 1 THEN 'x' END, coalesce(NULL, value), CAST(value AS DOUBLE), 1, 'text', "
         "value IN (1, 2), numbers.value FROM numbers", sources={"numbers": few(2)}),
    Case("same_names", "SELECT value, value, value AS value FROM numbers",
         sources={"numbers": few(2)}),
    Case("functions", "SELECT lpad(CAST(value AS STRING), 3, '0') AS padded, round(value / 7, 2) AS r, "
         "date_trunc('HOUR', timestamp) AS hour, pmod(hash(value), 8) AS part, "
         "greatest(value, 5) AS g FROM numbers"),
]


def sql_text(value):
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def options(pairs):
    return "(" + ", ".join(f"{key} {sql_text(value)}" for key, value in pairs.items()) + ")"


def streaming(select, names):
    """The same SELECT with every relation marked as a stream, as streaming tables want it."""
    for name in names:
        select = select.replace(f"FROM {name}", f"FROM STREAM {name}")
    return select


def job(case):
    names = list(case.sources) + list(case.views)
    lines = ["-- SPDX-License-Identifier: Apache-2.0", f"-- starts: {case.starts}"]
    lines += [f"SET {key} = {value};" for key, value in case.settings.items()]
    lines += [f"CREATE TEMPORARY VIEW {name} USING `rate-micro-batch` OPTIONS {options(values)};"
              for name, values in case.sources.items()]
    lines += [f"CREATE TEMPORARY VIEW {name} AS {streaming(select, names)};"
              for name, select in case.views.items()]
    sink = dict(case.sink, checkpointLocation="checkpoint", trigger="availableNow")
    lines += [f"CREATE STREAMING TABLE console_{case.name} USING console OPTIONS {options(sink)}",
              f"AS {streaming(case.select, names)};"]
    return "\n".join(lines) + "\n"


def run(session, case, directory):
    for key, value in {"spark.sql.session.timeZone": "UTC", **case.settings}.items():
        session.conf.set(key, value)
    for name, values in case.sources.items():
        reader = session.readStream.format("rate-micro-batch")
        reader.options(**values).load().createOrReplaceTempView(name)
    for name, select in case.views.items():
        session.sql(select).createOrReplaceTempView(name)
    for _ in range(case.starts):
        writer = session.sql(case.select).writeStream.format("console").options(**case.sink)
        writer.option("checkpointLocation", f"{directory}/{case.name}").trigger(
            availableNow=True).start().awaitTermination()


class Stdout:
    """What the JVM prints, which has this process's descriptor 1."""

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.original = os.dup(1)
        os.dup2(self.file.fileno(), 1)
        self.end = 0

    def take(self):
        text = os.pread(self.file.fileno(), 1 << 24, self.end)
        self.end += len(text)
        return text


def main(names):
    unknown = set(names) - {case.name for case in CASES}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    stdout = Stdout()
    session = spark_session.start()
    stdout.take()
    with tempfile.TemporaryDirectory() as directory:
        for case in CASES:
            if names and case.name not in names:
                continue
            run(session, case, directory)
            (HERE / f"{case.name}.out").write_bytes(stdout.take())
            (HERE / f"{case.name}.sql").write_text(job(case), encoding="utf-8")
    os.write(stdout.original, f"{len(names) or len(CASES)} cases\n".encode())
    session.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
