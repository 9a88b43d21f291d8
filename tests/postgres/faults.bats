#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # $1 is the server's
# What goes wrong at the server, while it is read and written: tried again or told, and the target as it was.
load common

setup_file() {
    own_server faults
}

teardown_file() {
    "$ROOT/tests/services/postgres" stop "$SERVER"
}

# backend PATTERN: pids of connections that are busy with such a statement
backend() {
    sql "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '$1' AND pid <> pg_backend_pid()" 2>/dev/null
}

is_busy() {
    [[ -n $(backend "$1") ]]
}

# killed PATTERN: ends the server's process that is busy with it, as the system would when memory is short
killed() {
    eventually is_busy "$1"
    kill -KILL "$(backend "$1")"
}

# hold: takes a lock that ends with its connection, as when the server is killed
hold() {
    psql -qAt -c "SELECT pg_advisory_lock(7), pg_sleep(60)" >/dev/null 2>&1 &
    is_locked() { [[ $(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == 1 ]]; }
    eventually is_locked
}

@test "a server that is killed in the middle of reading is read again from the start" {
    use_shop
    pipeline p <<'END'
SOURCE s FROM 'shop' OPTIONS {"query": "SELECT i, CASE WHEN i = 50000 THEN pg_advisory_xact_lock_shared(7)::text END AS w FROM generate_series(1, 100000) i"};
LOAD s INTO t OPTIONS {"retries": 20, "retry_delay": "200ms"};
END
    hold
    sqlflow run 2>printed &
    run_pid=$!
    killed 'COPY%generate_series%'
    wait "$run_pid"
    equal "100000,100000,5000050000" "$(rows 'SELECT count(*), count(DISTINCT i), sum(i) FROM t')"
    grep -q "wait  load_t" printed
}

@test "a server that is killed in the middle of writing is written again, once; without a retry the table is as it was" {
    use_shop
    sql "CREATE TABLE kept_once (i int); INSERT INTO kept_once VALUES (0)"
    sql "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW; END';
        CREATE TRIGGER wait BEFORE INSERT ON kept_once FOR EACH ROW WHEN (NEW.i = 30000) EXECUTE FUNCTION wait()"
    hold
    pipeline p <<'END'
EXPORT (SELECT i::INT AS i FROM range(60000) r(i)) TO 'shop/kept_once' OPTIONS {"retries": 0};
END
    sqlflow run 2>printed &
    run_pid=$!
    killed 'COPY "kept_once"%'
    status=0
    wait "$run_pid" || status=$?
    equal 1 "$status"
    eventually sql "SELECT 1"
    equal 0 "$(sql 'SELECT string_agg(i::text, $$ $$) FROM kept_once')"
    equal transient "$(json '[s["error"]["kind"] for s in d["steps"] if "error" in s][0]' <target/run/latest/run_results.json)"
    hold
    sed -i 's/"retries": 0/"retries": 20, "retry_delay": "200ms"/' pipelines/p.sf
    sqlflow run 2>printed &
    run_pid=$!
    killed 'COPY "kept_once"%'
    wait "$run_pid"
    equal "60000|60000" "$(sql 'SELECT count(*), count(DISTINCT i) FROM kept_once')"
}

@test "a server that is away for a while is waited for" {
    use_shop
    "$ROOT/tests/services/postgres" kill "$SERVER"
    pipeline p <<'END'
SOURCE s FROM 'shop' OPTIONS {"table": "orders"};
LOAD s INTO t OPTIONS {"retries": 50, "retry_delay": "100ms"};
END
    sqlflow run 2>printed &
    run_pid=$!
    eventually grep -q refused printed
    "$ROOT/tests/services/postgres" again "$SERVER"
    wait "$run_pid"
    equal 100000 "$(rows 'SELECT count(*) FROM t')"
}

@test "a run that is killed between the commit there and its own journal repeats no row" {
    use_shop
    sql "CREATE TABLE appended (i int)"
    "$ROOT/tests/services/postgres-proxy" "$PGPORT" 1 stall >port &
    until [[ -s port ]]; do sleep 0.02; done
    pipeline p <<END
EXPORT (SELECT i::INT AS i FROM range(10) r(i)) TO 'appended' TYPE POSTGRES OPTIONS {"mode": "append", "port": $(cat port)};
END
    sqlflow run 2>printed &
    run_pid=$!
    is_there() { [[ $(sql 'SELECT count(*) FROM appended') == 10 ]]; }
    eventually is_there
    kill -KILL "$run_pid"
    wait "$run_pid" || true
    run sqlflow retry
    equal 0 "$status"
    has "$output" "the rows were there already"
    equal 10 "$(sql 'SELECT count(*) FROM appended')"
    run sqlflow run
    equal 0 "$status"
    equal 20 "$(sql 'SELECT count(*) FROM appended')"
}

@test "a deadlock is tried again" {
    use_shop
    # Each takes its first table, waits until the other waits for it or is gone, and asks for the other's; the one
    # that looks for deadlocks sooner is ended.
    sql "CREATE TABLE one (i int); CREATE TABLE two (i int);
        CREATE FUNCTION is_held(name text) RETURNS bool LANGUAGE sql VOLATILE AS 'SELECT EXISTS (SELECT FROM pg_locks WHERE
            relation = name::regclass AND mode = ''AccessExclusiveLock'' AND granted AND pid <> pg_backend_pid())';
        CREATE PROCEDURE wait_for_waiter() LANGUAGE plpgsql AS 'BEGIN WHILE is_held(''two'') AND NOT EXISTS (SELECT FROM
            pg_locks WHERE NOT granted) LOOP PERFORM pg_sleep(0.01); END LOOP; END';
        CREATE PROCEDURE wait_for_one() LANGUAGE plpgsql AS 'BEGIN WHILE NOT is_held(''one'') LOOP PERFORM
            pg_sleep(0.01); END LOOP; END'"
    pipeline p <<'END'
