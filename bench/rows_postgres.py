# SPDX-License-Identifier: Apache-2.0
"""Rows 7 and 8: against psql and a server of the bench's own, on the same machine."""
import atexit
import functools
import os
import shlex
import subprocess

from measuring import FLOOR, ROOT, SQLFLOW, WORK, Measure, Row

SERVICE = ROOT / "tests" / "services" / "postgres"

COLUMNS = """i AS id, (i * 7919 % 100000)::int AS a, (i % 30000)::smallint AS b, (i % 1000 / 8.0)::real AS c,
    (i / 7.0)::double precision AS d, (i % 1000000 / 100.0)::numeric(12,2) AS n, 'item ' || i % 5000 AS t,
    ('customer ' || i % 100000)::varchar(40) AS v, DATE '2020-01-01' + (i % 2000)::int AS dt,
    TIMESTAMP '2020-01-01' + i % 100000000 * INTERVAL '1 second' AS ts,
    TIMESTAMPTZ '2020-01-01 00:00:00Z' + i % 100000000 * INTERVAL '1 second' AS tz, i % 3 = 0 AS f"""

SUMS = "sum(id), sum(a), sum(b), sum(n), count(DISTINCT t), count(DISTINCT v), max(dt), max(ts), sum(f::int)"


@functools.cache
def server():
    """Starts it at first use; the environment that reaches it."""
    folder = WORK / "postgres"
    subprocess.run([SERVICE, "start", folder], check=True, stdin=subprocess.DEVNULL)
    atexit.register(subprocess.run, [SERVICE, "stop", folder])
    words = shlex.split((folder / "env").read_text())[1:]
    os.environ.update(word.split("=", 1) for word in words)
    os.environ.update(PGOPTIONS="-c client_min_messages=warning", PGTZ="UTC")


def psql(sql):
    """What it prints, fields separated by blanks."""
    server()
    done = subprocess.run(["psql", "-qAtX", "-F", " ", "-v", "ON_ERROR_STOP=1"], input=sql, text=True,
                          check=True, stdout=subprocess.PIPE)
    return done.stdout.strip()


class PostgresRow(Row):
    """The table `facts` is at the server. What is written goes to `ours` and `theirs`."""

    limit = 1.1
    connectors = "connectors:\n  shop: {type: postgres}\n"
    keeps_database = False

    def prepare(self):
        self.what = self.what.format(rows=f"{self.rows:,}")
        psql(f"DROP TABLE IF EXISTS facts; CREATE TABLE facts AS SELECT {COLUMNS} FROM "
             f"generate_series(1, {self.rows}::bigint) i; VACUUM (FREEZE, ANALYZE) facts;")
        self.prepare_row()

    def prepare_row(self):
        pass

    def before(self, side):
        if not self.keeps_database:
            super().before(side)

    def shell(self, script):
        self.write("floor.sh", script)
        return Measure(["bash", "-e", "floor.sh"], self.dir)

    def bar(self, ours, floor):
        return f"{self.limit}", ours["seconds"] <= self.limit * floor["seconds"]


class Read(PostgresRow):
    number, what, against = 7, "Postgres -> table, {rows} rows", "COPY .. (FORMAT binary) to /dev/null"
    partitions = 1

    def prepare_row(self):
        self.write("pipelines/bench.sf", f"""
SOURCE f FROM 'shop' OPTIONS {{"table": "facts", "partitions": {self.partitions}}};
LOAD f INTO facts;
""")

    def floor(self):
        return self.shell("psql -qX -c 'COPY facts TO STDOUT (FORMAT binary)' >/dev/null")

    def engine(self):
        return ("bare.duckdb", "SET TimeZone = 'UTC'",
                f"CREATE TABLE facts AS SELECT {' '.join(COLUMNS.split())} FROM range(1, {self.rows} + 1) r(i)")

    def compare(self):
        line = "SELECT concat_ws(' ', count(*), " + SUMS + ") FROM facts"
        self.same(self.sql("ours.duckdb", line), psql(line))


class ReadByTwo(Read):
    number, what, against = 71, "the same, two connections", "two COPYs by ctid"
    partitions = 2

    def floor(self):
        half = int(psql("SELECT pg_relation_size('facts') / current_setting('block_size')::int / 2"))
        copy = "psql -qX -c \"COPY (SELECT * FROM facts WHERE {}) TO STDOUT (FORMAT binary)\" >/dev/null"
        return self.shell(copy.format(f"ctid < '({half},0)'::tid") + " &\n"
                          + copy.format(f"ctid >= '({half},0)'::tid") + "\nwait\n")


class ReadByItself(Read):
    """What a pipeline that says nothing of connections gets: as many as are worth it."""

    number, what = 70, "the same, as many connections as it takes"

    def prepare_row(self):
        self.write("pipelines/bench.sf", "SOURCE f FROM 'shop' OPTIONS {\"table\": \"facts\"};\nLOAD f INTO facts;\n")


