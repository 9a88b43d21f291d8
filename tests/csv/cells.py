# SPDX-License-Identifier: Apache-2.0
"""The hostile CSV files: one cell for each trap and each option. A cell is what stands in the file,
how it is declared, and what has to come of it: all records as they stand, an error that names the
trouble, or rejects."""
import gzip
import subprocess


class Cell:
    """`data`: bytes, or a list of them for several files. One of `error` (a pattern that the message
    must have) and, where records are left out, `rejects` (line, column, error pattern of each);
    else everything is loaded. `types`: the wanted types where the reference's own don't hold;
    `note`: a pattern that what the run says of the load must have."""

    def __init__(self, name, data, options=None, error=None, rejects=None, types=None, note=None,
                 read=None, rows=None, where=None, name_in="data.csv", only_count=None):
        self.name, self.options, self.error, self.rejects = name, options or {}, error, rejects
        self.files = data if isinstance(data, list) else [data]
        self.types, self.note, self.rows, self.where = types, note, rows, where
        self.read = read or {}  # how the reference reads it
        self.name_in, self.only_count = name_in, only_count


def late(first, count, last, header=b"n,k\n"):
    """`count` equal lines, then others."""
    return header + first * count + last


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def column(*texts, name="c"):
    """One column of these texts, all in quotes, and one that is constant."""
    lines = [f'"{text}",1' for text in texts]
    return "\n".join([f"{name},k", *lines, ""]).encode()


def types():
    """Texts that look like values, and what they are."""
    texts = {
        "whole numbers": ["1", "-2", "0"],
        "the largest whole numbers": ["9223372036854775807", "-9223372036854775808"],
        "one more than the largest": ["9223372036854775808"],
        "thirty digits": ["123456789012345678901234567890"],
        "thirty digits with a fraction": ["1234567890123456.12345678901234", "-0.5"],
        "38 digits": ["0." + "1" * 38, "0"],
        "39 digits": ["0." + "1" * 39],
        "digits that only together are too many": ["1" * 30 + ".5", "0." + "1" * 20],
        "sixteen digits": ["0.1234567890123456"],
        "fifteen digits": ["0.123456789012345", "123456789.012345"],
        "leading zeros": ["00501", "10001"],
        "a minus before zero": ["-0"],
        "a minus before many zeros": ["-0.0000000000000000"],
        "a plus": ["+5"],
        "zeros behind the point": ["1.10", "2.00"],
        "a point at the end": ["1."],
        "a point at the start": [".5", "1.5"],
        "exponents": ["1e3", "-2.5E-7", "1.7976931348623157e308"],
        "1e400": ["1e400"],
        "1e-400": ["1e-400"],
        "twenty digits and an exponent": ["1.2345678901234567890e5"],
        "nan among numbers": ["nan", "1.5", "NaN"],
        "inf": ["inf", "-inf", "Infinity"],
        "blanks around": [" 1", "2 "],
        "a hexadecimal number": ["0x10"],
        "underscores": ["1_000"],
        "true and false": ["true", "FALSE", "True"],
        "yes and no": ["yes", "no"],
        "t and f": ["t", "f"],
        "0 and true": ["0", "true"],
        "dates": ["2024-02-29", "0001-01-01", "9999-12-31"],
        "no leap year": ["2023-02-29"],
        "short dates": ["2024-2-9"],
        "slashes": ["12/31/2024"],
        "a date far away": ["10000-01-01"],
        "infinity is no date": ["infinity", "2024-01-01"],
        "epoch is no date": ["epoch"],
        "dates and times": ["2024-01-05", "2024-01-05 13:45:00", "2024-01-05T13:45"],
        "microseconds": ["2024-01-05T13:45:00.123456", "1969-12-31 23:59:59.5"],
        "nanoseconds": ["2024-01-05 13:45:00.123456789"],
        "offsets": ["2024-01-05T13:45:00Z", "2024-01-05 13:45:00+02:00", "2024-01-05 13:45-0330"],
        "an offset here and there": ["2024-01-05T13:45:00Z", "2024-01-05T13:45:00"],
        "a zone by name": ["2024-01-05 13:45:00 Europe/Berlin"],
        "times": ["13:45:00", "00:00:00.5"],
        "24 o'clock": ["24:00:00"],
        "a leap second": ["23:59:60"],
        "a number and a word": ["1", "x"],
        "an empty text": ["1", ""],
        "true and an empty text": ["true", ""],
        "NULL as a word": ["NULL", "1"],
    }
    return [Cell(f"type: {name}", column(*values)) for name, values in texts.items()]


