"""event_volume: one kind of event beside the rest of the events."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from checks.catalog._event_names import name_state
from checks.catalog._levels import _factor_text
from checks.catalog.event_volume import Measured, Params, judge
from checks.core.calendar import Calendar, SpecialDay
from checks.core.counts import NAME, DailyCounts, DayCounts, Values
from checks.core.model import Cause, Judgement, Status
from checks.core.records import StoredAcceptance
from checks.core.timeframe import Timeframe
from checks.core.values import Unmeasured
from tests.catalog.samples import (
    DAY,
    FORBIDDEN,
    FRAME,
    HOSTILE,
    LIVE,
    NOW,
    daily,
    events,
    measured,
    measured_of,
    texts,
    weekly,
    window,
)

STEADY = {"page_view": (1000,) * 8}


def judged(
    by_name: Mapping[str, Sequence[int]], params: Params | None = None, **fields: Any
) -> Judgement:
    seen = events({**STEADY, **by_name}, **fields)
    return judge(params or Params(), measured(seen), FRAME)


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        # Silent at a mean of 10 a day or more, not below.
        ((10, 10, 10, 10, 10, 10, 10, 0), "silent"),
        ((10, 10, 10, 10, 10, 10, 9, 0), "rare"),
        ((0, 0, 0, 0, 0, 0, 70, 0), "silent"),
        ((0, 0, 0, 0, 0, 0, 69, 0), "rare"),
        # Without a range of its own, a name that has events is not judged.
        ((10, 10, 10, 10, 10, 10, 10, 10), "rare"),
        # The zero days before are the same outage: not in the mean.
        ((22, 22, 22, 0, 0, 0, 0, 0), "silent"),
        ((10, 0, 0, 0, 0, 0, 0, 0), "silent"),
        ((9, 0, 0, 0, 0, 0, 0, 0), "rare"),
        ((0, 20, 0, 0, 0, 0, 0, 0), "silent"),
        ((0, 19, 0, 0, 0, 0, 0, 0), "rare"),
        # The outage has outlasted the window: nothing is known of the name.
        ((0, 0, 0, 0, 0, 0, 0, 0), "rare"),
        # Rare names are not judged either way; new ones are reported.
        ((9, 9, 9, 9, 9, 9, 9, 500), "rare"),
        ((0, 0, 0, 0, 0, 0, 0, 500), "new"),
        ((0, 0, 0, 0, 0, 0, 1, 500), "rare"),
    ],
)
def test_states(counts: tuple[int, ...], state: str) -> None:
    assert name_state(Params(), "x", counts, window()).state == state


@pytest.mark.parametrize("days", [8, 15, 22, 61])
@pytest.mark.parametrize(
    ("edge", "step", "state"),
    [
        (0, -1, "collapsed"), (0, 0, "normal"), (0, 1, "normal"),
        (1, -1, "normal"), (1, 0, "normal"), (1, 1, "surged"),
    ],
)  # fmt: skip
def test_around_the_edges_of_its_own_range(days: int, edge: int, step: int, state: str) -> None:
    counts = weekly(days, 100)
    low, high = _edges(counts)
    judgement = judged_long({"x": (*counts[:-1], (low, high)[edge] + step)})
    (own,) = (name for name in judgement.details["names"] if name["name"] == "x")
    assert own["state"] == state
    assert judgement.status is (Status.GREEN if state == "normal" else Status.AMBER)


def _edges(counts: Sequence[int]) -> tuple[int, int]:
    judgement = judged_long({"x": counts})
    (own,) = (name for name in judgement.details["names"] if name["name"] == "x")
    return math.ceil(own["low"]), math.floor(own["high"])


def judged_long(
    by_name: Mapping[str, Sequence[int]], params: Params | None = None, **fields: Any
) -> Judgement:
    """With a history that is longer than the window of eight days."""
    length = max(len(counts) for counts in by_name.values())
    steady = {"page_view": weekly(length)}
    counts = daily({**steady, **by_name}, **fields)
    recent = {name: (*(0,) * 8, *counts)[-8:] for name, counts in {**steady, **by_name}.items()}
    return judge(params or Params(), Measured(events(recent), counts), FRAME)


def test_its_range_is_as_wide_as_it_says() -> None:
    usual, wide = (
        judged_long({"x": weekly(61, 1000)}, Params(widen=widen)) for widen in (1.0, 2.0)
    )
    (narrow_own,), (wide_own,) = (
        [name for name in judgement.details["names"] if name["name"] == "x"]
        for judgement in (usual, wide)
    )
    assert wide_own["low"] < narrow_own["low"] < 600 < narrow_own["high"] < wide_own["high"]


@pytest.mark.parametrize(("median_count", "state"), [(19, "rare"), (20, "normal"), (21, "normal")])
def test_few_events_have_no_range(median_count: int, state: str) -> None:
    judgement = judged_long({"x": (median_count,) * 61})
    (own,) = (name for name in judgement.details["names"] if name["name"] == "x")
    assert own["state"] == state
    assert judged_long({"x": (*(19,) * 60, 400)}).status is Status.GREEN


def test_an_outage_before_hides_no_trickle() -> None:
    counts = (*weekly(61, 100)[:-4], 0, 0, 0, 5)
    judgement = judged_long({"x": counts})
    assert (judgement.status, judgement.message) == (Status.RED, "silent=1 (max 0)")
    assert re.search(
        r"'x' stopped on 5 March: usually 60 on a Saturday, 5 on 8 March", judgement.summary
    )


def test_a_segment_that_fell_is_told() -> None:
    baseline = weekly(61, 500)
    devices = {"ios": (*baseline[:-1], 10), "web": baseline, "rest <b>": (5,) * 61}
    judgement = judged_long(
        {"x": baseline}, dimensions={"device": devices, "country": {"DE": baseline}}
    )
    assert (judgement.status, judgement.message, judgement.value) == (
        Status.AMBER,
        "collapsed=1 (max 0)",
        1,
    )
    assert judgement.summary.startswith("device=ios collapsed on 8 March: 10, normal ")
    assert (
        judgement.action == "Compare 'device=ios' by hour on Saturday 8 March with the days before"
    )
    (segment,) = judgement.details["segments"]
    assert (segment["dimension"], segment["value"], segment["state"]) == (
        "device",
        "ios",
        "collapsed",
    )
    assert segment["low"] < segment["expected"] < segment["high"]


def _at_a_level(days: int, **fields: Any) -> Judgement:
    baseline = weekly(61, 500)
    fallen = (*baseline[:-days], *(count // 10 for count in baseline[-days:]))
    devices = {"ios": fallen, "web": baseline, "tv": baseline}
    return judged_long({"x": baseline}, dimensions={"device": devices}, **fields)


@pytest.mark.parametrize(("days", "since"), [(2, None), (3, "6 March"), (20, "17 February")])
def test_a_value_stays_at_a_level_until_somebody_accepts_it(days: int, since: str | None) -> None:
    judgement = _at_a_level(days)
    assert (judgement.status, judgement.message) == (Status.AMBER, "collapsed=1 (max 0)")
    assert judgement.subjects.get("level", ()) == (("device=ios",) if since else ())
    told = f"at this level since {since}"
    assert (told in judgement.summary) == bool(since)
    accept = "if it is the new level: andon accept event_volume device=ios --reason TEXT"
    assert (accept in judgement.action) == bool(since)


@pytest.mark.parametrize(
    ("subject", "check", "revoked", "status"),
    [
        ("device=ios", "event_volume", None, Status.GREEN),
        ("device=ios", "event_volume", NOW, Status.AMBER),
        ("device=web", "event_volume", None, Status.AMBER),
        ("device=ios", "volume_expected", None, Status.AMBER),
    ],
)
def test_an_accepted_level_of_a_value_is_normal(
    subject: str, check: str, revoked: datetime | None, status: Status
) -> None:
    stored = StoredAcceptance(
        1, "shop", check, "level", subject, "Mia", "sold", DAY - timedelta(days=3), NOW,
        revoked_at=revoked,
    )  # fmt: skip
    judgement = _at_a_level(12, accepted_levels=(stored,))
    assert judgement.status is status
    # 50 beside 1,450 others, where it was 500 beside 1,000.
    assert [a.why for a in judgement.acceptances] == (
        ["0.07 times the level before 25 February, beside the rest of the events, is normal"]
        if status is Status.GREEN
        else []
    )


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (2.0, "2.00"), (0.524, "0.52"), (0.1, "0.10"), (0.0994, "0.099"), (0.0123, "0.012"),
        (0.001, "0.001"), (0.00099, "less than 0.001"), (0.0, "less than 0.001"),
    ],
)  # fmt: skip
def test_how_many_times_the_level_before_is_normal(factor: float, text: str) -> None:
    assert _factor_text(factor) == text


def test_rare_values_are_judged_together() -> None:
    baseline = weekly(61, 500)
    rare = {f"r{number}": (9,) * 61 for number in range(40)}
    devices = {"web": baseline, "tv": baseline, **rare}
    judgement = judged_long({"x": baseline}, dimensions={"device": devices})
    assert judgement.status is Status.GREEN
    assert judgement.summary.endswith("; judged together: 40 rare values of device (360 events)")
    assert judgement.details["rare"] == [{"dimension": "device", "values": 40, "events": 360}]
    gone = {value: (*counts[:-1], 0) for value, counts in rare.items()}
    judgement = judged_long({"x": baseline}, dimensions={"device": {**devices, **gone}})
    assert judgement.status is Status.AMBER
    assert judgement.summary.startswith("40 rare values of device together collapsed on 8 March: 0")


def test_a_dimension_of_many_values_is_green_on_a_usual_day_and_sees_one_die() -> None:
    values = {f"v{n}": weekly(126, 3000 // (n + 1) + 3) for n in range(457)}
    judgement = judged_long({"x": weekly(126, 9000)}, dimensions={"source": values})
    assert judgement.status is Status.GREEN
    values["v50"] = (*values["v50"][:-1], 3)
    judgement = judged_long({"x": weekly(126, 9000)}, dimensions={"source": values})
    assert judgement.summary.startswith("source=v50 collapsed on 8 March: 3, normal ")


def test_a_segment_that_may_be_among_the_rest_is_judged_by_the_most_it_can_have() -> None:
    baseline = weekly(61, 500)
    devices = {"ios": (*baseline[:-1], 0), "web": baseline}
    assert judged_long({"x": baseline}, dimensions={"device": devices}).status is Status.AMBER
    (low, _), lost = _segment_edges(devices), {"device": devices}
    above = judged_long({"x": baseline}, dimensions=lost, rest={"device": low})
    assert (above.status, above.details["segments"]) == (Status.GREEN, [])
    below = judged_long({"x": baseline}, dimensions=lost, rest={"device": low - 1})
    assert below.summary.startswith(f"device=ios collapsed on 8 March: at most {low - 1}, normal ")
    (segment,) = below.details["segments"]
    assert (segment["events"], segment["at_most"]) == (None, low - 1)


def _segment_edges(devices: Mapping[str, Sequence[int]]) -> tuple[int, int]:
    """Those of the value that fell, on the day of DAY."""
    judgement = judged_long({"x": devices["web"]}, dimensions={"device": devices})
    (segment,) = judgement.details["segments"]
    return math.ceil(segment["low"]), math.floor(segment["high"])


def test_a_dimension_that_cannot_be_read_is_unknown_unless_a_name_is_silent() -> None:
    problems = {"device": Unmeasured(Cause.MISSING_COLUMN, "no column 'device'")}
    judgement = judged_long({"x": weekly(61)}, problems=problems)
    assert (judgement.status, judgement.cause) == (Status.UNKNOWN, Cause.MISSING_COLUMN)
    assert "no column 'device'" in judgement.message
    silent = judged_long({"x": (*weekly(61)[:-1], 0)}, problems=problems)
    assert silent.status is Status.RED


def test_a_history_that_cannot_be_read_is_unknown_unless_a_name_is_silent() -> None:
    problem = Unmeasured(Cause.TIMEOUT, "too slow", retry=True)
    judgement = judge(Params(), Measured(events(STEADY), problem=problem), FRAME)
    assert (judgement.status, judgement.cause, judgement.retry) == (
        Status.UNKNOWN,
        Cause.TIMEOUT,
        True,
    )
    silent = events({**STEADY, "x": (*(22,) * 7, 0)})
    assert judge(Params(), Measured(silent, problem=problem), FRAME).status is Status.RED


@pytest.mark.parametrize(
    ("mark", "status"),
    [(SpecialDay("Sale", 3.0), Status.GREEN), (SpecialDay("Labor Day"), Status.GREEN),
     (None, Status.AMBER)],
)  # fmt: skip
def test_the_calendar_counts_for_names_too(mark: SpecialDay | None, status: Status) -> None:
    calendar = Calendar({DAY: mark} if mark else {})
    counts = weekly(61, 500)
    tripled = {"x": (*counts[:-1], counts[-1] * 3), "page_view": (*counts[:-1], counts[-1] * 3)}
    if mark is None:  # the others are as usual
        tripled |= {"page_view": counts, "y": counts, "z": counts}
    judgement = judged_long(tripled, calendar=calendar)
    assert judgement.status is status


_NONE = "No event name is judged by volume"
_FEW = "fewer than 20 expected events, or too short a history"


@pytest.mark.parametrize(
    ("by_name", "fields", "summary"),
    [
        (
            {"x": weekly(61)}, {"calendar": Calendar({DAY: SpecialDay("Sale")})},
            f"{_NONE} on 8 March (Sale), only whether one is silent",
        ),
        (
            {"x": weekly(61)}, {"calendar": Calendar({DAY: SpecialDay("Sale", 1.0)})},
            "2 event names are within the normal range",
        ),
        ({"page_view": (5,) * 61}, {}, f"{_NONE}: it has {_FEW}"),
        ({"page_view": (5,) * 61, "x": (4,) * 61}, {}, f"{_NONE}: each has {_FEW}"),
        ({"page_view": (20,) * 61}, {}, "1 event name is within the normal range"),
        (
            dict.fromkeys(("page_view", *"abcdefghijkl"), (2,) * 61),
            {"dimensions": {"device": {"ios": (200,) * 61, "web": (400,) * 61}}},
            f"{_NONE}: each has {_FEW}; 2 values of dimensions are within the normal range; "
            "judged together: 13 rare event names (26 events)",
        ),
    ],
)  # fmt: skip
def test_where_no_name_is_judged_the_sentence_says_why(
    by_name: Mapping[str, Sequence[int]], fields: dict[str, Any], summary: str
) -> None:
    judgement = judged_long(by_name, **fields)
    assert (judgement.status, judgement.summary) == (Status.GREEN, summary)


def test_where_all_names_are_ignored_none_is_judged() -> None:
    judgement = judged_long({"x": weekly(61)}, Params(ignore=("x", "page_view")))
    assert (judgement.status, judgement.summary) == (Status.GREEN, _NONE)


def test_names_that_go_with_the_total_are_no_finding_and_others_are() -> None:
    baseline = weekly(61, 500)
    doubled = (*baseline[:-1], baseline[-1] * 2)
    half = (*baseline[:-1], baseline[-1] // 2)
    together = {"page_view": doubled, "x": doubled, "y": doubled}
    assert judged_long(together).status is Status.GREEN
    assert judged_long(dict.fromkeys(together, half)).status is Status.GREEN
    judgement = judged_long(together | {"y": half})
    assert (judgement.status, judgement.message) == (Status.AMBER, "collapsed=1 (max 0)")


def test_silence_is_red_on_any_day_of_the_calendar() -> None:
    judgement = judged_long(
        {"x": (*weekly(61, 500)[:-1], 0)}, calendar=Calendar({DAY: SpecialDay("Labor Day")})
    )
    assert judgement.status is Status.RED


@pytest.mark.parametrize(
    ("by_name", "status", "message"),
    [
        ({}, Status.GREEN, "silent=0 (max 0)"),
        ({"a": (22,) * 7 + (0,)}, Status.RED, "silent=1 (max 0)"),
        ({"a": (22,) * 7 + (0,), "b": (30,) * 7 + (0,)}, Status.RED, "silent=2 (max 0)"),
        ({"a": (90,) * 7 + (9,)}, Status.AMBER, "collapsed=1 (max 0)"),
        ({"a": (90,) * 7 + (403,)}, Status.AMBER, "surged=1 (max 0)"),
        (
            {"a": (90,) * 7 + (9,), "b": (90,) * 7 + (403,)},
            Status.AMBER,
            "collapsed=1 (max 0)",
        ),
        ({"a": (22,) * 7 + (0,), "b": (90,) * 7 + (1,)}, Status.RED, "silent=1 (max 0)"),
        ({"a": (0,) * 7 + (999,)}, Status.GREEN, "silent=0 (max 0)"),
    ],
)
def test_rule_and_message(
    by_name: Mapping[str, Sequence[int]], status: Status, message: str
) -> None:
    judgement = judged(by_name)
    assert (judgement.status, judgement.message, judgement.threshold) == (status, message, 0)
    flagged = 0 if status is Status.GREEN else int(message.split("=")[1][0])
    assert judgement.value == flagged


def test_the_dead_tracking_pixel_is_told_with_its_first_day() -> None:
    judgement = judged({"checkout_completed": (22, 22, 22, 22, 22, 22, 0, 0)})
    assert judgement.summary == "'checkout_completed' stopped on 7 March: usually 22 a day, 0 since"
    assert "'checkout_completed'" in judgement.action
    assert judgement.details["filters"] == {"event": "checkout_completed"}


@pytest.mark.parametrize("length", range(2, 8))
def test_an_outage_stays_red_until_the_window_forgets_it(length: int) -> None:
    counts = (*(22,) * (8 - length), *(0,) * length)
    state = name_state(Params(), "x", counts, window())
    assert (state.state, state.usual, state.lowest) == ("silent", 22, 22)
    assert state.silent_since == date(2025, 3, 9 - length)


def test_red_ends_when_events_return() -> None:
    assert judged({"a": (22, 22, 22, 22, 0, 0, 0, 22)}).status is Status.GREEN


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        (None, Status.RED),
        ((0,) * 8, Status.RED),
        ((1,) * 7 + (0,), Status.RED),
        ((1,) * 8, Status.GREEN),
        ((0,) * 7 + (1,), Status.GREEN),
    ],
)
def test_expected_names_are_red_however_long_they_are_silent(
    counts: tuple[int, ...] | None, status: Status
) -> None:
    by_name: Mapping[str, Sequence[int]] = {} if counts is None else {"refund": counts}
    assert judged(by_name, Params(expected=("refund",))).status is status


def test_an_expected_name_that_was_never_seen_says_so() -> None:
    judgement = judged({}, Params(expected=("refund",)))
    assert judgement.summary == "'refund' is expected and has been silent for 8 days or more"


def test_ignored_names_are_not_judged() -> None:
    by_name = {"old": (50,) * 7 + (0,)}
    assert judged(by_name).status is Status.RED
    judgement = judged(by_name, Params(ignore=("old",)))
    assert judgement.status is Status.GREEN
    assert judgement.details["ignored"] == ["old"]


def test_a_name_cannot_be_expected_and_ignored() -> None:
    assert Params(expected=("a",), ignore=("b",)).problems() == []
    assert Params(expected=("a", "b"), ignore=("b",)).problems() == [
        ("expected", "'b'", "a name that is not in `ignore`")
    ]


def test_own_parameters() -> None:
    assert judged({"a": (4,) * 7 + (0,)}, Params(min_per_day=4)).status is Status.RED
    before = weekly(61, 1000)[:-1]
    assert judged_long({"a": (*before, 400)}, Params(widen=1.0)).status is Status.AMBER
    assert judged_long({"a": (*before, 400)}, Params(widen=3.0)).status is Status.GREEN
    few = Params(min_expected=700)
    assert judged_long({"a": (*before, 10)}, few).status is Status.GREEN


def test_new_names_are_reported() -> None:
    judgement = judged({"brand_new": (0,) * 7 + (999,)})
    assert judgement.summary == ("1 event name is within the normal range; new: 'brand_new'")
    assert judgement.details["new"] == ["brand_new"]


def test_collapse_and_surge_are_told_with_their_range() -> None:
    low = judged({"a": (80, 90, 90, 90, 90, 90, 100, 8), "b": (90,) * 7 + (1,)})
    assert re.fullmatch(r"'a' collapsed on 8 March: 8, normal \d+ to \d+; and 1 more", low.summary)
    high = judged({"a": (80, 90, 90, 90, 90, 90, 100, 800)})
    assert re.fullmatch(r"'a' surged on 8 March: 800, normal \d+ to \d+", high.summary)
    assert high.action == ("Compare 'a' by hour on Saturday 8 March with the days before")


def test_green_counts_the_names_judged() -> None:
    judgement = judged({"a": (50,) * 8, "rare": (1,) * 8})
    assert judgement.summary == "2 event names are within the normal range"
    assert judgement.action == "Nothing to do"


def test_silent_purchase_names_are_told_apart() -> None:
    by_name = {"purchase": (22,) * 7 + (0,), "login": (22,) * 7 + (0,)}
    assert judged(by_name).details["silent_purchase_names"] == ["purchase"]
    assert judged({"login": (22,) * 7 + (0,)}).details["silent_purchase_names"] == []


def test_learning() -> None:
    counts = {"a": (0, 0, 100, 100, 100, 100, 100, 0)}
    judgement = judge(
        Params(), measured_of({"b": (0,) * 8, "a": (0,) * 8}, has_earlier=False), FRAME
    )
    assert judgement.message == "silent=skipped (learning, 0 of 7 days)"
    learning = judge(
        Params(), measured_of({"a": (0, 0, 100, 100, 100, 100, 100, 90)}, has_earlier=False), FRAME
    )
    assert learning.message == "silent=skipped (learning, 5 of 7 days)"
    assert judge(Params(), measured_of(counts, has_earlier=False), FRAME).status is Status.RED


def test_an_expected_name_is_red_even_while_learning() -> None:
    judgement = judge(
        Params(expected=("purchase",)),
        measured_of({"a": (0, 0, 100, 100, 100, 100, 100, 100)}, has_earlier=False),
        FRAME,
    )
    assert judgement.status is Status.RED


@pytest.mark.parametrize("by_name", [{}, {"a": (0,) * 8}, {"a": (0,) * 7 + (500,)}])
def test_an_empty_window_is_unknown(by_name: dict[str, tuple[int, ...]]) -> None:
    judgement = judge(Params(), measured_of(by_name), FRAME)
    assert judgement.status is Status.UNKNOWN
    assert (
        judgement.message == "silent=unknown (bad_value: no events in the 7 days before 2025-03-08)"
    )


def test_a_window_long_outage_of_everything_is_red_for_what_is_expected() -> None:
    assert judge(Params(expected=("a",)), measured_of({}), FRAME).status is Status.RED


def test_ten_thousand_names_stay_bounded() -> None:
    by_name = {f"name_{i}": (20,) * 7 + (0,) for i in range(10_000)}
    judgement = judge(Params(), measured_of(by_name), FRAME)
    assert judgement.message == "silent=10000 (max 0)"
    assert judgement.value == 10_000
    assert len(judgement.details["names"]) == len(judgement.details["silent"]) == 200
    assert judgement.details["names_total"] == 10_000
    assert max(map(len, texts(judgement))) < 300


def test_hostile_names_are_inert() -> None:
    for counts in ((22,) * 7 + (0,), (22,) * 7 + (1,), (22,) * 7 + (999,), (0,) * 7 + (5,)):
        judgement = judged({HOSTILE: counts})
        assert not any(char in text for text in texts(judgement) for char in FORBIDDEN)


def test_a_day_that_lasts_is_marked() -> None:
    judgement = judge(Params(), measured_of(STEADY), LIVE)
    assert judgement.details["partial_day"] is True
    assert judgement.details["dates"][-1] == DAY


def _on_each_day(counts: Sequence[int], days: int, **fields: Any) -> list[str]:
    """How 'x' is judged on each of the last days, oldest first."""
    result = []
    for back in range(days - 1, -1, -1):
        table = {
            "page_view": weekly(61, 3000)[: 61 - back],
            "cart": weekly(61, 300)[: 61 - back],
            "x": counts[: 61 - back],
        }
        judgement = judge_on(DAY - timedelta(days=back), table, **fields)
        states = [name["state"] for name in judgement.details["names"] if name["name"] == "x"]
        result.append(f"{judgement.status.value} {states[0]}")
    return result


def judge_on(day: date, by_name: Mapping[str, Sequence[int]], **fields: Any) -> Judgement:
    """A day with its history; the last count of each name is the day's."""
    frame = Timeframe(day + timedelta(days=1), day, NOW, FRAME.zone)
    days = window(len(next(iter(by_name.values()))), day)
    counted = {
        of_day: DayCounts(of_day, {NAME: Values({n: c[i] for n, c in by_name.items() if c[i]})})
        for i, of_day in enumerate(days)
    }
    seen = replace(
        events({name: tuple(counts[-8:]) for name, counts in by_name.items()}), days=days[-8:]
    )
    return judge(Params(), Measured(seen, DailyCounts(days, counted, **fields)), frame)


