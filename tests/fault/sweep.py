# SPDX-License-Identifier: Apache-2.0
"""Many rounds: which calls of which scenario are to go wrong, several rounds at a time."""
import itertools
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import rounds
from rounds import Fault, Wrong

ENOUGH = 3  # failures, then a test is over

# The worker's calls come in the same order each time. Those of the coordinator, which writes events
# meanwhile, are counted on their own.
DATA = ("FAULT_EXCEPT", "*target/run*")
RUN_FOLDER = ("FAULT_ONLY", "*target/run*")

KINDS = {
    "crash": "is killed at a call",
    "torn": "is killed in the middle of a write",
    "eio": "has a call that fails",
    "enospc": "has a call that finds no space",
    "full": "finds the disk full from a call on",
}


SYNCS = ("fsync", "fdatasync")
NEEDING_NO_SPACE = (*SYNCS, "rename", "unlink", "rmdir", "chmod", "chown")


class Sweep:
    """Plays rounds until there is no fault left, or one doesn't happen any more."""

    def __init__(self, scenario, jobs, workers=1):
        self.scenario, self.jobs, self.workers = scenario, jobs, workers
        self.lock = threading.Lock()
        self.failures, self.ends, self.is_over = [], Counter(), False

    def play(self, faults):
        """`faults`: pairs, what happens to the command, and to the first retry (or None)."""
        faults = iter(faults)
        with ThreadPoolExecutor(self.jobs) as pool:
            for done in [pool.submit(self._work, faults, slot) for slot in range(self.jobs)]:
                done.result()
        return self

    def _next(self, faults):
        with self.lock:
            return None if self.is_over or len(self.failures) >= ENOUGH else next(faults, None)

    def _work(self, faults, slot):
        while pair := self._next(faults):
            name = f"{self.scenario.name} {pair[0].kind} {pair[0].at} {slot}"
            try:
                end = rounds.play(self.scenario, name, *pair, self.workers)
                with self.lock:
                    self.ends[end] += 1
                    self.is_over |= end == "nothing"
            except (Wrong, subprocess.TimeoutExpired) as error:
                with self.lock:
                    self.failures.append(str(error))

    def note(self, total):
        lost = self.ends["engine"]
        what = f"{total} calls, {self.ends['fired'] + lost} rounds"
        return what + (f", {lost} of them lost to the engine (README.md)" if lost else "")


def list_calls(scenario, kind, calls, workers=1):
    """The names of the calls there are to go wrong."""
    folder = rounds.begin(scenario.start, "counted")
    made = rounds.call(folder, scenario.command, Fault(kind, 0, calls), workers)[2]
    return [line.split(" ", 2)[1] for line in made]


def differs(kind, name, before):
    """A fault at a call of that name is another one than that at its neighbour. A process that dies
    after a sync leaves what it leaves before it, and a full disk refuses only what needs space."""
    if kind == "crash":
        return before not in SYNCS
    return kind != "full" or name not in NEEDING_NO_SPACE


def choose(kind, names, options, rng):
    """Which of them are to: numbers from 1. Without a kind their order may be another one each time."""
    numbers = [number for number, (name, before) in enumerate(zip(names, [None, *names]), 1)
               if not kind or differs(kind, name, before)]
    if options.at:
        return [options.at]
    if options.every == 1:
        return itertools.chain(numbers, itertools.count(len(names) + 1))
    return sorted({*numbers[rng.randrange(options.every)::options.every], 1, len(names)})


def one_by_one(scenario, kind, options, rng):
    """One kind of fault at each call; failures, and a note on what was played."""
    failures, notes, started = [], [], time.monotonic()
    for what, calls in (("data", DATA), ("target/run", RUN_FOLDER)):
        names = list_calls(scenario, kind, calls)
        chosen = choose(kind if calls == DATA else None, names, options, rng)
        sweep = Sweep(scenario, options.jobs).play((Fault(kind, at, calls), None) for at in chosen)
        failures += sweep.failures
        notes.append(f"{what}: {sweep.note(len(names))}")
    return failures, f"{'; '.join(notes)}; {time.monotonic() - started:.1f} s"


def sampled(scenario, kind, options, rng, workers=1, second=lambda: None):
    """At calls by chance, as many rounds as there are calls to choose."""
    started = time.monotonic()
    total = len(list_calls(scenario, kind, DATA, workers))
    amount = total if options.every == 1 else max(total // options.every, 4)
    faults = [(Fault(kind, options.at or rng.randint(1, total), DATA), second())
              for _ in range(amount)]
    sweep = Sweep(scenario, options.jobs, workers).play(faults)
    return sweep.failures, f"{sweep.note(total)}; {time.monotonic() - started:.1f} s"


def with_four_workers(scenario, kind, options, rng):
    """The order of calls is another one each time."""
    return sampled(scenario, kind, options, rng, workers=4)


def twice(scenario, kind, options, rng):
    """Something happens to the retry, too."""
    total = len(list_calls(scenario, "crash", DATA))
    return sampled(scenario, kind, options, rng, second=lambda: Fault(
        rng.choice(list(KINDS)), rng.randint(1, total), DATA))
