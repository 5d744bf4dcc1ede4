"""Rejected rows in the warehouse, on every engine; and the reader inside a whole evaluation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from checks import Report
from checks.core.model import Status
from tests.quarantine.conftest import lines
from tests.shop import DAY, Shop, at, log_entry
from tests.shop import Table as ShopTable

COLUMNS = {"rejected_at": sa.DateTime(), "why": sa.String(80)}
MAPPING = {"table": "rejected_rows", "reason": "why", "occurred_at": "rejected_at"}


class RejectingShop:
    """A shop with a table of rejected rows: five of the day, and some around it."""

    def __init__(self, shop: Shop, reasons: list[str | None]) -> None:
        self.shop = shop
        rows = [{"rejected_at": at(DAY, i % 24), "why": why} for i, why in enumerate(reasons)]
        rows += [{"rejected_at": at(DAY, hour), "why": "other day"} for hour in (-0.01, 24)]
        rows += [{"rejected_at": None, "why": "no time"}]
        self.table = ShopTable("rejected_rows", dict(COLUMNS), rows)
        shop.log.rows[-1] = log_entry(DAY, 1000, len(reasons))
        shop.set("quarantine", **MAPPING)

    def run(self) -> Report:
        shop, table = self.shop, self.table
        shop.write()
        engine = sa.create_engine(shop.url, poolclass=sa.pool.NullPool)
        made = sa.Table(
            table.name,
            sa.MetaData(),
            *(sa.Column(name, kind) for name, kind in table.columns.items()),
        )
        with engine.begin() as connection:
            made.create(connection)
            connection.execute(made.insert().values(table.rows))
        engine.dispose()
        return shop.run()


REASONS: list[str | None] = ["a", "a", "b", None, " "]


def details(report: Report) -> tuple[object, object]:
    """The rejected rows and their reasons, as the verdict carries them."""
    (verdict,) = [check for check in report.checks if check.id == "quarantine_rate"]
    assert verdict.status is Status.GREEN
    return verdict.details["rejected_rows"], {
        reason["reason"]: reason["rows"] for reason in verdict.details["reasons"]
    }


def test_the_days_rows_by_reason(shop: Shop) -> None:
    report = RejectingShop(shop, REASONS).run()
    assert details(report) == (5, {"a": 2, "(no reason)": 2, "b": 1})
    assert report.warnings == ()


def test_a_query(shop: Shop) -> None:
    rejecting = RejectingShop(shop, REASONS)
    query = "SELECT rejected_at, why FROM rejected_rows WHERE why = 'a'"
    shop.set("quarantine", table=None, query=query)
    report = rejecting.run()
    assert details(report) == (2, {"a": 2})
    assert report.warnings == (
        "quarantine: the query of quarantine holds for Saturday 8 March 2 rejected rows, "
        "but the audit log says that 5 were quarantined",
    )


def test_rare_reasons_are_put_together(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checks.quarantine.tables.MOST_GROUPS", 2)
    report = RejectingShop(shop, ["a", "a", "a", "b", "b", "c", "d"]).run()
    assert details(report) == (7, {"a": 3, "b": 2, "other reasons": 2})


def test_a_day_without_rejected_rows(shop: Shop) -> None:
    report = RejectingShop(shop, []).run()
    assert (details(report), report.warnings) == ((0, {}), ())


@pytest.fixture
def duck(tmp_path: Path) -> Shop:
    return Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")


@pytest.mark.parametrize(
    ("mapping", "rows", "warning"),
    [
        (
            {"occurred_at": None},
            None,
            "quarantine.occurred_at is not mapped, so the rows of Saturday 8 March cannot be found",
        ),
        ({"table": "gone"}, None, "table 'gone' does not exist (missing_table)"),
        (
            {"occurred_at": "when"},
            None,
            "table 'rejected_rows' has no column 'when'; it has 'rejected_at', 'why' "
            "(missing_column)",
        ),
        (
            {"reason": "because"},
            5,
            "table 'rejected_rows' has no column 'because'; it has 'rejected_at', 'why'",
        ),
        ({"reason": None}, 5, None),
    ],
)
def test_what_is_missing_is_a_warning(
    duck: Shop, mapping: dict[str, str | None], rows: int | None, warning: str | None
) -> None:
    rejecting = RejectingShop(duck, REASONS)
    duck.set("quarantine", **mapping)
    report = rejecting.run()
    assert details(report) == (rows, {})
    # Between name and cause may stand what the driver said.
    warnings = [re.sub(r"\(Catalog Error.*\) \(", "(", warnings) for warnings in report.warnings]
    assert warnings == ([f"quarantine: {warning}"] if warning else [])


def test_reasons_that_are_no_text(duck: Shop) -> None:
    rejecting = RejectingShop(duck, [])
    rejecting.table.columns["why"] = sa.Integer()
    rejecting.table.rows = [{"rejected_at": at(DAY), "why": code} for code in (404, 404, 500)]
    assert details(rejecting.run()) == (3, {"404": 2, "500": 1})


def test_files_beside_a_configuration(duck: Shop) -> None:
    folder = duck.folder / "quarantine"
    folder.mkdir()
    (folder / "events_20250308_errors.csv").write_text(lines("a", "b", "a"), encoding="utf-8")
    duck.log.rows[-1] = log_entry(DAY, 1000, 3)
    duck.set("quarantine", files="quarantine/*.csv", reason="error_reason", occurred_at="timestamp")
    duck.write()
    report = duck.run()
    assert details(report) == (3, {"a": 2, "b": 1})
    assert report.warnings == ()


def test_a_shop_whose_quarantine_is_gone_is_judged_all_the_same(duck: Shop) -> None:
    duck.set("quarantine", files="quarantine/*.csv", reason="error_reason")
    duck.write()
    report = duck.run()
    assert details(report) == (None, {})
    assert report.exit_code == 0
    assert report.warnings == (
        "quarantine: no file matches 'quarantine/*.csv', although the audit log says that "
        "10 rows were quarantined",
    )
