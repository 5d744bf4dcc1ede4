"""Rejected rows that are mapped are judged, with an audit log or without one.

Without a log the rate is rejected over rejected and accepted rows of the data date, from tables
on every engine and from files of every format; what is no complete count is unknown, and what
belongs to no day is told.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from checks import Verdict, load_config
from checks.core.errors import ConfigError, MeasurementError
from checks.core.model import Cause, Status
from checks.evaluation.backtest import replay
from checks.evaluation.validation import validate
from checks.evidence import rejected, rejected_explained, rejected_rate, rejected_rows
from tests.engines import named
from tests.evidence.asking import ask
from tests.shop import DAY, NOW, Row, Shop, Table, at, log_entry, view

LOG_CHECKS = ("log_entry_exists_today", "rows_read", "run_status")
HEADER = "when,why\n"
DATED = "quarantine/bad_{date:%Y%m%d}.csv"
EARLIER = [DAY - timedelta(days=back) for back in range(1, 15)]
Put = Callable[[Path, list[str]], None]


@pytest.fixture
def duck(tmp_path: Path) -> Shop:
    """A shop in a DuckDB file."""
    return Shop(tmp_path, named("duckdb").warehouse(tmp_path))


def without_log(shop: Shop, accepted: int = 950) -> Shop:
    """The shop with so many events on the day, and no audit log."""
    del shop.settings["audit_log"]
    for check in LOG_CHECKS:
        shop.parameters(check, enabled=False)
    shop.events.rows = [view(DAY, 24 * i / accepted) for i in range(accepted)]
    return shop


def with_table(shop: Shop, rows: Iterable[Row], type_: Any = None, **names: str) -> Shop:
    """Rejected rows in a table: `when` they happened and `why` they were rejected."""
    columns = {"happened": type_ or sa.DateTime(), "why": sa.String(80)}
    shop.more.append(Table("refused", columns, list(rows)))
    shop.set("quarantine", table="refused", occurred_at="happened", reason="why")
    return shop


def rejects(count: int, day: date = DAY, why: str = "bad") -> list[Row]:
    """Rejected rows of a day."""
    return [{"happened": at(day, 24 * i / count), "why": why} for i in range(count)]


def with_files(shop: Shop, files: str = DATED, **more: Any) -> Path:
    """A folder of rejected rows, mapped."""
    folder = shop.folder / "quarantine"
    folder.mkdir(exist_ok=True)
    shop.set("quarantine", files=files, **({"reason": "why", "occurred_at": "when"} | more))
    return folder


def csv_of(count: int, day: date = DAY) -> str:
    """A CSV file of so many rejected rows."""
    return HEADER + f"{day}T05:00:00Z,bad\n" * count


def verdict_of(shop: Shop, **options: Any) -> Verdict:
    """What the written shop is told of its rejected rows."""
    return shop.verdicts(**options)["quarantine_rate"]


def judged(shop: Shop) -> Verdict:
    shop.write()
    return verdict_of(shop)


@pytest.mark.parametrize(
    ("accepted", "bad", "status", "stop", "message"),
    [
        (951, 50, Status.GREEN, False, "rate=0.04995 (max 0.05)"),
        (950, 50, Status.GREEN, False, "rate=0.0500 (max 0.05)"),
        (949, 50, Status.RED, False, "rate=0.0501 (max 0.05)"),
        (941, 60, Status.RED, False, "rate=0.0599 (max 0.05)"),
        (940, 60, Status.RED, False, "rate=0.0600 (max 0.05)"),
        (939, 60, Status.RED, True, "rate=0.0601 (max 0.05)"),
        (0, 1, Status.RED, True, "rate=1.0000 (max 0.05)"),
        (10, 0, Status.GREEN, False, "rate=0.0000 (max 0.05)"),
    ],
)
def test_the_limits(
    duck: Shop, accepted: int, bad: int, status: Status, stop: bool, message: str
) -> None:
    folder = with_files(without_log(duck, max(accepted, 1)))
    if not accepted:
        duck.events.rows = []
    (folder / "bad_20250308.csv").write_text(csv_of(bad), "utf-8")
    verdict = judged(duck)
    assert (verdict.status, verdict.stop, verdict.message) == (status, stop, message)
    assert (verdict.value, verdict.threshold) == (bad / (bad + accepted), 0.05)


@pytest.mark.parametrize(("accepted", "status"), [(950, Status.GREEN), (949, Status.RED)])
def test_a_table_on_every_engine(shop: Shop, accepted: int, status: Status) -> None:
    rows = [*rejects(30), *rejects(20, why="worse")]
    rows += [{"happened": at(DAY, hour), "why": "another day"} for hour in (-0.001, 24)]
    verdict = judged(with_table(without_log(shop, accepted), rows))
    assert verdict.status is status
    assert verdict.summary.startswith(
        f"5.0{'' if accepted == 950 else '1'} % of {'1,000' if accepted == 950 else '999'} rows of "
        f"Saturday 8 March were quarantined: 50 rejected rows and {accepted} accepted events, as "
        "no audit log is mapped; main reason 'bad' (60.0 %)"
    )
    details = verdict.details
    assert (details["rows_quarantined"], details["rows_accepted"]) == (50, accepted)
    assert (details["undated_rows"], details["future_rows"]) == (0, 0)


def test_a_query_with_other_names_on_every_engine(shop: Shop) -> None:
    with_table(without_log(shop, 90), rejects(10))
    query = "SELECT happened AS moment, why AS because FROM refused WHERE why <> 'x'"
    shop.settings["quarantine"] = {"query": query, "occurred_at": "moment", "reason": "because"}
    verdict = judged(shop)
    assert (verdict.message, verdict.stop) == ("rate=0.1000 (max 0.05)", True)


def test_times_as_text_on_every_engine(shop: Shop) -> None:
    texts = ["2025-03-08T05:00:00Z", "2025-03-08 06:00:00", "2025-03-09T00:30:00+01:00"]
    texts += [None, "yesterday", "20155", ""]
    rows = [{"happened": text, "why": "bad"} for text in texts]
    verdict = judged(with_table(without_log(shop, 97), rows, sa.String(40)))
    assert verdict.message == "rate=0.0300 (max 0.05)"
    assert verdict.details["undated_rows"] == 4


def test_rows_without_a_time_are_told_with_a_log_on_every_engine(shop: Shop) -> None:
    with_table(shop, [*rejects(10), *[{"happened": None, "why": "no time"}] * 3])
    shop.write()
    verdict = verdict_of(shop)
    assert (verdict.status, verdict.message) == (Status.GREEN, "rate=0.0100 (max 0.05)")
    assert "; 3 rejected rows have no readable time and no day" in verdict.summary
    assert verdict.details["undated_rows"] == 3


@pytest.mark.parametrize(
    ("undated", "status"), [(1, Status.GREEN), (2, Status.AMBER), (5000, Status.AMBER)]
)
def test_rows_without_a_time_can_only_warn(duck: Shop, undated: int, status: Status) -> None:
    rows = [*rejects(4), *[{"happened": None, "why": "no time"}] * undated]
    verdict = judged(with_table(without_log(duck, 95), rows))
    assert (verdict.status, verdict.message) == (status, "rate=0.0404 (max 0.05)")
    assert verdict.details["undated_rows"] == undated
    assert "no readable time" in verdict.summary
    assert ("with those without a time the rate would be" in verdict.summary) is (undated > 1)


def test_rows_after_now_do_not_count_on_every_engine(shop: Shop) -> None:
    later = [{"happened": at(DAY + timedelta(days=days), 7), "why": "clock"} for days in (1, 400)]
    verdict = judged(with_table(without_log(shop, 97), [*rejects(3), *later]))
    assert verdict.message == "rate=0.0300 (max 0.05)"
    assert verdict.details["future_rows"] == 2
    assert "; 2 rejected rows have a time after now, not counted" in verdict.summary


def test_while_the_day_lasts_rows_later_on_it_do_not_count(duck: Shop) -> None:
    rows = [{"happened": at(DAY, hour), "why": "bad"} for hour in (1, 5.9, 6.1, 20)]
    with_table(without_log(duck, 200), rows)
    duck.settings["data_lag_days"] = 0
    duck.write()
    now = datetime(2025, 3, 8, 6, tzinfo=UTC)
    verdict = verdict_of(duck, date=DAY, data_date=DAY, now=now)
    assert (verdict.details["rows_quarantined"], verdict.details["future_rows"]) == (2, 2)
    assert verdict.details["rows_accepted"] == 51


def _csv(path: Path, times: list[str]) -> None:
    path.write_text(HEADER + "".join(f"{time},bad\n" for time in times), "utf-8")


def _gzip(path: Path, times: list[str]) -> None:
    body = HEADER + "".join(f"{time},bad\n" for time in times)
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(body.encode()))


def _lines(path: Path, times: list[str]) -> None:
    rows = (json.dumps({"when": time, "why": "bad"}) + "\n" for time in times)
    path.with_suffix(".jsonl").write_text("".join(rows), "utf-8")


def _parquet(path: Path, times: list[str]) -> None:
    import duckdb

    target = path.with_suffix(".parquet")
    with duckdb.connect() as connection:
        connection.execute('CREATE TABLE r ("when" VARCHAR, why VARCHAR)')
        connection.executemany("INSERT INTO r VALUES (?, 'bad')", [[time] for time in times])
        connection.execute(f"COPY r TO '{target}' (FORMAT parquet)")


FORMATS = [_csv, _gzip, _lines, _parquet]


@pytest.mark.parametrize("put", FORMATS)
@pytest.mark.parametrize("files", ["quarantine/bad_{date:%Y%m%d}.*", "quarantine/*"])
def test_a_days_file_counts_by_its_name(duck: Shop, put: Put, files: str) -> None:
    folder = with_files(without_log(duck, 90), files)
    put(folder / "bad_20250308.csv", ["2025-03-08T05:00:00Z", "no time", "2024-01-01"] * 2)
    put(folder / "bad_20250307.csv", ["2025-03-07T05:00:00Z"])
    verdict = judged(duck)
    assert (verdict.status, verdict.message) == (Status.RED, "rate=0.0625 (max 0.05)")
    assert verdict.details["undated_rows"] == 0


@pytest.mark.parametrize("put", FORMATS)
def test_a_file_without_a_day_counts_by_its_rows(duck: Shop, put: Put) -> None:
    folder = with_files(without_log(duck, 98), "quarantine/*")
    times = ["2025-03-08T00:00:00Z", "2025-03-08 23:59:59", "2025-03-07T23:59:59Z", "2025-03-09"]
    put(folder / "bad.csv", [*times, "yesterday", "2025-03-09T06:12:01Z", "9999-12-31"])
    verdict = judged(duck)
    assert verdict.message == "rate=0.0200 (max 0.05)"
    assert (verdict.details["undated_rows"], verdict.details["future_rows"]) == (1, 2)
    assert "1 rejected row has no readable time and no day" in verdict.summary


@pytest.mark.parametrize("content", ["", HEADER, "\n"])
def test_an_empty_file_is_no_rejected_row(duck: Shop, content: str) -> None:
    folder = with_files(without_log(duck))
    (folder / "bad_20250308.csv").write_text(content, "utf-8")
    verdict = judged(duck)
    assert (verdict.status, verdict.message) == (Status.GREEN, "rate=0.0000 (max 0.05)")


def unknown(verdict: Verdict, words: str, cause: Cause = Cause.BAD_VALUE) -> bool:
    """Whether a verdict could not be measured, for this reason."""
    assert (verdict.status, verdict.cause) == (Status.UNKNOWN, cause), verdict.message
    assert words in verdict.message
    return True


@pytest.mark.parametrize("glob", [True, False])
@pytest.mark.parametrize("occurred_at", ["when", None])
@pytest.mark.parametrize("days", [0, 1, 13, 14])
def test_a_day_without_a_file(duck: Shop, days: int, glob: bool, occurred_at: str | None) -> None:
    files = "quarantine/bad_*.csv" if glob else DATED
    folder = with_files(without_log(duck), files, occurred_at=occurred_at)
    for day in EARLIER[-days:] if days else []:
        (folder / f"bad_{day:%Y%m%d}.csv").write_text(csv_of(3, day), "utf-8")
    (folder / "bad_20240101.csv").write_text(csv_of(3, date(2024, 1, 1)), "utf-8")
    verdict = judged(duck)
    if days == 14:
        assert unknown(verdict, "although each of the 14 days before has one")
    elif not days:
        assert unknown(verdict, "or one of the 14 days before; correct quarantine.files")
    else:
        assert (verdict.status, verdict.message) == (Status.GREEN, "rate=0.0000 (max 0.05)")
        assert f"as on {14 - days} of the 14 days before" in verdict.summary


@pytest.mark.parametrize("files", ["quarantine/bad_*.csv", DATED])
@pytest.mark.parametrize(
    ("back", "words"),
    [
        ((1,), "as on 13 of the 14 days before"),
        ((1, 2), "as on 12 of the 14 days before"),
        ((1, 2, 3), "although each of the 3 days before has one"),
        ((1, 2, 3, 4, 5, 6, 7), "although each of the 7 days before has one"),
        ((1, 2, 4), "as on 1 of the 4 days before"),
        ((2, 3, 4, 5), "as on 1 of the 5 days before"),
    ],
)
def test_a_day_without_a_file_where_old_ones_are_deleted(
    duck: Shop, files: str, back: tuple[int, ...], words: str
) -> None:
    folder = with_files(without_log(duck), files)
    for days in back:
        day = DAY - timedelta(days=days)
        (folder / f"bad_{day:%Y%m%d}.csv").write_text(csv_of(3, day), "utf-8")
    verdict = judged(duck)
    if words.startswith("although"):
        assert unknown(verdict, words)
    else:
        assert verdict.status is Status.GREEN
        assert words in verdict.summary


def test_folders_and_files_that_are_not_there(duck: Shop) -> None:
    without_log(duck).set("quarantine", files="quarantine/old/*.csv", occurred_at="when")
    assert unknown(judged(duck), "the folder 'quarantine/old' does not exist")
    (duck.folder / "quarantine").mkdir()
    (duck.folder / "quarantine" / "old").touch()
    assert unknown(verdict_of(duck), "the folder 'quarantine/old' is not a folder")
    (duck.folder / "quarantine" / "old").unlink()
    (duck.folder / "quarantine" / "old").mkdir()
    assert unknown(verdict_of(duck), "no file matches 'quarantine/old/*.csv'; correct")


def test_a_folder_that_may_not_be_looked_into(duck: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = with_files(without_log(duck), "quarantine/*/{date:%Y%m%d}.csv")
    for part in ("a", "b"):
        (folder / part).mkdir()
        (folder / part / "20250308.csv").write_text(csv_of(1), "utf-8")
    assert judged(duck).status is Status.GREEN
    closed = str(folder / "b")
    monkeypatch.setattr("os.access", lambda path, mode: str(path) != closed)
    verdict = verdict_of(duck)
    detail = "the folder 'quarantine/b' cannot be listed: no permission"
    assert unknown(verdict, detail, Cause.PERMISSION)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bad_20250308.csv", "a\nb\n".encode("utf-16"), "is UTF-16 text"),
        (
            "bad_20250308.csv.gz",
            gzip.compress(csv_of(9).encode(), mtime=0)[:-9],
            "is cut off or damaged",
        ),
        ("bad_20250308.txt", b"when,why\n", "is neither CSV nor Parquet nor JSON lines"),
        ("bad_20250308.xlsx", b"PK", "is neither CSV nor Parquet nor JSON lines"),
        ("bad_20250308.json", b'[{"why": "x"}, {"wh', "is cut off or damaged"),
        ("bad.csv", b"at,why\n2025-03-08,x\n", "has no column 'when' for the day"),
    ],
)
def test_a_file_that_cannot_be_read_is_no_count(
    duck: Shop, name: str, content: bytes, words: str
) -> None:
    folder = with_files(without_log(duck), "quarantine/*")
    (folder / name).write_bytes(content)
    if name != "bad.csv":
        (folder / "bad_20250308_2.csv").write_text(csv_of(2), "utf-8")
    verdict = judged(duck)
    assert unknown(verdict, words)
    assert str(duck.folder) not in verdict.message


def test_lines_beyond_what_is_counted_are_no_count(
    duck: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checks.quarantine.memory.MOST_FAULTS", 2)
    folder = with_files(without_log(duck))
    for faults, status in ((1, Status.GREEN), (2, Status.UNKNOWN)):
        body = HEADER.encode() + b"2025-03-08,\xff\xfe\n" * faults
        (folder / "bad_20250308.csv").write_bytes(body)
        assert judged(duck).status is status


def test_what_takes_too_long_is_no_count(duck: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = with_files(without_log(duck))
    (folder / "bad_20250308.csv").write_text(csv_of(1), "utf-8")
    monkeypatch.setattr("checks.quarantine.files.MOST_SECONDS", 0.0)
    verdict = judged(duck)
    assert unknown(verdict, "the files were not read within 0 s", Cause.TIMEOUT)
    assert verdict.retry


@pytest.mark.parametrize("month", ["%Y-%m", "%Y/%m", "%B", "%a", "%d"])
def test_a_pattern_of_a_month_tells_no_day(duck: Shop, month: str) -> None:
    folder = with_files(without_log(duck, 98), f"quarantine/{{date:{month}}}.csv")
    path = folder / f"{DAY:{month}}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(csv_of(2) + "".join(csv_of(50, day)[9:] for day in EARLIER), "utf-8")
    assert judged(duck).message == "rate=0.0200 (max 0.05)"
    duck.set("quarantine", occurred_at=None)
    assert unknown(verdict_of(duck), "quarantine.occurred_at is not mapped")


def test_what_a_table_lacks_is_unknown_by_name(shop: Shop) -> None:
    with_table(without_log(shop, 5), rejects(1)).write()
    shop.set("quarantine", occurred_at=None)
    assert unknown(verdict_of(shop), "quarantine.occurred_at is not mapped")
    shop.set("quarantine", occurred_at="moment")
    assert unknown(verdict_of(shop), "has no column 'moment'", Cause.MISSING_COLUMN)
    shop.set("quarantine", table="gone")
    assert unknown(verdict_of(shop), "table 'gone' does not exist", Cause.MISSING_TABLE)


def test_a_day_without_any_row_is_unknown(duck: Shop) -> None:
    with_table(without_log(duck, 5), rejects(1, DAY - timedelta(days=2)))
    duck.events.rows = [view(DAY - timedelta(days=1), 1)]
    assert unknown(judged(duck), "no row of 2025-03-08, rejected or accepted")


def test_events_that_cannot_be_read_are_no_denominator(duck: Shop) -> None:
    with_table(without_log(duck, 5), rejects(1)).write()
    duck.set("events", table="gone")
    assert unknown(verdict_of(duck), "table 'gone' does not exist", Cause.MISSING_TABLE)


@pytest.mark.parametrize("removed", [("quarantine",), ("quarantine", "events")])
def test_a_configuration_with_neither_way_names_both(duck: Shop, removed: tuple[str, ...]) -> None:
    with_files(without_log(duck))
    for section in removed:
        duck.settings.pop(section)
    with pytest.raises(ConfigError) as raised:
        duck.config()
    text = str(raised.value)
    assert "audit_log: found nothing" in text
    instead = "for quarantine_rate, quarantine and events can be mapped instead"
    assert f"quarantine_rate; {instead}" in text


def test_a_check_that_is_off_needs_nothing(duck: Shop) -> None:
    without_log(duck).parameters("quarantine_rate", enabled=False)
    assert load_config(duck.config().path).audit_log is None


def test_the_gate_and_the_page_agree_without_a_log(duck: Shop) -> None:
    folder = with_files(without_log(duck, 100))
    duck.events.rows += [view(day, i / 50) for day in EARLIER[:9] for i in range(100)]
    for day in EARLIER[:9]:
        (folder / f"bad_{day:%Y%m%d}.csv").write_text(csv_of(2, day), "utf-8")
    (folder / "bad_20250308.csv").write_text(csv_of(9) + "a line, with, more columns\n", "utf-8")
    verdict = judged(duck)
    rates = ask(duck, rejected_rate.read)
    assert rates.days[-1].rate == verdict.value == 10 / 110
    assert [day.rate for day in rates.days[:-1]] == [2 / 102] * 9
    assert (rates.above_since, rates.by_log) == (DAY, False)
    assert ask(duck, rejected.read).rows == 10
    explained = ask(duck, rejected_explained.read)
    assert (len(explained.before), explained.rate) == (7, 10 / 110)


def test_the_page_tells_rows_without_a_time_as_the_gate(shop: Shop) -> None:
    with_table(without_log(shop, 95), [*rejects(5), *[{"happened": None, "why": "x"}] * 2])
    verdict = judged(shop)
    shown = ask(shop, rejected.read)
    assert (shown.rows, shown.undated) == (5, verdict.details["undated_rows"]) == (5, 2)
    assert ask(shop, rejected_rate.read).days[-1].rate == verdict.value == 0.05


def test_with_a_log_the_log_is_judged_as_before(duck: Shop) -> None:
    with_files(duck)
    duck.log.rows[-1] = log_entry(DAY, 1000, 0)
    duck.write()
    report = duck.run()
    verdict = next(check for check in report.checks if check.id == "quarantine_rate")
    assert (verdict.status, verdict.message) == (Status.GREEN, "rate=0.0000 (max 0.05)")


@pytest.mark.parametrize(
    ("files", "name", "is_told"),
    [
        ("quarantine/*.csv", "bad.csv", False),
        ("quarantine/*.csv", "bad_20250307.csv", True),
        ("quarantine/*_{date:%d}.csv", "bad_08.csv", False),
        (DATED, "bad_20250307.csv", True),
    ],
)
def test_names_without_a_day_need_a_time(
    duck: Shop, files: str, name: str, *, is_told: bool
) -> None:
    folder = with_files(without_log(duck), files, occurred_at=None)
    (folder / name).write_text(csv_of(1), "utf-8")
    untold = "quarantine: no file name contains the day, and quarantine.occurred_at is not mapped"
    assert (untold in wrong(duck)) is not is_told
    duck.set("quarantine", occurred_at="when")
    assert untold not in wrong(duck)


def wrong(shop: Shop) -> list[str]:
    """What `andon validate` says is wrong."""
    shop.write()
    return [line.text for line in validate(shop.config()) if not line.ok]


@pytest.mark.parametrize("bad", [5, 6])
def test_past_days_are_judged_by_their_rejected_rows_too(duck: Shop, bad: int) -> None:
    with_table(without_log(duck, 95), rejects(bad)).write()
    config = duck.config()
    backtest = replay(config, config, days=1, last=DAY, now=NOW, progress=lambda text: None)
    (day,) = backtest.days
    assert day.now.status("quarantine_rate") is (Status.GREEN if bad == 5 else Status.RED)


MIXED = "quarantine/*"


def put_mixed(shop: Shop, **more: Any) -> Path:
    """Two rows in the day's file, and 40 of the day and 7 of the day before in one of no day."""
    folder = with_files(without_log(shop, 131), MIXED, **more)
    (folder / "web_20250308.csv").write_text(csv_of(2), "utf-8")
    (folder / "web_20250307.csv").write_text(csv_of(99), "utf-8")
    other = csv_of(40) + csv_of(7, DAY - timedelta(days=1))[len(HEADER) :]
    (folder / "app_rejects.csv").write_text(other + "yesterday,bad\n", "utf-8")
    return folder


