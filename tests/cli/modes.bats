#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# MODE: how rows get into tables that stay, run after run.
load common

# events LINE...: data/events.csv
events() {
    printf 'id,ts,x\n' >data/events.csv
    (($# == 0)) || printf '%s\n' "$@" >>data/events.csv
}

incremental() {
    pipeline grow <<END
SOURCE events TYPE CSV PARAMS {"path": "data/events.csv", "types": {"ts": "$1"}};
CREATE TABLE t MODE INCREMENTAL BY ts LOOKBACK ${2:-1 DAY} AS SELECT * FROM events;
END
}

@test "all spellings of the earlier program do what they say" {
    printf 'a,b,x\n1,1,one\n1,2,two\n' >data/one.csv
    printf 'a,b,x\n1,2,TWO\n2,1,three\n' >data/two.csv
    pipeline spell <<'END'
SOURCE one TYPE CSV PARAMS {"path": "data/one.csv", "has_header": true};
SOURCE two TYPE CSV PARAMS {"path": "data/two.csv", "has_header": true};
LOAD t1 FROM one;                            LOAD two INTO t1 MODE APPEND;
LOAD one INTO t2;                            LOAD two INTO t2 MODE MERGE MERGE_KEYS (a, b);
LOAD one INTO t3 MODE REPLACE;               LOAD t3 FROM two MODE UPSERT KEY a, b;
LOAD one INTO t4 WHERE b > 1;                LOAD two INTO t4 WHERE a = 2 MODE MERGE KEYS a, b;
LOAD one INTO t5;                            LOAD t5 FROM two MODE UPSERT UPSERT_KEYS (a, b) WHERE a = 2;
CREATE TABLE t6 AS SELECT * FROM t1;
CREATE TABLE t7 MODE UPSERT KEY (a, b) AS SELECT * FROM t2;
CREATE TABLE t8 MODE APPEND AS SELECT * FROM t3 WHERE a = 2;
EXPORT t2 TO 'out/t2.csv';
EXPORT SELECT count(*) AS n FROM t2 TO "out/count.csv" TYPE CSV OPTIONS {"header": true};
END
    run -0 sqlflow run spell
    equal "1,1,one 1,2,TWO 1,2,two 2,1,three" "$(rows 'FROM t1 ORDER BY ALL' | xargs)"
    for table in t2 t3; do
        equal "1,1,one 1,2,TWO 2,1,three" "$(rows "FROM $table ORDER BY ALL" | xargs)"
    done
    equal "1,2,two 2,1,three" "$(rows 'FROM t4 ORDER BY ALL' | xargs)"
    equal "1,1,one 1,2,two 2,1,three" "$(rows 'FROM t5 ORDER BY ALL' | xargs)"
    equal 4 "$(rows 'SELECT count(*) FROM t6')"
    equal "n 3" "$(xargs <out/count.csv)"
    run -0 sqlflow run spell
    equal "1,1,one 1,2,TWO 2,1,three" "$(rows 'FROM t7 ORDER BY ALL' | xargs)"
    equal "2,1,three 2,1,three" "$(rows 'FROM t8 ORDER BY ALL' | xargs)"
    equal "1,1,one 1,2,TWO 1,2,two 2,1,three" "$(rows 'FROM t1 ORDER BY ALL' | xargs)"
}

@test "what became of the rows is told" {
    pipeline up <<'END'
CREATE TABLE t MODE UPSERT KEY id AS SELECT * FROM 'data/items.csv';
END
    sqlflow run -q up
    printf 'id,name,amount\n1,one,10\n2,two,21\n4,four,40\n' >data/items.csv
    run -0 sqlflow run up
    has "$output" "3 rows"
    has "$output" "1 inserted, 1 updated, 1 unchanged"
    results=target/run/latest/run_results.json
    equal "3 1 1 1 0" "$(json '" ".join(str(d["steps"][0]["counts"][k]) for k in ("read", "inserted", "updated", "unchanged", "rejected"))' <$results)"
}

@test "a difference between rows and table shows both sides, and the ways out work" {
    pipeline app <<'END'
CREATE TABLE t MODE APPEND OPTIONS {"schema": "${schema|strict}"} AS SELECT * FROM 'data/items.csv';
END
    sqlflow run -q app
    printf 'id,name,more\n4,four,x\n' >data/items.csv
    run --separate-stderr -1 sqlflow run app
    has "$stderr" "more VARCHAR is only in the rows; amount BIGINT is only in the table"
    has "$stderr" 'OPTIONS {"schema": "evolve"}'
    run -0 sqlflow run app --var schema=ignore
    has "$output" "t: column more of the rows is left out"
    run -0 sqlflow run app --var schema=evolve
    has "$output" "t: column more VARCHAR added"
    equal "4,four,,x" "$(rows 'FROM t WHERE more IS NOT NULL')"
}

@test "an incremental table grows by its window, and two runs give the same" {
    incremental TIMESTAMP
    events '1,2024-01-01 10:00:00,a' '2,2024-01-02 10:00:00,b'
    sqlflow run -q grow
    events '1,2024-01-01 10:00:00,A' '3,2024-01-02 09:00:00,late' '2,2024-01-02 10:00:00,b' \
        '4,2024-01-03 10:00:00,c'
    for _ in 1 2; do
        run -0 sqlflow run grow
        equal "1,A 2,b 3,late 4,c" "$(rows 'SELECT id, x FROM t ORDER BY id' | xargs)"
    done
    events '1,2024-01-01 10:00:00,too late' '4,2024-01-03 10:00:00,C'
    sqlflow run -q grow
    equal "1,A 3,late 4,C" "$(rows 'SELECT id, x FROM t ORDER BY id' | xargs)"
    sqlflow run -q grow --start 2024-01-01 --end 2024-01-02
    equal "1,too late 3,late 4,C" "$(rows 'SELECT id, x FROM t ORDER BY id' | xargs)"
    sqlflow run -q grow --full-refresh
    equal "1 4" "$(rows 'SELECT id FROM t ORDER BY id' | xargs)"
}

@test "a load that fails moves no watermark" {
    incremental DATE '2 DAYS'
    events '1,2024-01-05,a'
    sqlflow run -q grow
    events '1,2024-01-05,a' '2,2024-01-09,b' '3,,c'
    run --separate-stderr -1 sqlflow run grow
    has "$stderr" 'the column ("ts") is NULL in 1 row'
    equal 2024-01-05 "$(rows "SELECT max(value) FROM sqlflow.watermarks")"
    events '2,2024-01-04,late' '1,2024-01-05,a' '3,2024-01-09,c'
    sqlflow run -q grow
    equal "2 1 3" "$(rows 'SELECT id FROM t ORDER BY ts, id' | xargs)"
    equal 2024-01-09 "$(rows "SELECT max(value) FROM sqlflow.watermarks")"
}

@test "the macros of a window stand in an incremental body only" {
    pipeline macros <<'END'
CREATE TABLE t MODE INCREMENTAL BY n LOOKBACK 2 AS
SELECT i AS n, @start_date AS s, '@end_dt' AS e FROM range(5) r(i) WHERE i >= @start_dt;
END
    sqlflow run -q macros
    sqlflow run -q macros
    equal "0 1 2:2 3:2 4:2" "$(rows "SELECT string_agg(n || CASE WHEN s = 2 THEN ':2' ELSE '' END, ' ' ORDER BY n) FROM t")"
    equal @end_dt "$(rows 'SELECT DISTINCT e FROM t')"
    echo 'SELECT @start_date AS a' | pipeline plain
    run --separate-stderr -1 sqlflow run plain
    has "$stderr" start_date
}

@test "wrong windows are told at their place" {
    incremental TIMESTAMP 7
    events '1,2024-01-01 10:00:00,a'
    sqlflow run -q grow
    run --separate-stderr -1 sqlflow run grow
    has "$stderr" "LOOKBACK '7' is none for a column of type TIMESTAMP"
    has "$stderr" grow.sf:2:16
    run --separate-stderr -1 sqlflow run grow --start soon
    has "$stderr" soon
    run --separate-stderr -2 sqlflow run grow --full-refresh --end 2024-01-01
    has "$stderr" "--full-refresh reads everything"
    echo "CREATE TABLE u MODE INCREMENTAL BY nope AS SELECT 1 AS a;" | pipeline wrong
    run --separate-stderr -2 sqlflow validate wrong
    has "$stderr" "INCREMENTAL BY nope: there is no such column in the query"
}

# growing MODE [OPTION, ..]: a pipeline that loads data/events.csv as a source that grows by ts
growing() {
    pipeline source <<END
SOURCE events TYPE CSV PARAMS {"path": "data/events.csv", "types": {"ts": "TIMESTAMP"},
  "sync_mode": "incremental", "cursor_field": "ts"${2:+, $2}};
LOAD events INTO t $1;
END
}

@test "an incremental source gives what is new, and ties once" {
    growing 'MODE APPEND'
    events '1,2024-01-01 10:00:00,a' '2,2024-01-02 10:00:00,b'
    sqlflow run -q source
    events '1,2024-01-01 10:00:00,changed' '2,2024-01-02 10:00:00,b' '3,2024-01-02 10:00:00,tie' \
        '4,2024-01-02 09:00:00,late' '5,2024-01-03 10:00:00,c'
    run -0 sqlflow run source
    has "$output" "2 inserted, 1 unchanged"
    sqlflow run -q source
    equal "1,a 2,b 3,tie 5,c" "$(rows 'SELECT id, x FROM t ORDER BY id' | xargs)"
    growing 'MODE APPEND' '"lookback_window": "2 hours"'
    events '5,2024-01-03 10:00:00,c' '6,2024-01-03 08:00:00,late' '7,2024-01-03 07:59:59,too late'
    sqlflow run -q source
    equal "1 2 3 5 6" "$(rows 'SELECT id FROM t ORDER BY id' | xargs)"
    run -0 sqlflow state watermarks source
    has "$output" "2024-01-03 10:00:00"
    run -0 sqlflow state show source
    has "$output" "2024-01-03 10:00:00"
    run -0 sqlflow state show source --output csv
    hasnt "$output" "2024-01-03 10:00:00"
    events
    sqlflow run -q source
    equal 5 "$(rows 'SELECT count(*) FROM t')"
    run --separate-stderr -0 sqlflow state reset source t
    has "$stderr" "1 watermark forgotten"
    run --separate-stderr -0 sqlflow state watermarks source
    has "$stderr" "no watermark is recorded yet"
    events '7,2024-01-03 07:59:59,too late' '6,2024-01-03 08:00:00,late'
    sqlflow run -q source
    equal "1 2 3 5 6 7" "$(rows 'SELECT id FROM t ORDER BY id' | xargs)"
    run --separate-stderr -2 sqlflow state reset
    run --separate-stderr -2 sqlflow state forget source
}

@test "rows of an incremental source that change are updated by their key" {
    growing 'MODE UPSERT KEY (id)' '"primary_key": ["id"], "lookback_window": "1 day"'
    events '1,2024-01-01 10:00:00,a' '2,2024-01-02 10:00:00,b'
    sqlflow run -q source
    events '1,2024-01-02 09:00:00,A' '2,2024-01-02 10:00:00,b' '3,2024-01-03 10:00:00,c'
    run -0 sqlflow run source
    has "$output" "1 inserted, 1 updated, 1 unchanged"
    equal "1,A 2,b 3,c" "$(rows 'SELECT id, x FROM t ORDER BY id' | xargs)"
}

@test "two sources of one table keep their own watermarks" {
    printf 'id,n\n1,10\n2,20\n' >data/a.csv
    printf 'id,n\n3,1\n' >data/b.csv
    pipeline both <<'END'
SOURCE a TYPE CSV PARAMS {"path": "data/a.csv", "sync_mode": "incremental", "cursor_field": "n"};
SOURCE b TYPE CSV PARAMS {"path": "data/b.csv", "sync_mode": "incremental", "cursor_field": "n"};
LOAD a INTO t MODE APPEND;
LOAD b INTO t MODE APPEND;
END
    sqlflow run -q both
    printf 'id,n\n3,1\n4,2\n' >data/b.csv
    sqlflow run -q both
    equal "1 2 3 4" "$(rows 'SELECT id FROM t ORDER BY id' | xargs)"
}

@test "new files are loaded, each once" {
    pipeline files <<'END'
SOURCE days TYPE CSV PARAMS {"path": "data/day_*.csv", "incremental": "files"};
LOAD days INTO t MODE APPEND;
END
    printf 'id\n1\n' >data/day_1.csv
    sqlflow run -q files
    printf 'id\n2\n' >data/day_2.csv
    run -0 sqlflow run files
    has "$output" "1 row "
    run -0 sqlflow run files
    has "$output" "0 rows"
    equal "1 2" "$(rows 'FROM t ORDER BY id' | xargs)"
    printf 'id\n1\n11\n' >data/day_1.csv
    run --separate-stderr -1 sqlflow run files
    has "$stderr" "'data/day_1.csv' was loaded into 't' before, and has changed since"
    equal "1 2" "$(rows 'FROM t ORDER BY id' | xargs)"
    sed -i 's/MODE .*;/MODE UPSERT KEY id;/' pipelines/files.sf
    sqlflow run -q files
    equal "1 2 11" "$(rows 'FROM t ORDER BY id' | xargs)"
    printf 'id\n3\n' >data/day_3.csv
    printf 'id\nNULL\n' >data/day_4.csv
    sqlflow query 'SELECT 1' >/dev/null
    sqlflow run -q files && false
    rm data/day_4.csv
    sqlflow run -q files
    equal "1 2 3 11" "$(rows 'FROM t ORDER BY id::INT' | xargs)"
}

@test "to replace a table by what is new is refused before anything runs" {
    growing '' '"primary_key": ["id"]'
    events '1,2024-01-01 10:00:00,a'
    run --separate-stderr -2 sqlflow run source
    has "$stderr" "SF0420"
    has "$stderr" "write MODE UPSERT KEY (id)"
    echo 'SELECT * FROM events;' >>pipelines/source.sf
    sed -i 's/INTO t ;/INTO t MODE APPEND;/' pipelines/source.sf
    run --separate-stderr -2 sqlflow run source
    has "$stderr" "LOAD it with MODE APPEND or UPSERT, and read the table"
}
