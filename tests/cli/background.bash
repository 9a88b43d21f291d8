# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # for the tests
# For tests that send signals: sqlflow in the background, with SIGINT as at a prompt.

# A query that takes forever.
export long='SELECT count(*) AS n FROM range(100000000000) t(i) WHERE i % 7 = 3'

# begin ARGUMENT...: in `process`
begin() {
    python3 - "$@" >output 2>messages <<'END' &
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp("sqlflow", ["sqlflow", *sys.argv[1:]])
END
    process=$!
    until [[ $(cat "/proc/$process/comm" 2>/dev/null) == sqlflow || ! -e /proc/$process ]]; do sleep 0.01; done
}

# until_event PATTERN: waits until the newest run's events have it
until_event() {
    eventually event_or_end "$1"
    grep -qs -- "$1" target/run/latest/events.jsonl || {
        cat messages
        return 1
    }
}

event_or_end() {
    grep -qs -- "$1" target/run/latest/events.jsonl || [[ ! -e /proc/$process ]]
}

# start ARGUMENT...: until its first step runs
start() {
    begin "$@"
    until_event step_started
}

# finish: the exit code in `code`, how many milliseconds it took in `took`
finish() {
    local began=${EPOCHREALTIME/[.,]/}
    code=0
    wait "$process" || code=$?
    took=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))
}

# stop SIGNAL...: sends them and waits for the end
stop() {
    local name
    for name in "$@"; do kill "-$name" "$process"; done
    finish
}
