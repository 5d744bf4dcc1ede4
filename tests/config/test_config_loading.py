"""What a good file becomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from checks.catalog import all_checks
from checks.config import load_config
from checks.config.loading import load
from checks.config.model import Config, HistoryConfig
from checks.core.errors import ConfigError
from checks.core.model import Severity
from tests.config.small_catalog import CATALOG, EXAMPLE, Orphans, Rates, Window, edited, problems

Loader = Callable[..., Config]
SMALL = """
pipeline: web
warehouse: {url: "duckdb:///warehouse.duckdb"}
checks:
  quarantine_rate: {enabled: false}
  volume_zscore: {enabled: no}
  missing_revenue: {enabled: off}
  orphan_orders: {enabled: false}
  run_status: {enabled: false}
"""


def test_the_example_loads_as_written() -> None:
    config = load_config(EXAMPLE, environ={})
    folder = EXAMPLE.parent
    assert config.pipeline == "web-clickstream"
    assert config.path == EXAMPLE
    assert config.timezone == ZoneInfo("UTC")
    assert config.data_lag_days == 1
    assert config.warehouse.url == f"duckdb:///{folder}/warehouse.duckdb"
    assert (config.warehouse.timeout_seconds, config.warehouse.lock_wait_seconds) == (60, 10)
    assert config.history == HistoryConfig(url=f"sqlite:///{folder}/history.db", keep_days=400)
    assert config.audit_log is not None
    assert config.audit_log.table == "pipeline_logs"
    assert config.audit_log.rows_inserted is None
    assert config.events is not None
    assert config.events.purchase_names == ("purchase", "checkout_completed")
    assert config.orders is not None
    assert config.orders.session_id == "lc_session_id"
    assert config.sessions is not None
    assert config.quarantine is not None
    assert config.quarantine.files == f"{folder}/quarantine/*.csv"
    assert config.dashboard.url is None
    assert list(config.checks) == [check.id for check in all_checks()]
    assert config.checks["quarantine_rate"].params.stop_above == 0.06
    assert config.checks["freshness"].enabled


def test_defaults(load_text: Loader, tmp_path: Path) -> None:
    config = load_text(SMALL)
    assert config.timezone.key == "UTC"
    assert config.data_lag_days == 1
    assert config.history.url == f"sqlite:///{tmp_path}/history.db"
    assert config.audit_log is config.events is config.orders is config.quarantine is None
    assert config.checks["quarantine_rate"].params == Rates()
    assert config.checks["quarantine_rate"].owner is None


def test_every_key_of_a_check(load_text: Loader) -> None:
    own = (
        "{alert_above: 2, ignore: [a, b], modes: [events], enabled: true, severity: amber, "
        "owner: 'Ana, on call', runbook: https://wiki.example.org/x}"
    )
    config = load_text(edited(("{alert_above: 0}", own)))
    settings = config.checks["orphan_orders"]
    assert settings.severity is Severity.AMBER
    assert settings.owner == "Ana, on call"
    assert settings.runbook == "https://wiki.example.org/x"
    assert settings.params == Orphans(alert_above=2, ignore=("a", "b"), modes=("events",))


def test_numbers_stay_as_they_were_written(load_text: Loader) -> None:
    params = load_text(edited(("alert_at: 3.0", "alert_at: 3"))).checks["volume_zscore"].params
    assert params == Window(window_days=7, alert_at=3)
    assert isinstance(params.alert_at, int)


def test_empty_values_mean_the_default_where_there_is_one(load_text: Loader) -> None:
    config = load_text(SMALL + "  \nhistory:\nsessions:\nquarantine: ~\ndashboard: {url: }\n")
    assert config.history.keep_days == 400
    assert config.sessions is config.quarantine is config.dashboard.url is None
    assert load_text(edited(("{alert_at: 0.01}", ""))).checks["missing_revenue"].enabled


def test_anchors_aliases_and_merges(load_text: Loader) -> None:
    text = edited(
        ("{alert_above: 0.05, stop_above: 0.06}", "&common {owner: Ana, severity: amber}"),
        ("{window_days: 7, alert_at: 3.0}", "{<<: *common, severity: red}"),
        ("{alert_at: 0.01}", "{<<: [*common, *common], owner: Bo}"),
    )
    checks = load_text(text).checks
    assert (checks["volume_zscore"].owner, checks["volume_zscore"].severity) == ("Ana", "red")
    assert (checks["missing_revenue"].owner, checks["missing_revenue"].severity) == ("Bo", "amber")


def test_a_merge_of_itself_ends(load_text: Loader) -> None:
    config = load_text(edited(("{alert_above: 0}", "&me {<<: *me, alert_above: 5}")))
    assert config.checks["orphan_orders"].params.alert_above == 5


def test_a_second_merge_is_refused(load_text: Loader) -> None:
    text = edited(
        ("{alert_above: 0.05, stop_above: 0.06}", "&common {owner: Ana}"),
        ("{alert_at: 0.01}", "{<<: *common, <<: *common}"),
    )
    (problem,) = problems(lambda: load_text(text))
    assert (problem.key, problem.found) == ("checks.missing_revenue.<<", "a second `<<`")


def test_a_merge_of_no_mapping(load_text: Loader) -> None:
    (problem,) = problems(lambda: load_text(edited(("{alert_above: 0}", "{<<: [3]}"))))
    assert problem.key == "checks.orphan_orders.<<"
    assert (problem.found, problem.allowed) == ("3", "a mapping's alias")


def test_a_list_that_holds_itself(load_text: Loader) -> None:
    (problem,) = problems(lambda: load_text(edited(("{alert_above: 0}", "{ignore: &me [*me]}"))))
    assert problem.found == "a list"


def test_a_required_section_may_be_left_out_when_nothing_needs_it(load_text: Loader) -> None:
    without = "\n".join(
        line
        for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
        if "orders: {table" not in line
    )
    (problem,) = problems(lambda: load_text(without))
    assert (problem.key, problem.line) == ("orders", None)
    assert "orphan_orders" in str(problem.allowed)
    assert load_text(without.replace("{alert_above: 0}", "{enabled: false}")).orders is None


def test_a_check_with_faults_counts_as_switched_on(load_text: Loader) -> None:
    reported = problems(lambda: load_text(SMALL.replace("enabled: no", "enabled: maybe")))
    assert [problem.key for problem in reported] == ["checks.volume_zscore.enabled", "events"]


def test_a_query_loses_its_terminator(load_text: Loader) -> None:
    query = 'query: "SELECT * FROM stg_events; -- all"'
    config = load_text(edited(("table: stg_events", query)))
    assert config.events is not None
    assert config.events.query == "SELECT * FROM stg_events"


def test_a_query_is_read_by_its_engine(load_text: Loader) -> None:
    bracketed = ("table: stg_events", 'query: "SELECT TOP 3 [a b] FROM t"')
    url = ("duckdb:///warehouse.duckdb", "mssql+pyodbc://host/db")
    config = load_text(edited(bracketed, url))
    assert config.events is not None
    assert config.events.query == "SELECT TOP 3 [a b] FROM t"


def test_a_long_file_loads(load_text: Loader) -> None:
    assert load_text(SMALL + "# " + "x" * 20_000).pipeline == "web"


def test_a_byte_order_mark_is_fine(load_text: Loader) -> None:
    assert load_text("\ufeff" + SMALL).pipeline == "web"


@pytest.mark.parametrize("name", ["My Table", "päivä", 'sho"p'])
def test_table_names_in_quotes(name: str, load_text: Loader) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    config = load_text(edited(("table: dim_sessions", f"table: '{quoted}'")))
    assert config.sessions is not None
    assert config.sessions.table == quoted


def test_the_file_is_given_or_named_by_the_environment_or_has_the_usual_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for name in ("andon", "other", "given"):
        (tmp_path / f"{name}.yml").write_text(text.replace("web-click", f"{name}-"))
    monkeypatch.chdir(tmp_path)
    assert load_config(environ={}).pipeline == "andon-stream"
    assert load_config(environ={"ANDON_CONFIG": ""}).pipeline == "andon-stream"
    assert load_config(environ={"ANDON_CONFIG": "other.yml"}).pipeline == "other-stream"
    assert (
        load_config("given.yml", environ={"ANDON_CONFIG": "other.yml"}).pipeline == "given-stream"
    )
    assert load_config("given.yml", environ={}).path == tmp_path / "given.yml"
    monkeypatch.setenv("ANDON_CONFIG", "other.yml")
    assert load_config().pipeline == "other-stream"


@pytest.mark.parametrize(
    ("name", "actual"),
    [
        ("missing.yml", "no such file"),
        (".", "a folder, not a file"),
        ("a\0b", "a file that cannot be read (not a path)"),
        ("big.yml", "more than 1 MiB"),
    ],
)
def test_files_that_cannot_be_read(
    name: str, actual: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "big.yml").write_bytes(b"#" * (1 << 20) + b"\n")
    monkeypatch.chdir(tmp_path)
    (problem,) = problems(lambda: load(name, {}, CATALOG))
    assert problem.found == actual
    assert problem.line is None
    assert "\0" not in problem.message


def test_an_error_reads_as_one_line_a_problem(load_text: Loader) -> None:
    with pytest.raises(ConfigError) as raised:
        load_text(SMALL.replace("web", "[]") + "tomorrow: 1\n")
    lines = str(raised.value).splitlines()
    assert len(lines) == len(raised.value.problems) == 2
    assert all("andon.yml:" in line for line in lines)


def test_a_problem_is_on_the_line_of_its_key(load_text: Loader) -> None:
    text = (
        SMALL
        + """  freshnes:
    max_lag_hours: 6
sessions:

  tabel: dim_sessions
"""
    )
    reported = problems(lambda: load_text(text))
    lines = text.splitlines()
    keys = [lines[(problem.line or 0) - 1].split(":")[0].strip() for problem in reported]
    assert keys == ["freshnes", "sessions", "sessions", "tabel"]