def test_files_that_name_no_day_are_read_beside_the_days(duck: Shop) -> None:
    put_mixed(duck)
    verdict = judged(duck)
    assert (verdict.status, verdict.message) == (Status.RED, "rate=0.2428 (max 0.05)")
    assert (verdict.details["rows_quarantined"], verdict.details["undated_rows"]) == (42, 1)
    assert ask(duck, rejected.read).rows == 42


def test_files_that_name_no_day_need_a_time(duck: Shop) -> None:
    folder = put_mixed(duck, occurred_at=None)
    assert unknown(judged(duck), "'quarantine/app_rejects.csv' may also hold rows of Saturday")
    assert "quarantine.occurred_at is not mapped" in verdict_of(duck).message
    (folder / "app_rejects.csv").unlink()
    assert verdict_of(duck).message == "rate=0.0150 (max 0.05)"


def test_files_that_name_no_day_and_have_no_time_are_no_count(duck: Shop) -> None:
    folder = put_mixed(duck)
    (folder / "app_rejects.csv").write_text("at,why\n2025-03-08,x\n", "utf-8")
    assert unknown(judged(duck), "has no column 'when' for the day")
    (folder / "app_rejects.csv").rename(folder / "app")
    assert unknown(verdict_of(duck), "'quarantine/app' is neither CSV")


