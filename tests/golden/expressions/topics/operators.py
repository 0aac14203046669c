# SPDX-License-Identifier: Apache-2.0
"""Arithmetic, comparison, logic, conditionals, and the names of unaliased columns."""

import itertools

from topics.base import INTEGRAL, SPECIAL, Topic, decimal, integer, special

ARITHMETIC = ["+", "-", "*", "/", "%", "div"]
COMPARISON = ["=", "<>", "<", "<=", ">", ">=", "<=>"]

# One ordinary and one large value of each numeric type.
NUMBERS = {
    "tinyint": ["7Y", "-127Y"],
    "smallint": ["-3S", "32767S"],
    "int": ["5", "2147483647"],
    "bigint": ["-2L", "9223372036854775807L"],
    "float": ["CAST(1.5 AS FLOAT)", "CAST('3.4028235E38' AS FLOAT)"],
    "double": ["-2.25D", "1.7976931348623157E308D"],
    "decimal(5,2)": ["1.25BD", "-999.99BD"],
    "decimal(18,6)": [decimal("3.000001", 18, 6), decimal("999999999999.999999", 18, 6)],
    "decimal(38,10)": [decimal("2.5", 38, 10),
                       decimal("9999999999999999999999999999.9999999999", 38, 10)],
}


def arithmetic():
    for (left, lefts), (right, rights) in itertools.product(NUMBERS.items(), repeat=2):
        for operator in ARITHMETIC:
            yield f"{lefts[0]} {operator} {rights[0]}"
            yield f"{lefts[1]} {operator} {rights[1]}"
        yield f"{lefts[0]} / CAST(0 AS {right})"
        yield f"{lefts[1]} % CAST(0 AS {right})"
        yield f"CAST(NULL AS {left}) + {rights[0]}"
    for kind, operator in itertools.product(NUMBERS, ["-", "+", "~"]):
        yield f"{operator}({NUMBERS[kind][0]})"
        yield f"{operator}({NUMBERS[kind][1]})"
        yield f"{operator}CAST(NULL AS {kind})"


def edges():
    for kind, bits in INTEGRAL.items():
        low, high = -(1 << bits - 1), (1 << bits - 1) - 1
        values = [integer(kind, v) for v in (low, low + 1, -2, -1, 0, 1, 2, high - 1, high)]
        for left, right in itertools.product(values, repeat=2):
            for operator in ARITHMETIC:
                yield f"{left} {operator} {right}"
        for value in values:
            yield from [f"-({value})", f"~{value}", f"abs({value})", f"+{value}"]
        for operator in ["&", "|", "^"]:
            yield f"{values[1]} {operator} {values[-1]}"
            yield f"5{'' if kind == 'int' else 'L'} {operator} {values[2]}"


def doubles():
    words = [special("double", w) for w in SPECIAL] + ["0.0D", "1.5D", "-1.5D", "5E-324D",
                                                      "1.7976931348623157E308D"]
    for left, right in itertools.product(words, repeat=2):
        for operator in ["+", "-", "*", "/", "%"]:
            yield f"{left} {operator} {right}"
    for left, right in itertools.product([special("float", w) for w in SPECIAL] +
                                         ["CAST(1.1 AS FLOAT)"], repeat=2):
        for operator in ["+", "*", "/", "%"]:
            yield f"{left} {operator} {right}"


DECIMAL_SHAPES = [(1, 0), (1, 1), (5, 2), (10, 0), (10, 10), (18, 6), (19, 0), (20, 10), (28, 8),
                  (38, 0), (38, 6), (38, 18), (38, 38)]


def decimals():
    """Result types, rounding and overflow for many pairs of precision and scale."""
    for (p1, s1), (p2, s2) in itertools.product(DECIMAL_SHAPES, repeat=2):
        left = decimal("7" if p1 > s1 else "0.7", p1, s1)
        right = decimal("-3" if p2 > s2 else "-0.3", p2, s2)
        for operator in ARITHMETIC:
            yield f"{left} {operator} {right}"
    for p, s in DECIMAL_SHAPES:
        digits = "9" * (p - s) + ("." + "9" * s if s else "")
        most = decimal(digits if p > s else "0" + digits, p, s)
        for operator in ARITHMETIC:
            yield f"{most} {operator} {most}"
        yield f"{most} + 1"
        yield f"{most} * 1000000"
        yield f"-{most}"
        yield f"{most} / 3"


