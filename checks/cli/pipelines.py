"""Which configurations a call with several of them means: files, and folders of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from checks.config import load_config
from checks.config.model import Config
from checks.config.source import shown_name
from checks.errors import ConfigError, UsageError
from checks.model import Problem
from checks.text import quoted

_SUFFIXES = (".yml", ".yaml")


def load_all(words: Sequence[str]) -> tuple[Config, ...]:
    """The configurations that the words name; without words the usual one.

    A word is a file, or a folder of *.yml and *.yaml files. Raises ConfigError with every
    problem of every file, UsageError for two pipelines of one name.
    """
    if not words:
        return (load_config(),)
    found: dict[Path, Config] = {}
    problems: list[Problem] = []
    for file in _files(words, problems):
        try:
            found.setdefault(file.resolve(), load_config(file))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(tuple(dict.fromkeys(problems)))
    _distinct(found.values())
    return tuple(found.values())


def _files(words: Sequence[str], problems: list[Problem]) -> Iterator[Path]:
    """Every file that the words name; a folder without any is a problem."""
    for word in words:
        path = Path(word)
        if not path.is_dir():
            yield path
            continue
        files = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)
        if not files:
            problems.append(Problem(f"{shown_name(path)}: no *.yml or *.yaml file in this folder"))
        yield from files


def _distinct(configs: Iterable[Config]) -> None:
    """Raises UsageError when two pipelines have the same name."""
    by_name: dict[str, Config] = {}
    for config in configs:
        other = by_name.setdefault(config.pipeline, config)
        if other is not config:
            raise UsageError(
                f"two pipelines are named {quoted(config.pipeline)}: {shown_name(other.path)} "
                f"and {shown_name(config.path)}; the name is how the dashboard tells them apart"
            )
