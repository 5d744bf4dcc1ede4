"""Takes the pictures of the dashboard in docs/images: `python scripts/screenshots.py [PAGE ...]`.

Writes the demo of a fixed date into a temporary folder, records the day's gate, starts the
dashboard on it, and takes each page in light and dark. Without names: every page. The browser
is the one of the browser tests; ANDON_BROWSER names another.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from socket import socket
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from browser import find
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from checks import DataMonitor, load_config
from checks.demo import write_demo
from checks.history import open_history

Theme: TypeAlias = Literal["light", "dark"]

IMAGES: Final = Path(__file__).resolve().parent.parent / "docs" / "images"
DAY: Final = date(2025, 3, 8)
RUN: Final = date(2025, 3, 9)
DAYS: Final = 31
GATE_AT: Final = clock_time(6, 12, tzinfo=UTC)
SEEN_AT: Final = datetime(2025, 3, 9, 6, 41, tzinfo=UTC)
NOW: Final = datetime(2025, 3, 9, 7, 10, tzinfo=UTC)
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
_ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run")
_MAX_SECONDS: Final = 120.0
_COLORS: Final = 256
_DRAWN: Final = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const app = document.querySelector('.stApp[data-test-script-state="notRunning"]');
  const head = document.querySelector('h1, .wall');
  const waiting = all('[data-testid="stSkeleton"], [data-testid="stSpinner"], [data-stale="true"]');
  const empty = all('.stPlotlyChart').filter(one => !one.querySelector('.main-svg .nsewdrag'));
  return !!app && !!head && !waiting.length && !empty.length && document.fonts.status === 'loaded';
}"""
_HEIGHT: Final = """() => {
  const page = document.querySelector('[data-testid="stMainBlockContainer"]');
  return Math.ceil(page.getBoundingClientRect().height);
}"""


class Shot(NamedTuple):
    """A page and its viewport; `tall`: the viewport grows with the page."""

    page: str
    query: str = ""
    width: int = 1366
    height: int = 768
    tall: bool = True


SHOTS: Final = (
    Shot("overview"),
    Shot("runs"),
    Shot("quarantine"),
    Shot("volume"),
    Shot("revenue"),
    Shot("orphan-orders"),
    Shot("history"),
    Shot("review", "&embed=true", 1920, 1080, tall=False),
)


def write(folder: Path) -> Path:
    """Write the demo with a gate run each morning and an acknowledgement; its configuration."""
    demo = write_demo(folder, today=RUN, backfill_days=0)
    config = load_config(demo.config)
    for back in range(DAYS - 1, -1, -1):
        day = RUN - timedelta(days=back)
        DataMonitor(config).run(date=day, now=datetime.combine(day, GATE_AT), record=True)
    open_history(config.history).acknowledge(
        config.pipeline, "quarantine_rate", "Ana Wolf", "asked the app team", SEEN_AT
    )
    return demo.config


@contextmanager
def dashboard(config: Path, home: Path) -> Iterator[str]:
    """Run a dashboard over the demo; its address."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    script = Path(__file__).with_name("dashboard_at.py")
    environ = {name: value for name, value in os.environ.items() if "ANDON" not in name}
    server = subprocess.Popen(
        [sys.executable, str(script), NOW.isoformat(), str(port), str(config)],
        env=environ | {"HOME": str(home), "TZ": "UTC"}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(server, f"{address}/healthz")
        yield address
    finally:
        server.terminate()
        server.wait(20)


def take(browser: Browser, address: str, shot: Shot, theme: Theme) -> bytes:
    """A screenshot of one page, once it is complete."""
    path = "" if shot.page == "overview" else shot.page
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height}, color_scheme=theme
    )
    try:
        page.goto(f"{address}/{path}?date={DAY}{shot.query}")
        _settle(page)
        if shot.tall:
            page.set_viewport_size({"width": shot.width, "height": page.evaluate(_HEIGHT)})
            _settle(page)
        return page.screenshot()
    finally:
        page.close()


def with_fewer_colors(picture: bytes) -> bytes:
    """The picture reduced to its most frequent colours; other pixels get the nearest of them."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(np.int64)
    codes = (pixels[..., 0] << 16) + (pixels[..., 1] << 8) + pixels[..., 2]
    unique_codes, indexes, counts = np.unique(codes, return_inverse=True, return_counts=True)
    colors = np.stack([unique_codes >> 16, unique_codes >> 8 & 255, unique_codes & 255], axis=1)
    frequent = colors[np.argsort(-counts, kind="stable")[:_COLORS]]
    distances = ((colors[:, None, :] - frequent[None, :, :]) ** 2).sum(axis=2)
    reduced = Image.fromarray(
        distances.argmin(axis=1).astype(np.uint8)[indexes].reshape(codes.shape)
    )
    reduced.putpalette(frequent.astype(np.uint8).tobytes())
    out = io.BytesIO()
    reduced.save(out, "PNG", optimize=True)
    return out.getvalue()


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + _MAX_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  (our own server)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("the dashboard did not start")


def _settle(page: Page) -> None:
    """Wait until everything is drawn and does not change for a second."""
    end, seen = time.monotonic() + _MAX_SECONDS, ""
    while time.monotonic() < end:
        page.wait_for_function(_DRAWN, timeout=_MAX_SECONDS * 1000)
        page.wait_for_timeout(1000)
        shape = f"{page.evaluate(_HEIGHT)} {page.locator('.stApp *').count()}"
        if shape == seen and page.evaluate(_DRAWN):
            return
        seen = shape
    raise SystemExit(f"{page.url} was not complete in {_MAX_SECONDS:g} s")


def main(names: Sequence[str]) -> int:
    """Take the pictures of the named pages; the exit code."""
    shots = [shot for shot in SHOTS if not names or shot.page in names]
    browser_path = find()
    if browser_path is None:
        print("there is no Chromium: install one, or name it in ANDON_BROWSER", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        config = write(Path(folder) / "demo")
        browser = playwright.chromium.launch(executable_path=browser_path, args=_ARGUMENTS)
        with dashboard(config, Path(folder)) as address:
            for shot in shots:
                for theme in THEMES:
                    picture = with_fewer_colors(take(browser, address, shot, theme))
                    file = IMAGES / f"{shot.page}-{theme}.png"
                    file.write_bytes(picture)
                    print(f"{file.name}: {len(picture) // 1024} KB")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