def coercions():
    """Operands of different kinds: what is cast to what, and what is refused."""
    values = {"null": "NULL", "boolean": "true", "int": "1", "bigint": "2L", "double": "1.5D",
              "decimal": "1.5", "string": "'3'", "text": "'x'", "binary": "X'31'",
              "date": "DATE'2024-01-15'", "timestamp": "TIMESTAMP'2024-01-15 12:00:00'",
              "ntz": "TIMESTAMP_NTZ'2024-01-15 12:00:00'", "float": "CAST(1.5 AS FLOAT)",
              "datestring": "'2024-01-15'"}
    skipped = {("date", "-", "date"), ("timestamp", "-", "timestamp"), ("ntz", "-", "ntz"),
               # Spark answers with an interval, a type that does not exist here yet.
               ("date", "-", "timestamp"), ("timestamp", "-", "date"), ("date", "-", "ntz"),
               ("ntz", "-", "date"), ("timestamp", "-", "ntz"), ("ntz", "-", "timestamp")}
    temporal = {"date", "timestamp", "ntz"}
    for (left, a), (right, b) in itertools.product(values.items(), repeat=2):
        for operator in ["=", "<", "<=>", "+", "-", "*", "%", "and", "||"]:
            if (left, operator, right) in skipped:
                continue
            if operator == "-" and (left in temporal or right in temporal) and (
                    {left, right} & {"null", "string", "text", "datestring"}):
                continue
            yield f"{a} {operator} {b}"
        yield f"coalesce({a}, {b})"
        yield f"CASE WHEN true THEN {a} ELSE {b} END"
    for kind, value in values.items():
        yield f"NOT {value}"
        yield f"-{value}"
        yield f"{value} IN (1, '3')"
        yield f"{value} BETWEEN 0 AND '9'"
        yield f"IF({value}, 1, 2)"


def comparison():
    words = [special("double", w) for w in SPECIAL] + ["0.0D", "1.0D", "CAST(NULL AS DOUBLE)"]
    pools = [words, ["true", "false", "NULL"], ["1Y", "-1S", "0", "9223372036854775807L", "1.0BD"],
             ["9007199254740993L", "9007199254740992D", "9007199254740993BD"],
             ["''", "'a'", "'A'", "'ab'", "'b'", "'\xe9'", "'z'", "'\u4e2d'", "'\U0001f600'",
              "'twelve bytes'", "'twelve bytes!'", "'twelve bytes\"'"],
             ["X''", "X'00'", "X'7F'", "X'80'", "X'FF'", "X'FF00'"],
             ["DATE'2024-01-15'", "DATE'0001-01-01'", "TIMESTAMP'2024-01-15 00:00:00'",
              "TIMESTAMP'2024-01-15 00:00:00.000001'", "TIMESTAMP_NTZ'2024-01-15 00:00:00'"],
             ["struct(1, 'a')", "struct(1, 'b')", "struct(2, CAST(NULL AS STRING))"],
             [decimal("1.10", 5, 2), decimal("1.1", 38, 18), "1.1BD", "1.1D"]]
    for pool in pools:
        for left, right in itertools.product(pool, repeat=2):
            for operator in COMPARISON:
                yield f"{left} {operator} {right}"
    for left, right in itertools.product(["1", "2", "NULL"], repeat=2):
        yield f"{left} IS DISTINCT FROM {right}"
        yield f"{left} IS NOT DISTINCT FROM {right}"
        yield f"{left} == {right}"
        yield f"{left} != {right}"


