# SPDX-License-Identifier: Apache-2.0
"""LIKE, strings, mathematics, hashes, structs."""

import itertools

from topics.base import (DATES, DECIMALS, INTEGRAL, SPECIAL, Topic, decimal, double, doubles,
                         float_, integer, integers, special, text, timestamps)

STRINGS = ["", "a", "abc", "  pad  ", "ABC def", "\xe9t\xe9", "stra\xdfe", "\u4e2d\u6587\u5b57",
           "a\u0301", "\U0001f600\U0001f601", "x\ty\n", "\u0130I\u0131i", "exactly 12 ch",
           "a longer text than twelve bytes"]
NULL = "CAST(NULL AS STRING)"


def quoted():
    return [text(value) for value in STRINGS] + [NULL]


def like():
    values = ["", "a", "abc", "aXc", "a%c", "a_c", "a\\c", "\u4e2d\u6587", "\U0001f600", "line\nbreak",
              "ABC", "aaa", "a.c", "[a]", "abcabcabc"]
    patterns = ["", "%", "_", "__", "%%", "a%", "%c", "%b%", "a_c", "a%c", "abc", "_%", "%_", "a\\%c",
                "a\\_c", "a\\\\c", "\u4e2d_", "_b_", "%a%b%c%", "a.c", "[a]", "%\n%", "A%", "%abc%abc",
                "a%a"]
    for value, pattern in itertools.product(values, patterns):
        yield f"{text(value)} LIKE {text(pattern)}"
    yield from ["'\u65e5b' LIKE '%__b'", "'\u65e5b' LIKE '%_b'", "'\u65e5cd' LIKE '%__c%'"]
    yield from ["'a%c' LIKE 'a/%c' ESCAPE '/'", "'abc' LIKE 'a/%c' ESCAPE '/'",
                "'a/c' LIKE 'a//c' ESCAPE '/'", "'abc' LIKE 'abc\\\\'", "'abc' LIKE 'a\\\\bc'",
                "'abc' LIKE 'a/bc' ESCAPE '/'", "'abc' LIKE 'abc/' ESCAPE '/'",
                "'abc' LIKE 'a%' ESCAPE '%'", "'abc' LIKE 'abc' ESCAPE ''",
                "'abc' LIKE 'abc' ESCAPE 'xx'", "NULL LIKE 'a'", "'a' LIKE NULL", "1 LIKE '1'",
                "'a' LIKE 1", "1.50BD LIKE '1.5_'", "X'61' LIKE 'a'", "'a' NOT LIKE 'b'",
                "'a' NOT LIKE NULL", "true LIKE 'tr%'", "DATE'2024-01-15' LIKE '2024%'",
                "'abc' LIKE concat('a', '%')"]


def strings():
    for value in quoted():
        for name in ["length", "upper", "lower", "trim", "ltrim", "rtrim"]:
            yield f"{name}({value})"
        for position in [0, 1, 2, 3, 5, 100, -1, -2, -3, -100, 2147483647, -2147483647]:
            yield f"substring({value}, {position})"
            for size in [-1, 0, 1, 2, 100, 2147483647]:
                yield f"substring({value}, {position}, {size})"
        for other in ["''", "'a'", "'\u4e2d'", "'b'", "'\xe9'", "'abc'", NULL]:
            yield f"concat({value}, {other})"
            yield f"startswith({value}, {other})"
            yield f"endswith({value}, {other})"
            yield f"contains({value}, {other})"
            yield f"replace({value}, {other}, '<>')"
            yield f"trim({other} FROM {value})"
        for size in [-1, 0, 1, 3, 12, 20]:
            yield f"lpad({value}, {size}, 'xy')"
            yield f"rpad({value}, {size}, '\u4e2d\U0001f600')"
            yield f"lpad({value}, {size})"


