# SPDX-License-Identifier: Apache-2.0
"""What a row of the benchmark is made of: a measured process, and two sides that make the same."""
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
WORK = BUILD / "bench-work"
SQLFLOW = str(BUILD / "sqlflow")
FLOOR = str(BUILD / "bench" / "floor")
EMPTY = str(BUILD / "bench" / "empty")
MEASURE = str(BUILD / "bench" / "measure")
MB = 1024


class Measure:
    """Wall-clock seconds and peak memory (KiB) of one process."""

    def __init__(self, command, cwd):
        # Into files: a pipe would be emptied at the pace of this script.
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as result:
            process = subprocess.run(
                [MEASURE, str(result.fileno()), *command], cwd=cwd, pass_fds=[result.fileno()],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False)
            output.seek(0)
            self.output = output.read().decode()
            result.seek(0)
            self.seconds, self.peak = map(float, result.read().split() or (0, 0))
        if process.returncode:
            sys.exit(f"bench: {' '.join(command)} failed:\n{self.output}")


class Row:
    """One line of the table: how both sides are run, when they are equal, and the bar."""

    number, what, against = 0, "", ""
    most_rows = None  # more aren't taken, whatever is asked for
    times = 1  # how often it runs, for one run of the others: where a run is short, or waits for the disk
    connectors = ""  # of the profile, as YAML

    def __init__(self, rows, settings=""):
        """`settings`: of the engine, besides where its database is."""
        self.rows = rows
        self.dir = WORK / str(self.number)
        shutil.rmtree(self.dir, ignore_errors=True)
        (self.dir / "pipelines").mkdir(parents=True)
        (self.dir / "profiles").mkdir()
        self.write("profiles/dev.yml", f"engines:\n  duckdb: {{mode: persistent, path: ours.duckdb{settings}}}\n"
                                       f"{self.connectors}")
        self.prepare()

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def sql(self, database, *statements):
        """Runs statements with the floor program; the last one's first value."""
        self.write("setup.sql", "\n".join(statements))
        return Measure([FLOOR, database, "setup.sql"], self.dir).output.strip()

    def prepare(self):
        pass

    def before(self, side):
        for path in self.dir.glob(f"{side}.duckdb*"):
            path.unlink()

    def ours(self):
        return Measure([SQLFLOW, "run", "bench", "-q"], self.dir)

    def floor(self):
        return Measure([FLOOR, "floor.duckdb", "floor.sql"], self.dir)

    def compare(self):
        """Fails when the two sides made different things."""

    def same(self, left, right):
        assert left == right, f"row {self.number}: {left} is not {right}"

    def same_files(self, left, right):
        digest = [hashlib.sha256((self.dir / name).read_bytes()).hexdigest()
                  for name in (left, right)]
        self.same(*digest)

    def bar(self, ours, floor):
        """(text, met) for the medians."""
        raise NotImplementedError

    def measure(self, runs):
        """Medians of both sides over `runs` after a warm-up."""
        seen = {"ours": [], "floor": []}
        for turn in range(runs + 1):
            for side in ("ours", "floor") if turn % 2 else ("floor", "ours"):
                self.before(side)
                os.sync()  # nobody waits for what the other side left to write
                seen[side].append(getattr(self, side)())
            if turn == 0:
                self.compare()
        return {side: {"seconds": statistics.median(m.seconds for m in measures[1:] or measures),
                       "peak": max(m.peak for m in measures[1:] or measures)}
                for side, measures in seen.items()}

    def clear(self):
        shutil.rmtree(self.dir)
