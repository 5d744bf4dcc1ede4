"""Fail when fewer than the wanted share of branches is covered.

`coverage report --fail-under` mixes lines with branches; this counts branches alone, of the
named folders only where some are named.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def summaries(report: Path, folders: Sequence[str] = ()) -> dict[str, dict[str, int]]:
    """The summary of each file in a `coverage json` report, of the named folders if any."""
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {
        name: entry["summary"]
        for name, entry in files.items()
        if not folders or Path(name).parts[0] in folders
    }


def branch_share(summaries_by_file: Mapping[str, Mapping[str, int]]) -> float:
    """Covered branches in percent.

    Raises ValueError when no branches were counted at all.
    """
    branches = sum(entry["num_branches"] for entry in summaries_by_file.values())
    if not branches:
        raise ValueError("no branches were counted; is coverage's `branch = true` set?")
    return 100 * sum(entry["covered_branches"] for entry in summaries_by_file.values()) / branches


def least_covered(
    summaries_by_file: Mapping[str, Mapping[str, int]], max_files: int = 8
) -> list[str]:
    """The files with most uncovered branches, one line each."""
    missing = sorted(
        ((entry["missing_branches"], name) for name, entry in summaries_by_file.items()),
        reverse=True,
    )
    return [f"  {name}: {count} branches not taken" for count, name in missing[:max_files] if count]


def main() -> int:
    """Print the share; the exit code: 1 when it is below the minimum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="file that `coverage json` wrote")
    parser.add_argument("folders", nargs="*", help="at the top of the repository")
    parser.add_argument("--minimum", type=float, required=True, help="percent")
    options = parser.parse_args()
    summaries_by_file = summaries(options.report, options.folders)
    share = branch_share(summaries_by_file)
    folders_text = f" of {', '.join(options.folders)}" if options.folders else ""
    print(f"branch coverage{folders_text}: {share:.2f} % (min {options.minimum:g} %)")
    if share >= options.minimum:
        return 0
    print(*least_covered(summaries_by_file), sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
