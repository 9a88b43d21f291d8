# SPDX-License-Identifier: Apache-2.0
"""2,100 views, each of the one before it and a table of its own, and as many readers of the last."""
COUNT = 2100
with open("pipelines/SF0419-too-many-reads.sf", "w", encoding="utf-8") as out:
    out.write("CREATE VIEW v0 AS SELECT 1 AS x;\n")
    for i in range(1, COUNT):
        out.write(f"CREATE VIEW v{i} AS SELECT x FROM v{i - 1} JOIN t{i} USING (x);\n")
    for i in range(COUNT):
        out.write(f"CREATE TABLE r{i} AS SELECT * FROM v{COUNT - 1};\n")
