#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# Going on with a run: retry, run --resume, --restart, and what state show tells.

load common

# The token of the newest run.
token() {
    local id
    id=$(readlink target/run/latest)
    echo "${id##*-}"
}

five_steps() {
    pipeline one <<END
SET wanted = 'items';
SOURCE items TYPE CSV PARAMS {"path": "data/\${wanted}.csv"};
LOAD items INTO items;
CREATE TABLE doubled AS SELECT id, amount * ${1:-2} AS amount FROM items;
CREATE TABLE summed AS SELECT sum(${2:-amount}) AS total, now() AS at FROM doubled;
CREATE TABLE checked AS SELECT total + 1 AS total FROM summed;
EXPORT checked TO 'out/checked.csv';
END
}

@test "break, mend, retry: only what is left runs, and each step says why" {
    five_steps 2 nope
    run -1 --separate-stderr sqlflow run
    has "$stderr" "sqlflow retry one   runs only what is left"
    local first
    first=$(token)
    five_steps 2
    run -0 --separate-stderr sqlflow retry
    has "$stderr" "one: goes on with run $first"
    has "$stderr" " done  load_items           done in run $first"
    has "$stderr" " done  transform_doubled    done in run $first"
    has "$stderr" " left  transform_summed     failed before"
    has "$stderr" " left  export_csv_checked   not done yet"
    has "$stderr" "OK=3 DONE=2"
    equal $'total\n121' "$(cat out/checked.csv)"
    run -0 --separate-stderr sqlflow retry one
    has "$stderr" "one: run $(token) is done, nothing is left to do"
}

@test "an edited step lets those below it run again" {
    five_steps 2 nope
    run -1 sqlflow run
    five_steps 3
    run -0 --separate-stderr sqlflow run --resume
    has "$stderr" " done  load_items "
    has "$stderr" " left  transform_doubled    text changed"
    has "$stderr" "OK=4 DONE=1"
    equal 181 "$(rows 'FROM checked')"
}

@test "now() of a retry is that of the run" {
    five_steps
    echo 'SELECT nope;' >>pipelines/one.sf
    run -1 sqlflow run
    local before
    before=$(rows 'SELECT epoch_us("at") FROM summed')
    rows "SELECT epoch_us(now_at) FROM sqlflow.runs" | sort -u >moments
    sed -i '$d' pipelines/one.sf
    echo 'CREATE TABLE later AS SELECT now() AS at;' >>pipelines/one.sf
    sqlflow retry -q
    equal "$before" "$(rows 'SELECT epoch_us("at") FROM later')"
    equal "$before" "$(cat moments)"
}

@test "values and selection of the command line come back; a new value counts and is told" {
    printf 'id,amount\n9,5\n' >data/others.csv
    sed '1d' <(five_steps && cat pipelines/one.sf) >body && cp body pipelines/one.sf
    echo 'CREATE TABLE never AS SELECT 1 AS x;' >>pipelines/one.sf
    sed -i 's/total + 1 AS total/nope/' pipelines/one.sf
    run -1 sqlflow run --var wanted=others --exclude never
    sed -i 's/SELECT nope/SELECT total + 1 AS total/' pipelines/one.sf
    run -0 --separate-stderr sqlflow retry
    has "$stderr" " done  load_items "
    equal 11 "$(rows 'FROM checked')"
    run -1 sqlflow show never
    sed -i 's/total + 1 AS total/nope/' pipelines/one.sf
    run -1 sqlflow run --var wanted=others --exclude never
    sed -i 's/SELECT nope/SELECT total + 1 AS total/' pipelines/one.sf
    run -0 --separate-stderr sqlflow retry --var wanted=items
    has "$stderr" "wanted is 'items' now; run $(rows "SELECT right(continues, 8) FROM sqlflow.runs ORDER BY recorded_at DESC LIMIT 1") had 'others'"
    has "$stderr" " left  load_items           text changed"
    equal 121 "$(rows 'FROM checked')"
}

