"""Say what the checks of volume detect on the pipeline's own days, and how often they fail."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.detection import Power
    from checks.evaluation.incident_times import RuleFigures
    from checks.evidence.power import Alarm, PartPower, Powers, RulePower

#: What is listed; `--format json` has all.
_MOST_ALARMS, _MOST_PARTS = 10, 40


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
    from checks.evidence.power import CHECKS, read

    config = load_config(args.config)
    day, now = judged_day(config, args.data_date)
    with open_context(config, day, now) as context:
        powers = read(context, days=args.days)
    if not powers.rules:
        raise UsageError(f"{config.path}: none of {', '.join(CHECKS)} is enabled under `checks`")
    if not powers.days_judged:
        raise UsageError(f"no day up to {day} has the 7 days of history that a rule needs")
    figures = _incident_figures(config, powers, now, console)
    if args.format == "json":
        import json

        console.out(json.dumps(as_data(powers, config.pipeline, figures), indent=2) + "\n")
    else:
        console.out(as_text(powers, config.pipeline) + incidents_text(powers, figures))
    return GREEN


def _incident_figures(
    config: Config, powers: Powers, now: datetime, console: Console
) -> Mapping[str, RuleFigures]:
    """By check, what its incidents of these days came to; none where they cannot be read."""
    from checks.core.errors import HistoryError
    from checks.evaluation.incident_times import figures
    from checks.evaluation.incidents import of_data_days
    from checks.history import history_of

    try:
        log = history_of(config).incident_log(config.pipeline, now)
    except HistoryError as error:
        console.err(f"the incidents cannot be read: {error}\n")
        return {}
    listed = of_data_days(powers.days, powers.until, log)
    return {rule.check: rule for rule in figures(listed, log)}


def as_data(powers: Powers, pipeline: str, figures: Mapping[str, RuleFigures]) -> dict[str, Any]:
    """The rules' power as plain data, for programs. figures: of their incidents."""
    return {
        "schema": "andon.power/1",
        "pipeline": pipeline,
        "until": str(powers.until),
        "days": powers.days,
        "red_days": len(powers.red_days),
        "amber_days": len(powers.amber_days),
        "rules": [
            {
                "check": rule.check,
                "days_judged": rule.days_judged,
                "red_days": len(rule.red_days),
                "amber_days": len(rule.amber_days),
                "period": rule.period,
                **_power_data(rule.power),
                "alarms": [_alarm_data(alarm) for alarm in rule.alarms],
                "warnings": [_alarm_data(alarm) for alarm in rule.warnings],
                "incidents": _figures_data(figures.get(rule.check)),
            }
            for rule in powers.rules
        ],
        "parts": [
            {
                "name": part.label,
                "dimension": part.dimension,
                "events": part.events,
                "days_judged": part.days_judged,
                "amber_days": part.amber_day_count,
                **_power_data(part.power),
            }
            for part in powers.parts
        ],
    }


def _power_data(power: Power | None) -> dict[str, float | None]:
    return {
        "smallest_drop": None if power is None else power.smallest_drop,
        "smallest_jump": None if power is None else power.smallest_jump,
    }


def _alarm_data(alarm: Alarm) -> dict[str, Any]:
    return {
        "date": str(alarm.day),
        "name": alarm.subject or None,
        "events": alarm.events,
        "low": alarm.low,
        "high": alarm.high,
        "at_level": alarm.at_level,
        "silent": alarm.silent,
        "at_most": alarm.is_bound,
        "by_weekday": alarm.by_weekday,
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
    from checks.core.text import clean, day_text
    from checks.evidence.power import CAUGHT_SHARE

    days = f"{powers.days_judged} judged days of the {powers.days}"
    share = f"{CAUGHT_SHARE * 100:.0f} %"
    return (
        f"What the volume checks detect: {clean(pipeline)}, {days} up to "
        f"{day_text(powers.until)} {powers.until.year}\n\n{_rules_table(powers)}\n"
        f"On {share} of the days in range, a drop or a jump of that size or more would have been "
        "out of it.\n" + "".join(_alarms(powers.rules)) + _parts_text(powers.parts)
    )


def _rules_table(powers: Powers) -> str:
    """A line for each check, and the days of all of them together."""
    from checks.cli.tables import columns
    from checks.evidence.power_words import drop_of, jump_of

    head = ("check", "red days", "amber days", "smallest drop", "smallest jump", "days judged")
    rows = [
        (rule.check, len(rule.red_days), len(rule.amber_days), drop_of(rule), jump_of(rule),
         rule.days_judged)
        for rule in powers.rules
    ]  # fmt: skip
    together = (
        "all together", len(powers.red_days), len(powers.amber_days), "", "", powers.days_judged,
    )  # fmt: skip
    return columns([head, *rows, *([together] if len(rows) > 1 else [])])


def _parts_text(parts: Sequence[PartPower]) -> str:
    """A line for each name and value, those with most events first."""
    from checks.cli.tables import columns
    from checks.core.text import usual_text
    from checks.evidence.power_words import drop_text, jump_text

    if not parts:
        return ""
    head = (
        "name or value", "events a day", "smallest drop", "smallest jump", "amber days",
        "days judged",
    )  # fmt: skip
    rows = [
        (part.label, usual_text(part.events), drop_text(part.power), jump_text(part.power),
         part.amber_day_count, part.days_judged)
        for part in parts[:_MOST_PARTS]
    ]  # fmt: skip
    more = len(parts) - len(rows)
    rest = f"and {more} more; --format json has all\n" if more else ""
    return (
        "\nWhat event_volume detects of each event name and value, beside the rest of the events\n"
        f"\n{columns([head, *rows])}{rest}"
    )


def _alarms(rules: tuple[RulePower, ...]) -> Iterator[str]:
    for rule in rules:
        explained = tuple(alarm for alarm in rule.warnings if alarm.by_weekday)
        others = tuple(alarm for alarm in rule.warnings if not alarm.by_weekday)
        would = f"{rule.check} would have been"
        yield from _days(f"{would} red on:", rule.alarms)
        yield from _days(f"{would} amber only, as the weekday explains the day, on:", explained)
        yield from _days(f"{would} amber on:", others)


def _days(title: str, alarms: tuple[Alarm, ...]) -> Iterator[str]:
    from checks.core.inert import line
    from checks.core.text import plural
    from checks.evidence.power_words import alarm_text

    shown = [line(alarm_text(alarm)) for alarm in alarms[:_MOST_ALARMS]]
    more = len(alarms) - len(shown)
    if shown:
        yield f"\n{title}\n"
        yield "".join(f"  {text}\n" for text in shown)
        yield f"  and {plural(more, 'more alarm')}\n" if more else ""
