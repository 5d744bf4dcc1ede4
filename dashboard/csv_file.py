"""CSV files that are safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from checks.core.text import clean

_BYTE_ORDER_MARK = "\ufeff"
_LONGEST = 32_000  # A spreadsheet's cell holds 32,767 characters.
_STARTS = frozenset("=+-@\t\r\u2212")
_SKIPPED = "\"'`‘’“”«»"
_LONGEST_PART = 60  # Three parts and a date: file systems take 255 bytes.


def file_name(pipeline: str, page: str, day: date) -> str:
    """`web-clickstream-orphan-orders-2025-03-08.csv`: pipeline, page and day.

    `page` is the page's address. Only a-z, 0-9 and hyphens, whatever the pipeline is called.
    """
    return f"{_slug(pipeline) or 'pipeline'}-{_slug(page)}-{day.isoformat()}.csv"


def _slug(text: str) -> str:
    """Letters without their accents, and a hyphen for everything else."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_PART].rstrip("-")


def to_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """RFC 4180 in UTF-8 with a byte order mark; no cell, heading included, is a formula.

    Invisible characters, line breaks among them, become visible escapes. Numbers stay
    numbers, None is an empty cell, a time is ISO 8601 with its offset from UTC. What counts as a
    formula: OWASP, "CSV Injection".
    """
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in headings])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def safe_cell(value: object) -> str:
    """One value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    # Where the list separator is a semicolon, what follows one is a cell of its own.
    parts = str(value).split(";")
    return clean(";".join(_guarded(part) for part in parts), _LONGEST)


def _guarded(text: str) -> str:
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Whether text begins as a formula, after spaces, quotes and invisible characters."""
    for char in text:
        if char in _STARTS or unicodedata.normalize("NFKC", char) in _STARTS:
            return True
        if not (char in _SKIPPED or char.isspace() or unicodedata.category(char)[0] == "C"):
            return False
    return False
