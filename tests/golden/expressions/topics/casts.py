# SPDX-License-Identifier: Apache-2.0
"""CAST and TRY_CAST between every two types, one topic per source type."""

import random

from topics.base import (DATES, DECIMALS, FAR_DATES, INTEGRAL, SPECIAL, TIMES, Topic, decimal,
                         double, doubles, float_, integer, integers, random_doubles, special,
                         text, timestamps)

SCALARS = ["BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(5,2)",
           "DECIMAL(10,0)", "DECIMAL(18,6)", "DECIMAL(38,18)", "STRING", "BINARY", "DATE",
           "TIMESTAMP", "TIMESTAMP_NTZ"]
NUMERIC = ["TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE"]
DECIMAL_TARGETS = ["DECIMAL(1,0)", "DECIMAL(5,2)", "DECIMAL(10,0)", "DECIMAL(18,6)",
                   "DECIMAL(20,0)", "DECIMAL(38,0)", "DECIMAL(38,18)", "DECIMAL(38,38)"]
TIME_TARGETS = ["DATE", "TIMESTAMP", "TIMESTAMP_NTZ"]


def cast(sources, targets, tries=10):
    """CAST of each to each, and TRY_CAST of every `tries`-th."""
    count = 0
    for source in sources:
        for target in targets:
            yield f"CAST({source} AS {target})"
            if count % tries == 0:
                yield f"TRY_CAST({source} AS {target})"
            count += 1


def null_casts():
    for source in ["VOID"] + SCALARS:
        null = "NULL" if source == "VOID" else f"CAST(NULL AS {source})"
        yield from cast([null], SCALARS + ["DECIMAL", "DECIMAL(7)"])
    yield from ["CAST(1 AS LONG)", "CAST(1 AS INTEGER)", "CAST(1 AS REAL)", "CAST(1 AS NUMERIC(4))",
                "CAST(1 AS DEC(4,1))", "CAST(1 AS SHORT)", "CAST(1 AS BYTE)",
                "CAST('a' AS NOSUCH)", "CAST(1 AS DECIMAL(39,0))", "CAST(1 AS DECIMAL(5,6))",
                "CAST(1 AS DECIMAL(0,0))", "CAST('abc' AS VARCHAR(2))", "CAST('abc' AS CHAR(5))",
                "1::STRING", "'7'::INT + 1", "-1::STRING"]


def char_casts():
    """CHAR and VARCHAR are STRING in a cast, whatever their length; in a schema they are refused."""
    for kind in ["VARCHAR(2)", "CHAR(5)", "CHARACTER(3)", "VARCHAR(0)", "char(5)", "CHAR", "VARCHAR",
                 "VARCHAR(2147483647)", "VARCHAR(2147483648)", "CHAR(1,2)", "STRING(3)"]:
        yield from cast(["'abc'", "12345", "NULL", "X'4142'"], [kind], tries=4)
        yield from [f"CAST(NULL AS ARRAY<{kind}>)", f"'abc'::{kind}",
                    f"CAST(named_struct('a', 12345) AS STRUCT<a: {kind}>)"]
    yield "CAST(NULL AS MAP<CHAR(2), VARCHAR(3)>)"


def boolean_casts():
    yield from cast(["true", "false"], SCALARS + DECIMAL_TARGETS, tries=1)


def integral_casts(kind, count):
    values = [integer(kind, value) for value in integers(kind, count)]
    yield from cast(values, SCALARS)
    yield from cast(values[:30], ["DECIMAL(1,0)", "DECIMAL(3,3)", "DECIMAL(20,0)", "DECIMAL(38,0)"])


def small_integer_casts():
    yield from integral_casts("tinyint", 5)
    yield from integral_casts("smallint", 10)


def double_casts():
    values = [special("double", word) for word in SPECIAL] + [double(v) for v in doubles(15)]
    yield from cast(values, [t for t in SCALARS if t not in ("BINARY", "DATE", "TIMESTAMP_NTZ")])
    yield from cast(values[:2], ["BINARY", "DATE", "TIMESTAMP_NTZ"])
    yield from cast(values[:60], ["DECIMAL(38,0)", "DECIMAL(20,0)"])


def float_casts():
    values = [special("float", word) for word in SPECIAL] + [float_(v) for v in doubles(0)[::2]]
    yield from cast(values, [t for t in SCALARS if t not in ("BINARY", "DATE", "TIMESTAMP_NTZ")])
    yield from cast(values[:2], ["BINARY", "DATE", "TIMESTAMP_NTZ"])