EXPORT (SELECT 1 AS i) TO 'shop/one' OPTIONS {"options": "-c deadlock_timeout=50ms", "retries": 5,
    "pre_sql": "LOCK TABLE one; CALL wait_for_waiter()", "post_sql": "LOCK TABLE two"};
END
    psql -qAt -c "SET deadlock_timeout = '60s'; BEGIN; LOCK TABLE two; CALL wait_for_one(); LOCK TABLE one; COMMIT" >/dev/null &
    is_waiting() { [[ $(sql "SELECT is_held('two')") == t ]]; }
    eventually is_waiting
    sqlflow run 2>printed
    grep -q "deadlock detected" printed
    equal 1 "$(sql 'SELECT count(*) FROM one')"
}

@test "what the server refuses leaves the target as it was, and is not tried again" {
    use_shop
    sql "CREATE TABLE refused AS SELECT 7 AS i; CREATE ROLE reader LOGIN; GRANT SELECT ON refused TO reader"
    try() { # OPTIONS CODE MESSAGE
        pipeline p <<<"EXPORT (SELECT i::INT AS i FROM range(1000) r(i)) TO 'shop/refused' OPTIONS $1;"
        run --separate-stderr sqlflow run --json
        equal 1 "$status"
        has "$output" "$3"
        equal "1 $2" "$(json '" ".join(str(x) for s in d["runs"][0]["steps"] for x in (s["tries"], s["error"]["code"]))' <<<"$output")"
        equal 7 "$(sql 'SELECT string_agg(i::text, $$ $$) FROM refused')"
    }
    try '{"options": "-c statement_timeout=100ms", "post_sql": "SELECT pg_sleep(9)"}' 57014 "statement timeout"
    try '{"user": "reader"}' 42501 "permission denied for table refused"
    try '{"mode": "append", "post_sql": "ALTER TABLE refused ADD CHECK (i < 999)"}' 23514 "is violated by some row"
    try '{"post_sql": "SELECT 1/0"}' 22012 "division by zero"
    try '{"user": "guarded", "password": "wrong"}' 28P01 "password authentication failed"
}

@test "readers don't wait for a replacement that swaps" {
    use_shop
    sql "CREATE TABLE swapped AS SELECT -1 AS i; CREATE VIEW over_it AS SELECT * FROM swapped"
    pipeline p <<'END'
EXPORT (SELECT i::INT AS i FROM range(1000) r(i)) TO 'shop/swapped' OPTIONS {"swap": true, "post_sql": "SELECT pg_sleep(1)"};
END
    sqlflow run 2>printed &
    run_pid=$!
    eventually is_busy '%pg_sleep(1)%'
    equal -1 "$(PGOPTIONS='-c statement_timeout=500ms' sql 'SELECT max(i) FROM over_it')"
    wait "$run_pid"
    equal "1000|999" "$(sql 'SELECT count(*), max(i) FROM over_it')"
    sed -i 's/"swap": true/"swap": true, "mode": "append"/' pipelines/p.sf
    run sqlflow run
    has "$output" "'swap' is for mode replace"
}

@test "TLS: the server is known by its certificate, or nothing is sent" {
    use_shop
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 \
        -keyout server.key -out server.crt 2>/dev/null
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout other.key -out other.crt 2>/dev/null
    install -m 600 server.key server.crt "$SERVER/data"
    ((EUID)) || chown postgres "$SERVER/data/server.key" "$SERVER/data/server.crt"
    sql "ALTER SYSTEM SET ssl = on"
    sql "SELECT pg_reload_conf()"
    try() { # OPTIONS STATUS MESSAGE
        pipeline p <<<"SOURCE s FROM 'shop' OPTIONS {\"query\": \"SELECT ssl::text, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()\", $1};
            LOAD s INTO t OPTIONS {\"retries\": 3};"
        run sqlflow run
        equal "$2" "$status"
        has "$output" "$3"
        hasnt "$output" "wait  load_t"
    }
    has_tls() { [[ $(PGSSLMODE=require sql 'SELECT 1' 2>/dev/null) == 1 ]]; }
    eventually has_tls
    try '"sslmode": "verify-full", "sslrootcert": "server.crt"' 0 ok
    equal true "$(rows 'SELECT ssl FROM t')"
    try '"sslmode": "verify-full", "sslrootcert": "other.crt"' 1 "certificate verify failed"
    try '"sslmode": "verify-full", "sslrootcert": "server.crt", "host": "localhost"' 1 'does not match host name "localhost"'
    try '"sslmode": "verify-ca", "sslrootcert": "nowhere.crt"' 1 'root certificate file "nowhere.crt" does not exist'
    try '"sslmode": "disable"' 0 ok
    equal "" "$(rows 'SELECT ssl FROM t WHERE ssl = $$true$$')"
    sql "ALTER SYSTEM SET ssl = off"
    sql "SELECT pg_reload_conf()"
    refuses_tls() { ! has_tls; }
    eventually refuses_tls
    try '"sslmode": "require"' 1 "does not support SSL"
}
