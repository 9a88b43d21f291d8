#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # background.bash sets process and code
# sqlflow docs serve: what a browser of this machine gets.

load common
load background

# serve ARGUMENT...: until it listens; its address in `address`
serve() {
    begin docs serve --port 0 "$@"
    eventually grep -q http messages
    address=$(grep -o 'http://[^ ]*/' messages)
}

# page [PATH]: status and content
page() {
    python3 - "$address${1-}" <<'END'
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(sys.argv[1])
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, answer.headers["Content-Type"])
print(answer.read().decode(), end="")
END
}

@test "docs serve shows the project as it is at each look, until Ctrl-C" {
    echo 'CREATE TABLE first AS SELECT 1 AS x;' | pipeline shop
    serve
    has "$address" http://127.0.0.1:
    has "$(page | head -n 1)" '200 text/html; charset=utf-8'
    sqlflow docs -q
    equal "$(sha256sum <target/docs/index.html)" "$(page | tail -n +2 | sha256sum)"
    echo 'CREATE TABLE second AS SELECT 1 AS y;' >>pipelines/shop.sf
    has "$(page)" second
    echo 'CREATE TABLE' >>pipelines/shop.sf
    has "$(page)" '500 text/plain'
    has "$(cat messages)" 'pipelines/shop.sf:3'
    has "$(page none)" '404 '
    stop INT
    equal 130 "$code"
}

@test "docs serve works from another folder; a port that is taken is an error" {
    echo 'CREATE TABLE first AS SELECT 1 AS x;' | pipeline shop
    mkdir elsewhere
    cd elsewhere
    serve -C ..
    has "$(page)" first
    has "$(page)" first
    port=${address##*:}
    run --separate-stderr -2 sqlflow docs serve -C .. --port "${port%/}"
    has "$stderr" 'another one: --port'
    stop TERM
    equal 143 "$code"
}
