"""For Prometheus: a file for the textfile collector of node_exporter."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from checks.core.inert import line
from checks.core.model import Number, Report, Status, Verdict
from checks.judging.days import by_worst_day

_Labels = dict[str, str]
_Samples = list[tuple[_Labels, Number | None]]
# The verdicts of a whole evaluation, which is never waived or skipped.
_VERDICTS = (Status.GREEN, Status.AMBER, Status.RED, Status.UNKNOWN)


def render(report: Report, *, color: bool = False) -> str:
    """Gauges of the whole evaluation and of each check; those without a value are left out.

    Of several data dates each check is as on its worst day.
    """
    pipeline = {"pipeline": report.pipeline}
    lines = [*_gate(report, pipeline), *_checks(report, pipeline)]
    return "\n".join(lines) + "\n"


def _gate(report: Report, pipeline: _Labels) -> Iterator[str]:
    verdicts: _Samples = [
        ({**pipeline, "verdict": status}, int(report.verdict is status)) for status in _VERDICTS
    ]
    yield from _gauge("andon_gate_verdict", "1 for the verdict of the evaluation.", verdicts)
    metrics: tuple[tuple[str, str, Number | None], ...] = (
        ("exit_code", "0 lets the line run, 1 stops it, 2 could not judge.", report.exit_code),
        (
            "evaluated_timestamp_seconds",
            "When the evaluation ran, in Unix time.",
            report.evaluated_at.timestamp(),
        ),
        (
            "data_date_timestamp_seconds",
            "Midnight UTC of the judged day, in Unix time.",
            _midnight(report.data_date),
        ),
        ("duration_seconds", "How long the evaluation took.", report.duration_seconds),
    )
    for name, doc, value in metrics:
        yield from _gauge(f"andon_gate_{name}", doc, [(pipeline, value)])


def _checks(report: Report, pipeline: _Labels) -> Iterator[str]:
    checks = [(_labels(v, pipeline), v) for v in by_worst_day(report).checks]
    statuses: _Samples = [
        ({**labels, "status": status}, int(verdict.status is status))
        for labels, verdict in checks
        for status in Status
    ]
    yield from _gauge("andon_check_status", "1 for the status of the check.", statuses)
    values: _Samples = [(labels, verdict.value) for labels, verdict in checks]
    yield from _gauge("andon_check_value", "The measured value, never rounded.", values)
    limits: _Samples = [(labels, verdict.threshold) for labels, verdict in checks]
    yield from _gauge("andon_check_threshold", "The limit the value is judged by.", limits)


def _labels(verdict: Verdict, pipeline: _Labels) -> _Labels:
    return {**pipeline, "check": verdict.id, "layer": verdict.layer}


def _gauge(name: str, doc: str, samples: _Samples) -> Iterator[str]:
    usable = [(labels, value) for labels, value in samples if value is not None]
    if usable:
        yield f"# HELP {name} {doc}"
        yield f"# TYPE {name} gauge"
    for labels, value in usable:
        label_list = ",".join(f'{key}="{_label(text)}"' for key, text in labels.items())
        yield f"{name}{{{label_list}}} {_number(value)}"


def _label(text: str) -> str:
    return line(text).replace("\\", "\\\\").replace('"', '\\"')


def _number(value: Number) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def _midnight(day: date | None) -> int | None:
    return None if day is None else int(datetime.combine(day, time(), UTC).timestamp())