def string_details():
    yield from [
        "length(X'')", "length(X'0102')", "length(12345)", "length(true)", "length(1.50BD)",
        "length(DATE'2024-01-15')", "length(NULL)", "length()", "length('a', 'b')",
        "upper('\xdf\ufb01')", "lower('\u03a3\u0391\u03a3')", "upper(1.5D)", "upper(X'61')",
        "lower('\u0130')", "upper('\u0131')", "upper('\u01c6')", "lower('A\u03a3')",
        "upper('\U00010428')", "lower('\U00010400')", "upper('\u0149')",
        "concat()", "concat('a')", "concat('a', 1)", "concat(1, 2)", "concat('a', 1.50BD, true)",
        "concat(X'61', X'62')", "concat(X'61', 'b')", "concat('a', NULL)", "concat(NULL)",
        "concat('a', DATE'2024-01-15')", "concat(1.0D, 'x')",
        "concat_ws(',')", "concat_ws(',', 'a')", "concat_ws(',', 'a', 'b')",
        "concat_ws(',', 'a', NULL, 'b')", "concat_ws(NULL, 'a', 'b')", "concat_ws('', 'a', 'b')",
        "concat_ws(',', '', '')", "concat_ws(', ', 'a', 1, true, 2.5D)", "concat_ws(',', NULL)",
        "concat_ws()", "concat_ws('\u4e2d', 'x', 'y', 'z')", "concat_ws(1, 2, 3)",
        "trim('xxaxx', 'x')", "trim(BOTH 'xy' FROM 'yxaxy')", "trim(LEADING 'xy' FROM 'yxaxy')",
        "trim(TRAILING 'xy' FROM 'yxaxy')", "trim(BOTH FROM '  a  ')", "trim(LEADING FROM '  a  ')",
        "trim(TRAILING FROM '  a  ')", "trim('\ta\n')", "trim('\u3000a\u3000')",
        "trim('\u4e2d' FROM '\u4e2da\u4e2d')", "trim('' FROM 'a')", "trim(NULL FROM 'a')",
        "trim('a' FROM 'aaa')", "trim('\u4e2d\u6587' FROM '\u6587\u4e2dx\u4e2d')",
        "ltrim('x', 'xxa')", "rtrim('x', 'axx')", "ltrim('xxa', 'x')", "btrim('  a  ')",
        "btrim('xxaxx', 'x')", "btrim('xyayx', 'xy')", "trim(12)", "trim(X'20')", "btrim(X'61')",
        "replace('abcabc', 'b')", "replace('abcabc', 'b', '')", "replace('abc', '', 'x')",
        "replace('', '', 'x')", "replace('aaa', 'aa', 'b')", "replace('\u4e2d\u6587', '\u6587', 'x')",
        "replace('abc', 'B', 'x')", "replace(NULL, 'a', 'b')", "replace('a', NULL, 'b')",
        "replace('a', 'a', NULL)", "replace(121, 1, 3)",
        "split_part('11.12.13', '.', 1)", "split_part('11.12.13', '.', 3)",
        "split_part('11.12.13', '.', 4)", "split_part('11.12.13', '.', -1)",
        "split_part('11.12.13', '.', -3)", "split_part('11.12.13', '.', -4)",
        "split_part('11.12.13', '.', 0)", "split_part('11.12.13', '', 1)",
        "split_part('11.12.13', '', -1)", "split_part('11.12.13', '', 2)", "split_part('', '.', 1)",
        "split_part('abc', 'abc', 1)", "split_part('abc', 'abc', 2)", "split_part(NULL, '.', 1)",
        "split_part('a', NULL, 1)", "split_part('a', '.', NULL)", "split_part('a--b--c', '--', 2)",
        "split_part('\u4e2d,\u6587', ',', 2)", "split_part(11.12, '.', 2)", "split_part('a.b', '.', '2')",
        "split_part('aXbXc', 'x', 1)", "split_part('a||b', '|', 2)",
        "lpad('hi', 5, '??')", "lpad('hi', 1, '??')", "lpad('hi', 5, '')", "rpad('hi', 5, '')",
        "lpad('hi', 5, NULL)", "lpad(NULL, 5, 'x')", "lpad('hi', NULL, 'x')", "lpad(12, 5, 0)",
        "lpad(12, 5)", "lpad('hi', '5', 'x')", "lpad(X'61', 3, X'00')", "rpad(X'61', 3, X'0001')",
        "lpad(X'61', 3)", "lpad('\u4e2d', 3, '\u6587')",
        "startswith(X'6162', X'61')", "endswith(X'6162', X'62')", "contains(X'6162', X'')",
        "startswith('abc', X'61')", "contains(123, 2)", "contains(NULL, NULL)",
        "substring('abc' FROM 2)", "substring('abc' FROM 2 FOR 1)", "substring('abc' FROM -2 FOR 1)",
        "substring(X'010203', 2)", "substring(X'010203', 2, 1)", "substring(X'010203', -2, 1)",
        "substring(X'010203', 0, 2)", "substring(X'010203', -5, 3)", "substring(12345, 2, 2)",
        "substring('abc', NULL)", "substring('abc', 1, NULL)", "substring('abc', '2')",
        "substring('abc', 2L)", "substring('abc', 1.5)", "substring('abc', 3000000000L)",
        "substr('abc', 2, 1)", "substring('abc', -4, 2)", "substring('abc', -5, 3)",
        "substring('abc')", "upper('a', 'b')", "nosuch('a')", "lenght('a')", "uper('a')",
        "'a' || 'b' || 'c'", "'a' || NULL", "1 || 2", "'a' || 1.0D", "X'61' || X'62'",
        "X'61' || 'b'", "'\\u4e2d\\U0001F600'", "'tab\\there'", "'\\101\\060'", "'a\\%b\\_c'",
        "r'raw\\n'", "'one' 'two'", "\"double\"", "'it''s'", "X'1'", "X'GG'", "x'ff'",
    ]


