"""Single values: what each kind takes, refuses, and never repeats."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, make_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.config.declared import settings_of
from checks.config.environment import expand_variables
from checks.config.files import files_pattern
from checks.config.loading import load
from checks.config.model import CalendarConfig, CalendarDays, Config
from checks.config.problems import InvalidValueError, Problems
from checks.config.urls import database_url, engine_of, http_url
from checks.core.errors import ConfigError
from checks.core.settings import setting
from tests.config.small_catalog import CATALOG, edited, problems

Loader = Callable[..., Config]
SECRET = "hunter2"


QUOTES = """put parts with other characters in double quotes: '"my table"'"""
ELSEWHERE = "a database's address belongs in warehouse.url"

# (where, what is written there, what is found, hint)
WRONG_VALUES = [
    ("timeout_seconds: 60", "timeout_seconds: 1e-1", "'1e-1'", "write 0.1, without quotes"),
    ("timeout_seconds: 60", "timeout_seconds: '60'", "'60'", "write 60, without quotes"),
    ("timeout_seconds: 60", "timeout_seconds: soon", "'soon'", None),
    ("timeout_seconds: 60", "timeout_seconds: 0", "0", None),
    ("timeout_seconds: 60", "timeout_seconds: true", "true", None),
    ("timeout_seconds: 60", "timeout_seconds: [60]", "a list", None),
    ("timeout_seconds: 60", "timeout_seconds: {s: 60}", "a mapping", None),
    ("timeout_seconds: 60", "timeout_seconds:", "nothing", None),
    ("timeout_seconds: 60", "timeout_seconds: -.inf", "-.inf", None),
    ("timeout_seconds: 60", "timeout_seconds: 1" + "0" * 400, None, None),
    ("keep_days: 400", "keep_days: 1" + "0" * 5000, None, None),
    ("keep_days: 400", "keep_days: 0x1" + "0" * 5000, None, "write a plain number"),
    ("keep_days: 400", "keep_days: 1" + "0" * 400 + ":00", None, "write a plain number"),
    ("keep_days: 400", "keep_days: 6:00", "6:00, which YAML reads as 360", "write 6"),
    ("keep_days: 400", "keep_days: 6:30", "6:30, which YAML reads as 390", "write 6.5"),
    ("keep_days: 400", "keep_days: +6:00", "+6:00, which YAML reads as 360",
     "write a plain number"),
    ("keep_days: 400", "keep_days: 1:00:00", "1:00:00, which YAML reads as 3600",
     "write a plain number"),
    ("keep_days: 400", "keep_days: 010", "010, which YAML reads as 8",
     "write 10, or 8 where octal is meant"),
    ("keep_days: 400", "keep_days: 0o12", "'0o12'", "write 10, without quotes"),
    ("keep_days: 400", "keep_days: 08", "'08'", "write 8, without quotes"),
    ("keep_days: 400", "keep_days: 0x10", "0x10, which YAML reads as 16", "write 16"),
    ("keep_days: 400", "keep_days: 0b11", "0b11, which YAML reads as 3", "write 3"),
    ("keep_days: 400", "keep_days: 1_000", "1_000, which YAML reads as 1000", "write 1000"),
    ("keep_days: 400", "keep_days: !!int '4_0'", "4_0, which YAML reads as 40", "write 40"),
    ("timeout_seconds: 60", "timeout_seconds: 1:30.5", "1:30.5, which YAML reads as 90.5",
     "write a plain number"),
    ("timeout_seconds: 60", "timeout_seconds: 6_0.5", "6_0.5, which YAML reads as 60.5",
     "write 60.5"),
    ("timeout_seconds: 60", "timeout_seconds: -.5", "'-.5'", "write -0.5, without quotes"),
    ("timezone: UTC", "timezone: 6:00", "6:00, which YAML reads as 360", "put it in quotes"),
    ("timezone: UTC", "timezone: 2025-03-08", "2025-03-08", "put it in quotes"),
    ("timezone: UTC", "timezone: ~", "nothing", None),
    ("{alert_above: 0}", "{owner: No}", "No, which YAML reads as false", "put it in quotes"),
    ("{alert_above: 0}", "{ignore: [a, 010]}", "010, which YAML reads as 8", "put it in quotes"),
    ("keep_days: 400", "keep_days: 400.0", "400.0", None),
    ("keep_days: 400", "keep_days: '400'", "'400'", "write 400, without quotes"),
    ("keep_days: 400", "keep_days: '1e400'", "'1e400'", None),
    ("keep_days: 400", "keep_days: !!int ''", "", None),
    ("keep_days: 400", "keep_days: !!bool maybe", "maybe", None),
    ("keep_days: 400", "keep_days: !days 4", "4", None),
    ("keep_days: 400", "keep_days: 2025-03-08", "2025-03-08", None),
    ("timezone: UTC", "timezone: utc ", "'utc'", "did you mean 'UTC'?"),
    ("timezone: UTC", "timezone: Zzz", "'Zzz'", None),
    ("timezone: UTC", "timezone: right/UTC", "'right/UTC', which is a different zone on each machine",  # noqa: E501
     None),
    ("timezone: UTC", "timezone: posix/UTC", "'posix/UTC', which is a different zone on each machine",  # noqa: E501
     None),
    ("timezone: UTC", "timezone: ../etc/passwd", "'../etc/passwd'", None),
    ("timezone: UTC", "timezone: 2", "2", "put it in quotes"),
    ("{alert_above: 0}", "{enabled: 'true'}", "'true'", None),
    ("{alert_above: 0}", "{enabled: 1}", "1", None),
    ("{alert_above: 0}", "{severity: on}", "on, which YAML reads as true", None),
    ("{alert_above: 0}", "{severity: Red}", "'Red'", "did you mean 'red'?"),
    ("{alert_above: 0}", "{owner: 42}", "42", "put it in quotes"),
    ("{alert_above: 0}", "{owner: ' '}", "empty text", None),
    ("{alert_above: 0}", '{owner: "a\\u202eb\\nc"}', "'a\\u202eb\\u000ac'", None),
    ("{alert_above: 0}", "{runbook: www.example.org}", "'www.example.org'", None),
    ("{alert_above: 0}", "{runbook: 'https://'}", "a URL that begins with https://", None),
    ("{alert_above: 0}", "{runbook: 'see http://x'}", "text with a URL in it", None),
    ("{alert_above: 0}", "{ignore: a}", "'a'", "write [a]"),
    ("{alert_above: 0}", "{ignore: 'a b'}", "'a b'", None),
    ("{alert_above: 0}", "{ignore: {a: 1}}", "a mapping", None),
    ("{alert_above: 0}", "{ignore: }", "nothing", None),
    ("{alert_above: 0}", "{modes: [event]}", "'event'", "did you mean 'events'?"),
    ("run_at: run_timestamp", "run_at: ''", "empty text", None),
    ("table: dim_sessions", "table: a..b", "'a..b'", QUOTES),
    ("table: dim_sessions", "table: duckdb://x", "a URL that begins with duckdb://", ELSEWHERE),
    ("{table: dim_sessions,", "!x {table: dim_sessions,", "a value with a tag", None),
    ("{table: dim_sessions,", "[table, dim_sessions] #", "a list", None),
    ("{table: dim_sessions,", "{7: x, table: dim_sessions,", "7 as a key", None),
    ("{table: dim_sessions,", "{[x]: x, table: dim_sessions,", "a list as a key", None),
    ("table: stg_events", 'query: "SELECT \\0"', "'SELECT \\u0000'", None),
]  # fmt: skip


@pytest.mark.parametrize(("where", "written", "actual", "hint"), WRONG_VALUES)
def test_wrong_values(
    where: str, written: str, actual: str | None, hint: str | None, load_text: Loader
) -> None:
    (problem,) = problems(lambda: load_text(edited((where, written))))
    assert problem.line is not None
    assert actual is None or problem.found == actual
    assert problem.hint == hint
    assert len(problem.message) < 400


PLAIN_NUMBERS = [
    ("1", 1), ("+6", 6), ("60.0", 60.0), ("0.5", 0.5), (".5", 0.5), ("6.", 6.0), ("1.5e+3", 1500.0),
    ("!!float 6", 6.0), ("00.5", 0.5),
]  # fmt: skip


@pytest.mark.parametrize(("written", "value"), PLAIN_NUMBERS)
def test_plain_numbers_are_read_as_written(written: str, value: float, load_text: Loader) -> None:
    text = edited(("timeout_seconds: 60", f"timeout_seconds: {written}"))
    assert load_text(text).warehouse.timeout_seconds == value


def test_a_secret_that_yaml_reads_as_a_number_is_not_repeated(load_text: Loader) -> None:
    (problem,) = problems(
        lambda: load_text(edited(("url: duckdb:///warehouse.duckdb", "url: 0x7357")))
    )
    assert "7357" not in problem.message
    assert "29527" not in problem.message


WITHOUT = edited().partition("calendar:")[0]
CALENDAR = """calendar:
  days:
    - {name: Black Friday, from: 2025-11-28, to: "2025-12-01", expect: 3.0}
    - name: Stocktaking
      from: 2026-01-02
  holidays: DE-BY
  tracking_releases: [2025-10-02, '2025-10-09']
