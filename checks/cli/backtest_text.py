"""A replay for a person: a table of checks, the days that differ, one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checks.cli.tables import columns, setting_text
from checks.core.model import Status
from checks.core.text import plural

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.config.overrides import Change
    from checks.evaluation.backtest import Backtest, Day, Side

#: No waiver applies, so no day is `waived`.
STATUSES = (Status.RED, Status.AMBER, Status.UNKNOWN, Status.SKIPPED, Status.GREEN)
_FAILED = frozenset({Status.RED, Status.AMBER, Status.UNKNOWN})


def as_text(config: Config, found: Backtest, changes: Sequence[Change]) -> str:
    """The period and the settings, a table of checks, the days that differ, one sentence."""
    parts = [
        columns([[_period(config, found)], *([_change(one)] for one in changes)]),
        _table(config, found),
        _days(found, is_compared=bool(changes)),
        _sentence(found, is_compared=bool(changes)),
    ]
    return "\n".join(part for part in parts if part)


def _period(config: Config, found: Backtest) -> str:
    told = f"{config.pipeline}: {found.first} to {found.last}, {plural(len(found.days), 'day')}"
    if not found.empty:
        return told
    return f"{told}, without {found.empty} before the first event"


def _change(change: Change) -> str:
    return f"{change.key}: {setting_text(change.now)} -> {setting_text(change.changed)}"


def _table(config: Config, found: Backtest) -> str:
    rows = [[id_, *_cells(found, id_)] for id_ in config.checks if _is_told(found, id_)]
    if not rows:
        return "no check failed on any day\n"
    return columns([["check", *STATUSES], *rows])


def _is_told(found: Backtest, check: str) -> bool:
    """Whether a check failed or changed on any day."""
    now, changed = (found.counts(check, changed=side) for side in (False, True))
    return bool(found.changed_days(check) or _FAILED & {*now, *changed})


def _cells(found: Backtest, check: str) -> Iterator[str]:
    now, changed = (found.counts(check, changed=side) for side in (False, True))
    for status in STATUSES:
        before, after = now[status], changed[status]
        yield str(before) if before == after else f"{before} -> {after}"


def _days(found: Backtest, *, is_compared: bool) -> str:
    """Each check and day that differs; where nothing is compared, each that failed."""
    rows = list(_changed_rows(found) if is_compared else _failed_rows(found))
    if not rows:
        return "no status of any check changes\n" if is_compared else ""
    return columns(rows)


def _changed_rows(found: Backtest) -> Iterator[tuple[str, str, str, str]]:
    for day in found.days:
        for check in day.changed_checks():
            statuses = _arrow(_word(day.now, check), _word(day.changed, check))
            yield str(day.data_date), check, statuses, _messages(day, check)
        if day.now.verdict is not day.changed.verdict:
            yield str(day.data_date), "the day", _arrow(day.now.verdict, day.changed.verdict), ""


def _failed_rows(found: Backtest) -> Iterator[tuple[str, str, str, str]]:
    for day in found.days:
        for check, one in day.now.verdicts.items():
            if one.status in _FAILED:
                yield str(day.data_date), check, one.status, one.message


def _word(side: Side, check: str) -> str:
    return side.status(check) or "off"


def _messages(day: Day, check: str) -> str:
    """Both messages, once where they are the same: with another severity, only the status is."""
    sides = (day.now.verdicts.get(check), day.changed.verdicts.get(check))
    texts = dict.fromkeys(one.message for one in sides if one is not None)
    return " -> ".join(texts)


def _arrow(now: str, changed: str) -> str:
    return f"{now} -> {changed}"


def _sentence(found: Backtest, *, is_compared: bool) -> str:
    which = "With these settings" if is_compared else "With the settings as they are"
    now, after = (found.stopped(changed=side) for side in (False, True))
    more = f", now {now}" if is_compared else ""
    told = f"{which} {after} of {plural(len(found.days), 'day')} would have stopped the line{more}."
    now, after = (found.unjudged(changed=side) for side in (False, True))
    if now or after:
        more = f" (now {now})" if is_compared else ""
        told += f" {plural(after, 'day')}{more} could not be judged."
    return told + "\n"
