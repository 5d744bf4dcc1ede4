"""However many rows were rejected: every question of the page fetches groups, or a few rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from checks.evidence import rejected, rejected_explained, rejected_rows
from checks.evidence.context import MOST_ROWS, Context, open_context
from checks.quarantine.drilldown import tables
from checks.quarantine.drilldown.model import Field, Filters, GroupBy, Rejected, Tally, Values
from checks.quarantine.drilldown.opening import RejectedRequest, read_rejected
from checks.warehouse import Warehouse
from tests.shop import DAY, NOW, Shop, log_entry

ROWS, REASONS, DAYS = 300_000, 5_000, 10
#: More on the judged day than before, of reasons and values that hardly repeat.
TABLE = f"""
CREATE TABLE bad_events AS SELECT
  TIMESTAMP '{DAY}' - to_days(CAST(CASE WHEN i % 3 = 0 THEN 0 ELSE i % {DAYS} END AS INTEGER))
    + to_seconds(i % 86400) AS rejected_at,
  CASE i % 7 WHEN 0 THEN 'common' ELSE 'reason ' || i % {REASONS} END AS why,
  'source ' || i % 7 AS topic, 'event ' || i % 11 AS event,
  'https://shop.example/p' || i % 40 || '?visit=' || i AS address,
  'value ' || i % {REASONS} AS detail, 'row ' || i AS raw, i % {REASONS} AS code
FROM range({{rows}}) AS numbers(i)"""
MAPPING = {
    "table": "bad_events", "reason": "why", "occurred_at": "rejected_at", "source": "topic",
    "event_name": "event",
}  # fmt: skip
QUESTIONS: dict[str, Callable[[Context], Any]] = {
    "tally": rejected.read,
    "first seen": rejected.read_first_seen,
    "explanation": rejected_explained.read,
    "first rows": rejected_rows.read,
    "page 100": lambda context: rejected_rows.read(context, page=100),
    "of a reason": lambda context: rejected_rows.read(context, reason="common"),
    "of a masked reason": lambda context: rejected_rows.read(context, reason="reas…n"),
    "of an hour": lambda context: rejected_rows.read(context, hour="07"),
    "found": lambda context: rejected_rows.read(context, query="value 42"),
    "found nowhere": lambda context: rejected_rows.read(context, query="nowhere"),
}


@dataclass
class Sent:
    """What was asked of the table of rejected rows, and how many rows came back."""

    statements: list[str] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)


def ask(folder: Path, rows: int, question: Callable[[Context], Any]) -> Sent:
    """Put one question to a table of so many rows."""
    shop = Shop(folder, f"duckdb:///{folder / 'shop.duckdb'}")
    shop.set("quarantine", **MAPPING)
    shop.log.rows = [
        log_entry(DAY - timedelta(days=back), 10**6, 10**3 if back else 10**5) for back in range(9)
    ]
    if not (folder / "shop.duckdb").exists():
        shop.write(TABLE.format(rows=rows))
    sent = Sent()
    with open_context(shop.config(), DAY, NOW) as context:
        listen(context.warehouse, sent)
        question(context)
    return sent


def listen(warehouse: Warehouse, sent: Sent) -> None:
    fetch = warehouse.fetch

    def listening(statement: sa.Select[Any]) -> list[Any]:
        rows = fetch(statement)
        text = str(statement.compile(compile_kwargs={"literal_binds": False}))
        if "bad_events" in text:
            limit = re.search(r"LIMIT :(\w+)", text)
            values = statement.compile().params
            sent.statements.append(text + (f"\n-- {values[limit[1]]}" if limit else ""))
            sent.fetched.append(len(rows))
        return rows

    warehouse.fetch = listening  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A warehouse of the size, and one of twice the size."""
    return {rows: tmp_path_factory.mktemp("many") for rows in (ROWS, 2 * ROWS)}


def is_bounded(statement: str) -> bool:
    """Whether the engine counts, or hands out a page of rows at most."""
    limit = re.search(r"\n-- (\d+)$", statement)
    if limit:
        return int(limit[1]) <= MOST_ROWS + 1
    ranked = "GROUP BY" in statement and re.search(r"place <= :", statement) is not None
    return ranked or re.match(r"SELECT count\(\*\) AS \w+ *\nFROM", statement) is not None


@pytest.mark.parametrize("name", QUESTIONS)
def test_only_groups_or_a_page_come_back(folders: dict[int, Path], name: str) -> None:
    few, many = (ask(folder, rows, QUESTIONS[name]) for rows, folder in folders.items())
    assert few.statements
    assert [text for text in few.statements if not is_bounded(text)] == []
    assert many.fetched == few.fetched
    assert many.statements == few.statements
    # 5,000 values of each of three periods are told apart at most.
    assert max(few.fetched) <= 3 * REASONS


@pytest.mark.parametrize("filters", [Filters(), Filters(reason="common")])
def test_a_page_far_down_is_the_one_that_follows(
    folders: dict[int, Path], filters: Filters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def question(context: Context) -> list[tuple[Values, ...]]:
        request = RejectedRequest(((DAY,),), {}, context.frame.zone)

        def pages(rejected: Rejected) -> list[tuple[Values, ...]]:
            return [rejected.rows(filters, offset, 9) for offset in (5_000, 5_001, 12_345, 10**6)]

        return read_rejected(context.config, context.warehouse, request, pages)

    request: list[list[tuple[Values, ...]]] = []
    for deep in (5_000, 10**9):
        monkeypatch.setattr(tables, "_DEEP", deep)
        ask(folders[ROWS], ROWS, lambda context: request.append(question(context)))
    assert request[0] == request[1]
    assert [len(page) for page in request[0]] == [9, 9, 9, 0]


def test_addresses_are_grouped_without_their_query(folders: dict[int, Path]) -> None:
    def question(context: Context) -> Tally:
        request = RejectedRequest(((DAY,),), {}, context.frame.zone)
        column = ["rejected_at", "why", "topic", "event", "address"].index("address")
        field = Field(GroupBy.PATH, column)
        return read_rejected(
            context.config, context.warehouse, request, lambda rows: rows.tally((field,), REASONS)
        )

    assert ask(folders[ROWS], ROWS, question).fetched == [1, 40]


def test_what_is_not_bounded_is_seen() -> None:
    assert not is_bounded("SELECT a \nFROM bad_events")
    assert not is_bounded("SELECT a \nFROM bad_events\n LIMIT :param_1\n-- 5000")
    assert not is_bounded("SELECT a, count(*) AS n \nFROM bad_events GROUP BY a")
