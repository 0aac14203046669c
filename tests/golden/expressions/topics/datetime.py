# SPDX-License-Identifier: Apache-2.0
"""Functions of dates and timestamps, in UTC and where clocks change."""

import itertools

from topics.base import DATES, FAR_DATES, Topic, text, timestamps

UNITS = ["YEAR", "YYYY", "YY", "QUARTER", "MONTH", "MM", "MON", "WEEK", "DAY", "DD", "HOUR", "MINUTE",
         "SECOND", "MILLISECOND", "MICROSECOND"]
FIELDS = ["year", "month", "day", "hour", "minute", "second"]
PATTERNS = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS", "y", "yy", "yyy", "yyyyy", "M",
            "MM", "MMM", "MMMM", "d", "dd", "D", "DDD", "E", "EEEE", "a", "h", "hh", "H", "HH", "k",
            "kk", "K", "KK", "m", "s", "S", "SSS", "SSSSSSSSS", "q", "qq", "Q", "QQQ", "QQQQ", "G",
            "GGGG", "L", "LLL", "VV", "X", "XX", "XXX", "XXXX", "XXXXX", "x", "xx", "xxx",
            "Z", "ZZZZ", "ZZZZZ", "O", "OOOO", "''", "'literal'", "'it''s'", "[yyyy]", "yyyy[-MM]"]
BAD_PATTERNS = ["", "A", "B", "Y", "YYYY", "w", "W", "u", "e", "c", "n", "N", "p", "F", "yyyyyyy",
                "yyyyyyyyyy", "MMMMM", "ddd", "DDDD", "EEEEE", "aa", "HHH", "mmm", "sss", "SSSSSSSSSS",
                "QQQQQ", "GGGGG", "V", "zzzzz", "XXXXXX", "ZZZZZZ", "OO", "'open", "[open", "close]",
                "{", "}", "#", "yyyy-MM-dd b", "l", "r", "t", "xxxxxx", "LLLLL", "qqqqq", "VVV", "i"]


def stamp(value):
    return f"TIMESTAMP'{value}'"


def truncation():
    for value in timestamps():
        for unit in UNITS:
            yield f"date_trunc('{unit}', {stamp(value)})"
    yield from [f"date_trunc('{unit}', TIMESTAMP'2024-05-15 12:34:56.789')" for unit in
                ("year", "Week", "zzz", "", "days", "decade", "century", "Q", "hours", " day")]
    yield from ["date_trunc(NULL, TIMESTAMP'2024-05-15 12:34:56')", "date_trunc('DAY', NULL)",
                "date_trunc('DAY', DATE'2024-05-15')", "date_trunc('DAY', '2024-05-15 12:34:56')",
                "date_trunc('DAY', TIMESTAMP_NTZ'2024-05-15 12:34:56')", "date_trunc('DAY', 5)",
                "date_trunc('DAY')", "date_trunc(1, TIMESTAMP'2024-05-15 12:34:56')",
                "date_trunc('DAY', 'x')"]


def fields():
    for value in timestamps():
        for name in FIELDS:
            yield f"{name}({stamp(value)})"
    for value in DATES + FAR_DATES:
        for name in FIELDS[:3]:
            yield f"{name}(DATE'{value}')"
    for name in FIELDS:
        yield from [f"{name}(NULL)", f"{name}('2024-05-15 12:34:56')", f"{name}('x')", f"{name}(5)",
                    f"{name}(DATE'2024-05-15')", f"{name}()", f"{name}(true)",
                    f"{name}(TIMESTAMP_NTZ'2024-05-15 12:34:56.7')"]


def arithmetic():
    for value in (DATES + FAR_DATES)[::2]:
        for days in [0, 1, -1, 28, 365, -365, 100000]:
            yield f"date_add(DATE'{value}', {days})"
        for other in ["1970-01-01", "2024-02-29", "0001-01-01"]:
            yield f"datediff(DATE'{value}', DATE'{other}')"
    yield from [
        "date_add('2024-01-15', 1)", "date_add(TIMESTAMP'2024-01-15 23:59:59', 1)",
        "date_add(DATE'2024-01-15', 1Y)", "date_add(DATE'2024-01-15', 1S)",
        "date_add(DATE'2024-01-15', 1L)", "date_add(DATE'2024-01-15', '1')",
        "date_add(DATE'2024-01-15', 'x')", "date_add(DATE'2024-01-15', 1.5)",
        "date_add(DATE'2024-01-15', NULL)", "date_add(NULL, 1)", "date_add('x', 1)",
        "date_add(DATE'2024-01-15', 2147483647)", "date_add(DATE'2024-01-15')",
        "date_add(1, 1)", "date_sub(DATE'2024-01-15', 15)", "date_sub('2024-01-15', -1)",
        "date_add(TIMESTAMP_NTZ'2024-01-15 12:00:00', 1)", "DATE'2024-01-15' + 1", "1 + DATE'2024-01-15'",
        "DATE'2024-01-15' - 1", "DATE'2024-01-15' + 1L", "DATE'2024-01-15' + 1Y",
        "datediff('2024-01-15', '2024-01-10')", "datediff(NULL, DATE'2024-01-10')",
        "datediff(TIMESTAMP'2024-01-15 23:00:00', TIMESTAMP'2024-01-15 01:00:00')",
        "datediff('x', DATE'2024-01-10')", "datediff(DATE'2024-01-10')", "datediff(1, 2)",
        "datediff(DATE'9999-12-31', DATE'0001-01-01')", "date_diff(DATE'2024-01-15', DATE'2024-02-15')",
    ]


