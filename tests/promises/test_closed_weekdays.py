"""Promised: a weekday without events raises no red by itself once the weeks before show that it is
closed, and a real outage on another weekday is red as ever.

Gated day by day over a shop in DuckDB that is closed on some weekdays and configures none of them;
with and without a history, with what people accept, and through the command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import Report, Status
from checks.cli import main
from checks.core.records import Closing
from checks.evaluation.backtest import replay
from checks.evidence import volume
from checks.evidence.context import open_context
from checks.history import history_of
from tests import moment
from tests.closed_shop import LAST, ClosedShop
from tests.scheduled_shop import ScheduledShop

RED, AMBER, GREEN, SKIPPED = Status.RED, Status.AMBER, Status.GREEN, Status.SKIPPED
JUDGED = ("freshness", "event_volume")
#: Checks of the log, which is not mapped, and of the volume as a whole.
OFF = (
    "log_entry_exists_today", "rows_read", "run_status", "quarantine_rate", "sources_complete",
    "volume_zscore", "volume_trend",
)  # fmt: skip
REST = ("missing_revenue", "orphan_orders")
SUNDAY, SATURDAY, MONDAY = LAST, LAST - timedelta(days=1), LAST - timedelta(days=6)


def shop_without_log(folder: Path, weekdays: Iterable[int] = (6,), days: int = 60) -> ClosedShop:
    """A shop that maps no audit log: nothing but events and orders says that a day is empty."""
    shop = ClosedShop(folder, "[]", set(weekdays), days=days)
    text = shop.path.read_text(encoding="utf-8")
    begin, end = text.index("audit_log:"), text.index("events:")
    history = f"history: {{url: 'sqlite:///{folder / 'history.db'}'}}\n"
    off = "".join(f"  {check}: {{enabled: false}}\n" for check in OFF)
    changed = f"{text[:begin]}{history}{text[end:]}checks:\n{off}"
    shop.path.write_text(changed, encoding="utf-8")
    return shop


def weekdays_back(count: int, last: date = SUNDAY) -> list[date]:
    """The same weekday, `count` times, the last one last."""
    return [last - timedelta(weeks=back) for back in range(count - 1, -1, -1)]


def gate(shop: ClosedShop, day: date, **options: object) -> dict[str, Status]:
    return shop.statuses(day, use_history=True, record=True, **options)


def only(statuses: dict[str, Status], checks: Iterable[str] = JUDGED) -> set[Status]:
    return {statuses[check] for check in checks}


@pytest.mark.parametrize("weekdays", [{6}, {2}, {5, 6}])
def test_no_red_day_from_the_fourth_closed_weekday_on(tmp_path: Path, weekdays: set[int]) -> None:
    shop = shop_without_log(tmp_path, weekdays)
    shop.write()
    config = shop.config()
    replayed = replay(
        config, config, days=60, last=LAST, now=_morning_after(LAST), progress=lambda text: None
    )
    by_weekday: dict[int, list[dict[str, Status | None]]] = {}
    for day in replayed.days:
        statuses = {check: day.now.status(check) for check in (*JUDGED, *REST)}
        if day.data_date.weekday() in weekdays:
            by_weekday.setdefault(day.data_date.weekday(), []).append(statuses)
        else:
            assert RED not in statuses.values()
    assert by_weekday.keys() == weekdays
    for closed in by_weekday.values():
        assert [statuses["freshness"] for statuses in closed[:3]] == [RED, AMBER, AMBER]
        for statuses in closed[3:]:
            assert (statuses["freshness"], statuses["event_volume"]) == (GREEN, GREEN)
            assert {statuses[check] for check in REST} == {SKIPPED}


def test_an_outage_on_another_weekday_is_red_as_ever_and_so_is_the_closed_day_after_it(
    tmp_path: Path,
) -> None:
    shop = shop_without_log(tmp_path)
    shop.close([SATURDAY, MONDAY])
    shop.write()
    for day in (MONDAY, SATURDAY, SUNDAY):
        assert only(shop.statuses(day)) == {RED}
    assert only(shop.statuses(SUNDAY - timedelta(weeks=1))) == {GREEN}


def test_a_new_installation_learns_from_the_warehouse_and_stays_green(tmp_path: Path) -> None:
    shop = shop_without_log(tmp_path, days=90)
    shop.write()
    for day in weekdays_back(6):
        assert only(gate(shop, day)) == {GREEN}


def test_red_days_that_nobody_accepted_teach_nothing(tmp_path: Path) -> None:
    shop = shop_without_log(tmp_path, days=33)
    shop.write()
    for day in weekdays_back(5):
        assert only(gate(shop, day)) == {RED}
    report = shop.report(SUNDAY, use_history=True)
    (freshness,) = (verdict for verdict in report.checks if verdict.id == "freshness")
    assert "add `closed: [sunday]` to `calendar`" in freshness.action
    assert only(shop.statuses(SUNDAY)) == {GREEN}  # without the history


@pytest.mark.parametrize("closing", list(Closing))
def test_each_accepted_day_teaches(tmp_path: Path, closing: Closing) -> None:
    """Both checks follow from one incident; it is closed the next day."""
    shop = shop_without_log(tmp_path, days=33)
    shop.write()
    config = shop.config()
    seen: list[Status] = []
    for day in weekdays_back(5):
        statuses = gate(shop, day)
        seen.append(statuses["freshness"])
        assert only(statuses) == {seen[-1]}
        gate(shop, day + timedelta(days=1))
        if seen[-1] is RED:
            history_of(config).close_incident(
                config.pipeline, "freshness", closing, owner="Mia", note="",
                now=_morning_after(day + timedelta(days=1)) + timedelta(hours=1),
            )  # fmt: skip
    learned = [RED, AMBER, AMBER, GREEN, GREEN]
    assert seen == (learned if closing is not Closing.FIXED else [RED] * 5)


def test_two_failed_mondays_teach_nothing(tmp_path: Path) -> None:
    shop = shop_without_log(tmp_path, ())
    mondays = weekdays_back(3, MONDAY)
    shop.close(mondays[1:])
    shop.write()
    assert [only(gate(shop, day)) for day in mondays] == [{GREEN}, {RED}, {RED}]


def test_a_learned_weekday_that_has_events_is_judged_as_ever_and_learned_again(
    tmp_path: Path,
) -> None:
    shop = shop_without_log(tmp_path)
    opened = SUNDAY - timedelta(weeks=1)
    shop.set(opened, 300)
    shop.until = {opened: 12.0}
    shop.write()
    assert shop.statuses(opened)["freshness"] is RED  # nothing after noon
    assert only(shop.statuses(SUNDAY)) == {GREEN}  # three of four


@pytest.mark.parametrize(("stray", "status"), [(0, GREEN), (12, GREEN), (60, RED)])
def test_a_few_night_events_make_no_open_day(tmp_path: Path, stray: int, status: Status) -> None:
    shop = shop_without_log(tmp_path)
    for day in weekdays_back(8):
        shop.set(day, stray)
        shop.until[day] = 3.0
    shop.write()
    assert shop.statuses(SUNDAY)["freshness"] is status


def test_each_day_of_a_run_is_learned_by_itself(tmp_path: Path) -> None:
    """Monday's run loads the weekend; the shop rests on Sundays, and once failed on a Saturday."""
    shop = ScheduledShop(tmp_path, closed_weekdays={6}, days=60)
    shop.close([SATURDAY - timedelta(weeks=1)])
    shop.write()
    run_date = SUNDAY + timedelta(days=1)
    now, before = shop.by_day(run_date), shop.by_day(run_date - timedelta(weeks=1))
    assert [only(now[day]) for day in (SATURDAY, SUNDAY)] == [{GREEN}, {GREEN}]
    assert [only(before[day - timedelta(weeks=1)]) for day in (SATURDAY, SUNDAY)] == [{RED}, {RED}]