def float_text():
    """Only the digits: as many random doubles and floats as fit."""
    for value in random_doubles(500, "digits"):
        yield f"CAST({double(value)} AS STRING)"
    generator = random.Random("short digits")
    for _ in range(250):
        value = float(f"{generator.randrange(10**generator.randrange(1, 18))}e"
                      f"{generator.randrange(-30, 30)}")
        yield f"CAST({double(value)} AS STRING)"
    for value in random_doubles(200, "parse"):
        yield f"CAST('{value!r}' AS DOUBLE)"
    for _ in range(400):
        value = generator.uniform(-10, 10) * 10.0 ** generator.randrange(-37, 38)
        yield f"CAST('{value:.9g}' AS FLOAT)"
    for exponent in range(-45, 39):
        yield f"CAST('1e{exponent}' AS FLOAT)"
    for exponent in range(-324, 309, 3):
        yield f"CAST('1e{exponent}' AS DOUBLE)"


def decimal_casts():
    for (precision, scale), values in DECIMALS.items():
        sources = [decimal(value, precision, scale) for value in values]
        yield from cast(sources, [t for t in SCALARS if not t.startswith("DECIMAL")
                                  and t not in ("BINARY", "DATE", "TIMESTAMP_NTZ")])
        yield from cast(sources, DECIMAL_TARGETS)
        yield from cast(sources[:1], ["BINARY", "DATE", "TIMESTAMP_NTZ"])


NUMBER_TEXT = """0 1 -1 +1 -0 +0 00 007 -007 127 128 -128 -129 32767 32768 -32768 -32769 2147483647
2147483648 -2147483648 -2147483649 9223372036854775807 9223372036854775808 -9223372036854775808
-9223372036854775809 99999999999999999999 00000000000000000000000000000012 1.0 1. .1 . -.5 +.5 -. 1.5
-1.5 1.9 -1.9 0.0 -0.0 127.9 128.0 1e0 1e2 1E2 1e+2 1e-2 1e 1e+ e1 1.5e3 1.5e-3 1e400 -1e400 1e-400
1e38 1e37 123456789.123456789 0.1 0.10 100 1_000 1,000 0x10 0X1p3 0x1.8p1 1f 1F 1d 1D 1.5f 1.5d 1L
1l 1s 1bd NaN nan NAN -NaN +NaN Infinity infinity INFINITY inf Inf INF -inf -Infinity +inf +Infinity
infi Infinit i n a abc 12a a12 1\xa02 1-2 --1 ++1 +-1 - + \u0661\u0662 \uff11 \u00bd true false
99999999999999999999999999999999999999 999999999999999999999999999999999999999
0.00000000000000000000000000000000000001 12345678901234567890.123456789012345678
1234567890123456789012345678901234567890 999.99 999.994 999.995 999.996 1000 -999.995 0.005 0.015
0.025 0.004999999999999999999 1e-7 1e5 4.9e-324 1.7976931348623157e308 1.7976931348623159e308
3.4028235e38 3.4028236e38 16777217 9007199254740993 2.2250738585072012e-308 1e-45
0.1e1 1e1.5 1e99999999999 -1e99999999999 0e99999999999 1e-99999999999""".split()
SPACED_NUMBERS = ["", " ", "   ", " 1", "1 ", " 1 ", "\t1\n", "\r1", "\x001", "1\x00", "\x1f1\x1f",
                  "\xa01", "1\xa0", "\u20031", "\u30001", "1 2", " + 1", " -1 ", "1.5 ", " NaN ",
                  " inf", " 1e2 ", "\x7f1", "\ufeff1", "\x0b1", "\x0c1"]


def string_to_number():
    values = [text(value) for value in NUMBER_TEXT + SPACED_NUMBERS]
    yield from cast(values, NUMERIC)
    yield from cast(values, ["DECIMAL(5,2)", "DECIMAL(10,0)", "DECIMAL(38,18)", "DECIMAL(38,0)"])


BOOLEAN_TEXT = ["t", "true", "T", "TRUE", "True", "tRuE", "y", "yes", "Y", "YES", "1", "f", "false",
                "F", "FALSE", "n", "no", "N", "NO", "0", "", " ", " true ", "\ttrue\n", "tru",
                "on", "off", "01", "1.0", "2", "-1", "null", "wahr", "truee", "yes ", "\x00t",
                "\xa0true"]

