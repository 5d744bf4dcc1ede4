"""How a configurable value is declared: one dataclass field with its rules and documentation.

The configuration loader validates by these declarations and the reference page
is generated from them, so that neither can drift from the other.
"""

from __future__ import annotations

from dataclasses import MISSING, field
from typing import Any


def setting(
    doc: str,
    default: Any = MISSING,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    choices: tuple[str, ...] = (),
    kind: str = "",
    example: str = "",
    secret: bool = False,
    key: str = "",
) -> Any:
    """A dataclass field for one configuration key.

    doc: one sentence for the reference page. No default: the key is required.
    minimum/maximum are inclusive, above is exclusive; they apply to numbers.
    kind names a special format the loader knows: "timezone", "database_url",
    "http_url", "table", "query", "column", "files", "event_names", "holidays",
    "readable_files", "path", "alias", "extension", "cron", "duration", "closed_days".
    secret: keeps the value out of the dataclass's repr. key: the key in the file, where no field
    can have that name.
    """
    metadata = {
        "doc": doc,
        "minimum": minimum,
        "maximum": maximum,
        "above": above,
        "choices": choices,
        "kind": kind,
        "example": example,
        "key": key,
    }
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)
