"""What every measured engine offers: the shop in it, and the time of the yardstick query."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine_data import CONFIG, Size


@dataclass(frozen=True, slots=True)
class Prepared:
    """The shop of one size in one engine.

    query: the seconds of the hand-written query on a connection of its own, opened before.
    events, sessions: further keys of andon.yml, as somebody with such tables would map them.
    """

    url: str
    query: Callable[[], float]
    events: str = ""
    sessions: str = ""

    def configured(self, folder: Path) -> Path:
        """Its andon.yml, beside an empty history."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("history.db*"):
            old.unlink()
        text = CONFIG.format(url=f'"{self.url}"', events=self.events, sessions=self.sessions)
        (folder / "andon.yml").write_text(text, encoding="utf-8")
        return folder / "andon.yml"


#: A running engine: loads the shop into it if it is not there yet.
Prepare = Callable[[Size], Prepared]
Engine = Callable[[Path], AbstractContextManager[Prepare]]


def timed(run_query: Callable[[], Sequence[Any]]) -> float:
    """Seconds until every row is there. Raises RuntimeError for an answer of another size."""
    began = time.perf_counter()
    rows = run_query()
    seconds = time.perf_counter() - began
    if len(rows) != 8 * 20:
        raise RuntimeError(f"the yardstick found {len(rows)} groups of 8 days and 20 names")
    return seconds
