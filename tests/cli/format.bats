#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# sqlflow fmt: which files it takes, what it writes, what it says.

load common

setup_file() {
    export WRONG='set  x=1;select  ${x:literal}' RIGHT=$'SET x = 1;\nselect  ${x:literal};'
}

@test "fmt lays out every text of the project and leaves what runs left behind alone" {
    mkdir -p shared target/runs
    for file in pipelines/a.sf shared/b.sf target/runs/c.sf; do echo "$WRONG" >"$file"; done
    echo "$RIGHT" >pipelines/right.sf
    run --separate-stderr -0 sqlflow fmt
    equal "" "$output"
    equal $'laid out pipelines/a.sf\nlaid out shared/b.sf\n2 files laid out, 1 left as it is' "$stderr"
    equal "$RIGHT" "$(<pipelines/a.sf)"
    equal "$WRONG" "$(<target/runs/c.sf)"
    run --separate-stderr -0 sqlflow fmt
    equal "0 files laid out, 3 left as they are" "$stderr"
}

@test "fmt takes names, files and folders" {
    mkdir -p shared pipelines/sub
    for file in pipelines/a.sf shared/b.sf pipelines/sub/c.sf other.sf; do echo "$WRONG" >"$file"; done
    sqlflow fmt -q a shared other.sf
    for file in pipelines/a.sf shared/b.sf other.sf; do equal "$RIGHT" "$(<"$file")"; done
    equal "$WRONG" "$(<pipelines/sub/c.sf)"
    run --separate-stderr -2 sqlflow fmt pipelines/aa
    has "$stderr" "no pipeline and no file 'pipelines/aa'"
}

@test "fmt --check names what would change, writes nothing, and exits with 1" {
    echo "$WRONG" | pipeline wrong
    echo "$RIGHT" | pipeline right
    run --separate-stderr -1 sqlflow fmt --check
    equal pipelines/wrong.sf "$output"
    equal "1 file would change, 1 left as it is" "$stderr"
    equal "$WRONG" "$(<pipelines/wrong.sf)"
    run -0 sqlflow fmt --check right
}

@test "fmt --diff is what patch takes" {
    echo "$WRONG" | pipeline wrong
    sqlflow fmt --diff >difference
    equal "$WRONG" "$(<pipelines/wrong.sf)"
    run -1 sqlflow fmt --diff --check
    equal "$(<difference)" "$(head -n -1 <<<"$output")"
    has "$(<difference)" "--- pipelines/wrong.sf"
    sqlflow fmt -q
    cp pipelines/wrong.sf right
    echo "$WRONG" | pipeline wrong
    python3 - <<'END'
before = open("pipelines/wrong.sf").read().splitlines()
lines = open("difference").read().splitlines()[3:]
assert [line[1:] for line in lines if line[0] in " -"] == before
assert [line[1:] for line in lines if line[0] in " +"] == open("right").read().splitlines()
END
}

@test "fmt - reads standard input and writes standard output" {
    cd /
    equal "$RIGHT" "$(sqlflow fmt - <<<"$WRONG")"
    run --separate-stderr -1 sqlflow fmt --check - <<<"$WRONG"
    equal "<stdin>" "$output"
    run -0 sqlflow fmt --check - <<<"$RIGHT"
    run --separate-stderr -2 sqlflow fmt
    has "$stderr" "is no project"
}

@test "fmt leaves a text with errors as it is and exits with 2" {
    echo "$WRONG" | pipeline b
    echo 'SORCE a' | pipeline a
    run --separate-stderr -2 sqlflow fmt
    has "$stderr" "error[SF0101]"
    equal 'SORCE a' "$(<pipelines/a.sf)"
    equal "$RIGHT" "$(<pipelines/b.sf)"
}

@test "fmt needs no profile that can be read" {
    echo "$WRONG" | pipeline a
    echo 'nonsense: [' >profiles/dev.yml
    sqlflow fmt -q
    equal "$RIGHT" "$(<pipelines/a.sf)"
}

@test "a file keeps its mode" {
    echo "$WRONG" | pipeline a
    chmod 640 pipelines/a.sf
    sqlflow fmt -q
    equal 640 "$(stat -c %a pipelines/a.sf)"
}

@test "what init makes and all examples are laid out" {
    sqlflow init -q made
    run -0 sqlflow -C made fmt --check
    sqlflow init -q --minimal small
    run -0 sqlflow -C small fmt --check
    for example in "$ROOT"/examples/*/; do
        run -0 sqlflow -C "$example" fmt --check
    done
}
