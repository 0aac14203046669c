# SPDX-License-Identifier: Apache-2.0
"""Stateful queries and their input, the same text for Forebay and for Spark.

A case is run several times on one checkpoint; a run gets its files, one a batch, and ends when
there is nothing left to do. With `feed="step"` the query stays up and gets the next file when it
has done with the one before, so that batches without data come in between. A step has one file
then: two would not come at once.
"""
import base64
import dataclasses
import json
import random


@dataclasses.dataclass
class Case:
    name: str
    sql: str
    mode: str
    views: dict  # name: schema
    runs: list  # of a list of batches, each {view: [line of JSON, ...]}
    conf: dict = dataclasses.field(default_factory=dict)
    feed: str = "available"
    ordered: bool = False  # rows of a batch come in the query's order
    sets: tuple = ()  # columns that are sets: the order of their elements says nothing
    # Records of the deltas are Spark's to the bit; otherwise only what they decode to.
    exact_state: bool = True
    def all_conf(self):
        return {"spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "2",
                **self.conf}


def event(text):
    """`12:02 a 1` -> a line of JSON; `-` is null; day and seconds may be given: `2T12:02:30`."""
    stamp, key, value = text.split()
    row = {}
    if stamp != "-":
        day, _, clock = stamp.rpartition("T")
        row["t"] = f"2024-01-{int(day or 1):02} {clock}" + (":00" if clock.count(":") == 1 else "")
    if key != "-":
        row["k"] = key
    if value != "-":
        row["v"] = int(value)
    return json.dumps(row)


def events(text):
    return [event(part) for part in text.split(",") if part.strip()]


def timeline(*runs):
    return [[{"v": events(step)} for step in run] for run in runs]


EVENTS = {"v": "t TIMESTAMP, k STRING, v INT"}
LATE = " WATERMARK t DELAY OF INTERVAL 5 MINUTES "

# Windows of ten minutes close behind the data, some rows are late, and every run begins with rows
# that the watermark of the run before makes late or not.
TIMES = timeline(
    ["12:02 a 1, 12:08 b 2, 12:03:30 a 3", "12:14 a 4, 12:01 b 5, 12:11 b 6",
     "12:27 a 7, 12:09 a 8"],
    ["12:05 a 9, 12:16 b 10, 12:21 c 11", "12:44:59.999 b 12, 12:19 a 13, - a 14"],
    ["12:40 c 15, 12:38 b 16, 12:30 - 17", "13:30 a -, 12:55 b 19", "14:00 a 20"])

# Longer gaps: two windows of windows close.
LONG_TIMES = timeline(
    ["12:01 a 1, 12:03 a 2, 12:07 b 3", "12:12 a 4, 12:16 b 5, 12:06 a 6", "12:23 b 7, 12:26 a 8"],
    ["12:15 a 9, 12:31 b 10", "12:49 a 11, 12:33 a 12"],
    ["13:15 a 13, 12:20 b 14, 12:48 b 15", "14:40 b 16"])


def numbers(seed, files, rows, keys=5):
    """Batches of rows (k STRING, v INT) with nulls in both."""
    chance = random.Random(seed)
    return [{"v": [json.dumps({"k": chance.choice([*"abcdefghijkl"[:keys], None]),
                               "v": chance.choice([None, *range(-20, 80)])})
                   for _ in range(rows)]} for _ in range(files)]


def in_runs(batches, *lengths):
    runs, at = [], 0
    for length in lengths:
        runs.append(batches[at:at + length])
        at += length
    assert at == len(batches)
    return runs


NUMBERS = {"v": "k STRING, v INT"}
TYPED = {"v": "bo BOOLEAN, i8 TINYINT, i16 SMALLINT, i32 INT, i64 BIGINT, f FLOAT, d DOUBLE, "
              "d10 DECIMAL(10,2), d30 DECIMAL(30,5), s STRING, bin BINARY, dat DATE, "
              "ts TIMESTAMP, ntz TIMESTAMP_NTZ, st STRUCT<a: INT, b: STRING>, ar ARRAY<INT>, "
              "deep STRUCT<d: DOUBLE, l: ARRAY<STRUCT<x: STRING, f: FLOAT>>>, v INT"}

