#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2154 # ${x} is SQLFlow's; bats sets stderr
# sqlflow docs: the document that pages are made from (docs/docs-model.md), and what is written
# where. The page itself is tested in a browser: tests/page.

load common

project() {
    mkdir -p shared
    cat >profiles/dev.yml <<'END'
engines: {duckdb: {mode: persistent, path: target/dev.duckdb}}
variables: {least: 0, from_outside: "${OUTSIDE}"}
connectors:
  warehouse: {type: postgres, params: {host: localhost, user: me, password: hunter22}}
END
    echo 'engines: {duckdb: {mode: nonsense}}' >profiles/broken.yml
    echo "SOURCE items TYPE CSV PARAMS {\"path\": \"data/items.csv\"};" >shared/sources.sf
    pipeline first <<'END'
-- The first one: <script>alert(1)</script> | `x`

INCLUDE 'shared/sources.sf';
SET factor = 2;
LOAD items INTO stock;
-- What a day brings.
-- Twice of it.
CREATE TABLE daily OPTIONS {"tags": ["night"]} AS
SELECT name, sum(amount * ${factor}) AS total FROM stock WHERE id > ${least} GROUP BY name;
EXPORT daily TO 'out/daily.csv';
END
    pipeline second <<'END'
CREATE TABLE more AS SELECT total + 1 AS more FROM daily;
SET outside = ${from_outside};
CREATE TABLE odd AS SELECT '${outside}' AS x;
END
    export OUTSIDE=xyzzy99
}

model() {
    sqlflow docs -q --format json | json "$1"
}

@test "the document has pipelines, steps, tables, edges and what they are made from" {
    project
    equal "sqlflow.docs/1" "$(model 'd["format"]')"
    equal "['first', 'second']" "$(model '[p["name"] for p in d["pipelines"]]')"
    equal "['shared/sources.sf']" "$(model 'd["pipelines"][0]["includes"]')"
    equal 'The first one: <script>alert(1)</script> | `x`' "$(model 'd["pipelines"][0]["description"]')"
    equal "None" "$(model 'd["pipelines"][0]["run"]')"
    equal "source items, load stock, table daily, export out/daily.csv, table more, table odd" \
        "$(model '", ".join(s["kind"] + " " + s["name"] for s in d["steps"])')"
    equal "[(0, 1), (1, 2), (2, 3), (2, 4)]" "$(model '[(e["from"], e["to"]) for e in d["edges"]]')"
    equal "[('first', 'pipeline', None), ('second', 'pipeline', None)]" \
        "$(model '[(c["name"], c["kind"], c["outer"]) for c in d["clusters"]]')"
    run -0 model '(lambda s: (s["description"], s["query"], s["tags"], s["mode"], s["line"]))(d["steps"][2])'
    equal "('What a day brings.\nTwice of it.', 'SELECT name, sum(amount * \${factor}) AS total FROM stock WHERE id > \${least} GROUP BY name', ['night'], 'replace', 8)" "$output"
    run -0 model '[(t["name"], [c["name"] for c in t["columns"]]) for t in d["tables"] if t["kind"] == "export"]'
    equal "[('out/daily.csv', ['name', 'total'])]" "$output"
    run -0 model '[[d["tables"][t]["columns"][c]["name"] for t, c in col["inputs"]]
        for t in d["tables"] if t["name"] == "more" for col in t["columns"]]'
    equal "[['total']]" "$output"
}

@test "the same project gives the same document, with the last run in it" {
    project
    sqlflow run first -q
    sqlflow docs -q --format json >one.json
    sqlflow docs -q --format json -o out/docs
    cmp one.json out/docs/docs.json
    equal "ok 3 None" "$(model '(lambda p, s: " ".join(map(str, [p[0]["run"]["outcome"], s[1]["run"]["rows"], s[4]["run"]])))(d["pipelines"], d["steps"])')"
}

@test "no value that is secret or comes from outside is in the documents" {
    project
    run -0 sqlflow docs -q --format json
    hasnt "$output" hunter22
    hasnt "$output" xyzzy99
    has "$output" '***'
    has "$output" '${OUTSIDE}'
    equal "[('broken', False, True), ('dev', True, False)]" \
        "$(json '[(p["name"], p["is_used"], bool(p["problem"])) for p in d["profiles"]]' <<<"$output")"
    sqlflow docs -q
    run -1 grep -e hunter22 -e xyzzy99 target/docs/index.html
    run -1 grep -F '<script>alert' target/docs/index.html
}

@test "Markdown has an index and a page a pipeline, the same each time" {
    project
    sqlflow docs -q --format markdown -o one
    sqlflow docs -q --format markdown -o two
    diff -r one two
    equal "one/index.md one/pipelines/first.md one/pipelines/second.md" \
        "$(find one -name '*.md' | sort | paste -sd' ')"
    run -0 cat one/pipelines/first.md
    has "$output" "# Pipeline \`first\`

The first one: &lt;script&gt;alert(1)&lt;/script&gt; \| \\\`x\\\`"
    has "$output" "### Table \`daily\`

What a day brings.
Twice of it.
"
    has "$output" "| \`total\` | \`HUGEINT\` | [\`stock.amount\`](#table-stock) |"
    has "$output" "- Feeds [\`out/daily.csv\`](#export-outdailycsv), [\`more\`](../pipelines/second.md#table-more)"
    has "$(<one/index.md)" "| [\`first\`](pipelines/first.md) | "
    run -1 grep -r -e hunter22 -e xyzzy99 one
}

@test "what can't be documented is refused" {
    project
    run --separate-stderr -2 sqlflow docs nonsense
    has "$stderr" "'docs' takes nothing or serve, not 'nonsense'"
    echo 'SELEC 1;' >>pipelines/second.sf
    run --separate-stderr -2 sqlflow docs
    has "$stderr" "SELEC"
    [[ ! -e target/docs ]]
}
