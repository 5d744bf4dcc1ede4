"""Takes the pictures of the dashboard: `python scripts/screenshots.py [--references] [PAGE ...]`.

Those in docs/images, and the references in tests/golden/pages with which browser tests compare the
pages; with `--references` only these. All are of the demo of a fixed date with the day's gate
recorded, each in light and dark. Without names: every page. The browser is the one of the browser
tests; ANDON_BROWSER names another.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser

from scripts import references
from scripts.fewer_colors import with_fewer_colors
from scripts.fixed_dashboard import dashboard, write
from scripts.page_pictures import THEMES, View, launched, take

IMAGES: Final = Path(__file__).resolve().parent.parent / "docs" / "images"
VIEWS: Final = tuple(
    View(name, "&embed=true", 1920, 1080, tall=False) if name == "review" else View(name)
    for name in references.PAGES
)


def take_for_documentation(browser: Browser, address: str, view: View) -> None:
    """Write the pictures of one page into docs/images."""
    for theme in THEMES:
        png = with_fewer_colors(take(browser, address, view, theme))
        file = IMAGES / f"{view.page}-{theme}.png"
        file.write_bytes(png)
        print(f"{file.name}: {len(png) // 1024} KB")


def take_pages(browser: Browser, address: str, arguments: Namespace) -> None:
    """Take the pictures that were asked for."""
    for view in VIEWS:
        if arguments.pages and view.page not in arguments.pages:
            continue
        if not arguments.references:
            take_for_documentation(browser, address, view)
        references.renew(browser, address, view.page)
        print(f"{view.page}: references")
    references.note_tools(browser)


def main() -> int:
    """Take the pictures of the named pages; the exit code."""
    parser = ArgumentParser(description="Take the pictures of the dashboard.")
    parser.add_argument("--references", action="store_true", help="only those of the tests")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=", ".join(references.PAGES))
    arguments = parser.parse_args()
    if unknown := set(arguments.pages) - set(references.PAGES):
        parser.error(f"no such page: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        config = write(Path(folder) / "demo")
        with dashboard(config, Path(folder)) as address:
            take_pages(browser, address, arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