def test_files_that_name_no_day_are_read_up_to_a_size(
    duck: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checks.quarantine.selection.MOST_BYTES", 1000)
    put_mixed(duck)
    assert unknown(judged(duck), "1 file of 0 MB would have to be read")


def test_folders_of_files_are_no_files_of_no_day(duck: Shop) -> None:
    folder = with_files(without_log(duck, 98), "quarantine/**")
    (folder / "web").mkdir()
    (folder / "web" / "bad_20250308.csv").write_text(csv_of(2), "utf-8")
    assert judged(duck).message == "rate=0.0200 (max 0.05)"


@pytest.mark.parametrize("back", [2, 3])
def test_rows_of_a_file_of_no_day_do_not_stand_for_a_missing_file(duck: Shop, back: int) -> None:
    folder = with_files(without_log(duck, 98), MIXED)
    (folder / "app.csv").write_text(csv_of(2), "utf-8")
    for days in range(1, back + 1):
        day = DAY - timedelta(days=days)
        (folder / f"web_{day:%Y%m%d}.csv").write_text(csv_of(3, day), "utf-8")
    verdict = judged(duck)
    if back == 3:
        assert unknown(verdict, "although each of the 3 days before has one")
    else:
        assert verdict.message == "rate=0.0200 (max 0.05)"


def test_with_a_log_files_of_no_day_are_left_out_as_before(duck: Shop) -> None:
    folder = with_files(duck, MIXED)
    (folder / "web_20250308.csv").write_text(csv_of(10), "utf-8")
    (folder / "app.csv").write_text(csv_of(40), "utf-8")
    duck.write()
    assert verdict_of(duck).message == "rate=0.0100 (max 0.05)"
    assert not [text for text in duck.run().warnings if "quarantine" in text]


OBJECT = '{"when": "2025-03-08T05:00:00Z", "why": "bad"}'
INDENTED = json.dumps(json.loads(OBJECT), indent=2)


@pytest.mark.parametrize("name", ["bad_20250308.jsonl", "bad.jsonl"])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (OBJECT * 40, "1 line of 'quarantine/bad"),
        (f"{OBJECT}\n{OBJECT} {OBJECT}\n", "1 line of"),
        (f"{OBJECT}\n{OBJECT},\n{OBJECT},\n", "2 lines of"),
        (f"{INDENTED}\n" * 9, "lines of"),
        (f"{OBJECT}\nno object\n", "1 line of"),
        (f"{OBJECT}\n[{OBJECT}]\n", "1 line of"),
        (f"{OBJECT}\rnull\n", "1 line of"),
    ],
)
def test_lines_that_are_no_object_are_no_count(
    duck: Shop, name: str, body: str, words: str
) -> None:
    folder = with_files(without_log(duck), MIXED)
    (folder / "bad_20250308_1.csv").write_text(csv_of(1), "utf-8")
    (folder / name).write_text(body, "utf-8")
    verdict = judged(duck)
    assert unknown(verdict, "so the count is incomplete" if "\r" not in body else "")
    assert words in verdict.message


