"""`andon.yml` in, one validated `Config` out, or every problem of the file at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.config.model import Config

__all__ = ["load_config"]


def load_config(
    path: str | Path | None = None, *, environ: Mapping[str, str] | None = None
) -> Config:
    """The validated configuration in `path`, else in $ANDON_CONFIG, else in ./andon.yml.

    `environ` stands in for the process's environment. Raises ConfigError with
    every problem of the file: line, dotted key, the value found, the values allowed.
    """
    import os

    from checks.catalog import all_checks

    # Imported when called: code that needs only the types does not load YAML and the catalog.
    from checks.config.loading import load

    return load(path, os.environ if environ is None else environ, all_checks())
