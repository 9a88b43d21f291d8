#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# What is told of runs: --junit, --timing, the document of --json, nothing to do.

load common

# Every kind of end that a step has.
mixed_pipeline() {
    pipeline mixed <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO a;
CHECK positive ON a AS SELECT * FROM a WHERE amount > 15;
CHECK soft ON a AS SELECT id FROM a WHERE id = 1 OPTIONS {"severity": "warn"};
CREATE TABLE broken AS
  SELECT error('<no & "luck">' || chr(27) || '[2J') AS x;
CREATE TABLE after AS SELECT * FROM broken;
CREATE TABLE fine AS SELECT 1 AS x;
END
}

# junit FILE: checks it against what both Ant's and Jenkins' schema allow, and prints its cases
junit() {
    python3 - "$1" <<'END'
import re, sys, xml.etree.ElementTree as xml
root = xml.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites" and not root.attrib
SUITE = {"name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"}
for number, suite in enumerate(root):
    assert suite.tag == "testsuite" and set(suite.attrib) == SUITE, suite.attrib
    assert int(suite.get("id")) == number
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
    order = [child.tag for child in suite]
    cases = suite.findall("testcase")
    assert order == ["properties"] + ["testcase"] * len(cases) + ["system-out", "system-err"], order
    assert all(set(p.attrib) == {"name", "value"} for p in suite.find("properties"))
    counts = {"failure": 0, "error": 0, "skipped": 0}
    for case in cases:
        assert set(case.attrib) == {"name", "classname", "time"} and len(case) <= 1
        assert re.fullmatch(r"\d+\.\d{3}", case.get("time"))
        for outcome in case:
            counts[outcome.tag] += 1
            assert set(outcome.attrib) == {"message"} | ({"type"} if outcome.tag != "skipped" else set())
        what = [f"{o.tag} {o.get('type', '-')} {o.get('message')}" for o in case]
        print(suite.get("name"), case.get("name"), *what)
    assert int(suite.get("tests")) == len(cases)
    assert [int(suite.get(k)) for k in ("failures", "errors", "skipped")] == list(counts.values())
END
}

@test "--junit has a suite a pipeline and a case a step, with message, place and reason" {
    mixed_pipeline
    run --separate-stderr -1 sqlflow run --junit reports/junit.xml
    run -0 junit reports/junit.xml
    equal "mixed load_a
mixed check_positive failure check found 2 rows
mixed check_soft
mixed transform_broken error data <no & \"luck\">\x1b[2J
mixed transform_after skipped - waits for transform_broken
mixed transform_fine" "$output"
    local text
    text=$(cat reports/junit.xml)
    has "$text" '--&gt; pipelines/mixed.sf:5:1'
    has "$text" "warning: check_soft found 1 row"
    has "$text" 'name="outcome" value="failed"'
    [[ $text =~ 3\ +three\ +30 ]]
}

@test "--junit is written for all pipelines of --all, also those that were left out" {
    echo "CREATE TABLE first AS SELECT error('no') AS x" | pipeline c_first
    echo 'CREATE TABLE last AS SELECT * FROM first' | pipeline a_last
    echo 'CREATE TABLE other AS SELECT 1 AS x' | pipeline b_other
    run -1 sqlflow run --all --junit junit.xml
    run -0 junit junit.xml
    equal "a_last a_last skipped - it reads what a failed pipeline makes
b_other transform_other
c_first transform_first error data no" "$(sort <<<"$output")"
}

@test "--junit is written when nothing could run, and when the run was cancelled" {
    printf 'SORCE b TYPE CSV PARAMS {"path": "x"};\nCREATE TABLE a AS SELECT ${x} AS y;\n' | pipeline wrong
    run -2 sqlflow run --junit junit.xml
    run -0 junit junit.xml
    has "$output" "sqlflow SF0101 pipelines/wrong.sf:1:1 error SF0101 "
    has "$output" "SF0201 pipelines/wrong.sf:2:"
    echo 'CREATE TABLE a AS SELECT count(*) AS n FROM range(100000000000) t(i)' | pipeline wrong
    sqlflow run --junit junit.xml 2>/dev/null &
    local process=$! code=0
    eventually grep -qs step_started target/run/latest/events.jsonl
    kill -TERM "$process"
    wait "$process" || code=$?
    equal 143 "$code"
    run -0 junit junit.xml
    equal "wrong transform_a error cancelled interrupted" "$output"
}

@test "where --junit can't be written nothing runs" {
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    run --separate-stderr -2 sqlflow run --junit data
    has "$stderr" "--junit wants a file"
    run --separate-stderr -2 sqlflow run --junit data/items.csv/junit.xml
    has "$stderr" "data/items.csv"
    run --separate-stderr -2 sqlflow run --junit x.xml --dry-run
    has "$stderr" "exclude each other"
    run --separate-stderr -2 sqlflow run --timing --dry-run
    has "$stderr" "exclude each other"
    [ ! -e target/dev.duckdb ]
}

