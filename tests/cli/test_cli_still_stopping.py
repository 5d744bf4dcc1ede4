"""A waiver of one of two checks that tell the same fall names the other, which still stops."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import timedelta

import pytest

from checks.config import load_config
from checks.core.model import Status, Verdict
from checks.history import History, open_history
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import report, verdict
from tests.moment import now, today

EXPECTED, ZSCORE = "volume_expected", "volume_zscore"


@pytest.fixture
def history(andon: Andon) -> History:
    return open_history(load_config("andon.yml").history)


def volume(check: str, status: Status = Status.RED, side: str = "low", **fields: object) -> Verdict:
    """A rule of the volume that fails on a side."""
    made = verdict(check, status, value=-5.0 if check == ZSCORE else 400)
    return replace(made, subjects={"side": (side,)}, **fields)


def judged(history: History, *verdicts: Verdict) -> None:
    history.record(replace(report(*verdicts, run_date=today()), evaluated_at=now()))


def waived(andon: Andon, check: str, *more: str) -> list[str]:
    """The lines that the command prints after those on the waiver itself."""
    result = andon("waive", check, "--until", str(today()), "--reason", "sale", *more)
    assert result.code == 0, result.err
    return result.out.splitlines()[2:]


def yesterday_text() -> str:
    return str(today() - timedelta(days=1))


@pytest.mark.odd_days
@pytest.mark.parametrize(("side", "change"), [("low", "fall"), ("high", "rise")])
def test_the_other_rule_of_the_volume_is_named_with_its_command(
    andon: Andon, history: History, side: str, change: str
) -> None:
    follower = volume(ZSCORE, side=side, because=EXPECTED)
    judged(history, volume(EXPECTED, side=side), follower)
    (line,) = waived(andon, EXPECTED)
    assert line == (
        f"volume_zscore is red for the same {change} on {yesterday_text()} and still stops the "
        f"line. To let it pass too: andon waive volume_zscore --until {today()} --reason TEXT"
    )
    command = shlex.split(line.partition(": andon ")[2])
    assert andon(*command).code == 0
    assert {waiver.check for waiver in history.all_waivers("shop")} == {EXPECTED, ZSCORE}


def test_so_is_the_first_rule_where_its_follower_is_waived(andon: Andon, history: History) -> None:
    judged(history, volume(EXPECTED), volume(ZSCORE, because=EXPECTED))
    (line,) = waived(andon, ZSCORE)
    assert line.startswith("volume_expected is red for the same fall")
    # Both are waived now.
    assert waived(andon, EXPECTED) == []


def test_a_second_waiver_of_the_same_check_names_the_other_again(
    andon: Andon, history: History
) -> None:
    judged(history, volume(EXPECTED, Status.WAIVED), volume(ZSCORE))
    assert len(waived(andon, EXPECTED)) == 1


@pytest.mark.parametrize(
    "other",
    [
        volume(ZSCORE, Status.AMBER, because=EXPECTED),
        volume(ZSCORE, Status.WAIVED),
        volume(ZSCORE, Status.GREEN),
        volume(ZSCORE, side="high"),
        verdict("quarantine_rate", Status.RED),
    ],
    ids=["amber", "waived", "green", "other side", "other cause"],
)
def test_what_does_not_stop_the_line_or_fails_for_another_cause_is_not_named(
    andon: Andon, history: History, other: Verdict
) -> None:
    judged(history, volume(EXPECTED), other)
    assert waived(andon, EXPECTED) == []


def test_a_waiver_that_does_not_cover_the_other_is_none(andon: Andon, history: History) -> None:
    judged(history, volume(EXPECTED), volume(ZSCORE, because=EXPECTED))
    waived(andon, ZSCORE, "--up-to=-4")
    assert len(waived(andon, EXPECTED)) == 1
    waived(andon, ZSCORE, "--up-to=-5")
    assert waived(andon, EXPECTED) == []


def test_what_shares_an_empty_day_is_named_and_what_cannot_be_waived_says_why(
    andon: Andon, history: History
) -> None:
    judged(
        history,
        verdict("freshness", Status.RED),
        replace(volume(ZSCORE), because="freshness"),
        replace(verdict("missing_revenue", Status.UNKNOWN), because="freshness"),
        replace(verdict("orphan_orders", Status.RED), because="freshness", stop=True),
    )
    assert waived(andon, "freshness") == [
        f"volume_zscore is red for the same cause on {yesterday_text()} and still stops the line. "
        f"To let it pass too: andon waive volume_zscore --until {today()} --reason TEXT",
        f"missing_revenue is unknown for the same cause on {yesterday_text()} and still stops the "
        "line; it cannot be waived: it could not be measured",
        f"orphan_orders is red for the same cause on {yesterday_text()} and still stops the line; "
        "it cannot be waived: the line always stops at this value",
    ]


def test_a_waiver_for_what_does_not_fail_yet_names_nothing(andon: Andon, history: History) -> None:
    judged(history, volume(EXPECTED, Status.GREEN), volume(ZSCORE))
    result = andon(
        "waive", EXPECTED, "--until", str(today() + timedelta(days=3)), "--reason", "sale",
        "--up-to", "100", "--subject", "side=low",
    )  # fmt: skip
    assert (result.code, len(result.out.splitlines())) == (0, 2)
