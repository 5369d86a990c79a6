# SPDX-License-Identifier: Apache-2.0
"""What stands between a host and a relay in the tests: a proxy that opens tunnels, a TLS front."""

import base64
import contextlib
import select
import socket
import ssl
import threading

from relay_process import DEADLINE


class Front:
    """Accepts connections on a port of its own and leads each to where `meet` says."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.accepted = 0
        self.open = set()
        self.flowing, self.admitting = threading.Event(), threading.Event()
        self.resume()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.cut()
        self.resume()

    def stall(self):
        """From now on nothing passes, and nobody is told: as a line that is dead."""
        self.flowing.clear()

    def resume(self):
        """What was held passes."""
        self.flowing.set()
        self.admitting.set()

    def hold(self):
        """Lets newcomers wait; what is there already passes."""
        self.admitting.clear()

    def cut(self):
        """Breaks the connections there are."""
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        self.open.add(client)
        try:
            client.settimeout(DEADLINE)
            self.flowing.wait()
            self.admitting.wait()
            near, far = self.meet(client)
            self.open.add(far)
            with near, far:
                carry(near, far, self.flowing)
            self.open.discard(far)
        except (OSError, EOFError):
            pass  # refused, or one of the two hung up
        finally:
            self.open.discard(client)
            client.close()


def carry(near, far, flowing):
    """Both ways until one of the two ends, while it flows."""
    while flowing.wait():
        pending = [near] if isinstance(near, ssl.SSLSocket) and near.pending() else []
        for source in pending or select.select([near, far], [], [], DEADLINE)[0]:
            data = source.recv(1 << 16)
            if not data:
                return
            flowing.wait()
            (far if source is near else near).sendall(data)


class ConnectProxy(Front):
    """A proxy for CONNECT that has its own idea of where hosts are."""

    def __init__(self, hosts, user=None, password=None):
        self.hosts = hosts  # name: port on this machine
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.authorization = user and f"Basic {credentials}"
        self.asked = []
        super().__init__()

    def meet(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(4096)
            if not piece:
                raise EOFError
            head += piece
        lines = head.decode().split("\r\n")
        method, authority, _ = lines[0].split()
        fields = dict(line.split(": ", 1) for line in lines[1:] if line)
        self.asked.append(f"{method} {authority}")
        if self.authorization and fields.get("Proxy-Authorization") != self.authorization:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            raise EOFError
        far = socket.create_connection(("127.0.0.1", self.hosts[authority]))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return client, far


class TlsFront(Front):
    """TLS in front of a port, as nginx would be; `authority`: asks clients for a certificate."""

    def __init__(self, port, certificate, key, authority=None):
        self.target = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        if authority:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(authority)
        super().__init__()

    def meet(self, client):
        near = self.context.wrap_socket(client, server_side=True)
        return near, socket.create_connection(("127.0.0.1", self.target))
