"""Where reports may be written: each to a file of its own, and over nothing that is read.

That is the configuration, databases, the history, and files of rows, by whatever name.
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
    from checks.config.input_files import Place
    from checks.config.model import Config

_CONFIGS = (".yml", ".yaml")
#: What an evaluation may read: rows, and what lies beside a database.
_READ = (
    ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".gz", ".zst",
    ".wal", "-wal", "-shm", "-journal",
)  # fmt: skip
_OUR_REPORT = b"andon.gate/"
_BEGINNING = 200


class _Target(NamedTuple):
    """One place that a report goes to. label: as messages call it."""

    label: str
    place: Place
    is_stream: bool = False


def require_own_files(
    files: Sequence[ReportFile], summary: Path | None = None, config: Path | None = None
) -> None:
    """Raises UsageError for two reports in one file, and for one in a configuration's file.

    summary: the job summary, to which a report is added. config: the configuration's file, which
    is not read yet.
    """
    targets = list(_targets(files, summary))
    paths = [target.place.path for target in targets if not target.is_stream]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice is not None:
        raise UsageError(f"--report: {quoted(twice)} is named twice; allowed: a file for each")
    for target in targets:
        kind = _kept_kind(target)
        if not kind and config is not None and target.place.is_at(config):
            kind = "is the configuration"
        if kind:
            raise UsageError(f"{target.label} is there already and {kind}; allowed: another name")


def require_no_rows(files: Sequence[ReportFile], summary: Path | None = None) -> None:
    """Raises UsageError for a report in the place of what a configuration may mean as rows.

    For a configuration that cannot be read: what is no report of ours stays as it is.
    """
    for label, place, _ in _targets(files, summary):
        if _may_be_read(place):
            raise UsageError(
                f"{label} is there already and may be read by a configuration; "
                "allowed: another name"
            )


def _may_be_read(place: Place) -> bool:
    is_filled = place.stat is not None and place.stat.st_size > 0
    is_named_so = place.path.lower().endswith(_READ)
    return is_filled and is_named_so and _OUR_REPORT not in _beginning(place)


def _kept_kind(target: _Target) -> str:
    """What a file is that no report may replace, whatever the configuration says; else empty."""
    present = target.place.stat
    if present is None or not S_ISREG(present.st_mode):
        return ""
    if target.is_stream and not present.st_size:
        return ""  # whoever opened it began it anew
    if target.place.path.lower().endswith(_CONFIGS):
        return "may be a configuration"
    beginning = _beginning(target.place)
    is_data = beginning.startswith((b"SQLite format 3", b"PAR1")) or beginning[8:12] == b"DUCK"
    return "holds data" if is_data else ""


def _beginning(place: Place) -> bytes:
    """Of a file's content; nothing where it cannot be read: writing says why."""
    with suppress(OSError, ValueError), Path(place.path).open("rb") as file:
        return file.read(_BEGINNING)
    return b""


def require_no_input_file(
    files: Sequence[ReportFile], config: Config, summary: Path | None = None
) -> None:
    """Raises UsageError for a report in the place of a file that the evaluation reads.

    summary: the job summary, to which a report is added.
    """
    for label, place, _ in _targets(files, summary):
        what = _what_is_read(place, config)
        if what is not None:
            raise UsageError(f"{label} is {what}; allowed: another file")


def _what_is_read(place: Place, config: Config) -> str | None:
    from checks.config.input_files import ROWS, input_at, is_history, would_be_read

    if what := input_at(place, config):
        return what
    if is_history(place, config):
        return "the history"
    return ROWS if would_be_read(place, config) else None


def _targets(files: Sequence[ReportFile], summary: Path | None) -> Iterator[_Target]:
    """Every file, by name or open already. Where that cannot be told, writing says why."""
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
