"""Run a command as its own process; measure its wall time and peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

KIB_PER_MIB = 1024
# As users run it: compiled modules are kept from one run to the next.
_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One process: wall time in seconds, peak resident memory in MiB."""

    seconds: float
    mebibytes: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians of paired runs, and the medians of the pairs' ratios (first / second)."""

    first: Sample
    second: Sample
    wall_ratio: float
    memory_ratio: float


def measured(command: list[str], output: Path) -> Sample:
    """Run `command`, its output into a file. Raises CalledProcessError when it fails."""
    with output.open("wb") as sink:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env=_ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output.read_text())
    return Sample(seconds, usage.ru_maxrss / KIB_PER_MIB)


def compared(first: Callable[[], Sample], second: Callable[[], Sample], runs: int) -> Comparison:
    """Alternate both, after one unmeasured run of each, so that a busy moment hits both."""
    first(), second()
    pairs = [(first(), second()) for _ in range(runs)]
    return Comparison(
        first=_median([pair[0] for pair in pairs]),
        second=_median([pair[1] for pair in pairs]),
        wall_ratio=statistics.median(a.seconds / b.seconds for a, b in pairs),
        memory_ratio=statistics.median(a.mebibytes / b.mebibytes for a, b in pairs),
    )


def _median(samples: list[Sample]) -> Sample:
    return Sample(
        statistics.median(sample.seconds for sample in samples),
        statistics.median(sample.mebibytes for sample in samples),
    )
