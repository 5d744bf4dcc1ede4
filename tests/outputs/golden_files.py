"""Where the expected outputs lie. Run this file to write them anew, then read the difference."""

from __future__ import annotations

import sys
from pathlib import Path

from checks.outputs import formats, render
from tests.outputs.report_samples import SAMPLES

GOLDEN = Path(__file__).parent.parent / "golden"
SUFFIXES = {"json": ".json", "junit": ".xml", "markdown": ".md", "prometheus": ".prom"}


def golden_file(name: str, sample: str) -> Path:
    return GOLDEN / name / f"{sample}{SUFFIXES.get(name, '.txt')}"


def rewrite() -> None:
    for name in formats():
        for sample, build in SAMPLES.items():
            path = golden_file(name, sample)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render(name, build()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(rewrite())