def maths():
    for kind in INTEGRAL:
        for value in [integer(kind, v) for v in integers(kind, 3)[::4]]:
            yield from [f"abs({value})", f"ceil({value})", f"floor({value})", f"round({value}, -1)",
                        f"round({value}, -2)", f"round({value})", f"sqrt({value})"]
        low = integer(kind, -(1 << INTEGRAL[kind] - 1))
        yield from [f"abs({low})", f"round({low}, -1)", f"pmod({low}, -1)", f"pmod({low}, 3)"]
    values = [special("double", w) for w in SPECIAL] + [double(v) for v in doubles(10)]
    for value in values:
        yield from [f"abs({value})", f"ceil({value})", f"floor({value})", f"round({value})",
                    f"round({value}, 2)", f"round({value}, -1)", f"sqrt({value})"]
    for value in [float_(v) for v in doubles(0)[::6]]:
        yield from [f"abs({value})", f"ceil({value})", f"floor({value})", f"round({value}, 1)",
                    f"round({value})", f"sqrt({value})"]
    for (precision, scale), numbers in DECIMALS.items():
        for value in [decimal(v, precision, scale) for v in numbers[::2]]:
            yield from [f"abs({value})", f"ceil({value})", f"floor({value})", f"round({value})",
                        f"round({value}, 1)", f"round({value}, -1)", f"round({value}, 40)",
                        f"ceil({value}, 1)", f"floor({value}, -1)", f"sqrt({value})"]


def powers():
    words = ["0.0D", "-0.0D", "1.0D", "-1.0D", "2.0D", "-2.0D", "0.5D", "-8.0D", "3", "1.5BD",
             "1000", "-1", "CAST(NULL AS INT)"] + [special("double", w) for w in SPECIAL[:3]]
    for left, right in itertools.product(words, repeat=2):
        yield f"pow({left}, {right})"
        yield f"pmod({left}, {right})"
        yield f"mod({left}, {right})"
        yield f"greatest({left}, {right})"
        yield f"least({left}, {right})"


