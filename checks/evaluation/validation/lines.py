"""One line of the output of `andon validate`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValidationLine:
    """One thing that was tried, with its result. more: further lines that belong to it.

    warns: whether it works, but may not be what was meant.
    """

    ok: bool
    text: str
    more: tuple[str, ...] = ()
    warns: bool = False
