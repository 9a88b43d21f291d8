# SPDX-License-Identifier: Apache-2.0
"""What grows: ten runs with rows that come late (by at most LOOKBACK), again, or are gone from the
source, against one load of everything."""
import datetime
import json
import random
import shutil
from dataclasses import dataclass, field

RUNS, FAILING = 10, (3, 7)
START = datetime.datetime(2024, 3, 9)  # in New York clocks jump on the next day
KINDS = {  # type: how a place on the line is written, how many of them to look back, and as what
    "BIGINT": (str, 10, 10, "10"),
    "INTEGER": (lambda place: str(place - 40), 10, "10", "10"),
    "DATE": (lambda place: str(START.date() + datetime.timedelta(place)), 3, "3 days", "3 DAYS"),
    "TIMESTAMP": (lambda place: str(START + datetime.timedelta(hours=place)), 6, "6 hours", "'6 hours'"),
    "TIMESTAMPTZ": (None, 6, "6 hours", "6 HOURS"),
}
OFFSETS = (-8, -5, 0, 1, 9)


@dataclass
class Event:
    id: int
    place: int
    x: int
    twin: bool = False  # it is there twice


@dataclass
class Stream:
    """One table that grows in one way, and what has come so far."""
    name: str
    kind: str
    way: str  # window, append, upsert
    rng: random.Random
    events: list = field(default_factory=list)
    greatest: int = None
    last_id: int = 0

    def text(self, place):
        write = KINDS[self.kind][0]
        if write:
            return write(place)
        offset = self.rng.choice(OFFSETS)
        there = START + datetime.timedelta(hours=place + offset)
        return f"{there.isoformat()}{offset:+03d}:00"

    def since(self):
        """From here on it is read again."""
        return 0 if self.greatest is None else self.greatest - KINDS[self.kind][1]

    def arrive(self):
        """New events, some late, some of which change a former one."""
        rng, since = self.rng, max(self.since(), 0)
        for _ in range(rng.randint(0, 6)):
            place = rng.randint(since, since + 2 * KINDS[self.kind][1])
            former = [event for event in self.events if event.place <= place]
            if self.way == "upsert" and former and rng.random() < 0.4:
                changed = rng.choice(former)
                self.events.remove(changed)
                self.events.append(Event(changed.id, place, rng.randint(10, 99)))
                continue
            self.last_id += 1
            is_twin = self.way != "upsert" and rng.random() < 0.1
            self.events.append(Event(self.last_id, place, rng.randint(0, 9), is_twin))

    def shown(self, before, since):
        """What stands in the source now: all that is new, some of what was there."""
        return [event for event in self.events if event not in before
                or (self.way == "window" and event.place >= since) or self.rng.random() < 0.4]

    def lines(self, events):
        rows = [f"{event.id},{self.text(event.place)},{event.x}" for event in events
                for _ in range(1 + event.twin)]
        self.rng.shuffle(rows)
        return "\n".join(["id,c,x", *rows]) + "\n"

    def statement(self):
        types = {"id": "BIGINT", "c": self.kind, "x": "BIGINT"}
        options = {"path": f"data/{self.name}.csv", "types": types}
        _, _, lookback, written = KINDS[self.kind]
        if self.way == "window":
            macro = "@start_date" if self.kind == "DATE" else "@start_dt"
            load = (f"CREATE TABLE {self.name} MODE INCREMENTAL BY c LOOKBACK {written} AS "
                    f"SELECT * FROM s_{self.name} WHERE c >= {macro} OR c IS NULL;")
        else:
            options |= {"sync_mode": "incremental", "cursor_field": "c", "lookback_window": lookback}
            mode = "UPSERT KEY (id)" if self.way == "upsert" else "APPEND"
            load = f"LOAD s_{self.name} INTO {self.name} MODE {mode};"
        return f"SOURCE s_{self.name} TYPE CSV PARAMS {json.dumps(options)};\n{load}\n"


def play_files(project, number, rng):
    """A source of files that grows by one a run; the rows that are to be in its table."""
    rows = [f"{10 * number + i},{rng.randint(0, 9)}" for i in range(rng.randint(0, 4))]
    is_broken = number in FAILING
    write_file(project, f"day_{number}", "\n".join(["id,x", *rows, *(["9,x"] * is_broken)]) + "\n")
    code, stderr = project.call("run", "files", "-q")
    assert code == is_broken, f"files, run {number}: exit code {code}: {stderr}"
    if is_broken:
        write_file(project, f"day_{number}", "\n".join(["id,x", *rows]) + "\n")
        code, stderr = project.call("retry", "files", "-q")
        assert code == 0, f"files, retry {number}: exit code {code}: {stderr}"
    return rows


