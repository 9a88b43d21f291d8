#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr, background.bash the rest
# Signals, and two runs at once.

load common
load background

@test "Ctrl-C ends the run with 130 and leaves nothing half" {
    printf "EXPORT %s\nTO 'out/n.csv';\nCREATE TABLE after AS SELECT 1 AS x;\n" "$long" | pipeline one
    start run --workers 1
    kill -INT "$process"
    finish
    equal 130 "$code"
    has "$(cat messages)" "Cancelled in"
    equal "" "$(ls -A out 2>/dev/null)"
    equal cancelled "$(json 'd["outcome"]' <target/run/latest/run_results.json)"
}

@test "SIGTERM ends the run with 143" {
    echo "CREATE TABLE a AS $long" | pipeline one
    start run
    kill -TERM "$process"
    finish
    equal 143 "$code"
}

@test "after Ctrl-C the database opens again" {
    printf 'CREATE TABLE before AS SELECT 1 AS x;\nCREATE TABLE a AS %s;\n' "$long" | pipeline one
    start run --workers 1
    kill -INT "$process"
    finish
    equal 1 "$(rows 'SELECT * FROM before')"
}

@test "a second run on one database names the holder" {
    echo "CREATE TABLE a AS $long" | pipeline one
    echo 'SELECT 1 AS x' | pipeline two
    start run one
    run --separate-stderr -2 sqlflow run two --wait-lock 0s
    has "$stderr" "target/dev.duckdb"
    has "$stderr" "$process"
    run --separate-stderr -2 sqlflow query 'SELECT 1'
    has "$stderr" "$process"
    kill -INT "$process"
    finish
}

@test "--wait-lock waits until the holder is done" {
    echo "CREATE TABLE a AS $long" | pipeline one
    echo 'SELECT 1 AS x' | pipeline two
    start run one
    (sleep 1 && kill -INT "$process") &
    run --separate-stderr -0 sqlflow run two --wait-lock 20s --output csv
    equal $'x\n1' "$output"
    has "$stderr" "is in use by process $process"
    has "$stderr" "waiting up to 20s"
    finish
}

@test "run waits half a minute for the database without being told to" {
    echo "CREATE TABLE a AS $long" | pipeline one
    echo 'SELECT 1 AS x' | pipeline two
    start run one
    (sleep 1 && kill -INT "$process") &
    run --separate-stderr -0 sqlflow run two --output csv
    has "$stderr" "waiting up to 30s"
    finish
}

@test "a reader that goes away doesn't end the run" {
    printf 'SELECT * FROM range(50) t(i);\nCREATE TABLE after AS SELECT 1 AS x;\n' | pipeline one
    sqlflow run 2>/dev/null | true
    equal 1 "$(rows 'SELECT * FROM after')"
}
