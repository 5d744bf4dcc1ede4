"""What a repair of an explained cause would come to, by the numbers of the report. Pure.

Nothing is measured again, and nothing is claimed that the report does not hold: a number that
could only be estimated is `about`, and what only the next load can show is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from checks.core.model import STOPPING, Explanation, Report, Status, Verdict
from checks.core.text import about_text, count_text, percent_text, plural
from checks.explaining import kinds

#: The checks that judge how many events there are by a range, and whether its ends are inside.
_VOLUME = {"volume_expected": True, "volume_zscore": False}
_HOURS = 24
_REJECTED = "quarantine_rate"
#: From so many rows on, a source alone above the stop warns, whatever the whole is.
_MANY_ROWS = 100


class Effect(NamedTuple):
    """One number before and after. status: of its check afterwards; None where it is not known."""

    label: str
    before: str
    after: str
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """What would follow if something were repaired.

    condition: a clause, as `If the 2,559 rows are repaired and loaded again`. remaining: the
    checks that would still stop the line. unknown: what nobody knows before, without a full stop.
    """

    condition: str
    effects: tuple[Effect, ...]
    remaining: tuple[str, ...]
    unknown: str


class _Draft(NamedTuple):
    """A repair without what remains. fixed: the checks that would be fine."""

    condition: str
    effects: list[Effect]
    fixed: set[str]
    unknown: str


_Drafter: TypeAlias = Callable[[Report, Verdict], "_Draft | None"]


def repair_of(report: Report, check: str) -> Repair | None:
    """What a repair of the cause of a red check would change; None where nothing can be said."""
    verdict = next((each for each in report.checks if each.id == check), None)
    if verdict is None or verdict.status is not Status.RED:
        return None
    draft = _drafter(verdict)(report, verdict)
    if draft is None:
        return None
    return Repair(
        draft.condition, tuple(draft.effects), _remaining(report, verdict, draft), draft.unknown
    )


def _drafter(verdict: Verdict) -> _Drafter:
    kind = verdict.explanation.kind if verdict.explanation is not None else None
    return _BY_KIND.get(kind or "") or _BY_CHECK.get(verdict.id, _nothing)


def _nothing(report: Report, verdict: Verdict) -> None:
    return None


def _remaining(report: Report, verdict: Verdict, draft: _Draft) -> tuple[str, ...]:
    """Checks that stop the line now and would still: those with another cause."""
    text = verdict.explanation.text if verdict.explanation is not None else None
    judged_again = set(_VOLUME) | {_REJECTED, verdict.id}
    same = {
        each.id for each in report.checks
        if text is not None and each.explanation is not None and each.explanation.text == text
    }  # fmt: skip
    covered = draft.fixed | (same - judged_again)
    return tuple(
        each.id for each in report.checks
        if each.status in STOPPING and each.id not in covered and each.because not in covered
    )  # fmt: skip


# ---- rejected rows


def _rejected(report: Report, verdict: Verdict) -> _Draft | None:
    """Rejected rows are repaired: the explained ones, or all."""
    read, rejected = verdict.details.get("rows_read"), verdict.details.get("rows_quarantined")
    if verdict.id != _REJECTED or not read or not rejected or verdict.threshold is None:
        return None
    evidence = _evidence(verdict)
    rows = min(int(evidence.get("rows") or rejected), rejected)
    after = (rejected - rows) / read
    status = _rate_status(verdict, after)
    limit = float(verdict.threshold)
    effects = [
        Effect(
            "Rejected share", percent_text(rejected / read, limit), percent_text(after, limit),
            status,
        )
    ]  # fmt: skip
    fixed = {verdict.id} if status is not Status.RED else set()
    _add_events(report, rows, effects, fixed)
    which = "the" if rows < rejected else "all"
    condition = f"If {which} {plural(rows, 'row')} are repaired and loaded again"
    return _Draft(condition, effects, fixed, "what the other checks say of these rows")


def _rate_status(verdict: Verdict, rate: float) -> Status | None:
    """Red above the limit; below it not known, where single sources or loads may still warn."""
    if verdict.threshold is None or rate > verdict.threshold:
        return Status.RED
    stop_above = verdict.details.get("stop_above") or 1.0
    sources = verdict.details.get("sources") or ()
    may_warn = len(sources) > 1 and any(
        source["rate"] > stop_above and source["rows_read"] >= _MANY_ROWS for source in sources
    )
    return None if may_warn or verdict.details.get("several_entries") else Status.GREEN


# ---- events that are missing, or there twice


def _hours(report: Report, verdict: Verdict) -> _Draft | None:
    """Missing hours arrive as on a usual day."""
    evidence = _evidence(verdict)
    gaps, expected = evidence.get("hours") or (), evidence.get("expected") or 0
    if not gaps or not expected or _is_partial(report):
        return None
    effects: list[Effect] = []
    fixed: set[str] = set()
    if gaps[-1][1] == _HOURS:
        fixed.add("freshness")
        effects.append(
            Effect("Newest event", _newest_text(report, evidence), "23:59", Status.GREEN)
        )
    _add_events(report, expected, effects, fixed, is_about=True)
    begin = f"the hours from {gaps[0][0]:02d}:00" if len(gaps) == 1 else "the missing hours"
    return _Draft(
        f"If {begin} arrive as on a usual day", effects, fixed, "what the missing rows contain"
    )


def _newest_text(report: Report, evidence: Mapping[str, Any]) -> str:
    newest = evidence.get("newest")
    if not newest:
        return "none"
    moment = newest if isinstance(newest, datetime) else datetime.fromisoformat(str(newest))
    return f"{moment.astimezone(ZoneInfo(report.timezone)):%H:%M}"


def _twice(report: Report, verdict: Verdict) -> _Draft | None:
    """The rows that are there a second time are removed."""
    repeated = _evidence(verdict).get("repeated")
    if not repeated:
        return None
    effects: list[Effect] = []
    fixed: set[str] = set()
    _add_events(report, -repeated, effects, fixed)
    return _Draft(
        f"If the {plural(repeated, 'repeated row')} are removed", effects, fixed,
        "whether orders and sessions were built from both loads",
    )  # fmt: skip


def _source(report: Report, verdict: Verdict) -> _Draft | None:
    """A missing or short source is loaded with its usual rows."""
    evidence = _evidence(verdict)
    lacking = (evidence.get("expected") or 0) - (evidence.get("rows") or 0)
    if lacking <= 0 or _is_partial(report):
        return None
    effects: list[Effect] = []
    fixed: set[str] = set()
    _add_events(report, lacking, effects, fixed, is_about=True)
    names = evidence.get("sources") or ()
    what = "the missing sources are" if len(names) > 1 else "the source is"
    return _Draft(
        f"If {what} loaded with the usual rows", effects, fixed, "what the missing rows contain"
    )


def _add_events(
    report: Report, more: float, effects: list[Effect], fixed: set[str], *, is_about: bool = False
) -> None:
    """How many events the day would have, by the checks that judge that.

    more: negative for rows that are removed. is_about: whether it is an estimate.
    """
    judged = [each for each in report.checks if each.id in _VOLUME and "low" in each.details]
    if not judged or _is_partial(report):
        return
    before = judged[0].details["events"]
    after = before + more
    fine = {each.id for each in judged if _is_inside(each, after)}
    fixed |= fine
    status = Status.GREEN if len(fine) == len(judged) else Status.RED
    after_text = about_text(after) if is_about else count_text(after)
    effects.append(Effect("Events", count_text(before), after_text, status))


def _is_inside(verdict: Verdict, count: float) -> bool:
    low, high = float(verdict.details["low"]), float(verdict.details["high"])
    return low <= count <= high if _VOLUME[verdict.id] else low < count < high


def _is_partial(report: Report) -> bool:
    return any(each.details.get("partial_day") for each in report.checks)


# ---- purchases and orders


def _revenue(report: Report, verdict: Verdict) -> _Draft | None:
    missing, purchases = verdict.details.get("missing"), verdict.details.get("purchases")
    if not missing or not purchases or verdict.threshold is None:
        return None
    share = percent_text(missing / purchases, float(verdict.threshold))
    return _Draft(
        f"If the amounts of {plural(missing, 'purchase')} are repaired",
        [
            Effect("Purchases without revenue", count_text(missing), "0"),
            Effect("Their share", share, "0.0 %", Status.GREEN),
        ],
        {verdict.id}, "how much revenue they bring",
    )  # fmt: skip


def _orphans(report: Report, verdict: Verdict) -> _Draft | None:
    orphans, by_kind = verdict.details.get("orphans"), verdict.details.get("kinds") or ()
    if not orphans or verdict.details.get("unmeasured"):
        return None
    revenue = sum(kind["dark_revenue"] or 0.0 for kind in by_kind)
    effects = [Effect("Orphan orders", count_text(orphans), "0", _without_orphans(verdict))]
    if revenue:
        effects.append(Effect("Unattributed revenue", f"{revenue:,.2f}", "0.00"))
    return _Draft(
        f"If {plural(orphans, 'orphan')} are repaired", effects, {verdict.id},
        "to which channels they belong",
    )  # fmt: skip


def _without_orphans(verdict: Verdict) -> Status | None:
    """Not known where repeated ids may still warn."""
    repeated = verdict.details.get("duplicate_order_ids") or verdict.details.get("duplicate_share")
    return None if repeated else Status.GREEN


def _evidence(verdict: Verdict) -> Mapping[str, Any]:
    explanation: Explanation | None = verdict.explanation
    return explanation.evidence if explanation is not None else {}


_BY_CHECK: Mapping[str, _Drafter] = {
    _REJECTED: _rejected,
    "missing_revenue": _revenue,
    "orphan_orders": _orphans,
}
_BY_KIND: Mapping[str, _Drafter] = {
    kinds.HOURS_MISSING: _hours,
    kinds.LOADED_TWICE: _twice,
    kinds.REPEATED_ROWS: _twice,
    kinds.SOURCE_MISSING: _source,
    kinds.SOURCE_SHORT: _source,
}


def remaining_text(repair: Repair, most: int = 3) -> str:
    """`Then nothing stops the line`, `Then only orphan_orders stops the line`."""
    left = repair.remaining
    if not left:
        return "Then nothing stops the line"
    if len(left) == 1:
        return f"Then only {left[0]} stops the line"
    return f"Then {_named(left, most)} still stop the line"


def _named(checks: Iterable[str], most: int) -> str:
    names = list(checks)
    shown = names[:most]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
