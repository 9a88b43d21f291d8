#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; bats and background.bash set the rest
# What fails outside is tried again: with a connector that fails as often as it is told to.

load common
load background

setup_file() {
    local header=$BATS_FILE_TMPDIR/include/sqlflow/connector.h
    local root=$BATS_TEST_DIRNAME/../..
    mkdir -p "$(dirname "$header")" "$BATS_FILE_TMPDIR/plugins"
    cp "$root/include/sqlflow/connector.h" "$header"
    cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -shared -fPIC -I"$BATS_FILE_TMPDIR/include" \
        -o "$BATS_FILE_TMPDIR/plugins/moody.so" "$root/tests/plugins/moody.c"
}

# moody PARAMS [EXECUTION]: a project whose profile has the connector `service` with these params
moody() {
    cp -r "$BATS_FILE_TMPDIR/plugins" plugins
    cat >profiles/dev.yml <<END
engines: {duckdb: {mode: persistent, path: target/dev.duckdb}}
plugins: [plugins]
connectors:
  service: {type: moody, params: {tries: tries, $1}}
execution: {${2:-retry_delay: 1ms}}
END
}

# tried COUNT: so often, and forgotten
tried() {
    equal "$1" "$(wc -c <tries)"
    rm tries
}

load_it="SOURCE s FROM 'service'; LOAD s INTO t;"

@test "a load that breaks off in its rows is tried again, and has each row once" {
    moody 'failures: 2'
    echo "$load_it" | pipeline one
    run --separate-stderr -0 sqlflow run
    has "$stderr" "wait  load_t"
    has "$stderr" "retry in 0.00 s: the service is busy"
    has "$stderr" " (3 tries)"
    equal 3,6 "$(rows 'SELECT count(*), sum(n) FROM t')"
    tried 3
    equal "[('transient', '503'), ('transient', '503')]" "$(json \
        '[(t["error"]["kind"], t["error"]["code"]) for t in d["steps"][1]["failed_tries"]]' \
        <target/run/latest/run_results.json)"
    equal 3 "$(rows "SELECT tries FROM sqlflow.steps WHERE target = 't' AND status = 'done'")"
}

@test "an export that breaks off is tried again, and leaves nothing beside its destination" {
    moody 'failures: 2'
    mkdir out
    echo "EXPORT SELECT range AS n FROM range(5) TO 'out/x' OPTIONS {\"connection\": \"service\"};" | pipeline one
    run --separate-stderr -0 sqlflow run
    has "$stderr" " (3 tries)"
    tried 3
    equal rrrrr "$(cat out/x)"
    equal x "$(ls -A out)"
}

@test "after the last try the step has failed, and retry has as many again" {
    moody 'failures: 4'
    echo "$load_it CREATE TABLE u AS SELECT * FROM t;" | pipeline one
    run --separate-stderr -1 sqlflow run
    has "$stderr" "FAIL  load_t"
    has "$stderr" "the service is busy (3 tries)"
    has "$stderr" "waits for load_t"
    equal 0 "$(rows "SELECT count(*) FROM duckdb_tables() WHERE table_name = 't'")"
    run --separate-stderr -0 sqlflow retry
    has "$stderr" " (2 tries)"
    equal 3 "$(rows 'SELECT count(*) FROM u')"
    tried 5
}

# attempts COUNT ARGUMENT...: a run that fails after so many tries
attempts() {
    run -1 sqlflow run -q "${@:2}"
    tried "$1"
}

@test "who says how often: the call, the statement, its source, the connector, the profile" {
    moody 'failures: 100'
    echo "$load_it" | pipeline one
    attempts 3
    moody 'failures: 100' 'retry_delay: 1ms, retries: 3'
    attempts 4
    moody 'failures: 100, retries: 4' 'retry_delay: 1ms, retries: 3'
    attempts 5
    echo "SOURCE s FROM 'service' OPTIONS {\"retries\": 5}; LOAD s INTO t;" | pipeline one
    attempts 6
    echo "SOURCE s FROM 'service' OPTIONS {\"retries\": 5}; LOAD s INTO t OPTIONS {\"max_retries\": 6};" | pipeline one
    attempts 7
    SQLFLOW_RETRIES=1 attempts 2
    attempts 1 --retries 0
}

@test "a query that reads a source without a table follows the source" {
    moody 'failures: 100'
    echo "SOURCE s FROM 'service' OPTIONS {\"retries\": 1}; CREATE TABLE t AS SELECT n FROM s;" | pipeline one
    attempts 2
}

@test "a service that says when to come again is left alone until then" {
    moody 'failures: 1, after: 300'
    echo "$load_it" | pipeline one
    run --separate-stderr -0 sqlflow run
    has "$stderr" "retry in 0.30 s"
    has "$(cat target/run/latest/events.jsonl)" '"wait_us":300000'
    tried 2
}

@test "a service that wants to be left alone for hours isn't waited for" {
    moody 'failures: 1, after: 7200000'
    echo "$load_it" | pipeline one
    run --separate-stderr -1 sqlflow run
    has "$stderr" "FAIL  load_t"
    tried 1
}

# cancelled: `stop INT` ended it within a second, and the results say so
cancelled() {
    equal 130 "$code"
    ((took < 1000 * ${TEST_TIME_FACTOR:-1} * (${TEST_BUILD:+4} + 1)))
    equal cancelled "$(json 'd["outcome"]' <target/run/latest/run_results.json)"
}

@test "Ctrl-C while a step waits to be tried again" {
    moody 'failures: 1, after: 60000'
    echo "$load_it" | pipeline one
    begin run
    until_event '"event":"step_retry"'
    stop INT
    cancelled
    has "$(cat messages)" "interrupted while waiting to try again: the service is busy"
    equal 1 "$(wc -c <tries)"
    sqlflow retry -q
    equal 3 "$(rows 'SELECT count(*) FROM t')"
}

@test "Ctrl-C while a service stalls" {
    moody 'stall: true'
    echo "$load_it" | pipeline one
    begin run
    until_event '"step_started","id":"load_t"'
    sleep 0.1
    stop INT
    cancelled
    has "$(cat messages)" "interrupted"
    equal 0 "$(rows "SELECT count(*) FROM duckdb_tables() WHERE table_name = 't'")"
}
