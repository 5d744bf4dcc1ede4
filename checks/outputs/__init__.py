"""The formats a report can be printed in: one module each, named as the format.

A module here whose name does not begin with an underscore is a format and has
`render(report, *, color=False) -> str`. Every format makes each value of the report
inert before it writes it: values come from data and from people.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from checks.core.capping import capped
from checks.core.model import Report


class Renderer(Protocol):
    """What a format's `render` is. Formats made for machines have no colour to turn on."""

    def __call__(self, report: Report, *, color: bool = False) -> str: ...


def formats() -> tuple[str, ...]:
    """The names of all formats, sorted; none of them is imported."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def render(name: str, report: Report, *, color: bool = False) -> str:
    """The report in one format, ending in a newline unless there is nothing to say.

    Of a bounded size: what is too long is cut, and says so.
    Raises ValueError for a format that does not exist.
    """
    if name not in formats():
        raise ValueError(f"unknown format {name!r}; known: {', '.join(formats())}")
    module = importlib.import_module(f"{__name__}.{name}")
    return cast(Renderer, module.render)(capped(report), color=color)
