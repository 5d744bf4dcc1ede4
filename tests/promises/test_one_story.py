"""Every output of the gate tells the verdict and the exit code that the process ends with.

Each output in turn, and each pair, fails to be written, in each way in which it can: a folder that
is missing or may not be written, a folder in the file's place, a full disk, a pipe that nobody
reads, a closed standard output, a history that is damaged. Then all others are read: JSON,
Markdown, JUnit, Prometheus, GitHub, text, the job summary, pipes, and the recorded evaluation.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from checks.cli import files, publishing
from checks.cli.console import Console
from checks.cli.publishing import publish
from checks.cli.values import ReportFile
from checks.config.database import WarehouseConfig
from checks.config.model import HistoryConfig
from checks.core.model import Layer, Report, Severity, Status, Verdict, worst
from checks.evaluation.summary import summarise
from checks.history import open_history
from checks.history.recording import Recording
from checks.judging.gate import exit_code
from checks.outputs import formats

NOW = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)
STATUSES = (Status.GREEN, Status.AMBER, Status.RED, Status.UNKNOWN, Status.WAIVED, Status.SKIPPED)


def report_of(status: Status, *, strict: bool = False) -> Report:
    verdict = Verdict(
        id="freshness", layer=Layer.BUSINESS, status=status, stop=False, severity=Severity.RED,
        value=1.0, threshold=6, unit="hours", message="lag=1.0h (max 6h)",
        summary="A sentence.", action="Do this.",
    )  # fmt: skip
    return Report(
        pipeline="shop", run_date=date(2025, 3, 9), data_date=date(2025, 3, 8), evaluated_at=NOW,
        verdict=worst([status]), exit_code=exit_code([status], strict=strict),
        summary="1 check was looked at", checks=(verdict,),
    )  # fmt: skip


@dataclass
class _Config:
    """As much of a configuration as keeping an evaluation needs."""

    history: HistoryConfig
    warehouse: WarehouseConfig
    path: Path


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


@dataclass
class Outcome:
    """What one call left behind."""

    code: int
    folder: Path
    out: str
    err: str

    def stories(self) -> Iterator[tuple[str, int, str]]:
        """(where, exit code, verdict) of everything that says either."""
        for path in sorted(self.folder.iterdir()):
            if path.is_file() and path.suffix != ".db" and not path.name.endswith(("-wal", "-shm")):
                yield path.name, *reported(path.name.partition(".")[0], path.read_text("utf-8"))

    def recorded(self) -> list[tuple[int, str, int, str]]:
        """Column and document of each recorded evaluation."""
        history = open_history(HistoryConfig(url=f"sqlite:///{self.folder / 'h.db'}"))
        runs = history.all_runs("shop", date(2025, 3, 8))
        reports = [(run, history.report(run.id)) for run in runs]
        return [
            (run.exit_code, run.verdict, report.exit_code, report.verdict)
            for run, report in reports
        ]


#: Formats that say no exit code; no words of GitHub's that say a verdict but for whether it fails.
_ANY = -1


def reported(format_: str, text: str) -> tuple[int, str]:
    """The exit code and the verdict that a document tells."""
    if format_ == "json":
        document = json.loads(text)
        return document["exit_code"], document["verdict"]
    if format_ == "junit":
        suite = ET.fromstring(text).find("testsuite")  # noqa: S314  (our own)
        assert suite is not None
        own = {element.get("name"): element.get("value") for element in suite.iter("property")}
        code = int(own["exit_code"] or "")
        assert bool(int(suite.get("failures", "")) + int(suite.get("errors", ""))) == bool(code)
        return code, own["verdict"] or ""
    if format_ == "prometheus":
        (code_text,) = re.findall(r"^andon_gate_exit_code\{.*\} (\d)$", text, re.MULTILINE)
        (verdict,) = re.findall(r'verdict="(\w+)"\} 1$', text, re.MULTILINE)
        return int(code_text), verdict
    if format_ == "github":
        return _ANY, "" if "::error" in text else "green" if "::notice" in text else "amber"
    (verdict,) = re.findall(r"\b(RED|UNKNOWN|AMBER|GREEN): ", text)
    return _ANY, verdict.lower()


Break = Callable[[Path, pytest.MonkeyPatch], Path]


def _missing(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    return folder / "missing" / "report"


def _is_folder(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    path = folder / "a-folder"
    path.mkdir(exist_ok=True)
    return path


def _full_device(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    return Path("/dev/full")


def _nobody_reads(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    path = folder / "pipe"
    if not path.exists():
        os.mkfifo(path)
    return path


def _full_disk(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    return folder / "full-disk.txt"


def _full_at_the_end(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    return folder / "full-at-the-end.txt"


BREAKS: tuple[Break, ...] = (
    _missing, _is_folder, _full_device, _nobody_reads, _full_disk, _full_at_the_end,
)  # fmt: skip


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full for files of some names: at once, and only when they take their place."""
    real_write, real_commit = files.StagedFile._write, files.StagedFile.commit

    def write(self: files.StagedFile, text: str) -> None:
        real_write(self, text)
        if self._target.name == "full-disk.txt":
            raise OSError(28, "No space left on device")

    def commit(self: files.StagedFile) -> None:
        if self._target.name == "full-at-the-end.txt":
            raise OSError(28, "No space left on device")
        real_commit(self)

    monkeypatch.setattr(files.StagedFile, "_write", write)
    monkeypatch.setattr(files.StagedFile, "commit", commit)


