#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench/null_s3.py   an S3 server on a free port of loopback, which it prints, that throws away what it gets: it knows
of each object only how long it is. Ends when its parent does."""
import socketserver

from loopback import serve

MB = 1 << 20
sizes, parts = {}, {}


class Handler(socketserver.StreamRequestHandler):
    """As little work as can be: what is measured are the clients."""

    disable_nagle_algorithm = True
    rbufsize = 0

    def setup(self):
        super().setup()
        self.room = memoryview(bytearray(MB))
        self.rest = b""

    def head(self):
        """The request line and what of the header counts; None: the client is gone."""
        while b"\r\n\r\n" not in self.rest:
            more = self.connection.recv(65536)
            if not more:
                return None
            self.rest += more
        lines, self.rest = self.rest.split(b"\r\n\r\n", 1)
        request, *fields = lines.decode().split("\r\n")
        return request, {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}

    def skip(self, length):
        left = length - len(self.rest)
        self.rest = b""
        while left > 0:
            left -= self.connection.recv_into(self.room, min(left, MB))

    def handle(self):
        while head := self.head():
            (method, target, _), fields = head[0].split(" "), head[1]
            length = int(fields.get("content-length", 0))
            if "expect" in fields:
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.skip(length)
            self.answer(method, *target.partition("?")[::2], length)

    def answer(self, method, key, query, length):
        body, size = b"", 0
        if method == "PUT":
            (parts if "partNumber" in query else sizes)[key] = length + (parts.get(key, 0) if query else 0)
        elif method == "POST" and query.startswith("uploads"):
            parts[key] = 0
            body = b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
        elif method == "POST":
            sizes[key] = parts.pop(key)
            body = b"<CompleteMultipartUploadResult/>"
        elif method == "GET":
            body = b"<ListMultipartUploadsResult></ListMultipartUploadsResult>"
        size = sizes.get(key, 0) if method == "HEAD" else len(body)
        self.wfile.write(f'HTTP/1.1 200 OK\r\nETag: "none"\r\nContent-Length: {size}\r\n\r\n'.encode() + body)


serve(Handler, backlog=128)
