"""How each of several pipelines stands on a day: the worst of gate and now, never a better one.

What the board of all pipelines and the wall show is decided here, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from checks.config.schedules import schedule_of
from checks.core.model import FAILING, STOPPING, Status, Verdict, folded
from checks.core.text import plural, run_length
from dashboard import causes, data, due, look, page, run_days
from dashboard.run_days import ORDER as ORDER
from dashboard.run_days import shown_status as shown_status

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation

#: Seconds that a board waits for pipelines that have not answered; they go on being measured.
PATIENCE: Final = 4.0
#: Problems of a broken configuration that are named.
_MOST_PROBLEMS: Final = 3
#: Days with a lamp.
DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """One pipeline on one day.

    `cause` and `detail` are in words, `since` says since when it stands so. `stops`: whether the
    dashboards must not be refreshed. `is_free`: whether somebody should take it and nobody has.
    `who`: who is on it or answers for it. `lamps`: the shown status by day, oldest first.
    `released`: the newest day on the dashboards. `began`: for sorting. `note`: how gate and now
    differ. `run`: the run of several days that the day is of. `is_usable`: whether it has pages of
    its own. `is_awaited`: not answered yet.
    """

    name: str
    shown: look.Shown
    cause: str
    day: date | None = None
    detail: str = ""
    since: str = ""
    stops: bool = False
    is_free: bool = False
    who: str = ""
    owner: str | None = None
    lamps: tuple[tuple[date, look.Shown], ...] = ()
    released: date | None = None
    began: datetime | None = None
    note: str = ""
    run: str = ""
    evaluated_at: datetime | None = None
    is_usable: bool = True
    is_awaited: bool = False


def of_all(requested: date | None, patience: float = PATIENCE) -> list[Standing]:
    """Every configured pipeline, the worst first; broken configurations are unknown.

    requested: the data date; without one each pipeline's own latest one. patience: seconds.
    """
    pipelines = data.setup().pipelines
    days = {each.name: requested or data.due_day(each.config) for each in pipelines}
    counts = {
        each.name: page.recorded_days_needed(days[each.name], data.due_day(each.config))
        for each in pipelines
    }
    answers = data.pipelines_answers(days, counts, patience)
    standings = [_standing(name, days[name], answer) for name, answer in answers.items()]
    return sorted([*standings, *_broken()], key=_urgency)


def of(context: page.PageContext) -> Standing:
    """How the pipeline of a page stands on its day."""
    shown = shown_status(context)
    heads = _heads(context, shown)
    base = Standing(
        context.pipeline, shown, _cause(context, shown, heads), context.day, run=_run(context),
        detail=_detail(context, shown, heads), stops=run_days.stops(context),
        owner=next((head.owner for head in heads if head.owner), None),
        lamps=_lamps(context, shown), released=context.outcomes.released,
        note=_difference(context), evaluated_at=context.live.evaluated_at,
    )  # fmt: skip
    began, since = _since(context, shown, heads)
    who, is_free = _who(context, shown, heads)
    return replace(base, began=began, since=since, who=who, is_free=is_free)


def evaluated_at(standings: Sequence[Standing]) -> datetime | None:
    """When the oldest of the evaluations was made; None where there is none."""
    return min((each.evaluated_at for each in standings if each.evaluated_at), default=None)


def headline(standings: Sequence[Standing], day: date | None = None) -> str:
    """What all of them come to, in one sentence. day: a day that is over."""
    stopped = [each for each in standings if each.stops]
    total = plural(len(standings), "pipeline")
    if day is not None:
        verb = "was" if len(stopped) == 1 else "were"
        stops = f"{len(stopped) or 'None'} of {total} {verb} stopped"
        return f"{stops} on {look.day(day)}."
    if not stopped:
        return _free_line(standings, total)
    free = sum(each.is_free for each in stopped)
    return f"{len(stopped)} of {total} must not be refreshed. {_taken(free, len(stopped))}"


def _taken(free: int, stopped: int) -> str:
    if not free:
        return "Somebody is on it." if stopped == 1 else "Somebody is on each of them."
    if free == stopped:
        return "Nobody is on it." if stopped == 1 else "Nobody is on any of them."
    return f"Nobody is on {free} of them."


def _free_line(standings: Sequence[Standing], total: str) -> str:
    shown = [each.shown for each in standings]
    waiting = {
        "the gate has not run for {}": shown.count(None),
        "{} not due yet": shown.count(look.NoGate.NOT_DUE),
        "{} awaited": shown.count(look.NoGate.AWAITED),
        "{} without a run": shown.count(look.NoGate.NO_RUN),
    }
    texts = [text.format(count) for text, count in waiting.items() if count]
    if not texts:
        return f"All {total} may be refreshed."
    return f"No pipeline is stopped; of {total} {' and '.join(texts)}."


def _urgency(standing: Standing) -> tuple[int, bool, bool, float, str]:
    began = standing.began.timestamp() if standing.began else 0.0
    return (
        ORDER.index(standing.shown), not standing.is_free, standing.began is None, began,
        standing.name,
    )  # fmt: skip


def _broken() -> list[Standing]:
    return [
        Standing(
            config.name, Status.UNKNOWN,
            f"The configuration cannot be used: {'; '.join(config.problems[:_MOST_PROBLEMS])}",
            detail=plural(len(config.problems), "problem"), stops=True, is_free=True,
            is_usable=False,
        )
        for config in data.setup().broken
    ]  # fmt: skip


def _standing(name: str, day: date, answer: data.PipelineAnswer) -> Standing:
    """How a pipeline stands: as the worst day of the run that loads a day."""
    if answer.live is not None and answer.records is not None:
        return of(run_days.worst_of(page.context_of(name, day, "", answer)))
    reason = answer.problem or f"No answer within {PATIENCE:g} s: it is still being measured"
    standing = Standing(
        name, Status.UNKNOWN, reason, day, detail="not judged now", stops=True, is_free=True,
        is_awaited=answer.problem is None,
    )  # fmt: skip
    return standing if answer.records is None else _recorded_only(standing, answer.records)


def _recorded_only(standing: Standing, records: data.Records) -> Standing:
    """A pipeline that does not answer now, with what its gate recorded."""
    latest = _worst_recorded(records)
    by_day = {each.data_date: each.verdict for each in records.recorded.evaluations}
    loads = schedule_of(data.pipeline(standing.name).config).loads
    lamps = tuple(
        (day, by_day.get(day, None if loads(day) else look.NoGate.NO_RUN))
        for day in _days(standing.day or date.min)
    )
    known = replace(standing, lamps=lamps, released=records.outcomes.released)
    if latest is None:
        return known
    shown = min((latest.verdict, Status.UNKNOWN), key=ORDER.index)
    word = look.look_of(latest.verdict)
    return replace(known, shown=shown, note=f"gate {word.glyph} {word.word}")


def _heads(context: page.PageContext, shown: look.Shown) -> list[Verdict]:
    """The failing checks that explain what is shown, those that nothing else explains."""
    failing = [head for head, _ in folded(context.report.checks) if head.status in FAILING]
    stopping = [head for head in failing if head.status in STOPPING]
    return stopping or failing


def _cause(context: page.PageContext, shown: look.Shown, heads: Sequence[Verdict]) -> str:
    if shown is look.NoGate.AWAITED:
        return look.capitalised(due.awaited_run(context))
    if shown is look.NoGate.NOT_DUE:
        return f"The load is usually done by {due.usual_time(context)}"
    if context.gate.problem:
        return f"The history cannot be read: {context.gate.problem}"
    if heads:
        return causes.cause_words(heads[0])
    if shown is look.NoGate.NO_RUN:
        return "No scheduled run loads this day"
    if shown is None:
        return "No gate has run for this day"
    if shown is not Status.GREEN:
        return "The gate stopped the line; now every check passes: run it again"
    return "Every check passed"


def _detail(context: page.PageContext, shown: look.Shown, heads: Sequence[Verdict]) -> str:
    total = len(context.report.checks)
    if shown is look.NoGate.AWAITED:
        return "nothing is judged before"
    if heads and shown is not look.NoGate.NOT_DUE:
        more = f" and {len(heads) - 1} more" if len(heads) > 1 else ""
        return f"{heads[0].id}{more}, of {plural(total, 'check')}"
    passed = sum(verdict.status is Status.GREEN for verdict in context.report.checks)
    return f"{passed} of {plural(total, 'check')} passed"


def _since(
    context: page.PageContext, shown: look.Shown, heads: Sequence[Verdict]
) -> tuple[datetime | None, str]:
    """Since when the pipeline stands so, and the words for it."""
    if not isinstance(shown, Status):
        return None, ""
    if shown is Status.GREEN:
        return None, _green_since(context)
    word = look.look_of(shown).word.capitalize()
    if context.is_past:
        word = f"Had been {word.lower()}"
    first = min((head.since or context.day for head in heads), default=context.day)
    if first < context.day:
        days = max(head.since_days or 1 for head in heads)
        begin = datetime.combine(first, time(), context.zone)
        return begin, f"{word} since {look.short(first)} ({run_length(first, context.day, days)})"
    found_at = _begin_of(context)
    if found_at is None:
        return context.live.evaluated_at, f"{word} now; no gate has run"
    return found_at, f"{word} since {_time_text(context, found_at)}"


def _begin_of(context: page.PageContext) -> datetime | None:
    """When the gate first found the day's failure, of the runs that found one since."""
    begin = None
    for run in context.gate.runs:
        if run.verdict is Status.GREEN and Status.WAIVED not in run.statuses.values():
            break
        begin = run.evaluated_at
    return begin


