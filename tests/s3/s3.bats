#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2016,SC2153,SC2154 # run sets status in each test; ${x} is SQLFlow's
# S3, against a real gateway: what is read and written, what goes wrong and what is then left.
export BUCKET=lake
load common

@test "what we write boto3 reads, and what it writes we read, in every format" {
    use_lake
    boto 'import gzip
rows = [(1, "one", 10), (2, "two", 20), (3, "three", 30)]
c.put_object(Bucket="lake", Key="in/items.csv", Body="\n".join(["id,name,amount"] + [f"{i},{n},{a}" for i, n, a in rows]) + "\n")
c.put_object(Bucket="lake", Key="in/items.json.gz", Body=gzip.compress(json.dumps([dict(zip(("id", "name", "amount"), r)) for r in rows]).encode()))'
    pipeline p <<'END'
SOURCE items TYPE CSV PARAMS {"path": "s3://lake/in/items.csv"};
LOAD items INTO items;
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/items.csv';
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/ITEMS.CSV.GZ';
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/items.parquet';
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/items.json';
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/items.ndjson';
SOURCE a TYPE CSV PARAMS {"path": "s3://lake/formats/ITEMS.CSV.GZ"};
SOURCE b TYPE S3 PARAMS {"bucket": "lake", "key": "formats/*.parquet"};
SOURCE c TYPE JSON PARAMS {"path": ["s3://lake/formats/items.json", "s3://lake/formats/items.ndjson"], "filename": true};
SOURCE d TYPE JSON PARAMS {"path": "s3://lake/in/items.json.gz"};
LOAD a INTO a;
LOAD b INTO b;
LOAD c INTO c;
LOAD d INTO d;
END
    run sqlflow run p
    equal 0 "$status"
    equal "$(cat data/items.csv)" "$(boto 'sys.stdout.write(body("formats/items.csv").decode())')"
    equal "True True True" "$(boto 'import gzip
texts = [gzip.decompress(body("formats/ITEMS.CSV.GZ")).decode(), body("formats/items.json").decode(), body("formats/items.ndjson").decode()]
found = [json.loads(texts[1]), [json.loads(line) for line in texts[2].splitlines()]]
wanted = [dict(zip(("id", "name", "amount"), r)) for r in rows]
print(texts[0] == body("in/items.csv").decode(), *(f == wanted for f in found))')"
    boto 'sys.stdout.buffer.write(body("formats/items.parquet"))' >data/items.parquet
    equal "3,3,6,3,3" "$(rows "SELECT (SELECT count(*) FROM (FROM a INTERSECT FROM items)),
        (SELECT count(*) FROM (FROM b INTERSECT FROM items)), (SELECT count(*) FROM c), (SELECT count(*) FROM (FROM d INTERSECT FROM items)),
        (SELECT count(*) FROM (FROM 'data/items.parquet' INTERSECT FROM items))")"
    equal $'s3://lake/formats/items.json\ns3://lake/formats/items.ndjson' "$(rows 'SELECT DISTINCT filename FROM c ORDER BY 1')"
    equal "[]" "$(boto 'print(uploads())')"
}

@test "keys mean themselves: spaces, plus, equals, two slashes, percent, letters of all languages, 1,000 bytes" {
    use_lake
    local key long
    long=odd/$(printf 'x%.0s' {1..500})/$(printf 'y%.0s' {1..490}).csv
    for key in "odd/a b.csv" "odd/a+b=c&d.csv" "odd//two.csv" "odd/100%25.csv" "odd/ä/ключ/鍵.csv" "odd/[x]~!'(s).csv" "$long"; do
        pipeline "p" <<END
EXPORT SELECT 1 AS a TO 's3://lake/${key//\'/\'\'}';
SOURCE s TYPE CSV PARAMS {"path": "s3://lake/$key", "filename": true};
LOAD s INTO t;
END
        run sqlflow run p
        equal 0 "$status"
        equal "1,s3://lake/$key" "$(rows 'FROM t' | tr -d '"')"
    done
    pipeline all <<'END'
SOURCE s TYPE CSV PARAMS {"path": "s3://lake/odd/**", "filename": true};
LOAD s INTO all_of_them;
END
    run sqlflow run all
    equal 0 "$status"
    equal "7" "$(rows 'SELECT count(DISTINCT filename) FROM all_of_them')"
    equal "/two.csv|100%25.csv|[x]~!'(s).csv|a b.csv|a+b=c&d.csv|${long#odd/}|ä/ключ/鍵.csv" "$(boto 'print(*[k[4:] for k in keys("odd/")], sep="|")')"
}

