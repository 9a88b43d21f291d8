#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2016,SC2153 # run sets status in each test; ${x} is SQLFlow's
# PostgreSQL, against a real server: what is read and written, what goes wrong and what is then left.
load common

@test "every type goes to a table and back without a change" {
    use_shop
    pipeline p <<'END'
SOURCE a FROM 'shop' OPTIONS {"table": "types"};
LOAD a INTO types;
EXPORT types TO 'shop/types_copy';
END
    run sqlflow run
    equal 0 "$status"
    has "$output" "n5: taken as text, it has NaN or an infinity"
    pipeline q <<'END'
SOURCE a FROM 'shop' OPTIONS {"table": "types"};
CREATE TABLE without_load AS SELECT n5 FROM a;
END
    run sqlflow run q
    equal 0 "$status"
    has "$output" "n5: taken as text, it has NaN or an infinity"
    equal "5" "$(sql 'SELECT count(*) FROM types JOIN types_copy USING (id) WHERE types::text = types_copy::text')"
    equal '"DECIMAL(12,3),DECIMAL(7,0),DECIMAL(38,38),VARCHAR,UUID,TIMESTAMP WITH TIME ZONE,INTEGER[]"' "$(rows "SELECT
        string_agg(column_type, ',') FROM (DESCRIBE types) WHERE column_name IN ('n1', 'n2', 'n3', 'n6', 'u', 'tz', 'ai')")"
}

@test "Parquet goes to the server and back without a change" {
    use_shop
    pipeline p <<'END'
CREATE TABLE made AS SELECT i AS id, i::TINYINT AS i1, i::UTINYINT AS u1, i::USMALLINT AS u2, i::UINTEGER AS u4,
    (18446744073709551615 - i)::UBIGINT AS u8, i::HUGEINT * 1000000000000000000000000000000 AS h, i % 2 = 0 AS b,
    (i * 1.25)::DECIMAL(18,4) AS n, i / 3 AS f, 'tëxt ' || i AS t, ('b' || i)::BLOB AS y, uuid() AS u,
    DATE '2024-02-28' + i::INT AS d, TIMESTAMP '2024-01-01 00:00:00.000001' + INTERVAL (i) HOUR AS ts,
    TIMESTAMPTZ '2024-01-01 00:00:00Z' + INTERVAL (i) DAY AS tz, TIME '00:00:00' + INTERVAL (i) SECOND AS ti,
    CASE WHEN i % 3 > 0 THEN [i, NULL] END AS l, ['a', NULL, 'b"\'] AS lt,
    (CASE i % 3 WHEN 0 THEN 'low' WHEN 1 THEN 'high' END)::ENUM('low', 'high') AS e FROM range(100) r(i);
EXPORT made TO 'out/made.parquet' ;
EXPORT made TO 'shop/made';
END
    pipeline q <<'END'
SOURCE there FROM 'shop' OPTIONS {"table": "made"};
LOAD there INTO back;
EXPORT back TO 'out/back.parquet';
END
    sed -i 's/i::HUGEINT \* 1000000000000000000000000000000/i::HUGEINT * 1000000000000000000000000/' pipelines/p.sf
    sqlflow run p
    sqlflow run q
    equal 0 "$(rows "SELECT count(*) FROM (FROM made EXCEPT FROM back)")"
    equal 100 "$(rows "SELECT count(*) FROM back")"
    equal "numeric(39,0) numeric(20,0) uuid text bigint[]" "$(sql "SELECT string_agg(format_type(atttypid, atttypmod), ' ') FROM
        (SELECT * FROM pg_attribute WHERE attrelid = 'made'::regclass AND attname IN ('h', 'u8', 'u', 'e', 'l') ORDER BY
        array_position('{h,u8,u,e,l}', attname::text)) a")"
}

@test "columns and conditions are read at the server" {
    use_shop
    pipeline p <<'END'
SOURCE orders FROM 'shop' OPTIONS {"table": "orders"};
LOAD orders INTO few WHERE id > 99990 AND customer = 'customer 5' AND day >= DATE '2024-01-01' AND length(customer) > 1;
CREATE TABLE total AS SELECT sum(amount) AS s FROM orders;
END
    sqlflow run
    equal 99995 "$(rows 'SELECT id FROM few')"
    equal "$(sql 'SELECT sum(amount) FROM orders')" "$(rows 'SELECT s FROM total')"
    grep -qF "WHERE \"id\" > 99990 AND \"customer\" = 'customer 5' AND \"day\" >= '2024-01-01'" "$SERVER/log"
    grep -qF 'COPY (SELECT "amount" FROM "orders")' "$SERVER/log"
}

@test "a condition that the server understands in another way than the engine leaves out no row" {
    use_shop
    sql "CREATE TYPE two AS (a int, b text); CREATE TABLE unlike AS SELECT * FROM (VALUES (ROW(1, NULL)::two, '2024-1-1',
        DATE '2024-01-01'), (ROW(NULL, NULL)::two, '2024-01-01', NULL), (NULL, '2024-02-01', NULL)) v(pair, word, day)"
    pipeline p <<'END'