@pytest.mark.parametrize("suffix", ["jsonl", "json"])
@pytest.mark.parametrize("reason", ["why", None])
@pytest.mark.parametrize("key", ["rows", "Records"])
@pytest.mark.parametrize("depth", [1, 2])
def test_an_object_that_holds_the_rows_is_no_row(
    duck: Shop, suffix: str, reason: str | None, key: str, depth: int
) -> None:
    folder = with_files(without_log(duck), reason=reason, files="quarantine/bad_{date:%Y%m%d}.*")
    path = folder / f"bad_20250308.{suffix}"
    inner = {key: [json.loads(OBJECT)] * 40, "count": 40}
    path.write_text(json.dumps(inner if depth == 1 else {"data": inner}), "utf-8")
    assert unknown(judged(duck), f"1 line of 'quarantine/bad_20250308.{suffix}' is not a row, so")
    path.write_text(f"[{json.dumps(inner)}]", "utf-8")
    assert unknown(verdict_of(duck), "is not a row, so")


def test_a_row_with_a_list_is_a_row(duck: Shop) -> None:
    folder = with_files(without_log(duck, 98), files="quarantine/bad_{date:%Y%m%d}.*")
    row = json.dumps({"why": "bad", "items": [{"id": 1}, {"id": 2}]})
    (folder / "bad_20250308.jsonl").write_text(f"{row}\n\n{row}", "utf-8")
    assert judged(duck).message == "rate=0.0200 (max 0.05)"


