#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # bats sets stderr
# sqlflow lineage: over sources, tables, exports and several pipelines. What single constructs of
# SQL come to is in tests/unit/test_trace.c.

load common

project() {
    pipeline first <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO stock WHERE amount > 5;
CREATE TABLE daily AS
SELECT name, sum(amount * 2) AS total FROM stock WHERE id > 0 GROUP BY name;
CREATE VIEW names AS SELECT upper(name) AS caption FROM daily;
CHECK positive ON daily AS SELECT total FROM daily WHERE total < 0;
EXPORT SELECT caption, d.* EXCLUDE (name) FROM names, daily d TO 'out/daily.csv';
END
    pipeline second <<'END'
SOURCE made TYPE CSV PARAMS {"path": "out/*.csv"};
CREATE TABLE again AS SELECT total + 1 AS more, caption FROM made;
INSERT INTO again SELECT total, caption FROM made;
END
}

# columns NAME: TABLE.COLUMN of what a column is made from, all the way up
columns() {
    sqlflow lineage "$1" --json | json '" ".join(sorted(
        t["kind"] + ":" + t["name"] + "." + c["name"]
        for t in d["tables"] if t["direction"] == "up" for c in t["columns"]))'
}

@test "a column of an exported file leads to the columns of the file that is loaded" {
    project
    equal "source:items.amount table:daily.total table:stock.amount" "$(columns out/daily.csv.total)"
    equal "source:items.name table:daily.name table:stock.name view:names.caption" \
        "$(columns out/daily.csv.caption)"
    run -0 sqlflow lineage DAILY.Total
    equal "daily.total  HUGEINT, of the table of first, pipelines/first.sf:3

rows are decided by
  stock.id, stock.name

made from
  └─ stock.amount
     └─ items.amount  source

feeds
  ├─ positive.total  check
  └─ out/daily.csv.total  export
     └─ made.total  source
        └─ again.more" "$output"
}

@test "what one pipeline exports feeds the other one's source" {
    project
    sqlflow run first -q
    equal "export:out/daily.csv.total source:items.amount source:made.total table:daily.total table:stock.amount" \
        "$(columns again.more)"
    run -0 sqlflow lineage items.amount --json
    equal "again daily made out/daily.csv positive stock" "$(json '" ".join(sorted(
        t["name"] for t in d["tables"] if t["direction"] == "down"))' <<<"$output")"
}

@test "a table tells its columns, what decides its rows, and what isn't known" {
    project
    sqlflow run first -q
    run -0 sqlflow lineage stock
    has "$output" "  amount  BIGINT   items.amount"
    has "$output" "rows are decided by
  items.amount"
    run -0 env LC_ALL=C sqlflow lineage again
    has "$output" "pipelines/second.sf:3: which columns this statement fills from which is not followed"
    has "$output" "  \`- made  source"
    run -0 sqlflow lineage again --json
    equal "['sqlflow.lineage/1', 'again', None, 1]" \
        "$(json '[d["format"], d["table"], d["column"], len(d["tables"][0]["unknown"])]' <<<"$output")"
}

@test "a source without its file leaves columns unknown, and says so" {
    project
    rm data/items.csv
    run --separate-stderr -0 sqlflow lineage daily
    has "$stderr" "data/items.csv"
    has "$output" "its columns are not known"
    has "$output" "stock"
}

@test "a PIVOT with IN and macros are followed, and what reads their tables is" {
    pipeline wide <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO stock;
CREATE TABLE rates AS SELECT id / 100 AS rate FROM stock;
CREATE OR REPLACE MACRO taxed(n) AS n * (SELECT max(rate) FROM rates);
CREATE TABLE wide AS PIVOT (SELECT name, taxed(amount) AS paid, id FROM stock)
ON name IN ('one', 'two') USING sum(paid) GROUP BY id;
EXPORT SELECT id, one + 1 AS more FROM wide TO 'out/wide.csv';
END
    run --separate-stderr -0 sqlflow validate
    has "$stderr" "6 statements checked"
    equal "source:items.amount source:items.id source:items.name table:rates.rate table:stock.amount table:stock.id table:stock.name table:wide.one" \
        "$(columns out/wide.csv.more)"
    sed -i "s/one + 1/onne + 1/" pipelines/wide.sf
    run --separate-stderr -2 sqlflow validate
    has "$stderr" "onne"
}

@test "a PIVOT without IN takes its columns from rows: that is said" {
    pipeline wide <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO stock;
CREATE TABLE wide AS PIVOT stock ON name USING sum(amount) GROUP BY id;
EXPORT wide TO 'out/wide.csv';
END
    run -0 sqlflow lineage wide
    has "$output" "pipelines/wide.sf:3: "
    sqlflow run -q
    run -0 sqlflow lineage wide
    has "$output" "pipelines/wide.sf:3: "
    has "$output" "stock"
}

@test "names that aren't there, or are there twice, are refused" {
    project
    run --separate-stderr -2 sqlflow lineage dayly
    has "$stderr" "no pipeline makes or reads a table 'dayly'"
    has "$stderr" "did you mean 'daily'?"
    run --separate-stderr -2 sqlflow lineage daily.totl
    has "$stderr" "no column 'totl' of 'daily' is known"
    has "$stderr" "did you mean 'total'?"
    sed 's/again/third/g' pipelines/second.sf >pipelines/third.sf
    run --separate-stderr -2 sqlflow lineage made
    has "$stderr" "source:second:made, source:third:made"
    run -0 sqlflow lineage source:second:made
    has "$output" "source of second"
}

@test "a pipeline outside of any project is given behind the table" {
    mkdir -p lone && cd lone || return
    printf 'CREATE TABLE a AS SELECT 1 AS x; CREATE TABLE b AS SELECT x + 1 AS "y.z" FROM a;' >lone.sf
    run -0 sqlflow -C . lineage 'b."y.z"' lone.sf
    has "$output" "a.x"
}