def math_details():
    for left, right in itertools.product([-7, -3, 0, 3, 7], [-3, -1, 1, 3, 0]):
        for suffix in ["", "L", "Y", ".5BD", ".5D"]:
            yield f"pmod({left}{suffix}, {right}{suffix})"
            yield f"mod({left}{suffix}, {right}{suffix})"
    yield from [
        "greatest(1)", "greatest()", "greatest(1, NULL, 3)", "greatest(NULL, NULL)",
        "greatest('a', 'b', 'B')", "greatest(1, 2.5)", "greatest(1, 'a')", "greatest(1, '2')",
        "greatest(1, 2L, 3Y)", "least(1, NULL)", "least('a', 'A', '')", "least(1, 2.5D)",
        "least(DATE'2024-01-15', DATE'2024-01-01')", "greatest(true, false)",
        "greatest(X'00', X'FF')", "greatest(1.5BD, 2.55BD)", "greatest(struct(1), struct(2))",
        "greatest(CAST('NaN' AS DOUBLE), CAST('Infinity' AS DOUBLE))", "greatest(0.0D, -0.0D)",
        "least(CAST('NaN' AS DOUBLE), 1.0D)", "greatest(DATE'2024-01-15', '2025-01-01')",
        "abs('1.5')", "abs('x')", "abs(NULL)", "abs(true)", "abs(X'01')", "abs()", "abs(1, 2)",
        "ceil('1.5')", "ceil(NULL)", "ceil(1.55, 1)", "ceil(-1.55, 1)", "ceil(155, -1)",
        "ceil(1.5D, 1)", "ceil(1e300)", "floor(-1e300)", "ceil(9223372036854775807L)",
        "floor(1.55, 1)", "floor(-1.55, 1)", "floor(155, -2)", "floor(1.5D, 1)", "ceiling(1.2)",
        "ceil(12345678901234567890.5BD)", "floor(NULL, 1)", "ceil(1.5, NULL)", "ceil(1, 'a')",
        "round(2.5)", "round(3.5)", "round(-2.5)", "round(2.5D)", "round(-2.5D)", "round(0.5D)",
        "round(1.005D, 2)", "round(2.675D, 2)", "round(1.005BD, 2)", "round(25, -1)",
        "round(-25, -1)", "round(35, -1)", "round(127Y, -1)", "round(2147483647, -1)",
        "round(9223372036854775807L, -1)", "round(99.99BD, 1)", "round(9.99BD, 0)",
        "round(999.9BD, -3)", "round(1.23D, 400)", "round(123.4D, -400)", "round(NULL)",
        "round(1.5, NULL)", "round('2.5')", "round('x')", "round(1.5, '1')", "round(true)",
        "round(1e308D, -308)", "round(1.7976931348623157E308D, -308)", "round(5E-324D, 323)",
        "round(2, 1)", "round(2L, 100)", "round(2, -100)", "round(CAST('9' AS DECIMAL(1,0)), -1)",
        "sqrt(-1)", "sqrt(0.0D)", "sqrt(2)", "sqrt('4')", "sqrt(NULL)", "sqrt('x')", "sqrt(2.25)",
        "sqrt(true)", "pow('2', 3)", "pow(NULL, 1)", "power(2, 0.5)", "pow(2)", "pow(10, 308)",
        "pow(10, 309)", "pow(2, -1074)", "pow(-8, 1D/3)", "pow(0, -1)", "pow(1, 1e300)",
        "1D/3*3", "0.1D+0.2D", "1e16D+1D", "pmod(NULL, 1)", "pmod(1, NULL)", "pmod(5, 0)",
        "pmod('7', 3)", "mod(5, 0)", "mod(NULL, 0)", "pmod(-7.5BD, 2BD)", "pmod(7, 2.5)",
    ]


def hashes():
    values = ["NULL", "true", "false", "CAST(NULL AS INT)"]
    for kind in INTEGRAL:
        values += [integer(kind, v) for v in integers(kind, 2)[::4]]
    values += [special(kind, w) for kind in ("float", "double") for w in SPECIAL]
    values += [double(v) for v in doubles(2)[::3]] + [float_(v) for v in doubles(2)[::5]]
    for (precision, scale), numbers in DECIMALS.items():
        values += [decimal(v, precision, scale) for v in numbers[::2]]
    values += quoted() + [text("x" * n) for n in range(1, 70)] + [text("\xe9" * n) for n in (1, 2, 3)]
    values += [f"X'{'80FF01' * n}'" for n in range(0, 14)]
    values += [f"DATE'{d}'" for d in DATES[::4]]
    values += [f"{word}'{value}'" for value in timestamps()[::8]
               for word in ("TIMESTAMP", "TIMESTAMP_NTZ")]
    values += ["struct(1, 'a')", "struct(1, CAST(NULL AS STRING))", "struct(struct(1), 2L)",
               "struct(NULL)", "CAST(NULL AS STRUCT<a: INT>)"]
    for value in values:
        yield f"hash({value})"
        yield f"xxhash64({value})"
    for left, right in zip(values, values[7:]):
        yield f"hash({left}, {right})"
        yield f"xxhash64({left}, {right}, 1)"
    yield from ["hash()", "xxhash64()", "hash(1, 2, 3, 4, 5)", "pmod(hash(5), 8)"]


