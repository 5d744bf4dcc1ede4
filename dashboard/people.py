"""Who may do something here, and under which name it is recorded."""

from __future__ import annotations

import os
from typing import Final

from checks.text import clean
from dashboard import sign_in

#: Set by the command that starts the server when others than this machine can reach it.
OPEN: Final = "ANDON_DASHBOARD_OPEN"
_OWNER = "ANDON_OWNER"
_LONGEST = 200


def person() -> str | None:
    """The name that acts are recorded under; None for nobody known.

    Who signed in. On a server that only this machine reaches, and that asks nobody to sign
    in, it is $ANDON_OWNER, as on the command line.
    """
    name = sign_in.person()
    if name is not None or is_open() or os.environ.get(sign_in.REQUIRED, "0") not in ("", "0"):
        return name
    return clean(os.environ.get(_OWNER, "").strip(), _LONGEST) or None


def may_acknowledge() -> bool:
    """Whether somebody may say that they are on it: it changes no verdict."""
    return person() is not None or not is_open()


def is_open() -> bool:
    """Whether others than this machine can reach the server."""
    return os.environ.get(OPEN, "0") not in ("", "0")
