"""The evidence about rejected rows of a small shop: counted, masked, compared, in pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from checks.core.errors import MeasurementError
from checks.evidence import (
    rejected,
    rejected_explained,
    rejected_rate,
    rejected_rows,
)
from checks.evidence.rejected_rate import DayRate, above_since
from tests.evidence.asking import ask
from tests.shop import DAY, Shop, at, log_entry

HEADER = "client_id,timestamp,event,agent,error_reason\n"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_1 like Mac OS X) Mobile/15E148"
BOT = "Mozilla/5.0 (compatible; AhrefsBot/7.0)"


class Rejecting:
    """A shop whose log and files can be told day by day: rows read, and rejected rows."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.folder = shop.folder / "quarantine"
        self.folder.mkdir()
        self.shop.log.rows = []
        shop.set(
            "quarantine", files="quarantine/events_{date:%Y%m%d}_errors.csv",
            reason="error_reason", occurred_at="timestamp", event_name="event",
        )  # fmt: skip

    def day(
        self, back: int, rows: Iterable[str], read: int = 1000, logged: int | None = None
    ) -> None:
        """A data day before the judged one: rows of `agent,reason`."""
        day, texts = DAY - timedelta(days=back), list(rows)
        body = "".join(
            f"secret-client-{i:04},{day}T{i % 24:02}:00:00Z,view,{text}\n"
            for i, text in enumerate(texts)
        )
        (self.folder / f"events_{day:%Y%m%d}_errors.csv").write_text(HEADER + body, "utf-8")
        count = len(texts) if logged is None else logged
        self.shop.log.rows.append(log_entry(day, read, count))

    def done(self) -> Shop:
        self.shop.write()
        return self.shop


@pytest.fixture
def rejecting(duck: Shop) -> Rejecting:
    return Rejecting(duck)


def rising(rejecting: Rejecting) -> Shop:
    """Nine fine days of bots and some phones, then three days of phones above the limit."""
    for back in range(11, 2, -1):
        rejecting.day(back, [f"{BOT},a"] * 8 + [f"{IPHONE},a"] * 2)
    for back in (2, 1, 0):
        rejecting.day(back, [f"{BOT},a"] * 8 + [f"{IPHONE},b"] * 92)
    return rejecting.done()


def test_the_day_counted(rejecting: Rejecting) -> None:
    summary = ask(rising(rejecting), rejected.read)
    assert (summary.rows, summary.logged, summary.files) == (100, 100, 1)
    assert [(part.value, part.rows) for part in summary.reasons.parts] == [("b", 92), ("a", 8)]
    assert [part.value for part in summary.sources.parts] == ["events_20250308.csv"]
    assert [part.value for part in summary.events.parts] == ["view"]
    assert sum(part.rows for part in summary.hours.parts) == 100
    assert [part.value for part in summary.hours.parts] == [f"{hour:02}" for hour in range(24)]


def test_what_is_not_mapped_says_so(rejecting: Rejecting) -> None:
    rejecting.shop.set("quarantine", event_name=None, reason="nothing")
    summary = ask(rising(rejecting), rejected.read)
    assert summary.events.why == "quarantine.event_name is not mapped, or not there"
    assert summary.reasons.why == "no column with the reason is mapped"
    assert (summary.events.parts, summary.reasons.parts) == ((), ())


def test_a_missing_file_is_no_empty_day(rejecting: Rejecting) -> None:
    rejecting.day(0, ["x,a"])
    next(rejecting.folder.iterdir()).unlink()
    with pytest.raises(MeasurementError, match=r"no file can be read .* 1 row was quarantined"):
        ask(rejecting.done(), rejected.read)


def test_nothing_rejected_and_nothing_logged(rejecting: Rejecting) -> None:
    rejecting.day(0, [])
    next(rejecting.folder.iterdir()).unlink()
    summary = ask(rejecting.done(), rejected.read)
    assert (summary.rows, summary.logged, summary.files) == (0, 0, 0)


def test_reasons_with_personal_values_are_masked_and_can_be_asked_for(
    rejecting: Rejecting,
) -> None:
    rejecting.day(0, ["x,mail alice@example.com is bad", "x,mail alice@example.com is bad", "x,a"])
    shop = rejecting.done()
    summary = ask(shop, rejected.read)
    masked = "mail a…@… is bad"
    assert [part.value for part in summary.reasons.parts] == [masked, "a"]
    assert ask(shop, lambda context: rejected_rows.read(context, reason=masked)).total == 2


def test_rows_masked_with_when_what_and_why_first(rejecting: Rejecting) -> None:
    page = ask(rising(rejecting), rejected_rows.read)
    assert page.names == ("timestamp", "event", "error_reason", "client_id", "agent")
    assert page.rows[0] == ("2025-03-08T00:00:00Z", "view", "a", "secr… (18)", BOT)
    assert (page.total, page.masked) == (100, ("client_id",))


