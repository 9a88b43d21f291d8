# SPDX-License-Identifier: Apache-2.0
"""Random tables that are written to run after run: their batches as files, and their statements."""
import datetime
import json
import random
from dataclasses import dataclass, field

import model
from model import Rows, Write

# Texts as the engine writes them; a file may have them in other words (in_file).
TEXTS = ["", "x", "7", "007", "a,b", 'say "so"', "two\nlines", "ü 😀", " blank ", "NULL", "true"]
VALUES = {
    "BIGINT": lambda rng: str(rng.choice([0, 1, -1, 9223372036854775807, rng.randint(-99, 99)])),
    "VARCHAR": lambda rng: rng.choice(TEXTS),
    "DATE": lambda rng: str(datetime.date(2024, 1, 1) + datetime.timedelta(rng.randint(-40, 40))),
    "TIMESTAMP": lambda rng: moment(rng.randint(-99, 99)),
    "DECIMAL(12,2)": lambda rng: f"{rng.randint(-99, 99)}.{rng.randint(0, 99):02}".replace("-0.", "0."),
    "BOOLEAN": lambda rng: rng.choice(["true", "false"]),
}
KEY_VALUES = {
    "BIGINT": lambda rng: str(rng.randint(1, 8)),
    "VARCHAR": lambda rng: rng.choice(TEXTS[:8]),
    "DATE": lambda rng: str(datetime.date(2024, 1, rng.randint(1, 8))),
}
GROWING = {  # a place on the line -> a value
    "BIGINT": str,
    "INTEGER": lambda place: str(place - 50),
    "DATE": lambda place: str(datetime.date(2024, 1, 1) + datetime.timedelta(place)),
    "TIMESTAMP": lambda place: moment(place),
}
LOOKBACK = {"BIGINT": "{}", "INTEGER": "{}", "DATE": "{} DAYS", "TIMESTAMP": "'{} hours'"}
UNITS = {"DATE": " days", "TIMESTAMP": " hours"}
KEY_WORDS = ["KEY ({})", "KEY {}", "KEYS ({})", "MERGE_KEYS ({})", "UPSERT_KEYS {}"]


def moment(hours):
    return str(datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=hours))


def order(kind, text):
    """Values of a column that grows, so that they can be compared."""
    return int(text) if kind in ("BIGINT", "INTEGER") else text


@dataclass
class Sequence:
    """One table and how it is written to in this run."""
    number: int
    rng: random.Random
    family: str  # plain, window, source
    kinds: dict
    keys: tuple
    column: str = None
    lookback: int = 0
    table: Rows = None       # as the model has it after all runs so far
    place: int = 0           # how far the column has grown
    greatest: object = None  # the watermark
    writes: list = field(default_factory=list)
    by_query: bool = False   # CREATE .. AS SELECT * FROM the source, not LOAD
    origins: list = field(default_factory=list)  # csv, json, of each write


def make(number, seed):
    rng = random.Random(f"{seed} {number}")
    family = rng.choice(["plain", "plain", "plain", "window", "source"])
    names = [f"k{i}" for i in range(rng.randint(1, 2))]
    kinds = {name: rng.choice(list(KEY_VALUES)) for name in names}
    kinds["n"] = "BIGINT"
    kinds |= {f"v{i}": rng.choice(list(VALUES)) for i in range(rng.randint(0, 3))}
    sequence = Sequence(number, rng, family, kinds, tuple(names))
    if family != "plain":
        sequence.column = "c"
        sequence.kinds["c"] = rng.choice(list(GROWING))
        sequence.lookback = rng.choice([0, 1, 5])
    return sequence


def value(sequence, kinds, name):
    rng = sequence.rng
    if name == sequence.column:
        return GROWING[kinds[name]](max(sequence.place - rng.randint(0, 8), 0))
    if name in sequence.keys:
        return KEY_VALUES[kinds[name]](rng)
    return None if rng.random() < 0.15 else VALUES[kinds[name]](rng)


def former_rows(sequence, kinds):
    """Rows that the table has already: some come again as they are."""
    table = sequence.table
    if table is None or any(table.kinds.get(name) != kinds[name] for name in kinds):
        return []
    return [{name: row[name] for name in kinds} for row in table.rows
            if not sequence.column or row[sequence.column] is not None]


