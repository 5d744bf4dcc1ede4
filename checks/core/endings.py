"""How a load ended, by the status words that a log uses. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

OK, FAILED, RUNNING, UNHEARD = "ok", "failed", "running", "unheard"
#: No status: it is not mapped, or could not be read.
SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Endings:
    """A log's status words for each ending; case and surrounding blanks make no difference."""

    ok: tuple[str, ...] = (
        "success", "succeeded", "successful", "ok", "done", "complete", "completed",
        "finished", "loaded", "passed", "partial_failure", "partial_success", "partial",
        "completed_with_errors", "completed_with_warnings", "warning", "warnings",
    )  # fmt: skip
    failed: tuple[str, ...] = (
        "failed", "failure", "fail", "error", "errored", "aborted", "cancelled", "canceled",
        "killed", "crashed", "timeout", "timed_out", "rejected", "upstream_failed",
    )  # fmt: skip
    running: tuple[str, ...] = (
        "running", "in_progress", "started", "pending", "queued", "scheduled", "retrying",
        "up_for_retry", "processing", "loading",
    )  # fmt: skip

    _by_word: dict[str, str] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def meaning(self, status: str | None) -> str:
        """What a status means: OK, FAILED, RUNNING or UNHEARD (a word that is in no list)."""
        if not self._by_word:  # each entry of a log asks for it
            self._by_word.update(_meanings(self))
        return self._by_word.get(folded(status or ""), UNHEARD)


@lru_cache(maxsize=32)
def _meanings(endings: Endings) -> Mapping[str, str]:
    """The meaning of each word; a word in several lists has that of the first list."""
    lists = ((RUNNING, endings.running), (FAILED, endings.failed), (OK, endings.ok))
    return {folded(word): meaning for meaning, words in lists for word in words}


def folded(word: str) -> str:
    """A status word in the form in which words are compared."""
    return word.strip().casefold()