def logic():
    words = ["true", "false", "CAST(NULL AS BOOLEAN)", "NULL"]
    for left, right in itertools.product(words, repeat=2):
        yield f"{left} AND {right}"
        yield f"{left} OR {right}"
        yield f"NOT ({left} AND {right})"
    for word in words:
        yield f"NOT {word}"
        for test in ["NULL", "NOT NULL", "TRUE", "NOT TRUE", "FALSE", "NOT FALSE", "UNKNOWN",
                     "NOT UNKNOWN"]:
            yield f"{word} IS {test}"
    for value, low, high in itertools.product(["1", "2", "NULL"], ["1", "NULL"], ["2", "NULL"]):
        yield f"{value} BETWEEN {low} AND {high}"
        yield f"{value} NOT BETWEEN {low} AND {high}"
    for value in ["1", "3", "NULL", "CAST('NaN' AS DOUBLE)", "1.0", "'1'", "-0.0D"]:
        for items in ["1, 2", "1, NULL", "NULL", "1.0, 2.5", "2L, 3Y", "0.0D, CAST('NaN' AS DOUBLE)"]:
            yield f"{value} IN ({items})"
            yield f"{value} NOT IN ({items})"
    # What is not reached must not fail.
    yield from ["false AND 1 / 0 > 1", "true OR 1 / 0 > 1", "true AND 1 / 0 > 1",
                "1 / 0 > 1 AND false", "IF(true, 1, 1 / 0)", "IF(false, 1, 1 / 0)",
                "coalesce(1, 1 / 0)", "coalesce(NULL, 1 / 0)", "nvl(1, 1 / 0)",
                "CASE WHEN true THEN 1 WHEN 1 / 0 > 1 THEN 2 ELSE 3 END",
                "CASE WHEN false THEN 1 / 0 END", "CASE 1 WHEN 1 THEN 'one' ELSE 1 / 0 END",
                "nullif(1, 1 / 0)", "1 IN (1, 1 / 0)", "2 IN (1, 1 / 0)"]


def conditionals():
    yield from [
        "IF(true, 1, 2)", "IF(false, 1, 2)", "IF(NULL, 1, 2)", "IF(true, 1, 2L)",
        "IF(true, 1, 2.5)", "IF(false, 1, 2.5D)", "IF(true, 'a', 'bc')", "IF(true, NULL, 1)",
        "IF(true, 1, 'a')", "IF(1, 2, 3)", "IF('true', 2, 3)", "IF(true, 1)", "IF(true, 1, 2, 3)",
        "IF(true, DATE'2024-01-01', TIMESTAMP'2024-01-01 00:00:00')",
        "CASE WHEN true THEN 1 END", "CASE WHEN false THEN 1 END", "CASE WHEN NULL THEN 1 ELSE 2 END",
        "CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END",
        "CASE NULL WHEN NULL THEN 1 ELSE 2 END", "CASE 1 WHEN 1.0 THEN 'a' END",
        "CASE '1' WHEN 1 THEN 'a' END", "CASE WHEN true THEN 1 ELSE 1.5 END",
        "CASE WHEN true THEN 1 ELSE 2.5D END", "CASE WHEN true THEN 1Y WHEN false THEN 2S ELSE 3L END",
        "CASE WHEN 1 THEN 2 END", "CASE WHEN true THEN DATE'2024-01-01' ELSE '2024-02-02' END",
        "CASE WHEN true THEN X'61' ELSE 'b' END", "CASE WHEN true THEN true ELSE 1 END",
        "CASE WHEN true THEN CAST(1 AS DECIMAL(5,2)) ELSE CAST(1 AS DECIMAL(10,5)) END",
        "CASE WHEN true THEN CAST(1 AS DECIMAL(38,0)) ELSE CAST(1 AS DECIMAL(38,38)) END",
        "CASE WHEN true THEN CAST(1.5 AS FLOAT) ELSE 2 END",
        "CASE WHEN true THEN CAST(1.5 AS FLOAT) ELSE 2L END",
        "CASE WHEN true THEN CAST(1.5 AS FLOAT) ELSE 2.5BD END",
        "CASE WHEN true THEN struct(1 AS a) ELSE struct(2L AS a) END",
        "coalesce()", "coalesce(NULL)", "coalesce(NULL, NULL)", "coalesce(NULL, 1, 2)",
        "coalesce(1, 2L)", "coalesce(NULL, 'a', 1)", "coalesce(1, 'x')", "coalesce('x', 1)",
        "coalesce(1, 1.5)", "coalesce(DATE'2024-01-01', TIMESTAMP'2024-01-01 00:00:00')",
        "nvl(NULL, 1)", "nvl(1, NULL)", "nvl(1, 2.5D)", "nvl(1)", "ifnull(NULL, 'x')",
        "ifnull(1, 2)", "ifnull(NULL, NULL)", "nullif(1, 1)", "nullif(1, 2)", "nullif(NULL, 1)",
        "nullif(1, NULL)", "nullif(1, 1.0)", "nullif('a', 'a')", "nullif(1L, 1)",
        "nullif(CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE))", "nullif(0.0D, -0.0D)",
        "nullif('1', 1)", "nullif(true, 1)", "1 = 1 = true", "NOT 1 = 2", "NOT true = false",
        "1 + 2 * 3 - 4 / 2", "(1 + 2) * 3", "- - 1", "-(-1)", "2 - -1", "1 < 2 AND 2 < 3 OR false",
        "5 & 3 | 8 ^ 2", "~5 & 7", "1 + 1 || 'a'", "'a' || 1 + 1", "10 % 4 * 2", "10 div 4 * 2",
        "7 MOD 4", "1 BETWEEN 0 AND 2 AND true", "-2 % 3", "2 % -3", "-5 div 2", "5 div -2",
    ]


