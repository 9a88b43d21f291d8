#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2016,SC2153,SC2154 # run sets status in each test; ${x} is SQLFlow's
# S3 and the web, against real servers: how a store is reached and asked, and how much moves.
export BUCKET=pond
load common

@test "parts are sent while the query runs, in as much memory for many as for few; what is there is what was sent" {
    use_lake
    pipeline p <<'END'
EXPORT SELECT i FROM range(${rows}) r(i) TO 's3://pond/large.csv' OPTIONS {"timeout": "10m"};
END
    begin run p --var rows=1000000000000
    eventually has_parts 10
    local few many
    few=$(peak)
    eventually has_parts 30
    many=$(peak)
    kill -INT "$process"
    wait "$process" || true
    echo "$few KiB, then $many KiB"
    ((many < few + 64 * 1024))
    no_uploads
    # S3_MEGABYTES=1000 in `make soak`; a line has nine bytes.
    cat >pipelines/p.sf <<'END'
CREATE TABLE t AS SELECT 10000000 + i AS i FROM range(${rows}) r(i);
EXPORT t TO 's3://pond/large.csv';
EXPORT t TO 'large.csv';
END
    sqlflow run p --var "rows=$((${S3_MEGABYTES:-20} * 1000000 / 9))"
    equal "$(sha256sum <large.csv)" "$(boto "digest = hashlib.sha256()
for chunk in c.get_object(Bucket=BUCKET, Key='large.csv')['Body'].iter_chunks(1 << 20): digest.update(chunk)
print(digest.hexdigest() + '  -')")"
}

has_parts() {
    [[ $(boto 'print(len(c.list_parts(Bucket=BUCKET, Key="large.csv", UploadId=uploads()[0]["UploadId"])["Parts"]) if uploads() else 0)') -ge $1 ]]
}

# peak: the most memory that the process has had, in KiB
peak() {
    awk '/VmHWM/ {print $2}' "/proc/$process/status"
}

# use_services: an HTTP server that answers as it is told, and keeps what it was asked
use_services() {
    "$ROOT/tests/services/http" start "$PWD/services" 3>&-
    # shellcheck source=/dev/null
    . services/env
}

teardown() {
    [[ ! -d services ]] || "$ROOT/tests/services/http" stop "$PWD/services"
    end_jobs
}

# asked EXPRESSION: of `log`, the requests
asked() {
    curl -sS "$HTTP_URL/_log" | python3 -c 'import json, sys
log = [json.loads(line) for line in sys.stdin]
print(eval(sys.argv[1]))' "$1"
}

# tell PATH STATUS BODY: what each request to the path is answered
tell() {
    python3 -c 'import json, sys
print(json.dumps({"path": sys.argv[1], "do": [{"status": int(sys.argv[2]), "body": sys.argv[3], "stays": True}]}))' "$@" |
        curl -sS -d @- "$HTTP_URL/_order" >/dev/null
}

