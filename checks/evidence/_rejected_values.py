"""The stored values behind a group of a column's values, as explanations tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checks.core.masking import Mask, mask_of, shown_names
from checks.core.text import count_text, quoted
from checks.evidence.context import Context
from checks.evidence.rejected_part import ValueGroup
from checks.quarantine.drilldown.model import ColumnValues, Field, GroupBy, Rejected, Tallied
from checks.quarantine.tally import MOST_GROUPS
from checks.quarantine.value_groups import ColumnKind, column_kind, told_group

#: A statement of a warehouse names at most so many values.
_MOST_NAMED = 1_000
#: Of a value, as many samples as it has rows, up to so many, tell what kind of column it is.
_MOST_SAMPLES = 20
#: The kinds of columns whose values are told in groups of several.
_GROUPED = (ColumnKind.AGENT, ColumnKind.URL)


class NotFilteredError(Exception):
    """Why rows cannot be filtered by a column's values: a sentence without its full stop."""


def stored_values(
    context: Context, rejected: Rejected, requested: ValueGroup, masks: Sequence[Mask]
) -> ColumnValues:
    """The position of a column, and its values on the judged day that are of a group.

    masks: how each column is masked, by a sample of its rows. Raises NotFilteredError for a column
    that is not there or is personal, and for too many values.
    """
    column = _position(rejected, requested.column)
    if requested.group is not None:
        _require_plain(requested.column, masks[column])
    tallied = rejected.tally((Field(GroupBy.TEXT, column),), MOST_GROUPS).groups
    groups = [group for group in tallied if group.period == 0 and group.value is not None]
    if requested.group is None:
        # Of all white space, engines and explanations agree on some characters only.
        blanks = (group.value or "" for group in groups if not (group.value or "").strip())
        return ColumnValues(column, tuple(blanks), with_missing=True)
    samples = [group.value for group in groups for _ in range(min(group.rows, _MOST_SAMPLES))]
    mask = _mask(context, rejected, column, samples)
    _require_plain(requested.column, mask)
    kind = column_kind(rejected.names[column], samples, mask)
    values = _values_of_group(groups, requested.group, kind)
    most = MOST_GROUPS if rejected.files is not None else _MOST_NAMED
    is_cut = len(tallied) >= MOST_GROUPS and (kind in _GROUPED or not values)
    if is_cut or len(values) > most:
        raise NotFilteredError(
            f"Column {quoted(requested.column)} has more than {count_text(most)} values, too many "
            "to find those that are meant"
        )
    return ColumnValues(column, values)


def _position(rejected: Rejected, column: str) -> int:
    """The position of a column by its shown name, which several may have.

    Raises NotFilteredError.
    """
    names = shown_names(rejected.names)
    if names.count(column) != 1:
        number = "no" if column not in names else "more than one"
        raise NotFilteredError(f"The rows of this day have {number} column {quoted(column)}")
    return names.index(column)


def _require_plain(column: str, mask: Mask) -> None:
    """Raise NotFilteredError for a column whose values are masked."""
    if mask is not Mask.INSIDE:
        raise NotFilteredError(
            f"Column {quoted(column)} is personal: only rows without a value in it can be asked for"
        )


def _mask(context: Context, rejected: Rejected, column: int, samples: Sequence[str | None]) -> Mask:
    source = context.config.quarantine
    configured = source.mask if source is not None else ()
    is_role = column in rejected.roles.known()
    return mask_of(rejected.names[column], [text or "" for text in samples], configured, is_role)


def _values_of_group(
    groups: Sequence[Tallied], requested: str, kind: ColumnKind
) -> tuple[str, ...]:
    """The values of a group: by the column's kind, else by one that other days may give it."""
    for possible in _possible_kinds(kind):
        values = tuple(
            group.value for group in groups
            if group.value is not None and told_group(group.value, possible) == requested
        )  # fmt: skip
        if values:
            return values
    return ()


def _possible_kinds(kind: ColumnKind) -> Iterator[ColumnKind]:
    told_kinds = (*_GROUPED, ColumnKind.VALUE)
    if kind in told_kinds:
        yield kind
    yield from (possible for possible in told_kinds if possible is not kind)
