#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2153 # run sets status in each test
# Connectors in shared objects: the example of docs/plugins.md, built against the installed header.
load common

# An own folder with nothing of the tree but the header, where `make install` puts it.
setup_file() {
    local root header=$BATS_FILE_TMPDIR/include/sqlflow/connector.h
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    mkdir -p "$(dirname "$header")" "$BATS_FILE_TMPDIR/plugins"
    cp "$root/include/sqlflow/connector.h" "$header"
    cp "$root/docs/plugin/lines.c" "$BATS_FILE_TMPDIR/"
    build lines.c lines
}

# build SOURCE NAME [FLAGS]: plugins/NAME.so
build() {
    (cd "$BATS_FILE_TMPDIR" && cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -shared -fPIC \
        -Iinclude -o "plugins/$2.so" "${@:3}" "$1")
}

use_plugins() {
    cat >profiles/dev.yml <<END
engines: {duckdb: {mode: persistent, path: target/dev.duckdb}}
plugins: [plugins]
connectors:
  log: {type: lines, params: {file: data/log.txt}}
END
    cp -r "$BATS_FILE_TMPDIR/plugins" plugins
    seq -f 'line %g' 5000 >data/log.txt
}

@test "the header is installed, and stands alone" {
    run meson introspect --installed "$ROOT/build"
    has "$output" "/include/sqlflow/connector.h"
    for language in c11 c17; do
        echo '#include <sqlflow/connector.h>' | cc -std=$language -Wall -Wextra -Wpedantic -Werror \
            -I"$BATS_FILE_TMPDIR/include" -fsyntax-only -x c -
    done
}

@test "a source of a plugin is loaded, and read in SQL" {
    use_plugins
    pipeline p <<'END'
SOURCE a TYPE LINES PARAMS {"file": "data/log.txt"};
LOAD a INTO t WHERE number > 4990 AND line <> 'line 5000';
SOURCE b FROM 'log';
CREATE TABLE u AS SELECT count(*) AS n, max(number) AS m FROM b;
END
    sqlflow run
    equal 9,4991,4999 "$(rows 'SELECT count(*), min(number), max(number) FROM t')"
    equal 5000,5000 "$(rows 'FROM u')"
}

@test "an export goes to a sink of a plugin, or leaves the destination as it was" {
    use_plugins
    pipeline p <<'END'
EXPORT (SELECT 'row ' || i FROM range(3000) r(i) ORDER BY i) TO 'out.txt' TYPE LINES OPTIONS {"ending": "windows"};
END
    sqlflow run
    equal "$(seq -f $'row %g\r' 0 2999)" "$(cat out.txt)"
    pipeline p <<'END'
EXPORT (SELECT CASE WHEN i = 2999 THEN error('late') ELSE 'new' END FROM range(3000) r(i)) TO 'out.txt' TYPE LINES;
END
    run sqlflow run
    equal 1 "$status"
    has "$output" "late"
    equal "$(seq -f $'row %g\r' 0 2999)" "$(cat out.txt)"
    equal out.txt "$(ls out.txt*)"
}

@test "options of a plugin are checked when the plan is made" {
    use_plugins
    pipeline p <<'END'
SOURCE a TYPE LINES PARAMS {"fil": "x"};
EXPORT (SELECT 'x') TO 'y' TYPE LINES OPTIONS {"ending": "mac"};
END
    run sqlflow compile
    equal 2 "$status"
    has "$output" "did you mean 'file'?"
    has "$output" "option 'ending' takes one of unix, windows, not 'mac'"
    run sqlflow describe connector lines
    has "$output" "how lines end: unix, windows"
}

@test "a failure of a plugin has its kind and names the step" {
    use_plugins
    rm data/log.txt
    pipeline p <<'END'
SOURCE a FROM 'log';
LOAD a INTO t;
END
    run sqlflow run
    equal 1 "$status"
    has "$output" "data/log.txt: No such file or directory"
}

