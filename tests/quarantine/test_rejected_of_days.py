"""Rejected rows of several data days: judged, each day as if it were alone; with a log, those of
all days that the run loads together.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.config.cron import CronTimes
from checks.config.model import Config
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.metrics import RejectedRows
from checks.core.model import Cause
from checks.core.schedule import Schedule
from checks.core.timeframe import Timeframe, midnight
from checks.quarantine import read_rejected_of_days, read_rejected_rows
from checks.quarantine.memory import InMemoryDuckDb
from checks.warehouse import Warehouse
from tests.quarantine.conftest import HEADER, Desk, lines
from tests.shop import Shop, Table

BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
MICROSECOND = timedelta(microseconds=1)
FRIDAY, SATURDAY, SUNDAY = DAYS = tuple(date(2025, 3, day) for day in (7, 8, 9))
MONDAY = date(2025, 3, 10)
SCHEDULE = Schedule(UTC_ZONE, times=CronTimes("0 5 * * 1-5"), since_last_run=True)
FRESH = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def of_days(count: int, last: date, now: datetime, zone: ZoneInfo) -> list[Timeframe]:
    """The frames of the `count` days up to the last one, oldest first."""
    days = [last - timedelta(days=back) for back in range(count - 1, -1, -1)]
    return [Timeframe(last + timedelta(days=1), day, now, zone) for day in days]


def weekend(schedule: Schedule | None = SCHEDULE) -> list[Timeframe]:
    """Friday, Saturday and Sunday, which Monday's run loads."""
    now = datetime(2025, 3, 10, 6, tzinfo=UTC)
    return [Timeframe(MONDAY, day, now, UTC_ZONE, schedule=schedule) for day in DAYS]


def each_alone(
    config: Config, frames: Sequence[Timeframe], log: AuditLog | None, warehouse: Warehouse
) -> dict[date, RejectedRows]:
    """Each day read on its own."""
    return {frame.data_date: read_rejected_rows(config, frame, log, warehouse) for frame in frames}


def summed(days: Mapping[date, RejectedRows]) -> tuple[int, Counter[str]]:
    """Rows and reasons of all days."""
    reasons: Counter[str] = Counter()
    for rejected in days.values():
        reasons.update(dict(rejected.reasons))
    return sum(rejected.rows or 0 for rejected in days.values()), reasons


@dataclass
class Counted:
    """A warehouse that counts the statements that are sent to it."""

    warehouse: Warehouse
    sent: list[Any] = field(default_factory=list)

    def fetch(self, statement: Any) -> Any:
        """Rows of a statement."""
        self.sent.append(statement)
        return self.warehouse.fetch(statement)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.warehouse, name)


# ---- at random

LAST_DAYS = st.sampled_from([date(2025, 3, 8), date(2025, 3, 31), date(2025, 10, 27)])
REASONS = st.sampled_from([None, "", " ", "a", "A", "b", "ä", "(no reason)"])


@st.composite
def days_of_runs(draw: st.DrawFn) -> list[Timeframe]:
    """One to five days in Berlin, the last of which may not be over."""
    last = draw(LAST_DAYS)
    end = midnight(last + timedelta(days=1), BERLIN)
    now = end + draw(st.sampled_from([timedelta(hours=6), timedelta(0), -timedelta(hours=9)]))
    return of_days(draw(st.integers(1, 5)), last, now, BERLIN)


def times_of(frames: Sequence[Timeframe]) -> st.SearchStrategy[datetime | None]:
    """Times at and around the midnights of the days and of two weeks before, and none."""
    first, last = frames[0].data_date, frames[-1].data_date
    days = [first + timedelta(days=n) for n in range(-16, (last - first).days + 12)]
    edges = [midnight(day, BERLIN) for day in days]
    moments = edges + [edge + timedelta(hours=hour) for edge in edges for hour in (2, 9.5, 16)]
    moments += [edge + step for edge in edges[-8:] for step in (-MICROSECOND, MICROSECOND)]
    near = [moment for moment in moments if frames[0].start <= moment <= frames[-1].end]
    return st.sampled_from([*moments, None]) | st.sampled_from(near)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Timeframe], list[dict[str, Any]], bool]:
    """Days, rows, and whether the reason is mapped."""
    frames = draw(days_of_runs())
    times = times_of(frames).map(
        lambda time: None if time is None else time.astimezone(UTC).replace(tzinfo=None)
    )
    rows = st.fixed_dictionaries({"rejected_at": times, "why": REASONS})
    return frames, draw(st.lists(rows, max_size=25)), draw(st.booleans())


