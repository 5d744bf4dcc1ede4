"""What still stops the line where a check is waived that shares its cause with others.

A fall of the volume is told by two checks, and a day without events by several: as one alarm, but a
waiver is of one check.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from checks.catalog import get_check
from checks.core.following import is_same_change
from checks.core.model import STOPPING, Judgement, Report, Status, Verdict
from checks.core.schedule import MOST_LOADED_DAYS
from checks.core.subjects import LOW, SIDE
from checks.evaluation.policy import Circumstances, standing_waiver
from checks.evaluation.waiving import why_never_waived

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.config.model import Config
    from checks.history import History, StoredWaiver

_WAIVED = frozenset({Status.RED, Status.WAIVED})


class StillStopping(NamedTuple):
    """A check that fails of the same cause as a waived one, on the first such data date."""

    verdict: Verdict
    waived: Verdict
    data_date: date

    @property
    def text(self) -> str:
        """That it still stops the line, and why it cannot be waived if so; without a full stop."""
        check, status, refusal = self.verdict.id, self.verdict.status, self._refusal()
        text = f"{check} is {status} {self._cause()} on {self.data_date} and still stops the line"
        return text if refusal is None else f"{text}; it cannot be waived: {refusal}"

    def sentence(self, until: date) -> str:
        """The text, and the command by which it passes until then too."""
        if self._refusal() is not None:
            return self.text
        command = f"andon waive {self.verdict.id} --until {until} --reason TEXT"
        return f"{self.text}. To let it pass too: {command}"

    def _cause(self) -> str:
        if not is_same_change(self.verdict, self.waived):
            return "for the same cause"
        is_fall = (self.verdict.subjects or {}).get(SIDE) == (LOW,)
        return f"for the same {'fall' if is_fall else 'rise'}"

    def _refusal(self) -> str | None:
        if self.verdict.stop:
            return "the line always stops at this value"
        if self.verdict.status is Status.UNKNOWN:
            return "it could not be measured"
        return why_never_waived(self.verdict.id)


def still_stopping(
    config: Config, history: History, waiver: StoredWaiver, now: datetime
) -> tuple[StillStopping, ...]:
    """The checks of the newest run that fail of the same cause as the waived one.

    In the order of the report; without those that another waiver covers, which holds on the date of
    that run. Raises HistoryError when the history cannot be read.
    """
    evaluations = history.evaluations(config.pipeline, days=MOST_LOADED_DAYS, now=now)
    reports = [
        history.report(evaluation.id)
        for evaluation in evaluations
        if evaluation.run_date == evaluations[0].run_date
        and evaluation.data_date >= waiver.data_date
    ]
    waivers = history.all_waivers(config.pipeline)
    by_check: dict[str, StillStopping] = {}
    for report in sorted(reports, key=lambda report: str(report.data_date)):
        for other in _of_day(report, waiver.check, waivers):
            by_check.setdefault(other.verdict.id, other)
    return tuple(by_check.values())


def _of_day(report: Report, check: str, waivers: Sequence[StoredWaiver]) -> Iterator[StillStopping]:
    own = next((verdict for verdict in report.checks if verdict.id == check), None)
    if own is None or own.status not in _WAIVED:
        return
    for verdict in report.checks:
        if verdict.id == check or verdict.status not in STOPPING or not _is_alike(verdict, own):
            continue
        if report.data_date is not None and not _is_covered(verdict, report, waivers):
            yield StillStopping(verdict, own, report.data_date)


def _is_alike(verdict: Verdict, own: Verdict) -> bool:
    """Whether both are of one alarm: one follows from the other, or both from a third."""
    is_one_alarm = (verdict.because or verdict.id) == (own.because or own.id)
    return is_one_alarm or is_same_change(verdict, own)


def _is_covered(verdict: Verdict, report: Report, waivers: Sequence[StoredWaiver]) -> bool:
    """Whether a waiver that was given since lets it pass."""
    if report.run_date is None or report.data_date is None:
        return False
    judgement = Judgement(
        verdict.status, verdict.message, verdict.summary, verdict.action, verdict.value,
        verdict.threshold, verdict.unit, stop=verdict.stop, facts=verdict.facts,
        subjects=verdict.subjects or {},
    )  # fmt: skip
    circumstances = Circumstances(report.pipeline, report.run_date, report.data_date, waivers)
    state = standing_waiver(get_check(verdict.id), judgement, verdict.status, circumstances)
    return state is not None and state.holds