def test_configured_columns_are_masked_whole(rejecting: Rejecting) -> None:
    rejecting.shop.set("quarantine", mask=["Agent"])
    page = ask(rising(rejecting), rejected_rows.read)
    assert {row[4] for row in page.rows} == {"(masked)"}
    assert page.masked == ("client_id", "agent")
    searched = ask(rejecting.shop, lambda context: rejected_rows.read(context, query="iPhone"))
    assert searched.total == 0


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ({"reason": "b"}, 92),
        ({"reason": "b", "hour": "00"}, 4),
        ({"event": "view"}, 100),
        ({"source": "events_20250308.csv"}, 100),
        ({"source": "events_20250307.csv"}, 0),
        ({"query": " iphone "}, 92),
        ({"query": "secret"}, 0),
        ({"query": "secret-client-0001"}, 1),
    ],
)
def test_filtered_rows(rejecting: Rejecting, options: dict[str, Any], total: int) -> None:
    page = ask(rising(rejecting), lambda context: rejected_rows.read(context, **options))
    assert (page.total, len(page.rows)) == (total, total)


def test_never_more_than_a_thousand_rows(rejecting: Rejecting) -> None:
    rejecting.day(0, (f"x,r{i}" for i in range(2500)), read=9000)
    shop = rejecting.done()
    pages = [
        ask(shop, lambda context, page=page: rejected_rows.read(context, page=page))
        for page in (1, 2, 3, 4)
    ]
    assert [len(page.rows) for page in pages] == [1000, 1000, 500, 0]
    assert {page.total for page in pages} == {2500}
    assert len({row for page in pages for row in page.rows}) == 2500


@pytest.mark.parametrize(
    ("quarantined", "above"),
    [(49, (False, False)), (50, (False, False)), (51, (True, False)), (60, (True, False)),
     (61, (True, True))],
)  # fmt: skip
def test_a_rate_against_both_limits(
    rejecting: Rejecting, quarantined: int, above: tuple[bool, bool]
) -> None:
    rejecting.day(0, [], logged=quarantined)
    rates = ask(rejecting.done(), rejected_rate.read)
    (day,) = rates.days
    assert (day.rate, day.above_alert, day.above_stop) == (quarantined / 1000, *above)
    assert rates.above_since == (DAY if above[0] else None)


def test_a_log_of_all_days_in_one_run_tells_each_days_rate(rejecting: Rejecting) -> None:
    for back in (2, 1, 0):
        rejecting.day(back, [], logged=10 * (back + 1))
    for entry in rejecting.shop.log.rows:
        entry["run_timestamp"] = at(DAY + timedelta(days=1), 2.25)
    rates = ask(rejecting.done(), rejected_rate.read)
    assert [(day.day, day.rate) for day in rates.days] == [
        (DAY - timedelta(days=2), 0.03), (DAY - timedelta(days=1), 0.02), (DAY, 0.01),
    ]  # fmt: skip


def test_a_day_with_a_bad_count_has_no_rate_and_says_why(rejecting: Rejecting) -> None:
    rejecting.day(1, [], logged=2000)
    rejecting.day(0, [], read=0, logged=0)
    bad, empty = ask(rejecting.done(), rejected_rate.read).days
    assert (bad.rate, bad.above_alert, empty.rate) == (None, None, None)
    assert bad.problem is not None
    assert empty.problem == "no rows were read"


FINE, ABOVE, UNKNOWN = False, True, None


@pytest.mark.parametrize(
    ("levels", "since"),
    [
        ([FINE, ABOVE, ABOVE], 1),
        ([ABOVE, ABOVE, ABOVE], 2),
        ([FINE, ABOVE, FINE], None),
        ([ABOVE, UNKNOWN, ABOVE], 2),
        ([ABOVE, FINE, ABOVE], 0),
        ([ABOVE, ABOVE, UNKNOWN], None),
        ([], None),
    ],
)
def test_since_when_the_rate_is_above(levels: list[bool | None], since: int | None) -> None:
    days = [DAY - timedelta(days=back) for back in range(len(levels) - 1, -1, -1)]
    rates = {
        day: DayRate(day, 1, 1, None if above is None else 1.0, above, above)
        for day, above in zip(days, levels, strict=True)
    }
    expected = None if since is None else DAY - timedelta(days=since)
    assert above_since(rates, DAY) == expected


def test_what_explains_the_rise(rejecting: Rejecting) -> None:
    explained = ask(rising(rejecting), rejected_explained.read)
    days = [DAY - timedelta(days=back) for back in range(9, 2, -1)]
    assert (explained.before, explained.since) == (
        tuple(days),
        tuple(DAY - timedelta(days=b) for b in (2, 1, 0)),
    )
    assert explained.by_volume
    assert (explained.explanation.rows, explained.explanation.expected) == (100, 10)
    first = explained.explanation.changes[0]
    assert first.column in ("agent", "error_reason")
    phones = next(change for change in explained.explanation.changes if change.group == "phones")
    # By hand: 20 % before, 92 % now; 2 would be usual, 90 more of a rise of 90.
    assert (phones.share_before, phones.share_now, phones.explained) == (0.2, 0.92, 90)
    assert phones.part == 1.0
    shifts = {shift.column: (shift.before, shift.since) for shift in explained.explanation.shifts}
    assert shifts == {"agent": ("bots", "phones"), "error_reason": ("a", "b")}