def _time_text(context: page.PageContext, moment: datetime) -> str:
    now = data.now()
    local, today = moment.astimezone(context.zone), now.astimezone(context.zone).date()
    if local.date() != today:
        return look.moment(moment, context.zone)
    return f"{local:%H:%M} ({look.duration((now - moment).total_seconds())})"


def _green_since(context: page.PageContext) -> str:
    first, count = context.day, 0
    for outcome in context.outcomes.days:
        if outcome.day > context.day:
            continue
        if outcome.verdict is not Status.GREEN:
            break
        first, count = outcome.day, count + 1
    if not count:
        return ""
    word = "Had been green" if context.is_past else "Green"
    return f"{word} since {look.short(first)} ({run_length(first, context.day, count)})"


def _who(
    context: page.PageContext, shown: look.Shown, heads: Sequence[Verdict]
) -> tuple[str, bool]:
    """Who is on it or answers for it, and whether somebody should be."""
    waived = [head.waiver for head in heads if head.status is Status.WAIVED and head.waiver]
    if shown is Status.WAIVED and waived:
        waiver = waived[0]
        until = look.short(waiver.until)
        return f"Waived until {until} by {waiver.owner}: “{waiver.reason}”", False
    taken = [head.acknowledgement for head in heads if head.acknowledgement]
    if shown not in (*STOPPING, Status.AMBER):
        return "", False
    if not taken:
        return "", True
    names = " and ".join(dict.fromkeys(each.owner for each in taken))
    note = f": “{taken[0].note}”" if taken[0].note else ""
    verb = "are" if " and " in names else "is"
    part = f" ({len(taken)} of {len(heads)} causes)" if len(taken) < len(heads) else ""
    since = look.clock(taken[0].created_at, context.zone)
    return f"{names} {verb} on it{part} since {since}{note}", len(taken) < len(heads)