def late_types():
    cells = []
    for count in (20_480, 100_000):
        for name, first, last in [
                ("007 among numbers", b"10001,1\n", b"007,1\n"),
                ("a fraction among whole numbers", b"10,1\n", b"1.75,1\n"),
                ("thirty digits among whole numbers", b"10,1\n", b"123456789012345678901234567890,1\n"),
                ("many digits among fractions", b"1.5,1\n", b"1234567890123456.789,1\n"),
                ("a time among dates", b"2024-01-05,1\n", b"2024-01-05 13:45:00,1\n"),
                ("an offset among times", b"2024-01-05 10:00:00,1\n", b"2024-01-05 13:45:00+02,1\n"),
                ("yes among booleans", b"true,1\n", b"yes,1\n"),
                ("nan among whole numbers", b"1,1\n", b"nan,1\n"),
                ("1e400 among numbers", b"1.5,1\n", b"1e400,1\n"),
                ("a number behind blanks", b",1\n", b"7,1\n"),
                ("an empty text among numbers", b"7,1\n", b'"",1\n')]:
            note = None if "blanks" in name else rf"n: (kept as text|became .*), '.*' at line {count + 2:,}"
            cells.append(Cell(f"{name}, after {count:,} rows", late(first, count, last), note=note))
    cells.append(Cell("booleans with blanks", late(b"true,1\n,1\nfalse,1\n", 8000, b",1\n")))
    cells.append(Cell("several columns that become wider",
                      late(b"1,2024-01-05\n", 30_000, b"x,2024-01-05T10:00:00\n"),
                      note=r"(?s)n: kept as text, 'x' at line 30,002.*k: became TIMESTAMP"))
    return cells


def million():
    """The same a million rows down: for make soak."""
    return [Cell("007 after a million rows", late(b"10001,1\n", 1_000_000, b"007,1\n"),
                 note=r"n: kept as text, '007' at line 1,000,002"),
            Cell("an open quote after a million rows", late(b"1,2\n", 1_000_000, b'3,"4\n'),
                 error=r"line 1000002: ")]


