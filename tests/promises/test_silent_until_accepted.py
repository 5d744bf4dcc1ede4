"""Promised: an event name that fell silent stays red until it is there again, or until somebody
accepts that it is retired; what is accepted is told with who, when and why, and can be revoked.

Proved day by day over weeks, with and without a history, on every engine that runs.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import Report, Status
from checks.catalog import all_checks
from checks.catalog._silence import last_return, silences
from checks.core.counts import NAME, DailyCounts, DayCounts, Values, value_text
from checks.core.errors import HistoryError, UsageError
from checks.evaluation.accepting import AcceptanceRequest, accept
from checks.evaluation.engine import evaluate
from checks.evaluation.waiving import WaiverRequest, give
from checks.history import StoredAcceptance, open_history
from checks.measuring.daily import fingerprint
from checks.outputs import render
from tests.shop import DAY, NOW, RUN, Shop, at, view

RED, GREEN = Status.RED, Status.GREEN
DAYS = 60


def day(back: int) -> date:
    return DAY - timedelta(days=back)


def name_on(shop: Shop, name: str, backs: range | list[int], count: int = 12) -> None:
    """So many events of a name on each of the days."""
    shop.events.rows += [
        view(day(back), 24 * number / count, name) for back in backs for number in range(count)
    ]


@pytest.fixture
def weeks(shop: Shop) -> Shop:
    """Sixty days of one regular event; nothing else is judged."""
    shop.events.rows = []
    name_on(shop, "page_viewed", range(DAYS))
    for section in ("orders", "sessions", "audit_log"):
        del shop.settings[section]
    shop.set("events", revenue=None, order_id=None, purchase_names=None)
    for check in all_checks():
        shop.parameters(check.id, enabled=check.id == "event_volume")
    return shop


def run(shop: Shop, back: int = 0, **options: Any) -> Report:
    moment = timedelta(days=back)
    defaults = {"date": RUN - moment, "now": NOW - moment, "record": True}
    return evaluate(shop.config(), **(defaults | options))


def status(report: Report) -> Status:
    return {verdict.id: verdict.status for verdict in report.checks}["event_volume"]


def accepted(shop: Shop, subject: str | None, back: int = 0, **fields: Any) -> StoredAcceptance:
    config = shop.config()
    request = AcceptanceRequest("event_volume", "Mia", "the wishlist is gone", subject, **fields)
    return accept(config, open_history(config.history), request, NOW - timedelta(days=back))


@pytest.mark.parametrize("use_history", [True, False])
def test_a_dead_name_stays_red(weeks: Shop, use_history: bool) -> None:
    name_on(weeks, "cart", range(30, DAYS))
    weeks.write()
    options = {"use_history": use_history, "record": use_history}
    assert status(run(weeks, 30, **options)) is GREEN
    for back in (29, 28, 24, 23, 22, 21, 15, 1, 0):
        report = run(weeks, back, **options)
        assert status(report) is RED, back
        (verdict,) = (verdict for verdict in report.checks if verdict.id == "event_volume")
        assert verdict.message == "silent=1 (max 0)"
        pattern = r"'cart' stopped on 7 February: usually 12 on a \w+day, 0 since"
        assert re.search(pattern, verdict.summary)
        assert verdict.subjects == {"event": ("cart",)}


@pytest.mark.parametrize(
    ("returned", "expected"),
    [({3: 12}, GREEN), ({3: 1}, RED), ({0: 1}, RED), ({0: 12}, GREEN), ({5: 1, 3: 1}, RED)],
)
def test_stray_events_are_no_return(
    weeks: Shop, returned: dict[int, int], expected: Status
) -> None:
    name_on(weeks, "cart", range(12, DAYS))
    for back, count in returned.items():
        last = 0 if count == 12 and back else back
        name_on(weeks, "cart", list(range(last, back + 1)), count)
    weeks.write()
    assert (status(run(weeks)) is RED) is (expected is RED)


def test_a_single_day_is_no_regular_name(weeks: Shop) -> None:
    name_on(weeks, "campaign", [20], 500)
    weeks.write()
    assert status(run(weeks)) is GREEN


def test_what_is_accepted_is_green_and_told(weeks: Shop) -> None:
    name_on(weeks, "wishlist", range(12, DAYS))
    weeks.write()
    assert run(weeks, 1).exit_code == 1
    acceptance = accepted(weeks, "wishlist")
    assert (acceptance.data_date, acceptance.subject) == (day(1), "wishlist")
    assert accepted(weeks, "wishlist") == acceptance
    report = run(weeks)
    assert (status(report), report.exit_code) == (GREEN, 0)
    (acceptance,) = report.acceptances
    assert (acceptance.holds, acceptance.owner, acceptance.reason) == (
        True,
        "Mia",
        "the wishlist is gone",
    )
    for name in ("text", "markdown", "junit", "json"):
        assert "the wishlist is gone" in render(name, report), name
    (verdict,) = (verdict for verdict in report.checks if verdict.id == "event_volume")
    assert verdict.details["retired"] == ["wishlist"]
    assert "accepted as retired: 'wishlist'" in verdict.summary
    # Not of days before, and of no other name.
    assert status(run(weeks, 5, record=False)) is RED
    weeks.events.rows = [r for r in weeks.events.rows if r["event_name"] != "cart"]
    name_on(weeks, "cart", range(1, DAYS))
    weeks.write()
    assert status(run(weeks, record=False)) is RED


def test_what_returns_and_falls_silent_again_is_red(weeks: Shop) -> None:
    name_on(weeks, "cart", range(30, DAYS))
    weeks.write()
    run(weeks, 20)
    accepted(weeks, "cart", 20)
    assert status(run(weeks, 20)) is GREEN
    assert status(run(weeks, 12)) is GREEN
    name_on(weeks, "cart", range(3, 12))
    weeks.write()
    assert status(run(weeks, 11)) is not RED
    report = run(weeks, 2)
    assert status(report) is RED
    (acceptance,) = report.acceptances
    assert (acceptance.holds, acceptance.why) == (False, "it returned before 6 March")


def test_an_expected_name_that_returned_is_red_again(weeks: Shop) -> None:
    """Also a rare one, which is silent because the configuration expects it."""
    weeks.parameters("event_volume", expected=["refund"])
    name_on(weeks, "refund", [40, 25], 1)
    weeks.write()
    assert status(run(weeks, 30)) is RED
    accepted(weeks, "refund", 30)
    assert status(run(weeks, 30)) is GREEN
    assert status(run(weeks, 27)) is GREEN
    assert status(run(weeks, 25)) is GREEN  # it is there
    assert status(run(weeks, 24)) is RED
    assert status(run(weeks, 5)) is RED


def test_an_acceptance_is_revoked_once(weeks: Shop) -> None:
    name_on(weeks, "cart", range(12, DAYS))
    weeks.write()
    run(weeks)
    acceptance = accepted(weeks, None)
    history = open_history(weeks.config().history)
    assert history.revoke_acceptance(acceptance.id, "shop", "Jon", NOW)
    assert not history.revoke_acceptance(acceptance.id, "shop", "Jon", NOW)
    report = run(weeks)
    assert status(report) is RED
    assert report.acceptances[0].why == f"revoked by Jon on {NOW:%Y-%m-%d}"
    with pytest.raises(UsageError, match="no acceptance of this pipeline has the id 7"):
        history.revoke_acceptance(7, "shop", "Jon", NOW)
    assert accepted(weeks, "cart").id != acceptance.id
    assert status(run(weeks)) is GREEN


@pytest.mark.parametrize(
    ("check", "subject", "why"),
    [
        (
            "event_volume",
            "crat",
            "did not fail for 'crat' on 2025-03-08; did you mean 'cart'",
        ),
        ("event_volume", "page_viewed", "event_volume did not fail for 'page_viewed'"),
        ("event_volume", None, "name the event to accept: 'cart', 'login'"),
        ("freshness", None, "failures of freshness cannot be accepted; allowed: volume_expected"),
        ("event_volum", "cart", "did you mean event_volume"),
    ],
)
def test_what_may_not_be_accepted(weeks: Shop, check: str, subject: str | None, why: str) -> None:
    for name in ("cart", "login"):
        name_on(weeks, name, range(12, DAYS))
    weeks.write()
    run(weeks)
    config = weeks.config()
    with pytest.raises(UsageError, match=why):
        accept(
            config,
            open_history(config.history),
            AcceptanceRequest(check, "Mia", "why", subject),
            NOW,
        )
    assert open_history(config.history).all_acceptances("shop") == ()


@pytest.mark.parametrize(
    ("owner", "reason", "why"),
    [(" ", "gone", "the owner must not be empty"), ("Mia", "\n", "the reason must not be empty")],
)
def test_nobody_accepts_without_a_name_and_a_reason(
    weeks: Shop, owner: str, reason: str, why: str
) -> None:
    name_on(weeks, "cart", range(12, DAYS))
    weeks.write()
    run(weeks)
    config = weeks.config()
    request = AcceptanceRequest("event_volume", owner, reason, "cart")
    with pytest.raises(UsageError, match=why):
        accept(config, open_history(config.history), request, NOW)


def test_nothing_is_accepted_before_it_was_evaluated(weeks: Shop) -> None:
    weeks.write()
    with pytest.raises(UsageError, match="nothing is recorded yet"):
        accepted(weeks, "cart")
    run(weeks)
    with pytest.raises(
        UsageError, match="2025-03-08 records no event or level for which event_volume failed"
    ):
        accepted(weeks, "cart")


@pytest.mark.parametrize(
    ("column", "value"), [("subject", ""), ("data_date", "soon"), ("created_at", 7), ("kind", b"x")]
)
def test_a_damaged_acceptance_accepts_nothing(weeks: Shop, column: str, value: object) -> None:
    name_on(weeks, "cart", range(12, DAYS))
    weeks.write()
    run(weeks)
    accepted(weeks, "cart")
    with closing(sqlite3.connect(weeks.folder / "history.db")) as history:
        history.execute(f"UPDATE andon_acceptances SET {column} = ?", (value,))
        history.commit()
    report = run(weeks)
    assert report.exit_code == 1
    assert any("1 acceptance is damaged: left out" in warning for warning in report.warnings)


@pytest.mark.parametrize("column", ["created_at", "data_date"])
def test_an_acceptance_from_after_now_accepts_nothing(weeks: Shop, column: str) -> None:
    name_on(weeks, "cart", range(12, DAYS))
    weeks.write()
    run(weeks)
    accepted(weeks, "cart")
    later = "2030-01-02T00:00:00.000000+00:00" if column == "created_at" else "2030-01-02"
    with closing(sqlite3.connect(weeks.folder / "history.db")) as history:
        history.execute(f"UPDATE andon_acceptances SET {column} = ?", (later,))
        history.commit()
    report = run(weeks)
    assert report.exit_code == 1
    assert any("later than now (2030-01-02): not applied" in w for w in report.warnings)


def test_a_history_that_cannot_be_read_accepts_nothing(weeks: Shop) -> None:
    name_on(weeks, "cart", range(12, DAYS))
    weeks.write()
    run(weeks)
    accepted(weeks, "cart")
    (weeks.folder / "history.db").write_bytes(b"no database" * 100)
    report = run(weeks)
    assert report.exit_code == 1
    assert any("nothing is accepted" in warning for warning in report.warnings)
    with pytest.raises(HistoryError):
        accepted(weeks, "cart")


def test_a_table_that_keeps_a_few_days_forgets_no_silence(weeks: Shop) -> None:
    name_on(weeks, "cart", range(25, DAYS))
    rows = list(weeks.events.rows)
    weeks.write()
    run(weeks, 31)
    for back in (30, 26, 25, 24, 20, 14, 8, 0):
        kept = at(day(back + 9), 0)
        weeks.events.rows = [r for r in rows if kept <= r["timestamp"] < at(day(back - 1), 0)]
        weeks.write()
        assert (status(run(weeks, back)) is RED) is (back < 25), back


LONG = "x" * 150 + "/path/" + "y" * 100
#: Names that are alike as far as a name is shown, and one that is long only as it is shown.
ALIKE = [(f"{LONG}1", f"{LONG}2"), ("\u200b" * 60 + "1", "\u200b" * 60 + "2")]


@pytest.mark.parametrize(("name", "other"), ALIKE)
def test_long_names_stay_apart(weeks: Shop, name: str, other: str) -> None:
    """The other one, which is alike at its beginning, is no sign that a name is there."""
    weeks.events.columns["event_name"] = sa.String(400)
    name_on(weeks, name, range(12, DAYS))
    name_on(weeks, other, range(DAYS))
    weeks.write()
    for back in (12, 11, 6, 5, 4, 3, 0):
        assert (status(run(weeks, back)) is RED) is (back < 12), back
    accepted(weeks, None)
    assert status(run(weeks)) is GREEN


def waived(shop: Shop, back: int = 0, *subjects: str) -> None:
    config = shop.config()
    request = WaiverRequest("event_volume", "Mia", "known", RUN + timedelta(days=9), None, subjects)
    give(config, open_history(config.history), request, NOW - timedelta(days=back))


@pytest.mark.parametrize("name", [*ALIKE[0], ALIKE[1][0], "a\u200bb", "x" * 199 + "…"], ids=ascii)
@pytest.mark.parametrize("decide", [waived, accepted])
def test_a_long_name_is_known_by_its_text_within_the_window_and_beyond(
    weeks: Shop, name: str, decide: Callable[..., object]
) -> None:
    weeks.events.columns["event_name"] = sa.String(400)
    name_on(weeks, name, range(12, DAYS))
    weeks.write()
    run(weeks, 10)
    decide(weeks, back=10) if decide is waived else decide(weeks, name, 10)
    passed = Status.WAIVED if decide is waived else GREEN
    assert [status(run(weeks, back)) for back in (10, 7, 3, 0)] == [passed] * 4


@pytest.mark.parametrize("decide", [waived, accepted])
@pytest.mark.parametrize(("typed", "name"), [("(no name)", ""), ("\\(no name)", "(no name)")])
def test_a_name_is_typed_as_it_is_shown(
    weeks: Shop, decide: Callable[..., object], typed: str, name: str
) -> None:
    """A blank one has a name of ours, and one that is called like it is told apart."""
    for blank in ("", "(no name)"):
        name_on(weeks, blank, range(3, DAYS))
    weeks.write()
    report = run(weeks)
    (verdict,) = (verdict for verdict in report.checks if verdict.id == "event_volume")
    assert verdict.subjects == {"event": ("(no name)", "\\(no name)")}
    if decide is accepted:
        accepted(weeks, typed)
    else:
        waived(weeks, 0, typed)
    assert status(run(weeks)) is RED
    weeks.events.rows = [
        row for row in weeks.events.rows if row["event_name"] in (name, "page_viewed")
    ]
    weeks.write()
    assert status(run(weeks)) is (GREEN if decide is accepted else Status.WAIVED)


def test_a_day_with_a_name_that_was_cut_is_counted_again(weeks: Shop) -> None:
    """As earlier versions remembered them: which of two long names it was is not known."""
    name, other = ALIKE[0]
    weeks.events.columns["event_name"] = sa.String(400)
    name_on(weeks, name, range(12, DAYS))
    name_on(weeks, other, range(DAYS))
    weeks.write()
    run(weeks, 1)
    cut = {"page_viewed": 12, name[:199] + "…": 24}
    in_history(weeks, day(30), {NAME: Values(cut)})
    assert status(run(weeks)) is RED
    kept = counts_in_history(weeks, day(30))[NAME]
    assert kept == [{"page_viewed": 12, value_text(name): 12, value_text(other): 12}, 0]


def counts_in_history(shop: Shop, of_day: date) -> dict[str, Any]:
    with closing(sqlite3.connect(shop.folder / "history.db")) as history:
        query = "SELECT counts FROM andon_daily_counts WHERE day = ?"
        ((text,),) = history.execute(query, (of_day.isoformat(),))
    counts: dict[str, Any] = json.loads(text)
    return counts


def in_history(shop: Shop, of_day: date, counts: Mapping[str, Values]) -> None:
    """Remember a day as it was counted by someone else."""
    config = shop.config()
    open_history(config.history).keep_daily_counts(
        config.pipeline, fingerprint(config), [DayCounts(of_day, counts)], NOW
    )


@pytest.fixture
def few_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three names of a day are remembered, where a thousand are."""
    monkeypatch.setattr("checks.measuring.daily.MOST_NAMES", 3)


