"""The judged day is never after the day that the run loads, and never quietly an older one.

Proved on every engine with days before and after the run's own, at the limits of the lag, in zones
whose clocks change, by the command, by Python, and by a property over days, lags and zones.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import Report, Status, Verdict
from checks.catalog.freshness import Measured, Params, judge
from checks.cli import main
from checks.config.timeframes import data_timeframe
from checks.core.errors import UsageError
from checks.core.timeframe import Timeframe, midnight, timeframe
from checks.evaluation.backtest import replay
from checks.evaluation.engine import evaluate
from checks.outputs import formats, render
from tests.catalog.samples import events
from tests.engines import named
from tests.shop import DAY, NOW, RUN, Shop, at, view

LATER = NOW + timedelta(days=30)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def duck(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop on DuckDB."""
    folder = tmp_path_factory.mktemp("duck")
    return Shop(folder, named("duckdb").warehouse(folder))


def latest(shop: Shop, **options: object) -> tuple[Report, Verdict]:
    """The newest day with events, as the run of 9 March sees it: the report and freshness."""
    report = shop.run(**{"data_date": "latest", "now": LATER} | options)
    return report, next(verdict for verdict in report.checks if verdict.id == "freshness")


def without_last(shop: Shop, days: int) -> None:
    """Take away the events of the last days."""
    first = at(DAY - timedelta(days=days - 1), 0)
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] < first]


@pytest.mark.parametrize("ahead", [1, 2, 25])
def test_events_after_the_runs_own_day_do_not_move_it(shop: Shop, ahead: int) -> None:
    shop.events.rows += [view(DAY + timedelta(days=ahead), 0.0)]
    shop.write()
    report, freshness = latest(shop)
    assert (report.run_date, report.data_date) == (RUN, DAY)
    assert (freshness.status, report.warnings) == (Status.GREEN, ())


def test_the_last_instant_of_the_runs_own_day_is_its_own(shop: Shop) -> None:
    without_last(shop, 1)
    shop.events.rows += [
        view(DAY, 23.9999), view(RUN, 0.0), view(DAY - ONE_DAY, 23.9999),
    ]  # fmt: skip
    shop.write()
    report, freshness = latest(shop)
    assert (report.data_date, freshness.status) == (DAY, Status.GREEN)


@pytest.mark.parametrize(("days", "hours"), [(1, "24.6"), (2, "48.6"), (7, "168.6")])
def test_an_older_day_is_red_and_says_why(shop: Shop, days: int, hours: str) -> None:
    without_last(shop, days)
    shop.events.rows += [view(RUN, 2.0)]  # what came after the run's own day is no excuse
    shop.events.rows += [view(DAY - timedelta(days=days), 23.4)]
    shop.write()
    report, freshness = latest(shop)
    newest = DAY - timedelta(days=days)
    assert (report.data_date, report.exit_code) == (newest, 1)
    assert (freshness.status, freshness.message) == (Status.RED, f"lag={hours}h (max 6h)")
    text = f"{newest.day} March, although the run of 9 March loads 8 March"
    assert text in freshness.summary
    assert f"{hours} hours before the end of 8 March (at most 6 is normal)" in freshness.summary
    assert freshness.action.startswith("Load 2025-03-08, or find out why it did not arrive")
    assert freshness.details["expected_date"] == DAY
    for name in formats():
        assert render(name, report)


def test_dates_instead_of_times(shop: Shop) -> None:
    import sqlalchemy as sa

    without_last(shop, 2)
    shop.events.columns["timestamp"] = sa.Date()
    shop.events.rows += [view(RUN, 2.0), view(RUN + ONE_DAY, 2.0)]
    for row in shop.events.rows:
        row["timestamp"] = row["timestamp"].date()
    shop.write()
    report, freshness = latest(shop)
    assert report.data_date == DAY - timedelta(days=2)
    assert (freshness.status, freshness.message) == (Status.RED, "lag=none (max 6h)")