def shapes():
    good = b"a,b\n1,x\n2,y\n"
    return [
        Cell("plain", good),
        Cell("no last newline", b"a,b\n1,x\n2,y"),
        Cell("CR LF", good.replace(b"\n", b"\r\n")),
        Cell("lone CR as line end", good.replace(b"\n", b"\r")),
        Cell("lone CR in a field of an LF file", b"a,b\n1,x\r1\n2,y\n", error=r"data\.csv: line [23]"),
        Cell("lone CR far down", late(b"1,x\n", 30_000, b"2,y\rz\n3,z\n"), error=r"line 30002: "),
        Cell("CR LF far down in an LF file", late(b"1,x\n", 30_000, b"2,y\r\n3,z\n"),
             error=r"line 30002: "),
        Cell("a CR in quotes", b'a,b\n1,"x\ry"\n2,"x\r\ny"\n'),
        Cell("quotes", b'a,b\n1,"x ""y"" z"\n2,"a,b"\n3,""""\n'),
        Cell("embedded newlines", b'a,b\n1,"two\nlines"\n"3\n\n",x\n'),
        Cell("embedded newlines far down", late(b'1,"a\nb"\n', 20_000, b'2,"\n\n"\n')),
        Cell("a quote inside of a field", b'a,b\n1,5" disk\n2,it\'s\n'),
        Cell("a backslash before quotes", b'a,b\n1,"x \\"y\\" z"\n', read={"escape": "\\"}),
        Cell("single quotes", b"a,b\n'1,5','x'\n'2','y'\n", read={"quote": "'"}),
        Cell("text behind a quote", b'a,b\n1,"2"x\n', error=r"line 2 has text after a closing quote"),
        Cell("text behind a quote, far down", late(b'1,"2"\n', 30_000, b'1,"2"x\n'),
             error=r"line 30002: "),
        Cell("an open quote", b'a,b\n1,"2\n3,4\n', error=r"line 2 opens a quote"),
        Cell("an open quote far down", late(b"1,2\n", 30_000, b'3,"4\n5,6\n'), error=r"line 30002: "),
        Cell("an even number of stray quotes far down", late(b"1,2\n", 30_000, b'3,"4\n5,"6\n7,8\n'),
             error=r"line 3000[23]: "),
        Cell("a blank before quotes", b'a,b\n1, "x"\n2,y\n', error=r"line 2: there is a blank"),
        Cell("blanks around fields", b"a,b\n 1 , x \n2,y\n"),
        Cell("ragged rows", b"a,b\n1,2\n3,4,5\n", error=r"line 3 has 3 fields"),
        Cell("a short row", b"a,b\n1,2\n3\n", error=r"line 3 has 1 field"),
        Cell("ragged far down", late(b"1,2\n", 30_000, b"3,4,5\n"), error=r"line 30002: 2 fields"),
        Cell("a short row far down", late(b"1,2\n", 30_000, b"3\n4,5\n"), error=r"line 30002: 2 fields"),
        Cell("a line in another dialect", b"a,b\n1,2\n3,4\n5,6\nx;y;z\n", error=r"line 5 has 1 field"),
        Cell("another dialect far down", late(b"1,2\n", 30_000, b"x;y;z\n"), error=r"line 30002: "),
        Cell("a title before the header", b"Report of May\na,b\n1,2\n", read={"delimiter": ";"}),
        Cell("a sum below", b"a,b\n1,2\n3,4\ntotal: 2\n", error=r"line 4 has 1 field"),
        Cell("empty lines", b"a,b\n1,2\n\n\n3,4\n\n"),
        Cell("an empty line in one column", b"a\n1\n\n2\n"),
        Cell("one column", b"name\nx\ny\n"),
        Cell("only delimiters", b"a,b\n,\n,\n"),
        Cell("duplicate headers", b"a,a,A\n1,2,3\n"),
        Cell("empty headers", b"a,,\n1,2,3\n"),
        Cell("a header of blanks and quotes", b'"a b"," c ","d""e"\n1,2,3\n'),
        Cell("numbers as a header", b"1,2\n3,4\n"),
        Cell("header only", b"a,b\n"),
        Cell("header only, no newline", b"a,b"),
        Cell("zero bytes", b"", error=r"data\.csv is empty"),
        Cell("only newlines", b"\n\n\n", error=r"line 1 is empty"),
        Cell("only a BOM", b"\xef\xbb\xbf", error=r"data\.csv is empty"),
        Cell("BOM", b"\xef\xbb\xbfa,b\n1,\xc3\xa9\n"),
        Cell("BOM and quotes", b'\xef\xbb\xbf"a","b"\n"1","x"\n'),
        Cell("UTF-16", "a,b\n1,é😀\n2,\"x\ny\"\n".encode("utf-16"), read={"encoding": "utf-16"}),
        Cell("UTF-16, long", ("a,b\n" + "1,é😀𝄞\n" * 60_000).encode("utf-16"),
             read={"encoding": "utf-16"}),
        Cell("UTF-16 with the big end first", b"\xfe\xff" + "a,b\n1,x\n".encode("utf-16-be"),
             error=r"big end first"),
        Cell("latin-1", "a,b\n1,Grüße\n".encode("latin-1"), {"encoding": "latin-1"},
             read={"encoding": "latin-1"}),
        Cell("latin-1, long", ("a,b\n" + "1,Grüße é\n" * 60_000).encode("latin-1"),
             {"encoding": "latin-1"}, read={"encoding": "latin-1"}),
        Cell("latin-1, not said", "a,b\n1,Grüße\n".encode("latin-1"), error=r"line 2 is not UTF-8"),
        Cell("latin-1 far down", late(b"1,x\n", 30_000, "2,ü\n".encode("latin-1")),
             error=r"line 30002: "),
        Cell("a NUL byte", b"a,b\n1,x\0y\n", error=r"line 2 holds a NUL"),
        Cell("a NUL byte far down", late(b"1,x\n", 30_000, b"2,x\0y\n"), error=r"line 30002: .*NUL"),
        Cell("control bytes", b"a,b\n1,\x01\x02\x1b[31m\x7f\n2,\x1a\n"),
        Cell("a long line", b"a,b\n1," + b"x" * 1_500_000 + b"\n2,y\n"),
        Cell("a 3 MB line", b"a,b\n1," + b"x" * 3_000_000 + b"\n2,y\n", error=r"line 2.*max_line_size"),
        Cell("a 3 MB line that is allowed", b"a,b\n1," + b"x" * 3_000_000 + b"\n2,y\n",
             {"max_line_size": "4MB"}),
        Cell("a 3 MB field of many lines", b'a,b\n1,"' + b"x\n" * 1_500_000 + b'"\n2,y\n',
             {"max_line_size": "4MB"}),
        Cell("5,000 columns", (",".join(f"c{i}" for i in range(5000)) + "\n"
                               + (",".join(str(i) for i in range(5000)) + "\n") * 2).encode()),
        Cell("gzip", gzip.compress(good), name_in="data.csv.gz"),
        Cell("gzip of two members", gzip.compress(good) + gzip.compress(b"3,z\n"),
             name_in="data.csv.gz"),
        Cell("gzip, long", gzip.compress(late(b"1,x\n", 60_000, b"007,y\n")), name_in="data.csv.gz",
             note="'007' at line 60,002"),
        Cell("half a gzip", gzip.compress(late(b"1,x\n2,yy\n", 60_000, b""))[:-20],
             name_in="data.csv.gz", error=r"data\.csv\.gz"),
        Cell("zstd", zstd(good), name_in="data.csv.zst"),
        Cell("zstd, long", zstd(late(b"1,x\n", 60_000, b"007,y\n")), name_in="data.csv.zst",
             note="'007' at line 60,002"),
        Cell("half a zstd", zstd(late(b"1,x\n2,yy\n", 60_000, b""))[:-6], name_in="data.csv.zst",
             error=r"data\.csv\.zst"),
        Cell("several files", [b"a,b\n1,x\n", b"a,b\n2.5,y\n"]),
        Cell("another header in the second file", [b"a,b\n1,x\n", b"b,a\ny,2\n"],
             error=r"but the first file has"),
        Cell("zipcodes", b"zip,city\n00501,Holtsville\n10001,New York\n99950,Ketchikan\n",
             types=["VARCHAR", "VARCHAR"]),
        Cell("WHERE", b"a,b\n1,x\n2,y\n3,z\n", where="a > 1", rows=[["2", "y"], ["3", "z"]]),
        Cell("WHERE, and ragged far down", late(b"1,2\n", 30_000, b"3,4,5\n"), where="n > 1",
             error=r"line 30002: 2 fields"),
    ]


