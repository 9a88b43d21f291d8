#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# Where a variable's value comes from, and that it arrives as it was written.

load common

show() {
    sqlflow run -q --output csv "$@" | tail -n +2
}

@test "five levels: command line, profile, SET, environment, default" {
    echo "SELECT \${place:literal|default} AS x" | pipeline one
    equal default "$(show)"
    export place=environment
    equal environment "$(show)"
    echo 'place=dotenv' >.env
    equal dotenv "$(show)"
    printf "SET place = 'set';\nSELECT \${place:literal|default} AS x\n" | pipeline one
    equal set "$(show)"
    printf 'variables: {place: profile}\n' >>profiles/dev.yml
    equal profile "$(show)"
    equal vars "$(show --vars '{"place": "vars"}')"
    equal line "$(show --vars '{"place": "vars"}' --var place=line)"
    equal last "$(show --var place=line --var place=last)"
    equal twin "$(SQLFLOW_VAR=place=twin show)"
}

@test "values keep their text" {
    echo 'SELECT ${x:literal}::VARCHAR AS x' | pipeline one
    for value in 00501 1.10 123456789012345678901234567890 -5 1e5 "it's" 'a;b' '-- c' 'ä ö'; do
        equal "$value" "$(show --var "x=$value")"
    done
    equal 1.10 "$(show --vars '{"x": 1.10}')"
    equal 00501 "$(show --vars '{"x": "00501"}')"
    equal true "$(show --vars '{"x": true}')"
}

@test "a list from --vars fills IN (..)" {
    echo "SELECT count(*) AS n FROM (VALUES ('a'), ('b'), ('c')) t(x) WHERE x IN (\${list})" | pipeline one
    equal 2 "$(show --vars '{"list": ["a", "c"]}')"
}

@test "undefined variables are all listed with their places" {
    printf 'SELECT ${one:literal};\nSELECT ${two:literal};\n' | pipeline one
    run --separate-stderr -2 sqlflow run
    has "$stderr" "one.sf:1:8"
    has "$stderr" "one.sf:2:8"
}

@test "a value that nothing uses is a warning with the nearest name" {
    echo 'SELECT ${region:literal} AS x' | pipeline one
    run --separate-stderr -0 sqlflow run --var region=eu --var regoin=us
    has "$stderr" "warning: the variable 'regoin' is not used"
    has "$stderr" "did you mean 'region'?"
}

@test "wrong --var and --vars" {
    echo 'SELECT 1' | pipeline one
    run --separate-stderr -2 sqlflow run --var region
    has "$stderr" "--var wants NAME=VALUE, not 'region'"
    run --separate-stderr -2 sqlflow run --var 1x=2
    has "$stderr" "--var wants NAME=VALUE"
    run --separate-stderr -2 sqlflow run --vars '{"a": '
    has "$stderr" "--vars:1:"
    run --separate-stderr -2 sqlflow run --vars '{"a": {"b": 1}}'
    has "$stderr" "'a' in --vars"
    run --separate-stderr -2 sqlflow run --vars '{"a": 1} x'
    has "$stderr" "--vars:1:10"
}