SOURCE s FROM 'shop' OPTIONS {"table": "unlike"};
LOAD s INTO composites WHERE pair IS NOT NULL;
LOAD s INTO nulls WHERE pair IS NULL;
LOAD s INTO dates WHERE word = DATE '2024-01-01';
LOAD s INTO days WHERE day >= '0000-01-01' AND day < TIMESTAMP '2024-01-01 24:00:00';
END
    sqlflow run
    equal "2,1,2,1" "$(rows 'SELECT (SELECT count(*) FROM composites), (SELECT count(*) FROM nulls),
        (SELECT count(*) FROM dates), (SELECT count(*) FROM days)')"
}

@test "a query has its parameters bound" {
    use_shop
    pipeline p <<'END'
SOURCE q FROM 'shop' OPTIONS {"query": "SELECT id, $2::text AS word FROM orders WHERE id <= $1::int;",
    "params": ["3", "it's \\ ; DROP TABLE orders"], "columns": ["word", "id"]};
LOAD q INTO t;
END
    sqlflow run
    equal "3,6" "$(rows 'SELECT count(*), sum(id) FROM t')"
    equal "it's \\ ; DROP TABLE orders" "$(rows 'SELECT DISTINCT word FROM t')"
    equal 100000 "$(sql 'SELECT count(*) FROM orders')"
}

@test "a large table is read in parts, all of one moment" {
    use_shop
    pipeline p <<'END'
SOURCE orders FROM 'shop' OPTIONS {"table": "orders", "partitions": 3};
LOAD orders INTO t;
END
    sqlflow run
    equal "100000,5000050000" "$(rows 'SELECT count(DISTINCT id), sum(id) FROM t')"
    grep -qF "SET TRANSACTION SNAPSHOT" "$SERVER/log"
    grep -qF "ctid >= " "$SERVER/log"
}

# exported OPTIONS: writes the rows (1, 'new'), (3, 'new') to the table `target`
exported() {
    pipeline p <<END
EXPORT (SELECT * FROM (VALUES (1, 'new'), (3, 'new')) v(id, word)) TO 'shop/target' OPTIONS $1;
END
    run sqlflow run
}

@test "modes replace, append, upsert; create" {
    use_shop
    sql 'DROP TABLE IF EXISTS target'
    exported '{"create": "never"}'
    equal 1 "$status"
    has "$output" 'there is no table "target"'
    exported '{"mode": "upsert", "keys": ["id"]}'
    equal 0 "$status"
    sql "UPDATE target SET word = 'old'; INSERT INTO target VALUES (2, 'old')"
    exported '{"mode": "upsert", "keys": ["id"]}'
    equal "1new 2old 3new" "$(sql "SELECT string_agg(id || word, ' ' ORDER BY id) FROM target")"
    sql "GRANT SELECT ON target TO poor; DELETE FROM target WHERE id <> 2"
    exported '{"mode": "append"}'
    equal "1new 2old 3new" "$(sql "SELECT string_agg(id || word, ' ' ORDER BY id) FROM target")"
    exported '{}'
    equal "1new 3new" "$(sql "SELECT string_agg(id || word, ' ' ORDER BY id) FROM target")"
    equal t "$(sql "SELECT has_table_privilege('poor', 'target', 'SELECT')")"
    exported '{"mode": "append"}'
    equal 1 "$status"
    has "$output" 'duplicate key value violates unique constraint "target_pkey"'
    equal "1new 3new" "$(sql "SELECT string_agg(id || word, ' ' ORDER BY id) FROM target")"
    exported '{"create": "always", "pre_sql": "SELECT 1", "post_sql": "CREATE INDEX by_word ON target (word)"}'
    equal f "$(sql "SELECT has_table_privilege('poor', 'target', 'SELECT')")"
    equal by_word "$(sql "SELECT indexname FROM pg_indexes WHERE tablename = 'target'")"
    exported '{"mode": "upsert"}'
    has "$output" "mode upsert needs 'keys'"
}

