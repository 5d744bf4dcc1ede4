"""What the pages of docs/pipelines show: a whole `andon.yml`, and what the gate prints with it.

Each output stands below a comment that says when the gate asks, and whether its run is missing, or
the last source of it:

    <!-- 2025-03-07 06:20 -->
    <!-- 2025-03-07 07:00 missing run -->
    <!-- 2025-03-07 09:00 missing source -->

`python -m tests.pipelines.pages` writes all outputs anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from checks.cli import main
from checks.config import load_config
from checks.config.schedules import schedule_of
from checks.core import clock
from checks.demo.shapes import (
    CLOSED_ON_SUNDAYS,
    HOURLY_LOADS,
    NIGHTLY,
    THREE_SOURCES,
    WEEKDAYS_ONLY,
    Shape,
)
from tests.pipelines.shop import Fault, FaultKind, Shop

FOLDER = Path(__file__).parents[2] / "docs" / "pipelines"
#: Of which shape the shop is that a page is about.
SHAPES: dict[str, Shape] = {
    "nightly.md": NIGHTLY,
    "hourly.md": HOURLY_LOADS,
    "weekdays.md": WEEKDAYS_ONLY,
    "closed-days.md": CLOSED_ON_SUNDAYS,
    "several-sources.md": THREE_SOURCES,
    "no-audit-log.md": NIGHTLY,
}
_FIRST = date(2025, 1, 7)
_EXAMPLE = re.compile(
    r"^<!-- (\d{4}-\d\d-\d\d \d\d:\d\d)(?: (missing run|missing source))? -->\n"
    r"```console\n\$ ([^\n]*)\n(.*?)^```",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Example:
    """A command, when it is typed, what is missing of the run of that time, and what is shown."""

    at: datetime
    missing: FaultKind | None
    command: str
    shown: str


def pages() -> list[Path]:
    """The pages of pipelines that there are."""
    return sorted(page for page in FOLDER.glob("*.md") if page.name in SHAPES)


def config_of(text: str) -> str:
    """The whole `andon.yml` of a page."""
    (config,) = re.findall(r"^```yaml\n(pipeline:.*?)^```", text, re.MULTILINE | re.DOTALL)
    return str(config)


def examples(text: str) -> Iterator[Example]:
    """The commands of a page with their outputs."""
    return (_example(match) for match in _EXAMPLE.finditer(text))


def _example(match: re.Match[str]) -> Example:
    at = datetime.strptime(match[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    missing = FaultKind(match[2]) if match[2] else None
    return Example(at, missing, match[3], match[4])


def printed(page: Path, example: Example, folder: Path) -> str:
    """What the command prints in a shop of the page's kind, without what each evaluation has anew.

    Everything is loaded that its pipeline loads by that time, but for what is missing.
    """
    shape = SHAPES[page.name]
    shop = Shop(folder, shape, config=config_of(page.read_text(encoding="utf-8")))
    if example.missing is not None:
        newest = schedule_of(load_config(shop.config)).latest(example.at)
        source = None if example.missing is FaultKind.MISSING_RUN else len(shape.feeds) - 1
        day = newest - timedelta(days=shape.lag_days)
        shop.faults = {day: Fault(example.missing, source)}
    shop.load(list(shape.run_dates(_FIRST, example.at.date())), until=example.at)
    output = StringIO()
    words = example.command.split()[1:]
    with patch.object(clock, "now", lambda: example.at), redirect_stdout(output):
        main([*words, "--config", str(shop.config)])
    text = re.sub(r"(?m)^evaluated .*\n?", "", output.getvalue())
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def _rewritten(page: Path) -> str:
    def rewrite(match: re.Match[str]) -> str:
        with TemporaryDirectory() as folder:
            output = printed(page, _example(match), Path(folder))
        return match[0].removesuffix(f"{match[4]}```") + f"{output}```"

    return _EXAMPLE.sub(rewrite, page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    for each in pages():
        each.write_text(_rewritten(each), encoding="utf-8")