def differing_kinds(sequence):
    """The columns of a batch: now and then one more, one less, or in another order."""
    rng, kinds = sequence.rng, dict(sequence.kinds)
    if rng.random() < 0.15:
        kinds[f"extra{rng.randint(0, 2)}"] = "BIGINT"
    if rng.random() < 0.15:
        spare = [name for name in kinds if name not in (*sequence.keys, sequence.column, "n")]
        kinds.pop(rng.choice(spare or [None]), None)
    names = list(kinds)
    rng.shuffle(names)
    return {name: kinds[name] for name in names}


def spoil(sequence, batch):
    """What must be refused: no key, a key twice, a value of another type."""
    rng = sequence.rng
    if not batch.rows or rng.random() > 0.2:
        return
    row = rng.choice(batch.rows)
    how = rng.choice(["null", "twice", "misfit"])
    typed = [name for name in batch.kinds if batch.kinds[name] not in ("VARCHAR", "BOOLEAN")
             and name not in (*sequence.keys, "n", sequence.column)]
    if how == "null":
        row[rng.choice([*sequence.keys, sequence.column or sequence.keys[0]])] = None
    elif how == "twice":
        batch.rows.append(dict(row))
    elif typed:
        name = rng.choice(typed)
        row[name] = model.MISFIT
        batch.misfits.add(name)


def make_batch(sequence):
    rng, kinds = sequence.rng, differing_kinds(sequence)
    count = rng.choice([0, 1, 3, 8])
    rows = {}
    for _ in range(count):
        row = {name: value(sequence, kinds, name) for name in kinds}
        rows[tuple(row[name] for name in sequence.keys)] = row
    for row in rng.sample(former := former_rows(sequence, kinds), min(len(former), rng.randint(0, 4))):
        rows[tuple(row[name] for name in sequence.keys)] = row
    batch = Rows(kinds, [dict(row) for row in rows.values()])
    spoil(sequence, batch)
    return batch


def in_window(sequence, greatest):
    kind = sequence.kinds[sequence.column]
    if greatest is None:
        return None
    back = sequence.lookback
    if kind in ("BIGINT", "INTEGER"):
        start = greatest - back
    elif kind == "DATE":
        start = str(datetime.date.fromisoformat(greatest) - datetime.timedelta(back))
    else:
        start = str(datetime.datetime.fromisoformat(greatest) - datetime.timedelta(hours=back))
    return lambda text: order(kind, text) >= start


def choose_types(sequence, write, origin):
    """Which columns the source declares; the others have the types that the table has."""
    batch, table = write.batch, sequence.table
    batch.typed = set(batch.kinds)
    if origin == "csv" and table is not None and write.mode != "REPLACE":
        batch.typed -= {name for name in batch.kinds if name.startswith("v") and name in table.kinds
                        and sequence.rng.random() < 0.7}


def next_write(sequence):
    rng = sequence.rng
    mode = {"plain": rng.choice(["REPLACE", "APPEND", "UPSERT", "UPSERT"]),
            "window": "INCREMENTAL",
            "source": rng.choice(["APPEND", "UPSERT"])}[sequence.family]
    write = Write(mode, make_batch(sequence), column=sequence.column,
                  schema=rng.choice(["strict", "evolve", "ignore"]))
    if mode == "UPSERT":
        write.keys = sequence.keys
    if rng.random() < 0.2:
        write.least = 0
    return write


def next_writes(sequence):
    """Chooses what happens to the table in this run."""
    rng = sequence.rng
    sequence.place += rng.randint(0, 6)
    count = rng.choice([1, 1, 1, 2]) if sequence.family == "plain" else 1
    sequence.writes = [next_write(sequence) for _ in range(count)]
    sequence.origins = ["csv" if write.batch.misfits or not write.batch.rows
                        else rng.choice(["csv", "csv", "json"]) for write in sequence.writes]
    # A query has types of its own: it goes where all columns have them.
    sequence.by_query = sequence.family == "window" or (
        sequence.family == "plain" and rng.random() < 0.3
        and not any(write.batch.misfits for write in sequence.writes)
        and (sequence.table is None or sequence.table.kinds.items() <= sequence.kinds.items()))
    for write, origin in zip(sequence.writes, sequence.origins):
        choose_types(sequence, write, "json" if sequence.by_query else origin)


