"""The standard streams, which may be pipes, closed, full, or unable to print a glyph."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from checks.core.inert import line

_PLAIN = str.maketrans({"✗": "x", "✓": "+", "…": "...", "×": "x", "–": "-", "—": "-"})


@dataclass(slots=True)
class Console:
    """Standard output and error. Writing never raises; `failed` says that output was lost.

    A pipe that its reader closed (`andon gate | head -1`) has not failed: `is_unread`. A standard
    output that was closed before the start (`>&-`) has.
    """

    stdout: TextIO | None
    stderr: TextIO | None
    environ: Mapping[str, str]
    wrote: bool = False
    failed: bool = False
    is_unread: bool = False

    @classmethod
    def of_process(cls) -> Console:
        """The console of this process."""
        return cls(sys.stdout, sys.stderr, os.environ)

    def out(self, text: str) -> None:
        """Write to standard output."""
        self.wrote = True
        if self.failed or self.is_unread:
            return
        if self.stdout is None:
            self._fail("standard output is closed")
            return
        try:
            _write(self.stdout, text)
        except BrokenPipeError:
            _silence(self.stdout)
            self.stdout = None
            self.is_unread = True
        except (OSError, ValueError) as error:
            _silence(self.stdout)
            self.stdout = None
            self._fail(reason_of(error))

    def _fail(self, reason: str) -> None:
        self.failed = True
        self.problem(f"cannot write the output: {reason}")

    def err(self, text: str) -> None:
        """Write to standard error, if there is one."""
        if self.stderr is None:
            return
        try:
            _write(self.stderr, text)
        except (OSError, ValueError):
            _silence(self.stderr)
            self.stderr = None

    def problem(self, message: str) -> None:
        """One line on standard error."""
        self.err(f"error: {line(message)}\n")

    @property
    def colored(self) -> bool:
        """Whether standard output should be coloured: https://no-color.org, and force-color."""
        if self.environ.get("NO_COLOR"):
            return False
        if self.environ.get("FORCE_COLOR", "0") not in ("", "0"):
            return True
        return self.environ.get("TERM") != "dumb" and _is_terminal(self.stdout)

    @property
    def watched(self) -> bool:
        """Whether standard error is a terminal."""
        return _is_terminal(self.stderr)


def occupy_closed() -> None:
    """Redirect closed standard streams to the null device.

    Otherwise the next file that is opened gets their number, and what a library prints.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one


def reason_of(error: Exception) -> str:
    """The reason why a file could not be written, without its path."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _write(stream: TextIO, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = text.translate(_PLAIN)
        text = plain.encode(encoding, "backslashreplace").decode(encoding)
    if isinstance(getattr(stream, "buffer", None), io.RawIOBase):
        _write_whole(stream, text)
        return
    stream.write(text)
    stream.flush()


def _write_whole(stream: TextIO, text: str) -> None:
    """Write to an unbuffered stream (`python -u`), which may take only a part of the text.

    Raises OSError where the rest is not taken.
    """
    stream.flush()
    number = stream.fileno()
    remaining = memoryview(text.encode(stream.encoding or "utf-8"))
    while remaining:
        remaining = remaining[os.write(number, remaining) :]


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _silence(stream: TextIO) -> None:
    """Discard what is still buffered, so that flushing it at exit cannot fail."""
    with contextlib.suppress(OSError, ValueError):
        number = stream.fileno()
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, number)
        os.close(null_device)
