"""What `andon.yml` says is what is used: nothing that YAML reads otherwise than people do is taken.

Proved for every key that there is, of every section and check, in lists and by `--set`: a number
that YAML 1.1 reads as another one, and text that it reads as no text, is refused with line and key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.catalog import all_checks
from checks.config import load_config
from checks.config.declared import Declaration, settings_of, shape_of
from checks.config.loading import Basics, sections
from checks.config.model import CheckSettings
from checks.config.nodes import read_number
from checks.config.overrides import Override, with_overrides
from checks.config.problems import InvalidValueError
from checks.core.errors import ConfigError
from checks.core.model import Problem
from tests.shop import SETTINGS

MARK = "WRITTEN-HERE"
#: What is written, and what YAML 1.1 reads.
ODD_NUMBERS = {
    "6:00": "360", "3:00": "180", "1:30": "90", "-1:30": "-90", "1:00:00": "3600",
    "6:00.5": "360.5", "010": "8", "-010": "-8", "00": "0", "0x10": "16", "0b11": "3",
    "1_000": "1000", "1_0.5": "10.5",
}  # fmt: skip
NO_TEXT = {
    "yes": "true", "No": "false", "on": "true", "OFF": "false", "010": "8", "6:00": "360",
    "0x1F": "31", "1_000": "1000", "2025": None, "1.5": None, "2025-03-08": None,
    "2025-03-08 10:00:00": None,
}  # fmt: skip


class Place(NamedTuple):
    """Where a value may be written: the key's dotted name, its way through the file."""

    key: str
    path: tuple[str | int, ...]
    declared: Declaration


def base() -> dict[str, Any]:
    """A configuration without fault."""
    plain: dict[str, Any] = yaml.safe_load(yaml.safe_dump(SETTINGS))
    return plain | {"warehouse": {"url": "duckdb:///warehouse.duckdb"}}


def _within(shape: type[Any], prefix: str, path: tuple[str | int, ...]) -> Iterator[Place]:
    for setting in settings_of(shape):
        key = f"{prefix}{setting.name}"
        if is_dataclass(setting.item) and isinstance(setting.item, type):
            yield from _within(setting.item, f"{key}[1].", (*path, setting.name, 0))
        elif is_dataclass(setting.type):
            yield from _within(setting.type, f"{key}.", (*path, setting.name))
        else:
            yield Place(key, (*path, setting.name), setting)


def _all_places() -> Iterator[Place]:
    yield from _within(Basics, "", ())
    for section in sections():
        yield from _within(section.shape, f"{section.name}.", (section.name,))
    for check in all_checks():
        for shape in (check.params, CheckSettings):
            yield from _within(shape, f"checks.{check.id}.", ("checks", check.id))


def places(*shapes: str) -> list[Place]:
    """Every key whose value has one of these shapes."""
    return [place for place in _all_places() if shape_of(place.declared) in shapes]


def _set(settings: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    here: Any = settings
    for step, following in pairwise(path):
        if isinstance(step, str):
            here = here.setdefault(step, [{}] if isinstance(following, int) else {})
        else:
            here = here[step]
    here[path[-1]] = value


def problems_of(folder: Path, keys: list[Place], written: str) -> dict[str, Problem]:
    """The problem of each key, all of them written the same; each is told with its line."""
    settings = base()
    for number_, place in enumerate(keys):
        mark = f"{MARK}-{number_}."
        _set(settings, place.path, [mark] if place.declared.type is tuple else mark)
    text = yaml.safe_dump(settings, width=1000)
    lines = {
        int(match[1]): row
        for row, line in enumerate(text.splitlines(), 1)
        if (match := re.search(rf"{MARK}-(\d+)\.", line))
    }
    path = folder / "andon.yml"
    path.write_text(re.sub(rf"{MARK}-\d+\.", written, text), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_config(path, environ={})
    first: dict[str, Problem] = {}
    for problem in raised.value.problems:
        first.setdefault(str(problem.key), problem)
    for number_, place in enumerate(keys):
        assert first[place.key].line == lines[number_], place.key
    return first


@pytest.mark.parametrize(("written", "read"), ODD_NUMBERS.items())
def test_every_number_is_plain(tmp_path: Path, written: str, read: str) -> None:
    keys = places("int", "float")
    problems = problems_of(tmp_path, keys, written)
    assert len(keys) > 20
    for place in keys:
        assert problems[place.key].found == f"{written}, which YAML reads as {read}"
        assert str(problems[place.key].hint).startswith("write ")


@pytest.mark.parametrize(("written", "read"), NO_TEXT.items())
def test_every_text_is_text(tmp_path: Path, written: str, read: str | None) -> None:
    keys = places("text", "choice", "zone")
    problems = problems_of(tmp_path, keys, written)
    assert len(keys) > 60
    for place in keys:
        shown = written if read is None else f"{written}, which YAML reads as {read}"
        secret = place.declared.secret
        assert problems[place.key].found == ("a value that is not shown" if secret else shown)
        hint = None if place.declared.allowed_texts else "put it in quotes"
        assert problems[place.key].hint == hint


@pytest.mark.parametrize("written", ["1", "0", "'true'", "y", "n", "6:00", "2025-03-08"])
def test_every_truth_value_is_one(tmp_path: Path, written: str) -> None:
    keys = places("bool")
    assert len(problems_of(tmp_path, keys, written)) >= len(keys) > 10


@pytest.mark.parametrize("written", ["6:00", "20250308", "2025-3-8", "2025-03-08 10:00:00", "yes"])
def test_every_day_is_one(tmp_path: Path, written: str) -> None:
    keys = places("day")
    assert len(problems_of(tmp_path, keys, written)) >= len(keys) > 1


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
@pytest.mark.parametrize("written", ["6:00", "010", "0x10", "1_000"])
def test_what_a_command_sets_follows_the_same_rule(
    tmp_path: Path, check: Any, written: str
) -> None:
    path = tmp_path / "andon.yml"
    path.write_text(yaml.safe_dump(base()), encoding="utf-8")
    config = load_config(path, environ={})
    for setting in settings_of(check.params):
        if shape_of(setting) in ("int", "float"):
            override = Override(check.id, setting.name, written)
            with pytest.raises(ConfigError, match=f"{written}, which YAML reads as"):
                with_overrides(config, [override], {}, all_checks())


@pytest.mark.parametrize("written", ["'010'", '"6:00"', "'no'", "'2025-03-08'", "!!str 1_000"])
def test_text_in_quotes_is_taken_as_it_is(tmp_path: Path, written: str) -> None:
    settings = base() | {"checks": {"freshness": {"owner": MARK}}, "pipeline": MARK}
    path = tmp_path / "andon.yml"
    path.write_text(yaml.safe_dump(settings).replace(MARK, written), encoding="utf-8")
    config = load_config(path, environ={})
    text = written.removeprefix("!!str ").strip("'\"")
    assert config.pipeline == config.checks["freshness"].owner == text


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.from_regex(r"[-+]?[0-9._:xob][0-9a-fA-F._:eE+-]{0,8}", fullmatch=True))
def test_a_number_that_is_taken_is_what_python_reads(text: str) -> None:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = read_number(node, "a number") if isinstance(node, yaml.ScalarNode) else text
    except (yaml.YAMLError, InvalidValueError):
        return
    if not isinstance(value, str):
        assert "_" not in text
        assert value == float(text)
