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
    cp "$root/docs/plugin/"*.c "$BATS_FILE_TMPDIR/"
    build lines.c lines
    build dated.c dated
    cp "$root/tests/plugins/"*.c "$BATS_FILE_TMPDIR/"
    build told.c told
    build rude.c rude
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
  days: {type: dated, params: {root: data/days, files: "*.csv", delimiter: ";"}}
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

# Three days of files; a value of each must stay as it is.
make_days() {
    for day in 2024-01-30 2024-01-31 2024-02-01; do
        mkdir -p "data/days/$day"
        printf 'day;zip\n%s;00%s\n' "$day" "${day##*-}" >"data/days/$day/a.csv"
    done
}

@test "a plugin says which files it means, and they are read as all files are" {
    use_plugins
    make_days
    pipeline p <<'END'
SOURCE two TYPE DATED PARAMS {"root": "data/days", "from": "2024-01-31", "to": "2024-02-01", "files": "*.csv", "sep": ";"};
LOAD two INTO t WHERE day < DATE '2024-02-01';
SOURCE every FROM 'days' OPTIONS {"filename": true};
CREATE TABLE u AS SELECT count(*) AS n, min(zip) AS z, max(filename) AS f FROM every;
END
    run sqlflow compile
    has "$output" "csv data/days/2024-01-31/*.csv, data/days/2024-02-01/*.csv"
    sqlflow run
    equal 2024-01-31,0031 "$(rows 'FROM t')"
    equal 3,0001,data/days/2024-02-01/a.csv "$(rows 'FROM u')"
    printf 'day;zip\n2024-02-01;1;2\n' >data/days/2024-02-01/b.csv
    run sqlflow run
    equal 1 "$status"
    has "$output" "data/days/2024-02-01/b.csv"
}

@test "a source of a plugin's files grows by files, and waits for exports to them" {
    use_plugins
    make_days
    pipeline p <<'END'
SOURCE days FROM 'days' OPTIONS {"incremental": "files"};
LOAD days INTO t MODE APPEND;
EXPORT t TO 'all.parquet' TYPE DATED OPTIONS {"root": "out", "day": "2024-02-02", "compression": "snappy"};
SOURCE made TYPE DATED PARAMS {"root": "out"};
CREATE TABLE u AS SELECT count(*) AS n FROM made;
EXPORT u TO 'days/count.json' OPTIONS {"day": "2024-02-03", "format": "newline_delimited"};
END
    sqlflow run
    equal 3 "$(rows 'FROM u')"
    equal '{"n":3}' "$(cat data/days/2024-02-03/count.json)"
    mkdir data/days/2024-02-04
    printf 'day;zip\n2024-02-04;0004\n' >data/days/2024-02-04/a.csv
    sqlflow run
    equal 4 "$(rows 'FROM u')"
}

@test "what a plugin can't tell files from is an error of the plan" {
    use_plugins
    pipeline p <<'END'
SOURCE a TYPE DATED PARAMS {"root": "data", "from": "2024-02-30"};
SOURCE b TYPE DATED PARAMS {"root": "data", "files": "*"};
SOURCE c TYPE DATED PARAMS {"root": "data", "path": "x.csv"};
SOURCE d TYPE DATED PARAMS {"from": "2024-02-01"};
SOURCE e TYPE DATED PARAMS {"root": "data", "columns": [1]};
SOURCE f TYPE DATED PARAMS {"rooot": "data", "delimter": ";"};
SOURCE g TYPE DATED PARAMS {"root": "data", "delimiter": ";"};
SOURCE h TYPE DATED PARAMS {"root": "data", "day": "2024-02-01"};
END
    run sqlflow compile
    equal 2 "$status"
    has "$output" "option 'from' takes a day such as 2024-01-31, not '2024-02-30'"
    has "$output" "the format of 'data/[0-9]*-[0-9]*-[0-9]*/*' can't be told from its name"
    has "$output" "unknown option 'path' for dated"
    has "$output" "dated needs the option 'root'"
    has "$output" "option 'columns' takes strings in its list"
    has "$output" "unknown option 'rooot' for dated"
    has "$output" "did you mean 'root'?"
    has "$output" "did you mean 'delimiter'?"
    has "$output" "option 'day' of dated is for EXPORT only"
    has "$output" "option 'delimiter' has no effect on parquet (it is one of csv)"
}

