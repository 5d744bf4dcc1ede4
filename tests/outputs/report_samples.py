"""Reports that every format is shown: all statuses, hostile values, a bad configuration."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from checks.core.model import (
    Acceptance,
    Acknowledgement,
    Cause,
    Explanation,
    Layer,
    Problem,
    Report,
    Severity,
    Status,
    Verdict,
    WaiverState,
)
from checks.judging.days import combined

DATA_DATE = date(2025, 3, 8)
NOW = datetime(2025, 3, 9, 6, 12, 30, tzinfo=UTC)

HOLDING = WaiverState(
    id=3,
    check="missing_revenue",
    owner="Mia Keller",
    reason="the partner backfills on Monday",
    until=date(2025, 3, 12),
    up_to=0.05,
    created_at=datetime(2025, 3, 8, 9, 30, tzinfo=UTC),
    holds=True,
    why="0.0455 is no worse than 0.05",
)
LAPSED = WaiverState(
    id=2,
    check="quarantine_rate",
    owner="Jon",
    reason="known outage",
    until=date(2025, 3, 7),
    up_to=None,
    created_at=datetime(2025, 3, 5, 7, 0, tzinfo=UTC),
    holds=False,
    why="it ended on 2025-03-07",
    data_date=date(2025, 3, 4),
    subjects={"source": ("web",), "reason": ("client_id: missing", "no session")},
)
ACCEPTED = Acceptance(
    id=4,
    check="event_volume",
    kind="event",
    subject="wishlist_add",
    owner="Mia Keller",
    reason="the wishlist was removed from the shop",
    data_date=date(2025, 3, 5),
    created_at=datetime(2025, 3, 6, 8, 15, tzinfo=UTC),
    holds=True,
    why="until 'wishlist_add' returns",
)


def quarantine_red() -> Verdict:
    return Verdict(
        id="quarantine_rate",
        layer=Layer.DATA_QUALITY,
        status=Status.RED,
        stop=True,
        severity=Severity.RED,
        value=2908 / 49963,
        threshold=0.05,
        unit="share",
        message="rate=0.0582 (max 0.05)",
        summary="5.8 % of the rows read were quarantined (2,908 of 49,963); normal is 0.4 %, "
        "and it has been above 5 % since 6 March.",
        action="Ask the owner of 'web' why client_id has been missing since this morning: "
        "2,908 rows, mostly iOS.",
        owner="Data platform",
        runbook="https://wiki.example/runbooks/quarantine",
        since=date(2025, 3, 6),
        link="https://andon.example/quarantine?date=2025-03-08&source=web",
        waiver=LAPSED,
        explanation=Explanation(
            "since_hour",
            "Since 06:00, Shop app only: 2,559 rows, about 70 usual",
            {
                "column": "browser",
                "value": "Shop app",
                "hours": [6, 24],
                "rows": 2559,
                "expected": 70,
                "usual_day": "2025-03-01",
            },
        ),
        subjects={"source": ("web_01.csv",), "reason": ("client_id: missing",)},
        acknowledgement=Acknowledgement(
            "quarantine_rate", "Jon", "called the app team", datetime(2025, 3, 9, 6, 0, tzinfo=UTC)
        ),
        details={"sources": [{"source": "web_01.csv", "rate": 0.0582, "rows_read": 49963}]},
    )


def orphans_unknown() -> Verdict:
    return Verdict(
        id="orphan_orders",
        layer=Layer.BUSINESS,
        status=Status.UNKNOWN,
        stop=False,
        severity=Severity.RED,
        value=None,
        threshold=0,
        unit="orders",
        message="orphan_orders=unknown (locked: another process is writing warehouse.duckdb)",
        summary="Orders could not be read.",
        action="Run the gate again when the load has finished.",
        cause=Cause.LOCKED,
        retry=True,
        since=DATA_DATE,
    )


def volume_amber() -> Verdict:
    return Verdict(
        id="event_volume",
        layer=Layer.BUSINESS,
        status=Status.AMBER,
        stop=False,
        severity=Severity.AMBER,
        value=1,
        threshold=0,
        unit="events",
        message="collapsed=1 (max 0)",
        summary="'add_to_cart' fell to 310 on 8 March: usually 1,204 a day.",
        action="Compare the app release of 8 March with the one before.",
        owner="Web team",
        since=date(2025, 3, 8),
    )


def revenue_waived() -> Verdict:
    return Verdict(
        id="missing_revenue",
        layer=Layer.BUSINESS,
        status=Status.WAIVED,
        stop=False,
        severity=Severity.RED,
        value=0.0455,
        threshold=0.01,
        unit="share",
        message="pct_missing_revenue=0.0455 (below 0.01)",
        summary="4.5 % of purchases have no revenue.",
        action="Nothing before 2025-03-12: it is waived.",
        since=date(2025, 3, 7),
        waiver=HOLDING,
        details={"negative": 0, "zero": 2},
    )


def volume_skipped() -> Verdict:
    return Verdict(
        id="volume_zscore",
        layer=Layer.BUSINESS,
        status=Status.SKIPPED,
        stop=False,
        severity=Severity.RED,
        value=None,
        threshold=3.0,
        unit="sd",
        message="z=skipped (learning, 5 of 7 days)",
        summary="There are not enough days yet.",
        action="",
    )


def entry_green() -> Verdict:
    return Verdict(
        id="log_entry_exists_today",
        layer=Layer.INFRASTRUCTURE,
        status=Status.GREEN,
        stop=False,
        severity=Severity.RED,
        value=1,
        threshold=1,
        unit="entries",
        message="entries=1 (min 1)",
        summary="The run of 9 March is in the log.",
        action="",
    )


def all_statuses() -> Report:
    return Report(
        pipeline="web-clickstream",
        run_date=date(2025, 3, 9),
        data_date=DATA_DATE,
        evaluated_at=NOW,
        verdict=Status.RED,
        exit_code=1,
        summary="do not refresh the dashboards: 1 of 6 checks failed for 2025-03-08",
        checks=(
            entry_green(),
            quarantine_red(),
            volume_skipped(),
            volume_amber(),
            revenue_waived(),
            orphans_unknown(),
        ),
        waivers=(HOLDING, LAPSED),
        acceptances=(ACCEPTED,),
        warnings=("quarantine files hold 2,900 rows, the audit log says 2,908",),
        duration_seconds=0.4242,
        andon_version="0.1.0",
    )


def _failed(check: str, message: str, because: str | None, status: Status = Status.RED) -> Verdict:
    return Verdict(
        id=check,
        layer=Layer.BUSINESS,
        status=status,
        stop=False,
        severity=Severity.RED,
        value=None,
        threshold=None,
        unit="events",
        message=message,
        summary=f"What {check} says.",
        action=f"What {check} asks for.",
        cause=Cause.BAD_VALUE if status is Status.UNKNOWN else None,
        since=DATA_DATE,
        because=because,
    )


def two_causes() -> Report:
    """A day without events, whose run is not in the log; and orders that cannot be read."""
    root = "log_entry_exists_today"
    return Report(
        pipeline="web-clickstream",
        run_date=date(2025, 3, 9),
        data_date=DATA_DATE,
        evaluated_at=NOW,
        verdict=Status.RED,
        exit_code=1,
        summary="do not refresh the dashboards: 3 of 7 checks failed for 2025-03-08, "
        "2 could not be measured (3 follow from log_entry_exists_today)",
        checks=(
            _failed(root, "entries=0 (min 1)", None),
            _failed("freshness", "lag=none (max 6h)", root),
            _failed("volume_expected", "volume=0 (normal 109 to 157)", root),
            _failed("volume_trend", "change=-0.152 (above -0.150)", root, Status.AMBER),
            _failed(
                "missing_revenue",
                "pct_missing_revenue=unknown (bad_value: no purchases on 2025-03-08)",
                root,
                Status.UNKNOWN,
            ),
            _failed(
                "orphan_orders",
                "orphan_orders=unknown (bad_value: the time column is text)",
                None,
                Status.UNKNOWN,
            ),
            volume_skipped(),
        ),
        duration_seconds=0.4242,
        andon_version="0.1.0",
    )


def _volume(check: str, message: str, **fields: Any) -> Verdict:
    """A rule of the volume that fails for too few events."""
    return replace(_failed(check, message, None), subjects={"side": ("low",)}, **fields)


def one_fall() -> Report:
    """Half a day's data: two rules of the volume see it, of which one only warns."""
    return replace(
        all_green(),
        verdict=Status.RED,
        exit_code=1,
        summary="do not refresh the dashboards: 1 of 3 checks failed for 2025-03-08",
        checks=(
            entry_green(),
            _volume(
                "volume_zscore", "z=-4.10 (below 3.0)",
                because="volume_expected", status=Status.AMBER, severity=Severity.AMBER,
                action="Follows from volume_expected: do that first.",
            ),
            _volume("volume_expected", "volume=15900 (normal 26081 to 38125)"),
        ),
    )  # fmt: skip