@pytest.mark.usefixtures("few_kept")
@pytest.mark.parametrize("use_history", [True, False])
def test_a_name_is_not_forgotten_where_there_are_too_many(weeks: Shop, use_history: bool) -> None:
    for rare in range(6):
        name_on(weeks, f"rare-{rare}", range(DAYS), 1)
    name_on(weeks, "cart", range(15, DAYS))
    name_on(weeks, "campaign", list(range(30, DAYS, 7)), 90)
    weeks.write()
    options = {"use_history": use_history, "record": use_history}
    for back in (15, 14, 13, 9, 8, 7, 6, 1, 0):
        report = run(weeks, back, **options)
        assert (status(report) is RED) is (back < 15), back
        subjects = {verdict.id: verdict.subjects for verdict in report.checks}["event_volume"]
        assert subjects == ({"event": ("cart",)} if back < 15 else {})
        assert not any("regular event name" in warning for warning in report.warnings)


@pytest.mark.usefixtures("few_kept")
def test_an_accepted_name_stays_so_where_there_are_too_many(weeks: Shop) -> None:
    for rare in range(6):
        name_on(weeks, f"rare-{rare}", range(DAYS), 1)
    name_on(weeks, "cart", range(15, DAYS))
    weeks.write()
    run(weeks, 14)
    accepted(weeks, "cart", 14)
    assert [status(run(weeks, back)) for back in (14, 13, 7, 6, 0)] == [GREEN] * 5