def call(
    folder: Path,
    report: Report,
    broken: dict[str, Path],
    *,
    stdout: io.StringIO | None,
    format_: str = "text",
    has_summary: bool = True,
) -> Outcome:
    """Publish every format to a file, with some of them led elsewhere."""
    expected_files = [
        ReportFile(name, broken.get(name, folder / f"{name}.out")) for name in formats()
    ]
    err = io.StringIO()
    environ = {"GITHUB_STEP_SUMMARY": str(folder / "summary.md")} if has_summary else {}
    config = _Config(
        HistoryConfig(url=f"sqlite:///{folder / 'h.db'}"),
        WarehouseConfig(url="duckdb:///warehouse.duckdb"),
        folder / "andon.yml",
    )
    console = Console(stdout, err, environ)
    code = publish(report, format_, expected_files, console, Recording(config))  # type: ignore[arg-type]
    return Outcome(code, folder, stdout.getvalue() if stdout else "", err.getvalue())


def require_one_story(outcome: Outcome, expected: int, verdict: Status) -> None:
    assert outcome.code == expected
    for where, code, word in outcome.stories():
        assert code in (expected, _ANY), where
        assert word == ("" if where == "github.out" and expected else verdict), where
    assert not list(outcome.folder.glob(".*")), "leftovers"
    for recorded in outcome.recorded():
        assert recorded == (expected, verdict, expected, verdict)


def final_of(report: Report) -> tuple[int, Status]:
    """What the outcome is once an output failed."""
    return (2, Status.UNKNOWN) if report.exit_code == 0 else (report.exit_code, report.verdict)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("strict", [False, True])
def test_nothing_fails(tmp_path: Path, status: Status, strict: bool) -> None:
    report = report_of(status, strict=strict)
    outcome = call(tmp_path, report, {}, stdout=io.StringIO())
    require_one_story(outcome, report.exit_code, report.verdict)
    assert len(outcome.recorded()) == 1
    assert outcome.err == ""


@pytest.mark.parametrize("status", [Status.GREEN, Status.AMBER, Status.RED, Status.UNKNOWN])
@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("name", formats())
def test_each_output_fails_in_each_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, how: Break, status: Status
) -> None:
    report = report_of(status)
    outcome = call(tmp_path, report, {name: how(tmp_path, monkeypatch)}, stdout=io.StringIO())
    require_one_story(outcome, *final_of(report))
    assert outcome.err.startswith(f"error: cannot write the {name} report to ")
    assert outcome.err.count("\n") == 1
    assert outcome.out.startswith(f"{final_of(report)[1].upper()}: ")
    assert f"cannot write the {name} report" in " ".join(outcome.out.split())


