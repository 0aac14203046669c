# SPDX-License-Identifier: Apache-2.0
"""What the topics share: literals in SQL, and the values at the edges of each type."""

import dataclasses
import random
import struct
import typing


@dataclasses.dataclass(frozen=True)
class Topic:
    name: str
    expressions: typing.Callable[[], typing.Iterable[str]]
    time_zone: str = "UTC"
    ansi: bool = True
    names: bool = False
    relation: str = ""  # asked for names, types and nullability of expressions over it


ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b",
           "\0": "\\u0000"}


def text(value):
    """A SQL string literal; control characters are escaped so that the golden is readable."""
    return "'" + "".join(
        ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or 127 <= ord(c) < 160 else c)
        for c in value) + "'"


INTEGRAL = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
INTEGRAL_SUFFIX = {"tinyint": "Y", "smallint": "S", "int": "", "bigint": "L"}


def integer(kind, value):
    # The smallest value has no literal: its digits alone are out of range.
    low = -(1 << INTEGRAL[kind] - 1)
    if value == low:
        return f"CAST('{value}' AS {kind.upper()})"
    return f"{value}{INTEGRAL_SUFFIX[kind]}"


def integers(kind, count):
    """Zero, the edges of all types that fit, powers of ten, and `count` random values."""
    bits = INTEGRAL[kind]
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    values = [0, 1, -1, 2, -2, 9, 10, -10, 42, 59, 60, 99, 100, -100]
    for other in INTEGRAL.values():
        edge = 1 << other - 1
        values += [edge - 2, edge - 1, edge, edge + 1, -edge + 1, -edge, -edge - 1,
                   2 * edge - 1, 2 * edge]
    for exponent in range(1, 19):
        values += [10**exponent - 1, 10**exponent, -10**exponent]
    # Seconds at the edges of what a date and a timestamp may be.
    values += [86399, 86400, -86400, 253402300799, 253402300800, -62135596800, -62135596801,
               9223372036854, 9223372036855, -9223372036854, -9223372036855]
    generator = random.Random(f"{kind}")
    values += [generator.randint(low, high) >> generator.randrange(bits) for _ in range(count)]
    return [v for v in dict.fromkeys(values) if low <= v <= high]


SPECIAL = ["NaN", "Infinity", "-Infinity", "-0.0"]


def special(kind, word):
    return f"CAST('{word}' AS {kind.upper()})"


def double(value):
    return f"{value!r}D" if "e" in repr(value) or "." in repr(value) else special("double", value)


def doubles(count):
    values = [0.0, 1.0, -1.0, 0.5, -0.5, 0.1, 0.2, 0.3, 1.5, 2.5, -1.5, -2.5, 0.49999999999999994,
              1 / 3, -1 / 3, 2 / 3, 3.14159, 123.456, -123.456, 0.001, 0.00099999, 0.0001, 1e-5,
              9999999.0, 10000000.0, 9999999.999999998, 12345678.9, 1e15, 1e16, 1e17, 1e18, 1e19,
              1e20, 1e21, 1e22, 1e23, 2e-3, 1e37, 1e38, 1e39, 99999999.99, 127.0, 127.9, 128.0,
              -128.0, -128.9, -129.0, 32767.9, 32768.0, -32768.9, -32769.0, 2147483647.0,
              2147483647.9, 2147483648.0, -2147483648.0, -2147483648.9, -2147483649.0,
              9007199254740991.0, 9007199254740993.0, 9.223372036854775e18,
              9.223372036854775807e18, -9.223372036854775808e18, -9.3e18, 1e100, -1e100, 1e300,
              1.7976931348623157e308, -1.7976931348623157e308, 2.2250738585072014e-308, 5e-324,
              -5e-324, 1.1754943508222875e-38, 3.4028234663852886e38, 3.4028235677973366e38,
              1.4e-45, 7e-46, 0.3333333432674408, 16777217.0, 2.0000000000000004, 1.005, 2.675,
              1e-10, 123456789012345.67, 4.35, 100.0, 1000000.0, 0.1 + 0.2, 86400.123456,
              -86400.000001, 1700000000.123456, 1.7e9, 253402300800.0, 9.3e12, -9.3e12]
    generator = random.Random("double")
    for _ in range(count):
        values.append(round(generator.uniform(-1000, 1000), generator.randrange(8)))
        values.append(generator.uniform(-1, 1) * 10.0 ** generator.randint(-25, 40))
    return list(dict.fromkeys(values))


def float_(value):
    return f"CAST({double(value)} AS FLOAT)"


def random_doubles(count, seed):
    """All exponents alike: random bits that are finite numbers."""
    generator = random.Random(seed)
    while count:
        value = struct.unpack("<d", generator.randbytes(8))[0]
        if value == value and abs(value) != float("inf"):
            count -= 1
            yield value


