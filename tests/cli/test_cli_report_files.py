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
    message = "is named twice" if name == "r.md" else "GITHUB_STEP_SUMMARY: "
    assert message in capsys.readouterr().err
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


def linked(shop: Shop, name: str) -> Path:
    """Another name of the same file."""
    (shop.folder / "other").hardlink_to(shop.folder / name)
    return shop.folder / "other"


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name", ["warehouse.duckdb", "andon.yml", "lake.duckdb", "bad/2025-03-08.json", "rows.parquet"]
)
@pytest.mark.parametrize("is_summary", [False, True])
def test_a_hard_link_is_the_file_that_is_read(
    shop: Shop, name: str, is_summary: bool, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (shop.folder / "bad").mkdir()
    (shop.folder / "bad" / "2025-03-08.json").write_text('{"a": 1}\n', "utf-8")
    (shop.folder / "rows.parquet").write_bytes(b"rows")
    shop.settings["warehouse"]["files"] = ["rows.parquet"]
    shop.config()
    target, before = linked(shop, name), contents(shop.folder)
    if is_summary:
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(target))
        words = ["--format", "github"]
    else:
        words = ["--report", f"json={target}"]
    config = str(shop.folder / "andon.yml")
    assert main(["gate", "--config", config, "--date", str(RUN), *words]) == 2
    assert "other" in capsys.readouterr().err
    assert contents(shop.folder) == before


@pytest.mark.parametrize(
    "name", ["warehouse.duckdb", "andon.yml", "bad.yml", "bad.conf", "bad/2025-03-08.json",
             "bad/x.csv", "history.db"]
)  # fmt: skip
@pytest.mark.parametrize("way", ["report", "summary", "descriptor"])
def test_a_broken_configuration_lets_no_report_over_data(
    shop: Shop, name: str, way: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """What it would read cannot be known: data of any kind stays as it is."""
    gate(shop, str(shop.folder / "first.json"))
    (shop.folder / "bad").mkdir()
    (shop.folder / "bad" / "2025-03-08.json").write_text('{"a": 1}\n', "utf-8")
    (shop.folder / "bad" / "x.csv").write_text("a,b\n1,2\n", "utf-8")
    config = shop.folder / ("bad.conf" if name == "bad.conf" else "bad.yml")
    config.write_text("warehouse: [", "utf-8")
    before = contents(shop.folder)
    words = ["gate", "--config", str(config)]
    with (shop.folder / name).open("ab") as file:
        if way == "summary":
            monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(shop.folder / name))
            words += ["--format", "github"]
        else:
            target = shop.folder / name if way == "report" else f"/dev/fd/{file.fileno()}"
            words += ["--report", f"json={target}"]
        capsys.readouterr()
        assert main(words) == 2
    assert "already exists and " in capsys.readouterr().err
    assert contents(shop.folder) == before


@pytest.mark.parametrize("format_", ["text", "json"])
def test_what_is_wrong_with_the_configuration_is_told_as_well(
    shop: Shop, format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop.folder / "x.csv").write_text("a,b\n1,2\n", "utf-8")
    (shop.folder / "andon.yml").write_text("warehouse: [", "utf-8")
    config, target = str(shop.folder / "andon.yml"), shop.folder / "x.csv"
    words = ["gate", "--config", config, "--format", format_, "--report", f"json={target}"]
    assert main(words) == 2
    captured = capsys.readouterr()
    for text in (captured.err, *([captured.out] if format_ == "json" else [])):
        assert "not YAML" in text
        assert "may be read by a configuration" in text


def test_reports_of_a_broken_configuration_replace_reports(shop: Shop) -> None:
    for name in ("json=r.json", "markdown=r.md", "text=r.txt", "junit=r.xml"):
        format_, _, file = name.partition("=")
        words = ["gate", "--config", str(shop.folder / "andon.yml"), "--date", str(RUN)]
        assert main([*words, "--report", f"{format_}={shop.folder / file}"]) == 0
    (shop.folder / "empty.json").touch()
    before = contents(shop.folder)
    (shop.folder / "andon.yml").write_text("warehouse: [", "utf-8")
    for format_, file in (
        ("json", "r.json"), ("json", "empty.json"), ("markdown", "r.md"), ("text", "r.txt"),
        ("junit", "r.xml"),
    ):  # fmt: skip
        gate_words = ["gate", "--config", str(shop.folder / "andon.yml")]
        assert main([*gate_words, "--report", f"{format_}={shop.folder / file}"]) == 2
        assert (shop.folder / file).read_bytes() != before[shop.folder / file], file


@pytest.mark.parametrize("name", ["warehouse.duckdb", "history.db", "andon.yml", "rows/1.csv"])
def test_no_open_file_that_is_read_gets_a_report(
    shop: Shop, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gate(shop, str(shop.folder / "first.json"))
    (shop.folder / "rows").mkdir()
    (shop.folder / "rows" / "1.csv").write_text("a\n1\n", "utf-8")
    shop.settings["warehouse"]["files"] = ["rows/*.csv"]
    shop.config()
    before = contents(shop.folder)
    with (shop.folder / name).open("ab") as file:
        for path in (f"/dev/fd/{file.fileno()}", f"/proc/self/fd/{file.fileno()}"):
            capsys.readouterr()
            assert gate(shop, path) == 2
            assert path in capsys.readouterr().err
    assert contents(shop.folder) == before
