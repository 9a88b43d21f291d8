#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # $1 is the server's
# Through PgBouncer, whose clients share connections: each transaction may be on another one.
load common

setup_file() {
    export POOLER=$SERVER-pooler
    psql -qAt -c "CREATE TABLE pooled AS SELECT i, i * 1.5 AS n, 'row ' || i AS t FROM generate_series(1, 50000) i"
    "$(dirname "$BATS_TEST_DIRNAME")/services/pgbouncer" start "$POOLER" "$PGPORT"
}

teardown_file() {
    "$(dirname "$BATS_TEST_DIRNAME")/services/pgbouncer" stop "$POOLER"
    psql -qAt -c "DROP TABLE IF EXISTS pooled, pooled_out"
}

use_pooler() {
    use_shop
    PGPORT=$(cat "$POOLER/port")
    export PGPORT
}

# pooler SETTING: one of the test's own, with another setting
pooler() {
    use_shop
    "$ROOT/tests/services/pgbouncer" start "$PWD/pooler" "$PGPORT" "$1"
    PGPORT=$(cat pooler/port)
    export PGPORT
}

teardown() {
    "$ROOT/tests/services/pgbouncer" stop pooler
}

@test "tables, queries and exports go through a pooler of transactions, at one moment" {
    use_pooler
    pipeline p <<'END'
SOURCE a FROM 'shop' OPTIONS {"table": "pooled", "partitions": 3};
SOURCE b FROM 'shop' OPTIONS {"query": "SELECT i, $1::text AS w FROM pooled WHERE i <= $2::int", "params": ["x", "10"]};
LOAD a INTO t WHERE i > 10;
LOAD b INTO u;
EXPORT t TO 'shop/pooled_out' OPTIONS {"mode": "upsert", "keys": ["i"], "post_sql": "SELECT 1"};
EXPORT (SELECT i FROM u) TO 'shop/pooled_out' OPTIONS {"mode": "append"};
END
    for _ in 1 2; do
        run sqlflow run
        equal 0 "$status"
        hasnt "$output" "as of"
        equal "49990,10" "$(rows 'SELECT (SELECT count(*) FROM t), count(*) FROM u')"
        equal "50000|1250025000|49990" "$(sql 'SELECT count(*), sum(i), count(n) FROM pooled_out')"
        sql "DELETE FROM pooled_out WHERE i <= 10"
    done
}

@test "a pooler with a single connection is waited for no longer than connect_timeout; each table is of its own moment" {
    pooler "default_pool_size = 1"
    pipeline p <<'END'
SOURCE a FROM 'shop' OPTIONS {"table": "pooled", "partitions": 3, "connect_timeout": "500ms"};
LOAD a INTO t;
EXPORT t TO 'shop/pooled_out';
END
    run sqlflow run
    equal 0 "$status"
    has "$output" "pooled is as of 20"
    has "$output" "a pooler gave no connection beside the one that kept a snapshot"
    equal "50000" "$(rows 'SELECT count(DISTINCT i) FROM t')"
    equal "50000" "$(sql 'SELECT count(*) FROM pooled_out')"
}

@test "what a pooler doesn't take is told, and not tried again" {
    try() { # OPTIONS MESSAGE
        pipeline p <<<"SOURCE s FROM 'shop' OPTIONS {\"table\": \"pooled\"$1}; LOAD s INTO t OPTIONS {\"retries\": 2};"
        run sqlflow run
        equal 1 "$status"
        has "$output" "$2"
        hasnt "$output" "wait  load_t"
    }
    use_pooler
    try ', "options": "-c statement_timeout=60s"' "unsupported startup parameter"
    pooler "pool_mode = statement"
    try "" "transaction blocks not allowed in statement pooling mode"
}