OPEN = "has a quote that is never closed, or not doubled, so the count is incomplete"
ROWS = "has a quoted value that holds lines which look like rows, so the count is incomplete"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('2025-03-08,"bad\n' + "2025-03-08,bad\n" * 39, OPEN),
        ('2025-03-08,ok\n2025-03-08,"bad\n2025-03-08,bad', OPEN),
        ('2025-03-08,"ok""\n2025-03-08,bad\n', OPEN),
        ('2025-03-08,"bad\n"2025-03-08","bad"\n', OPEN),
        ('2025-03-08,"bad\n2025-03-08,bad\n2025-03-08,"bad\n', OPEN),
        ("2025-03-08,ok\n" * 2000 + '2025-03-08,"bad\n2025-03-08,bad\n', OPEN),
        ('2025-03-08,"bad\n' + "2025-03-08,bad\n" * 300_000, "so the count is incomplete"),
        ('2025-03-08,"a\n' + "2025-03-08,bad\n" * 2 + 'b"\n2025-03-08,c\n', None),
        ('2025-03-08,"a\n' + "2025-03-08,bad\n" * 3 + 'b"\n2025-03-08,c\n', ROWS),
        ('2025-03-08,"a\n' + "2025-03-08,bad\n" * 198 + 'b"\n2025-03-08,c\n', ROWS),
        ('2025-03-08,"a\none, two\nthree\nfour, five\nb"\n2025-03-08,c\n', None),
        ('2025-03-08,"a\n""trace""\nof it"\n2025-03-08,"5"" pipe"\n', None),
        ('2025-03-08,5" pipe\n2025-03-08,"a"\n', None),
        ('2025-03-08,"a\r\n2025-03-08,b"\r\n2025-03-08,last', None),
        ('2025-03-08,a\n2025-03-08,"b', None),
    ],
)
def test_a_quote_that_is_never_closed_is_no_count(
    duck: Shop, body: str, words: str | None, packed: bool
) -> None:
    folder = with_files(without_log(duck, 98), "quarantine/bad_{date:%Y%m%d}.*")
    name = "bad_20250308.csv"
    content = (HEADER + body).encode()
    if packed:
        (folder / f"{name}.gz").write_bytes(gzip.compress(content, 1))
    else:
        (folder / name).write_bytes(content)
    verdict = judged(duck)
    if words is None:
        assert (verdict.status, verdict.message) == (Status.GREEN, "rate=0.0200 (max 0.05)")
    else:
        assert unknown(verdict, words)


@pytest.mark.parametrize(
    ("suffix", "body"), [("jsonl", OBJECT * 9), ("csv", HEADER + '2025,"bad\n2025,b\n2025,c\n')]
)
def test_with_a_log_what_is_no_row_only_warns(duck: Shop, suffix: str, body: str) -> None:
    folder = with_files(duck, "quarantine/bad_{date:%Y%m%d}.*")
    (folder / f"bad_20250308.{suffix}").write_text(body, "utf-8")
    duck.write()
    assert verdict_of(duck).message == "rate=0.0100 (max 0.05)"
    assert any("the audit log says that 10 were" in text for text in duck.run().warnings)


# Names that mean several days, or another day than the rows ---------------------------------


def named_files(duck: Shop, files: dict[str, tuple[int, date]], **mapping: Any) -> Verdict:
    """The verdict over 90 accepted events and these files: how many rows, of which day."""
    folder = with_files(without_log(duck, 90), "quarantine/*.csv", **mapping)
    for name, (count, day) in files.items():
        (folder / name).write_text(csv_of(count, day), "utf-8")
    return judged(duck)


AMBIGUOUS = {"r_03-08-2025.csv": (10, DAY), "r_03-07-2025.csv": (1, DAY - timedelta(days=1))}
FEBRUARY = {"r_02-25-2025.csv": (1, date(2025, 2, 25))}


def test_a_name_that_can_be_read_as_two_days_does_not_decide(duck: Shop) -> None:
    verdict = named_files(duck, AMBIGUOUS, occurred_at=None)
    assert verdict.status is Status.UNKNOWN
    assert "'quarantine/r_03-08-2025.csv'" in verdict.message
    assert "the year first" in verdict.message
    assert any("the year first" in line.text for line in validate(duck.config()) if not line.ok)


