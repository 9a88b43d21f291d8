#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # bats sets stderr
# What a run may meet on a disk: it is full, can't be written, changes under it, or a crash left something there.

load common

# disk DIR SIZE: DIR becomes a file system of its own
disk() {
    mkdir -p "$1"
    mount -t tmpfs -o "size=$2" tmpfs "$1" 2>/dev/null || skip "needs the right to mount"
}

teardown() {
    end_jobs
    local folder
    for folder in out db spill target/run; do
        ! mountpoint -q "$folder" || umount "$folder"
    done
}

# left: temporary files and folders anywhere in the project
left() {
    find . -name '.*.tmp-*' -o -name .sqlflow -o -name temporary
}

# wait_for PATTERN: until a path that fits it is there
wait_for() {
    eventually compgen -G "$1" >/dev/null
}

# killed: the background process is killed, and gone
killed() {
    kill -KILL "$process"
    wait "$process" || true
}

parts='TYPE CSV OPTIONS {"partition_by": ["k"]}'
big='SELECT i, hash(i) AS h, i % 3 AS k FROM range(500000) t(i)'
endless='SELECT i % 3 AS k, i FROM range(100000000000) t(i)'

@test "a full disk fails the export and leaves the former files" {
    disk out 1m
    mkdir -p out/parts/k=0
    echo old | tee out/x.csv >out/parts/k=0/data_0.csv
    printf "EXPORT %s TO 'out/x.csv';\nEXPORT %s TO 'out/parts' %s;\n" "$big" "$big" "$parts" | pipeline full
    run --separate-stderr -1 sqlflow run --workers 1
    has "$stderr" '"out/x.csv": No space left on device'
    has "$stderr" '"out/parts/k='
    has "$stderr" "FAIL=2"
    equal old "$(cat out/x.csv)"
    equal old "$(cat out/parts/*/*)"
    equal "" "$(left)"
    mount -o remount,size=100m out
    run -0 sqlflow retry
    equal 500001 "$(wc -l <out/x.csv)"
    equal 500003 "$(cat out/parts/*/* | wc -l)"
}

@test "two partitions never share a folder, and one of no rows has its columns" {
    pipeline p <<END
EXPORT (SELECT * FROM (VALUES (1, NULL), (2, '__HIVE_DEFAULT_PARTITION__')) v(i, k)) TO 'out/text' TYPE PARQUET OPTIONS {"partition_by": ["k"]};
EXPORT (SELECT sum(i) AS s, k FROM (VALUES (1, 'x')) v(i, k) WHERE i > 1 GROUP BY k) TO 'out/none' TYPE PARQUET OPTIONS {"partition_by": ["k"]};
END
    run sqlflow run
    equal 1 "$status"
    has "$output" "column \"k\" has the text '__HIVE_DEFAULT_PARTITION__', which as a folder means NULL"
    equal out/none/data_0.parquet "$(find out -type f)"
}

@test "a full disk fails the step and leaves the database whole" {
    disk db 3m
    echo 'engines: {duckdb: {mode: persistent, path: db/x.duckdb}}' >profiles/dev.yml
    printf 'CREATE TABLE a AS SELECT 7 AS x;\nCREATE TABLE b AS %s;\n' "$big" | pipeline full
    run --separate-stderr -1 sqlflow run --workers 1
    has "$stderr" "No space left on device"
    has "$stderr" "OK=1 FAIL=1"
    equal 7 "$(rows 'SELECT x FROM a')"
    mount -o remount,size=100m db
    run --separate-stderr -0 sqlflow retry
    has "$stderr" "done in run"
    equal 500000 "$(rows 'SELECT count(*) FROM b')"
}

@test "a disk too full for a new database is an error, and nothing is left there" {
    disk db 4k
    echo 'engines: {duckdb: {mode: persistent, path: db/x.duckdb}}' >profiles/dev.yml
    echo 'CREATE TABLE a AS SELECT 7 AS x' | pipeline one
    run --separate-stderr -2 sqlflow run
    has "$stderr" "db/x.duckdb"
    hasnt "$stderr" .tmp-
    equal "" "$(ls -A db)"
    mount -o remount,size=20m db
    run -0 sqlflow run
}