def test_a_weekday_is_learned_beside_one_that_is_listed(tmp_path: Path) -> None:
    shop = ClosedShop(tmp_path, "[saturday]", {5, 6}, days=60)
    shop.write()
    assert only(shop.statuses(SUNDAY)) == {GREEN}
    assert "as on the last 4 Sundays" in shop.messages(SUNDAY)["freshness"]
    assert shop.messages(SATURDAY)["freshness"] == "lag=none (closed: Saturday)"
    assert only(shop.statuses(SUNDAY - timedelta(days=2))) == {GREEN}


def test_what_is_remembered_changes_no_verdict(tmp_path: Path) -> None:
    shop = shop_without_log(tmp_path)
    shop.write()
    for day in weekdays_back(4):
        alone = shop.report(day)
        remembering = shop.report(day, use_history=True, remember=True)
        assert _shown(alone) == _shown(remembering)


@settings(max_examples=15, deadline=None)
@given(closed=st.sets(st.integers(0, 34)), back=st.integers(0, 6))
def test_random_closures_are_judged_the_same_with_and_without_remembered_counts(
    tmp_path_factory: pytest.TempPathFactory, closed: set[int], back: int
) -> None:
    shop = shop_without_log(tmp_path_factory.mktemp("shop"), days=40)
    shop.close(LAST - timedelta(days=number) for number in closed)
    shop.write()
    day = LAST - timedelta(days=back)
    shop.report(day - timedelta(days=1), use_history=True, remember=True)
    remembering = shop.report(day, use_history=True, remember=True)
    assert _shown(remembering) == _shown(shop.report(day))


