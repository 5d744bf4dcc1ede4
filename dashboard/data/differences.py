"""How the recorded and the live evaluation of a day differ, in sentences."""

from __future__ import annotations

from checks.core.records import StoredEvaluation
from checks.evaluation import changes
from dashboard.data.shapes import GateRuns, LiveEvaluation


def difference(gate_runs: GateRuns, live_evaluation: LiveEvaluation) -> str | None:
    """One sentence that says how gate and live evaluation differ; None where they agree."""
    if gate_runs.latest is None:
        return None
    return changes.difference(
        changes.results_of(gate_runs.latest), changes.results_of(live_evaluation.report),
        gate_runs.latest.verdict, live_evaluation.report.verdict,
    )  # fmt: skip


def change_sentences(before: StoredEvaluation, after: LiveEvaluation) -> tuple[str, ...]:
    """One sentence for each change, the most important first.

    Checks that follow from another changed check are left out.
    """
    all_changes = changes.changes(changes.results_of(before), changes.results_of(after.report))
    changed_checks = {change.check for change in all_changes}
    follower_ids = {
        verdict.id for verdict in after.report.checks if verdict.because in changed_checks
    }
    return tuple(
        changes.sentence(change) for change in all_changes if change.check not in follower_ids
    )
