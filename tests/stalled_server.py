"""Servers that accept a connection and never answer, or that sign in and never answer then."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_NO = (80877103, 80877104)  # requests for TLS and for Kerberos
_SIGNED_IN = (
    b"R" + struct.pack("!ii", 8, 0)
    + b"".join(
        b"S" + struct.pack("!i", 4 + len(pair)) + pair
        for pair in (b"server_version\x0016.4\x00", b"client_encoding\x00UTF8\x00",
                     b"standard_conforming_strings\x00on\x00")
    )
    + b"Z" + struct.pack("!ic", 5, b"I")
)  # fmt: skip


@contextmanager
def _serving(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server that runs `talk` for each client, and keeps all connections open."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        listener.close()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def _nothing(connection: socket.socket) -> None:
    """Neither yes nor no."""


def _signs_in(connection: socket.socket) -> None:
    with suppress(OSError, struct.error):
        while True:
            length, request = struct.unpack("!ii", connection.recv(8, socket.MSG_WAITALL))
            if request in _NO:
                connection.sendall(b"N")
                continue
            connection.recv(length - 8, socket.MSG_WAITALL)
            connection.sendall(_SIGNED_IN)
            return


@contextmanager
def silent() -> Iterator[str]:
    """The URL of a server that hangs at connect."""
    with _serving(_nothing) as port:
        yield f"postgresql://andon@127.0.0.1:{port}/shop"


@contextmanager
def stalled() -> Iterator[str]:
    """The URL of a PostgreSQL server that signs in, and answers no statement."""
    with _serving(_signs_in) as port:
        yield f"postgresql://andon@127.0.0.1:{port}/shop"


@contextmanager
def three_silent_hosts() -> Iterator[str]:
    """A URL with three hosts; each may take its own 20 seconds."""
    with _serving(_nothing) as first, _serving(_nothing) as second, _serving(_nothing) as third:
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in (first, second, third))
        yield f"postgresql://andon@/shop?{hosts}&connect_timeout=20"
