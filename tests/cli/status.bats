#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # bats sets stderr
# status: what is told of a run by another process, from target/run alone.

load common

long='SELECT count(*) AS n FROM range(100000000000) t(i) WHERE i % 7 = 3'

# start ARGUMENT...: sqlflow in the background, in `process`, until its last step but one runs
start() {
    sqlflow "$@" 2>messages &
    process=$!
    eventually grep -qs 'step_started.*slow' target/run/latest/events.jsonl
}

# finish: the exit code in `code`
finish() {
    code=0
    wait "$process" || code=$?
}

# told PATTERN: by the status of `two`
told() {
    sqlflow status two | grep -q "$1"
}

slow_pipeline() {
    pipeline slow <<END
CREATE TABLE fast AS SELECT 1 AS x;
CREATE TABLE slow AS $long AND (SELECT max(x) FROM fast) > 0;
CREATE TABLE after AS SELECT * FROM slow;
END
}

@test "status tells what runs, since when, in which process, and what is left" {
    slow_pipeline
    start run
    run --separate-stderr -0 sqlflow status
    [[ $output =~ ^slow:\ running,\ [0-9.]+\ s\ since\ [0-9:]+,\ process\ $process,\ run\ [0-9TZ]+-[0-9a-f]{8} ]]
    [[ $output =~ $'\n'\ ok\ \ \ \ transform_fast ]]
    [[ $output =~ $'\n'\ run\ \ \ transform_slow ]]
    has "$output" $'\n wait  transform_after\n'
    has "$output" "1 of 3 steps done, 1 running, 1 left"
    equal "['running', 'running', $process, ['ok', 'running', 'pending']]" "$(sqlflow status slow --json |
        json '[d["state"], d["phase"], d["pid"], [s["status"] for s in d["steps"]]]')"
    equal running "$(sqlflow list --json | json 'd["pipelines"][0]["last_run"]["outcome"]')"
    kill -TERM "$process"
    finish
}

@test "status --follow goes along to the end and has the run's exit code" {
    slow_pipeline
    start run
    (sleep 0.2 && kill -TERM "$process") &
    run --separate-stderr -143 sqlflow status --follow
    has "$stderr" "slow: 3 steps, profile dev"
    has "$stderr" " ok    transform_fast"
    has "$stderr" " stop  transform_slow"
    has "$stderr" "Cancelled in"
    finish
    equal 143 "$code"
    printf "CREATE TABLE a AS SELECT error('no') AS x;\n" | pipeline slow
    run -1 sqlflow run
    run --separate-stderr -1 sqlflow status -f
    has "$stderr" "error: transform_a: pipelines/slow.sf:1:1: no"
    has "$stderr" "OK=0 FAIL=1"
    printf "CREATE TABLE a AS SELECT 1 AS x;\n" | pipeline slow
    run -0 sqlflow run
    run -0 sqlflow status --follow -q
    equal "" "$output"
}

@test "status --follow as JSON lines has the run's own events" {
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    sqlflow run -q
    run --separate-stderr -0 sqlflow status --follow --log-format json
    equal "$(cat target/run/latest/events.jsonl)" "$stderr"
    run --separate-stderr -2 sqlflow status --follow --json
    has "$stderr" "exclude each other"
}

@test "a run that was killed has crashed, and what it did is named" {
    slow_pipeline
    start run
    kill -KILL "$process"
    finish
    run --separate-stderr -0 sqlflow status
    [[ $output =~ ^slow:\ crashed,\ started\ .*,\ last\ heard\ of\ [0-9:]+\;\ its\ process\ $process\ is\ gone ]]
    has "$output" $'\n lost  transform_slow       was running\n'
    has "$output" $'\n -     transform_after\n'
    has "$output" "1 of 3 steps done, 1 lost, 1 left   sqlflow retry slow   runs only what is left"
    run --separate-stderr -1 sqlflow status --follow
    has "$stderr" "error: the run crashed: its process $process ended without a word"
    [[ $(sqlflow list) == *crashed ]]
}

@test "status takes a pipeline, its file, or the id of a run" {
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    echo 'CREATE TABLE b AS SELECT 2 AS x' | pipeline sub/two
    sqlflow run one -q
    local id
    id=$(readlink target/run/latest)
    sqlflow run sub/two -q
    [[ $(sqlflow status) == "sub/two: ok, started "* ]]
    [[ $(sqlflow status one) == "one: ok, started "* ]]
    [[ $(sqlflow status pipelines/one.sf) == "one: ok, started "* ]]
    [[ $(sqlflow status "$id") == "one: ok, started "* ]]
    run --separate-stderr -2 sqlflow status tow
    equal "error: there is no run of 'tow' in target/run" "$stderr"
}

@test "without a run status says how to make one, and a wrong profile is no obstacle" {
    run --separate-stderr -2 sqlflow status
    equal "error: there is no run yet in target/run: sqlflow run makes one" "$stderr"
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    sqlflow run -q
    echo 'nonsense: {' >profiles/dev.yml
    run -0 sqlflow status
}

@test "a run that could not start says why" {
    slow_pipeline
    echo 'SELECT 1 AS x' | pipeline two
    start run slow
    run -2 sqlflow run two --wait-lock 0s
    run --separate-stderr -0 sqlflow status two
    has "$output" "error: the database target/dev.duckdb is in use by process $process"
    run --separate-stderr -2 sqlflow status two --follow
    has "$stderr" "error: the database target/dev.duckdb is in use by process $process"
    sqlflow run two --wait-lock 20s -q >rows &
    local second=$!
    eventually told "^two: running"
    eventually told " wait  the database"
    kill -TERM "$process"
    finish
    wait "$second"
}

@test "a long run lists only what is worth it, -v all" {
    for i in $(seq 1 45); do echo "SELECT $i;"; done | pipeline many
    echo "CREATE TABLE broken AS SELECT error('no') AS x;" >>pipelines/many.sf
    run -1 sqlflow run -q
    run --separate-stderr -0 sqlflow status
    has "$output" "FAIL  transform_broken"
    hasnt "$output" query_1
    has "$output" "45 of 46 steps done, 1 failed"
    run --separate-stderr -0 sqlflow status -v
    has "$output" query_45
}