@test "--timing tells the phases and the steps, and so do the results" {
    printf "CREATE TABLE a AS SELECT 1 AS x;\nSELECT * FROM a;\n" | pipeline one
    run --separate-stderr -0 sqlflow run --timing -q --output csv
    equal $'x\n1' "$output"
    for word in reading parsing planning opening running closing all; do
        [[ $stderr =~ (^|$'\n')$word\ +[0-9]+\.[0-9] ]]
    done
    [[ $stderr =~ transform_a(\ +[0-9]+\.[0-9]){3} ]]
    equal "[True, True]" "$(json '[all(t is not None for t in d["phases"].values()),
        all(s["commit_us"] >= 0 and s["waited_us"] >= 0 for s in d["steps"])]' \
        <target/run/latest/run_results.json)"
    run --separate-stderr -0 sqlflow run --timing --log-format json
    equal "['query_1', 'timing']" "$(tail -n 1 <<<"$stderr" | json '[d["steps"][1]["id"], d["event"]]')"
}

@test "--json is a document with the errors when nothing could run" {
    echo 'SORCE b TYPE CSV PARAMS {"path": "x"};' | pipeline wrong
    run --separate-stderr -2 sqlflow run --json
    equal "['sqlflow.run/1', [], 'SF0101', 1]" "$(json '[d["format"], d["runs"],
        d["messages"][0]["code"], d["messages"][0]["line"]]' <<<"$output")"
    run --separate-stderr -2 sqlflow run --json --dry-run
    equal "['sqlflow.dry_run/1', 'SF0101']" "$(json '[d["format"], d["messages"][0]["code"]]' <<<"$output")"
    run --separate-stderr -2 sqlflow run wron --json
    has "$(json 'd["messages"][0]["message"]' <<<"$output")" "did you mean 'wrong'?"
    echo 'nonsense: {' >profiles/dev.yml
    run --separate-stderr -2 sqlflow run --json
    equal SF0301 "$(json 'd["messages"][0]["code"]' <<<"$output")"
}

@test "nothing to do is said, and no failure" {
    echo 'CREATE TABLE daily AS SELECT 1 AS x' | pipeline one
    run --separate-stderr -0 sqlflow run --select daily --exclude daily
    has "$stderr" "warning: nothing to do: --select and --exclude leave no step of 'one'"
    echo '-- later' | pipeline one
    run --separate-stderr -0 sqlflow run
    has "$stderr" "warning: nothing to do: 'one' has no statement that runs"
    run --separate-stderr -0 sqlflow run --json
    has "$(json 'd["messages"][0]["message"]' <<<"$output")" "nothing to do"
}

@test "what takes longer than a second says so on a terminal, and leaves nothing behind" {
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    echo "CREATE TABLE b AS SELECT count(*) AS n FROM range(100000000000) t(i)" | pipeline holder
    sqlflow run holder -q &
    local process=$!
    eventually grep -qs step_started target/run/latest/events.jsonl
    run -2 "$BATS_TEST_DIRNAME/terminal" 80 sqlflow query 'SELECT 1' --wait-lock 1.2s
    has "$output" $'\r\033[Kopening target/dev.duckdb   0.9'
    has "$output" $' s\r\033[K\033['
    run -2 "$BATS_TEST_DIRNAME/terminal" 80 sqlflow run one --wait-lock 0.6s --no-color
    has "$output" $' wait  the database '
    kill -TERM "$process"
    wait "$process" || true
    mkfifo pipelines/slow.inc # what is included comes late
    echo "INCLUDE 'slow.inc';" | pipeline planned
    { sleep 1.2 && echo 'SELECT 1 AS x;'; } >pipelines/slow.inc & # once it is read
    run -0 "$BATS_TEST_DIRNAME/terminal" 80 sqlflow compile planned
    has "$output" $'\r\033[Kplanning planned   0.9'
}

@test "show without tables and describe without a name say what there is" {
    echo 'SELECT 1 AS x' | pipeline one
    sqlflow run -q >rows
    run --separate-stderr -0 sqlflow show
    equal "" "$output"
    equal "no tables yet: sqlflow run makes them" "$stderr"
    equal "[]" "$(sqlflow show --json | json 'd["rows"]')"
    run --separate-stderr -2 sqlflow describe connector
    equal "error: which connector? sqlflow connect list has them all" "$stderr"
    sqlflow connect list
    run --separate-stderr -2 sqlflow describe profile
    has "$stderr" "which profile?"
    echo 'SELECT 1 AS x' | pipeline connector
    run --separate-stderr -0 sqlflow describe connector
}

@test "outside of any project commands say so" {
    rm -r pipelines profiles
    run --separate-stderr -2 sqlflow show
    equal "error: '$BATS_TEST_TMPDIR' is no project, so there is no database to look at" "$stderr"
    run --separate-stderr -0 sqlflow list
    equal "'$BATS_TEST_TMPDIR' is no project; sqlflow init DIR makes one" "$stderr"
}

@test "compile works where nothing can be written, and says that the plan is not kept" {
    echo 'SELECT 1 AS x' | pipeline one
    touch target
    run --separate-stderr -0 sqlflow compile
    has "$output" query_1
    has "$stderr" "warning: the plan is not kept: "
}

@test "a pipe as a source is refused with a way out" {
    mkfifo data/pipe
    printf 'SOURCE s TYPE CSV PARAMS {"path": "data/pipe"};\nLOAD s INTO t;\n' | pipeline one
    run --separate-stderr -1 sqlflow run
    has "$stderr" "'data/pipe' is not a regular file; sources are read more than once: write it to a file first"
}
