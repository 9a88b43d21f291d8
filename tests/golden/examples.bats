#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every example, in a copy of its own, makes the files of tests/golden/examples, and makes them again.
# UPDATE=1 writes them instead: look at the difference before you commit it.

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  sqlflow=${SQLFLOW:-$root/build/sqlflow}
  export NO_COLOR=1
}

# text OUT   what a folder of outputs holds: Parquet by its rows, all else byte by byte
texts() {
  (cd "$1" && find . -type f ! -name '*.parquet' | sort | while read -r file; do
    echo "== $file"
    cat "$file"
  done)
  (cd "$1/.." && find out -name '*.parquet' | sort | while read -r file; do
    echo "== ./${file#out/}"
    "$sqlflow" query "FROM '$file' ORDER BY ALL" --output csv --limit 1000
  done)
}

example_is_golden() { # NAME
  local golden=$BATS_TEST_DIRNAME/examples/$1.txt project=$BATS_TEST_TMPDIR/$1
  cp -r "$root/examples/$1" "$project"
  rm -rf "$project/out" "$project/target"
  "$sqlflow" -C "$project" run --all
  texts "$project/out" >"$BATS_TEST_TMPDIR/first"
  if [ -n "${UPDATE-}" ]; then
    cp "$BATS_TEST_TMPDIR/first" "$golden"
  fi
  diff -u "$golden" "$BATS_TEST_TMPDIR/first"
  "$sqlflow" -C "$project" run --all
  texts "$project/out" | diff -u "$golden" -
}

@test "bank: months and balances" { example_is_golden bank; }

@test "orders: daily revenue and best customers" { example_is_golden orders; }

@test "sensors: two pipelines, partitioned readings" { example_is_golden sensors; }

@test "sessions: clicks to sessions and a funnel" { example_is_golden sessions; }

@test "survey: long and wide answers" { example_is_golden survey; }

@test "warehouse: stock and sales through an include" { example_is_golden warehouse; }

@test "every example stands in this file" {
  for folder in "$root"/examples/*/; do
    name=$(basename "$folder")
    [ "$name" = demo ] || grep -q "example_is_golden $name;" "$BATS_TEST_FILENAME"
  done
}
