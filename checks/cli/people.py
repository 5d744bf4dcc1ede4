"""Who runs the command: the name under which every decision is stored."""

from __future__ import annotations

from collections.abc import Mapping

from checks.core.environment import OWNER
from checks.core.errors import UsageError


def owner_of(owner: str | None, environ: Mapping[str, str]) -> str:
    """`owner`, else $ANDON_OWNER, else the login name. Raises UsageError without any."""
    import getpass

    name = owner or environ.get(OWNER, "").strip()
    if name:
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        raise UsageError(f"the owner is not known: give --owner NAME, or set {OWNER}") from None
