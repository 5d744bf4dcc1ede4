"""What kind of values a column of rejected rows has, and to which family a value belongs. Pure.

Families are what people speak of: bots and phones, not user agents; sections of a shop,
not addresses of pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from checks.core.masking import Mask, masked_inside

PRESENT = "(present)"
_MANY = 30
_MOSTLY = 0.8
_LONGEST = 120

_TIME = re.compile(r"^\d{4}-\d\d-\d\d[T ](\d\d):\d\d")
_URL = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|/[\w%-]|/$)", re.I)
_AGENT = re.compile(r"^(?:Mozilla|Opera|Dalvik)/\d|^[\w.-]+/\d+(?:\.\d+)*(?:$| \()", re.I)
_HAS_ID = re.compile(r"\d{4,}|[0-9a-f]{12,}", re.I)

_AGENTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (family, re.compile(pattern, re.I))
    for family, pattern in (
        (
            "bots",
            r"bot\b|bot/|crawl|spider|slurp|preview|monitor|headless|lighthouse|site-?audit|scrap"
            r"|externalhit|curl/|wget/|python|aiohttp|httpx|go-http|java/|okhttp|axios|node-fetch"
            r"|http-?client|libwww|phantomjs|selenium|puppeteer|playwright|pingdom|uptime|archiver",
        ),
        ("tablets", r"ipad|tablet|kindle|silk/|playbook|android(?!.*\bmobile\b)"),
        ("phones", r"iphone|ipod|android.*\bmobile\b|windows phone|blackberry|\bmobile\b"),
        ("desktops: Windows", r"windows nt"),
        ("desktops: macOS", r"macintosh|mac os x"),
        ("desktops: ChromeOS", r"\bcros\b"),
        ("desktops: Linux", r"linux|x11"),
    )
)


class Nature(StrEnum):
    """What a column holds, as far as grouping its values is concerned."""

    TIME = "time"
    URL = "address of a page"
    AGENT = "user agent"
    VALUE = "value"
    VARIED = "present or missing"


def nature_of(name: str, values: Sequence[str | None], mask: Mask) -> Nature:
    """The nature of a column by some of its values.

    Personal columns, and those where nearly every row has another value, are told apart
    only by being there or not.
    """
    there = [value.strip() for value in values if value and value.strip()]
    if mask is not Mask.INSIDE or not there:
        return Nature.VARIED
    for nature, form in ((Nature.TIME, _TIME), (Nature.AGENT, _AGENT), (Nature.URL, _URL)):
        if sum(bool(form.search(value)) for value in there) >= _MOSTLY * len(there):
            return nature
    if re.search(r"user.?agent", name, re.I):
        return Nature.AGENT
    varied = len(set(there)) > len(there) / 2
    return Nature.VARIED if varied and len(there) >= _MANY else Nature.VALUE


def family_of(value: str | None, nature: Nature) -> str | None:
    """The family of one value, free of personal values; None where it is missing."""
    if value is None or not value.strip():
        return None
    if nature is Nature.AGENT:
        return agent_family(value)
    if nature is Nature.URL:
        return url_family(value)
    if nature is Nature.TIME:
        return f"{value}:00"
    if nature is Nature.VARIED:
        return PRESENT
    return masked_inside(value)[:_LONGEST]


def agent_family(agent: str) -> str:
    """Bots, phones, tablets or desktops, by what a user agent says of itself.

    An app's own browser counts as the device it runs on. The order matters: bots name
    browsers, and tablets name phones.
    """
    found = (family for family, form in _AGENTS if form.search(agent))
    return next(found, "other programs")


def url_family(url: str) -> str:
    """Host and first part of the path, with ids replaced: `www.shop.example/products/…`."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "(not an address)"
    host = parts.netloc.rpartition("@")[2].lower()
    segments = [part for part in parts.path.split("/") if part]
    if not segments:
        return masked_inside(f"{host}/")[:_LONGEST]
    first = "{id}" if _HAS_ID.search(segments[0]) else segments[0]
    more = "/…" if len(segments) > 1 else ""
    return masked_inside(f"{host}/{first}{more}")[:_LONGEST]
