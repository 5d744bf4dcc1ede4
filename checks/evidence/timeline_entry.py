"""One line of an incident's timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checks.core.model import Status


class TimelineKind(StrEnum):
    """What an entry is about: a load, the gate, or what a person did."""

    LOADED = "loaded"
    GATE = "gate"
    TAKEN = "taken"
    WAIVED = "waived"
    ACCEPTED = "accepted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened. `lead`, `strong` and `rest` are one sentence, of which `strong` is
    emphasised; they may hold hostile names. `status`: what the gate found; None for all else.
    """

    at: datetime
    kind: TimelineKind
    lead: str = ""
    strong: str = ""
    rest: str = ""
    status: Status | None = None

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.lead}{self.strong}{self.rest}"
