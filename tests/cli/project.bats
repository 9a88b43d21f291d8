#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# Commands around a project: init, list, describe, compile, validate, query, show.

load common

@test "init, then run: a result in under a second" {
    [[ -z ${TEST_BUILD-} ]] || skip "a sanitizer takes its time"
    cd "$BATS_TEST_TMPDIR"
    run --separate-stderr -0 sqlflow init demo
    has "$stderr" "cd demo"
    has "$stderr" "sqlflow run"
    cd demo
    local started=${EPOCHREALTIME/./}
    run --separate-stderr -0 sqlflow run
    local took=$((${EPOCHREALTIME/./} - started))
    has "$stderr" "Done in"
    [ -n "$output" ]
    ((took < 1000000 * ${TEST_TIME_FACTOR:-1}))
}

@test "README's first five minutes, line by line" {
    sed -n '/^## The first five minutes/,/^## /p' "$ROOT/README.md" | sed -n '/^```sh/,/^```/{/^```/!p}' >walk
    has "$(cat walk)" "sqlflow init demo && cd demo"
    has "$(cat walk)" "sqlflow show"
    run -0 bash -ex walk
    cd demo
    run -0 sqlflow validate
    run -0 sqlflow run -p prod
}

@test "init never overwrites" {
    sqlflow init demo
    echo mine >demo/profiles/dev.yml
    run --separate-stderr -2 sqlflow init demo
    has "$stderr" "demo/"
    equal mine "$(cat demo/profiles/dev.yml)"
}

@test "init --minimal makes a project without data" {
    sqlflow init small --minimal
    [ ! -e small/data/customers.csv ]
    cd small
    run -0 sqlflow validate
}

@test "init makes a project of the current folder, too" {
    mkdir here && cd here || return
    run --separate-stderr -0 sqlflow init . --minimal
    equal "Made a project in this folder: 3 files. Next:
  sqlflow run" "$stderr"
    sqlflow run -q
}

@test "init --from writes a pipeline for a file, with its types" {
    printf 'id;zip;day;amount\n1;00501;2024-01-05;1,5\n2;10001;2024-01-06;2\n' >"my \"own\" \${x} [1].csv"
    run --separate-stderr -0 sqlflow init shop --from "my \"own\" \${x} [1].csv"
    cd shop
    run --separate-stderr -0 sqlflow run
    has "$output" 00501
    has "$(cat pipelines/my__own____x___1_.sf)" '"zip": "VARCHAR"'
    has "$(cat pipelines/my__own____x___1_.sf)" '"delimiter": ";"'
    equal 'BIGINT VARCHAR DATE VARCHAR' "$(rows "SELECT string_agg(data_type, ' ' ORDER BY column_index)
        FROM duckdb_columns() WHERE table_name LIKE 'raw%'")"
    printf '3;00502;tomorrow;\n' >>"../my \"own\" \${x} [1].csv"
    run --separate-stderr -1 sqlflow run
    has "$stderr" "line 4, column day: 'tomorrow' is not exactly a DATE"
}

@test "init --from takes parquet and json, keeps paths inside of the project, and never overwrites" {
    mkdir -p here/data
    printf '{"n": 1, "deep": {"list": [1.5]}}\n' >here/data/2024.ndjson
    run -0 sqlflow init here --from here/data/2024.ndjson
    has "$(cat here/pipelines/data_2024.sf)" '"path": "data/2024.ndjson"'
    run --separate-stderr -2 sqlflow init here --from here/data/2024.ndjson
    has "$stderr" "already there"
    echo "EXPORT SELECT 42 AS n, 'x' AS \"odd name\" TO 'order.parquet'" >here/pipelines/make.sf
    sqlflow -C here run --all -q
    sqlflow init also --from here/order.parquet
    cd also
    run -0 sqlflow run
    has "$output" 42
}

