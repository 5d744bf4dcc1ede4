"""Files that are either the old ones or the whole new ones, never a half."""

from __future__ import annotations

import os
from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Write `text` as UTF-8 so that a reader sees the old file or the whole new one.

    A symbolic link is followed; a pipe or device is written to. Raises OSError.
    """
    # Asked before links are followed: `/dev/stdout` and `>(...)` lead to a pipe without a path.
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8", newline="")
        return
    target = Path(os.path.realpath(path))
    # Not a 0600 temporary file: whoever collects the report may be another user.
    partial = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        partial.write_text(text, encoding="utf-8", newline="")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def append_file(path: Path, text: str) -> None:
    """Add `text` at the end of a file. Raises OSError."""
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(text)
