"""The configured pipelines, read again when a file changes."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from checks.config import load_config
from checks.core.environment import CONFIG, CONFIGS
from checks.core.errors import ConfigError
from dashboard.data.shapes import BrokenConfig, Pipeline, Setup


def setup() -> Setup:
    """The configured pipelines, by name; read again when a file changes."""
    return _setup(tuple((str(path), _mtime_ns(path)) for path in _paths()))


def _paths() -> tuple[Path, ...]:
    config_paths = os.environ.get(CONFIGS)
    if config_paths:
        return tuple(Path(part) for part in config_paths.split(os.pathsep) if part)
    return (Path(os.environ.get(CONFIG) or "andon.yml"),)


def _mtime_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=8, show_spinner=False)
def _setup(files: tuple[tuple[str, int], ...]) -> Setup:
    pipelines: dict[str, Pipeline] = {}
    broken: list[BrokenConfig] = []
    for path, mtime_ns in files:
        label = "/".join(Path(path).parts[-2:])
        try:
            config = load_config(path)
        except ConfigError as error:
            texts = tuple(problem.message for problem in error.problems)
            broken.append(BrokenConfig(label, texts))
            continue
        if config.pipeline in pipelines:
            text = f"two configurations are named {config.pipeline!r}"
            broken.append(BrokenConfig(label, (text,)))
        pipelines[config.pipeline] = Pipeline(config.pipeline, config, mtime_ns)
    return Setup(tuple(pipelines.values()), tuple(broken))
