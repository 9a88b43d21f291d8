#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A server that follows another, and an address behind which there are several.
load common

setup_file() {
    export REPLICA=$SERVER-replica
    psql -qAt -c "CREATE TABLE followed AS SELECT i FROM generate_series(1, 50000) i; CREATE TABLE other AS SELECT 1 AS i"
    "$(dirname "$BATS_TEST_DIRNAME")/services/postgres" replica "$REPLICA" "$SERVER"
}

teardown_file() {
    "$(dirname "$BATS_TEST_DIRNAME")/services/postgres" stop "$REPLICA"
    psql -qAt -c "DROP TABLE followed, other"
}

replica_port() {
    # shellcheck source=/dev/null
    (. "$REPLICA/env" && echo "$PGPORT")
}

# read_both PORT OPTIONS: loads both tables, one after the other
read_both() {
    pipeline p <<END
SOURCE a FROM 'shop' OPTIONS {"table": "followed", "port": $1$2};
SOURCE b FROM 'shop' OPTIONS {"table": "other", "port": $1};
LOAD a INTO t;
LOAD b INTO u;
END
    run sqlflow run --workers 1
    equal 0 "$status"
    equal "50000,1250025000,1" "$(rows 'SELECT count(*), sum(t.i), max(u.i) FROM t, u')"
}

@test "a replica is read at one moment, too" {
    use_shop
    read_both "$(replica_port)" ""
    hasnt "$output" "as of"
    pipeline q <<<"EXPORT t TO 'shop/new' OPTIONS {\"port\": $(replica_port)};"
    run sqlflow run q
    equal 1 "$status"
    has "$output" "read-only transaction"
}

@test "behind one address with several servers each table is read whole, and the run says at which moment" {
    use_shop
    "$ROOT/tests/services/postgres-proxy" "$PGPORT,$(replica_port)" 0 >port &
    until [[ -s port ]]; do sleep 0.02; done
    read_both "$(cat port)" ', "partitions": 3'
    has "$output" "followed is as of 20"
    has "$output" "a moment of its own; the others are as of 20"
    has "$output" "the server that answered doesn't know their snapshot"
}
