"""The README's recipe for Airflow, run with a stand-in for Airflow; install lines in the docs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
TEXTS = [ROOT / "README.md", *PAGES, *sorted((ROOT / "checks").rglob("*.py"))]


class NotTriedAgain(Exception):  # noqa: N818
    """In place of AirflowFailException."""


class Step:
    """In place of a task in a DAG."""

    def __rshift__(self, other: object) -> object:
        return other


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Run the recipe's task on a DAG run, with the gate's exit code; returns the command."""
    airflow, sdk, exceptions = (ModuleType(name) for name in ("airflow", "sdk", "exceptions"))
    kept: list[Any] = []

    def task(**options: Any) -> Callable[[Any], Any]:
        def keep(function: Any) -> Any:
            kept.append(function)
            return lambda: Step()

        return keep

    vars(sdk)["task"] = task
    vars(exceptions)["AirflowFailException"] = NotTriedAgain
    for name, module in (
        ("airflow", airflow), ("airflow.sdk", sdk), ("airflow.sdk.exceptions", exceptions)
    ):  # fmt: skip
        monkeypatch.setitem(sys.modules, name, module)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"```python\n(import subprocess\n.*?)```", text, re.DOTALL)
    exec(recipe, {"load": Step, "refresh_dashboards": Step})  # noqa: S102  (our own README)

    def run(code: int, **dag_run: Any) -> list[str]:
        words: list[str] = []

        def called(command: list[str]) -> SimpleNamespace:
            words.extend(command)
            return SimpleNamespace(returncode=code)

        monkeypatch.setattr(subprocess, "run", called)
        fields = {"data_interval_end": None, "run_after": None} | dag_run
        kept[0](dag_run=SimpleNamespace(**fields))
        return words

    return run


MOMENTS = [
    ("2025-03-08T23:30", "2025-03-09"),  # half past midnight in Berlin
    ("2025-03-08T22:59", "2025-03-08"),
    ("2025-07-08T22:00", "2025-07-09"),  # summer time
]


@pytest.mark.parametrize("field", ["data_interval_end", "run_after"])
@pytest.mark.parametrize(("moment", "day"), MOMENTS)
def test_the_run_date_is_the_shops(
    gate: Callable[..., list[str]], field: str, moment: str, day: str
) -> None:
    command = gate(0, **{field: datetime.fromisoformat(moment).replace(tzinfo=UTC)})
    assert command[command.index("--date") + 1] == day


@pytest.mark.parametrize(("code", "error"), [(1, NotTriedAgain), (2, RuntimeError),
                                             (-9, RuntimeError), (130, RuntimeError)])  # fmt: skip
def test_red_is_not_tried_again_and_unknown_is(
    gate: Callable[..., list[str]], code: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        gate(code, run_after=datetime(2025, 3, 9, 5, tzinfo=UTC))


def test_the_recipe_calls_the_gate_as_it_is(gate: Callable[..., list[str]]) -> None:
    from argparse import ArgumentParser

    from checks.cli.commands import gate as command

    words = gate(0, run_after=datetime(2025, 3, 9, 5, tzinfo=UTC))
    parser = ArgumentParser()
    command.configure(parser)
    arguments = parser.parse_args(words[2:])
    assert (words[1], str(arguments.date), arguments.wait) == ("gate", "2025-03-09", 1800)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_is_told_to_install_what_is_not_published(path: Path) -> None:
    assert not re.search(r"pip install ['\"]?andon", path.read_text(encoding="utf-8"))
