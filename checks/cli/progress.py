"""Progress on a terminal, for work that takes more than a second."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING

from checks.cli.console import Console
from checks.core.text import clean

if TYPE_CHECKING:
    from threading import Timer

_DELAY_SECONDS = 1.0
_WIDTH = 78


class Progress:
    """One line on standard error, rewritten in place and removed at the end.

    Nothing is shown without a terminal, nor in the first second. On a terminal that cannot rewrite
    a line (TERM=dumb) every step takes a line of its own.
    """

    def __init__(self, console: Console, delay: float = _DELAY_SECONDS) -> None:
        self._console = console
        self._delay = delay
        self._rewrites = console.environ.get("TERM") != "dumb"
        self._shown_from = monotonic() + delay
        self._latest = ""
        self._drawn = False
        self._timer: Timer | None = None

    def __enter__(self) -> Progress:
        if self._console.watched:
            from threading import Timer

            self._timer = Timer(self._delay, self._draw)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __call__(self, step: str) -> None:
        """Show the current step."""
        self._latest = step
        if self._timer is not None and monotonic() >= self._shown_from:
            self._draw()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self._drawn and self._rewrites:
            self._console.err("\r" + " " * _WIDTH + "\r")

    def _draw(self) -> None:
        if self._latest:
            text = clean(f"... {self._latest}", _WIDTH)[:_WIDTH]
            self._console.err(f"\r{text:<{_WIDTH}}" if self._rewrites else f"{text}\n")
            self._drawn = True
