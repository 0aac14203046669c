#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Says which C files are not as clang-format leaves them; with --fix, makes them so. One version of
# the tool only, since versions differ. Exit code 77 (skipped) where it is not installed.
set -eu
cd "$(dirname "$0")/.."

tool=clang-format-14
if ! command -v $tool >/dev/null 2>&1; then
    echo "skipped: $tool is not installed (scripts/need_packages.sh format)"
    exit 77
fi
mode='--dry-run -Werror'
[ "${1:-}" = --fix ] && mode=-i
# shellcheck disable=SC2086 # two words
find include src tests bench examples \( -name bad -o -name golden -o -name corpus \) -prune -o \
    -name '*.[ch]' -print0 2>/dev/null | xargs -0 -P 2 -n 20 $tool $mode