@test "with a full disk for its results nothing runs; one that fills up is told" {
    disk target/run 64k
    echo 'CREATE TABLE a AS SELECT 7 AS x' | pipeline one
    head -c 65536 /dev/zero >target/run/fill
    run --separate-stderr -2 sqlflow run
    has "$stderr" "target/run"
    has "$stderr" "No space left on device"
    equal fill "$(ls -A target/run)"
    truncate -s 53248 target/run/fill
    run --separate-stderr -1 sqlflow run
    has "$stderr" "run_results.json': No space left on device"
    rm target/run/fill
    run --separate-stderr -0 sqlflow run
    hasnt "$stderr" crashed
    equal "ok ok" "$(cat target/run/*Z-*/run_results.json | sed -n 's/.*"outcome": "\(.*\)".*/\1/p' | xargs)"
}

@test "a full disk for what doesn't fit into memory fails the step, and nothing is left there" {
    disk spill 1m
    echo 'engines: {duckdb: {mode: persistent, path: target/dev.duckdb, memory_limit: 40MB, threads: 1, temp_directory: spill}}' >profiles/dev.yml
    printf "CREATE TABLE a AS SELECT 7 AS x;\nEXPORT SELECT i, md5(i::VARCHAR) AS h FROM range(700000) t(i) ORDER BY h TO 'out/x.csv';\n" | pipeline full
    run --separate-stderr -1 sqlflow run --workers 1
    has "$stderr" "failed to offload"
    has "$stderr" "OK=1 FAIL=1"
    equal "" "$(find spill out -mindepth 1 2>/dev/null)"
    mount -o remount,size=200m spill
    run --separate-stderr -0 sqlflow retry
    has "$stderr" "done in run"
    equal 700001 "$(wc -l <out/x.csv)"
    equal "" "$(left)"
}

@test "what can't be written is an error, and the former content stays" {
    disk out 20m
    echo old >out/x.csv
    echo 'engines: {duckdb: {mode: persistent, path: out/x.duckdb}}' >profiles/there.yml
    echo 'CREATE TABLE a AS SELECT 7 AS x' | pipeline table
    printf "EXPORT SELECT 1 AS k TO 'out/x.csv';\nEXPORT SELECT 1 AS k, 2 AS x TO 'out/p' %s;\n" "$parts" | pipeline files
    sqlflow run -q table -p there
    mount -o remount,ro out
    run --separate-stderr -1 sqlflow run files
    has "$stderr" "can't write to folder 'out': Read-only file system"
    has "$stderr" "FAIL=2"
    equal old "$(cat out/x.csv)"
    run --separate-stderr -2 sqlflow run table -p there
    has "$stderr" "out/x.duckdb"
    has "$stderr" "Read-only file system"
    equal 7 "$(sqlflow query -p there --output csv 'SELECT x FROM a' | tail -n 1)"
    mount -o remount,rw out
    run -0 sqlflow retry files
    run -0 sqlflow run table -p there
}

@test "a file that is truncated, removed or replaced while it is read fails its step" {
    local slow='(SELECT count(*) AS n FROM range(100000000) t(i) WHERE i % 7 = 3)'
    local name
    for name in truncated removed replaced; do
        cp data/items.csv "data/$name.csv"
        echo "CREATE TABLE $name AS SELECT * FROM 'data/$name.csv', $slow;"
    done | pipeline reading
    cp data/items.csv data/new.csv
    sqlflow run --workers 3 2>messages &
    process=$!
    wait_for 'target/run/*/plan.json'
    sleep 0.4
    truncate -s 20 data/truncated.csv
    rm data/removed.csv
    mv data/new.csv data/replaced.csv
    code=0
    wait "$process" || code=$?
    equal 1 "$code"
    for name in truncated removed replaced; do
        has "$(cat messages)" "'data/$name.csv' was $name while it was read"
        cp data/items.csv "data/$name.csv"
    done
    run -1 sqlflow query 'SELECT * FROM truncated'
    sed -i 's/100000000/1/' pipelines/reading.sf
    run -0 sqlflow retry
}