def formats():
    samples = ["2024-01-05 03:04:05.006007", "2024-08-15 00:00:00", "2024-11-03 12:34:56.789",
               "0001-01-01 00:00:00", "1582-10-15 23:59:59.999999", "1899-12-31 13:00:00.5",
               "9999-12-31 23:59:59.999999", "+10000-01-01 00:00:00", "-0044-03-15 11:22:33",
               "1969-12-31 23:59:59.999999"]
    for value, pattern in itertools.product(samples, PATTERNS):
        yield f"date_format({stamp(value)}, {text(pattern)})"
    # Names of zones are words of a language, which are not supported.
    yield from ["date_format(TIMESTAMP'2024-08-15 00:00:00', 'z')",
                "date_format(TIMESTAMP'2024-08-15 00:00:00', 'zzzz')"]
    for pattern in BAD_PATTERNS:
        yield f"date_format(TIMESTAMP'2024-01-05 03:04:05.006007', {text(pattern)})"
    for value in timestamps()[::3]:
        yield f"date_format({stamp(value)}, 'yyyy-MM-dd HH:mm:ss.SSSSSS VV XXX')"
        yield f"date_format({stamp(value)}, 'EEE, d MMM yyyy hh:mm:ss a xxx')"
    yield from ["date_format(DATE'2024-01-05', 'yyyy/MM/dd HH')", "date_format('2024-01-05', 'yyyy')",
                "date_format(NULL, 'yyyy')", "date_format(TIMESTAMP'2024-01-05 00:00:00', NULL)",
                "date_format(TIMESTAMP_NTZ'2024-01-05 01:02:03', 'HH:mm')", "date_format(5, 'yyyy')",
                "date_format('x', 'yyyy')", "date_format(TIMESTAMP'2024-01-05 00:00:00')"]


