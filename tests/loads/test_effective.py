"""Which entries of the audit log count, where a source has several on a run date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from checks.config.declared import settings_of
from checks.config.model import AuditLogSource
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.model import Cause
from checks.core.values import Unmeasured
from checks.loads.effective import ADD, REPLACE, Load, Parts, Rule, good_sources, loads
from checks.loads.repairs import is_open
from checks.loads.sources import LONGEST_SOURCE, family_of, names_time

RUN = date(2025, 3, 9)


def entry(
    read: int, hour: float = 1, source: str | None = "web", status: str | None = "ok", back: int = 0
) -> AuditEntry:
    """An entry, known by its rows read, so many days before the run date."""
    day = datetime(2025, 3, 9, tzinfo=UTC) - timedelta(days=back)
    return AuditEntry(source, day + timedelta(hours=hour), read, 0, status=status)


def log(*today: AuditEntry, earlier: Sequence[AuditEntry] = (), **fields: Any) -> AuditLog:
    """A log of the run date and of the days before."""
    days: dict[date, list[AuditEntry]] = {}
    for log_entry in (*earlier, *today):
        days.setdefault(log_entry.run_at.date(), []).append(log_entry)
    return AuditLog(RUN, {day: tuple(rows) for day, rows in days.items()}, **fields)


def shown(load: Load) -> tuple[str, list[list[object]], list[list[object]], list[object]]:
    """Rule, readings, endings and replaced entries, by their rows read."""
    return (
        load.rule.value,
        sorted([sorted_reads(reading) for reading in load.readings]),
        [sorted_reads(tied) for tied in load.endings],
        sorted_reads(load.replaced),
    )


def sorted_reads(entries: Sequence[AuditEntry]) -> list[Any]:
    return sorted(entry.rows_read for entry in entries)  # type: ignore[type-var]


def parts(days: int, each: int = 2, first: int = 1, **fields: Any) -> list[AuditEntry]:
    """So many entries on each of some days before the run date."""
    return [
        entry(1, hour, back=back, **fields)
        for back in range(first, first + days)
        for hour in range(each)
    ]


def test_a_source_with_one_entry() -> None:
    (load,) = loads(log(entry(5)))
    assert shown(load) == ("single", [[5]], [[5]], [])
    assert loads(log()) == ()
    assert loads(log(earlier=[entry(7, back=1)]), RUN - timedelta(days=1))[0].source == "web"


@pytest.mark.parametrize("status", ["failed", "running", "", " ", None])
def test_what_failed_or_never_ended_is_replaced_by_a_later_good_entry(status: str | None) -> None:
    (load,) = loads(log(entry(1, 1, status=status), entry(2, 2, status=status), entry(3, 3)))
    assert shown(load) == ("replaced", [[3]], [[3]], [1, 2])


def test_parts_that_failed_are_all_replaced_by_a_later_good_one() -> None:
    failed = entry(1, 1, status="failed"), entry(2, 2, status="failed")
    (load,) = loads(log(*failed, entry(3, 3), earlier=parts(1, each=1), several=ADD))
    assert shown(load) == ("added", [[3]], [[3]], [1, 2])
    assert load.parts == Parts(1, 1)
    (load,) = loads(log(*failed, entry(3, 3), several=ADD))
    assert shown(load) == ("added", [[3]], [[3], [2], [1]], [])
    assert load.parts == Parts(1, None)


@pytest.mark.parametrize("word", ["running", "", " ", None])
@pytest.mark.parametrize(
    ("ends", "still_open"),
    [
        # `s` has not ended; each later end closes one, the first before the next.
        ("s", [0]), ("so", []), ("sf", []), ("os", [1]), ("fs", [1]), ("sso", [1]), ("ssf", [1]),
        ("soo", []), ("sooo", []), ("soso", []), ("ssoo", []), ("sosso", [3]), ("sfso", []),
        ("ssso", [1, 2]), ("sosos", [4]), ("ssooo", []), ("oos", [2]),
        # A word that no list has tells no end.
        ("s?", [0]), ("s?o", []),
    ],
)  # fmt: skip
def test_each_part_that_ended_closes_one_that_had_not(
    word: str | None, ends: str, still_open: list[int]
) -> None:
    words = {"s": word, "o": "ok", "f": "failed", "?": "sideways"}
    today = [entry(place, place, status=words[end]) for place, end in enumerate(ends)]
    pairs = [*parts(2, each=9, status=word), *parts(2, each=9)]
    (load,) = loads(log(*today, earlier=pairs, several=ADD))
    standing = [entry for tied in load.endings for entry in tied]
    assert sorted_reads([e for e in standing if is_open(log(), e)]) == still_open
    counted = [place for place, end in enumerate(ends) if end in "o?"]
    if counted:
        assert [sorted_reads(reading) for reading in load.readings] == [counted]


@pytest.mark.parametrize("several", [None, REPLACE, ADD])
@pytest.mark.parametrize("end", ["ok", "failed"])
@pytest.mark.parametrize("start", ["running", "", None])
@pytest.mark.parametrize("source", ["web", "events_20250308.csv"])
def test_of_a_start_and_an_end_of_one_time_the_end_counts(
    several: str | None, end: str, start: str | None, source: str
) -> None:
    today = entry(1, 1, source, start), entry(2, 1, source, end)
    for both in (today, today[::-1]):
        (load,) = loads(log(*both, several=several))
        assert shown(load)[1:] == ([[2]], [[2]], [1])


def test_parts_whose_starts_and_ends_share_their_times() -> None:
    pairs = [entry(hour * 10 + end, hour, status="ok" if end else "started")
             for hour in (1, 2, 3) for end in (0, 1)]  # fmt: skip
    earlier = [replace(e, run_at=e.run_at - timedelta(days=day)) for e in pairs for day in (1, 2)]
    (load,) = loads(log(*pairs, earlier=earlier))
    assert shown(load) == ("added", [[11, 21, 31]], [[31], [21], [11]], [10, 20, 30])


def test_fewer_pairs_than_usual_have_ended_all_the_same() -> None:
    earlier = [*parts(3, each=9, status="started"), *parts(3, each=9)]
    today = entry(1, 1, status="started"), entry(2, 2), entry(3, 3, status="started"), entry(4, 4)
    (load,) = loads(log(*today, earlier=earlier))
    assert shown(load) == ("added", [[2, 4]], [[4], [2]], [1, 3])


def test_a_failed_and_a_good_one_of_one_time_are_undecided() -> None:
    name = "events_20250308.csv"
    (load,) = loads(log(entry(1, 1, name, "failed"), entry(2, 1, name)))
    assert shown(load) == ("replaced", [[1], [2]], [[1, 2]], [])


def twice(read: int, local: float, status: str = "ok", source: str = "web") -> AuditEntry:
    """An entry of the hour that comes twice: its first time is an hour before the second."""
    later = entry(read, local + 1, source, status)
    return replace(later, first_run_at=later.run_at - timedelta(hours=1))


@pytest.mark.parametrize("source", ["web", "events_20250308.csv"])
@pytest.mark.parametrize("hours", [(1.2, 1.8), (1.8, 1.2), (1.0, 1.99)])
def test_entries_of_an_hour_that_comes_twice_have_no_order(
    source: str, hours: tuple[float, float]
) -> None:
    (load,) = loads(log(twice(1, hours[0], "failed", source), twice(2, hours[1], "ok", source)))
    assert load.replaced == ()
    assert sorted_reads([e for group in load.endings for e in group]) == [1, 2]
    (load,) = loads(log(twice(1, hours[0], "started", source), twice(2, hours[1], "ok", source)))
    assert shown(load)[1:] == ([[2]], [[2]], [1])
    two = twice(1, hours[0], source=source), twice(2, hours[1], source=source)
    (load,) = loads(log(*two))
    assert [1] in shown(load)[1]
    assert [2] in shown(load)[1]


@pytest.mark.parametrize("hour", [1.19, 3.0])
def test_before_and_after_the_hour_that_comes_twice_there_is_an_order(hour: float) -> None:
    name = "events_20250308.csv"
    (load,) = loads(log(entry(1, hour, name, "failed"), twice(2, 1.2, source=name)))
    assert shown(load)[1] == ([[2]] if hour < 2 else [[1]])
    assert len(load.replaced) == 1


@pytest.mark.parametrize("several", [None, REPLACE])
@pytest.mark.parametrize("source", ["web", "events_20250308.csv"])
@pytest.mark.parametrize(
    ("today", "counted", "read_nothing"),
    [
        ([(130, "ok"), (0, "ok")], [130], 1),
        ([(130, "ok"), (0, "ok"), (0, "ok")], [130], 2),
        ([(130, None), (130, "ok"), (0, None), (0, "ok")], [130], 1),
        ([(0, "ok"), (0, "ok")], [0], 0),
        ([(130, "ok"), (0, "failed")], [0], 0),
        # A part of it was read; nothing says that the rest was.
        ([(40, "failed"), (0, "ok")], [40], 1),
        ([(0, "failed"), (0, "ok")], [0], 0),
        ([(40, "failed"), (130, "ok"), (0, "ok")], [130], 1),
    ],
)
def test_what_read_nothing_does_not_replace_what_read_rows(
    today: list[tuple[int, str | None]],
    counted: list[int],
    read_nothing: int,
    source: str,
    several: str | None,
) -> None:
    entries = [entry(read, hour, source, word) for hour, (read, word) in enumerate(today)]
    (load,) = loads(log(*entries, several=several))
    assert sorted_reads(load.readings[0]) == counted
    assert len(load.read_nothing) == read_nothing
    assert {id(e) for e in load.read_nothing} <= {id(e) for e in load.replaced}


def test_rejected_rows_of_nothing_read_are_a_bad_count_and_no_empty_load() -> None:
    name = "events_20250308.csv"
    (load,) = loads(log(entry(130, 1, name), replace(entry(0, 2, name), rows_quarantined=5)))
    assert shown(load)[1] == [[0]]


@pytest.mark.parametrize("several", [None, ADD])
def test_parts_that_read_nothing_are_parts(several: str | None) -> None:
    today = entry(0, 1), entry(20, 2), entry(0, 3)
    (load,) = loads(log(*today, earlier=parts(2, each=3), several=several))
    assert shown(load) == ("added", [[0, 0, 20]], [[0], [20], [0]], [])


DAILY = [
    "events_{:%Y%m%d}.csv", "clicks/dt={:%Y-%m-%d}", "lake/{:%Y/%m/%d}/web", "export {:%d.%m.%Y}",
    "y={0.year}/m={0.month}/d={0.day}", "{0:%Y-%m-%d}_{0:%Y-%m-%d}.json", "x{:%Y%m%d}05.gz",
]  # fmt: skip


def daily(name: str, back: int, *reads: int, status: str = "ok") -> list[AuditEntry]:
    """Entries of a source that is named by the day before its run date."""
    day = RUN - timedelta(days=back + 1)
    return [entry(read, hour, name.format(day), status, back) for hour, read in enumerate(reads)]


@pytest.mark.parametrize("name", DAILY)
@pytest.mark.parametrize(("days", "rule"), [(1, "replaced"), (2, "added"), (7, "added")])
def test_parts_of_a_source_that_names_its_day_add_up(name: str, days: int, rule: str) -> None:
    earlier = [e for back in range(1, days + 1) for e in daily(name, back, *range(7))]
    (load,) = loads(log(*daily(name, 0, 1, 2, 3), earlier=earlier))
    assert shown(load)[:2] == (rule, [[1, 2, 3]] if rule == "added" else [[3]])


@pytest.mark.parametrize("name", DAILY)
def test_a_part_that_failed_is_missed_in_a_source_that_names_its_day(name: str) -> None:
    earlier = [e for back in (1, 2, 3) for e in daily(name, back, *range(3))]
    failed = daily(name, 0, 9, status="failed")
    retried = [replace(e, run_at=e.run_at + timedelta(hours=1)) for e in daily(name, 0, 1, 2, 3)]
    (load,) = loads(log(*failed, *retried[:2], earlier=earlier))
    assert (load.parts, load.replaced) == (Parts(2, 3), ())
    (load,) = loads(log(*failed, *retried, earlier=earlier))
    assert (load.parts, sorted_reads(load.replaced)) == (Parts(3, 3), [9])


def test_hourly_files_of_which_one_was_loaded_again_are_no_parts() -> None:
    name = "web{:%Y%m%d}"
    earlier = [
        replace(e, source=f"{e.source}{hour:02}.gz")
        for back in (1, 2, 3)
        for hour in range(24)
        for e in daily(name, back, *([1, 2] if hour == 5 else [1]))
    ]
    assert {family_of(e.source or "") for e in earlier} == {"web{day}.gz"}
    today = [replace(e, source=f"{e.source}07.gz") for e in daily(name, 0, 1, 2)]
    (load,) = loads(log(*today, earlier=earlier))
    assert shown(load) == ("replaced", [[2]], [[2]], [1])


def test_a_late_file_of_a_day_before_makes_parts_no_files() -> None:
    name = "events_{:%Y%m%d}.csv"
    earlier = []
    for back in (1, 2, 3):
        late = [replace(daily(name, back + n, 1)[0], run_at=daily(name, back, 1)[0].run_at)
                for n in (1, 2)]  # fmt: skip
        earlier += daily(name, back, *range(7)) + late
    (load,) = loads(log(*daily(name, 0, 1, 2), earlier=earlier))
    assert (load.rule, load.parts) == (Rule.ADDED, Parts(2, 7))


@pytest.mark.parametrize(("each", "twice"), [(2, True), (3, False), (24, False)])
@pytest.mark.parametrize("several", [None, ADD])
def test_two_loads_a_day_may_be_a_preliminary_and_a_final_one(
    each: int, twice: bool, several: str | None
) -> None:
    (load,) = loads(log(entry(1, 1), entry(2, 2), earlier=parts(3, each=each), several=several))
    assert load.may_be_twice == (twice and several is None)
    alone = [sorted_reads(reading) for reading in load.latest_alone]
    assert alone == ([[2]] if several is None else [])


@pytest.mark.parametrize(("hour", "replaced"), [(2.9, [1]), (3, []), (3.1, [])])
def test_only_a_later_entry_repairs(hour: float, replaced: list[int]) -> None:
    (load,) = loads(log(entry(1, hour, status="failed"), entry(2, 3)))
    assert sorted_reads(load.replaced) == replaced
    assert sorted_reads([e for tied in load.endings for e in tied]) == ([2] if replaced else [1, 2])


def test_a_word_that_no_list_has_repairs_nothing_and_is_not_repaired() -> None:
    (load,) = loads(log(entry(1, 1, status="failed"), entry(2, 2, status="sideways")))
    assert shown(load) == ("replaced", [[2]], [[2], [1]], [])
    (load,) = loads(log(entry(1, 1, status="sideways"), entry(2, 2)))
    assert shown(load) == ("unsettled", [[1, 2], [2]], [[2], [1]], [])


def test_a_retry_that_runs_replaces_what_failed_unless_loads_add_up() -> None:
    entries = entry(1, 1, status="failed"), entry(2, 2, status="running")
    (load,) = loads(log(*entries))
    assert (sorted_reads(load.endings[0]), sorted_reads(load.replaced)) == ([2], [1])
    (load,) = loads(log(*entries, earlier=parts(2)))
    assert (shown(load)[0], shown(load)[2], shown(load)[3]) == ("added", [[2], [1]], [])


@pytest.mark.parametrize(
    ("entries", "readings"),
    [
        ([entry(1, 1), entry(2, 2)], [[1, 2], [2]]),
        ([entry(2, 2), entry(1, 1)], [[1, 2], [2]]),
        ([entry(1, 1), entry(2, 2), entry(3, 2)], [[1, 2, 3], [2], [3]]),
        ([entry(1, 2), entry(2, 2)], [[1], [1, 2], [2]]),
        # A failure after the good ones stands; its rows are one reading.
        ([entry(1, 1), entry(2, 2), entry(3, 3, status="failed")], [[1, 2], [3]]),
    ],
)
def test_nobody_can_tell(entries: list[AuditEntry], readings: list[list[int]]) -> None:
    (load,) = loads(log(*entries))
    assert (load.rule, shown(load)[1]) == (Rule.UNSETTLED, readings)


@pytest.mark.parametrize(
    ("earlier", "rule"),
    [
        ([], "unsettled"),
        (parts(1), "unsettled"),
        (parts(2), "added"),
        (parts(3), "added"),
        (parts(7, first=1), "added"),
        # Older than a week is not looked at.
        (parts(2, first=6), "added"),
        (parts(2, first=7), "unsettled"),
        # Most of the days on which it came: half of them is not enough.
        ([*parts(1, each=1), *parts(2, first=2)], "added"),
        ([*parts(2, each=1), *parts(2, first=3)], "unsettled"),
        ([*parts(2, each=1), *parts(3, first=3)], "added"),
        # Retries are no parts.
        (parts(7, status="failed"), "unsettled"),
        ([*parts(4, each=1), *[entry(1, 0, back=b, status="failed") for b in (1, 2, 3)]],
         "unsettled"),
        # Of another source.
        (parts(7, source="Web"), "unsettled"),
        (parts(7, source=" web "), "added"),
    ],
)  # fmt: skip
def test_what_usually_comes_in_parts_is_added_up(earlier: list[AuditEntry], rule: str) -> None:
    (load,) = loads(log(entry(1, 1), entry(2, 2), earlier=earlier))
    assert load.rule.value == rule
    assert shown(load)[1] == ([[1, 2]] if rule == "added" else [[1, 2], [2]])


def test_parts_that_failed_and_were_not_repaired_keep_their_ending_alone() -> None:
    today = entry(1, 1), entry(2, 2, status="failed"), entry(3, 3), entry(4, 4, status="failed")
    (load,) = loads(log(*today, earlier=parts(2)))
    assert shown(load) == ("added", [[1, 3]], [[4], [3], [1]], [2])


def test_parts_that_all_failed_are_all_looked_at() -> None:
    (load,) = loads(log(*(entry(n, n, status="failed") for n in (1, 2)), earlier=parts(2)))
    assert shown(load) == ("added", [[1, 2]], [[2], [1]], [])


@pytest.mark.parametrize("later", ["ok", "failed", "running", "sideways", None])
def test_a_later_entry_of_a_file_replaces_whatever_was_before(later: str | None) -> None:
    name = "events_20250308.csv"
    today = entry(1, 1, name), entry(2, 2, name, "failed"), entry(3, 3, name, later)
    yesterday = parts(1, each=1, source="events_20250307.csv") + parts(1, first=2, source=name)
    (load,) = loads(log(*today, earlier=yesterday))
    assert shown(load) == ("replaced", [[3]], [[3]], [1, 2])


@pytest.mark.parametrize(
    "name", ["hr-1", "partner-v20240115", "8hr1", "api-version-2024-01-15", "web/hour=05"]
)
@pytest.mark.parametrize(("days", "rule"), [(0, "replaced"), (1, "replaced"), (2, "added")])
def test_what_comes_in_parts_is_no_file_whatever_its_name(name: str, days: int, rule: str) -> None:
    today = entry(1, 1, name), entry(2, 2, name)
    (load,) = loads(log(*today, earlier=parts(days, source=name)))
    assert (load.rule.value, shown(load)[1]) == (rule, [[1, 2]] if days == 2 else [[2]])


def test_entries_of_a_file_that_share_the_latest_time() -> None:
    name = "events_20250308.csv"
    (load,) = loads(log(entry(1, 1, name), entry(2, 2, name), entry(3, 2, name)))
    assert shown(load) == ("replaced", [[2], [3]], [[2, 3]], [1])


def test_the_configuration_settles_it() -> None:
    today = entry(1, 1), entry(2, 2), entry(3, 3, "e_20250308.csv"), entry(4, 4, "e_20250308.csv")
    replaced = [shown(load) for load in loads(log(*today, several=REPLACE, earlier=parts(7)))]
    assert replaced == [("replaced", [[4]], [[4]], [3]), ("replaced", [[2]], [[2]], [1])]
    added = [shown(load) for load in loads(log(*today, several=ADD))]
    assert added == [("added", [[3, 4]], [[4], [3]], []), ("added", [[1, 2]], [[2], [1]], [])]


def test_the_words_of_the_configuration_are_those_of_the_rule() -> None:
    (several,) = (setting for setting in settings_of(AuditLogSource) if setting.name == "several")
    assert several.choices == (REPLACE, ADD)


@pytest.mark.parametrize("source", [None, "", " ", "x" * (LONGEST_SOURCE + 1)])
@pytest.mark.parametrize("several", [None, REPLACE, ADD])
def test_what_has_no_name_is_no_source(source: str | None, several: str | None) -> None:
    all_loads = loads(log(entry(1, 1, source), entry(2, 2, source), several=several))
    assert [shown(load)[:2] for load in all_loads] == [("single", [[2]]), ("single", [[1]])]


def test_the_longest_name_is_a_source() -> None:
    name = "x" * LONGEST_SOURCE
    assert len(loads(log(entry(1, 1, name), entry(2, 2, name)))) == 1


def test_without_a_column_for_the_source_every_entry_counts() -> None:
    assert len(loads(log(entry(1), entry(2), has_source=False))) == 2


@pytest.mark.parametrize(("several", "reading"), [(REPLACE, [2]), (ADD, [1, 2])])
def test_without_a_column_the_configuration_says_that_all_are_of_one_source(
    several: str, reading: list[int]
) -> None:
    today = entry(1, 1, None), entry(2, 2, None)
    (load,) = loads(log(*today, has_source=False, several=several))
    assert shown(load)[1] == [reading]
    assert good_sources(log(*today, has_source=False, several=several))


@pytest.mark.parametrize(
    "fields", [{"has_status": False}, {"status_problem": Unmeasured(Cause.TIMEOUT, "slow")}]
)
def test_without_a_status_nothing_is_repaired(fields: dict[str, Any]) -> None:
    (load,) = loads(log(entry(1, 1, status="failed"), entry(2, 2), **fields))
    assert (load.rule, shown(load)[1]) == (Rule.UNSETTLED, [[1, 2], [2]])


def test_many_entries_of_one_source_take_no_long_time() -> None:
    many = [entry(n, n / 1e4, status="failed" if n % 2 else "ok") for n in range(20_000)]
    (load,) = loads(log(*many))
    assert (len(load.replaced), len(load.counted)) == (9_999, 10_001)


def test_many_sources_with_several_entries_take_no_long_time() -> None:
    names = [f"events_{number}_20250308.csv" for number in range(5_000)]
    today = [entry(1, hour, name) for name in names for hour in (1, 2)]
    earlier = [entry(1, hour, name, back=back)
               for name in names for hour in (1, 2) for back in (1, 2)]  # fmt: skip
    assert {load.rule for load in loads(log(*today, earlier=earlier))} == {Rule.ADDED}


@pytest.mark.parametrize(
    "source",
    [
        "events_20250308.csv", "uk_20250308.csv", "20250308", "web-2025-03-08T05.json",
        "web.2025.03.08", "s3://lake/web/2025/03/08/part-1", "2025_03_08", "x2025030805.gz",
        "x20250308053000", "20250308T053000Z.json", "export 08.03.2025.xlsx", "08-03-2025",
        "year=2025/month=03/day=08/web", "y=2025/m=3/d=8", "web/hour=05", "web_hour_23", "HR-7",
    ],
)  # fmt: skip
def test_names_that_hold_a_day_or_an_hour(source: str) -> None:
    assert names_time(source)


@pytest.mark.parametrize(
    "source",
    [
        "web", "topic-3", "events_1.csv", "partner 42", "20251308", "20250230", "120250308",
        "202503081", "2025-03", "2025/03-08", "31.04.2025", "1741392000", "v2025.3.8", "flour_12",
        "hour=24", "web/hours", "2099-99-99", "",
    ],
)  # fmt: skip
def test_names_that_hold_none(source: str) -> None:
    assert not names_time(source)


def test_sources_that_ended_well() -> None:
    today = entry(1, 1, " a "), entry(1, 1, "b", "failed"), entry(1, 1, None), entry(1, 1, "c", "?")
    assert good_sources(log(*today)) == {"a"}
    assert good_sources(log(*today, has_source=False)) == frozenset()
    assert good_sources(log(*today, has_status=False)) == frozenset()
    assert good_sources(log(earlier=[entry(1, back=1)])) == frozenset()