@pytest.mark.parametrize("silent_days", [1, 5, 20])
@pytest.mark.parametrize(
    ("share", "state"),
    [
        (0.006, "red silent"),
        (0.2, "amber collapsed"),
        (0.4, "amber collapsed"),
        (1, "green normal"),
    ],
)
def test_a_silent_name_is_green_when_it_is_back_in_its_range(
    silent_days: int, share: float, state: str
) -> None:
    counts = weekly(61, 500)
    trickle = [int(count * share) for count in counts[-6:]]
    fallen = (*counts[: -6 - silent_days], *[0] * silent_days, *trickle)
    assert _on_each_day(fallen, 7) == ["red silent", *[state] * 6]


def _level_of_x(day: date) -> StoredAcceptance:
    return StoredAcceptance(1, "shop", "event_volume", "level", "x", "Mia", "sold", day, NOW)


@pytest.mark.parametrize(
    ("share", "state"),
    [(0.04, "green normal"), (0.1, "green normal"), (1, "amber surged"), (3, "amber surged")],
)
def test_a_name_accepted_at_few_events_is_told_when_it_comes_back(share: float, state: str) -> None:
    counts = weekly(61, 150)
    accepted = _level_of_x(DAY - timedelta(days=15))
    fallen = [int(count * 0.04) for count in counts[-20:-6]]
    days = (*counts[:-20], *fallen, *(int(count * share) for count in counts[-6:]))
    assert _on_each_day(days, 7, accepted_levels=(accepted,)) == ["green normal", *[state] * 6]


