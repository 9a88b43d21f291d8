#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# What is seen on a terminal: colour, width, the live display.

load common

terminal() {
    "$BATS_TEST_DIRNAME/terminal" "$@"
}

# The longest line in characters, without what doesn't show.
widest() {
    python3 -c 'import re, sys
text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", sys.stdin.read())
print(max(len(line) for line in re.split(r"[\r\n]+", text)))'
}

wide_pipeline() {
    pipeline wide <<'END'
CREATE TABLE a_table_with_quite_a_long_name_that_goes_on_and_on_and_on AS SELECT 1 AS x;
CREATE TABLE broken AS SELECT error(repeat('a long message ', 20)) AS x;
SELECT repeat('x', 300) AS first_column, 'ü' AS second, repeat('日本', 100) AS third, i AS n,
       i AS a_number, i AS another_number, i AS one_more_number, i AS and_yet_another FROM range(3) t(i);
END
}

@test "colour on a terminal, and none with NO_COLOR, TERM=dumb, --no-color or into a file" {
    echo 'SELECT 1 AS x' | pipeline one
    run -0 terminal 80 sqlflow run
    has "$output" $'\033[32m'
    NO_COLOR=1 run -0 terminal 80 sqlflow run
    hasnt "$output" $'\033[3'
    run -0 terminal 80 sqlflow run --no-color
    hasnt "$output" $'\033[3'
    SQLFLOW_NO_COLOR=1 run -0 terminal 80 sqlflow run
    hasnt "$output" $'\033[3'
    TERM=dumb run -0 terminal 80 sqlflow run
    hasnt "$output" $'\033'
    run -0 sqlflow run
    hasnt "$output" $'\033'
    sqlflow help >text
    run -1 grep -q $'\033' text
}

@test "an error looks the same with and without colour" {
    echo 'SORCE x TYPE CSV PARAMS {"path": "x"};' | pipeline one
    run -2 terminal 80 sqlflow compile
    has "$output" $'\033[1;31merror[SF0101]'
    local plain
    plain=$(sed 's/\x1b\[[0-9;]*m//g; s/\r$//' <<<"$output")
    equal "$plain" "$(sqlflow compile 2>&1 || true)"
}

@test "nothing is wider than the terminal at 40, 80 and 200 columns" {
    wide_pipeline
    for columns in 40 80 200; do
        run -1 terminal "$columns" sqlflow run --log-format text
        grep -v "error\|message\|--> \|\^\^\|columns don't fit" <<<"$output" >lines
        local widest
        widest=$(widest <lines)
        ((widest <= columns)) || { cat lines; echo "$widest of $columns"; return 1; }
    done
    has "$output" "first_column"
    has "$output" "日本"
}

@test "columns that don't fit are left out, and that is said" {
    wide_pipeline
    run -1 terminal 60 sqlflow run
    has "$output" "columns don't fit here"
    has "$output" "…"
}

@test "a terminal without UTF-8 gets ASCII" {
    echo 'SELECT 1 AS x' | pipeline one
    LC_ALL=C run -0 terminal 80 sqlflow run
    has "$output" "-"
    hasnt "$output" "─"
}

@test "data can't move the cursor" {
    printf "SELECT chr(27) || '[2J' || chr(10) || chr(7) AS x\n" | pipeline one
    run -0 terminal 80 sqlflow run
    has "$output" '\x1b[2J\n\x07'
    hasnt "$output" $'\033[2J'
    printf "SELECT error(chr(27) || '[2J') AS x\n" | pipeline one
    run -1 terminal 80 sqlflow run
    hasnt "$output" $'\033[2J'
    run -2 terminal 80 sqlflow run $'a\033[2J'
    hasnt "$output" $'\033[2J'
}

@test "a running step has a live line that the last one replaces" {
    echo 'CREATE TABLE slow AS SELECT count(*) AS n FROM range(300000000) t(i) WHERE i % 7 = 3' | pipeline one
    run -0 terminal 80 timeout 60 sqlflow run
    has "$output" $' \033[36mrun \033[0m  transform_slow'
    has "$output" $'\r\033[1A\033[J'
    has "$output" $' \033[32mok  \033[0m  transform_slow'
    local frames seconds
    frames=$(grep -o 'mrun ' <<<"$output" | wc -l)
    seconds=$(sed -n 's/.*Done in \([0-9]*\).*/\1/p' <<<"$output")
    ((frames <= (seconds + 1) * 10))
}

@test "without a terminal there is no live line" {
    echo 'CREATE TABLE slow AS SELECT count(*) AS n FROM range(100000000) t(i) WHERE i % 7 = 3' | pipeline one
    run --separate-stderr -0 sqlflow run
    hasnt "$stderr" $'\r'
    hasnt "$stderr" " run  "
    equal 3 "${#stderr_lines[@]}"
}

@test "a running step's line fits a narrow terminal" {
    local slow='SELECT sum(sqrt(i)) AS x FROM range(100000000) t(i)'
    echo "CREATE TABLE a_table_with_a_long_name AS $slow" | pipeline one
    run -0 terminal 36 sqlflow run
    has "$output" "run"
    local widest
    widest=$(widest <<<"$output")
    ((widest <= 36)) || { echo "$output"; return 1; }
}

@test "into a file no name is cut" {
    local name=a_table_with_quite_a_long_name_that_goes_on_and_on_and_on
    echo "CREATE TABLE $name AS SELECT 1 AS x" | pipeline one
    run --separate-stderr -0 sqlflow run
    has "$stderr" " ok    transform_$name "
}

@test "there are never more live lines than the terminal has rows" {
    for i in 1 2 3 4 5 6; do
        echo "CREATE TABLE t$i AS SELECT sum(sqrt(i)) AS x FROM range(20000000) t(i);"
    done | pipeline many
    run -0 terminal 80x6 sqlflow run --workers 6 --no-color
    [[ $output == *" and "[2-9]" more"* ]]
    local up
    up=$(grep -o $'\033\[[0-9]*A' <<<"$output" | tr -dc '0-9\n' | sort -n | tail -n 1)
    ((up <= 5)) || { echo "$up lines taken back"; return 1; }
}

@test "help stays inside of a narrow terminal" {
    for words in help "run --help" "help flags"; do
        for columns in 44 60 80; do
            # shellcheck disable=SC2086 # words
            run -0 terminal $columns sqlflow $words --no-color
            awk -v most=$((columns + 1)) '/^  sqlflow |^usage/ { next }
                length > most { print FILENAME ": " $0; wide = 1 } END { exit wide }' <<<"$output"
        done
    done
    run -0 terminal 60 sqlflow help --no-color
    has "$output" "  state       what the journal has: runs, their steps, how"
    has "$output" "              far sources were read"
}