@test "keys of a session come from a web identity, a container's agent and an instance, as each of them is asked" {
    use_lake
    use_services
    local json xml
    json=$(boto 'print(session_keys())')
    xml=$(json '"<R><C><Credentials>" + "".join(f"<{k}>{v}</{k}>" for k, v in {**d, "SessionToken": d["Token"]}.items()) + "</Credentials></C></R>"' <<<"$json")
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_EC2_METADATA_DISABLED
    export HOME=$PWD
    boto 'c.put_object(Bucket=BUCKET, Key="in/role.csv", Body=b"a\n1\n")'
    pipeline p <<'END'
SOURCE s TYPE CSV PARAMS {"path": "s3://pond/in/role*.csv"};
LOAD s INTO t;
END
    echo "token of a pod" >token
    tell / 200 "$xml"
    AWS_ROLE_ARN=arn:aws:iam::1:role/r AWS_WEB_IDENTITY_TOKEN_FILE=token AWS_ENDPOINT_URL_STS=$HTTP_URL run sqlflow run p
    equal 0 "$status"
    equal "POST / Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=sqlflow&Version=2011-06-15&WebIdentityToken=token%20of%20a%20pod" \
        "$(asked '" ".join(log[0][k] for k in ("method", "path", "body"))')"

    tell /agent 200 "$json"
    AWS_CONTAINER_CREDENTIALS_FULL_URI=$HTTP_URL/agent AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token run sqlflow run p
    equal 0 "$status"
    equal "GET /agent token of a pod" "$(asked '" ".join((log[-1]["method"], log[-1]["path"], log[-1]["headers"]["authorization"]))')"
    AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.com/agent run sqlflow run p
    equal 1 "$status"
    has "$output" "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor this machine"

    export AWS_EC2_METADATA_SERVICE_ENDPOINT=$HTTP_URL/
    tell /latest/api/token 200 metadata-token
    tell /latest/meta-data/iam/security-credentials/ 200 "the role"$'\n'
    tell /latest/meta-data/iam/security-credentials/the%20role 200 "$json"
    run sqlflow run p
    equal 0 "$status"
    equal "PUT 21600, GET metadata-token, GET metadata-token" \
        "$(asked '", ".join(e["method"] + " " + e["headers"].get("x-aws-ec2-metadata-token", e["headers"].get("x-aws-ec2-metadata-token-ttl-seconds", "")) for e in log[-3:])')"
    # They end soon: each request asks again.
    tell /latest/meta-data/iam/security-credentials/the%20role 200 "${json/2099-01-01/2019-01-01}"
    run sqlflow run p
    equal 0 "$status"
    equal True "$(asked 'len([e for e in log if e["method"] == "PUT"]) > 3')"
    tell /latest/meta-data/iam/security-credentials/the%20role 200 '{"Code": "AssumeRoleUnauthorizedAccess"}'
    run sqlflow run p
    equal 1 "$status"
    has "$output" "the instance's metadata gives no credentials"
}

@test "a container's agent and an instance's metadata are asked at the addresses that they have on every machine" {
    unshare --net true 2>unshare.log || skip "only root may have a network of its own"
    use_lake
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_EC2_METADATA_DISABLED
    # A network with nothing but these addresses: what answers is the agent, the metadata and the store.
    cat >link.py <<'END'
import fcntl, http.server, json, os, socket, struct, subprocess, sys, threading

class Everything(http.server.BaseHTTPRequestHandler):
    def answer(self):
        role = "/latest/meta-data/iam/security-credentials/"
        text = {"/v2/one": KEYS, role + "r": KEYS, role: "r", "/latest/api/token": "t"}.get(self.path, "")
        host, key = self.headers["Host"], self.headers["Authorization"] or ""
        print(self.command, host, self.path, "signed" if "Credential=KEYOFROLE/" in key else key)
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())
    do_GET = do_PUT = do_HEAD = answer
    log_message = lambda *_: None

KEYS = json.dumps({"Code": "Success", "AccessKeyId": "KEYOFROLE", "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"})
control = socket.socket()
fcntl.ioctl(control, 0x8914, struct.pack("16sh22x", b"lo", 1))  # SIOCSIFFLAGS, up
for alias, address in ("lo:1", "169.254.170.2"), ("lo:2", "169.254.169.254"):
    fcntl.ioctl(control, 0x8916, struct.pack("16sHH4s8x", alias.encode(), socket.AF_INET, 0, socket.inet_aton(address)))  # SIOCSIFADDR
server = http.server.ThreadingHTTPServer(("", 80), Everything)
threading.Thread(target=server.serve_forever, daemon=True).start()
for more in {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/one", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "pod"}, {}:
    subprocess.run(["sqlflow", "connect", "test", "lake"], env={**os.environ, **more}, check=True, stdout=sys.stderr)
END
    AWS_ENDPOINT_URL=http://169.254.170.2 run unshare --net python3 -u link.py
    equal 0 "$status"
    has "$output" "GET 169.254.170.2 /v2/one pod" "PUT 169.254.169.254 /latest/api/token" \
        "GET 169.254.169.254 /latest/meta-data/iam/security-credentials/r"
    equal 2 "$(grep -c "169.254.170.2 /pond.* signed" <<<"$output")"
}

