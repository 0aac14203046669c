#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Names the C files that are not as clang-format leaves them; with --fix, makes them so. One version
# of the tool only, since versions differ. Exit code 77 (skipped) where it is not installed.
set -eu
cd "$(dirname "$0")/.."

tool=clang-format-14
if ! command -v $tool >/dev/null 2>&1; then
    echo "skipped: $tool is not installed (scripts/need_packages.sh format)"
    exit 77
fi
c_files() {
    find include src tests bench examples \( -name bad -o -name golden -o -name corpus \) -prune \
        -o -name '*.[ch]' -print0 2>/dev/null
}
if [ "${1:-}" = --fix ]; then
    c_files | xargs -0 -P 2 -n 20 $tool -i
    exit
fi
# shellcheck disable=SC2016 # expanded by the inner shell
c_files | xargs -0 -P 2 -n 20 sh -c 'status=0
    for file; do
        '$tool' "$file" | cmp -s - "$file" && continue
        echo "$file: not as clang-format leaves it; make format mends it"
        status=1
    done
    exit $status' sh
