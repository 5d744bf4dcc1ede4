"""What a picture looks like beside the page itself: the browser, the platform and the fonts."""

from __future__ import annotations

from typing import Final, NamedTuple

from playwright.sync_api import Browser

#: What pages fall back on. Their own fonts come with Streamlit, whose version is locked.
_FAMILIES: Final = ("sans-serif", "serif", "monospace", "Georgia")
#: The width of a probe text and how much ink it has, in each family.
_PROBE: Final = """families => families.map(family => {
  const canvas = document.createElement('canvas'), text = 'Andon 0123456789 äß ✗✓▲▼↔→−«»‹›–·';
  canvas.width = 600; canvas.height = 40;
  const context = canvas.getContext('2d');
  context.font = `14px ${family}`;
  context.fillText(text, 4, 24);
  const pixels = context.getImageData(0, 0, 600, 40).data;
  const ink = pixels.reduce((sum, value, index) => index % 4 === 3 ? sum + value : sum, 0);
  return [family, `${context.measureText(text).width.toFixed(1)} ${ink}`];
})"""


class Tools(NamedTuple):
    """Major version of Chromium, platform, and a fingerprint of each font family."""

    chromium: str
    platform: str
    fonts: dict[str, str]


def tools(browser: Browser) -> Tools:
    """Those of a browser on this machine."""
    page = browser.new_page()
    try:
        fonts = dict(page.evaluate(_PROBE, list(_FAMILIES)))
        return Tools(browser.version.partition(".")[0], page.evaluate("navigator.platform"), fonts)
    finally:
        page.close()


def differences(noted: Tools, here: Tools) -> list[str]:
    """In what the two differ, in words: pictures are not comparable then."""
    words = []
    if noted.chromium != here.chromium:
        words.append(f"Chromium {here.chromium} is not {noted.chromium}")
    if noted.platform != here.platform:
        words.append(f"the platform {here.platform} is not {noted.platform}")
    families = [family for family in noted.fonts if here.fonts.get(family) != noted.fonts[family]]
    if families:
        words.append(f"other fonts for {', '.join(families)}")
    return words
