#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every built-in workload: scripts/bench.sh build/forebay
set -eu
program=$1
"$program" bench --list | while read -r name _; do
    "$program" bench "$name"
done
