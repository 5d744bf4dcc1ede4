"""Keys that are required only while a check that needs them is on."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.catalog import all_checks
from checks.config.loading import load
from checks.config.model import Config
from checks.core.model import Problem
from tests.config.small_catalog import edited, problems

CASES = [
    ("audit_log.rows_read", " rows_read: rows_read,", ("rows_read", "quarantine_rate")),
    ("audit_log.rows_quarantined", " rows_quarantined: rows_quarantined,", ("quarantine_rate",)),
    ("orders.session_id", " session_id: lc_session_id,", ("orphan_orders",)),
    (
        "events.name", " name: event_name,",
        ("event_volume", "missing_revenue", "orphan_orders"),
    ),
]  # fmt: skip


def loaded(folder: Path, text: str) -> Config:
    path = folder / "andon.yml"
    path.write_text(text, encoding="utf-8")
    return load(path, {}, all_checks())


def without(written: str, *, off: tuple[str, ...] = (), by: str = "") -> str:
    """The example without a key, with some checks switched off."""
    head, _, _ = edited((written, by)).partition("checks:\n")
    checks = [f"  {check}: {{enabled: false}}\n" for check in off or ("freshness",)]
    return head + "checks:\n" + "".join(checks)


def missing(folder: Path, text: str) -> Problem:
    (problem,) = problems(lambda: loaded(folder, text))
    return problem


@pytest.mark.parametrize(("key", "written", "checks"), CASES)
@pytest.mark.parametrize("null", [False, True])
def test_a_key_is_required_while_a_check_needs_it(
    tmp_path: Path, key: str, written: str, checks: tuple[str, ...], *, null: bool
) -> None:
    by = f" {key.partition('.')[2]}: ," if null else ""
    problem = missing(tmp_path, without(written, by=by))
    assert (problem.key, problem.found) == (key, "nothing")
    assert problem.allowed == (
        "a column's name, or `enabled: false` for each check that needs it: "
        + ", ".join(sorted(checks, key=[check.id for check in all_checks()].index))
    )
    assert problem.line is not None


@pytest.mark.parametrize(("key", "written", "checks"), CASES)
def test_a_key_may_be_left_out_once_all_of_them_are_off(
    tmp_path: Path, key: str, written: str, checks: tuple[str, ...]
) -> None:
    section, _, name = key.partition(".")
    config = loaded(tmp_path, without(written, off=checks))
    assert getattr(getattr(config, section), name) is None
    if len(checks) > 1:
        assert missing(tmp_path, without(written, off=checks[1:])).key == key


def test_a_name_is_not_required_by_what_cannot_be_measured_without_other_keys(
    tmp_path: Path,
) -> None:
    text = without(" name: event_name,", off=("event_volume",))
    text = text.replace(
        " revenue: revenue, order_id: transaction_id, purchase_names", " purchase_names"
    )
    assert loaded(tmp_path, text).events is not None


def test_a_section_that_is_not_mapped_requires_none_of_its_keys(tmp_path: Path) -> None:
    text = without(" rows_read: rows_read,", off=("rows_read",))
    lines = [line for line in text.splitlines() if not line.startswith("audit_log:")]
    assert missing(tmp_path, "\n".join(lines)).key == "audit_log"


@pytest.mark.parametrize("word", ["replace", "add"])
def test_what_several_entries_mean(tmp_path: Path, word: str) -> None:
    text = edited(("rows_read: rows_read,", f"rows_read: rows_read, several: {word},"))
    source = loaded(tmp_path, text).audit_log
    assert source is not None
    assert source.several == word


def test_other_words_for_several_entries_are_refused(tmp_path: Path) -> None:
    text = edited(("rows_read: rows_read,", "rows_read: rows_read, several: sum,"))
    problem = missing(tmp_path, text)
    assert (problem.key, problem.found, problem.allowed) == (
        "audit_log.several", "'sum'", "replace or add",
    )  # fmt: skip
