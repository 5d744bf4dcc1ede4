"""A shop on DuckDB that is loaded by a schedule: Monday's run may load the whole weekend."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from checks import Config, Report, Status, load_config
from checks.config.schedules import schedule_of
from checks.evaluation.engine import evaluate
from tests.closed_shop import ClosedShop

WEEKDAYS = '{runs: "0 6 * * 1-5", grace: 2h, loads: since_last_run}'


class ScheduledShop(ClosedShop):
    """Each data day has a file, loaded by the run of the schedule that loads the day."""

    def __init__(
        self, folder: Path, schedule: str = WEEKDAYS, more: str = "", closed: str = "[]",
        **options: object,
    ) -> None:  # fmt: skip
        """schedule: the section as YAML. more: further sections. closed: `calendar.closed`."""
        super().__init__(folder, closed, **options)  # type: ignore[arg-type]
        text = self.path.read_text(encoding="utf-8") + f"schedule: {schedule}\n{more}\n"
        self.path.write_text(text, encoding="utf-8")
        self._loaded: Config = load_config(self.path)

    def run_at(self, day: date) -> datetime:
        """Ten minutes after the run's time."""
        schedule = schedule_of(self._loaded)
        due = schedule.due(schedule.run_date_of(day))
        assert due is not None
        return due.replace(tzinfo=None) + timedelta(minutes=10)

    def run(self, run_date: date | None, now: datetime | None = None, **options: object) -> Report:
        """The report of a run, by default an hour after its grace."""
        if now is None:
            assert run_date is not None
            expected_by = schedule_of(self._loaded).expected_by(run_date)
            assert expected_by is not None
            now = expected_by.astimezone(UTC) + timedelta(hours=1)
        defaults: dict[str, object] = {"use_history": False, "explain": False}
        return evaluate(self._loaded, date=run_date, now=now, **(defaults | options))  # type: ignore[arg-type]

    def by_day(self, run_date: date, **options: object) -> dict[date, dict[str, Status]]:
        """Each check's status for each data date of a run."""
        report = self.run(run_date, **options)  # type: ignore[arg-type]
        return {
            day.data_date: {verdict.id: verdict.status for verdict in day.checks}
            for day in report.by_day()
            if day.data_date is not None
        }