@test "init --from says what is wrong with a file" {
    run --separate-stderr -2 sqlflow init a --from none.csv
    has "$stderr" "none.csv"
    echo x >notes.txt
    run --separate-stderr -2 sqlflow init a --from notes.txt
    has "$stderr" ".parquet"
    printf 'a,b\n1,2\n3\n' >bad.csv
    run --separate-stderr ! sqlflow init a --from bad.csv
    has "$stderr" "line 3 has 1 field"
    [ ! -e a ]
}

@test "list shows counts and the last run" {
    printf 'SOURCE i TYPE CSV PARAMS {"path": "data/items.csv"};\nEXPORT SELECT * FROM i TO %s;\n' "'out/i.csv'" |
        pipeline good
    echo "CREATE TABLE a AS SELECT error('x')" | pipeline bad
    echo 'SORCE x' | pipeline wrong
    sqlflow run good -q
    run -1 sqlflow run bad -q
    run --separate-stderr -0 sqlflow list
    [[ ${lines[2]} =~ ^bad\ .*failed$ ]]
    [[ ${lines[3]} =~ ^good\ +2\ +1\ +1\ .*ok$ ]]
    [[ ${lines[4]} =~ ^wrong\ .*has\ errors$ ]]
    equal "$output" "$(sqlflow ls)"
    sqlflow list --json >document
    equal sqlflow.list/1 "$(json 'd["format"]' <document)"
    equal failed "$(json 'd["pipelines"][0]["last_run"]["outcome"]' <document)"
    equal False "$(json 'd["pipelines"][2]["compiles"]' <document)"
}

@test "compile shows the plan and writes it, the same each time" {
    printf 'CREATE TABLE a AS SELECT 1 AS x;\nEXPORT a TO %s;\n' "'out/a.csv'" | pipeline one
    run --separate-stderr -0 sqlflow compile
    has "$output" transform_a
    has "$output" export_csv
    sqlflow compile one --json >first
    equal sqlflow.plan/1 "$(json 'd["format"]' <first)"
    cmp first target/compiled/one.json
    sqlflow compile one --json -o second
    cmp first second
    [ ! -e target/dev.duckdb ]
    [ ! -e out ]
}

@test "validate finds a wrong column with its place and the nearest name, and loads nothing" {
    pipeline one <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO raw;
CREATE TABLE a AS SELECT amuont FROM raw;
CREATE TABLE b AS SELECT * FROM a;
EXPORT SELECT nmae FROM items TO 'out/x.csv';
END
    run --separate-stderr -2 sqlflow validate
    has "$stderr" "--> pipelines/one.sf:3:26"
    has "$stderr" amount
    has "$stderr" "--> pipelines/one.sf:5:15"
    has "$stderr" "2 errors."
    [ ! -e target/dev.duckdb ]
    [ ! -e out ]
}

@test "validate shows the errors of all pipelines in one go" {
    echo 'CREATE TABLE a AS SELECT nope' | pipeline one
    echo 'SORCE x' | pipeline two
    printf 'SOURCE i TYPE CSV PARAMS {"path": "data/none.csv"};\nLOAD i INTO t;\n' | pipeline three
    run --separate-stderr -2 sqlflow validate
    has "$stderr" pipelines/one.sf:1
    has "$stderr" pipelines/two.sf:1
    has "$stderr" pipelines/three.sf:1
    run -2 bash -c 'sqlflow validate --json 2>/dev/null >document'
    equal sqlflow.validate/1 "$(json 'd["format"]' <document)"
    equal 3 "$(json 'len(d["messages"])' <document)"
}

@test "validate knows the tables of the database and of the other pipelines" {
    echo 'CREATE TABLE kept AS SELECT 1 AS x' | pipeline maker
    sqlflow run maker -q
    rm pipelines/maker.sf
    echo 'CREATE TABLE a AS SELECT x FROM kept' | pipeline b_reader
    echo 'CREATE TABLE z AS SELECT y FROM later' | pipeline a_reader
    echo 'CREATE TABLE later AS SELECT 1 AS y' | pipeline c_maker
    run --separate-stderr -0 sqlflow validate
    has "$stderr" "3 pipelines"
    echo 'CREATE TABLE a AS SELECT z FROM kept' | pipeline b_reader
    run -2 sqlflow validate
}

