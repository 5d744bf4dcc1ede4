"""What a repair of an explained cause would come to, by the numbers of the report. Pure.

Nothing is measured again, and nothing is claimed that the report does not hold: a number that
could only be estimated is `about`, a check that may or may not be settled as well is named as not
known, and where rows are of no day or of another one, no status is promised at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from checks.catalog._source_rates import is_alarming
from checks.core.chance import EXACT
from checks.core.model import STOPPING, Report, Status, Verdict, worst
from checks.core.text import about_text, count_text, percent_text, plural, short_day
from checks.detection import Basis
from checks.explaining import kinds

#: The checks that judge how many events there are by a range, and whether its ends are inside.
_VOLUME = {"volume_expected": True, "volume_zscore": False}
_REJECTED = "quarantine_rate"
#: Rows of which the report says that they belong to no day, or to another one.
_ASTRAY = (
    "undated_events", "far_events", "future_events", "undated_purchases", "far_purchases",
    "undated_rows", "astray_rows", "future_rows", "undated_orders", "far_orders", "future_orders",
)  # fmt: skip


class Effect(NamedTuple):
    """One number before and after. status: of its check afterwards; None where it is not known."""

    label: str
    before: str
    after: str
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """What would follow if something were repaired.

    condition: a clause, as `If the 2,559 rows are repaired and loaded again`. red: checks that
    would be red by the numbers of the effects. unsettled: checks that stop the line now for another
    cause, or for none that is told: the repair may settle them or not. unknown: what nobody knows
    before.
    """

    day: date | None
    condition: str
    effects: tuple[Effect, ...]
    red: tuple[str, ...]
    unsettled: tuple[str, ...]
    unknown: str

    @property
    def outcome(self) -> str:
        """What stops the line then, as sentences."""
        doubts = [f"whether this settles {_named(self.unsettled)}"] if self.unsettled else []
        sentences = [f"Not known: {'; '.join([*doubts, self.unknown])}."]
        if self.red:
            sentences.insert(0, f"Red by these numbers: {_named(self.red)}.")
        elif not self.unsettled:
            day = f" of {short_day(self.day)}" if self.day is not None else ""
            sentences.insert(0, f"Then nothing known stops the line{day}.")
        return " ".join(sentences)


class _Draft(NamedTuple):
    """A repair before other checks are looked at. judged: checks of the effects, by status then."""

    condition: str
    effects: list[Effect]
    judged: dict[str, Status]
    unknown: str


_Drafter: TypeAlias = Callable[[Report, Verdict], "_Draft | None"]


def repair_of(report: Report, check: str) -> Repair | None:
    """What a repair of the cause of a red check would change; None where nothing can be said."""
    verdict = next((each for each in report.checks if each.id == check), None)
    if verdict is None or verdict.status is not Status.RED or _is_partial(report):
        return None
    draft = _drafter(verdict)(report, verdict)
    if draft is None or not draft.effects:
        return None
    red = tuple(each for each, status in draft.judged.items() if status is Status.RED)
    settled = set(draft.judged)
    if not _is_of_a_source(verdict):  # more events do not say that the rules of others are kept
        settled |= {verdict.id, *_of_the_same_cause(report, verdict)}
    unsettled = tuple(
        each.id for each in report.checks
        if each.status in STOPPING and each.id not in settled and each.because not in settled
    )  # fmt: skip
    effects = draft.effects
    if _has_stray_rows(report):
        effects, red = [effect._replace(status=None) for effect in effects], ()
        doubted = {verdict.id, *draft.judged, *unsettled}
        unsettled = tuple(
            each.id for each in report.checks if each.status in STOPPING and each.id in doubted
        )
    return Repair(report.data_date, draft.condition, tuple(effects), red, unsettled, draft.unknown)


def _drafter(verdict: Verdict) -> _Drafter:
    kind = verdict.explanation.kind if verdict.explanation is not None else None
    return _BY_KIND.get(kind or "") or _BY_CHECK.get(verdict.id, _nothing)


def _nothing(report: Report, verdict: Verdict) -> None:
    return None


def _of_the_same_cause(report: Report, verdict: Verdict) -> set[str]:
    if verdict.explanation is None:
        return set()
    text = verdict.explanation.text
    return {
        each.id for each in report.checks
        if each.explanation is not None and each.explanation.text == text
    }  # fmt: skip


def _has_stray_rows(report: Report) -> bool:
    """Whether rows are of no day or of another one: what they do to a check nobody knows."""
    return any(each.details.get(name) for each in report.checks for name in _ASTRAY)


def _is_of_a_source(verdict: Verdict) -> bool:
    kind = verdict.explanation.kind if verdict.explanation is not None else None
    return kind in (kinds.SOURCE_MISSING, kinds.SOURCE_SHORT)


def _is_partial(report: Report) -> bool:
    return any(each.details.get("partial_day") for each in report.checks)


# ---- rejected rows


def _rejected(report: Report, verdict: Verdict) -> _Draft | None:
    """Rejected rows are repaired: the explained ones, or all."""
    read, rejected = verdict.details.get("rows_read"), verdict.details.get("rows_quarantined")
    if not read or not rejected or verdict.threshold is None:
        return None
    if verdict.details.get("rejected_rows") not in (None, rejected):
        return None  # the log and the rejected rows do not agree: they count other loads or days
    rows = int(_evidence(verdict).get("rows") or rejected)
    if rows > rejected:
        return None
    after, limit = (rejected - rows) / read, float(verdict.threshold)
    status = _rate_status(verdict, after)
    effects = [
        Effect("Rejected share", percent_text(rejected / read, limit), percent_text(after, limit),
               status)
    ]  # fmt: skip
    judged = {} if status is None else {verdict.id: status}
    if verdict.details.get("rejected_rows") is not None:
        _add_events(report, rows, effects, judged)
    which = "all" if rows == rejected > 1 else "the"
    condition = f"If {which} {_are(rows, 'row')} repaired and loaded again"
    return _Draft(condition, effects, judged, "what the other checks say of these rows")


def _rate_status(verdict: Verdict, rate: float) -> Status | None:
    """The status at this rate; None where a single source or load may still make it amber."""
    stop_above = verdict.details.get("stop_above") or 1.0
    if rate > float(verdict.threshold or 0):
        return Status.RED if rate > stop_above else Status(verdict.severity.value)
    sources = verdict.details.get("sources") or ()
    # A report without the key was recorded when every rate was judged by the exact rule.
    judged_by = verdict.details.get("judge", EXACT)
    may_warn = len(sources) > 1 and any(
        is_alarming(source["rows_read"], source["rows_quarantined"], stop_above, judged_by)
        for source in sources
    )
    return None if may_warn or verdict.details.get("several_entries") else Status.GREEN


# ---- events that are missing, or there twice


def _hours(report: Report, verdict: Verdict) -> _Draft | None:
    """Missing hours arrive as on a usual day."""
    evidence = _evidence(verdict)
    gaps, expected = evidence.get("hours") or (), evidence.get("expected") or 0
    if not gaps or not expected:
        return None
    begin = f"the hours from {gaps[0][0]:02d}:00" if len(gaps) == 1 else "the missing hours"
    condition = f"If {begin} arrive as on a usual day"
    return _with_events(report, expected, condition, "what the missing rows contain")


def _twice(report: Report, verdict: Verdict) -> _Draft | None:
    """The rows that are there a second time are removed."""
    repeated = _evidence(verdict).get("repeated")
    if not repeated:
        return None
    condition = f"If the {_are(repeated, 'repeated row')} removed"
    unknown = "whether orders and sessions were built from both loads"
    return _with_events(report, -repeated, condition, unknown, is_about=False)


def _source(report: Report, verdict: Verdict) -> _Draft | None:
    """A missing or short source is loaded with its usual rows."""
    evidence = _evidence(verdict)
    lacking = (evidence.get("expected") or 0) - (evidence.get("rows") or 0)
    if lacking <= 0:
        return None
    names = evidence.get("sources") or ()
    what = "the sources are" if len(names) > 1 else "the source is"
    condition = f"If {what} loaded with the usual rows"
    return _with_events(report, lacking, condition, "what the missing rows contain")


def _with_events(
    report: Report, more: float, condition: str, unknown: str, *, is_about: bool = True
) -> _Draft:
    effects: list[Effect] = []
    judged: dict[str, Status] = {}
    _add_events(report, more, effects, judged, is_about=is_about)
    return _Draft(condition, effects, judged, unknown)


def _add_events(
    report: Report,
    more: float,
    effects: list[Effect],
    judged: dict[str, Status],
    *,
    is_about: bool = False,
) -> None:
    """How many events the day would have, by the checks that judge that.

    more: negative for rows that are removed. is_about: whether it is an estimate.
    """
    by_range = [each for each in report.checks if each.id in _VOLUME and "low" in each.details]
    if not by_range:
        return
    before = by_range[0].details["events"]
    after = before + more
    for each in by_range:
        judged[each.id] = _volume_status(each, by_range, after)
    after_text = about_text(after) if is_about else count_text(after)
    status = worst(judged[each.id] for each in by_range)
    effects.append(Effect("Events", count_text(before), after_text, status))


def _volume_status(verdict: Verdict, by_range: Iterable[Verdict], count: float) -> Status:
    """The status of a check by its range, with so many events; where the weekday explains, amber.

    A level that stood before the day is not ended by it alone.
    by_range: all checks that judge how many events there are.
    """
    level = verdict.details.get("level") or {}
    if level.get("stood_before"):
        return Status(verdict.severity.value)
    if _is_inside(verdict, count):
        return Status.GREEN
    is_explained = verdict.details.get("weekday_explains") and any(
        other.details.get("basis") == Basis.WEEKDAY and _is_inside(other, count)
        for other in by_range
    )
    return Status.AMBER if is_explained else Status(verdict.severity.value)


def _is_inside(verdict: Verdict, count: float) -> bool:
    low, high = float(verdict.details["low"]), float(verdict.details["high"])
    return low <= count <= high if _VOLUME[verdict.id] else low < count < high


# ---- purchases and orders


def _revenue(report: Report, verdict: Verdict) -> _Draft | None:
    missing, purchases = verdict.details.get("missing"), verdict.details.get("purchases")
    if not missing or not purchases or verdict.threshold is None:
        return None
    share = percent_text(missing / purchases, float(verdict.threshold))
    enough = _enough_repairs(missing, verdict.details.get("red_from"))
    return _Draft(
        f"If the amounts of {plural(missing, 'purchase')} are repaired{enough}",
        [
            Effect("Purchases without revenue", count_text(missing), "0"),
            Effect("Their share", share, "0.0 %", Status.GREEN),
        ],
        {verdict.id: Status.GREEN}, "how much revenue they bring",
    )  # fmt: skip


def _enough_repairs(missing: int, red_from: int | None) -> str:
    """How many repairs are enough not to be red, where not all are needed."""
    if red_from is None or red_from <= 1 or missing < red_from:
        return ""
    enough = missing - red_from + 1
    return f" (not red once {count_text(enough)} of them {'is' if enough == 1 else 'are'})"


def _orphans(report: Report, verdict: Verdict) -> _Draft | None:
    orphans, by_kind = verdict.details.get("orphans"), verdict.details.get("kinds") or ()
    if not orphans or verdict.details.get("unmeasured"):
        return None
    revenue = sum(kind["dark_revenue"] or 0.0 for kind in by_kind)
    effects = [Effect("Orphan orders", count_text(orphans), "0", _without_orphans(verdict))]
    if revenue:
        effects.append(Effect("Unattributed revenue", f"{revenue:,.2f}", "0.00"))
    condition = f"If {_are(orphans, 'orphan')} repaired"
    return _Draft(condition, effects, {}, "to which channels they belong")


def _without_orphans(verdict: Verdict) -> Status | None:
    """Not known where repeated ids may still warn."""
    repeated = verdict.details.get("duplicate_order_ids") or verdict.details.get("duplicate_share")
    return None if repeated else Status.GREEN


def _evidence(verdict: Verdict) -> Mapping[str, Any]:
    return verdict.explanation.evidence if verdict.explanation is not None else {}


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


def _are(count: float, noun: str) -> str:
    """`1 row is`, `2,559 rows are`."""
    return f"{plural(count, noun)} {'is' if count == 1 else 'are'}"


def _named(checks: Iterable[str], most: int = 3) -> str:
    """`a`, `a and b`, `a, b, c and 2 more`."""
    names = list(checks)
    if len(names) == 1:
        return names[0]
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