@pytest.mark.usefixtures("few_kept")
def test_regular_names_that_are_too_many_are_told(weeks: Shop) -> None:
    for number in range(4):
        name_on(weeks, f"regular-{number}", range(DAYS), 20 - number)
    weeks.write()
    (warning,) = run(weeks).warnings
    assert warning == (
        "events: 2 regular event names beyond the number that is remembered per day, such as "
        "'page_viewed': if one goes silent, the checks report it for at most 7 days"
    )


@pytest.mark.parametrize("returned", [[4], [4, 3], []])
@pytest.mark.parametrize("count", [1, 2])
def test_stray_events_end_no_acceptance_of_an_irregular_name(
    weeks: Shop, returned: list[int], count: int
) -> None:
    name_on(weeks, "campaign", [8, 9, 10], 100)
    name_on(weeks, "campaign", returned, count)
    weeks.write()
    run(weeks, 6)
    accepted(weeks, "campaign", 6)
    for back in (back for back in range(6, -1, -1) if back not in returned):
        assert status(run(weeks, back)) is GREEN, back


def test_an_irregular_name_that_returned_is_red_again(weeks: Shop) -> None:
    name_on(weeks, "campaign", [8, 9, 10], 100)
    name_on(weeks, "campaign", [4], 10)
    weeks.write()
    run(weeks, 6)
    accepted(weeks, "campaign", 6)
    assert status(run(weeks, 5)) is GREEN
    assert status(run(weeks, 3)) is RED


