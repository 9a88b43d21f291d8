#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # bats sets stderr
# sqlflow viz: which form it takes, what is in it.

load common

shop() {
    pipeline shop <<'END'
SOURCE items TYPE CSV PARAMS {"path": "data/items.csv"};
LOAD items INTO items;
CREATE VIEW big AS SELECT * FROM items WHERE amount > 15;
CHECK none_is_free ON items AS SELECT * FROM items WHERE amount = 0;
EXPORT big TO 'out/big.csv';
END
}

@test "a terminal gets text, what is no terminal DOT, a file what its extension says" {
    shop
    run --separate-stderr -0 sqlflow viz
    has "$output" 'digraph "shop"'
    equal "$output" "$(sqlflow viz --format dot)"
    sqlflow viz -q -o graph.gv
    equal "$output" "$(<graph.gv)"
    sqlflow viz -q -o graph.mmd
    equal "$(sqlflow viz --format mermaid)" "$(<graph.mmd)"
    run -0 "$BATS_TEST_DIRNAME/terminal" 120 sqlflow viz --no-color
    has "$output" "└─ items"
    has "$output" "└─ out/big.csv"
    run -0 env LC_ALL=C sqlflow viz --format text
    has "$output" "\`- items"
}

@test "viz --status tells how the last run went, with and without colour" {
    shop
    echo 'CREATE TABLE t AS SELECT 1 AS x' | pipeline other
    run --separate-stderr -2 sqlflow viz shop --status
    has "$stderr" "there is no run of 'shop'"
    sqlflow run -q shop
    sed -i 's/amount = 0/amount = 10/' pipelines/shop.sf
    run -1 sqlflow run -q shop
    sqlflow run -q other
    run -0 sqlflow viz shop --status --format text
    [[ $output =~ items\ +load\ +ok,\ 3\ rows ]]
    [[ $output =~ none_is_free\ +check\ +failed,\ 1\ row ]]
    [[ $output =~ out/big.csv\ +export\ csv\ +skipped ]]
    has "$(sqlflow viz shop --status)" penwidth=3
    run -0 "$BATS_TEST_DIRNAME/terminal" 120 sqlflow viz shop --status
    has "$output" $'\e[1;31mnone_is_free\e[0m'
    run -0 sqlflow viz --all --status --format text
    [[ $output =~ other:t\ +table\ +ok,\ 1\ row ]]
}

@test "viz --select draws what a run would take" {
    shop
    run -0 sqlflow viz --select none_is_free --format text
    has "$output" none_is_free
    hasnt "$output" big
    run --separate-stderr -2 sqlflow viz --select nonsense
    has "$stderr" nonsense
}

@test "viz --all draws the pipelines of a project, and what goes from one to another" {
    shop
    echo "CREATE TABLE report AS SELECT * FROM items; CREATE VIEW v AS FROM 'out/big.csv'" | pipeline a_report
    run -0 sqlflow viz --all --format mermaid
    has "$output" 'subgraph c0["shop"]'
    has "$output" 'subgraph c1["a_report"]'
    has "$output" "n1 --> n5"
    has "$output" "n4 --> n6"
    run --separate-stderr -2 sqlflow viz --all shop
    has "$stderr" "either a pipeline or --all"
}

@test "SVG and PNG are drawn by Graphviz's library" {
    [[ -z ${TEST_BUILD-} ]] || skip "what fontconfig keeps until the end counts as a leak there"
    shop
    if ! sqlflow viz -q -o shop.svg 2>message; then
        has "$(<message)" "Debian: libgvc6"
        skip "Graphviz's library isn't installed"
    fi
    equal 5 "$(grep -c 'class="node"' shop.svg)"
    sqlflow viz -q -o shop.png
    equal "$(sqlflow viz --format png | sha256sum)" "$(sha256sum <shop.png)"
    # Not blank: the pixels have the fills of four kinds.
    python3 - <<'END'
import struct, zlib
data, chunks, at = open("shop.png", "rb").read(), {}, 8
assert data[:8] == b"\x89PNG\r\n\x1a\n"
while at < len(data):
    length, kind = struct.unpack(">I4s", data[at:at + 8])
    chunks[kind] = chunks.get(kind, b"") + data[at + 8:at + 8 + length]
    at += length + 12
width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
assert width > 300 and height > 60 and depth == 8, (width, height, depth)
size = {2: 3, 6: 4}[colour]
raw, lines = zlib.decompress(chunks[b"IDAT"]), []
for y in range(height):
    line = bytearray(raw[y * (width * size + 1) + 1:(y + 1) * (width * size + 1)])
    method, above = raw[y * (width * size + 1)], lines[-1] if lines else bytes(width * size)
    for i in range(len(line)):
        left, up = line[i - size] if i >= size else 0, above[i]
        corner = above[i - size] if i >= size else 0
        guess = left + up - corner
        paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
        line[i] = (line[i] + (0, left, up, (left + up) // 2, paeth)[method]) & 255
    lines.append(bytes(line))
pixels = {line[i:i + 3].hex() for line in lines for i in range(0, len(line), size)}
assert {"dbeafe", "cffafe", "ede9fe", "dcfce7"} <= pixels, sorted(pixels)[:20]
END
    run -2 "$BATS_TEST_DIRNAME/terminal" 120 sqlflow viz --format png
    has "$output" "a terminal shows no png"
}
