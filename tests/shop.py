"""A small healthy shop in any engine, for tests to break in one place at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from checks import Config, DataMonitor, Report, Verdict, load_config
from tests.engines import of_url
from tests.engines.base import Engine

DAY = date(2025, 3, 8)
RUN = date(2025, 3, 9)
NOW = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)
Row = dict[str, Any]


def at(day: date, hour: float = 12.0) -> datetime:
    """A naive UTC time."""
    return datetime(day.year, day.month, day.day) + timedelta(hours=hour)  # noqa: DTZ001


@dataclass
class Table:
    """Name, column types and rows, before they are written."""

    name: str
    columns: dict[str, Any]
    rows: list[Row] = field(default_factory=list)
    schema: str | None = None


def _events() -> Table:
    table = Table(
        "stg_events",
        {
            "client_id": sa.String(40),
            "timestamp": sa.DateTime(),
            "event_name": sa.String(80),
            "transaction_id": sa.String(40),
            "revenue": sa.Double(),
        },
    )
    for back in range(10, -1, -1):
        day = DAY - timedelta(days=back)
        views = 20 + back % 3
        table.rows += [view(day, 24 * i / views + 0.5) for i in range(views)]
        table.rows += [purchase(day, i) for i in range(12)]
    return table


def view(day: date, hour: float, name: str | None = "page_viewed") -> Row:
    """One event that is no purchase."""
    return {
        "client_id": "c1",
        "timestamp": at(day, hour),
        "event_name": name,
        "transaction_id": None,
        "revenue": None,
    }


def purchase(day: date, number: int, revenue: object = 25.5) -> Row:
    """The `number`th purchase of a day."""
    return {
        "client_id": "c2",
        "timestamp": at(day, 1.9 * (number % 12) + 1),
        "event_name": "purchase",
        "transaction_id": order_id(day, number),
        "revenue": revenue,
    }


def order_id(day: date, number: int) -> str:
    """The id that a purchase and its order share."""
    return f"ORD-{day:%Y%m%d}-{number:03}"


def order(day: date, number: int, session: object = None, revenue: object = 25.5) -> Row:
    """The order of the `number`th purchase of a day."""
    return {
        "transaction_id": order_id(day, number),
        "purchase_time": at(day, 1.9 * (number % 12) + 1),
        "lc_session_id": session or f"s-{day:%Y%m%d}-{number:03}",
        "revenue": revenue,
    }


def log_entry(day: date, read: object = 1000, quarantined: object = 10, **more: Any) -> Row:
    """The entry of the load of a data day, written on the next morning."""
    run = at(day + timedelta(days=1), 2.25)
    return {
        "filename": f"events_{day:%Y%m%d}.csv",
        "run_timestamp": run,
        "rows_read": read,
        "rows_quarantined": quarantined,
        "status": "success",
    } | more


def _orders() -> Table:
    columns = {
        "transaction_id": sa.String(40),
        "purchase_time": sa.DateTime(),
        "lc_session_id": sa.String(40),
        "revenue": sa.Double(),
    }
    days = [DAY - timedelta(days=back) for back in range(10, -1, -1)]
    return Table("fct_attribution", columns, [order(d, i) for d in days for i in range(12)])


def _sessions() -> Table:
    days = [DAY - timedelta(days=back) for back in range(10, -1, -1)]
    rows = [{"session_id": f"s-{d:%Y%m%d}-{i:03}"} for d in days for i in range(12)]
    return Table("dim_sessions", {"session_id": sa.String(40)}, rows)


def _log() -> Table:
    columns = {
        "filename": sa.String(80),
        "run_timestamp": sa.DateTime(),
        "rows_read": sa.BigInteger(),
        "rows_quarantined": sa.BigInteger(),
        "status": sa.String(40),
    }
    days = [DAY - timedelta(days=back) for back in range(10, -1, -1)]
    return Table("pipeline_logs", columns, [log_entry(day) for day in days])


def healthy_tables() -> tuple[Table, Table, Table, Table]:
    """Events, orders, sessions and the audit log, with which every check is green."""
    return _events(), _orders(), _sessions(), _log()


SETTINGS: dict[str, Any] = {
    "pipeline": "shop",
    "audit_log": {
        "table": "pipeline_logs", "run_at": "run_timestamp", "rows_read": "rows_read",
        "rows_quarantined": "rows_quarantined", "source": "filename", "status": "status",
    },
    "events": {
        "table": "stg_events", "occurred_at": "timestamp", "name": "event_name",
        "revenue": "revenue", "order_id": "transaction_id",
        "purchase_names": ["purchase"],
    },
    "orders": {
        "table": "fct_attribution", "order_id": "transaction_id", "ordered_at": "purchase_time",
        "session_id": "lc_session_id", "revenue": "revenue",
    },
    "sessions": {"table": "dim_sessions", "session_id": "session_id"},
}  # fmt: skip


class Shop:
    """Tables and settings to change, then `write` and `run`."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.events, self.orders, self.sessions, self.log = healthy_tables()
        self.more: list[Table] = []
        self.settings: dict[str, Any] = {
            key: dict(value) if isinstance(value, dict) else value
            for key, value in SETTINGS.items()
        }
        self.settings["warehouse"] = {"url": url}
        self.settings["history"] = {"url": f"sqlite:///{folder / 'history.db'}"}

    @property
    def tables(self) -> tuple[Table, ...]:
        return (self.events, self.orders, self.sessions, self.log, *self.more)

    @property
    def engine(self) -> Engine:
        """The engine that the shop's tables are written to, and what it can do."""
        return of_url(self.url)

    def set(self, section: str, **values: Any) -> None:
        """Change keys of a section; None removes one."""
        merged = self.settings.setdefault(section, {}) | values
        self.settings[section] = {k: v for k, v in merged.items() if v is not None}

    def parameters(self, check: str, **values: Any) -> None:
        """Set parameters of a check."""
        self.settings.setdefault("checks", {})[check] = values

    def write(self, *statements: str) -> None:
        """Create the tables anew and fill them, then run statements of a test's own."""
        self.engine.write(self.url, self.tables, statements)

    def config(self) -> Config:
        """The settings as a real file, loaded."""
        import yaml

        path = self.folder / "andon.yml"
        path.write_text(yaml.safe_dump(self.settings), encoding="utf-8")
        return load_config(path)

    def run(self, **options: Any) -> Report:
        """Evaluate the judged day."""
        return DataMonitor(self.config()).run(**({"date": RUN, "now": NOW} | options))

    def verdicts(self, **options: Any) -> Mapping[str, Verdict]:
        """The verdicts by check."""
        return {verdict.id: verdict for verdict in self.run(**options).checks}