NAMES = r"""
1;  -1;  1L;  1Y;  1S;  1.5;  1.50BD;  1.5D;  1.5F;  1E3;  -1.5;  'a';  "b";  true;  NULL;
X'1F';  DATE'2024-01-15';  TIMESTAMP'2024-01-15 12:00:00';  TIMESTAMP'2024-01-15 12:00:00.500';
TIMESTAMP_NTZ'2024-01-15 12:00:00';  1+1;  1 + 1;  1-2;  2*3;  1/2;  5%3;  5 MOD 3;  5 div 3;
-(1);  +1;  1&2;  1|2;  1^2;  ~5;  'a'||'b';  'a'||1;  1=1;  1==1;  1<>2;  1!=2;  1<2;  1<=2;
1>2;  1>=2;  1<=>1;  1<=>NULL;  true AND false;  true OR false;  NOT true;  !true;  NOT 1=2;
1 IS NULL;  1 IS NOT NULL;  true IS TRUE;  true IS NOT TRUE;  true IS FALSE;  true IS UNKNOWN;
1 IS DISTINCT FROM 2;  1 IS NOT DISTINCT FROM 2;  1 IN (1,2);  1 NOT IN (1,2);
1 BETWEEN 0 AND 2;  1 NOT BETWEEN 0 AND 2;  'a' LIKE 'b%';  'a' NOT LIKE 'b%';
'a' LIKE 'b' ESCAPE '/';  'a' ILIKE 'B';  'a' RLIKE 'b';  CAST(1 AS STRING);  cast(1 as string);
CAST('1' AS INT);  CAST(1 AS DECIMAL(10,2));  CAST(1 AS LONG);  TRY_CAST('1' AS INT);
try_cast(1 as bigint);  1::STRING;  CAST(CAST(1 AS INT) AS STRING);
CAST('2024-01-15' AS TIMESTAMP);  CAST(NULL AS TIMESTAMP_NTZ);  CASE WHEN true THEN 1 END;
CASE WHEN true THEN 1 ELSE 2 END;  CASE 1 WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END;
case when 1>2 then 'a' else 'b' end;  IF(true,1,2);  if(true,1,2);  COALESCE(1,2);
coalesce(NULL,1);  nvl(1,2);  NVL(1,2);  ifnull(1,2);  IFNULL(1,2);  nullif(1,2);  NULLIF(1,2);
concat('a','b');  CONCAT('a','b');  concat();  concat_ws(',','a','b');  length('a');
LENGTH('a');  len('a');  char_length('a');  character_length('a');  octet_length('a');
upper('a');  ucase('a');  lower('A');  lcase('A');  trim(' a ');  TRIM(' a ');
trim(BOTH FROM ' a ');  trim(BOTH 'x' FROM 'xax');  trim(LEADING 'x' FROM 'xax');
trim(TRAILING 'x' FROM 'xax');  trim('x' FROM 'xax');  trim(LEADING FROM ' a');  ltrim(' a');
rtrim('a ');  btrim(' a ');  btrim('xax','x');  ltrim('x','xa');  substring('abc',1,2);
substring('abc',2);  SUBSTRING('abc' FROM 2 FOR 1);  substring('abc' FROM 2);
substr('abc',1,2);  substr('abc',2);  replace('abc','b','x');  replace('abc','b');
split_part('a.b','.',1);  lpad('a',3,'x');  lpad('a',3);  rpad('a',3,'x');  rpad('a',3);
startswith('a','b');  endswith('a','b');  contains('a','b');  startsWith('a','b');  abs(-1);
ABS(-1);  ceil(1.5);  CEIL(1.5D);  ceil(1.55,1);  ceiling(1.5);  floor(1.5);  FLOOR(1.5D);
floor(1.55,1);  round(1.5);  round(1.55,1);  ROUND(1.5D);  sqrt(4);  SQRT(4);  pow(2,3);
power(2,3);  POW(2,3);  mod(5,3);  MOD(5,3);  pmod(5,3);  greatest(1,2);  least(1,2);  hash(1);
hash(1,'a');  xxhash64(1);  date_trunc('DAY',TIMESTAMP'2024-01-15 12:00:00');
date_add(DATE'2024-01-15',1);  dateadd(DATE'2024-01-15',1);  date_sub(DATE'2024-01-15',1);
datediff(DATE'2024-01-15',DATE'2024-01-10');  date_diff(DATE'2024-01-15',DATE'2024-01-10');
year(DATE'2024-01-15');  month(DATE'2024-01-15');  day(DATE'2024-01-15');
dayofmonth(DATE'2024-01-15');  hour(TIMESTAMP'2024-01-15 12:00:00');
minute(TIMESTAMP'2024-01-15 12:00:00');  second(TIMESTAMP'2024-01-15 12:00:00');
unix_timestamp('2024-01-15 12:00:00');  unix_timestamp('2024','yyyy');  unix_timestamp();
from_unixtime(0);  from_unixtime(0,'yyyy');  to_timestamp('2024-01-15');
to_timestamp('2024','yyyy');  to_date('2024-01-15');  to_date('2024','yyyy');
date_format(TIMESTAMP'2024-01-15 12:00:00','yyyy');  date_format('2024-01-15','yyyy');
current_timestamp();  current_timestamp;  CURRENT_TIMESTAMP;  now();  struct(1,2);
struct(1 AS a);  struct(1 AS a,'x' AS b).a;  named_struct('a',1,'b',2);  named_struct('a',1).a;
named_struct('a',named_struct('b',1)).a.b;  struct(1,2).col1;  (1);  ((1+2));  (1+2)*3;  1+2*3;
-(1+2);  NOT(true);  1 + NULL;  'it''s';  'a\'b';  'a\nb';  '';  ' ';  1 AS x;  1 x;
(1+1) AS `a b`;  upper(lower('A'));  concat('a',CAST(1 AS STRING));  length(concat('a','b'))+1;
1L+1;  1.5+1;  '1'+1;  DATE'2024-01-15'+1;  DATE'2024-01-15'-1;  1=1.0;  'a'='b';  1='1';  -1L;
-1.5D;  - -1;  ~5 & 3;
CAST(named_struct('a', 1) AS STRUCT<a: STRING>);  CAST(NULL AS ARRAY<INT>) IS NULL;
TRY_CAST(named_struct('a', 1) AS STRUCT<a: STRING>);  CAST(1 AS VARCHAR(3))
"""


def names():
    return [name.strip() for name in NAMES.split(";") if name.strip()]


TOPICS = [
    Topic("arithmetic", arithmetic),
    Topic("arithmetic_edges", edges),
    Topic("arithmetic_double", doubles),
    Topic("arithmetic_decimal", decimals),
    Topic("arithmetic_without_ansi", lambda: itertools.chain(
        itertools.islice(arithmetic(), 0, None, 3), itertools.islice(edges(), 0, None, 5),
        itertools.islice(decimals(), 0, None, 7)), ansi=False),
    Topic("coercion", coercions),
    Topic("comparison", comparison),
    Topic("logic", logic),
    Topic("conditional", conditionals),
    Topic("names", names, names=True),
]
