"""Where reports may be written: each to a file of its own, and over nothing that is read.

That is the configuration, databases, the history, and files of rows.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from checks.core.errors import UsageError
from checks.core.text import quoted

if TYPE_CHECKING:
    from checks.cli.values import ReportFile
    from checks.config.model import Config

#: What lies beside a database's file and belongs to it.
_BESIDE = ("", "-wal", "-shm", "-journal", ".wal")
_CONFIGS = (".yml", ".yaml")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def require_own_files(files: Sequence[ReportFile], summary: Path | None = None) -> None:
    """Raises UsageError for two reports in one file, and for one in a configuration's file.

    summary: the job summary, to which a report is added.
    """
    paths = [path for _, path in _resolved(files)]
    paths += [] if summary is None else [_real(summary)]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice is not None:
        raise UsageError(f"--report: {quoted(twice)} is named twice; allowed: a file for each")
    for name, path in _resolved(files):
        kind = _kept_kind(path)
        if kind:
            raise UsageError(
                f"--report: {quoted(name)} is there already and {kind}; allowed: another name"
            )


def _kept_kind(path: str) -> str:
    """What a file is that no report may replace, whatever the configuration says; else empty."""
    if not Path(path).is_file():
        return ""
    if path.lower().endswith(_CONFIGS):
        return "may be a configuration"
    try:
        with Path(path).open("rb") as file:
            beginning = file.read(16)
    except OSError:
        return ""  # writing says why
    is_data = beginning.startswith((b"SQLite format 3", b"PAR1")) or beginning[8:12] == b"DUCK"
    return "holds data" if is_data else ""


def require_no_input_file(
    files: Sequence[ReportFile], config: Config, summary: Path | None = None
) -> None:
    """Raises UsageError for a report in the place of a file that the evaluation reads.

    summary: the job summary, to which a report is added.
    """
    inputs = {_real(path): what for what, path in _inputs(config)}
    patterns = [re.compile(pattern) for pattern in _patterns(config)]
    targets = [(f"--report: {quoted(name)}", path) for name, path in _resolved(files)]
    if summary is not None:
        targets.append((f"GITHUB_STEP_SUMMARY: {quoted(summary)}", _real(summary)))
    for name, path in targets:
        what = inputs.get(path)
        if what is None and any(pattern.fullmatch(path) for pattern in patterns):
            what = "one of the files that rows are read from"
        if what is not None:
            raise UsageError(f"{name} is {what}; allowed: another file")


def _resolved(files: Sequence[ReportFile]) -> Iterator[tuple[str, str]]:
    """Each file as it is named, and where it is. Where that cannot be told, writing says why."""
    from checks.cli.files import is_stream

    for file in files:
        with suppress(OSError, ValueError):
            if not is_stream(file.path):
                yield str(file.path), os.path.realpath(file.path)


def _real(path: Path) -> str:
    """Where a path leads; as it is, where that cannot be looked up."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return str(path)


def _inputs(config: Config) -> Iterator[tuple[str, Path]]:
    yield "the configuration", config.path
    for what, url in (("the warehouse", config.warehouse.url), ("the history", config.history.url)):
        yield from ((what, path) for path in _database_files(url, config.path.parent))
    for attached in config.warehouse.attach:
        if attached.path is not None:
            yield from (
                ("an attached database", config.path.parent / f"{attached.path}{suffix}")
                for suffix in _BESIDE
            )


def _patterns(config: Config) -> Iterator[str]:
    """Of `quarantine.files` and `warehouse.files`, as regular expressions over whole paths.

    A date in a pattern stands for anything.
    """
    globs = list(config.warehouse.files)
    if config.quarantine is not None and config.quarantine.files is not None:
        globs.append(config.quarantine.files)
    for glob in globs:
        yield fnmatch.translate(_real(config.path.parent / _PLACEHOLDER.sub("*", glob)))


def _database_files(url: str, folder: Path) -> Iterator[Path]:
    """The file of a URL of an embedded database, and what belongs to it."""
    import sqlalchemy as sa

    from checks.config.sqlite_urls import file_of

    parsed = sa.make_url(url)
    engine, name = parsed.get_backend_name(), parsed.database or ""
    if engine not in ("duckdb", "sqlite") or not name or name.startswith(":"):
        return
    path = file_of(parsed) if engine == "sqlite" else Path(name)
    for suffix in _BESIDE:
        yield folder / f"{path}{suffix}"
