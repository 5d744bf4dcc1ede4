"""Say what the volume checks can see on the pipeline's own days, and how often they alarm."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.evaluation.incident_times import RuleFigures
    from checks.evidence.power import Alarm, Powers, RulePower

_MOST_ALARMS = 10


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    add = parser.add_argument
    add("--days", type=values.days, default=90, metavar="N",
        help="how many days up to the judged one (default: 90)")  # fmt: skip
    add("--data-date", type=values.day, metavar="D",
        help="the last of them (default: today minus data_lag_days)")  # fmt: skip
    add("--format", choices=("text", "json"), default="text", help="text (default) or json")


def run(args: Namespace, console: Console) -> int:
    """Print each rule's power. Raises MeasurementError where events cannot be counted."""
    from checks.cli.judging import judged_day
    from checks.config import load_config
    from checks.core.errors import UsageError
    from checks.evidence.context import open_context
    from checks.evidence.power import read

    config = load_config(args.config)
    day, now = judged_day(config, args.data_date)
    with open_context(config, day, now) as context:
        powers = read(context, days=args.days)
    if not any(rule.power.judged for rule in powers.rules):
        raise UsageError(f"no day up to {day} has the 7 days of history that a rule needs")
    figures = _incident_figures(config, args.days, now, console)
    if args.format == "json":
        import json

        console.out(json.dumps(as_data(powers, config.pipeline, figures), indent=2) + "\n")
    else:
        console.out(as_text(powers, config.pipeline) + incidents_text(powers, figures))
    return GREEN


def _incident_figures(
    config: Config, days: int, now: datetime, console: Console
) -> Mapping[str, RuleFigures]:
    """By check, what its incidents of the last days came to; none where they cannot be read."""
    from checks.core.errors import HistoryError
    from checks.evaluation.incident_times import figures
    from checks.evaluation.incidents import of_the_last
    from checks.history import history_of

    try:
        log = history_of(config).incident_log(config.pipeline, now)
    except HistoryError as error:
        console.err(f"the incidents cannot be read: {error}\n")
        return {}
    return {rule.check: rule for rule in figures(of_the_last(days, log, now), log)}


def as_data(powers: Powers, pipeline: str, figures: Mapping[str, RuleFigures]) -> dict[str, Any]:
    """The rules' power as plain data, for programs. figures: of their incidents."""
    return {
        "schema": "andon.power/1",
        "pipeline": pipeline,
        "until": str(powers.until),
        "days": powers.days,
        "rules": [
            {
                "check": rule.check,
                "days_judged": rule.power.judged,
                "smallest_drop": rule.power.smallest_drop,
                "smallest_jump": rule.power.smallest_jump,
                "alarms": [_alarm_data(alarm) for alarm in rule.alarms],
                "warnings": [_alarm_data(alarm) for alarm in rule.warnings],
                "incidents": _figures_data(figures.get(rule.check)),
            }
            for rule in powers.rules
        ],
    }


def _alarm_data(alarm: Alarm) -> dict[str, Any]:
    return {
        "date": str(alarm.day),
        "events": alarm.events,
        "low": alarm.low,
        "high": alarm.high,
        "at_level": alarm.at_level,
    }


def _figures_data(figures: RuleFigures | None) -> dict[str, Any] | None:
    """As `andon incidents --format json` has them; None where the check had no incident."""
    from checks.cli.commands.incidents import figures_data
    from checks.core.serialise import plain

    if figures is None:
        return None
    data: dict[str, Any] = plain(figures_data(figures))
    del data["id"]
    return data


def incidents_text(powers: Powers, figures: Mapping[str, RuleFigures]) -> str:
    """What the rules' incidents came to; nothing where they had none."""
    from checks.cli.commands.incidents import summary_text

    shown = tuple(figures[rule.check] for rule in powers.rules if rule.check in figures)
    if not shown:
        return ""
    title = f"The incidents of these checks in the last {powers.days} days, as recorded"
    return f"\n{title}\n\n{summary_text(shown)}"


def as_text(powers: Powers, pipeline: str) -> str:
    """The rules' power as text, for a person."""
    from checks.cli.tables import columns
    from checks.core.text import clean, day_text
    from checks.evidence.power import CAUGHT_SHARE
    from checks.evidence.power_words import drop_text, jump_text

    head = ("check", "smallest drop", "smallest jump", "alarms", "days judged")
    rows = [
        (rule.check, drop_text(rule.power), jump_text(rule.power), len(rule.alarms),
         rule.power.judged)
        for rule in powers.rules
    ]  # fmt: skip
    return (
        f"What the volume checks detect on the {powers.days} days of {clean(pipeline)} up to "
        f"{day_text(powers.until)} {powers.until.year}\n\n{columns([head, *rows])}\n"
        f"A drop or a jump of that size or more would have been out of range on "
        f"{CAUGHT_SHARE * 100:.0f} % of the days that were in range.\n"
        + "".join(_alarms(powers.rules))
    )


def _alarms(rules: tuple[RulePower, ...]) -> Iterator[str]:
    for rule in rules:
        yield from _days(f"{rule.check} would have alarmed on:", rule.alarms)
        yield from _days(
            f"{rule.check} would have warned only, as the weekday explains the day, on:",
            rule.warnings,
        )


def _days(title: str, alarms: tuple[Alarm, ...]) -> Iterator[str]:
    from checks.evidence.power_words import alarm_text

    shown = [alarm_text(alarm) for alarm in alarms[:_MOST_ALARMS]]
    more = len(alarms) - len(shown)
    if shown:
        yield f"\n{title}\n"
        yield "".join(f"  {text}\n" for text in shown)
        yield f"  and {more} more\n" if more else ""
