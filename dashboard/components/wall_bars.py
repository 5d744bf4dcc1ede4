"""Figures of the wall screen: one number a day with its limit, as bars of plain markup.

A wall screen has no mouse, may be 4K, and its type is measured in the screen's height, so that the
figures are neither SVG with a scale of its own nor a megabyte of script.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from checks.core.model import Status, Verdict
from checks.evidence.volume import read as read_volume
from dashboard import data, look, page
from dashboard.charts import day_marks
from dashboard.charts.marks import GLYPHS, LASTING, Kind, Mark, in_words, is_drawn, kinds_of
from dashboard.components import status_grid
from dashboard.markup import Html, tag

_DAYS: Final = 30
_FAILING: Final = (Status.RED, Status.UNKNOWN, Status.AMBER)
#: A limit below this part of the figure's height has no room for its label.
_LEAST_HEIGHT: Final = 0.12
#: The part of the height that bars may take, below the label of the highest one.
_ROOM: Final = 0.8
#: Checks with a figure where nothing, or little, fails.
_USUAL: Final = {
    "quarantine_rate": "Quarantine rate",
    "volume_expected": "Events a day",
    "missing_revenue": "Purchases without revenue",
    "orphan_orders": "Orphan orders",
}
#: A glyph is as wide as so many bars.
_ROOM_OF: Final = timedelta(days=3)
#: What a mark looks like behind the bars or below them.
_CLASSES: Final = {
    Kind.RELEASE: "release", Kind.SPECIAL_DAY: "special", Kind.WAIVER: "dashed",
    Kind.ACCEPTANCE: "lasting", Kind.REVOKED: "norun", Kind.CLOSED_DAY: "closed",
    Kind.NO_RUN: "norun",
}  # fmt: skip


class Bar(NamedTuple):
    """One day's number; None where none was measured, with the status as recorded."""

    day: date
    value: float | None
    status: Status | None
    low: float | None = None
    high: float | None = None


class Bars(NamedTuple):
    """One figure. `now`: the judged day's number as text; `limit`: with its label.

    marks: what is known of the days besides their numbers.
    """

    title: str
    now: str
    days: tuple[Bar, ...]
    limit: tuple[float, str] | None = None
    marks: tuple[Mark, ...] = ()


def of_check(context: page.PageContext, verdict: Verdict) -> Html | None:
    """The figure of a failing check; nothing where no number of it was ever measured."""
    bars = _volume(context) if verdict.id == "volume_expected" else _check(context, verdict, "")
    return markup(bars) if any(bar.value is not None for bar in bars.days) else None


def usual(context: page.PageContext, without: Sequence[str]) -> list[Html]:
    """The usual figures but those of some checks."""
    figures = []
    for check, title in _USUAL.items():
        verdict = context.verdict(check)
        if verdict is None or check in without:
            continue
        is_volume = check == "volume_expected"
        figures.append(markup(_volume(context) if is_volume else _check(context, verdict, title)))
    return figures


def markup(figure: Bars) -> Html:
    """The figure: a bar for each day, the judged one with its number."""
    top = _top(figure)
    bars = [_bar(bar, top, figure.marks) for bar in figure.days]
    now = tag("b", figure.now, class_=f"now{_failed(figure.days[-1])}") if figure.days else None
    head = tag("p", tag("span", figure.title), now, class_="cap")
    days = (figure.days[0].day, figure.days[-1].day) if figure.days else None
    axis = tag("p", tag("span", f"{days[0].day} {days[0]:%b}"), tag("b", look.short(days[1])),
               class_="axis") if days else None  # fmt: skip
    failed = sum(bar.status in _FAILING for bar in figure.days)
    alt = f"{figure.title}: {figure.now}; {failed} of {len(figure.days)} days failed"
    label = f"{alt}. {in_words(figure.marks)}" if figure.marks else alt
    plot = tag("div", *bars, _limit(figure, top), class_="plot", role="img", aria_label=label)
    return tag("figure", head, plot, _glyphs(figure), axis, _key(figure), class_="w-bars")


def _top(figure: Bars) -> float:
    numbers = [bar.value for bar in figure.days if bar.value is not None]
    numbers += [bar.high for bar in figure.days if bar.high is not None]
    numbers += [figure.limit[0]] if figure.limit else []
    return max([*numbers, 0.0]) / _ROOM or 1.0


def _glyphs(figure: Bars) -> Html | None:
    """A row with a glyph on the first day of each mark, and a line over the days of a waiver."""
    if not figure.marks:
        return None
    lines = [_line(figure, mark) for mark in figure.marks if mark.kind in LASTING]
    glyphs = [_glyph(figure, mark) for mark in _apart(figure.marks)]
    return tag("div", *lines, *glyphs, class_="marks", aria_hidden="true")


def _apart(marks: Sequence[Mark]) -> list[Mark]:
    """The marks with those of a kind left out that begin too soon after another for a glyph."""
    apart: list[Mark] = []
    for mark in marks:
        if not apart or apart[-1].kind is not mark.kind or mark.first - apart[-1].first >= _ROOM_OF:
            apart.append(mark)
    return apart