VALUES = {
    "bo": [True, False, None],
    "i8": [0, 127, -128, None],
    "i16": [1, 32767, -32768, None],
    "i32": [5, 2147483647, -2147483648, None],
    "i64": [7, 9223372036854, -9007199254740993, None],
    "f": [0.0, "-0.0", 1.5, "NaN", "Infinity", None],
    "d": [0.0, "-0.0", 0.1, "NaN", "-Infinity", 1e300, None],
    "d10": ["0.01", "-99999999.99", "12345678.90", None],
    "d30": ["0.00001", "-1234567890123456789012345.67890", "99.5", None],
    "s": ["", "a", "eight by", "exactly nine", "\u00e4\U0001f600", None],
    "bin": [b"", b"\0\1\2", b"abcdefgh", b"abcdefghi", None],
    "dat": ["2024-02-29", "1969-12-31", "0001-01-01", None],
    "ts": ["2024-01-01 12:00:00.123456", "1969-12-31 23:59:59.999999", "2024-01-01", None],
    "ntz": ["2024-01-01 12:00:00.123456", "1901-01-01 00:00:00", None],
    "st": [{"a": 1, "b": "x"}, {"a": None, "b": "x"}, {"a": 1, "b": "a longer text"}, {}, None],
    "ar": [[], [1], [1, None, 3], [None], [3, 2, 1, 0], None],
    "deep": [{"d": 0.0, "l": [{"x": "p", "f": 0.0}]}, {"d": "-0.0", "l": [{"x": "p", "f": "-0.0"}]},
             {"d": "NaN", "l": []}, {"d": None, "l": [None, {"x": None, "f": "NaN"}]}, {}, None],
}


def typed_line(chance, columns):
    row = {}
    for name in columns:
        value = chance.choice(VALUES[name])
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        if value is not None:
            row[name] = value
    row["v"] = chance.randrange(100)
    return json.dumps(row, ensure_ascii=False).replace('"-0.0"', "-0.0")


def typed(seed, columns, files=4, rows=14):
    chance = random.Random(seed)
    return in_runs([{"v": [typed_line(chance, columns.split()) for _ in range(rows)]}
                    for _ in range(files)], 2, files - 2)


def one_each(runs, key):
    """The first row of every key in a batch."""
    return [[{view: list({json.loads(line).get(key): line for line in reversed(lines)}.values())
              for view, lines in step.items()} for step in run] for run in runs]


def by_keys(name, seed, columns, **more):
    """A count and a sum by columns of many types."""
    listed = ", ".join(columns.split())
    return Case(name, f"SELECT {listed}, count(*) AS c, sum(v) AS sv FROM STREAM v "
                      f"GROUP BY {listed}", "update", TYPED, typed(seed, columns), **more)


def two_views(*runs):
    return [[{name: events(text) for name, text in step.items()} for step in run] for run in runs]


TWO = {"a": "t TIMESTAMP, k STRING, v INT", "b": "t TIMESTAMP, k STRING, v INT"}
TWO_TIMES = two_views(
    [{"a": "12:02 x 1, 12:09 y 2", "b": "12:01 x 3"}, {"a": "12:35 x 4", "b": "12:12 y 5"},
     {"a": "12:03 x 6, 12:40 y 7", "b": "12:04 y 8, 12:26 x 9"}],
    [{"a": "12:41 x 10", "b": "12:02 x 11"}, {"a": "12:58 y 12", "b": "12:31 y 13"}],
    [{"b": "12:45 x 14"}, {"a": "13:30 x 15, 12:10 y 16", "b": "13:31 x 17"}])
