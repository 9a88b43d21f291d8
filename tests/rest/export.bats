#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2016,SC2153,SC2154 # run and finish set status in each test; ${x} is SQLFlow's
# HTTP APIs: what is sent, what goes wrong, what isn't trusted.
load api

@test "an error inside of an answer with status 200 fails" {
    use_api
    order /in '{"body": "{\"errors\": [{\"message\": \"row 3 is bad\"}]}"}, {"body": "{\"result\": {\"ok\": false, \"failed\": 2}}"}, {"body": "{\"error\": null, \"errors\": []}"}'
    export_is
    equal 1 "$status"
    has "$output" "batch 1 (rows 1 to 10): POST $HTTP_URL/in: 200: with an error in 'errors' (error_path): row 3 is bad"
    export_is '"error_path": "result.failed"'
    has "$output" "with an error in 'result.failed' (error_path): 2"
    export_is
    equal 0 "$status"
    order /items/number '{"body": "{\"error\": \"not today\"}"}'
    source_is items/number
    has "$output" "with an error in 'error' (error_path): not today"
    order /in '{"body": "{\"errors\": true, \"items\": [{\"status\": 201}, {\"error\": {\"reason\": \"no date\"}}]}"}, {"body": "[{\"errors\": []}, {\"errors\": [{\"message\": \"is there\"}]}]"}'
    export_is
    has "$output" "with an error in 'errors' (error_path): {\"errors\": true, \"items\""
    export_is '"error_path": "*.errors"'
    has "$output" "with an error in '*.errors' (error_path): is there"
    order /in '{"status": 207, "body": "{\"results\": [{\"error\": \"is there\"}]}", "stays": true}'
    export_is
    has "$output" "3 answers tell of each row (207): have all been taken?"
    export_is '"error_path": "results.*.error"'
    has "$output" "207: with an error in 'results.*.error' (error_path): is there"
}

@test "a redirection or link to another host gets neither key nor body" {
    use_api
    order /away "{\"status\": 302, \"headers\": {\"Location\": \"$HTTP_OTHER/items/number\"}}"
    order /linked "{\"body\": \"{\\\"data\\\": [{\\\"id\\\": 1}], \\\"next\\\": \\\"$HTTP_OTHER/there\\\"}\"}"
    order /there '{"body": "{\"data\": [{\"id\": 2}], \"next\": null}"}'
    source_is away '"auth": {"token": "s3cret"}, "headers": {"X-Own": "s3cret"}'
    equal 0 "$status"
    source_is linked '"auth": {"type": "api_key", "in": "query", "key": "s3cret"}, "headers": {"X-Own": "s3cret"}, "data_path": "data", "pagination": {"type": "json_link"}'
    equal 0 "$status"
    equal 2 "$(rows 'SELECT count(*) FROM t')"
    equal "2 False True" "$(arrived 'len(away), "s3cret" in str(away), "s3cret" in str(a)')"
    order /posts "{\"body\": \"{\\\"data\\\": [{}], \\\"next\\\": \\\"$HTTP_OTHER/there\\\"}\"}"
    source_is posts '"method": "POST", "body": {"q": 1}, "data_path": "data", "pagination": {"type": "json_link"}'
    has "$output" "page 1 leads to another host, which doesn't get the body"
    order /in "{\"status\": 307, \"headers\": {\"Location\": \"$HTTP_OTHER/in\"}, \"stays\": true}"
    export_is
    equal 1 "$status"
    has "$output" "307 Temporary Redirect: it leads to $HTTP_OTHER/in, which is not followed"
    equal 2 "$(arrived 'len(away)')"
}

@test "over TLS: whom the system doesn't know is refused, with ca_bundle not; what has ended or is another's is" {
    use_api
    local where options wanted
    while IFS='|' read -r where options wanted; do
        echo "EXPORT (SELECT 1 AS id) TO '${!where}/in' TYPE REST OPTIONS {\"auth\": {\"token\": \"s3cret\"}$options};" >pipelines/p.sf
        run sqlflow run
        equal "$([[ $wanted ]] && echo 1 || echo 0)" "$status"
        has "$output" "$wanted"
        equal "$([[ $wanted ]] && echo 0 || echo 1)" "$(arrived 'len(a)')"
    done <<END
HTTPS_URL||certificate
HTTPS_EXPIRED|, "ca_bundle": "$HTTPS_CA"|expired
HTTPS_ELSEWHERE|, "ca_bundle": "$HTTPS_CA"|host name
HTTPS_URL|, "ca_bundle": "$HTTPS_CA"|
END
}

