# SPDX-License-Identifier: Apache-2.0
"""Rows 9 and 10: writing to S3, against Debian's boto3 and a gateway of the bench's own, on the same machine. What boto3
sends is ready in files; ours makes it while it sends.

Row 90 sends a ready file, by our code without the engine (bench/upload.c), to a server that throws it away, against
curl."""
import atexit
import functools
import os
import shlex
import subprocess
import sys
import urllib.request

from measuring import BUILD, ROOT, WORK, Measure, Row

SERVICE = ROOT / "tests" / "services" / "rgw"
PYTHON = "/usr/bin/python3"  # Debian's, which has boto3

CLIENT = """
import boto3, concurrent.futures, hashlib, os, sys
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
c = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1",
                 config=Config(s3={"addressing_style": "path"}, max_pool_connections=16))
"""


@functools.cache
def server():
    """Starts it at first use, with the bucket `bench`; the environment reaches it."""
    folder = WORK / "rgw"
    subprocess.run([SERVICE, "start", folder], check=True, stdin=subprocess.DEVNULL)
    atexit.register(subprocess.run, [SERVICE, "stop", folder])
    for line in (folder / "env").read_text().splitlines():
        os.environ.update(word.split("=", 1) for word in shlex.split(line)[1:])
    os.environ["AWS_ENDPOINT_URL"] = os.environ["S3_ENDPOINT"]
    boto("c.create_bucket(Bucket='bench')")


@functools.cache
def null_server():
    """Its address. It knows how long things are that it was given, and no more."""
    process = subprocess.Popen([sys.executable, ROOT / "bench" / "null_s3.py"], stdout=subprocess.PIPE, text=True)
    atexit.register(process.terminate)
    return f"http://127.0.0.1:{process.stdout.readline().strip()}"


def boto(code):
    done = subprocess.run([PYTHON, "-c", CLIENT + code], text=True, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit("bench: boto3 failed")
    return done.stdout.strip()


class S3Row(Row):
    def prepare(self):
        server()
        self.prepare_row()

    def prepare_row(self):
        raise NotImplementedError

    def before(self, side):
        pass

    def floor(self):
        return Measure([PYTHON, "floor.py"], self.dir)


class Upload(S3Row):
    number, what, against = 9, "{size} MB to S3 as CSV", "boto3 upload_file, 10 threads"

    def prepare_row(self):
        lines = max(self.rows // 5, 10_000)
        self.what = self.what.format(size=lines // 1000)
        self.sql("ours.duckdb", f"CREATE TABLE t AS SELECT i, repeat(chr(97 + (i % 26)::INT), 990) AS text FROM "
                                f"range(1000000, 1000000 + {lines}) r(i)",
                 "COPY t TO 'ready.csv'")
        self.write("pipelines/bench.sf", "EXPORT t TO 's3://bench/ours.csv';")
        self.write("floor.py", CLIENT + "c.upload_file('ready.csv', 'bench', 'floor.csv', "
                                        "Config=TransferConfig(max_concurrency=10))")

    # The gateway frees what was overwritten after two hours: a dozen runs would fill its memory.
    def before(self, side):
        boto(f"c.delete_object(Bucket='bench', Key='{side}.csv')")
        subprocess.run([SERVICE, "collect", WORK / "rgw"], check=True)

    def clear(self):
        for side in ("ours", "floor"):
            self.before(side)
        super().clear()

    def compare(self):
        hashes = boto("""
for key in ("ours.csv", "floor.csv"):
    digest = hashlib.sha256()
    for part in c.get_object(Bucket="bench", Key=key)["Body"].iter_chunks(1 << 20):
        digest.update(part)
    print(digest.hexdigest())""")
        self.same(*hashes.split())

    def engine(self):
        return "ours.duckdb", "COPY t TO 'bare.csv' (FORMAT csv)"

    def bar(self, ours, floor):
        return "1.05", ours["seconds"] <= 1.05 * floor["seconds"]


class Null(Row):
    number, what, against = 90, "{size} MB to a null S3 server", "curl -T"

    def prepare(self):
        lines = max(self.rows // 5, 10_000)
        self.what = self.what.format(size=lines // 1000)
        with open(self.dir / "ready", "wb") as file:
            file.writelines(b"%07d" % i + bytes([97 + i % 26]) * 993 for i in range(lines))

    def ours(self):
        address = ["AWS_ENDPOINT_URL=" + null_server(), "AWS_ACCESS_KEY_ID=key", "AWS_SECRET_ACCESS_KEY=secret"]
        return Measure(["env", *address, BUILD / "bench" / "upload", "ready", "s3://bench/ours"], self.dir)

    def floor(self):
        return Measure(["curl", "-sSf", "-H", "Expect:", "-T", "ready", null_server() + "/bench/floor"], self.dir)

    def compare(self):
        sizes = [urllib.request.urlopen(urllib.request.Request(f"{null_server()}/bench/{name}", method="HEAD"), timeout=10)
                 .headers["Content-Length"] for name in ("ours", "floor")]
        self.same(*sizes)

    def bar(self, ours, floor):
        return "2, half its rate", ours["seconds"] <= 2 * floor["seconds"]


class Small(S3Row):
    number, what, against = 10, "{count} small objects to S3", "boto3, 16 threads"

    def prepare_row(self):
        count = 1000 if self.rows > 100_000 else 100
        self.what = self.what.format(count=f"{count:,}")
        self.sql("ours.duckdb", f"CREATE TABLE t AS SELECT i % {count} AS part, i, 'text ' || i AS text "
                                f"FROM range({count * 10}) r(i)",
                 "COPY t TO 'ready' (FORMAT csv, PARTITION_BY (part))")
        self.write("pipelines/bench.sf", "EXPORT t TO 's3://bench/parts' TYPE CSV OPTIONS "
                                         "{\"partition_by\": [\"part\"]};")
        self.write("floor.py", CLIENT + """
paths = [os.path.join(folder, name) for folder, _, names in os.walk("ready") for name in names]
def put(path):
    with open(path, "rb") as file:
        c.put_object(Bucket="bench", Key="floor/" + path.split("/", 1)[1], Body=file.read())
with concurrent.futures.ThreadPoolExecutor(16) as pool:
    list(pool.map(put, paths))
""")

    def compare(self):
        rows = boto("""
for prefix in ("parts/", "floor/"):
    lines = []
    for page in c.get_paginator("list_objects_v2").paginate(Bucket="bench", Prefix=prefix):
        for o in page["Contents"]:
            body = c.get_object(Bucket="bench", Key=o["Key"])["Body"].read().decode()
            lines += [o["Key"].split("/")[1] + " " + line for line in body.splitlines()]
    print(hashlib.sha256("\\n".join(sorted(lines)).encode()).hexdigest())""")
        self.same(*rows.split())

    def bar(self, ours, floor):
        return "0.5", ours["seconds"] <= 0.5 * floor["seconds"]


ROWS = [Upload, Null, Small]
