#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The symbols that a shared library exports, one a line, sorted.
set -eu
nm -D --defined-only --format=posix "$1" | cut -d ' ' -f 1 | LC_ALL=C sort
