# SPDX-License-Identifier: Apache-2.0
"""Which expressions may be NULL, by Spark's analysis: it shows in the schemas of state.

A template names its columns by type, {int} or {string}. It is asked once with columns that are
never NULL, and once for each of its columns with one that may be."""

import re

from topics.base import Topic

# type: (value, name of the column without NULL); the one with NULL has an n in front.
COLUMNS = {
    "tiny": "1Y", "small": "2S", "int": "3", "long": "4L", "float": "1.5F", "double": "2.5D",
    "decimal": "12.34BD", "wide": "12345678901234567890123.45BD", "string": "'a'",
    "binary": "X'61'", "bool": "true", "date": "DATE'2024-01-15'",
    "time": "TIMESTAMP'2024-01-15 12:30:45'", "ntz": "TIMESTAMP_NTZ'2024-01-15 12:30:45'",
    "row": "struct(1 AS a, 'x' AS b)", "list": "array(1, 2)",
}
RELATION = (
    "VALUES (" + ", ".join(list(COLUMNS.values()) * 2) + "), ("
    + ", ".join(list(COLUMNS.values()) + ["NULL"] * len(COLUMNS)) + ") AS t("
    + ", ".join([f"c_{name}" for name in COLUMNS] + [f"n_{name}" for name in COLUMNS]) + ")")

TYPES = ("BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL(10,2) DECIMAL(38,18) STRING "
         "BINARY DATE TIMESTAMP TIMESTAMP_NTZ").split()