@pytest.mark.parametrize("names", list(itertools.combinations(formats(), 2)))
def test_each_pair_of_outputs_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str]
) -> None:
    for number, hows in enumerate(itertools.product(BREAKS, BREAKS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        if hows[0] is hows[1] and hows[0] is not _full_device:
            continue  # two reports in one place are refused
        broken = dict(zip(names, (how(folder, monkeypatch) for how in hows), strict=True))
        outcome = call(folder, report_of(Status.GREEN), broken, stdout=io.StringIO())
        require_one_story(outcome, 2, Status.UNKNOWN)
        assert outcome.err.count("\n") == 2


@pytest.mark.parametrize("stdout", [None, FullDisk()], ids=["closed", "full"])
@pytest.mark.parametrize("format_", formats())
@pytest.mark.parametrize("status", [Status.GREEN, Status.RED])
def test_what_cannot_be_printed_is_no_green_anywhere(
    tmp_path: Path, status: Status, format_: str, stdout: io.StringIO | None
) -> None:
    report = report_of(status)
    outcome = call(tmp_path, report, {}, stdout=stdout, format_=format_)
    require_one_story(outcome, *final_of(report))
    assert outcome.err.startswith("error: cannot write the output: ")
    assert len(outcome.recorded()) == 1


def test_a_reader_that_had_enough_keeps_the_verdict(tmp_path: Path) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    outcome = call(tmp_path, report_of(Status.GREEN), {}, stdout=Gone())
    require_one_story(outcome, 0, Status.GREEN)
    assert outcome.err == ""


def test_printing_and_a_file_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for how in BREAKS:
        folder = tmp_path / how.__name__
        folder.mkdir()
        broken = {"json": how(folder, monkeypatch)}
        outcome = call(folder, report_of(Status.GREEN), broken, stdout=FullDisk())
        require_one_story(outcome, 2, Status.UNKNOWN)


@pytest.mark.parametrize("status", [Status.GREEN, Status.RED])
def test_a_job_summary_that_fails(tmp_path: Path, status: Status) -> None:
    (tmp_path / "summary.md").mkdir()
    report = report_of(status)
    outcome = call(tmp_path, report, {}, stdout=io.StringIO(), format_="github")
    require_one_story(outcome, *final_of(report))
    assert "cannot write the job summary" in outcome.err


def test_a_job_summary_is_corrected_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "summary.md").write_text("before\n", encoding="utf-8")
    outcome = call(tmp_path, report_of(Status.GREEN), {}, stdout=FullDisk(), format_="github")
    require_one_story(outcome, 2, Status.UNKNOWN)
    text = (tmp_path / "summary.md").read_text("utf-8")
    assert text.startswith("before\n")
    assert text.count("## ? UNKNOWN: ") == 1
    assert "GREEN: " not in text


def test_a_history_that_fails_is_a_warning_in_every_report(tmp_path: Path) -> None:
    (tmp_path / "h.db").write_bytes(b"this is not a database" * 100)
    outcome = call(tmp_path, report_of(Status.GREEN), {}, stdout=io.StringIO())
    assert outcome.code == 0
    for name in ("json", "junit", "markdown", "text", "github"):
        text = (tmp_path / f"{name}.out").read_text("utf-8")
        assert "this evaluation was not recorded" in " ".join(text.split()), name
    assert "this evaluation was not recorded" in " ".join(outcome.out.split())


def test_a_history_that_cannot_be_corrected_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checks.core.errors import HistoryError
    from checks.history import History

    def fail(*_: object) -> None:
        raise HistoryError("history x: locked")

    monkeypatch.setattr(History, "correct", fail)
    outcome = call(tmp_path, report_of(Status.GREEN), {}, stdout=FullDisk())
    assert outcome.code == 2
    document = json.loads((tmp_path / "json.out").read_text("utf-8"))
    assert "the recorded evaluation was not corrected" in str(document["warnings"])
    assert document["exit_code"] == 2


def test_a_report_that_cannot_be_corrected_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its disk is full by the time that the verdict is another."""
    real, written = publishing.StagedFile, []

    def staged(path: Path, text: str) -> files.StagedFile:
        written.append(path.name)
        if written.count("json.out") > 1 and path.name == "json.out":
            raise OSError(28, "No space left on device")
        return real(path, text)

    monkeypatch.setattr(publishing, "StagedFile", staged)
    outcome = call(tmp_path, report_of(Status.GREEN), {}, stdout=FullDisk())
    require_one_story(outcome, 2, Status.UNKNOWN)
    assert not (tmp_path / "json.out").exists()
    assert (tmp_path / "junit.out").exists()


def test_a_pipe_gets_the_correction_after_the_first_report(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        outcome = call(tmp_path, report_of(Status.GREEN), {"json": path}, stdout=FullDisk())
        text = os.read(reading, 1 << 20).decode()
    finally:
        os.close(reading)
    first, end = json.JSONDecoder().raw_decode(text)
    last = json.loads(text[end:])
    assert (first["exit_code"], last["exit_code"], outcome.code) == (0, 2, 2)


def test_a_pipe_that_is_not_read_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "READER_SECONDS", 0.0)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    filling = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        with suppress(BlockingIOError):
            while True:
                os.write(filling, b"x" * 4096)
        outcome = call(tmp_path, report_of(Status.GREEN), {"json": path}, stdout=io.StringIO())
    finally:
        os.close(reading)
        os.close(filling)
    require_one_story(outcome, 2, Status.UNKNOWN)
    assert "its reader does not read" in outcome.err


def test_what_stops_at_the_verdict_says_so_in_words() -> None:
    report = publishing.with_missing_outputs(
        report_of(Status.GREEN), ["cannot write a", "cannot write b"]
    )
    assert report.summary.startswith(
        "do not refresh the dashboards yet: 2 reports could not be written; "
    )
    strict = report_of(Status.AMBER, strict=True)
    same = publishing.with_missing_outputs(strict, ["cannot write a"])
    assert replace(same, warnings=()) == strict


@pytest.mark.parametrize("status", [Status.GREEN, Status.AMBER])
def test_a_withheld_report_does_not_say_go_on_as_well(status: Status) -> None:
    verdicts = report_of(status).checks
    summary = summarise(status, verdicts, date(2025, 3, 8))
    assert "may be refreshed" in summary
    report = replace(report_of(status), summary=summary)
    withheld = publishing.with_missing_outputs(report, ["cannot write a"]).summary
    count = "1 of 1 check passed" if status is Status.GREEN else "1 of 1 check warns"
    assert withheld == (
        f"do not refresh the dashboards yet: 1 report could not be written; {count} for 2025-03-08"
    )


@pytest.mark.parametrize("closed", ["stdout", "stderr", "both"])
def test_streams_that_are_closed_before_the_start(tmp_path: Path, closed: str) -> None:
    """A process of its own: no traceback, and the file is what the exit code is."""
    fake = Path(__file__).parents[1] / "cli" / "fake_engine.py"
    (tmp_path / "andon.yml").write_text(_config(), encoding="utf-8")
    ending = {"stdout": ">&-", "stderr": "2>&-", "both": ">&- 2>&-"}[closed]
    line = f'"{sys.executable}" "{fake}" green gate --report json=r.json {ending}'
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(fake.parents[2])},
    )  # fmt: skip
    expected = 0 if closed == "stderr" else 2
    assert done.returncode == expected
    assert "Traceback" not in done.stderr
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))["exit_code"] == expected


def _process(
    tmp_path: Path, ending: str, prefix: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    """A gate with reports, in a shell of its own, with what stands behind the command."""
    fake = Path(__file__).parents[1] / "cli" / "fake_engine.py"
    (tmp_path / "andon.yml").write_text(_config(), encoding="utf-8")
    return subprocess.run(
        ["/bin/bash", "-c", f'{prefix}"{sys.executable}" "{fake}" green gate {ending}'],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(fake.parents[2]), **environ},
    )  # fmt: skip


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_a_report_to_an_open_file_is_added_to_it(tmp_path: Path, name: str) -> None:
    """A job's log keeps what it had, and gets what follows."""
    log = tmp_path / "log"
    log.write_text("yesterday\n", "utf-8")
    done = _process(tmp_path, f"--report json={name} >> log; echo goes on >> log")
    assert done.returncode == 0
    text = log.read_text("utf-8")
    assert text.startswith("yesterday\n")
    assert text.endswith("goes on\n")
    assert '"schema": "andon.gate/1"' in text
    assert "GREEN" in text


_SPELLINGS = (
    "/dev/./stdout", "//dev/stdout", "/dev/../dev/stdout", "/proc/self/fd/1", "/proc/$$/fd/1",
    "/proc/thread-self/fd/1", "/dev/fd/./1", "link", "link-to-a-link", "out.txt", "hard.txt",
)  # fmt: skip


@pytest.mark.parametrize("name", _SPELLINGS)
@pytest.mark.parametrize("stream", ["1", "2"])
def test_no_report_takes_the_place_of_an_open_stream(
    tmp_path: Path, name: str, stream: str
) -> None:
    """However it is spelled: what is printed to it would be lost with the file."""
    number = name.replace("stdout", "stderr").replace("fd/1", "fd/2").replace("fd/./1", "fd/./2")
    name = name if stream == "1" else number
    (tmp_path / "link").symlink_to("/dev/stdout" if stream == "1" else "/dev/stderr")
    (tmp_path / "link-to-a-link").symlink_to("link")
    (tmp_path / "out.txt").touch()
    (tmp_path / "hard.txt").hardlink_to(tmp_path / "out.txt")
    text = "text" if stream == "1" else "json"
    done = _process(
        tmp_path, f"--no-record --format json --report {text}={name} {stream}>>out.txt",
        prefix="exec ",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out.txt").read_text("utf-8")
    assert '"schema": "andon.gate/1"' in text
    assert stream == "2" or "GREEN: " in text
    assert (tmp_path / "out.txt").samefile(tmp_path / "hard.txt")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_takes_only_a_part_is_no_success(tmp_path: Path, unbuffered: str) -> None:
    ending = "--no-record --format json > out.json"
    assert _process(tmp_path, ending, PYTHONUNBUFFERED=unbuffered).returncode == 0
    whole = len((tmp_path / "out.json").read_bytes())
    limited = f"ulimit -f {max(1, whole // 2048)}; "
    fake = Path(__file__).parents[1] / "cli" / "fake_engine.py"
    done = subprocess.run(
        ["/bin/bash", "-c", f'{limited}"{sys.executable}" "{fake}" green gate {ending}'],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(fake.parents[2]), "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip
    assert whole > 1024  # the smallest limit that a shell sets
    assert done.returncode == 2
    assert "cannot write the output: File too large" in done.stderr


def _config() -> str:
    sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
    try:
        from tests.cli.fake_engine import CONFIG
    finally:
        sys.path.pop(0)
    return CONFIG
