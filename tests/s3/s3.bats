#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2030,SC2031,SC2016,SC2153 # run sets status in each test; ${x} is SQLFlow's
# S3, against a real gateway: what is read and written, what goes wrong and what is then left.
load ../cli/common

setup_file() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export SERVER=$root/build/test-s3-$$
    "$root/tests/services/rgw" start "$SERVER"
    # shellcheck source=/dev/null
    . "$SERVER/env"
    boto 'c.create_bucket(Bucket="lake"); c.create_bucket(Bucket="with.dot")'
}

teardown_file() {
    "$(dirname "$BATS_TEST_DIRNAME")/services/rgw" stop "$SERVER"
}

# As each test's project begins: a connector of the profile, keys from the environment.
use_lake() {
    # shellcheck source=/dev/null
    . "$SERVER/env"
    export AWS_ENDPOINT_URL=${1:-$S3_ENDPOINT}
    cat >profiles/dev.yml <<'END'
engines: {duckdb: {mode: persistent, path: target/dev.duckdb}}
execution: {retry_delay: 10ms, retries: 0}
connectors:
  lake: {type: s3, params: {bucket: lake}}
END
}

# boto CODE: Debian's boto3, another client of the same server; `c` is it
boto() {
    /usr/bin/python3 -c "
import boto3, os, sys
from botocore.config import Config
c = boto3.client('s3', endpoint_url=os.environ['S3_ENDPOINT'], region_name='us-east-1',
                 config=Config(s3={'addressing_style': 'path'}))
def uploads():
    return c.list_multipart_uploads(Bucket='lake').get('Uploads', [])
def keys(prefix=''):
    return sorted(o['Key'] for o in c.list_objects_v2(Bucket='lake', Prefix=prefix).get('Contents', []))
def body(key):
    return c.get_object(Bucket='lake', Key=key)['Body'].read()
$1"
}

@test "what we write boto3 reads, and what it writes we read, in every format" {
    use_lake
    boto 'c.put_object(Bucket="lake", Key="in/items.csv", Body=open("data/items.csv", "rb"))'
    pipeline p <<'END'
SOURCE items TYPE CSV PARAMS {"path": "s3://lake/in/items.csv"};
LOAD items INTO items;
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/items.csv';
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/items.csv.gz';
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/items.parquet';
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/items.json';
EXPORT SELECT * FROM items ORDER BY id TO 's3://lake/formats/items.ndjson';
SOURCE a TYPE CSV PARAMS {"path": "s3://lake/formats/items.csv.gz"};
SOURCE b TYPE S3 PARAMS {"bucket": "lake", "key": "formats/*.parquet"};
SOURCE c TYPE JSON PARAMS {"path": ["s3://lake/formats/items.json", "s3://lake/formats/items.ndjson"], "filename": true};
LOAD a INTO a;
LOAD b INTO b;
LOAD c INTO c;
END
    run sqlflow run p
    equal 0 "$status"
    equal "$(cat data/items.csv)" "$(boto 'sys.stdout.write(body("formats/items.csv").decode())')"
    equal "3,3,6" "$(rows 'SELECT (SELECT count(*) FROM (FROM a INTERSECT FROM items)),
        (SELECT count(*) FROM (FROM b INTERSECT FROM items)), (SELECT count(*) FROM c)')"
    equal $'s3://lake/formats/items.json\ns3://lake/formats/items.ndjson' "$(rows 'SELECT DISTINCT filename FROM c ORDER BY 1')"
    equal "[]" "$(boto 'print(uploads())')"
}
