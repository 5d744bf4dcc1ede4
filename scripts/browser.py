"""Find a Chromium for the browser tests, else install one, and run a command with it.

`python scripts/browser.py COMMAND ...` runs the command with the browser's path in
ANDON_BROWSER. Without any browser it says so loudly: 1 under CI, else 0.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

VARIABLE = "ANDON_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS = 600


def from_variable() -> str | None:
    """The browser that ANDON_BROWSER names, if it exists."""
    path = os.environ.get(VARIABLE)
    return shutil.which(path) if path else None


def on_path() -> str | None:
    """A Chromium or Chrome of the system."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def installed_by_playwright() -> str | None:
    """Playwright's own Chromium, if it is installed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def install_by_playwright() -> str | None:
    """Install Playwright's own Chromium."""
    if not _succeeds(sys.executable, "-m", "playwright", "install", "chromium"):
        return None
    return installed_by_playwright()


def install_by_apt() -> str | None:
    """Install Debian's package, where packages can be installed."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    _succeeds("apt-get", "update")
    _succeeds("apt-get", "install", "-y", "--no-install-recommends", "chromium")
    return on_path()


WAYS: tuple[Callable[[], str | None], ...] = (
    from_variable,
    on_path,
    installed_by_playwright,
    install_by_playwright,
    install_by_apt,
)


def find(ways: tuple[Callable[[], str | None], ...] = WAYS) -> str | None:
    """The first browser that one of the functions returns."""
    return next((path for way in ways if (path := way())), None)


def without(environ: os._Environ[str] | dict[str, str]) -> int:
    """Print that there is no browser; the exit code."""
    rule = "*" * 78
    print(
        f"{rule}\nTHE BROWSER TESTS WERE NOT RUN: there is no Chromium, and none could be "
        f"installed.\nInstall chromium or google-chrome, or name one in {VARIABLE}.\n{rule}",
        file=sys.stderr,
    )
    return 1 if environ.get("CI") not in (None, "", "false", "0") else 0


def main() -> int:
    """Run the command with a browser; its exit code."""
    browser = find()
    if browser is None:
        return without(os.environ)
    done = subprocess.run(sys.argv[1:], env={**os.environ, VARIABLE: browser}, check=False)
    return done.returncode


def _succeeds(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
