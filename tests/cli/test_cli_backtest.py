"""`andon backtest`: past days by other settings, on a small shop in DuckDB."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from checks import load_config
from checks.catalog import all_checks
from checks.config.overrides import Override, with_overrides
from tests.cli.andon_results import Andon, Result
from tests.moment import today
from tests.shop import DAY, NOW, RUN, Shop, view

BUSY = DAY - timedelta(days=1)
UNTIL = ("--until", str(DAY), "--days", "5")


@pytest.fixture
def shop(folder: Path) -> Shop:
    """Eleven days; on the last but one the Z-score is 3.45."""
    shop = Shop(folder, f"duckdb:///{folder / 'warehouse.duckdb'}")
    shop.events.rows += [view(BUSY, 3 + number / 10) for number in range(20)]
    shop.parameters("volume_expected", enabled=False)
    shop.write()
    shop.config()
    return shop


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that are sent to the warehouse, with their values."""
    from checks.warehouse.connection import Warehouse

    sent: list[str] = []
    fetch = Warehouse.fetch

    def noted(self: Warehouse, statement: sa.Select[Any]) -> Any:
        compiled = statement.compile(compile_kwargs={"render_postcompile": True})
        sent.append(f"{compiled} {list(compiled.params.values())}")
        return fetch(self, statement)

    monkeypatch.setattr(Warehouse, "fetch", noted)
    return sent


def lines(result: Result) -> list[str]:
    """Its lines, with one space between words. It must have been possible."""
    assert (result.code, result.err) == (0, "")
    return [" ".join(line.split()) for line in result.out.splitlines()]


def data(result: Result) -> dict[str, Any]:
    assert (result.code, result.err) == (0, "")
    document: dict[str, Any] = json.loads(result.out)
    return document


def test_a_wider_threshold_turns_a_red_day_green(shop: Shop, andon: Andon) -> None:
    assert lines(andon("backtest", *UNTIL, "--set", "checks.volume_zscore.alert_at=3.5")) == [
        "shop: 2025-03-04 to 2025-03-08, 5 days",
        "checks.volume_zscore.alert_at: 3.0 -> 3.5",
        "",
        "check red amber unknown skipped green",
        "volume_zscore 1 -> 0 0 0 1 3 -> 4",
        "",
        "2025-03-07 volume_zscore red -> green z=3.45 (below 3.0) -> z=3.45 (below 3.5)",
        "2025-03-07 the day red -> green",
        "",
        "With these settings 0 of 5 days would have stopped the line, now 1.",
    ]


def test_a_narrower_threshold_turns_a_green_day_red(shop: Shop, andon: Andon) -> None:
    shop.parameters("volume_zscore", alert_at=3.5)
    shop.config()
    output_lines = lines(andon("backtest", *UNTIL, "--set", "checks.volume_zscore.alert_at=3"))
    assert "volume_zscore 0 -> 1 0 0 1 4 -> 3" in output_lines
    assert "2025-03-07 the day green -> red" in output_lines
    assert output_lines[-1] == "With these settings 1 of 5 days would have stopped the line, now 0."


def test_without_a_change_it_tells_what_failed(shop: Shop, andon: Andon) -> None:
    assert lines(andon("backtest", *UNTIL)) == [
        "shop: 2025-03-04 to 2025-03-08, 5 days",
        "",
        "check red amber unknown skipped green",
        "volume_zscore 1 0 0 1 3",
        "",
        "2025-03-07 volume_zscore red z=3.45 (below 3.0)",
        "",
        "With the settings as they are 1 of 5 days would have stopped the line.",
    ]


def test_nothing_failed_and_nothing_changes(shop: Shop, andon: Andon) -> None:
    output_lines = lines(andon("backtest", "--until", str(DAY), "--days", "1",
                       "--set", "checks.volume_zscore.alert_at=3.5"))  # fmt: skip
    assert output_lines[3:6] == ["no check failed on any day", "", "no status of any check changes"]


