# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # ${x} is SQLFlow's; run sets status
# For tests of HTTP APIs: a server process that does what it is told (tests/services/http), and how it is told.
load ../cli/common
load ../cli/background

setup_file() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export SERVER=$root/build/test-rest-$$
    "$root/tests/services/http" start "$SERVER"
}

teardown_file() {
    "$(dirname "$BATS_TEST_DIRNAME")/services/http" stop "$SERVER"
}

# As each test's project begins: nothing has arrived, nothing is ordered, a connector of the profile.
use_api() {
    # shellcheck source=/dev/null
    . "$SERVER/env"
    curl -sS "$HTTP_URL/_forget" >/dev/null
    cat >profiles/dev.yml <<'END'
engines: {duckdb: {mode: persistent, path: target/dev.duckdb}}
execution: {retry_delay: 10ms}
connectors:
  api: {type: rest, params: {base_url: "${HTTP_URL}"}}
END
}

# order PATH ACTIONS: what the server does with the next requests to it
order() {
    curl -sS -d "{\"path\": \"$1\", \"do\": [$2]}" "$HTTP_URL/_order" >/dev/null
}

# arrived EXPRESSION: of the list `a` of all requests; `at(PATH)` are those to it, `away` those to the other origin
arrived() {
    curl -sS "$HTTP_URL/_log" | python3 -c '
import json, os, sys
a = [json.loads(line) for line in sys.stdin]
def at(path):
    return [r for r in a if r["path"] == path]
away = [r for r in a if os.environ["HTTP_OTHER"].endswith(str(r["port"]))]
def rows(r):
    return json.loads(r["body"])
def key(r):
    return r["headers"]["idempotency-key"]
print(*eval(sys.argv[1]))' "($1,)"
}

# until_arrived COUNT: so many requests
until_arrived() {
    for _ in {1..200}; do
        (($(curl -sS "$HTTP_URL/_log" | wc -l) < $1)) || return 0
        sleep 0.02
    done
    return 1
}

# source_is PATH [OPTIONS]: loads it into the table t
source_is() {
    pipeline p <<END
SOURCE s FROM 'api' OPTIONS {"path": "$1"${2:+, $2}};
LOAD s INTO t;
END
    run sqlflow run
}

# export_is [OPTIONS]: 25 rows in order, to /in
export_is() {
    pipeline p <<END
EXPORT (SELECT i AS id, 'n' || i AS name FROM range(1, 26) r(i) ORDER BY i) TO 'api/in' OPTIONS {"batch_size": 10${1:+, $1}};
END
    run sqlflow run
}
