#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes plans.jsonl: what Spark 4.2.0 makes of streaming statements, before anything runs.

    tests/spark/setup.sh tests/golden/plans/make_plans.py

statements.txt has one statement a line, behind the output mode it is checked with and a blank; '#'
starts a comment. A line of the answer: {"sql", "mode", "columns": the schema as Spark's JSON,
"state": [{"key", "value"}, ...] of the aggregations from the output down} or {"sql", "mode", "error":
condition, "text": the message, "phase": "analysis" or "check"}."""
import json
import logging
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "spark"))
import session  # noqa: E402

from pyspark.errors import PySparkException  # noqa: E402
from py4j.protocol import Py4JJavaError  # noqa: E402

# The Forebay test has the same views.
COLUMNS = ("k STRING, v BIGINT, i INT, d DOUBLE, dec DECIMAL(10,2), ok BOOLEAN, ts TIMESTAMP, "
           "ntz TIMESTAMP_NTZ, day DATE, bin BINARY, s STRUCT<a: INT, b: STRING>, arr ARRAY<INT>, "
           "m MAP<STRING, INT>")


def statements():
    for line in (HERE / "statements.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            mode, sql = line.split(" ", 1)
            yield mode, sql.strip()


def collect(plan, kind, found):
    if plan.getClass().getSimpleName() == kind:
        found.append(plan)
    children = plan.children()
    for index in range(children.size()):
        collect(children.apply(index), kind, found)
    return found


class Oracle:
    def __init__(self):
        self.spark = session.start()
        self.jvm = self.spark._jvm
        directory = tempfile.mkdtemp()
        self.spark.readStream.schema(COLUMNS).json(directory).createOrReplaceTempView("t")
        self.spark.readStream.schema(COLUMNS).json(directory).createOrReplaceTempView("u")
        self.spark.readStream.schema(COLUMNS).json(directory).withWatermark(
            "ts", "10 minutes").createOrReplaceTempView("w")
        self.spark.sql("SELECT 'x' AS k, 1L AS v").createOrReplaceTempView("b")

    def execution(self, frame, mode):
        package = self.jvm.org.apache.spark.sql.execution.streaming
        metadata = getattr(package.checkpointing, "OffsetSeqMetadata")(0, 0, self.scala_map(
            {"spark.sql.streaming.aggregation.stateFormatVersion": "2",
             "spark.sql.shuffle.partitions": "2"}))
        none = self.jvm.scala.Option.empty()
        uuid = self.jvm.java.util.UUID.randomUUID()
        runtime = package.runtime
        empty = self.jvm.scala.collection.mutable.HashMap
        level = runtime.IncrementalExecution.__getattr__("$lessinit$greater$default$14")()
        return runtime.IncrementalExecution(
            self.spark._jsparkSession, frame._jdf.queryExecution().analyzed(), mode, "<none>", uuid,
            uuid, 0, none, metadata, runtime.WatermarkPropagator.noop(), False, empty(), empty(),
            level, False)

    def scala_map(self, values):
        java = self.jvm.java.util.HashMap(values)
        return self.jvm.org.apache.spark.api.python.PythonUtils.toScalaMap(java)

    def states(self, frame, mode):
        plan = self.execution(frame, mode).sparkPlan()
        found = []
        for node in collect(plan, "StateStoreSaveExec", []):
            keys, child = node.keyExpressions(), node.child()
            struct = self.jvm.org.apache.spark.sql.catalyst.types.DataTypeUtils.fromAttributes
            key = json.loads(struct(keys).json())
            every = json.loads(struct(child.output()).json())
            every["fields"] = every["fields"][keys.size():]
            found.append({"key": key, "value": every})
        return found

    def answer(self, mode, sql, plans):
        answer = {"sql": sql, "mode": mode}
        try:
            frame = self.spark.sql(sql)
            answer["columns"] = json.loads(frame._jdf.schema().json())
        except PySparkException as error:
            return self.failed(answer, "analysis", error.getCondition(), str(error))
        modes = self.jvm.org.apache.spark.sql.catalyst.streaming.InternalOutputModes
        java_mode = modes.apply(mode)
        checker = self.jvm.org.apache.spark.sql.catalyst.analysis.UnsupportedOperationChecker
        analyzed = frame._jdf.queryExecution().analyzed()
        try:
            if analyzed.isStreaming():
                checker.checkForStreaming(analyzed, java_mode)
        except PySparkException as error:
            return self.failed(answer, "check", error.getCondition(), str(error))
        except Py4JJavaError as error:
            return self.failed(answer, "check", "?", str(error.java_exception))
        try:
            execution = self.execution(frame, java_mode)
            plans.write(f"---- {sql}\n{analyzed.toString()}\n--\n{execution.optimizedPlan().toString()}\n")
            answer["state"] = self.states(frame, java_mode)
        except PySparkException as error:
            return self.failed(answer, "plan", error.getCondition(), str(error))
        except Py4JJavaError as error:
            return self.failed(answer, "plan", "?", str(error.java_exception))
        return answer

    @staticmethod
    def failed(answer, phase, condition, text):
        answer.pop("columns", None)
        text = text.split(" SQLSTATE:")[0].split("\n")[0]
        prefix = f"[{condition}] "
        answer.update(error=condition, phase=phase, text=text.removeprefix(prefix))
        return answer


def main():
    logging.disable(logging.CRITICAL)  # errors are answers here
    oracle = Oracle()
    with open(os.environ.get("PLANS", os.devnull), "w") as plans, open(HERE / "plans.jsonl", "w") as out:
        for mode, sql in statements():
            out.write(json.dumps(oracle.answer(mode, sql, plans), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
