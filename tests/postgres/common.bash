# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests with a PostgreSQL server share; SERVER is its folder.
load ../cli/common

# own_server NAME: for a file whose tests disturb all that is connected; to be ended in its teardown_file
own_server() {
    export SERVER=$SERVER-$1
    "$ROOT/tests/services/postgres" start "$SERVER"
    # shellcheck source=/dev/null
    . "$SERVER/env"
    sql "CREATE ROLE guarded LOGIN PASSWORD 'hun''ter2 \$x'; CREATE TABLE orders AS SELECT i AS id FROM generate_series(1, 100000) i"
    sql "ALTER SYSTEM SET log_statement = 'all'"
    sql "SELECT pg_reload_conf()" >/dev/null
}

# As each test's project begins: a connector of the profile by the environment's PGHOST and its kin.
use_shop() {
    # shellcheck source=/dev/null
    . "$SERVER/env"
    cat >profiles/dev.yml <<'END'
engines: {duckdb: {mode: persistent, path: target/dev.duckdb}}
execution: {retry_delay: 10ms}
connectors:
  shop: {type: postgres}
END
}

# sql TEXT: rows of the server, unaligned
sql() {
    psql -qAt -v ON_ERROR_STOP=1 -c "$1"
}