def _glyph(figure: Bars, mark: Mark) -> Html:
    place, width = (mark.first - figure.days[0].day).days, 100 / len(figure.days)
    middle = f"left:{(place + 0.5) * width:.2f}%"
    return tag("em", GLYPHS[mark.kind], style=middle, class_=_CLASSES[mark.kind])


def _line(figure: Bars, mark: Mark) -> Html:
    """A line over the days after the one with the glyph."""
    place, width = (mark.first - figure.days[0].day).days, 100 / len(figure.days)
    ends = f"left:{(place + 1) * width:.2f}%;width:{(mark.last - mark.first).days * width:.2f}%"
    return tag("s", style=ends, class_=_CLASSES[mark.kind])


def _key(figure: Bars) -> Html | None:
    """What the glyphs mean."""
    kinds = kinds_of(figure.marks)
    words = [tag("span", f"{GLYPHS[kind]} {kind.value}") for kind in kinds]
    return tag("p", *words, class_="key", aria_hidden="true") if words else None


def _bar(bar: Bar, top: float, marks: Sequence[Mark] = ()) -> Html:
    """A day: its normal range, its bar, and a glyph where it failed or was not measured."""
    behind = _behind(bar.day, marks)
    band = None
    if bar.low is not None and bar.high is not None:
        bottom, height = _percent(bar.low, top), _percent(bar.high - bar.low, top)
        band = tag("u", style=f"bottom:{bottom};height:{height}")
    if bar.value is None:
        return tag("i", *behind, band, class_="none")
    return tag("i", *behind, band, tag("s", style=f"height:{_percent(bar.value, top)}"),
               class_=_failed(bar).strip() or None)  # fmt: skip


def _behind(day: date, marks: Sequence[Mark]) -> list[Html]:
    """A band on a special or closed day, a dotted line at a release; none where there are many."""
    drawn = [mark for mark in marks if mark.covers(day) and is_drawn(mark.kind, marks)]
    kinds = (Kind.CLOSED_DAY, Kind.SPECIAL_DAY, Kind.RELEASE)
    return [
        tag("b", class_=_CLASSES[kind]) for kind in kinds
        if any(mark.kind is kind for mark in drawn)
    ]  # fmt: skip


def _failed(bar: Bar) -> str:
    """A day that failed, or that a waiver lets pass, looks so."""
    if bar.status is Status.WAIVED:
        return " waived"
    return " failed" if bar.status in _FAILING else ""


def _percent(value: float, top: float) -> str:
    return f"{min(100.0, max(0.0, 100 * value / top)):.1f}%"


def _limit(figure: Bars, top: float) -> Html | None:
    if figure.limit is None or figure.limit[0] / top < _LEAST_HEIGHT:
        return None
    at, label = figure.limit
    return tag("span", tag("em", label), class_="limit", style=f"bottom:{_percent(at, top)}")


def _check(context: page.PageContext, verdict: Verdict, title: str) -> Bars:
    """The judged day as it is now, other days as the gate recorded them."""
    days = tuple(
        _recorded(context, day, verdict) for day in status_grid.days_until(context.day, _DAYS)
    )
    limit = verdict.threshold
    label = f"limit {_value_text(limit, verdict)}"
    shown_limit = None if limit is None or limit <= 0 else (float(limit), label)
    marks = day_marks.of(context, [bar.day for bar in days], (verdict.id,))
    return Bars(title, _value_text(verdict.value, verdict), days, shown_limit, marks)


def _recorded(context: page.PageContext, day: date, verdict: Verdict) -> Bar:
    if day == context.day:
        value = None if verdict.value is None else float(verdict.value)
        return Bar(day, value, verdict.status)
    evaluation = context.evaluation_of(day)
    if evaluation is None:
        return Bar(day, None, None)
    return Bar(day, evaluation.values.get(verdict.id), evaluation.statuses.get(verdict.id))


def _value_text(value: float | None, verdict: Verdict) -> str:
    """A value in the check's unit, with enough digits to compare it with the limit."""
    if value is None:
        return look.look_of(verdict.status).word.lower()
    if verdict.unit == "share":
        return look.percent(value, verdict.threshold if value != verdict.threshold else None)
    return look.count(value)


def _volume(context: page.PageContext) -> Bars:
    """Events a day with their expected range, counted in the warehouse now."""
    verdict = context.verdict("volume_expected")
    answer = data.evidence(read_volume, context.pipeline, context.day, days=_DAYS)
    if answer.value is None:
        return Bars("Events a day", "not measured", ())
    days = tuple(
        Bar(
            day.day, None if day.events is None else float(day.events),
            verdict.status if verdict and day.day == context.day
            else context.status_of(day.day, "volume_expected"),
            day.normal.low if day.normal else None, day.normal.high if day.normal else None,
        )
        for day in answer.value.days[-_DAYS:]
    )  # fmt: skip
    marks = day_marks.of(context, [bar.day for bar in days], ("volume_expected", "volume_trend"))
    return Bars("Events a day", look.count(answer.value.days[-1].events), days, marks=marks)
