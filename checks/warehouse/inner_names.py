"""Names for parts of our own statements that no mapped table has.

A common table expression hides a table of the same name. So inner names begin with a prefix
that occurs in no mapped table's name and in no mapped query.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.warehouse.relation import Source

_PREFIX = "andon_"


def mapped_sources(config: Config) -> tuple[Source, ...]:
    """Every mapped section that is a table or a query."""
    sections = (
        config.audit_log, config.events, config.orders, config.sessions, config.quarantine,
    )  # fmt: skip
    return tuple(section for section in sections if section is not None)


def inner_prefix(sources: Iterable[Source]) -> str:
    """The prefix of inner names: `andon_`, with more underscores where that is taken."""
    taken = "\n".join(
        f"{source.table or ''}\n{source.query or ''}" for source in sources
    ).casefold()
    prefix = _PREFIX
    while prefix in taken:
        prefix += "_"
    return prefix