@test "over TLS with the bucket in the host, trusting a file of certificates; keys of AWS's files; encrypted by KMS" {
    use_lake
    export AWS_ENDPOINT_URL=$S3_TLS_ENDPOINT HOME=$PWD
    mkdir .aws
    printf '[lakes]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >.aws/credentials
    printf '[profile lakes]\nregion = us-east-1\n' >.aws/config
    export AWS_ACCESS_KEY_ID=of AWS_SECRET_ACCESS_KEY=nobody
    pipeline p <<'END'
EXPORT SELECT i, hash(i) AS h FROM range(300000) r(i) TO 's3://pond/tls/large.csv' OPTIONS {"profile": "lakes", "ca_bundle": "${ca}", "url_style": "vhost",
    "server_side_encryption": "aws:kms", "kms_key_id": "test-key", "storage_class": "STANDARD"};
EXPORT SELECT 1 AS a TO 's3://pond/tls/small.json' OPTIONS {"profile": "lakes", "ca_bundle": "${ca}", "url_style": "vhost", "acl": "public-read"};
SOURCE s TYPE CSV PARAMS {"path": "s3://pond/tls/large.csv", "profile": "lakes", "ca_bundle": "${ca}", "url_style": "vhost"};
SOURCE w TYPE JSON PARAMS {"path": "${AWS_ENDPOINT_URL}/pond/tls/small.json", "ca_bundle": "${ca}"};
LOAD s INTO s;
LOAD w INTO w;
END
    run sqlflow run p --var "ca=$S3_CA"
    equal 0 "$status"
    equal "300000,1" "$(rows 'SELECT (SELECT count(*) FROM s WHERE h = hash(i)), (SELECT sum(a) FROM w)')"
    equal "aws:kms test-key None" "$(boto 'o, p = (c.head_object(Bucket=BUCKET, Key="tls/" + k) for k in ("large.csv", "small.json"))
print(o["ServerSideEncryption"], o["SSEKMSKeyId"], p.get("ServerSideEncryption"))')"
    run sqlflow run p --var ca=/etc/ssl/certs/ca-certificates.crt
    equal 1 "$status"
    has "$output" "certificate"
    sed -i 's/"lakes"/"rivers"/' pipelines/p.sf
    run sqlflow run p --var "ca=$S3_CA"
    equal 1 "$status"
    has "$output" "there is no AWS profile 'rivers'"
}

@test "options are headers of what is written, and signed" {
    use_lake
    use_services
    local part
    export AWS_ENDPOINT_URL=$HTTP_URL AWS_SESSION_TOKEN=of-a-session
    pipeline p <<'END'
EXPORT SELECT 1 AS a TO 's3://pond/x.csv' OPTIONS {"server_side_encryption": "AES256", "storage_class": "STANDARD_IA", "acl": "private", "content_type": "text/csv", "metadata": {"who": "we"}};
END
    run sqlflow run p
    equal 0 "$status"
    asked 'log[0]["headers"]' >headers
    for part in "'x-amz-server-side-encryption': 'AES256'" "'x-amz-storage-class': 'STANDARD_IA'" "'x-amz-acl': 'private'" "'content-type': 'text/csv'" \
        "'x-amz-meta-who': 'we'" "'x-amz-security-token': 'of-a-session'" \
        "SignedHeaders=content-type;host;x-amz-acl;x-amz-content-sha256;x-amz-date;x-amz-meta-who;x-amz-security-token;x-amz-server-side-encryption;x-amz-storage-class,"; do
        has "$(cat headers)" "$part"
    done
}

