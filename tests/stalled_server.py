"""Servers that take a connection and then say nothing, or sign in and then say nothing."""

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
    """The port of a server that does `talk` with each client, and keeps all lines until the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                lines.append(line)
                threading.Thread(target=talk, args=(line,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        listener.close()
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def _nothing(line: socket.socket) -> None:
    """Neither yes nor no."""


def _signs_in(line: socket.socket) -> None:
    with suppress(OSError, struct.error):
        while True:
            length, request = struct.unpack("!ii", line.recv(8, socket.MSG_WAITALL))
            if request in _NO:
                line.sendall(b"N")
                continue
            line.recv(length - 8, socket.MSG_WAITALL)
            line.sendall(_SIGNED_IN)
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
    with _serving(_nothing) as one, _serving(_nothing) as two, _serving(_nothing) as three:
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in (one, two, three))
        yield f"postgresql://andon@/shop?{hosts}&connect_timeout=20"
