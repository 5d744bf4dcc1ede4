"""The demo's folder: warehouse, quarantine files, configuration and history, all or nothing."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from checks.core.errors import UsageError
from checks.core.progress import Progress
from checks.core.text import quoted
from checks.demo.calendar import outage_day, plan_days
from checks.demo.generate import build_warehouse
from checks.demo.loads import LOADED_AFTER
from checks.demo.scenarios import DEFAULT_SCENARIO, Scenario, find_scenario
from checks.demo.shapes import NIGHTLY, NIGHTLY_LOAD_AT, Shape

MARKER = ".andon-demo"
CONFIG = "andon.yml"
WAREHOUSE = "warehouse.duckdb"
QUARANTINE = "quarantine"
HISTORY = "history.db"
#: In the order in which they are replaced: after an interruption the folder is still a demo.
_PARTS = (MARKER, WAREHOUSE, QUARANTINE, HISTORY, CONFIG)
#: Files that engines leave beside the old ones.
_LEFTOVERS = (f"{WAREHOUSE}.wal", f"{HISTORY}-wal", f"{HISTORY}-shm", f"{HISTORY}-journal")
#: How many days a window needs before the judged one, and the day of the load itself.
_FIRST_RUN_AFTER = 8
_DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What was written, and the dates of its last run.

    history: first and last run date in the history, None when nothing was backfilled.
    outage: the data day whose incidents the history shows as resolved, if there is one.
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
    now: datetime | None = None,
    progress: Progress | None = None,
) -> DemoResult:
    """Write a demo whose last run is on `today` (UTC) and loads the day before.

    Where the scenario's pipeline does not run on that day, or is not over by `now`, its last run is
    an earlier one.

    events_per_day: about the number of rows in the last day's file; others follow the rhythm.
    backfill_days: of how many days before the last run the history has the runs. now: no load may
    be later; those of a nightly shop start earlier in the night where the last one would.
    A previous demo is overwritten. Raises UsageError, and changes nothing, for an unknown
    scenario, an impossible size, or a folder that cannot be written or holds other files.
    """
    chosen = find_scenario(scenario)
    shape = chosen.shape
    run_date = shape.last_run_date(today, now)
    # Python has no day before its first one; that year is refused below.
    last_day = run_date - min(timedelta(days=shape.lag_days), run_date - date.min)
    plan = plan_days(
        last_day=last_day, days=days, events_per_day=events_per_day, seed=seed, scenario=chosen
    )
    next(plan)  # refuses impossible sizes before a folder is made for them
    history = _run_dates(shape, run_date, days, backfill_days)
    with _staging_folder(folder) as staging:
        (staging / QUARANTINE).mkdir()
        build_warehouse(
            staging / WAREHOUSE, last_day=last_day, days=days, events_per_day=events_per_day,
            seed=seed, scenario=scenario, quarantine=staging / QUARANTINE,
            load_at=_load_at(shape, run_date, now), progress=progress,
        )  # fmt: skip
        (staging / CONFIG).write_text(_template(shape), encoding="utf-8")
        if history:
            _backfill(staging / CONFIG, shape, history, progress)
        (staging / MARKER).write_text(f"{chosen.name}\n", encoding="utf-8")
        _install(staging, folder)
    return DemoResult(
        folder=folder, config=folder / CONFIG, scenario=chosen, run_date=run_date,
        data_date=last_day, outage=outage_day(last_day, days),
        history=(history[0], history[-1]) if history else None,
    )  # fmt: skip


def _load_at(shape: Shape, run_date: date, now: datetime | None) -> timedelta | None:
    """When a nightly shop loads, after midnight: so that the last load is over now."""
    if shape is not NIGHTLY or now is None:
        return None
    over = now - LOADED_AFTER - datetime.combine(run_date, time(), UTC)
    return min(NIGHTLY_LOAD_AT, max(over, timedelta()))


def _run_dates(shape: Shape, last: date, days: int, backfill_days: int) -> list[date]:
    """The run dates before the last one that the history is to have."""
    back = min(backfill_days, days - _FIRST_RUN_AFTER)
    return list(shape.run_dates(last - timedelta(days=back), last - timedelta(days=1)))


def _backfill(
    config_file: Path, shape: Shape, run_dates: Sequence[date], progress: Progress | None
) -> None:
    """Record the days as their gates would have, each at its time, with incidents.

    Without a warehouse: it is about to move, and its first gate claims it.
    """
    from checks.config import load_config  # the whole engine, and only needed to write a demo
    from checks.evaluation.engine import evaluate
    from checks.history import open_history

    config = load_config(config_file)
    history = open_history(config.history)
    for run_date in run_dates:
        if progress is not None:
            progress(f"evaluating {run_date}")
        report = evaluate(config, date=run_date, remember=True)
        at = min(shape.judged_at(run_date), report.evaluated_at)
        history.record(replace(report, evaluated_at=at))


@contextmanager
def _staging_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder on the same disk as `folder`, removed afterwards in any case."""
    try:
        _require_own_folder(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # An existing folder may be a disk of its own: files can then be moved only inside it.
        parent = folder if folder.is_dir() else folder.parent
        staging = Path(mkdtemp(prefix=f"{MARKER}-", dir=parent))
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        yield staging
    except OSError as error:
        raise _unwritable(folder, error) from None
    except duckdb.Error as error:
        raise _unwritable(folder, _as_os_error(error)) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _as_os_error(error: duckdb.Error) -> OSError:
    """The engine's error as that of the system, where it quotes the system's message."""
    text = str(error)
    known = next((code for code in _DISK_FAULTS if os.strerror(code) in text), None)
    return OSError(text.splitlines()[0]) if known is None else OSError(known, os.strerror(known))


def _require_own_folder(folder: Path) -> None:
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
    # What a killed run left behind does not count.
    return any(not entry.name.startswith(f"{MARKER}-") for entry in folder.iterdir())


def _install(staging: Path, folder: Path) -> None:
    """Replace the parts of a previous demo one by one; other files stay."""
    try:
        folder.mkdir(exist_ok=True)
        for leftover in _LEFTOVERS:
            (folder / leftover).unlink(missing_ok=True)
        for part in _PARTS:
            _replace(staging, folder, part)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _replace(staging: Path, folder: Path, part: str) -> None:
    new, old = staging / part, folder / part
    if old.is_dir() or (old.exists() and not new.exists()):
        old.replace(staging / f"old-{part}")
    if new.exists():
        new.replace(old)


def _unwritable(folder: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write the demo to {quoted(folder)}: {error.strerror or error}")


def _template(shape: Shape) -> str:
    return files("checks.demo").joinpath(shape.config).read_text(encoding="utf-8")
