#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2016,SC2153,SC2154 # run and finish set status in each test; ${x} is SQLFlow's
# HTTP APIs: what is read, who asks.
load api

@test "every pagination reads all records, and no page twice" {
    use_api
    local name=0 options path requests
    while IFS='|' read -r path options requests; do
        ((name += 1))
        echo "SOURCE s$name FROM 'api' OPTIONS {\"path\": \"items/$path\", $options}; LOAD s$name INTO t$name;" >>pipelines/p.sf
        echo "25,25,325,123456789012345678901234525 /items/$path $requests $requests" >>wanted
    done <<'END'
number|"pagination": {"type": "page_number"}|4
total|"data_path": "data", "pagination": {"type": "page_number", "total_path": "total"}|3
offset|"pagination": {"type": "offset", "page_size": 100}|4
link|"data_path": "result.items", "pagination": {"type": "json_link", "next_path": "links.next"}|3
header|"pagination": {"type": "header_link"}|3
cursor|"record_path": "$.data", "pagination": {"cursor_path": "next", "cursor_param": "after"}|3
END
    sqlflow run
    for ((i = 1; i <= name; i++)); do
        path=$(sed -n "${i}s:.* \(/items/[a-z]*\) .*:\1:p" wanted)
        rows "SELECT count(*), count(DISTINCT id), sum(id), max(big) FROM t$i" | tr '\n' ' '
        arrived "'$path', len(at('$path')), len(set(str(r['query']) for r in at('$path')))"
    done >found
    diff wanted found
    curl -sS "$HTTP_URL/_forget" >/dev/null
    source_is items/number '"params": {"state": "x"}, "pagination": {"page_param": "p", "size_param": "per_page", "page_size": 3}, "max_pages": 1'
    equal "{'state': ['x'], 'per_page': ['3'], 'p': ['1']}" "$(arrived 'a[0]["query"]')"
}

@test "an API without an end is stopped, and so is one that repeats itself" {
    use_api
    source_is items/endless '"pagination": {"type": "page_number"}, "max_pages": 4'
    equal 0 "$status"
    has "$output" "stopped behind 4 pages, as max_pages says; there are more"
    equal 40 "$(rows 'SELECT count(*) FROM t')"
    source_is items/same '"pagination": {"type": "page_number"}'
    has "$output" "page 2 has the records of an earlier one: it is taken for the end"
    equal 10 "$(rows 'SELECT count(*) FROM t')"
    order /counted '{"body": "{\"n\": 3, \"data\": [{\"id\": 1}]}", "stays": true}'
    source_is counted '"data_path": "data", "pagination": {"type": "offset", "total_path": "n"}'
    equal 1 "$status"
    has "$output" "page 2 has the records of an earlier one, and the API tells that there are more: does it know 'offset'?"
    order /fewer '{"body": "{\"n\": 3, \"data\": [{\"id\": 1}]}"}, {"body": "{\"n\": 3, \"data\": []}"}'
    source_is fewer '"data_path": "data", "pagination": {"type": "offset", "total_path": "n"}'
    equal 0 "$status"
    has "$output" "page 2 is empty: 1 records have come, although the API tells of 3"
    order /loop '{"body": "{\"data\": [{\"id\": 1}], \"next\": \"/loop\"}", "stays": true}'
    source_is loop '"data_path": "data", "pagination": {"type": "json_link"}'
    has "$output" "page 1 leads back to an earlier one: it is taken for the last"
    equal 1 "$(rows 'SELECT count(*) FROM t')"
    source_is loop '"data_path": "data", "pagination": {"type": "json_link", "next_path": "nxt"}'
    has "$output" "the first page has no 'nxt' (pagination.next_path): it is taken for the only one"
}

