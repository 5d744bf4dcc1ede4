"""The zone of timestamps that are stored without one, section by section: resolved here alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

#: What the key `naive_timestamps` of a section means, for the reference page.
OWN_ZONE = (
    "Zone of this section's timestamps that are stored without one, where it is not "
    "`warehouse.naive_timestamps`."
)


class ZonedSection(Protocol):
    """A mapped section, which may have a zone of its own."""

    @property
    def naive_timestamps(self) -> ZoneInfo | None: ...


@dataclass(frozen=True, slots=True)
class NaiveZones:
    """By section, the zone of timestamps that are stored without one."""

    audit_log: ZoneInfo
    events: ZoneInfo
    orders: ZoneInfo
    sessions: ZoneInfo
    quarantine: ZoneInfo

    @classmethod
    def of(
        cls,
        default: ZoneInfo,
        *,
        audit_log: ZonedSection | None = None,
        events: ZonedSection | None = None,
        orders: ZonedSection | None = None,
        sessions: ZonedSection | None = None,
        quarantine: ZonedSection | None = None,
    ) -> NaiveZones:
        """The sections' own zones; `default` for those that have none, or are not mapped."""
        sections = (audit_log, events, orders, sessions, quarantine)
        return cls(*(_zone_of(section) or default for section in sections))

    def of_section(self, name: str) -> ZoneInfo:
        """The zone of a section by its name in the file. Raises LookupError for another name."""
        if name not in self.__dataclass_fields__:
            raise LookupError(name)
        zone: ZoneInfo = getattr(self, name)
        return zone


def _zone_of(section: ZonedSection | None) -> ZoneInfo | None:
    return None if section is None else section.naive_timestamps