PARSED = [
    ("2024-01-15", "yyyy-MM-dd"), ("2024-1-5", "yyyy-MM-dd"), ("2024-1-5", "yyyy-M-d"),
    ("2024-01-15 12:34:56", "yyyy-MM-dd HH:mm:ss"), ("2024-01-15 12:34:56", "yyyy-MM-dd"),
    ("2024-01-15 12:34", "yyyy-MM-dd HH:mm:ss"), ("15/01/2024", "dd/MM/yyyy"),
    ("15/13/2024", "dd/MM/yyyy"), ("30/02/2024", "dd/MM/yyyy"), ("20240115", "yyyyMMdd"),
    ("20240115123456", "yyyyMMddHHmmss"), ("2024", "yyyy"), ("24", "yy"), ("99", "yy"), ("24", "yyyy"),
    ("2024-01", "yyyy-MM"), ("12:34", "HH:mm"), ("12:34:56.789", "HH:mm:ss.SSS"),
    ("2024-01-15T12:34:56.123456", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"),
    ("2024-01-15T12:34:56.1", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"),
    ("2024-01-15 12:34:56.123456789", "yyyy-MM-dd HH:mm:ss.SSSSSSSSS"),
    ("2024-01-15 12:34:56.123", "yyyy-MM-dd HH:mm:ss.S"),
    ("2024-01-15 12:34:56.5", "yyyy-MM-dd HH:mm:ss.SSS"),
    ("2024-01-15 12:34:56.500", "yyyy-MM-dd HH:mm:ss.SSS"),
    ("Jan 5, 2024", "MMM d, yyyy"), ("jan 5, 2024", "MMM d, yyyy"), ("January 5, 2024", "MMMM d, yyyy"),
    ("5 Mai 2024", "d MMM yyyy"), ("Mon 15 Jan 2024", "EEE dd MMM yyyy"),
    ("Tue 15 Jan 2024", "EEE dd MMM yyyy"), ("15.01.2024 3:04 PM", "dd.MM.yyyy h:mm a"),
    ("15.01.2024 3:04 pm", "dd.MM.yyyy h:mm a"), ("15.01.2024 13:04 PM", "dd.MM.yyyy h:mm a"),
    ("15.01.2024 12:00 AM", "dd.MM.yyyy hh:mm a"), ("15.01.2024 12:00 PM", "dd.MM.yyyy hh:mm a"),
    ("2024-015", "yyyy-DDD"), ("2024-366", "yyyy-DDD"), ("2023-366", "yyyy-DDD"),
    ("2024-01-15 24", "yyyy-MM-dd kk"), ("2024-01-15 0", "yyyy-MM-dd K"),
    ("2024-01-15 12:34:56 +01:00", "yyyy-MM-dd HH:mm:ss XXX"),
    ("2024-01-15 12:34:56 Z", "yyyy-MM-dd HH:mm:ss XXX"),
    ("2024-01-15 12:34:56 +0100", "yyyy-MM-dd HH:mm:ss Z"),
    ("2024-01-15 12:34:56 +0100", "yyyy-MM-dd HH:mm:ss xx"),
    ("2024-01-15 12:34:56 Europe/Berlin", "yyyy-MM-dd HH:mm:ss VV"),
    ("2024-01-15 12:34:56 UTC", "yyyy-MM-dd HH:mm:ss z"),
    ("2024-01-15 12:34:56 GMT+1", "yyyy-MM-dd HH:mm:ss O"), ("10000", "yyyy"), ("+10000", "yyyy"),
    ("-0044", "yyyy"), ("0001-01-01", "yyyy-MM-dd"), ("1582-10-10", "yyyy-MM-dd"),
    ("9999-12-31", "yyyy-MM-dd"), ("0000-01-01", "yyyy-MM-dd"), ("", "yyyy-MM-dd"),
    (" 2024-01-15", "yyyy-MM-dd"), ("2024-01-15 ", "yyyy-MM-dd"), ("abc", "yyyy-MM-dd"),
    ("2024-01-15", "yyyy-MM-dd[ HH:mm]"), ("2024-01-15 10:20", "yyyy-MM-dd[ HH:mm]"),
    ("2024-01-15abc", "yyyy-MM-dd'abc'"), ("2024''01", "yyyy''''MM"), ("2024 Q1", "yyyy 'Q'q"),
    ("2024-01-15 23:59:60", "yyyy-MM-dd HH:mm:ss"), ("2024-01-15 25:00:00", "yyyy-MM-dd HH:mm:ss"),
    ("2024-03-10 02:30:00", "yyyy-MM-dd HH:mm:ss"), ("2024-11-03 01:30:00", "yyyy-MM-dd HH:mm:ss"),
    ("1 2024", "D yyyy"), ("AD 2024", "G yyyy"), ("BC 0044", "G yyyy"), ("2024-02-30", "yyyy-MM-dd"),
    ("2023-02-29", "yyyy-MM-dd"), ("2024-W03", "YYYY-'W'ww"), ("2024-01-15", "yyyy-mm-dd"),
]


def parsing():
    for value, pattern in PARSED:
        for name in ["to_timestamp", "to_date", "unix_timestamp"]:
            yield f"{name}({text(value)}, {text(pattern)})"
    for value in ["2024-01-15", "2024-01-15 12:34:56", "2024-01-15T12:34:56.789Z", "x", "", "2024",
                  "2024-13-01", "0001-01-01", "9999-12-31 23:59:59.999999", "+10000-01-01",
                  "2024-03-10 02:30:00", "2024-11-03 01:30:00", "epoch"]:
        for name in ["to_timestamp", "to_date", "unix_timestamp"]:
            yield f"{name}({text(value)})"
    for name in ["to_timestamp", "to_date", "unix_timestamp"]:
        yield from [f"{name}(NULL)", f"{name}('2024', NULL)", f"{name}(NULL, 'yyyy')",
                    f"{name}(DATE'2024-01-15')", f"{name}(TIMESTAMP'2024-01-15 12:34:56.7')",
                    f"{name}(TIMESTAMP_NTZ'2024-01-15 12:34:56')", f"{name}(5)", f"{name}(true)",
                    f"{name}(1.5D)", f"{name}(DATE'2024-01-15', 'yyyy')", f"{name}('2024', 'yyyy', 1)",
                    f"{name}('2024', 5)", f"{name}('1969-12-31 23:59:59')"]
    for pattern in BAD_PATTERNS:
        yield f"to_timestamp('2024-01-15', {text(pattern)})"


def seconds():
    for value in ["0", "1", "-1", "86399", "1705320000", "-62135596800", "253402300799", "253402300800",
                  "-62135596801", "9223372036854L", "1710064800", "1730620800", "1730624400", "1.5",
                  "'5'", "'x'", "NULL", "true", "1705320000.7D", "DATE'2024-01-15'", "5Y", "7S"]:
        yield f"from_unixtime({value})"
        yield f"from_unixtime({value}, 'yyyy-MM-dd HH:mm XXX')"
    yield from ["from_unixtime(0, NULL)", "from_unixtime(0, 'A')", "from_unixtime(0, '')",
                "from_unixtime()", "from_unixtime(9223372036854775807L)",
                "from_unixtime(-9223372036854775807L)"]


def everything():
    yield from itertools.islice(truncation(), 0, None, 4)
    yield from itertools.islice(fields(), 0, None, 4)
    yield from itertools.islice(formats(), 0, None, 4)
    yield from parsing()
    yield from seconds()
    for value in DATES[::3]:
        yield f"date_add(TIMESTAMP'{value} 23:30:00', 1)"
        yield f"datediff(TIMESTAMP'{value} 23:30:00', TIMESTAMP'{value} 00:30:00 UTC')"


# Wall clocks around changes: at midnight, by half an hour, of a whole day, downwards in winter.
CHANGES = {
    "America/Havana": ["2020-10-31 23:59:59", "2020-11-01 00:00:00", "2020-11-01 00:30:00",
                       "2020-11-01 01:00:00", "2020-11-15 12:00:00", "2020-03-08 00:30:00"],
    "America/Sao_Paulo": ["2018-11-03 23:59:59", "2018-11-04 00:00:00", "2018-11-04 00:30:00",
                          "2018-02-17 23:30:00", "2018-02-18 00:00:00", "2018-12-05 12:00:00"],
    "Australia/Lord_Howe": ["2024-04-07 01:29:59", "2024-04-07 01:30:00", "2024-04-07 01:59:59",
                            "2024-10-06 02:00:00", "2024-10-06 02:15:00", "2024-10-06 02:30:00"],
    "Pacific/Apia": ["2011-12-29 23:59:59", "2011-12-30 00:00:00", "2011-12-30 12:00:00",
                     "2011-12-31 00:00:00", "2012-01-15 12:00:00"],
    "Africa/Casablanca": ["2024-03-10 02:30:00", "2024-03-10 03:00:00", "2024-04-14 02:30:00",
                          "2024-04-14 12:00:00"],
}


def changes(zone):
    for value in CHANGES[zone]:
        day = value[:10]
        for unit in ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"]:
            for extra in ["", " - 1", " + 3600"]:
                moment = f"unix_timestamp({stamp(value)}){extra}"
                yield f"unix_timestamp(date_trunc('{unit}', timestamp_seconds({moment})))"
        yield from [f"unix_timestamp({stamp(value)})", f"CAST(TIMESTAMP_NTZ'{value}' AS TIMESTAMP)",
                    f"CAST({stamp(value)} AS TIMESTAMP_NTZ)", f"hour({stamp(value)})",
                    f"date_format({stamp(value)}, 'yyyy-MM-dd HH:mm:ss XXX')",
                    f"unix_timestamp(CAST(DATE'{day}' AS TIMESTAMP))", f"CAST({stamp(value)} AS DATE)",
                    f"to_timestamp('{value}', 'yyyy-MM-dd HH:mm:ss')", f"to_date({stamp(value)})",
                    f"from_utc_timestamp({stamp(value)}, '{zone}')",
                    f"to_utc_timestamp({stamp(value)}, '{zone}')", f"DATE'{day}' = {stamp(value)}"]


TOPICS = [
    Topic("date_trunc", truncation),
    Topic("date_fields", fields),
    Topic("date_arithmetic", arithmetic),
    Topic("date_format", formats),
    Topic("date_parse", lambda: itertools.chain(parsing(), seconds())),
    Topic("date_los_angeles", everything, time_zone="America/Los_Angeles"),
    Topic("date_kolkata", everything, time_zone="Asia/Kolkata"),
    Topic("date_without_ansi", lambda: itertools.chain(
        parsing(), seconds(), itertools.islice(arithmetic(), 0, None, 5)), ansi=False),
] + [
    Topic("date_changes_" + zone.split("/")[1].lower(), lambda zone=zone: changes(zone), time_zone=zone)
    for zone in CHANGES
]