def usual_saturday() -> Report:
    """A day that is far from the days before it, and normal for its weekday."""
    return replace(
        all_green(),
        verdict=Status.AMBER,
        summary="the dashboards may be refreshed: 1 of 2 checks warns for 2025-03-08",
        checks=(
            entry_green(),
            _volume(
                "volume_zscore",
                "z=-3.41 (below 3.0); a Saturday usually has 26,081 to 38,125",
                status=Status.AMBER,
            ),
        ),
    )


def three_days() -> Report:
    """Monday's run of the weekend: Friday has a fault of its own, Sunday another, Saturday none."""
    friday, saturday, sunday = (DATA_DATE - timedelta(days=back) for back in (2, 1, 0))
    run = _failed("run_status", "failed=1 (max 0)", None, Status.AMBER)
    late = _failed("freshness", "lag=9.5h (max 6h)", None)
    days = tuple(
        replace(
            all_green(),
            run_date=date(2025, 3, 9), data_date=day, verdict=verdict, exit_code=exit_code,
            checks=checks, summary=f"the sentence of {day}", duration_seconds=0.0,
        )
        for day, verdict, exit_code, checks in (
            (friday, Status.RED, 1, (run, late, _failed("volume_trend", "x", "freshness"))),
            (saturday, Status.AMBER, 0, (run, entry_green())),
            (sunday, Status.UNKNOWN, 2, (run, orphans_unknown())),
        )
    )  # fmt: skip
    return combined(days)


