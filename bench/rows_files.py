# SPDX-License-Identifier: Apache-2.0
"""Rows 1 to 6: the program by itself, and the engine on local files."""
import json

from measuring import EMPTY, MB, SQLFLOW, Measure, Row


class Version(Row):
    number, what, against = 1, "sqlflow --version", "an empty program, linked alike"

    def ours(self):
        return Measure([SQLFLOW, "--version"], self.dir)

    def floor(self):
        return Measure([EMPTY], self.dir)

    def bar(self, ours, floor):
        return "15 ms", ours["seconds"] <= 0.015


class Compile(Row):
    number, what, against = 2, "compile {statements} statements", "a tenth of them, times ten"
    statements = 10_000

    def text(self, count):
        lines = ["SOURCE raw TYPE CSV PARAMS {\"path\": \"raw.csv\"};", "LOAD raw INTO t0;"]
        lines += [f"CREATE TABLE t{i} AS SELECT a, sum(b) AS b FROM t{i - 1} JOIN t{i // 2} USING (a) "
                  f"WHERE a <> 'x;y' GROUP BY a;" for i in range(1, count - 1)]
        return "\n".join(lines)

    def prepare(self):
        self.what = self.what.format(statements=f"{self.statements:,}")
        self.write("pipelines/bench.sf", self.text(self.statements))
        (self.dir / "tenth" / "pipelines").mkdir(parents=True)
        self.write("tenth/pipelines/bench.sf", self.text(self.statements // 10))

    def ours(self):
        return Measure([SQLFLOW, "compile", "bench", "-q"], self.dir)

    def floor(self):
        measure = Measure([SQLFLOW, "compile", "bench", "-q"], self.dir / "tenth")
        measure.seconds *= 10
        return measure

    def compare(self):
        plan = json.loads((self.dir / "target" / "compiled" / "bench.json").read_text())
        self.same(len(plan["operations"]), self.statements)

    def bar(self, ours, floor):
        return "0.1 s, 64 MB", ours["seconds"] <= 0.1 and ours["peak"] <= 64 * MB


class CompileMany(Compile):
    number, statements = 21, 100_000

    def bar(self, ours, floor):
        return "linear: 1.2", ours["seconds"] <= 1.2 * floor["seconds"]


class Sample(Row):
    number, what, against = 3, "a small pipeline, warm", "its SQL by the C API"
    times = 3

    def prepare(self):
        self.sql("gen.duckdb",
                 "COPY (SELECT i AS id, i % 1000 AS customer, (hash(i) % 10000)::INT / 100 AS amount, "
                 "DATE '2026-01-01' + (i % 90)::INT AS day FROM range(5000) t(i)) TO 'orders.csv'",
                 "COPY (SELECT i AS customer, 'name ' || i AS name, i % 7 AS country "
                 "FROM range(1000) t(i)) TO 'customers.csv'")
        daily = ("SELECT day, country, sum(amount) AS revenue FROM orders JOIN customers "
                 "USING (customer) GROUP BY ALL ORDER BY ALL")
        top = "SELECT name, count(*) AS n FROM orders JOIN customers USING (customer) GROUP BY ALL ORDER BY ALL"
        self.write("pipelines/bench.sf", f"""
SOURCE o TYPE CSV PARAMS {{"path": "orders.csv"}};
SOURCE c TYPE CSV PARAMS {{"path": "customers.csv"}};
LOAD o INTO orders;
LOAD c INTO customers;
CREATE TABLE daily AS {daily};
CREATE TABLE top AS {top};
EXPORT daily TO 'ours_daily.csv';
EXPORT top TO 'ours_top.json' OPTIONS {{"format": "newline_delimited"}};
""")
        self.write("floor.sql", f"""
CREATE TABLE orders AS FROM read_csv('orders.csv')
CREATE TABLE customers AS FROM read_csv('customers.csv')
CREATE TABLE daily AS {daily}
CREATE TABLE top AS {top}
COPY daily TO 'floor_daily.csv.tmp' (FORMAT csv)
#keep floor_daily.csv.tmp floor_daily.csv
COPY top TO 'floor_top.json.tmp' (FORMAT json)
#keep floor_top.json.tmp floor_top.json
""")

    def compare(self):
        self.same_files("ours_daily.csv", "floor_daily.csv")
        self.same_files("ours_top.json", "floor_top.json")

    def bar(self, ours, floor):
        return "+20 ms", ours["seconds"] <= floor["seconds"] + 0.020


class Steps(Row):
    number, what, against = 4, "{steps} trivial steps, 4 workers", "the statements in a loop"

    def prepare(self):
        self.steps = 10_000 if self.rows > 100_000 else 200
        self.what = self.what.format(steps=f"{self.steps:,}")
        bodies = [f"CREATE TABLE t{i} AS SELECT {i} AS n" for i in range(self.steps)]
        self.write("pipelines/bench.sf", ";\n".join(bodies) + ";\n")
        self.write("floor.sql", "\n".join(bodies))

    def ours(self):
        return Measure([SQLFLOW, "run", "bench", "-q", "--workers", "4"], self.dir)

    def compare(self):
        count = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main'"
        self.same(self.sql("ours.duckdb", count), str(self.steps))
        self.same(self.sql("floor.duckdb", count), str(self.steps))

    def bar(self, ours, floor):
        return "1.3", ours["seconds"] <= 1.3 * floor["seconds"]


# A fact table of plain columns, the same for rows 5 and 6.
FACTS = ("SELECT i AS id, (hash(i) % 100000)::INT AS customer, "
         "(hash(i + 1) % 1000000)::DECIMAL(12,2) / 100 AS amount, "
         "DATE '2020-01-01' + (hash(i + 2) % 2000)::INT AS day, "
         "'item ' || (hash(i + 3) % 5000) AS item FROM range({rows}) t(i)")


class CsvToParquet(Row):
    number, what, against = 5, "CSV -> query -> Parquet, {rows} rows", "the same SQL by the C API"

    def prepare(self):
        self.what = self.what.format(rows=f"{self.rows:,}")
        self.sql("gen.duckdb", f"COPY ({FACTS.format(rows=self.rows)}) TO 'facts.csv'")
        query = ("SELECT customer, day, count(*) AS n, sum(amount) AS amount, min(item) AS item "
                 "FROM facts GROUP BY ALL")
        self.write("pipelines/bench.sf", f"""
SOURCE f TYPE CSV PARAMS {{"path": "facts.csv"}};
LOAD f INTO facts;
EXPORT {query} TO 'ours.parquet';
""")
        self.write("floor.sql", f"""
CREATE TABLE facts AS FROM read_csv('facts.csv')
COPY ({query}) TO 'floor.parquet.tmp' (FORMAT parquet, COMPRESSION zstd)
#keep floor.parquet.tmp floor.parquet
""")

    def compare(self):
        # Ours loads decimals as such, the plain reader as DOUBLE.
        digest = ("SELECT count(*) || ' ' || sum(hash(customer::BIGINT, day, n, "
                  "amount::DECIMAL(18,2), item)::HUGEINT) FROM '{}.parquet'")
        self.same(self.sql("gen.duckdb", digest.format("ours")),
                  self.sql("gen.duckdb", digest.format("floor")))

    def engine(self):
        return "bare.duckdb", *(self.dir / "floor.sql").read_text().strip().splitlines()

    def bar(self, ours, floor):
        return "1.15", ours["seconds"] <= 1.15 * floor["seconds"]


class CsvLoad(Row):
    number, what, against = 22, "CSV -> table, {rows} rows", "read_csv into a table"

    def prepare(self):
        self.what = self.what.format(rows=f"{self.rows:,}")
        self.sql("gen.duckdb", f"COPY ({FACTS.format(rows=self.rows)}) TO 'facts.csv'")
        self.write("pipelines/bench.sf", """
SOURCE f TYPE CSV PARAMS {"path": "facts.csv"};
LOAD f INTO facts;
""")
        self.write("floor.sql", "CREATE TABLE facts AS FROM read_csv('facts.csv')")

    def compare(self):
        digest = ("SELECT count(*) || ' ' || sum(hash(id, customer, amount, day, item)::HUGEINT) "
                  "FROM facts")
        self.same(self.sql("ours.duckdb", digest), self.sql("floor.duckdb", digest))

    def bar(self, ours, floor):
        return "1.15", ours["seconds"] <= 1.15 * floor["seconds"]


class TableToCsv(Row):
    number, what, against = 6, "table -> CSV, {rows} rows", "COPY, fsync, rename"
    times = 2

    def prepare(self):
        self.what = self.what.format(rows=f"{self.rows:,}")
        for name in ("ours", "floor"):
            self.sql(f"{name}.duckdb", f"CREATE TABLE facts AS {FACTS.format(rows=self.rows)}")
        self.write("pipelines/bench.sf", "EXPORT facts TO 'ours.csv';")
        self.write("floor.sql", "COPY facts TO 'floor.csv.tmp' (FORMAT csv, HEADER)\n"
                                "#keep floor.csv.tmp floor.csv")

    def before(self, side):
        """The databases are what is measured with; to free a former file takes as long as its size."""
        (self.dir / f"{side}.csv").unlink(missing_ok=True)

    def compare(self):
        self.same_files("ours.csv", "floor.csv")

    def engine(self):
        return "floor.duckdb", *(self.dir / "floor.sql").read_text().strip().splitlines()

    def bar(self, ours, floor):
        return "1.05", ours["seconds"] <= 1.05 * floor["seconds"]


ROWS = [Version, Compile, CompileMany, Sample, Steps, CsvToParquet, TableToCsv, CsvLoad]
