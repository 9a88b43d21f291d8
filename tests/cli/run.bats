#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# What a run does: steps, order, failures, selection, what it prints where.

load common

@test "files go through SQL to files" {
    pipeline shop <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO raw WHERE amount > 10;
CREATE TABLE total AS SELECT sum(amount) AS amount FROM raw;
EXPORT total TO 'out/total.csv';
END
    run --separate-stderr -0 sqlflow run
    equal "" "$output"
    equal $'amount\n50' "$(cat out/total.csv)"
    has "$stderr" " ok    load_raw"
    [[ $stderr =~ \ ok\ \ \ \ load_raw\ +2\ rows\ +[0-9.]+\ s ]]
    [[ $stderr =~ Done\ in\ [0-9.]+\ s\.\ OK=3 ]]
    equal 50 "$(rows 'SELECT * FROM total')"
}

@test "a run leaves its plan, results and events" {
    echo 'CREATE TABLE a AS SELECT 1 AS x' | pipeline one
    sqlflow run -q
    equal sqlflow.plan/1 "$(json 'd["format"]' <target/run/latest/plan.json)"
    equal ok "$(json 'd["outcome"]' <target/run/latest/run_results.json)"
    head -n 1 target/run/latest/events.jsonl | json 'd["event"]' | grep -qx run_started
}

@test "rows of queries go to stdout in the order of the file, all else to stderr" {
    printf "SELECT 'b' AS x;\nSELECT 'a' AS x;\n" | pipeline two
    run --separate-stderr -0 sqlflow run --output csv --workers 4
    equal $'x\nb\n\nx\na' "$output"
    has "$stderr" "Done in"
}

@test "--limit bounds the rows of a query, and what is left out is said" {
    echo 'SELECT * FROM range(100) t(i)' | pipeline many
    run --separate-stderr -0 sqlflow run --output csv
    equal 51 "${#lines[@]}"
    has "$stderr" "the first 50 rows; there are more"
    run --separate-stderr -0 sqlflow run --output csv --limit 3
    equal 4 "${#lines[@]}"
}

@test "a failed step fails the run; what waits for it is skipped, the rest goes on" {
    pipeline broken <<'END'
CREATE TABLE a AS SELECT error('no luck') AS x;
CREATE TABLE b AS SELECT * FROM a;
CREATE TABLE c AS SELECT 1 AS x;
EXPORT b TO 'out/b.csv';
END
    run --separate-stderr -1 sqlflow run
    has "$stderr" "FAIL  transform_a"
    has "$stderr" "skip  transform_b          waits for transform_a"
    has "$stderr" " ok    transform_c"
    has "$stderr" "skip  export_csv"
    has "$stderr" "--> pipelines/broken.sf:1:"
    has "$stderr" "OK=1 FAIL=1 SKIP=2"
    [ ! -e out/b.csv ]
}

@test "--fail-fast starts nothing more, and doesn't list thousands" {
    { echo "CREATE TABLE a AS SELECT error('no luck') AS x;"; seq 3000 | sed 's/.*/CREATE TABLE t& AS SELECT 1 AS x;/'; } |
        pipeline broken
    run --separate-stderr -1 sqlflow run --fail-fast --workers 1
    has "$stderr" " -     transform_t20 "
    hasnt "$stderr" "transform_t21 "
    has "$stderr" $'\n and 2980 more\n'
    has "$stderr" "NOT_RUN=3000"
    equal 3000 "$(json 'sum(s["status"] == "not_run" for s in d["steps"])' <target/run/latest/run_results.json)"
    equal 3000 "$(grep -c '"status":"not_run"' target/run/latest/events.jsonl)"
}

@test "a failed check shows the rows, is a failure, and skips the readers of its table" {
    pipeline checked <<'END'
CREATE TABLE a AS SELECT * FROM (VALUES (1, 'fine'), (-1, 'bad')) t(x, note);
CHECK positive ON a AS SELECT * FROM a WHERE x < 0;
EXPORT a TO 'out/a.csv';
END
    run --separate-stderr -1 sqlflow run
    has "$stderr" "FAIL  check_positive"
    [[ $stderr =~ -1\ +bad ]]
    has "$stderr" "SKIP=1"
    [ ! -e out/a.csv ]
}

