"""`andon power`: what the rules see, for people and for programs."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from checks.cli import main
from checks.evidence.power import CHECKS
from tests.cli.andon_results import Andon
from tests.shop import DAY, Shop, at, view


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Fifty days with one that lost half of its events."""
    made = Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    made.events.rows = [
        view(DAY - timedelta(days=back), 1)
        for back in range(50)
        for _ in range(20 if back == 10 else 60 + back % 3)
    ]
    made.write()
    made.config()
    monkeypatch.chdir(tmp_path)
    return made


@pytest.mark.usefixtures("shop")
def test_what_is_seen_and_when_it_would_have_alarmed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("power", "--data-date", str(DAY))) == 0
    captured = capsys.readouterr().out
    assert (
        "What the volume checks detect: shop, 43 judged days of the 90 up to Saturday 8 "
        in captured
    )
    rows = [re.split(r"\s{2,}", line) for line in captured.splitlines()[2:8]]
    assert rows[0] == [
        "check", "red days", "amber days", "smallest drop", "smallest jump", "days judged",
    ]  # fmt: skip
    assert [row[0] for row in rows[1:]] == [*CHECKS, "all together"]
    assert rows[1][1:3] == rows[-1][1:3] == ["1", "0"]
    assert "volume_expected would have been red on:\n  2025-02-26: 20 (normal " in captured


@pytest.mark.usefixtures("shop")
def test_the_same_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("power", "--data-date", str(DAY), "--format", "json", "--days", "20")) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["until"], document["days"]) == (
        "andon.power/1", "2025-03-08", 20,
    )  # fmt: skip
    assert (document["red_days"], document["amber_days"], document["parts"]) == (1, 0, [])
    expected, zscore, names, trend = document["rules"]
    assert (names["check"], names["smallest_drop"], names["red_days"]) == ("event_volume", None, 0)
    assert (trend["check"], trend["period"]) == ("volume_trend", "week")
    assert (expected["check"], expected["days_judged"]) == ("volume_expected", 20)
    assert [alarm["date"] for alarm in expected["alarms"]] == ["2025-02-26"]
    assert 0 < expected["smallest_drop"] < 1
    assert zscore["check"] == "volume_zscore"


def test_the_incidents_of_the_rules_stand_below(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] < at(DAY, 0)]
    shop.events.rows += [view(DAY, 1)] * 20
    shop.write()
    shop.run(record=True)
    now = ["power", "--data-date", str(DAY)]
    capsys.readouterr()
    assert main(now) == 0
    text = capsys.readouterr().out
    assert "The incidents of these checks in the last 90 days, as recorded" in text
    assert "CHECK            INCIDENTS  OPEN  TAKEN AFTER" in text
    assert main([*now, "--format", "json"]) == 0
    expected, *_ = json.loads(capsys.readouterr().out)["rules"]
    assert expected["incidents"]["incidents"] == 1
    assert expected["incidents"]["false_alarms"] == 0


def test_incidents_that_cannot_be_read_are_told_and_stop_nothing(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(make_url(shop.config().history.url).database or "").write_text("no database")
    assert main(("power", "--data-date", str(DAY), "--format", "json")) == 0
    captured = capsys.readouterr()
    assert "the incidents cannot be read: " in captured.err
    assert [rule["incidents"] for rule in json.loads(captured.out)["rules"]] == [None] * 4


def test_a_shop_that_is_too_young_is_told(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.events.rows = [view(DAY, 1)]
    shop.write()
    assert main(("power", "--data-date", str(DAY))) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no day up to 2025-03-08 has the 7 days of history that a rule needs" in captured.err


def test_events_that_cannot_be_read_are_told(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write("DROP TABLE stg_events")
    assert main(("power", "--data-date", str(DAY))) == 2
    captured = capsys.readouterr()
    assert "stg_events" in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.usefixtures("folder")
def test_no_days_at_all_are_refused(andon: Andon) -> None:
    result = andon("power", "--days", "0")
    assert (result.code, result.out) == (2, "")
    assert "--days: found '0'" in result.err


@pytest.fixture
def flat_week(shop: Shop) -> Shop:
    """Weekends have half, but for those of the week before the last day, a Saturday."""
    days = [DAY - timedelta(days=back) for back in range(60)]
    shop.events.rows = [
        view(day, 1)
        for day in days
        for _ in range(30 if day.weekday() > 4 and not 0 < (DAY - day).days <= 7 else 60)
    ]
    shop.write()
    return shop


WARNED = "volume_zscore would have been amber only, as the weekday explains the day, on:"


@pytest.mark.usefixtures("flat_week")
def test_what_the_weekday_explains_is_no_alarm(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("power", "--data-date", str(DAY), "--days", "3")) == 0
    text = capsys.readouterr().out
    assert f"\n{WARNED}\n  2025-03-08: 30 (normal " in text
    assert "volume_zscore would have been red on" not in text
    assert main(("power", "--data-date", str(DAY), "--days", "3", "--format", "json")) == 0
    zscore = json.loads(capsys.readouterr().out)["rules"][1]
    assert (zscore["alarms"], [day["date"] for day in zscore["warnings"]]) == ([], ["2025-03-08"])


def test_by_the_plain_rule_it_is_one(flat_week: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    flat_week.parameters("volume_zscore", weekday_explains=False)
    flat_week.config()
    assert main(("power", "--data-date", str(DAY), "--days", "3")) == 0
    text = capsys.readouterr().out
    assert "volume_zscore would have been red on:\n  2025-03-08: 30 (normal " in text
    assert WARNED not in text
