#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What `make install` puts where, and that it runs from there.

@test "an installed tree has all its parts and runs from where it was moved to" {
  cd "$BATS_TEST_DIRNAME/../.."
  DESTDIR=$BATS_TEST_TMPDIR/root make --no-print-directory install 3>&-
  cd "$BATS_TEST_TMPDIR"
  mv root/usr/local moved
  for path in bin/sqlflow lib/sqlflow/engine_duckdb.so lib/sqlflow/connector_postgres.so lib/sqlflow/libduckdb.so \
    lib/sqlflow/connector_rest.so lib/sqlflow/storage_remote.so \
    include/sqlflow/connector.h share/man/man1/sqlflow.1 share/bash-completion/completions/sqlflow.bash \
    share/fish/vendor_completions.d/sqlflow.fish share/zsh/site-functions/_sqlflow share/doc/sqlflow/README.md \
    share/doc/sqlflow/docs/language.md share/sqlflow/vscode/package.json; do
    [ -s "moved/$path" ] || { echo "$path is missing"; false; }
  done
  moved/bin/sqlflow init demo
  moved/bin/sqlflow -C demo run
  moved/bin/sqlflow -C demo connect list | grep -E '^postgres +yes +yes'
  moved/bin/sqlflow version -v | grep '^duckdb v1'
}
