"""Fail when fewer than the wanted share of branches is covered.

`coverage report --fail-under` mixes lines with branches; this counts branches alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def branch_share(report: Path) -> float:
    """Covered branches in percent, from a `coverage json` file.

    Raises ValueError when the report counted no branches at all.
    """
    totals = json.loads(report.read_text(encoding="utf-8"))["totals"]
    if not totals["num_branches"]:
        raise ValueError(f"{report} counted no branches; is coverage's `branch = true` set?")
    return float(100 * totals["covered_branches"] / totals["num_branches"])


def least_covered(report: Path, most: int = 8) -> list[str]:
    """The files with most uncovered branches, one line each."""
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    missing = sorted(
        ((entry["summary"]["missing_branches"], name) for name, entry in files.items()),
        reverse=True,
    )
    return [f"  {name}: {count} branches not taken" for count, name in missing[:most] if count]


def main() -> int:
    """Print the share; 1 when it is below the minimum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="file that `coverage json` wrote")
    parser.add_argument("--minimum", type=float, required=True, help="percent")
    options = parser.parse_args()
    share = branch_share(options.report)
    print(f"branch coverage: {share:.2f} % (min {options.minimum:g} %)")
    if share >= options.minimum:
        return 0
    print(*least_covered(options.report), sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
