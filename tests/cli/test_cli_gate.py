"""The gate: exit codes, formats, files, faults."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import jsonschema
import pytest

from checks.config import load_config
from checks.core.errors import UsageError
from checks.core.model import Status
from checks.history import open_history
from checks.outputs import formats
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import CONFIG, FakeEngine, verdict

SCHEMA = Path(__file__).parents[2] / "docs" / "gate-report.schema.json"
SECRET = "s3cr3t"


def document(text: str) -> dict[str, object]:
    """The JSON document, which must follow the schema and be alone."""
    report = json.loads(text)
    jsonschema.validate(report, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert isinstance(report, dict)
    return report


@pytest.mark.parametrize(
    ("status", "options", "code"),
    [
        (Status.GREEN, (), 0),
        (Status.AMBER, (), 0),
        (Status.AMBER, ("--strict",), 1),
        (Status.RED, (), 1),
        (Status.UNKNOWN, (), 2),
        (Status.SKIPPED, (), 2),
        (Status.WAIVED, (), 0),
    ],
)
def test_the_exit_code_is_the_verdicts(
    andon: Andon, engine: FakeEngine, status: Status, options: tuple[str, ...], code: int
) -> None:
    engine.answer([verdict(status=status)])
    result = andon("gate", *options)
    assert (result.code, result.err) == (code, "")
    assert "quarantine_rate" in result.out


@pytest.mark.parametrize("name", formats())
def test_every_format_is_printed(andon: Andon, engine: FakeEngine, name: str) -> None:
    engine.answer([verdict(status=Status.RED)])
    result = andon("gate", "--format", name)
    assert (result.code, result.err) == (1, "")
    assert "quarantine_rate" in result.out


def test_json_is_alone_on_standard_output(andon: Andon, engine: FakeEngine) -> None:
    assert document(andon("gate", "--format", "json").out)["verdict"] == "green"


def test_each_run_is_recorded_unless_told_not_to(
    andon: Andon, engine: FakeEngine, folder: Path
) -> None:
    andon("gate", "--date", "2025-03-08", "--no-record")
    andon("gate", "--date", "2025-03-09")
    config = load_config(folder / "andon.yml")
    days = [
        str(evaluation.run_date) for evaluation in open_history(config.history).evaluations("shop")
    ]
    assert days == ["2025-03-09"]


def test_reports_go_to_files_as_well(andon: Andon, engine: FakeEngine, folder: Path) -> None:
    (folder / "a.xml").write_text("old", encoding="utf-8")
    result = andon("gate", "--report", "junit=a.xml", "--report", "json=b=.json")
    assert result.code == 0
    assert result.out.startswith("GREEN")
    assert (folder / "a.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert document((folder / "b=.json").read_text(encoding="utf-8"))["exit_code"] == 0
    assert sorted(path.name for path in folder.glob(".*")) == []


@pytest.mark.parametrize(("status", "code"), [(Status.GREEN, 2), (Status.RED, 1)])
@pytest.mark.parametrize("target", ["missing/a.xml", "folder", "a\0b"])
def test_a_report_that_cannot_be_written_is_not_green(
    andon: Andon, engine: FakeEngine, folder: Path, status: Status, code: int, target: str
) -> None:
    (folder / "folder").mkdir()
    engine.answer([verdict(status=status)])
    result = andon("gate", "--report", f"junit={target}")
    assert result.code == code
    assert result.out.startswith("UNKNOWN" if code == 2 else status.upper())
    assert result.err.startswith("error: cannot write the junit report to ")
    assert result.err.count("\n") == 1


def test_json_knows_that_a_file_could_not_be_written(andon: Andon, engine: FakeEngine) -> None:
    engine.answer([verdict(status=Status.GREEN)])
    result = andon("gate", "--format", "json", "--report", "junit=missing/a.xml")
    report = document(result.out)
    assert (result.code, report["exit_code"], report["verdict"]) == (2, 2, "unknown")
    assert "cannot write the junit report to 'missing/a.xml'" in str(report["warnings"])


def test_a_report_cut_short_leaves_the_old_file(
    andon: Andon, engine: FakeEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.json").write_text("old", encoding="utf-8")

    def interrupted(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    result = andon("gate", "--report", "json=a.json")
    assert (result.code, result.out, result.err) == (130, "", "interrupted\n")
    assert (folder / "a.json").read_text(encoding="utf-8") == "old"
    assert list(folder.glob(".*")) == []


def test_a_link_is_followed(andon: Andon, engine: FakeEngine, folder: Path) -> None:
    (folder / "link.json").symlink_to(folder / "real.json")
    andon("gate", "--report", "json=link.json")
    assert (folder / "link.json").is_symlink()
    assert document((folder / "real.json").read_text(encoding="utf-8"))


def test_a_device_is_written_to_not_replaced(andon: Andon, engine: FakeEngine) -> None:
    assert andon("gate", "--report", "json=/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system has no /dev/fd")
def test_a_pipe_without_a_path_is_written_to(andon: Andon, engine: FakeEngine) -> None:
    reading, writing = os.pipe()
    assert andon("gate", "--report", f"json=/dev/fd/{writing}").code == 0
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        assert document(pipe.read())["exit_code"] == 0


def test_the_job_summary_is_appended(
    andon: Andon, engine: FakeEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = folder / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    andon("gate", "--format", "text")
    assert summary.read_text(encoding="utf-8") == "before\n"
    result = andon("gate", "--format", "github")
    assert result.out.startswith("::notice")
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert "quarantine" in text


def test_a_job_summary_that_cannot_be_written_is_not_green(
    andon: Andon, engine: FakeEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "missing" / "summary.md"))
    result = andon("gate", "--format", "github")
    assert result.code == 2
    assert "cannot write the job summary" in result.err


BAD = "pipeline: ''\ntimezon: UTC\n"


def test_every_problem_of_a_configuration_is_one_line(
    andon: Andon, engine: FakeEngine, folder: Path
) -> None:
    (folder / "andon.yml").write_text(BAD, encoding="utf-8")
    result = andon("gate")
    assert (result.code, result.out) == (2, "")
    lines = result.err.splitlines()
    assert len(lines) >= 3
    assert all("andon.yml" in line for line in lines)
    assert any("timezon" in line and "timezone" in line for line in lines)
    assert engine.calls == []


@pytest.mark.parametrize("form", [("--format", "json"), ("--format=json",)])
def test_a_bad_configuration_as_json(
    andon: Andon, engine: FakeEngine, folder: Path, form: tuple[str, ...]
) -> None:
    (folder / "andon.yml").write_text(BAD, encoding="utf-8")
    result = andon("gate", *form)
    report = document(result.out)
    assert result.code == report["exit_code"] == 2
    assert report["verdict"] == "unknown"
    assert report["checks"] == []
    assert len(report["errors"]) >= 3  # type: ignore[arg-type]


def test_a_bad_configuration_reaches_the_files(
    andon: Andon, engine: FakeEngine, folder: Path
) -> None:
    (folder / "andon.yml").write_text(BAD, encoding="utf-8")
    assert andon("gate", "--report", "junit=a.xml", "--report", "json=a.json").code == 2
    assert "configuration" in (folder / "a.xml").read_text(encoding="utf-8")
    assert document((folder / "a.json").read_text(encoding="utf-8"))["errors"]


NO_URL = CONFIG.replace("duckdb:///warehouse.duckdb", "duckdb:///${UNSET_URL}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (NO_URL, "shop"),
        (NO_URL.replace("shop", "${NAME}", 1), "shop-eu"),
        (NO_URL.replace("shop", "${UNSET_NAME}", 1), None),
        (NO_URL.replace("pipeline: shop", "pipelin: shop"), None),
        (NO_URL.replace("shop", "6:00", 1), None),
        (NO_URL + "pipeline: [", None),
        ("", None),
        ("[]", None),
        (None, None),
    ],
)
def test_two_pipelines_that_cannot_be_judged_stay_apart(
    andon: Andon, engine: FakeEngine, folder: Path, monkeypatch: pytest.MonkeyPatch,
    text: str | None, name: str | None,
) -> None:  # fmt: skip
    monkeypatch.setenv("NAME", "shop-eu")
    if text is None:
        (folder / "andon.yml").unlink()
    else:
        (folder / "andon.yml").write_text(text, encoding="utf-8")
    reports = ("--report", "prometheus=a.prom", "--report", "junit=a.xml")
    result = andon("gate", "--format", "json", *reports)
    label = name or str(folder / "andon.yml")
    assert (result.code, document(result.out)["pipeline"]) == (2, label)
    prometheus = (folder / "a.prom").read_text(encoding="utf-8")
    assert f'andon_gate_exit_code{{pipeline="{label}"}} 2' in prometheus
    assert f'<testsuite name="{label}"' in (folder / "a.xml").read_text(encoding="utf-8")


def test_a_call_that_cannot_be_judged_has_its_pipelines_name(
    andon: Andon, engine: FakeEngine
) -> None:
    engine.answer(UsageError("data date 2999-01-01 is in the future"))
    assert document(andon("gate", "--format", "json").out)["pipeline"] == "shop"


@pytest.mark.parametrize("name", [name for name in formats() if name != "text"])
def test_machines_are_told_of_a_bad_configuration(
    andon: Andon, engine: FakeEngine, folder: Path, name: str
) -> None:
    (folder / "andon.yml").write_text(BAD, encoding="utf-8")
    result = andon("gate", "--format", name)
    assert result.code == 2
    assert result.out
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    "words", [("--date", "tomorrow"), ("--xyzzy",), ("--data-date", "x"), ("--wait", "x")]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_wrong_call_is_json_as_well(
    andon: Andon, engine: FakeEngine, words: tuple[str, ...], first: bool
) -> None:
    form = ("--format", "json")
    result = andon("gate", *(form + words if first else words + form))
    assert result.code == 2
    assert document(result.out)["checks"] == []


def test_a_future_day_is_a_usage_error(andon: Andon, engine: FakeEngine) -> None:
    engine.answer(UsageError("data date 2999-01-01 is in the future"))
    result = andon("gate")
    assert (result.code, result.out) == (2, "")
    assert result.err == "error: data date 2999-01-01 is in the future\n"


FAULT = RuntimeError(f"postgresql://andon:{SECRET}@host/db, password={SECRET} \x1b[31m")


def test_a_fault_of_the_program_shows_neither_text_nor_traceback(
    andon: Andon, engine: FakeEngine
) -> None:
    engine.answer(FAULT)
    result = andon("gate")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: internal error: RuntimeError (set ANDON_DEBUG=1 to see the traceback)\n"
    )


def test_a_fault_as_json(andon: Andon, engine: FakeEngine) -> None:
    engine.answer(FAULT)
    result = andon("gate", "--format", "json")
    assert result.code == 2
    assert "RuntimeError" in str(document(result.out)["errors"])
    assert SECRET not in result.out + result.err


def test_a_traceback_has_no_secrets_and_is_inert(
    andon: Andon, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANDON_DEBUG", "1")
    engine.answer(FAULT)
    result = andon("gate")
    assert "Traceback" in result.err
    assert "://***@host/db, password=***" in result.err
    assert SECRET not in result.err
    assert "\x1b" not in result.err


def test_no_traceback_for_a_wrong_call(
    andon: Andon, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANDON_DEBUG", "1")
    assert "Traceback" not in andon("gate", "--xyzzy").err


def test_a_format_that_breaks_still_ends_as_json(
    andon: Andon, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    import checks.cli.publishing

    def broken(*_: object, **__: object) -> str:
        raise TypeError("x")

    monkeypatch.setattr(checks.cli.publishing, "render", broken)
    result = andon("gate", "--format", "json")
    assert result.code == 2
    assert "TypeError" in str(document(result.out)["errors"])


def test_ctrl_c(andon: Andon, engine: FakeEngine) -> None:
    engine.answer(KeyboardInterrupt())
    result = andon("gate", "--format", "json")
    assert (result.code, result.out, result.err) == (130, "", "interrupted\n")


@pytest.mark.parametrize("explicit", [True, False])
def test_ctrl_c_in_a_drivers_disguise(andon: Andon, engine: FakeEngine, explicit: bool) -> None:
    error = RuntimeError("Query interrupted")
    if explicit:
        error.__cause__ = KeyboardInterrupt()
    else:
        error.__context__ = ValueError()
        error.__context__.__context__ = KeyboardInterrupt()
    engine.answer(error)
    result = andon("gate", "--format", "json", "--report", "json=a.json")
    assert (result.code, result.out, result.err) == (130, "", "interrupted\n")
    assert not Path("a.json").exists()


def test_an_unreadable_module_is_a_fault(andon: Andon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "checks.evaluation.engine", None)
    assert "internal error: ModuleNotFoundError" in andon("gate").err
