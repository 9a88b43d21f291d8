# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests with a PostgreSQL server share; SERVER is its folder.
load ../cli/common

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
