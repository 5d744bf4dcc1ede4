"""Promised: the red and amber days that `andon power` and the volume page count are those on which
the gate would have been red and amber by these checks.

Proved by judging the same days with the gate's own judges, on shops with every kind of failure.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from checks import Status
from checks.evaluation.accepting import AcceptanceRequest, accept
from checks.evaluation.backtest import ReplayedDay, replay
from checks.evidence.context import open_context
from checks.evidence.power import CHECKS, Powers, read
from checks.history import history_of
from tests.parts_shop import LAST, Change, PartsShop

DAYS = 33
FAILED = (Status.RED, Status.AMBER, Status.UNKNOWN)
NOW = datetime.combine(LAST + timedelta(days=1), time(6), UTC)
USUAL = {
    (name, device): count * share
    for name, count in {"view": 240, "search": 80, "cart": 60}.items()
    for device, share in {"ios": 0.5, "android": 0.3, "tv": 0.2}.items()
}


def powers_of(shop: PartsShop) -> Powers:
    with open_context(shop.config(), LAST, NOW) as context:
        return read(context, days=DAYS)


def power_as_the_gate(shop: PartsShop, left_out: Collection[int] = ()) -> Powers:
    """The powers, where each day has the colour that the gate gives it.

    left_out: of the days so many before the last one nothing is said.
    """
    config, powers = shop.config(), powers_of(shop)
    days = replay(config, config, days=DAYS, last=LAST, now=NOW, progress=lambda text: None).days
    assert [rule.check for rule in powers.rules] == list(CHECKS)
    for rule in powers.rules:
        statuses = {day.data_date: day.now.status(rule.check) for day in days}
        failed = {
            day: status
            for day, status in statuses.items()
            if status in FAILED and (LAST - day).days not in left_out
        }
        counted = dict.fromkeys(rule.red_days, Status.RED)
        counted |= dict.fromkeys(rule.amber_days, Status.AMBER)
        assert counted == failed, rule.check
    worst = {day.data_date: _worst(day) for day in days}
    assert powers.red_days == {
        day
        for day, status in worst.items()
        if status is Status.RED and (LAST - day).days not in left_out
    }
    assert powers.amber_days == {
        day
        for day, status in worst.items()
        if status is Status.AMBER and (LAST - day).days not in left_out
    }
    return powers


def _worst(day: ReplayedDay) -> Status:
    statuses = [day.now.status(check) for check in CHECKS]
    return next(status for status in (*FAILED, Status.GREEN, Status.SKIPPED) if status in statuses)


def steady(name: str, device: str, back: int) -> float:
    return 1.0


def single_days(name: str, device: str, back: int) -> float:
    """One low day, one that came twice, and one without a device."""
    if device == "tv" and back == 28:
        return 0.0
    return {20: 0.4, 10: 2.0}.get(back, 1.0)


def a_name_stops(name: str, device: str, back: int) -> float:
    return 0.0 if name == "search" and 5 <= back < 20 else 1.0


def a_name_falls(name: str, device: str, back: int) -> float:
    return 0.15 if name == "search" and back < 20 else 1.0


def a_device_dies(name: str, device: str, back: int) -> float:
    return 0.0 if device == "tv" and 4 <= back < 16 else 1.0


def another_level(name: str, device: str, back: int) -> float:
    return 0.5 if 8 <= back < 25 else 1.0


def a_decline(name: str, device: str, back: int) -> float:
    return 0.97 ** max(0, 30 - back)


@pytest.mark.parametrize(
    ("change", "noise"),
    [
        (steady, 0.1), (single_days, 0.03), (a_name_stops, 0.1), (a_name_falls, 0.03),
        (a_device_dies, 0.1), (another_level, 0.03), (a_decline, 0.1),
    ],
)  # fmt: skip
def test_each_day_has_the_colour_that_the_gate_gives_it(
    tmp_path: Path, change: Change, noise: float
) -> None:
    power_as_the_gate(PartsShop(tmp_path, USUAL, change, noise=noise, days=120))


def a_sale(name: str, device: str, back: int) -> float:
    """Three days of a sale, and a low day soon after it."""
    return 3.0 if 6 <= back < 9 else 0.3 if back == 4 else 1.0


@pytest.mark.parametrize("expect", [", expect: 3.0", ""])
def test_days_of_the_calendar_say_nothing_of_others(tmp_path: Path, expect: str) -> None:
    first, last = LAST - timedelta(days=8), LAST - timedelta(days=6)
    calendar = f"days: [{{name: Sale, from: {first}, to: {last}{expect}}}]"
    shop = PartsShop(tmp_path, USUAL, a_sale, days=100, calendar=calendar)
    power_as_the_gate(shop, left_out=range(6, 9))


@pytest.mark.parametrize("last_is_closed", [True, False])
def test_closed_weekdays_are_as_for_the_gate(tmp_path: Path, last_is_closed: bool) -> None:
    closed = LAST.weekday() if last_is_closed else (LAST.weekday() + 3) % 7
    weekday = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"][closed]

    def change(name: str, device: str, back: int) -> float:
        is_closed = (LAST - timedelta(days=back)).weekday() == closed
        return 0.0 if is_closed else 0.97 ** max(0, 25 - back)

    shop = PartsShop(tmp_path, USUAL, change, days=100, calendar=f"closed: [{weekday}]")
    powers = power_as_the_gate(shop)
    assert all(rule.days_judged > 10 for rule in powers.rules)
    assert powers.amber_days


@pytest.mark.parametrize("revoked", [False, True])
@pytest.mark.parametrize("subject", ["device=tv", "search", None])
def test_after_an_acceptance_too(tmp_path: Path, subject: str | None, revoked: bool) -> None:
    def change(name: str, device: str, back: int) -> float:
        parts = {"device=tv": device == "tv", "search": name == "search", None: True}
        return 0.3 if parts[subject] and back < 14 else 1.0

    shop = PartsShop(tmp_path, USUAL, change, noise=0.03, days=100)
    config = shop.config()
    history, check = history_of(config), "event_volume" if subject else "volume_expected"
    on, morning = LAST - timedelta(days=7), datetime.combine(LAST - timedelta(days=6), time(6), UTC)
    shop.report(7, use_history=True, record=True)
    stored = accept(config, history, AcceptanceRequest(check, "Mia", "smaller", subject), morning)
    assert stored.data_date == on
    if revoked:
        history.revoke_acceptance(stored.id, config.pipeline, "Jon", morning + timedelta(hours=1))
    rules = {rule.check: rule for rule in powers_of(shop).rules}
    for back in (12, 8, 7, 6, 3, 0):
        day = LAST - timedelta(days=back)
        now = datetime.combine(day + timedelta(days=1), time(9), UTC)
        report = shop.report(back, use_history=True, now=now)
        statuses = {verdict.id: verdict.status for verdict in report.checks}
        for id_, rule in rules.items():
            assert (day in rule.red_days) == (statuses[id_] is Status.RED), (back, id_)
            assert (day in rule.amber_days) == (statuses[id_] is Status.AMBER), (back, id_)
    assert (LAST in rules[check].red_days | rules[check].amber_days) is revoked


@pytest.mark.parametrize(
    ("settings", "red_days"),
    [
        ("event_volume: {expected: [ghost]}", DAYS),
        ("event_volume: {expected: [search], min_per_day: 500}", 15),
        ("volume_zscore: {window_days: 30}", None),
    ],
)
def test_settings_are_those_of_the_gate(
    tmp_path: Path, settings: str, red_days: int | None
) -> None:
    days = 40 if red_days is None else 100
    shop = PartsShop(tmp_path, USUAL, a_name_stops, days=days, checks=settings)
    powers = power_as_the_gate(shop)
    if red_days is None:
        assert powers.rules[2].days_judged == days - 30
    else:
        assert len(powers.rules[2].red_days) == red_days


def test_an_acceptance_leaves_each_group_of_rare_values_to_its_days(tmp_path: Path) -> None:
    """A value becomes rare with the level that is accepted, and joins the others."""
    usual = USUAL | {("view", f"rare-{number}"): 6.0 for number in range(4)}

    def change(name: str, device: str, back: int) -> float:
        return 0.1 if back < 14 else 1.0

    shop = PartsShop(tmp_path, usual, change, noise=0.03, days=100)
    config, history = shop.config(), history_of(shop.config())
    shop.report(7, use_history=True, record=True)
    morning = datetime.combine(LAST - timedelta(days=6), time(6), UTC)
    accept(config, history, AcceptanceRequest("volume_expected", "Mia", "smaller"), morning)
    for part in powers_of(shop).parts:
        assert part.amber_day_count <= part.days_judged
        assert part.power.false_alarms == 0, part