def all_green() -> Report:
    return Report(
        pipeline="web-clickstream",
        run_date=date(2025, 3, 9),
        data_date=DATA_DATE,
        evaluated_at=NOW,
        verdict=Status.GREEN,
        exit_code=0,
        summary="refresh the dashboards: 1 of 1 checks passed for 2025-03-08",
        checks=(entry_green(),),
        duration_seconds=0.25,
        andon_version="0.1.0",
    )


def bad_config() -> Report:
    return Report(
        pipeline="",
        run_date=None,
        data_date=None,
        evaluated_at=NOW,
        verdict=Status.UNKNOWN,
        exit_code=2,
        summary="the configuration cannot be used: 2 problems",
        checks=(),
        errors=(
            Problem(
                message="andon.yml:14: checks.quarantine_rate.stop_above: found 0.04, "
                "allowed: a number of at least alert_above (0.05)",
                file="andon.yml",
                line=14,
                key="checks.quarantine_rate.stop_above",
                found="0.04",
                allowed="a number of at least alert_above (0.05)",
            ),
            Problem(message="andon.yml:2: timezon: unknown key", hint="did you mean 'timezone'?"),
        ),
        duration_seconds=0.01,
        andon_version="0.1.0",
    )


HOSTILE = (
    "::error::pwned\n::set-output name=a::b\r##[add-mask]x ##vso[task.x]y \x1b[31mred\x1b[0m "
    "\x00\x07\x7f\x9b31m \u202egnp.exe\u2066 \u200b \u2028::warning::x "
    "![img](http://evil.example/i.png) [link](http://evil.example) <script>alert(1)</script> "
    "<img src=x onerror=1> www.evil.example "
    "@everyone a@evil.example #12 | cell | `code` **bold** _it_ ~~s~~ $x$ \\| ]]> &lt;b&gt; \" ' "
    "% , : \ud800 \uffff \t ::stop-commands::t"
)


def _hostile_verdict(status: Status) -> Verdict:
    waiver = WaiverState(
        7, HOSTILE, HOSTILE, HOSTILE, date(2025, 3, 12), 0.5, NOW, status is Status.WAIVED, HOSTILE,
        subjects={HOSTILE: (HOSTILE,)},
    )  # fmt: skip
    return Verdict(
        id=f"{status}{HOSTILE}",
        layer=Layer.BUSINESS,
        status=status,
        stop=False,
        severity=Severity.RED,
        value=float("nan"),
        threshold=float("-inf"),
        unit=HOSTILE,
        message=HOSTILE,
        summary=HOSTILE,
        action=HOSTILE,
        owner=HOSTILE,
        runbook=HOSTILE,
        cause=Cause.BAD_VALUE if status is Status.UNKNOWN else None,
        since=date(2025, 3, 1),
        link="javascript:alert(1)",
        waiver=waiver,
        acknowledgement=Acknowledgement(HOSTILE, HOSTILE, HOSTILE, NOW),
        subjects={HOSTILE: (HOSTILE, HOSTILE)},
        details={HOSTILE: [HOSTILE, float("inf")]},
    )


def hostile(*statuses: Status) -> Report:
    checks = tuple(_hostile_verdict(status) for status in statuses or (Status.RED, Status.GREEN))
    return Report(
        pipeline=HOSTILE,
        run_date=date(2025, 3, 9),
        data_date=DATA_DATE,
        evaluated_at=NOW,
        verdict=Status.RED,
        exit_code=1,
        summary=HOSTILE,
        checks=checks,
        waivers=tuple(check.waiver for check in checks if check.waiver),
        acceptances=(
            Acceptance(
                9, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, DATA_DATE, NOW, False, HOSTILE
            ),
        ),
        warnings=(HOSTILE, "1. list", "- item", "--- x"),
        errors=(Problem(HOSTILE, HOSTILE, 3, HOSTILE, HOSTILE, HOSTILE, HOSTILE + "?"),),
        duration_seconds=1.0,
        andon_version=HOSTILE,
        timezone=HOSTILE,
    )


SAMPLES = {
    "all_statuses": all_statuses,
    "two_causes": two_causes,
    "one_fall": one_fall,
    "usual_saturday": usual_saturday,
    "three_days": three_days,
    "all_green": all_green,
    "bad_config": bad_config,
    "hostile": hostile,
}

#: The same, and hostile values in every status.
EVERY = {**SAMPLES, "every_hostile": lambda: hostile(*Status)}
