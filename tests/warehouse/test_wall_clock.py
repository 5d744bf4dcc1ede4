"""Local times as instants and back, around every change of some zones' clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from checks.core.timeframe import TICK, midnight
from checks.warehouse.instants import Instant
from checks.warehouse.kinds import Kind
from checks.warehouse.texts import utc_of
from checks.warehouse.wall_clock import first_local, utc_of_local

#: The day on which a zone's clocks change: at midnight, at 24 h, by half an hour, at night.
CHANGES = {
    "America/Santiago": (date(2025, 4, 5), date(2025, 9, 6), date(2025, 9, 7)),
    "Africa/Cairo": (date(2025, 10, 30), date(2025, 4, 25)),
    "America/Havana": (date(2025, 11, 2), date(2025, 3, 9)),
    "Australia/Lord_Howe": (date(2025, 4, 6), date(2025, 10, 5)),
    "Europe/Berlin": (date(2025, 3, 30), date(2025, 10, 26)),
    "Pacific/Apia": (date(2011, 12, 30),),
    "UTC": (date(2025, 3, 30),),
}
PLACES = [(zone, day) for zone, days in CHANGES.items() for day in days]


def skipped(local: datetime, zone: ZoneInfo) -> bool:
    there = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there.replace(tzinfo=None) != local


@given(
    st.sampled_from(PLACES),
    st.integers(-30 * 12, 30 * 12),
    st.integers(-30 * 12, 30 * 12),
    st.sampled_from([timedelta(0), TICK, -TICK]),
)
def test_a_bound_parts_local_times_as_the_instants_they_are(
    place: tuple[str, date], moment_step: int, local_step: int, more: timedelta
) -> None:
    name, day = place
    zone = ZoneInfo(name)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC)
    moment = noon + timedelta(minutes=5 * moment_step) + more
    local = datetime(day.year, day.month, day.day, 12) + timedelta(minutes=5 * local_step)  # noqa: DTZ001
    if not skipped(local, zone):
        later = utc_of_local(local, zone).replace(tzinfo=UTC) >= moment
        assert (local >= first_local(moment, zone)) == later


@pytest.mark.parametrize("place", PLACES)
def test_skipped_times_too_are_parted_rightly_by_midnights(place: tuple[str, date]) -> None:
    name, day = place
    zone = ZoneInfo(name)
    for moment in (midnight(day + timedelta(days=n), zone) for n in range(-1, 3)):
        bound = first_local(moment, zone)
        for minutes in range(-48 * 60, 48 * 60, 10):
            local = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001
            later = utc_of_local(local, zone).replace(tzinfo=UTC) >= moment
            assert (local >= bound) == later or (skipped(local, zone) and name == "Pacific/Apia")


@pytest.mark.parametrize("place", PLACES)
def test_a_day_is_within_its_own_bounds(place: tuple[str, date]) -> None:
    """A DATE column's bound of a midnight is that very day, also where midnight is skipped."""
    name, day = place
    zone = ZoneInfo(name)
    at = Instant(sa.column("day"), Kind.DATE, zone)
    for near_day in (day - timedelta(days=1), day, day + timedelta(days=1)):
        if name != "Pacific/Apia":  # a day there is skipped whole
            assert at.bound(midnight(near_day, zone)).value == near_day
        assert at.moment(near_day) == midnight(near_day, zone)


@pytest.mark.parametrize(
    ("zone", "text", "utc"),
    [
        ("America/Santiago", "2025-04-05 23:50:00", "2025-04-06 03:50:00"),
        ("Africa/Cairo", "2025-10-30 23:50:00", "2025-10-30 21:50:00"),
        ("Europe/Berlin", "2025-10-26 02:30:00", "2025-10-26 01:30:00"),
        ("Europe/Berlin", "2025-03-30 02:30:00", "2025-03-30 01:30:00"),
    ],
)
def test_a_stored_time_is_the_same_instant_as_the_text(zone: str, text: str, utc: str) -> None:
    home, expected = ZoneInfo(zone), datetime.fromisoformat(utc)
    assert utc_of(text, home) == expected
    stored = Instant(sa.column("at"), Kind.NAIVE, home)
    assert stored.moment(datetime.fromisoformat(text)) == expected.replace(tzinfo=UTC)
