"""Families of user agents and addresses, and what kind of values a column has."""

from __future__ import annotations

import pytest

from checks.core.masking import Mask
from checks.quarantine.value_groups import (
    PRESENT,
    ColumnKind,
    agent_group,
    column_kind,
    group_of,
    url_group,
)

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_1 like Mac OS X) Version/18.3 Mobile/15E148"


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        (IPHONE, "phones"),
        (f"{IPHONE} Instagram 300.0", "phones"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/133.0.0.0 Mobile Safari/537.36", "phones"),
        ("Mozilla/5.0 (Linux; Android 13; SM-X200) Chrome/133.0.0.0 Safari/537.36", "tablets"),
        ("Mozilla/5.0 (iPad; CPU OS 18_1_1 like Mac OS X) Mobile/15E148", "tablets"),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "bots"),
        ("Mozilla/5.0 (compatible; AhrefsSiteAudit/6.1)", "bots"),
        ("Mozilla/5.0 (Linux; Android 6.0.1) Mobile (compatible; Googlebot/2.1)", "bots"),
        ("curl/7.88.1", "bots"),
        ("python-requests/2.31", "bots"),
        ("Mozilla/5.0 (X11; Linux) HeadlessChrome/120", "bots"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/133", "desktops: Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari", "desktops: macOS"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/133", "desktops: ChromeOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/135", "desktops: Linux"),
        ("something else", "other programs"),
    ],
)
def test_user_agents(agent: str, family: str) -> None:
    assert agent_group(agent) == family


@pytest.mark.parametrize(
    ("url", "family"),
    [
        ("https://shop.example/", "shop.example/"),
        ("https://shop.example", "shop.example/"),
        ("https://Shop.Example/products/bed?sid=1#x", "shop.example/products/…"),
        ("https://shop.example/cart", "shop.example/cart"),
        ("https://shop.example/12345/x", "shop.example/{id}/…"),
        ("https://me:pw@shop.example/cart", "shop.example/cart"),
        ("/search?q=x", "/search"),
        ("https://[broken/", "(not an address)"),
        ("https://10.1.2.3/a", "10.1.…/a"),
    ],
)
def test_addresses(url: str, family: str) -> None:
    assert url_group(url) == family


@pytest.mark.parametrize(
    ("name", "values", "mask", "nature"),
    [
        ("t", ["2025-03-08T01:02:03Z"] * 4 + ["?"], Mask.INSIDE, ColumnKind.TIME),
        ("t", ["2025-03-08T01:02:03Z"] * 3 + ["?"], Mask.INSIDE, ColumnKind.VALUE),
        ("ua", [IPHONE, "curl/7.1"], Mask.INSIDE, ColumnKind.AGENT),
        ("user_agent", ["odd"], Mask.INSIDE, ColumnKind.AGENT),
        ("page", ["https://a.b/c", "/d"], Mask.INSIDE, ColumnKind.URL),
        ("id", ["a"], Mask.PERSONAL, ColumnKind.VARIED),
        ("id", ["a"], Mask.WHOLE, ColumnKind.VARIED),
        ("x", [None, "", " "], Mask.INSIDE, ColumnKind.VARIED),
        ("x", [str(i) for i in range(30)], Mask.INSIDE, ColumnKind.VARIED),
        ("x", [str(i) for i in range(29)], Mask.INSIDE, ColumnKind.VALUE),
        ("x", ["a", "b"] * 50, Mask.INSIDE, ColumnKind.VALUE),
    ],
)
def test_the_nature_of_a_column(
    name: str, values: list[str | None], mask: Mask, nature: ColumnKind
) -> None:
    assert column_kind(name, values, mask) is nature


@pytest.mark.parametrize(
    ("value", "nature", "family"),
    [
        (None, ColumnKind.VALUE, None),
        (" ", ColumnKind.AGENT, None),
        ("07", ColumnKind.TIME, "07:00"),
        ("", ColumnKind.VARIED, None),
        ("x", ColumnKind.VARIED, PRESENT),
        ("mail a.b@c.de", ColumnKind.VALUE, "mail a…@…"),
    ],
)
def test_the_family_of_a_value(value: str | None, nature: ColumnKind, family: str | None) -> None:
    assert group_of(value, nature) == family