TEMPLATES = """
{int};  {int} + {int};  {long} - {int};  {int} * {long};  {double} + {int};  {decimal} + {decimal}
{decimal} - {int};  {decimal} * {decimal};  {wide} + {wide};  {wide} * {wide};  {int} / {int}
{double} / {int};  {decimal} / {decimal};  {int} % {int};  {double} % {int};  {decimal} % {decimal}
{int} div {int};  {decimal} div {decimal};  -{int};  -{decimal};  +{int};  ~{int};  {int} & {int}
{int} | {int};  {int} ^ {int};  {string} + {int};  {int} + 1;  {int} / 2;  {int} % 2
abs({int});  abs({decimal});  try_add({int}, {int});  try_subtract({int}, {int})
try_multiply({int}, {int});  try_divide({int}, {int});  try_mod({int}, {int});  try_add({date}, {int})
mod({int}, {int});  pmod({int}, {int});  pmod({double}, {double});  pmod({decimal}, {decimal})
pmod({int}, 2)
{date} + 1;  {date} + {int};  {int} + {date};  {date} - 1;  {date} - {int};  1 + {date}
{date} - {small};  {tiny} + {date};  ({date} + 1) + 1;  DATE'2024-01-15' + {int}
{int} = {int};  {int} <=> {int};  {int} <> {int};  {int} < {int};  {string} = {string}
{string} = {int};  {row} = {row};  {int} BETWEEN {int} AND {int};  {int} IN (1, 2)
{int} IN (1, {int});  {int} IN (1, NULL);  {int} NOT IN ({int});  {int} IS NULL;  {int} IS NOT NULL
{bool} IS TRUE;  {bool} IS NOT FALSE;  {int} IS DISTINCT FROM {int};  isnull({int});  isnotnull({int})
isnan({double});  nanvl({double}, {double});  {bool} AND {bool};  {bool} OR {bool};  NOT {bool}
CASE WHEN {bool} THEN {int} ELSE {int} END;  CASE WHEN {bool} THEN {int} END
CASE WHEN {bool} THEN {int} ELSE {long} END;  CASE WHEN {bool} THEN {int} ELSE {double} END
CASE WHEN {bool} THEN {int} ELSE {decimal} END;  CASE WHEN {bool} THEN {int} ELSE {string} END
CASE WHEN {bool} THEN {date} ELSE {time} END;  CASE WHEN {bool} THEN {string} ELSE {date} END
CASE WHEN {bool} THEN {decimal} ELSE {wide} END;  CASE WHEN {bool} THEN {decimal} ELSE {double} END
CASE {int} WHEN 1 THEN {string} ELSE 'x' END;  CASE WHEN true THEN {int} ELSE NULL END
CASE WHEN {bool} THEN {int} WHEN {bool} THEN {long} ELSE {tiny} END
if({bool}, {int}, {int});  if({bool}, {int}, {long});  if({bool}, {int}, {string})
if({bool}, {decimal}, {int});  if({bool}, {date}, {time});  if({bool}, {int}, NULL)
coalesce({int}, {int});  coalesce({int}, 0);  coalesce({int}, {string});  coalesce({int}, {decimal})
coalesce({int}, {long}, 1);  nullif({int}, {int});  nvl({int}, {int});  nvl({int}, {long})
nvl2({int}, {int}, {int});  ifnull({int}, {int});  zeroifnull({int});  nullifzero({int})
greatest({int}, {int});  greatest({int}, {long});  least({int}, {int}, {double})
greatest({string}, {int});  least({decimal}, {int})
sqrt({double});  sqrt({int});  cbrt({double});  exp({double});  expm1({double});  ln({double})
log({double});  log({double}, {double});  log(2, {int});  log10({double});  log2({int});  log1p({double})
sign({double});  signum({int});  rint({double});  pow({double}, {int});  power({int}, {int})
hypot({double}, {double});  atan2({double}, {double});  sin({double});  cos({double});  tan({double})
cot({double});  sec({double});  csc({double});  asin({double});  acos({double});  atan({double})
sinh({double});  cosh({double});  tanh({double});  asinh({double});  acosh({double});  atanh({double})
degrees({double});  radians({double});  e();  pi();  factorial({int});  factorial(3)
round({int});  round({long}, 1);  round({long}, -1);  round({double});  round({double}, 1);  round({float}, 1)
round({decimal});  round({decimal}, 1);  round({decimal}, -1);  round({wide}, 1);  round({tiny})
round({string});  bround({double}, 1);  bround({decimal}, 1);  bround({int}, -1)
ceil({int});  ceil({long});  ceil({double});  ceil({decimal});  ceil({wide});  ceil({decimal}, 1)
ceil({double}, 1);  ceiling({float});  floor({int});  floor({double});  floor({decimal});  floor({wide})
floor({decimal}, 1);  floor({double}, 1);  floor({string});  ceil({string})
{string} || {string};  {string} || {int};  concat({string}, {string});  concat({string}, {int})
concat();  concat_ws(',', {string}, {string});  concat_ws({string}, {string});  concat_ws(',')
length({string});  length({binary});  length({int});  char_length({string});  octet_length({string})
bit_length({binary});  upper({string});  upper({int});  lower({string});  initcap({string})
reverse({string});  repeat({string}, {int});  space({int});  ascii({string});  chr({int});  bin({long})
hex({int});  hex({string});  hex({binary});  unhex({string});  unhex('61');  base64({binary})
unbase64({string});  {string} LIKE {string};  {string} LIKE 'a%';  {string} ILIKE 'a%'
substring({string}, {int}, {int});  substring({string}, 1, 2);  substr({string}, 1)
substring({binary}, 1, 2);  left({string}, {int});  right({string}, {int});  trim({string})
trim({string}, {string});  ltrim({string});  rtrim({string});  btrim({string});  lpad({string}, {int}, {string})
rpad({string}, {int});  lpad({binary}, 3);  split_part({string}, {string}, {int})
split_part({string}, ',', 1);  substring_index({string}, {string}, {int});  startswith({string}, {string})
endswith({string}, {string});  contains({string}, {string});  instr({string}, {string})
locate({string}, {string});  locate({string}, {string}, {int});  position({string} IN {string})
find_in_set({string}, {string});  replace({string}, {string}, {string});  replace({string}, {string})
translate({string}, {string}, {string});  overlay({string} PLACING {string} FROM {int})
overlay({string}, {string}, {int}, {int})
date_add({date}, {int});  date_add({date}, 1);  dateadd({date}, {int});  date_sub({date}, {int})
date_add({string}, 1);  date_add({time}, 1);  datediff({date}, {date});  datediff({string}, {time})
add_months({date}, {int});  last_day({date});  last_day({string});  next_day({date}, {string})
next_day({date}, 'MON');  make_date({int}, {int}, {int});  unix_seconds({time});  unix_millis({time})
unix_micros({time});  unix_date({date});  date_from_unix_date({int});  timestamp_seconds({int})
timestamp_seconds({double});  timestamp_seconds({decimal});  timestamp_millis({long});  timestamp_micros({long})
from_utc_timestamp({time}, {string});  to_utc_timestamp({time}, 'UTC');  year({date});  year({time})
year({string});  quarter({date});  month({date});  day({date});  dayofyear({date});  dayofweek({date})
weekday({date});  weekofyear({date});  dayname({date});  monthname({date});  hour({time});  hour({string})
minute({time});  second({ntz});  date_part('year', {date});  date_part('second', {time})
extract(YEAR FROM {date});  extract(SECOND FROM {time});  extract(DOW FROM {date});  date_part('hour', {ntz})
date_format({time}, {string});  date_format({date}, 'yyyy');  from_unixtime({long});  from_unixtime({long}, 'yyyy')
current_timestamp();  now();  localtimestamp();  current_date();  current_timezone();  to_timestamp({string})
to_timestamp({string}, {string});  to_timestamp({string}, 'yyyy');  to_timestamp({time});  to_timestamp({date})
try_to_timestamp({string});  to_timestamp_ltz({string});  to_timestamp_ntz({string});  to_date({string})
to_date({string}, 'yyyy');  to_date({time});  unix_timestamp();  unix_timestamp({time})
unix_timestamp({string}, 'yyyy');  to_unix_timestamp({string});  trunc({date}, {string});  trunc({date}, 'MM')
date_trunc('HOUR', {time});  date_trunc({string}, {time});  date_trunc('HOUR', {string})
{time} = {date};  {date} < {string};  {time} - {time}
hash({int});  hash({int}, {string});  xxhash64({string});  struct({int}, {string});  struct({int} AS a).a
named_struct('a', {int});  named_struct('a', {int}).a;  {row};  {row}.a;  {row}.b;  array({int}, {int})
array({int}, {long});  {list};  {list}[0];  {int}::string;  {string}::int
"""


def variants(template):
    """The template with columns never NULL, then with each of them in turn maybe NULL."""
    places = list(re.finditer(r"\{(\w+)\}", template))
    for chosen in [None, *places]:
        yield re.sub(r"\{(\w+)\}",
                     lambda m: ("n_" if chosen and m.start() == chosen.start() else "c_") + m[1],
                     template)


def expressions():
    templates = re.split(r";  |\n", TEMPLATES.strip())
    for source in COLUMNS:
        for target in TYPES:
            templates.append(f"CAST({{{source}}} AS {target})")
        for target in ["INT", "STRING", "DATE", "TIMESTAMP", "DECIMAL(10,2)"]:
            templates.append(f"TRY_CAST({{{source}}} AS {target})")
    for template in templates:
        yield from variants(template)


TOPICS = [
    Topic("nullability", expressions, relation=RELATION),
    Topic("nullability_without_ansi", expressions, ansi=False, relation=RELATION),
]
