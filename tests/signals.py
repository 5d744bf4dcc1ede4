"""Signals for tests that send them: a background job of a shell is started with some ignored."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_DEFAULTS = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}


@contextmanager
def heeded() -> Iterator[None]:
    """No signal that ends a process is ignored: neither here nor where a process begins now."""
    ignored = [number for number in _DEFAULTS if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, _DEFAULTS[number])
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)
