# SPDX-License-Identifier: Apache-2.0
"""Asks Spark for the case mappings of all characters and prints src/base/unicode_case_table.inc.

upper(), lower() and initcap() then give what Spark gives, whatever Unicode version the host's
libraries have. Whether a character is "cased" or "case-ignorable" (the two properties that decide
the form of a final sigma) is read off the form that Spark gives a sigma before it.
"""
import sys

import session


def ask():
    spark = session.start()
    chars = (spark.range(0, 0x110000).where("id < 55296 or id > 57343")
             .selectExpr("id", "decode(unhex(lpad(hex(id), 8, '0')), 'UTF-32') AS c")
             .selectExpr("id", "c", "upper(c) AS u", "lower(c) AS l", "initcap(c) AS t",
                         "substring(lower(concat('aΣ', c)), 2, 1) = 'σ' AS cased",
                         "substring(lower(concat('aΣ', c, 'a')), 2, 1) = 'σ' AS transparent"))
    rows = chars.where("u <> c or l <> c or t <> c or cased or transparent").orderBy("id").collect()
    spark.stop()
    return rows


def mapping_ranges(pairs):
    """(first, last, stride, delta) for runs of characters that move by the same distance."""
    out = []
    for char, target in pairs:
        delta = target - char
        if out:
            first, last, stride, run_delta = out[-1]
            step = char - last
            if delta == run_delta and (step == stride or (first == last and step in (1, 2))):
                out[-1] = (first, char, step, delta)
                continue
        out.append((char, char, 1, delta))
    return out


def plain_ranges(chars):
    out = []
    for char in chars:
        if out and char == out[-1][1] + 1:
            out[-1][1] = char
        else:
            out.append([char, char])
    return out


def print_table(kind, name, entries):
    print(f"\nstatic const {kind} {name}[] = {{")
    line = "   "
    for entry in entries:
        text = " {" + ", ".join(entry) + "},"
        if len(line) + len(text) > 100:
            print(line)
            line = "   "
        line += text
    print(line)
    print("};")


def print_mapping(name, pairs):
    simple = [(c, ord(s)) for c, s in pairs if len(s) == 1]
    special = [(c, s) for c, s in pairs if len(s) > 1]
    print_table("case_range", name + "_ranges",
                [(hex(f), hex(l), str(s), str(d)) for f, l, s, d in mapping_ranges(simple)])
    print_table("case_special", name + "_specials",
                [(hex(c), "{" + ", ".join(hex(ord(x)) for x in s) + "}") for c, s in special])


def main():
    rows = ask()
    print("/* SPDX-License-Identifier: Apache-2.0\n *\n"
          " * Made by tests/spark/make_unicode_case.py from the answers of Spark 4.2.0; the\n"
          " * mappings themselves are facts of the Unicode Character Database. */")
    print_mapping("upper", [(r.id, r.u) for r in rows if r.u != r.c])
    print_mapping("lower", [(r.id, r.l) for r in rows if r.l != r.c])
    # Only where it differs from upper case.
    print_mapping("title", [(r.id, r.t) for r in rows if r.t != r.u])
    print_table("char_range", "cased_ranges",
                [(hex(a), hex(b)) for a, b in plain_ranges([r.id for r in rows if r.cased])])
    print_table("char_range", "ignorable_ranges",
                [(hex(a), hex(b)) for a, b in
                 plain_ranges([r.id for r in rows if r.transparent and not r.cased])])


if __name__ == "__main__":
    sys.exit(main())
