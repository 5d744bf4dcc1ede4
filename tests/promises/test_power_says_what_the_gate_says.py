"""Promised: the red and amber days that `andon power` and the volume page count are those on which
the gate would have been red and amber by these checks.

Proved by judging the same days with the gate's own judges, on shops with every kind of failure.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from checks import Status
from checks.evaluation.backtest import replay
from checks.evidence.context import open_context
from checks.evidence.power import CHECKS, Powers, read
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
    shop = PartsShop(tmp_path, USUAL, change, noise=noise, days=120)
    config, powers = shop.config(), powers_of(shop)
    days = replay(config, config, days=DAYS, last=LAST, now=NOW, progress=lambda text: None).days
    assert [rule.check for rule in powers.rules] == list(CHECKS)
    for rule in powers.rules:
        statuses = {day.data_date: day.now.status(rule.check) for day in days}
        assert len(statuses) == DAYS
        failed = {day: status for day, status in statuses.items() if status in FAILED}
        counted = dict.fromkeys(rule.red_days, Status.RED)
        counted |= dict.fromkeys(rule.amber_days, Status.AMBER)
        assert counted == failed, rule.check
    assert powers.red_days == frozenset().union(*(rule.red_days for rule in powers.rules))
    assert not powers.red_days & powers.amber_days