@test "0 bytes, 1 byte, exactly one part, one byte more, 10,001 rows" {
    use_lake
    boto 'c.put_object(Bucket="lake", Key="size/one.csv", Body=b"a")'
    pipeline p <<'END'
EXPORT SELECT 1 AS a WHERE false TO 's3://lake/size/empty.csv' OPTIONS {"header": false};
EXPORT SELECT repeat('x', 5242877) AS a TO 's3://lake/size/part.csv';
EXPORT SELECT repeat('x', 5242878) AS a TO 's3://lake/size/more.csv';
EXPORT SELECT i, 'row ' || i AS t FROM range(10001) r(i) TO 's3://lake/size/rows.parquet';
SOURCE one TYPE CSV PARAMS {"path": "s3://lake/size/one.csv"};
SOURCE part TYPE CSV PARAMS {"path": "s3://lake/size/part.csv", "max_line_size": "8MB"};
SOURCE many TYPE PARQUET PARAMS {"path": "s3://lake/size/rows.parquet"};
LOAD one INTO one;
LOAD part INTO part;
LOAD many INTO many;
END
    run sqlflow run p
    equal 0 "$status"
    equal "0 5242880 5242881 True False" "$(boto '
size = lambda k: c.head_object(Bucket="lake", Key="size/" + k)
print(size("empty.csv")["ContentLength"], size("part.csv")["ContentLength"], size("more.csv")["ContentLength"],
      size("part.csv")["ETag"].endswith("-1\""), "-" in size("empty.csv")["ETag"])')"
    equal "0,5242877,10001,50005000" "$(rows 'SELECT (SELECT count(a) FROM one), (SELECT length(a) FROM part),
        (SELECT count(*) FROM many), (SELECT sum(i) FROM many)')"
    pipeline empty <<'END'
SOURCE s TYPE CSV PARAMS {"path": "s3://lake/size/empty.csv"};
LOAD s INTO t;
END
    run sqlflow run empty
    equal 1 "$status"
    has "$output" "s3://lake/size/empty.csv"
    no_uploads
}

@test "a glob over many objects, a hundred a page; an export in parts, and what is no longer written goes" {
    use_lake
    local count=${S3_OBJECTS:-150}
    pipeline p <<END
EXPORT SELECT i, i AS n FROM range($count) r(i) TO 's3://lake/parts' TYPE PARQUET OPTIONS {"partition_by": ["n"]};
SOURCE s TYPE PARQUET PARAMS {"path": "s3://lake/parts/**/*.parquet", "hive_partitioning": true, "filename": true};
LOAD s INTO t;
END
    run sqlflow run p
    equal 0 "$status"
    equal "$count,$((count * (count - 1) / 2)),$count" "$(rows "SELECT count(*), sum(n), count(DISTINCT filename) FROM t
        WHERE i = n AND filename = 's3://lake/parts/n=' || i || '/data_0.parquet'")"
    sed -i "s/range($count)/range(3)/" pipelines/p.sf
    sqlflow run p
    equal "parts/n=0/data_0.parquet parts/n=1/data_0.parquet parts/n=2/data_0.parquet" "$(boto 'print(*keys("parts/"))')"
    local key
    for key in parts/mine.txt parts/data_raw.csv parts/other/data_0.parquet; do
        boto "c.put_object(Bucket='lake', Key='$key', Body=b'x')" >/dev/null
        run sqlflow run p
        equal 1 "$status"
        has "$output" "no export made 's3://lake/$key'"
        boto "c.delete_object(Bucket='lake', Key='$key')" >/dev/null
    done
    # A slash at the end is no empty folder, and NULL beside dates no other type.
    pipeline days <<'END'
EXPORT SELECT 1 AS i, DATE '2024-01-05' AS d UNION ALL SELECT 2, NULL TO 's3://lake/days/' TYPE PARQUET OPTIONS {"partition_by": ["d"]};
SOURCE s TYPE PARQUET PARAMS {"path": "s3://lake/days/*/*.parquet", "hive_partitioning": true};
LOAD s INTO days;
END
    run sqlflow run days
    equal 0 "$status"
    equal $'1,2024-01-05,DATE\n2,,DATE' "$(rows 'SELECT i, d, typeof(d) FROM days ORDER BY i')"
}

