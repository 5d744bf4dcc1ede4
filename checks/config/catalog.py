"""The `checks:` section: settings common to every check and its own, in one flat mapping."""

from __future__ import annotations

from typing import NamedTuple

from checks.config.declared import Declaration, settings_of
from checks.config.model import CheckSettings
from checks.config.nodes import Entry, read_mapping
from checks.config.sections import read_values, report_conflicts, report_unknown
from checks.config.values import Scope
from checks.judging.check import Check


class ReadCheck(NamedTuple):
    """One check's settings; None where they have problems. `enabled` is known either way."""

    enabled: bool
    settings: CheckSettings | None


def read_checks(
    entry: Entry | None, checks: tuple[Check, ...], scope: Scope
) -> dict[str, ReadCheck]:
    """Settings of every known check, in catalog order, mentioned or not."""
    check_entries = read_mapping(entry.node, "checks", scope.problems) if entry is not None else {}
    report_unknown(check_entries, [check.id for check in checks], "checks", scope, "check")
    common = settings_of(CheckSettings)
    return {
        check.id: _read_check(check, common, check_entries.get(check.id), scope) for check in checks
    }


def _read_check(
    check: Check, common: tuple[Declaration, ...], entry: Entry | None, scope: Scope
) -> ReadCheck:
    key = f"checks.{check.id}"
    before = len(scope.problems)
    entries = read_mapping(entry.node, key, scope.problems) if entry is not None else {}
    line = entry.line if entry is not None else None
    own = settings_of(check.params)
    report_unknown(entries, [declared.name for declared in (*common, *own)], key, scope)
    values = read_values(own, entries, key, line, scope)
    params = check.params(**values) if len(scope.problems) == before else None
    general = read_values(common, entries, key, line, scope)
    enabled = general["enabled"] is not False
    # Limits that contradict each other are reported even where an owner or a severity is wrong.
    if params is not None:
        report_conflicts(params, own, entries, key, line, scope)
    if len(scope.problems) > before:
        return ReadCheck(enabled, None)
    return ReadCheck(enabled, CheckSettings(**general, params=params))
