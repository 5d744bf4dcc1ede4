"""The catalog: one check a file, found by its name; `_` marks what checks share."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from checks.core.errors import UsageError
from checks.core.text import did_you_mean, quoted
from checks.judging.check import Check


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, in the order of its `order`. Raises ValueError for duplicate ids."""
    names = [info.name for info in iter_modules(__path__) if not info.name.startswith("_")]
    checks = [import_module(f"{__name__}.{name}").CHECK for name in names]
    if len({check.id for check in checks}) != len(checks):
        raise ValueError("two checks of the catalog have the same id")
    return tuple(sorted(checks, key=lambda check: check.order))


@cache
def has_own_page(check_id: str) -> bool:
    """Whether no other check has its evidence on the same page."""
    page = get_check(check_id).page
    return sum(check.page == page for check in all_checks()) == 1


def get_check(check_id: str) -> Check:
    """One check by its id. Raises UsageError with the nearest id for an unknown one."""
    for check in all_checks():
        if check.id == check_id:
            return check
    ids = tuple(check.id for check in all_checks())
    near = did_you_mean(check_id, ids)
    hint = f"did you mean {near}?" if near else f"known checks: {', '.join(ids)}"
    raise UsageError(f"unknown check {quoted(check_id)}; {hint}")
