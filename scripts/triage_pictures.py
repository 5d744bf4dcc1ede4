"""Takes docs/images/triage-SCENARIO.png: `python scripts/triage_pictures.py [SCENARIO ...]`.

Each is the first screen of a laptop behind an alert's link: the page of the check that fails, at
07:10, an hour after its gate, with nobody on it yet. Without names: every scenario.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from playwright.sync_api import Browser

from checks import DataMonitor, load_config
from checks.catalog import all_checks
from scripts.fewer_colors import with_fewer_colors
from scripts.fixed_dashboard import NOW, RUN, dashboard, write_scenario
from scripts.page_pictures import View, launched, take
from scripts.screenshots import IMAGES

#: By scenario, the check whose alert is opened.
ALERTS: Final = {
    "missing-identity": "quarantine_rate",
    "late-load": "freshness",
    "loaded-twice": "volume_expected",
    "dead-checkout-pixel": "event_volume",
    "lost-revenue": "missing_revenue",
    "orphan-orders": "orphan_orders",
    "no-run": "log_entry_exists_today",
}


def view_of(config: Path, check: str) -> View:
    """The page that the alert's link opens, with its filters, on a laptop's screen."""
    report = DataMonitor(load_config(config)).run(date=RUN, now=NOW, record=False)
    verdict = next(each for each in report.checks if each.id == check)
    page = next(each.page for each in all_checks() if each.id == check)
    return View(page, f"&{urlencode(verdict.facts.filters)}", 1440, 900, tall=False)


def take_scenario(browser: Browser, scenario: str, folder: Path) -> None:
    """Write the picture of one scenario."""
    config = write_scenario(folder / "demo", scenario)
    with dashboard(config, folder) as address:
        png = with_fewer_colors(take(browser, address, view_of(config, ALERTS[scenario]), "light"))
    file = IMAGES / f"triage-{scenario}.png"
    file.write_bytes(png)
    print(f"{file.name}: {len(png) // 1024} KB")


def main() -> int:
    """Take the pictures of the named scenarios; the exit code."""
    names = sys.argv[1:] or list(ALERTS)
    if unknown := set(names) - set(ALERTS):
        print(f"no such scenario: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    with launched() as browser:
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                take_scenario(browser, name, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
