# SPDX-License-Identifier: Apache-2.0
"""The three servers, what is in them before a run, and what a run has left in them."""
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ("postgres", "rgw", "http")
PASSWORD = "hun'ter2 $x"  # of the user `guarded`
TOKEN = "t0ken-of-the-api"

TABLES = """
CREATE TABLE customers AS SELECT i AS id, 'customer ' || i AS name, i % 3 AS country FROM generate_series(1, 40) i;
CREATE TABLE countries (code int, label text);
CREATE TABLE many AS SELECT i AS id, repeat(chr(97 + i % 26), 90) AS text FROM generate_series(1, 300000) i;
INSERT INTO countries VALUES (0, 'Norway'), (1, 'Côte d''Ivoire'), (2, 'Perú');
CREATE ROLE guarded LOGIN PASSWORD 'hun''ter2 $x';
GRANT CREATE ON DATABASE shop TO guarded;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO guarded;
"""


class Services:
    """Starts them; `environment` is what a pipeline needs to reach them."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {}
        for name in NAMES:
            subprocess.run([ROOT / "tests" / "services" / name, "start", folder / name], check=True)
            self.environment |= self._exports(folder / name / "env")
        self.sql(TABLES)
        self.environment |= {
            "AWS_ENDPOINT_URL": self.environment["S3_ENDPOINT"], "PGPASSWORD": PASSWORD, "API_TOKEN": TOKEN,
            "SHOP_URI": f"postgresql://guarded:hun%27ter2%20%24x@127.0.0.1:{self.environment['PGPORT']}/shop"}
        self.bucket = self._bucket()

    @staticmethod
    def _exports(path):
        shown = subprocess.run(["bash", "-c", '. "$0"; env -0', path], env={}, capture_output=True, text=True, check=True)
        pairs = (pair.split("=", 1) for pair in shown.stdout.split("\0") if pair)
        return {name: value for name, value in pairs if name not in ("PWD", "SHLVL", "_")}

    def secrets(self):
        """What may be seen nowhere."""
        return [PASSWORD, "hun%27ter2", TOKEN, self.environment["AWS_SECRET_ACCESS_KEY"]]

    def stop(self):
        for name in reversed(NAMES):
            subprocess.run([ROOT / "tests" / "services" / name, "stop", self.folder / name], check=False)

    def sql(self, text):
        """As the server's owner; rows as text."""
        done = subprocess.run(["psql", "-qAt", "-v", "ON_ERROR_STOP=1"], input=text, text=True, check=True,
                              capture_output=True, env=os.environ | self.environment | {"PGUSER": "shop"})
        return done.stdout

    def _bucket(self):
        import boto3  # pylint: disable=import-outside-toplevel
        from botocore.config import Config  # pylint: disable=import-outside-toplevel
        store = boto3.resource(
            "s3", endpoint_url=self.environment["S3_ENDPOINT"], region_name="us-east-1",
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": "path"}))
        bucket = store.Bucket("lake")
        bucket.create()
        bucket.objects.delete()
        for upload in bucket.multipart_uploads.all():
            upload.abort()
        return bucket

    def api(self, path, body=None):
        with urllib.request.urlopen(self.environment["HTTP_URL"] + path, data=body, timeout=10) as answer:
            return answer.read().decode()

    def state(self, key):
        """What the run with that name has left: a table, an object, a row that was taken, each with its content.
        Of requests with the same idempotency key the server counts one."""
        found = {}
        for table in self.sql(f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{key}'").split():
            rows = self.sql(f"SELECT t::text FROM {key}.{table} t ORDER BY 1")
            found[f"postgres {table}"] = rows
        for item in self.bucket.objects.filter(Prefix=f"{key}/"):
            content = item.get()["Body"].read()
            found[f"s3 {item.key.removeprefix(key)}"] = hashlib.sha256(content).hexdigest()
        for upload in self.bucket.multipart_uploads.all():
            if upload.object_key.startswith(f"{key}/"):
                found[f"s3 upload {upload.object_key.removeprefix(key)}"] = "left over"
        batches = {}
        for line in self.api("/_log").splitlines():
            request = json.loads(line)
            if request["path"] == f"/{key}":
                batches.setdefault(request["headers"]["idempotency-key"], set()).add(request["body"])
        found["api"] = sorted(json.dumps(row, sort_keys=True) for bodies in batches.values() for body in bodies
                              for row in json.loads(body, parse_float=str))
        return found

    def crash_postgres(self):
        """As when a backend dies of its own: the server ends all connections and starts anew."""
        main = (self.folder / "postgres" / "pid").read_text().strip()
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for child in children:
            if "guarded" in self._title(child):
                os.kill(int(child), signal.SIGKILL)
                return

    def crash_backend(self, statement, process):
        """The same, as soon as one is busy with such a statement. False: none was before the process ended."""
        question = f"SELECT min(pid) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '{statement}';\n"
        with subprocess.Popen(["psql", "-qAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, env=os.environ | self.environment | {"PGUSER": "shop"}) as psql:
            while process.poll() is None:
                psql.stdin.write(question)
                psql.stdin.flush()
                busy = psql.stdout.readline().strip()
                with contextlib.suppress(ProcessLookupError):
                    if busy:
                        os.kill(int(busy), signal.SIGKILL)
                        return True
                time.sleep(0.002)
        return False

    @staticmethod
    def _title(process):
        try:
            return Path(f"/proc/{process}/cmdline").read_text(errors="replace")
        except OSError:
            return ""

    def crash_gateway(self):
        """Killed, and started again at once."""
        folder = self.folder / "rgw"
        pid = int((folder / "rgw.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.01)
        subprocess.run(["radosgw", "-c", folder / "ceph.conf", "-n", "client.rgw", "--pid-file", folder / "rgw.pid"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def crash_upload(self, key, process):
        """The gateway dies as soon as a part of an upload is there. False: none was before the process ended."""
        while process.poll() is None:
            if any(next(iter(upload.parts.limit(1)), None) for upload in self.bucket.multipart_uploads.all()
                   if upload.object_key.startswith(f"{key}/")):
                self.crash_gateway()
                return True
        return False

    def crash_api(self):
        """Killed, and started again at once."""
        subprocess.run([ROOT / "tests" / "services" / "http", "crash", self.folder / "http"], check=True)

    def lose_answers(self, key):
        """Two requests are lost: one before and one after it was taken."""
        faults = [{"fault": "reset"}, {"fault": "reset", "then": True}]
        self.api("/_order", json.dumps({"path": f"/{key}", "do": faults}).encode())
