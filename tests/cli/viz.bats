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

# pictures COMMAND...: where Graphviz's library can be used
pictures() {
    # Leaks of our own still count.
    export LSAN_OPTIONS=suppressions=$ROOT/tests/cli/leaks:print_suppressions=0
    if ! "$@" 2>message; then
        has "$(<message)" "Debian: libgvc6"
        skip "Graphviz's library isn't installed"
    fi
}

# drawn FILE.svg: how many steps, and of these how many have a shape and a text inside of the picture; its size
drawn() {
    python3 - "$1" <<'END'
import re, sys
import xml.etree.ElementTree as tree
svg = tree.parse(sys.argv[1]).getroot()
space = "{http://www.w3.org/2000/svg}"
x, y, width, height = (float(part) for part in svg.get("viewBox").split())
assert svg.get("width") == f"{width:.0f}pt" and svg.get("height") == f"{height:.0f}pt", svg.attrib
nodes = [group for group in svg.iter(space + "g") if group.get("class") == "node"]
seen = [node for node in nodes
        if any(shape.get("fill", "none") != "none" for shape in node.iter() if shape.tag != space + "text")
        and all(0 <= float(text.get("x")) <= width and -height <= float(text.get("y")) <= 0 and text.text
                for text in node.iter(space + "text"))]
print(len(nodes), len(seen), "wide" if width > 300 and height > 60 else f"{width}x{height}")
END
}

@test "SVG and PNG are drawn by Graphviz's library" {
    shop
    pictures sqlflow viz -q -o shop.svg
    equal "5 5 wide" "$(drawn shop.svg)"
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

@test "500 steps are drawn" {
    python3 - >pipelines/many.sf <<'END'
for step in range(100):
    print(f'SOURCE s{step} TYPE CSV PARAMS {{"path": "d/{step}.csv"}}; LOAD s{step} INTO l{step};'
          f"CREATE TABLE t{step} AS FROM l{step}, l{(step * 7 + 3) % 100};"
          f"CHECK c{step} ON t{step} AS FROM t{step} WHERE x; EXPORT t{step} TO 'out/{step}.csv';")
END
    pictures sqlflow viz many -q -o many.svg
    equal "500 500 wide" "$(drawn many.svg)"
    sqlflow viz many -q -o many.png
    # As large as the SVG's, at 96 pixels an inch, and most of its lines aren't blank.
    python3 - <<'END'
import re, struct, zlib
data, at, packed = open("many.png", "rb").read(), 8, b""
while at < len(data):
    length, kind = struct.unpack(">I4s", data[at:at + 8])
    packed += data[at + 8:at + 8 + length] if kind == b"IDAT" else b""
    at += length + 12
width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
points = [float(part) for part in re.search(r'viewBox="([^"]*)"', open("many.svg").read()).group(1).split()[2:]]
assert all(abs(pixels - point * 96 / 72) <= 2 for pixels, point in zip((width, height), points)), (width, height, points)
raw, line = zlib.decompress(packed), width * {2: 3, 6: 4}[colour] + 1
filled = sum(len(set(raw[i * line + 1:(i + 1) * line])) > 2 for i in range(height))
assert filled > height / 2, (filled, height)
END
}
