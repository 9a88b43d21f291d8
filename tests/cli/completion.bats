#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # bats sets stderr
# What shells are offered, and that they get it.

load common

# offers WORDS...: the candidates for the last of the words, without what they are
offers() {
    sqlflow completion words -- "$@" | cut -f1 | paste -sd' '
}

@test "commands are offered, with what they do" {
    equal "run" "$(offers ru)"
    has "$(sqlflow completion words -- ru)" $'run\tplan a pipeline'
    has " $(offers '') " " init "
    equal "run retry compile validate list" "$(offers pipeline '')"
    equal "" "$(offers nonsense '')"
}

@test "flags of the command and of every command are offered, refused ones aren't" {
    has " $(offers run --) " " --workers "
    has " $(offers run --) " " --profile "
    hasnt " $(offers viz --) " " --workers "
    equal "--minimal" "$(offers init --mi)"
    equal ":files" "$(offers run -- --wor)"
}

@test "values of flags are offered, also behind the equals sign" {
    echo 'variables: {}' >profiles/prod.yml
    equal "dev prod" "$(offers run -p '')"
    equal "--profile=prod" "$(offers run --profile=p)"
    equal "table csv json markdown" "$(offers query --output '')"
    equal ":folders" "$(offers run --project '')"
    equal ":files" "$(offers viz -o '')"
    equal "" "$(offers run --workers '')"
}

@test "pipelines, connectors, profiles and codes are offered" {
    echo 'SELECT 1' | pipeline orders
    echo 'SELECT 1' | pipeline sub/other
    equal "orders sub/other :files" "$(offers run '')"
    equal "" "$(offers run orders '')"
    equal "orders :files" "$(offers run --fail-fast -p dev or)"
    equal "csv" "$(offers describe connector c)"
    equal "dev" "$(offers describe profile '')"
    has "$(offers explain SF04)" SF0401
    equal "codes compile completion connect" "$(offers help co | tr ' ' '\n' | sort | paste -sd' ')"
    cd /
    equal "orders :files" "$(offers -C "$BATS_TEST_TMPDIR" run or)"
    equal "orders :files" "$(offers run "--project=$BATS_TEST_TMPDIR" or)"
}

@test "what plans and the profile name is offered: tables, steps, tags, connectors" {
    pipeline orders <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO raw_items;
CREATE TABLE "two words" OPTIONS {"tags": ["nightly"]} AS SELECT * FROM raw_items;
CREATE TABLE daily AS SELECT ${what} AS x FROM raw_items;
END
    echo 'CREATE TABLE other AS SELECT 1 AS x' | pipeline other
    cat >profiles/prod.yml <<'END'
variables: {what: 5}
connectors: {shop: {type: postgres}, files: {type: csv}}
END
    equal "daily" "$(offers --var what=5 show d)"
    equal "daily" "$(offers show -p prod d)"
    # Without a value for ${what} its pipeline has no plan.
    equal "other" "$(offers show '')"
    equal $'raw_items\ttable' "$(sqlflow completion words -- -p prod show r)"
    equal "daily" "$(offers -p prod state reset orders d)"
    equal "daily" "$(offers -p prod run orders --select d)"
    equal "raw_items,+daily" "$(offers -p prod run orders --select raw_items,+d)"
    equal "--exclude=tag:nightly" "$(offers -p prod run orders --exclude=ta)"
    equal "" "$(offers -p prod run other --select d)"
    equal "files shop" "$(offers connect test -p prod '' | tr ' ' '\n' | sort | paste -sd' ')"
    equal "discover" "$(offers connect d)"
    equal "serve" "$(offers docs '')"
    equal "daily" "$(offers lineage -p prod d)"
    equal "orders :files" "$(offers lineage -p prod daily or)"
    equal "postgres" "$(offers describe connector po)"
    # A project that can't be read offers nothing, and says nothing on standard output.
    echo 'connectors: [' >profiles/prod.yml
    equal "" "$(offers connect test -p prod '' 2>/dev/null)"
    [ ! -e target ]
}

# replies WORD...: what bash is given for the last of the words
replies() {
    COMP_WORDS=(sqlflow "$@")
    COMP_CWORD=$#
    _sqlflow
    echo "${COMPREPLY[*]}"
}

@test "bash completes" {
    compopt() { echo "compopt $*"; }
    # shellcheck disable=SC1090
    source <(sqlflow completion bash)
    equal "run" "$(replies ru)"
    equal "table csv json markdown" "$(replies query --output '')"
    # Bash hands --output=c over as three words.
    equal "csv" "$(replies query --output = c)"
    equal "table csv json markdown" "$(replies query --output =)"
    equal "compopt -o default" "$(replies run nonsense)"
    complete -p sqlflow
}

@test "fish completes" {
    command -v fish || skip "there is no fish"
    sqlflow completion fish >script
    equal $'run\tplan a pipeline and execute it' "$(fish -c 'source script; complete -C "sqlflow ru"')"
    equal "--output=csv" "$(fish -c 'source script; complete -C "sqlflow query --output=c"' | cut -f1)"
}

@test "zsh reads its script" {
    command -v zsh || skip "there is no zsh"
    sqlflow completion zsh >_sqlflow
    zsh -fc 'autoload -Uz compinit && compinit -D && source ./_sqlflow && [[ ${_comps[sqlflow]} == _sqlflow ]]'
}

@test "another shell is refused" {
    run --separate-stderr -2 sqlflow completion tcsh
    has "$stderr" "there is bash, fish and zsh"
}

@test "the manual page has every command and every flag that works" {
    sqlflow help man >sqlflow.1
    while read -r command _; do
        grep -q "^\.SS \"sqlflow ${command}[ \"]" sqlflow.1
        sqlflow "$command" --help | grep -o -- '--[a-z-]*' >>flags
    done < <(sqlflow completion words -- '')
    while read -r flag; do
        has "$(<sqlflow.1)" "\\fB${flag//-/\\-}\\fR"
    done < <(sort -u flags | grep -vx -e --no-color -e --)
    equal "$(<sqlflow.1)" "$(sqlflow help man)"
}

@test "groff takes the manual page without a word" {
    command -v groff || skip "there is no groff"
    equal "" "$(sqlflow help man | groff -man -ww -z 2>&1)"
}
