"""Viewers without a browser: they use Streamlit's protocol over a websocket.

A viewer requests a page, caches what the server marks as cacheable, and runs fragments again
at their intervals, as Streamlit's frontend does (its messages: `streamlit/proto`).
"""

from __future__ import annotations

import asyncio
import io
import time
from contextlib import suppress
from dataclasses import dataclass, field

import pyarrow as pa  # type: ignore[import-untyped]
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

_SUBPROTOCOLS = [Subprotocol("streamlit")]
_BIGGEST = 200 * 1024 * 1024


@dataclass(slots=True)
class Received:
    """What was received since the counts were last taken."""

    bytes: int = 0
    messages: int = 0
    runs: int = 0
    full_runs: int = 0
    cached: int = 0
    most_rows: int = 0
    biggest: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Viewer:
    """A viewer who opens one page and leaves it open."""

    def __init__(self, stream: str, page: str, query: str = "") -> None:
        self._stream, self._page, self._query = stream, page, query
        self._hash = ""
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._asked_at: float | None = None
        self._cached: set[str] = set()
        self._socket: ClientConnection | None = None
        self.finished = asyncio.Event()
        self.received = Received()

    async def watch(self) -> None:
        """Open the page and stay until cancelled."""
        async with connect(
            self._stream, subprotocols=_SUBPROTOCOLS, max_size=_BIGGEST, compression=None
        ) as self._socket:
            await self.request_run()
            try:
                async for data in self._socket:
                    self._count_message(data if isinstance(data, bytes) else data.encode())
            finally:
                self._stop_timers()

    async def request_run(self, fragment: str = "") -> None:
        """Run the page, or one of its fragments, again."""
        if self._socket is None:
            raise RuntimeError("nobody is connected")
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self._query
        state.page_name = "" if self._hash else self._page
        state.page_script_hash = self._hash
        state.fragment_id = fragment
        state.is_auto_rerun = bool(fragment)
        state.cached_message_hashes.extend(self._cached)
        state.context_info.timezone = "UTC"
        state.context_info.locale = "en-GB"
        state.context_info.url = f"http://127.0.0.1/{self._page}"
        state.context_info.color_scheme = "light"
        self._asked_at = time.perf_counter()
        await self._socket.send(message.SerializeToString())

    def take_counts(self) -> Received:
        """The counts so far; they are reset."""
        received, self.received = self.received, Received()
        return received

    def _count_message(self, data: bytes) -> None:
        message = ForwardMsg()
        message.ParseFromString(data)
        count = self.received
        count.bytes += len(data)
        count.biggest = max(count.biggest, len(data))
        count.messages += 1
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin(message)
        elif kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self._set_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(fragment)
        elif kind == "ref_hash":
            count.cached += 1
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._element(message.delta.new_element)
        elif kind == "script_finished":
            self._end()
        if message.metadata.cacheable:
            self._cached.add(message.hash)

    def _begin(self, message: ForwardMsg) -> None:
        if not message.metadata.run.fragment_ids:
            self.received.full_runs += 1
            self._stop_timers()

    def _end(self) -> None:
        self.received.runs += 1
        if self._asked_at is not None:
            self.received.seconds.append(time.perf_counter() - self._asked_at)
            self._asked_at = None
        self.finished.set()

    def _element(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.received.errors.append(element.exception.message)
        elif kind in ("dataframe", "table"):
            data = getattr(element, kind).arrow_data.data
            self.received.most_rows = max(self.received.most_rows, _rows(data))

    def _set_timer(self, fragment: str, interval: float) -> None:
        self._stop_timer(fragment)
        self._timers[fragment] = asyncio.create_task(self._repeat(fragment, interval))

    def _stop_timer(self, fragment: str) -> None:
        if timer := self._timers.pop(fragment, None):
            timer.cancel()

    def _stop_timers(self) -> None:
        for fragment in list(self._timers):
            self._stop_timer(fragment)

    async def _repeat(self, fragment: str, interval: float) -> None:
        with suppress(ConnectionError):
            while True:
                await asyncio.sleep(interval)
                await self.request_run(fragment)


def _rows(data: bytes) -> int:
    """The rows of an Arrow stream."""
    if not data:
        return 0
    return int(pa.ipc.open_stream(io.BytesIO(data)).read_all().num_rows)