def table_in(shop: Shop, rows: list[dict[str, Any]], *, has_reason: bool = True) -> Config:
    """The rows as the shop's rejected ones."""
    columns = {"rejected_at": sa.DateTime(), "why": sa.String(80)}
    shop.more = [Table("rejected_rows", columns, rows)]
    reason = {"reason": "why"} if has_reason else {}
    shop.set("quarantine", table="rejected_rows", occurred_at="rejected_at", **reason)
    shop.write()
    return shop.config()


@FRESH
@given(drawn=tables())
def test_days_of_a_table_are_each_day_alone(shop: Shop, drawn: Any) -> None:
    frames, rows, has_reason = drawn
    config = table_in(Shop(shop.folder, shop.url), rows, has_reason=has_reason)
    with Warehouse.of(config) as warehouse:
        counted = Counted(warehouse)
        together = read_rejected_of_days(config, frames, cast("Warehouse", counted))
        assert len(counted.sent) <= 2
        assert together == each_alone(config, frames, None, warehouse)


@FRESH
@given(drawn=tables())
def test_with_a_log_a_run_has_the_rows_of_all_its_days(duck: Shop, drawn: Any) -> None:
    _, rows, has_reason = drawn
    frames, log = weekend(), AuditLog(MONDAY, {})
    moved = [
        row | {"rejected_at": row["rejected_at"] and row["rejected_at"].replace(
            year=2025, month=3, day=6 + row["rejected_at"].day % 5)}
        for row in rows
    ]  # fmt: skip
    config = table_in(Shop(duck.folder, duck.url), moved, has_reason=has_reason)
    with Warehouse.of(config) as warehouse:
        alone = each_alone(config, weekend(None), log, warehouse)
        for frame in frames:
            of_run = read_rejected_rows(config, frame, log, warehouse)
            assert summed({MONDAY: of_run}) == summed(alone)
            assert of_run.undated == alone[FRIDAY].undated


@dataclass(frozen=True)
class Folder:
    """Files with the times of their rows, and the pattern that finds them."""

    pattern: str
    files: Mapping[str, list[datetime | None]]
    has_times: bool


@st.composite
def folders(draw: st.DrawFn) -> tuple[list[Timeframe], Folder]:
    """Files that name a day of or near the run, a range, or none."""
    frames = draw(days_of_runs())
    first = frames[0].data_date
    near = st.integers(-4, 6).map(lambda n: first + timedelta(days=n))
    names = st.one_of(
        near.map(lambda day: f"e_{day:%Y%m%d}.csv"),
        near.map(lambda day: f"e_{day:%Y-%m-%d}_{day + timedelta(days=1):%Y-%m-%d}.csv"),
        near.map(lambda day: f"e_{day:%d-%m-%Y}.csv"),
        st.sampled_from(["e_all.csv", "e_more.csv"]),
    )
    times = st.lists(times_of(frames), max_size=8)
    pattern = draw(st.sampled_from(["*.csv", "e_{date:%Y%m%d}.csv", "e_*.csv"]))
    files = draw(st.dictionaries(names, times, max_size=6))
    return frames, Folder(pattern, files, draw(st.booleans()))


def write(desk: Desk, drawn: Folder) -> Config:
    """The folder's files alone."""
    shutil.rmtree(desk.folder)
    desk.folder.mkdir()
    desk.zone, desk.naive, desk.pattern = "Europe/Berlin", "UTC", drawn.pattern
    desk.mapping = {"reason": "error_reason"}
    if drawn.has_times:
        desk.mapping["occurred_at"] = "timestamp"
    for name, times in drawn.files.items():
        rows = [
            f"c,{'' if time is None else time.isoformat()},{'odd' if n % 3 else name[:3]}\n"
            for n, time in enumerate(times)
        ]
        desk.write(name, HEADER + "".join(rows))
    return desk.config()


@settings(parent=FRESH, max_examples=60)
@given(drawn=folders())
def test_days_of_files_are_each_day_alone(desk: Desk, drawn: Any) -> None:
    frames, folder = drawn
    config, place = write(desk, folder), cast("Warehouse", desk)
    assert read_rejected_of_days(config, frames, place) == each_alone(config, frames, None, place)


# ---- judged days


def test_no_source_has_no_rows(desk: Desk) -> None:
    config = replace(desk.config(), quarantine=None)
    nothing = read_rejected_of_days(config, weekend(), cast("Warehouse", desk))
    assert nothing == dict.fromkeys(DAYS, RejectedRows())