DATE_TEXT = """2024-01-15 2024-1-5 2024-01 2024 2024-1 24-01-15 02024-01-15 002024-01-15
0002024-01-15 10000-01-01 +10000-01-01 +2024-01-15 -2024-01-15 -0001-01-01 0000-01-01 -0000-01-01
0001-01-01 9999-12-31 99999-01-01 294247-01-10 294248-01-01 999999-01-01 1000000-01-01 5881580-07-11
5881580-07-12 -5877641-06-23 -5877641-06-22 2024-02-29 2023-02-29 2024-02-30 2024-13-01 2024-00-01
2024-01-00 2024-01-32 2024-04-31 2024-001-15 2024-01-015 2024/01/15 2024.01.15 20240115 2024-01-15T
2024-01-15X 2024-01-15T00 2024-- 2024-01- -2024 --2024 2024-01-15-01 1582-10-10 1500-02-29 1600-02-29
1900-02-29 epoch EPOCH a 2024-0a-01 2024-01-15Z 2024-01-15+01:00 99-01-01
999-01-01 1 12 123 12345 123456 1234567 12345678 \u0662024-01-01""".split()
SPACED_DATES = ["", " ", " 2024-01-15", "2024-01-15 ", "\t2024-01-15\n", "2024-01-15 abc",
                "2024-01-15Tabc", "2024 -01-15", "2024- 01-15", " epoch ", "2024-01 ", "2024-01T",
                "2024-01-15 12:00", "\x002024-01-15", "2024-01-15 \x00", "\xa02024-01-15"]

CLOCK_TEXT = """12:34:56 12:34 12 1:2:3 01:2:03 24:00:00 23:60:00 23:59:60 23:59:59 12:34:56. 12:34:56.1
12:34:56.12 12:34:56.123 12:34:56.1234 12:34:56.12345 12:34:56.123456 12:34:56.1234567
12:34:56.123456789 12:34:56.1234567891 12:34:56.000000 12:34:56.0000009 12:34:56.a 12:34:56:7
12:34:56,5 12:34:56Z 12:34:56z 12:34:56UTC 12:34:56GMT 12:34:56UT 12:34:56+01:00 12:34:56-01:00
12:34:56+1 12:34:56+1:0 12:34:56+01 12:34:56+0100 12:34:56+1:00 12:34:56+18:00 12:34:56+18:01
12:34:56+19:00 12:34:56-18:00 12:34:56+01:60 12:34:56+01:02:03 12:34:56+010203 12:34:56UTC+1
12:34:56UTC+01:00 12:34:56GMT-3:30 12:34:56UT+02 12:34:56PST 12:34:56EST 12:34:56CST 12:34:56CET
12:34:56MST 12:34:56IST 12:34:56JST 12:34:56Europe/Berlin 12:34:56America/Los_Angeles
12:34:56Asia/Kolkata 12:34:56europe/berlin 12:34:56Nowhere/City 12:34:56Etc/GMT+5
12:34:56.5Z 12:34:56.123456Z 12:34:56.1234567Z 12:34:56.Z 12:34Z 12Z 12:34+01:00 :: 12: 12:34: a:b:c
12:34:5a 012:34:56 12:034:56 12:34:056 -1:00:00 +1:00:00""".split()


def timestamp_texts():
    for value in DATE_TEXT + SPACED_DATES:
        yield value
    for clock in CLOCK_TEXT:
        yield f"2024-07-15 {clock}"
    for clock in CLOCK_TEXT[::5]:
        yield f"2024-01-15T{clock}"
    yield from ["2024-07-15 12:34:56 Z", "2024-07-15 12:34:56 UTC", "2024-07-15 12:34:56 +01:00",
                "2024-07-15 12:34:56  +01:00", "2024-07-15 12:34:56 Europe/Berlin",
                "2024-07-15 12:34:56.5 America/New_York", "2024-07-15  12:34:56",
                "2024-07-15t12:34:56", "2024-07 12:34:56", "2024 12:34:56", " 2024-07-15 12:34:56 ",
                "2024-07-15 12:34:56\n", "2024-07-15T12:34:56Z ", "2024-07-15\t12:34:56",
                "2024-07-15T", "2024-07-15 ", "2024-07-15TZ", "10000-01-01 00:00:00",
                "+10000-01-01 00:00:00", "-0044-03-15 12:00:00", "0000-01-01 00:00:00",
                "294247-01-10 04:00:54.775807", "294247-01-10 04:00:54.775808",
                "-290308-12-21 19:59:05.224192", "-290308-12-21 19:59:05.224191",
                "1582-10-10 12:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999",
                "2024-02-30 00:00:00", "2024-07-15 12:34:56+1:2:3", "2024-07-15 12:34:56 PST8PDT",
                "2016-12-31 23:59:60", "1970-01-01 00:00:00", "1969-12-31 23:59:59.9999999"]


