"""List the open incidents: how old, who is on it; with --summary how long each rule's took."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.core import clock
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.records import IncidentLog, StoredIncident
    from checks.evaluation.incident_times import RuleFigures

_OPEN = ("CHECK", "OPEN FOR", "SINCE", "OWNER", "ON IT", "FOLLOWERS", "MESSAGE")
_ALL = ("CHECK", "OPENED", "TAKEN AFTER", "OPEN FOR", "STATE", "CLOSED AS", "FOLLOWERS", "MESSAGE")
_SUMMARY = (
    "CHECK", "INCIDENTS", "OPEN", "TAKEN AFTER", "NOT TAKEN", "GREEN AFTER", "ACCEPTED",
    "FALSE ALARMS",
)  # fmt: skip


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--all", action="store_true", help="also those that are over")
    add("--summary", action="store_true",
        help="how many each check had, how soon somebody was on it, how soon it was green, and how "
        "many were false alarms")  # fmt: skip
    add("--days", type=values.days, metavar="N",
        help="with --all or --summary: only those that were not over N days ago")  # fmt: skip
    add("--format", choices=("text", "json"), default="text", help="text (default) or json")
    add_config(parser)


def run(args: Namespace, console: Console) -> int:
    """Print the incidents of the pipeline, or what they came to."""
    from checks.config import load_config
    from checks.evaluation.incident_times import figures
    from checks.evaluation.incidents import of_the_last, open_incidents
    from checks.history import history_of

    _require_range(args)
    config = load_config(args.config)
    now = clock.now()
    log = history_of(config).incident_log(config.pipeline, now)
    for warning in log.warnings:
        console.err(f"{warning}\n")
    covers_ended = args.all or args.summary
    listed = of_the_last(args.days, log, now) if covers_ended else open_incidents(log)
    if args.format == "json":
        console.out(_as_json(config, listed, log, now))
    elif args.summary:
        console.out(summary_text(figures(listed, log)))
    else:
        console.out(_as_text(config, listed, log, now, covers_ended=args.all))
    return GREEN


def _require_range(args: Namespace) -> None:
    from checks.core.errors import UsageError

    if args.days is not None and not (args.all or args.summary):
        raise UsageError("--days N goes with --all or --summary: every open incident is listed")


def _as_text(
    config: Config,
    listed: Iterable[StoredIncident],
    log: IncidentLog,
    now: datetime,
    *,
    covers_ended: bool,
) -> str:
    from checks.cli.tables import columns

    row = _row_of_any if covers_ended else _row_of_open
    rows = [row(config, incident, log, now) for incident in listed]
    if rows:
        return columns([_ALL if covers_ended else _OPEN, *rows])
    return "no incident is recorded\n" if covers_ended else "no incident is open\n"


def _row_of_open(
    config: Config, incident: StoredIncident, log: IncidentLog, now: datetime
) -> tuple[object, ...]:
    from checks.core.text import duration_text
    from checks.evaluation.incidents import on_it

    person = on_it(incident, log)
    note = f": {person.note}" if person is not None and person.note else ""
    return (
        incident.check,
        duration_text(now - incident.opened_at),
        _moment_text(config, incident.opened_at),
        _owner(config, incident) or "-",
        "nobody" if person is None else f"{person.owner}{note}",
        len(incident.members),
        incident.message,
    )


def _row_of_any(
    config: Config, incident: StoredIncident, log: IncidentLog, now: datetime
) -> tuple[object, ...]:
    from checks.core.text import duration_text
    from checks.evaluation.incident_times import taken_text
    from checks.evaluation.incidents import closed_text

    return (
        incident.check,
        _moment_text(config, incident.opened_at),
        taken_text(incident, log, nobody="-"),
        duration_text((incident.ended_at or now) - incident.opened_at),
        _state(incident),
        closed_text(incident) or "-",
        len(incident.members),
        incident.message,
    )


def _state(incident: StoredIncident) -> str:
    if incident.resolved_on is not None:
        return f"green for {incident.resolved_on}"
    return "open" if incident.is_open else "closed"


def _owner(config: Config, incident: StoredIncident) -> str | None:
    settings = config.checks.get(incident.check)
    return None if settings is None else settings.owner


def _moment_text(config: Config, moment: datetime) -> str:
    """In the shop's zone."""
    return f"{moment.astimezone(config.timezone):%Y-%m-%d %H:%M}"


def summary_text(rules: tuple[RuleFigures, ...]) -> str:
    """What each check's incidents came to, as a table."""
    from checks.cli.tables import columns
    from checks.core.text import duration_text

    def shown(duration: timedelta | None) -> str:
        return "-" if duration is None else duration_text(duration)

    rows = [
        (rule.check, rule.incidents, rule.open, shown(rule.to_somebody), rule.untaken,
         shown(rule.to_green), rule.accepted, rule.false_alarms)
        for rule in rules
    ]  # fmt: skip
    if not rows:
        return "no incident is recorded\n"
    return f"{columns([_SUMMARY, *rows])}\nTimes are medians.\n"


def _as_json(
    config: Config, listed: Iterable[StoredIncident], log: IncidentLog, now: datetime
) -> str:
    """`andon.incidents/1`, described in docs/history.md."""
    import json

    from checks.core.serialise import plain
    from checks.evaluation.incident_times import figures

    incidents = tuple(listed)
    document = {
        "schema": "andon.incidents/1",
        "pipeline": config.pipeline,
        "now": now,
        "incidents": [_incident_data(config, incident, log) for incident in incidents],
        "checks": [figures_data(rule) for rule in figures(incidents, log)],
        "warnings": log.warnings,
    }
    text = json.dumps(plain(document), indent=2, ensure_ascii=True, allow_nan=False)
    # CI runners act on `##[name]` anywhere in a line; the escape reads back as the same text.
    return text.replace("##", "\\u0023#") + "\n"


def _incident_data(config: Config, incident: StoredIncident, log: IncidentLog) -> dict[str, Any]:
    from checks.core.serialise import plain
    from checks.evaluation.incident_times import alarms
    from checks.evaluation.incidents import on_it

    first = alarms(incident, log)[0]
    person = on_it(incident, log)
    data: dict[str, Any] = plain(incident)
    del data["pipeline"]
    return data | {
        "is_open": incident.is_open,
        "owner": _owner(config, incident),
        "on_it": None if person is None else person.owner,
        "taken_at": None if first.was_taken else first.taken_at,
        "was_taken": first.was_taken,
    }


def figures_data(rule: RuleFigures) -> dict[str, Any]:
    """What a check's incidents came to, for programs; durations in seconds."""
    return {
        "id": rule.check,
        "incidents": rule.incidents,
        "open": rule.open,
        "seconds_to_somebody": rule.to_somebody,
        "untaken": rule.untaken,
        "seconds_to_green": rule.to_green,
        "accepted": rule.accepted,
        "false_alarms": rule.false_alarms,
        "expected": rule.expected,
        "fixed": rule.fixed,
    }