@test "failures have their kind: wrong key, missing bucket and object, no rights, a clock that is wrong" {
    use_lake
    pipeline p <<'END'
SOURCE s TYPE CSV PARAMS {"path": "${path}"};
LOAD s INTO t;
END
    run sqlflow run p --var path=s3://nowhere/x.csv
    has "$output" "s3://nowhere: 404 NoSuchBucket"
    run sqlflow run p --var path=s3://lake
    has "$output" "'s3://lake/' is no object: write a key, or a pattern such as s3://lake/*.csv"
    run sqlflow run p --var path=s3://lake/none.csv
    has "$output" "no object 's3://lake/none.csv'"
    run sqlflow run p --var 'path=s3://lake/none/*.csv'
    has "$output" "no object fits 's3://lake/none/*.csv'"
    AWS_SECRET_ACCESS_KEY=wrong run sqlflow run p --var 'path=s3://lake/x.csv'
    has "$output" "403 SignatureDoesNotMatch" "is the secret access key right?"
    AWS_SECRET_ACCESS_KEY=wrong run sqlflow run p --var 'path=s3://lake/*.csv'
    has "$output" "403 SignatureDoesNotMatch" "is the secret access key right?"
    AWS_ACCESS_KEY_ID=$S3_OTHER_KEY AWS_SECRET_ACCESS_KEY=$S3_OTHER_SECRET run sqlflow run p --var 'path=s3://lake/*.csv'
    has "$output" "403 AccessDenied"
    hasnt "$output" "tries"
    [[ -z ${TEST_BUILD-} ]] || skip "a sanitizer wants to be loaded before faketime"
    run faketime -f -1h sqlflow run p --var 'path=s3://lake/*.csv'
    has "$output" "RequestTimeTooSkewed" "this machine's clock says"
}

@test "503s, resets and lost answers in the middle of an upload: the object is whole, and nothing is left" {
    use_lake
    use_proxy
    pipeline p <<'END'
EXPORT SELECT i, hash(i) AS h, repeat('x', 50) AS x FROM range(150000) r(i) TO 's3://lake/moody.csv';
END
    order POST uploads 503 lose
    order PUT partNumber=1 503 reset
    order PUT partNumber=2 lose 503
    order POST uploadId=inside inside
    order POST uploadId lose
    order HEAD moody.csv 503
    run sqlflow run p
    equal 0 "$status"
    sqlflow query --output csv "SELECT i, hash(i) AS h, repeat('x', 50) AS x FROM range(150000) r(i)" >wanted.csv
    equal "$(sha256sum <wanted.csv)" "$(boto 'sys.stdout.buffer.write(body("moody.csv"))' | sha256sum)"
    no_uploads
}

@test "reads go on after 503s and connections that break; an object that is replaced meanwhile is an error" {
    use_lake
    boto 'c.put_object(Bucket="lake", Key="big.csv", Body=b"a\n" + b"".join(b"%d\n" % i for i in range(3000000)))'
    use_proxy
    pipeline p <<'END'
SOURCE s TYPE CSV PARAMS {"path": "s3://lake/big.csv"};
LOAD s INTO t;
END
    order GET big.csv 503 cut reset lose
    run sqlflow run p
    equal 0 "$status"
    equal "3000000,4499998500000" "$(rows 'SELECT count(*), sum(a) FROM t')"
    order GET big.csv wait
    begin run p
    eventually grep -qs step_started target/run/latest/events.jsonl
    sleep 1
    boto 'c.put_object(Bucket="lake", Key="big.csv", Body=b"a\n" + b"1\n" * 11444448)' >/dev/null
    status=0
    wait "$process" || status=$?
    equal 1 "$status"
    has "$(cat messages)" "'s3://lake/big.csv' was changed while files were read"
    equal "3000000" "$(rows 'SELECT count(*) FROM t')"
}

@test "an export that fails for good leaves the former object, and no upload" {
    use_lake
    use_proxy
    boto 'c.put_object(Bucket="lake", Key="kept.csv", Body=b"former")'
    pipeline p <<'END'
EXPORT SELECT i, repeat('x', 100) AS x FROM range(120000) r(i) TO 's3://lake/kept.csv' OPTIONS {"retries": 0};
END
    order PUT partNumber=2 503 503 503 503 503 503 503
    run sqlflow run p
    equal 1 "$status"
    has "$output" "503 SlowDown"
    pipeline q <<'END'
EXPORT SELECT i, repeat('x', 100) AS x, CASE WHEN i = 119999 THEN error('bad row') END AS e FROM range(120000) r(i) TO 's3://lake/kept.csv';
END
    run sqlflow run q
    equal 1 "$status"
    has "$output" "bad row"
    equal "former" "$(boto 'print(body("kept.csv").decode())')"
    no_uploads
}

