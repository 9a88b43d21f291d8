#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench/sink.py   an HTTP server on a free port of loopback, which it prints. It takes every body; GET tells how many
requests and bytes came since the last GET, and a checksum of them in their order. A request to /busy is answered after
5 ms, less than a database takes for a thousand rows. Ends when its parent does."""
import socketserver
import time
import zlib

from loopback import serve

came = [0, 0, 0]


class Handler(socketserver.StreamRequestHandler):
    """As little work as can be: what is measured are the clients."""

    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline():
            length = 0
            while (header := self.rfile.readline().lower()) not in (b"\r\n", b""):
                if header.startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            body = self.rfile.read(length)
            answer = b"{}"
            if line.startswith(b"GET"):
                answer = " ".join(map(str, came)).encode()
                came[:] = [0, 0, 0]
            else:
                if b" /busy " in line:
                    time.sleep(0.005)
                came[:] = [came[0] + 1, came[1] + length, zlib.crc32(body, came[2])]
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                             + str(len(answer)).encode() + b"\r\n\r\n" + answer)


serve(Handler)