@test "parameters of pages go into a body; a name may have dots; who doesn't know the cursor is found out" {
    use_api
    order /graph '{"body": "{\"d\": [{\"id\": 1}], \"info\": {\"end\": \"c1\", \"more\": true}}"}, {"body": "{\"d\": [{\"id\": 2}], \"info\": {\"end\": \"c2\", \"more\": false}}"}'
    source_is graph '"method": "POST", "body": {"query": "{x}", "variables": {"n": 1.10, "after": null}}, "data_path": "d", "pagination": {"in": "body", "cursor_path": "info.end", "cursor_param": "variables.after", "more_path": "info.more"}'
    equal "2,3" "$(rows 'SELECT count(*), sum(id) FROM t')"
    equal '{} {} {"query":"{x}","variables":{"n":1.10,"after":"c1"}}' "$(arrived '*[r["query"] for r in a], a[1]["body"]')"
    order /search '{"body": "{\"hits\": [{\"sort\": [1.50, \"a\"]}]}"}, {"body": "{\"hits\": []}"}'
    source_is search '"method": "POST", "data_path": "hits", "pagination": {"in": "body", "cursor_path": "hits.-1.sort", "cursor_param": "search_after", "page_size": 1, "size_param": "size"}'
    equal 0 "$status"
    equal '{"size":1} {"size":1,"search_after":[1.50, "a"]}' "$(arrived '*[r["body"] for r in at("/search")]')"
    order /odata '{"body": "{\"value\": [{\"id\": 1}], \"@odata.nextLink\": \"odata?$skip=1\"}"}, {"body": "{\"value\": [{\"id\": 2}]}"}'
    source_is odata '"data_path": "value", "pagination": {"next_path": "@odata.nextLink"}'
    equal 2 "$(rows 'SELECT count(*) FROM t')"
    order /deaf '{"body": "{\"data\": [{\"id\": 1}], \"next\": \"x\"}", "stays": true}'
    source_is deaf '"method": "POST", "body": {}, "data_path": "data", "pagination": {"cursor_path": "next"}'
    equal 1 "$status"
    has "$output" "page 2 has the records of an earlier one, and the API tells that there are more: does it know 'cursor' behind its address (pagination.in)?"
    source_is deaf '"method": "POST", "body": [1], "pagination": {"in": "body", "cursor_path": "next"}'
    has "$output" "'pagination.in' is body: then 'body' must be an object"
}

@test "numbers keep their digits; what is nested stays so, or becomes columns" {
    use_api
    order /odd '{"body": "[{\"id\": 1, \"n\": 12345678901234567890.0123456789, \"who\": {\"name\": \"ä\\\"\", \"at\": {\"x\": 1}}, \"l\": [1, 2]}]", "stays": true}'
    source_is odd
    equal '12345678901234567890.0123456789,"ä""",1,2' "$(rows 'SELECT n, who.name, who.at.x, l[2] FROM t')"
    source_is odd '"flatten_response": true'
    equal '12345678901234567890.0123456789,"ä""",1,2' "$(rows 'SELECT n, who_name, who_at_x, l[2] FROM t')"
    source_is odd '"columns": {"id": "SMALLINT", "n": "VARCHAR"}'
    equal 'SMALLINT,VARCHAR' "$(rows 'SELECT typeof(id), typeof(n) FROM t')"
    order /scalars '{"body": "[1, null, 3]"}'
    source_is scalars
    equal "3,4" "$(rows 'SELECT count(*), sum(value) FROM t')"
    order /twice '{"body": "[{\"a_b\": 1, \"a\": {\"b\": 2}}]"}'
    source_is twice '"flatten": true'
    has "$output" "record 1: flatten would give it two members 'a_b'"
}

@test "what is asked for: method, headers, params, body; an answer that is none is told" {
    use_api
    order /find '{"body": "{\"data\": {\"items\": [{\"id\": 7}]}}"}'
    source_is 'find?fixed=1' '"method": "POST", "headers": {"X-Team": "data"}, "params": {"a b": "ü&=", "l": [1, 2]}, "body": {"q": [1.10]}, "data_path": "data.items"'
    equal 0 "$status"
    equal 7 "$(rows 'SELECT id FROM t')"
    equal 'POST {"q": [1.10]} application/json data' "$(arrived 'a[0]["method"], a[0]["body"], a[0]["headers"]["content-type"], a[0]["headers"]["x-team"]')"
    equal "{'fixed': ['1'], 'a b': ['ü&='], 'l': ['1', '2']}" "$(arrived 'a[0]["query"]')"
    order /wrong '{"body": "{\"data\": [], \"page\": 1}"}, {"body": "<html><title>Sign in</title>"}, {"body": "[1, 2"}, {"body": ""}'
    source_is wrong '"data_path": "items"'
    has "$output" "the answer has no 'items' (data_path); it is an object of data, page"
    order /edges '{"body": "{\"data\": {\"edges\": [{\"node\": {}}]}}"}, {"status": 206, "body": "[{\"id\": 1}]"}, {"headers": {"Content-Type": "application/x-ndjson"}, "body": "{}\n{}"}'
    source_is edges '"data_path": "data.edges.node"'
    has "$output" "the answer has no 'data.edges.node' (data_path); 'data.edges' is a list"
    source_is edges
    has "$output" "the API says that this is a part (206): is there a pagination?"
    source_is edges
    has "$output" "/edges (application/x-ndjson) can't be read: it is no JSON at byte 4"
    source_is wrong
    has "$output" "Sign in) can't be read: it is no JSON at byte 1"
    source_is wrong
    has "$output" "/wrong can't be read: it is no JSON at byte 6"
    source_is wrong
    has "$output" "there are no records, so no columns are known"
    order /marked '{"body": "\ufeff[{\"id\": 8}]"}'
    source_is marked
    equal 8 "$(rows 'SELECT id FROM t')"
    source_is items/number '"pagination": {"type": "offset", "page_param": "p"}'
    has "$output" "'pagination.page_param' has no effect on pagination of type offset"
    source_is items/number '"headers": {"X-Key": {"env": "PASSWORD"}}'
    has "$output" 'write a variable of the environment, as in "${NAME}"'
    source_is items/number '"headers": {"X Key": "x"}'
    has "$output" "'X Key' can't be the name of a header"
    source_is items/number '"auth": {"tokn": "x"}'
    has "$output" "unknown option 'auth.tokn' for rest"
    has "$output" "did you mean 'auth.token'"
}

