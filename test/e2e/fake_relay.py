# SPDX-License-Identifier: Apache-2.0
"""A relay of byte streams as practable's host sees it, which can be made to lie."""

import asyncio
import http.server
import json
import threading
import uuid

import websockets

from relay_process import DEADLINE


class FakeRelay:
    """Gives every caller a code, and keeps the WebSockets that arrive."""

    def __init__(self, topic="spin30"):
        self.topic = topic
        self.asked = []  # paths and queries of access requests
        self.managers, self.dialled = asyncio.Queue(), asyncio.Queue()

    async def __aenter__(self):
        self.server = await websockets.serve(self._serve, "127.0.0.1", 0, max_size=1 << 24,
                                             compression=None,
                                             process_request=self._refuse_unknown)
        self.port = self.server.sockets[0].getsockname()[1]
        relay = self

        class Access(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                relay.asked.append(self.path)
                body = json.dumps({"uri": relay.uri(relay.topic)}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.access = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Access)
        threading.Thread(target=self.access.serve_forever, daemon=True).start()
        self.audience = f"http://127.0.0.1:{self.access.server_address[1]}"
        return self

    async def __aexit__(self, *_):
        await asyncio.to_thread(self.access.shutdown)
        self.access.server_close()
        self.server.close()
        await self.server.wait_closed()

    def session(self, topic="spin30"):
        return f"{self.audience}/shell/{topic}"

    def uri(self, path, port=None, code="good"):
        return f"ws://127.0.0.1:{port or self.port}/shell/{path}?code={code}"

    async def manager(self):
        return await asyncio.wait_for(self.managers.get(), DEADLINE)

    async def leg(self):
        """The next WebSocket of a host that came for a client."""
        return await asyncio.wait_for(self.dialled.get(), DEADLINE)

    async def call_for(self, manager, uri=None, identity=None, **fields):
        """Alerts the host that a client is there."""
        identity = identity or str(uuid.uuid4())
        uri = uri or self.uri(f"{self.topic}/{identity}")
        await manager.send(json.dumps({"action": "connect", "uri": uri, "uuid": identity,
                                       **fields}))
        return identity

    async def _refuse_unknown(self, path, _):
        return None if path.endswith("?code=good") else (401, [], b"unknown code")

    async def _serve(self, socket, path):
        is_manager = path.partition("?")[0] == f"/shell/{self.topic}"
        (self.managers if is_manager else self.dialled).put_nowait(socket)
        await socket.wait_closed()