@test "what would lose digits is refused, with the way out" {
    use_shop
    sql 'CREATE TABLE narrow (a numeric(5,1), b smallint, c date, d timestamp(0), e text, f int4, g bit(2))'
    pipeline p <<'END'
EXPORT (SELECT 1.25 AS a) TO 'shop/narrow';
EXPORT (SELECT 1.5::DOUBLE AS b) TO 'shop/narrow' OPTIONS {"table": "narrow"};
END
    try() {
        pipeline p <<<"EXPORT (SELECT $1) TO 'shop/narrow';"
        run sqlflow run
        equal 1 "$status"
        has "$output" "$2"
    }
    try "1.25::DECIMAL(5,2) AS a" "comes as numeric(5,2) and the table \"narrow\" has numeric(5,1)"
    try "1.5::DOUBLE AS b" "has smallint, which doesn't hold all its values exactly: write a CAST"
    try "70000::BIGINT AS b" "smallint out of range"
    try "'x' AS c" "comes as text"
    try "TIMESTAMP '2024-01-01' AS d" "timestamp(0)"
    try "{'a': 1} AS e" "column 'e' has a type without an exact counterpart at the server"
    try "TIMETZ '10:00:00+01' AS e" "CAST(e AS VARCHAR)"
    try "'101' AS g" "bit string length 3 does not match type bit(2)"
    try "1 AS nowhere" "has no column 'nowhere'"
    pipeline p <<<"EXPORT (SELECT 7::BIGINT AS b, 8 AS a, 'x' AS e, '10' AS g) TO 'shop/narrow';"
    sqlflow run
    equal "8.0|7||||" "$(sql 'SELECT a, b, c, d, f, NULL FROM narrow')"
}

@test "what a type of the other side can't hold is refused, and the message says what to write" {
    use_shop
    try() { # QUERY-OF-THE-SERVER MESSAGE
        pipeline p <<<"SOURCE s FROM 'shop' OPTIONS {\"query\": \"SELECT $1 AS v\"}; LOAD s INTO t;"
        run sqlflow run
        equal 1 "$status"
        has "$output" "column 'v': $2"
    }
    try "'NaN'::numeric(9,2)" "NaN or an infinity, which a DECIMAL hasn't: read the column as text (column::text)"
    try "INTERVAL '3000000 hours'" "an interval of more than 290 years in hours: read the column as text"
    try "TIMESTAMP '294276-12-31'" "a moment behind the year 294246: read the column as text"
    put() { # VALUE MESSAGE
        pipeline p <<<"EXPORT (SELECT $1 AS v) TO 'shop/refusing' OPTIONS {\"create\": \"always\"};"
        run sqlflow run
        equal 1 "$status"
        has "$output" "$2"
    }
    for value in "MAP {'a': 1}" "[[1]]" "TIMESTAMP_NS '2024-01-01 00:00:00.000000001'" "'101'::BIT" "union_value(n := 1)"; do
        put "$value" "column 'v' has a type without an exact counterpart at the server"
    done
    put "TIMESTAMP '5000-01-01 (BC)'" "timestamp out of range"
    put "TIMESTAMP '290300-01-01 (BC)'" "timestamp out of range"
    put "DATE '5877642-06-25 (BC)'" "date out of range"
    put "[to_hours(3000000)]" "an interval of more than 290 years in hours can't be handed over exactly"
    put "'a' || chr(0)" "invalid byte sequence"
    equal 0 "$(sql "SELECT count(*) FROM pg_class WHERE relname = 'refusing'")"
}

