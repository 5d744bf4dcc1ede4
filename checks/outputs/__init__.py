"""The formats in which a report can be printed: one module each, named like the format.

A module here whose name does not begin with an underscore is a format and has
`render(report, *, color=False) -> str`. Every format makes each value of the report
inert before writing it: values come from data and from people.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from checks.core.capping import capped
from checks.core.model import Report


class Renderer(Protocol):
    """The type of a format's `render`. Formats made for machines ignore `color`."""

    def __call__(self, report: Report, *, color: bool = False) -> str: ...


def formats() -> tuple[str, ...]:
    """The names of all formats, sorted; none of them is imported."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def render(name: str, report: Report, *, color: bool = False) -> str:
    """The report in one format, ending in a newline unless it is empty.

    Its size is bounded: what is too long is cut, visibly.
    Raises ValueError for an unknown format.
    """
    if name not in formats():
        raise ValueError(f"unknown format {name!r}; known: {', '.join(formats())}")
    module = importlib.import_module(f"{__name__}.{name}")
    return cast(Renderer, module.render)(capped(report), color=color)
