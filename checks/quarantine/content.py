"""The beginning and the end of a text file, which show how to read it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import NamedTuple

from checks.core.masking import masked_inside, shown_names
from checks.core.text import listed
from checks.quarantine.columns import position_of
from checks.quarantine.magic import GZIP, is_parquet, require_text
from checks.quarantine.tally import CannotReadError
from checks.warehouse.texts import LOCAL_TIME, OFFSET_TIME

_BEGINNING = 64 * 1024
_END = 64
_CHUNK = 1024 * 1024
_DELIMITERS = (",", ";", "\t", "|")
#: Ends of lines for some writers. Here lines end with LF, CR or both.
OTHER_LINE_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_TIME = re.compile(f"{LOCAL_TIME}|{OFFSET_TIME}")
#: What column names look like; names of people contain spaces.
_WORD = re.compile(r"\s*(?:[^\W\d][\w.:/-]*)?\s*")
_MOST_NAMES = 12
_NO_HEADER = "its first line does not look like a header"
_WRITE_HEADER = "write the names of the columns as its first line"
#: From this many lines inside a quoted value on, they are taken for rows: a text of two or
#: three lines may have the right number of delimiters by chance.
_FEWEST_ROWS = 3


class Ends(NamedTuple):
    """The first and the last bytes of a file, unpacked. packed: whether it is gzip."""

    beginning: bytes
    end: bytes
    packed: bool = False

    @property
    def is_parquet(self) -> bool:
        """Whether it is Parquet, whatever its name says."""
        return not self.packed and is_parquet(self.beginning, self.end)

    @property
    def compression(self) -> str:
        """DuckDB's name of the compression."""
        return "gzip" if self.packed else "uncompressed"


class Header(NamedTuple):
    """Column names of a CSV file, and the delimiter between them."""

    names: tuple[str, ...]
    delimiter: str


def ends_of(path: str, check: Callable[[], None]) -> Ends:
    """Both ends of a file. One packed with gzip is read through, so that a cut one is noticed.

    Whether it is text or Parquet is decided by its bytes, not by its name. `check` is called
    every megabyte and may raise. Raises CannotReadError for what is neither.
    """
    import zlib

    if not Path(path).is_file():  # a pipe would hang
        is_folder = Path(path).is_dir()
        what = 'a folder, not a file; add "/*" to the pattern' if is_folder else "not a file"
        raise CannotReadError(f"is {what}")
    try:
        ends = _plain_ends(path)
        if ends.beginning.startswith(GZIP):
            ends = _unpacked_ends(path, check)
    except (EOFError, zlib.error):
        raise CannotReadError("is cut off or damaged") from None
    except OSError as error:
        raise CannotReadError(f"cannot be read: {error.strerror or 'damaged'}") from None
    if not ends.is_parquet and not path.lower().endswith(".parquet"):
        require_text(ends.beginning, ends.end)
    return ends


def _plain_ends(path: str) -> Ends:
    with Path(path).open("rb") as file:
        beginning = file.read(_BEGINNING)
        file.seek(max(0, file.seek(0, os.SEEK_END) - _END))
        return Ends(beginning, file.read(_END))


def _unpacked_ends(path: str, check: Callable[[], None]) -> Ends:
    import gzip

    with gzip.open(path, "rb") as file:
        beginning = file.read(_BEGINNING)
        return Ends(beginning, _last_bytes(file, beginning[-_END:], check), packed=True)


def _last_bytes(file: BufferedIOBase, end: bytes, check: Callable[[], None]) -> bytes:
    while chunk := file.read(_CHUNK):
        check()
        end = (end + chunk)[-_END:]
    return end


def header_of(beginning: bytes, mapped: Iterable[str]) -> Header:
    """A CSV file's columns; the delimiter is the one with which most mapped columns are found.

    Raises CannotReadError for a header without end, and for line ends other than LF and CR.
    """
    text = beginning.decode("utf-8-sig", errors="replace")
    is_whole = len(beginning) < _BEGINNING
    headers = [_parse_header(text, delimiter, whole=is_whole) for delimiter in _DELIMITERS]
    mapped_names_folded = {name.casefold() for name in mapped}

    def fitness(header: Header) -> tuple[int, int]:
        header_names = {name.strip().casefold() for name in header.names}
        return len(mapped_names_folded & header_names), len(header.names)

    header = max(headers, key=fitness)
    if any(end in name for name in header.names for end in OTHER_LINE_ENDS):
        raise CannotReadError("has a header with line ends other than LF and CR")
    return header


