"""run_status: no load failed, but those that were repaired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checks.catalog.run_status import CHECK, Params, judge
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.model import Cause, Judgement, Status
from checks.core.values import Unmeasured
from tests.catalog.samples import FORBIDDEN, FRAME, HOSTILE, entry, log, texts


def judged(*today: AuditEntry, params: Params | None = None, has_source: bool = True) -> Judgement:
    return judge(params or Params(), log(*today, has_source=has_source), FRAME)


def entries_with(*words: str | None) -> list[AuditEntry]:
    """One source for each word."""
    return [entry(f"{place}.csv", status=word) for place, word in enumerate(words)]


@pytest.mark.parametrize("word", Params().ok)
def test_words_of_a_good_end(word: str) -> None:
    for written in (word, word.upper(), f" {word.title()} "):
        judgement = judged(entry(status=written))
        assert (judgement.status, judgement.message) == (Status.GREEN, "failed=0 (max 0)")


@pytest.mark.parametrize("word", Params().failed)
def test_words_of_a_failure(word: str) -> None:
    for written in (word, word.upper(), f" {word.title()} "):
        judgement = judged(entry(status=written))
        assert (judgement.status, judgement.message) == (Status.RED, "failed=1 (max 0)")


@pytest.mark.parametrize("word", Params().running)
def test_words_of_a_run_that_is_not_over(word: str) -> None:
    judgement = judged(entry(status=word.upper()))
    assert judgement.status is Status.UNKNOWN
    assert judgement.retry
    assert f"'{word.upper()}'" in judgement.message


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "sideways",
            "failed=unknown (bad_value: status 'sideways' of 'web.csv' is not configured)",
        ),
        ("", "failed=unknown (bad_value: status is blank for 'web.csv')"),
        (" ", "failed=unknown (bad_value: status is blank for 'web.csv')"),
        (None, "failed=unknown (bad_value: status is NULL for 'web.csv')"),
        (
            "running",
            "failed=unknown (bad_value: the load of 'web.csv' has not ended, status 'running')",
        ),
    ],
)
def test_what_is_unclear_is_unknown_and_named(word: str | None, message: str) -> None:
    judgement = judged(entry(status=word))
    assert (judgement.status, judgement.message, judgement.cause) == (
        Status.UNKNOWN, message, Cause.BAD_VALUE,
    )  # fmt: skip
    assert judgement.retry is (word == "running")


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
    judgement = judged(*entries_with(*words))
    assert (judgement.status, judgement.value) == (status, failed)


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        ([entry(status="failed", hour=4), entry(status="success", hour=5)], Status.GREEN),
        ([entry(status="success", hour=4), entry(status="failed", hour=5)], Status.RED),
        ([entry(status="failed", hour=4), entry(status="running", hour=5)], Status.UNKNOWN),
        # Ties: the worse wins, in either order.
        ([entry(status="failed"), entry(status="success")], Status.RED),
        ([entry(status="success"), entry(status="failed")], Status.RED),
        # Of a start and an end the end.
        ([entry(status="success"), entry(status="running")], Status.GREEN),
        ([entry(status="started"), entry(status="success")], Status.GREEN),
        ([entry(status=None), entry(status="success")], Status.GREEN),
        ([entry(status="success"), entry(status="sideways")], Status.UNKNOWN),
        ([entry(status="running"), entry(status="failed")], Status.RED),
    ],
)
def test_a_retry_replaces_what_failed(entries: list[AuditEntry], status: Status) -> None:
    assert judged(*entries).status is status


def earlier(day: int, *words: str | None, source: str = "web") -> list[AuditEntry]:
    """Entries of a day so many days before the run date, each an hour after the one before."""
    first = entry(source=source, status="ok", hour=0)
    return [
        replace(first, run_at=first.run_at + timedelta(hours=hour - 24 * day), status=word)
        for hour, word in enumerate(words)
    ]


def in_parts(*words: str | None, baseline_parts: Sequence[int] = (4, 4), **fields: Any) -> AuditLog:
    """A log of one source with so many good parts on the days before."""
    days = {FRAME.run_date - timedelta(days=back): tuple(earlier(back, *["ok"] * good))
            for back, good in enumerate(baseline_parts, start=1)}  # fmt: skip
    today = log(*earlier(0, *words), **fields)
    return replace(today, entries={**days, **today.entries})


@pytest.mark.parametrize("several", [None, "add"])
@pytest.mark.parametrize(
    ("words", "baseline_parts", "message", "text"),
    [
        # Three of four: the next good part is no retry.
        (("ok", "failed", "ok", "ok"), (4, 4), "failed=1 (max 0)", "3 good parts, usually 4"),
        (("failed", "failed", "ok", "ok"), (4, 4), "failed=2 (max 0)", "2 good parts, usually 4"),
        (("ok", "failed", "ok", "ok"), (3, 4), "failed=1 (max 0)", "3 good parts, usually 3.5"),
        # As many as usual, and more.
        (("ok", "failed", "ok", "ok", "ok"), (4, 4), "failed=0 (max 0)", "1 failed entry was"),
        (("failed", "ok", "ok", "ok"), (2, 3, 9), "failed=0 (max 0)", "1 failed entry was"),
        # None came after it.
        (("ok", "ok", "ok", "ok", "failed"), (4, 4), "failed=1 (max 0)", "1 of 5 loads"),
        # Hung, or ended without a word.
        (("ok", "running", "ok", "ok"), (4, 4), "failed=unknown (bad_value: the load of 'web' has "
         "not ended, status 'running')", "3 good parts, usually 4"),
        (("ok", None, "ok", "ok"), (4, 4), "failed=unknown (bad_value: status is NULL for 'web')",
         "3 good parts, usually 4"),
        (("ok", "running", "ok", "ok", "ok"), (4, 4), "failed=0 (max 0)",
         "1 entry that had not ended was replaced"),
        (("ok", None, "ok", "ok", "ok"), (4, 4), "failed=0 (max 0)",
         "1 entry that had not ended was replaced"),
    ],
)  # fmt: skip
def test_a_part_is_repaired_when_as_many_came_as_usual(
    words: Sequence[str | None],
    baseline_parts: Sequence[int],
    message: str,
    text: str,
    several: str | None,
) -> None:
    judgement = judge(
        Params(), in_parts(*words, baseline_parts=baseline_parts, several=several), FRAME
    )
    assert (judgement.message, text in judgement.summary) == (message, True)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("failed", "ok"), Status.RED),
        (("ok", "failed"), Status.RED),
        (("running", "ok", "ok"), Status.UNKNOWN),
        (("running", "ok"), Status.GREEN),
        (("ok", "ok"), Status.GREEN),
    ],
)
def test_without_a_day_before_no_part_is_repaired(words: Sequence[str], status: Status) -> None:
    judgement = judge(Params(), in_parts(*words, baseline_parts=(), several="add"), FRAME)
    assert judgement.status is status
    assert ("no earlier day shows how many are usual" in judgement.summary) == (
        status is not Status.GREEN
    )


def test_without_a_source_column_every_entry_counts() -> None:
    rows = [entry(None, status="failed", hour=4), entry(None, status="success", hour=5)]
    assert judged(*rows, has_source=False).status is Status.RED


def test_red_names_the_load_and_its_word() -> None:
    judgement = judged(*entries_with("success", "Failed"))
    assert judgement.summary == "1 of 2 loads of Sunday 9 March failed: '1.csv' says 'Failed'"
    assert judgement.action == "Repair and rerun the load of '1.csv', then run the gate again"
    assert judgement.details["failed"] == ["1.csv"]
    assert [item["means"] for item in judgement.details["sources"]] == ["failed", "ok"]


def test_red_names_the_first_loads_that_failed() -> None:
    judgement = judged(*entries_with("failed", "error", "failed", "failed", "failed"))
    assert judgement.action == (
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
    assert [(key, word) for key, word, _ in problems] == [
        ("failed", "'Done'"),
        ("running", "'bad'"),
    ]


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_blanks_around_a_word_make_no_difference(blank: str) -> None:
    params = Params(ok=(f"{blank}Gut",), failed=("failed", f"partial{blank}"), running=())
    assert judged(entry(status=f"gut{blank}"), params=params).status is Status.GREEN
    assert judged(entry(status=f"{blank}PARTIAL"), params=params).status is Status.RED
    assert params.problems() == []
    both = Params(ok=("partial",), failed=(f"{blank}Partial",), running=())
    assert [(key, word) for key, word, _ in both.problems()] == [
        ("failed", repr(f"{blank}Partial"))
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("success",), ""),
        (("failed", "success"), "; 1 failed entry was replaced by a later one"),
        (("running", "success"), "; 1 entry that had not ended was replaced by a later one"),
        ((None, " ", "started", "success"),
         "; 3 entries that had not ended were replaced by a later one"),
        (("failed", "running", "success"), "; 1 failed entry was replaced by a later one; 1 entry "
         "that had not ended was replaced by a later one"),
    ],
)  # fmt: skip
def test_what_was_replaced_is_counted(words: Sequence[str | None], text: str) -> None:
    judgement = judged(*(entry(status=word, hour=hour) for hour, word in enumerate(words)))
    assert judgement.status is Status.GREEN
    assert judgement.summary == f"1 load of Sunday 9 March ended well{text}"


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (("running", "success", "running", "success"), Status.GREEN, "2 entries that had not"),
        (("running", "running", "success"), Status.UNKNOWN, "1 entry that had not ended"),
        (("running", "success", "running"), Status.UNKNOWN, "1 entry that had not ended"),
        (("running", "failed", "running", "success"), Status.RED, "2 entries that had not"),
    ],
)
def test_a_part_that_runs_is_not_over_for_another_one_that_is(
    words: Sequence[str], status: Status, text: str
) -> None:
    today = [entry(status=word, hour=hour) for hour, word in enumerate(words)]
    judgement = judge(Params(), log(*today, several="add"), FRAME)
    assert (judgement.status, judgement.retry) == (status, status is Status.UNKNOWN)
    assert text in judgement.summary


@pytest.mark.parametrize("source", [None, "", " ", "\u00a0"])
@pytest.mark.parametrize("word", ["failed", "running", None])
def test_a_blank_source_is_one_without_a_name(source: str | None, word: str | None) -> None:
    judgement = judged(entry(source, status=word), entry("web.csv"))
    assert "the source without a name" in judgement.action + judgement.summary
    assert "''" not in judgement.action + judgement.summary


@pytest.mark.parametrize(
    ("loads", "explains"),
    [
        ([("events_20250308.csv", "failed")], True),
        ([("web", "failed")], True),
        ([(None, "failed")], True),
        ([("events_20250307.csv", "failed")], False),
        ([("events_20250309.csv", "failed")], False),
        ([("events_20250307_20250308.csv", "failed")], True),
        ([("events_20250307.csv", "failed"), ("events_20250308.csv", "failed")], True),
        ([("events_20250307.csv", "failed"), ("events_20250308.csv", "success")], False),
        ([("events_20250307.csv", "success"), ("events_20250308.csv", "failed")], True),
        ([("web", "success"), ("events_20250308.csv", "failed")], False),
    ],
)
def test_only_failed_loads_of_the_data_date_explain_that_it_is_empty(
    loads: list[tuple[str | None, str]], explains: bool
) -> None:
    judgement = judged(*(entry(source, status=word) for source, word in loads))
    assert judgement.facts.explains_empty_day is explains


def test_an_unreadable_status_column_is_unknown_with_its_cause() -> None:
    problem = Unmeasured(Cause.MISSING_COLUMN, "no column 'status'")
    judgement = judge(Params(), log(entry(), status_problem=problem), FRAME)
    assert judgement.status is Status.UNKNOWN
    assert judgement.message == "failed=unknown (missing_column: no column 'status')"


def test_no_entry_is_unknown() -> None:
    judgement = judged()
    assert judgement.status is Status.UNKNOWN
    assert "no audit-log entry on 2025-03-09" in judgement.message


@pytest.mark.parametrize("word", [HOSTILE, f"{HOSTILE} failed"])
def test_hostile_words_and_sources_are_inert(word: str) -> None:
    for judgement in (judged(entry(HOSTILE, status=word)), judged(entry(HOSTILE, status="failed"))):
        assert not any(char in text for text in texts(judgement) for char in FORBIDDEN)


def test_status_is_needed() -> None:
    assert CHECK.needs == ("audit_log", "audit_log.status")
