# SPDX-License-Identifier: Apache-2.0
"""One round: a project, a command that something happens to, and what brings it to an end after."""
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from state import ANY, Reader, State

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("TEST_BUILD", ROOT / "build"))
SQLFLOW = str(BUILD / "sqlflow")
INJECT = str(BUILD / "tests" / "fault" / "inject.so")
WORK = BUILD / "fault-work"
PROJECT = ROOT / "tests" / "fault" / "project"

RUN, RETRY = ("run", "everything"), ("retry", "everything")
KILLING = ("crash", "torn")
LIMIT = 60  # seconds for a command: it may be slow, it may not hang
TRIES = 3   # of retry, when nothing happens to it


INSIDE_COMMIT = ", the second write of one commit"


class Wrong(Exception):
    """What is otherwise than promised."""


@dataclass(frozen=True)
class Fault:
    """Which call is to go wrong, and how. `calls`: FAULT_ONLY or FAULT_EXCEPT, and a pattern."""
    kind: str
    at: int
    calls: tuple

    def environment(self, log):
        return {"FAULT_KIND": self.kind, "FAULT_AT": str(self.at), "FAULT_LOG": str(log),
                self.calls[0]: self.calls[1]}


@dataclass
class Scenario:
    """A project as it is before, a command, and what comes of it when nothing happens."""
    name: str
    command: tuple
    code: int
    start: Path
    wanted: State = None  # when all is done
    reader: Reader = None


def begin(start, name):
    """A copy to play with. Inputs and outputs are linked, since resume knows a file by its inode,
    and nothing writes to them in place."""
    folder = WORK / name.replace(" ", "-")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(start, folder, symlinks=True, copy_function=os.link,
                    ignore=shutil.ignore_patterns("target"))
    if (start / "target").exists():
        shutil.copytree(start / "target", folder / "target", symlinks=True)
    return folder


def call(folder, command, fault=None, workers=1):
    """Runs a command of ours in a project: its exit code, stderr, and the calls that counted."""
    log = folder.parent / f"{folder.name}.log"
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("SQLFLOW_", "FAULT_"))}
    environment |= {"LD_PRELOAD": INJECT, "FAULT_NOSYNC": "1", "LC_ALL": "C.UTF-8",
                    "SQLFLOW_PROFILE": "dev" if workers == 1 else "four"}
    if fault:
        environment |= fault.environment(log)
    done = subprocess.run([SQLFLOW, *command], cwd=folder, env=environment, timeout=LIMIT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    calls = []
    if log.exists():
        calls = log.read_text(errors="replace").splitlines()
        log.unlink()
    return done.returncode, done.stderr, calls


def is_inside_commit(calls):
    """The last of them is a second write of one commit to the engine's log."""
    last = [line.split(" ", 2)[1:] for line in calls[-2:]]
    return len(last) == 2 and last[0] == last[1] and last[0][0] == "write" \
        and last[0][1].endswith(".wal")


def place(fault, code, calls):
    """What went wrong, or None. Of several threads one may die before its call is noted."""
    found = [line for line in calls if line.startswith(f"{fault.at} ")]
    if not found and fault.kind in KILLING and code == -signal.SIGKILL:
        found = [str(fault.at)]
    inside = INSIDE_COMMIT if found and fault.kind == "crash" and is_inside_commit(calls) else ""
    return f"{fault.kind} at call {found[0]}{inside}" if found else None


def check_end(code, stderr, fault, fired, undisturbed):
    """How a command may end that something happened to."""
    if not fired and code != undisturbed:
        raise Wrong(f"nothing happened, and it ended with {code}, not {undisturbed}: {stderr}")
    if fired and fault.kind in KILLING and code != -signal.SIGKILL:
        raise Wrong(f"it was to be killed, and ended with {code}: {stderr}")
    if fired and fault.kind not in KILLING and code not in (0, 1, 2):
        raise Wrong(f"it ended with {code}: {stderr}")
    if code in (1, 2) and not re.search(r"error|FAIL", stderr):
        raise Wrong(f"it ended with {code} and didn't say why: {stderr}")


def mend(folder):
    """The cause of the failing step goes away."""
    late = folder / "data" / "late.csv"
    if not late.exists():
        late.write_text("day,remark\n2026-01-03,rain\n2026-01-05,sun\n")


def newest_run(folder):
    """The id of the newest run that has told that it begins, in a whole line, or how it ended: its
    events may be what found no space."""
    def has_told(path):
        events = path / "events.jsonl"
        return (path / "run_results.json").exists() or events.exists() and b"\n" in events.read_bytes()

    runs = (folder / "target" / "run").glob("2*Z-*")
    return max((path.name for path in runs if has_told(path)), default=None)


def complete(folder, command=RETRY, fault=None, workers=1):
    """Does the rest; something may happen to the first try: what went wrong is returned."""
    mend(folder)
    where = None
    if fault:
        before = newest_run(folder)
        code, stderr, calls = call(folder, command, fault, workers)
        command = RETRY if newest_run(folder) != before else command
        where = place(fault, code, calls)
        check_end(code, stderr, fault, where, 0)
    for _ in range(TRIES):
        code, stderr, _ = call(folder, command, workers=workers)
        if code == 0:
            return where
        if code not in (1, 2):
            break
    raise Wrong(f"{command[0]} after {where} ended with {code}: {stderr}")


def compare(scenario, folder, spare):
    """Nothing is otherwise than after an undisturbed run; so many numbers were taken in vain at most."""
    found = scenario.reader.read(folder).differences(scenario.wanted, spare)
    if found:
        raise Wrong("\n".join(["after retry it isn't as after an undisturbed run:", *found]))


def check_success(scenario, folder):
    """It ended with 0 in spite of a fault: what was to be made is there."""
    state = scenario.reader.read(folder).without_leftovers()
    found = state.differences(scenario.wanted.without_leftovers(), ANY)
    if found:
        raise Wrong("\n".join(["it ended with 0, and this isn't as it should be:", *found]))


def is_engines(story):
    """A block of the engine's was half written when the process died (README.md)."""
    return (re.search(r"torn at call \d+ pwrite \S*/dev\.duckdb\b", story)
            and "Corrupt database file: computed checksum" in story)


def play(scenario, name, fault, second=None, workers=1):
    """A round: "fired", "engine" or "nothing" happened; raises Wrong."""
    folder = begin(scenario.start, name)
    before = newest_run(folder)
    code, stderr, calls = call(folder, scenario.command, fault, workers)
    where = place(fault, code, calls)
    exactly = workers == 1 and fault.kind == "crash" and (not second or second.kind == "crash")
    try:
        check_end(code, stderr, fault, where, scenario.code)
        if code == 0:
            check_success(scenario, folder)
        again = scenario.command if newest_run(folder) == before else RETRY
        then = complete(folder, again, second, workers)
        where = f"{where}, then {then} of retry" if then else where
        # The engine's log may have the number of a step whose commit was torn.
        compare(scenario, folder, 0 if exactly and INSIDE_COMMIT not in f"{where}" else ANY)
    except (Wrong, RuntimeError) as error:
        story = f"{where}\n{error}\nfolder: {folder}"
        if not is_engines(story):
            raise Wrong(story) from error
        where = "engine"
    shutil.rmtree(folder)
    return where if where == "engine" else "fired" if where else "nothing"
