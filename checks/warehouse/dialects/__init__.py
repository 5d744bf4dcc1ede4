"""The profiles of engines, one a file; engines without a file get the portable `Profile`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from checks.warehouse.dialects.base import Profile


def profile_for(backend: str) -> Profile:
    """The profile of a SQLAlchemy backend name (`duckdb`, `postgresql`, ...)."""
    module = f"{__name__}.{backend}"
    if backend.isidentifier() and find_spec(module) is not None:
        profile: Profile = import_module(module).PROFILE
        return profile
    return Profile()
