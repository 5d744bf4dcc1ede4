"""An engine that answers at once with what a test wants, in place of `checks.evaluation.engine`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any

from checks.core.model import Cause, Layer, Number, Report, Severity, Status, Verdict, worst
from checks.core.version import VERSION
from checks.evaluation.engine import recorded
from checks.judging.gate import exit_code

#: The real one, kept before the fake takes its module's place.
_RECORDED = recorded

CONFIG = """\
pipeline: shop
warehouse: {url: "duckdb:///warehouse.duckdb"}
history: {url: "sqlite:///history.db"}
audit_log: {table: log, run_at: at, rows_read: r, rows_quarantined: q, source: s, status: st}
events: {table: events, occurred_at: at, name: name, revenue: revenue}
orders: {table: orders, ordered_at: at, session_id: session}
checks:
  quarantine_rate: {alert_above: 0.04, owner: Data Platform}
"""


def verdict(
    id_: str = "quarantine_rate",
    status: Status = Status.GREEN,
    *,
    value: Number | None = 0.01,
    stop: bool = False,
    cause: Cause | None = None,
    retry: bool = False,
) -> Verdict:
    """A verdict with as little as a report needs."""
    return Verdict(
        id=id_,
        layer=Layer.DATA_QUALITY,
        status=status,
        stop=stop,
        severity=Severity.RED,
        value=value,
        threshold=0.05,
        unit="share",
        message=f"rate={value} (max 0.05)",
        summary="A sentence.",
        action="Do this.",
        cause=cause,
        retry=retry,
        subjects={"source": ("web",)},
    )


def report(*verdicts: Verdict, run_date: date = date(2025, 3, 9), strict: bool = False) -> Report:
    """A report of these verdicts."""
    overall = worst(check.status for check in verdicts)
    return Report(
        pipeline="shop",
        run_date=run_date,
        data_date=run_date - timedelta(days=1),
        evaluated_at=datetime(2025, 3, 9, 6, 12, tzinfo=UTC),
        verdict=overall,
        exit_code=exit_code((check.status for check in verdicts), strict=strict),
        summary="1 check was looked at",
        checks=verdicts,
        andon_version=VERSION,
    )


@dataclass
class FakeEngine:
    """Answers with one set of verdicts after the other, the last one again and again."""

    answers: list[Sequence[Verdict] | BaseException] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, *answers: Sequence[Verdict] | BaseException) -> None:
        self.answers = list(answers)

    def evaluate(self, config: Any, **arguments: Any) -> Report:
        self.calls.append({"config": config, **arguments})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        made = report(*answer, run_date=arguments["date"], strict=arguments.get("strict", False))
        made = replace(made, pipeline=config.pipeline)
        return _RECORDED(config, made) if arguments["record"] else made

    def module(self) -> ModuleType:
        """What stands in for `checks.evaluation.engine`."""
        module = ModuleType("checks.evaluation.engine")
        module.evaluate = self.evaluate  # type: ignore[attr-defined]
        module.recorded = _RECORDED  # type: ignore[attr-defined]
        return module


def main() -> int:
    """A process of its own: `fake_engine.py red gate ...` runs `andon gate ...`."""
    from checks.cli import main as andon

    engine = FakeEngine()
    engine.answer([verdict(status=Status(sys.argv[1]))])
    sys.modules["checks.evaluation.engine"] = engine.module()
    return andon(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