@test "connect lists, tests and discovers" {
    use_plugins
    run sqlflow connect list --json
    equal "lines" "$(json 'd["rows"][0]["type"]' <<<"$output")"
    has "$output" "$PWD/plugins/lines.so"
    sqlflow connect test log
    run sqlflow connect discover log
    has "$output" "can't tell what there is to read"
    rm data/log.txt
    run sqlflow connect test log
    equal 2 "$status"
    run sqlflow connect test lgo
    has "$output" "did you mean 'log'?"
}

@test "folders of plugins come from the environment, too" {
    cp -r "$BATS_FILE_TMPDIR/plugins" more
    SQLFLOW_PLUGIN_PATH=$PWD/more sqlflow describe connector lines
    run sqlflow describe connector lines
    equal 2 "$status"
}

@test "a folder that others may write to is refused, and one that isn't there" {
    use_plugins
    chmod o+w plugins
    run sqlflow connect list
    equal 2 "$status"
    has "$output" "plugins can be written by others"
    has "$output" "chmod go-w"
    chmod o-w plugins
    chmod g+w plugins/lines.so
    run sqlflow describe connector lines
    equal 2 "$status"
    has "$output" "lines.so can be written by others"
    rm -r plugins
    run sqlflow connect list
    has "$output" "plugins: No such file or directory"
}

# wrong NAME <<END: a connector of this source is refused; its message is in $output
wrong() {
    cat >"$BATS_FILE_TMPDIR/$1.c"
    mkdir -p wrong
    cc -std=c11 -shared -fPIC -I"$BATS_FILE_TMPDIR/include" -o "wrong/$1.so" "$BATS_FILE_TMPDIR/$1.c"
    SQLFLOW_PLUGIN_PATH=$PWD/wrong run sqlflow describe connector "$1"
    equal 2 "$status"
}

@test "what is no connector of this version is refused, with the reason" {
    wrong empty <<<'int nothing;'
    has "$output" "it has no function sqlflow_connector"
    wrong old <<'END'
#include <sqlflow/connector.h>
static const struct sqlflow_connector old = {.abi = SQLFLOW_CONNECTOR_ABI + 1, .size = sizeof old, .name = "old"};
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host) { (void)host; return &old; }
END
    has "$output" "was built for version 2 of the connector interface, this is 1"
    wrong short <<'END'
#include <sqlflow/connector.h>
static const struct sqlflow_connector shorter = {.abi = SQLFLOW_CONNECTOR_ABI, .size = 16, .name = "short"};
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host) { (void)host; return &shorter; }
END
    has "$output" "its descriptor is too short"
    wrong other <<'END'
#include <sqlflow/connector.h>
static const struct sqlflow_connector it = {.abi = SQLFLOW_CONNECTOR_ABI, .size = sizeof it, .name = "it",
    .option_size = sizeof(struct sqlflow_option)};
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host) { (void)host; return &it; }
END
    has "$output" "its connector is called 'it'"
    wrong bare <<'END'
#include <sqlflow/connector.h>
static const struct sqlflow_connector bare = {.abi = SQLFLOW_CONNECTOR_ABI, .size = sizeof bare, .name = "bare",
    .summary = "x", .abilities = SQLFLOW_SOURCE, .option_size = sizeof(struct sqlflow_option)};
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host) { (void)host; return &bare; }
END
    has "$output" "lacks a function"
    wrong none <<'END'
#include <sqlflow/connector.h>
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host) { (void)host; return 0; }
END
    has "$output" "it can't work with this version"
    echo text >wrong/broken.so
    SQLFLOW_PLUGIN_PATH=$PWD/wrong run sqlflow describe connector broken
    has "$output" "broken.so can't be loaded"
    cp wrong/none.so wrong/csv.so
    SQLFLOW_PLUGIN_PATH=$PWD/wrong run sqlflow connect list
    has "$output" "there is a connector 'csv' already (it comes with SQLFlow)"
}
