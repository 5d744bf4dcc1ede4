"""Promised: no entry of the pipeline's log is left out unseen. Each is counted, or replaced by a
later one of its source, or told as belonging to no run date.

Proved by logs of every shape, on every engine that runs: hourly loads, retries, files, entries
without a source or a time, entries after now, and counts and statuses of any type.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from checks.core.model import Status, Verdict
from checks.evidence import runs
from checks.evidence.context import open_context
from checks.evidence.runs import ADDED, COUNTS, READ_NOTHING, REPLACED, STATUS_ONLY, UNSETTLED
from tests.shop import DAY, NOW, RUN, Row, Shop, at, log_entry

GREEN, AMBER, RED, UNKNOWN = Status.GREEN, Status.AMBER, Status.RED, Status.UNKNOWN
FILE = "events_20250308.csv"


def load(source: object, hour: float, rejected: object = 10, status: object = "success") -> Row:
    """An entry of the run date, of 1,000 rows."""
    return log_entry(DAY, 1000, rejected, filename=source, status=status) | {
        "run_timestamp": at(RUN, hour)
    }


def entries(shop: Shop, *rows: Row, days_before: int = 0, each_day: int = 1) -> None:
    """The run date's log; on some days before, so many good loads of the first row's source."""
    earlier = [row for row in shop.log.rows if row["run_timestamp"].date() != RUN]
    loaded = log_entry(DAY, 1000, 10, filename=rows[0]["filename"])
    earlier += [
        loaded | {"run_timestamp": at(RUN - timedelta(days=back), hour)}
        for back in range(1, days_before + 1)
        for hour in range(each_day)
    ]
    shop.log.rows = [*earlier, *rows]
    shop.write()


def judged(shop: Shop, check: str, **options: Any) -> Verdict:
    return shop.verdicts(**options)[check]


def statuses(shop: Shop, **options: Any) -> tuple[Status, ...]:
    """Of rows_read, run_status and quarantine_rate."""
    verdicts = shop.verdicts(**options)
    return tuple(verdicts[check].status for check in ("rows_read", "run_status", "quarantine_rate"))


@pytest.mark.parametrize(
    ("source", "days_before", "rate", "read"),
    [
        ("web", 0, 0.362, 1000), ("web", 7, 0.362, 5000), ("topic-3", 7, 0.362, 5000),
        ("ereignisse", 2, 0.362, 5000), ("ereignisse", 1, 0.362, 1000),
    ],
)  # fmt: skip
def test_the_last_of_eight_hourly_loads_hides_none(
    shop: Shop, source: str, days_before: int, rate: float, read: int
) -> None:
    loads = [
        load(source, 0.25 + hour / 2, 600 if hour < 6 else 5, "failed" if hour < 3 else "success")
        for hour in range(8)
    ]
    entries(shop, *loads, days_before=days_before, each_day=8)
    verdicts = shop.verdicts()
    assert verdicts["quarantine_rate"].status is RED
    assert verdicts["quarantine_rate"].value == pytest.approx(rate)
    assert verdicts["rows_read"].value == read
    # Of parts the next one is no retry: three of eight are missing.
    in_parts = read == 5000
    status = verdicts["run_status"]
    assert status.message == f"failed={3 if in_parts else 0} (max 0)"
    assert ("has 5 good parts, usually 8" in status.summary) is in_parts
    assert ("3 failed entries were replaced by a later one" in status.summary) is not in_parts
    assert ("audit_log.several" in verdicts["quarantine_rate"].summary) == (read == 1000)
    with open_context(shop.config(), DAY, NOW) as context:
        page = runs.read(context)
    places = [load.place for load in page.loads if load.source == source]
    assert places.count(STATUS_ONLY if in_parts else REPLACED) == 3
    assert places.count(ADDED if in_parts else UNSETTLED) == 5


@pytest.mark.parametrize(
    ("loads", "message", "status"),
    [
        # The last and smallest entry has the highest rate of its own, and hides the rest.
        ([(100_000, 5900), (50, 5), (3000, 0)], "rate=0.0573 (max 0.05)", RED),
        ([(1000, 60), (10, 1), (1000, 45)], "rate=0.0527 (max 0.05)", RED),
        ([(1000, 100), (5, 1), (9000, 0)], "rate=0.0101 (max 0.05)", AMBER),
        ([(1000, 40), (10, 1), (1000, 45)], "rate=0.0455 (max 0.05)", GREEN),
    ],
)
def test_a_small_last_entry_hides_no_big_one(
    shop: Shop, loads: list[tuple[int, int]], message: str, status: Status
) -> None:
    rows = [
        load(source, 1 + hour, rejected) | {"rows_read": read}
        for hour, (source, (read, rejected)) in enumerate(
            zip(("web", "web", "app"), loads, strict=True)
        )
    ]
    entries(shop, *rows)
    verdict = judged(shop, "quarantine_rate")
    assert (verdict.message, verdict.status) == (message, status)
    assert "audit_log.several" in verdict.summary


@pytest.mark.parametrize("name", ["hr-1", "partner-v20240115", "8hr1", "api-version-2024-01-15"])
def test_parts_whose_name_looks_like_a_file_add_up(shop: Shop, name: str) -> None:
    entries(shop, load(name, 1, 200), load(name, 2, 0), days_before=3, each_day=2)
    verdicts = shop.verdicts()
    assert (verdicts["quarantine_rate"].value, verdicts["rows_read"].value) == (0.1, 2000)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        # On the days before no part had an entry for its start: one of two is missing.
        (("running", "success"), UNKNOWN),
        (("running", "success", "success"), GREEN),
        (("running", "running", "success"), UNKNOWN),
        (("running", "running", "success", "success"), GREEN),
        ((None, "running", "success"), UNKNOWN),
        (("running", "failed", "running", "success"), RED),
        (("running", "failed", "running", "success", "running", "success"), GREEN),
    ],
)
def test_a_part_that_runs_is_not_over_when_another_one_is(
    shop: Shop, words: tuple[str | None, ...], status: Status
) -> None:
    rows = [load("web", hour, status=word) for hour, word in enumerate(words)]
    entries(shop, *rows, days_before=3, each_day=2)
    assert judged(shop, "run_status").status is status


@pytest.mark.parametrize("several", [None, "replace", "add"])
def test_the_configuration_says_how_several_entries_count(shop: Shop, several: str | None) -> None:
    shop.set("audit_log", several=several)
    entries(shop, load("web", 1, 400), load("web", 2, 10))
    verdict = judged(shop, "quarantine_rate")
    assert verdict.status is (GREEN if several == "replace" else RED)
    assert verdict.value == pytest.approx(0.01 if several == "replace" else 0.205)
    assert ("audit_log.several" in verdict.summary) == (several is None)


@pytest.mark.parametrize(
    "source", [FILE, "uk_20250308.csv", "2025/03/08/part-1", "web-2025-03-08T05"]
)
def test_a_retry_of_a_file_replaces_it(shop: Shop, source: str) -> None:
    entries(shop, load(source, 1, 400), load(source, 2, 10), load("uk", 2))
    assert judged(shop, "quarantine_rate").value == pytest.approx(0.01)
    entries(shop, load(source, 1, 10), load(source, 2, 400), load("uk", 2))
    assert judged(shop, "quarantine_rate").value == pytest.approx(0.205)


@pytest.mark.parametrize("source", [None, "", "  "])
def test_entries_without_a_source_never_replace_one_another(shop: Shop, source: str | None) -> None:
    entries(
        shop,
        load(source, 1, 400, "failed"),
        load(source, 2, 10),
        load(source, 2, 10),
        load(FILE, 2),
    )
    verdicts = shop.verdicts()
    assert (verdicts["run_status"].status, verdicts["run_status"].value) == (RED, 1)
    assert verdicts["rows_read"].value == 4000
    assert verdicts["quarantine_rate"].value == pytest.approx(430 / 4000)


@pytest.mark.parametrize(
    ("words", "status", "failed"),
    [
        (("Failed", "SUCCESS"), GREEN, 0),
        (("SUCCESS", "Failed"), RED, 1),
        (("error", "FAILED"), RED, 2),
        (("RUNNING", " Success "), GREEN, 0),
        (("success", "Running"), UNKNOWN, None),
        (("failed", "sideways"), RED, 1),
    ],
)
def test_what_failed_is_red_until_a_later_good_entry(
    shop: Shop, words: tuple[str, str], status: Status, failed: int | None
) -> None:
    entries(shop, *(load("web", hour, status=word) for hour, word in enumerate(words)))
    verdict = judged(shop, "run_status")
    assert (verdict.status, verdict.value) == (status, failed)


@pytest.mark.parametrize(
    ("ahead", "counts"),
    [
        (timedelta(minutes=4, seconds=59), True), (timedelta(minutes=5), True),
        (timedelta(minutes=5, seconds=1), False), (timedelta(hours=17), False),
        (timedelta(hours=18), False), (timedelta(days=4000), False),
    ],
)  # fmt: skip
def test_an_entry_after_now_is_no_run(shop: Shop, ahead: timedelta, counts: bool) -> None:
    moment = NOW.replace(tzinfo=None) + ahead
    row = load(FILE, 0) | {"run_timestamp": moment}
    entries(shop, row)
    verdict = judged(shop, "log_entry_exists_today")
    assert (verdict.status, verdict.value) == ((GREEN, 1) if counts else (RED, 0))
    assert verdict.details["entries_after_now"] == (0 if counts else 1)
    assert ("1 entry has a time after now and does not count" in verdict.summary) is not counts
    # A failed load is not repaired from the future.
    entries(shop, load(FILE, 5, status="failed"), row)
    status = judged(shop, "run_status")
    assert status.status is (GREEN if counts else RED)
    assert ("a time after now" in status.summary) is not counts


@pytest.mark.parametrize("moment", ["infinity", "57155-04-01 10:00:00"])
@pytest.mark.parametrize(
    ("kind", "of_time"),
    [
        ("timestamp", "run_timestamp"),
        ("timestamptz", "run_timestamp AT TIME ZONE 'UTC'"),
        ("date", "CAST(run_timestamp AS date)"),
    ],
)
def test_an_entry_that_no_calendar_has_is_after_now(
    shop: Shop, moment: str, kind: str, of_time: str
) -> None:
    if shop.engine.name not in ("duckdb", "postgresql"):
        pytest.skip("the engine keeps no such times")
    shop.write(
        f"ALTER TABLE pipeline_logs ALTER run_timestamp TYPE {kind} USING {of_time}",
        "INSERT INTO pipeline_logs (filename, run_timestamp, rows_read, rows_quarantined, status) "
        f"VALUES ('late', '{moment}', 7, 7, 'failed')",
    )
    verdicts = shop.verdicts()
    checks = ("log_entry_exists_today", "rows_read", "run_status", "quarantine_rate")
    assert [verdicts[check].status for check in checks] == [GREEN] * 4
    assert verdicts["rows_read"].value == 1000
    for check in ("log_entry_exists_today", "run_status"):
        assert "1 entry has a time after now and does not count" in verdicts[check].summary
        assert verdicts[check].details["after_now"][0]["run_at"].year > 9000
    with open_context(shop.config(), DAY, NOW) as context:
        assert len(runs.read(context).strays) == 1


def test_entries_of_later_run_dates_are_no_future_when_a_past_day_is_judged(shop: Shop) -> None:
    entries(shop, load(FILE, 2))
    past = RUN - timedelta(days=2)
    verdict = judged(shop, "log_entry_exists_today", date=past)
    assert (verdict.status, verdict.details["entries_after_now"]) == (GREEN, 0)
    entries(shop, load(FILE, 2), load(FILE, 22), load(FILE, 50))
    verdict = judged(shop, "log_entry_exists_today", date=past)
    assert (verdict.status, verdict.details["entries_after_now"]) == (GREEN, 2)
    assert "2 entries have a time after now and do not count" in verdict.summary


@pytest.mark.parametrize(
    ("source", "word", "good", "status"),
    [
        (FILE, "success", FILE, AMBER),
        (FILE, "failed", FILE, AMBER),
        (FILE, "FAILED", "other", RED),
        ("web", "failed", "web", AMBER),
        ("web", "failed", "other", RED),
        (None, "failed", "web", RED),
        ("", "failed", "web", RED),
        ("web", None, "other", AMBER),
        # A file of long ago is of another run.
        ("events_20240101.csv", "failed", "web", AMBER),
    ],
)
def test_an_entry_without_a_time_is_told(
    shop: Shop, source: str | None, word: str | None, good: str, status: Status
) -> None:
    lost = load(source, 0, status=word) | {"run_timestamp": None}
    shop.log.rows = [row for row in shop.log.rows if row["run_timestamp"].date() != RUN]
    shop.log.rows += [load(good, 2), lost]
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["run_status"].status is status
    assert verdicts["run_status"].message == f"failed={int(status is RED)} (max 0)"
    for check in ("run_status", "log_entry_exists_today"):
        assert "1 entry has no time and belongs to no run date" in verdicts[check].summary
        assert verdicts[check].details["entries_without_time"] == 1
    assert verdicts["log_entry_exists_today"].value == 1


@pytest.mark.parametrize("word", ["failed", "running"])
def test_an_entry_without_a_time_weakens_nothing(shop: Shop, word: str) -> None:
    shop.log.rows = [row for row in shop.log.rows if row["run_timestamp"].date() != RUN]
    shop.log.rows += [load("web", 2, status=word), load("web", 0) | {"run_timestamp": None}]
    shop.write()
    verdict = judged(shop, "run_status")
    assert verdict.status is (RED if word == "failed" else UNKNOWN)
    assert "1 entry has no time" in verdict.summary


def test_only_entries_without_a_time_are_no_run(shop: Shop) -> None:
    shop.log.rows = [load("web", 0) | {"run_timestamp": None}]
    shop.write()
    verdict = judged(shop, "log_entry_exists_today")
    assert verdict.status is RED
    assert "1 entry has no time" in verdict.summary


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (sa.String(40), "1000"), (sa.String(40), " 1000 "), (sa.String(40), "1000.0"),
        (sa.Double(), 1000.0), (sa.Numeric(20, 2), 1000), (sa.SmallInteger(), 1000),
    ],
)  # fmt: skip
def test_a_whole_number_counts_whatever_its_type(shop: Shop, kind: Any, value: object) -> None:
    shop.log.columns["rows_read"] = kind
    shop.log.rows = [row | {"rows_read": value} for row in shop.log.rows]
    shop.write()
    assert judged(shop, "rows_read").message == "rows_read=1000 (min 1)"


def test_a_truth_value_is_no_count(shop: Shop) -> None:
    if shop.engine.name == "sqlite":
        pytest.skip("SQLite keeps truth values as numbers")
    shop.log.columns["rows_read"] = sa.Boolean()
    shop.log.rows = [row | {"rows_read": True} for row in shop.log.rows]
    shop.write()
    assert judged(shop, "rows_read").status is UNKNOWN


@pytest.mark.parametrize("kind", [sa.CHAR(30), sa.Text(), sa.BigInteger()])
def test_a_source_is_known_by_its_text(shop: Shop, kind: Any) -> None:
    name: object = 7 if isinstance(kind, sa.BigInteger) else "web"
    shop.log.columns |= {"filename": kind, "status": sa.CHAR(20)}
    shop.log.rows = [row | {"filename": name} for row in shop.log.rows]
    entries(shop, load(name, 1, 400, "failed"), load(name, 2, 10))
    assert statuses(shop) == (GREEN, GREEN, GREEN)
    with open_context(shop.config(), DAY, NOW) as context:
        assert runs.read(context).sources == (str(name),)


def test_an_absurd_text_breaks_nothing_else(shop: Shop) -> None:
    shop.log.columns |= {"filename": sa.Text(), "status": sa.Text()}
    endless = "x" * 300_000
    entries(shop, load(endless, 1, 10, "failed"), load(endless, 2, 10), load(FILE, 2))
    assert statuses(shop) == (GREEN, RED, GREEN)
    entries(shop, load(FILE, 1, 10, endless))
    assert statuses(shop) == (GREEN, UNKNOWN, GREEN)


def test_counts_that_no_check_needs_may_be_left_out(shop: Shop) -> None:
    shop.set("audit_log", rows_read=None, rows_quarantined=None)
    for check in ("rows_read", "quarantine_rate"):
        shop.parameters(check, enabled=False)
    shop.write()
    verdicts = shop.verdicts()
    assert verdicts["run_status"].status is verdicts["log_entry_exists_today"].status is GREEN
    assert not {"rows_read", "quarantine_rate"} & set(verdicts)
    with open_context(shop.config(), DAY, NOW) as context:
        (load,) = runs.read(context).loads
    assert (load.read, load.rate) == (load.quarantined, None)


@pytest.mark.parametrize("name", ["events_{:%Y%m%d}.csv", "clicks/dt={:%Y-%m-%d}", "web"])
@pytest.mark.parametrize(
    ("words", "rejected", "expected"),
    [
        (["success"] * 4, [700, 700, 700, 0], (GREEN, GREEN, RED)),
        (["failed"] * 3 + ["success"], [0] * 4, (GREEN, RED, GREEN)),
        (["success", "failed", "success", "success"], [0] * 4, (GREEN, RED, GREEN)),
        (["success", "running", "success", "success"], [0] * 4, (GREEN, UNKNOWN, GREEN)),
        (["success", None, "success", "success"], [0] * 4, (GREEN, UNKNOWN, GREEN)),
        (["success", "failed", "success", "success", "success"], [0] * 5, (GREEN,) * 3),
        (["success"] * 4, [10] * 4, (GREEN,) * 3),
    ],
)
def test_no_part_is_a_retry_of_another(
    shop: Shop,
    name: str,
    words: list[str | None],
    rejected: list[int],
    expected: tuple[Status, ...],
) -> None:
    shop.log.rows = [
        load(name.format(DAY - timedelta(days=back)), 1 + hour)
        | {"run_timestamp": at(RUN - timedelta(days=back), 1 + hour)}
        for back in (1, 2, 3)
        for hour in range(4)
    ]
    today = zip(words, rejected, strict=True)
    shop.log.rows += [
        load(name.format(DAY), 1 + hour, bad, word) for hour, (word, bad) in enumerate(today)
    ]
    shop.write()
    assert statuses(shop) == expected
    missing = expected[1] is not GREEN
    is_said = f"has {words.count('success')} good part" in judged(shop, "run_status").summary
    assert is_said is missing


@pytest.mark.parametrize("source", [FILE, "web"])
def test_a_load_that_read_nothing_replaces_none_that_read_rows(shop: Shop, source: str) -> None:
    entries(shop, load(source, 1, 600), load(source, 2, 0) | {"rows_read": 0})
    assert statuses(shop) == (GREEN, GREEN, RED)
    summary = judged(shop, "rows_read").summary
    assert "read nothing and does not replace the one that read rows" in summary
    with open_context(shop.config(), DAY, NOW) as context:
        places = [load.place for load in runs.read(context).loads]
    assert places == [COUNTS, READ_NOTHING]
    entries(shop, *(load(source, hour, 0) | {"rows_read": 0} for hour in (1, 2)))
    assert statuses(shop)[0] is RED


@pytest.mark.parametrize("source", [FILE, "web"])
@pytest.mark.parametrize("word", ["started", None])
def test_a_start_and_an_end_may_share_their_time(shop: Shop, source: str, word: str | None) -> None:
    start = load(source, 2, None, word) | {"rows_read": None}
    entries(shop, start, load(source, 2))
    assert statuses(shop) == (GREEN, GREEN, GREEN)
    entries(shop, start, load(source, 2, status="failed"))
    assert judged(shop, "run_status").status is RED
    entries(shop, load(source, 2, status="failed"), load(source, 2))
    assert judged(shop, "run_status").status is RED


@pytest.mark.parametrize(
    ("several", "words", "read", "status"),
    [
        ("replace", ("started", "success"), 1000, GREEN),
        ("replace", ("failed", "success"), 1000, GREEN),
        ("replace", ("success", "success"), 1000, GREEN),
        ("add", ("failed", "success"), 1000, GREEN),
        ("add", ("success", "success"), 2000, GREEN),
        ("replace", ("success", "failed"), 1000, RED),
        (None, ("failed", "success"), 2000, RED),
        (None, ("success", "success"), 2000, GREEN),
    ],
)
def test_a_log_without_sources_is_of_one_where_the_configuration_says_so(
    shop: Shop, several: str | None, words: tuple[str, str], read: int, status: Status
) -> None:
    shop.set("audit_log", source=None, several=several)
    entries(shop, load("a", 1, status=words[0]), load("b", 2, status=words[1]))
    verdicts = shop.verdicts()
    assert (verdicts["rows_read"].value, verdicts["run_status"].status) == (read, status)


@pytest.mark.parametrize(
    ("final", "status"), [(40, GREEN), (50, GREEN), (51, AMBER), (85, AMBER), (200, RED)]
)
def test_two_loads_a_day_may_be_one_and_its_correction(
    shop: Shop, final: int, status: Status
) -> None:
    entries(shop, load("web", 1, 5), load("web", 2, final), days_before=7, each_day=2)
    verdict = judged(shop, "quarantine_rate")
    assert verdict.status is status
    assert "audit_log.several" in verdict.summary
    shop.set("audit_log", several="add")
    verdict = judged(shop, "quarantine_rate")
    assert (verdict.status, "audit_log.several" in verdict.summary) == (
        RED if status is RED else GREEN, False,
    )  # fmt: skip


def test_a_late_part_of_many_rows_above_the_limit_is_told(shop: Shop) -> None:
    rows = [load("web", 1 + hour / 2, 61 if hour == 7 else 0) for hour in range(8)]
    entries(shop, *rows, days_before=7, each_day=8)
    verdict = judged(shop, "quarantine_rate")
    assert (verdict.status, "audit_log.several" in verdict.summary) == (AMBER, True)
    entries(shop, *[*rows[:7], load("web", 4.5, 60)], days_before=7, each_day=8)
    verdict = judged(shop, "quarantine_rate")
    assert (verdict.status, "audit_log.several" in verdict.summary) == (GREEN, False)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (sa.Double(), 0.0, 1.0), (sa.BigInteger(), 0, 1), (sa.Numeric(10, 2), 0, 1),
        (sa.String(20), "0", "1"),
    ],
)  # fmt: skip
def test_statuses_and_sources_are_names_whatever_their_type(
    shop: Shop, kind: Any, good: object, bad: object
) -> None:
    shop.parameters("run_status", ok=["0"], failed=["1"], running=["2"])
    shop.log.columns |= {"status": kind, "filename": sa.Double()}
    shop.log.rows = [row | {"status": good, "filename": 20250308.0} for row in shop.log.rows]
    shop.write()
    assert statuses(shop) == (GREEN, GREEN, GREEN)
    assert [row["source"] for row in judged(shop, "run_status").details["sources"]] == ["20250308"]
    shop.log.rows = [row | {"status": bad} for row in shop.log.rows]
    shop.write()
    assert judged(shop, "run_status").message == "failed=1 (max 0)"


def test_a_status_may_be_true_or_false(shop: Shop) -> None:
    if shop.engine.name == "sqlite":
        pytest.skip("SQLite keeps truth values as numbers")
    shop.parameters("run_status", ok=["true"], failed=["false"])
    shop.log.columns["status"] = sa.Boolean()
    shop.log.rows = [row | {"status": True} for row in shop.log.rows]
    shop.write()
    assert statuses(shop) == (GREEN, GREEN, GREEN)