@pytest.mark.parametrize(
    ("change", "expected_lines"),
    [
        (
            "checks.volume_zscore.severity=amber",
            ["red -> amber z=3.45 (below 3.0)", "checks.volume_zscore.severity: red -> amber"],
        ),
        (
            "checks.volume_zscore.enabled=false",
            ["red -> off z=3.45 (below 3.0)", "checks.volume_zscore.enabled: true -> false"],
        ),
        (
            "checks.volume_expected.enabled=true",
            ["off -> red volume=53 (normal 22 to 51)", "volume_expected 0 -> 1 0 0 0 -> 1 0 -> 3"],
        ),
        (
            "checks.volume_zscore.window_days=5",
            ["2025-03-04 volume_zscore skipped -> green z=skipped (learning, 6 of 7 days) -> z="],
        ),
        (
            "checks.event_volume.ignore=[purchase, cart]",
            ["checks.event_volume.ignore: [] -> [purchase, cart]"],
        ),
        ("checks.freshness.owner=Jo", ["checks.freshness.owner: - -> Jo"]),
    ],
)
def test_every_sort_of_setting(
    shop: Shop, andon: Andon, change: str, expected_lines: list[str]
) -> None:
    text = "\n".join(lines(andon("backtest", *UNTIL, "--set", change)))
    assert [expected_line for expected_line in expected_lines if expected_line not in text] == []
    # A check that passed and is not enabled any more is no news.
    assert "green -> off" not in text


