#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzzer of a build directory for some seconds: scripts/fuzz.sh BUILD SECONDS
# Starts from the checked-in corpus; inputs found here stay in BUILD/corpus, failures in BUILD.
set -u
build=$1
seconds=$2
source=$(dirname "$0")/..
count=0
failed=0
for program in "$build"/tests/fuzz_*; do
    [ -x "$program" ] && [ -f "$program" ] || continue
    name=${program##*/fuzz_}
    mkdir -p "$build/corpus/$name"
    echo "== $name, $seconds s"
    if timeout $((seconds + 60)) "$program" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 -artifact_prefix="$build/$name-" \
        "$build/corpus/$name" "$source/tests/fuzz/corpus/$name"; then
        echo "ok $name"
    else
        echo "not ok $name; the input is $build/$name-*"
        failed=$((failed + 1))
    fi
    count=$((count + 1))
done
echo "$count fuzzers, $failed failed"
[ "$failed" = 0 ] && [ "$count" != 0 ]