@test "a check that only warns fails nothing" {
    pipeline checked <<'END'
CREATE TABLE a AS SELECT -1 AS x;
CHECK positive ON a AS SELECT * FROM a WHERE x < 0 OPTIONS {"severity": "warn"};
EXPORT a TO 'out/a.csv';
END
    run --separate-stderr -0 sqlflow run
    has "$stderr" " warn  check_positive"
    has "$stderr" "WARN=1"
    [ -e out/a.csv ]
}

@test "an engine's error stands at its place behind substituted variables" {
    pipeline placed <<'END'
SET long = 'a value that is much longer than its name';
CREATE TABLE a AS
  SELECT ${long:literal} AS b, amout FROM (SELECT 1 AS amount) t;
END
    run --separate-stderr -1 sqlflow run
    has "$stderr" "--> pipelines/placed.sf:3:32"
    has "$stderr" "amount"
}

@test "a compile error runs nothing and ends with 2" {
    pipeline wrong <<'END'
CREATE TABLE a AS SELECT 1 AS x;
SORCE b TYPE CSV PARAMS {"path": "x"};
END
    run --separate-stderr -2 sqlflow run
    has "$stderr" "error[SF0101]"
    has "$stderr" "SOURCE"
    [ ! -e target/dev.duckdb ]
}

@test "--select and --exclude" {
    pipeline parts <<'END'
CREATE TABLE a AS SELECT 1 AS x;
CREATE TABLE b AS SELECT * FROM a;
CREATE TABLE c AS SELECT 3 AS x;
END
    run --separate-stderr -0 sqlflow run --select +transform_b
    has "$stderr" "OK=2"
    hasnt "$stderr" transform_c
    run --separate-stderr -0 sqlflow run --exclude transform_a
    has "$stderr" "OK=2"
    run --separate-stderr -2 sqlflow run --select transform_d
    has "$stderr" "did you mean"
}

@test "--dry-run says what would run and touches nothing" {
    pipeline parts <<'END'
CREATE TABLE a AS SELECT 1 AS x;
CREATE TABLE b AS SELECT * FROM a;
END
    run --separate-stderr -0 sqlflow run --dry-run --select transform_a
    has "$output" $'would run:\n  transform_a'
    hasnt "${output#*would run}" transform_b
    [ ! -e target/dev.duckdb ]
    equal False "$(sqlflow run --dry-run --select transform_a --json |
        json 'd["runs"][0]["steps"][1]["runs"]')"
}

@test "--json is one document with all steps" {
    printf "CREATE TABLE a AS SELECT 1 AS x;\nSELECT * FROM a;\n" | pipeline one
    sqlflow run --json 2>/dev/null >document
    equal sqlflow.run/1 "$(json 'd["format"]' <document)"
    equal ok "$(json 'd["runs"][0]["outcome"]' <document)"
    equal "['transform_a', 'query_1']" "$(json '[s["id"] for s in d["runs"][0]["steps"]]' <document)"
    equal "[['1']]" "$(json 'd["runs"][0]["steps"][1]["found"]["rows"]' <document)"
}

@test "--log-format json writes JSON lines to stderr" {
    printf "CREATE TABLE a AS SELECT 1 AS x;\nCREATE TABLE b AS SELECT nope;\n" | pipeline one
    run --separate-stderr -1 sqlflow run --log-format json
    equal "" "$output"
    while read -r line; do json 'd["time"] + d["level"]' <<<"$line"; done <<<"$stderr"
    equal run_started "$(head -n 1 <<<"$stderr" | json 'd["event"]')"
    equal "['run_finished', 'error', {'failed': 1, 'ok': 1}]" "$(tail -n 1 <<<"$stderr" |
        json '[d["event"], d["level"], dict(sorted(d["counts"].items()))]')"
    equal "['error', 2, 'data']" "$(grep '"step_finished","id":"transform_b"' <<<"$stderr" |
        json '[d["level"], d["at"]["line"], d["error"]["kind"]]')"
}

