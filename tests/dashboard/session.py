"""A browser's session without a browser: what a page's first run sends."""

from __future__ import annotations

import socket
from collections.abc import Callable

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

_SECONDS = 60.0


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seen(port: int, host: str = "127.0.0.1", **headers: str) -> bytes:
    """What the overview's first run sends to a browser that knows the server as `host`."""
    return b"".join(message.SerializeToString() for message in messages(port, host, **headers))


def messages(
    port: int,
    host: str = "127.0.0.1",
    page: str = "",
    query: str = "",
    while_open: Callable[[list[ForwardMsg]], object] = len,
    **headers: str,
) -> list[ForwardMsg]:
    """What a page's first run sends. `while_open` gets it before the browser leaves."""
    request = BackMsg()
    request.rerun_script.query_string = query
    request.rerun_script.page_name = page
    received: list[ForwardMsg] = []
    address = f"ws://{host}:{port}/_stcore/stream"
    connection = socket.create_connection(("127.0.0.1", port))
    with connect(address, sock=connection, additional_headers=headers, max_size=None) as session:
        session.send(request.SerializeToString())
        while True:
            answer = session.recv(timeout=_SECONDS)
            assert isinstance(answer, bytes)
            message = ForwardMsg()
            message.ParseFromString(answer)
            received.append(message)
            if message.WhichOneof("type") == "script_finished":
                while_open(received)
                return received
