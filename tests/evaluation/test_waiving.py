"""The rules of waiving, which the command and the dashboard share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from checks.catalog import all_checks, get_check
from checks.config.model import Config
from checks.core.errors import HistoryError, UsageError
from checks.core.model import Report, Status, Verdict
from checks.core.records import StoredWaiver
from checks.evaluation.waiving import (
    ANY,
    FieldLabels,
    WaiverRequest,
    give,
    may_be_waived,
    state_of,
    why_not_waivable,
)
from checks.history import History, open_history
from tests.catalog.samples import DAY, HOSTILE, NOW, RUN, judgement, verdict
from tests.shop import Shop

RATE = get_check("quarantine_rate")
FORM = FieldLabels("the last day", "the limit", "enter one under Up to", "name it elsewhere")

#: What fails in these tests, where they do not say.
FAILING = {"source": ("web",), "reason": ()}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Shop(tmp_path, "sqlite:///warehouse.db").config()


@pytest.fixture
def history(config: Config) -> History:
    return open_history(config.history)


def wish(**fields: object) -> WaiverRequest:
    request_fields: dict[str, object] = {
        "check": RATE.id, "owner": "Mia", "reason": "known outage", "until": RUN, "up_to": None,
    }  # fmt: skip
    return WaiverRequest(**request_fields | fields)  # type: ignore[arg-type]


def judged(history: History, verdict: Verdict, day: date = DAY) -> None:
    run_date = day + timedelta(days=1)
    history.record(Report("shop", run_date, day, NOW, verdict.status, 1, "", (verdict,)))


def red(value: float | None = 0.06, **fields: object) -> Verdict:
    return verdict(RATE, judgement(value=value, **{"subjects": FAILING, **fields}))


def test_what_was_found_last_is_the_limit(config: Config, history: History) -> None:
    judged(history, red(0.09), DAY - timedelta(days=1))
    judged(history, red(0.0582))
    stored = give(config, history, wish(), NOW)
    assert history.all_waivers("shop") == (stored,)
    assert (stored.check, stored.owner, stored.reason) == (RATE.id, "Mia", "known outage")
    assert (stored.up_to, stored.until, stored.data_date) == (0.0582, RUN, DAY)


@pytest.mark.parametrize(
    ("until", "over"),
    [(RUN - timedelta(days=1), True), (RUN, False), (RUN + timedelta(days=1), False)],
)
def test_the_last_day_must_not_be_over(
    config: Config, history: History, until: date, over: bool
) -> None:
    judged(history, red())
    if over:
        with pytest.raises(
            UsageError, match=r"last day 2025-03-08 is in the past; today is 2025-03"
        ):
            give(config, history, wish(until=until), NOW, FORM)
        assert history.all_waivers("shop") == ()
    else:
        assert give(config, history, wish(until=until), NOW).until == until


def test_today_is_the_day_of_the_pipelines_zone(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "sqlite:///warehouse.db")
    shop.settings["timezone"] = "Pacific/Auckland"
    config = shop.config()
    history = open_history(config.history)
    judged(history, red())
    evening = datetime(2025, 3, 9, 12, tzinfo=UTC)  # already the 10th over there
    with pytest.raises(UsageError, match="today is 2025-03-10"):
        give(config, history, wish(until=RUN), evening)


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        (red(stop=True), "quarantine_rate cannot be waived: .* is above stop_above"),
        (verdict(RATE, judgement(Status.GREEN)), "is green, so there is no value.*Up to"),
        (verdict(RATE, judgement(Status.UNKNOWN, value=None)), "is unknown, so there is no value"),
        (verdict(get_check("freshness"), judgement()), "was not evaluated yet"),
    ],
)
def test_what_may_not_be_waived(
    config: Config, history: History, verdict: Verdict, why: str
) -> None:
    judged(history, verdict)
    with pytest.raises(UsageError, match=why):
        give(config, history, wish(), NOW, FORM)
    assert history.all_waivers("shop") == ()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"owner": "  "}, "the owner must not be empty"),
        ({"reason": "\n"}, "the reason must not be empty"),
        ({"up_to": float("inf")}, "must be a finite number"),
        ({"up_to": float("nan")}, "must be a finite number"),
        ({"up_to": -0.01}, "quarantine_rate is never below 0; allowed: a number of at least 0"),
        ({"up_to": float("-inf")}, "quarantine_rate is never below 0"),
        ({"check": "quarantine_rat"}, "did you mean quarantine_rate"),
    ],
)
def test_a_wish_that_says_too_little(
    config: Config, history: History, fields: dict[str, object], why: str
) -> None:
    judged(history, red())
    with pytest.raises(UsageError, match=why):
        give(config, history, wish(**fields), NOW)
    assert history.all_waivers("shop") == ()


def test_without_any_evaluation_the_expected_day_counts(config: Config, history: History) -> None:
    request = wish(up_to=0.06, subjects=(ANY,))
    assert give(config, history, request, NOW).data_date == DAY


def test_a_second_click_gives_no_second_waiver(config: Config, history: History) -> None:
    judged(history, red())
    first = give(config, history, wish(), NOW)
    assert give(config, history, wish(), NOW + timedelta(seconds=1)) == first
    assert len(history.all_waivers("shop")) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"owner": "Jon"},
        {"reason": "another outage"},
        {"until": RUN + timedelta(days=1)},
        {"up_to": 0.07},
    ],
)
def test_another_wish_is_another_waiver(
    config: Config, history: History, other: dict[str, object]
) -> None:
    judged(history, red())
    give(config, history, wish(), NOW)
    give(config, history, wish(**other), NOW)
    assert len(history.all_waivers("shop")) == 2


def test_what_ended_may_be_given_again(config: Config, history: History) -> None:
    judged(history, red())
    first = give(config, history, wish(), NOW)
    history.revoke_waiver(first.id, "shop", "Jon", NOW)
    second = give(config, history, wish(), NOW)
    judged(history, verdict(RATE, judgement(Status.GREEN)))
    later = RUN + timedelta(days=1)
    third = give(config, history, wish(up_to=0.06, subjects=(ANY,), until=later), NOW)
    assert len({first.id, second.id, third.id}) == 3


def test_hostile_words_are_made_inert(config: Config, history: History) -> None:
    judged(history, red())
    stored = give(config, history, wish(owner=HOSTILE, reason=HOSTILE), NOW)
    assert "\x1b" not in stored.owner + stored.reason
    assert "\n" not in stored.owner + stored.reason


def test_a_damaged_history_is_told(config: Config, tmp_path: Path) -> None:
    (tmp_path / "history.db").write_bytes(b"no database" * 100)
    with pytest.raises(HistoryError, match="not an SQLite database"):
        give(config, open_history(config.history), wish(), NOW)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"until": RUN}, "holds"),
        ({"until": RUN + timedelta(days=1)}, "holds"),
        ({"until": DAY}, "expired"),
        ({"until": DAY, "rearmed_on": DAY}, "rearmed on 2025-03-08"),
        ({"until": RUN, "rearmed_on": DAY, "revoked_at": NOW}, "revoked"),
    ],
)
def test_the_state_of_a_waiver(fields: dict[str, object], state: str) -> None:
    stored = StoredWaiver(
        id=1, pipeline="shop", check=RATE.id, owner="Mia", reason="known", up_to=None,
        data_date=DAY, created_at=NOW, **fields,  # type: ignore[arg-type]
    )  # fmt: skip
    assert state_of(stored, RUN) == state


@pytest.mark.parametrize("check", [check.id for check in all_checks() if not check.never_waived])
@pytest.mark.parametrize("up_to", [-0.5, 0.0, 0.5])
def test_a_limit_below_zero_is_for_what_can_be_below_zero(
    config: Config, history: History, check: str, up_to: float
) -> None:
    request = wish(check=check, up_to=up_to, subjects=(ANY,))
    if up_to >= 0 or check in ("volume_zscore", "volume_trend"):
        assert give(config, history, request, NOW).up_to == up_to
    else:
        with pytest.raises(UsageError, match=f"{check} is never below 0"):
            give(config, history, request, NOW)


@pytest.mark.parametrize(
    ("status", "stop", "because", "expected"),
    [
        (Status.RED, False, None, True),
        (Status.RED, True, None, False),
        (Status.RED, False, "rows_read", False),
        (Status.UNKNOWN, False, None, False),
        (Status.WAIVED, False, None, False),
        (Status.AMBER, False, None, False),
        (Status.GREEN, False, None, False),
        (Status.SKIPPED, False, None, False),
    ],
)
def test_only_a_red_of_its_own_below_the_stop_may_be_waived(
    status: Status, stop: bool, because: str | None, expected: bool
) -> None:
    assert may_be_waived(replace(red(), status=status, stop=stop, because=because)) is expected


@pytest.mark.parametrize(
    ("check", "because", "reason"),
    [
        ("volume_zscore", "volume_expected", None),
        ("volume_zscore", "freshness", "it follows from freshness"),
        ("event_volume", "volume_expected", "it follows from volume_expected"),
    ],
)
def test_a_second_rule_of_the_volume_may_be_waived_beside_the_first(
    check: str, because: str, reason: str | None
) -> None:
    verdict = replace(red(), id=check, because=because)
    assert why_not_waivable(verdict) == reason
    assert not may_be_waived(verdict)  # the first one is offered first


ENTRY = get_check("log_entry_exists_today")


@pytest.mark.parametrize("status", [Status.RED, Status.GREEN])
def test_a_run_that_left_no_entry_is_never_waived(
    config: Config, history: History, status: Status
) -> None:
    found = verdict(ENTRY, judgement(status, value=0))
    judged(history, found)
    with pytest.raises(
        UsageError, match="log_entry_exists_today cannot be waived: there is no data to let through"
    ):
        give(config, history, wish(check=ENTRY.id, up_to=0), NOW)
    assert not may_be_waived(found)
    assert history.all_waivers("shop") == ()


def test_a_waiver_of_it_that_was_stored_before_does_not_hold(history: History) -> None:
    stored = history.give_waiver("shop", ENTRY.id, "Mia", "known", RUN, None, DAY, NOW)
    assert state_of(stored, RUN) == "does not hold: there is no data to let through"
    assert state_of(stored, RUN + timedelta(days=1)) == "expired"
    assert state_of(replace(stored, check="gone"), RUN) == "holds"


def test_no_other_check_is_never_waived() -> None:
    assert [check.id for check in all_checks() if check.never_waived] == [ENTRY.id]


def test_what_is_switched_off_is_not_waived(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "sqlite:///warehouse.db")
    shop.parameters(RATE.id, enabled=False)
    config = shop.config()
    with pytest.raises(UsageError, match="quarantine_rate is switched off"):
        give(config, open_history(config.history), wish(up_to=0.5, subjects=(ANY,)), NOW)
