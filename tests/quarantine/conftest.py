"""A folder with rejected rows, and a log that says how many there should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from checks.config.database import WarehouseConfig
from checks.config.model import Config, QuarantineSource
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.metrics import RejectedRows
from checks.core.timeframe import Timeframe, timeframe
from checks.quarantine import read_rejected_rows
from checks.warehouse import Warehouse
from tests.warehouse.conftest import duck, shop

__all__ = ["duck", "shop"]

DAY = date(2025, 3, 8)
RUN = date(2025, 3, 9)
NOW = datetime(2025, 3, 9, 6, tzinfo=UTC)
SOURCE = "events_20250308.csv"
FILE = "events_20250308_errors.csv"
HEADER = "client_id,timestamp,error_reason\n"


def entry(source: str | None = SOURCE, quarantined: Any = 2, hour: int = 2) -> AuditEntry:
    """One row of the log, written on the morning of the run."""
    run_at = datetime(2025, 3, 9, hour, tzinfo=UTC)
    return AuditEntry(source, run_at, 100, quarantined)


def audit_log(*entries: AuditEntry, has_source: bool = True) -> AuditLog:
    """The log of the run date."""
    return AuditLog(RUN, {RUN: entries} if entries else {}, has_source=has_source)


def lines(*reasons: str, day: date = DAY) -> str:
    """A CSV file with a row for each reason."""
    return HEADER + "".join(f"c{i},{day}T0{i % 10}:00:00Z,{r}\n" for i, r in enumerate(reasons))


@dataclass
class Desk:
    """Files to write, a pattern to change, and the reading of them."""

    folder: Path
    pattern: str = "*.csv"
    log: AuditLog = field(default_factory=lambda: audit_log(entry()))
    mapping: dict[str, Any] = field(
        default_factory=lambda: {"reason": "error_reason", "occurred_at": "timestamp"}
    )
    zone: str = "UTC"
    naive: str = "UTC"
    seconds: float = 60.0

    def write(self, name: str, content: str | bytes) -> Path:
        """A file of the quarantine folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def remaining(self) -> float:
        """Seconds left, as a warehouse tells them."""
        return self.seconds

    def config(self) -> Config:
        """A configuration beside the quarantine folder, as the loader would make it."""
        from glob import escape

        pattern = self.pattern
        if not Path(pattern).is_absolute():
            pattern = f"{escape(str(self.folder.parent))}/{self.folder.name}/{pattern}"
        return Config(
            path=self.folder.parent / "andon.yml",
            pipeline="shop",
            timezone=ZoneInfo(self.zone),
            warehouse=WarehouseConfig(
                url="duckdb://",
                naive_timestamps=ZoneInfo(self.naive),
                timeout_seconds=self.seconds,
            ),
            checks={},
            quarantine=QuarantineSource(files=pattern, **self.mapping),
        )

    def frame(self) -> Timeframe:
        """The judged day."""
        return timeframe(NOW, ZoneInfo(self.zone), run_date=RUN)

    def read(self) -> RejectedRows:
        """What the reader makes of it. Files only ask the warehouse how much time is left."""
        return read_rejected_rows(self.config(), self.frame(), self.log, cast("Warehouse", self))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty quarantine folder."""
    folder = tmp_path / "quarantine"
    folder.mkdir()
    return Desk(folder)


@pytest.fixture
def broken_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Makes the search for files raise."""

    def arrange(error: BaseException) -> None:
        def search(*args: object, **options: object) -> Iterable[str]:
            raise error

        monkeypatch.setattr("checks.quarantine.files.select", search)

    return arrange
