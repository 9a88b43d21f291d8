#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# How tests/run counts: each test feeds it the TAP of a suite.

# count TAP...   the counts of that TAP, and what failed
count() {
  python3 - "$BATS_TEST_DIRNAME/../run" "$@" <<'END'
import importlib.machinery, importlib.util, sys
loader = importlib.machinery.SourceFileLoader("runner", sys.argv[1])
runner = importlib.util.module_from_spec(importlib.util.spec_from_loader("runner", loader))
sys.dont_write_bytecode = True
loader.exec_module(runner)
runner.SKIPS = {("suite", "listed")}
results = runner.Results()
results.add_tap("\n".join(sys.argv[2:]))
results.check_skips("suite")
print(runner.count(results), *results.failed, sep=" | ")
END
}

@test "passed and failed tests are counted" {
  [ "$(count 1..2 'ok 1 a' 'not ok 2 - b # why')" = "1 passed, 1 failed | b # why" ]
}

@test "a listed skip is counted as one" {
  [ "$(count 1..2 'ok 1 a' 'ok 2 listed # SKIP no network')" = "1 passed, 0 failed, 1 skipped" ]
}

@test "a skip that nobody listed is a failure" {
  [[ "$(count 1..1 'ok 1 b # SKIP no network')" == "0 passed, 1 failed | b: skipped (no network)"* ]]
}

@test "fewer results than planned are a failure" {
  [ "$(count 1..3 'ok 1 a')" = "1 passed, 1 failed | 1 of 3 planned tests reported" ]
}

@test "output without a plan is a failure" {
  [[ "$(count 'Segmentation fault')" == "0 passed, 1 failed | no plan"* ]]
}
