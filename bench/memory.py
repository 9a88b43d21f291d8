# SPDX-License-Identifier: Apache-2.0
"""Row 12: how much memory the other rows take."""
import statistics

from measuring import FLOOR, MB, Measure


class Memory:
    """Row 12 for another row: peaks of memory at its rows and at a tenth of them, against the engine alone."""

    number, against, kind = 12, "the bare engine with the same limit", None
    limit, above, growth = "512MB", 64 * MB, 1.1
    most_rows, times = None, 1

    def __init__(self, rows):
        self.rows = rows

    def peaks(self, rows, runs):
        """Of both sides, over `runs`."""
        row = self.kind(rows, f", memory_limit: {self.limit}")
        self.what = f"memory of {self.kind.number}: {row.what}"
        seen = {"ours": [], "floor": []}
        for _ in range(runs):
            row.before("ours")
            seen["ours"].append(row.ours())
            seen["floor"].append(self.bare(row))
        row.clear()
        return {side: {"seconds": statistics.median(m.seconds for m in measures),
                       "peak": max(m.peak for m in measures)} for side, measures in seen.items()}

    def bare(self, row):
        """The engine alone, by its C API; the database is the row's own when it only reads it."""
        database, *statements = row.engine()
        if database == "bare.duckdb":
            for path in row.dir.glob("bare.duckdb*"):
                path.unlink()
        row.write("bare.sql", "\n".join([f"SET memory_limit = '{self.limit}'", *statements]))
        return Measure([FLOOR, database, "bare.sql"], row.dir)

    def measure(self, runs):
        self.tenth = self.peaks(self.rows // 10, runs)
        return self.peaks(self.rows, runs) | {"tenth": self.tenth}

    def bar(self, ours, floor):
        small_ours, small_floor = self.tenth["ours"]["peak"], self.tenth["floor"]["peak"]
        above = max(ours["peak"] - floor["peak"], small_ours - small_floor)
        grown = (ours["peak"] / small_ours) / (floor["peak"] / small_floor)
        return (f"+{above / MB:.0f} of 64 MB, growth {grown:.2f} of {self.growth}",
                above <= self.above and grown <= self.growth)

    def clear(self):
        """Each of the two has cleared what it made."""


def memory_row(row):
    """Row 12 for `row`, which tells by engine() what the bare engine has to do for it: the name of a database
    (`bare.duckdb`: a new one each time) and statements."""
    return type(f"MemoryOf{row.__name__}", (Memory,), {"kind": row, "most_rows": row.most_rows})