def test_its_family_decides(duck: Shop) -> None:
    verdict = named_files(duck, AMBIGUOUS | FEBRUARY, occurred_at=None)
    assert verdict.message == "rate=0.1000 (max 0.05)"
    assert all(line.ok for line in validate(duck.config()))


def test_its_rows_decide(duck: Shop) -> None:
    assert named_files(duck, AMBIGUOUS).message == "rate=0.1000 (max 0.05)"


@pytest.mark.parametrize("files", ["quarantine/*.csv", "quarantine/r_{date:%Y%m%d}.csv"])
@pytest.mark.parametrize("has_own", [True, False, None])
def test_files_named_by_the_day_of_the_load(duck: Shop, files: str, has_own: bool | None) -> None:
    folder = with_files(without_log(duck, 90), files)
    (folder / "r_20250309.csv").write_text(csv_of(10), "utf-8")
    (folder / "r_20250307.csv").write_text(csv_of(1, DAY - timedelta(days=2)), "utf-8")
    if has_own is not None:  # the file that names the day has rows of the day before, or none
        count = 2 if has_own else 0
        (folder / "r_20250308.csv").write_text(csv_of(count, DAY - timedelta(days=1)), "utf-8")
    duck.write()
    report = duck.run()
    verdict = next(verdict for verdict in report.checks if verdict.id == "quarantine_rate")
    assert verdict.message == "rate=0.1000 (max 0.05)"
    assert len([text for text in report.warnings if "another day than the name" in text]) == 1


@pytest.mark.parametrize("others", [4, 5, 6])
def test_more_than_half_of_the_rows_have_to_speak_against_the_name(duck: Shop, others: int) -> None:
    folder = with_files(without_log(duck, 90), "quarantine/*.csv")
    rows = csv_of(10 - others) + csv_of(others, date(2025, 3, 1)).removeprefix(HEADER)
    (folder / "r_20250308.csv").write_text(rows, "utf-8")
    message = judged(duck).message
    expected = 10 / 100 if others < 6 else 4 / 94
    assert message.startswith(f"rate={expected:.4f}")


@pytest.mark.parametrize("files", ["quarantine/*.csv", "quarantine/r_{date:%Y%m%d}.csv"])
@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2035, 3, 8), date(2025, 2, 20)])
@pytest.mark.parametrize(("bad", "status"), [(10, Status.AMBER), (4, Status.GREEN)])
def test_rows_of_the_days_own_file_with_times_far_off_are_not_passed_over(
    duck: Shop, files: str, day: date, bad: int, status: Status
) -> None:
    """They may be the day's, rejected for that very time: no day's gate would count them."""
    folder = with_files(without_log(duck, 90), files)
    (folder / "r_20250308.csv").write_text(csv_of(bad, day), "utf-8")
    verdict = judged(duck)
    assert (verdict.status, verdict.details["astray_rows"]) == (status, bad)
    assert f"{bad} rejected rows in files of this day have times far from it" in verdict.summary
    if status is Status.AMBER:
        assert "with all of these the rate would be 10.0 %" in verdict.summary
        assert "times far from the day" in verdict.action


@pytest.mark.parametrize("files", ["quarantine/*.csv", "quarantine/r_{date:%Y%m%d}.csv"])
def test_rows_of_days_near_by_are_other_loads(duck: Shop, files: str) -> None:
    folder = with_files(without_log(duck, 90), files)
    (folder / "r_20250308.csv").write_text(csv_of(10, DAY - timedelta(days=6)), "utf-8")
    verdict = judged(duck)
    assert (verdict.status, verdict.details["astray_rows"]) == (Status.GREEN, 0)


@pytest.mark.parametrize(
    ("name", "day", "status"),
    [
        ("r_2025-03-03_2025-03-09.csv", date(2035, 3, 8), Status.AMBER),
        ("r_2025-03-03_2025-03-09.csv", date(1970, 1, 1), Status.AMBER),
        ("r_2025-03-03_2025-03-09.csv", date(2025, 3, 3), Status.GREEN),
        ("r_2025-03-01_2025-03-31.csv", date(2025, 2, 20), Status.GREEN),
        ("r_2025-03-01_2025-03-07.csv", date(1970, 1, 1), Status.GREEN),
    ],
)
def test_rows_far_off_in_a_file_of_several_days(
    duck: Shop, name: str, day: date, status: Status
) -> None:
    verdict = named_files(duck, {name: (10, day), "r_2025-03-08.csv": (1, DAY)})
    assert verdict.status is status


def test_a_name_with_two_days_is_a_range(duck: Shop) -> None:
    files = {"r_2025-03-03_2025-03-09.csv": (10, DAY)}
    assert named_files(duck, files).message == "rate=0.1000 (max 0.05)"
    del duck.settings["quarantine"]["occurred_at"]
    verdict = judged(duck)
    assert verdict.status is Status.UNKNOWN
    assert "names the days from 2025-03-03 to 2025-03-09" in verdict.message


ROWS = [{"when": f"2025-03-08T05:{i:02d}:00Z", "why": "bad"} for i in range(40)]
COLUMNS = {key: [row[key] for row in ROWS] for key in ("when", "why")}
BY_INDEX = {key: dict(enumerate(values)) for key, values in COLUMNS.items()}
NO_ROWS = [
    COLUMNS,
    BY_INDEX,
    dict(enumerate(ROWS)),
    {"columns": ["when", "why"], "data": [list(row.values()) for row in ROWS]},
    {"schema": {"fields": [{"name": "when"}]}, "data": ROWS},
    {"version": 2, **COLUMNS},
    {"count": 40, "a": {"b": {"rows": ROWS}}},
    {"count": 40, "a": {"b": {"c": {"rows": ROWS}}}},
    {"count": 40, "rows": [None, *ROWS]},
    {"count": 40, "rows": [list(row.values()) for row in ROWS]},
    {"when": "2025-03-08T05:00:00Z", "why": "batch", "rows": ROWS},
    {"rows": ["2025-03-08T05:00:00Z,bad"] * 40},
]


@pytest.mark.parametrize(("name", "suffix"), [("bad_20250308", "json"), ("bad", "jsonl")])
@pytest.mark.parametrize("number", range(len(NO_ROWS)))
def test_an_object_of_columns_or_lists_is_no_row(
    duck: Shop, number: int, name: str, suffix: str
) -> None:
    folder = with_files(without_log(duck), "quarantine/*")
    body = json.dumps(NO_ROWS[number])
    (folder / f"{name}.{suffix}").write_text(f"{body}\n{body}\n" if suffix == "jsonl" else body)
    verdict = judged(duck)
    assert unknown(verdict, f"of 'quarantine/{name}.{suffix}'")
    assert "write one object a row" in verdict.message
    assert any("holds no rows" in text and f"{name}.{suffix}" in text for text in wrong(duck))