def test_a_day_that_is_named_is_judged_as_that_day(shop: Shop) -> None:
    without_last(shop, 2)
    shop.write()
    day = DAY - timedelta(days=2)
    _, freshness = latest(shop, data_date=day)
    assert (freshness.status, freshness.message) == (Status.GREEN, "lag=0.6h (max 6h)")
    assert "expected_date" not in freshness.details


@pytest.mark.parametrize("ahead", [1, 2, 25])
def test_a_day_after_the_runs_own_is_refused(duck: Shop, ahead: int) -> None:
    duck.write()
    day = DAY + timedelta(days=ahead)
    message = f"data date {day} is after 2025-03-08, the day the run of 2025-03-09 loads"
    with pytest.raises(UsageError, match=message):
        latest(duck, data_date=day)


@pytest.mark.parametrize(("lag", "own"), [(0, RUN), (1, DAY), (3, date(2025, 3, 6))])
def test_the_runs_own_day_is_what_its_lag_says(duck: Shop, lag: int, own: date) -> None:
    duck.settings["data_lag_days"] = lag
    duck.events.rows += [view(RUN + timedelta(days=back), 23.0) for back in range(-1, 3)]
    duck.write()
    assert latest(duck)[0].data_date == own
    assert latest(duck, data_date=own)[0].data_date == own
    with pytest.raises(UsageError, match=f"is after {own}"):
        latest(duck, data_date=own + ONE_DAY)


def test_the_command_refuses_with_code_2(duck: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    duck.write()
    duck.config()
    config = str(duck.folder / "andon.yml")
    words = ["gate", "--no-record", "--config", config, "--date", "2025-03-09", "--data-date"]
    assert main([*words, "2025-03-09"]) == 2
    output = capsys.readouterr().err
    assert "data date 2025-03-09 is after 2025-03-08, the day the run of 2025-03-09 loads" in output
    duck.events.rows += [view(RUN, 2.0)]
    duck.write()
    assert main([*words, "latest"]) == 0
    assert "for 2025-03-08" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("hour", "message"),
    [
        (0.4, "lag=none (max 6h)"),  # 0.8 hours are within the limit, yet today has no event
        (5.5, "lag=none (max 6h)"),
        (5.7, "lag=6.1h (max 6h)"),
        (12.0, "lag=12.4h (max 6h)"),
    ],
)
def test_while_its_day_lasts_the_lag_ends_now(duck: Shop, hour: float, message: str) -> None:
    duck.settings["data_lag_days"] = 0
    duck.events.rows += [view(DAY, 23.6)]
    duck.write()
    now = datetime(2025, 3, 9, tzinfo=UTC) + timedelta(hours=hour)
    report, freshness = latest(duck, now=now)
    assert report.data_date == DAY
    assert (freshness.status, freshness.message) == (Status.RED, message)
    assert "lag=none" in message or "hours before now" in freshness.summary


@pytest.mark.parametrize(("limit", "message"), [(24, "lag=24.4h (max 24h)"), (25, "lag=none"),
                                                (1000, "lag=none")])  # fmt: skip
def test_no_limit_makes_an_older_day_green(duck: Shop, limit: int, message: str) -> None:
    without_last(duck, 1)
    duck.events.rows += [view(DAY - ONE_DAY, 23.6)]
    duck.parameters("freshness", max_lag_hours=limit)
    duck.write()
    _, freshness = latest(duck)
    assert freshness.status is Status.RED
    assert freshness.message.startswith(message)


def test_where_freshness_is_not_enabled_a_warning_says_it(duck: Shop) -> None:
    duck.parameters("freshness", enabled=False)
    duck.write()
    assert duck.run(data_date="latest").warnings == ()
    without_last(duck, 2)
    duck.write()
    (warning,) = duck.run(data_date="latest").warnings
    assert "with events is 2025-03-06, but the run of 2025-03-09 loads 2025-03-08" in warning
    assert duck.run(data_date=DAY - timedelta(days=2)).warnings == ()


def test_no_event_up_to_the_runs_own_day_is_refused(duck: Shop) -> None:
    duck.events.rows = [view(RUN, 2.0)]
    duck.write()
    with pytest.raises(UsageError, match="no event before now and up to 2025-03-08"):
        latest(duck)


