"""From judgements to verdicts: causes, waivers, and since when each status holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from graphlib import TopologicalSorter
from types import MappingProxyType
from typing import TYPE_CHECKING

from checks.catalog import all_checks
from checks.config.model import Config
from checks.core.model import (
    FAILING,
    Acceptance,
    Explanation,
    Judgement,
    Status,
    Verdict,
    WaiverState,
)
from checks.core.shell import ends_with_command
from checks.core.timeframe import Timeframe
from checks.evaluation.causes import with_causes
from checks.evaluation.policy import Circumstances, guarded, verdict_of, with_since

if TYPE_CHECKING:
    from checks.history import HistoryContext


@dataclass(frozen=True, slots=True)
class ReportParts:
    """The verdicts, and the waivers and acceptances that apply to them."""

    verdicts: tuple[Verdict, ...]
    waivers: tuple[WaiverState, ...]
    acceptances: tuple[Acceptance, ...] = ()


def plain_verdicts(
    config: Config, frame: Timeframe, judgements: Mapping[str, Judgement]
) -> tuple[Verdict, ...]:
    """The verdicts of these judgements in catalog order: no waiver applies, `since` is open."""
    return report_parts(config, frame, judgements, None).verdicts


def guarded_judgements(
    config: Config, frame: Timeframe, judgements: Mapping[str, Judgement]
) -> dict[str, Judgement]:
    """The judgements as their guards leave them where no waiver applies."""
    verdicts = {verdict.id: verdict for verdict in plain_verdicts(config, frame, judgements)}
    checks = {check.id: check for check in all_checks()}
    return {id_: guarded(checks[id_], judgement, verdicts) for id_, judgement in judgements.items()}


def report_parts(
    config: Config,
    frame: Timeframe,
    judgements: Mapping[str, Judgement],
    context: HistoryContext | None,
    explanations: Mapping[str, Explanation] = MappingProxyType({}),
) -> ReportParts:
    """The verdicts in catalog order, with the waivers and acceptances that apply.

    context: what the history holds; None without one. explanations: by check.
    """
    circumstances = Circumstances(
        pipeline=config.pipeline,
        run_date=frame.run_date,
        data_date=frame.data_date,
        waivers=context.waivers if context else (),
        acknowledgements=context.acknowledgements if context else (),
        dashboard_url=config.dashboard.url,
        explanations=explanations,
    )
    verdicts = with_causes(
        _verdicts(config, judgements, circumstances),
        judgements,
        is_loaded_by_run=frame.data_date in frame.loaded_dates,
    )
    if context is not None:
        verdicts = tuple(
            with_since(verdict, _of_open_days(context, verdict.id, frame), frame.data_date)
            for verdict in verdicts
        )
    verdicts = tuple(
        replace(verdict, summary=f"{verdict.summary}.", action=_sentence(verdict.action))
        for verdict in verdicts
    )
    verdicts = with_explanations(verdicts, explanations, frame.data_date)
    acceptances = (
        acceptance for judgement in judgements.values() for acceptance in judgement.acceptances
    )
    return ReportParts(verdicts, _waivers(verdicts), tuple(acceptances))


def with_explanations(
    verdicts: Sequence[Verdict], explanations: Mapping[str, Explanation], data_date: date
) -> tuple[Verdict, ...]:
    """The verdicts, failing ones with what explains them, and what to do about that.

    What follows from another check and has no explanation of its own has that of the other one.
    """
    if not explanations:
        return tuple(verdicts)
    return tuple(
        _explained(verdict, explanations, data_date) if verdict.status in FAILING else verdict
        for verdict in verdicts
    )


def _explained(
    verdict: Verdict, explanations: Mapping[str, Explanation], data_date: date
) -> Verdict:
    from checks.explaining.actions import action_of  # start-up: only where something is red

    explanation = explanations.get(verdict.id) or explanations.get(verdict.because or "")
    explained = replace(verdict, explanation=explanation)
    return replace(explained, action=action_of(explained, data_date))


def _verdicts(
    config: Config, judgements: Mapping[str, Judgement], circumstances: Circumstances
) -> tuple[Verdict, ...]:
    """Verdicts in catalog order, each after those that its guard looks at."""
    checks = {check.id: check for check in all_checks() if check.id in judgements}
    graph = {
        id_: [other for other in check.after if other in checks] for id_, check in checks.items()
    }
    done: dict[str, Verdict] = {}
    for id_ in TopologicalSorter(graph).static_order():
        done[id_] = verdict_of(
            checks[id_], config.checks[id_], judgements[id_], circumstances, done
        )
    return tuple(done[id_] for id_ in checks)


def _waivers(verdicts: Sequence[Verdict]) -> tuple[WaiverState, ...]:
    """What is waived, and what no longer is while its check is not green."""
    return tuple(
        verdict.waiver
        for verdict in verdicts
        if verdict.waiver is not None
        and (verdict.waiver.holds or verdict.status is not Status.GREEN)
    )


def _of_open_days(
    context: HistoryContext, check: str, frame: Timeframe
) -> Sequence[tuple[date, Status]]:
    """A check's earlier statuses; on an open day without those of closed ones, which end no run."""
    statuses = context.statuses.get(check, ())
    if frame.closed_reason is not None:
        return statuses
    return [(day, status) for day, status in statuses if frame.calendar.closed_reason(day) is None]


def _sentence(action: str) -> str:
    """The action with a full stop; without one behind a command, which is there to be copied."""
    return action if ends_with_command(action) else f"{action}."