def check_files(project, rng):
    project.write("files", 'SOURCE days TYPE CSV PARAMS {"path": "data/day_*.csv", "types": '
                           '{"id": "BIGINT", "x": "BIGINT"}, "incremental": "files"};\n'
                           "LOAD days INTO days_of MODE APPEND;\n")
    rows = [row for number in range(RUNS // 2) for row in play_files(project, number, rng)]
    found = project.query("SELECT id || ',' || x AS r FROM days_of")
    assert sorted(row["r"] for row in found) == sorted(rows), f"files: {found}, not {rows}"


def write_file(project, name, text):
    path = project.folder / "data" / f"{name}.csv"
    path.unlink(missing_ok=True)
    path.write_text(text)


def play_run(project, streams, number):
    """What comes is loaded; in some runs only after it couldn't be."""
    texts = {}
    for stream in streams:
        before, since = list(stream.events), stream.since()
        stream.arrive()
        texts[stream.name] = stream.lines(stream.shown(before, since))
        stream.greatest = max([event.place for event in stream.events], default=None)
    if number in FAILING:
        marks = project.query("SELECT * FROM sqlflow.watermarks")
        for name, text in texts.items():
            write_file(project, name, text + "999,,0\n")
        code, stderr = project.call("run", "grow", "-q")
        assert code == 1, f"a cursor that is NULL: exit code {code}: {stderr}"
        steps = project.newest("grow")["steps"]
        right = [step for step in steps if "is NULL" in step.get("message", "")]
        assert len(right) == len(streams), [step.get("message") for step in steps]
        assert project.query("SELECT * FROM sqlflow.watermarks") == marks, "a failing load moved a mark"
    for name, text in texts.items():
        write_file(project, name, text)
    code, stderr = project.call("retry" if number in FAILING else "run", "grow", "-q")
    assert code == 0, f"run {number}: exit code {code}: {stderr}"


def compare_with_full(project, streams):
    for stream in streams:
        write_file(project, f"full_{stream.name}", stream.lines(stream.events))
    project.write("full", "".join(
        f'SOURCE s_{stream.name} TYPE CSV PARAMS {{"path": "data/full_{stream.name}.csv", '
        f'"types": {{"c": "{stream.kind}"}}}};\nLOAD s_{stream.name} INTO full_{stream.name};\n'
        for stream in streams))
    code, stderr = project.call("run", "full", "-q")
    assert code == 0, stderr
    def only(one, other):
        return (f"(SELECT string_agg(r::VARCHAR, '; ') FROM (SELECT id, c, x FROM {one} EXCEPT ALL "
                f"SELECT id, c, x FROM {other}) r)")

    found = project.query(" UNION ALL ".join(
        f"SELECT '{stream.name}' AS t, (SELECT count(*) FROM full_{stream.name}) AS n, "
        f"{only(stream.name, f'full_{stream.name}')} AS surplus, "
        f"{only(f'full_{stream.name}', stream.name)} AS missing" for stream in streams))
    for row in found:
        assert not row["surplus"] and not row["missing"], f"{row}"
    return sum(row["n"] for row in found)


def rebuild(project, streams, rng):
    """Everything anew, killed and continued; then a window of days with other values in it."""
    for stream in streams:
        write_file(project, stream.name, stream.lines(stream.events))
    command = ("run", "grow", "-q", "--full-refresh")
    seconds = rng.uniform(0.02, 1) * project.duration("grow")
    recorded = project.recorded("grow")
    code, stderr = project.play(seconds, *command)
    if code:
        code, stderr = project.finish(recorded, *command)
    assert code == 0, f"after --full-refresh: exit code {code}: {stderr}"
    window = ("2024-03-10", "2024-03-14")
    project.write("spoil", f"UPDATE window_date SET x = -1 WHERE c >= '{window[0]}' AND c < '{window[1]}';")
    for command in (("run", "spoil", "-q"),
                    ("run", "grow", "-q", "--select", "transform_window_date", "--start", window[0],
                     "--end", window[1])):
        code, stderr = project.call(*command)
        assert code == 0, f"{command}: {stderr}"


def ten_runs(project, seed):
    """What was seen."""
    profile = project.folder / "profiles" / "dev.yml"
    profile.write_text(profile.read_text().replace("path:", "timezone: America/New_York, path:"))
    streams = [Stream(f"{way}_{kind.lower()}", kind, way, random.Random(f"{seed} {way} {kind}"))
               for kind in KINDS for way in ("window", "append", "upsert")]
    project.write("grow", "".join(stream.statement() for stream in streams))
    for number in range(RUNS):
        play_run(project, streams, number)
    rows = compare_with_full(project, streams)
    check_files(project, random.Random(f"{seed} files"))
    rebuild(project, streams, random.Random(f"{seed} rebuild"))
    compare_with_full(project, streams)
    shutil.rmtree(project.folder)
    return f"{len(streams)} tables, {rows} rows in all"