@test "a plugin says how its files are written, and the user may say otherwise" {
    use_plugins
    printf 'made by hand\nzip;n\n007;n/a\n-;2\n' >data/a.txt
    printf 'zip,n\n008,3\n' >data/b.txt
    pipeline p <<'END'
SOURCE a TYPE TOLD PARAMS {"file": "data/a.txt"};
SOURCE b TYPE TOLD PARAMS {"file": "data/b.txt", "sep": ",", "skip": 0, "types": {"n": "DOUBLE"}};
CREATE TABLE t AS SELECT coalesce(zip, 'none') AS z, coalesce(n, -1) AS n FROM a ORDER BY n;
CREATE TABLE u AS SELECT zip, n FROM b;
EXPORT t TO 'x' TYPE TOLD OPTIONS {"file": "out.txt"};
EXPORT u TO 'y.txt' TYPE TOLD OPTIONS {"what": "nothing"};
END
    run sqlflow compile
    has "$output" "the format of 'y.txt' can't be told from its name"
    sed -i '/y.txt/d' pipelines/p.sf
    sqlflow run
    equal $'007,-1\nnone,2' "$(rows 'FROM t ORDER BY n')"
    equal 008,3.0 "$(rows 'FROM u')"
    equal $'z;n\n007;-1\nnone;2' "$(cat out.txt)"
    pipeline p <<'END'
SOURCE a TYPE TOLD PARAMS {"what": "nothing"};
SOURCE b TYPE TOLD PARAMS {"what": "a failure"};
SOURCE c TYPE TOLD PARAMS {"file": "x", "what": "a format"};
SOURCE d TYPE TOLD PARAMS {"file": "x", "what": "an unknown option"};
SOURCE e TYPE TOLD PARAMS {"file": "x", "what": "a wrong value"};
EXPORT (SELECT 1) TO 'x' TYPE TOLD OPTIONS {"file": "x", "what": "twice"};
END
    run sqlflow compile
    equal 2 "$status"
    has "$output" "told names no file"
    has "$output" "there is no such customer"
    has "$output" "'xml' is no format of files"
    has "$output" "told says 'delimeter', which is no option of csv"
    has "$output" "option 'header' takes true or false, this is a string"
    has "$output" "told names several destinations"
}

@test "a plugin may be a format under a name of its own" {
    use_plugins
    cat >plain.c <<'END'
#include <sqlflow/connector.h>
static bool check(const struct sqlflow_call *call, struct sqlflow_error *error) { return call->host->find_files(call->context, call->host->option_item(call->context, "path", 0), 0, error); }
static const struct sqlflow_option options[] = {{.name = "path", .type = SQLFLOW_OPTION_LIST, .flags = SQLFLOW_OPTION_FOR_SOURCE | SQLFLOW_OPTION_REQUIRED, .help = "it"}, {.name = 0}};
static const struct sqlflow_connector plain = {.abi = SQLFLOW_CONNECTOR_ABI, .size = sizeof plain, .name = "plain", .options = options, .check = check,
    .summary = "x", .abilities = SQLFLOW_SOURCE, .option_size = sizeof(struct sqlflow_option), .format = "csv"};
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host) { (void)host; return &plain; }
END
    cc -std=c11 -shared -fPIC -I"$BATS_FILE_TMPDIR/include" -o plugins/plain.so plain.c
    pipeline p <<'END'
SOURCE a TYPE PLAIN PARAMS {"path": "data/log.txt", "header": false, "names": ["l"]};
CREATE TABLE t AS SELECT count(*) AS n FROM a;
END
    sqlflow run
    equal 5000 "$(rows 'FROM t')"
    run sqlflow describe connector plain
    has "$output" "decimal_separator"
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
    run sqlflow connect test days
    equal 2 "$status"
    has "$output" "no file fits"
    make_days
    sqlflow connect test days
    run sqlflow connect discover days
    has "$output" "data/days/2024-01-30/a.csv"
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
    wrong xml <<'END'
