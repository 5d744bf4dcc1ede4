"""Names of tables as people write them."""

from __future__ import annotations

import pytest

from checks.config.table_names import split_table_name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("events", ("events",)),
        ("shop.events", ("shop", "events")),
        ("cat.shop.events", ("cat", "shop", "events")),
        (" shop . events ", ("shop", "events")),
        ("My Events", ("My Events",)),
        ("select", ("select",)),
        ("100%", ("100%",)),
        ('"a.b"', ("a.b",)),
        ('shop."a.b"', ("shop", "a.b")),
        ('"My ""own"" table"', ('My "own" table',)),
        ('"a"."b"."c"', ("a", "b", "c")),
        ("événements", ("événements",)),
    ],
)
def test_parts(name: str, parts: tuple[str, ...]) -> None:
    assert split_table_name(name) == parts


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "a.", ".a", "a..b", "a.b.c.d", '"', '""', '"a', 'a"b', '"a"b', '"a".', 'a."b"c'],
)
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not of the form"):
        split_table_name(name)