def options():
    return [
        Cell("delimiter", b"a;b\n1,5;2\n", {"delimiter": ";"}, read={"delimiter": ";"}),
        Cell("delimiter of several bytes", b"a||b\n1||2|3\n", {"delimiter": "||"},
             read={"delimiter": "||"}),
        Cell("tab", b"a\tb\n1\tx, y\n", {"sep": "tab"}, read={"delimiter": "\t"}),
        Cell("two delimiters that both fit", b"a;b,c\n1;2,3\n", error=r'"delimiter"'),
        Cell("quote", b"a,b\n'1,5',\"x\"\n", {"quote": "'"}, read={"quote": "'"}),
        Cell("no quote", b'a,b\n1,"x\n2,y"z\n', {"quote": ""}, read={"quote": ""}),
        Cell("escape", b'a,b\n1,"x\\"y\\\\"\n', {"escape": "\\"}, read={"escape": "\\"}),
        Cell("skip", b"a title, or two\nanother\na,b\n1,x\n", {"skip": 2}, read={"skip": 2}),
        Cell("skip more than there is", b"a,b\n1,x\n", {"skip": 9}, error=r"data\.csv"),
        Cell("comment", b"# of May\na,b\n1,x\n# not this\n2,#y\n", {"comment": "#"},
             read={"comment": "#"}),
        Cell("comment in quotes", b'a,b\n"#1",x\n', {"comment": "#"}, read={"comment": "#"}),
        Cell("no header", b"1,x\n2,y\n", {"header": False, "names": ["n", "w"]},
             rows=[["1", "x"], ["2", "y"]]),
        Cell("names instead of the header", b"a,b\n1,x\n", {"names": ["n", "w"]}, rows=[["1", "x"]]),
        Cell("nullstr", b"a,b\n1,NA\n-,x\n\"NA\",\n", {"nullstr": ["NA", "-"]},
             rows=[["1", None], [None, "x"], ["NA", None]]),
        Cell("null_padding", b"a,b,c\n1,x\n2\n3,y,z\n", {"null_padding": True},
             rows=[["1", "x", None], ["2", None, None], ["3", "y", "z"]]),
        Cell("null_padding, too many fields", b"a,b\n1\n1,2,3\n", {"null_padding": True},
             error=r"line 3 has 3 fields"),
        Cell("all_varchar", b"a,b\n01,true\n", {"all_varchar": True}, types=["VARCHAR", "VARCHAR"]),
        Cell("sample_size", late(b"1,x\n", 100, b"007,y\n"), {"sample_size": 10},
             note="'007' at line 102"),
        Cell("encoding that isn't", "a,b\n1,x\n".encode("utf-16"), {"encoding": "utf-8"},
             error=r"data\.csv"),
        Cell("new_line", b"a,b\r\n1,x\r\n", {"new_line": "crlf"}),
        Cell("decimal_separator", b"a;b\n1,5;007\n2;1.5\n", {"decimal_separator": ","},
             types=["DOUBLE", "VARCHAR"], rows=[["1.5", "007"], ["2.0", "1.5"]]),
        Cell("thousands", b"a;b;c\n1.234.567,5;00501;1.2\n-2.000;7;5\n",
             {"decimal_separator": ",", "thousands": "."}, types=["DOUBLE", "VARCHAR", "VARCHAR"],
             rows=[["1234567.5", "00501", "1.2"], ["-2000.0", "7", "5"]]),
        Cell("thousands and many digits", b"a;b\n1.234.567.890.123.456,25;1\n",
             {"decimal_separator": ",", "thousands": "."}, types=["DECIMAL(18,2)", "BIGINT"],
             rows=[["1234567890123456.25", "1"]]),
        Cell("dateformat", b"a,b\n31.12.2024,1.2\n01.02.2024,\n", {"dateformat": "%d.%m.%Y"},
             types=["DATE", "DOUBLE"], rows=[["2024-12-31", "1.2"], ["2024-02-01", None]]),
        Cell("dateformat, and another far down", late(b"31.12.2024,1\n", 30_000, b"12/31/2024,1\n"),
             {"dateformat": "%d.%m.%Y"}, types=["VARCHAR", "BIGINT"],
             note="kept as text, '12/31/2024' at line 30,002"),
        Cell("timestampformat", b"a,b\n31.12.2024 10:05,1\n", {"timestampformat": "%d.%m.%Y %H:%M"},
             types=["TIMESTAMP", "BIGINT"], rows=[["2024-12-31 10:05:00", "1"]]),
        Cell("dateformat and a type", b"a,b\n31.12.2024,1\n2024-12-31,2\n",
             {"dateformat": "%d.%m.%Y", "types": {"a": "DATE"}}, error=r"line 3, column a: '2024-12-31'"),
        Cell("types", b"a,b,c\n1,1.50,\n", {"types": {"a": "VARCHAR", "b": "DECIMAL(5,2)", "c": "DATE"}},
             types=["VARCHAR", "DECIMAL(5,2)", "DATE"], rows=[["1", "1.50", None]]),
        Cell("columns", b"a,b\n1,2\n", {"columns": {"a": "TINYINT", "b": "VARCHAR"}},
             types=["TINYINT", "VARCHAR"], rows=[["1", "2"]]),
        Cell("columns that aren't those", b"a,b\n1,2\n", {"columns": {"b": "TINYINT", "a": "VARCHAR"}},
             error=r"but 'columns' says"),
        Cell("types of a column that isn't there", b"a,b\n1,2\n", {"types": {"x": "DATE"}},
             error=r"(?i)\bx\b"),
        Cell("a pattern in the name", b"a,b\n1,x\n", name_in="da[1]ta*.csv"),
        Cell("a blank and a quote in the name", b"a,b\n1,x\n", name_in="it's my data.csv"),
        Cell("union_by_name", [b"a,b\n1,x\n", b"b,c\ny,2\n"], {"union_by_name": True},
             rows=[["1", "x", None], [None, "y", "2"]]),
        Cell("filename", b"a,b\n1,x\n", {"filename": True}, only_count=1),
        Cell("compression", gzip.compress(b"a,b\n1,x\n"), {"compression": "gzip"}, name_in="data.bin"),
    ]


