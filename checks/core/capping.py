"""Limits of a report's size, so that no table, however odd, makes it too big to send. Pure.

A list that is cut keeps its first entries, and a key beside it says how many there were.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from checks.core.model import (
    Acceptance,
    Acknowledgement,
    Explanation,
    Problem,
    Report,
    Status,
    Subjects,
    Verdict,
    WaiverState,
    written_fields,
)
from checks.core.subjects import MORE
from checks.core.text import count_text

#: Entries of one list, and of one mapping, in the details of a verdict.
MOST_LISTED = 200
#: Bytes of a document without spaces in it, as the history keeps it, and with them.
MOST_BYTES, MOST_INDENTED_BYTES = 200_000, 1_000_000
#: Bytes of all texts of all verdicts in the widest of all formats: see `_weight`.
_MOST_TEXT = 120_000
#: Data dates of one document.
MOST_DAYS = 31
_BADNESS = (Status.GREEN, Status.AMBER, Status.UNKNOWN, Status.RED)
_MOST_NOTE_BYTES = 20_000
_REST_BYTES = 200
_MOST_FILTER_BYTES = 500
_TOTAL_SUFFIX = "_total"
#: Lists in the order of time: the newest entries are kept.
_SERIES = frozenset({"daily", "dates"})
#: The filters that show the rows behind a verdict: useful only as a whole.
_FILTERS = "filters"
#: (entries of a list, bytes of a text): the next pair is used while a document is too big.
_STEPS = (
    (MOST_LISTED, 2_000), (MOST_LISTED, 500), (MOST_LISTED, 200), (100, 200), (50, 200),
    (25, 200), (12, 100), (6, 100), (3, 60), (1, 60), (0, 60),
)  # fmt: skip
#: How many keys of the details are kept in any case.
_LEAST_KEYS = 50
#: How many acceptances one report has: the first of the history.
_MOST_ACCEPTED = 50
_TEXTS = ("message", "file", "key", "found", "allowed", "hint")
_WORST_CHARACTER = 12
#: Characters that some format writes as a longer escape, and how many bytes that adds.
_ESCAPED = {"|": 5, '"': 5, "'": 5, "&": 5, "<": 5, ">": 5, "`": 5, "#": 5, "%": 2, "@": 3} | (
    dict.fromkeys("\\*_![]~$:+-=", 1)
)

#: Types whose values are short and valid JSON. Not float: JSON has no infinity or NaN.
_SHORT = (int, type(None))

T = TypeVar("T")
Plain = Callable[[Any], Any]


class _Lengths(NamedTuple):
    """The most bytes of a sentence, of a name or short reason, of an address, and of all names
    together that a check fails for."""

    sentence: int
    name: int
    address: int
    subjects: int


#: The next lengths are used while a report is too big.
_LENGTHS = (
    _Lengths(2_000, 2_000, 3_000, 20_000), _Lengths(1_000, 300, 1_500, 4_000),
    _Lengths(500, 150, 800, 1_000), _Lengths(200, 100, 300, 300), _Lengths(120, 60, 200, 150),
)  # fmt: skip
_DEFAULT_LENGTHS = _LENGTHS[0]


def capped(report: Report) -> Report:
    """The report with texts and lists of a bounded size, except for details: see `fit_details`.

    Of many data dates the worst are kept, and a warning says how many others there are.
    """
    days = _worst_days(report.days)
    more = len(report.days) - len(days)
    if more:
        note = f"{_more_text(more, 'data date')} are not listed: the worst {MOST_DAYS} are"
        report = replace(report, warnings=(*report.warnings, note))
    share = 1 + len(days)
    capped_days = tuple(_capped_day(day, share) for day in days)
    return replace(_capped_day(report, share), days=capped_days)


def _worst_days(days: Sequence[Report]) -> Sequence[Report]:
    """The days that a document has, oldest first: the worst, of equal ones the newest."""
    if len(days) <= MOST_DAYS:
        return days
    worst_first = sorted(
        range(len(days)), key=lambda i: (_BADNESS.index(days[i].verdict), i), reverse=True
    )
    return [days[index] for index in sorted(worst_first[:MOST_DAYS])]


def _capped_day(report: Report, share: int) -> Report:
    """One data date with texts and lists of a bounded size. share: how many share the bounds."""
    for lengths in _LENGTHS[min(share // 4, len(_LENGTHS) - 1) :]:
        checks = tuple(_verdict(verdict, lengths) for verdict in report.checks)
        waivers = tuple(_waiver(waiver, lengths) for waiver in report.waivers)
        acceptances = tuple(
            _acceptance(acceptance, lengths) for acceptance in report.acceptances[:_MOST_ACCEPTED]
        )
        if sum(map(_text_size, (*checks, *waivers, *acceptances))) <= _MOST_TEXT // share:
            break
    return replace(
        report,
        pipeline=cut(report.pipeline),
        summary=cut(report.summary),
        checks=checks,
        waivers=waivers,
        acceptances=acceptances,
        warnings=_limited(map(cut, report.warnings), lambda n: f"and {_more_text(n, 'warning')}"),
        errors=_limited(
            map(_problem, report.errors), lambda n: Problem(f"and {_more_text(n, 'problem')}")
        ),
    )


def _text_size(part: object) -> int:
    """The bytes of all texts in a part of a report, except for details."""
    if isinstance(part, str):
        return _weight(part)
    if isinstance(part, Mapping):
        return sum(map(_text_size, part.values()))
    if isinstance(part, (list, tuple)):
        return sum(map(_text_size, part))
    if not is_dataclass(part):
        return 0
    return sum(
        _text_size(getattr(part, field.name))
        for field in written_fields(part)
        if field.name != "details"
    )


def cut(text: str, most: int = _DEFAULT_LENGTHS.sentence) -> str:
    """A text of at most `most` bytes in every format; one that was cut ends with `…`."""
    # A character takes at least one byte, and at most as many as the worst one does.
    if len(text) * _WORST_CHARACTER <= most or (len(text) <= most and _weight(text) <= most):
        return text
    kept, left = 0, most - _character_weight("…")
    for char in text[:most]:
        left -= _character_weight(char)
        if left < 0:
            break
        kept += 1
    return f"{text[:kept]}…"


@lru_cache(10_000)
def _character_weight(char: str) -> int:
    return _weight(char)


def _weight(text: str) -> int:
    """The bytes of a text in the format in which it is longest."""
    more = sum(text.count(char) * bytes_ for char, bytes_ in _ESCAPED.items())
    return len(json.dumps(text)) - 2 + more


def fit_details(
    document: Mapping[str, Any],
    details: Sequence[Mapping[str, Any]],
    plain: Plain,
    share: int = 1,
) -> None:
    """Add to each check of a document its details, as JSON data, within the document's limits.

    document: JSON data with `checks`, each without details. plain: converts a value to JSON data.
    share: how many such documents share the limits. The biggest details are cut until all fit.
    """
    checks: list[dict[str, Any]] = list(document["checks"])
    for check in checks:
        check["details"] = {}
    room = MOST_BYTES // share - _size(document)
    wide_room = MOST_INDENTED_BYTES // share - _wide_size(document)
    first = min(share - 1, len(_STEPS) - 1)  # of many documents each is small from the start
    steps = [first] * len(checks)
    fitted_details = [_details(check_details, plain, *_STEPS[first]) for check_details in details]
    _shrink(fitted_details, plain, steps, _size, room)
    _shrink(fitted_details, plain, steps, _wide_size, wide_room)
    for check, check_details in zip(checks, fitted_details, strict=True):
        check["details"] = check_details


def _shrink(
    fitted_details: list[dict[str, Any]],
    plain: Plain,
    steps: list[int],
    size: Callable[[Any], int],
    room: int,
) -> None:
    """Cut the biggest details until all fit or nothing is left to cut."""
    sizes = [size(details) for details in fitted_details]
    while sum(sizes) > room:
        shrinkable = [i for i, step in enumerate(steps) if step + 1 < len(_STEPS)]
        if not shrinkable:
            return
        biggest = max(shrinkable, key=lambda i: (sizes[i], -i))
        steps[biggest] += 1
        # Cutting what was cut before is cheap: it takes no longer than what is left.
        fitted_details[biggest] = _details(fitted_details[biggest], plain, *_STEPS[steps[biggest]])
        sizes[biggest] = size(fitted_details[biggest])


def _details(details: Mapping[str, Any], plain: Plain, most: int, longest: int) -> dict[str, Any]:
    """The details, each list in it with at most `most` entries and each text cut."""
    kept_details = _mapping(details, plain, max(most, _LEAST_KEYS), most, longest)
    if isinstance(filters := details.get(_FILTERS), Mapping):
        kept_details[_FILTERS] = usable_filters({str(k): v for k, v in plain(filters).items()})
    return kept_details


def usable_filters(filters: Mapping[str, T]) -> dict[str, T]:
    """The filters that are short enough for an address: one that is cut would match nothing."""
    return {
        key: value for key, value in filters.items() if _size(f"{key}{value}") <= _MOST_FILTER_BYTES
    }


def _mapping(
    value: Mapping[Any, Any], plain: Plain, most_keys: int, most: int, longest: int
) -> dict[str, Any]:
    """A mapping; beside each value that is cut stands how many entries it had."""
    kept: dict[str, Any] = {}
    totals: dict[str, int] = {}
    for key, item in islice(value.items(), most_keys):
        name = cut(str(plain(key)), longest)
        kept[name] = _value(item, plain, most, longest, name)
        if isinstance(item, (Mapping, list, tuple, set, frozenset)) and len(item) > most:
            totals[f"{name}{_TOTAL_SUFFIX}"] = len(item)
    return totals | kept if kept.keys() & totals.keys() else kept | totals


def _value(item: Any, plain: Plain, most: int, longest: int, key: str = "") -> Any:
    if isinstance(item, _SHORT):
        return item
    if isinstance(item, str):
        return cut(str(plain(item)), longest)
    if isinstance(item, Mapping):
        return _mapping(item, plain, most, most, longest)
    if isinstance(item, (set, frozenset)):
        item = plain(item)  # sorted
    if isinstance(item, (list, tuple)):
        shortened = _shortened(item, most, is_series=key in _SERIES)
        return [_value(entry, plain, most, longest) for entry in shortened]
    data = plain(item)
    if isinstance(data, Mapping):  # a dataclass
        return _mapping(data, plain, most, most, longest)
    return cut(data, longest) if isinstance(data, str) else data


def _shortened(items: Sequence[Any], most: int, *, is_series: bool) -> Sequence[Any]:
    if len(items) <= most:
        return items
    return items[len(items) - most :] if is_series else items[:most]


def _verdict(verdict: Verdict, lengths: _Lengths) -> Verdict:
    waiver, acknowledged = verdict.waiver, verdict.acknowledgement
    return replace(
        verdict,
        unit=cut(verdict.unit, lengths.name),
        message=cut(verdict.message, lengths.sentence),
        summary=cut(verdict.summary, lengths.sentence),
        action=cut(verdict.action, lengths.sentence),
        owner=_cut_if_any(verdict.owner, lengths.name),
        runbook=_cut_if_any(verdict.runbook, lengths.address),
        link=_cut_if_any(verdict.link, lengths.address),
        waiver=None if waiver is None else _waiver(waiver, lengths),
        acknowledgement=None if acknowledged is None else _acknowledgement(acknowledged, lengths),
        explanation=_explanation(verdict.explanation, lengths),
        subjects=_subjects(verdict.subjects, lengths.subjects),
    )


def _explanation(explanation: Explanation | None, lengths: _Lengths) -> Explanation | None:
    """Its evidence is of bounded size: numbers, and a few names."""
    if explanation is None:
        return None
    names = {
        key: cut(value, lengths.name) if isinstance(value, str) else value
        for key, value in explanation.evidence.items()
    }
    return replace(explanation, text=cut(explanation.text, lengths.sentence), evidence=names)


def _subjects(subjects: Subjects | None, most: int) -> Subjects | None:
    """Whole names only, as a name that is cut is another name; MORE says that some are missing."""
    if subjects is None:
        return None
    left, kept = most, {}
    for kind, names in subjects.items():
        kept_names = []
        for name in names[:MOST_LISTED]:
            left -= _weight(name)
            if left < 0:
                break
            kept_names.append(name)
        kept[kind] = tuple(kept_names) if len(kept_names) == len(names) else (*kept_names, MORE)
    return kept


def _acceptance(acceptance: Acceptance, lengths: _Lengths) -> Acceptance:
    return replace(
        acceptance,
        subject=cut(acceptance.subject, lengths.name),
        owner=cut(acceptance.owner, lengths.name),
        reason=cut(acceptance.reason, lengths.sentence),
        why=cut(acceptance.why, lengths.name),
    )


def _waiver(waiver: WaiverState, lengths: _Lengths) -> WaiverState:
    return replace(
        waiver,
        owner=cut(waiver.owner, lengths.name),
        reason=cut(waiver.reason, lengths.sentence),
        why=cut(waiver.why, lengths.name),
        subjects=_subjects(waiver.subjects, lengths.subjects),
    )


def _acknowledgement(acknowledged: Acknowledgement, lengths: _Lengths) -> Acknowledgement:
    owner, note = cut(acknowledged.owner, lengths.name), cut(acknowledged.note, lengths.sentence)
    return replace(acknowledged, owner=owner, note=note)


def _problem(problem: Problem) -> Problem:
    return Problem(
        message=cut(problem.message),
        file=_cut_if_any(problem.file, _DEFAULT_LENGTHS.sentence),
        line=problem.line,
        key=_cut_if_any(problem.key, _DEFAULT_LENGTHS.sentence),
        found=_cut_if_any(problem.found, _DEFAULT_LENGTHS.sentence),
        allowed=_cut_if_any(problem.allowed, _DEFAULT_LENGTHS.sentence),
        hint=_cut_if_any(problem.hint, _DEFAULT_LENGTHS.sentence),
    )


def _cut_if_any(text: str | None, most: int) -> str | None:
    return None if text is None else cut(text, most)


def _limited(items: Iterable[T], rest: Callable[[int], T]) -> tuple[T, ...]:
    """The first items, as many as fit, and one that says how many more there are."""
    entries = tuple(items)
    # A list with one entry more was cut here before.
    if len(entries) <= MOST_LISTED + 1 and sum(map(_note_size, entries)) <= _MOST_NOTE_BYTES:
        return entries
    kept, left = 0, _MOST_NOTE_BYTES - _REST_BYTES
    for item in entries[:MOST_LISTED]:
        left -= _note_size(item)
        if left < 0:
            break
        kept += 1
    return (*entries[:kept], rest(len(entries) - kept))


def _note_size(item: object) -> int:
    texts = [item] if isinstance(item, str) else [getattr(item, name) for name in _TEXTS]
    return sum(_weight(text) for text in texts if text)


def _more_text(count: int, singular: str) -> str:
    return f"{count_text(count)} more {singular}{'' if count == 1 else 's'}"


def _size(value: Any) -> int:
    return _with_escapes(json.dumps(value, separators=(",", ":")))


def _wide_size(value: Any) -> int:
    """As `_size`, of an indented document; nested as deep as details are."""
    return _with_escapes(json.dumps({"": [{"": value}]}, indent=2))


def _with_escapes(text: str) -> int:
    """The length with the escapes that the `json` format adds."""
    return len(text) + 5 * text.count("##")
