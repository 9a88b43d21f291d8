# SPDX-License-Identifier: Apache-2.0
"""What a CSV file says, and which types its columns have: a reader of its own, byte by byte and with
nothing of the program's, that the program's loads are compared with."""
import math
import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal


def records(data, delimiter=",", quote='"', escape=None, encoding="utf-8", comment=None, skip=0):
    """All records as lists of fields: None for a field of nothing, "" for one in quotes."""
    text = data.decode({"utf-16": "utf-16", "latin-1": "latin-1"}.get(encoding, "utf-8-sig"))
    escape = quote if escape is None else escape
    if not re.search("[\r" + re.escape(quote + (comment or "")) + "]", text) and not skip:
        return simple_records(text, delimiter)
    for _ in range(skip):
        text = re.sub(r"\A[^\r\n]*(\r\n|\n|\r|\Z)", "", text)
    out, at = [], 0
    while at < len(text):
        if comment and text[at] == comment:
            at = re.compile(r"[^\r\n]*(\r\n|\n|\r|\Z)").match(text, at).end()
            continue
        fields, at = record(text, at, delimiter, quote, escape)
        out.append(fields)
    wide = len(out[0]) > 1 if out else False
    return [fields for fields in out if not (wide and fields == [None])]


def simple_records(text, delimiter):
    """The same where nothing is in quotes: equal lines are divided once."""
    known = {line: [field or None for field in line.split(delimiter)]
             for line in set(text.split("\n"))}
    lines = text.split("\n")
    lines.pop() if not lines[-1] else None
    wide = bool(lines) and len(known[lines[0]]) > 1
    return [known[line] for line in lines if line or not wide]


def record(text, at, delimiter, quote, escape):
    fields = []
    while True:
        field = None
        if quote and text.startswith(quote, at):
            field, at = quoted(text, at + 1, quote, escape)
        start = at
        while at < len(text) and text[at] not in "\r\n" and not text.startswith(delimiter, at):
            at += 1
        if at > start:
            field = (field or "") + text[start:at]
        fields.append(field)
        if at < len(text) and text.startswith(delimiter, at):
            at += len(delimiter)
            continue
        at += 2 if text.startswith("\r\n", at) else 1
        return fields, at


def quoted(text, at, quote, escape):
    field = []
    while at < len(text):
        if text[at] == escape and text[at + 1:at + 2] in (quote, escape) and text[at + 1:at + 2]:
            field.append(text[at + 1])
            at += 2
        elif text[at] == quote:
            return "".join(field), at + 1
        else:
            field.append(text[at])
            at += 1
    raise ValueError("open quote")


# The types that a column may have, narrowest first: its name, and what a text must be.
WHOLE = re.compile(r"(0|-?[1-9][0-9]*)\Z")
NUMBER = re.compile(r"(-?)(0|[1-9][0-9]*|(?=\.))(?:\.([0-9]+))?([eE][-+]?[0-9]+)?\Z")
NAMED = re.compile(r"-?(nan|inf|infinity)\Z", re.I)
DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
CLOCK = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
STAMP = re.compile(DAY + r"(?:[ T]" + CLOCK + r")?\Z")
INSTANT = re.compile(DAY + "[ T]" + CLOCK + r"(?:(Z)|([-+])([0-9]{2})(?::?([0-9]{2}))?)\Z")
TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?\Z")


def number(text):
    found = NUMBER.match(text)
    if not found or not (found[2] or found[3]):
        return None
    digits = found[2] + (found[3] or "")
    return found, len(digits.lstrip("0"))


def is_double(text):
    if NAMED.match(text):
        return True
    found = number(text)
    if not found:
        return False
    value, exponent = float(text), found[0][4]
    if math.isinf(value) or (value == 0 and found[1] > 0):
        return False
    return found[1] <= (17 if exponent else 15) and (exponent or len(found[0][3] or "") <= 22)


def decimal_digits(text):
    found = number(text)
    if not found or found[0][4] or (found[1] == 0 and text[0] == "-"):
        return None
    whole = len(found[0][2].lstrip("0")) if found[0][2] != "0" else 0
    return (whole, len(found[0][3] or "")) if whole + len(found[0][3] or "") <= 38 else None


def moment(parts):
    year, month, day, hour, minute, second, fraction = parts
    return datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0),
                    int(second or 0), int((fraction or "0").ljust(6, "0")))


def stamp(text):
    found = STAMP.match(text)
    try:
        return moment(found.groups()) if found else None
    except ValueError:
        return None


def instant(text):
    found = INSTANT.match(text)
    try:
        if not found or int(found[10] or 0) > 15 or int(found[11] or 0) > 59:
            return None
        offset = timedelta(hours=int(found[10] or 0), minutes=int(found[11] or 0))
        local = moment(found.groups()[:7]).replace(tzinfo=timezone.utc)
        return local + offset if found[9] == "-" else local - offset
    except (ValueError, OverflowError):
        return None


def is_time(text):
    found = TIME.match(text)
    return bool(found) and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3]) < 60


TYPES = [
    ("BOOLEAN", lambda text: text.lower() in ("true", "false")),
    ("BIGINT", lambda text: WHOLE.match(text) and -2**63 <= int(text) < 2**63),
    ("DOUBLE", is_double),
    ("DECIMAL", decimal_digits),
    ("DATE", lambda text: len(text) == 10 and stamp(text)),
    ("TIMESTAMP", stamp),
    ("TIMESTAMP WITH TIME ZONE", instant),
    ("TIME", is_time),
]


def type_of(texts):
    """The type that all texts of a column fit exactly."""
    texts = {text for text in texts if text is not None}
    for name, fits in TYPES if texts else []:
        if not all(fits(text) for text in texts):
            continue
        if name != "DECIMAL":
            return name
        whole = max(decimal_digits(text)[0] for text in texts)
        scale = max(decimal_digits(text)[1] for text in texts)
        if whole + scale <= 38:
            whole += whole == 0 and scale < 38
            return f"DECIMAL({whole + scale},{scale})"
    return "VARCHAR"


def day(text):
    return date.fromisoformat(text)


def same(kind, written, loaded):
    """Does the loaded value, as text, say what stands in the file?"""
    if written is None or loaded is None:
        return written is loaded
    if kind == "DOUBLE":
        left, right = float(written), float(loaded)
        return left == right and math.copysign(1, left) == math.copysign(1, right) or (
            math.isnan(left) and math.isnan(right))
    if kind.startswith("DECIMAL"):
        return Decimal(written) == Decimal(loaded)
    if kind == "BOOLEAN":
        return written.lower() == loaded
    if kind == "TIMESTAMP":
        return stamp(written) == stamp(loaded)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return instant(written) == instant(loaded)
    if kind == "TIME":
        return written.ljust(9, ".").ljust(15, "0") == loaded.ljust(9, ".").ljust(15, "0")
    return written == loaded
