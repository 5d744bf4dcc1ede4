"""A replay as data: `andon.backtest/1`, described in docs/backtest.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from checks.cli.backtest_text import STATUSES
from checks.core.serialise import plain

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.config.overrides import Change
    from checks.evaluation.backtest import Backtest, Day, Side

SCHEMA = "andon.backtest/1"
_VERDICT_KEYS = ("status", "value", "threshold", "unit", "message")


def as_json(config: Config, found: Backtest, changes: Sequence[Change]) -> str:
    """One document in pure ASCII. Without changes, `changed` is everywhere the same as `now`."""
    document = {
        "schema": SCHEMA,
        "pipeline": config.pipeline,
        "timezone": config.timezone.key,
        "first": found.first,
        "last": found.last,
        "empty_days": found.empty,
        "settings": [one._asdict() for one in changes],
        "stopped": _both(lambda side: found.stopped(changed=side)),
        "unjudged": _both(lambda side: found.unjudged(changed=side)),
        "checks": [_check(found, check) for check in config.checks],
        "days": [_day(day) for day in found.days],
    }
    text = json.dumps(plain(document), indent=2, ensure_ascii=True, allow_nan=False)
    # CI runners act on `##[name]` anywhere in a line; the escape reads back as the same text.
    return text.replace("##", "\\u0023#") + "\n"


def _both(of: Callable[[bool], Any]) -> dict[str, Any]:
    return {"now": of(False), "changed": of(True)}


def _check(found: Backtest, check: str) -> dict[str, Any]:
    def counts(side: bool) -> dict[str, int]:
        days = found.counts(check, changed=side)
        return {status: days[status] for status in STATUSES}

    return {"id": check, "changed_days": found.changed_days(check)} | _both(counts)


def _day(day: Day) -> dict[str, Any]:
    return {
        "data_date": day.data_date,
        "now": day.now.verdict,
        "changed": day.changed.verdict,
        "checks": [
            {"id": check, "now": _of(day.now, check), "changed": _of(day.changed, check)}
            for check in day.checks()
        ],
    }


def _of(side: Side, check: str) -> dict[str, Any] | None:
    """A check's verdict; None where it is not enabled."""
    found = side.verdicts.get(check)
    return None if found is None else {key: getattr(found, key) for key in _VERDICT_KEYS}