def counts_of(*counts: int) -> DailyCounts:
    days = tuple(day(len(counts) - 1 - index) for index in range(len(counts)))
    by_day = {
        counted_day: DayCounts(counted_day, {NAME: Values({"cart": count} if count else {})})
        for counted_day, count in zip(days, counts, strict=True)
    }
    return DailyCounts(days, by_day)


@pytest.mark.parametrize(
    ("counts", "back"),
    [
        ((100, 100, 0, 1), 2),
        ((1000,) * 20 + (1,) * 12, 12),  # stray events do not become what is usual
        ((1000,) * 20 + (1,) * 12 + (100,), 0),
        ((1000,) * 20 + (1,) * 12 + (99,), 13),
        ((0, 5, 0), 1),
    ],
)
def test_when_a_name_was_there_last(counts: tuple[int, ...], back: int) -> None:
    assert last_return(counts_of(*counts), "cart") == day(back)


@pytest.mark.parametrize(
    ("counts", "typical"),
    [
        ((10,) * 7 + (0,), 10), ((9,) * 7 + (0,), None), ((10,) * 4 + (0,) * 20, 10),
        ((10,) * 3 + (0,) * 20, None), ((100,) * 7 + (0, 9, 0, 9), 100),
        ((100,) * 7 + (10, 10, 9), None), ((100,) * 7 + (9, 9, 9), None),
        ((100,) * 7 + (9, 0, 9), 100), ((0,) * 9, None), ((100,) * 9, None),
        ((100,) * 6 + (15000,) + (0,) * 20, 100), ((100, 9000, 100, 9000, 100) + (0,) * 9, 100),
    ],
)  # fmt: skip
def test_where_silence_begins(counts: tuple[int, ...], typical: float | None) -> None:
    silence = silences(counts_of(*counts), 10).get("cart")
    assert (None if silence is None else silence.usual) == typical


@settings(deadline=None)
@given(
    st.lists(st.integers(10, 300), min_size=4, max_size=20), st.integers(1, 100),
    st.integers(0, 10),
)  # fmt: skip
def test_every_regular_name_that_stopped_is_silent_however_long(
    before: list[int], silent_days: int, missing: int
) -> None:
    by_name = silences(counts_of(*before, *(0,) * silent_days), 10)
    # A name that shrank to a tenth before was nearly silent then already.
    if min(before[-7:]) > 0.1 * max(before):
        assert by_name["cart"].since == day(silent_days - 1)
