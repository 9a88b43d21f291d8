#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tools/fetch and tools/need in a tree of their own, with an npm that gives what the test wants.

setup() {
  cd "$BATS_TEST_TMPDIR"
  mkdir -p tools bin package/data
  cp "$BATS_TEST_DIRNAME"/../../tools/{fetch,need} tools/
  echo 1,2 >package/data/rows.csv
  tar -czf good.tgz package
  cat >bin/npm <<'END'
#!/bin/sh
echo called >>npm.log
while [ "$1" != --pack-destination ]; do shift; done
cp good.tgz "$2/p-1.tgz"
END
  chmod +x bin/npm
  PATH=$PWD/bin:$PATH
  sha512=$(sha512sum good.tgz | cut -d' ' -f1)
}

@test "a tarball with the pinned checksum is unpacked" {
  echo "data p 1 $sha512 data/rows.csv" >tools/versions
  tools/fetch data
  [ "$(cat .cache/data/rows.csv)" = 1,2 ]
}

@test "what is there is not fetched again" {
  echo "data p 1 $sha512 data/rows.csv" >tools/versions
  tools/fetch data
  tools/fetch data
  [ "$(wc -l <npm.log)" -eq 1 ]
}

@test "another checksum is refused and leaves nothing" {
  echo "data p 1 ${sha512//a/b} data/rows.csv" >tools/versions
  run tools/fetch data
  [ "$status" -ne 0 ]
  [[ $output == *"checksum differs from tools/versions"* ]]
  [ ! -e .cache/data/rows.csv ]
  [ -z "$(find .cache -name 'fetch-*')" ]
}

@test "a folder that nothing is pinned for is an error" {
  echo "data p 1 $sha512 data/rows.csv" >tools/versions
  run tools/fetch date
  [ "$status" -ne 0 ]
  [[ $output == *"nothing in tools/versions is for 'date'"* ]]
}

@test "without root, missing packages are named in one apt-get line" {
  few=$(mktemp -d)
  chmod 755 "$few"
  ln -s /bin/bash /bin/cat "$few"
  become=()
  [ "$EUID" -ne 0 ] || become=(setpriv --reuid=65534 --clear-groups)
  run "${become[@]}" env PATH="$few" bash -s lint <tools/need
  rm -r "$few"
  [ "$status" -eq 1 ]
  [[ $output == *"apt-get install --yes --no-install-recommends clang-format clang-tidy cppcheck shellcheck" ]]
}
