#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# Retry where there is nothing to go on with: nothing has run, all is done, or a run came to nothing.

load common

# in_vain ARGUMENT...: a run that tells that it begins, and can't open its database
in_vain() {
    mkdir -p target
    [[ ! -e target/dev.duckdb ]] || mv target/dev.duckdb kept
    echo 'no database' >target/dev.duckdb
    run --separate-stderr -2 sqlflow run "$@"
    vain=$(readlink target/run/latest)
    rm target/dev.duckdb
    [[ ! -e kept ]] || mv kept target/dev.duckdb
}

# A table that grows with each run, by a value, and a step that fails while there is no file.
growing() {
    pipeline one <<'END'
SET what = 'first';
CREATE TABLE grown MODE APPEND AS SELECT '${what}' AS what;
CREATE TABLE late AS SELECT * FROM 'data/late.csv';
END
}

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

@test "a first run that came to nothing is done from the start, as it was called" {
    growing
    in_vain --var what=second --select grown
    run --separate-stderr -0 sqlflow retry
    has "$stderr" "one: run ${vain##*-} ended before it did anything: it is done from the start"
    has "$stderr" "OK=1"
    equal second "$(rows 'FROM grown')"
    run --separate-stderr -0 sqlflow retry
    has "$stderr" "nothing is left to do"
}

@test "a first run that died between making the database and its journal is done, too" {
    echo 'engines: {duckdb: {mode: memory}}' >profiles/memory.yml
    mkdir target
    echo "ATTACH 'target/dev.duckdb' AS made; CREATE TABLE made.main.t AS SELECT 1 AS x" | pipeline two
    sqlflow run -q two -p memory
    rm pipelines/two.sf
    growing
    in_vain --select grown
    run --separate-stderr -0 sqlflow retry
    equal first "$(rows 'FROM grown')"
}

@test "a run that came to nothing is done instead of the one before it, failed or not" {
    growing
    run -1 sqlflow run
    in_vain --var what=second
    cp data/items.csv data/late.csv
    sqlflow retry -q
    equal $'first\nsecond' "$(rows 'FROM grown')"
    in_vain --var what=third
    run --separate-stderr -0 sqlflow retry --dry-run
    has "$stderr" "ended before it did anything"
    sqlflow retry -q
    equal $'first\nsecond\nthird' "$(rows 'FROM grown')"
}

@test "after a retry that came to nothing the run that it went on with goes on" {
    growing
    run -1 sqlflow run
    mkdir target/run/20991231T235959Z-0badcafe
    sed -n 's/"now_us"/"continues":"x",&/; s/"time":"20../"time":"2099/; 1p' target/run/latest/events.jsonl \
        >target/run/20991231T235959Z-0badcafe/events.jsonl
    cp data/items.csv data/late.csv
    run --separate-stderr -0 sqlflow retry
    has "$stderr" "OK=1 DONE=1"
    has "$stderr" "run 20991231T235959Z-0badcafe of one crashed"
    equal first "$(rows 'FROM grown')"
}

@test "where the database was taken away or brought back, its journal counts" {
    growing
    run -1 sqlflow run
    cp target/dev.duckdb backup
    cp data/items.csv data/late.csv
    sqlflow run -q --var what=second
    mv backup target/dev.duckdb
    run --separate-stderr -0 sqlflow retry
    has "$stderr" "OK=1 DONE=1"
    rm target/dev.duckdb
    run --separate-stderr -2 sqlflow retry
    has "$stderr" "'one' has not run yet: sqlflow run one"
}

@test "a run that is just beginning is waited for, not done a second time" {
    growing
    in_vain
    python3 - "target/run/$vain/events.jsonl" <<'END' &
import fcntl, sys, time
file = open(sys.argv[1], "r+")
fcntl.lockf(file, fcntl.LOCK_EX)
open("locked", "w").close()
time.sleep(60)
END
    eventually test -e locked
    run --separate-stderr -2 sqlflow retry
    has "$stderr" "run ${vain##*-} of 'one' is just beginning: wait until it has ended"
}

@test "of two that do it at the same time one does it" {
    growing
    in_vain --select grown
    for _ in 1 2 3; do sqlflow retry -q & done 2>messages
    wait
    equal first "$(rows 'FROM grown')"
}

@test "retry --all begins the last run --all when that came to nothing" {
    growing
    echo 'CREATE TABLE other MODE APPEND AS SELECT now() AS at' | pipeline two
    run -1 sqlflow run --all
    in_vain --all --fail-fast --var what=second
    cp data/items.csv data/late.csv
    run --separate-stderr -0 sqlflow retry --all
    equal $'first\nsecond' "$(rows 'FROM grown')"
    equal 2 "$(rows 'SELECT count(DISTINCT "at") FROM other')"
    equal 2 "$(rows "SELECT count(*) FROM sqlflow.runs WHERE outcome = 'started' AND now_at = (SELECT max(now_at) FROM sqlflow.runs)")"
    run --separate-stderr -0 sqlflow retry --all
    equal 2 "$(rows 'SELECT count(*) FROM other')"
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
