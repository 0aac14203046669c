#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks real Spark (pyspark 4.2.0) what it makes of JSON lines; writes json_lines.jsonl.

One line of the result is a case: {"schema", "options", "lines" (hexadecimal), "rows" (to_json of
each row), "texts" (CAST of each row to STRING), or "error" (its conditions)}.
Run: tests/spark/setup.sh tests/golden/json/make_json.py OUTPUT
"""
import json
import os
import re
import sys
import tempfile

VALUES = r'''null
true
false
0
-0
1
-1
127
128
200
255
256
-128
-129
32767
32768
-32769
2147483647
2147483648
-2147483648
9223372036854775807
9223372036854775808
-9223372036854775808
-9223372036854775809
123456789012345678901234567890
99999999999999999999999999999999999999
999999999999999999999999999999999999999
1.0
1.5
2.5
-0.0
0.1
1.005
1e3
1E+3
1.5e-3
1e400
-1e400
1e-400
3.5e38
1.17549435e-38
16777217
0.30000001192092896
9007199254740993
12345678.905
1e18
1e19
NaN
Infinity
-Infinity
+Infinity
INF
-INF
+INF
""
"a"
" a "
"1"
" 1"
"1 "
"+1"
"1.5"
"1,234.5"
",1,"
"1e3"
".5"
"1."
"0x10"
"NaN"
"nan"
"Infinity"
"-Infinity"
"+Infinity"
"INF"
"-INF"
"+INF"
"inf"
"true"
"false"
"TRUE"
"null"
"2024-01-02"
"2024-1-2"
"2024"
"2024-01"
" 2024-01-02 "
"2024-02-30"
"2024-01-02T03:04:05"
"2024-01-02 03:04:05.123456"
"2024-01-02 03:04:05.1234567"
"2024-01-02T03:04:05Z"
"2024-01-02T03:04:05.6+05:30"
"2024-01-02T03:04:05 Europe/Berlin"
"2024-01-02T03:04:05GMT+01:00"
"2024-01-02T03:04GMT"
"2024-01-02GMT"
"12345-01-02"
"19000"
"123"
"-5"
"+7"
"12345678"
"-200000"
"-12345678"
"2147483648"
"0001-01-01"
"1500-03-01 00:00:00"
"epoch"
"03:04:05 PM"
1704164645
1704164645.5
-1
9223372036855
"AQID"
"AQI="
"AQI"
"A Q I D"
"AQ-_"
"AQ+/"
"A=ID"
"A"
"AQ=="
"!!!!"
"YWJj\nZGVm"
"\u00e4\ud83d\ude00"
"tab\tquote\"slash\/back\\ \b\f\n\r"
{}
{"x":1}
{"x":"1"}
{"x":1,"y":"q"}
{"y":"q","x":1.5}
{"x":null,"y":null}
{"x":{"x":2}}
{ "x" : [ 1 , 2 ] , "y" : { } }
{"x":1,"x":2}
{"k":1,"k":2}
{"k":1,"m":"bad","n":3}
[]
[1]
[1,2,3]
[1,"x",3]
[null,1]
["a","b"]
[[1],[2,3]]
[{"x":1},{"x":"bad","y":"ok"},null,{"y":"z"}]
[1.5, true, "s", {"x":1}]
'x'
'it''s'
'a"b'
"a'b"
'''.split('\n')[:-1]

TYPES = '''BOOLEAN
TINYINT
SMALLINT
INT
BIGINT
FLOAT
DOUBLE
DECIMAL(10,2)
DECIMAL(38,0)
DECIMAL(38,18)
DECIMAL(1,1)
STRING
BINARY
DATE
TIMESTAMP
TIMESTAMP_NTZ
STRUCT<x: INT, y: STRING>
STRUCT<x: STRUCT<x: INT>>
ARRAY<INT>
ARRAY<STRING>
ARRAY<ARRAY<INT>>
ARRAY<STRUCT<x: INT, y: STRING>>
MAP<STRING, INT>
MAP<STRING, STRING>
MAP<STRING, ARRAY<INT>>
MAP<STRING, STRUCT<x: INT>>'''.split('\n')

# Whole lines (<TAB> and <SP> for what an editor would spoil), for `a STRING, b INT, _corrupt_record STRING`.
LINES = [line.replace('<TAB>', '\t').replace('<SP>', ' ').encode() for line in r'''{"a":"x","b":1}
{"b":1,"a":"x"}
  {"a":"x" , "b" : 1 }<SP><SP>
{"A":"x","B":1}
{"a":"x","A":"y","b":1}
{"a":"1","a":"2"}
{"b":1,"b":"x"}
{"b":"x","b":1}
{"b":1,"b":null}
{}
{"c":{"a":1,"b":[1,{"b":2}]},"a":"x"}
[]
[{"a":"x","b":1},{"a":"y","b":2}]
[{"a":"x","b":1},{"a":"y","b":"bad"},{"a":"z"}]
[{"a":"x"},null]
[{"a":"x"},1]
[1]
[[{"a":"x"}]]
[{"a":"x"},
[{"a":"x"}
null
true
1
"text"
abc
NaN
{
{"a"
{"a":
{"a":"x
{"a":"x"
{"a":"x",
{"a":"x",}
{"a":"x",,"b":1}
{,"a":"x"}
{"a" "x"}
{"a":"x" "b":1}
{"a":"x"]
{"a":"x","b":1]
{"a":[1,2,"b":1}
{"a":[1,2,],"b":1}
{"a":"x"}}
{"a":"x"} trailing
{"a":"x"}{"a":"y"}
{"a":"x"},{"a":"y"}
{a:"x"}
{'a':'x','b':1}
{"a":tru}
{"a":truee}
{"a":true1}
{"a":nul,"b":1}
{"c":nul,"b":1}
{"b":01}
{"b":-01}
{"b":-}
{"b":+1}
{"b":1.}
{"b":.5}
{"b":1e}
{"b":1e+}
{"b":1x}
{"b":1 x}
{"b":0x1}
{"c":01,"b":1}
{"a":1.50,"b":1}
{"a":1e5,"b":1}
{"a":-0,"b":-0}
{"a": [ 1 , {"z" : "\u0041" } ] ,"b":1}
{"a":{"k" :  "v"},"b":1}
{"a":["x", 'y', NaN],"b":1}
{"a":"\u0041\u00e4\u20ac\ud83d\ude00","b":1}
{"a":"\ud83d","b":1}
{"a":"\ude00x","b":1}
{"a":"\ud83dA","b":1}
{"a":"\ud83d\u0041","b":1}
{"a":"\u00","b":1}
{"a":"\u00zz","b":1}
{"a":"\x","b":1}
{"a":"\'","b":1}
{"a":'\'',"b":1}
{"a":"\0","b":1}
{"a":"\u0000","b":1}
{"\u0061":"x","\u0062":1}
{"a\u0000":"x","b":1}
{"a":"tab<TAB>in","b":1}
{"c":"tab<TAB>in","b":1}
{"c":"\x","b":1}
{"a<TAB>":1,"b":1}
/* c */ {"a":"x"}
{"a":"x" /* c */,"b":1}
# {"a":"x"}
// {"a":"x"}
{"":"x","b":1}
{"a":"x","b":NaN}
{"a":NaN,"b":1}
{"a":Infinity,"b":1}
{"a":-Infinity,"b":1}
{"a":+Infinity,"b":1}
{"a":INF,"b":1}
{"a":-INF,"b":1}
{"a":+INF,"b":1}
{"a":NaNx,"b":1}
{"a":Nan,"b":1}
{"a":-Inf,"b":1}
{"_corrupt_record":"mine","a":"x","b":1}
{"_corrupt_record":"mine","a":"x","b":"bad"}
<TAB>{"a":"x"}
{"a":null,"b":null}
{"a":"x","b":1,"c":"unfinished
{"a":"x","b":1,"c":[1,2}
{"b":"1"}
{"b":1.0}
{"b":1e0}
{"b":true}
{"b":[1]}
{"b":{"b":1}}
{"b":""}
{"b":99999999999}
"a":1
{"a":1}'''.split('\n')] + [
    b'{"a":"\xc3\xa4","b":1}', b'{"a":"\xff","b":1}', b'{"c":"\xff","b":1}', b'{"a":"\xc3","b":1}',
    b'{"a":"\xed\xa0\x80","b":1}', b'{"a":"\xf0\x9f\x98\x80","b":1}', b'{"a":"\xc0\x80","b":1}',
    b'{"a":"\xf4\x90\x80\x80","b":1}', b'{"a":"\xe2\x82","b":1}', b'{"\xff":"x","b":1}',
    b'{"a":1,\xff"b":1}', b'{"a":["\xff"],"b":1}', b'\xef\xbb\xbf{"a":"x","b":1}',
    b'{"a":"x\x00y","b":1}', b'\x00{"a":"x"}', b'{"a":"x\x7f","b":1}', b'{"a":"x"}\x00',
    b'\x0b{"a":"x"}', b'\xc2\xa0{"a":"x"}', b'\xe2\x80\x83', b'\x01', b'   ', b'\t', b'',
    b'{"a":' + b'[' * 999 + b']' * 999 + b',"b":1}', b'{"c":' + b'[' * 999 + b']' * 999 + b',"b":1}', b'{"c":' + b'[' * 1000 + b']' * 1000 + b',"b":1}',
    b'{"a":"d",' + b'"c":' + b'9' * 1001 + b',"b":1}', b'{"a":' + b'9' * 1000 + b',"b":1}',
    b'{"a":' + b'9' * 1001 + b',"b":1}', b'{"b":' + b'9' * 1001 + b'}',
    b'{"a":1.' + b'9' * 1000 + b',"b":1}',
]
AB = 'a STRING, b INT, _corrupt_record STRING'
# Corrupt lines of which several fields, some of them good, were read.
PARTIAL = [line.encode() for line in r'''{"s":{"x":"bad","y":"ok"},"i":1,"m":{"k":"bad","n":2},"l":[1,"bad",3]}
{"s":{"y":"ok","x":{"deep":1}},"i":"bad","l":[1,[2],3]}
{"s":5,"i":1,"m":[],"l":{}}
{"s":{"x":1},"i":1,"m":{"k":null},"l":[null]}
{"s":{"x":1,"x":"bad"},"l":["bad"],"l":[7]}
{"l":[1,2],"i":3,"s":{"x":2147483648}}
{"s":null,"m":null,"l":null,"i":null}
{"s":{"x":1,"y":{"raw": [1 ,2]}},"i":1}
{"m":{"a":1,"a":2,"":3}}
{"m":{"a":1},"m":{"b":2}}
{"s":{"X":1,"Y":"upper"},"i":5}'''.split('\n')]
PARTIAL_SCHEMA = ('s STRUCT<x: INT, y: STRING>, i INT, m MAP<STRING, INT>, l ARRAY<INT>, '
                  '_corrupt_record STRING')


def cases():
    values = [('{"a":%s,"z":1}' % value).encode() for value in VALUES]
    for name in TYPES:
        yield 'a %s, z INT, _corrupt_record STRING' % name, {}, values, b'\n'
    yield AB, {}, LINES, b'\n'
    yield 'a STRING, b INT', {}, LINES, b'\n'
    yield 'b INT', {}, LINES, b'\r\n'
    yield 'b INT', {'mode': 'DROPMALFORMED'}, LINES, b'\n'
    yield AB, {'mode': 'dropMalformed'}, LINES[:40], b'\n'
    yield 'a STRING, bad STRING, b INT', {'columnNameOfCorruptRecord': 'bad'}, LINES[:60], b'\n'
    yield PARTIAL_SCHEMA, {}, PARTIAL, b'\n'
    yield PARTIAL_SCHEMA, {'mode': 'DROPMALFORMED'}, PARTIAL, b'\n'
    yield 'a STRING, b INT', {}, [b'\xef\xbb\xbf{"a":"first"}', b'{"a":"cr"}\r{"a":"second"}'], b'\r'
    yield 'a INT, _corrupt_record INT', {}, [b'{"a":1}'], b'\n'
    yield 'a TIMESTAMP, b DATE', {'timeZone': 'America/New_York'}, \
        [b'{"a":"2024-01-02 03:04:05","b":"2024-01-02T23:00:00Z"}', b'{"a":1}'], b'\n'
    for bad in ['{"b":"x"}', '{"b":', '[1]', '{"a":1', 'x', '{"b":""}', '[{"b":1}]', '[]',
                '{"f":"x"}', '{"d":"x"}', '{"t":"x"}', '{"n":123.4}', '{"l":[1,"x"]}', 'null']:
        yield 'a STRING, b INT, f DOUBLE, d DATE, t TIMESTAMP, n DECIMAL(3,1), l ARRAY<INT>', \
            {'mode': 'FAILFAST'}, [b'{"a":"good"}', bad.encode()], b'\n'


def main():
    from pyspark.sql import SparkSession
    os.environ.setdefault('TZ', 'UTC')
    spark = (SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false')
             .config('spark.driver.host', '127.0.0.1')
             .config('spark.driver.bindAddress', '127.0.0.1')
             .config('spark.sql.session.timeZone', 'UTC').getOrCreate())
    spark.sparkContext.setLogLevel('OFF')
    with tempfile.TemporaryDirectory() as directory, open(sys.argv[1], 'w') as out:
        for index, (schema, options, lines, end) in enumerate(cases()):
            path = os.path.join(directory, '%d.json' % index)
            content = end.join(lines) + end
            with open(path, 'wb') as file:
                file.write(content)
            case = {'schema': schema, 'options': options, 'content': content.hex()}
            try:
                frame = spark.read.schema(schema).options(**options).json(path)
                if schema.startswith('a FLOAT'):  # JDK 17 prints more digits than a float needs
                    frame = frame.withColumn('a', frame['a'].cast('double'))
                rows = frame.selectExpr("to_json(struct(*), map('ignoreNullFields', 'false'))",
                                        'CAST(struct(*) AS STRING)').collect()
                case['rows'] = [row[0] for row in rows]
                case['texts'] = [row[1] for row in rows]
            except Exception as error:  # every failure is an answer
                case['error'] = sorted(set(re.findall(r'\[([A-Z_]{8,}[A-Z_.]*)\]', str(error))))
            out.write(json.dumps(case) + '\n')
    spark.stop()


if __name__ == '__main__':
    main()
