#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# Which step sees which version of a table, and statements that all connections must see.

load common

@test "a table may be read above the statement that makes it" {
    printf 'CREATE TABLE b AS SELECT * FROM a;\nCREATE TABLE a AS SELECT 1 AS x;\n' | pipeline one
    run -0 sqlflow run
    equal 1 "$(rows 'FROM b')"
}

@test "write, read, write, read: each reader has its version, 8 workers, 200 times" {
    {
        echo 'CREATE TABLE t AS SELECT 0 AS x;'
        for i in $(seq 1 200); do
            echo "CREATE TABLE r$i AS SELECT x FROM t;"
            echo "CREATE OR REPLACE TABLE t AS SELECT $i AS x;"
        done
        echo 'CREATE TABLE wrong AS'
        for i in $(seq 1 200); do
            echo "SELECT $i AS i, x FROM r$i WHERE x <> $((i - 1))"
            ((i == 200)) || echo 'UNION ALL'
        done
        echo ';'
    } | pipeline versions
    run --separate-stderr -0 sqlflow run -q --workers 8
    equal 0 "$(rows 'SELECT count(*) FROM wrong')"
    equal 200 "$(rows 'FROM t')"
}

@test "UPDATE, INSERT, DELETE keep their order with 8 workers" {
    {
        echo 'CREATE OR REPLACE TABLE t (i INTEGER);'
        for i in $(seq 1 40); do
            echo "INSERT INTO t VALUES ($i);"
            echo "UPDATE t SET i = i + 1000 WHERE i = $i;"
            echo "DELETE FROM t WHERE i = 1000 + $i AND $i % 2 = 0;"
        done
    } | pipeline changes
    run --separate-stderr -0 sqlflow run -q --workers 8
    equal 20 "$(rows 'SELECT count(*) FROM t WHERE i > 1000')"
}

@test "an export and a source of one file keep their order" {
    pipeline files <<'END'
EXPORT SELECT 42 AS x TO 'out/x.csv';
SOURCE x TYPE CSV PARAMS {"path": "out/*.csv"};
CREATE TABLE a AS SELECT * FROM x;
CREATE TABLE b AS SELECT * FROM 'out/x.csv';
END
    run --separate-stderr -0 sqlflow run --workers 8
    equal 42,42 "$(rows 'SELECT a.x, b.x FROM a, b')"
}

@test "an export and a source of one server's table keep their order" {
    local at='"connection": "postgres://127.0.0.1:1/d"'
    pipeline below <<END
SOURCE s TYPE POSTGRES PARAMS {$at, "table": "t"};
LOAD s INTO x;
EXPORT x TO 't' TYPE POSTGRES OPTIONS {$at};
END
    run --separate-stderr -0 sqlflow compile below --no-color
    has "$output" "export_postgres_t  after 2"
    pipeline above <<END
EXPORT SELECT 1 AS a TO 't' TYPE POSTGRES OPTIONS {$at};
SOURCE s TYPE POSTGRES PARAMS {$at, "table": "t"};
LOAD s INTO x;
END
    run --separate-stderr -0 sqlflow compile above --no-color
    has "$output" "load_x             after 1, 2"
}

@test "a cycle shows its path" {
    printf 'CREATE TABLE a AS SELECT * FROM b;\nCREATE TABLE b AS SELECT * FROM a;\n' | pipeline one
    run --separate-stderr -2 sqlflow run
    has "$stderr" "(line 1) -> "
    has "$stderr" "(line 2) -> "
}

# Sixteen steps that run at once, after a statement that all connections must have seen.
sixteen() {
    local i
    for i in $(seq 1 16); do
        echo "CREATE TABLE o$i AS SELECT $1 AS x;"
    done
    for i in $(seq 1 16); do
        ((i == 1)) && echo 'CREATE TABLE all_of_them AS' || echo 'UNION ALL'
        echo "SELECT x::VARCHAR AS x FROM o$i"
    done
    echo ';'
}

check_sixteen() {
    sqlflow run -q --workers 8
    equal "$1,16" "$(rows 'SELECT x, count(*) FROM all_of_them GROUP BY x')"
}

@test "SET SESSION, SET GLOBAL, SET VARIABLE, RESET, PRAGMA reach every connection" {
    { echo "SET SESSION default_null_order = 'nulls_first';"
      sixteen "current_setting('default_null_order')"; } | pipeline one
    check_sixteen NULLS_FIRST
    { echo "SET GLOBAL default_null_order = 'nulls_first';"
      sixteen "current_setting('default_null_order')"; } | pipeline one
    check_sixteen NULLS_FIRST
    { echo "SET VARIABLE answer = 42;"; sixteen "getvariable('answer')"; } | pipeline one
    check_sixteen 42
    { echo "SET SESSION default_order = 'DESC'; RESET SESSION default_order;"
      sixteen "current_setting('default_order')"; } | pipeline one
    check_sixteen ASCENDING
    { echo "PRAGMA default_null_order = 'nulls_first';"
      sixteen "current_setting('default_null_order')"; } | pipeline one
    check_sixteen NULLS_FIRST
}

