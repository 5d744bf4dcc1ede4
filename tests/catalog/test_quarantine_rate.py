"""quarantine_rate: quarantined over read, and when the line stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.catalog._rejected_share import RejectedShare
from checks.catalog._source_rates import SourceRate
from checks.catalog.quarantine_rate import CHECK, Measured, Params, judge, measure
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.errors import MeasurementError
from checks.core.metrics import RejectedRows
from checks.core.model import Cause, Judgement, Severity, Status
from checks.core.values import BadValue, Unmeasured, known
from checks.loads.effective import loads
from tests.catalog.samples import FORBIDDEN, FRAME, HOSTILE, RUN, entry, log, texts, verdict, waiver


def judged(
    *today: AuditEntry,
    params: Params | None = None,
    has_source: bool = True,
    earlier: dict[date, list[AuditEntry]] | None = None,
    rejected: RejectedRows | None = None,
) -> Judgement:
    audit_log = log(*today, has_source=has_source, earlier=earlier)
    return judge(params or Params(), Measured(audit_log, rejected or RejectedRows()), FRAME)


@pytest.mark.parametrize(
    ("quarantined", "read", "status", "stop", "message"),
    [
        (0, 1000, Status.GREEN, False, "rate=0.0000 (max 0.05)"),
        (1, 100_000_000, Status.GREEN, False, "rate=0.0000 (max 0.05)"),
        (4_999_999, 10**8, Status.GREEN, False, "rate=0.04999999 (max 0.05)"),
        (50, 1000, Status.GREEN, False, "rate=0.0500 (max 0.05)"),
        (500_001, 10**7, Status.RED, False, "rate=0.0500001 (max 0.05)"),
        (2908, 49963, Status.RED, False, "rate=0.0582 (max 0.05)"),
        (60, 1000, Status.RED, False, "rate=0.0600 (max 0.05)"),
        (600_001, 10**7, Status.RED, True, "rate=0.0600 (max 0.05)"),
        (1, 1, Status.RED, True, "rate=1.0000 (max 0.05)"),
    ],
)
def test_rule_and_message(
    quarantined: int, read: int, status: Status, stop: bool, message: str
) -> None:
    judgement = judged(entry(read=read, quarantined=quarantined))
    assert (judgement.status, judgement.stop, judgement.message) == (status, stop, message)
    assert (judgement.value, judgement.threshold) == (quarantined / read, 0.05)


def test_own_limits() -> None:
    params = Params(alert_above=0.07, stop_above=0.07)
    exact = judged(entry(read=100, quarantined=7), params=params)
    assert (exact.status, exact.message) == (Status.GREEN, "rate=0.0700 (max 0.07)")
    assert exact.summary.startswith("7.0 % of 100 rows")
    above = judged(entry(read=1000, quarantined=71), params=params)
    assert (above.status, above.stop) == (Status.RED, True)
    below = judged(entry(read=10_000, quarantined=699), params=params)
    assert (below.status, below.summary[:6]) == (Status.GREEN, "6.99 %")


@pytest.mark.parametrize(("alert", "stop", "faulty"), [(0.05, 0.05, False), (0.05, 0.04, True)])
def test_the_line_cannot_stop_before_the_alert(alert: float, stop: float, faulty: bool) -> None:
    problems = Params(alert, stop).problems()
    assert bool(problems) is faulty
    assert all(key == "stop_above" and "0.05" in allowed for key, _, allowed in problems)


@pytest.mark.parametrize(
    ("entries", "rate"),
    [
        # Blended over sources, not averaged.
        ([entry("a", 1000, 100), entry("b", 9000, 0)], 0.01),
        # A retried load: only its latest entry counts.
        ([entry(quarantined=400, hour=4, status="failed"), entry(quarantined=10, hour=5)], 0.01),
        ([entry(quarantined=10, hour=5), entry(quarantined=400, hour=4, status="failed")], 0.01),
        # Two good entries: added up it is worse than the latest alone; and the other way round.
        ([entry(quarantined=400, hour=4), entry(quarantined=10, hour=5)], 0.205),
        ([entry(quarantined=10, hour=4), entry(quarantined=400, hour=5)], 0.4),
        # A file: the later entry is a retry.
        (
            [
                entry("e_20250308.csv", quarantined=400, hour=4),
                entry("e_20250308.csv", quarantined=10, hour=5),
            ],
            0.01,
        ),
        # Ties: the worse, in either order, by rate and not by rows.
        ([entry(read=100, quarantined=50), entry(read=1000, quarantined=60)], 0.5),
        ([entry(read=1000, quarantined=60), entry(read=100, quarantined=50)], 0.5),
        # A source that read nothing rejects nothing.
        ([entry("a", 0, 0), entry("b", 100, 1)], 0.01),
    ],
)
def test_which_entries_count(entries: list[AuditEntry], rate: float) -> None:
    assert judged(*entries).value == rate


@pytest.mark.parametrize(
    ("entries", "message", "status"),
    [
        # The latest entry alone has the higher rate of its own, and hides the many.
        ([(100_000, 5900), (50, 5)], "rate=0.0573 (max 0.05)", Status.RED),
        ([(50, 5), (100_000, 5900)], "rate=0.0573 (max 0.05)", Status.RED),
        # Here the latest alone lifts the blend, and the sum does not.
        ([(97_000, 0), (3000, 301)], "rate=0.0502 (max 0.05)", Status.RED),
        ([(100_000, 5899), (0, 0)], "rate=0.0573 (max 0.05)", Status.RED),
    ],
)
def test_of_an_unsettled_source_the_reading_counts_that_makes_the_blend_highest(
    entries: list[tuple[int, int]], message: str, status: Status
) -> None:
    web = [entry("web", *counts, hour=hour) for hour, counts in enumerate(entries)]
    judgement = judged(*web, entry("app", 3000, 0))
    assert (judgement.message, judgement.status) == (message, status)


@pytest.mark.parametrize(
    ("app", "message", "status"),
    [
        (38, "rate=0.0493 (max 0.05)", Status.AMBER),
        (39, "rate=0.0498 (max 0.05)", Status.AMBER),
        (40, "rate=0.0502 (max 0.05)", Status.RED),
        (45, "rate=0.0527 (max 0.05)", Status.RED),
    ],
)
def test_a_tiny_entry_does_not_hide_the_source_that_lifts_the_blend(
    app: int, message: str, status: Status
) -> None:
    web = entry("web", 1000, 60, hour=1), entry("web", 10, 1, hour=2)
    judgement = judged(*web, entry("app", 1000, app))
    assert (judgement.message, judgement.status) == (message, status)


@pytest.mark.parametrize(
    ("web", "status", "worst"),
    [
        # The sum is above the limit of a source; what the latest has may be chance.
        ([(1000, 100), (5, 1)], Status.AMBER, 101 / 1005),
        # Exactly at the limit; and above it by one.
        ([(995, 59), (5, 1)], Status.GREEN, None),
        ([(995, 60), (5, 1)], Status.AMBER, 61 / 1000),
        # The latest is above it alone, and the sum is what counts in the blend.
        ([(10_000, 500), (100, 9)], Status.AMBER, 0.09),
        ([(10_000, 500), (100, 8)], Status.GREEN, None),
    ],
)
def test_any_reading_beyond_chance_makes_amber(
    web: list[tuple[int, int]], status: Status, worst: float | None
) -> None:
    entries = [entry("web", *counts, hour=hour) for hour, counts in enumerate(web)]
    judgement = judged(*entries, entry("app", 9000, 0))
    assert judgement.status is status
    if worst is not None:
        assert judgement.details["worst_source_rate"] == pytest.approx(worst)
        assert judgement.details["filters"] == {"source": "web"}


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    )
)
def test_no_choice_of_readings_makes_a_higher_blend(sources: list[list[tuple[int, int]]]) -> None:
    entries = [
        entry(str(number), read + bad, bad, hour=hour)
        for number, counts in enumerate(sources)
        for hour, (read, bad) in enumerate(counts)
    ]
    readings = [load.readings for load in loads(log(*entries))]
    blends = []
    for choice in product(*readings):
        counted = [entry for reading in choice for entry in reading]
        read = sum(known(entry.rows_read) for entry in counted)
        if read:
            blends.append(sum(known(entry.rows_quarantined) for entry in counted) / read)
    assert judged(*entries).value in (None if not blends else max(blends), None)
    assert judged(*entries).value is not None or not any(blends)


def test_without_a_source_column_every_entry_counts() -> None:
    rows = [entry(None, 100, 0, hour=4), entry(None, 100, 4, hour=5)]
    judgement = judged(*rows, has_source=False)
    assert judgement.value == 0.02
    assert "worst source" not in judgement.summary


@pytest.mark.parametrize("column", ["rows_read", "rows_quarantined"])
@pytest.mark.parametrize("bad", ["NULL", "-1, below zero", "'x', not a number", "nan"])
def test_a_count_that_is_none_is_unknown(column: str, bad: str) -> None:
    faulty = replace(entry("a.csv"), **{column: BadValue(bad)})  # type: ignore[arg-type]
    judgement = judged(faulty, entry("b.csv"))
    assert judgement.status is Status.UNKNOWN
    assert judgement.message == f"rate=unknown (bad_value: {column} is {bad})"
    assert judgement.summary.startswith("The quarantine rate of 'a.csv' could not be judged")


def test_unknown_reads_as_documented_without_a_source() -> None:
    judgement = judged(entry(None, 100, BadValue("NULL")), has_source=False)
    assert judgement.message == "rate=unknown (bad_value: rows_quarantined is NULL)"


def test_a_bad_count_that_was_retried_does_not_matter() -> None:
    failed = entry(read=BadValue("NULL"), hour=4, status="failed")
    assert judged(failed, entry(hour=5)).status is Status.GREEN


def test_a_bad_count_of_a_tie_is_unknown() -> None:
    assert judged(entry(), entry(quarantined=BadValue("NULL"))).status is Status.UNKNOWN


@pytest.mark.parametrize(("quarantined", "known"), [(100, True), (101, False)])
def test_more_quarantined_than_read_is_unknown(quarantined: int, known: bool) -> None:
    judgement = judged(entry("a.csv", 100, quarantined), entry("b.csv", 100_000, 0))
    assert (judgement.status is not Status.UNKNOWN) is known
    if not known:
        assert judgement.message == (
            "rate=unknown (bad_value: 101 quarantined of 100 read for 'a.csv')"
        )
        assert judgement.cause is Cause.BAD_VALUE


@pytest.mark.parametrize("source", [None, "", " "])
def test_a_blank_source_is_one_without_a_name(source: str | None) -> None:
    for counts in ((100, 50), (100, 101), (100, BadValue("NULL"))):
        judgement = judged(entry(source, *counts))
        assert not any(
            "''" in text or "' '" in text for text in (*texts(judgement), judgement.summary)
        )
    assert judged(entry(source, 100, 101)).message == (
        "rate=unknown (bad_value: 101 quarantined of 100 read for the source without a name)"
    )


def test_nothing_read_is_unknown() -> None:
    judgement = judged(entry(read=0, quarantined=0))
    assert (judgement.status, judgement.message) == (
        Status.UNKNOWN, "rate=unknown (bad_value: rows_read is 0)",
    )  # fmt: skip


def test_no_entry_is_unknown() -> None:
    assert judged().message == "rate=unknown (bad_value: no audit-log entry on 2025-03-09)"


@pytest.mark.parametrize(
    ("read", "quarantined", "status"),
    [
        (1, 1, Status.GREEN),  # as chance allows
        (2, 1, Status.GREEN),
        (2, 2, Status.AMBER),
        (20, 3, Status.GREEN),
        (20, 4, Status.AMBER),
        (100, 6, Status.GREEN),  # exactly stop_above
        (100, 8, Status.GREEN),
        (100, 9, Status.AMBER),
        (10_000, 600, Status.GREEN),
        (10_000, 601, Status.AMBER),
    ],
)
def test_amber_for_one_source_that_is_worse_than_chance(
    read: int, quarantined: int, status: Status
) -> None:
    judgement = judged(entry("partner.csv", read, quarantined), entry("web.csv", 10**6, 0))
    check_amber(judgement, status)


@pytest.mark.parametrize(
    ("read", "quarantined", "status"),
    [
        (99, 99, Status.GREEN),
        (100, 6, Status.GREEN),
        (100, 7, Status.AMBER),
        (10_000, 601, Status.AMBER),
    ],
)
def test_exact_takes_the_limit_from_100_rows_on(
    read: int, quarantined: int, status: Status
) -> None:
    entries = entry("partner.csv", read, quarantined), entry("web.csv", 10**6, 0)
    check_amber(judged(*entries, params=Params(judge="exact")), status)


@pytest.mark.parametrize("judged_by", ["chance", "exact"])
def test_the_rate_over_all_sources_is_exact_at_every_count(judged_by: str) -> None:
    params = Params(judge=judged_by)
    judgement = judged(entry(read=1, quarantined=1), params=params)
    assert (judgement.status, judgement.stop) == (Status.RED, True)
    assert judged(entry(read=20, quarantined=1), params=params).status is Status.GREEN
    assert judged(entry(read=19, quarantined=1), params=params).status is Status.RED


def check_amber(judgement: Judgement, status: Status) -> None:
    assert judgement.status is status
    assert not judgement.stop
    assert "'partner.csv'" in judgement.summary
    if status is Status.AMBER:
        assert "'partner.csv'" in judgement.action


def test_amber_points_at_a_source_that_is_worse_than_chance() -> None:
    small, big = entry("small", 1, 1), entry("big", 200, 20)
    judgement = judged(small, big, entry("web", 10**6, 0))
    assert judgement.status is Status.AMBER
    assert judgement.details["worst_source"] == "big"


def test_red_beats_a_bad_source() -> None:
    judgement = judged(entry("bad", 1000, 900), entry("good", 1000, 0))
    assert (judgement.status, judgement.stop) == (Status.RED, True)
    assert judgement.details["worst_source"] == "bad"
    assert "'bad'" in judgement.summary
    assert "'bad'" in judgement.action


def test_summary_tells_what_is_usual_and_the_main_reason() -> None:
    earlier = {
        RUN - timedelta(days=back): [entry(read=1000, quarantined=bad, day=RUN)]
        for back, bad in ((1, 4), (2, 8), (3, 6))
    }
    rejected = RejectedRows(58, (("missing_client_id", 50), ("other", 8)))
    judgement = judged(entry(read=1000, quarantined=58), earlier=earlier, rejected=rejected)
    assert judgement.summary == (
        "5.8 % of 1,000 rows were quarantined (58), usually 0.6 %; worst source 'web.csv' at "
        "5.8 %; main reason 'missing_client_id' (86.2 %)"
    )
    assert judgement.action == (
        "Look at the rows rejected for 'missing_client_id', 'other' from 'web.csv', "
        "ask its producer what changed, repair and load them again"
    )


def test_action_without_source_or_reason() -> None:
    judgement = judged(entry(None, 100, 50), has_source=False)
    assert judgement.action == (
        "Look at the rows rejected, find out what changed, repair and load them again"
    )
    assert "None" not in judgement.summary


def usual_rate(measured: Measured) -> float | None:
    rate: float | None = judge(Params(), measured, FRAME).details["usual_rate"]
    return rate


def rates_before(*quarantined: int) -> dict[date, list[AuditEntry]]:
    """Earlier runs of 1,000 rows each, the latest first."""
    return {
        RUN - timedelta(days=back): [entry(read=1000, quarantined=number)]
        for back, number in enumerate(quarantined, 1)
    }


@pytest.mark.parametrize(
    ("before", "rate"),
    [
        ((10, 10, 10), 0.01),
        ((50, 10), 0.03),  # exactly at the limit is not red
        ((51, 10), 0.01),  # just above it is
        ((150,) * 6 + (10,), 0.01),
        ((150,) * 6, None),
        ((150,) * 3 + (20,) * 7 + (40,) * 7, 0.02),  # the mean of 7 days, not of more
        ((150,) * 60 + (10,), None),  # a rise of two months: nothing is usual any more
        ((150,) * 58 + (10,), 0.01),
    ],
)
def test_a_red_day_never_becomes_usual(before: tuple[int, ...], rate: float | None) -> None:
    longer = log(entry(read=1000, quarantined=150), earlier=rates_before(*before))
    short = log(entry(read=1000, quarantined=150), earlier=rates_before(*before[:7]))
    assert usual_rate(Measured(short, RejectedRows(), longer)) == rate


def test_a_day_of_many_rows_counts_for_more() -> None:
    earlier = rates_before(0) | {RUN - timedelta(days=2): [entry(read=9000, quarantined=100)]}
    assert usual_rate(Measured(log(entry(), earlier=earlier), RejectedRows())) == 0.01


def test_days_that_one_run_loaded_are_days_of_their_own() -> None:
    """Fourteen files of one run: what is usual of the last is what the days before it had."""
    files = [
        entry(f"events_202503{day:02}.csv", 1000, 150 if day == 8 else 10) for day in range(1, 9)
    ]
    assert usual_rate(Measured(log(*files), RejectedRows())) == 0.01


class _Log:
    """A log of a week, and one of two months."""

    has_audit_log = True

    def __init__(self, before: tuple[int, ...], *, is_readable: bool = True) -> None:
        self._before, self._is_readable, self.asked = before, is_readable, 0

    def audit_log(self) -> AuditLog:
        return log(entry(), earlier=rates_before(*self._before[:7]))

    def longer_audit_log(self, days: int) -> AuditLog:
        self.asked = days
        if not self._is_readable:
            raise MeasurementError(Cause.BAD_VALUE, "too many rows")
        return log(entry(), earlier=rates_before(*self._before))

    def rejected(self) -> RejectedRows:
        return RejectedRows()


@pytest.mark.parametrize(
    ("before", "asked"), [((10,) * 9, 0), ((51,) + (10,) * 9, 60), ((10,) * 6, 60)]
)
def test_the_log_is_read_further_back_only_where_the_week_is_not_usual(
    before: tuple[int, ...], asked: int
) -> None:
    data = _Log(before)
    measured = measure(Params(), data)  # type: ignore[arg-type]
    assert data.asked == asked
    assert isinstance(measured, Measured)
    assert usual_rate(measured) == 0.01


def test_a_log_that_cannot_be_read_so_far_back_changes_no_verdict() -> None:
    measured = measure(Params(), _Log((51, 10), is_readable=False))  # type: ignore[arg-type]
    assert isinstance(measured, Measured)
    assert measured.longer_log is None
    assert usual_rate(measured) == 0.01


@pytest.mark.parametrize(
    ("rates", "sources"),
    [
        ((100, 10), "from 'a', ask its producer"),
        ((100, 51), "from 'a', 'b', ask their producers"),
        ((100, 50), "from 'a', ask its producer"),
        ((54, 53, 52, 51), "from 'a', 'b', 'c' and 1 more, ask their producers"),
    ],
)
def test_action_names_every_source_above_the_limit(rates: tuple[int, ...], sources: str) -> None:
    entries = [entry(name, 1000, number) for name, number in zip("abcd", rates, strict=False)]
    assert sources in judged(*entries).action


@pytest.mark.parametrize(
    ("reasons", "words", "filters"),
    [
        ((("a", 95), ("b", 5)), "for 'a' from", {"reason": "a"}),
        ((("a", 60), ("b", 40)), "for 'a', 'b' from", {}),
        ((("a", 40), ("b", 30), ("c", 20), ("d", 10)), "for 'a', 'b', 'c' and 1 more from", {}),
    ],
)
def test_only_a_reason_that_is_alone_filters_the_page(
    reasons: tuple[tuple[str, int], ...], words: str, filters: dict[str, str]
) -> None:
    judgement = judged(entry(read=1000, quarantined=100), rejected=RejectedRows(100, reasons))
    assert words in judgement.action
    assert judgement.facts.filters == judgement.details["filters"] == filters


def test_bad_days_do_not_make_what_is_usual() -> None:
    earlier = {
        RUN - timedelta(days=1): [entry(read=100, quarantined=2)],
        RUN - timedelta(days=2): [entry(read=BadValue("NULL"))],
        RUN - timedelta(days=3): [entry(read=0, quarantined=0)],
    }
    measured = log(entry(read=100, quarantined=1), earlier=earlier)
    assert usual_rate(Measured(measured, RejectedRows())) == 0.02
    assert usual_rate(Measured(log(entry()), RejectedRows())) is None
    days = judge(Params(), Measured(measured, RejectedRows()), FRAME).details["daily"]
    assert [day["rate"] for day in days] == [None, 0.02]


def test_details_are_enough_to_draw_and_bounded() -> None:
    many = [entry(f"events_{i}.csv", 1000, i % 20) for i in range(300)]
    details = judged(*many).details
    assert (len(details["sources"]), details["sources_total"]) == (200, 300)
    assert details["rows_read"] == 300_000
    assert details["sources"][0]["family"] == "events_.csv"
    rates = [source["rate"] for source in details["sources"]]
    assert rates == sorted(rates, reverse=True)


def test_family_is_the_name_without_digits() -> None:
    assert SourceRate("web_20250308_2.csv", 1, 0).family == "web__.csv"
    assert SourceRate(None, 1, 0).family is None
    assert SourceRate("x", 0, 0).rate == 0.0


def test_hostile_sources_and_reasons_are_inert() -> None:
    rejected = RejectedRows(50, ((HOSTILE, 50),))
    judgement = judged(entry(HOSTILE, 100, 50), rejected=rejected)
    all_texts = [*texts(judgement), judgement.details["reasons"][0]["reason"]]
    assert not any(char in text for text in all_texts for char in FORBIDDEN)


@pytest.mark.parametrize(
    ("quarantined", "severity", "waived", "status"),
    [
        (58, Severity.RED, False, Status.RED),
        (58, Severity.RED, True, Status.WAIVED),
        (58, Severity.AMBER, False, Status.AMBER),
        (60, Severity.AMBER, False, Status.AMBER),
        (61, Severity.AMBER, False, Status.RED),
        (61, Severity.RED, True, Status.RED),
        (61, Severity.AMBER, True, Status.RED),
    ],
)
def test_above_the_stop_nothing_waves_it_through(
    quarantined: int, severity: Severity, waived: bool, status: Status
) -> None:
    waivers = [waiver(up_to=1.0)] if waived else []
    judgement = judged(entry(read=1000, quarantined=quarantined))
    assert verdict(CHECK, judgement, *waivers, severity=severity).status is status


def test_without_a_log_what_reasons_say_is_inert() -> None:
    rejected = RejectedRows(1, ((HOSTILE, 1),), undated=2, future=1)
    judgement = judge(Params(), RejectedShare(rejected, 0), FRAME)
    assert (judgement.status, judgement.value, judgement.stop) == (Status.RED, 1.0, True)
    assert not any(bad in text for bad in FORBIDDEN for text in texts(judgement))
    assert not any(bad in judgement.details["reasons"][0]["reason"] for bad in FORBIDDEN)
    assert judgement.details["filters"] == {"reason": HOSTILE}


@pytest.mark.parametrize(
    ("accepted", "undated", "status"),
    [(95, 0, Status.GREEN), (95, 1, Status.AMBER), (10**6, 9, Status.GREEN), (94, 0, Status.RED)],
)
def test_without_a_log_rows_of_no_day_only_warn(
    accepted: int, undated: int, status: Status
) -> None:
    judgement = judge(Params(), RejectedShare(RejectedRows(5, undated=undated), accepted), FRAME)
    assert (judgement.status, judgement.details["undated_rows"]) == (status, undated)
    assert ("without a time" in judgement.action) is (status is Status.AMBER)


def test_without_a_log_a_count_that_is_not_whole_is_unknown() -> None:
    problem = Unmeasured(Cause.TIMEOUT, "the files were not read within 10 s", retry=True)
    judgement = judge(Params(), RejectedShare(RejectedRows(7, problem=problem), 100), FRAME)
    assert judgement.message == "rate=unknown (timeout: the files were not read within 10 s)"
    assert (judgement.status, judgement.retry, judgement.value) == (Status.UNKNOWN, True, None)
    assert judge(Params(), RejectedShare(RejectedRows(), 9), FRAME).status is Status.UNKNOWN
    nothing = judge(Params(), RejectedShare(RejectedRows(0), 0), FRAME)
    assert nothing.message == "rate=unknown (bad_value: no row of 2025-03-08, rejected or accepted)"
