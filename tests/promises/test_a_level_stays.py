"""Promised: a volume that is red by staying at another level is red until the counts are back or a
person accepts it, and what is accepted is told with who, when and why, and can be revoked.

Proved by gates that are recorded day by day on small shops, with and without the history.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from checks import Report, Status, Verdict
from checks.core.errors import UsageError
from checks.evaluation.accepting import AcceptanceRequest, accept
from checks.history import StoredAcceptance, history_of
from checks.outputs import render
from tests.closed_shop import LAST, ClosedShop
from tests.parts_shop import PartsShop
from tests.scheduled_shop import ScheduledShop

RED, GREEN, AMBER = Status.RED, Status.GREEN, Status.AMBER
#: The level begins so many days before the last day.
DAYS = 40


def day(back: int) -> date:
    return LAST - timedelta(days=back)


def shop_at(folder: Path, factor: float, days: int = DAYS) -> ClosedShop:
    """A shop whose last days are at another level."""
    shop = ClosedShop(folder, "[]")
    for back in range(days):
        shop.set(day(back), round(shop.counts[day(back)] * factor))
    shop.write()
    return shop


def volume(report: Report, check: str = "volume_expected") -> Verdict:
    return {verdict.id: verdict for verdict in report.checks}[check]


def accepted(shop: ClosedShop, back: int) -> StoredAcceptance:
    """Before the morning's gate runs again."""
    config, now = shop.config(), datetime.combine(day(back - 1), time(5), UTC)
    request = AcceptanceRequest("volume_expected", "Mia", "a smaller shop")
    return accept(config, history_of(config), request, now)


@pytest.mark.parametrize("factor", [0.1, 0.5, 0.7, 1.6, 2.0])
@pytest.mark.parametrize("use_history", [True, False])
def test_a_level_stays_red(tmp_path: Path, factor: float, use_history: bool) -> None:
    shop = shop_at(tmp_path, factor)
    assert volume(shop.report(day(DAYS), use_history=use_history)).status is GREEN
    for back in (DAYS - 1, DAYS - 4, DAYS - 9, 14, 7, 3, 0):
        report = shop.report(day(back), use_history=use_history, record=use_history)
        verdict = volume(report)
        assert verdict.status is RED, back
        assert report.exit_code == 1
        if back < DAYS - 4:
            word = "low" if factor < 1 else "high"
            assert verdict.message.endswith(f"; {word} since {day(DAYS - 1)})")
            assert "andon accept volume_expected --reason TEXT" in verdict.action


def test_what_is_accepted_is_normal_until_it_is_revoked(tmp_path: Path) -> None:
    shop = shop_at(tmp_path, 0.5)
    options = {"use_history": True, "record": True}
    for back in range(DAYS - 1, DAYS - 8, -1):
        shop.report(day(back), **options)
    stored = accepted(shop, DAYS - 7)
    assert (stored.kind, stored.subject) == ("level", f"low since {day(DAYS - 1)}")
    assert stored.data_date == day(DAYS - 7)
    for back in (DAYS - 7, DAYS - 8, DAYS - 15, 1, 0):
        report = shop.report(day(back), **options)
        assert volume(report).status is GREEN, back
        (told,) = report.acceptances
        assert (told.owner, told.reason, told.holds) == ("Mia", "a smaller shop", True)
        assert "times the level before" in told.why
        assert "Mia" in render("text", report)
    before = shop.report(day(DAYS - 6), use_history=True)
    assert volume(before).status is RED, "an acceptance holds from its day on"
    history = history_of(shop.config())
    history.revoke_acceptance(
        stored.id, shop.config().pipeline, "Bo", datetime.combine(day(-1), time(8), UTC)
    )
    revoked = shop.report(day(0), use_history=True)
    assert volume(revoked).status is RED
    assert revoked.acceptances[-1].why.startswith("revoked by Bo on ")


