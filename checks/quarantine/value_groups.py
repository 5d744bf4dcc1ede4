"""The kind of values in a column of rejected rows, and the group to which a value belongs. Pure.

Groups are what people speak of: bots and phones, not user agents; sections of a shop, not
addresses of pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from checks.core.masking import Mask, masked_inside
from checks.core.text import clean

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


class ColumnKind(StrEnum):
    """The kind of values in a column, which decides how they are grouped."""

    TIME = "time"
    URL = "address of a page"
    AGENT = "user agent"
    VALUE = "value"
    VARIED = "present or missing"


def column_kind(name: str, values: Sequence[str | None], mask: Mask) -> ColumnKind:
    """The kind of a column, by some of its values.

    Personal columns, and those with another value in nearly every row, are grouped only by
    whether there is a value.
    """
    present = [value.strip() for value in values if value and value.strip()]
    if mask is not Mask.INSIDE or not present:
        return ColumnKind.VARIED
    for kind, pattern in (
        (ColumnKind.TIME, _TIME),
        (ColumnKind.AGENT, _AGENT),
        (ColumnKind.URL, _URL),
    ):
        if sum(bool(pattern.search(value)) for value in present) >= _MOSTLY * len(present):
            return kind
    if re.search(r"user.?agent", name, re.I):
        return ColumnKind.AGENT
    varied = len(set(present)) > len(present) / 2
    return ColumnKind.VARIED if varied and len(present) >= _MANY else ColumnKind.VALUE


def group_of(value: str | None, kind: ColumnKind) -> str | None:
    """The group of one value, without personal data; None where it is missing."""
    if value is None or not value.strip():
        return None
    if kind is ColumnKind.AGENT:
        return agent_group(value)
    if kind is ColumnKind.URL:
        return url_group(value)
    if kind is ColumnKind.TIME:
        return f"{value}:00"
    if kind is ColumnKind.VARIED:
        return PRESENT
    return masked_inside(value)[:_LONGEST]


def told_group(value: str | None, kind: ColumnKind) -> str | None:
    """The group of one value as explanations tell it: inert, on one line."""
    group = group_of(value, kind)
    return None if group is None else clean(group, _LONGEST)


def agent_group(agent: str) -> str:
    """Bots, phones, tablets or desktops, by the text of a user agent.

    An app's own browser counts as the device it runs on. The order matters: bots mention
    browsers, and tablets mention phones.
    """
    matches = (family for family, pattern in _AGENTS if pattern.search(agent))
    return next(matches, "other programs")


def url_group(url: str) -> str:
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