def test_a_history_that_cannot_be_read_teaches_nothing(tmp_path: Path) -> None:
    shop = shop_without_log(tmp_path)
    shop.write()
    (tmp_path / "history.db").write_bytes(b"this is no store" * 100)
    assert only(shop.statuses(SUNDAY, use_history=True)) == {RED}


def test_where_no_check_compares_days_nothing_is_learned(tmp_path: Path) -> None:
    shop = shop_without_log(tmp_path)
    off = "".join(
        f"  {check}: {{enabled: false}}\n" for check in ("event_volume", "volume_expected")
    )
    shop.path.write_text(shop.path.read_text(encoding="utf-8") + off, encoding="utf-8")
    shop.write()
    assert shop.statuses(SUNDAY)["freshness"] is RED


@pytest.mark.parametrize(
    ("back", "state"), [(2, "silent"), (1, "possibly_closed"), (0, "possibly_closed")]
)
@pytest.mark.parametrize("days", [20, 60])
def test_the_page_says_the_same_of_the_names(
    tmp_path: Path, days: int, back: int, state: str
) -> None:
    shop = shop_without_log(tmp_path, days=days)
    shop.write()
    day = SUNDAY - timedelta(weeks=back)
    (verdict,) = (one for one in shop.report(day).checks if one.id == "event_volume")
    with open_context(shop.config(), day, _morning_after(day)) as context:
        names = {series.name: series.state for series in volume.read(context).names}
    assert {name["name"]: name["state"] for name in verdict.details["names"]} == names
    assert set(names.values()) == {state if days == 20 else "closed"}


# ---- through the command line


@pytest.mark.parametrize(
    ("days", "code", "status"), [(60, 0, "green"), (20, 0, "amber"), (6, 1, "red")]
)
@pytest.mark.parametrize("data_date", [(), ("--data-date", "latest")])
def test_the_gate_of_a_monday_morning(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    days: int,
    code: int,
    status: str,
    data_date: tuple[str, ...],
) -> None:
    """Nothing is configured of Sundays: the run judges Sunday, or the newest day."""
    shop = shop_without_log(tmp_path, days=days)
    shop.write()
    config = ["--config", str(shop.path)]
    with moment.at(_morning_after(SUNDAY)):
        assert main(["gate", *config, "--format", "json", "--no-explain", *data_date]) == code
    report = json.loads(capsys.readouterr().out)
    expected_date = SATURDAY if data_date else SUNDAY
    assert report["data_date"] == str(expected_date)
    (freshness,) = (check for check in report["checks"] if check["id"] == "freshness")
    assert freshness["status"] == status
    if status != "red":
        assert "Sunday 29 June has no event, as on the last" in freshness["summary"]
        assert "closed: [sunday]" in freshness["summary"] + freshness["action"]


def _shown(report: Report) -> list[tuple[str, str, str, str]]:
    return [(v.id, v.status, v.message, v.summary) for v in report.checks]


def _morning_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(6), UTC)
