"""A backtest for a person: a table of checks, the days that differ, one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checks.cli.tables import columns, setting_text
from checks.core.model import Status
from checks.core.text import plural

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.config.overrides import SettingChange
    from checks.evaluation.backtest import Backtest, DayVerdicts, ReplayedDay

#: No waiver applies, so no day is `waived`.
STATUSES = (Status.RED, Status.AMBER, Status.UNKNOWN, Status.SKIPPED, Status.GREEN)
_FAILED = frozenset({Status.RED, Status.AMBER, Status.UNKNOWN})


def as_text(config: Config, backtest: Backtest, changes: Sequence[SettingChange]) -> str:
    """The period and the settings, a table of checks, the days that differ, one sentence."""
    parts = [
        columns([[_period(config, backtest)], *([_change(change)] for change in changes)]),
        _table(config, backtest),
        _days(backtest, is_compared=bool(changes)),
        _sentence(backtest, is_compared=bool(changes)),
    ]
    return "\n".join(part for part in parts if part)


def _period(config: Config, backtest: Backtest) -> str:
    days = plural(len(backtest.days), "day")
    period = f"{config.pipeline}: {backtest.first} to {backtest.last}, {days}"
    if not backtest.empty:
        return period
    return f"{period}, without {backtest.empty} before the first event"


def _change(change: SettingChange) -> str:
    return f"{change.key}: {setting_text(change.now)} -> {setting_text(change.changed)}"


def _table(config: Config, backtest: Backtest) -> str:
    rows = [[id_, *_cells(backtest, id_)] for id_ in config.checks if _is_listed(backtest, id_)]
    if not rows:
        return "no check failed on any day\n"
    return columns([["check", *STATUSES], *rows])


def _is_listed(backtest: Backtest, check: str) -> bool:
    """Whether a check failed or changed on any day."""
    now, changed = (backtest.counts(check, changed=side) for side in (False, True))
    return bool(backtest.changed_days(check) or _FAILED & {*now, *changed})


def _cells(backtest: Backtest, check: str) -> Iterator[str]:
    now, changed = (backtest.counts(check, changed=side) for side in (False, True))
    for status in STATUSES:
        before, after = now[status], changed[status]
        yield str(before) if before == after else f"{before} -> {after}"


def _days(backtest: Backtest, *, is_compared: bool) -> str:
    """Each check and day that differs; without a comparison, each that failed."""
    rows = list(_changed_rows(backtest) if is_compared else _failed_rows(backtest))
    if not rows:
        return "no status of any check changes\n" if is_compared else ""
    return columns(rows)


def _changed_rows(backtest: Backtest) -> Iterator[tuple[str, str, str, str]]:
    for day in backtest.days:
        for check in day.changed_checks():
            statuses = _arrow(_status_text(day.now, check), _status_text(day.changed, check))
            yield str(day.data_date), check, statuses, _messages(day, check)
        if day.now.verdict is not day.changed.verdict:
            yield str(day.data_date), "the day", _arrow(day.now.verdict, day.changed.verdict), ""


def _failed_rows(backtest: Backtest) -> Iterator[tuple[str, str, str, str]]:
    for day in backtest.days:
        for check, verdict in day.now.verdicts.items():
            if verdict.status in _FAILED:
                yield str(day.data_date), check, verdict.status, verdict.message


def _status_text(side: DayVerdicts, check: str) -> str:
    return side.status(check) or "off"


def _messages(day: ReplayedDay, check: str) -> str:
    """Both messages; one where they are equal, as with another severity only the status differs."""
    sides = (day.now.verdicts.get(check), day.changed.verdicts.get(check))
    texts = dict.fromkeys(verdict.message for verdict in sides if verdict is not None)
    return " -> ".join(texts)


def _arrow(now: str, changed: str) -> str:
    return f"{now} -> {changed}"


def _sentence(backtest: Backtest, *, is_compared: bool) -> str:
    which = "With these settings" if is_compared else "With the settings as they are"
    now, after = (backtest.stopped(changed=side) for side in (False, True))
    more = f", now {now}" if is_compared else ""
    sentence = (
        f"{which} {after} of {plural(len(backtest.days), 'day')} would have stopped the line{more}."
    )
    now, after = (backtest.unjudged(changed=side) for side in (False, True))
    if now or after:
        more = f" (now {now})" if is_compared else ""
        sentence += f" {plural(after, 'day')}{more} could not be judged."
    return sentence + "\n"