@test "--log-format json has every line of events.jsonl, and with -q only what failed" {
    printf "CREATE TABLE a AS SELECT 1 AS x;\nEXPORT a TO 'out/a.csv';\n" | pipeline one
    run --separate-stderr -0 sqlflow run --log-format json
    events='import json, sys; print(*(json.loads(line)["event"] for line in sys.stdin))'
    equal "$(python3 -c "$events" <target/run/latest/events.jsonl)" "$(python3 -c "$events" <<<"$stderr")"
    run --separate-stderr -0 sqlflow run --log-format json -q
    equal "" "$stderr"
}

@test "a compile error is a JSON line, too" {
    echo 'SORCE b TYPE CSV PARAMS {"path": "x"};' | pipeline wrong
    run --separate-stderr -2 sqlflow run --log-format json
    equal "['error', 'SF0101', 1]" "$(json '[d["level"], d["code"], d["line"]]' <<<"$stderr")"
}

@test "--all runs pipelines in the order of their tables" {
    echo 'CREATE TABLE last AS SELECT * FROM middle' | pipeline a_last
    echo 'CREATE TABLE middle AS SELECT * FROM first' | pipeline b_middle
    echo 'CREATE TABLE first AS SELECT 7 AS x' | pipeline c_first
    run --separate-stderr -0 sqlflow run --all
    equal 7 "$(rows 'SELECT * FROM last')"
    run --separate-stderr -2 sqlflow run --all a_last
    has "$stderr" "exclude each other"
}

@test "--all skips pipelines that read what a failed one makes, and runs the others" {
    echo "CREATE TABLE first AS SELECT error('no') AS x" | pipeline c_first
    echo 'CREATE TABLE last AS SELECT * FROM first' | pipeline a_last
    echo 'CREATE TABLE other AS SELECT 1 AS x' | pipeline b_other
    run --separate-stderr -1 sqlflow run --all
    has "$stderr" "a_last: skipped, it reads what c_first makes"
    equal 1 "$(rows 'SELECT * FROM other')"
}

@test "a source called like another pipeline's table makes no order" {
    printf 'SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};\nCREATE TABLE ids AS SELECT id FROM items;\n' | pipeline one
    echo 'CREATE TABLE items AS SELECT max(id) AS id FROM ids;' | pipeline two
    sqlflow run --all -q
    equal 3 "$(rows 'FROM items')"
}

@test "--all finds pipelines that wait for each other" {
    echo 'CREATE TABLE a AS SELECT * FROM b' | pipeline one
    echo 'CREATE TABLE b AS SELECT * FROM a' | pipeline two
    run --separate-stderr -2 sqlflow run --all
    has "$stderr" "one -> two -> one"
}

@test "a lone file outside of any project runs in memory and leaves nothing" {
    mkdir "$BATS_TEST_TMPDIR/lone"
    mv data/items.csv lone/
    rm -r pipelines profiles
    cd lone
    echo "SELECT count(*) AS n FROM 'items.csv'" >a.sf
    run --separate-stderr -0 sqlflow run a.sf --output csv
    equal $'n\n3' "$output"
    equal $'a.sf\nitems.csv' "$(ls)"
}

@test "paths of data start at the project, wherever one stands" {
    pipeline one <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
CREATE TABLE a AS SELECT count(*) AS n FROM items;
CREATE TABLE b AS SELECT count(*) AS n FROM 'data/items.csv';
EXPORT a TO 'out/a.csv';
END
    cd data
    run -0 sqlflow run
    [ -e ../out/a.csv ]
    cd /
    rm "$BATS_TEST_TMPDIR/out/a.csv"
    run -0 sqlflow run "$BATS_TEST_TMPDIR/pipelines/one.sf"
    [ -e "$BATS_TEST_TMPDIR/out/a.csv" ]
}

@test "a wrong name of a pipeline gets the nearest one" {
    echo 'SELECT 1' | pipeline orders
    echo 'SELECT 1' | pipeline items
    run --separate-stderr -2 sqlflow run ordesr
    has "$stderr" "did you mean 'orders'?"
    run --separate-stderr -2 sqlflow run
    has "$stderr" orders
    has "$stderr" items
    run --separate-stderr -2 sqlflow run nowhere/x.sf
    has "$stderr" "nowhere/x.sf"
}

