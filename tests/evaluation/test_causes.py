"""When two failures are the same fault, and what the sentence with the verdict says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.catalog import get_check
from checks.core import following
from checks.core.errors import MeasurementError
from checks.core.model import Cause, Status, Verdict, folded
from checks.core.values import Unmeasured
from checks.evaluation.causes import followers_text, with_causes
from checks.judging.unmeasured import unknown, unmeasured
from tests.catalog.samples import judgement, verdict

TEXT = "the time column is text"


def failing(check: str, because: str | None = None, status: Status = Status.RED) -> Verdict:
    return replace(verdict(get_check(check), judgement(status)), because=because)


@pytest.mark.parametrize(
    ("cause", "readings", "same"),
    [
        (Cause.CONNECTION, ("audit_log", "events"), True),
        (Cause.LOCKED, ("audit_log", "events"), True),
        (Cause.TIMEOUT, ("events", "orders"), True),
        (Cause.PERMISSION, ("events", "orders"), True),
        (Cause.MISSING_TABLE, ("events", ""), True),
        (Cause.BAD_VALUE, ("events", "events"), True),
        (Cause.BAD_VALUE, ("events", "orders"), False),
        (Cause.MISSING_COLUMN, ("events", "orders"), False),
        (Cause.INTERNAL, ("events", "orders"), False),
    ],
)
def test_the_same_text_of_two_tables_is_one_fault_only_where_it_must_be(
    cause: Cause, readings: tuple[str, str], same: bool
) -> None:
    first, other = (MeasurementError(cause, TEXT, reading=reading).fault for reading in readings)
    assert (first == other) is same
    assert MeasurementError(cause, f"{TEXT}!", reading=readings[0]).fault != first


@pytest.mark.parametrize("cause", [Cause.BAD_VALUE, Cause.MISSING_COLUMN, Cause.INTERNAL])
def test_what_was_read_must_be_known(cause: Cause) -> None:
    assert MeasurementError(cause, TEXT).fault is None
    assert unmeasured("lag", "Freshness", MeasurementError(cause, TEXT)).fault is None


def test_a_fault_goes_from_the_reading_to_the_judgement() -> None:
    error = MeasurementError(Cause.BAD_VALUE, TEXT, reading="events")
    kept = Unmeasured.of(error).error()
    assert kept.fault == error.fault == unmeasured("lag", "Freshness", kept).fault
    judgement = unknown("z", Cause.BAD_VALUE, TEXT, what="The volume", reading="events")
    assert judgement.fault == error.fault


@pytest.mark.parametrize(
    ("roots", "text"),
    [
        ([None, None], ""),
        ([None, "freshness"], " (1 follows from freshness)"),
        ([None, "freshness", "freshness"], " (2 follow from freshness)"),
        ([None, None, "freshness", "rows_read"], " (2 follow from 2 of them)"),
    ],
)
def test_the_sentence(roots: list[str | None], text: str) -> None:
    assert followers_text([failing("volume_zscore", root) for root in roots]) == text


def test_every_verdict_is_shown_once_whatever_it_names() -> None:
    listed = [
        failing("volume_zscore", "freshness"),
        failing("event_volume", "nowhere"),
        failing("rows_read", "rows_read"),
        failing("run_status", "volume_zscore"),
        failing("freshness", status=Status.GREEN),
        failing("orphan_orders", status=Status.AMBER),
    ]
    shown = [
        (head.id, [follower.id for follower in followers]) for head, followers in folded(listed)
    ]
    assert shown == [
        ("event_volume", []),
        ("rows_read", []),
        ("run_status", []),
        ("orphan_orders", []),
        ("freshness", ["volume_zscore"]),
    ]


# ---- the same fall


def volume(check: str, status: Status, side: str) -> Verdict:
    return replace(failing(check, status=status), subjects={"side": (side,)})


def roots(*verdicts: Verdict) -> dict[str, str | None]:
    judgements = {each.id: judgement(each.status) for each in verdicts}
    seen = with_causes(verdicts, judgements, is_loaded_by_run=True)
    return {each.id: each.because for each in seen if each.because is not None}


FOLDED = {"volume_zscore": "volume_expected"}


@pytest.mark.parametrize("expected", list(Status))
@pytest.mark.parametrize("zscore", list(Status))
def test_two_rules_that_fail_for_one_fall_are_one_alarm(expected: Status, zscore: Status) -> None:
    is_one = expected is Status.RED and zscore in (Status.RED, Status.AMBER)
    for side in ("low", "high"):
        seen = roots(
            volume("volume_zscore", zscore, side), volume("volume_expected", expected, side)
        )
        assert seen == (FOLDED if is_one else {})


@pytest.mark.parametrize(
    ("zscore", "expected"), [("low", "high"), ("high", "low"), ("", "low"), ("low", "")]
)
def test_another_side_is_another_alarm(zscore: str, expected: str) -> None:
    verdicts = [
        replace(failing(check), subjects={"side": (side,) if side else ()})
        for check, side in (("volume_zscore", zscore), ("volume_expected", expected))
    ]
    assert roots(*verdicts) == {}


def test_one_rule_alone_and_other_checks_are_alarms_of_their_own() -> None:
    assert roots(volume("volume_zscore", Status.RED, "low")) == {}
    assert roots(
        volume("volume_expected", Status.RED, "low"), failing("event_volume"),
        failing("volume_trend"),
    ) == {}  # fmt: skip


def test_it_is_named_in_the_alarm_with_its_message() -> None:
    root = volume("volume_expected", Status.RED, "low")
    again = replace(volume("volume_zscore", Status.RED, "low"), message="z=-4.10 (below 3.0)")
    other = failing("freshness")
    also = "also: volume_zscore z=-4.10 (below 3.0)"
    assert following.followers_text(root, (again,)) == also
    assert following.followers_text(root, (other, again)) == f"{also}; 1 follows from it: freshness"
    assert following.followers_text(root, ()) == ""
    amber = replace(again, status=Status.AMBER)
    assert following.followers_text(root, (amber,)) == f"{also}, amber"
    rise = replace(again, subjects={"side": ("high",)})
    assert following.followers_text(root, (rise,)) == "1 follows from it: volume_zscore"
