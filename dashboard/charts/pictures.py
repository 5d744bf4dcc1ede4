"""The pictures of the wall screen: one number a day with its limit, as SVG that scales.

Plain SVG: a wall screen has no mouse, may be 4K, and must not wait for five megabytes of script.
Every number was measured and judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from checks.core.model import Status
from dashboard import look

_WIDTH, _HEIGHT = 460.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 8.0, 8.0, 20.0, 30.0
_FAILING: Final = (Status.RED, Status.UNKNOWN, Status.AMBER)


class Point(NamedTuple):
    """One day's number; None where none was measured, with the status as recorded."""

    day: date
    value: float | None
    status: Status | None
    low: float | None = None
    high: float | None = None


class Picture(NamedTuple):
    """One picture. `now`: the judged day's number as text; `limits`: with their labels."""

    title: str
    now: str
    points: tuple[Point, ...]
    limits: tuple[tuple[float, str], ...] = ()
    status: Status | None = None


Shape = dict[str, Any]


def svg_of(picture: Picture) -> dict[str, Any]:
    """The picture as plain data: its texts, and shapes of an SVG of `_WIDTH` by `_HEIGHT`."""
    scale = _Scale(picture)
    shapes = [*_band(picture.points, scale)]
    for y, name in picture.limits:
        shapes += _limit(y, name, scale)
    for index, point in enumerate(picture.points):
        shapes += _mark(point, index, scale)
    return {
        "title": picture.title,
        "now": picture.now,
        "css": f"{look.look_of(picture.status).css}-edge",
        "words": _description(picture),
        "box": f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        "shapes": shapes + _day_labels(picture.points),
    }


class _Scale:
    """Coordinates of days and numbers."""

    def __init__(self, picture: Picture) -> None:
        numbers = [point.value for point in picture.points if point.value is not None]
        numbers += [
            edge for point in picture.points for edge in (point.low, point.high) if edge is not None
        ]
        numbers += [y for y, _ in picture.limits]
        self.top = max([*numbers, 0.0]) * 1.12 or 1.0
        self.bottom = min([*numbers, 0.0]) * 1.12
        self.step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(picture.points))

    def x(self, index: float) -> float:
        return _LEFT + self.step * (index + 0.5)

    def y(self, value: float) -> float:
        share = (value - self.bottom) / (self.top - self.bottom)
        return _TOP + (1 - share) * (_HEIGHT - _TOP - _BOTTOM)


def _mark(point: Point, index: int, scale: _Scale) -> list[Shape]:
    """A bar; a failing day's is solid, a waived one's dotted, and both have a glyph.

    A missing number is a glyph alone.
    """
    x, ground = scale.x(index), scale.y(0)
    glyph = look.look_of(point.status).glyph
    if point.value is None:
        return [_text(glyph, x, ground - 4, "gap")]
    top, bottom = sorted((scale.y(point.value), ground))
    failed, waived = point.status in _FAILING, point.status is Status.WAIVED
    css = "bar failed" if failed else "bar waived" if waived else "bar"
    bar = _rect(x, top, scale.step * 0.72, max(bottom - top, 1.5), css)
    if waived:
        return [bar, _text(glyph, x, top - 3, "fail waived")]
    return [bar, _text(glyph, x, top - 3, "fail")] if failed else [bar]


def _band(points: Sequence[Point], scale: _Scale) -> list[Shape]:
    """The normal range of the days that have one."""
    return [
        _rect(
            scale.x(i),
            scale.y(point.high),
            scale.step,
            scale.y(point.low) - scale.y(point.high),
            "band",
        )
        for i, point in enumerate(points)
        if point.low is not None and point.high is not None
    ]


def _limit(y: float, name: str, scale: _Scale) -> list[Shape]:
    at = round(scale.y(y), 1)
    above = at - 5 if at > 24 else at + 15
    line = {
        "name": "line",
        "class": "limit",
        "x1": _LEFT,
        "x2": _WIDTH - _RIGHT,
        "y1": at,
        "y2": at,
    }
    return [line, _text(name, _LEFT, above, "name")]


def _day_labels(points: Sequence[Point]) -> list[Shape]:
    """The first and the last day under the bars."""
    if not points:
        return []
    first, last, ground = points[0].day, points[-1].day, _HEIGHT - 6
    return [
        _text(f"{first.day} {first:%b}", _LEFT, ground, "day"),
        _text(f"{last.day} {last:%b}", _WIDTH - _RIGHT, ground, "day last"),
    ]


def _rect(middle: float, top: float, width: float, height: float, css: str) -> Shape:
    return {
        "name": "rect", "class": css, "x": round(middle - width / 2, 1), "y": round(top, 1),
        "width": round(width, 1), "height": round(height, 1),
    }  # fmt: skip


def _text(text: str, x: float, y: float, css: str) -> Shape:
    return {"name": "text", "class": css, "x": round(x, 1), "y": round(y, 1), "text": text}


def _description(picture: Picture) -> str:
    failing = sum(point.status in _FAILING for point in picture.points)
    return f"{picture.title}: {picture.now}; {failing} of {len(picture.points)} days failed"