@test "what pre_sql and post_sql do can't end the transaction of an export" {
    use_shop
    sql "CREATE TABLE whole AS SELECT 7 AS i"
    try() { # OPTIONS MESSAGE
        pipeline p <<<"EXPORT (SELECT 8 AS i) TO 'shop/whole' OPTIONS {$1};"
        run timeout 20 sqlflow run
        equal 1 "$status"
        has "$output" "$2"
        equal 7 "$(sql 'SELECT i FROM whole')"
    }
    try '"pre_sql": "COMMIT; BEGIN"' "'pre_sql' ends the transaction"
    try '"pre_sql": "ROLLBACK"' "'pre_sql' ends the transaction"
    try '"post_sql": "ROLLBACK"' "'post_sql' ends the transaction"
    try '"pre_sql": "COPY (SELECT 1) TO STDOUT"' "COPY FROM STDIN and COPY TO STDOUT can't stand here"
    try '"post_sql": "COPY whole FROM STDIN"' "COPY FROM STDIN and COPY TO STDOUT can't stand here"
}

@test "a table with columns of the server's own, names in two cases, and a trigger" {
    use_shop
    sql "CREATE TABLE own (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"Word\" text, twice int GENERATED ALWAYS AS
            (length(\"Word\") * 2) STORED);
        CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE WHEN NEW.id < 9 THEN NEW END; END';
        CREATE TRIGGER leave_out BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION leave_out()"
    try() { # QUERY OPTIONS MESSAGE
        pipeline p <<<"EXPORT ($1) TO 'shop/own' OPTIONS {$2};"
        run sqlflow run
        has "$output" "$3"
    }
    try 'SELECT 5 AS id, $$abc$$ AS word' '"mode": "append"' "has no column 'word', but one called 'Word'"
    try 'SELECT 5 AS id, 6 AS twice' '"mode": "append"' "the server itself makes the values of column 'twice'"
    try 'SELECT 5 AS id, $$abc$$ AS "Word"' '"mode": "append"' "ok "
    try 'SELECT i AS id, $$new$$ AS "Word" FROM range(4, 11) r(i)' '"mode": "upsert", "keys": ["id"]' "of 7 rows the server counts 5 as written"
    long=$(printf 'x%.0s' {1..64})
    sql "CREATE TABLE ${long:1} (id int)"
    try 'SELECT 1 AS id' "\"table\": \"$long\", \"create\": \"always\"" "has 64 bytes, and the server cuts it behind 63"
    try "SELECT 1 AS $long" '"create": "always"' "has 64 bytes, and the server cuts it behind 63"
    equal "4new6 5new6 6new6 7new6 8new6" "$(sql "SELECT string_agg(id || \"Word\" || twice, ' ' ORDER BY id) FROM own")"
}

@test "views, tables with policies, domains and arrays are written, too" {
    use_shop
    sql "CREATE TABLE below (i int PRIMARY KEY, word text); CREATE VIEW above AS SELECT * FROM below; CREATE TABLE bare ();
        CREATE TABLE guarded_rows (i int, who text); ALTER TABLE guarded_rows ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON guarded_rows USING (who = current_user); GRANT ALL ON guarded_rows TO poor;
        CREATE DOMAIN small AS numeric(5,1); CREATE DOMAIN smaller AS small CHECK (VALUE > 0); CREATE DOMAIN ids AS int[];
        CREATE TABLE domains (a smaller, b ids, c varchar(4)[], d numeric(6,2)[])"
    try() { # TABLE QUERY OPTIONS MESSAGE
        pipeline p <<<"EXPORT ($2) TO 'shop/$1' OPTIONS {$3};"
        run sqlflow run
        has "$output" "$4"
    }
    try above "SELECT 1 AS i, 'a' AS word" '"mode": "append"' "ok "
    try above "SELECT 2 AS i, 'b' AS word" '' "ok "
    equal "2|b" "$(sql 'SELECT * FROM below')"
    try guarded_rows "SELECT 1 AS i, 'poor' AS who" '"user": "poor", "mode": "append"' "ok "
    try guarded_rows "SELECT 1 AS i, 'rich' AS who" '"user": "poor", "mode": "append"' "violates row-level security policy"
    equal "1|poor" "$(sql 'SELECT * FROM guarded_rows')"
    try bare "SELECT 1 AS i" '' "the table \"bare\" has no column 'i'"
    try domains "SELECT 1.5 AS a, [1, NULL] AS b, ['x'] AS c, [1.5, NULL] AS d" '"pre_sql": "", "post_sql": " ; "' "ok "
    equal "1.5|{1,NULL}|{x}|{1.50,NULL}" "$(sql 'SELECT * FROM domains')"
    try domains "SELECT '{{a,b}}' AS c" '' "ok "
    equal "{{a,b}}" "$(sql 'SELECT c FROM domains')"
    try domains "SELECT 1.55 AS a" '' "comes as numeric(3,2) and the table \"domains\" has smaller"
    try domains "SELECT '{1.555}' AS d" '' "comes as text and the table \"domains\" has numeric(6,2)[]"
    try domains "SELECT [1.555] AS d" '' "comes as numeric(4,3)[] and the table \"domains\" has numeric(6,2)[]"
    try domains "SELECT -1.0 AS a" '' "violates check constraint \"smaller_check\""
}

@test "texts that the server would cut or round, and keys by which no row is found, are refused" {
    use_shop
    sql "CREATE TABLE cutting (v varchar(3), c char(3), va varchar(3)[], m money, tz timetz, iv interval, o oid, ch \"char\", r tsrange);
        CREATE TABLE found (k int, l text, w text); CREATE UNIQUE INDEX ON found (k, l) WHERE w = 'x';
        CREATE UNIQUE INDEX ON found (k) INCLUDE (l); CREATE TABLE slow_key (k int UNIQUE DEFERRABLE)"
    try() { # TABLE QUERY OPTIONS MESSAGE
        pipeline p <<<"EXPORT ($2) TO 'shop/$1' OPTIONS {$3};"
        run sqlflow run
        has "$output" "$4"
    }
    try cutting "SELECT 'äb    ' AS v" '' "value too long for type character varying(3)"
    try cutting "SELECT 'äb  ' AS c" '' "value too long for type character(3)"
    try cutting "SELECT ['x', 'äb  '] AS va" '' "value too long for type character varying(3)"
    try cutting "SELECT unnest(['1.50', '1.239']) AS m" '' "column 'm': money of the server doesn't hold '1.239' exactly"
    try cutting "SELECT '10:00:00.1234567+01' AS tz" '' "with time zone of the server doesn't hold '10:00"
    try cutting "SELECT '1.00000049 s' AS iv" '' "interval of the server doesn't hold"
    try cutting "SELECT '-1' AS o" '' "oid of the server doesn't hold '-1'"
    try cutting "SELECT 'ab' AS ch" '' "\"char\" of the server doesn't hold 'ab'"
    try cutting "SELECT '[2024-01-01 00:00:00.1234567,)' AS r" '' "tsrange of the server doesn't hold"
    equal 0 "$(sql 'SELECT count(*) FROM cutting')"
    try cutting "SELECT 'äbc' AS v, 'ä ' AS c, ['äb '] AS va, '1.500' AS m, '10:00:00.123456+01' AS tz, '1.5 s' AS iv, '7' AS o,
        '\\303' AS ch, '[2024-01-01,)' AS r" '' "ok "
    try found "SELECT unnest([1, 2, 2]) AS k, unnest(['a', 'b', 'b']) AS l" '"mode": "upsert", "keys": ["l", "k"]' \
        'has none on just ("k","l") that is for all rows and not deferrable: CREATE UNIQUE INDEX ON "found" ("k","l")'
    try slow_key "SELECT 1 AS k" '"mode": "upsert", "keys": ["k"]' 'has none on just ("k") that'
    try found "SELECT unnest([1, 2, 2]) AS k, unnest(['a', 'b', 'b']) AS l" '"mode": "upsert", "keys": ["k"]' \
        '2 rows have the same key, "k" = 2: leave one row of each in the query'
    equal 0 "$(sql 'SELECT count(*) FROM found')"
    try found "SELECT unnest([1, 2]) AS k, 'x' AS l" '"mode": "upsert", "keys": ["k", "k"]' "ok "
    equal 2 "$(sql 'SELECT count(*) FROM found')"
}

@test "of two runs at once that make a table, or replace it, the second finds what the first has left" {
    use_shop
    at_once() { # OPTIONS
        for project in one two; do
            mkdir -p $project/pipelines
            cp -r profiles $project
            echo "EXPORT (SELECT i::INT AS i FROM range(1000) r(i)) TO 'shop/at_once' OPTIONS {$1, \"post_sql\": \"SELECT pg_sleep(0.3)\"};" \
                >$project/pipelines/p.sf
            sqlflow -C $project run p 2>$project/printed &
        done
        wait -n
        wait -n
    }
    at_once '"mode": "upsert", "keys": ["i"]'
    equal 1000 "$(sql 'SELECT count(*) FROM at_once')"
    at_once '"swap": true'
    equal 1000 "$(sql 'SELECT count(*) FROM at_once')"
}

@test "names, rights and letters of the server: what can't be read is told, the rest is read" {
    use_shop
    sql "CREATE TABLE cased (\"Id\" int, id int, secret text); INSERT INTO cased VALUES (1, 2, 'x'); GRANT SELECT (id) ON cased TO poor"
    try() { # OPTIONS STATUS MESSAGE
        pipeline p <<<"SOURCE s FROM 'shop' OPTIONS $1; LOAD s INTO t;"
        run sqlflow run
        equal "$2" "$status"
        has "$output" "$3"
    }
    try '{"table": "cased"}' 1 "two columns are called 'id', in upper or lower case: give them names in a 'query'"
    try "{\"table\": \"$(printf 'x%.0s' {1..64})\"}" 1 "has 64 bytes, and the server cuts it behind 63"
    try "{\"table\": \"cased\", \"columns\": [\"id\", \"$(printf 'x%.0s' {1..64})\"]}" 1 "has 64 bytes, and the server cuts it behind 63"
    try '{"table": "cased", "user": "poor", "columns": ["id"]}' 0 "1 row"
    equal 2 "$(rows 'SELECT * FROM t')"
    sql "CREATE DATABASE latin TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'"
    PGDATABASE=latin PGCLIENTENCODING=UTF8 sql "CREATE TABLE words AS SELECT 'café' AS word"
    pipeline p <<'END'
SOURCE s FROM 'shop' OPTIONS {"table": "words", "database": "latin"};
LOAD s INTO found WHERE word = 'café';
LOAD s INTO missed WHERE word = '日本';
EXPORT (SELECT '日本' AS word) TO 'shop/words' OPTIONS {"database": "latin"};
END
    run sqlflow run
    equal "café,0" "$(rows 'SELECT max(word), (SELECT count(*) FROM missed) FROM found')"
    has "$output" 'has no equivalent in encoding "LATIN1"'
    sql 'DROP DATABASE latin'
}

@test "memory doesn't grow with the rows" {
    use_shop
    "$BATS_TEST_DIRNAME/memory" 200000
}

@test "an export that fails leaves the table as it was" {
    use_shop
    sql "CREATE TABLE kept AS SELECT 'as it was' AS word"
    pipeline p <<'END'
EXPORT (SELECT CASE WHEN i = 99999 THEN error('late') ELSE 'new' END AS word FROM range(100000) r(i)) TO 'shop/kept';
END
    run sqlflow run
    equal 1 "$status"
    has "$output" late
    equal "as it was" "$(sql 'FROM kept' 2>/dev/null || sql 'SELECT word FROM kept')"
}

@test "a connection that is lost after the COMMIT doesn't repeat the rows" {
    use_shop
    sql "CREATE TABLE once (i int)"
    "$ROOT/tests/services/postgres-proxy" "$PGPORT" 1 >port &
    proxy=$!
    until [[ -s port ]]; do sleep 0.02; done
    pipeline p <<END
EXPORT (SELECT i::INT AS i FROM range(10) r(i)) TO 'once' TYPE POSTGRES OPTIONS {"mode": "append", "port": $(cat port)};
END
    run sqlflow run
    kill "$proxy"
    equal 0 "$status"
    has "$output" "the rows were there already"
    equal 10 "$(sql 'SELECT count(*) FROM once')"
    equal 10 "$(sql "SELECT rows FROM sqlflow.exports WHERE token LIKE '% export_postgres_once %'")"
}

@test "failures have their kind: what can't be mended is not tried again" {
    use_shop
    try() { # OPTIONS MESSAGE TRIES
        pipeline p <<<"SOURCE s FROM 'shop' OPTIONS $1; LOAD s INTO t OPTIONS {\"retries\": 1};"
        run --separate-stderr sqlflow run --json
        equal 1 "$status"
        has "$output" "$2"
        equal "$3" "$(json 'max(s["tries"] for r in d["runs"] for s in r["steps"])' <<<"$output")"
    }
    try '{"table": "nowhere"}' 'relation \"nowhere\" does not exist' 1
    try '{"table": "hidden", "user": "poor"}' 'permission denied for table hidden' 1
    try '{"table": "orders", "user": "guarded", "password": "wrong"}' 'password authentication failed' 1
    try '{"table": "orders", "database": "nowhere"}' 'database \"nowhere\" does not exist' 1
    try '{"query": "SELECT pg_sleep(9)", "options": "-c statement_timeout=50ms"}' 'statement timeout' 1
    try '{"query": "SELECT 1/(id-5) FROM orders"}' 'division by zero' 1
    try '{"table": "orders", "port": 1}' 'refused' 2
    try '{"table": "orders", "user": "guarded"}' "no password supplied: it comes from the option 'password', PGPASSWORD or .pgpass" 1
    try '{"table": "orders", "service": "nowhere"}' 'definition of service \"nowhere\" not found' 1
    try '{"table": "orders", "connection": "postgresql://shop:s3cr3t@xyz@127.0.0.1/shop"}' 'in its password @ is written %40' 1
}

@test "an interrupt ends what the server does" {
    use_shop
    pipeline p <<'END'
SOURCE s FROM 'shop' OPTIONS {"query": "SELECT pg_sleep(30)::text AS x"};
LOAD s INTO t;
END
    sqlflow run 2>log &
    pid=$!
    for _ in {1..50}; do
        [[ $(sql "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY (SELECT%pg_sleep(30)%' AND state = 'active'") == 1 ]] && break
        sleep 0.1
    done
    SECONDS=0
    kill -TERM "$pid" # a shell lets its jobs ignore SIGINT
    status=0
    wait "$pid" || status=$?
    equal 143 "$status"
    ((SECONDS < 5))
    sleep 0.3
    equal 0 "$(sql "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()")"
}

@test "what is not wanted any more is ended at the server, also while it makes the next row" {
    use_shop
    pipeline p <<'END'
SOURCE s FROM 'shop' OPTIONS {"query": "SELECT i::text AS t FROM generate_series(1, 5000) i UNION ALL SELECT pg_sleep(300)::text"};
EXPORT SELECT * FROM s LIMIT 5 TO 'few.csv';
END
    SECONDS=0
    sqlflow run
    ((SECONDS < 30))
    equal 6 "$(wc -l <few.csv)"
    is_ended() { [[ $(sql "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(300)%' AND pid <> pg_backend_pid()") == 0 ]]; }
    eventually is_ended
}

@test "connect test and discover" {
    use_shop
    sqlflow connect test shop
    run sqlflow connect discover shop --output csv
    has "$output" "table,orders,"
    hasnt "$output" "exports"
    sql "CREATE SCHEMA \"s.t\"; CREATE TABLE \"s.t\".\"u\"\"v\" (i int); CREATE TABLE part_seen (a int, b int);
        GRANT SELECT (a) ON part_seen TO poor"
    has "$(sqlflow connect discover shop --output json)" '"name": "\"s.t\".\"u\"\"v\"", "detail": "i integer"'
    has "$(PGUSER=poor sqlflow connect discover shop --output csv)" "table,part_seen,a integer"
    PGPORT=1 run sqlflow connect test shop
    equal 1 "$status"
    has "$output" "refused"
}