def test_a_run_whose_day_has_not_begun_is_refused(duck: Shop) -> None:
    duck.write()
    with pytest.raises(UsageError, match="data date 2025-03-10 is in the future"):
        latest(duck, date=date(2025, 3, 11), now=NOW)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati"])
def test_the_days_are_the_shops(duck: Shop, zone: str) -> None:
    duck.settings["timezone"] = zone
    end = midnight(RUN, ZoneInfo(zone)).replace(tzinfo=None)
    duck.events.rows = [row for row in duck.events.rows if row["timestamp"] < end - ONE_DAY]
    last, next_day = view(DAY, 0.0), view(DAY, 0.0)
    last["timestamp"], next_day["timestamp"] = end - timedelta(seconds=1), end
    duck.events.rows.append(next_day)
    duck.write()
    report, freshness = latest(duck)
    assert (report.data_date, freshness.status) == (DAY - ONE_DAY, Status.RED)
    duck.events.rows.append(last)
    duck.write()
    report, freshness = latest(duck)
    assert (report.data_date, freshness.status) == (DAY, Status.GREEN)


@pytest.mark.parametrize("lag", [0, 1, 3])
def test_replayed_days_and_pages_keep_the_rule(duck: Shop, lag: int) -> None:
    duck.settings["data_lag_days"] = lag
    duck.write()
    config = duck.config()
    backtest = replay(
        config, config, days=3, last=DAY - timedelta(days=3), now=LATER, progress=lambda text: None
    )
    assert [day.data_date for day in backtest.days][-1] == DAY - timedelta(days=3)
    frame = data_timeframe(config, DAY, LATER)
    assert (frame.data_date, frame.run_date) == (DAY, DAY + timedelta(days=lag))
    reports = evaluate(config, date=frame.run_date, data_date=DAY, now=LATER)
    assert reports.data_date == DAY


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=200, deadline=None, derandomize=True)
@given(ZONES, MOMENTS, st.integers(0, 4), st.integers(-3, 40), st.none() | st.integers(-3, 40))
def test_no_frame_has_a_day_after_the_runs_own(
    zone: str, now: datetime, lag: int, run_back: int, data_back: int | None
) -> None:
    today = now.astimezone(ZoneInfo(zone)).date()
    run = today - timedelta(days=run_back)
    data = None if data_back is None else today - timedelta(days=data_back)
    own = run - timedelta(days=lag)
    try:
        frame = timeframe(now, ZoneInfo(zone), run_date=run, data_date=data, data_lag_days=lag)
    except UsageError:
        assert own > today or (data is not None and (data > today or data > own))
    else:
        assert frame.data_date == (data or own) <= min(own, today)
        assert not frame.is_behind


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    ZONES, st.integers(0, 2), st.integers(0, 9), st.floats(0, 1), st.floats(0, 60),
    st.floats(0.1, 400),
)  # fmt: skip
def test_the_newest_day_is_green_only_where_it_is_the_runs_own(
    zone: str, lag: int, behind: int, part: float, hours_later: float, limit: float
) -> None:
    own = RUN - timedelta(days=lag)
    now = midnight(own, ZoneInfo(zone)) + timedelta(hours=hours_later)
    frame = timeframe(now, ZoneInfo(zone), run_date=RUN, data_lag_days=lag)
    day = own - timedelta(days=behind)
    frame = replace(frame, data_date=day, expected_date=own)
    newest = frame.start + (frame.cut - frame.start) * part
    judgement = judge(Params(limit), Measured(events(newest=min(newest, now))), frame)
    lag_hours = (min(now, midnight(own + ONE_DAY, ZoneInfo(zone))) - newest) / timedelta(hours=1)
    assert (judgement.status is Status.GREEN) == (behind == 0 and lag_hours <= limit)
    assert judgement.value is None or (judgement.value > limit) == (judgement.status is Status.RED)


def test_a_frame_without_an_expected_day_is_never_behind() -> None:
    frame = Timeframe(RUN, DAY - timedelta(days=400), NOW, ZoneInfo("UTC"))
    assert (frame.is_behind, frame.due) == (False, frame.end)
