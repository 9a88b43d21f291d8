#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # bats sets stderr
# What retry says when there is nothing for it to do.

load common

@test "retry before any run says what to do instead" {
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    run --separate-stderr -2 sqlflow retry
    has "$stderr" "'one' has not run yet: sqlflow run one"
}

@test "retry of a run that is done does nothing, and that is a success" {
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    sqlflow run -q
    run --separate-stderr -0 sqlflow retry
    has "$stderr" "is done, nothing is left to do"
}

@test "a run that died before it did anything is no success of the one before it" {
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    sqlflow run -q
    mkdir target/run/20991231T235959Z-0badcafe
    echo '{"time":"2099-12-31T23:59:59.000Z","event":"run_started","pipeline":"one","profile":"dev"}' \
        >target/run/20991231T235959Z-0badcafe/events.jsonl
    run --separate-stderr -2 sqlflow retry
    has "$stderr" "run 0badcafe of 'one' ended before it did anything: sqlflow run one"
}

@test "retry removes what a crashed run left, also when nothing is left to do" {
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    sqlflow run -q
    rm target/run/latest/run_results.json
    echo half >target/run/latest/.run_results.json.tmp-01234567
    sqlflow retry -q
    [ -e target/run/latest/run_results.json ]
    [ ! -e target/run/latest/.run_results.json.tmp-01234567 ]
}
