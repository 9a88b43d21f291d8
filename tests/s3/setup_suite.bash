# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A gateway of Ceph for all files. RGW_SHARED=DIR (tests/services/rgw) saves its start.

setup_suite() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export SERVER=$root/build/test-s3-$$
    "$root/tests/services/rgw" start "$SERVER"
}

teardown_suite() {
    "$(dirname "$BATS_TEST_DIRNAME")/services/rgw" stop "$SERVER"
}
