"""A small catalog of its own, so that these tests do not depend on the real checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from checks.core.errors import ConfigError
from checks.core.model import Layer, Problem
from checks.core.settings import setting
from checks.judging.check import Check

EXAMPLE = Path(__file__).parents[2] / "checks" / "config" / "example.yml"
CONFIGS = Path(__file__).parents[1] / "configs"


@dataclass(frozen=True, slots=True)
class Rates:
    alert_above: float = setting("Above this: red.", 0.05, minimum=0, maximum=1)
    stop_above: float = setting("Above this: stop.", 0.06, minimum=0, maximum=1)

    def problems(self) -> list[tuple[str, str, str]]:
        if self.stop_above >= self.alert_above:
            return []
        allowed = f"a number of at least alert_above ({self.alert_above})"
        return [("stop_above", str(self.stop_above), allowed)]


@dataclass(frozen=True, slots=True)
class Window:
    window_days: int = setting("Days | compared.", 7, minimum=2, maximum=90)
    alert_at: float = setting("From this on: red.", 3.0, above=0)


@dataclass(frozen=True, slots=True)
class Share:
    alert_at: float = setting("From this on: red.", 0.01, above=0, maximum=1)


@dataclass(frozen=True, slots=True)
class Orphans:
    alert_above: int = setting("Above this: red.", 0, minimum=0)
    ignore: tuple[str, ...] = setting("Retired.", (), kind="event_names")
    modes: tuple[str, ...] = setting("Which.", ("sessions",), choices=("sessions", "events"))


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


def check(name: str, params: type[Any], *needs: str) -> Check:
    def unused(*_: Any) -> Any:
        raise AssertionError("loading measures nothing")

    return Check(
        id=name, layer=Layer.DATA_QUALITY, order=1, metric="rate", unit="share", page="home",
        needs=needs, rule="The rule.", why="The reason.", advice="Do this.", params=params,
        measure=unused, judge=unused,
    )  # fmt: skip


CATALOG = (
    check("quarantine_rate", Rates, "audit_log"),
    check("volume_zscore", Window, "events"),
    check("missing_revenue", Share, "events.revenue"),
    check("orphan_orders", Orphans, "orders"),
    check("run_status", Nothing, "audit_log", "audit_log.status"),
)


def edited(*changes: tuple[str, str]) -> str:
    """The example with parts replaced."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def problems(action: Callable[[], object]) -> tuple[Problem, ...]:
    """The problems that an action raises."""
    with pytest.raises(ConfigError) as raised:
        action()
    return raised.value.problems
