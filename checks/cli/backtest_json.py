"""A backtest as data: `andon.backtest/1`, described in docs/backtest.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from checks.cli.backtest_text import STATUSES
from checks.core.serialise import plain

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.config.overrides import SettingChange
    from checks.evaluation.backtest import Backtest, DayVerdicts, ReplayedDay

SCHEMA = "andon.backtest/1"
_VERDICT_KEYS = ("status", "value", "threshold", "unit", "message")


def as_json(config: Config, backtest: Backtest, changes: Sequence[SettingChange]) -> str:
    """One document in pure ASCII. Without changes, `changed` always equals `now`."""
    document = {
        "schema": SCHEMA,
        "pipeline": config.pipeline,
        "timezone": config.timezone.key,
        "first": backtest.first,
        "last": backtest.last,
        "empty_days": backtest.empty,
        "settings": [change._asdict() for change in changes],
        "stopped": _both_sides(lambda side: backtest.stopped(changed=side)),
        "unjudged": _both_sides(lambda side: backtest.unjudged(changed=side)),
        "checks": [_check(backtest, check) for check in config.checks],
        "days": [_day(day) for day in backtest.days],
    }
    text = json.dumps(plain(document), indent=2, ensure_ascii=True, allow_nan=False)
    # CI runners act on `##[name]` anywhere in a line; the escape reads back as the same text.
    return text.replace("##", "\\u0023#") + "\n"


def _both_sides(value_of_side: Callable[[bool], Any]) -> dict[str, Any]:
    return {"now": value_of_side(False), "changed": value_of_side(True)}


def _check(backtest: Backtest, check: str) -> dict[str, Any]:
    def counts(side: bool) -> dict[str, int]:
        days = backtest.counts(check, changed=side)
        return {status: days[status] for status in STATUSES}

    return {"id": check, "changed_days": backtest.changed_days(check)} | _both_sides(counts)


def _day(day: ReplayedDay) -> dict[str, Any]:
    return {
        "data_date": day.data_date,
        "now": day.now.verdict,
        "changed": day.changed.verdict,
        "checks": [
            {
                "id": check,
                "now": _check_verdict(day.now, check),
                "changed": _check_verdict(day.changed, check),
            }
            for check in day.checks()
        ],
    }


def _check_verdict(side: DayVerdicts, check: str) -> dict[str, Any] | None:
    """A check's verdict; None where it is not enabled."""
    verdict = side.verdicts.get(check)
    return None if verdict is None else {key: getattr(verdict, key) for key in _VERDICT_KEYS}
