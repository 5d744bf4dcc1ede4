"""What 50 viewers cost the server while they only look, against a bare Streamlit page.

Each viewer is a websocket client that opens a page and refreshes it as a browser does. Three
servers run at the same time, so that a busy moment hits them alike; their processor time is
their own. Viewers come spread over one refresh, as people do. What grows is seen by comparing the
first ten minutes with the last ten (`--seconds 1560`), or both halves of a shorter run.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from dashboard_client import Received, Viewer
from dashboard_servers import BARE_PAGES, PAGES, Memory, Server, andon, bare, demo

#: The shortest interval of a dashboard: one second after its numbers are due.
REFRESH = 61.0
#: Seconds of the beginning and of the end that are compared.
STRETCH = 600.0
_SAMPLE_SECONDS = 0.5
_MAX_SECONDS = 120.0
HEADER = """\
| {viewers} viewers of | processor (goal 20 % of one core) | memory with one | with {viewers} \
| a viewer (goal 1 MB) | a viewer, PSS | refreshes | longest wait | opening sends | a refresh \
sends | most rows (goal 1,000) |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""
GROWTH_HEADER = """\
| {viewers} viewers of | memory at first | in the first {minutes:.1f} min, peak | in the last \
{minutes:.1f} min, peak | grown by (goal 20 MiB) | peak above (goal 40 MiB) | processor, first and \
last | median wait, first and last | longest wait, first and last |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


@dataclass(frozen=True, slots=True)
class Group:
    """A server and its pages, which are assigned to viewers in turn."""

    name: str
    server: Server
    pages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A period without new viewers; median and peak of the resident memory in MiB."""

    processor: float
    resident: float
    peak: float
    received: Received


@dataclass(frozen=True, slots=True)
class Cost:
    """What was measured of a group. `stretches`: the beginning, the middle, the end."""

    processor: float
    with_first_viewers: Memory
    with_all_viewers: Memory
    at_end: Memory
    opened: Received
    refreshed: Received
    stretches: Sequence[Stretch]


async def measure(group: Group, viewers: int, seconds: float) -> Cost:
    """Measure one viewer of each page, then all viewers, then a period without new ones."""
    tasks: list[asyncio.Task[None]] = []
    watchers: list[Viewer] = []

    async def join(number: int) -> None:
        page = group.pages[number % len(group.pages)]
        watcher = Viewer(group.server.stream, page)
        watchers.append(watcher)
        tasks.append(asyncio.create_task(watcher.watch()))
        await asyncio.wait_for(watcher.finished.wait(), _MAX_SECONDS)

    for number in range(len(group.pages)):
        await join(number)
    await asyncio.sleep(5)
    with_first_viewers = group.server.memory()
    for number in range(len(group.pages), viewers):
        await asyncio.gather(join(number), asyncio.sleep(REFRESH / viewers))
    await asyncio.sleep(REFRESH + 4)
    opened, with_all_viewers = _total_received(watchers), group.server.memory()
    before, began = group.server.cpu_seconds(), asyncio.get_running_loop().time()
    stretches = [await _measure_stretch(group.server, watchers, part) for part in parts(seconds)]
    elapsed = asyncio.get_running_loop().time() - began
    processor = (group.server.cpu_seconds() - before) / elapsed
    refreshed = Received()
    for stretch in stretches:
        _add(refreshed, stretch.received)
    at_end = group.server.memory()
    _ensure_all_stayed(group, tasks, opened, refreshed)
    for task in tasks:
        task.cancel()
    return Cost(
        processor, with_first_viewers, with_all_viewers, at_end, opened, refreshed, stretches
    )


def parts(seconds: float) -> tuple[float, float, float]:
    """Seconds of the beginning, the middle and the end."""
    end = min(STRETCH, seconds / 2)
    return end, seconds - 2 * end, end


async def _measure_stretch(server: Server, watchers: Sequence[Viewer], seconds: float) -> Stretch:
    """Measure a period in which viewers only keep their pages open."""
    loop = asyncio.get_running_loop()
    before, began, samples = server.cpu_seconds(), loop.time(), [server.resident()]
    while loop.time() < began + seconds:
        await asyncio.sleep(_SAMPLE_SECONDS)
        samples.append(server.resident())
    elapsed = max(loop.time() - began, _SAMPLE_SECONDS)
    processor = (server.cpu_seconds() - before) / elapsed
    return Stretch(processor, statistics.median(samples), max(samples), _total_received(watchers))


