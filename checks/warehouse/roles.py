"""What a stored value means in each role of a mapped column: the same rules everywhere.

The type says how a value is stored, the role what it is: an amount, a name, an id. For times see
`instants`. The rules are documented in docs/values.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.text import quoted
from checks.warehouse.kinds import Kind

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.dialects.base import Profile
    from checks.warehouse.relation import Relation

#: How many characters of a name are fetched: a cell may have a megabyte.
LONGEST_NAME = 300
_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})
_AMOUNTS = _NUMBERS | {Kind.TEXT}
_FAMILIES = {Kind.INTEGER: "number", Kind.OTHER: "a type of its own"}


class Amount(NamedTuple):
    """An amount as a number, and the condition under which it is one (None: always)."""

    expression: ColumnElement[Any]
    valid: ColumnElement[bool] | None


class Id(NamedTuple):
    """An id as it is stored, its kind, and whether it is missing: 1 or 0."""

    expression: ColumnElement[Any]
    kind: Kind
    blank: ColumnElement[int]


def amount_of(relation: Relation, name: str, profile: Profile) -> Amount:
    """A mapped amount. Text is converted, and NULL where it is no number.

    Raises MeasurementError for types that cannot be amounts.
    """
    column, kind = relation.column(name)
    if kind not in _AMOUNTS:
        raise MeasurementError(
            Cause.BAD_VALUE,
            f"{relation.label}: column {quoted(name)} is of type {kind.value}, "
            "not a number or text",
        )
    if kind is Kind.TEXT or profile.is_typed_by_value:
        stored = relation.stored(name) if profile.is_typed_by_value else column
        number = profile.to_number(stored)
        return Amount(number, profile.is_finite(number))
    return Amount(column, None if kind is Kind.INTEGER else profile.is_finite(column))


def name_of(relation: Relation, name: str, profile: Profile) -> ColumnElement[Any]:
    """A mapped name as text, whatever its type: 7 and 7.0 are `7`, true is `true`.

    Raises MeasurementError where the column is missing, or has lists or structures.
    """
    column, kind = _scalar_column(relation, name, "a name")
    return text_of(column, kind, profile)


def event_name_of(relation: Relation, name: str | None, profile: Profile) -> ColumnElement[Any]:
    """The events' name as text; NULL where no name is mapped, when no check needs one."""
    if name is None:
        return sa.cast(sa.null(), sa.String)
    return name_of(relation, name, profile)


def text_of(column: ColumnElement[Any], kind: Kind, profile: Profile) -> ColumnElement[Any]:
    """A value as the text that is compared."""
    if profile.is_typed_by_value and kind is not Kind.BOOLEAN:
        return profile.label_text(column)
    if kind is Kind.TEXT:
        return column
    if kind is Kind.NUMBER:
        return profile.number_text(column)
    if kind is Kind.BOOLEAN:
        return sa.case((column.is_(None), None), (column, "true"), else_="false")
    return profile.as_text(column)


def id_of(relation: Relation, name: str, profile: Profile) -> Id:
    """A mapped id; the value's text in engines whose columns take any type.

    Raises MeasurementError where the column is missing, or has lists or structures.
    """
    column, kind = _scalar_column(relation, name, "an id")
    if profile.is_typed_by_value:
        column, kind = text_of(column, kind, profile), Kind.TEXT
    return Id(column, kind, sa.case((is_no_id(column, kind, profile), 1), else_=0))


def _scalar_column(relation: Relation, name: str, role: str) -> tuple[ColumnElement[Any], Kind]:
    """A column of scalar values, and its kind. Raises MeasurementError for any other."""
    column, kind = relation.column(name)
    if kind in (Kind.JSON, Kind.NESTED):
        raise MeasurementError(
            Cause.BAD_VALUE,
            f"{relation.label}: column {quoted(name)} is of type {kind.value}, which is not "
            f"{role}; map a `query:` that takes one value out of it",
        )
    return column, kind


def is_no_id(column: ColumnElement[Any], kind: Kind, profile: Profile) -> ColumnElement[bool]:
    """Whether a value is no id: NULL, blank, NaN or infinite."""
    reasons: list[ColumnElement[bool]] = [column.is_(None)]
    if kind in (Kind.TEXT, Kind.OTHER):
        reasons.append(profile.is_blank(profile.as_text(column)))
    if kind is Kind.NUMBER:
        reasons.append(profile.is_no_number(column))
    return sa.or_(*reasons)


def same_id(
    left: ColumnElement[Any],
    left_kind: Kind,
    right: ColumnElement[Any],
    right_kind: Kind,
    profile: Profile,
) -> ColumnElement[bool]:
    """Whether two ids are equal: as stored, or as text where their types may differ.

    A number is equal in every type, and equal to text without trailing zeros. UUIDs are compared
    without case.
    """
    if left_kind is right_kind and left_kind is not Kind.NUMBER:
        return left == right
    left_text, right_text = text_of(left, left_kind, profile), text_of(right, right_kind, profile)
    if Kind.UUID in (left_kind, right_kind):
        return sa.func.lower(left_text) == sa.func.lower(right_text)
    return left_text == right_text


def kinds_differ(left: Kind, right: Kind) -> str | None:
    """How two columns of ids differ (`text and number`); None where both are of one family."""
    families = [_FAMILIES.get(kind, kind.value) for kind in (left, right)]
    return None if families[0] == families[1] else f"{families[0]} and {families[1]}"
