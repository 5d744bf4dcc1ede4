"""Which names of the log belong to a listed source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.core.expected_source import ExpectedSource
from checks.loads.matching import matches, plain_key, plain_name


@pytest.mark.parametrize(
    ("key", "name", "matched"),
    [
        ("web", "web", True),
        ("web", " web ", True),
        ("web", "web_20250308", True),
        ("web", "20250308_web", True),
        ("web", "web-2025-03-08.csv", True),
        ("web", "web_2025-03-08T041500Z.json.gz", True),
        ("web", "web_000123.csv", True),
        ("web", "web1", True),
        ("web", "web.CSV", True),
        ("web", "web.de", False),
        ("web", "WEB", False),
        ("web", "events_web_20250308", False),
        ("web", "events_web_20250308.csv", False),
        ("web", "webshop", False),
        ("web", "web_eu_20250308.csv", False),
        ("web_eu", "web_20250308_eu.csv", True),
        ("web_eu", "web-eu", False),
        ("shop_1", "shop_1", True),
        ("shop_1", "shop_1_20250308.csv", True),
        ("shop_1", "shop_2", False),
        ("shop_1", "shop_11", False),
        ("shop_1", "shop", False),
        ("shop", "shop_2", True),
        ("partner.de", "partner.de", True),
        ("partner.de", "partner.fr", False),
        ("events_20250308.csv", "events_20250309.csv", True),
        ("lake/web/", "lake/web/2025/03/08/", True),
        ("web", "", False),
        ("web", None, False),
        ("web", "20250308", False),
    ],
)
def test_a_key_stands_for_names_that_differ_in_days_and_digits(
    key: str, name: str | None, matched: bool
) -> None:
    assert matches(ExpectedSource(key), name) is matched


@pytest.mark.parametrize(
    ("match", "name", "matched"),
    [
        ("events_web_*", "events_web_20250308.csv", True),
        ("events_web_*", "old_events_web_20250308.csv", False),
        ("events_web_*", "Events_web_20250308.csv", False),
        ("*_web_?.csv", "events_web_1.csv", True),
        ("*_web_?.csv", "events_web_12.csv", False),
        ("shop_[12]", "shop_2", True),
        ("shop_[12]", "shop_3", False),
        ("web", "web_20250308", False),
        ("*", "anything", True),
        ("*", "", False),
        ("*", None, False),
    ],
)
def test_a_match_is_a_glob_over_the_whole_name(match: str, name: str | None, matched: bool) -> None:
    assert matches(ExpectedSource("any", match), name) is matched


@given(st.text(max_size=60))
def test_every_name_that_leaves_something_matches_itself(name: str) -> None:
    if plain_key(name):
        assert matches(ExpectedSource(name), name) == bool(name.strip())


@given(st.text(max_size=60))
def test_a_plain_name_has_no_separators_at_its_ends(name: str) -> None:
    plain = plain_name(name, keeps_digits=False)
    assert plain == plain.strip("-_./: ")
