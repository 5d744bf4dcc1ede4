"""Opens files named by a person, and regular files only: reading a pipe would hang."""

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
    """The path leads to something other than a regular file: `kind` says to what."""

    def __init__(self, kind: str) -> None:
        super().__init__(None, f"{kind}, not a file")
        self.kind = kind


def kind_of(mode: int) -> str | None:
    """What a mode stands for, such as `a pipe`; None for a regular file."""
    return next((kind for is_kind, kind in _KINDS if is_kind(mode)), None)


def open_file(path: Path) -> BinaryIO:
    """A file, opened for reading. Never blocks; raises NotAFileError, OSError or ValueError."""
    _require_file(path.stat().st_mode)  # first, as opening a device may have an effect
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    try:
        _require_file(os.fstat(file.fileno()).st_mode)  # it may have been replaced meanwhile
    except NotAFileError:
        file.close()
        raise
    return file


def _require_file(mode: int) -> None:
    kind = kind_of(mode)
    if kind is not None:
        raise NotAFileError(kind)