def decimal(value, precision, scale):
    return f"CAST('{value}' AS DECIMAL({precision},{scale}))"


DECIMALS = {
    (1, 0): "0 1 -1 9 -9".split(),
    (3, 3): "0 0.001 -0.001 0.5 -0.5 0.999 -0.999".split(),
    (5, 2): "0 0.01 -0.01 0.49 0.5 0.51 1 1.5 -1.5 2.5 -2.5 9.99 10 12.34 59.99 99.99 127.99 128 "
            "-128.99 -129 255.5 999.99 -999.99".split(),
    (10, 0): "0 1 -1 127 128 -129 32767 32768 2147483647 2147483648 -2147483648 -2147483649 "
             "9999999999 -9999999999 86400".split(),
    (18, 6): "0 0.000001 -0.000001 0.5 -0.5 1.25 -1.25 86400.123456 1700000000.123456 "
             "2147483647.999999 2147483648 -2147483648.999999 -2147483649 999999999999.999999 "
             "-999999999999.999999 123.400000".split(),
    (20, 0): "0 1 -1 9223372036854775807 9223372036854775808 -9223372036854775808 "
             "-9223372036854775809 99999999999999999999 -99999999999999999999 1000000".split(),
    (38, 0): "0 1 -7 12345678901234567890123456789012345678 "
             "99999999999999999999999999999999999999 -99999999999999999999999999999999999999 "
             "170141183460469231731687303715884105727 9007199254740993 18446744073709551615".split(),
    (38, 18): "0 0.000000000000000001 -0.000000000000000001 0.5 1.000000000000000000 1.5 -1.5 "
              "99.999999999999999999 12345678901234567890.123456789012345678 "
              "-99999999999999999999.999999999999999999 3.141592653589793238 "
              "9223372036854775807.999 1700000000.1234567".split(),
    (38, 38): "0 0.5 0.00000000000000000000000000000000000001 "
              "-0.99999999999999999999999999999999999999".split(),
}

DATES = """0001-01-01 0001-12-31 0099-02-28 1000-06-15 1500-02-28 1500-03-01 1582-10-04 1582-10-05
1582-10-14 1582-10-15 1582-12-31 1600-02-29 1883-11-18 1883-11-17 1899-12-31 1900-01-01 1900-02-28
1900-03-01 1945-08-14 1969-12-31 1970-01-01 1970-01-02 1999-12-31 2000-02-29 2000-12-31 2001-01-01
2004-02-29 2019-12-30 2020-02-29 2021-01-03 2021-01-04 2023-03-12 2023-11-05 2024-02-29 2024-03-10
2024-06-30 2024-07-01 2024-11-03 2024-12-30 2024-12-31 2025-01-01 2038-01-19 2100-02-28 9999-12-31
""".split()

# Outside of what a DATE literal of four digits says: years with sign.
FAR_DATES = ["+10000-01-01", "+10000-12-31", "+99999-06-15", "+294247-01-10", "0000-01-01",
             "0000-12-31", "-0001-01-01", "-0001-12-31", "-0044-03-15", "-9999-01-01"]

TIMES = ["00:00:00", "00:00:00.000001", "23:59:59", "23:59:59.999999", "12:34:56.789",
         "01:02:03.100000"]


def timestamps():
    """Wall clocks with and without fractions; gaps and overlaps of several zones among them."""
    values = [f"{date} {TIMES[i % len(TIMES)]}" for i, date in enumerate(DATES + FAR_DATES)]
    values += ["1970-01-01 00:00:00", "1970-01-01 00:00:00.5", "1969-12-31 23:59:59.5",
               "1969-12-31 23:59:59.999999", "1970-01-01 00:00:01.5", "1900-01-01 00:00:00.1",
               "2024-03-10 01:59:59.999999", "2024-03-10 02:00:00", "2024-03-10 02:30:00",
               "2024-03-10 03:00:00", "2024-11-03 00:59:59", "2024-11-03 01:00:00",
               "2024-11-03 01:30:00", "2024-11-03 01:59:59.999", "2024-11-03 02:00:00",
               "2024-11-03 08:30:00", "2024-11-03 09:30:00", "1883-11-18 12:07:02",
               "1883-11-18 12:00:00", "1945-08-14 16:00:00", "2007-03-11 02:15:00",
               "2006-04-02 02:15:00", "1967-04-30 02:00:00", "2037-03-08 02:30:00",
               "2038-01-19 03:14:07", "2038-01-19 03:14:08", "2050-07-01 12:00:00",
               "2050-12-01 12:00:00", "2400-07-01 12:00:00.25", "9999-12-31 23:59:59.999999",
               "0001-01-01 00:00:00", "2024-01-15 12:30:45.123456", "2024-08-15 06:00:00"]
    return list(dict.fromkeys(values))
