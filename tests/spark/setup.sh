#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Finds, or makes once, what the comparisons with real Spark need: a JDK 17 and a virtual
# environment with the pinned PySpark. Repeating it costs milliseconds; what takes time is announced
# on stderr.
#
#   setup.sh                    prints the environment's Python
#   setup.sh SCRIPT [ARG]...    runs a Python script in it, with that JDK
set -eu

version=4.2.0
venv=${XDG_CACHE_HOME:-$HOME/.cache}/forebay/pyspark-$version

say() { printf '%s\n' "tests/spark/setup.sh: $*" >&2; }
die() { say "$*"; exit 1; }

# Debian's package; FOREBAY_OFFLINE=1 forbids every download.
apt_install() {
    [ "${FOREBAY_OFFLINE:-0}" = 0 ] || die "missing: $*; install it with: apt-get install $*"
    command -v apt-get >/dev/null || die "missing: $*; install a JDK 17 and Python 3.11"
    if [ "$(id -u)" = 0 ]; then sudo=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo=sudo
    else die "missing: $*; install it with: sudo apt-get install $*"
    fi
    say "installing $*"
    $sudo apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qq -y \
        --no-install-recommends "$@" >&2 || die "apt-get install $* failed"
}

java_is_17() { [ -x "$1" ] && "$1" -version 2>&1 | grep -q '^[a-z]* version "17\.'; }

find_java() {
    for candidate in "${JAVA_HOME:-/nonexistent}/bin/java" /usr/lib/jvm/*17*/bin/java \
            "$(command -v java || true)"; do
        if java_is_17 "$candidate"; then
            java=$(readlink -f "$candidate")
            return 0
        fi
    done
    return 1
}

ready() { [ -f "$venv/forebay-ready" ] && [ -x "$venv/bin/python" ]; }

make_venv() {
    python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv
    say "installing pyspark==$version into $venv (about 450 MB, once)"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        "pyspark==$version" >&2 || die "pip could not install pyspark==$version"
    : > "$venv/forebay-ready"
}

find_java || { apt_install openjdk-17-jre-headless; find_java || die "no JDK 17 found"; }
if ! ready; then
    mkdir -p "${venv%/*}"
    # Two test runs that start together must not both build it.
    exec 9> "$venv.lock"
    flock 9
    # An environment made by hand counts when it has the right version.
    if [ -x "$venv/bin/python" ] && "$venv/bin/python" -c \
            'import sys, pyspark; sys.exit(pyspark.__version__ != sys.argv[1])' "$version" \
            2>/dev/null; then
        : > "$venv/forebay-ready"
    fi
    ready || { [ "${FOREBAY_OFFLINE:-0}" = 0 ] || die "$venv is missing"; make_venv; }
fi
[ $# -gt 0 ] || { printf '%s\n' "$venv/bin/python"; exit 0; }
JAVA_HOME=${java%/bin/java} exec "$venv/bin/python" "$@"