def play(sequence, table, greatest):
    """After each of the writes: the table, the watermark, and counts or the Refused; what stands
    behind one that is refused is skipped (None)."""
    states, outcomes = [], []
    for write in sequence.writes:
        if outcomes and not isinstance(outcomes[-1], dict):
            outcomes.append(None)
            continue
        if sequence.column:
            write.start = in_window(sequence, greatest) if table is not None else None
        try:
            table, counts = model.apply(table, write)
            greatest = moved(sequence, table, write, greatest)
            outcomes.append(counts)
        except model.Refused as refused:
            outcomes.append(refused)
        states.append((table, greatest))
    return states, outcomes


def moved(sequence, table, write, greatest):
    """The watermark behind a write: of the table, or of what was read."""
    if not sequence.column:
        return None
    rows = table.rows if sequence.family == "window" else model.taken(write).rows
    kind = sequence.kinds[sequence.column]
    values = [order(kind, row[sequence.column]) for row in rows if row[sequence.column] is not None]
    return max([*values, *([] if greatest is None else [greatest])], default=None)


# Files and statements.


def cell(rng, kind, text, is_typed):
    """A CSV field."""
    if text is None:
        return ""
    if kind == "TIMESTAMP" and is_typed and rng.random() < 0.3:
        text = text.replace(" ", "T")
    if kind == "VARCHAR" or rng.random() < 0.2:
        return '"' + text.replace('"', '""') + '"'
    return text


def csv_text(rng, batch):
    lines = [",".join(batch.kinds)]
    lines += [",".join(cell(rng, kind, row[name], name in batch.typed)
                       for name, kind in batch.kinds.items()) for row in batch.rows]
    return "\n".join(lines) + "\n"


def json_value(kind, text):
    if text is None or kind in ("VARCHAR", "DATE", "TIMESTAMP"):
        return json.dumps(text, ensure_ascii=False)
    return text


def json_text(batch):
    lines = ["{" + ", ".join(f'"{name}": {json_value(kind, row[name])}'
                             for name, kind in batch.kinds.items()) + "}" for row in batch.rows]
    return "\n".join(lines) + "\n"


def mode_text(rng, sequence, write):
    if write.mode == "UPSERT":
        keys = rng.choice(KEY_WORDS).format(", ".join(write.keys))
        return f"MODE {rng.choice(['UPSERT', 'MERGE'])} {keys}"
    if write.mode == "INCREMENTAL":
        back = LOOKBACK[sequence.kinds[sequence.column]].format(sequence.lookback)
        return f"MODE INCREMENTAL BY c LOOKBACK {back}"
    return "" if write.mode == "REPLACE" and rng.random() < 0.5 else f"MODE {write.mode}"


def source_options(sequence, write, path, origin):
    types = {name: kind for name, kind in write.batch.kinds.items() if name in write.batch.typed}
    options = {"path": path, "types" if origin == "csv" else "columns": types}
    if sequence.family == "source":
        kind = sequence.kinds[sequence.column]
        options |= {"sync_mode": "incremental", "cursor_field": "c",
                    "lookback_window": str(sequence.lookback) + UNITS.get(kind, "")}
    return json.dumps(options)


def statements(sequence, folder, part):
    """The text for one write; its file is made."""
    rng, write, origin = sequence.rng, sequence.writes[part], sequence.origins[part]
    name = f"{sequence.number}_{part}"
    path = f"data/{name}.{'csv' if origin == 'csv' else 'ndjson'}"
    text = csv_text(rng, write.batch) if origin == "csv" else json_text(write.batch)
    (folder / path).unlink(missing_ok=True)
    (folder / path).write_text(text, encoding="utf-8")
    kind = "CSV" if origin == "csv" else "JSON"
    source = sequence.number if sequence.family == "source" else name
    lines = [f"SOURCE s{source} TYPE {kind} PARAMS {source_options(sequence, write, path, origin)};"]
    mode = mode_text(rng, sequence, write)
    schema = f'OPTIONS {{"schema": "{write.schema}"}}' if mode and "REPLACE" not in mode else ""
    where = "" if write.least is None else f"WHERE n >= {write.least}"
    table = f"t{sequence.number}"
    if sequence.by_query and write.mode != "REPLACE":
        lines.append(f"CREATE TABLE {table} {mode} {schema} AS SELECT * FROM s{source} {where};")
    elif rng.random() < 0.5:
        lines.append(f"LOAD s{source} INTO {table} {where} {mode} {schema};")
    else:
        lines.append(f"LOAD {table} FROM s{source} {mode} {where} {schema};")
    return "\n".join(lines) + "\n"
