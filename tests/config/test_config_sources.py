"""The section `sources`: a mapping by name, its values, and what is refused."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from checks import load_config
from checks.core.errors import ConfigError
from checks.core.expected_source import EVERY_DAY, ExpectedSource

BASE = """\
pipeline: shop
warehouse: {url: "duckdb:///x.duckdb"}
audit_log: {table: l, run_at: r, rows_read: a, rows_quarantined: b, source: f, status: s}
events: {table: e, occurred_at: t, name: n, revenue: r, order_id: o}
orders: {table: e, ordered_at: t, session_id: r}
sessions: {table: e, session_id: r}
"""


def read(tmp_path: Path, section: str, base: str = BASE) -> tuple[ExpectedSource, ...] | None:
    file = tmp_path / "andon.yml"
    file.write_text(base + section, encoding="utf-8")
    return load_config(file).sources


def problems(tmp_path: Path, section: str, base: str = BASE) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, section, base)
    return [problem.message.partition("andon.yml:")[2] for problem in raised.value.problems]


def test_without_the_section_nothing_is_listed(tmp_path: Path) -> None:
    assert read(tmp_path, "") is None
    assert read(tmp_path, "sources:\n") is None


def test_the_section_as_it_is_documented(tmp_path: Path) -> None:
    section = """\
sources:
  web: {match: "events_web_*", expected_by: "06:00"}
  marketplace: {expected_by: "09:00", days: weekdays}
  app: {}
  fax:
  "Partner A": {days: [Mon, thursday], expected_by: 16:00}
"""
    assert read(tmp_path, section) == (
        ExpectedSource("web", "events_web_*", time(6)),
        ExpectedSource("marketplace", None, time(9), frozenset(range(5))),
        ExpectedSource("app"),
        ExpectedSource("fax", None, None, EVERY_DAY),
        ExpectedSource("Partner A", None, time(16), frozenset({0, 3})),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("00:00", time(0)), ('"6:05"', time(6, 5)), ("6:05", time(6, 5)), ("23:59", time(23, 59))],
)
def test_a_time_is_read_as_it_is_written(tmp_path: Path, text: str, expected: time) -> None:
    (source,) = read(tmp_path, f"sources: {{web: {{expected_by: {text}}}}}") or ()
    assert source.expected_by == expected


@pytest.mark.parametrize(
    "text", ["24:00", '"06:60"', '"6"', "6", '"06:00:00"', '"6 am"', "[]", "true", "-1:00"]
)
def test_other_times_are_refused(tmp_path: Path, text: str) -> None:
    (problem,) = problems(tmp_path, f"sources: {{web: {{expected_by: {text}}}}}")
    assert problem.startswith("7: sources.web.expected_by: found ")
    assert problem.endswith("allowed: a time of day from 00:00 to 23:59")


@pytest.mark.parametrize("text", ["never", "[]", "[funday]", "[mon, 3]", "{}", "7"])
def test_other_days_are_refused(tmp_path: Path, text: str) -> None:
    (problem,) = problems(tmp_path, f"sources: {{web: {{days: {text}}}}}")
    assert problem.startswith("7: sources.web.days: found ")
    assert (
        "allowed: daily, weekdays, weekends, or a list of days such as [monday, thursday]"
        in problem
    )


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("sources: [web]", "7: sources: found a list, allowed: a mapping of keys to values"),
        ("sources: web", "7: sources: found a single value, allowed: a mapping of keys to values"),
        ("sources: {}", "7: sources: found an empty mapping, allowed: at least one source by name"),
        ("sources: {web: 3}",
         "7: sources.web: found a single value, allowed: a mapping of keys to values"),
        ("sources: {web: {by: 3}}",
         "7: sources.web.by: found an unknown key, allowed: match, expected_by, days"),
        ("sources:\n  web: {}\n  web_: {}",
         "9: sources.web_: found a source with the same names, "
         "allowed: a `match` that differs from that of sources.web"),
        ('sources:\n  a: {match: "x*"}\n  b: {match: "x*"}',
         "9: sources.b: found a source with the same names, "
         "allowed: a `match` that differs from that of sources.a"),
        ('sources: {"20250308": {}}',
         "7: sources.20250308: found no `match`, allowed: a `match`: without days, digits and "
         "separators nothing is left of the key"),
        ('sources: {"a\\nb": {}}',
         "7: sources.a\\u000ab: found a key that cannot be shown, "
         "allowed: a name of 1 to 200 printable characters"),
        ("sources:\n  web: {}\n  web: {}",
         "9: sources.web: found the same key again (first on line 8), allowed: each key once"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_clear_message(tmp_path: Path, section: str, message: str) -> None:
    assert problems(tmp_path, section) == [message]


@pytest.mark.parametrize(
    "names", ["shop_1: {}, shop_2: {}", "a: {}, b: {match: a}", "web: {}, WEB: {}"]
)
def test_sources_that_names_tell_apart_are_fine(tmp_path: Path, names: str) -> None:
    assert len(read(tmp_path, f"sources: {{{names}}}") or ()) == 2


def test_sources_need_the_column_of_the_log(tmp_path: Path) -> None:
    base = BASE.replace("source: f, ", "")
    (problem,) = problems(tmp_path, "sources: {web: {}}", base)
    assert problem == (
        "7: sources: found a mapping, allowed: nothing while audit_log.source is not mapped"
    )


def test_a_pipeline_without_a_log_needs_no_switch_for_this_check(tmp_path: Path) -> None:
    """Only the checks that need the whole section have to be switched off."""
    log_section = BASE.splitlines(keepends=True)[2]
    base = BASE.replace(
        log_section,
        "checks: {log_entry_exists_today: {enabled: false}, rows_read: {enabled: false}, "
        "run_status: {enabled: false}, quarantine_rate: {enabled: false}}\n",
    )
    assert read(tmp_path, "", base) is None
