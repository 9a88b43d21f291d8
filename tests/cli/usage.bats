#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# How the program is called: flags, help, what it says to a wrong call.

load common

@test "without a command the help goes to stderr and the exit code is 2" {
    run --separate-stderr -2 sqlflow
    equal "" "$output"
    has "$stderr" "usage: sqlflow COMMAND"
}

@test "the version is one line" {
    run --separate-stderr -0 sqlflow --version
    [[ $output =~ ^sqlflow\ [0-9]+\.[0-9]+\.[0-9]+(\ \(.*\))?$ ]]
    equal "" "$stderr"
    equal "$output" "$(sqlflow version)"
    equal "$output" "$(sqlflow -V)"
}

@test "the versions of libraries are told with -v" {
    run -0 sqlflow version -v
    has "$output" "duckdb v1."
    has "$output" "glib 2."
    equal sqlflow.version/1 "$(sqlflow version --json | json 'd["format"]')"
    equal "duckdb glib jansson libyaml zlib zstd" "$(sqlflow version -v --json | json '" ".join(d["libraries"])')"
}

@test "version and compile don't load the engine's library" {
    echo 'SELECT 1' | pipeline one
    LD_DEBUG=libs run sqlflow --version
    hasnt "$output" libduckdb
    LD_DEBUG=libs run sqlflow compile
    hasnt "$output" libduckdb
    LD_DEBUG=libs run sqlflow run
    has "$output" libduckdb
}

@test "help fits a screen, lists every command" {
    run --separate-stderr -0 sqlflow help
    ((${#lines[@]} <= 30))
    for command in init run retry state compile validate list status describe viz lineage docs query show fmt explain completion version help; do
        has "$output" "  $command "
    done
    equal "$output" "$(sqlflow --help)"
    equal "" "$(grep -E '.{81}' <<<"$output")"
}

@test "the flags of every command are named in the help and told by help flags" {
    run --separate-stderr -0 sqlflow help
    has "$output" "-p/--profile --var --vars"
    run --separate-stderr -0 sqlflow help flags
    has "$output" "-p, --profile NAME"
    has "$output" "--log-format text|json"
}

@test "help of each command fits a screen and has an example" {
    for command in init run retry state compile validate list status describe viz lineage docs query show fmt explain completion version help; do
        run --separate-stderr -0 sqlflow "$command" --help
        ((${#lines[@]} <= 30))
        has "$output" "  sqlflow $command"
        equal "$output" "$(sqlflow help "$command")"
    done
}

@test "an unknown command gets the nearest name" {
    run --separate-stderr -2 sqlflow complie
    has "$stderr" "unknown command 'complie'"
    has "$stderr" "did you mean 'compile'?"
}

@test "an unknown flag gets the nearest name" {
    run --separate-stderr -2 sqlflow run --worker=3
    has "$stderr" "unknown flag --worker for 'run'"
    has "$stderr" "did you mean '--workers'?"
    run --separate-stderr -2 sqlflow run -Z
    has "$stderr" "unknown flag -Z"
}

@test "a flag of another command says so" {
    run --separate-stderr -2 sqlflow list --workers 3
    has "$stderr" "'list' has no flag --workers"
}

@test "values of flags are checked" {
    run --separate-stderr -2 sqlflow run --workers many
    has "$stderr" "--workers wants a whole number from 1 on, not 'many'"
    run --separate-stderr -2 sqlflow run --workers 0
    has "$stderr" "--workers"
    run --separate-stderr -2 sqlflow run --wait-lock soon
    has "$stderr" "30s"
    run --separate-stderr -2 sqlflow query x --output cvs
    has "$stderr" "there is: table, csv, json, markdown"
    has "$stderr" "did you mean 'csv'?"
    run --separate-stderr -2 sqlflow run --workers
    has "$stderr" "issing argument for --workers"
    run --separate-stderr -2 sqlflow run --dry-run=yes
    has "$stderr" "--dry-run takes no value"
}

@test "too many and too few arguments" {
    run --separate-stderr -2 sqlflow run one two
    has "$stderr" "'two' is one argument too many for 'run'"
    run --separate-stderr -2 sqlflow query
    has "$stderr" "'query' wants \"SQL\""
}

@test "every flag has a twin in the environment, and the flag wins" {
    echo 'SELECT 1 AS a' | pipeline one
    SQLFLOW_OUTPUT=csv run --separate-stderr -0 sqlflow run -q
    equal $'a\n1' "$output"
    SQLFLOW_OUTPUT=csv run --separate-stderr -0 sqlflow run -q --output markdown
    has "$output" '| a |'
    SQLFLOW_QUIET=1 run --separate-stderr -0 sqlflow run
    equal "" "$stderr"
    SQLFLOW_QUIET=maybe run --separate-stderr -2 sqlflow run
    has "$stderr" "SQLFLOW_QUIET wants true or false"
    SQLFLOW_WORKERS=x run --separate-stderr -2 sqlflow run
    has "$stderr" "SQLFLOW_WORKERS wants a whole number"
    cd /
    SQLFLOW_PROJECT=$BATS_TEST_TMPDIR run --separate-stderr -0 sqlflow list --json
    equal one "$(json 'd["pipelines"][0]["name"]' <<<"$output")"
}

@test "pipeline is a silent group word" {
    echo 'SELECT ${x:literal} AS a' | pipeline one
    run --separate-stderr -0 sqlflow pipeline run one --variables '{"x": 1}' -p dev --output csv
    equal $'a\n1' "$output"
    run -0 sqlflow pipeline list
    run -0 sqlflow pipeline compile one --vars '{"x": 1}'
    run -0 sqlflow pipeline validate one --vars '{"x": 1}'
    run --separate-stderr -2 sqlflow pipeline query x
    has "$stderr" "unknown command 'pipeline query'"
    run -2 sqlflow pipeline
}

@test "flags of every command may stand before it" {
    echo 'SELECT 1 AS a' | pipeline one
    cd /
    run --separate-stderr -0 sqlflow -C "$BATS_TEST_TMPDIR" -q run --output csv
    equal $'a\n1' "$output"
}

@test "what cannot be written to stdout is a failure" {
    run --separate-stderr -1 bash -c 'sqlflow help codes >/dev/full'
    has "$stderr" "standard output"
}

@test "a crash says that it is our bug and ends with 3" {
    [[ -z ${TEST_BUILD-} ]] || skip "a sanitizer reports crashes itself"
    pipeline one <<<'SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3'
    sqlflow run -q 2>crash &
    local process=$!
    sleep 1
    kill -SEGV "$process"
    run wait "$process"
    local code=0
    wait "$process" || code=$?
    equal 3 "$code"
    has "$(cat crash)" "bug in sqlflow"
}
