"""The demo's folder: warehouse, quarantine files, configuration and history, all or nothing."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from checks.core.errors import UsageError
from checks.core.text import quoted
from checks.demo.calendar import outage_day, plan_days
from checks.demo.generate import Progress, build_warehouse
from checks.demo.scenarios import DEFAULT_SCENARIO, Scenario, find_scenario

MARKER = ".andon-demo"
CONFIG = "andon.yml"
WAREHOUSE = "warehouse.duckdb"
QUARANTINE = "quarantine"
HISTORY = "history.db"
#: In the order in which they are replaced: whatever is interrupted still counts as a demo.
_PARTS = (MARKER, WAREHOUSE, QUARANTINE, HISTORY, CONFIG)
#: What engines leave beside their files; it belongs to the old ones.
_LEFTOVERS = (f"{WAREHOUSE}.wal", f"{HISTORY}-wal", f"{HISTORY}-shm", f"{HISTORY}-journal")
#: Days before the judged one that a window needs, and the day of the load itself.
_FIRST_RUN_AFTER = 8
_DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What was written, and what its last run is about.

    history: first and last run date in the history, None when nothing was backfilled.
    outage: the data day that the history shows as red and resolved, if there is one.
    """

    folder: Path
    config: Path
    scenario: Scenario
    run_date: date
    data_date: date
    history: tuple[date, date] | None
    outage: date | None


def write_demo(
    folder: Path,
    *,
    today: date,
    scenario: str = DEFAULT_SCENARIO,
    days: int = 60,
    events_per_day: int = 50_000,
    seed: int = 7,
    backfill_days: int = 30,
    progress: Progress | None = None,
) -> DemoResult:
    """Write a demo whose last run is on `today` (UTC) and loads the day before.

    events_per_day: rows in the last day's file, nearly; the others follow the shop's rhythm.
    backfill_days: how many run dates before today the history knows.
    A previous demo is overwritten. Raises UsageError, having changed nothing, for an unknown
    scenario, an impossible size, or a folder that cannot be written or holds other files.
    """
    story = find_scenario(scenario)
    # Before the calendar's first day there is none; its year is refused below.
    yesterday = today - min(timedelta(days=1), today - date.min)
    # Impossible sizes are refused before a folder is made for them.
    next(
        plan_days(
            last_day=yesterday, days=days, events_per_day=events_per_day, seed=seed, scenario=story
        )
    )
    history = _run_dates(today, days, backfill_days)
    with _workshop(folder) as workshop:
        (workshop / QUARANTINE).mkdir()
        build_warehouse(
            workshop / WAREHOUSE, last_day=yesterday, days=days, events_per_day=events_per_day,
            seed=seed, scenario=scenario, quarantine=workshop / QUARANTINE, progress=progress,
        )  # fmt: skip
        (workshop / CONFIG).write_text(_template(), encoding="utf-8")
        if history:
            _backfill(workshop / CONFIG, history, progress)
        (workshop / MARKER).write_text(f"{story.name}\n", encoding="utf-8")
        _move_in(workshop, folder)
    return DemoResult(
        folder=folder, config=folder / CONFIG, scenario=story, run_date=today,
        data_date=yesterday, history=history, outage=outage_day(yesterday, days),
    )  # fmt: skip


def _run_dates(today: date, days: int, backfill_days: int) -> tuple[date, date] | None:
    """The first and the last run date that the history is to know, None for none."""
    last = today - timedelta(days=1)
    first = max(
        today - timedelta(days=backfill_days), today - timedelta(days=days - _FIRST_RUN_AFTER)
    )
    return (first, last) if first <= last else None


def _backfill(config_file: Path, days: tuple[date, date], progress: Progress | None) -> None:
    """Record the days for no warehouse: it is about to move, and its first gate takes the name."""
    from checks.config import load_config  # the whole engine, and only needed to write a demo
    from checks.evaluation.engine import evaluate
    from checks.history import open_history

    config = load_config(config_file)
    history = open_history(config.history)
    for offset in range((days[1] - days[0]).days + 1):
        run_date = days[0] + timedelta(days=offset)
        if progress is not None:
            progress(f"evaluating {run_date}")
        history.record(evaluate(config, date=run_date, remember=True))


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A temporary folder on the same disk as the wanted one, gone afterwards whatever happens."""
    try:
        _refuse_foreign(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # A folder that exists may be a disk of its own, so that only inside it can files be moved.
        beside = folder if folder.is_dir() else folder.parent
        workshop = Path(mkdtemp(prefix=f"{MARKER}-", dir=beside))
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        yield workshop
    except OSError as error:
        raise _unwritable(folder, error) from None
    except duckdb.Error as error:
        raise _unwritable(folder, _as_os_error(error)) from None
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _as_os_error(error: duckdb.Error) -> OSError:
    """What the engine says of the disk, in the system's words where it quotes them."""
    text = str(error)
    known = next((code for code in _DISK_FAULTS if os.strerror(code) in text), None)
    return OSError(text.splitlines()[0]) if known is None else OSError(known, os.strerror(known))


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"cannot write the demo to {quoted(folder)}: it is not a folder")
    if folder.is_dir() and _has_foreign_files(folder):
        raise UsageError(
            f"cannot write the demo to {quoted(folder)}: it holds files that are not a demo's; "
            "name an empty or a new folder"
        )


def _has_foreign_files(folder: Path) -> bool:
    if (folder / MARKER).is_file():
        return False
    # What a killed run left behind is nobody's work.
    return any(not entry.name.startswith(f"{MARKER}-") for entry in folder.iterdir())


def _move_in(workshop: Path, folder: Path) -> None:
    """Replace the parts of a previous demo one by one; other files stay."""
    try:
        folder.mkdir(exist_ok=True)
        for leftover in _LEFTOVERS:
            (folder / leftover).unlink(missing_ok=True)
        for part in _PARTS:
            _replace(workshop, folder, part)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _replace(workshop: Path, folder: Path, part: str) -> None:
    new, old = workshop / part, folder / part
    if old.is_dir() or (old.exists() and not new.exists()):
        old.replace(workshop / f"old-{part}")
    if new.exists():
        new.replace(old)


def _unwritable(folder: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write the demo to {quoted(folder)}: {error.strerror or error}")


def _template() -> str:
    return files("checks.demo").joinpath(CONFIG).read_text(encoding="utf-8")
