"""The beginning and the end of a text file, and what they tell of how to read it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from io import BufferedIOBase
from pathlib import Path
from typing import NamedTuple

from checks.quarantine.tally import CannotReadError

_BEGINNING = 64 * 1024
_END = 64
_CHUNK = 1024 * 1024
_DELIMITERS = (",", ";", "\t", "|")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Ends(NamedTuple):
    """The first and the last bytes of a file, unpacked."""

    beginning: bytes
    end: bytes


class Header(NamedTuple):
    """Names of a CSV file's columns, and what stands between them."""

    names: tuple[str, ...]
    delimiter: str


def ends_of(path: str, check: Callable[[], None]) -> Ends:
    """Both ends of a file. A compressed one is read through, so that a cut one is noticed.

    `check` is called every megabyte and may raise. Raises CannotReadError.
    """
    import zlib

    if not Path(path).is_file():
        is_folder = Path(path).is_dir()
        what = 'a folder, not a file; add "/*" to the pattern' if is_folder else "not a file"
        raise CannotReadError(f"is {what}")
    try:
        return _unpacked(path, check) if path.lower().endswith(".gz") else _plain(path)
    except (EOFError, zlib.error):
        raise CannotReadError("is cut off or damaged") from None
    except OSError as error:
        raise CannotReadError(f"cannot be read: {error.strerror or 'damaged'}") from None


def _plain(path: str) -> Ends:
    with Path(path).open("rb") as file:
        beginning = file.read(_BEGINNING)
        file.seek(max(0, file.seek(0, os.SEEK_END) - _END))
        return Ends(beginning, file.read(_END))


def _unpacked(path: str, check: Callable[[], None]) -> Ends:
    import gzip

    with gzip.open(path, "rb") as file:
        beginning = file.read(_BEGINNING)
        return Ends(beginning, _last(file, beginning[-_END:], check))


def _last(file: BufferedIOBase, end: bytes, check: Callable[[], None]) -> bytes:
    while chunk := file.read(_CHUNK):
        check()
        end = (end + chunk)[-_END:]
    return end


def header_of(beginning: bytes, wanted: Iterable[str]) -> Header:
    """A CSV file's columns; the delimiter is the one by which most of the wanted are found.

    Raises CannotReadError for what is no UTF-8 text and for a header without end.
    """
    if beginning.startswith(_UTF16):
        raise CannotReadError("is UTF-16 text; UTF-8 is needed")
    text = beginning.decode("utf-8-sig", errors="replace")
    whole = len(beginning) < _BEGINNING
    headers = [_split(text, delimiter, whole=whole) for delimiter in _DELIMITERS]
    names = {name.casefold() for name in wanted}

    def fitness(header: Header) -> tuple[int, int]:
        found = {name.strip().casefold() for name in header.names}
        return len(names & found), len(header.names)

    return max(headers, key=fitness)


def _split(text: str, delimiter: str, *, whole: bool) -> Header:
    import csv
    from io import StringIO

    lines = StringIO(text, newline="")
    names = next(csv.reader(lines, delimiter=delimiter), [])
    if not names or (not whole and lines.tell() == len(text)):
        raise CannotReadError("has no header that can be read")
    return Header(tuple(names), delimiter)


def position_of(name: str, names: tuple[str, ...]) -> int | None:
    """Where a column is; an other spelling of upper and lower case is fine if it is the only."""
    if name in names:
        return names.index(name)
    wanted = name.strip().casefold()
    same = [i for i, known in enumerate(names) if known.strip().casefold() == wanted]
    return same[0] if len(same) == 1 else None
