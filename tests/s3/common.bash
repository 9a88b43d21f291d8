# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2016,SC2153 # ${x} is SQLFlow's
# What tests of S3 do with the gateway, with another client of it, and with a proxy before it. Files run at the same
# time: each has a bucket of its own, BUCKET.
load ../cli/common
load ../cli/background

setup_file() {
    export BOTO=$SERVER/boto-$BUCKET
    # shellcheck source=/dev/null
    . "$SERVER/env"
    rm -f "$BOTO"
    "$(dirname "$BATS_TEST_DIRNAME")/services/boto" "$BOTO" "$BUCKET" 3>&- &
    echo $! >"$BOTO.pid"
    until [[ -S $BOTO ]]; do sleep 0.05; done
    boto 'c.create_bucket(Bucket=BUCKET)
for key in keys(): c.delete_object(Bucket=BUCKET, Key=key)
for u in uploads(): c.abort_multipart_upload(Bucket=BUCKET, Key=u["Key"], UploadId=u["UploadId"])' >/dev/null
}

teardown_file() {
    kill "$(cat "$BOTO.pid")"
}

# As each test's project begins: a connector of the profile, keys from the environment.
use_lake() {
    # shellcheck source=/dev/null
    . "$SERVER/env"
    export AWS_ENDPOINT_URL=$S3_ENDPOINT
    cat >profiles/dev.yml <<END
engines: {duckdb: {mode: persistent, path: target/dev.duckdb}}
execution: {retry_delay: 10ms, retries: 0}
connectors:
  lake: {type: s3, params: {bucket: $BUCKET}}
END
}

# boto CODE: another client of the same server (tests/services/boto)
boto() {
    python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode())
s.shutdown(socket.SHUT_WR)
while data := s.recv(1 << 20):
    sys.stdout.buffer.write(data)' "$BOTO" "$1"
}

# use_proxy: all requests go through a proxy that misbehaves on order
use_proxy() {
    "$ROOT/tests/services/s3-proxy" "${S3_ENDPOINT##*:}" >proxy.port 2>proxy.log 3>&- &
    eventually test -s proxy.port
    AWS_ENDPOINT_URL=http://127.0.0.1:$(cat proxy.port)
}

# order METHOD TEXT ACTION...: what becomes of the next requests whose target has the text
order() {
    local method=$1 text=$2 actions
    shift 2
    actions=$(printf '"%s",' "$@")
    curl -sS -d "{\"method\": \"$method\", \"has\": \"$text\", \"do\": [${actions%,}]}" "$AWS_ENDPOINT_URL/_order"
}

# no_uploads: nothing is left of uploads that were begun
no_uploads() {
    equal "[]" "$(boto 'print([u["Key"] for u in uploads()])')"
}
