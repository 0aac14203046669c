#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs a build into a temporary place and uses it as a stranger would: compiles the C example
# with nothing but pkg-config, strictly, and runs the installed command.
#   scripts/check_install.sh BUILD
set -eu
build=$1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

DESTDIR=$place meson install --no-rebuild --quiet -C "$build"
pc=$(find "$place" -name forebay.pc)
prefix=$(sed -n 's/^prefix=//p' "$pc")
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$place
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
library=$(dirname "$(dirname "$pc")")

# shellcheck disable=SC2046 # flags are words
cc -std=c11 -Wall -Wextra -Wpedantic -Werror -o "$place/example" examples/checkpoint_example.c \
    $(pkg-config --cflags --libs forebay)
LD_LIBRARY_PATH=$library ldd "$place/example" | grep -q libforebay
"$place$prefix/bin/forebay" --version
test -s "$place$prefix/share/man/man1/forebay.1"
echo "installed, the example compiles and links, the command answers"
