"""What to do about a red check whose cause is known, more exactly than its judge can say. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from checks.core.model import Explanation, Status, Verdict
from checks.core.text import clean, count_text, plural, quoted, short_day
from checks.explaining import kinds
from checks.explaining.wording import hour_text, names_text, segment_text

_THEN: Final = "then run the gate again"
#: How a sentence begins whose hour is not certain.
_NOT_SHARP: Final = ("Since about ", "From about ")


def action_of(verdict: Verdict, data_date: date) -> str:
    """One imperative with its subject; the judge's own where the cause says nothing more."""
    explanation = verdict.explanation
    if explanation is None or verdict.status is not Status.RED or verdict.because is not None:
        return verdict.action
    write = _WRITERS.get((explanation.kind, verdict.id)) or _WRITERS.get((explanation.kind, ""))
    text = write(explanation, data_date) if write is not None else None
    return verdict.action if text is None else f"{text}."


def _of_rejected_part(cause: Explanation, data_date: date) -> str | None:
    rows = cause.evidence.get("rows")
    if not rows:
        return None
    column, value = cause.evidence.get("column"), cause.evidence.get("value")
    sender = "these rows"
    if column is not None:
        part = f"of {segment_text(column, value)}" if value is not None else f"without {column}"
        sender = f"the rows {clean(part)}"
    since = cause.evidence.get("since")
    is_about = cause.text.startswith(_NOT_SHARP)
    when = _when(cause.evidence.get("hours"), since, is_about=is_about)
    which = f"the rows of each day since then ({count_text(rows)} on {short_day(data_date)})"
    repair = which if since else "this row" if rows == 1 else f"these {plural(rows, 'row')}"
    again = "it" if rows == 1 and not since else "them"
    return f"Ask who sends {sender} what changed{when}, repair {repair} and load {again} again"


def _when(hours: Any, since: Any, *, is_about: bool) -> str:
    """` at 06:00`, ` at about 06:00`, ` on 2 March`; nothing where the beginning is not known."""
    if since:
        return f" on {short_day(date.fromisoformat(str(since)))}"
    if not hours or not hours[0]:
        return ""
    return f" at {'about ' if is_about else ''}{hour_text(hours[0])}"


def _of_hours(cause: Explanation, data_date: date) -> str:
    return (
        f"Load the hours of {short_day(data_date)} that are missing, or find out why they did not "
        f"arrive, {_THEN}"
    )


def _of_double_load(cause: Explanation, data_date: date) -> str:
    source = cause.evidence.get("source")
    if source is None and (sources := cause.evidence.get("sources")):
        them = f"{names_text(sources)} brought again, find out why they were loaded twice"
        return f"Remove the rows that {them}, {_THEN}"
    if source is None:
        return _of_repeats(cause, data_date)
    return (
        f"Remove the rows that {quoted(source)} brought again, find out why it was loaded twice, "
        f"{_THEN}"
    )


def _of_repeats(cause: Explanation, data_date: date) -> str:
    rows = plural(cause.evidence.get("repeated") or 0, "repeated event")
    return f"Remove the {rows}, find out which load ran twice, {_THEN}"


def _of_rejections(cause: Explanation, data_date: date) -> str:
    rows = plural(cause.evidence.get("rows_rejected") or 0, "rejected row")
    return f"Look at the {rows} of {short_day(data_date)}, repair and load them again, {_THEN}"


def _of_missing_source(cause: Explanation, data_date: date) -> str:
    names = names_text(cause.evidence["sources"])
    them = "it" if len(cause.evidence["sources"]) == 1 else "them"
    return f"Load {names} of {short_day(data_date)}, or ask who sends {them}, {_THEN}"


def _of_short_source(cause: Explanation, data_date: date) -> str | None:
    source = cause.evidence.get("source")
    if source is None:
        return None
    return f"Ask for the rest of {quoted(source)} of {short_day(data_date)}, load it again, {_THEN}"


_WRITERS: Final[Mapping[tuple[str, str], Callable[[Explanation, date], str | None]]] = {
    (kinds.SINCE_HOUR, "quarantine_rate"): _of_rejected_part,
    (kinds.SEGMENT, "quarantine_rate"): _of_rejected_part,
    (kinds.HOURS_MISSING, ""): _of_hours,
    (kinds.LOADED_TWICE, ""): _of_double_load,
    (kinds.REPEATED_ROWS, ""): _of_repeats,
    (kinds.ROWS_REJECTED, ""): _of_rejections,
    (kinds.SOURCE_MISSING, ""): _of_missing_source,
    (kinds.SOURCE_SHORT, ""): _of_short_source,
}