@test "who asks is proved in each way, and no secret is shown" {
    use_api
    export PASSWORD=hun%ter2-s3cret
    while IFS='|' read -r options wanted; do
        curl -sS "$HTTP_URL/_forget" >/dev/null
        order /items/number '{"status": 500, "body": "no: hun%ter2-s3cret"}'
        source_is items/number "$options"
        equal 0 "$status"
        hasnt "$output" 's3cret'
        equal "$wanted" "$(arrived '{k: v for k, v in a[1]["headers"].items() if k in ("authorization", "x-api-key", "x-my")}, a[1]["query"]')"
    done <<'END'
"auth": {"type": "basic", "username": "me", "password": {"env": "PASSWORD"}}|{'authorization': 'Basic bWU6aHVuJXRlcjItczNjcmV0'} {}
"auth": {"token": "${PASSWORD}"}|{'authorization': 'Bearer hun%ter2-s3cret'} {}
"auth": {"type": "api_key", "key_value": "${PASSWORD}"}|{'x-api-key': 'hun%ter2-s3cret'} {}
"auth": {"type": "api_key", "key_name": "k", "in": "query", "key": {"env": "PASSWORD"}}|{} {'k': ['hun%ter2-s3cret']}
"headers": {"X-My": "token ${PASSWORD}"}|{'x-my': 'token hun%ter2-s3cret'} {}
"params": {"api_key": "${PASSWORD}"}|{} {'api_key': ['hun%ter2-s3cret']}
END
    source_is 'items/number?access_token=hun%25ter2-s3cret'
    equal 0 "$status"
    run grep -rlF 'ter2-s3cret' target
    equal 1 "$status"
    order /items/number '{"status": 400, "body": "got Basic bWU6aHVuJXRlcjItczNjcmV0"}, {"status": 403, "body": "{\"message\": \"not with hun%ter2-s3cret\"}"}'
    source_is items/number '"auth": {"username": "me", "password": {"env": "PASSWORD"}}'
    has "$output" "400 Bad Request: got Basic ***"
    source_is items/number '"auth": {"type": "api_key", "in": "query", "key": "${PASSWORD}"}'
    equal 1 "$status"
    has "$output" "403 Forbidden: not with ***"
    run grep -rlF 'hun%ter2-s3cret' target
    equal 1 "$status"
}

@test "OAuth 2: a token is fetched once, and again when it has ended" {
    use_api
    export CLIENT=s3cret-client
    pipeline p <<END
SOURCE s FROM 'api' OPTIONS {"path": "secure/a", "auth": {"type": "oauth2_client_credentials", "client_id": "me",
    "token_url": "$HTTP_URL/token", "client_secret": {"env": "CLIENT"}, "scope": "read"}, "pagination": {"type": "offset"}};
LOAD s INTO t;
END
    order /secure/a '{"body": "[{\"id\": 1}]"}, {"status": 401, "body": "{\"error\": \"expired\"}"}, {"body": "[]"}'
    run sqlflow run
    equal 0 "$status"
    equal "/token /secure/a /secure/a /token /secure/a" "$(arrived '*[r["path"] for r in a]')"
    equal "grant_type=client_credentials&scope=read&client_id=me&client_secret=s3cret-client" "$(arrived 'a[0]["body"]')"
    export CLIENT=wrong
    run sqlflow run
    equal 1 "$status"
    has "$output" "auth.token_url: 401 Unauthorized: who are you?"
    run grep -rlE 's3cret-client|token-[0-9]' target
    equal 1 "$status"
}

