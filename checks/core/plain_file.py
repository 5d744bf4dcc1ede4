"""Files that a person named, opened so that nothing but a file is read: a pipe would hang."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class NotAFileError(OSError):
    """What is there is no file; `kind` says what it is."""

    def __init__(self, kind: str) -> None:
        super().__init__(None, f"{kind}, not a file")
        self.kind = kind


def kind_of(mode: int) -> str | None:
    """What a path leads to by its mode: `a pipe`; None for a file."""
    return next((kind for is_kind, kind in _KINDS if is_kind(mode)), None)


def open_file(path: Path) -> BinaryIO:
    """A file, open for reading. Never waits; raises NotAFileError, OSError, or ValueError."""
    _require_file(path.stat().st_mode)  # before it is opened: opening may do something to a device
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    try:
        _require_file(os.fstat(file.fileno()).st_mode)  # it may have been exchanged meanwhile
    except NotAFileError:
        file.close()
        raise
    return file


def _require_file(mode: int) -> None:
    kind = kind_of(mode)
    if kind is not None:
        raise NotAFileError(kind)
