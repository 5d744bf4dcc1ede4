"""One voice on volume: what the weekday explains only warns, and one fall is one alarm.

Proved for any counts: the Z-score is red on no day on which the plain rule is not, is the plain
rule wherever the weekday does not explain the day, and is never green for it. Then in a shop with
weekends, through all that reads a verdict: exit code, formats, incidents, waivers, a backtest.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import Report, Status, Verdict
from checks.catalog import all_checks, volume_expected, volume_zscore
from checks.config.model import CheckSettings
from checks.config.overrides import Override, with_overrides
from checks.core.model import Judgement, Severity
from checks.detection import Basis
from checks.evaluation.backtest import replay
from checks.evaluation.policy import verdict_of
from checks.evaluation.waiving import WaiverRequest, give
from checks.history import history_of
from checks.outputs import formats, render
from tests.catalog.samples import FRAME, circumstances, daily, events
from tests.engines import named
from tests.shop import DAY, NOW, Shop, view

ZSCORE, EXPECTED = "volume_zscore", "volume_expected"


def settled(check: object, judgement: Judgement, *others: Verdict, **fields: object) -> Verdict:
    parameters = CheckSettings(params=None, **fields)  # type: ignore[arg-type]
    known = {other.id: other for other in others}
    return verdict_of(check, parameters, judgement, circumstances(), known)  # type: ignore[arg-type]


def score(counts: tuple[int, ...], *others: Verdict, explains: bool) -> Verdict:
    params = volume_zscore.Params(weekday_explains=explains)
    judgement = volume_zscore.judge(params, events({"view": counts[-8:]}), FRAME)
    return settled(volume_zscore.CHECK, judgement, *others)


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, ...]:
    """Counts with a weekly rhythm, often a week without it, and a last day of any size."""
    level = draw(st.integers(0, 20_000))
    shares = draw(st.lists(st.sampled_from([0.9, 1.0]), min_size=7, max_size=7))
    length = draw(st.sampled_from([7, 13, 20, 21, 40, 70]))
    shares[length % 7] = draw(st.sampled_from([0.5, 0.8, 0.95, 1.2]))  # the last day's weekday
    counts = [round(level * shares[index % 7]) for index in range(length)]
    flat_days = draw(st.sampled_from([0, 7, 7, 8]))
    if flat_days:
        counts[-flat_days:] = [level] * min(flat_days, length)
    moved = draw(st.sampled_from([0, 0.4, 0.97, 1, 1, 1.03, 2.5]))
    return (*counts, round(level * shares[length % 7] * moved))


@settings(max_examples=200, deadline=None)
@given(histories(), st.sampled_from(Severity))
def test_red_days_are_those_of_the_plain_rule_but_for_what_the_weekday_explains(
    counts: tuple[int, ...], severity: Severity
) -> None:
    judged = volume_expected.judge(volume_expected.Params(), daily(counts), FRAME)
    expected = settled(volume_expected.CHECK, judged, severity=severity)
    plain, seen = (score(counts, expected, explains=explains) for explains in (False, True))
    is_normal = expected.status is Status.GREEN
    explained = is_normal and expected.details.get("basis") == Basis.WEEKDAY
    if plain.status is Status.RED and explained:
        assert seen.status is Status.AMBER
        assert seen.message.startswith(f"{plain.message}; a Saturday usually has ")
    else:
        assert (seen.status, seen.message) == (plain.status, plain.message)
    assert (seen.value, seen.threshold, seen.facts.expected) == (
        plain.value, plain.threshold, plain.facts.expected,
    )  # fmt: skip


# ---- a shop whose weekends differ


def count_of(day: date) -> int:
    """Weekends have half; those before the last day had a campaign."""
    is_campaign = 0 < (DAY - day).days <= 7
    return 30 if day.weekday() > 4 and not is_campaign else 60


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path, named("duckdb").warehouse(tmp_path))
    made.orders.rows, made.sessions.rows = [], []
    for check in ("missing_revenue", "orphan_orders", "event_volume", "volume_trend"):
        made.parameters(check, enabled=False)
    fill(made, count_of(DAY))
    return made


def fill(shop: Shop, today: int) -> None:
    """Sixty days; the last has so many events."""
    days = [DAY - timedelta(days=back) for back in range(60)]
    shop.events.rows = [
        view(day, 24 * number / count)
        for day in days
        for count in [today if day == DAY else count_of(day)]
        for number in range(count)
    ]
    shop.write()


def statuses(report: Report) -> tuple[Status, Status]:
    by_id = {verdict.id: verdict.status for verdict in report.checks}
    return by_id[ZSCORE], by_id[EXPECTED]


def test_a_usual_saturday_lets_the_line_run(shop: Shop) -> None:
    report = shop.run(record=True)
    assert statuses(report) == (Status.AMBER, Status.GREEN)
    assert (report.exit_code, report.verdict) == (0, Status.AMBER)
    zscore = next(verdict for verdict in report.checks if verdict.id == ZSCORE)
    assert "; a Saturday usually has " in zscore.message
    assert (zscore.because, zscore.explanation) == (None, None)
    for name in set(formats()) - {"prometheus"}:
        assert "a Saturday usually has" in render(name, report)
    log = history_of(shop.config()).incident_log("shop", NOW)
    assert log.incidents == ()


def test_strict_counts_the_warning_as_before(shop: Shop) -> None:
    assert shop.run(strict=True).exit_code == 1


def test_the_plain_rule_stops_it(shop: Shop) -> None:
    shop.parameters(ZSCORE, weekday_explains=False)
    report = shop.run()
    assert statuses(report) == (Status.RED, Status.GREEN)
    assert report.exit_code == 1


def test_without_the_weekdays_check_it_stops_too(shop: Shop) -> None:
    shop.parameters(EXPECTED, enabled=False)
    report = shop.run()
    assert report.exit_code == 1
    assert {verdict.id: verdict.status for verdict in report.checks}[ZSCORE] is Status.RED


def test_an_outage_is_one_alarm_in_every_format_that_people_read(shop: Shop) -> None:
    fill(shop, 6)
    report = shop.run(record=True)
    assert statuses(report) == (Status.RED, Status.RED)
    by_id = {verdict.id: verdict for verdict in report.checks}
    assert (by_id[ZSCORE].because, by_id[EXPECTED].because) == (EXPECTED, None)
    assert by_id[ZSCORE].action == "Follows from volume_expected: do that first."
    also = f"also: volume_zscore {by_id[ZSCORE].message}"
    text = render("text", report)
    assert also in " ".join(text.split())
    assert text.count("volume_zscore") == 1
    assert render("github", report).count("volume_zscore") == 1
    assert "`volume_zscore`" not in render("markdown", report)
    for name in ("json", "junit", "prometheus"):
        assert render(name, report).count("volume_zscore")
    log = history_of(shop.config()).incident_log("shop", NOW)
    assert [(each.check, each.members) for each in log.incidents if each.check != "freshness"] == [
        (EXPECTED, (ZSCORE,))
    ]


def test_where_the_first_is_waived_the_score_stands_alone_until_it_is_waived_too(
    shop: Shop,
) -> None:
    fill(shop, 6)
    assert shop.run(record=True).exit_code == 1
    config = shop.config()
    history = history_of(config)
    for check, score_status in ((EXPECTED, Status.RED), (ZSCORE, Status.WAIVED)):
        request = WaiverRequest(check, "Mia", "a known outage", DAY + timedelta(days=9))
        give(config, history, request, NOW)
        report = shop.run(record=True)
        assert statuses(report) == (score_status, Status.WAIVED)
        assert {verdict.id: verdict.because for verdict in report.checks}[ZSCORE] is None


def test_a_backtest_shows_what_the_parameter_changes(shop: Shop) -> None:
    config = shop.config()
    override = Override(ZSCORE, "weekday_explains", "false")
    plain = with_overrides(config, [override], {}, all_checks())
    backtest = replay(config, plain, days=1, last=DAY, now=NOW, progress=lambda text: None)
    (day,) = backtest.days
    assert (day.now.status(ZSCORE), day.changed.status(ZSCORE)) == (Status.AMBER, Status.RED)
    assert day.changed_checks() == [ZSCORE]