@test "too small a memory limit fails the step, and the others are done" {
    echo 'engines: {duckdb: {mode: persistent, path: target/dev.duckdb, memory_limit: 10MB}}' >profiles/dev.yml
    printf 'CREATE TABLE large AS SELECT list(i) AS l FROM range(5000000) t(i);\nCREATE TABLE small AS SELECT 7 AS x;\n' |
        pipeline large
    run --separate-stderr -1 sqlflow run
    has "$stderr" "MiB used"
    has "$stderr" "OK=1 FAIL=1"
    sed -i 's/10MB/2GB/' profiles/dev.yml
    run -0 sqlflow retry
    equal 5000000 "$(rows 'SELECT len(l) FROM large')"
}

@test "what a killed run left half made is removed by the next one, and only that" {
    mkdir -p out/parts/k=0
    echo old | tee out/x.csv >out/parts/k=0/data_0.csv
    echo mine >out/.x.csv.tmp-00000000
    printf "EXPORT %s TO 'out/x.csv';\nEXPORT %s TO 'out/parts' %s;\n" "$endless" "$endless" "$parts" |
        pipeline killed
    echo 'SELECT 1 AS x' | pipeline next
    sqlflow run -q killed --workers 2 &
    process=$!
    wait_for 'out/.x.csv.tmp-*[!0]*'
    wait_for 'out/.sqlflow/parts.tmp-*'
    killed
    equal old "$(cat out/x.csv out/parts/*/* | sort -u)"
    run --separate-stderr -0 sqlflow run next
    [[ $stderr =~ run\ [0-9TZ]+-[0-9a-f]{8}\ of\ killed\ crashed ]]
    equal ./out/.x.csv.tmp-00000000 "$(left)"
    equal old "$(cat out/x.csv out/parts/*/* | sort -u)"
    equal crashed "$(sqlflow list --json | json 'd["pipelines"][0]["last_run"]["outcome"]')"
    run --separate-stderr -0 sqlflow run next
    hasnt "$stderr" crashed
}

@test "what a living run is making stays, whatever else runs" {
    echo 'engines: {duckdb: {mode: memory}}' >profiles/dev.yml
    echo "EXPORT $endless TO 'out/x.csv'" | pipeline living
    echo 'SELECT 1 AS x' | pipeline next
    sqlflow run -q living &
    process=$!
    wait_for 'out/.x.csv.tmp-*'
    run --separate-stderr -0 sqlflow run next
    hasnt "$stderr" crashed
    compgen -G 'out/.x.csv.tmp-*'
    killed
    run --separate-stderr -0 sqlflow run next
    has "$stderr" "of living crashed"
    equal "" "$(left)"
}

@test "into a pipe goes what a file would have; compressed text is refused there" {
    mkfifo pipe.csv pipe.parquet pipe.csv.gz
    pipeline p <<'END'
EXPORT SELECT i FROM range(3) r(i) TO 'pipe.csv';
EXPORT SELECT i FROM range(3) r(i) TO 'pipe.parquet';
END
    cat pipe.csv >got.csv &
    cat pipe.parquet >got.parquet &
    sqlflow run p
    wait
    equal $'i\n0\n1\n2' "$(cat got.csv)"
    equal 3 "$(rows "SELECT sum(i) FROM 'got.parquet'")"
    pipeline q <<'END'
EXPORT SELECT i FROM range(3) r(i) TO 'pipe.csv.gz';
END
    run sqlflow run q
    equal 1 "$status"
    has "$output" "compressed text can only be written into one"
}

@test "an export of no rows into a folder has one file with the columns, and replaces the former one" {
    mkdir -p out/parts/k=0
    echo old >out/parts/k=0/data_0.csv
    echo "EXPORT SELECT 1 AS k, 'x' AS name WHERE false TO 'out/parts' $parts" | pipeline none
    run -0 sqlflow run
    equal out/parts/data_0.csv "$(find out -type f)"
    equal k,name "$(cat out/parts/data_0.csv)"
    equal "" "$(left)"
}