def structs():
    yield from [
        "struct(1, 2)", "struct(1 AS a, 'x' AS b)", "struct()", "struct(1 AS a).a", "struct(1).col1",
        "struct(1 AS a).A", "struct(1 AS a).b", "struct(1 AS a, 2 AS a).a", "struct(NULL)",
        "struct(NULL AS a).a", "struct(struct(1 AS b) AS a).a.b", "struct(1 AS a) = struct(1 AS a)",
        "struct(1 AS a) = struct(1 AS b)", "struct(1 AS a) < struct(2 AS a)",
        "struct(1 AS a) = struct('1' AS a)", "struct(1, 'a', true, 1.50BD, 2.5D, X'61')",
        "struct(DATE'2024-01-15', TIMESTAMP'2024-01-15 12:00:00', NULL)",
        "named_struct('a', 1, 'b', 'x')", "named_struct('a', 1).a", "named_struct('a')",
        "named_struct(1, 2)", "named_struct(NULL, 2)", "named_struct()",
        "named_struct('a', named_struct('b', 2.5D)).a.b", "1.a", "'x'.a",
        "CAST(NULL AS STRUCT<a: INT>).a", "CAST(struct(1, 'x') AS STRING)",
        "CAST(struct(1, 2) AS STRUCT<a: STRING, b: BIGINT>)", "CAST(struct(1) AS INT)",
        "CAST(struct(1, 2) AS STRUCT<a: INT>)", "CAST(struct('x') AS STRUCT<a: INT>)",
        "CAST(struct(1) AS STRUCT<a: INT NOT NULL>)", "struct(1) IS NULL",
        "CASE WHEN true THEN struct(1 AS a) ELSE NULL END.a", "(struct(1 AS a)).a",
        "struct('a b' AS `x y`).`x y`", "coalesce(NULL, struct(1 AS a)).a",
    ]


def string_sizes():
    """Texts around the sizes at which their representation changes: 4, 12 and 13 bytes."""
    texts = ["abcd", "abcd\0", "abcde", "abcdefghijk", "abcdefghijkl", "abcdefghijkL", "abcdefghijkl\0",
             "abcdefghijklm", "abcdefghijklM", "abcdefghijklmn", "Xbcdefghijklm", "abcXefghijklm",
             "\u65e5\u672c\u8a9e\u65e5", "\ufb01\ufb01\ufb01\ufb01", "\xdf\xdf\xdf\xdf\xdf\xdfa"]
    for left, right in itertools.product(map(text, texts), repeat=2):
        yield from [f"{left} = {right}", f"{left} < {right}", f"{left} <= {right}",
                    f"coalesce(nullif({left}, {right}), 'same')", f"greatest({left}, {right})"]
    for value in map(text, texts):
        yield from [f"{name}({value})" for name in ("upper", "lower", "reverse", "initcap", "hash",
                                                    "xxhash64", "length", "octet_length", "hex")]
        yield from [f"concat({value}, 'x')", f"lpad({value}, 13, 'xy')", f"rpad({value}, 12)",
                    f"substring({value}, 2, 12)", f"right({value}, 12)", f"left({value}, 13)",
                    f"replace({value}, 'l', 'lll')", f"replace({value}, 'abc', '')",
                    f"split_part({value}, 'c', 2)", f"repeat({value}, 2)",
                    f"translate({value}, 'abc', 'x\xe9')"]