def test_a_value_accepted_at_few_events_is_no_rare_one() -> None:
    baseline = weekly(61, 500)
    fallen = (*baseline[:-30], *(count // 50 for count in baseline[-30:-1]), baseline[-1])
    devices = {"ios": fallen, "web": baseline, "tv": baseline, "a": (9,) * 61, "b": (9,) * 61}
    accepted = StoredAcceptance(
        1, "shop", "event_volume", "level", "device=ios", "Mia", "sold",
        DAY - timedelta(days=20), NOW,
    )  # fmt: skip
    judgement = judged_long(
        {"x": baseline}, dimensions={"device": devices}, accepted_levels=(accepted,)
    )
    assert judgement.summary.startswith("device=ios surged on 8 March: 300, normal 0 to ")
    assert judgement.value == 1
    assert judgement.details["rare"] == [{"dimension": "device", "values": 2, "events": 18}]


@pytest.mark.parametrize(
    ("fell_at", "status"), [(40, Status.AMBER), (20, Status.GREEN), (9, Status.AMBER)]
)
def test_what_is_accepted_of_the_volume_is_what_its_level_changed(
    fell_at: int, status: Status
) -> None:
    """A part that fell with the volume is accepted with it, one that fell before or later not."""
    level, at = 20, DAY - timedelta(days=15)
    halved = [count // (2 if back < level else 1) for back, count in _by_back(weekly(126, 3000))]
    dead = [
        count // (2 if back < level else 1) // (10 if back < fell_at else 1)
        for back, count in _by_back(weekly(126, 500))
    ]
    accepted = StoredAcceptance(
        1, "shop", "volume_expected", "level", f"low since {DAY}", "Mia", "smaller", at, NOW
    )
    judgement = judge_on(
        DAY, {"page_view": halved, "cart": halved, "x": dead}, accepted_levels=(accepted,)
    )
    assert judgement.status is status
    if status is Status.AMBER:
        assert judgement.summary.startswith("'x' collapsed on 8 March: 15, normal ")


def _by_back(counts: Sequence[int]) -> list[tuple[int, int]]:
    return [(len(counts) - 1 - index, count) for index, count in enumerate(counts)]


@pytest.mark.parametrize(("share", "state"), [(0.5, "normal"), (0.35, "collapsed")])
def test_in_the_first_fortnight_half_of_the_lowest_day_is_no_finding(
    share: float, state: str
) -> None:
    counts = (1000,) * 11
    judgement = judged_long({"x": (*counts, int(1000 * share)), "y": (20000,) * 12})
    (own,) = (name for name in judgement.details["names"] if name["name"] == "x")
    assert own["state"] == state


def test_a_name_beyond_those_that_are_remembered_has_the_count_of_the_window() -> None:
    counts = weekly(61, 500)
    seen = daily({"page_view": counts, "x": (*counts[:-1], 0)}, rest={NAME: 40})
    window_counts = {"page_view": counts[-8:], "x": (*counts[-8:-1], 31)}
    judgement = judge(Params(), Measured(events(window_counts), seen), FRAME)
    assert judgement.summary.startswith("'x' collapsed on 8 March: 31, normal ")