@test "validate passes what only a run can know" {
    pipeline one <<'END'
ATTACH ':memory:' AS other;
CREATE TABLE a AS SELECT anything FROM other.main.t;
EXPORT SELECT 1 AS x TO 'out/x.csv';
SOURCE x TYPE CSV PARAMS {"path": "out/x.csv"};
LOAD x INTO b;
CREATE TABLE c AS SELECT whatever FROM b;
END
    run --separate-stderr -0 sqlflow validate
    has "$stderr" "can only be checked when they run"
}

@test "validate understands macros, types, views, declared tables and schemas of INCLUDE" {
    mkdir shared
    echo 'CREATE TABLE t AS SELECT 1 AS inner_x;' >shared/part.sf
    pipeline one <<'END'
INCLUDE 'shared/part.sf' AS part;
CREATE OR REPLACE MACRO twice(x) AS x * 2;
CREATE TABLE IF NOT EXISTS declared (id INTEGER, name VARCHAR, amount INTEGER);
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO declared;
CREATE VIEW v AS SELECT twice(amount) AS double FROM declared;
INSERT INTO declared VALUES (1, 'x', 2);
SELECT double, inner_x FROM v, part.t;
END
    run --separate-stderr -0 sqlflow validate
    has "$stderr" "no errors"
    run -0 sqlflow run
}

@test "describe tells sources, tables with types, exports and variables" {
    pipeline one <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO raw WHERE amount > ${least|5};
CREATE VIEW names AS SELECT name FROM raw;
EXPORT names TO 'out/names.json';
END
    run --separate-stderr -0 sqlflow describe one --var least=7
    has "$output" "id BIGINT, name VARCHAR, amount BIGINT"
    has "$output" "view: name VARCHAR"
    has "$output" "7  (command line"
    sqlflow describe one --json >document
    equal sqlflow.pipeline/1 "$(json 'd["format"]' <document)"
    equal amount "$(json 'd["tables"][0]["columns"][2]["name"]' <document)"
}

@test "describe tells a connector's options and a profile's values" {
    run --separate-stderr -0 sqlflow describe connector csv
    has "$output" delimiter
    has "$output" nullstr
    sqlflow describe connector parquet --json | json 'd["format"]' | grep -qx sqlflow.connector/1
    run --separate-stderr -2 sqlflow describe connector cvs
    has "$stderr" "did you mean 'csv'?"
    run --separate-stderr -2 sqlflow describe connector mysql
    has "$stderr" "not supported yet"
    run --separate-stderr -0 sqlflow describe profile dev
    has "$output" target/dev.duckdb
    echo 'variables: {region: eu, from: "${SHOP_FROM}", db_password: hunter2}' >>profiles/dev.yml
    for form in "" --json; do
        SHOP_FROM=hunter2 run --separate-stderr -0 sqlflow describe profile dev $form
        has "$output" eu
        has "$output" '${SHOP_FROM}'
        hasnt "$output" hunter
    done
    run -2 sqlflow describe profile none
}

@test "query and show: table, csv, json, markdown" {
    echo "CREATE TABLE t AS SELECT * FROM (VALUES (1, 'a,b', NULL), (22, 'ü', true)) v(n, s, b)" | pipeline one
    sqlflow run -q
    equal $' n  s    b\n──  ───  ────\n 1  a,b  NULL\n22  ü    true' "$(sqlflow show t)"
    equal $'n,s,b\n1,"a,b",\n22,ü,true' "$(sqlflow show t --output csv)"
    equal "[{'n': 1, 's': 'a,b', 'b': None}, {'n': 22, 's': 'ü', 'b': True}]" \
        "$(sqlflow query 'FROM t' --output json | json d)"
    equal $'| n | s | b |\n|---:|---|---|\n| 1 | a,b |  |\n| 22 | ü | true |' \
        "$(sqlflow query 'FROM t' --output markdown)"
    equal sqlflow.rows/1 "$(sqlflow show t --json | json 'd["format"]')"
    equal $'name\n────\nt' "$(sqlflow show)"
}