"""


def test_a_calendar(load_text: Loader) -> None:
    calendar = load_text(WITHOUT + CALENDAR).calendar
    assert calendar == CalendarConfig(
        days=(
            CalendarDays("Black Friday", date(2025, 11, 28), date(2025, 12, 1), 3.0),
            CalendarDays("Stocktaking", date(2026, 1, 2)),
        ),
        holidays="DE-BY",
        tracking_releases=(date(2025, 10, 2), date(2025, 10, 9)),
    )


@pytest.mark.parametrize("calendar", ["", "calendar:\n", "calendar: {days: , holidays: }\n"])
def test_without_a_calendar_no_day_is_special(calendar: str, load_text: Loader) -> None:
    assert load_text(WITHOUT + calendar).calendar == CalendarConfig()


A_DAY, SOME_DAYS = "a day, such as 2025-11-28", "a list of days, such as [2025-10-02]"
MAPPINGS = "a list of mappings of name, from, to, expect"
PLACE = "a country's two letters, such as US, or one of its regions, such as DE-BY"
# (calendar, key, what is found, what is allowed)
WRONG_CALENDARS = [
    ("{days: {name: x}}", "days", "a mapping", MAPPINGS),
    ("{days: [x]}", "days[1]", "a single value", "a mapping of keys to values"),
    ("{days: [{name: x, from: 2025-02-30}]}", "days[1].from",
     "2025-02-30, which is not a calendar date", A_DAY),
    ("{days: [{name: x, from: 2025-2-3}]}", "days[1].from", "'2025-2-3'", A_DAY),
    ("{days: [{name: x, from: 2025-02-03 10:00:00}]}", "days[1].from", "2025-02-03 10:00:00",
     A_DAY),
    ("{days: [{name: x, from: 20250203}]}", "days[1].from", "20250203", A_DAY),
    ("{days: [{name: x, from: [2025-02-03]}]}", "days[1].from", "a list", A_DAY),
    ("{days: [{name: x}]}", "days[1].from", "nothing", A_DAY),
    ("{days: [{name: x, from: 2025-02-03}, {name: y, from: 2025-02-03, to: 2025-02-02}]}",
     "days[2].to", "2025-02-02", "a day from 2025-02-03 on"),
    ("{days: [{name: x, from: 2025-02-03, expect: 0}]}", "days[1].expect", "0",
     "a number above 0 and of at most 1000"),
    ("{days: [{name: x, first: 2025-02-03, from: 2025-02-03}]}", "days[1].first",
     "an unknown key", "name, from, to, expect"),
    ("{holidays: XX}", "holidays", "'XX'", PLACE),
    ("{holidays: DE-XX}", "holidays", "'DE-XX'", PLACE),
    ("{holidays: [US]}", "holidays", "a list", PLACE),
    ("{tracking_releases: 2025-10-02}", "tracking_releases", "2025-10-02", SOME_DAYS),
    ("{tracking_releases: [soon]}", "tracking_releases", "'soon'", A_DAY),
]  # fmt: skip


@pytest.mark.parametrize(("calendar", "key", "actual", "allowed"), WRONG_CALENDARS)
def test_wrong_calendars(
    calendar: str, key: str, actual: str, allowed: str, load_text: Loader
) -> None:
    (problem,) = problems(lambda: load_text(f"{WITHOUT}calendar: {calendar}\n"))
    assert (problem.key, problem.found, problem.allowed) == (f"calendar.{key}", actual, allowed)
    assert problem.line is not None


def test_a_continent_is_no_zone(load_text: Loader) -> None:
    (problem,) = problems(lambda: load_text(edited(("timezone: UTC", "timezone: Europe"))))
    assert problem.found == "'Europe'"


SECRETS = [
    ("duckdb:///warehouse.duckdb", f"postgresql//andon:{SECRET}@db/shop"),
    ("duckdb:///warehouse.duckdb", f"[{SECRET}]"),
    ("duckdb:///warehouse.duckdb", f"duckdb://{SECRET}"),
    ("duckdb:///warehouse.duckdb", f'"postgresql://andon:{SECRET}@db:x/shop"'),
    ("duckdb:///warehouse.duckdb", f'"postgresql://andon:a@{SECRET}@db/shop"'),
    ("duckdb:///warehouse.duckdb", f'"postgresql://andon:a@b/{SECRET}@db/shop"'),
    ("sqlite:///history.db", f'"postgresql://andon:a@{SECRET}@db/shop"'),
    ("duckdb:///warehouse.duckdb", f'"postgresql://andon:{SECRET}\\n@db/shop"'),
    ("duckdb:///warehouse.duckdb", f"${{SHOP_URL}}/${{UNSET}}{SECRET}"),
    ("duckdb:///warehouse.duckdb", "${SHOP_URL}"),
    ("duckdb:///warehouse.duckdb", f"${{{SECRET} "),
    ("duckdb:///warehouse.duckdb", f"!{SECRET} x"),
    ("sqlite:///history.db", f"{SECRET}"),
    ("{table: dim_sessions", f"{{table: 'postgresql://andon:{SECRET}@db/shop'"),
    ("{table: dim_sessions, session_id: session_id}", f"postgresql://andon:{SECRET}@db/shop"),
    ("{table: dim_sessions", f"{{table:postgresql://andon:{SECRET}@db/shop"),
    ("[purchase, checkout_completed]", f"postgresql://andon:{SECRET}@db/shop"),
    ("data_lag_days: 1", f"? postgresql://andon:{SECRET}@db/shop\n: 1"),
    ("data_lag_days: 1", f"dashboard: {{url: 'https://andon:{SECRET}@board/'}}"),
    ("data_lag_days: 1", f"dashboard: {{url: ' https://andon:{SECRET}@board/'}}"),
    ("table: dim_sessions", f"query: \"SELECT login('{SECRET}'\""),
    ("table: dim_sessions", f"query: \"CALL login('{SECRET}')\""),
]


def test_an_encoded_at_sign_is_part_of_the_password(load_text: Loader) -> None:
    url = "postgresql://andon:a%40b@db/shop"
    assert load_text(edited(("duckdb:///warehouse.duckdb", url))).warehouse.url == url


@pytest.mark.parametrize(("where", "written"), SECRETS)
def test_secrets_are_never_repeated(where: str, written: str, load_text: Loader) -> None:
    environ = {"SHOP_URL": f"postgres:{SECRET}"}
    with pytest.raises(ConfigError) as raised:
        load_text(edited((where, written)), environ)
    assert SECRET not in str(raised.value) + repr(raised.value.problems)


def test_a_loaded_url_is_not_in_the_repr(load_text: Loader) -> None:
    environ = {"SHOP_PASSWORD": SECRET}
    url = "postgresql://andon:${SHOP_PASSWORD}@db/shop"
    config = load_text(edited(("duckdb:///warehouse.duckdb", url)), environ)
    assert config.warehouse.url == f"postgresql://andon:{SECRET}@db/shop"
    assert SECRET not in repr(config)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain $HOME {x}", "plain $HOME {x}"),
        ("${A}", "1"),
        ("<${A}-${B_2}>", "<1-two ${A}>"),
        ("$${A}", "${A}"),
        ("$${A} ${A}", "${A} 1"),
        ("${EMPTY}", ""),
    ],
)
def test_variables(text: str, result: str) -> None:
    assert expand_variables(text, {"A": "1", "B_2": "two ${A}", "EMPTY": ""}) == result


@pytest.mark.parametrize(
    ("text", "actual"),
    [
        ("${A} ${B} ${A}", "an unset environment variable: 'A', 'B'"),
        ("${}", "a ${ that is not followed by NAME}"),
        ("${A:-x}", "a ${ that is not followed by NAME}"),
        ("${A", "a ${ that is not followed by NAME}"),
    ],
)
def test_faulty_variables(text: str, actual: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        expand_variables(text, {})
    assert raised.value.actual == actual


FOLDER = Path("/etc/shop")


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("duckdb:///a.duckdb", "duckdb:////etc/shop/a.duckdb"),
        (
            "duckdb:///data/a%20b.duckdb?threads=1",
            "duckdb:////etc/shop/data/a%20b.duckdb?threads=1",
        ),
        ("sqlite+pysqlite:///../h.db", "sqlite+pysqlite:////etc/shop/../h.db"),
        ("sqlite:///file:h.db?mode=ro&uri=true", "sqlite:///file:/etc/shop/h.db?mode=ro&uri=true"),
        ("sqlite:////srv/h.db", "sqlite:////srv/h.db"),
        ("sqlite:///C:/h.db", "sqlite:///C:/h.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:///", "sqlite:///"),
        ("sqlite://", "sqlite://"),
        ("duckdb:///md:shop", "duckdb:///md:shop"),
        ("duckdb:///s3://bucket/a.duckdb", "duckdb:///s3://bucket/a.duckdb"),
        ("postgresql://u:p%40@h:5432/d", "postgresql://u:p%40@h:5432/d"),
    ],
)
def test_database_urls(url: str, result: str) -> None:
    assert database_url(url, FOLDER) == result


@pytest.mark.parametrize(
    ("url", "actual", "allowed"),
    [
        (
            "sqlite:///file:/x/wh.db?uri=true&mode=memory&zzz=1%26mode=rwc",
            "the option zzz", "uri, mode, cache, timeout",
        ),
        ("sqlite:///file:x.db?uri=true&cache=shared%26mode=rwc", "the option cache", "shared"),
        ("sqlite:///file:x.db?uri=true&mode%26mode=rwc", "an option", "mode, cache"),
        ("sqlite:///file:x.db?mode=memory&mode=rwc&uri=true", "the option mode twice", "once"),
        ("sqlite:///file:x.db?uri=perhaps", "the option uri", "true, false"),
        ("sqlite:///file:x.db%3Fmode=rwc%26x=?uri=true", "with ? or #", "without ? and #"),
        ("sqlite:///file:x.db%23y?uri=true", "with ? or #", "without ? and #"),
        ("sqlite:///file:x.db?uri=true&vfs=unix-dotfile", "the option vfs", "uri, mode"),
        ("sqlite:///file:x.db?uri=true&nolock=1", "the option nolock", "uri, mode"),
        ("sqlite:///file:x.db?uri=true&immutable=1", "the option immutable", "uri, mode"),
        ("sqlite:///file:x.db?uri=true&psow=0", "the option psow", "uri, mode"),
        ("sqlite:///x.db?isolation_level=", "the option isolation_level", "uri, mode"),
        ("sqlite+aiosqlite:///x.db", "another driver", "sqlite:///"),
        ("duckdb:///x?lock_configuration=true", "the option lock_configuration", "access_mode"),
        ("duckdb:///x?Enable_External_Access=1", "the option Enable_External_Access", "threads"),
        ("duckdb:///x?allowed_paths=/", "the option allowed_paths", "threads"),
        ("duckdb:///x?autoload_known_extensions=1", "the option autoload", "threads"),
        ("duckdb:///x?log_query_path=/x", "the option log_query_path", "threads"),
        ("duckdb:///x?access_mode=other", "the option access_mode", "read_only"),
        ("duckdb:///x?Threads=1&threads=8", "the option Threads twice", "once"),
        ("duckdb:///:memory:?threads=many", "the option threads", "a number"),
    ],
)  # fmt: skip
def test_options_that_change_what_andon_may_do(url: str, actual: str, allowed: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        database_url(url, FOLDER)
    assert actual in (raised.value.actual or "")
    assert allowed in raised.value.allowed


def test_a_folder_with_url_characters_is_found(tmp_path: Path) -> None:
    from sqlalchemy.engine import make_url

    folder = tmp_path / "50% off? #1"
    url = make_url(database_url("sqlite:///h.db", folder))
    assert url.database == str(folder / "h.db")
    assert not url.query


@pytest.mark.parametrize(
    "url", ["shop", "sqlite:h.db", "duckdb:/h.db", "duckdb://h.db", "a://h:p/d"]
)
def test_no_database_urls(url: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        database_url(url, FOLDER)
    assert "a value that is not shown" in str(raised.value.actual)


@settings(deadline=None)
@given(url=st.text(max_size=30) | st.from_regex(r"[a-z+]{1,6}:///?[a-z:@/?\[\]]{0,12}"))
def test_any_url_is_taken_or_refused(url: str) -> None:
    with suppress(InvalidValueError):
        assert database_url(url, FOLDER).startswith(url.partition(":")[0])


def test_engines() -> None:
    assert engine_of("postgresql+psycopg://h/d") == "postgresql"
    assert engine_of("duckdb:///x") == "duckdb"


@pytest.mark.parametrize(
    "url", ["http://localhost:8501", "https://board.example.org/andon?x=1#y", "HTTPS://b/"]
)
def test_web_addresses(url: str) -> None:
    assert http_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//board", "https://", "https://u@board", "http://b:x/", "http://b:0",
     "http://[b", 'http://b/"><script>', "http://b/ c", "http://b/`x`"],
)  # fmt: skip
def test_no_web_addresses(url: str) -> None:
    with pytest.raises(InvalidValueError):
        http_url(url)


@pytest.mark.parametrize(
    ("pattern", "result"),
    [
        ("quarantine/*.csv", "/etc/shop/quarantine/*.csv"),
        ("**/[a-z]?.parquet", "/etc/shop/**/[a-z]?.parquet"),
        ("[!]]*.csv", "/etc/shop/[!]]*.csv"),
        ("[]]*.csv", "/etc/shop/[]]*.csv"),
        ("[[]a.csv", "/etc/shop/[[]a.csv"),
        ("/srv/q_{date:%Y%m%d}.csv", "/srv/q_{date:%Y%m%d}.csv"),
        ("{date:%Y}/{date:%m-%d}.json", "/etc/shop/{date:%Y}/{date:%m-%d}.json"),
    ],
)
def test_patterns(pattern: str, result: str) -> None:
    assert files_pattern(pattern, FOLDER) == result


def test_a_folder_with_brackets_means_itself(tmp_path: Path) -> None:
    from glob import glob

    folder = tmp_path / "[old] *"
    folder.mkdir()
    (folder / "a.csv").touch()
    assert glob(files_pattern("*.csv", folder)) == [str(folder / "a.csv")]  # noqa: PTH207


@pytest.mark.parametrize(
    "pattern",
    ["", "  ", "a[b", "a]b", "[]", "{x}", "{date}", "{date:}", "{date:Y}", "{date:%}", "{date:%H}",
     "{date:%Y", "}", "{{date:%Y}}", "{a,b}"],
)  # fmt: skip
def test_no_patterns(pattern: str) -> None:
    with pytest.raises(InvalidValueError):
        files_pattern(pattern, FOLDER)


@pytest.mark.parametrize(
    "pattern",
    ["s3://x/*.csv", "https://x/a_{date:%Y%m%d}.csv", "GS://x/*", "abfss://c@a.net/*", "dbfs:/m/*"],
)
def test_files_are_of_this_machine(pattern: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        files_pattern(pattern, FOLDER)
    assert raised.value.allowed == "files on this machine"
    assert "mount the storage" in (raised.value.hint or "")


@pytest.mark.parametrize("pattern", ["C:/x/*.csv", "a:b/*.csv", "s3/*.csv", "x/s3:/*.csv"])
def test_names_with_a_colon_are_files(pattern: str) -> None:
    assert files_pattern(pattern, FOLDER).endswith(pattern)


def test_a_setting_has_one_type() -> None:
    @dataclass
    class Two:
        either: int | str = setting("Either.", 1)

    with pytest.raises(TypeError, match="one type"):
        settings_of(Two)


def test_only_declared_fields_are_settings() -> None:
    @dataclass
    class Mixed:
        plain: int = 1
        key: int | None = setting("A key.", None, maximum=9)

    (declared,) = settings_of(Mixed)
    assert (declared.name, declared.optional, declared.allowed) == (
        "key",
        True,
        "a whole number of at most 9",
    )
    assert settings_of(make_dataclass("Empty", [])) == ()


def test_problems_are_told_once_and_by_line() -> None:
    recorded = Problems("andon.yml")
    for line in (None, 9, 2, 9):
        recorded.add("a.b", line, "x", "y")
    assert [problem.line for problem in recorded.in_order()] == [2, 9, None]
    assert recorded.in_order()[0].message == "andon.yml:2: a.b: found x, allowed: y"


KEYS = st.sampled_from(
    ["pipeline", "timezone", "warehouse", "url", "events", "table", "query", "checks", "<<",
     "quarantine_rate", "alert_above", "files", "quarantine", "x"]
)  # fmt: skip
LEAVES: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates()
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5)
)


@settings(max_examples=80, deadline=None)
@given(tree=st.dictionaries(KEYS, TREES))
def test_any_tree_is_refused_with_readable_lines(
    tree: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "tree.yml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    for problem in problems(lambda: load(path, {}, CATALOG)):
        assert problem.message.splitlines() == [problem.message]
        assert problem.message.isprintable()


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yml"
    path.write_bytes(content)
    assert problems(lambda: load(path, {}, CATALOG))