@test "USE and ATTACH reach every connection" {
    { echo 'CREATE SCHEMA IF NOT EXISTS side; USE side;'; sixteen "current_schema()"; } | pipeline one
    sqlflow run -q --workers 8
    equal side,16 "$(rows 'SELECT x, count(*) FROM side.all_of_them GROUP BY x')"
    { echo "ATTACH ':memory:' AS other;"
      echo 'CREATE TABLE other.main.t AS SELECT 5 AS x;'
      sixteen '(SELECT x FROM other.main.t)'; } | pipeline one
    check_sixteen 5
}

@test "macros, types, sequences and schemas are there for what stands below" {
    { echo 'CREATE OR REPLACE MACRO twice(x) AS x * 2;'; sixteen 'twice(21)'; } | pipeline one
    check_sixteen 42
    { echo "DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('fine', 'bad');"
      sixteen "'fine'::mood::VARCHAR"; } | pipeline one
    check_sixteen fine
    { echo 'CREATE OR REPLACE SEQUENCE numbers;'; sixteen "nextval('numbers') > 0"; } | pipeline one
    check_sixteen true
}

@test "DETACH, LOAD of an extension that is linked in, PREPARE and EXECUTE" {
    { echo "ATTACH ':memory:' AS other; DETACH other;"
      sixteen "(SELECT count(*) FROM duckdb_databases() WHERE database_name = 'other')"; } | pipeline one
    check_sixteen 0
    { echo 'LOAD json;'; sixteen "json_valid('{}')"; } | pipeline one
    check_sixteen true
    { echo 'CREATE OR REPLACE TABLE log (x INTEGER);'
      echo 'PREPARE note AS INSERT INTO log VALUES ($1);'
      for i in $(seq 1 8); do echo "EXECUTE note($i);"; done
      sixteen '(SELECT sum(x) FROM log)'; } | pipeline one
    check_sixteen 36
}

@test "COMMENT, CALL, VACUUM, functions" {
    { echo 'CREATE TABLE t AS SELECT 1 AS x;'
      echo "COMMENT ON TABLE t IS 'of one row';"
      echo 'CREATE OR REPLACE FUNCTION thrice(x) AS x * 3;'
      echo "CALL pragma_table_info('t');"
      echo 'VACUUM;'
      sixteen "(SELECT comment || thrice(1) FROM duckdb_tables() WHERE table_name = 't')"; } | pipeline one
    check_sixteen 'of one row3'
}

@test "COPY FROM DATABASE, EXPORT DATABASE, IMPORT DATABASE" {
    pipeline one <<'END'
ATTACH ':memory:' AS first;
ATTACH ':memory:' AS second;
CREATE TABLE first.main.t AS SELECT 5 AS x;
COPY FROM DATABASE first TO second;
CREATE TABLE copied AS SELECT * FROM second.main.t;
EXPORT DATABASE 'dump' (FORMAT csv);
END
    sqlflow run -q --workers 8
    equal 5 "$(rows 'FROM copied')"
    [ -e dump/copied.csv ]
    pipeline two <<'END'
ATTACH ':memory:' AS other;
USE other;
IMPORT DATABASE 'dump';
SELECT x FROM copied;
END
    equal $'x\n5' "$(sqlflow run two -q --workers 8 --output csv)"
}

@test "a statement for all connections that the engine refuses fails its step" {
    { echo 'SELECT 1;'; echo 'SET nothing_like_it TO 3;'; echo 'SELECT 2;'; } | pipeline one
    run --separate-stderr -1 sqlflow run --workers 2
    has "$stderr" 'unrecognized configuration parameter "nothing_like_it"'
    has "$stderr" "OK=1 FAIL=1 SKIP=1"
}

@test "what can't be a step is refused with a way out" {
    while IFS='|' read -r statement part; do
        echo "$statement" | pipeline one
        run --separate-stderr -2 sqlflow run
        has "$stderr" "$part"
        [ ! -e target/dev.duckdb ]
    done <<'LIST'
CREATE TEMP TABLE t AS SELECT 1|schema
CREATE TEMPORARY VIEW t AS SELECT 1|schema
BEGIN|transaction
BEGIN TRANSACTION|transaction
COMMIT|transaction
ROLLBACK|transaction
END|transaction
CHECKPOINT FORCE|CHECKPOINT
FORCE CHECKPOINT|CHECKPOINT
INSTALL spatial|fetched
LIST
}

@test "no network: a URL in SQL is an error, and no extension is fetched" {
    echo "CREATE TABLE a AS SELECT * FROM 'https://example.com/x.csv'" | pipeline one
    run --separate-stderr -2 sqlflow run
    has "$stderr" "SOURCE"
    echo "CREATE TABLE a AS SELECT * FROM read_csv('http' || 's://example.com/x.csv')" | pipeline one
    run --separate-stderr -1 timeout 20 sqlflow run
    echo "LOAD spatial" | pipeline one
    run --separate-stderr -1 timeout 20 sqlflow run
    has "$stderr" "nothing is installed while a pipeline runs"
    hasnt "$stderr" "Install it first"
}