def _total_received(watchers: Sequence[Viewer]) -> Received:
    """What all viewers received since it was last counted."""
    total = Received()
    for watcher in watchers:
        _add(total, watcher.take_counts())
    return total


def _add(total: Received, more: Received) -> None:
    for name in ("bytes", "messages", "runs", "full_runs", "cached"):
        setattr(total, name, getattr(total, name) + getattr(more, name))
    for name in ("most_rows", "biggest"):
        setattr(total, name, max(getattr(total, name), getattr(more, name)))
    total.errors += more.errors
    total.seconds += more.seconds


def _ensure_all_stayed(
    group: Group, tasks: list[asyncio.Task[None]], opened: Received, refreshed: Received
) -> None:
    """Raise RuntimeError if a viewer left or got an error: it would cost nothing."""
    gone = [task for task in tasks if task.done()]
    errors = opened.errors + refreshed.errors
    if gone or errors or refreshed.runs < len(tasks):
        raise RuntimeError(
            f"{group.name}: {len(gone)} viewers left, {refreshed.runs} refreshes, {errors[:3]}"
        )


def line(group: Group, cost: Cost, viewers: int) -> str:
    """One line of the table."""
    added = viewers - len(group.pages)
    refreshed = cost.refreshed
    cells = (
        group.name,
        f"{cost.processor:.1%}",
        f"{cost.with_first_viewers.resident:.0f} MiB",
        f"{cost.at_end.resident:.0f} MiB",
        f"{(cost.at_end.resident - cost.with_first_viewers.resident) / added:.2f} MiB",
        f"{(cost.at_end.proportional - cost.with_first_viewers.proportional) / added:.2f} MiB",
        f"{refreshed.runs}, {statistics.median(refreshed.seconds) * 1000:.0f} ms",
        f"{max(refreshed.seconds):.2f} s",
        f"{_kilobytes(cost.opened.bytes / viewers)}, largest {_kilobytes(cost.opened.biggest)}",
        _kilobytes(refreshed.bytes / refreshed.runs),
        f"{max(cost.opened.most_rows, refreshed.most_rows):,}",
    )
    return f"| {' | '.join(cells)} |"


def growth_line(group: Group, cost: Cost) -> str:
    """One line of the table that compares the end with the beginning."""
    first, _, last = cost.stretches
    waits = [stretch.received.seconds or [0.0] for stretch in (first, last)]
    medians = [f"{statistics.median(seconds) * 1000:.0f} ms" for seconds in waits]
    peak = max(stretch.peak for stretch in cost.stretches)
    cells = (
        group.name,
        f"{cost.with_all_viewers.resident:.0f} MiB",
        f"{first.resident:.0f}, {first.peak:.0f} MiB",
        f"{last.resident:.0f}, {last.peak:.0f} MiB",
        f"{last.resident - first.resident:+.0f} MiB",
        f"{peak - first.resident:+.0f} MiB",
        f"{first.processor:.1%}, {last.processor:.1%}",
        ", ".join(medians),
        ", ".join(f"{max(seconds):.2f} s" for seconds in waits),
    )
    return f"| {' | '.join(cells)} |"


def _kilobytes(size: float) -> str:
    return f"{size / 1000:,.0f} kB"


async def measure_all(groups: Sequence[Group], viewers: int, seconds: float) -> list[Cost]:
    """Measure all groups at the same time."""
    return await asyncio.gather(*(measure(group, viewers, seconds) for group in groups))


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=183.0, help="how long they are measured")
    options = parser.parse_args()
    config = demo()
    with ExitStack() as stack:
        groups = [
            Group("all pages", stack.enter_context(andon(config)), list(PAGES)),
            Group("/quarantine", stack.enter_context(andon(config)), ["quarantine"]),
            Group("bare", stack.enter_context(bare()), list(BARE_PAGES)[:1]),
        ]
        costs = asyncio.run(measure_all(groups, options.viewers, options.seconds))
    print(HEADER.format(viewers=options.viewers))
    for group, cost in zip(groups, costs, strict=True):
        print(line(group, cost, options.viewers))
    minutes = parts(options.seconds)[0] / 60
    print(f"\n{GROWTH_HEADER.format(viewers=options.viewers, minutes=minutes)}")
    for group, cost in zip(groups, costs, strict=True):
        print(growth_line(group, cost))
    ours, theirs = costs[0].processor, costs[-1].processor
    print(f"\nall pages / bare, processor: {ours / theirs:.2f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