#include <sqlflow/connector.h>
static bool check(const struct sqlflow_call *call, struct sqlflow_error *error) { (void)call; (void)error; return true; }
static const struct sqlflow_connector xml = {.abi = SQLFLOW_CONNECTOR_ABI, .size = sizeof xml, .name = "xml",
    .summary = "x", .abilities = SQLFLOW_SOURCE, .option_size = sizeof(struct sqlflow_option), .check = check, .format = "xml"};
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host) { (void)host; return &xml; }
END
    has "$output" "there is no format 'xml'"
    sed 's/name = "xml"/name = "more"/; s/format = "xml"/format = "csv"/' "$BATS_FILE_TMPDIR/xml.c" >"$BATS_FILE_TMPDIR/more"
    wrong more <"$BATS_FILE_TMPDIR/more"
    has "$output" "it must have the option 'path' and no other"
    sed 's/BOTH | SQLFLOW_OPTION_REQUIRED/BOTH | SQLFLOW_OPTION_SECRET/' "$BATS_FILE_TMPDIR/dated.c" >"$BATS_FILE_TMPDIR/secret"
    sed -i 's/"dated"/"secret"/' "$BATS_FILE_TMPDIR/secret"
    wrong secret <"$BATS_FILE_TMPDIR/secret"
    has "$output" "the option 'root' is secret, which files can't be told by"
    wrong none <<'END'
#include <sqlflow/connector.h>
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host) { (void)host; return 0; }
END
    has "$output" "it can't work with this version"
    mkdir wrong/folder.so
    SQLFLOW_PLUGIN_PATH=$PWD/wrong run sqlflow describe connector folder
    has "$output" "folder.so can't be loaded: it is no file"
    echo text >wrong/broken.so
    SQLFLOW_PLUGIN_PATH=$PWD/wrong run sqlflow describe connector broken
    has "$output" "broken.so can't be loaded"
    cp wrong/none.so wrong/csv.so
    SQLFLOW_PLUGIN_PATH=$PWD/wrong run sqlflow connect list
    has "$output" "there is a connector 'csv' already (it comes with SQLFlow)"
}

# misfit MEMBERS MESSAGE: a connector with an option of these members is refused
misfit() {
    wrong misfit <<END
#include <sqlflow/connector.h>
#define X .type = SQLFLOW_OPTION_SIZE, .flags = SQLFLOW_OPTION_FOR_EXPORT, .help = "x"
static const struct sqlflow_option options[] = {{X, $1}, {.name = 0}};
static bool check(const struct sqlflow_call *call, struct sqlflow_error *error) { (void)call; (void)error; return true; }
static bool deliver(const struct sqlflow_call *call, struct sqlflow_delivery *d, struct sqlflow_error *error) { (void)d; return check(call, error); }
static const struct sqlflow_connector misfit = {.abi = SQLFLOW_CONNECTOR_ABI, .size = sizeof misfit, .name = "misfit", .summary = "x",
    .abilities = SQLFLOW_EXPORT, .option_size = sizeof(struct sqlflow_option), .options = options, .check = check, .deliver = deliver};
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host) { (void)host; return &misfit; }
END
    has "$output" "$2"
}

@test "an option that can't be one is refused" {
    misfit '.name = "timeout"' "the option 'timeout' has a name that an option of all connectors has"
    misfit '.name = "a", .aliases = (const char *const[]){"tags", 0}' "has a name that an option of all connectors has"
    misfit '.name = "b"}, {X, .name = "b"' "the option 'b' is there twice"
    misfit '.name = "c", .default_text = "no"' "the option 'c' has a default that can't be one"
    misfit '.name = "d", .flags = 0' "the option 'd' is for neither sources nor exports"
    misfit '.name = "e", .flags = SQLFLOW_OPTION_SECRET' "the option 'e' is secret, which one of its type can't be"
}

# rude PROMISE MESSAGE: a connector that breaks this promise fails with this message
rude() {
    sed -i "s/\"promise\": \"[^\"]*\"/\"promise\": \"$1\"/" pipelines/p.sf
    run sqlflow run
    equal 1 "$status"
    has "$output" "$2"
}

@test "a connector that breaks a promise is an error, not other rows" {
    use_plugins
    pipeline p <<'END'
SOURCE a TYPE RUDE PARAMS {"promise": ""};
LOAD a INTO t;
END
    run sqlflow run
    equal 3 "$(rows 'SELECT count(*) FROM t')"
    has "$output" "64000 bytes, 0.5 seconds, pin none"
    rude "a schema is released" "the schema of the rows is incomplete"
    rude "columns stay the same" "the connector 'rude' gives other columns than it said"
    rude "a stream is one" "the connector 'rude' gives no stream of rows"
    rude "a stream has the wanted columns" "the connector 'rude' gives other columns than it said"
    rude "a stream has a schema" "no schema today"
    rude "an array is whole" "an array that has been released"
    pipeline p <<'END'
EXPORT (SELECT i FROM range(5000) r(i)) TO 'out' TYPE RUDE OPTIONS {"promise": ""};
END
    sqlflow run
    equal 5000 "$(wc -c <out)"
    sed -i 's/"promise": ""/"promise": "the caller releases"/' pipelines/p.sf
    sqlflow run
    touch -d 2001-01-01 out
    rude "all rows are taken" "the connector 'rude' left off before the last row"
    rude "rows are counted" "the connector 'rude' says that it took 5001 rows, and there were 5000"
    equal 2001 "$(date -r out +%Y)"
}

