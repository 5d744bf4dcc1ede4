"""The scenarios of the demo: what is wrong with the last day, and which checks must turn red.

Most are of one nightly shop; the others are of shops of another shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.core.errors import UsageError
from checks.core.text import did_you_mean, quoted
from checks.demo.shapes import (
    CLOSED_ON_SUNDAYS,
    HOURLY_LOADS,
    NIGHTLY,
    THREE_SOURCES,
    WEEKDAYS_ONLY,
    Shape,
)

DEFAULT_SCENARIO = "missing-identity"
#: The share of a file's rows that `missing-identity` loses: 2,908 of 49,963.
LOST_SHARE = 2908 / 49963


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with one day's data. The default is a normal day.

    pipeline_runs: whether the run took place that loads the day. missing_source: the source, as its
    feed spells it, whose load never ran. failed_hours: UTC hours whose load failed, for good.
    loaded_until_hour: events from this UTC hour on never arrived.
    lost_identity_share: share of the rows rejected for a missing client id, instead of
    the usual mix. copies: how often the file was loaded.
    """

    pipeline_runs: bool = True
    missing_source: str | None = None
    failed_hours: range = range(0)
    loaded_until_hour: float = 24.0
    copies: int = 1
    checkout_pixel_dead: bool = False
    lost_identity_share: float = 0.0
    unpriced_share: float = 0.0
    orders_without_session: int = 0
    orders_with_lost_session: int = 0
    purchases_without_order: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario: the last data day has `faults`, and exactly `expected_red` turn red.

    A load that never ran is missing on every data day that it would have brought; a check is then
    red on one of them at least.
    """

    name: str
    description: str
    expected_red: tuple[str, ...] = ()
    faults: Faults = field(default_factory=Faults)
    shape: Shape = NIGHTLY


#: The export stopped in the afternoon, three weeks before the last data day.
OUTAGE = Faults(loaded_until_hour=14.5)
OUTAGE_DAYS_BEFORE = 21

_ALL = (
    Scenario(
        "missing-identity",
        "an app release forgot the client id: too much is quarantined, and four orders are orphans",
        ("quarantine_rate", "orphan_orders"),
        Faults(
            lost_identity_share=LOST_SHARE, orders_without_session=2, orders_with_lost_session=2
        ),
    ),
    Scenario("all-green", "a normal day"),
    Scenario(
        "dead-checkout-pixel",
        "the purchase event stopped, while the total volume looks normal",
        ("event_volume",),
        Faults(checkout_pixel_dead=True),
    ),
    Scenario(
        "loaded-twice",
        "the day's file was loaded two times",
        ("volume_zscore", "volume_expected"),
        Faults(copies=2),
    ),
    Scenario(
        "late-load",
        "the load ran before the evening's events had arrived: nothing after 16:00",
        ("freshness", "volume_zscore", "volume_expected"),
        Faults(loaded_until_hour=16.0),
    ),
    Scenario(
        "lost-revenue",
        "one purchase in twenty has no amount",
        ("missing_revenue",),
        Faults(unpriced_share=0.05),
    ),
    Scenario(
        "orphan-orders",
        "orders lost their sessions, and purchases their orders",
        ("orphan_orders",),
        Faults(orders_without_session=2, orders_with_lost_session=3, purchases_without_order=2),
    ),
    Scenario(
        "no-run",
        "last night's load never ran",
        (
            "log_entry_exists_today",
            "freshness",
            "volume_zscore",
            "volume_expected",
            "event_volume",
        ),
        Faults(pipeline_runs=False),
    ),
    Scenario(
        "weekdays-only",
        "a pipeline that runs Monday to Friday, and did not on its last day",
        (
            "log_entry_exists_today",
            "freshness",
            "volume_zscore",
            "volume_expected",
            "event_volume",
        ),
        Faults(pipeline_runs=False),
        WEEKDAYS_ONLY,
    ),
    Scenario(
        "three-sources",
        "a log of three sources: the file of the smallest never came, and no total shows it",
        ("sources_complete",),
        Faults(missing_source=THREE_SOURCES.feeds[-1].source),
        THREE_SOURCES,
    ),
    Scenario(
        "hourly-loads",
        "one topic that is loaded each hour: three loads of the night failed for good",
        ("run_status",),
        Faults(failed_hours=range(2, 5)),
        HOURLY_LOADS,
    ),
    Scenario(
        "closed-on-sundays",
        "a shop without events on Sundays: the export of its last open day broke off at 14:30",
        ("freshness", "volume_zscore", "volume_expected"),
        OUTAGE,
        CLOSED_ON_SUNDAYS,
    ),
)

#: Every scenario by its name, the default first.
SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _ALL}


def find_scenario(name: str) -> Scenario:
    """The scenario of that name. Raises UsageError, with the nearest name, for any other."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    near = did_you_mean(name, list(SCENARIOS))
    hint = f"; did you mean '{near}'? " if near else ". "
    raise UsageError(f"unknown scenario {quoted(name)}{hint}Known: {', '.join(SCENARIOS)}")
