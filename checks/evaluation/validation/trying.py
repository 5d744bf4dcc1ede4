"""The configuration tried against the warehouse, the files and the history."""

from __future__ import annotations

from collections.abc import Iterator

from checks.config.model import Config, QuarantineSource
from checks.config.schedules import schedule_of
from checks.config.timeframes import timeframe_of
from checks.core import clock
from checks.core.errors import AndonError, HistoryError, MeasurementError, OtherWarehouseError
from checks.core.text import plural, quoted
from checks.core.timeframe import Timeframe
from checks.evaluation.observations import unused
from checks.evaluation.validation.columns import Columns, mapped_columns
from checks.evaluation.validation.lines import ValidationLine
from checks.evaluation.validation.readings import SectionReader, without_rows
from checks.measuring.measurements import Measurements
from checks.measuring.queries import queries
from checks.warehouse import Warehouse

SECTIONS = ("audit_log", "events", "orders", "sessions", "quarantine")
_FILE_ROLES = ("reason", "occurred_at", "source", "event_name")
_MOST_PLAN_LINES = 40


def validate(
    config: Config, explained: Timeframe | None = None, measured: Timeframe | None = None
) -> Iterator[ValidationLine]:
    """Try the configuration against the warehouse and the history.

    Yields a line for the file, each key in it that nothing uses, the connection, the history, each
    table, each column, and each section's statements, which are run over no rows. explained: a
    day whose statements are shown instead, each with what the engine expects to read for it; none
    of them is run.
    measured: a day that is read as the gate reads it.
    """
    enabled = sum(settings.enabled for settings in config.checks.values())
    yield ValidationLine(True, f"config: {config.path.name}, {plural(enabled, 'check')} enabled")
    yield from _schedule_line(config)
    for text in unused(config):
        yield ValidationLine(True, text, warns=True)
    with Warehouse.of(config) as warehouse:
        try:
            warehouse.check_connection()
        except MeasurementError as error:
            yield ValidationLine(False, f"warehouse: {error}")
        else:
            yield ValidationLine(True, f"warehouse: connected to {warehouse.profile.name or 'it'}")
            yield from _warehouse_lines(config, warehouse, explained, measured)
    yield _history_line(config)


def _schedule_line(config: Config) -> Iterator[ValidationLine]:
    """When the last and the next run are due: a cron expression is easily misread."""
    schedule = schedule_of(config)
    if schedule.times is None:
        return
    run_date = schedule.latest(clock.now())
    due, following = schedule.due(run_date), schedule.due(schedule.following(run_date))
    if due is None or following is None:
        raise ValueError("a schedule with run times gives every run one")
    zone = config.timezone
    frame = timeframe_of(config, clock.now(), run_date=run_date)
    if frame.is_loaded_in_part:
        text = (
            f"schedule: runs load the day up to {due.astimezone(zone):%H:%M}, and no run judges "
            "the rest of it; set data_lag_days: 1 where whole days are loaded"
        )
        yield ValidationLine(True, text, warns=True)
    yield ValidationLine(
        True,
        f"schedule: {schedule.times.text} ({zone.key}): the newest run was due on "
        f"{due.astimezone(zone):%A %Y-%m-%d %H:%M}, the next one is due on "
        f"{following.astimezone(zone):%A %Y-%m-%d %H:%M}",
    )


def _warehouse_lines(
    config: Config, warehouse: Warehouse, explained: Timeframe | None, measured: Timeframe | None
) -> Iterator[ValidationLine]:
    runs = explained is None or measured is not None
    lines = [
        line
        for section in SECTIONS
        for line in _section_lines(config, warehouse, section, runs=runs)
    ]
    yield from lines
    if explained is not None:
        yield from _explained_lines(config, explained, warehouse)
    if runs:
        reported = [line.text for line in lines if not line.ok]
        yield from _measured_lines(config, warehouse, measured, reported)


def _measured_lines(
    config: Config, warehouse: Warehouse, day: Timeframe | None, reported: list[str]
) -> Iterator[ValidationLine]:
    """The gate's own measurements, without problems that a table's or column's line reported."""
    tried_config, frame = (config, day) if day is not None else without_rows(config)
    measurements = Measurements(tried_config, frame, warehouse)
    reading = SectionReader(tried_config, frame, warehouse, measurements, over_rows=day is not None)
    for line in reading.lines():
        cause = line.text.partition(": ")[2]
        if line.ok or not any(text.endswith(cause) for text in reported):
            yield line
    if day is not None:
        from checks.evaluation.validation.judged import judged_lines  # the whole engine

        yield from judged_lines(config, day, measurements)


