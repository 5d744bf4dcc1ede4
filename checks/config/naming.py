"""What a pipeline is called whose configuration cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from checks.config.declared import settings_of
from checks.config.loading import Basics
from checks.config.nodes import entries
from checks.config.problems import Problems, Refused
from checks.config.source import compose, locate, shown_name
from checks.config.values import Scope, read_setting
from checks.core.errors import ConfigError

_KEY = "pipeline"


def name_of(path: str | Path | None, environ: Mapping[str, str]) -> str:
    """The file's `pipeline` where it can be read, else the file's own absolute path.

    So two pipelines stay apart in whatever collects their reports. Never raises ConfigError.
    """
    file = locate(path, environ)
    with suppress(OSError):  # the working directory is gone
        file = file.absolute()
    return _configured(file, environ) or shown_name(file)


def _configured(file: Path, environ: Mapping[str, str]) -> str | None:
    scope = Scope(file.parent, environ, Problems(shown_name(file)))
    declared = next(setting for setting in settings_of(Basics) if setting.name == _KEY)
    try:
        entry = entries(compose(file), "", scope.problems).get(_KEY)
        name = None if entry is None else read_setting(declared, entry.node, _KEY, scope)
    except (ConfigError, Refused):
        return None
    return str(name) if name is not None else None
