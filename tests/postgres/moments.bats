#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# At which moment the server is read: one for all sources that are ready together, and what is said where it isn't.
load common

setup_file() {
    own_server moments
}

teardown_file() {
    "$ROOT/tests/services/postgres" stop "$SERVER"
}

# tables: two that always have the same value
tables() {
    use_shop
    sql "DROP TABLE IF EXISTS left_side, right_side CASCADE; CREATE TABLE left_side AS SELECT 0 AS v;
        CREATE TABLE right_side AS SELECT 0 AS v"
}

# change: both tables, in one transaction each time, until the test ends
change() {
    while psql -qAt -c "BEGIN; UPDATE left_side SET v = v + 1; UPDATE right_side SET v = v + 1; COMMIT" >/dev/null 2>&1; do :; done &
}

@test "what is read in one run is of one moment, while others write" {
    tables
    pipeline p <<'END'
SOURCE l FROM 'shop' OPTIONS {"table": "left_side"};
SOURCE slow FROM 'shop' OPTIONS {"query": "SELECT v, pg_sleep(0.4)::text AS s FROM right_side"};
SOURCE r FROM 'shop' OPTIONS {"table": "right_side"};
LOAD l INTO a;
LOAD slow INTO b;
CREATE TABLE c AS SELECT v FROM r WHERE (SELECT count(*) FROM b) = 1;
END
    change
    sqlflow run --workers 1 2>printed
    end_jobs 2>/dev/null
    equal t "$(sql 'SELECT v > 5 FROM left_side')"
    equal true "$(rows 'SELECT a.v = b.v AND b.v = c.v AND a.v > 0 FROM a, b, c')"
    hasnt "$(cat printed)" "as of"
    equal 0 "$(sql "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")"
}

@test "what stands behind an export to the server is read afresh" {
    tables
    sql "CREATE VIEW doubled AS SELECT 2 * v AS v FROM right_side"
    pipeline p <<'END'
SOURCE l FROM 'shop' OPTIONS {"table": "left_side"};
SOURCE d FROM 'shop' OPTIONS {"query": "SELECT v FROM doubled"};
SOURCE e FROM 'shop' OPTIONS {"query": "SELECT v + 1 AS v FROM doubled"};
LOAD l INTO before;
EXPORT (SELECT v + 21 AS v FROM before) TO 'shop/right_side';
LOAD d INTO twice;
SELECT sum(v) AS more FROM e;
END
    before=$(wc -l <"$SERVER/log")
    equal "more 43" "$(sqlflow run --output csv 2>/dev/null | tr '\n' ' ' | sed 's/ $//')"
    equal 42 "$(rows 'SELECT v FROM twice')"
    equal 2 "$(grep -c "pg_export_snapshot" <(tail -n +"$((before + 1))" "$SERVER/log"))"
}

@test "a table is the same one however it is written: what reads it waits for the export above" {
    tables
    pipeline p <<'END'
SOURCE q FROM 'shop' OPTIONS {"table": "\"right_side\"", "schema": "public"};
EXPORT (SELECT 1 AS v, (SELECT count(*) FROM range(30000000)) AS c) TO 'shop/x' OPTIONS {"table": "right_side", "create": "always"};
LOAD q INTO t;
END
    sqlflow run --workers 2
    equal 1 "$(rows 'SELECT v FROM t')"
}

@test "when the snapshot is lost another is taken, and the run says which table is of which moment" {
    tables
    pipeline p <<'END'
SOURCE slow FROM 'shop' OPTIONS {"query": "SELECT v, pg_sleep(0.7)::text AS s FROM right_side"};
SOURCE l FROM 'shop' OPTIONS {"table": "left_side"};
LOAD slow INTO b;
LOAD l INTO a;
END
    sqlflow run --workers 1 2>printed &
    run_pid=$!
    reads() { [[ $(sql "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%pg_sleep(0.7)%' AND state = 'active'") == 1 ]]; }
    eventually reads
    equal t "$(sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'")"
    wait "$run_pid"
    grep -E "left_side is as of 20.*: the snapshot of 20.*, which others were read at, is lost" printed
    equal 1 "$(grep -c 'as of' printed)"
}

@test "after a retry the run says which table is of which run" {
    tables
    pipeline p <<'END'
SOURCE l FROM 'shop' OPTIONS {"table": "left_side"};
SOURCE r FROM 'shop' OPTIONS {"table": "right_side"};
LOAD l INTO a;
LOAD r INTO b WHERE 10 / v > 0;
END
    sql "ALTER TABLE right_side RENAME TO aside"
    run sqlflow run
    equal 1 "$status"
    sql "ALTER TABLE aside RENAME TO right_side"
    run sqlflow retry
    equal 0 "$status"
    has "$output" "b is as of this run, a as of the run before"
}
