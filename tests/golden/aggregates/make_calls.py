#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes calls.jsonl: what Spark 4.2.0 answers to aggregates of one or two columns of any type.

    tests/spark/setup.sh tests/golden/aggregates/make_calls.py

A line: {"call": "max_by(x, y)", "types": those of x and y, "rows": cells as SQL, "result": CAST(...
AS STRING) or null, "schema": its type as JSON, "nullable": whether it may be NULL} or, for an
error, {"error": its condition}. Sets have no order: their elements are sorted."""
import json
import logging
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "spark")]

import session as spark_session  # noqa: E402

STRUCT = "STRUCT<a: INT, b: STRING>"
NESTED = "STRUCT<a: ARRAY<STRING>, b: STRUCT<c: DECIMAL(20,2), d: BOOLEAN>>"
LONG = "'a long string that is not inline, '"
VALUES = {
    "BOOLEAN": [["true", "false", "NULL", "true"]],
    "TINYINT": [["3", "1", "NULL", "3", "-7"]],
    "SMALLINT": [["300", "1", "NULL", "300"]],
    "INT": [["3", "1", "NULL", "3", "2147483647", "-1"], ["NULL"], []],
    "BIGINT": [["3", "1", "3", "9223372036854775807"]],
    "FLOAT": [["1.5", "NULL", "-0.0", "0.0", "'NaN'", "'NaN'", "1.5"]],
    "DOUBLE": [["1.5", "NULL", "-0.0D", "0.0D", "'NaN'", "'NaN'", "'Infinity'"], ["0.0D", "-0.0D"]],
    "DECIMAL(5,2)": [["1.25", "1.250", "NULL", "-3"]],
    "DECIMAL(30,5)": [["1234567890123456789012345.5", "1", "-1", "NULL", "1.00000"]],
    "STRING": [["'b'", "'a'", "NULL", "''", "'b'", LONG, f"concat({LONG}, 'x')", LONG]],
    "BINARY": [["X'61'", "X''", "NULL", "X'61'", "X'4142434445464748494A4B4C4D4E4F50'"]],
    "DATE": [["'2024-02-29'", "NULL", "'1999-12-31'", "'2024-02-29'"]],
    "TIMESTAMP": [["'2024-02-29 12:00:00.000001'", "'1999-12-31 23:59:59'"]],
    "TIMESTAMP_NTZ": [["'2024-02-29 12:00:00.5'", "NULL", "'2024-02-29 12:00:00.5'"]],
    STRUCT: [["named_struct('a', 2, 'b', 'x')", "named_struct('a', 1, 'b', " + LONG + ")", "NULL",
              "named_struct('a', 2, 'b', 'x')", "named_struct('a', NULL, 'b', 'y')",
              "named_struct('a', 2, 'b', NULL)"], ["NULL"], []],
    "STRUCT<d: DOUBLE>": [["named_struct('d', 0.0D)", "named_struct('d', -0.0D)",
                           "named_struct('d', CAST('NaN' AS DOUBLE))",
                           "named_struct('d', CAST('NaN' AS DOUBLE))"]],
    "ARRAY<INT>": [["array(3, 1)", "array()", "NULL", "array(1, NULL, 2)", "array(3)", "array(3, 1)"]],
    "ARRAY<STRING>": [["array('x', " + LONG + ")", "array(NULL)", "array('x')", "array('w', 'z')"]],
    NESTED: [["named_struct('a', array('p', NULL), 'b', named_struct('c', 1.5, 'd', true))",
              "named_struct('a', array('o'), 'b', NULL)", "NULL",
              "named_struct('a', NULL, 'b', named_struct('c', NULL, 'd', false))",
              "named_struct('a', array('p', NULL), 'b', named_struct('c', 1.5, 'd', true))"]],
}
VALUE_CALLS = ["min(x)", "max(x)", "first(x)", "last(x)", "first(x, true)", "last(x, true)",
               "any_value(x)", "any_value(x, true)", "collect_list(x)", "collect_set(x)",
               "array_agg(x)", "count(x)"]
BIT_CALLS = ["bit_and(x)", "bit_or(x)", "bit_xor(x)", "try_sum(x)", "try_avg(x)", "skewness(x)",
             "kurtosis(x)", "product(x)", "sum(x)"]
PAIRS = [
    ("STRING", "INT", [["'a'", "1"], [LONG, "3"], ["'b'", "3"], ["NULL", "0"], ["'c'", "NULL"]]),
    ("STRING", "INT", [["NULL", "5"], ["'b'", "3"]]),
    ("INT", "STRING", [["1", LONG], ["2", "'b'"], ["3", "''"], ["4", "NULL"]]),
    ("INT", "DOUBLE", [["1", "'NaN'"], ["2", "'Infinity'"], ["3", "-0.0D"], ["4", "0.0D"]]),
    (STRUCT, "DATE", [["named_struct('a', 1, 'b', " + LONG + ")", "'2024-01-01'"],
                      ["NULL", "'2024-01-02'"], ["named_struct('a', 2, 'b', 'x')", "'2023-01-01'"]]),
    ("ARRAY<INT>", STRUCT, [["array(1)", "named_struct('a', 1, 'b', 'x')"],
                            ["array(2, 3)", "named_struct('a', 1, 'b', 'z')"],
                            ["NULL", "named_struct('a', NULL, 'b', 'z')"]]),
    ("DECIMAL(30,5)", "ARRAY<INT>", [["1.5", "array(1)"], ["2.5", "array(1, 0)"], ["3.5", "NULL"]]),
    ("INT", "INT", [["NULL", "NULL"]]), ("INT", "INT", []),
]
NUMBERS = [
    ("DOUBLE", "DOUBLE", [["1.5", "2.25"], ["2", "3.5"], ["NULL", "1"], ["4", "NULL"], ["-1", "7"]]),
    ("INT", "INT", [["1", "10"], ["2", "20"], ["3", "29"], ["4", "41"]]),
    ("INT", "DECIMAL(5,2)", [["1", "1.10"], ["2", "2.30"], ["3", "2.20"]]),
    ("DOUBLE", "DOUBLE", [["1", "2"]]), ("DOUBLE", "DOUBLE", []),
    ("DOUBLE", "DOUBLE", [["1", "5"], ["1", "6"]]), ("FLOAT", "BIGINT", [["'NaN'", "1"], ["2", "3"]]),
    ("STRING", "INT", [["'1.5'", "2"], ["'2.5'", "5"]]),
    ("BOOLEAN", "INT", [["true", "1"]]),
]
NUMBER_LISTS = [["1", "2", "3", "10"], ["5"], ["5", "5"], [], ["NULL"], ["1.5", "-2.5", "100", "7", "NULL"],
                ["0", "0", "0"]]


def cases():
    for kind, lists in VALUES.items():
        for values in lists:
            for call in VALUE_CALLS + (BIT_CALLS if kind.split("(")[0] in (
                    "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "DOUBLE", "DECIMAL", "STRING")
                    else ["bit_and(x)"]):
                yield call, [kind], [[value] for value in values]
    for values in NUMBER_LISTS:
        for kind in ["DOUBLE", "INT", "DECIMAL(10,2)"]:
            for call in ["skewness(x)", "kurtosis(x)", "try_sum(x)", "try_avg(x)"]:
                yield call, [kind], [[value] for value in values]
    big = {"BIGINT": "9223372036854775807", "DECIMAL(38,0)": "9" * 38}
    for kind, value in big.items():
        for call in ["try_sum(x)", "try_avg(x)"]:
            yield call, [kind], [[value], [value], ["1"]]
            yield call, [kind], [[value], ["NULL"]]
    for first, second, rows in PAIRS:
        for call in ["max_by(x, y)", "min_by(x, y)"]:
            yield call, [first, second], rows
    for first, second, rows in NUMBERS:
        for call in ["covar_pop(x, y)", "covar_samp(x, y)", "corr(x, y)"]:
            yield call, [first, second], rows
    yield "max_by(x, y)", ["INT", "MAP<INT, INT>"], [["1", "map(1, 2)"]]
    for call in ["min(x)", "max(x)", "first(x)", "last(x)", "collect_list(x)", "collect_set(x)",
                 "count(x)"]:
        yield call, ["MAP<STRING, INT>"], [["map('a', 1)"], ["NULL"], ["map('b', 2, 'c', NULL)"]]


def ask(spark, refusal, call, types, rows):
    case = {"call": call, "types": types, "rows": rows}
    cells = rows or [["NULL"] * len(types)]
    source = ", ".join("(" + ", ".join(f"CAST({cell} AS {kind})" for cell, kind in zip(row, types))
                       + ")" for row in cells)
    columns = ", ".join("xy"[:len(types)])
    where = "" if rows else " WHERE false"
    try:
        frame = spark.sql(f"SELECT {call} AS r FROM VALUES {source} AS t({columns}){where}")
        field = json.loads(frame.schema.json())["fields"][0]
        shown = ("hex(r)" if field["type"] == "binary" else "CAST(array_sort(r) AS STRING)"
                 if call.startswith("collect_set") else "CAST(r AS STRING)")
        case.update(result=frame.selectExpr(f"{shown} AS s").collect()[0]["s"],
                    schema=field["type"], nullable=field["nullable"])
    except refusal as error:
        case["error"] = error.getCondition()
    return case


def main():
    spark = spark_session.start()
    spark.conf.set("spark.sql.shuffle.partitions", "1")
    logging.getLogger("SQLQueryContextLogger").disabled = True
    from pyspark.errors import PySparkException
    with open(HERE / "calls.jsonl", "w", encoding="utf-8") as out:
        for call, types, rows in cases():
            out.write(json.dumps(ask(spark, PySparkException, call, types, rows)) + "\n")
    spark.stop()


if __name__ == "__main__":
    main()
