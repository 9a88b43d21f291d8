#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; background.bash sets the rest
# A signal in each state of a run: the process is gone within a second, what it did is told, the
# database opens again.

load common
load background

# A second, with what a slow machine or a sanitizer takes more.
within=$((1000 * ${TEST_TIME_FACTOR:-1} * (${TEST_BUILD:+4} + 1)))

# cancelled CODE: how `stop` ended
cancelled() {
    equal "$1" "$code"
    ((took < within)) || {
        echo "took $took ms"
        return 1
    }
}

# told OUTCOME: in the results
told() {
    equal "$1" "$(json 'd["outcome"]' <target/run/latest/run_results.json)"
    has "$(tail -n 1 target/run/latest/events.jsonl)" '"event":"run_finished"'
}

# opens: the database, and what was done before is there
opens() {
    equal 1 "$(rows 'SELECT x FROM before')"
}

# reach STEP: until it runs, and what is to be there afterwards is done
reach() {
    until_event '"step_finished","id":"transform_before"'
    until_event "\"step_started\",\"id\":\"$1\""
}

before='CREATE OR REPLACE TABLE before AS SELECT 1 AS x;'

@test "while it plans: nothing has begun" {
    seq 90000 | sed 's/.*/CREATE TABLE t& AS SELECT a, b FROM u WHERE a = &;/' | pipeline one
    begin run
    sleep 0.2
    stop INT
    cancelled 130
    [[ ! -e target ]]
}

@test "while it waits for the database" {
    echo "CREATE TABLE a AS $long" | pipeline one
    echo 'SELECT 1 AS x' | pipeline two
    start run one
    holder=$process
    begin run two
    until_event '"event":"waiting"'
    stop TERM
    cancelled 143
    told cancelled
    process=$holder
    stop INT
    cancelled 130
}

@test "while it opens the database" {
    mkdir target
    mkfifo target/dev.duckdb # open() waits for a writer that never comes
    echo 'SELECT 1 AS x' | pipeline one
    begin run
    until_event '"phase":"opening"'
    stop INT
    cancelled 130
    told cancelled
    has "$(cat messages)" "NOT_RUN=1"
}

@test "while it looks through a gigabyte of CSV" {
    { echo id,name,day && seq -f '%.0f,a name that is long enough,2024-01-05' 250000; } >data/part_0.csv
    for i in $(seq 1 99); do ln data/part_0.csv "data/part_$i.csv"; done
    printf '%s\nSOURCE s TYPE CSV PARAMS {"path": "data/part_*.csv"};\nLOAD s INTO t;\n' "$before" | pipeline one
    begin run
    reach load_t
    sleep 0.2
    stop INT
    cancelled 130
    told cancelled
    opens
}

@test "in a long query" {
    printf '%s\nSELECT count(*) FROM range(50000000) t, range(50000000) u WHERE (t.range + u.range) %% 7 = 3;\n' "$before" | pipeline one
    begin run
    reach query_1
    stop TERM
    cancelled 143
    told cancelled
    has "$(cat messages)" "interrupted"
    opens
}

@test "in a query that doesn't answer" {
    printf '%s\nCREATE TABLE u AS SELECT unnest(range(50000000)) AS n;\n' "$before" | pipeline one
    begin run
    reach transform_u
    stop INT
    cancelled 130
    told cancelled
    opens
}

@test "in a function that doesn't answer" {
    printf "%s\nCREATE TABLE r AS SELECT repeat('x', 2000000000) AS s;\n" "$before" | pipeline one
    begin run
    reach transform_r
    stop INT
    cancelled 130
    told cancelled
    opens
}

@test "at once at the second signal" {
    printf '%s\nCREATE TABLE u AS SELECT unnest(range(50000000)) AS n;\n' "$before" | pipeline one
    begin run
    reach transform_u
    kill -INT "$process"
    sleep 0.1
    stop INT
    cancelled 130
    ((took < 400 * within / 1000))
    told cancelled
    opens
}

@test "in an export: the destination is as before, nothing is beside it" {
    mkdir out
    echo former >out/a.csv
    printf "%s\nEXPORT SELECT range AS a, md5(range::VARCHAR) AS b FROM range(2000000000) TO 'out/a.csv';\n" "$before" | pipeline one
    begin run
    reach export_csv_a
    sleep 0.2
    stop INT
    cancelled 130
    told cancelled
    equal former "$(cat out/a.csv)"
    equal a.csv "$(ls -A out)"
    opens
}

@test "in an export of a folder" {
    printf "%s\nEXPORT SELECT range %% 5 AS k, md5(range::VARCHAR) AS b FROM range(2000000000) TO 'out/p' TYPE PARQUET OPTIONS {\"partition_by\": [\"k\"]};\n" "$before" | pipeline one
    begin run
    reach export_parquet_p
    sleep 0.3
    stop INT
    cancelled 130
    told cancelled
    [[ ! -e out/p ]]
    sqlflow run --select before -q
    equal "" "$(ls -A out)"
    opens
}

@test "in an export to a FIFO that nobody reads: it stays" {
    mkfifo pipe
    printf "%s\nEXPORT SELECT 1 AS x TO 'pipe' TYPE CSV;\n" "$before" | pipeline one
    begin run
    reach export_csv_pipe
    stop INT
    cancelled 130
    told cancelled
    has "$(cat messages)" "interrupted, did not answer"
    [[ -p pipe ]]
    opens
}

@test "while the database is closed: all is done, and the log holds it" {
    {
        echo "SET GLOBAL wal_autocheckpoint = '100GB';"
        echo "$before"
        echo 'CREATE TABLE t (a BIGINT, b VARCHAR);'
        echo "INSERT INTO t SELECT range, repeat(md5(range::VARCHAR), 20) FROM range(100000);"
    } | pipeline one
    begin run
    until_event '"phase":"closing"'
    stop INT
    cancelled 130
    told ok
    equal 100000 "$(rows 'SELECT count(*) FROM t')"
    opens
}

@test "in a query and in a validation, which change nothing" {
    printf '%s\n' "$before" | pipeline one
    sqlflow run -q
    begin query "$long"
    sleep 0.3
    stop INT
    cancelled 130
    mkfifo target/pipe # open() waits for a writer that never comes
    sed -i 's/dev.duckdb/pipe/' profiles/dev.yml
    begin validate
    sleep 0.2
    stop TERM
    cancelled 143
}