@test "an upload that a killed run left is ended by the next export; an interrupted one ends its own" {
    use_lake
    use_proxy
    pipeline p <<'END'
EXPORT SELECT i, repeat('x', 100) AS x FROM range(120000) r(i) TO 's3://lake/killed.csv';
END
    order PUT partNumber=2 stall
    begin run p
    eventually upload_is_there
    kill -KILL "$process"
    wait "$process" || true
    upload_is_there
    sqlflow run p
    no_uploads
    order PUT partNumber=2 stall
    begin run p
    eventually upload_is_there
    kill -INT "$process"
    status=0
    wait "$process" || status=$?
    equal 130 "$status"
    no_uploads
}

upload_is_there() {
    [[ $(boto 'print(len(uploads()))') == 1 ]]
}

@test "parts of a CSV export go from memory, small and large ones; each is whole, whatever goes wrong" {
    use_lake
    use_proxy
    pipeline p <<'END'
CREATE TABLE t AS SELECT CASE WHEN i < 60000 THEN 'large' ELSE 'p' || i % 40 END AS k, i, repeat('x', 100) AS x FROM range(61000) r(i);
EXPORT t TO 's3://lake/spread' TYPE CSV OPTIONS {"partition_by": ["k"]};
END
    order PUT partNumber=2 stall
    begin run p
    eventually upload_is_there
    kill -KILL "$process"
    wait "$process" || true
    order PUT p7/ 503 reset lose
    order PUT partNumber=2 503 lose
    order POST uploadId lose
    run sqlflow run p
    equal 0 "$status"
    no_uploads
    equal "41 $(sqlflow query --output csv "SELECT i, x FROM t WHERE k = 'large'" | sha256sum)" \
        "$(boto 'print(len(keys("spread/")), hashlib.sha256(body("spread/k=large/data_0.csv")).hexdigest() + "  -")')"
    # What fails later than with its query's first rows has sent nothing.
    pipeline q <<'END'
EXPORT SELECT 'p7' AS k, CASE WHEN i = 59999 THEN error('bad row') END AS e FROM range(60000) r(i) TO 's3://lake/spread' TYPE CSV OPTIONS {"partition_by": ["k"]};
END
    run sqlflow run q
    equal 1 "$status"
    has "$output" "bad row"
    equal "$(sqlflow query --output csv "SELECT i, x FROM t WHERE k = 'p7'")" "$(boto 'print(body("spread/k=p7/data_0.csv").decode())')"
    sed -i "s/FROM range(61000)/FROM range(60000)/" pipelines/p.sf
    sqlflow run p
    equal "spread/k=large/data_0.csv" "$(boto 'print(*keys("spread/"))')"
}

@test "an export that takes too long ends, whether its query has given rows or not" {
    use_lake
    pipeline p <<'END'
EXPORT SELECT count(*) AS n FROM range(100000000000) t(i) WHERE i % 7 = 3 TO 's3://lake/late.csv' OPTIONS {"timeout": "300ms"};
EXPORT SELECT i, repeat('x', 100) AS x FROM range(10000000000) r(i) TO 's3://lake/endless.csv' OPTIONS {"timeout": "1s"};
END
    run timeout 60 sqlflow run p
    equal 1 "$status"
    has "$output" "timed out after 0.3 s" "FAIL=2"
    equal "" "$(boto 'print(*keys("late"), *keys("endless"))')"
    no_uploads
}

@test "retry exports again what was deleted, and reads again what was replaced" {
    use_lake
    boto 'c.put_object(Bucket="lake", Key="again/in.csv", Body=b"a\n1\n")'
    pipeline p <<'END'
SOURCE s TYPE CSV PARAMS {"path": "s3://lake/again/in.csv"};
LOAD s INTO t;
EXPORT t TO 's3://lake/again/out.csv';
CREATE TABLE last AS SELECT error('stop') FROM t;
END
    run sqlflow run p
    equal 1 "$status"
    run sqlflow retry p
    has "$output" "OK=0 DONE=2 FAIL=1"
    boto 'c.delete_object(Bucket="lake", Key="again/out.csv")'
    run sqlflow retry p
    has "$output" "OK=1 DONE=1 FAIL=1"
    boto 'c.put_object(Bucket="lake", Key="again/in.csv", Body=b"a\n2\n")'
    run sqlflow retry p
    has "$output" "OK=2 FAIL=1"
    equal $'a\n2' "$(boto 'print(body("again/out.csv").decode().strip())')"
}

