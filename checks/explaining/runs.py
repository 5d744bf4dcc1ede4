"""Which explanation holds for a red check of the pipeline's own log."""

from __future__ import annotations

from collections.abc import Iterator

from checks.core.model import Explanation
from checks.explaining import loads
from checks.explaining.material import Explainer, Material
from checks.explaining.sources import source_shortage


def explain_no_entry(material: Material, check: str) -> Iterator[Explanation | None]:
    """Why the log has no entry: the load did not run."""
    log = material.log()
    if log is not None:
        yield loads.no_load(log, material.frame, _events(material))


def _events(material: Material) -> int:
    """Events of the judged day; 0 where they are not mapped, or could not be read."""
    events = material.measurements.readings().events
    return events.judged if events is not None else 0


def explain_rows_read(material: Material, check: str) -> Iterator[Explanation | None]:
    """Which source read nothing or too little."""
    yield shortage(material, 1.0)


def shortage(material: Material, least: float) -> Explanation | None:
    """The sources that are missing or short, where they hold so many rows of what a day lacks."""
    log = material.longer_log()
    return None if log is None else source_shortage(log, least, material.frame)


#: How the checks of the log are explained.
RUN_EXPLAINERS: dict[str, Explainer] = {
    "log_entry_exists_today": explain_no_entry,
    "rows_read": explain_rows_read,
}