@test "a wrong profile names those that are there" {
    echo 'SELECT 1' | pipeline one
    run --separate-stderr -2 sqlflow run -p dve
    has "$stderr" dev
}

@test "a missing source fails its step and names the file" {
    pipeline one <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/itmes.csv"};
LOAD items INTO a;
END
    run --separate-stderr -1 sqlflow run
    has "$stderr" "data/itmes.csv"
}

@test "-q says nothing but failures" {
    printf "CREATE TABLE a AS SELECT 1 AS x;\nCREATE TABLE b AS SELECT nope;\n" | pipeline one
    run --separate-stderr -1 sqlflow run -q
    hasnt "$stderr" transform_a
    hasnt "$stderr" Done
    has "$stderr" transform_b
}

@test "the profile's log_level is -v or -q, unless a flag says otherwise" {
    echo 'SELECT 1 AS x' | pipeline one
    echo 'log_level: error' >>profiles/dev.yml
    run --separate-stderr -0 sqlflow run
    equal '' "$stderr"
    run --separate-stderr -0 sqlflow run -v
    has "$stderr" " run   query_1"
    sed -i 's/error/debug/' profiles/dev.yml
    run --separate-stderr -0 sqlflow run
    has "$stderr" " run   query_1"
}

@test "a line of megabytes doesn't fill the terminal" {
    { printf 'a,b\n1,' && head -c 3000000 /dev/zero | tr '\0' z && echo; } >data/huge.csv
    printf 'SOURCE s TYPE CSV PARAMS {"path": "data/huge.csv"};\nLOAD s INTO t;\n' | pipeline huge
    run --separate-stderr -1 sqlflow run
    has "$stderr" "data/huge.csv, line 2: the line is longer than max_line_size"
    has "$stderr" "zzz..."
    ((${#stderr} < 4000))
}

@test "a failed export names its destination, at its place, not our hidden file" {
    pipeline lost <<'SF'
EXPORT SELECT 1 AS x TO '/proc/x.csv';
SF
    run --separate-stderr -1 sqlflow run
    has "$stderr" "/proc/x.csv"
    has "$stderr" "lost.sf:1:25"
    [[ $stderr != *.tmp-* ]]
}

# Each alters the parent's entry in the catalog; what another pipeline has made isn't ordered: some collide.
children() {
    for i in $(seq 60); do echo "CREATE TABLE child_$i (p BIGINT REFERENCES parent(id));"; done
}

@test "steps that collide are tried again until they work" {
    children | pipeline one
    echo 'CREATE TABLE parent (id BIGINT PRIMARY KEY);' | pipeline parent
    sqlflow run -q parent
    echo 'execution: {retry_delay: 10ms}' >>profiles/dev.yml
    run --separate-stderr -0 sqlflow run one --workers 8 --retries 20
    has "$stderr" "retry in 0.0"
    has "$stderr" "tries)"
    has "$stderr" "OK=60"
    equal 61 "$(rows "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main'")"
    has "$(cat target/run/latest/events.jsonl)" '"event":"step_retry"'
    results=$(cat target/run/latest/run_results.json)
    equal True "$(json 'any(s["tries"] == 1 + len(s.get("failed_tries", [])) > 1 for s in d["steps"])' <<<"$results")"
    equal "{'transient'}" "$(json '{t["error"]["kind"] for s in d["steps"] for t in s.get("failed_tries", [])}' <<<"$results")"
}

@test "retries are counted from 0 on, on the command line and in the environment" {
    echo 'SELECT 1 AS x' | pipeline one
    run -0 sqlflow run -q --retries 0 --retry-delay 0
    run --separate-stderr -2 sqlflow run --retries 101
    has "$stderr" "--retries wants a whole number from 0 to 100, not '101'"
    SQLFLOW_RETRIES=-1 run --separate-stderr -2 sqlflow run
    has "$stderr" "SQLFLOW_RETRIES wants a whole number from 0 to 100, not '-1'"
    SQLFLOW_RETRY_DELAY=soon run --separate-stderr -2 sqlflow run
    has "$stderr" "SQLFLOW_RETRY_DELAY wants a time"
}