def string_to_time():
    yield from cast([text(value) for value in BOOLEAN_TEXT], ["BOOLEAN"], tries=2)
    yield from cast([text(value) for value in timestamp_texts()], TIME_TARGETS)


def string_casts():
    values = [text(value) for value in ["", "a", "abc", "\xe9", "\u4e2d\u6587", "\U0001f600 x",
                                        "a\tb", "twelve bytes", "thirteen byte", " lead", "trail "]]
    yield from cast(values, ["STRING", "BINARY"])
    binaries = ["X''", "X'00'", "X'61'", "X'616263'", "X'C3A9'", "X'F09F9880'", "X'7F'",
                "X'000102030405060708090A0B0C0D0E0F'", "X'31'", "X'2D35'"]
    yield from cast(binaries, SCALARS)
    yield from cast(["1Y", "258S", "258", "258L", "-1Y", "-2S", "-2", "-2L", "2147483647",
                     "9223372036854775807L"], ["BINARY"])


def date_casts():
    dates = [f"DATE'{value}'" for value in DATES + FAR_DATES]
    yield from cast(dates, ["STRING", "TIMESTAMP", "TIMESTAMP_NTZ", "DATE"])
    yield from cast(dates[:2], SCALARS)
    yield from cast(["CAST('5881580-07-11' AS DATE)", "CAST('-5877641-06-23' AS DATE)"],
                    ["STRING", "TIMESTAMP", "TIMESTAMP_NTZ"])


def timestamp_casts():
    for word in ["TIMESTAMP", "TIMESTAMP_NTZ"]:
        values = [f"{word}'{value}'" for value in timestamps()]
        yield from cast(values, ["STRING", "DATE", "TIMESTAMP", "TIMESTAMP_NTZ"])
        yield from cast(values[:2], SCALARS)
    values = [f"TIMESTAMP'{value}'" for value in timestamps()]
    yield from cast(values, ["TINYINT", "INT", "BIGINT", "DOUBLE", "FLOAT", "DECIMAL(18,6)",
                             "DECIMAL(10,0)", "DECIMAL(38,18)"])
    yield from [f"TIMESTAMP'2024-07-15 {clock}'" for clock in CLOCK_TEXT[::3]]
    yield from [f"TIMESTAMP_NTZ'2024-07-15 {clock}'" for clock in CLOCK_TEXT[::6]]
    yield from [f"DATE{text(value)}" for value in DATE_TEXT[::2]]


def special_words():
    """Texts that name a moment near the present, so that only relations between them are fixed."""
    for target in TIME_TARGETS:
        yield f"CAST('today' AS {target}) <= CAST('now' AS {target})"
        yield f"CAST(' Today ' AS {target}) = CAST('today' AS {target})"
        yield f"CAST('yesterday' AS {target}) < CAST('today' AS {target})"
        yield f"{target}'tomorrow' > {target}'now'"
        yield f"datediff(CAST('tomorrow' AS {target}), CAST('yesterday' AS {target}))"
        yield f"hour(CAST('today' AS {target}))"
        yield f"CAST('todays' AS {target})"
        yield f"CAST('today UTC' AS {target}) = CAST('today' AS {target})"
        yield f"CAST('now CET' AS {target})"
        yield f"CAST('epoch Z' AS {target})"
        yield f"TRY_CAST('now x' AS {target})"
    # A time without a date is one of today.
    yield "CAST('12:34:56' AS TIMESTAMP) = CAST('today' AS TIMESTAMP)"
    yield "CAST(CAST('12:34:56' AS TIMESTAMP) AS DATE) = CAST('today' AS DATE)"
    yield "date_format(CAST('12:34:56.7' AS TIMESTAMP), 'HH:mm:ss.SSS')"
    yield "date_format(CAST('T1:2' AS TIMESTAMP), 'HH:mm:ss.SSS')"
    yield "date_format(CAST(' 12:34:56Z' AS TIMESTAMP), 'HH:mm:ss.SSS')"
    for value in ["12:34:56", "T12:34", "12:34", "T12", ":", "T"]:
        yield f"CAST('{value}' AS TIMESTAMP_NTZ)"
        yield f"CAST('{value}' AS TIMESTAMP) IS NULL"


