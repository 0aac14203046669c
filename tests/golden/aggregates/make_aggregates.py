#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes aggregates.jsonl: what Spark 4.2.0 answers to aggregate functions over a few values.

    tests/spark/setup.sh tests/golden/aggregates/make_aggregates.py

A line: {"call": "sum(x)", "type": type of x, "values": texts to be cast to it, "result": CAST(... AS
STRING) or null, "result_type": its type} or, for an error, {"error": its condition}."""
import json
import pathlib

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

INTEGERS = [["1", "2", "3", None, "-5"], [None, None], [], ["127", "127", "-128", "1"], ["0"]]
LONGS = [["9223372036854775807", "-1", None, "5"], ["9223372036854775807", "1"],
         ["9223372036854775807", "1", "-1"], ["-9223372036854775808", "-1"]]
DOUBLES = [["1.5", "2.25", None, "-0.1"], ["NaN", "1"], ["Infinity", "-Infinity"], ["-0.0", "0.0"],
           ["1e308", "1e308"], ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"], ["1e-320", "3"],
           ["10", "10", "10"], ["3", "NaN", "-Infinity", None], ["7"]]
DECIMALS = {
    "DECIMAL(5,2)": [["1.25", "-0.50", None, "999.99", "999.99"], ["0.01", "0.02", "0.02"], [None]],
    "DECIMAL(18,4)": [["99999999999999.9999", "0.0001", "12.5"], ["1", "1", "1"]],
    "DECIMAL(28,10)": [["999999999999999999.9999999999", "0.5", None], ["1", "2", "2"]],
    # A sum that leaves the type and comes back is not asked for: Spark's answer depends on whether
    # the plan keeps the sum in an UnsafeRow between two rows.
    "DECIMAL(38,0)": [["99999999999999999999999999999999999999", "1"], ["7", "8", "8"]],
    "DECIMAL(38,18)": [["12345678901234567890.123456789012345678", "1"], ["1", "2"]],
}
STRINGS = [["b", "a", None, "c"], [""], ["", "a long string that is not inline", "zzz"],
           ["a long string, the first", "a long string, the second"], [None, "x"], ["10", "2", "3.5"]]
OTHERS = {
    "DATE": [["2024-02-29", "1999-12-31", None], ["0001-01-01"]],
    "TIMESTAMP": [["2024-02-29 12:00:00.000001", "1999-12-31 23:59:59"]],
    "TIMESTAMP_NTZ": [["2024-02-29 12:00:00.5", None]],
    "BINARY": [["ab", "aa", None, "a long binary value, longer than twelve"]],
}
NUMBER_CALLS = ["sum(x)", "avg(x)", "mean(x)", "stddev(x)", "stddev_pop(x)", "stddev_samp(x)", "std(x)",
                "var_pop(x)", "var_samp(x)", "variance(x)"]
VALUE_CALLS = ["min(x)", "max(x)", "first(x)", "last(x)", "first(x, true)", "last(x, true)",
               "any_value(x)", "first_value(x)", "last_value(x, false)", "count(x)", "count(*)"]
BOOLEAN_CALLS = ["bool_and(x)", "every(x)", "bool_or(x)", "some(x)", "any(x)", "count_if(x)", "min(x)",
                 "max(x)", "first(x)", "count(x)", "sum(x)", "avg(x)"]


def cases():
    for kind in ["TINYINT", "SMALLINT", "INT", "BIGINT"]:
        for values in INTEGERS + (LONGS if kind == "BIGINT" else []):
            for call in NUMBER_CALLS + VALUE_CALLS:
                yield call, kind, values
    for kind in ["FLOAT", "DOUBLE"]:
        for values in DOUBLES:
            for call in NUMBER_CALLS + VALUE_CALLS:
                yield call, kind, values
    for kind, lists in DECIMALS.items():
        for values in lists:
            for call in NUMBER_CALLS + VALUE_CALLS:
                yield call, kind, values
    for values in STRINGS:
        for call in VALUE_CALLS + ["sum(x)", "avg(x)"]:
            yield call, "STRING", values
    for kind, lists in OTHERS.items():
        for values in lists:
            for call in VALUE_CALLS + ["sum(x)", "bool_and(x)"]:
                yield call, kind, values
    for values in [["true", "false", None], ["true", None], [None], []]:
        for call in BOOLEAN_CALLS:
            yield call, "BOOLEAN", values


def ask(spark, call, kind, values):
    case = {"call": call, "type": kind, "values": values}
    rows = ", ".join(f"({'NULL' if v is None else repr(v)})" for v in values)
    source = (f"SELECT CAST(col1 AS {kind}) AS x FROM VALUES {rows}" if values
              else f"SELECT CAST(NULL AS {kind}) AS x WHERE false")
    try:
        frame = spark.sql(f"SELECT {call} AS r FROM ({source})")
        kind_out = frame.schema["r"].dataType.simpleString()
        shown = "hex(r)" if kind_out == "binary" else "CAST(r AS STRING)"
        result = frame.selectExpr(f"{shown} AS s").collect()[0]["s"]
        case.update(result=result, result_type=kind_out)
    except PySparkException as error:
        case["error"] = error.getCondition()
    return case


def main():
    spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
             .config("spark.driver.host", "127.0.0.1")
             .config("spark.driver.bindAddress", "127.0.0.1")
             .config("spark.sql.session.timeZone", "UTC")
             .config("spark.sql.shuffle.partitions", "1").getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    target = pathlib.Path(__file__).with_name("aggregates.jsonl")
    with open(target, "w", encoding="utf-8") as out:
        for call, kind, values in cases():
            out.write(json.dumps(ask(spark, call, kind, values)) + "\n")
    spark.stop()


if __name__ == "__main__":
    main()
