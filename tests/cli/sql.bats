#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# Every byte between AS and ; arrives at the engine, and what it gives comes back.

load common

# value BODY: the only value of this query; a bare query, a table, a view and an export of it must agree
value() {
    local body=$1 printed exported
    printf '%s\n;\nCREATE TABLE made AS %s\n;\nCREATE OR REPLACE VIEW seen AS %s\n;\nFROM made;\nFROM seen;\nEXPORT %s\nTO %s TYPE CSV;\n' \
        "$body" "$body" "$body" "$body" "'out/value.csv'" >pipelines/value.sf
    printed=$(sqlflow run value -q --output csv) || return
    exported=$(cat out/value.csv)
    equal "$exported"$'\n\n'"$exported"$'\n\n'"$exported" "$printed" || return
    tail -n +2 <<<"$exported"
}

@test "casts, strings, quotes, numbers" {
    equal 1 "$(value "SELECT '1'::INT AS x")"
    equal 'Mr. Smith' "$(value "SELECT 'Mr. Smith' AS x")"
    equal 'two  spaces' "$(value "SELECT 'two  spaces' AS x")"
    equal "it's" "$(value "SELECT 'it''s' AS x")"
    equal 100000.0 "$(value "SELECT 1e5 AS x")"
    equal true "$(value "SELECT 1 <> 2 AS x")"
    equal 'q;n' "$(value 'SELECT "quoted; name" AS x FROM (SELECT $$q;n$$ AS "quoted; name") t')"
}

@test "comments stay, with semicolons in them" {
    equal 3 "$(value $'SELECT /* c; */ 1 -- c; TO \'x\' TYPE CSV\n + 2 AS x')"
    equal 1 "$(value $'SELECT 1 AS x -- the end')"
}

@test "dollar quotes and escape strings" {
    equal ' ; ' "$(value 'SELECT $$ ; $$ AS x')"
    equal "a';b" "$(value "SELECT \$tag\$a';b\$tag\$ AS x")"
    equal '"
;"' "$(value "SELECT E'\\n;' AS x")"
}

@test "lists, structs, lambdas, JSON arrows" {
    equal 1 "$(value 'SELECT [1,2][1] AS x')"
    equal 1 "$(value "SELECT {'a': 1}.a AS x")"
    equal '"[2, 4]"' "$(value 'SELECT list_transform([1, 2], lambda y: y * 2) AS x')"
    equal b "$(value "SELECT '{\"a\": \"b\"}'::JSON->>'\$.a' AS x")"
}

@test "queries of every form" {
    equal 3 "$(value 'FROM (VALUES (3)) t(x) SELECT x')"
    equal 4 "$(value 'WITH c AS (SELECT 4 AS x) SELECT * FROM c')"
    equal 5 "$(value 'SELECT CASE WHEN true THEN 5 ELSE 6 END AS x')"
    equal 6 "$(value '(SELECT 6 AS x)')"
    equal 2024-01-02 "$(value "SELECT (DATE '2024-01-01' + INTERVAL 1 DAY)::DATE AS x")"
    equal true "$(value 'SELECT 1 IS DISTINCT FROM NULL AS x')"
    equal 2024 "$(value "SELECT EXTRACT(year FROM DATE '2024-05-06') AS x")"
    equal bc "$(value "SELECT SUBSTRING('abc' FROM 2) AS x")"
    equal a "$(value "SELECT TRIM(BOTH ' ' FROM ' a ') AS x")"
    equal 7 "$(value 'SELECT @(-7) AS x')"
    equal 8 "$(value 'SELECT "ünïcode ñame" AS x FROM (SELECT 8 AS "ünïcode ñame") t')"
    equal 9 "$(value 'SELECT größe AS x FROM (SELECT 9 AS größe) t')"
}

@test "PIVOT, UNPIVOT, SUMMARIZE-free plumbing" {
    pipeline pivot <<'END'
CREATE TABLE long AS SELECT * FROM (VALUES ('a', 1), ('b', 2)) t(k, v);
CREATE TABLE wide AS PIVOT long ON k USING sum(v);
PIVOT long ON k USING sum(v);
UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME k VALUE v;
END
    run --separate-stderr -0 sqlflow run --output csv
    equal $'a,b\n1,2\n\nk,v\na,1\nb,2' "$output"
    equal 1,2 "$(rows 'FROM wide')"
    has "$stderr" "transform_wide"
}

@test "an EXPORT's query may have TO in strings, casts and names" {
    pipeline to <<'END'
EXPORT SELECT 'go TO ''x'' TYPE CSV' AS "to", CAST('1' AS INT) AS type, t.to AS mode
FROM (SELECT 2 AS to) t TO 'out/to.csv' TYPE CSV;
END
    sqlflow run -q
    equal $'to,type,mode\ngo TO \'x\' TYPE CSV,1,2' "$(cat out/to.csv)"
}

@test "keywords as names of tables, sources and columns" {
    for name in source type to mode key load; do
        printf 'SOURCE %s TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD %s INTO %s;
CREATE TABLE t AS SELECT id AS %s FROM "%s";
EXPORT %s TO %s;\n' "$name" "$name" "$name" "$name" "$name" "$name" "'out/$name.csv'" >pipelines/names.sf
        sqlflow run -q
        equal $'1\n2\n3' "$(rows "SELECT \"$name\" FROM t ORDER BY 1")"
        equal 4 "$(wc -l <"out/$name.csv")"
    done
}

@test "a body may end in a comment wherever it is wrapped" {
    pipeline wrapped <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO a WHERE amount > 10 -- not the first
;
CREATE VIEW v AS SELECT * FROM a -- all
;
CHECK none ON a AS SELECT * FROM a WHERE amount IS NULL -- none
;
EXPORT SELECT * FROM v -- all
TO 'out/v.csv';
END
    run -0 sqlflow run
    equal 3 "$(wc -l <out/v.csv)"
}

@test "a source that is read without LOAD must not be called like a table of the database" {
    echo 'CREATE TABLE items AS SELECT 1 AS x' | pipeline first
    sqlflow run first -q
    pipeline second <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
CREATE TABLE copied AS SELECT * FROM items;
END
    run --separate-stderr -1 sqlflow run second
    has "$stderr" "'items' is a source here, and a table of the database"
    has "$stderr" "FAIL=1 SKIP=1"
    run --separate-stderr -2 sqlflow validate second
    has "$stderr" "'items' is a source here, and a table of the database"
    sed -i 's/^CREATE/LOAD items INTO items;\nCREATE/' pipelines/second.sf
    run -0 sqlflow run second
    equal 3 "$(rows 'SELECT count(*) FROM copied')"
}