@test "what a plugin tells of its secrets is covered" {
    use_plugins
    cat >>profiles/dev.yml <<'END'
  open: {type: rude, params: {token: {file: secret.txt}}}
  pins: {type: rude, params: {pins: ["hunter2", "hunter3"]}}
END
    echo hunter2 >secret.txt
    pipeline p <<'END'
SOURCE a FROM 'open';
LOAD a INTO t;
SOURCE b FROM 'pins';
LOAD b INTO u;
EXPORT (SELECT 1 AS i, 'hunter3' AS h) TO 'out' TYPE RUDE OPTIONS {"connection": "pins"};
END
    for command in "compile" "compile --json" "run" "run --json" "connect test open" "connect test pins" \
        "connect discover open" "connect discover pins" "describe p" "viz p" "docs" "status"; do
        read -ra words <<<"$command"
        sqlflow "${words[@]}" >>printed 2>&1 || true
    done
    sed -i 's/"hunter3"\]/"hunter3"], nope: 1/' profiles/dev.yml
    run sqlflow connect test pins
    has "$output" "unknown option 'nope' for rude"
    hasnt "$output" hunter
    grep -qF "'***' is refused" printed
    run grep -rlaF hunter --exclude-dir=pipelines --exclude-dir=profiles --exclude=secret.txt .
    equal "" "$output"
}

# kept PLACE MESSAGE: a secret that is kept there is refused
kept() {
    sed -i "s|token: .*|token: $1}}|" profiles/dev.yml
    run timeout 20 sqlflow connect test open
    equal 2 "$status"
    has "$output" "$2"
}

@test "a secret that can't be one is an error, and one that doesn't come is waited for no longer than its step" {
    use_plugins
    printf '  open: {type: rude, params: {\n    token: 1}}\n' >>profiles/dev.yml
    echo hunter2 >secret.txt
    printf 'a\0b' >nul.txt
    printf 'pa\344' >latin.txt
    printf '\r\n' >empty.txt
    kept '{file: nul.txt}' "has a NUL in it"
    kept '{file: latin.txt}' "is not UTF-8"
    kept '{file: empty.txt}' "is empty"
    kept '{file: /dev/zero}' "has more than 64 KiB"
    kept '{file: plugins}' "Is a directory"
    kept '{file: nowhere.txt}' "nowhere.txt: No such file or directory"
    kept '{command: "yes"}' "has more than 64 KiB"
    kept '{command: "cat secret.txt; exit 3"}' "gives no secret: Child process exited with code 3"
    hasnt "$output" hunter2
    sed -i "s|token: .*|token: {command: exec sleep 20}}}|" profiles/dev.yml
    pipeline p <<'END'
SOURCE a FROM 'open';
LOAD a INTO t OPTIONS {"timeout": "200ms"};
END
    run -1 sqlflow run
    has "$output" "timed out after 0.2 s"
}

# What stands behind the members that there were isn't looked at.
@test "a connector built with an older header works as it did" {
    use_plugins
    sed 's/\.size = sizeof(struct sqlflow_connector)/.size = offsetof(struct sqlflow_connector, format), .format = "junk"/
        s/"lines"/"older"/' "$BATS_FILE_TMPDIR/lines.c" >"$BATS_FILE_TMPDIR/older.c"
    (cd "$BATS_FILE_TMPDIR" && cc -std=c11 -D_POSIX_C_SOURCE=200809L -shared -fPIC -Iinclude -o older.so older.c)
    cp "$BATS_FILE_TMPDIR/older.so" plugins/
    pipeline p <<'END'
SOURCE a TYPE OLDER PARAMS {"file": "data/log.txt"};
LOAD a INTO t;
END
    sqlflow run
    equal 5000 "$(rows 'SELECT count(*) FROM t')"
}
