# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# One server for all files of this folder; those that disturb what is connected have one of their own.
setup_suite() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export SERVER=$root/build/test-postgres-$$
    "$root/tests/services/postgres" start "$SERVER"
    # shellcheck source=/dev/null
    . "$SERVER/env"
    psql -q -v ON_ERROR_STOP=1 -f "$BATS_TEST_DIRNAME/types.sql"
    psql -q -v ON_ERROR_STOP=1 <<'END'
CREATE TABLE orders AS SELECT i AS id, 'customer ' || i % 10 AS customer, i * 1.25::numeric(12,2) AS amount,
    DATE '2024-01-01' + i % 365 AS day FROM generate_series(1, 100000) i;
CREATE ROLE guarded LOGIN PASSWORD 'hun''ter2 $x';
CREATE ROLE poor LOGIN;
CREATE TABLE hidden (a int);
GRANT SELECT ON orders TO guarded;
ALTER SYSTEM SET log_statement = 'all';
SELECT pg_reload_conf();
END
}

teardown_suite() {
    "$(dirname "$BATS_TEST_DIRNAME")/services/postgres" stop "$SERVER"
}