def test_expected_rows_follow_the_rows_read(rejecting: Rejecting) -> None:
    rejecting.day(1, ["x,a"] * 10, read=1000)
    rejecting.day(0, ["x,a"] * 30, read=3000)
    explained = ask(rejecting.done(), rejected_explained.read)
    assert explained.explanation.expected == 30
    assert not explained.explanation.is_rise


def test_nothing_to_compare_with_is_said(rejecting: Rejecting) -> None:
    rejecting.day(1, ["x,a"] * 100)
    rejecting.day(0, ["x,a"] * 100)
    with pytest.raises(MeasurementError, match=r"no earlier day with at most 5\.0 % rejected"):
        ask(rejecting.done(), rejected_explained.read)


def test_no_personal_value_in_an_explanation(rejecting: Rejecting) -> None:
    rejecting.day(1, ["x,a"] * 10)
    rejecting.day(0, ["bob@example.com,a"] * 40 + ["y,a"] * 60)
    explained = ask(rejecting.done(), rejected_explained.read)
    assert "example.com" not in repr(explained)
    assert "secret" not in repr(explained)


@pytest.mark.parametrize(("day", "first"), [(DAY, DAY - timedelta(days=2))])
def test_first_seen(rejecting: Rejecting, day: date, first: date) -> None:
    first_seen = ask(rising(rejecting), rejected.read_first_seen, day)
    assert [(reason.value, reason.rows, reason.first) for reason in first_seen.reasons] == [
        ("b", 92, first), ("a", 8, DAY - timedelta(days=11)),
    ]  # fmt: skip
    assert first_seen.oldest == DAY - timedelta(days=11)


@pytest.mark.parametrize("gone", [0, 1, 5])
def test_days_that_are_gone_from_the_warehouse_have_no_rate(
    shop: Shop, gone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The days of the list are days of the calendar, not as many as there are."""
    known = [DAY - timedelta(days=back) for back in range(40, -1, -1)]
    events = SimpleNamespace(
        days=known[:20] + known[20 + gone :],
    )
    monkeypatch.setattr(rejected_rate, "read_days", lambda context, days: events)
    monkeypatch.setattr(rejected_rate, "first_day", lambda events: known[0])
    events.totals = lambda: [7] * len(events.days)
    accepted = ask(shop, lambda context: rejected_rate._accepted_by_day(context, 30))
    assert min(accepted) == DAY - timedelta(days=29)
    assert len(accepted) == 30 - gone


def usual_said(shop: Shop) -> float | None:
    verdict = next(check for check in shop.run().checks if check.id == "quarantine_rate")
    rate: float | None = verdict.details["usual_rate"]
    return rate


@pytest.mark.parametrize("bad_days", [1, 3, 7, 9, 20])
def test_card_and_page_say_the_same_usual_however_long_it_lasts(
    rejecting: Rejecting, bad_days: int
) -> None:
    for back in range(bad_days + 8, bad_days - 1, -1):
        rejecting.day(back, [f"{BOT},a"] * 10)
    for back in range(bad_days):
        rejecting.day(back, [f"{BOT},a"] * 100)
    shop = rejecting.done()
    explained, rates = ask(shop, rejected_explained.read), ask(shop, rejected_rate.read)
    assert usual_said(shop) == explained.usual_rate == 0.01
    assert rates.usual_share is not None
    assert rates.usual_share.rate == 0.01
    assert explained.explanation.expected == 10
    assert len(explained.before) == 7


@pytest.mark.parametrize(("zone", "hour"), [("UTC", "05:00"), ("Europe/Berlin", "06:00")])
def test_hours_are_those_of_the_shop(rejecting: Rejecting, zone: str, hour: str) -> None:
    rejecting.shop.settings["timezone"] = zone
    rejecting.day(1, [f"{BOT},a"] * 48)
    rejecting.day(0, [f"{BOT},a"] * 24)
    with (rejecting.folder / "events_20250308_errors.csv").open("a", encoding="utf-8") as file:
        file.write(f"c,2025-03-08T05:30:00Z,view,{BOT},a\n" * 100)
    explained = ask(rejecting.done(), rejected_explained.read)
    assert explained.clocks == {"timestamp": zone}
    times = [change for change in explained.explanation.changes if change.column == "timestamp"]
    assert [(change.group, change.rows) for change in times] == [(hour, 101)]


def test_a_column_of_times_that_is_not_mapped_is_as_it_is_written(rejecting: Rejecting) -> None:
    rejecting.day(1, [f"{BOT},a"] * 48)
    rejecting.day(0, [f"{BOT},a"] * 48)
    for file in rejecting.folder.iterdir():
        head, *lines = file.read_text("utf-8").splitlines()
        rows = [f"{line},2025-03-08T09:00:00" for line in lines]
        file.write_text("\n".join([f"{head},sent_at", *rows]), "utf-8")
    rejecting.shop.settings["timezone"] = "Europe/Berlin"
    explained = ask(rejecting.done(), rejected_explained.read)
    assert explained.clocks == {"timestamp": "Europe/Berlin", "sent_at": "as it is written"}
