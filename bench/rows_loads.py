# SPDX-License-Identifier: Apache-2.0
"""Rows 23 and 24: loads into tables that stay."""
import shutil

from measuring import MB, Row
from rows_files import FACTS


class Upsert(Row):
    """Half of the rows are new, the others change what is there."""

    number, what, against = 23, "UPSERT of {news} into {rows} rows", "MERGE"
    columns = ("id", "customer", "amount", "day", "item")

    def news(self):
        return FACTS.format(rows=self.rows // 50).replace("i AS id", f"i * 50 + {self.rows // 2} AS id")

    def prepare(self):
        self.what = self.what.format(news=f"{self.rows // 50:,}", rows=f"{self.rows:,}")
        self.sql("before.duckdb", f"CREATE TABLE facts AS {FACTS.format(rows=self.rows)}",
                 f"CREATE TABLE news AS {self.news()}")
        self.write("pipelines/bench.sf",
                   "CREATE TABLE facts MODE UPSERT KEY (id) AS SELECT * FROM news;")
        sets = ", ".join(f"{name} = news.{name}" for name in self.columns[1:])
        values = ", ".join(f"news.{name}" for name in self.columns)
        self.write("floor.sql", f"MERGE INTO facts USING news ON facts.id = news.id WHEN MATCHED "
                                f"THEN UPDATE SET {sets} WHEN NOT MATCHED THEN INSERT "
                                f"({', '.join(self.columns)}) VALUES ({values})")

    def before(self, side):
        super().before(side)
        shutil.copy(self.dir / "before.duckdb", self.dir / f"{side}.duckdb")

    def compare(self):
        digest = (f"SELECT count(*) || ' ' || sum(hash({', '.join(self.columns)})::HUGEINT) "
                  "FROM facts")
        self.same(self.sql("ours.duckdb", digest), self.sql("floor.duckdb", digest))

    def bar(self, ours, floor):
        return "1.2, +64 MB", (ours["seconds"] <= 1.2 * floor["seconds"]
                               and ours["peak"] <= floor["peak"] + 64 * MB)


class UpsertCsv(Upsert):
    """The same from a file, against the plain reader's rows in the same MERGE."""

    number, what, against = 24, "UPSERT of {news} from CSV", "MERGE from read_csv"

    def prepare(self):
        super().prepare()
        self.sql("before.duckdb", "COPY news TO 'news.csv'", "DROP TABLE news")
        self.write("pipelines/bench.sf", 'SOURCE news TYPE CSV PARAMS {"path": "news.csv"};\n'
                                         "LOAD news INTO facts MODE UPSERT KEY (id);")
        floor = (self.dir / "floor.sql").read_text()
        self.write("floor.sql", floor.replace("USING news", "USING 'news.csv' AS news"))


ROWS = [Upsert, UpsertCsv]