@pytest.mark.parametrize("chosen", [[], [0, 2], [1, 0], [0, 0]])
def test_days_that_do_not_follow_each_other_are_refused(desk: Desk, chosen: list[int]) -> None:
    frames = [weekend()[index] for index in chosen]
    with pytest.raises(ValueError, match="consecutive"):
        read_rejected_of_days(desk.config(), frames, cast("Warehouse", desk))


def test_each_file_is_read_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that names no day may hold rows of each of them."""
    for day in DAYS:
        desk.write(f"e_{day:%Y%m%d}.csv", lines("a", day=day))
    desk.write("e_all.csv", lines("b", day=FRIDAY) + lines("c", "c", day=SUNDAY)[len(HEADER) :])
    read: Counter[str] = Counter()
    run = InMemoryDuckDb.run

    def recorded(memory: InMemoryDuckDb, statement: str, parameters: Any) -> Any:
        if "taken AS" in statement:
            paths = next(value for value in parameters.values() if isinstance(value, list))
            read.update(path.rsplit("/", 1)[1] for path in paths)
        return run(memory, statement, parameters)

    monkeypatch.setattr(InMemoryDuckDb, "run", recorded)
    days = read_rejected_of_days(desk.config(), weekend(), cast("Warehouse", desk))
    assert [rejected.rows for rejected in days.values()] == [2, 1, 3]
    assert set(read.values()) == {1}
    assert len(read) == 4


def test_a_day_whose_file_is_damaged_is_unknown_alone(desk: Desk) -> None:
    for day in DAYS:
        desk.write(f"e_{day:%Y%m%d}.parquet", b"no parquet")
    for day in (FRIDAY, SUNDAY):
        desk.write(f"e_{day:%Y%m%d}.parquet", "").unlink()
        desk.write(f"e_{day:%Y%m%d}.csv", lines("a", day=day))
    desk.pattern = "e_*"
    days = read_rejected_of_days(desk.config(), weekend(), cast("Warehouse", desk))
    assert [rejected.problem is not None for rejected in days.values()] == [False, True, False]
    assert [rejected.rows for rejected in days.values()] == [1, None, 1]


def test_files_that_take_too_long_make_every_day_unknown(desk: Desk) -> None:
    desk.write("e.csv", lines("a"))
    desk.seconds = 0.0
    days = read_rejected_of_days(desk.config(), weekend(), cast("Warehouse", desk))
    problems = [rejected.problem for rejected in days.values()]
    assert [problem.cause if problem else None for problem in problems] == [Cause.TIMEOUT] * 3


def test_a_table_that_is_not_there_makes_every_day_unknown(duck: Shop) -> None:
    duck.set("quarantine", table="nowhere", occurred_at="rejected_at")
    duck.write()
    config = duck.config()
    with Warehouse.of(config) as warehouse:
        days = read_rejected_of_days(config, weekend(), warehouse)
        assert days == each_alone(config, weekend(), None, warehouse)
    assert all(rejected.problem is not None for rejected in days.values())


@pytest.mark.parametrize("empty", [(), (SATURDAY,), DAYS])
def test_a_table_has_a_second_statement_for_empty_days(shop: Shop, empty: tuple[date, ...]) -> None:
    rows = [
        {"rejected_at": datetime(2025, 3, day.day, 12), "why": "a"}  # noqa: DTZ001
        for day in (*(d for d in DAYS if d not in empty), date(2025, 3, 1))
    ]
    config = table_in(shop, rows)
    with Warehouse.of(config) as warehouse:
        counted = Counted(warehouse)
        days = read_rejected_of_days(config, weekend(), cast("Warehouse", counted))
        assert len(counted.sent) == (2 if empty else 1)
        assert days == each_alone(config, weekend(), None, warehouse)
    assert [bool(rejected.note) for rejected in days.values()] == [day in empty for day in DAYS]


# ---- the days of a run beside its log


def loaded(day: date, quarantined: int) -> AuditEntry:
    """The load of a day's file by Monday's run."""
    return AuditEntry(f"events_{day:%Y%m%d}.csv", datetime(2025, 3, 10, 5, tzinfo=UTC), 100,
                      quarantined)  # fmt: skip


def log_of(*counts: int) -> AuditLog:
    """The log of Monday's run, with what each of the three days' loads quarantined."""
    entries = tuple(loaded(day, count) for day, count in zip(DAYS, counts, strict=True))
    return AuditLog(MONDAY, {MONDAY: entries}, has_source=True)


def of_run(desk: Desk, log: AuditLog, day: date = SUNDAY) -> RejectedRows:
    frame = {frame.data_date: frame for frame in weekend()}[day]
    return read_rejected_rows(desk.config(), frame, log, cast("Warehouse", desk))


@pytest.mark.parametrize("pattern", ["*.csv", "events_{date:%Y%m%d}_errors.csv"])
@pytest.mark.parametrize("day", DAYS)
def test_files_of_all_days_agree_with_their_own_loads(desk: Desk, pattern: str, day: date) -> None:
    desk.pattern = pattern
    for count, loaded_day in enumerate(DAYS):
        desk.write(f"events_{loaded_day:%Y%m%d}_errors.csv", lines(*"aab"[: count + 1]))
    rejected = of_run(desk, log_of(1, 2, 3), day)
    assert (rejected.rows, dict(rejected.reasons)) == (6, {"a": 5, "b": 1})
    assert rejected.warnings == ()


@pytest.mark.parametrize("pattern", ["*.csv", "events_{date:%Y%m%d}_errors.csv"])
def test_the_file_that_disagrees_with_its_load_is_named(desk: Desk, pattern: str) -> None:
    desk.pattern = pattern
    for loaded_day in DAYS:
        desk.write(f"events_{loaded_day:%Y%m%d}_errors.csv", lines("a"))
    (warning,) = of_run(desk, log_of(1, 2, 1)).warnings
    assert "the files of 'events_20250308.csv' hold 1 rejected row" in warning


@pytest.mark.parametrize("pattern", ["*.csv", "events_{date:%Y%m%d}_errors.csv"])
def test_the_missing_file_of_a_day_is_named(desk: Desk, pattern: str) -> None:
    desk.pattern = pattern
    for loaded_day in (FRIDAY, SUNDAY):
        desk.write(f"events_{loaded_day:%Y%m%d}_errors.csv", lines("a"))
    (warning,) = of_run(desk, log_of(1, 2, 1)).warnings
    assert "there is no file of this load of 'events_20250308.csv'" in warning


def test_no_file_at_all_names_the_days(desk: Desk) -> None:
    desk.pattern = "e_{date:%Y%m%d}.csv"
    (warning,) = of_run(desk, log_of(1, 2, 1)).warnings
    assert "'quarantine/e_20250307.csv' to 'quarantine/e_20250309.csv'" in warning
    assert "4 rows were quarantined" in warning


@pytest.mark.parametrize(("quarantined", "is_told"), [(2, True), (3, False), (4, True)])
def test_files_of_a_source_without_a_day_are_compared_as_a_whole(
    desk: Desk, quarantined: int, is_told: bool
) -> None:
    for day in DAYS:
        desk.write(f"e_{day:%Y%m%d}.csv", lines("a", day=day))
    desk.write(f"e_{date(2025, 3, 6):%Y%m%d}.csv", lines("a", "b", day=date(2025, 3, 6)))
    load = replace(loaded(SUNDAY, quarantined), source="loader")
    rejected = of_run(desk, AuditLog(MONDAY, {MONDAY: (load,)}, has_source=True))
    assert rejected.rows == 3
    assert bool(rejected.warnings) is is_told
    if is_told:
        assert "the files of 7 to 9 March hold 3 rejected rows" in rejected.warnings[0]


@pytest.mark.parametrize(("quarantined", "is_told"), [(2, True), (3, False), (4, True)])
def test_a_table_is_compared_as_a_whole(shop: Shop, quarantined: int, is_told: bool) -> None:
    days = [date(2025, 3, number) for number in (6, 7, 8, 9, 10)]
    config = table_in(
        shop,
        [{"rejected_at": datetime(2025, 3, d.day, 1), "why": "a"} for d in days],  # noqa: DTZ001
    )
    counts = {FRIDAY: 1, SATURDAY: 1, SUNDAY: quarantined - 2}
    log = log_of(*counts.values())
    with Warehouse.of(config) as warehouse:
        rejected = read_rejected_rows(config, weekend()[-1], log, warehouse)
    assert rejected.rows == 3
    assert bool(rejected.warnings) is is_told
    if is_told:
        assert "holds for 7 to 9 March 3 rejected rows" in rejected.warnings[0]


def test_a_run_of_one_day_has_its_own_rows(desk: Desk) -> None:
    for day in DAYS:
        desk.write(f"e_{day:%Y%m%d}.csv", lines("a", day=day))
    frame = weekend(replace(SCHEDULE, since_last_run=False))[-1]
    load = replace(loaded(SUNDAY, 1), source="loader")
    log = AuditLog(MONDAY, {MONDAY: (load,)}, has_source=True)
    rejected = read_rejected_rows(desk.config(), frame, log, cast("Warehouse", desk))
    assert (rejected.rows, rejected.warnings) == (1, ())
