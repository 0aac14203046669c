#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes sure that what a group of work needs is on this machine; the one list of Debian packages
# (but for those of the comparison with Spark, which tests/spark/setup.sh looks after).
#
#   scripts/need_packages.sh [--tell] GROUP...     groups: build check fuzz format
#
# Says nothing when all is there (some tens of milliseconds). Otherwise installs what is missing,
# as root or through sudo without a password; where neither works, or with --tell, prints the one
# command and fails. Elsewhere than on Debian and its relatives it names what is missing.
set -u

# group, Debian 12 package, how to see that it is there.
packages='
build  gcc                      compiler
build  libc6-dev                compiler
build  make                     command:make
build  pkg-config               command:pkg-config
build  meson                    command:meson
build  ninja-build              command:ninja
build  re2c                     command:re2c
build  lemon                    command:lemon
build  libjansson-dev           library:jansson
build  liblz4-dev               library:liblz4
build  libzstd-dev              library:libzstd
build  libsnappy-dev            file:/usr/include/snappy-c.h
build  tzdata                   file:/usr/share/zoneinfo/UTC
check  libcmocka-dev            library:cmocka
check  binutils                 command:nm
fuzz   clang-14                 command:clang-14
fuzz   libclang-rt-14-dev       file:/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux
format clang-format-14          command:clang-format-14
'

exists() {
    case $1 in
    compiler) printf '#include <stdio.h>\n' | cc -E - >/dev/null 2>&1 ;;
    command:*) command -v "${1#*:}" >/dev/null 2>&1 ;;
    library:*) pkg-config --exists "${1#*:}" 2>/dev/null ;;
    file:*) [ -e "${1#*:}" ] ;;
    esac
}

tell=false
if [ "${1:-}" = --tell ]; then
    tell=true
    shift
fi

missing=
for group in "$@"; do
    known=false
    while read -r package_group package probe; do
        [ "$package_group" = "$group" ] || continue
        known=true
        exists "$probe" || missing="$missing $package"
    done <<LIST
$packages
LIST
    if ! $known; then
        echo "need_packages: no group '$group'" >&2
        exit 2
    fi
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing on this machine (names of Debian's packages):$missing" >&2
    exit 1
fi
install="apt-get install -y --no-install-recommends$missing"
if $tell; then
    prefix=
elif [ "$(id -u)" = 0 ]; then
    prefix=env
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    prefix='sudo -n env'
else
    prefix=
fi
if [ -z "$prefix" ]; then
    [ "$(id -u)" = 0 ] || install="sudo $install"
    echo "Missing Debian packages. Install them with" >&2
    echo "    $install" >&2
    exit 1
fi

echo "Installing Debian packages:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # the words of both are meant to be split
$prefix DEBIAN_FRONTEND=noninteractive $install >&2 && exit 0
# A fresh machine has no lists of packages yet, or stale ones.
# shellcheck disable=SC2086
$prefix DEBIAN_FRONTEND=noninteractive apt-get update >&2 &&
    $prefix DEBIAN_FRONTEND=noninteractive $install >&2