@test "show and query with wrong names" {
    echo 'CREATE TABLE orders AS SELECT 1 AS x' | pipeline one
    run --separate-stderr -2 sqlflow show orders
    has "$stderr" "run a pipeline first"
    sqlflow run -q
    run --separate-stderr -1 sqlflow show ordesr
    has "$stderr" "did you mean 'orders'?"
    run --separate-stderr -1 sqlflow query 'SELECT y FROM orders'
    has "$stderr" "query:1:8"
}

@test "query changes nothing" {
    echo 'CREATE TABLE t AS SELECT 1 AS x' | pipeline one
    sqlflow run -q
    for sql in 'DROP TABLE t' 'INSERT INTO t VALUES (2)' 'CREATE TABLE u AS SELECT 1'; do
        run -1 sqlflow query "$sql"
    done
    equal 1 "$(rows 'SELECT * FROM t')"
}

@test "a large result streams, and a limit holds" {
    echo 'SELECT 1' | pipeline one
    sqlflow run -q
    equal 300001 "$(sqlflow query 'FROM range(300000)' --output csv | wc -l)"
    equal 3 "$(sqlflow query 'FROM range(300000)' --output csv --limit 2 2>/dev/null | wc -l)"
    run --separate-stderr -0 sqlflow query 'FROM range(300000)'
    equal 52 "${#lines[@]}"
    has "$stderr" "there are more"
}

@test "a broken project says what is wrong, with exit code 2" {
    run --separate-stderr -2 sqlflow run
    has "$stderr" "no pipeline"
    run --separate-stderr -2 sqlflow -C nowhere list
    has "$stderr" "nowhere"
    echo 'enginez: {}' >profiles/dev.yml
    echo 'SELECT 1' | pipeline one
    run --separate-stderr -2 sqlflow run
    has "$stderr" "profiles/dev.yml:1:1"
    echo 'engines: {duckdb: {mode: persistent, path: data/items.csv}}' >profiles/dev.yml
    run --separate-stderr -2 sqlflow run
    has "$stderr" "data/items.csv"
}

@test "query takes one statement, with or without its semicolon" {
    echo 'CREATE TABLE t AS SELECT 7 AS x' | pipeline one
    sqlflow run -q
    equal 7 "$(rows 'FROM t;')"
    equal 7 "$(rows $'FROM t -- all; of it\n;; /* end */')"
    run --separate-stderr -1 sqlflow query 'FROM t; FROM t'
    has "$stderr" "one statement at a time"
    has "$stderr" "query:1:9"
    has "$(sqlflow query 'PRAGMA table_info(t)')" INTEGER # goes through a temporary table
}

@test "validate tells of every pipeline that can't be read" {
    printf "SELECT 'gr\xf6\xdfe' AS a;\n" | pipeline latin
    printf 'SELECT 1\0 AS a;\n' | pipeline nul
    echo 'SELECT 1 AS x AS y' | pipeline one
    run --separate-stderr -2 sqlflow validate
    has "$stderr" "error[SF0313]: pipelines/latin.sf:1:11: byte 0xf6 is not UTF-8"
    has "$stderr" "error[SF0313]: pipelines/nul.sf:1:9: a NUL byte"
    has "$stderr" "pipelines/one.sf:1"
    run --separate-stderr -2 sqlflow validate --json
    equal "[False, 3]" "$(json '[d["valid"], len(d["messages"])]' <<<"$output")"
    run --separate-stderr -2 sqlflow run --all
    has "$stderr" "pipelines/nul.sf:1:9"
}

@test "what is wrong in one pipeline hides nothing of the others" {
    echo 'LOAD' | pipeline a_broken
    echo 'SELECT 1 AS x AS y' | pipeline b_refused
    echo 'SELECT 1 AS x' | pipeline c_sound
    run --separate-stderr -2 sqlflow validate
    has "$stderr" "pipelines/a_broken.sf:1"
    has "$stderr" "pipelines/b_refused.sf:1"
    has "$(sqlflow list | grep c_sound)" "never run"
}
