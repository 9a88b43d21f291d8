# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A gateway of Ceph for all files. S3_SERVER=DIR: one that `tests/services/rgw start DIR` has started, to save its start.

setup_suite() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export SERVER=${S3_SERVER:-$root/build/test-s3-$$}
    [[ $S3_SERVER ]] || "$root/tests/services/rgw" start "$SERVER"
}

teardown_suite() {
    [[ $S3_SERVER ]] || "$(dirname "$BATS_TEST_DIRNAME")/services/rgw" stop "$SERVER"
}
