"""run_status: no source's latest entry failed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from checks.catalog.run_status import CHECK, Params, judge
from checks.metrics import AuditEntry, Unmeasured
from checks.model import Cause, Judgement, Status
from tests.catalog.samples import FORBIDDEN, FRAME, HOSTILE, entry, log, texts


def judged(*today: AuditEntry, params: Params | None = None, has_source: bool = True) -> Judgement:
    return judge(params or Params(), log(*today, has_source=has_source), FRAME)


def said(*words: str | None) -> list[AuditEntry]:
    """One source for each word."""
    return [entry(f"{place}.csv", status=word) for place, word in enumerate(words)]


@pytest.mark.parametrize("word", Params().ok)
def test_words_of_a_good_end(word: str) -> None:
    for written in (word, word.upper(), f" {word.title()} "):
        found = judged(entry(status=written))
        assert (found.status, found.message) == (Status.GREEN, "failed=0 (max 0)")


@pytest.mark.parametrize("word", Params().failed)
def test_words_of_a_failure(word: str) -> None:
    for written in (word, word.upper(), f" {word.title()} "):
        found = judged(entry(status=written))
        assert (found.status, found.message) == (Status.RED, "failed=1 (max 0)")


@pytest.mark.parametrize("word", Params().running)
def test_words_of_a_run_that_is_not_over(word: str) -> None:
    found = judged(entry(status=word.upper()))
    assert found.status is Status.UNKNOWN
    assert found.retry
    assert f"'{word.upper()}'" in found.message


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("sideways", "failed=unknown (bad_value: status 'sideways' of 'web.csv' is unheard of)"),
        ("", "failed=unknown (bad_value: status is blank for 'web.csv')"),
        (" ", "failed=unknown (bad_value: status is blank for 'web.csv')"),
        (None, "failed=unknown (bad_value: status is NULL for 'web.csv')"),
        (
            "running",
            "failed=unknown (bad_value: the load of 'web.csv' is not over, status 'running')",
        ),
    ],
)
def test_what_is_unclear_is_unknown_and_named(word: str | None, message: str) -> None:
    found = judged(entry(status=word))
    assert (found.status, found.message, found.cause) == (
        Status.UNKNOWN, message, Cause.BAD_VALUE,
    )  # fmt: skip
    assert found.retry is (word == "running")


@pytest.mark.parametrize(
    ("words", "status", "failed"),
    [
        (("success", "success"), Status.GREEN, 0),
        (("success", "failed"), Status.RED, 1),
        (("failed", "running"), Status.RED, 1),
        (("running", "failed"), Status.RED, 1),
        (("sideways", "failed", None), Status.RED, 1),
        (("failed", "error", "success"), Status.RED, 2),
        (("success", "running"), Status.UNKNOWN, None),
        (("success", None), Status.UNKNOWN, None),
    ],
)
def test_failed_beats_unclear_beats_ok(
    words: Sequence[str | None], status: Status, failed: int | None
) -> None:
    found = judged(*said(*words))
    assert (found.status, found.value) == (status, failed)


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        ([entry(status="failed", hour=4), entry(status="success", hour=5)], Status.GREEN),
        ([entry(status="success", hour=4), entry(status="failed", hour=5)], Status.RED),
        ([entry(status="failed", hour=4), entry(status="running", hour=5)], Status.UNKNOWN),
        # Ties: the worse wins, in either order.
        ([entry(status="failed"), entry(status="success")], Status.RED),
        ([entry(status="success"), entry(status="failed")], Status.RED),
        ([entry(status="success"), entry(status="running")], Status.UNKNOWN),
        ([entry(status="success"), entry(status="sideways")], Status.UNKNOWN),
        ([entry(status="running"), entry(status="failed")], Status.RED),
    ],
)
def test_only_the_latest_entry_of_a_source_counts(
    entries: list[AuditEntry], status: Status
) -> None:
    assert judged(*entries).status is status


def test_without_a_source_column_every_entry_counts() -> None:
    rows = [entry(None, status="failed", hour=4), entry(None, status="success", hour=5)]
    assert judged(*rows, has_source=False).status is Status.RED


def test_red_names_the_load_and_its_word() -> None:
    found = judged(*said("success", "Failed"))
    assert found.summary == "1 of 2 loads of Sunday 9 March failed: '1.csv' says 'Failed'"
    assert found.action == "Repair and rerun the load of '1.csv', then run the gate again"
    assert found.details["failed"] == ["1.csv"]
    assert [item["means"] for item in found.details["sources"]] == ["ok", "failed"]


def test_red_names_the_first_loads_that_failed() -> None:
    found = judged(*said("failed", "error", "failed", "failed", "failed"))
    assert found.action == (
        "Repair and rerun the load of '0.csv', '1.csv', '2.csv' and 2 more, then run the gate again"
    )


def test_own_words_replace_the_defaults() -> None:
    params = Params(ok=("GUT",), failed=("schlecht",), running=())
    assert judged(entry(status="gut"), params=params).status is Status.GREEN
    assert judged(entry(status="SCHLECHT"), params=params).status is Status.RED
    assert judged(entry(status="success"), params=params).status is Status.UNKNOWN


def test_a_word_may_mean_one_thing_only() -> None:
    assert Params().problems() == []
    problems = Params(ok=("done",), failed=("Done", "bad"), running=("bad",)).problems()
    assert [(key, found) for key, found, _ in problems] == [
        ("failed", "'Done'"),
        ("running", "'bad'"),
    ]


def test_an_unreadable_status_column_is_unknown_with_its_cause() -> None:
    problem = Unmeasured(Cause.MISSING_COLUMN, "no column 'status'")
    found = judge(Params(), log(entry(), status_problem=problem), FRAME)
    assert found.status is Status.UNKNOWN
    assert found.message == "failed=unknown (missing_column: no column 'status')"


def test_no_entry_is_unknown() -> None:
    found = judged()
    assert found.status is Status.UNKNOWN
    assert "no audit-log entry on 2025-03-09" in found.message


@pytest.mark.parametrize("word", [HOSTILE, f"{HOSTILE} failed"])
def test_hostile_words_and_sources_are_inert(word: str) -> None:
    for found in (judged(entry(HOSTILE, status=word)), judged(entry(HOSTILE, status="failed"))):
        assert not any(char in text for text in texts(found) for char in FORBIDDEN)


def test_status_is_needed() -> None:
    assert CHECK.needs == ("audit_log", "audit_log.status")
