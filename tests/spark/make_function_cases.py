# SPDX-License-Identifier: Apache-2.0
"""Asks Spark the questions of function_questions.txt and writes its answers as tables of C, one
for each section: tests/unit/expr/fn_<section>_cases.inc."""

import pathlib
import sys

import session

HERE = pathlib.Path(__file__).parent
TABLES = HERE.parent / "unit" / "expr"
TIME_ZONE = "America/Los_Angeles"  # as in tests/support/function_cases.h
BATCH = 32
HEADER = """/* SPDX-License-Identifier: Apache-2.0
 *
 * Made by tests/spark/make_function_cases.py: what Spark 4.2.0 answered. */
"""
SHORT_TYPES = {"s": "string", "i": "int", "b": "bigint", "d": "double", "f": "float",
               "x": "binary", "ts": "timestamp", "ntz": "timestamp_ntz", "dt": "date",
               "ti": "tinyint", "si": "smallint", "bo": "boolean", "as": "array<string>"}


class Question:
    def __init__(self, section, line):
        self.section = section
        self.function, *args = line.split("|")
        self.args = [self.parse_arg(arg) for arg in args]
        self.answer = None

    @staticmethod
    def parse_arg(text):
        name, _, value = text.partition(":")
        if value == "NULL":
            return SHORT_TYPES.get(name, name), None
        value = value.encode("latin1", "backslashreplace").decode("unicode_escape")
        return SHORT_TYPES.get(name, name), value

    @staticmethod
    def literal(arg):
        kind, value = arg
        if value is None:
            return f"CAST(NULL AS {kind})"
        if kind == "binary":
            return f"X'{value}'"
        if kind == "array<string>":
            items = ["CAST(NULL AS STRING)" if v == "~" else f"'{v}'" for v in value.split(",")]
            return f"array({', '.join(items)})"
        quoted = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        return f"'{quoted}'" if kind == "string" else f"CAST('{quoted}' AS {kind})"

    def sql(self):
        return f"{self.function}({', '.join(self.literal(arg) for arg in self.args)})"


def read_questions():
    questions, section = [], None
    for line in (HERE / "function_questions.txt").read_text(encoding="utf8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            questions.append(Question(section, line))
    return questions


def ask(spark, questions):
    """Many at a time; where one fails, halves, down to the one."""
    try:
        frame = spark.sql("SELECT " + ", ".join(f"{q.sql()} AS c{i}"
                                                for i, q in enumerate(questions)))
        types = [field.dataType.simpleString() for field in frame.schema]
        texts = [f"hex(c{i})" if kind == "binary" else f"CAST(c{i} AS STRING)"
                 for i, kind in enumerate(types)]
        row = frame.selectExpr(*texts).collect()[0]
        for question, kind, value in zip(questions, types, row):
            question.answer = (kind, value)
    except Exception as error:  # whatever Spark and Java throw is the answer
        if len(questions) > 1:
            half = len(questions) // 2
            ask(spark, questions[:half])
            ask(spark, questions[half:])
            return
        condition = getattr(error, "getCondition", lambda: None)() or ""
        message = getattr(error, "getMessage", lambda: str(error))() or str(error)
        questions[0].answer = (None, condition, first_sentence(message))


def first_sentence(message):
    """Without the condition in front and the advice behind."""
    if message.startswith("["):
        message = message[message.index("]") + 1:].strip()
    message = message.split("\n")[0]
    for end in (" SQLSTATE", " If necessary", " Use `", " Please, refer", " You can form"):
        message = message.split(end)[0]
    return message


def c_string(text):
    if text is None:
        return "NULL"
    out = ""
    for byte in text.encode("utf8"):
        char = chr(byte)
        if char in "\"\\":
            out += "\\" + char
        elif char == "\n":
            out += "\\n"
        elif char == "?" and out.endswith("?"):
            out += "\\?"  # no trigraph
        else:
            out += char if 32 <= byte < 127 else f"\\{byte:03o}"
    return f'"{out}"'


def row_of(question):
    args = ", ".join(f"{{{c_string(kind)}, {c_string(value)}}}" for kind, value in question.args)
    call = f"{{{c_string(question.function)}, {{{args or '{NULL, NULL}'}}}"
    kind, *rest = question.answer
    if kind is None:
        return f"{call}, NULL, NULL, {c_string(rest[0])}, {c_string(rest[1])}}},"
    return f"{call}, {c_string(kind)}, {c_string(rest[0])}, NULL, NULL}},"


def is_testable(question):
    kind, *rest = question.answer
    if kind is None:
        # How a cast that somebody wrote is printed is not the function's affair.
        return "CAST(" not in rest[1] or "Cannot resolve" not in rest[1]
    return rest[0] is None or "\0" not in rest[0]


def main():
    questions = read_questions()
    spark = session.start(spark_sql_session_timeZone=TIME_ZONE)
    for start in range(0, len(questions), BATCH):
        ask(spark, questions[start:start + BATCH])
    spark.stop()
    for section in dict.fromkeys(q.section for q in questions):
        rows = [row_of(q) for q in questions if q.section == section and is_testable(q)]
        path = TABLES / f"fn_{section}_cases.inc"
        path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf8")
        print(f"{path.name}: {len(rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
