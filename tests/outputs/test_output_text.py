"""The text format, read as a person reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from checks.core.model import GLYPHS, Report, Status
from checks.outputs import _sentences, render
from tests.outputs.report_samples import (
    DATA_DATE,
    HOLDING,
    all_green,
    all_statuses,
    bad_config,
    quarantine_red,
    volume_amber,
)


def text_of(report: Report) -> list[str]:
    return render("text", report).splitlines()


def test_the_verdict_is_the_first_sentence() -> None:
    assert text_of(all_statuses())[0] == (
        "RED: do not refresh the dashboards: 1 of 6 checks failed for 2025-03-08"
    )


def test_failing_checks_come_first_by_urgency_and_words_carry_the_colours() -> None:
    rows = [row for row in text_of(all_statuses()) if row[:2] in {f"{g} " for g in "✗?!~-✓"}]
    assert [row.split()[:3] for row in rows] == [
        ["✗", "RED", "quarantine_rate"],
        ["?", "UNKNOWN", "orphan_orders"],
        ["!", "AMBER", "event_volume"],
        ["~", "WAIVED", "missing_revenue"],
        ["-", "SKIPPED", "volume_zscore"],
        ["✓", "GREEN", "log_entry_exists_today"],
    ]
    assert len({row.index(row.split()[3]) for row in rows}) == 1


def test_a_failing_check_says_what_to_do_and_who_is_on_it() -> None:
    text = render("text", all_statuses())
    for part in (
        "    Do now:  Ask the owner of 'web'",
        "    Since:   2025-03-06 (3 days)",
        "    On it:   Jon since 2025-03-09 06:00 UTC: called the app team",
        "    Owner:   Data platform",
        "    Runbook: https://wiki.example/runbooks/quarantine",
        "    Page:    https://andon.example/quarantine?date=2025-03-08&source=web",
        "    Stops:   the line, even with a waiver",
        "    Retry:   the cause may be temporary; run the gate again",
    ):
        assert part in text


def test_waivers_say_who_what_until_when_why_and_whether_they_hold() -> None:
    text = " ".join(render("text", all_statuses()).split())
    assert (
        "missing_revenue #3 by Mia Keller until 2025-03-12, up to 0.05: the partner backfills on "
        "Monday; holds (0.0455 is no worse than 0.05)"
    ) in text
    assert "does not hold (it ended on 2025-03-07)" in text


def test_the_last_line_is_the_elapsed_time() -> None:
    assert text_of(all_statuses())[-1] == "evaluated 2025-03-09 06:12 UTC in 0.42 s"


def test_a_green_report_is_short() -> None:
    assert len(text_of(all_green())) == 5


def test_problems_of_the_configuration_are_listed() -> None:
    text = " ".join(render("text", bad_config()).split())
    assert "found 0.04, allowed: a number of at least alert_above (0.05)" in text
    assert "timezon: unknown key (did you mean 'timezone'?)" in text


def test_sentences_fit_100_columns_and_addresses_are_never_cut() -> None:
    address = "https://wiki.example/" + "very-long-" * 12
    verdict = replace(quarantine_red(), runbook=address, summary="word " * 60)
    rows = text_of(replace(all_statuses(), checks=(verdict,)))
    assert f"             {address}" in rows or f"    Runbook: {address}" in rows
    assert max(len(row) for row in rows if address not in row) <= 100


def test_an_empty_summary_leaves_no_empty_line() -> None:
    rows = text_of(replace(all_statuses(), checks=(replace(volume_amber(), summary=""),)))
    assert rows[3].startswith("    Do now:")


@pytest.mark.parametrize(
    ("since", "data_date", "expected"),
    [
        (None, DATA_DATE, None),
        (DATA_DATE, DATA_DATE, None),
        (date(2025, 3, 7), DATA_DATE, "2025-03-07 (2 days)"),
        (date(2025, 3, 9), DATA_DATE, None),
        (DATA_DATE, None, None),
    ],
)
def test_since(since: date | None, data_date: date | None, expected: str | None) -> None:
    assert _sentences.since(replace(quarantine_red(), since=since), data_date) == expected


def test_a_waiver_without_explanation_and_an_acknowledgement_without_note() -> None:
    assert _sentences.waiver_terms(replace(HOLDING, why="")).endswith("on Monday; holds")
    verdict = quarantine_red()
    assert verdict.acknowledgement
    silent = replace(verdict, acknowledgement=replace(verdict.acknowledgement, note=""))
    assert ("On it", "Jon since 2025-03-09 06:00 UTC") in _sentences.facts(silent, DATA_DATE)


def test_a_hint_that_the_message_has_is_not_repeated() -> None:
    fault = bad_config().errors[1]
    assert fault.hint
    whole = replace(fault, message=f"{fault.message} {fault.hint}")
    assert _sentences.problem(whole) == whole.message


def test_every_status_has_a_glyph_of_its_own() -> None:
    assert len({GLYPHS[status] for status in Status}) == len(Status)