def zone_casts():
    """What depends on the session's time zone."""
    for value in timestamps():
        yield f"CAST(TIMESTAMP'{value}' AS STRING)"
        yield f"CAST(TIMESTAMP'{value}' AS BIGINT)"
        yield f"CAST(TIMESTAMP'{value} UTC' AS STRING)"
        yield f"CAST(TIMESTAMP'{value}' AS TIMESTAMP_NTZ)"
        yield f"CAST(TIMESTAMP_NTZ'{value}' AS TIMESTAMP)"
        yield f"CAST(TIMESTAMP'{value}Z' AS DATE)"
        yield f"CAST(CAST({text(value)} AS TIMESTAMP) AS DOUBLE)"
    for value in DATES + FAR_DATES:
        yield f"CAST(DATE'{value}' AS TIMESTAMP)"
        yield f"CAST(CAST(DATE'{value}' AS TIMESTAMP) AS BIGINT)"
    for value in integers("bigint", 10):
        yield f"CAST({integer('bigint', value)} AS TIMESTAMP)"
    for month in range(1, 13):
        for year in (1850, 1920, 1943, 1975, 1999, 2015, 2040, 2200):
            yield f"CAST(TIMESTAMP'{year}-{month:02}-10 {TIMES[month % 6]}' AS DECIMAL(20,6))"
    for clock in CLOCK_TEXT:
        yield f"CAST(CAST('2024-11-03 {clock}' AS TIMESTAMP) AS BIGINT)"


def without_ansi():
    yield from cast([text(v) for v in NUMBER_TEXT + SPACED_NUMBERS],
                    ["TINYINT", "INT", "BIGINT", "DOUBLE", "DECIMAL(5,2)"], tries=20)
    yield from cast([text(v) for v in BOOLEAN_TEXT[::2]], ["BOOLEAN"])
    yield from cast([text(v) for v in list(timestamp_texts())[::4]], TIME_TARGETS, tries=20)
    for kind in INTEGRAL:
        yield from cast([integer(kind, v) for v in integers(kind, 5)[::3]],
                        ["TINYINT", "SMALLINT", "INT", "BIGINT", "DECIMAL(5,2)", "TIMESTAMP",
                         "BINARY", "BOOLEAN"], tries=20)
    yield from cast([double(v) for v in doubles(5)[::2]] + [special("double", w) for w in SPECIAL],
                    ["TINYINT", "INT", "BIGINT", "DECIMAL(5,2)", "TIMESTAMP", "FLOAT"], tries=20)
    for (precision, scale), values in DECIMALS.items():
        yield from cast([decimal(v, precision, scale) for v in values[::2]],
                        ["TINYINT", "INT", "BIGINT", "DECIMAL(5,2)", "TIMESTAMP", "STRING"],
                        tries=20)
    yield from cast([f"TIMESTAMP'{v}'" for v in timestamps()[::6]],
                    ["TINYINT", "INT", "BIGINT", "BOOLEAN", "DECIMAL(10,0)"], tries=20)
    yield from cast([f"DATE'{v}'" for v in DATES[:2]], SCALARS, tries=20)
    yield from cast(["1.0E-7BD", "CAST('0.0000001' AS DECIMAL(10,7))",
                     "CAST('0.00000000000000000001' AS DECIMAL(38,20))"], ["STRING"])


TOPICS = [
    Topic("cast_null", null_casts),
    Topic("cast_char", char_casts),
    Topic("cast_boolean", boolean_casts),
    Topic("cast_small_integer", small_integer_casts),
    Topic("cast_int", lambda: integral_casts("int", 10)),
    Topic("cast_bigint", lambda: integral_casts("bigint", 20)),
    Topic("cast_float", float_casts),
    Topic("cast_double", double_casts),
    Topic("float_text", float_text),
    Topic("cast_decimal", decimal_casts),
    Topic("cast_string_to_number", string_to_number),
    Topic("cast_string_to_time", string_to_time),
    Topic("cast_string_binary", string_casts),
    Topic("cast_date", date_casts),
    Topic("cast_timestamp", timestamp_casts),
    Topic("cast_special_words", special_words),
    Topic("cast_los_angeles", zone_casts, time_zone="America/Los_Angeles"),
    Topic("cast_kolkata", zone_casts, time_zone="Asia/Kolkata"),
    Topic("cast_without_ansi", without_ansi, ansi=False),
]