@test "an export sends batches in order, in each form" {
    use_api
    export_is '"method": "PUT", "headers": {"X-Team": "data"}'
    equal 0 "$status"
    has "$output" "25 rows"
    equal "PUT 10 PUT 10 PUT 5" "$(arrived '*[x for r in a for x in (r["method"], len(rows(r)))]')"
    equal "data application/json" "$(arrived 'a[0]["headers"]["x-team"], a[0]["headers"]["content-type"]')"
    equal '[{"id":1,"name":"n1"},{"id":2' "$(arrived 'a[0]["body"][:29]')"
    equal True "$(arrived '[row["id"] for r in a for row in rows(r)] == list(range(1, 26))')"
    equal "3 36" "$(arrived 'len(set(map(key, a))), len(key(a[0]))')"
    curl -sS "$HTTP_URL/_forget" >/dev/null
    export_is '"format": "ndjson", "idempotency_header": "X-Once"'
    equal '{"id":1,"name":"n1"}~{"id":2' "$(arrived 'a[0]["body"][:28].replace("\n", "~")')"
    equal "10 10 5 application/x-ndjson 36" "$(arrived '*[r["body"].count("\n") for r in a], a[0]["headers"]["content-type"], len(a[0]["headers"]["x-once"])')"
    curl -sS "$HTTP_URL/_forget" >/dev/null
    export_is '"format": "object", "records_key": "rows", "max_bytes": "100B", "max_concurrency": 4, "rate": 1000'
    equal "25 True" "$(arrived 'sum(len(rows(r)["rows"]) for r in a), max(len(r["body"]) for r in a) <= 100')"
    export_is '"max_bytes": "20B"'
    has "$output" "more than fit into a request (max_bytes)"
    pipeline p <<<"EXPORT (SELECT 1 AS id WHERE false) TO '$HTTP_URL/none' TYPE REST;"
    sqlflow run
    equal 0 "$(arrived 'len(at("/none"))')"
}

@test "a refused batch says which rows and why; retry sends what is left" {
    use_api
    order /in '{}, {"status": 422, "body": "{\"detail\": \"id 13 is taken\"}"}'
    export_is
    equal 1 "$status"
    has "$output" "batch 2 (rows 11 to 20): POST $HTTP_URL/in: 422 Unprocessable Content: id 13 is taken"
    run sqlflow retry
    equal 0 "$status"
    has "$output" "1 batches were there already: an earlier try sent them"
    has "$output" "25 rows"
    equal "1 11 11 21" "$(arrived '*[rows(r)[0]["id"] for r in a]')"
    equal True "$(arrived 'key(a[1]) == key(a[2])')"
    run sqlflow retry
    equal 0 "$status"
    equal 4 "$(arrived 'len(a)')"
}

@test "an export that is done is not run again when another has failed" {
    use_api
    order /second '{"status": 400}'
    pipeline p <<<"EXPORT (SELECT 1 AS id) TO 'api/first'; EXPORT (SELECT 2 AS id) TO 'api/second';"
    run sqlflow run
    equal 1 "$status"
    run sqlflow retry
    equal 0 "$status"
    has "$output" "done  export_rest_first"
    equal "/first /second /second" "$(arrived '*sorted(r["path"] for r in a)')"
}

@test "an answer that is lost: the batch is sent again with the same key" {
    use_api
    order /in '{"then": true, "fault": "reset"}, {"status": 503}, {"status": 503}'
    export_is '"retries": 3'
    equal 0 "$status"
    equal "6 1 3" "$(arrived 'len(a), len(set(map(key, a[:4]))), len(set(map(key, a)))')"
}

@test "a crash in the middle: retry sends no acknowledged batch again, and the same rows" {
    use_api
    order /in '{}, {"fault": "stall"}'
    pipeline p <<'END'
CREATE TABLE made AS SELECT i AS id, random() AS r FROM range(1000) t(i);
EXPORT (SELECT * FROM made ORDER BY random()) TO 'api/in' OPTIONS {"batch_size": 100};
END
    sqlflow run >/dev/null 2>&1 &
    local pid=$!
    until_arrived 2
    kill -9 "$pid"
    wait "$pid" || true
    run sqlflow retry
    equal 0 "$status"
    equal 11 "$(arrived 'len(a)')"
    equal "True True" "$(arrived 'a[1]["body"] == a[2]["body"], key(a[1]) == key(a[2])')"
    equal "1000 1000" "$(arrived '*(lambda ids: (len(ids), len(set(ids))))([row["id"] for r in a[:1] + a[2:] for row in rows(r)])')"
    equal "" "$(find target/run -name '*.ndjson')"
}

@test "killed at any call while it puts aside, sends or notes: no acknowledged batch is sent again" {
    [[ -z ${TEST_BUILD-} ]] || skip "a sanitizer's own wrappers stand in the way of inject.so"
    use_api
    run "$BATS_TEST_DIRNAME/crash" "$HTTP_URL"
    equal 0 "$status"
    (("${output%% *}" >= 20))
}

@test "a cancel ends a request that stalls" {
    use_api
    order /in '{"fault": "stall", "stays": true}'
    pipeline p <<<"EXPORT (SELECT 1 AS id) TO 'api/in';"
    begin run
    until_arrived 1
    kill -INT "$process"
    finish
    equal 130 "$code"
    ((took < 2000))
}

@test "rows that were made anew are put aside anew: what changed is sent, what didn't isn't" {
    use_api
    seq 0 24 | sed '1s/.*/id/' >data/ids.csv
    pipeline p <<'END'
SOURCE ids TYPE CSV PARAMS {"path": "data/ids.csv"};
LOAD ids INTO ids;
EXPORT (SELECT * FROM ids ORDER BY id) TO 'api/in' OPTIONS {"batch_size": 10};
END
    order /in '{}, {}, {"status": 400}'
    run sqlflow run
    equal 1 "$status"
    sed -i '15s/.*/99/' data/ids.csv
    run sqlflow retry
    equal 0 "$status"
    has "$output" "1 batches were there already"
    equal "1 11 21 11 22" "$(arrived '*[rows(r)[0]["id"] for r in a]')"
    equal 5 "$(arrived 'len(set(map(key, a)))')"
}
