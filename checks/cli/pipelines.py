"""The configurations of a call with several of them: files, and folders of files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from checks.config import load_config
from checks.config.model import Config
from checks.config.source import shown_name
from checks.core.errors import ConfigError, UsageError
from checks.core.model import Problem
from checks.core.text import quoted

_SUFFIXES = (".yml", ".yaml")


def load_all(arguments: Sequence[str]) -> tuple[Config, ...]:
    """The configurations that the arguments name; without arguments the default one.

    An argument is a file, or a folder of *.yml and *.yaml files. Raises ConfigError with every
    problem of every file, UsageError for two pipelines of one name and for a path that cannot be
    part of a list.
    """
    configs: dict[Path, Config] = {}
    problems: list[Problem] = []
    for file in _files(arguments, problems) if arguments else (None,):
        try:
            config = load_config(file)
            configs.setdefault(config.path.resolve(), config)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(tuple(dict.fromkeys(problems)))
    _require_distinct(configs.values())
    return tuple(configs.values())


def files_of(arguments: Sequence[str]) -> tuple[Path, ...]:
    """The configuration files that the arguments name, each once.

    Raises ConfigError for a folder without any.
    """
    problems: list[Problem] = []
    files = {file.resolve(): file for file in _files(arguments, problems)}
    if problems:
        raise ConfigError(tuple(problems))
    return tuple(files.values())


def _files(arguments: Sequence[str], problems: list[Problem]) -> Iterator[Path]:
    """Every file that the arguments name; a folder without any is a problem."""
    for argument in arguments:
        path = Path(argument)
        if not path.is_dir():
            yield path
            continue
        files, reason = _in_folder(path)
        if not files:
            problems.append(Problem(f"{shown_name(path)}: {reason}"))
        yield from files


def _in_folder(folder: Path) -> tuple[list[Path], str]:
    """The configurations in a folder, or the reason why there are none."""
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix in _SUFFIXES)
    except OSError as error:
        return [], f"a folder that cannot be read ({error.strerror})"
    return files, "no *.yml or *.yaml file in this folder"


def _require_distinct(configs: Iterable[Config]) -> None:
    """Raises UsageError where two pipelines, or two paths in a list, are indistinguishable."""
    by_name: dict[str, Config] = {}
    for config in configs:
        if os.pathsep in str(config.path):
            raise UsageError(f"{shown_name(config.path)}: a path with {os.pathsep!r} in it")
        other = by_name.setdefault(config.pipeline, config)
        if other is not config:
            raise UsageError(
                f"two pipelines are named {quoted(config.pipeline)}: {shown_name(other.path)} "
                f"and {shown_name(config.path)}; the name is how the dashboard tells them apart"
            )
