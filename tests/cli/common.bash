# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Loaded by all test files: a project of its own as current folder of each test.
bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
PATH=${TEST_BUILD:-$ROOT/build}:$PATH # TEST_BUILD: another build, such as the one with sanitizers

setup() {
    local name
    for name in ${!SQLFLOW_*}; do unset "$name"; done
    unset NO_COLOR
    export LC_ALL=C.UTF-8 TERM=xterm-256color
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p pipelines profiles data
    echo 'engines: {duckdb: {mode: persistent, path: target/dev.duckdb}}' >profiles/dev.yml
    printf 'id,name,amount\n1,one,10\n2,two,20\n3,three,30\n' >data/items.csv
}

# A test that fails in the middle leaves no process behind.
teardown() {
    end_jobs
}

end_jobs() {
    local process
    for process in $(jobs -p); do kill -KILL "$process" 2>/dev/null || true; done
}

# eventually COMMAND...: waits until it succeeds, up to a minute (a sanitizer on a busy machine takes its time)
eventually() {
    local end=$((SECONDS + 60))
    until "$@"; do
        ((SECONDS < end)) || {
            echo "not within a minute: $*"
            return 1
        }
        sleep 0.02
    done
}

# pipeline NAME <<END: pipelines/NAME.sf
pipeline() {
    mkdir -p "$(dirname "pipelines/$1.sf")"
    cat >"pipelines/$1.sf"
}

# rows SQL: from the project's database, as csv without its header line
rows() {
    sqlflow query --output csv "$1" | tail -n +2
}

# equal WANTED GOT, with both shown when they differ
equal() {
    [[ $1 == "$2" ]] || {
        printf 'wanted: %s\ngot:    %s\n' "$1" "$2"
        return 1
    }
}

# has TEXT PART
has() {
    [[ $1 == *"$2"* ]] || {
        printf 'not found: %s\nin:\n%s\n' "$2" "$1"
        return 1
    }
}

hasnt() {
    [[ $1 != *"$2"* ]] || {
        printf 'found: %s\nin:\n%s\n' "$2" "$1"
        return 1
    }
}

# json EXPRESSION: of the document `d` on standard input
json() {
    python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}