ALLOWED = "found {}, allowed: a number above 0"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["checks.volume_zscor.alert_at=4"],
            "checks.volume_zscor: found an unknown check, allowed:",
        ),
        (["checks.volume_zscor.alert_at=4"], "; did you mean 'volume_zscore'?"),
        (
            ["checks.volume_zscore.alertat=4"],
            "checks.volume_zscore.alertat: found an unknown key, ",
        ),
        (
            ["checks.volume_zscore.alertat=4"],
            "window_days, alert_at, weekday_explains; did you mean 'alert_at'?",
        ),
        (["checks.volume_zscore.alert_at=-4"], ALLOWED.format("-4")),
        (["checks.volume_zscore.alert_at=high"], ALLOWED.format("'high'")),
        (["checks.volume_zscore.alert_at="], ALLOWED.format("nothing")),
        (["checks.volume_zscore.alert_at=&a [*a]"], ALLOWED.format("a list")),
        (["checks.volume_zscore.alert_at=[4"], "found text that is not YAML, allowed: one value"),
        (["checks.volume_zscore.alert_at=" + "[" * 5000], "found text that is not YAML"),
        (["checks.volume_zscore.severity=yellow"], "found 'yellow', allowed: red or amber"),
        (["checks.volume_zscore.enabled=2"], "found 2, allowed: true or false"),
        (["checks.run_status.ok=[failed]"], "a word that is not in `ok` as well"),
        (["checks.freshness.owner=a", "checks.freshness.owner=a"], "the same key again, allowed:"),
        (["checks.\x1b[31m.x=1"], "checks.\\u001b[31m: found an unknown check"),
        (["checks.volume_zscore=4"], "expected checks.CHECK.SETTING=VALUE"),
        (["volume_zscore.alert_at=4"], "expected checks.CHECK.SETTING=VALUE"),
        (["events.table.name=x"], "expected checks.CHECK.SETTING=VALUE"),
        (["checks.volume_zscore.alert_at"], "expected checks.CHECK.SETTING=VALUE"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(
    shop: Shop, andon: Andon, words: list[str], message: str
) -> None:
    result = andon("backtest", *UNTIL, *(f"--set={word}" for word in words))
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert "--set: " in result.err
    assert result.err.count("\n") == 1


def test_a_check_whose_section_is_missing_cannot_be_enabled(shop: Shop, andon: Andon) -> None:
    del shop.settings["orders"]
    shop.parameters("orphan_orders", enabled=False)
    shop.config()
    result = andon("backtest", *UNTIL, "--set", "checks.orphan_orders.enabled=true")
    assert result.code == 2
    assert result.err.startswith("error: --set: orders: found nothing, allowed: a mapping, or ")


def test_aliases_and_merged_keys_keep_their_own_values(shop: Shop) -> None:
    config = shop.config()
    text = (shop.folder / "andon.yml").read_text(encoding="utf-8")
    text = text[: text.index("checks:")] + (
        "checks:\n  freshness: &usual {severity: amber, owner: Jo}\n"
        "  rows_read: *usual\n  volume_zscore: {<<: *usual, alert_at: 4}\n"
    ) + text[text.index("events:") :]  # fmt: skip
    config.path.write_text(text, encoding="utf-8")
    config = load_config(config.path)
    changes = [Override("freshness", "owner", "Di"), Override("volume_zscore", "severity", "red")]
    changed = with_overrides(config, changes, {}, all_checks())
    assert changed.checks["freshness"].owner == "Di"
    assert changed.checks["rows_read"] == config.checks["rows_read"]
    assert (changed.checks["volume_zscore"].severity, config.checks["volume_zscore"].owner) == (
        "red", "Jo",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--days", "0"), "--days: found '0', expected a whole number of at least 1"),
        (("--days", "99999"), "at most 3650 days can be replayed, not 99999"),
        (("--until", "2999-01-01"), "2999-01-01 cannot be replayed; the newest day that can be is"),
        (("--until", "0001-01-01"), "expected a date in the years 1900 to 8999"),
        (("--until", "1899-12-31"), "expected a date in the years 1900 to 8999"),
        (
            ("--until", "2025-02-01"),
            "there is no event and no log entry from 2024-11-04 to 2025-02-",
        ),
        (("--format", "xml"), "--format: invalid choice: 'xml'"),
    ],
)
def test_days_that_cannot_be_replayed(
    shop: Shop, andon: Andon, words: tuple[str, ...], message: str
) -> None:
    result = andon("backtest", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(("lag", "back"), [(0, 1), (1, 1), (3, 3)])
def test_the_newest_day_is_over_and_loaded(shop: Shop, andon: Andon, lag: int, back: int) -> None:
    shop.settings["data_lag_days"] = lag
    shop.write(f"INSERT INTO stg_events (timestamp, event_name) VALUES ('{DAY}', 'x')")
    shop.config()
    newest = today() - timedelta(days=back)
    result = andon("backtest", "--days", "1")
    assert lines(result)[0] == f"shop: {newest} to {newest}, 1 day"


def test_days_before_the_first_event_are_left_out(shop: Shop, andon: Andon) -> None:
    result = andon("backtest", "--until", str(DAY), "--days", "90")
    assert lines(result)[0] == (
        "shop: 2024-12-09 to 2025-03-08, 11 days, without 79 before the first event"
    )
    assert "unknown ->" not in result.out
    assert "1 of 11 days would have stopped the line." in result.out


def test_a_day_without_events_between_others_is_judged(shop: Shop, andon: Andon) -> None:
    lost = DAY - timedelta(days=2)
    shop.write(f"DELETE FROM stg_events WHERE CAST(timestamp AS DATE) = '{lost}'")
    assert f"{lost} freshness red lag=none (max 6h)" in lines(andon("backtest", *UNTIL))


def test_each_day_is_what_the_gate_says_of_it(shop: Shop, andon: Andon) -> None:
    document = data(andon("backtest", *UNTIL, "--format", "json"))
    for back, day in enumerate(reversed(document["days"])):
        report = shop.run(date=RUN - timedelta(days=back), now=NOW)
        assert day["data_date"] == str(DAY - timedelta(days=back))
        assert day["now"] == report.verdict
        assert [
            (check["id"], check["now"]["status"], check["now"]["message"])
            for check in day["checks"]
        ] == [(verdict.id, verdict.status, verdict.message) for verdict in report.checks]


def test_json(shop: Shop, andon: Andon) -> None:
    words = ("--set", "checks.volume_zscore.alert_at=3.5", "--set", "checks.run_status.enabled=no")
    result = andon("backtest", *UNTIL, *words, "--format", "json")
    document = data(result)
    assert result.out.isascii()
    days, checks = (
        document.pop("days"),
        {check.pop("id"): check for check in document.pop("checks")},
    )
    assert document == {
        "schema": "andon.backtest/1",
        "pipeline": "shop",
        "timezone": "UTC",
        "first": "2025-03-04",
        "last": "2025-03-08",
        "empty_days": 0,
        "settings": [
            {"key": "checks.volume_zscore.alert_at", "now": 3.0, "changed": 3.5},
            {"key": "checks.run_status.enabled", "now": True, "changed": False},
        ],
        "stopped": {"now": 1, "changed": 0},
        "unjudged": {"now": 0, "changed": 0},
    }
    assert list(checks) == [check.id for check in all_checks()]
    assert checks["volume_zscore"] == {
        "changed_days": 1,
        "now": {"red": 1, "amber": 0, "unknown": 0, "skipped": 1, "green": 3},
        "changed": {"red": 0, "amber": 0, "unknown": 0, "skipped": 1, "green": 4},
    }
    busy = days[3]
    judged = {check.pop("id"): check for check in busy.pop("checks")}
    assert busy == {"data_date": str(BUSY), "now": "red", "changed": "green"}
    assert judged["run_status"]["changed"] is None
    assert judged["volume_zscore"]["changed"] == {
        "status": "green",
        "value": pytest.approx(3.4492, abs=0.0001),
        "threshold": 3.5,
        "unit": "standard deviations",
        "message": "z=3.45 (below 3.5)",
    }


def test_json_without_a_change_says_the_same_twice(shop: Shop, andon: Andon) -> None:
    document = data(andon("backtest", *UNTIL, "--format", "json"))
    assert document["settings"] == []
    pairs = [
        *document["days"],
        *document["checks"],
        *(check for day in document["days"] for check in day["checks"]),
    ]
    assert all(check["now"] == check["changed"] for check in pairs)


def scans(statements: list[str], part: str) -> list[str]:
    return [statement for statement in statements if part in statement]


def test_both_settings_share_one_reading(shop: Shop, andon: Andon, statements: list[str]) -> None:
    andon("backtest", *UNTIL)
    alone = len(statements)
    assert len(set(statements)) == alone
    statements.clear()
    andon("backtest", *UNTIL, "--set", "checks.volume_zscore.alert_at=3.5")
    assert len(set(statements)) == len(statements) == alone
    assert len(scans(statements, "judged_events")) == 5
    # One of the days asks the log further back for what is usual of rejected rows.
    assert len(scans(statements, "pipeline_logs")) == 6


def test_other_windows_are_measured_for_themselves(
    shop: Shop, andon: Andon, statements: list[str]
) -> None:
    andon("backtest", *UNTIL, "--set", "checks.volume_zscore.window_days=9")
    assert len(scans(statements, "judged_events")) == 10


def test_the_long_history_is_counted_once(shop: Shop, andon: Andon, statements: list[str]) -> None:
    shop.events.columns["device"] = sa.String(20)
    shop.set("events", dimensions=["device"])
    shop.write()
    shop.config()
    andon("backtest", *UNTIL)
    counted = scans(statements, "counted_events")
    # The first day's own week and the history before it; then one day after the other.
    assert len(counted) == 3 + 4
    days = [len(midnights_in(statement)) for statement in counted]
    assert max(days[3:]) <= 2 < min(days[:3])


def midnights_in(statement: str) -> set[str]:
    """The midnights that a statement names."""
    return set(re.findall(r"datetime\.datetime\(\d+, \d+, \d+", statement.rpartition(" [")[2]))


def test_nothing_is_written(shop: Shop, andon: Andon) -> None:
    andon("backtest", *UNTIL, "--set", "checks.volume_zscore.alert_at=3.5")
    assert sorted(path.name for path in shop.folder.iterdir()) == ["andon.yml", "warehouse.duckdb"]


def test_waivers_do_not_apply(shop: Shop, andon: Andon) -> None:
    shop.run(date=RUN - timedelta(days=1), record=True)
    until = today() + timedelta(days=30)
    waived = andon("waive", "volume_zscore", "--until", str(until), "--reason", "x", "--up-to", "9")
    assert waived.code == 0
    before = (shop.folder / "history.db").read_bytes()
    assert "2025-03-07 volume_zscore red z=3.45 (below 3.0)" in lines(andon("backtest", *UNTIL))
    assert (shop.folder / "history.db").read_bytes() == before


def test_a_warehouse_that_is_not_there_is_told_at_once(shop: Shop, andon: Andon) -> None:
    (shop.folder / "warehouse.duckdb").unlink()
    result = andon("backtest", *UNTIL)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: connection: ")
    assert result.err.count("\n") == 1


def test_when_no_day_can_be_judged_it_exits_2_and_says_why(shop: Shop, andon: Andon) -> None:
    for table in ("events", "orders", "audit_log"):
        shop.set(table, table="gone")
    shop.config()
    result = andon("backtest", *UNTIL)
    assert (result.code, result.err) == (2, "")
    assert "0 of 5 days would have stopped the line. 5 days could not be judged." in result.out
    assert "table 'gone' does not exist" in result.out


def test_hostile_names_are_inert(shop: Shop, andon: Andon) -> None:
    name = "pay\x1b[31m\n::error::"
    days = [DAY - timedelta(days=back) for back in range(1, 9) for _ in range(20)]
    shop.events.rows += [view(day, 4, name) for day in days]
    shop.write()
    for words in ((), ("--format", "json"), ("--set", "checks.event_volume.min_per_day=90")):
        result = andon("backtest", *UNTIL, *words)
        assert result.code == 0
        assert "\x1b" not in result.out
        assert "\n::error" not in result.out


def test_ctrl_c_ends_it_in_one_line(
    shop: Shop, andon: Andon, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checks.warehouse.connection import Warehouse

    def interrupted(self: Warehouse, statement: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Warehouse, "fetch", interrupted)
    result = andon("backtest", *UNTIL)
    assert (result.code, result.out, result.err) == (130, "", "interrupted\n")
