"""What comes out as a file: the rows on screen, personal values masked."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest

from tests.browser.conftest import Demo
from tests.browser.screens import Screen

pytestmark = pytest.mark.browser


def rows_of(content: bytes) -> list[list[str]]:
    """The file as a spreadsheet reads it."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_orphans_as_a_file_are_the_orphans_on_the_page(screen: Screen, pristine: Demo) -> None:
    screen.open("orphan-orders", date=pristine.day, kind="no_session_id")
    screen.wait_until(lambda it: len(it.cells(1)) == 2, "the rows")
    name, content = screen.download()
    assert name == f"web-clickstream-orphan-orders-{pristine.day}.csv"
    heading, *rows = rows_of(content)
    place = heading.index("Order id")
    assert [row[place] for row in rows] == screen.cells(place + 1)
    assert content.endswith(b"\r\n")


def test_rejected_rows_as_a_file_are_masked_as_on_the_page(screen: Screen, pristine: Demo) -> None:
    source = pristine.folder / "quarantine" / f"events_{pristine.day:%Y%m%d}_errors.csv"
    originals = list(csv.DictReader(io.StringIO(source.read_text(encoding="utf-8"))))
    # An event name of the day, preferably one whose rows have ids to mask.
    names = Counter(row["event_name"] for row in originals)
    ids = Counter(row["event_name"] for row in originals if row["transaction_id"])
    event = max(names, key=lambda name: (ids[name], names[name]))
    row_count = names[event]
    screen.open("quarantine", date=pristine.day, event=event)
    screen.says(f"rows 1 to {row_count} of {row_count}")
    _, content = screen.download()
    heading, *rows = rows_of(content)
    assert len(rows) == row_count > 0
    for column in ("client_id", "transaction_id"):
        secret = {row[column] for row in originals if row.get(column)}
        shown = {row[heading.index(column)] for row in rows} - {""}
        assert not shown & secret, column
    times = {row["timestamp"] for row in originals if row["event_name"] == event}
    assert {row[heading.index("timestamp")] for row in rows} <= times
