# SPDX-License-Identifier: Apache-2.0
"""What a project holds: the rows of its database, its files, how often its steps were executed."""
import csv
import fnmatch
import hashlib
import io
import os
import re
import subprocess

# Everything in the catalogue that isn't the journal's, as lines.
CATALOG = """
WITH lines AS (
  SELECT schema_name, concat_ws(' ', 'column', schema_name, table_name, column_index, column_name,
                                data_type, is_nullable, column_default) AS line
  FROM duckdb_columns() WHERE NOT internal
  UNION ALL SELECT schema_name, concat_ws(' ', 'view', schema_name, sql)
  FROM duckdb_views() WHERE NOT internal
  UNION ALL SELECT schema_name, concat_ws(' ', 'index', schema_name, sql)
  FROM duckdb_indexes()
  UNION ALL SELECT schema_name, concat_ws(' ', 'sequence', schema_name, sequence_name)
  FROM duckdb_sequences()
  UNION ALL SELECT schema_name,
         concat_ws(' ', 'macro', schema_name, function_name, macro_definition)
  FROM duckdb_functions() WHERE NOT internal
  UNION ALL SELECT schema_name, concat_ws(' ', 'schema', schema_name)
  FROM duckdb_schemas() WHERE NOT internal)
SELECT line FROM lines WHERE schema_name <> 'sqlflow'
"""
TABLES = """
SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name <> 'sqlflow'
"""
NUMBERED = """
SELECT schema_name || '.' || table_name FROM duckdb_columns()
WHERE schema_name <> 'sqlflow' AND column_name = 'execution'
"""
# Once the engine has taken its log over and closed, a sequence starts with the next number.
LAST_NUMBER = "SELECT 'last number ' || (start_value - 1) FROM duckdb_sequences()"

LOG = "target/dev.duckdb.wal"  # a part of the database

SHOWN = 4  # differences of a kind
ANY = float("inf")


def rows_of(table):
    return (f"SELECT 'row {table} ' || r::VARCHAR FROM "
            f"(SELECT COLUMNS(c -> c <> 'execution') FROM {table}) r")


def numbers_of(table):
    return f"SELECT DISTINCT 'number ' || execution FROM {table}"


class State:
    """A project's content in a form that can be compared."""

    def __init__(self, lines, files):
        self.rows = [line for line in lines if not re.match("(last )?number ", line)]
        self.numbers = sorted(int(line[7:]) for line in lines if line.startswith("number "))
        self.last = max((int(line[12:]) for line in lines if line.startswith("last number ")),
                        default=0)
        self.files = files

    def differences(self, wanted, spare):
        """What is otherwise than in `wanted`; so many numbers may have been taken in vain."""
        found = compare("database", wanted.rows, self.rows)
        found += compare("files", wanted.files, self.files)
        taken = set(self.numbers)
        if len(taken) != len(self.numbers) or len(taken) != len(wanted.numbers):
            found.append(f"numbers in tables: wanted {wanted.numbers}, got {self.numbers}")
        if not wanted.last <= self.last <= wanted.last + spare:
            found.append(f"last number taken: wanted {wanted.last}, got {self.last}")
        return found

    def without_leftovers(self):
        """Less what the next run may still remove."""
        state = State([], [line for line in self.files
                           if not re.match(r"target/|.*\.tmp-", line)])
        state.rows, state.numbers, state.last = self.rows, self.numbers, self.last
        return state


def compare(what, wanted, got):
    missing = [f"{what}: missing {line}" for line in wanted if line not in got]
    surplus = [f"{what}: surplus {line}" for line in got if line not in wanted]
    if not missing and not surplus and sorted(wanted) != sorted(got):
        return [f"{what}: something is there twice"]
    return missing[:SHOWN] + surplus[:SHOWN]


class Reader:
    """Reads the state of projects that have the tables of a first one."""

    def __init__(self, sqlflow, folder):
        self.sqlflow = sqlflow
        parts = [CATALOG, LAST_NUMBER]
        parts += [rows_of(table) for table in self.query(folder, TABLES)]
        parts += [numbers_of(table) for table in self.query(folder, NUMBERED)]
        self.sql = " UNION ALL ".join(f"({part})" for part in parts) + " ORDER BY 1"

    def query(self, folder, sql):
        """The lines of a query with one column."""
        command = [self.sqlflow, "query", "--output", "csv", "--limit", "1000000", sql]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"query: exit code {done.returncode}: {done.stderr}")
        return [row[0] for row in csv.reader(io.StringIO(done.stdout))][1:]

    def read(self, folder):
        files = read_files(folder)
        if os.path.exists(os.path.join(folder, LOG)):
            subprocess.run([self.sqlflow, "run", "nothing", "-q"], cwd=folder, capture_output=True,
                           check=True)
        return State(self.query(folder, self.sql), files)


def read_files(folder):
    """A line for each file and folder. Runs have another name each time, so they are all one; what
    is in the database is told by its rows."""
    lines = set()
    for place, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(place, name)
            lines.add(f"{shown_path(os.path.relpath(path, folder))} {content(path)}")
    return sorted(lines - {f"{LOG} file"})


def shown_path(path):
    parts = path.split(os.sep)
    if parts[:2] == ["target", "run"] and len(parts) > 2 and fnmatch.fnmatch(parts[2], "2*Z-*"):
        parts[2] = "RUN"
    return os.sep.join(parts)


def content(path):
    if os.path.islink(path):
        return "link" if os.path.exists(path) else "link to nothing"
    if os.path.isdir(path):
        return "folder"
    if f"{os.sep}target{os.sep}" in path:
        return "file"
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]
