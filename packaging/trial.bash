# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2317 # checks are called by name
# trial.bash STAGE NUMBER   what tools/fresh-packages does inside of a Debian that has nothing but this script and the
# packages in /root; its checks are counted from NUMBER on. The stages are those at the end, in this order.
number=$(($2 - 1)) failed=0

# check SENTENCE COMMAND...: one line of TAP; the command's output only when it fails.
check() {
    local sentence=$1 output
    shift
    number=$((number + 1))
    if output=$("$@" 2>&1); then
        echo "ok $number $sentence"
    else
        failed=1
        echo "not ok $number $sentence"
        echo "# ${output//$'\n'/$'\n'# }"
    fi
}

# The first five minutes of README, and a connector of each kind, by the program that is called $1.
first_minutes() {
    set -euo pipefail
    local program=$1 project
    project=$(mktemp -d)
    cd "$project"
    "$program" init demo
    cd demo
    "$program" validate
    "$program" run
    [[ $("$program" query --output csv 'SELECT count(*) AS n FROM sales' | tail -n 1) == 4690 ]]
    "$program" list
    "$program" viz >graph.dot
    # Loads every connector's module; what couldn't be loaded says neither yes.
    "$program" connect list | awk 'NR > 2 && !/ yes / { print; failed = 1 } END { exit failed || NR < 6 }'
    rm -rf "$project"
}

as_nobody() {
    export -f first_minutes
    setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp bash -c 'first_minutes "$1"' bash "$1"
}

unpack() {
    # The system has no xz; tar asks for it.
    apt-get update -qq && apt-get install --yes -qq xz-utils || return
    mkdir /opt/first && tar -xJf /root/sqlflow.tar.xz -C /opt/first --strip-components=1
}

# What the tutorial says that its reader has besides the program.
prepare_reader() {
    apt-get install --yes -qq postgresql-client && useradd --create-home reader &&
        tar -xJf /root/examples.tar.xz -C /home/reader
}

uninstall_tarball() {
    rm -rf "/srv/a b" /usr/local/bin/sqlflow && ! command -v sqlflow
}

# Of all that the tarball loads only libc is the system's.
loads_its_own() {
    local foreign
    foreign=$(ldd /opt/first/bin/sqlflow /opt/first/lib/sqlflow/*.so* | grep -E '=>|not found' |
        grep -vE '=> /opt/first/|lib(c|m|dl|pthread|rt|resolv|anl|util)\.so')
    [[ -z $foreign ]] || {
        echo "$foreign"
        return 1
    }
}

move() {
    mkdir -p "/srv/a b" && mv /opt/first "/srv/a b/second" && ln -s "/srv/a b/second/bin/sqlflow" /usr/local/bin/sqlflow
}

tells_versions() {
    "$1" version -v | grep -qE '^duckdb v1\.' && "$1" version | grep -qE '^sqlflow [0-9.]+ \([0-9a-f]{7,}'
}

draws() {
    local project
    project=$(mktemp -d)
    cd "$project" && sqlflow init demo && cd demo && sqlflow viz -o shop.svg && grep -q '<svg' shop.svg
}

refuses_to_draw() {
    ! draws >/tmp/refusal 2>&1 && grep -q 'libgvc6' /tmp/refusal
}

has_all_parts() {
    local path
    for path in man/man1/sqlflow.1.gz bash-completion/completions/sqlflow.bash zsh/vendor-completions/_sqlflow \
        fish/vendor_completions.d/sqlflow.fish doc/sqlflow/copyright doc/sqlflow/README.md doc/sqlflow/docs/language.md \
        sqlflow/vscode/package.json; do
        [[ -s /usr/share/$path ]] || echo "/usr/share/$path is missing"
    done | (! grep .) && [[ -s /usr/include/sqlflow/connector.h ]]
}

leaves_nothing() {
    apt-get purge --yes -qq sqlflow && ! find / -xdev -name '*sqlflow*' -not -path '/root/*' -not -path '/proc/*' \
        -not -path '/var/log/*' -not -path '/tmp/*' -not -path '/home/*' | grep .
}

from_tarball() {
    check "the tarball unpacks" unpack
    check "all libraries but libc's are its own" loads_its_own
    check "the first five minutes from the tarball" first_minutes /opt/first/bin/sqlflow
    check "the tarball tells its commit and libraries" tells_versions /opt/first/bin/sqlflow
    check "the folder moves" move
    check "it works where it moved to, by a link, for a user without rights" as_nobody /usr/local/bin/sqlflow
    check "the examples unpack" prepare_reader
}

from_package() {
    check "without its folder the tarball is gone" uninstall_tarball
    check "the Debian package installs with what it depends on" apt-get install --yes -qq /root/sqlflow.deb
    check "the first five minutes from the Debian package" as_nobody /usr/bin/sqlflow
    check "manual page, completion, documents, header and editor's folder are there" has_all_parts
    check "without Graphviz pictures are refused, and the package to install is named" refuses_to_draw
    check "with Graphviz they are drawn" eval 'apt-get install --yes -qq libgvc6 && draws'
}

purged() {
    check "purged, it leaves nothing" leaves_nothing
}

"$1"
exit "$failed"
