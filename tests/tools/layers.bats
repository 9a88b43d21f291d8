#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tools/layers in a small tree of its own: FILE and the line in it.

setup() {
  cd "$BATS_TEST_TMPDIR"
  git init --quiet .
  mkdir -p tools src/{base,lang,connect,engine/duckdb,cli}
  cp "$BATS_TEST_DIRNAME/../../tools/layers" tools/
  echo '#include "base/text.h"' >src/lang/parser.c
}

refuses() { # FILE LINE MESSAGE
  echo "$2" >"$1"
  run tools/layers
  [ "$status" -ne 0 ]
  [ "$output" = "$1:1: $3" ]
}

@test "what includes downwards passes" {
  echo '#include "duckdb.h"' >src/engine/duckdb/session.c
  echo '    puts("rows");' >src/cli/show.c
  run tools/layers
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

@test "an include of an upper layer is refused" {
  refuses src/base/text.c '#include "lang/ast.h"' "base may not use lang"
}

@test "layers side by side don't use each other" {
  refuses src/connect/csv.c '#include "engine/engine.h"' "connect may not use engine"
}

@test "duckdb.h is refused outside the engine's module" {
  refuses src/engine/engine.c '#include "duckdb.h"' "duckdb.h belongs to src/engine/duckdb"
  refuses src/engine/engine.c '#include <duckdb.h>' "duckdb.h belongs to src/engine/duckdb"
}

@test "an include without its layer is refused" {
  refuses src/lang/parser.c '#include "ast.h"' "include by the path from src/: ast.h"
}

@test "only the command line prints" {
  refuses src/lang/parser.c '    fprintf(stderr, "oops");' "only src/cli prints"
  refuses src/lang/parser.c '    g_print("oops");' "only src/cli prints"
}
