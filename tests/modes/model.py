# SPDX-License-Identifier: Apache-2.0
"""What the modes of LOAD and CREATE do, in the plainest way: tables are lists of rows, a value is its
text or None. The documentation (docs/language.md, "Modes") is what this was written from."""
from collections import Counter
from dataclasses import dataclass, field, replace


MISFIT = "x7"  # is a value of no type but VARCHAR


class Refused(Exception):
    """The write is an error, for one of these reasons: parts of messages."""


@dataclass
class Rows:
    """A table, or a batch of rows for one. `kinds`: column -> type. Of a batch `misfits` are columns
    with a text that is no value of their type, `typed` those whose type the source declares."""
    kinds: dict
    rows: list = field(default_factory=list)
    misfits: set = field(default_factory=set)
    typed: set = field(default_factory=set)

    def multiset(self):
        return Counter(tuple(row[name] for name in self.kinds) for row in self.rows)

    def only(self, holds):
        """Those of its rows."""
        rows = [row for row in self.rows if holds(row)]
        return replace(self, rows=rows, misfits={name for name in self.misfits
                                                 if any(row[name] == MISFIT for row in rows)})


@dataclass
class Write:
    """One statement: how the batch gets into the table."""
    mode: str  # REPLACE, APPEND, UPSERT, INCREMENTAL
    batch: Rows
    keys: tuple = ()
    schema: str = "strict"
    column: str = None  # that grows: of INCREMENTAL, or of the source
    start: object = None  # the window's, as a function of a value's text; None: all
    least: int = None  # WHERE n >= least


def apply(table, write):
    """The table after the write, and the counts of read, inserted, updated, unchanged and deleted."""
    batch = taken(write)
    is_made = table is None or write.mode == "REPLACE"
    reasons = missing_values(write, batch)
    if write.column:
        batch = batch.only(lambda row: row[write.column] is None or inside(write, row))
    reasons += wrong_keys(write, batch)
    if is_made:
        reasons += ["is not exactly a"] if batch.misfits else []
    else:
        reasons += differences(table, write, batch)
    if reasons:
        raise Refused(*reasons)
    if is_made:
        return (Rows(dict(batch.kinds), [dict(row) for row in batch.rows]),
                counted(read=len(batch.rows), inserted=len(batch.rows)))
    return merge(table, write, batch)


def taken(write):
    least = write.least
    if least is None:
        return write.batch
    return write.batch.only(lambda row: row["n"] is not None and int(row["n"]) >= least)


def inside(write, row):
    return write.start is None or write.start(row[write.column])


def missing_values(write, batch):
    if write.column and any(row[write.column] is None for row in batch.rows):
        return ["is NULL"]
    return []


def wrong_keys(write, batch):
    keys, reasons = write.keys, []
    if any(row[name] is None for row in batch.rows for name in keys):
        reasons.append("is NULL")
    if keys and len({key_of(row, keys) for row in batch.rows}) < len(batch.rows):
        reasons.append("is there more than once")
    return reasons


def differences(table, write, batch):
    """Between the columns of both sides, and the types of the table and the values."""
    reasons = []
    if write.schema == "strict":
        reasons += ["is only in the rows" for name in batch.kinds if name not in table.kinds]
        reasons += ["is only in the table" for name in table.kinds if name not in batch.kinds]
    for name in batch.misfits:
        if write.schema == "ignore" and name not in table.kinds:
            continue  # left out: not even looked at
        may_widen = write.schema == "evolve" or table.kinds.get(name, "VARCHAR") == "VARCHAR"
        if name in batch.typed or not may_widen:
            reasons.append("is not exactly a")
    return reasons


def merge(table, write, batch):
    kinds = dict(table.kinds)
    if write.schema == "evolve":
        kinds |= {name: kind for name, kind in batch.kinds.items() if name not in kinds}
    if write.schema == "evolve":  # what becomes of the table is found from all rows
        kinds |= {name: "VARCHAR" for name in write.batch.misfits - batch.typed if name in kinds}
    names = [name for name in batch.kinds if name in kinds]
    rows = [{name: row.get(name) for name in kinds} for row in table.rows]
    after, counts = HOW[write.mode](write, rows, batch.rows, names)
    return Rows(kinds, [{name: row.get(name) for name in kinds} for row in after]), counts


def append(write, rows, batch, names):
    if not write.column:
        return rows + batch, counted(read=len(batch), inserted=len(batch))
    there = Counter(tuple(row[name] for name in names) for row in rows if inside(write, row))
    new = []
    for row in batch:
        values = tuple(row[name] for name in names)
        if there[values] > 0:
            there[values] -= 1
        else:
            new.append(row)
    return rows + new, counted(read=len(batch), inserted=len(new), unchanged=len(batch) - len(new))


def upsert(write, rows, batch, names):
    news = {key_of(row, write.keys): row for row in batch}
    met, after, updated = set(), [], 0
    for row in rows:
        new = news.get(key_of(row, write.keys))
        changed = row if new is None else row | {name: new[name] for name in names}
        met |= {key_of(row, write.keys)} if new is not None else set()
        updated += changed != row
        after.append(changed)
    inserted = [row for row in batch if key_of(row, write.keys) not in met]
    return after + inserted, counted(
        read=len(batch), inserted=len(inserted), updated=updated,
        unchanged=max(len(batch) - len(inserted) - updated, 0))


def window(write, rows, batch, _):
    kept = [row for row in rows if row[write.column] is None or not inside(write, row)]
    return kept + batch, counted(read=len(batch), inserted=len(batch),
                                 deleted=len(rows) - len(kept))


HOW = {"APPEND": append, "UPSERT": upsert, "INCREMENTAL": window}


def key_of(row, keys):
    """Of a row whose key has a NULL, something that no other row has."""
    values = tuple(row[name] for name in keys)
    return values if None not in values else id(row)


def counted(**counts):
    return {name: counts.get(name, 0)
            for name in ("read", "inserted", "updated", "unchanged", "deleted")}
