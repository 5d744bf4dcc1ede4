"""Every faulty file in tests/configs: exactly these problems, in this order, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.config import load_config
from checks.config.loading import load
from checks.errors import ConfigError
from tests_config_catalog import CATALOG, CONFIGS

#: By file (`bad_<name>.yml`): the messages, without the file's name.
MESSAGES: dict[str, tuple[str, ...]] = {
    "alert_above_default_stop": (
        ':18: checks.quarantine_rate.stop_above: found 0.06 (the default), allowed: a number of at least alert_above (0.07)',
    ),
    "control_character": (
        ': found control characters, which YAML does not allow, allowed: one YAML document',
    ),
    "dashboard_url": (
        ':12: dashboard.url: found a URL that begins with ftp://, allowed: an address that begins with http:// or https://, without user name or password',
    ),
    "duplicate_key": (
        ':12: data_lag_days: found the same key again (first on line 11), allowed: each key once',
    ),
    "duplicate_nested_key": (
        ':18: checks.quarantine_rate.alert_above: found the same key again (first on line 18), allowed: each key once',
    ),
    "empty": (
        ': found an empty file, allowed: a mapping of settings, beginning with `pipeline:`',
    ),
    "empty_list": (
        ':13: events.purchase_names: found an empty list, allowed: a list of names, at least one',
    ),
    "empty_mapping": (
        ': found an empty mapping, allowed: a mapping with `pipeline:`',
    ),
    "empty_pipeline": (
        ':1: pipeline: found empty text, allowed: one line of text',
    ),
    "everything": (
        ':1: pipeline: found a list, allowed: one line of text',
        ":2: timezone: found 'Mars', allowed: an IANA time zone such as Europe/Berlin",
        ':10: history.keep_days: found 0, allowed: a whole number from 1 to 36500',
        ":13: events.tabel: found an unknown key, allowed: occurred_at, name, purchase_names, table, query, revenue, order_id; did you mean 'table'?",
        ':13: events: found none of table, query, allowed: exactly one of table, query',
        ':18: checks.quarantine_rate.stop_above: found 0.04, allowed: a number of at least alert_above (0.05)',
    ),
    "fraction_for_whole_number": (
        ':11: data_lag_days: found 1.5, allowed: a whole number from 0 to 3650',
    ),
    "glob_brackets": (
        ':16: quarantine.files: found \'quarantine/[ab*.csv\', allowed: a glob such as "quarantine/*.csv", or a name with {date:%Y%m%d} in it, with balanced brackets',
    ),
    "glob_date_format": (
        ":16: quarantine.files: found 'quarantine/{date:%Q}.csv', allowed: a date's directives, such as {date:%Y%m%d} or {date:%Y-%m-%d}",
    ),
    "glob_empty": (
        ':16: quarantine.files: found empty text, allowed: a glob such as "quarantine/*.csv", or a name with {date:%Y%m%d} in it',
    ),
    "glob_field": (
        ":16: quarantine.files: found 'quarantine/{day}.csv', allowed: only {date:...} in braces; write {date:%Y%m%d} for the day, * for the rest",
    ),
    "infinite_number": (
        ':19: checks.volume_zscore.alert_at: found .inf, allowed: a number above 0',
    ),
    "latin1": (
        ':2: found a byte that is not UTF-8 (0xe9), allowed: text in UTF-8',
    ),
    "missing_column": (
        ":12: audit_log.run_at: found nothing, allowed: a column's name",
    ),
    "missing_section": (
        ': audit_log: found nothing, allowed: a mapping, or `enabled: false` for each check that needs it: quarantine_rate, run_status',
    ),
    "name_for_list": (
        ":13: events.purchase_names: found 'purchase', allowed: a list of names; write [purchase]",
    ),
    "negative_lag": (
        ':11: data_lag_days: found -1, allowed: a whole number from 0 to 3650',
    ),
    "nested_too_deeply": (
        ': found a structure nested too deeply, allowed: plain YAML',
    ),
    "no_pipeline": (
        ': pipeline: found nothing, allowed: one line of text',
    ),
    "no_table": (
        ':14: orders: found none of table, query, allowed: exactly one of table, query',
    ),
    "no_warehouse": (
        ': warehouse.url: found nothing, allowed: an SQLAlchemy URL such as duckdb:///warehouse.duckdb',
    ),
    "not_a_number": (
        ':20: checks.missing_revenue.alert_at: found .nan, allowed: a number above 0 and of at most 1',
    ),
    "not_yaml": (
        ':2: found text that is not YAML (mapping values are not allowed in this context), allowed: one YAML document',
    ),
    "only_comments": (
        ': found an empty file, allowed: a mapping of settings, beginning with `pipeline:`',
    ),
    "pipeline_is_number": (
        ':1: pipeline: found 2025, allowed: one line of text; put it in quotes',
    ),
    "quarantine_files_and_table": (
        ':16: quarantine: found files and table, allowed: exactly one of files, table, query',
    ),
    "quarantine_no_source": (
        ':16: quarantine: found none of files, table, query, allowed: exactly one of files, table, query',
    ),
    "query_two_statements": (
        ':13: events.query: found a query that cannot be sent: it holds 2 statements instead of one, allowed: one read-only SELECT',
    ),
    "query_writes": (
        ':13: events.query: found a query that cannot be sent: it is a DELETE statement, not a SELECT, allowed: one read-only SELECT',
    ),
    "section_is_text": (
        ':15: sessions: found a single value, allowed: a mapping of keys to values',
    ),
    "severity": (
        ":20: checks.missing_revenue.severity: found 'ambr', allowed: red or amber; did you mean 'amber'?",
    ),
    "stop_below_alert": (
        ':18: checks.quarantine_rate.stop_above: found 0.04, allowed: a number of at least alert_above (0.05)',
    ),
    "table_and_query": (
        ':13: events: found table and query, allowed: exactly one of table, query',
    ),
    "table_name": (
        ':13: events.table: found \'a.b.c.d\', allowed: a table as [catalog.][schema.]name; put parts with other characters in double quotes: \'"my table"\'',
    ),
    "text_for_number": (
        ":6: warehouse.timeout_seconds: found '60', allowed: a number above 0 and of at most 86400; write 60, without quotes",
    ),
    "top_level_list": (
        ':1: found a list, allowed: a mapping of keys to values',
    ),
    "top_level_text": (
        ':1: found a single value, allowed: a mapping of keys to values',
    ),
    "truth_for_number": (
        ':10: history.keep_days: found yes, allowed: a whole number from 1 to 36500',
    ),
    "truth_in_list": (
        ':13: events.purchase_names: found on, allowed: a name; put it in quotes',
    ),
    "two_documents": (
        ':2: found text that is not YAML (expected a single document in the stream, but found another document), allowed: one YAML document',
    ),
    "two_line_pipeline": (
        ":1: pipeline: found 'web\\u000aclickstream', allowed: one line of text, without line breaks and control characters",
    ),
    "unclosed_variable": (
        ":1: pipeline: found a ${ that encloses no variable's name, allowed: ${NAME}, or $${ for a plain ${",
    ),
    "unknown_check": (
        ":18: checks.quarantine_rates: found an unknown check, allowed: quarantine_rate, volume_zscore, missing_revenue, orphan_orders, run_status; did you mean 'quarantine_rate'?",
    ),
    "unknown_nested_key": (
        ":10: history.keepdays: found an unknown key, allowed: url, keep_days; did you mean 'keep_days'?",
    ),
    "unknown_parameter": (
        ":19: checks.volume_zscore.windowdays: found an unknown key, allowed: enabled, severity, owner, runbook, window_days, alert_at; did you mean 'window_days'?",
    ),
    "unknown_timezone": (
        ":2: timezone: found 'Europe/Berln', allowed: an IANA time zone such as Europe/Berlin; did you mean 'Europe/Berlin'?",
    ),
    "unknown_top_key": (
        ":2: time_zone: found an unknown key, allowed: pipeline, timezone, data_lag_days, warehouse, history, dashboard, audit_log, events, orders, sessions, quarantine, checks; did you mean 'timezone'?",
    ),
    "unset_variable": (
        ":4: warehouse.url: found an unset environment variable: 'ANDON_TEST_UNSET', allowed: variables that are set",
    ),
    "url": (
        ':4: warehouse.url: found a value that is not shown and is no such URL, allowed: an SQLAlchemy URL: engine://user:password@host:port/database',
    ),
    "url_port": (
        ':4: warehouse.url: found a value that is not shown and is no such URL, allowed: an SQLAlchemy URL: engine://user:password@host:port/database',
    ),
    "url_two_slashes": (
        ':4: warehouse.url: found a value that is not shown, with another number of slashes, allowed: sqlite or duckdb with three slashes before a relative file (duckdb:///warehouse.duckdb), four before an absolute one',
    ),
    "utf16": (
        ':1: found a byte that is not UTF-8 (0xff), allowed: text in UTF-8',
    ),
}


def messages(name: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as raised:
        load(f"bad_{name}.yml", {}, CATALOG)
    return tuple(one.message for one in raised.value.problems)


@pytest.mark.parametrize("name", MESSAGES)
def test_reports_exactly_the_faults_of(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CONFIGS)
    assert messages(name) == tuple(f"bad_{name}.yml{text}" for text in MESSAGES[name])


def test_every_faulty_file_is_in_the_table() -> None:
    assert {path.stem.removeprefix("bad_") for path in CONFIGS.glob("*.yml")} == set(MESSAGES)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("bad_*.yml")), ids=lambda path: path.stem)
def test_the_real_catalog_refuses_it_without_repeating_a_password(path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(path, environ={})
    assert "hunter2" not in repr(raised.value.problems) + str(raised.value)