@test "what changed in the profile counts: values, and the time zone" {
    printf 'engines: {duckdb: {mode: persistent, path: target/dev.duckdb}}\nvariables: {factor: 2}\n' >profiles/dev.yml
    five_steps '${factor}' nope
    run -1 sqlflow run
    sed -i 's/factor: 2/factor: 3/' profiles/dev.yml
    five_steps '${factor}'
    run -0 --separate-stderr sqlflow retry
    has "$stderr" " done  load_items "
    has "$stderr" " left  transform_doubled    text changed"
    equal 181 "$(rows 'FROM checked')"
    five_steps '${factor}' nope
    run -1 sqlflow run
    sed -i 's/duckdb}}/duckdb, timezone: Asia\/Tokyo}}/' profiles/dev.yml
    five_steps '${factor}'
    run -0 --separate-stderr sqlflow retry
    has "$stderr" "OK=5"
    hasnt "$stderr" "DONE="
}

@test "a run that was killed goes on" {
    { cat <<'END'
CREATE SEQUENCE IF NOT EXISTS ticks;
CREATE TABLE one AS SELECT nextval('ticks') AS tick;
CREATE TABLE two AS SELECT count(*) AS n FROM range(30000000000) t(i), one;
END
    } | pipeline one
    sqlflow run 2>/dev/null 3>&- &
    local process=$!
    eventually grep -qs 'step_started.*transform_two' target/run/latest/events.jsonl
    kill -KILL "$process"
    wait "$process" || true
    sed -i 's/range(30000000000)/range(3)/' pipelines/one.sf
    run -0 --separate-stderr sqlflow retry
    has "$stderr" " done  transform_one"
    equal 1,3 "$(rows 'SELECT tick, n FROM one, two')"
    run -0 sqlflow state show
    has "$output" "not ended"
}

@test "what can't be had back is refused: nothing runs, exit code 2, and the way out" {
    echo 'CREATE TABLE older AS SELECT 1 AS n;' | pipeline before
    sqlflow run before -q
    printf 'INSERT INTO older SELECT 2;\nSELECT nope FROM older;\n' | pipeline one
    run -1 sqlflow run one
    printf 'INSERT INTO older SELECT 3;\nSELECT n FROM older;\n' | pipeline one
    run -2 --separate-stderr sqlflow retry one
    has "$stderr" "sql_insert_older has to run (text changed) and needs 'older' as it was before"
    has "$stderr" "start over with --restart; or undo the change"
    equal $'1\n2' "$(rows 'FROM older ORDER BY n')"
    printf 'INSERT INTO older SELECT 2;\nSELECT n FROM older;\n' | pipeline one
    run -0 --separate-stderr sqlflow retry one
    has "$stderr" "OK=1 DONE=1"
    equal $'1\n2' "$(rows 'FROM older ORDER BY n')"
}

@test "--restart does all steps, with the values of the run" {
    five_steps 2 nope
    run -1 sqlflow run --var wanted=items
    five_steps
    run -0 --separate-stderr sqlflow retry --restart
    has "$stderr" "OK=5"
    hasnt "$stderr" "DONE="
    run -0 --separate-stderr sqlflow run --restart
    has "$stderr" "OK=5"
}

@test "a failed run is overtaken by a later one of the whole pipeline, not by a part of it" {
    five_steps 2 nope
    run -1 sqlflow run
    five_steps
    sqlflow run -q --select load_items
    run -0 --separate-stderr sqlflow retry
    has "$stderr" "OK=4 DONE=1"
    five_steps 2 nope
    run -1 sqlflow run
    five_steps
    sqlflow run -q
    run -0 --separate-stderr sqlflow retry
    has "$stderr" "nothing is left to do"
}