@pytest.mark.parametrize(
    "row",
    [
        {"when": "2025-03-08", "why": ["no id", "no name"]},
        {"when": "2025-03-08", "why": "bad", "record": {"id": 1, "items": [{"id": 2}]}},
        {"when": "2025-03-08", "why": None, "tags": [["a"], ["b"]]},
        {"when": "2025-03-08", "why": "[{ no list", "more": {}},
    ],
)
def test_a_row_with_objects_and_lists_is_a_row(duck: Shop, row: dict[str, Any]) -> None:
    folder = with_files(without_log(duck, 98), "quarantine/*")
    (folder / "bad_20250308.jsonl").write_text(f"{json.dumps(row)}\n" * 2)
    assert judged(duck).message == "rate=0.0200 (max 0.05)"


@pytest.mark.parametrize("suffix", ["CSV.GZ", "csv.Gz", "JSONL.GZ", "csv", "CSV", "json"])
def test_gzip_is_read_whatever_the_name_says(duck: Shop, suffix: str) -> None:
    folder = with_files(without_log(duck, 98), "quarantine/*")
    lines = f"{OBJECT}\n{OBJECT}\n" if suffix.lower().startswith("json") else csv_of(2)
    (folder / f"bad_20250308.{suffix}").write_bytes(gzip.compress(lines.encode()))
    assert judged(duck).message == "rate=0.0200 (max 0.05)"
    assert ask(duck, rejected.read).rows == 2


def test_text_and_parquet_are_read_whatever_the_name_says(duck: Shop) -> None:
    folder = with_files(without_log(duck, 96), "quarantine/*")
    (folder / "bad_20250308.csv.gz").write_text(csv_of(2), "utf-8")
    _parquet(folder / "bad_20250308_2.csv", ["2025-03-08T05:00:00Z"] * 2)
    (folder / "bad_20250308_2.parquet").rename(folder / "bad_20250308_2.csv")
    assert judged(duck).message == "rate=0.0400 (max 0.05)"
    assert ask(duck, rejected.read).rows == 4


@pytest.mark.parametrize(("suffix", "mapped"), [("csv", False), ("jsonl", True)])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x28\xb5\x2f\xfd rows", "is packed with zstd"),
        (bz2.compress(csv_of(40).encode()), "is packed with bzip2"),
        (lzma.compress(csv_of(40).encode()), "is packed with xz"),
        (b"PK\x03\x04 sheet", "is a zip file or an Excel workbook"),
        (b"Obj\x01 avro", "is Avro"),
        (b"ORC rows ORC\x10", "is ORC"),
        (csv_of(40).encode("utf-16"), "is UTF-16 text"),
        (csv_of(40).encode("utf-16-le"), "holds NUL bytes"),
        (csv_of(40).encode() + b"\0" * 200, "holds NUL bytes"),
        (
            gzip.compress(gzip.compress(csv_of(40).encode(), mtime=0), mtime=0),
            "is packed with gzip twice",
        ),
        (zlib.compress(csv_of(40).encode()), ""),
    ],
)
def test_bytes_that_are_no_text_are_no_count(
    duck: Shop, content: bytes, words: str, suffix: str, *, mapped: bool
) -> None:
    names = {} if mapped else {"reason": None, "occurred_at": None}
    folder = with_files(without_log(duck), "quarantine/*", **names)
    (folder / f"bad_20250308.{suffix}").write_bytes(content)
    verdict = judged(duck)
    assert unknown(verdict, f"'quarantine/bad_20250308.{suffix}'")
    assert words in verdict.message


def test_nul_bytes_inside_of_a_file_are_no_count(duck: Shop) -> None:
    folder = with_files(without_log(duck), "quarantine/*")
    body = csv_of(9000) + "\0" * 50 + "\n" + "2025-03-08,bad\n" * 20
    (folder / "bad_20250308.csv").write_text(body, "utf-8")
    assert unknown(judged(duck), "holds NUL bytes, so the count is incomplete")


NO_TIMES = ["3/8/25 10:00", "08-03-25", "25-03-08", "2025/03/08", "2025-3-8", "epoch", "infinity"]
NO_TIMES += ["2025-03-08 24:00:00", "2025-03-08t05:00:00z", "0000-01-01", "2025-03-08 (BC)", "now"]


@pytest.mark.parametrize("put", FORMATS)
def test_what_is_no_time_in_a_table_is_none_in_a_file(duck: Shop, put: Put) -> None:
    folder = with_files(without_log(duck, 98), "quarantine/*")
    put(folder / "bad.csv", [*NO_TIMES, "2025-03-08 05:00", " 2025-03-08T23:59:59.9999999Z "])
    verdict = judged(duck)
    assert (verdict.status, verdict.message) == (Status.AMBER, "rate=0.0200 (max 0.05)")
    assert verdict.details["undated_rows"] == len(NO_TIMES)


def test_typed_times_beyond_every_year_are_after_now_or_before_every_day(duck: Shop) -> None:
    import duckdb

    folder = with_files(without_log(duck, 98), "quarantine/*")
    values = ["TIMESTAMP 'infinity'", "TIMESTAMP '-infinity'", "TIMESTAMP '20250-01-01'"]
    values += ["TIMESTAMP '0044-03-15 (BC)'", "TIMESTAMP '2025-03-08 05:00'"]
    rows = " UNION ALL ".join(f'SELECT {value} AS "when", 1 AS why' for value in values)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({rows}) TO '{folder}/bad.parquet' (FORMAT parquet)")
    details = judged(duck).details
    assert (details["rows_quarantined"], details["undated_rows"], details["future_rows"]) == (
        1, 0, 2,
    )  # fmt: skip


@pytest.mark.parametrize("files", [DATED, "quarantine/*"])
@pytest.mark.parametrize("name", ["bad_20250308", "bad"])
def test_a_file_without_a_header_is_no_count(duck: Shop, files: str, name: str) -> None:
    folder = with_files(without_log(duck), "quarantine/*" if name == "bad" else files)
    (folder / "bad_20250308.csv").write_text(csv_of(1), "utf-8")
    assert judged(duck).status is Status.GREEN
    for number in range(30):
        path = folder / f"{name}_{number}.csv" if files != DATED else folder / f"{name}.csv"
        path.write_text("2025-03-08T05:00:00Z,bad\n", "utf-8")
    verdict = judged(duck)
    assert unknown(verdict, "has none of the mapped columns 'why', 'when'")
    assert "write the names of the columns as its first line" in verdict.message