UNION = ("SELECT window, k, sum(v) AS s FROM (SELECT t, k, v FROM STREAM a WATERMARK t DELAY OF "
         "INTERVAL 5 MINUTES UNION ALL SELECT t, k, v FROM STREAM b WATERMARK t DELAY OF INTERVAL "
         "2 MINUTES) GROUP BY window(t, '10 minutes'), k")
COUNT = "SELECT k, count(*) AS c, sum(v) AS s FROM STREAM v GROUP BY k"
TUMBLING = (f"SELECT window, k, count(*) AS c, sum(v) AS s FROM STREAM v{LATE}"
            "GROUP BY window(t, '10 minutes'), k")
CODEC = "spark.sql.streaming.stateStore.compression.codec"
SNAPSHOTS = {"spark.sql.streaming.stateStore.minDeltasForSnapshot": "3",
             "spark.sql.streaming.minBatchesToRetain": "4"}

CASES = [
    # --- grouping ---
    Case("count", COUNT, "update", NUMBERS, in_runs(numbers(1, 5, 9), 2, 3)),
    Case("count_complete_ordered", COUNT + " ORDER BY c DESC, k", "complete", NUMBERS,
         in_runs(numbers(2, 4, 9), 2, 2), ordered=True),
    Case("order_by_aggregate", "SELECT k, sum(v) AS s FROM STREAM v GROUP BY k "
         "ORDER BY max(v) DESC NULLS LAST, k NULLS LAST", "complete", NUMBERS,
         in_runs(numbers(3, 4, 6, 9), 2, 2), ordered=True),
    Case("group_by_expression", "SELECT v % 3 AS g, upper(k) AS u, count(*) AS c, max(v) AS m "
         "FROM STREAM v GROUP BY v % 3, upper(k)", "update", NUMBERS,
         in_runs(numbers(4, 4, 9), 2, 2)),
    Case("group_by_alias_and_ordinal", "SELECT v % 4 AS g, k, count(v) AS c FROM STREAM v "
         "GROUP BY g, 2", "update", NUMBERS, in_runs(numbers(5, 4, 9), 2, 2)),
    Case("result_over_group", "SELECT v % 3 + 1 AS g, sum(v) + count(*) * 2 AS x, "
         "max(v) - min(v) AS r, sum(v) AS again, concat('n', count(*)) AS n FROM STREAM v "
         "GROUP BY v % 3", "update", NUMBERS, in_runs(numbers(6, 4, 9), 2, 2)),
    Case("repeated_and_literal_keys", "SELECT k, 'x' AS x, count(*) AS c FROM STREAM v "
         "GROUP BY k, 'x', k", "update", NUMBERS, in_runs(numbers(7, 4, 9), 2, 2)),
    Case("having", "SELECT k, count(*) AS c FROM STREAM v GROUP BY k HAVING count(*) > 3 AND "
         "max(v) > 40", "update", NUMBERS, in_runs(numbers(8, 4, 9), 2, 2)),
    Case("where_below", "SELECT k, count(*) AS c FROM (SELECT upper(k) AS k, v FROM STREAM v "
         "WHERE v > 10) WHERE k <> 'A' GROUP BY k", "update", NUMBERS,
         in_runs(numbers(9, 4, 9), 2, 2)),
    Case("filter_above_group", "SELECT * FROM (SELECT k, count(*) AS c, sum(v) AS s FROM STREAM v "
         "GROUP BY k) WHERE k > 'a' AND s > 0", "update", NUMBERS,
         in_runs(numbers(10, 4, 9), 2, 2)),
    Case("global_update", "SELECT count(*) AS c, sum(v) AS s, min(v) AS lo, avg(v) AS a "
         "FROM STREAM v WHERE v > 40", "update", NUMBERS,
         in_runs([{"v": ['{"v":3}']}, *numbers(11, 3, 7)], 2, 2)),
    Case("global_complete", "SELECT count(*) AS c, max(k) AS m FROM STREAM v WHERE v > 60",
         "complete", NUMBERS, in_runs([{"v": ['{"v":3}']}, *numbers(12, 3, 7)], 2, 2)),
    Case("distinct", "SELECT DISTINCT k, v % 2 AS odd FROM STREAM v", "update", NUMBERS,
         in_runs(numbers(13, 4, 9), 2, 2)),
    Case("no_aggregate", "SELECT k FROM STREAM v GROUP BY k", "update", NUMBERS,
         in_runs(numbers(14, 4, 9), 2, 2)),
    Case("one_partition", COUNT, "update", NUMBERS, in_runs(numbers(15, 4, 9), 2, 2),
         conf={"spark.sql.shuffle.partitions": "1"}),
    Case("five_partitions", COUNT, "update", NUMBERS, in_runs(numbers(16, 4, 12, 12), 2, 2),
         conf={"spark.sql.shuffle.partitions": "5"}),
    Case("self_union", "SELECT k, count(*) AS c, sum(v) AS s FROM (SELECT k, v FROM STREAM v "
         "UNION ALL SELECT k, v * 100 FROM STREAM v WHERE v > 0) GROUP BY k", "update", NUMBERS,
         in_runs(numbers(17, 4, 7), 2, 2)),

    # --- aggregates ---
    Case("sums_and_averages", "SELECT i8, count(*) AS c, count(i32) AS ci, sum(i32) AS si, "
         "sum(i16) AS sh, sum(d10) AS s10, avg(d10) AS a10, avg(i16) AS ai, avg(i64) AS al, "
         "sum(v / 4) AS sd, avg(v) AS av FROM STREAM v GROUP BY i8", "update", TYPED,
         typed(21, "i8 i16 i32 i64 d10")),
    Case("sums_of_wide_decimals", "SELECT i8, sum(d30) AS s, avg(d30) AS a, "
         "sum(CAST(v AS DECIMAL(20,3))) AS d20 FROM STREAM v GROUP BY i8", "update", TYPED,
         typed(22, "i8 d30")),
    Case("extremes", "SELECT i8, min(i32) AS a, max(i64) AS b, min(d) AS e, max(f) AS g, "
         "min(d10) AS h, max(d30) AS i, min(s) AS j, max(s) AS k, min(dat) AS l, max(ts) AS m, "
         "min(ntz) AS n, max(bo) AS o, min(bin) AS p FROM STREAM v GROUP BY i8", "update", TYPED,
         typed(23, "i8 i32 i64 d f d10 d30 s dat ts ntz bo bin")),
    Case("extremes_nested", "SELECT i8, min(st) AS a, max(st) AS b, max(ar) AS c, "
         "min(named_struct('x', s, 'y', v)) AS d FROM STREAM v GROUP BY i8", "update", TYPED,
         typed(24, "i8 st ar s")),
    # Texts and nested values make Spark sort, not stably: their groups have one row a batch.
    Case("first_and_last", "SELECT i8, first(i32) AS a, last(i64) AS b, any_value(d) AS c, "
         "first(d30) IGNORE NULLS AS e, last(dat) IGNORE NULLS AS f, first_value(bo) AS g, "
         "last_value(ts) AS h, first(f) IGNORE NULLS AS i FROM STREAM v GROUP BY i8", "update",
         TYPED, typed(25, "i8 i32 i64 d d30 dat bo ts f")),
    Case("first_and_last_texts", "SELECT i8, first(s) AS a, last(s) AS b, "
         "first(bin) IGNORE NULLS AS c, last(s) IGNORE NULLS AS d FROM STREAM v GROUP BY i8",
         "update", TYPED, one_each(typed(31, "i8 s bin", 6), "i8")),
    Case("first_and_last_nested", "SELECT i8, first(st) AS a, last(ar) AS b, "
         "first(st) IGNORE NULLS AS c FROM STREAM v GROUP BY i8", "update", TYPED,
         one_each(typed(26, "i8 st ar", 6), "i8")),
    Case("booleans", "SELECT i8, bool_and(bo) AS a, bool_or(bo) AS b, every(v > 5) AS c, "
         "some(v > 90) AS d, any(bo) AS e, count_if(v > 50) AS f FROM STREAM v GROUP BY i8",
         "update", TYPED, typed(27, "i8 bo")),
    Case("moments", "SELECT i8, stddev(v) AS a, stddev_pop(v) AS b, var_samp(i16) AS c, "
         "var_pop(i32) AS d, variance(d10) AS e FROM STREAM v GROUP BY i8", "update", TYPED,
         typed(28, "i8 i16 i32 d10")),
    Case("collected", "SELECT i8, collect_list(i32) AS l, collect_list(s) AS ls, "
         "collect_set(s) AS cs FROM STREAM v GROUP BY i8", "update", TYPED,
         typed(29, "i8 i32 s"), sets=("cs",), exact_state=False),
    Case("of_two_columns", "SELECT i8, max_by(s, v) AS a, min_by(dat, v) AS b, corr(i16, v) AS c, "
         "covar_pop(v, i16) AS d, covar_samp(v, v) AS e FROM STREAM v GROUP BY i8", "update", TYPED,
         typed(32, "i8 s dat i16")),
    Case("higher_moments_and_bits", "SELECT i8, skewness(v) AS a, kurtosis(v) AS b, "
         "bit_and(i32) AS c, bit_or(i16) AS d, bit_xor(i64) AS e, try_sum(i64) AS f, "
         "try_avg(d10) AS g, try_sum(d30) AS h FROM STREAM v GROUP BY i8", "update", TYPED,
         typed(33, "i8 i32 i16 i64 d10 d30")),
    Case("sums_of_small_decimals", "SELECT k, sum(CAST(v AS DECIMAL(8,2))) AS a, "
         "avg(CAST(v AS DECIMAL(11,3))) AS b, avg(CAST(v AS DECIMAL(12,3))) AS c, "
         "sum(CAST(v AS DECIMAL(9,0))) AS d FROM STREAM v GROUP BY k", "update", NUMBERS,
         in_runs(numbers(34, 4, 9), 2, 2)),
    Case("group_by_all", "SELECT k, v % 2 AS odd, count(*) AS c FROM STREAM v GROUP BY ALL",
         "update", NUMBERS, in_runs(numbers(35, 4, 9), 2, 2)),
    Case("having_over_windows", f"SELECT window.end AS e, k, count(*) AS c FROM STREAM v{LATE}"
         "GROUP BY window(t, '10 minutes'), k HAVING count(*) > 1 AND window.end IS NOT NULL",
         "append", EVENTS, TIMES),
    Case("aggregate_of_distinct", "SELECT window, count(*) AS c FROM (SELECT DISTINCT t, k "
         f"FROM STREAM v{LATE}) GROUP BY window(t, '10 minutes')", "append", EVENTS, TIMES),
    Case("filter_clause", "SELECT k, count(*) FILTER (WHERE v > 30) AS c, "
         "sum(v) FILTER (WHERE v % 2 = 0) AS e, sum(v) AS s, "
         "max(v) FILTER (WHERE k < 'c') AS m FROM STREAM v GROUP BY k", "update", NUMBERS,
         in_runs(numbers(30, 4, 9), 2, 2)),

    # --- keys ---
    by_keys("keys_integral", 41, "bo i8 i16 i32 i64"),
    by_keys("keys_text", 42, "s bin"),
    by_keys("keys_float", 43, "f d"),
    by_keys("keys_decimal", 44, "d10 d30"),
    by_keys("keys_time", 45, "dat ts ntz"),
    by_keys("keys_struct", 46, "st"),
    by_keys("keys_array", 47, "ar"),
    by_keys("keys_deep", 48, "deep"),

    # --- windows and watermarks ---
    Case("tumbling_append", TUMBLING, "append", EVENTS, TIMES),
    Case("tumbling_append_steps", TUMBLING, "append", EVENTS, TIMES, feed="step"),
    Case("tumbling_update", TUMBLING, "update", EVENTS, TIMES),
    Case("tumbling_update_steps", TUMBLING, "update", EVENTS, TIMES, feed="step"),
    Case("tumbling_complete", TUMBLING + " ORDER BY window, k", "complete", EVENTS, TIMES,
         ordered=True),
    Case("tumbling_without_watermark", "SELECT window.start AS s, count(*) AS c FROM STREAM v "
         "GROUP BY window(t, '10 minutes')", "update", EVENTS, TIMES),
    Case("sliding_update", f"SELECT window, count(*) AS c FROM STREAM v{LATE}"
         "GROUP BY window(t, '10 minutes', '5 minutes')", "update", EVENTS, TIMES),
    Case("sliding_with_start", f"SELECT window.start AS a, window.end AS b, k, sum(v) AS s "
         f"FROM STREAM v{LATE}GROUP BY window(t, '10 minutes', '4 minutes', '1 minute'), k",
         "append", EVENTS, TIMES),
    Case("key_before_window", f"SELECT k, window.end AS e, avg(v) AS a FROM STREAM v{LATE}"
         "GROUP BY k, window(t, 900000000)", "append", EVENTS, TIMES),
    Case("window_time_selected", "SELECT window_time(window) AS at, c FROM (SELECT window, "
         f"count(*) AS c FROM STREAM v{LATE}GROUP BY window(t, '10 minutes'))", "append", EVENTS,
         TIMES),
    Case("windows_of_windows", "SELECT window(at, '20 minutes') AS w, sum(c) AS c, max(s) AS m, "
         "count(*) AS n FROM (SELECT window_time(window) AS at, c, s FROM (SELECT window, k, "
         f"count(*) AS c, sum(v) AS s FROM STREAM v{LATE}GROUP BY window(t, '5 minutes'), k)) "
         "GROUP BY window(at, '20 minutes')", "append", EVENTS, LONG_TIMES),
    Case("windows_of_windows_steps", "SELECT window, k, sum(c) AS c FROM (SELECT "
         f"window(t, '5 minutes') AS w, k, count(*) AS c FROM STREAM v{LATE}"
         "GROUP BY window(t, '5 minutes'), k) GROUP BY window(w, '15 minutes'), k", "append",
         EVENTS, LONG_TIMES, feed="step"),
    Case("event_time_as_key", f"SELECT t, count(*) AS c, sum(v) AS s FROM STREAM v{LATE}"
         "GROUP BY t", "append", EVENTS, TIMES),
    Case("distinct_event_times", f"SELECT DISTINCT t, k FROM STREAM v{LATE}", "append", EVENTS,
         TIMES),
    Case("watermark_beside_key", f"SELECT k, count(*) AS c, max(t) AS m FROM STREAM v{LATE}"
         "GROUP BY k", "update", EVENTS, TIMES),
    Case("watermark_of_expression", "SELECT window.start AS s, count(*) AS c FROM STREAM v "
         "WATERMARK CAST(x AS TIMESTAMP) AS e DELAY OF INTERVAL '1' MINUTE "
         "GROUP BY window(e, '1 minute')", "append", {"v": "x STRING"},
         [[{"v": ['{"x":"2024-01-01 00:00:10"}', '{"x":"2024-01-01 00:02:10"}']},
           {"v": ['{"x":"2024-01-01 00:04:59.123"}', '{"x":"2024-01-01 00:01:00"}', "{}"]}],
          [{"v": ['{"x":"2024-01-01 00:03:00"}', '{"x":"2024-01-01 00:09:00"}']}]]),
    Case("window_of_ntz", "SELECT window, count(*) AS c FROM STREAM v GROUP BY "
         "window(n, '1 hour')", "update", {"v": "n TIMESTAMP_NTZ"},
         [[{"v": ['{"n":"2024-01-01 00:30:00"}', '{"n":"1969-12-31 23:59:59"}', "{}"]}],
          [{"v": ['{"n":"2024-01-01 00:59:59.999999"}', '{"n":"2024-01-01 01:00:00"}']}]]),
    Case("delay_of_days", "SELECT window, count(*) AS c FROM STREAM v WATERMARK t DELAY OF "
         "INTERVAL 1 DAY 2 HOURS GROUP BY window(t, '1 day')", "append", EVENTS,
         timeline(["1T10:00 a 1, 2T10:00 a 2", "3T03:00 a 3, 1T01:00 a 4"],
                  ["1T02:00 a 5, 4T05:00 a 6", "9T00:00 a 7"])),
    Case("before_the_epoch", "SELECT window, count(*) AS c FROM STREAM v WATERMARK t DELAY OF "
         "INTERVAL 1 SECOND GROUP BY window(t, '10 seconds')", "append", {"v": "t TIMESTAMP"},
         [[{"v": ['{"t":"1969-12-31 23:59:51"}', '{"t":"1969-12-31 23:59:58.5"}']},
           {"v": ['{"t":"1970-01-01 00:00:15"}', '{"t":"1969-12-31 23:59:59"}']}],
          [{"v": ['{"t":"1969-12-31 23:59:49"}', '{"t":"1970-01-01 00:00:31"}']}]]),
    Case("without_no_data_batches", TUMBLING, "append", EVENTS, TIMES,
         conf={"spark.sql.streaming.noDataMicroBatches.enabled": "false"}),
    Case("window_without_key_columns", f"SELECT count(*) AS c FROM STREAM v{LATE}"
         "GROUP BY window(t, '10 minutes')", "update", EVENTS, TIMES),
    Case("union_min", UNION, "append", TWO, TWO_TIMES),
    Case("union_min_steps", UNION, "append", TWO,
         [[{view: lines} for step in run for view, lines in step.items()] for run in TWO_TIMES],
         feed="step"),
    Case("union_max", UNION, "append", TWO, TWO_TIMES,
         conf={"spark.sql.streaming.multipleWatermarkPolicy": "max"}),
    Case("union_of_aggregations", "SELECT k, c FROM (SELECT k, count(*) AS c FROM STREAM a GROUP "
         "BY k) UNION ALL SELECT k, s FROM (SELECT k, sum(v) AS s FROM STREAM b GROUP BY k)",
         "update", TWO, TWO_TIMES),

    # --- files ---
    Case("zstd", COUNT, "update", NUMBERS, in_runs(numbers(61, 4, 9), 2, 2), conf={CODEC: "zstd"},
         exact_state=False),
    Case("snappy", COUNT, "update", NUMBERS, in_runs(numbers(62, 4, 9), 2, 2),
         conf={CODEC: "snappy"}, exact_state=False),
    Case("row_checksums", COUNT, "update", NUMBERS, in_runs(numbers(63, 4, 9), 2, 2),
         conf={"spark.sql.streaming.stateStore.rowChecksum.enabled": "true"}, exact_state=False),
    Case("many_batches", COUNT, "update", NUMBERS, in_runs(numbers(64, 28, 4, 10), 12, 1, 12, 3),
         conf=SNAPSHOTS),
]

# Cases that a minute of real Spark would tell nothing new about: the goldens have them all.
NOT_LIVE = """
order_by_aggregate group_by_expression result_over_group repeated_and_literal_keys
where_below filter_above_group no_aggregate one_partition
first_and_last_nested higher_moments_and_bits sums_of_small_decimals group_by_all
key_before_window window_time_selected event_time_as_key watermark_beside_key
window_without_key_columns tumbling_update_steps windows_of_windows_steps delay_of_days
window_of_ntz having_over_windows distinct_event_times without_no_data_batches
tumbling_without_watermark
""".split()
