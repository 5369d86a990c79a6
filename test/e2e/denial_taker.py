# SPDX-License-Identifier: Apache-2.0
"""Stands in for a relay that is told of cancelled bookings (POST /bids/deny)."""

import http.server
import threading
import urllib.parse

from book_tokens import RELAY_SECRET, claims_in


class DenialTaker:
    """Answers by `status`; keeps what it was told: booking, end and the claims of the token."""

    def __init__(self, status=204):
        self.status = status
        self.told = []
        taker = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                address = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(address.query))
                claims = claims_in(self.headers["Authorization"], RELAY_SECRET)
                taker.told.append((address.path, query, claims))
                self.send_response(taker.status)
                if taker.status != 204:
                    self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.audience = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
