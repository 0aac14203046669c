#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks real Spark for the values, types, names and errors of SQL expressions.

    tests/spark/setup.sh tests/golden/expressions/make_expressions.py [TOPIC]...

writes one <topic>.jsonl beside this file for each topic (default: all). The first line says under
which settings the rest was computed:
    {"spark": "4.2.0", "java": "17", "timeZone": "UTC", "ansi": true}
every other line is one expression:
    {"sql": "1 + 1", "type": "int", "value": "2"}       value: CAST(... AS STRING), null,
                                                         upper-case hex when the type is binary
    {"sql": "1 / 0", "error": "DIVIDE_BY_ZERO"}         Spark's condition; null: a bare Java exception
    {"sql": "1 + 1", "name": "(1 + 1)"}                 topic names: of the unaliased column
    {"sql": "c_int + 1", "name": "(c_int + 1)",         topics with "from" in their first line: the
     "type": "int", "nullable": false}                  column of a SELECT from that relation

Expressions are constant, so the optimizer's constant folding evaluates them, which saves a job
each: thirty thousand take some minutes.
"""

import functools
import json
import logging
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "spark")]

import session as spark_session  # noqa: E402
from topics import TOPICS  # noqa: E402

MAX_FILE_BYTES = 500_000


class Oracle:
    def __init__(self):
        self.session = spark_session.start()
        # PySpark logs every refused expression with both stack traces.
        logging.getLogger("SQLQueryContextLogger").disabled = True
        from pyspark.errors import PySparkException
        self.refusal = PySparkException

    def configure(self, time_zone, ansi):
        self.session.conf.set("spark.sql.session.timeZone", time_zone)
        self.session.conf.set("spark.sql.ansi.enabled", str(ansi).lower())

    def evaluate(self, sql):
        """Analysis tells the type; folding by the optimizer gives the value or the error."""
        try:
            frame = self.session.sql(f"SELECT {sql}, CAST({sql} AS STRING)")
            execution = frame._jdf.queryExecution()
            kind = execution.analyzed().expressions().head().dataType().catalogString()
            columns = execution.optimizedPlan().expressions()
            value = columns.apply(0 if kind == "binary" else 1).child()
            if value.getClass().getSimpleName() != "Literal":
                value = frame.collect()[0][0 if kind == "binary" else 1]
            else:
                value = value.value()
        except self.refusal as error:
            return {"sql": sql, "error": error.getCondition()}
        if isinstance(value, (bytes, bytearray)):
            value = bytes(value).hex().upper()
        elif value is not None and not isinstance(value, str):
            value = value.toString()
        return {"sql": sql, "type": kind, "value": value}

    def name(self, sql):
        try:
            return {"sql": sql, "name": self.session.sql(f"SELECT {sql}").columns[0]}
        except self.refusal as error:
            return {"sql": sql, "error": error.getCondition()}

    def column(self, relation, sql):
        try:
            column = self.session.sql(f"SELECT {sql} FROM {relation}").schema.fields[0]
        except self.refusal as error:
            return {"sql": sql, "error": error.getCondition()}
        return {"sql": sql, "name": column.name, "type": column.dataType.simpleString(),
                "nullable": column.nullable}


def write(oracle, topic):
    oracle.configure(topic.time_zone, topic.ansi)
    java = oracle.session._jvm.System.getProperty("java.specification.version")
    lines = [{"spark": spark_session.SPARK_VERSION, "java": java,
              "timeZone": topic.time_zone, "ansi": topic.ansi}]
    ask = oracle.name if topic.names else oracle.evaluate
    if topic.relation:
        lines[0]["from"] = topic.relation
        ask = functools.partial(oracle.column, topic.relation)
    # A list made by loops may hold an expression twice.
    lines += [ask(sql) for sql in dict.fromkeys(topic.expressions())]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    size = len(text.encode())
    if size > MAX_FILE_BYTES:
        sys.exit(f"{topic.name}: {size} bytes are too many for one file; split the topic")
    (HERE / f"{topic.name}.jsonl").write_text(text, encoding="utf-8")
    print(f"{topic.name}: {len(lines) - 1} expressions, {size} bytes", flush=True)


def main(names):
    unknown = set(names) - {topic.name for topic in TOPICS}
    if unknown:
        sys.exit(f"no such topic: {', '.join(sorted(unknown))}; there are: "
                 f"{', '.join(topic.name for topic in TOPICS)}")
    oracle = Oracle()
    for topic in TOPICS:
        if not names or topic.name in names:
            write(oracle, topic)


if __name__ == "__main__":
    main(sys.argv[1:])