def test_from_an_accepted_level_the_old_one_and_half_of_it_are_red(tmp_path: Path) -> None:
    shop = shop_at(tmp_path, 0.5)
    shop.report(day(DAYS - 5), use_history=True, record=True)
    accepted(shop, DAYS - 5)
    normal = shop.counts[day(3)]
    for count, status in ((normal * 2, RED), (normal, GREEN), (normal // 2, RED)):
        shop.set(day(3), count)
        shop.write()
        assert volume(shop.report(day(3), use_history=True)).status is status, count


def test_the_trend_does_not_decline_from_an_accepted_level(tmp_path: Path) -> None:
    shop = shop_at(tmp_path, 0.6, days=8)
    shop.report(day(3), use_history=True, record=True)
    assert volume(shop.report(day(0), use_history=True), "volume_trend").status is AMBER
    accepted(shop, 3)
    assert volume(shop.report(day(0), use_history=True), "volume_trend").status is GREEN


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_names_that_go_with_the_level_are_no_finding(tmp_path: Path, factor: float) -> None:
    shop = shop_at(tmp_path, factor)
    shop.report(day(DAYS - 7), use_history=True, record=True)
    for back in (DAYS - 7, DAYS - 20, 0):
        assert volume(shop.report(day(back), use_history=True), "event_volume").status is GREEN
    accepted(shop, DAYS - 7)
    for back in (DAYS - 7, DAYS - 20, 0):
        assert volume(shop.report(day(back), use_history=True), "event_volume").status is GREEN


@pytest.mark.parametrize("back", [DAYS - 1, DAYS - 2])
def test_before_it_is_confirmed_there_is_nothing_to_accept(tmp_path: Path, back: int) -> None:
    shop = shop_at(tmp_path, 0.5)
    verdict = volume(shop.report(day(back), use_history=True, record=True))
    assert verdict.status is RED
    assert "accept" not in verdict.action
    with pytest.raises(UsageError, match="records no level for which volume_expected failed"):
        accepted(shop, back)


@pytest.mark.parametrize("days", [1, 3, 7, 14])
def test_after_an_outage_the_first_whole_day_is_green(tmp_path: Path, days: int) -> None:
    shop = ClosedShop(tmp_path, "[]")
    shop.close(day(back) for back in range(10, 10 + days))
    shop.write()
    for back in range(10, 10 + days):
        assert volume(shop.report(day(back))).status is RED, back
    for back in range(9, -1, -1):
        assert volume(shop.report(day(back))).status is GREEN, back


def test_each_day_of_a_run_knows_the_level(tmp_path: Path) -> None:
    shop = ScheduledShop(tmp_path)
    friday = date(2025, 6, 27)
    for back in range(9):
        changed = date(2025, 6, 29) - timedelta(days=back)
        shop.set(changed, shop.counts[changed] // 2)
    shop.write()
    report = shop.run(date(2025, 6, 30), use_history=True, record=True)
    assert [volume(each).status for each in report.by_day()] == [RED] * 3
    config = shop.config()
    request = AcceptanceRequest("volume_expected", "Mia", "a smaller shop")
    stored = accept(config, history_of(config), request, datetime(2025, 6, 30, 12, tzinfo=UTC))
    assert stored.data_date == friday
    later = datetime(2025, 6, 30, 13, tzinfo=UTC)
    again = shop.run(date(2025, 6, 30), later, use_history=True)
    assert [volume(each).status for each in again.by_day()] == [GREEN] * 3


def test_a_wider_range_has_no_level_where_its_check_has_none(tmp_path: Path) -> None:
    shop = shop_at(tmp_path, 0.7)
    text = shop.path.read_text(encoding="utf-8")
    shop.path.write_text(f"{text}checks: {{volume_expected: {{widen: 4}}}}\n", encoding="utf-8")
    report = shop.report(day(20))
    assert volume(report).status is GREEN
    assert volume(report).details["level"] is None
    assert volume(report, "event_volume").status is GREEN


@pytest.mark.parametrize("factor", [0.3, 0.5, 2.0])
def test_the_first_day_back_stops_no_line_and_the_second_is_green(
    tmp_path: Path, factor: float
) -> None:
    shop = ClosedShop(tmp_path, "[]")
    for back in range(2, 12):
        shop.set(day(back), round(shop.counts[day(back)] * factor))
    shop.write()
    low, first, second = (shop.report(day(back)) for back in (2, 1, 0))
    assert volume(low).status is RED
    assert volume(first).status is AMBER
    assert volume(second).status is GREEN
    assert "a second one in a row ends the level" in volume(first).summary
    for report in (first, second):
        score = volume(report, "volume_zscore")
        assert score.status in (AMBER, GREEN), score.message


def _failing(verdict: Verdict) -> set[str]:
    """The names and values that are out of their range or at a level."""
    names = [name for name in verdict.details["names"] if name["state"] in ("collapsed", "surged")]
    return {*(name["name"] for name in names), *(s["value"] for s in verdict.details["segments"])}


BIG = {
    ("view", "app"): 500.0, ("view", "web"): 200.0, ("search", "app"): 60.0,
    ("search", "web"): 60.0,
}  # fmt: skip


@pytest.mark.parametrize("name_falls", [False, True])
@pytest.mark.parametrize("left", [0.1, 0.3])
@pytest.mark.parametrize("accepted_after", [2, 3, 6])
def test_a_part_that_carries_the_fall_of_the_whole_is_accepted_by_itself(
    tmp_path: Path, left: float, accepted_after: int, name_falls: bool
) -> None:
    """The whole stays red until its own level is accepted; the part is told no more."""

    def change(name: str, device: str, back: int) -> float:
        falls = name == "view" if name_falls else device == "app"
        return left if falls and back < 16 else 1.0

    shop = PartsShop(tmp_path, BIG, change, noise=0.03)
    config, history = shop.config(), history_of(shop.config())
    back = 15 - accepted_after
    on, subject = LAST - timedelta(days=back), "view" if name_falls else "device=app"
    shop.report(back, use_history=True, record=True)
    now = datetime.combine(on + timedelta(days=1), time(8), UTC)
    accept(config, history, AcceptanceRequest("event_volume", "Mia", "sold", subject), now)
    for later in (back, back - 1, back - 3, 3, 0):
        moment = datetime.combine(LAST - timedelta(days=later - 1), time(9), UTC)
        report = shop.report(later, use_history=True, now=moment)
        assert volume(report).status is RED, later
        parts = volume(report, "event_volume")
        assert subject.removeprefix("device=") not in _failing(parts), (later, parts.summary)
        (accepted_level,) = report.acceptances
        assert accepted_level.holds
        assert not accepted_level.why.startswith("1.00 times")
