"""The name of a pipeline whose configuration cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from checks.config.declared import settings_of
from checks.config.loading import Basics
from checks.config.nodes import read_mapping
from checks.config.problems import InvalidValueError, Problems
from checks.config.source import compose, locate, shown_name
from checks.config.values import Scope, read_setting
from checks.core.errors import ConfigError

_KEY = "pipeline"


def name_of(path: str | Path | None, environ: Mapping[str, str]) -> str:
    """The file's `pipeline` where it can be read, else the file's own absolute path.

    So the reports of two pipelines stay distinguishable. Never raises ConfigError.
    """
    file = locate(path, environ)
    with suppress(OSError):  # the working directory is gone
        file = file.absolute()
    return _configured(file, environ) or shown_name(file)


def _configured(file: Path, environ: Mapping[str, str]) -> str | None:
    scope = Scope(file.parent, environ, Problems(shown_name(file)))
    declared = next(setting for setting in settings_of(Basics) if setting.name == _KEY)
    try:
        entry = read_mapping(compose(file), "", scope.problems).get(_KEY)
        name = None if entry is None else read_setting(declared, entry.node, _KEY, scope)
    except (ConfigError, InvalidValueError):
        return None
    return str(name) if name is not None else None