def test_a_file_without_a_header_where_nothing_is_mapped(duck: Shop) -> None:
    folder = with_files(without_log(duck), reason=None, occurred_at=None)
    (folder / "bad_20250308.csv").write_text("2025-03-08T05:00:00Z,bad\n", "utf-8")
    assert unknown(judged(duck), "begins with a row, not with a header")
    (folder / "bad_20250308.csv").write_text("2024,0\n1,2\n", "utf-8")
    assert judged(duck).status is Status.GREEN


PERSON = "jane.doe@example.com,203.0.113.77,4111111111111111,Jane Doe\n"
PARTS = ("jane", "doe@", "113.77", "41111", "Jane", "Doe")


def everything_told(shop: Shop) -> str:
    """Every word of the report, of `validate` and of the page."""
    shop.write()
    report = shop.run()
    texts = [repr(report), *(line.text for line in validate(shop.config()))]
    for read in (rejected.read, rejected_rows.read, rejected_explained.read):
        try:
            texts.append(repr(ask(shop, read)))
        except MeasurementError as error:
            texts.append(str(error))
    return "\n".join(texts)


@pytest.mark.parametrize("has_log", [True, False])
@pytest.mark.parametrize("name", ["bad_20250308.csv", "bad.csv"])
@pytest.mark.parametrize(
    "mapping",
    [{}, {"occurred_at": None}, {"reason": None}, {"source": "file", "event_name": "event"},
     {"reason": None, "occurred_at": None}],
)  # fmt: skip
def test_the_first_row_of_a_file_without_a_header_is_told_nowhere(
    duck: Shop, has_log: bool, name: str, mapping: dict[str, Any]
) -> None:
    folder = with_files(duck if has_log else without_log(duck), "quarantine/*.csv", **mapping)
    (folder / name).write_text(PERSON * 3, "utf-8")
    texts = everything_told(duck)
    assert [part for part in PARTS if part in texts] == []
    assert "not look like a header" in texts or "not with a header" in texts


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_names_of_columns_are_masked_like_values(duck: Shop, suffix: str) -> None:
    folder = with_files(without_log(duck), "quarantine/*", reason="missing")
    names = ["when", "jane.doe@example.com", "203.0.113.77"]
    row = dict.fromkeys(names, "x") | {"when": "2025-03-08T05:00:00Z"}
    body = f"{','.join(row)}\n{','.join(row.values())}\n"
    path = folder / f"bad_20250308.{suffix}"
    path.write_text(body if suffix == "csv" else json.dumps(row) + "\n", "utf-8")
    texts = everything_told(duck)
    assert "it has " in texts
    assert "'j…@…'" in texts
    assert [part for part in PARTS if part in texts] == []
    assert {"j…@…", "203.0.…"} < set(ask(duck, rejected_rows.read).names)


@pytest.mark.parametrize("header", ["id,at,cause", "ID,created_at,,error-reason", "a.b,c/d,e:f"])
def test_a_header_without_a_mapped_column_is_listed(duck: Shop, header: str) -> None:
    folder = with_files(without_log(duck))
    (folder / "bad_20250308.csv").write_text(f"{header}\n", "utf-8")
    assert f"it has '{header.split(',')[0]}'" in judged(duck).message


@pytest.mark.parametrize("end", ["\v", "\f", "\x1e", "\u2028", "\x85"])
def test_other_line_ends_lose_no_row(duck: Shop, end: str) -> None:
    folder = with_files(without_log(duck, 98), "quarantine/bad_{date:%Y%m%d}.*")
    path = folder / "bad_20250308.csv"
    path.write_text(f'{HEADER}2025-03-08,a{end}b\n2025-03-08,"c{end}"\n', "utf-8")
    assert judged(duck).message == "rate=0.0200 (max 0.05)"
    path.write_text(csv_of(40).replace("\n", end), "utf-8")
    assert unknown(judged(duck), "line ends other than LF and CR")
    path.write_text(HEADER + csv_of(40)[len(HEADER) :].replace("\n", end), "utf-8")
    assert unknown(judged(duck), "1 line of")
    path.write_text("why\n" + f"bad{end}" * 40, "utf-8")
    assert unknown(judged(duck), "1 line of")
    path.unlink()
    path.with_suffix(".jsonl").write_text(f"{end}{OBJECT}" * 40, "utf-8")
    assert unknown(judged(duck), "1 line of")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("why\na\nb\n", None),
        ('why\n""\n""\n', None),
        ("why\na\n\nb\n", "has one column and an empty line, which may be rows"),
        ("why\n\n\n\n", "has one column and 3 empty lines, which may be rows"),
        ("why\r\na\r\n\r\nb\r\n", "has one column and an empty line"),
    ],
)
def test_an_empty_line_of_one_column_is_no_lost_row(
    duck: Shop, body: str, words: str | None
) -> None:
    folder = with_files(without_log(duck, 98), "quarantine/bad_{date:%Y%m%d}.csv")
    (folder / "bad_20250308.csv").write_bytes(body.encode())
    if words:
        assert unknown(judged(duck), words)
    else:
        assert judged(duck).message == "rate=0.0200 (max 0.05)"


@pytest.mark.parametrize(
    ("back", "words"),
    [
        ((), "holds no rejected row of Saturday 8 March or of the 14 days before"),
        ((15, 16, 17, 40), "or of the 14 days before"),
        ((1, 2, 3), "although each of the 3 days before has some"),
        (tuple(range(1, 20)), "although each of the 14 days before has some"),
        ((1,), "as on 13 of the 14 days before"),
        ((1, 2), "as on 12 of the 14 days before"),
        ((1, 2, 4), "as on 1 of the 4 days before"),
        (tuple(range(2, 15)), "as on 1 of the 14 days before"),
    ],
)
def test_a_table_without_a_row_of_the_day(duck: Shop, back: tuple[int, ...], words: str) -> None:
    rows = [row for days in back for row in rejects(2, DAY - timedelta(days=days))]
    verdict = judged(with_table(without_log(duck, 98), rows))
    if words.startswith("as on"):
        assert (verdict.status, verdict.message) == (Status.GREEN, "rate=0.0000 (max 0.05)")
        assert words in verdict.summary
    else:
        assert unknown(verdict, words)


@pytest.mark.parametrize("back", [3, 4])
def test_a_table_without_a_row_of_the_day_on_every_engine(shop: Shop, back: int) -> None:
    days = [DAY - timedelta(days=n) for n in (1, 2, back)]
    verdict = judged(
        with_table(without_log(shop, 98), [row for day in days for row in rejects(2, day)])
    )
    if back == 3:
        assert unknown(verdict, "although each of the 3 days before has some")
    else:
        assert "as on 1 of the 4 days before" in verdict.summary


def test_with_a_log_a_table_without_a_row_is_compared_as_before(duck: Shop) -> None:
    with_table(duck, [])
    duck.log.rows[-1] = log_entry(DAY, 1000, 0)
    assert judged(duck).message == "rate=0.0000 (max 0.05)"