def _days(last: date) -> list[date]:
    return [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def _lamps(context: page.PageContext, shown: look.Shown) -> tuple[tuple[date, look.Shown], ...]:
    """What the gate recorded of each day; the judged day as it is shown."""
    return tuple(
        (day, shown if day == context.day else _recorded_status(context, day))
        for day in _days(context.until)
    )


def _recorded_status(context: page.PageContext, day: date) -> look.Shown:
    evaluation = context.evaluation_of(day)
    if evaluation is None:
        return context.shown_on(day)
    is_waived = evaluation.verdict is Status.GREEN and Status.WAIVED in evaluation.statuses.values()
    return Status.WAIVED if is_waived else evaluation.verdict


def _worst_recorded(records: data.Records) -> StoredEvaluation | None:
    """The worst of the latest recorded evaluations of the days of one run."""
    latest = [gate.latest for gate in records.gates.values() if gate.latest is not None]
    return min(latest, key=lambda each: ORDER.index(each.verdict), default=None)


def _run(context: page.PageContext) -> str:
    """`Fri 14 Mar, one of the 3 days of the run of Mon 17 Mar`; empty for a run of one day."""
    count = len(context.run_days)
    if count == 1:
        return ""
    run_text = f"the run of {look.short(context.run_date)}"
    return f"{look.short(context.day)}, one of the {count} days of {run_text}"


def _difference(context: page.PageContext) -> str:
    """`gate ✗ RED, now ✓ GREEN` where they are not the same."""
    latest = context.gate.latest
    now = due.shown_verdict(context)
    if latest is None or latest.verdict == now:
        return ""
    gate_look, now_look = look.look_of(latest.verdict), look.look_of(now)
    return f"gate {gate_look.glyph} {gate_look.word}, now {now_look.glyph} {now_look.word}"
