# SPDX-License-Identifier: Apache-2.0
"""Servers of the bench, as scripts of their own: they listen on loopback and end with their parent."""
import os
import socketserver
import sys
import threading
import time


def serve(handler, backlog=socketserver.TCPServer.request_queue_size):
    """On a free port, which it prints."""
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True
        request_queue_size = backlog

    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(0.2)
    sys.exit(0)
