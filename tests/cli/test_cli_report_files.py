"""Reports are written over nothing that the evaluation reads."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from checks.cli import main
from tests.shop import RUN, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    with duckdb.connect(str(tmp_path / "lake.duckdb")) as lake:
        lake.execute("CREATE TABLE there (n INTEGER)")
    shop = Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    shop.set("quarantine", files="bad/{date:%Y-%m-%d}.json")
    shop.settings["warehouse"]["files"] = ["parquet/*.parquet"]
    shop.settings["warehouse"]["attach"] = [{"as": "lake", "path": "lake.duckdb"}]
    shop.write()
    shop.config()
    return shop


def gate(shop: Shop, target: str) -> int:
    config = str(shop.folder / "andon.yml")
    return main(["gate", "--config", config, "--date", str(RUN), "--report", f"json={target}"])


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("andon.yml", "may be a configuration"), ("sub/../andon.yml", "may be a configuration"),
        ("link", "may be a configuration"), ("warehouse.duckdb", "holds data"),
        ("warehouse.duckdb.wal", "is the warehouse"), ("history.db", "is the history"),
        ("history.db-wal", "is the history"), ("lake.duckdb", "holds data"),
        ("bad/2025-03-08.json", "one of the files that rows are read from"),
        ("parquet/more.parquet", "one of the files that rows are read from"),
    ],
)  # fmt: skip
def test_no_report_replaces_what_is_read(
    shop: Shop, name: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.folder / "sub").mkdir()
    (shop.folder / "link").symlink_to("andon.yml")
    before = {path: path.read_bytes() for path in shop.folder.iterdir() if path.is_file()}
    assert gate(shop, str(shop.folder / name)) == 2
    assert what in capsys.readouterr().err
    assert {path: path.read_bytes() for path in shop.folder.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("name", ["warehouse.duckdb", "r.md"])
def test_the_job_summary_is_added_to_no_such_file(
    shop: Shop, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = shop.folder / name
    before = target.read_bytes() if target.exists() else None
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(target))
    config = str(shop.folder / "andon.yml")
    words = ["gate", "--config", config, "--date", str(RUN), "--format", "github"]
    assert main([*words, "--report", f"markdown={shop.folder / 'r.md'}"]) == 2
    told = "is named twice" if name == "r.md" else "GITHUB_STEP_SUMMARY: "
    assert told in capsys.readouterr().err
    assert (target.read_bytes() if target.exists() else None) == before


def test_a_history_that_may_not_be_looked_at_stops_no_gate(shop: Shop) -> None:
    shop.set("history", url="sqlite:////proc/1/root/x/history.db")
    shop.config()
    assert gate(shop, str(shop.folder / "report.json")) in (0, 1)


def test_a_broken_configuration_is_not_replaced_either(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = shop.folder / "andon.yml"
    broken.write_text("warehouse: [", "utf-8")
    assert gate(shop, str(broken)) == 2
    assert "may be a configuration" in capsys.readouterr().err
    assert broken.read_text("utf-8") == "warehouse: ["
    warehouse = (shop.folder / "warehouse.duckdb").read_bytes()
    assert gate(shop, str(shop.folder / "warehouse.duckdb")) == 2
    assert (shop.folder / "warehouse.duckdb").read_bytes() == warehouse


def test_any_other_file_is_written(shop: Shop) -> None:
    for name in ("report.json", "report.yml"):
        gate(shop, str(shop.folder / name))
        assert (shop.folder / name).is_file()