# Functions of several arguments, their types (s: string, i: int, ...), and whether the last one is
# looked at first.
NULL_ORDERS = """add_months di; atan2 ff; contains ss; date_add di; date_sub di; datediff dd;
date_format ts; date_trunc st; endswith ss; find_in_set ss; from_utc_timestamp ts; hypot ff; instr ss;
left si; right si; lpad sis; rpad sis; overlay ssii; pow ff; repeat si; replace sss; split_part ssi;
startswith ss; substring sii; substring_index ssi; to_utc_timestamp ts; translate sss; trunc ds;
concat sss; concat_ws sss; like ss; ilike ss; greatest ii; least ii; hash ii; unix_timestamp ss;
to_timestamp ss; to_date ss; from_unixtime ls; make_date iii; next_day ds; mod ii reverse;
pmod ii reverse; trim ss reverse; ltrim ss reverse; btrim ss; log ff; equal_null ii; nullif ii; nvl ii;
element_at ai; get ai"""
NULL_TYPES = {"s": "STRING", "i": "INT", "l": "BIGINT", "f": "DOUBLE", "d": "DATE", "t": "TIMESTAMP",
              "a": "ARRAY<INT>"}
VALID = {"s": "'a'", "i": "3", "l": "5L", "f": "2.0D", "d": "DATE'2024-02-03'",
         "t": "TIMESTAMP'2024-02-03 04:05:06'", "a": "array(1, 2, 3)"}


def null_order():
    """Arguments that fail behind one that is null: most functions do not look at them."""
    for line in NULL_ORDERS.split(";"):
        name, kinds, *reverse = line.split()
        for null, wrong in itertools.combinations(range(len(kinds)), 2):
            if reverse:
                null, wrong = wrong, null
            args = [VALID[kind] for kind in kinds]
            args[null] = f"CAST(NULL AS {NULL_TYPES[kinds[null]]})"
            bad = NULL_TYPES[kinds[wrong]]
            args[wrong] = "CAST(1 / 0 AS STRING)" if bad == "STRING" else f"CAST('x' AS {bad})"
            yield f"{name}({', '.join(args)})"
    # What fails in any mode must not be reached behind a false.
    for call in ["make_date(element_at(array(1), 0), 1, 1)", "pmod(element_at(array(1), 0), 2)",
                 "next_day(DATE'2024-01-01', element_at(array('MO'), 0))"]:
        yield f"false AND {call} IS NULL"
    # Of operands that are no numbers every failure is null.
    for name in ["try_add", "try_subtract", "try_multiply", "try_divide", "try_mod"]:
        for left, right in [("'x'", "1"), ("1", "'x'"), ("2.5D", "'NaN'"), ("'7'", "2"), ("'7'", "'2'"),
                            ("1.5BD", "'x'"), ("'x'", "1 / 0"), ("'1'", "1 / 0"), ("1", "1 / 0"),
                            ("'1'", "0"), ("NULL", "'x'"), ("true", "1"), ("DATE'2024-01-01'", "1"),
                            ("'9223372036854775807'", "1L"), ("9223372036854775807", "1L")]:
            yield f"{name}({left}, {right})"
    for name in ["pmod", "nanvl"]:
        for left, right in itertools.product(["NULL", "1", "2.5D", "CAST(2.5 AS FLOAT)", "1.25BD", "'3'",
                                              "'x'", "true", "DATE'2024-01-01'"], repeat=2):
            yield f"{name}({left}, {right})"


TOPICS = [
    Topic("string_sizes", string_sizes),
    Topic("null_order", null_order),
    Topic("null_order_without_ansi", null_order, ansi=False),
    Topic("like", like),
    Topic("string", strings),
    Topic("string_details", string_details),
    Topic("maths", maths),
    Topic("powers", powers),
    Topic("math_details", math_details),
    Topic("math_without_ansi", lambda: itertools.chain(
        itertools.islice(powers(), 0, None, 4), itertools.islice(math_details(), 0, None, 2)),
        ansi=False),
    Topic("hash", hashes),
    Topic("struct", structs),
]
