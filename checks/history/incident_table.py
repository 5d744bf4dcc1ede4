"""The table of incidents, and its columns that hold lists as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from checks.core.records import Closing, IncidentChange, IncidentEvent
from checks.history.rows import is_text
from checks.history.tables import (
    METADATA,
    CheckedDay,
    CheckedMoment,
    CheckedSubjects,
    Damaged,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

_INVALID = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class CheckedNames(TypeDecorator[tuple[str, ...]]):
    """Names in their order, stored as JSON; read back as `Damaged` where they are invalid."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(list(value))

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _names


class CheckedEvents(TypeDecorator[tuple[IncidentEvent, ...]]):
    """An incident's events, stored as JSON; read back as `Damaged` where one is invalid."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(
        self, value: tuple[IncidentEvent, ...] | None, dialect: Dialect
    ) -> str | None:
        if value is None:
            return None
        return json.dumps([_document(event) for event in value], separators=(",", ":"))

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _events


def _document(event: IncidentEvent) -> dict[str, Any]:
    """An event without the fields that say nothing."""
    document = {part.name: getattr(event, part.name) for part in fields(event)}
    document["at"] = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    document["day"] = event.day and event.day.isoformat()
    return {name: value for name, value in document.items() if value not in (None, "", ())}


def _names(value: Any) -> tuple[str, ...] | Damaged:
    try:
        return _name_tuple(json.loads(value))
    except _INVALID:
        return Damaged.DAMAGED


def _name_tuple(names: Any) -> tuple[str, ...]:
    """Raises ValueError for anything but a list of names."""
    if not isinstance(names, list) or not all(is_text(name) and name for name in names):
        raise ValueError("no list of names")
    return tuple(names)


def _events(value: Any) -> tuple[IncidentEvent, ...] | Damaged:
    try:
        documents = json.loads(value)
        if not isinstance(documents, list):
            return Damaged.DAMAGED
        return tuple(map(_event, documents))
    except _INVALID:
        return Damaged.DAMAGED


def _event(document: Mapping[str, Any]) -> IncidentEvent:
    """Raises ValueError, TypeError, KeyError or AttributeError for what is no event."""
    at = datetime.fromisoformat(document["at"])
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    day, closed_as = document.get("day"), document.get("closed_as")
    texts = {name: document.get(name, "") for name in ("message", "owner", "note")}
    if not all(map(is_text, texts.values())):
        raise ValueError("no text")
    return IncidentEvent(
        change=IncidentChange(document["change"]),
        at=at.astimezone(UTC),
        day=None if day is None else date.fromisoformat(day),
        members=_name_tuple(document.get("members", [])),
        closed_as=None if closed_as is None else Closing(closed_as),
        **texts,
    )


INCIDENTS = sa.Table(
    "andon_incidents",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pipeline", sa.Text, nullable=False, index=True),
    sa.Column("check_id", sa.Text, nullable=False),
    sa.Column("members", CheckedNames, nullable=False),
    # Of the evaluation that opened it, which may be removed while the incident stays.
    sa.Column("evaluation_id", sa.Integer, nullable=False),
    sa.Column("opened_at", CheckedMoment, nullable=False),
    sa.Column("opened_on", CheckedDay, nullable=False),
    sa.Column("opened_as", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("value", sa.Double),
    # What was usual on the day of that value, for checks whose values are compared with that.
    sa.Column("expected", sa.Double),
    sa.Column("is_stop", sa.Integer, nullable=False),
    sa.Column("subjects", CheckedSubjects, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("events", CheckedEvents, nullable=False),
    sa.Column("resolved_at", CheckedMoment),
    sa.Column("resolved_on", CheckedDay),
    sa.Column("closed_at", CheckedMoment),
    sa.Column("closed_as", sa.Text),
    sa.Column("closed_by", sa.Text),
    sa.Column("note", sa.Text),
    sqlite_autoincrement=True,
)