@test "retry of what never ran, of a database in memory, and with other flags" {
    five_steps
    run -2 --separate-stderr sqlflow retry
    has "$stderr" "'one' has not run yet: sqlflow run one"
    echo 'SELECT 1;' | pipeline two
    sqlflow run two -q >/dev/null
    run -2 --separate-stderr sqlflow retry one
    has "$stderr" "'one' has not run yet: sqlflow run one"
    run -2 --separate-stderr sqlflow retry three
    has "$stderr" "three"
    run -2 --separate-stderr sqlflow run one --resume --select load_items
    has "$stderr" "--select can't be given with --resume: a pipeline goes on with the steps of its last run"
    run -2 --separate-stderr sqlflow run one --resume --restart
    has "$stderr" "--resume and --restart exclude each other"
    echo 'engines: {duckdb: {mode: memory}}' >profiles/mem.yml
    run -2 --separate-stderr sqlflow retry one -p mem
    has "$stderr" "the profile 'mem' keeps its database in memory"
}

@test "state show: runs, those of a pipeline, and the steps of one" {
    five_steps 2 nope
    run -1 sqlflow run
    local first
    first=$(token)
    five_steps
    sqlflow retry -q
    run -0 sqlflow state show one --output csv
    equal 'run,pipeline,profile,started_at,ended_at,outcome,done,failed,continues' "${lines[0]}"
    [[ ${lines[1]} == *-"$(token)",one,dev,*,ok,3,0,*-"$first" ]]
    [[ ${lines[2]} == *-"$first",one,dev,*,failed,2,1,NULL || ${lines[2]} == *-"$first",one,dev,*,failed,2,1, ]]
    run -0 sqlflow state show "$first" --output csv
    has "$output" "load_items,load,items,done,3,"
    has "$output" "transform_summed,transform,summed,failed,"
    run -2 --separate-stderr sqlflow state show nothing
    has "$stderr" "the journal has nothing about 'nothing'"
    run -0 --separate-stderr sqlflow state show --json
    has "$output" '"format": "sqlflow.rows/1"'
}

@test "what changes an attached database is recorded after it, and has to be repeatable" {
    pipeline one <<'END'
ATTACH 'target/side.duckdb' AS side;
CREATE OR REPLACE TABLE side.main.t AS SELECT 1 AS x;
CREATE TABLE copied AS SELECT x FROM side.main.t;
END
    sqlflow run -q
    equal 'transform_side_t' "$(rows "SELECT step FROM sqlflow.steps WHERE target LIKE 'side%'")"
    echo 'SELECT nope;' >>pipelines/one.sf
    run -1 sqlflow run -q
    sed -i '$d' pipelines/one.sf
    run -0 --separate-stderr sqlflow retry
    has "$stderr" " left  transform_side_t     side.t can't be looked at before ATTACH"
    has "$stderr" " done  transform_copied"
    pipeline one <<'END'
ATTACH 'target/side.duckdb' AS side;
INSERT INTO side.main.t SELECT 2;
END
    run -1 --separate-stderr sqlflow run
    has "$stderr" "it changes an attached database, which can't be recorded in one transaction with the journal"
    pipeline one <<'END'
ATTACH 'target/side.duckdb' AS side;
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO side.main.items MODE UPSERT KEY (id) OPTIONS {"repeatable": true};
CREATE OR REPLACE TABLE counted AS SELECT count(*) AS n FROM side.main.items;
END
    sqlflow run -q
    sqlflow run -q
    equal 3 "$(rows 'FROM counted')"
}

@test "retry --dry-run says what is left and why, and does nothing" {
    five_steps 2 nope
    run -1 sqlflow run
    five_steps 3
    run -0 --separate-stderr sqlflow retry --dry-run
    has "$output" "would go on with run $(token):"
    has "$output" " done  load_items           done in run $(token)"
    has "$output" " left  transform_doubled    text changed"
    has "$output" " left  transform_summed     failed before"
    has "$output" " left  export_csv_checked   not done yet"
    run -0 --separate-stderr sqlflow retry --dry-run --json
    equal "[False, True, 'text changed']" "$(json '[d["runs"][0]["steps"][1]["runs"], d["runs"][0]["steps"][2]["runs"], d["runs"][0]["steps"][2]["reason"]]' <<<"$output")"
    equal 1 "$(find target/run -name plan.json | wc -l)"
    equal 1 "$(rows "SELECT count(DISTINCT run) FROM sqlflow.runs")"
    sqlflow retry -q
    run -0 --separate-stderr sqlflow retry --dry-run
    has "$stderr" "nothing is left to do"
    equal 181 "$(rows 'FROM checked')"
}

