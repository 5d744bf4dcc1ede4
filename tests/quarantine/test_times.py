"""The day and the instant of a text in a file are those of the same text in a table."""

from __future__ import annotations

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest

from checks.quarantine.memory import InMemoryDuckDb
from checks.quarantine.times import micros, timed
from checks.warehouse.texts import utc_of

TEXTS = [
    "2025-03-08T00:00:00Z", "2025-03-08 05:30:00", "2025-03-08T10:00", "2025-03-08T22:30:00-02:00",
    "2025-03-08T22:30:00 UTC", "2025-03-08 05:30:00.123456", "\t2025-03-08T10:00:00Z \n",
    "2025-03-08T10:00Z", "2025-3-8", "2025-02-30", "2025-02-30 10:00:00", "10:00:00", "never", " ",
    # Hours that clocks skip, or repeat, in one of the zones.
    "2025-03-30 02:30:00", "2025-10-26 02:30:00", "2025-03-09 00:30:00", "2025-11-02 00:30:00",
    "0001-01-02 00:00:00", "9999-12-30 23:59:59", "1899-12-31 12:00:00",
]  # fmt: skip
DAYS = ["2025-03-08", " 2025-03-08\n", "9999-12-31", "0001-01-01"]


def read(texts: list[str], naive: str) -> list[tuple[date | None, int | None]]:
    """Day and instant of each text, as files are read."""
    memory = InMemoryDuckDb()
    step = timed("(SELECT unnest($texts) AS moment)", ZoneInfo(naive))
    rows = memory.run(f"SELECT moment, day, instant FROM ({step})", {"texts": texts})
    memory.close()
    by_text = {text: (day, instant) for text, day, instant in rows}
    return [by_text[text] for text in texts]


def instant_in_tables(text: str, naive: str) -> int | None:
    try:
        return micros(utc_of(text, ZoneInfo(naive)).replace(tzinfo=UTC))
    except ValueError:
        return None


@pytest.mark.parametrize("naive", ["UTC", "Europe/Berlin", "America/Havana", "Asia/Kolkata"])
def test_an_instant(naive: str) -> None:
    expected = [(None, instant_in_tables(text, naive)) for text in TEXTS]
    assert read(TEXTS, naive) == expected


def test_a_date_alone_is_a_whole_day() -> None:
    expected = [(date.fromisoformat(text.strip()), None) for text in DAYS]
    assert read(DAYS, "Europe/Berlin") == expected