MISFITS = [("BIGINT", "1.75"), ("INTEGER", "1.75"), ("INTEGER", "3000000000"), ("UTINYINT", "-1"),
           ("HUGEINT", "1.5"), ("TINYINT", "007"), ("DATE", "2024-01-05 13:45:00"),
           ("TIMESTAMP", "2024-01-05 13:45:00.1234567"), ("TIMESTAMP_S", "2024-01-05 13:45:00.5"),
           ("TIMESTAMP_MS", "2024-01-05 13:45:00.1234"), ("TIMESTAMPTZ", "2024-01-05 10:00:00.1234567Z"),
           ("TIME", "10:00:00.1234567"), ("DECIMAL(10,2)", "1.234"), ("DECIMAL(4,2)", "123.4"),
           ("DOUBLE", "x"), ("DOUBLE", "1e400"), ("FLOAT", "1e39"), ("BOOLEAN", "maybe"),
           ("BOOLEAN", "1"), ("UUID", "x"), ("INTEGER[]", "[1.75]"), ("STRUCT(a INTEGER)", "{'a': 1.5}"),
           ("INTERVAL", "x")]

FITS = [("TINYINT", "12", "12"), ("HUGEINT", "170141183460469231731687303715884105727", None),
        ("DECIMAL(4,1)", "1.50", "1.5"), ("DOUBLE", "0.1234567890123456", None), ("FLOAT", "1.5", None),
        ("VARCHAR", "007", None), ("TIMESTAMP_NS", "2024-01-05 10:00:00.123456789", None),
        ("TIMESTAMP_MS", "2024-01-05 10:00:00.123", None), ("BLOB", "abc", None),
        ("TIMESTAMPTZ", "2024-01-05 10:00:00+02", "2024-01-05 08:00:00+00"),
        ("UUID", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", None), ("INTEGER[]", "[1, 2]", None),
        ("BOOLEAN", "TRUE", "true"), ("TIME", "10:00:00", None)]


def declared():
    cells = []
    for kind, text in MISFITS:
        data = f'c,k\n,1\n1,1\n"{text}",2\n'.encode() if kind in ("BIGINT", "DOUBLE") else \
            f'c,k\n,1\n,1\n"{text}",2\n'.encode()
        place = rf"data\.csv, line 4, column c: '{text[:4]}".replace("[", r"\[").replace("{", r"\{")
        cells.append(Cell(f"{text} as {kind}", data, {"types": {"c": kind}}, error=place))
        cells.append(Cell(f"{text} as {kind}, rejected", data,
                          {"types": {"c": kind}, "ignore_errors": True, "rejects_file": "REJECTS"},
                          rejects=[(4, "c", "not exactly")], only_count=2))
    for kind, text, wanted in FITS:
        cells.append(Cell(f"{text} as {kind}", f'c,k\n"{text}",1\n'.encode(), {"types": {"c": kind}},
                          rows=[[wanted or text, "1"]], types=False))
    cells.append(Cell("a misfit far down", late(b"1,x\n", 60_000, b"1.5,y\n"),
                      {"types": {"n": "INTEGER"}}, error=r"line 60002, column n: '1\.5'"))
    cells.append(Cell("a misfit behind embedded newlines", late(b'1,"x\ny"\n', 20, b"1.5,y\n"),
                      {"types": {"n": "INTEGER"}}, error=r"line 42, column n: '1\.5'"))
    return cells


def rejected():
    keep = {"ignore_errors": True, "rejects_file": "REJECTS"}
    wrong = b'a,b\n1,x\n2\n3,y,z\n4,"q"w\n5,"two\nlines"\n6,ok\n'
    return [
        Cell("rejects", wrong, keep, rows=[["1", "x"], ["5", "two\nlines"], ["6", "ok"]],
             rejects=[(3, "", "2 fields"), (4, "", "2 fields"), (5, "", "closing quote")],
             note=r"3 of 6 records left out, the first: .*line 3: 2 fields expected, 1 found"),
        Cell("rejects without a file", wrong, {"ignore_errors": True}, only_count=3,
             note="3 of 6 records left out"),
        Cell("max_errors that is enough", wrong, {"max_errors": 3}, only_count=3, note="left out"),
        Cell("max_errors that isn't", wrong, {"max_errors": 2}, error=r"max_errors.*line 3"),
        Cell("max_errors of 0", b"a,b\n1,x\n", {"max_errors": 0}),
        Cell("no rejects", b"a,b\n1,x\n", keep, rejects=[]),
        Cell("an open quote, rejected", b'a,b\n1,"x\n2,y\n3,z\n', keep, rows=[["2", "y"], ["3", "z"]],
             rejects=[(2, "", "quote")]),
        Cell("a NUL byte, rejected", late(b"1,x\n", 30_000, b"2,x\0y\n3,z\n"), keep, only_count=30_001,
             rejects=[(30_002, "", "NUL")]),
        Cell("latin-1 far down, rejected", late(b"1,x\n", 30_000, b"2,\xfc\n3,z\n"), keep,
             only_count=30_001, rejects=[(30_002, "", "UTF-8")]),
        Cell("another line end, rejected", late(b"1,x\n", 30_000, b"2,y\r\n3,z\n"), keep,
             only_count=30_001, rejects=[(30_002, "", "ends in another way")]),
        Cell("a 3 MB line, rejected", b"a,b\n1," + b"x" * 3_000_000 + b"\n2,y\n", keep,
             rows=[["2", "y"]], rejects=[(2, "", "max_line_size")]),
        Cell("another dialect, rejected", b"a,b\n1,2\nx;y;z\n3,4\n", keep,
             rows=[["1", "2"], ["3", "4"]], rejects=[(3, "", "2 fields")]),
        Cell("rejects and a wider type", late(b"1,x\n", 30_000, b"2\n007,y\n"), keep,
             only_count=30_001, rejects=[(30_002, "", "2 fields")], note="'007' at line 30,003"),
        Cell("rejects of a packed file in latin-1", gzip.compress("a,b\n1,ü\n2\n3,é\n".encode("latin-1")),
             {"encoding": "latin-1", **keep}, name_in="data.csv.gz", rows=[["1", "ü"], ["3", "é"]],
             rejects=[(3, "", "2 fields")]),
        Cell("rejects of two files", [b"a,b\n1,x\n2\n", b"a,b\n3,y\n4,5,6\n"], keep,
             rows=[["1", "x"], ["3", "y"]], rejects=[(3, "", "2 fields"), (3, "", "2 fields")]),
        Cell("rejects behind skipped lines", b"note\na,b\n1,x\n2\n", {"skip": 1, **keep},
             rows=[["1", "x"]], rejects=[(4, "", "2 fields")]),
        Cell("misfits and broken lines", b"a,b\n1,x\n2\nz,y\n3,z\n", {"types": {"a": "INTEGER"}, **keep},
             rows=[["1", "x"], ["3", "z"]], types=["INTEGER", "VARCHAR"],
             rejects=[(3, "", "2 fields"), (4, "a", "not exactly a INTEGER")]),
        Cell("everything is rejected", b"a,b\n1\n2\n", keep, rows=[], types=False,
             rejects=[(2, "", "2 fields"), (3, "", "2 fields")]),
    ]


def all_cells(soak=False):
    cells = types() + shapes() + options() + declared() + rejected() + late_types()
    return cells + million() if soak else cells