class ReadAsText(ReadByItself):
    """What people do without us; it makes a table, too, which throwing the rows away doesn't."""

    number, what, against = 72, "the same, made a table by both", "psql's CSV into the bare engine"
    limit = 1.0
    types = ("id BIGINT, a INTEGER, b SMALLINT, c FLOAT, d DOUBLE, n DECIMAL(12,2), t VARCHAR, v VARCHAR, dt DATE, "
             "ts TIMESTAMP, tz TIMESTAMPTZ, f BOOLEAN")

    def prepare_row(self):
        super().prepare_row()
        columns = ", ".join(f"{name!r}: {kind!r}" for name, kind in map(str.split, self.types.split(", ")))
        self.write("floor.sql", "SET TimeZone = 'UTC'\nCREATE TABLE facts AS SELECT * FROM "
                                f"read_csv('/dev/stdin', header = false, auto_detect = false, columns = {{{columns}}})")

    def floor(self):
        return self.shell(f"psql -qX -c 'COPY facts TO STDOUT (FORMAT csv)' | {FLOOR} floor.duckdb floor.sql")

    def compare(self):
        line = "SELECT concat_ws(' ', count(*), " + SUMS + ") FROM facts"
        self.same(self.sql("ours.duckdb", line), self.sql("floor.duckdb", line))


class Write(PostgresRow):
    number, what, against = 8, "table -> Postgres, append, {rows} rows", "COPY FROM the ready bytes"
    options = '{"mode": "append"}'
    script = "\\copy theirs FROM 'ready.bin' (FORMAT binary)\n"
    keeps_database = True
    key = ""

    def prepare_row(self):
        self.write("pipelines/fill.sf", "SOURCE f FROM 'shop' OPTIONS {\"table\": \"facts\"};\nLOAD f INTO facts;\n")
        Measure([SQLFLOW, "run", "fill", "-q"], self.dir)
        psql(f"\\copy facts TO '{self.dir}/ready.bin' (FORMAT binary)")
        self.write("pipelines/bench.sf", f"EXPORT facts TO 'shop/ours' OPTIONS {self.options};\n")
        self.write("floor.sql", self.script)

    def table(self, side):
        return {"ours": "ours", "floor": "theirs"}[side]

    def before(self, side):
        psql(f"DROP TABLE IF EXISTS {self.table(side)}; CREATE TABLE {self.table(side)} (LIKE facts{self.key}); "
             f"CHECKPOINT;")

    def floor(self):
        return self.shell("psql -qX -v ON_ERROR_STOP=1 -f floor.sql")

    def engine(self):
        return "ours.duckdb", "COPY facts TO 'bare.csv' (FORMAT csv)"

    def compare(self):
        sums = "SELECT count(*), " + SUMS + " FROM {}"
        self.same(psql(sums.format("ours")), psql(sums.format("theirs")))


class Replace(Write):
    number, what = 81, "table -> Postgres, replace, {rows} rows"
    options = '{"mode": "replace"}'
    script = "BEGIN;\nTRUNCATE theirs;\n\\copy theirs FROM 'ready.bin' (FORMAT binary)\nCOMMIT;\n"

    def before(self, side):
        super().before(side)
        psql(f"INSERT INTO {self.table(side)} SELECT * FROM facts LIMIT 1000; CHECKPOINT;")


class Upsert(Write):
    number, what, against = 82, "table -> Postgres, upsert, {rows} rows", "staging and ON CONFLICT by psql"
    options = '{"mode": "upsert", "keys": ["id"]}'
    limit = 1.2
    key = ", PRIMARY KEY (id)"
    script = ("BEGIN;\nCREATE TEMPORARY TABLE stage (LIKE theirs) ON COMMIT DROP;\n"
              "\\copy stage FROM 'ready.bin' (FORMAT binary)\n"
              "INSERT INTO theirs SELECT * FROM stage ON CONFLICT (id) DO UPDATE SET a = EXCLUDED.a, b = EXCLUDED.b, "
              "c = EXCLUDED.c, d = EXCLUDED.d, n = EXCLUDED.n, t = EXCLUDED.t, v = EXCLUDED.v, dt = EXCLUDED.dt, "
              "ts = EXCLUDED.ts, tz = EXCLUDED.tz, f = EXCLUDED.f;\nCOMMIT;\n")

    def before(self, side):
        super().before(side)
        psql(f"INSERT INTO {self.table(side)} SELECT * FROM facts WHERE id % 2 = 0; CHECKPOINT;")


class Pipe(Write):
    number, what, against = 83, "Postgres -> Postgres, {rows} rows", "psql's COPY into psql's COPY"

    def prepare_row(self):
        self.write("pipelines/bench.sf", "SOURCE f FROM 'shop' OPTIONS {\"table\": \"facts\", \"partitions\": 1};\n"
                                         "EXPORT (SELECT * FROM f) TO 'shop/ours' OPTIONS {\"mode\": \"append\"};\n")

    def floor(self):
        return self.shell("psql -qX -c 'COPY facts TO STDOUT (FORMAT binary)' | "
                          "psql -qX -c 'COPY theirs FROM STDIN (FORMAT binary)'")


ROWS = [Read, ReadByItself, ReadByTwo, ReadAsText, Write, Replace, Upsert, Pipe]
