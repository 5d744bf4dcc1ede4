"""Outputs in the documentation are those of the code: each command that is shown with its output is
run in the demo of 2025-03-09, an hour after its gate, and prints the same.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from checks.cli import main
from checks.core import clock
from checks.demo import write_demo
from tests import moment

ROOT = Path(__file__).parents[2]
#: Those of the kinds of pipelines are run in shops of their own: tests/pipelines/test_pages.py.
OWN_SHOPS = ROOT / "docs" / "pipelines"
PAGES = [
    ROOT / "README.md",
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if page.parent != OWN_SHOPS),
]
RUN = date(2025, 3, 9)
GATE_AT = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)
SHOWN_AT = datetime(2025, 3, 9, 7, 10, tzinfo=UTC)
#: It serves until it is stopped; tests of the dashboard hold its first line.
NOT_RUN = "andon dashboard"


@dataclass(frozen=True)
class Example:
    """A command as it is typed, and the lines that are shown below it."""

    command: str
    shown: str


def examples(page: Path) -> Iterator[Example]:
    """The commands of a page that are shown with what they print."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            if shown.strip() and not command.startswith(NOT_RUN):
                yield Example(command, plain(shown))


def plain(text: str) -> str:
    """The text without blanks at the ends of lines, and without what each evaluation has anew."""
    lines = (line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"(?m)^evaluated .* UTC in .* s$", "evaluated", "\n".join(lines))


WITH_OUTPUT = [page for page in PAGES if any(examples(page))]
Run = Callable[[str], str]


@pytest.fixture(scope="module")
def written_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples") / "demo"
    with moment.at(GATE_AT):
        write_demo(folder, today=RUN)
    return folder


@pytest.fixture
def run(
    written_demo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command in a copy of the demo, as Mia; its folder is shown as /srv."""
    folder = tmp_path / "demo"
    shutil.copytree(written_demo, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ANDON_OWNER", "Mia")
    for name in ("ANDON_CONFIG", "ANDON_DEBUG", "FORCE_COLOR", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)

    def printed(command: str) -> str:
        capsys.readouterr()
        main(shlex.split(command)[1:])
        captured = capsys.readouterr()
        return plain((captured.out + captured.err).replace(str(folder), "/srv"))

    # The clock stands still: how long a command takes is in no example.
    monkeypatch.setattr(clock, "now", lambda: GATE_AT)
    assert printed("andon gate").startswith("RED: ")
    monkeypatch.setattr(clock, "now", lambda: SHOWN_AT)
    return printed


def move_the_warehouse(run: Run) -> None:
    """Three waivers, and then the configuration names the warehouse at another path."""
    for number in range(3):
        run(f"andon waive quarantine_rate --until 2025-03-12 --reason {number}")
    config = Path("andon.yml")
    Path("warehouse.duckdb").rename("shop.duckdb")
    text = config.read_text(encoding="utf-8").replace("///warehouse.duckdb", "///shop.duckdb")
    config.write_text(text, encoding="utf-8")


#: What happened before the examples of a page.
BEFORE = {"history.md": move_the_warehouse}


def test_examples_are_found() -> None:
    assert {page.name for page in WITH_OUTPUT} >= {"commands.md", "history.md", "backtest.md"}


@pytest.mark.parametrize("page", WITH_OUTPUT, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_is_printed(run: Run, page: Path) -> None:
    if (prepare := BEFORE.get(page.name)) is not None:
        prepare(run)
    shown = list(examples(page))
    assert shown == [Example(each.command, run(each.command)) for each in shown]


def test_the_readmes_report_is_the_demos(run: Run) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (report,) = re.findall(r"^```\n(RED: .*?)^```", text, re.MULTILINE | re.DOTALL)
    assert plain(report) == run("andon gate --no-record")
