"""Where reports may be written: each to a file of its own that is no input.

Inputs are the configuration, databases, the history, and files of rows, by whatever name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, NamedTuple

from checks.core.errors import UsageError
from checks.core.text import quoted

if TYPE_CHECKING:
    from checks.cli.values import ReportFile
    from checks.config.input_files import FilePlace
    from checks.config.model import Config

_CONFIG_SUFFIXES = (".yml", ".yaml")
#: Suffixes of files that an evaluation may read: rows, and files beside a database.
_INPUT_SUFFIXES = (
    ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".gz", ".zst",
    ".wal", "-wal", "-shm", "-journal",
)  # fmt: skip
_OUR_REPORT = b"andon.gate/"
_BEGINNING_BYTES = 200


class _Target(NamedTuple):
    """One file that a report goes to. label: its name in messages."""

    label: str
    place: FilePlace
    is_stream: bool = False


def require_own_files(
    files: Sequence[ReportFile], summary: Path | None = None, config: Path | None = None
) -> None:
    """Raises UsageError for two reports to one file, and for one to a configuration's file.

    summary: the job summary, to which a report is added. config: the configuration's file, which
    is not read yet.
    """
    targets = list(_targets(files, summary))
    paths = [target.place.path for target in targets if not target.is_stream]
    duplicate = next((path for path in paths if paths.count(path) > 1), None)
    if duplicate is not None:
        raise UsageError(
            f"--report: {quoted(duplicate)} is named twice; allowed: one file per report"
        )
    for target in targets:
        kind = _reason_to_keep(target)
        if not kind and config is not None and target.place.is_at(config):
            kind = "is the configuration"
        if kind:
            raise UsageError(f"{target.label} already exists and {kind}; allowed: another name")


def require_no_rows(files: Sequence[ReportFile], summary: Path | None = None) -> None:
    """Raises UsageError for a report that would replace possible rows of a configuration.

    For a configuration that cannot be read: any file but a report of Andon's has to stay.
    """
    for label, place, _ in _targets(files, summary):
        if _may_be_read(place):
            raise UsageError(
                f"{label} already exists and may be read by a configuration; allowed: another name"
            )


def _may_be_read(place: FilePlace) -> bool:
    is_filled = place.stat is not None and place.stat.st_size > 0
    has_input_suffix = place.path.lower().endswith(_INPUT_SUFFIXES)
    return is_filled and has_input_suffix and _OUR_REPORT not in _beginning(place)


def _reason_to_keep(target: _Target) -> str:
    """Why no report may replace a file, whatever the configuration says; empty if one may."""
    status = target.place.stat
    if status is None or not S_ISREG(status.st_mode):
        return ""
    if target.is_stream and not status.st_size:
        return ""  # it was truncated when it was opened
    if target.place.path.lower().endswith(_CONFIG_SUFFIXES):
        return "may be a configuration"
    beginning = _beginning(target.place)
    is_data = beginning.startswith((b"SQLite format 3", b"PAR1")) or beginning[8:12] == b"DUCK"
    return "holds data" if is_data else ""


def _beginning(place: FilePlace) -> bytes:
    """The beginning of a file; empty where it cannot be read: writing reports the reason."""
    with suppress(OSError, ValueError), Path(place.path).open("rb") as file:
        return file.read(_BEGINNING_BYTES)
    return b""


def require_no_input_file(
    files: Sequence[ReportFile], config: Config, summary: Path | None = None
) -> None:
    """Raises UsageError for a report that would replace a file that the evaluation reads.

    summary: the job summary, to which a report is added.
    """
    for label, place, _ in _targets(files, summary):
        input_name = _input_name(place, config)
        if input_name is not None:
            raise UsageError(f"{label} is {input_name}; allowed: another file")


def _input_name(place: FilePlace, config: Config) -> str | None:
    from checks.config.input_files import ROWS, input_at, is_history, would_be_read

    if name := input_at(place, config):
        return name
    if is_history(place, config):
        return "the history"
    return ROWS if would_be_read(place, config) else None


def _targets(files: Sequence[ReportFile], summary: Path | None) -> Iterator[_Target]:
    """Every file, by name or by descriptor. Where that fails, writing reports the reason."""
    from checks.config.input_files import place_of

    for file in files:
        with suppress(OSError, ValueError):
            yield from _target(f"--report: {quoted(file.path)}", file.path)
    if summary is not None:
        yield _Target(f"GITHUB_STEP_SUMMARY: {quoted(summary)}", place_of(summary))


def _target(label: str, path: Path) -> Iterator[_Target]:
    from checks.cli.files import descriptor_of, is_stream
    from checks.config.input_files import place_of, place_of_descriptor

    number = descriptor_of(path)
    if number is not None:
        yield _Target(label, place_of_descriptor(number), is_stream=True)
    elif not is_stream(path):
        yield _Target(label, place_of(path))
