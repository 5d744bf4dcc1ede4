"""The engines that the tests know, one file each: those that run here, and those only compiled."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import sqlalchemy as sa

from tests.engines.base import Engine


def modules() -> tuple[str, ...]:
    """The names of the engines' files."""
    names = (module.name for module in iter_modules(__path__))
    return tuple(name for name in names if name != "base" and not name.startswith("_"))


def running() -> tuple[Engine, ...]:
    """The engines that can be asked, DuckDB first: the others are compared with it."""
    engines = [import_module(f"{__name__}.{name}").ENGINE for name in modules()]
    return tuple(sorted((e for e in engines if e.runs), key=lambda e: (e.name != "duckdb", e.name)))


def named(name: str) -> Engine:
    """One engine by its file's name."""
    return next(engine for engine in running() if engine.name == name)


def of_url(url: str) -> Engine:
    """The engine that a warehouse's URL means."""
    driver = sa.make_url(url).drivername
    return next(engine for engine in running() if engine.owns(driver))