def _section_lines(
    config: Config, warehouse: Warehouse, section: str, *, runs: bool
) -> Iterator[ValidationLine]:
    source = getattr(config, section)
    if source is None:
        yield ValidationLine(True, f"{section}: not mapped")
        return
    if getattr(source, "files", None) is not None:
        yield from _file_lines(config, source, warehouse.remaining())
        return
    try:
        relation = warehouse.relation(section, source)
    except AndonError as error:
        yield ValidationLine(False, f"{section}: {error}")
        return
    yield ValidationLine(True, f"{section}: {relation.label}")
    naive = config.naive_zones.of_section(section)
    columns = Columns(config, warehouse, relation, source, naive, samples=runs)
    for key, name in mapped_columns(source):
        yield _column_line(columns, f"{section}.{key}", key, name)
    for name, kind in columns.times_with_zone():
        text = f"is set, but column {quoted(name)} is a {kind.value}: it has no effect"
        yield ValidationLine(True, f"{section}.naive_timestamps {text}", warns=True)


def _column_line(columns: Columns, label: str, key: str, name: str) -> ValidationLine:
    try:
        kind = columns.kind(key, name)
    except MeasurementError as error:
        return ValidationLine(False, f"{label}: {error}")
    return ValidationLine(True, f"{label}: column {quoted(name)}, {kind.value}")


def _file_lines(
    config: Config, source: QuarantineSource, seconds: float
) -> Iterator[ValidationLine]:
    """The folder, what its files are, and whether the newest has the mapped columns."""
    from checks.quarantine.columns import position_of
    from checks.quarantine.content import present_columns_text
    from checks.quarantine.layout import layout_of
    from checks.quarantine.tally import CannotReadError

    pattern = f"quarantine: files {quoted(source.files)}"
    try:
        layout = layout_of(config, source, seconds)
    except CannotReadError as error:
        yield ValidationLine(False, f"quarantine: {error}")
        return
    count = plural(layout.files, "file") if layout.files else "none yet"
    yield ValidationLine(True, f"{pattern}, {count}")
    for problem in layout.problems:
        yield ValidationLine(False, f"quarantine: {problem}")
    for key in _FILE_ROLES if layout.columns else ():
        name = getattr(source, key)
        if name is None:
            continue
        if position_of(name, layout.columns) is None:
            missing = f"missing_column: {layout.newest_name} has no column {quoted(name)}"
            existing = present_columns_text(layout.columns)
            yield ValidationLine(False, f"quarantine.{key}: {missing}; {existing}")
        else:
            yield ValidationLine(True, f"quarantine.{key}: column {quoted(name)}")


def _explained_lines(
    config: Config, frame: Timeframe, warehouse: Warehouse
) -> Iterator[ValidationLine]:
    for query in queries(config, frame, warehouse):
        name = f"query of {query.name}" + (f" ({query.when})" if query.when else "")
        try:
            if query.statement is None:
                raise query.problem or LookupError(query.name)
            plan = warehouse.explain(query.statement)
        except AndonError as error:
            yield ValidationLine(False, f"{name}: {error}")
            continue
        unknown = "the engine gives no estimate"
        estimate = plan.estimate or (unknown if plan.plan else f"{unknown} without running it")
        steps = () if plan.estimate else plan.plan[:_MOST_PLAN_LINES]
        yield ValidationLine(
            True, f"{name}: {estimate}", (*plan.sql.splitlines(), *(f"  {step}" for step in steps))
        )


def _history_line(config: Config) -> ValidationLine:
    from checks.history import history_of

    try:
        history = history_of(config)
        pipelines = history.pipelines()
        history.require_own(config.pipeline)
    except OtherWarehouseError as error:  # the gate works, and says so too
        return ValidationLine(True, str(error), warns=True)
    except HistoryError as error:
        return ValidationLine(False, f"history: {error}")
    return ValidationLine(True, f"history: readable, {plural(len(pipelines), 'pipeline')} in it")
