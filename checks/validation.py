"""`andon validate`: does the configuration fit the warehouse? One line per thing that was tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from checks.config.model import Config
from checks.errors import AndonError, HistoryError, MeasurementError
from checks.queries import queries
from checks.text import plural, quoted
from checks.timeframe import Timeframe
from checks.warehouse import Warehouse
from checks.warehouse.instants import instant
from checks.warehouse.partitions import partitions
from checks.warehouse.relation import Relation

SECTIONS = ("audit_log", "events", "orders", "sessions", "quarantine")
_TIMES = ("run_at", "occurred_at", "ordered_at", "started_at")
_PARTITION = "partition.column"
_MOST_PLAN_LINES = 40


@dataclass(frozen=True, slots=True)
class ValidationLine:
    """One thing that was tried, and what came of it. more: lines that belong to it."""

    ok: bool
    text: str
    more: tuple[str, ...] = ()


def validate(config: Config, frame: Timeframe | None = None) -> Iterator[ValidationLine]:
    """Try the configuration against the warehouse and the history. Reads no rows.

    Yields a line for the file, the connection, the history, each table and each column.
    frame: the day whose statements are explained, each with its SQL and what the engine
    expects to read for it; None: none.
    """
    enabled = sum(settings.enabled for settings in config.checks.values())
    yield ValidationLine(True, f"config: {config.path.name}, {plural(enabled, 'check')} enabled")
    with Warehouse(config.warehouse) as warehouse:
        try:
            warehouse.check_connection()
        except MeasurementError as error:
            yield ValidationLine(False, f"warehouse: {error}")
        else:
            yield ValidationLine(True, f"warehouse: connected to {warehouse.profile.name or 'it'}")
            for section in SECTIONS:
                yield from _section(config, warehouse, section)
            if frame is not None:
                yield from _explained(config, frame, warehouse)
    yield _history(config)


def _section(config: Config, warehouse: Warehouse, section: str) -> Iterator[ValidationLine]:
    source = getattr(config, section)
    if source is None:
        yield ValidationLine(True, f"{section}: not mapped")
        return
    if getattr(source, "files", None) is not None:
        yield ValidationLine(True, f"{section}: files {quoted(source.files)}")
        return
    try:
        relation = warehouse.relation(section, source)
    except AndonError as error:
        yield ValidationLine(False, f"{section}: {error}")
        return
    yield ValidationLine(True, f"{section}: {relation.label}")
    for key, name in _columns(source):
        yield _column(config, warehouse, relation, f"{section}.{key}", key, name)


def _explained(config: Config, frame: Timeframe, warehouse: Warehouse) -> Iterator[ValidationLine]:
    for query in queries(config, frame, warehouse):
        name = f"query of {query.name}" + (f" ({query.when})" if query.when else "")
        try:
            if query.statement is None:
                raise query.problem or LookupError(query.name)
            found = warehouse.explain(query.statement)
        except AndonError as error:
            yield ValidationLine(False, f"{name}: {error}")
            continue
        unknown = "the engine does not tell what it reads"
        told = found.estimate or (unknown if found.plan else f"{unknown} without running it")
        plan = () if found.estimate else found.plan[:_MOST_PLAN_LINES]
        yield ValidationLine(
            True, f"{name}: {told}", (*found.sql.splitlines(), *(f"  {part}" for part in plan))
        )


def _columns(source: Any) -> Iterator[tuple[str, str]]:
    """(key, column) of every mapped column, also of those in a mapping of its own."""
    for field in fields(source):
        value = getattr(source, field.name)
        if isinstance(value, tuple) and field.metadata.get("kind") == "column":
            yield from ((field.name, name) for name in value)
        elif field.metadata.get("kind") == "column" and value is not None:
            yield field.name, value
        elif is_dataclass(value):
            yield from ((f"{field.name}.{key}", name) for key, name in _columns(value))


def _column(
    config: Config, warehouse: Warehouse, relation: Relation, label: str, key: str, name: str
) -> ValidationLine:
    try:
        _, kind = relation.column(name)
        if key == _PARTITION and relation.partition is not None:
            partitions(relation, relation.partition, warehouse.profile)
        if key in _TIMES:
            zone = config.warehouse.naive_timestamps
            instant(relation, name, warehouse.profile, zone, config.timezone)
    except MeasurementError as error:
        return ValidationLine(False, f"{label}: {error}")
    return ValidationLine(True, f"{label}: column {quoted(name)}, {kind.value}")


def _history(config: Config) -> ValidationLine:
    from checks.history import open_history

    try:
        pipelines = open_history(config.history).pipelines()
    except HistoryError as error:
        return ValidationLine(False, f"history: {error}")
    return ValidationLine(True, f"history: readable, {plural(len(pipelines), 'pipeline')} in it")