@test "retry --dry-run refuses what retry would refuse" {
    echo 'CREATE TABLE older AS SELECT 1 AS n;' | pipeline before
    sqlflow run before -q
    printf 'INSERT INTO older SELECT 2;\nSELECT nope FROM older;\n' | pipeline one
    run -1 sqlflow run one
    sed -i 's/SELECT 2/SELECT 3/' pipelines/one.sf
    run -2 --separate-stderr sqlflow retry one --dry-run
    has "$stderr" "needs 'older' as it was before"
}

@test "retry --all goes on with the last run --all, in its moment and with its values" {
    echo "CREATE TABLE first AS SELECT '\${what}' AS what, now() AS moment;" | pipeline a
    echo "CREATE TABLE second AS SELECT what, moment, nope AS x FROM first;" | pipeline b
    echo "CREATE TABLE third AS SELECT x, moment, now() AS late, '\${what}' AS what FROM second;" | pipeline c
    run -2 --separate-stderr sqlflow retry --all
    has "$stderr" "no pipeline has run yet: sqlflow run --all"
    run -1 --separate-stderr sqlflow run --all --var what=old
    has "$stderr" "c: skipped, it reads what b makes"
    sed -i 's/nope/7/' pipelines/b.sf
    run -0 --separate-stderr sqlflow retry --all --dry-run
    has "$output" " left  transform_second"
    has "$output" "  transform_third"
    run -0 --separate-stderr sqlflow retry --all
    has "$stderr" "a: run "
    has "$stderr" "is done, nothing is left to do"
    has "$stderr" "b: goes on with run "
    equal 7,true,old "$(rows 'SELECT x, moment = late, what FROM third')"
    run -0 --separate-stderr sqlflow run --all --resume
    equal 3 "$(grep -c 'nothing is left to do' <<<"$stderr")"
    echo "CREATE TABLE fourth AS SELECT x FROM third;" | pipeline d
    sqlflow run a -q --var what=new
    run -0 --separate-stderr sqlflow retry --all
    has "$stderr" "OK=1"
    equal 7 "$(rows 'FROM fourth')"
    equal new "$(rows 'SELECT what FROM first')"
}

# growing [COLUMN]: a table that grows by id, from a file whose amounts are ten times as large now
growing() {
    pipeline one <<END
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO items;
CREATE TABLE grown MODE INCREMENTAL BY id AS SELECT id, ${1:-amount} AS amount FROM items;
CREATE TABLE total AS SELECT sum(amount) AS n FROM grown;
END
}

# mended FLAG...: a run with them that fails, and its retry
mended() {
    growing nope
    run -1 sqlflow run "$@"
    growing
    run -0 --separate-stderr sqlflow retry
    has "$stderr" " left  transform_grown      failed before"
}

@test "a run with --start, --end or --full-refresh goes on with them" {
    growing
    sqlflow run -q
    sed -i 's/0$/00/' data/items.csv
    mended --start 1 --end 2
    equal 150 "$(rows 'FROM total')"
    mended --full-refresh
    equal 600 "$(rows 'FROM total')"
}

@test "a run with --full-refresh overtakes what failed before, one of a window doesn't" {
    growing nope
    run -1 sqlflow run
    growing
    sqlflow run -q --start 1 --end 2
    run -0 --separate-stderr sqlflow retry
    has "$stderr" " left  transform_grown"
    growing nope
    run -1 sqlflow run
    growing
    sqlflow run -q --full-refresh
    run -0 --separate-stderr sqlflow retry
    has "$stderr" "nothing is left to do"
}
