#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# scripts/need_packages.sh on machines that lack things: a PATH of its own with stand-ins for id,
# sudo and apt-get, which note how they were called.
set -u
script=$(cd "$(dirname "$0")/../.." && pwd)/scripts/need_packages.sh
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
failed=0

# machine USER_ID SUDO_WORKS FAILING_INSTALLS: a machine with a shell and nothing else.
machine() {
    rm -rf "$place/bin" "$place/log"
    mkdir "$place/bin"
    for tool in sh env cat grep; do ln -s "$(command -v $tool)" "$place/bin/$tool"; done
    printf '#!/bin/sh\n' >"$place/bin/true"
    printf '#!/bin/sh\necho %s\n' "$1" >"$place/bin/id"
    if [ "$2" != none ]; then
        cat >"$place/bin/sudo" <<END
#!/bin/sh
[ "\$1" = -n ] && shift
$2 || exit 1
echo "sudo" >>"$place/log"
exec "\$@"
END
    fi
    cat >"$place/bin/apt-get" <<END
#!/bin/sh
echo "apt-get \$*" >>"$place/log"
[ "\$1" = update ] || [ "\$(grep -c install "$place/log")" -gt $3 ]
END
    chmod +x "$place"/bin/true "$place"/bin/id "$place"/bin/apt-get
    [ "$2" = none ] || chmod +x "$place/bin/sudo"
}

# expect NAME EXIT LOG TEXT ARGS...: runs the script, compares exit code, calls, and a text it says.
expect() {
    name=$1 code=$2 log=$3 text=$4
    shift 4
    said=$(PATH=$place/bin sh "$script" "$@" 2>&1)
    got=$?
    calls=$(cat "$place/log" 2>/dev/null | tr '\n' ';')
    case $said in *"$text"*) has=true ;; *) has=false ;; esac
    if [ "$got" = "$code" ] && [ "$calls" = "$log" ] && $has; then
        echo "ok $name"
    else
        echo "not ok $name: exit $got, calls '$calls', said '$said'"
        failed=1
    fi
}

install='apt-get install -y --no-install-recommends libcmocka-dev binutils;'

machine 0 none 0
expect 'root installs what is missing' 0 "$install" 'Installing Debian packages: libcmocka' check
machine 0 none 1
expect 'lists are fetched when the first try fails' 0 "${install}apt-get update;$install" '' check
machine 0 none 9
expect 'an install that fails is a failure' 1 "${install}apt-get update;$install" '' check
machine 1000 true 0
expect 'sudo without a password is used' 0 "sudo;sudo;$install" '' check
machine 1000 false 0
expect 'otherwise the one command is printed' 1 '' \
    '    sudo apt-get install -y --no-install-recommends libcmocka-dev binutils' check
machine 1000 none 0
expect 'so it is where there is no sudo' 1 '' '    sudo apt-get install' check
machine 0 none 0
expect '--tell installs nothing' 1 '' '    apt-get install -y' --tell check
machine 0 none 0
rm "$place/bin/apt-get"
expect 'elsewhere than on Debian the names are said' 1 '' 'Missing on this machine' check
machine 0 none 0
printf '#!/bin/sh\nexit 0\n' | tee "$place/bin/pkg-config" >"$place/bin/nm"
chmod +x "$place/bin/pkg-config" "$place/bin/nm"
expect 'nothing is said or done when all is there' 0 '' '' check
expect 'an unknown group is an error' 2 '' "no group 'chekc'" chekc

exit $failed