def require_mapped(names: tuple[str, ...], mapped: Iterable[str], todo: str) -> None:
    """Raise CannotReadError, with the advice `todo`, for a file without any mapped column."""
    columns = list(mapped)
    if columns and all(position_of(name, names) is None for name in columns):
        raise CannotReadError(
            f"has none of the mapped {_columns_text(columns)}; "
            f"{present_columns_text(names)}; {todo}"
        )


def require_header(names: tuple[str, ...], mapped: Iterable[str]) -> None:
    """Raise CannotReadError where the first line of a CSV file is no header.

    A header has at least one of the mapped columns; where none is mapped, no values.
    """
    columns = list(mapped)
    require_no_row(names, columns)
    require_mapped(names, columns, _WRITE_HEADER)


def require_no_row(names: tuple[str, ...], mapped: Iterable[str]) -> None:
    """Raise CannotReadError where the first line of a CSV file looks like a row."""
    columns = list(mapped)
    if is_row(names, columns):
        none = f"has none of the mapped {_columns_text(columns)}: {_NO_HEADER}"
        why = none if columns else "begins with a row, not with a header"
        raise CannotReadError(f"{why}; {_WRITE_HEADER}")


def is_row(names: tuple[str, ...], mapped: Iterable[str]) -> bool:
    """Whether the first line of a CSV file looks like a row.

    With a mapped column it is a header. Without, a time or personal value makes it a row, and
    where columns are mapped so does a name of several words.
    """
    columns = list(mapped)
    if any(position_of(name, names) is not None for name in columns):
        return False
    if any(_TIME.fullmatch(name) or masked_inside(name) != name for name in names):
        return True
    return bool(columns) and not all(_WORD.fullmatch(name) for name in names)


def present_columns_text(names: tuple[str, ...], *, row: bool = False) -> str:
    """Text on the columns that a file has; of a first line that looks like a row, no value."""
    return _NO_HEADER if row else f"it has {listed(shown_names(names), _MOST_NAMES)}"


def _columns_text(names: Sequence[str]) -> str:
    return f"{'columns' if len(names) > 1 else 'column'} {listed(names, _MOST_NAMES)}"


def _parse_header(text: str, delimiter: str, *, whole: bool) -> Header:
    import csv
    from io import StringIO

    lines = StringIO(text, newline="")
    names = next(csv.reader(lines, delimiter=delimiter), [])
    if not names or (not whole and lines.tell() == len(text)):
        raise CannotReadError("has no header that can be read")
    return Header(tuple(names), delimiter)


def torn_rows_reason(
    path: str, delimiter: str, columns: int, check: Callable[[], None], *, packed: bool
) -> str:
    """Text on why lines of a CSV file may not be its rows; empty where they are.

    A quote that is never closed, or not doubled inside of a quoted value, makes one row of
    several, and so do two stray quotes with whole rows between them; so does a quoted value of
    more than 131,072 characters, and a NUL is no text. In a file of one column an empty line may be
    a row. `check` is called every 10,000 lines and may raise. Raises CannotReadError.
    """
    import csv
    import gzip

    opened = gzip.open if packed else open
    empty_lines = 0
    try:
        with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
            lines = csv.reader(_without_nul(file), delimiter=delimiter, strict=True)
            for number, line in enumerate(lines):
                empty_lines += not line
                if any(_holds_rows(value, delimiter, columns) for value in line):
                    return "has a quoted value that holds lines which look like rows"
                if number % 10_000 == 0:
                    check()
    except csv.Error:
        return "has a quote that is never closed, or not doubled"
    except _NulError:
        return "holds NUL bytes"
    except OSError as error:
        raise CannotReadError(f"cannot be read: {error.strerror or 'damaged'}") from None
    if empty_lines and columns == 1:
        lines_are = "an empty line" if empty_lines == 1 else f"{empty_lines:,} empty lines"
        return f'has one column and {lines_are}, which may be rows (write "" for an empty value)'
    return ""


def _holds_rows(value: str, delimiter: str, columns: int) -> bool:
    """Whether a value contains enough lines with the columns of a row to be several rows."""
    if "\n" not in value and "\r" not in value:
        return False
    inner = value.splitlines()[1:-1]
    rows = sum(line.count(delimiter) == columns - 1 for line in inner)
    return columns > 1 and rows >= _FEWEST_ROWS and rows == len(inner)


class _NulError(Exception):
    pass


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise _NulError
        yield line
