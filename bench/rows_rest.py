# SPDX-License-Identifier: Apache-2.0
"""Row 11: rows sent to an HTTP server of the bench's own, against curl that sends it the same bodies: a server that
throws them away at once (11), or takes its time (110); and curl with the engine that makes them first (111)."""
import atexit
import functools
import subprocess
import sys
import urllib.request

from measuring import FLOOR, ROOT, Measure, Row

BATCH = 1000

QUERY = """SELECT i AS id, 'item ' || i % 5000 AS name, (i % 1000000 / 100.0)::DECIMAL(12,2) AS amount,
    DATE '2020-01-01' + (i % 2000)::INT AS day, i % 3 = 0 AS paid FROM range({rows}) r(i)"""


@functools.cache
def server():
    """Its address. It takes everything and says 200; GET tells how much came, and forgets it."""
    process = subprocess.Popen([sys.executable, ROOT / "bench" / "sink.py"], stdout=subprocess.PIPE, text=True)
    atexit.register(process.terminate)
    return f"http://127.0.0.1:{process.stdout.readline().strip()}"


def arrived():
    with urllib.request.urlopen(server() + "/", timeout=10) as answer:
        return answer.read().decode()


class Send(Row):
    number, what, against = 11, "REST export, {rows} rows", "curl, the same bodies"
    limit, most_rows, path = 1.2, 1_000_000, "in"

    def prepare(self):
        self.what = self.what.format(rows=f"{self.rows:,}")
        query = " ".join(QUERY.format(rows=self.rows).split())
        self.sql("floor.duckdb", f"COPY ({query}) TO 'rows.ndjson' (FORMAT json);",
                 "ATTACH 'ours.duckdb';", f"CREATE TABLE ours.facts AS {query};")
        self.write("pipelines/bench.sf", f"EXPORT facts TO '{server()}/{self.path}' TYPE REST "
                                         f"OPTIONS {{\"batch_size\": {BATCH}}};\n")
        self.write("calls", "".join(self.bodies()))

    def bodies(self):
        lines = (self.dir / "rows.ndjson").read_text().splitlines()
        for number, start in enumerate(range(0, len(lines), BATCH)):
            self.write(f"bodies/{number}", "[" + ",".join(lines[start:start + BATCH]) + "]")
            yield ("next\n" if number else "") + f"silent\nshow-error\nurl = {server()}/{self.path}\noutput = /dev/null\n" \
                  f"header = \"Content-Type: application/json\"\ndata-binary = @bodies/{number}\n"

    def before(self, side):
        arrived()

    def ours(self):
        measure = super().ours()
        self.ours_came = arrived()
        return measure

    def floor(self):
        measure = Measure(["curl", "--config", "calls"], self.dir)
        self.floor_came = arrived()
        return measure

    def compare(self):
        self.same(self.ours_came, self.floor_came)

    def engine(self):
        return "ours.duckdb", "COPY facts TO 'bare.ndjson' (FORMAT json)"

    def bar(self, ours, floor):
        return f"{self.limit}", ours["seconds"] <= self.limit * floor["seconds"]


class SendBusy(Send):
    number, what, path = 110, "the same, 5 ms a batch", "busy"


class MakeAndSend(Send):
    """What a pipeline has to do that puts rows aside: they are no files before."""

    number, what, against = 111, "the same, made, too", "the engine's COPY, fsync, rename; curl"

    def prepare(self):
        super().prepare()
        self.sql("floor.duckdb", "ATTACH 'ours.duckdb' (READ_ONLY);", "CREATE TABLE facts AS FROM ours.facts;")
        self.write("floor.sql", "COPY facts TO 'made.tmp' (FORMAT json)\n#keep made.tmp made\n")
        self.write("floor.sh", f"{FLOOR} floor.duckdb floor.sql\ncurl --config calls\n")

    def floor(self):
        measure = Measure(["bash", "-e", "floor.sh"], self.dir)
        self.floor_came = arrived()
        return measure


ROWS = [Send, SendBusy, MakeAndSend]