@test "files of the web are written by PUT and read in every format; what fails is tried again, or said" {
    use_lake
    use_services
    pipeline p <<'END'
EXPORT SELECT i, 'é' || i AS t FROM range(1000) r(i) TO '${HTTP_URL}/files/a.csv.gz';
EXPORT SELECT i, 'é' || i AS t FROM range(1000) r(i) TO '${HTTP_URL}/files/a.parquet';
EXPORT SELECT i, 'é' || i AS t FROM range(1000) r(i) TO '${HTTP_URL}/files/a.ndjson' OPTIONS {"content_type": "application/x-ndjson"};
SOURCE c TYPE CSV PARAMS {"path": "${HTTP_URL}/files/a.csv.gz"};
SOURCE p TYPE PARQUET PARAMS {"path": "${HTTP_URL}/files/a.parquet"};
SOURCE j TYPE JSON PARAMS {"path": "${HTTP_URL}/files/a.ndjson"};
LOAD c INTO c;
LOAD p INTO p;
LOAD j INTO j;
END
    curl -sS -d '{"path": "/files/a.parquet", "do": [{"status": 503}, {"fault": "reset"}]}' "$HTTP_URL/_order" >/dev/null
    run sqlflow run p
    equal 0 "$status"
    equal "1000,1000,1000" "$(rows "SELECT count(*), count(*) FILTER (p.t = 'é' || p.i), count(*) FILTER (j.t = c.t) FROM c JOIN p USING (i) JOIN j USING (i)")"
    equal "application/x-ndjson" "$(asked '[e for e in log if e["path"].endswith("ndjson") and e["method"] == "PUT"][0]["headers"]["content-type"]')"
    cat >>profiles/dev.yml <<'END'
  web: {type: csv, params: {path: "${HTTP_URL}/files/a.csv.gz", max_concurrency: 2}}
  gone: {type: csv, params: {path: "${HTTP_URL}/files/gone.csv"}}
END
    sqlflow connect test web
    run sqlflow connect test gone
    equal 2 "$status"
    has "$output" "no object '$HTTP_URL/files/gone.csv'"
    pipeline q <<'END'
EXPORT SELECT 1 AS a TO '${HTTP_URL}/files/missing/a.csv';
END
    run sqlflow run q
    equal 1 "$status"
    has "$output" "409 Conflict: no such folder"
    pipeline again <<'END'
EXPORT SELECT 1 AS a TO '${HTTP_URL}/files/again.csv';
CREATE TABLE last AS SELECT error('stop');
END
    sqlflow run again -q || true
    run sqlflow retry again
    has "$output" "OK=0 DONE=1 FAIL=1"
    rm services/files/again.csv
    run sqlflow retry again
    has "$output" "OK=1 FAIL=1"
    pipeline r <<'END'
EXPORT SELECT 1 AS a TO '${HTTP_URL}/files/a' TYPE CSV OPTIONS {"partition_by": ["a"]};
END
    run sqlflow run r
    equal 2 "$status"
    has "$output" "http:// takes one file: 'partition_by' would make several"
}

@test "addresses signed for GET, servers that refuse HEAD or say nothing by it, and files that change meanwhile" {
    use_lake
    use_services
    boto 'c.put_object(Bucket=BUCKET, Key="signed/year=2024/a b.csv", Body=b"a\n1\n")'
    printf 'a\n2\n' >services/files/b.csv
    pipeline p <<END
SOURCE s TYPE CSV PARAMS {"path": ["$(boto 'print(c.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "signed/year=2024/a b.csv"}), end="")')"], "hive_partitioning": true};
LOAD s INTO s;
END
    run sqlflow run p
    equal 0 "$status"
    equal "1,2024" "$(rows 'FROM s')"
    pipeline put <<END
EXPORT SELECT 1 AS a TO '$HTTP_URL/files/put.csv.gz?sig=0123456789abcdef';
END
    run sqlflow run put
    equal 0 "$status"
    equal $'a\n1' "$(zcat services/files/put.csv.gz)"
    run grep -rlaE "$(grep -oE 'Signature=[^&"]+' pipelines/p.sf | cut -d= -f2-)|0123456789abcdef" target
    equal "" "$output"
    pipeline q <<'END'
SOURCE b TYPE CSV PARAMS {"path": "${HTTP_URL}/files/b.csv"};
LOAD b INTO b;
END
    local answer
    for answer in '"status": 405' '"status": 501' '"status": 200, "body": ""'; do
        curl -sS -d "{\"path\": \"/files/b.csv\", \"do\": [{$answer}]}" "$HTTP_URL/_order" >/dev/null
        run sqlflow run q
        equal 0 "$status"
        equal 2 "$(rows 'FROM b')"
    done
    # Without ranges a file is known by what stands beside it when it comes.
    curl -sS -d '{"path": "/files/b.csv", "do": [{"headers": {"ETag": "W/1"}, "body": "a\n1\n"}, {"headers": {"ETag": "W/1"}, "body": "a\n1\n"},
        {"headers": {"ETag": "W/2"}, "body": "a\n3\n"}]}' "$HTTP_URL/_order" >/dev/null
    run sqlflow run q
    equal 1 "$status"
    has "$output" "/files/b.csv' was changed while files were read"
}