@test "faults of the network and 503 are tried again; 429 waits as long as it is asked to" {
    use_api
    order /items/number '{"fault": "reset"}, {"status": 503}, {"body": "[{\"id\": 1}]"}, {"fault": "cut", "body": "[{\"id\": 2}]"}, {"body": "[]"}'
    source_is items/number '"pagination": {"type": "page_number"}'
    equal 0 "$status"
    equal 1 "$(rows 'SELECT count(*) FROM t')"
    order /later '{"status": 429, "headers": {"Retry-After": "7200"}}'
    source_is later
    has "$output" "(it asks to wait for 7200 s)"
    order /round '{"status": 302, "headers": {"Location": "/round"}, "stays": true}'
    source_is round
    has "$output" "/round: 302 Found: it leads on after 10 redirections"
    order /breaks '{"body": "[{\"id\": 1}]"}, {"status": 404, "body": "{\"detail\": \"Invalid page.\"}"}'
    source_is breaks '"pagination": {"type": "page_number"}'
    has "$output" "page 2: GET $HTTP_URL/breaks: 404 Not Found: Invalid page."
    order /slow '{"status": 429, "headers": {"Retry-After": "1"}}, {"status": 429, "headers": {"Date": "Wed, 21 Oct 2026 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2026 07:28:01 GMT"}}, {"body": "[{\"id\": 1}]"}'
    source_is slow
    equal 0 "$status"
    equal "True True" "$(arrived '*[late["time"] - early["time"] >= 1 for early, late in zip(at("/slow"), at("/slow")[1:])]')"
    order /stalls '{"fault": "stall", "stays": true}'
    source_is stalls '"request_timeout": "100ms", "retries": 1'
    equal 1 "$status"
    has "$output" "(after 2 tries)"
    equal 2 "$(arrived 'len(at("/stalls"))')"
    order /busy '{"status": 503, "body": "{\"error\": {\"message\": \"too busy\"}}", "stays": true}'
    source_is busy
    has "$output" "503 Service Unavailable: too busy (after 3 tries)"
    equal 3 "$(arrived 'len(at("/busy"))')"
}

@test "only what is new is loaded, also when nothing is" {
    use_api
    pipeline p <<'END'
SOURCE s FROM 'api' OPTIONS {"path": "grows", "sync_mode": "incremental", "cursor_field": "id"};
LOAD s INTO t MODE APPEND;
END
    order /grows '{"body": "[{\"id\": 1}, {\"id\": 2}]"}, {"body": "[{\"id\": 2}, {\"id\": 3}]"}, {"body": "[]"}'
    sqlflow run
    sqlflow run
    run sqlflow run
    equal 0 "$status"
    equal "3,6" "$(rows 'SELECT count(*), sum(id) FROM t')"
}

@test "validate asks for nothing; declared columns are checked" {
    use_api
    pipeline p <<'END'
SOURCE s FROM 'api' OPTIONS {"path": "items/number"};
LOAD s INTO t;
CREATE TABLE u AS SELECT what FROM t;
END
    run sqlflow validate
    equal 0 "$status"
    sed -i 's|"items/number"|"items/number", "columns": {"id": "BIGINT"}|' pipelines/p.sf
    run sqlflow validate
    equal 2 "$status"
    has "$output" what
    equal 0 "$(arrived 'len(a)')"
}

@test "connect discover tells where the records of an answer are, its links, and the paths of a description" {
    use_api
    order / "{\"body\": \"{\\\"meta\\\": {\\\"next\\\": \\\"$HTTP_URL/p?key=s3cret\\\"}, \\\"data\\\": {\\\"items\\\": [{\\\"id\\\": 1, \\\"who\\\": {}}, {}]}}\"}, {\"body\": \"[1, 2]\"}, {\"body\": \"{\\\"openapi\\\": \\\"3.1.0\\\", \\\"paths\\\": {\\\"/orders\\\": {\\\"get\\\": {}, \\\"post\\\": {}}}}\"}, {\"body\": \"<html>\"}"
    run sqlflow connect discover api --output csv
    equal $'kind,name,detail\nrecord,$,"meta, data"\nlink,meta.next,'"$HTTP_URL"$'/p\nrecords,data.items,"2: id, who"' "$output"
    run sqlflow connect discover api --output csv
    equal $'kind,name,detail\nrecords,$,2' "$output"
    run sqlflow connect discover api --output csv
    equal $'kind,name,detail\npath,/orders,"get, post"' "$output"
    run sqlflow connect discover api
    equal 1 "$status"
    has "$output" "it is no JSON at byte 1"
}

@test "connect test, and a source that is read without a table" {
    use_api
    run sqlflow connect test api
    equal 0 "$status"
    order '' '{"status": 401, "body": "{\"message\": \"who?\"}"}'
    order / '{"status": 401, "body": "{\"message\": \"who?\"}"}'
    run sqlflow connect test api
    equal 1 "$status"
    has "$output" "401 Unauthorized: who?"
    pipeline p <<'END'
SOURCE s FROM 'api' OPTIONS {"path": "items/number"};
CREATE TABLE a AS SELECT max(id) AS m FROM s;
CREATE TABLE b AS SELECT min(id) AS m FROM s;
END
    sqlflow run
    equal "10,1" "$(rows 'SELECT a.m, b.m FROM a, b')"
    equal 1 "$(arrived 'len(at("/items/number"))')"
    run sqlflow describe connector rest
    has "$output" "pagination.cursor_path"
}