@test "a connector of the profile: connect test and discover, sources and exports; the web; Parquet by ranges; a plugin" {
    use_lake
    mkdir plugins
    cc -std=c11 -D_POSIX_C_SOURCE=200809L -shared -fPIC -I"$ROOT/include" -o plugins/dated.so "$ROOT/docs/plugin/dated.c"
    cat >>profiles/dev.yml <<<'  days: {type: dated, params: {root: "s3://lake/days", files: "*.csv"}}
plugins: [plugins]'
    pipeline p <<'END'
EXPORT SELECT i, hash(i)::VARCHAR AS big, i % 7 AS small FROM range(300000) r(i) TO 'lake/web/wide.parquet' OPTIONS {"acl": "public-read", "content_type": "x/y", "metadata": {"who": "we"}};
EXPORT SELECT 1 AS a TO 'lake/web/a b.csv' OPTIONS {"acl": "public-read"};
EXPORT SELECT '007' AS d TO 'days/d.csv' OPTIONS {"day": "2024-01-31", "storage_class": "STANDARD", "null": "-"};
END
    sqlflow run p
    equal "x/y {'who': 'we'}" "$(boto 'o = c.head_object(Bucket="lake", Key="web/wide.parquet"); print(o["ContentType"], o["Metadata"])')"
    run sqlflow connect test lake
    has "$output" "ok"
    run sqlflow connect discover lake
    has "$output" "s3://lake/web/wide.parquet"
    sqlflow connect test days
    run sqlflow connect discover days
    equal "d 007" "$(boto 'print(" ".join(body("days/2024-01-31/d.csv").decode().split()))')"
    has "$output" "s3://lake/days/2024-01-31/d.csv"
    use_proxy
    pipeline q <<END
SOURCE few FROM 'lake' OPTIONS {"key": "web/*.parquet", "columns": ["small"]};
SOURCE web TYPE PARQUET PARAMS {"path": "$AWS_ENDPOINT_URL/lake/web/wide.parquet", "columns": ["small", "i"]};
SOURCE text TYPE CSV PARAMS {"path": "$AWS_ENDPOINT_URL/lake/web/a%20b.csv"};
SOURCE days FROM 'days' OPTIONS {"max_concurrency": 2};
LOAD few INTO few;
LOAD web INTO web;
CREATE TABLE c AS SELECT (SELECT sum(small) FROM few) AS s, (SELECT sum(small + i) FROM web) AS w, (SELECT sum(a) FROM text) AS t, d FROM days;
END
    run sqlflow run q
    equal 0 "$status"
    equal "899997,45000749997,1,007" "$(rows 'FROM c')"
    # The texts, most of the object, were not fetched.
    run curl -sS "$AWS_ENDPOINT_URL/_log"
    equal "True" "$(python3 -c 'import sys; print(sum(int(line.split()[2]) for line in sys.stdin) < 3000000)' <<<"$output")"
    run sqlflow validate q
    equal 0 "$status"
}

@test "no secret stands in anything that is written or shown" {
    use_lake
    local secret=$AWS_SECRET_ACCESS_KEY
    pipeline p <<'END'
SOURCE s TYPE CSV PARAMS {"path": "s3://lake/in/items.csv", "access_key_id": "${KEY}", "secret_access_key": "${SECRET}"};
LOAD s INTO t;
EXPORT t TO 's3://lake/secret.csv' OPTIONS {"access_key_id": "${KEY}", "secret_access_key": {"env": "S3_SECRET"}};
END
    export S3_SECRET=$secret
    unset AWS_SECRET_ACCESS_KEY
    run sqlflow run p --var "KEY=$AWS_ACCESS_KEY_ID" --var "SECRET=$secret"
    equal 0 "$status"
    run grep -rlaF "$secret" target
    equal "" "$output"
    run sqlflow run p --var "KEY=$AWS_ACCESS_KEY_ID" --var SECRET=wrong-secret
    equal 1 "$status"
    hasnt "$output" "wrong-secret"
}