@test "of a Parquet object those row groups are fetched whose statistics fit the condition" {
    use_lake
    pipeline p <<'END'
EXPORT SELECT i, hash(i)::VARCHAR AS big, DATE '2024-01-01' + (i // 1000)::INT AS day, lpad(i::VARCHAR, 6, '0') AS code,
    CASE WHEN i < 100000 THEN i END AS sparse FROM range(300000) r(i) ORDER BY i TO 's3://pond/groups/a.parquet' OPTIONS {"row_group_size": 10240};
END
    sqlflow run p
    use_proxy
    local condition count
    while IFS='|' read -r condition count; do
        printf 'SOURCE s TYPE PARQUET PARAMS {"path": "s3://pond/groups/*.parquet"};\nLOAD s INTO t WHERE %s;\n' "$condition" >pipelines/q.sf
        run sqlflow run q
        equal 0 "$status"
        equal "$count" "$(rows 'SELECT count(*) FROM t')"
    done <<'END'
i >= 290000 AND big <> ''|10000
day = '2024-01-05'|1000
day < DATE '2024-01-03' AND code > '000999'|1000
sparse IS NOT NULL AND i % 2 = 0 AND 99000 < i|499
i > 400000|0
code = '150000' OR i = 3|2
END
    # Each of them some of thirty groups, and the last one, which is no conjunction, all.
    equal "True True" "$(curl -sS "$AWS_ENDPOINT_URL/_log" | python3 -c 'import sys
sizes = [int(line.split()[2]) for line in sys.stdin if ".parquet" in line]
print(sum(sizes[:-1]) < 1_200_000, sizes[-1] > 3_000_000)')"
}

@test "to check a pipeline the first part of large texts is fetched" {
    use_lake
    pipeline p <<'END'
CREATE TABLE t AS SELECT i, repeat('word ', 400) || chr(10) || 'a "quoted" line' AS note FROM range(4000) r(i);
EXPORT t TO 's3://pond/texts/a.csv';
EXPORT t TO 's3://pond/texts/a.ndjson' TYPE JSON OPTIONS {"format": "newline_delimited"};
EXPORT t TO 's3://pond/texts/whole.json' TYPE JSON OPTIONS {"format": "array"};
EXPORT t TO 's3://pond/texts/whole.csv.gz';
END
    sqlflow run p
    use_proxy
    local name
    for name in a.csv a.ndjson whole.json whole.csv.gz; do
        printf 'SOURCE s FROM "s3://pond/texts/%s";\nLOAD s INTO t;\nCREATE TABLE u AS SELECT i + 1 AS j, upper(note) AS n FROM t;\n' $name >pipelines/q.sf
        sed -i "s|FROM \"\([^\"]*\)\"|TYPE ${name##*.} PARAMS {\"path\": \"\1\"}|; s/TYPE ndjson/TYPE JSON/; s/TYPE gz/TYPE CSV/" pipelines/q.sf
        run sqlflow validate q
        equal 0 "$status"
    done
    # Eight megabytes each.
    equal "True True" "$(curl -sS "$AWS_ENDPOINT_URL/_log" | python3 -c 'import sys
sizes = {}
for target, size in ((line.split()[1], int(line.split()[2])) for line in sys.stdin if "/texts/" in line):
    sizes[target] = sizes.get(target, 0) + size
print(all(size < 4_300_000 for target, size in sizes.items() if "/a." in target), sizes["/pond/texts/whole.json"] > 8_000_000)')"
    printf 'SOURCE s TYPE CSV PARAMS {"path": "s3://pond/texts/a.csv"};\nLOAD s INTO t;\nCREATE TABLE u AS SELECT k FROM t;\n' >pipelines/q.sf
    run sqlflow validate q
    equal 2 "$status"
    has "$output" '"k"'
}
