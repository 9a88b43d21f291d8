# SPDX-License-Identifier: Apache-2.0
"""Brackets, maps and IF, each deeper than may be."""
DEEP = 201
with open("pipelines/SF0115-nesting.sf", "w", encoding="utf-8") as out:
    out.write(f"CREATE TABLE a AS SELECT\n{'(' * DEEP}\n1\n{')' * DEEP} AS x;\n")
    out.write(f"SOURCE b TYPE CSV PARAMS {{\n'path':\n{'[' * DEEP}\n{']' * DEEP}\n}};\n")
    out.write("IF true THEN\n" * DEEP + "END IF;\n" * DEEP)
