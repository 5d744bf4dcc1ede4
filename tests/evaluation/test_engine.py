"""From configuration to report: guards, waivers, history, time, one broken check."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import checks
from checks import Cause, DataMonitor, Report, Status, UsageError, evaluate
from checks.catalog import get_check
from checks.core.errors import HistoryError
from checks.core.model import Verdict
from checks.history import open_history
from checks.judging.check import Check
from tests.shop import DAY, NOW, RUN, Shop, at, log_entry, view


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")


def verdict(report: Report, check: str) -> Verdict:
    return next(v for v in report.checks if v.id == check)


def rejected(shop: Shop, quarantined: int) -> None:
    """The judged load rejects that many of 1,000 rows."""
    shop.log.rows[-1] = log_entry(DAY, 1000, quarantined)
    shop.write()


def waive(shop: Shop, check: str, up_to: float | None, **more: Any) -> None:
    stored: dict[str, Any] = {
        "pipeline": "shop", "check": check, "owner": "ana", "reason": "known", "until": RUN,
        "up_to": up_to, "data_date": DAY, "now": NOW,
    }  # fmt: skip
    open_history(shop.config().history).give_waiver(**(stored | more))


class TestReport:
    def test_it_carries_everything_a_page_needs(self, shop: Shop) -> None:
        shop.settings["dashboard"] = {"url": "https://andon.example/board/"}
        shop.parameters("quarantine_rate", owner="data-eng", runbook="https://wiki.example/q")
        rejected(shop, 55)
        report = shop.run()
        outcome = verdict(report, "quarantine_rate")
        assert (outcome.owner, outcome.runbook) == ("data-eng", "https://wiki.example/q")
        assert (
            outcome.link == "https://andon.example/board/quarantine?pipeline=shop&date=2025-03-08"
        )
        assert outcome.value == 0.055
        assert outcome.since == DAY
        assert outcome.summary == (
            "5.5 % of 1,000 rows were quarantined (55), usually 1.0 %; "
            "worst source 'events_20250308.csv' at 5.5 %."
        )
        assert outcome.action.startswith("Look at the rows rejected from 'events_20250308.csv'")
        assert report.summary == (
            "do not refresh the dashboards: 1 of 12 checks failed for 2025-03-08"
        )
        assert (report.evaluated_at, report.timezone) == (NOW, "UTC")

    def test_a_link_is_filtered_to_the_event(self, shop: Shop) -> None:
        shop.settings["dashboard"] = {"url": "https://andon.example"}
        shop.events.rows = [
            r for r in shop.events.rows
            if not (r["event_name"] == "purchase" and r["timestamp"].date() == DAY)
        ]  # fmt: skip
        shop.write()
        link = verdict(shop.run(), "event_volume").link
        page = "https://andon.example/volume?pipeline=shop&date=2025-03-08&check=event_volume"
        assert link == f"{page}&event=purchase"

    def test_a_pipeline_without_optional_mappings(self, shop: Shop) -> None:
        shop.set("audit_log", status=None, source=None)
        shop.set("events", revenue=None, order_id=None)
        del shop.settings["sessions"]
        shop.write()
        report = shop.run()
        skipped = {v.id: v.message for v in report.checks if v.status is Status.SKIPPED}
        assert skipped == {
            "run_status": "failed=skipped (audit_log.status is not mapped)",
            "sources_complete": "sources=skipped (audit_log.source is not mapped)",
            "volume_trend": "change=skipped (learning, 10 of 32 days)",
            "missing_revenue": "pct_missing_revenue=skipped (events.revenue is not mapped)",
        }
        assert verdict(report, "orphan_orders").details["not_mapped"] == [
            "unknown_session", "purchase_without_order",
        ]  # fmt: skip
        assert report.verdict is Status.GREEN

    def test_switched_off_checks_need_no_section(self, shop: Shop) -> None:
        shop.write("DROP TABLE fct_attribution")
        del shop.settings["orders"]
        shop.parameters("orphan_orders", enabled=False)
        report = shop.run()
        assert [v.id for v in report.checks].count("orphan_orders") == 0
        assert report.verdict is Status.GREEN

    def test_nothing_evaluated_is_unknown(self, shop: Shop) -> None:
        shop.write()
        for check in ("log_entry_exists_today", "rows_read", "run_status",
                      "sources_complete", "quarantine_rate", "freshness", "volume_zscore",
                      "volume_expected", "event_volume", "volume_trend", "missing_revenue",
                      "orphan_orders"):  # fmt: skip
            shop.parameters(check, enabled=False)
        report = shop.run()
        assert (report.verdict, report.exit_code) == (Status.UNKNOWN, 2)

    def test_strict_turns_amber_into_exit_1(self, shop: Shop) -> None:
        shop.parameters("quarantine_rate", severity="amber")
        rejected(shop, 55)
        assert (shop.run().verdict, shop.run().exit_code) == (Status.AMBER, 0)
        assert (shop.run(strict=True).verdict, shop.run(strict=True).exit_code) == (
            Status.AMBER, 1,
        )  # fmt: skip

    def test_stop_overrides_amber(self, shop: Shop) -> None:
        shop.parameters("quarantine_rate", severity="amber")
        rejected(shop, 61)
        outcome = verdict(shop.run(), "quarantine_rate")
        assert (outcome.status, outcome.stop) == (Status.RED, True)


class TestOneBrokenCheck:
    def test_leaves_the_others_judged(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        def explode(*_: object) -> object:
            raise ZeroDivisionError("postgresql://u:secret@host/db")

        broken = replace(get_check("freshness"), judge=explode)  # type: ignore[arg-type]
        everything: tuple[Check, ...] = tuple(
            broken if check.id == "freshness" else check
            for check in checks.catalog.all_checks()  # type: ignore[attr-defined]
        )
        for module in ("engine", "judgements", "verdicts"):
            monkeypatch.setattr(f"checks.evaluation.{module}.all_checks", lambda: everything)
        shop.write()
        report = shop.run()
        outcome = verdict(report, "freshness")
        assert outcome.message == "lag=unknown (internal: ZeroDivisionError inside the check)"
        assert outcome.cause is Cause.INTERNAL
        assert sum(v.status is Status.GREEN for v in report.checks) == 10
        assert report.exit_code == 2

    def test_debug_prints_the_traceback(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ANDON_DEBUG", "1")
        monkeypatch.setattr(
            "checks.measuring.measurements.read_events",
            lambda *_: (_ for _ in ()).throw(TypeError("odd")),
        )
        shop.write()
        assert verdict(shop.run(), "freshness").cause is Cause.INTERNAL
        text = capsys.readouterr().err
        assert "measurements.py" in text
        assert "TypeError: odd" not in text


class TestTime:
    def test_run_date_defaults_to_today_in_the_shops_zone(self, shop: Shop) -> None:
        shop.settings["timezone"] = "Pacific/Auckland"
        shop.write()
        report = shop.run(date=None, now=datetime(2025, 3, 8, 18, tzinfo=UTC))
        assert (report.run_date, report.data_date) == (date(2025, 3, 9), date(2025, 3, 8))

    def test_the_lag_is_configurable(self, shop: Shop) -> None:
        shop.settings["data_lag_days"] = 2
        shop.write()
        assert shop.run().data_date == DAY - timedelta(days=1)

    def test_a_future_data_date_is_refused(self, shop: Shop) -> None:
        shop.write()
        with pytest.raises(UsageError, match="2025-03-10 is in the future"):
            shop.run(data_date=date(2025, 3, 10))

    def test_before_the_first_purchase_of_the_day_the_names_are_not_doubted(
        self, shop: Shop
    ) -> None:
        shop.log.rows[-2]["run_timestamp"] = at(DAY, 0.25)
        shop.write()
        half_past_midnight = datetime(2025, 3, 8, 0, 30, tzinfo=UTC)
        shop.settings["data_lag_days"] = 0
        report = shop.run(date=DAY, now=half_past_midnight)
        for check in ("missing_revenue", "orphan_orders"):
            outcome = verdict(report, check)
            assert outcome.status is Status.SKIPPED
            assert "purchases on 2025-03-08" in outcome.message
        assert report.exit_code == 0

    def test_latest_without_any_event(self, shop: Shop) -> None:
        shop.events.rows = [view(date(2031, 1, 1), 1)]
        shop.write()
        with pytest.raises(
            UsageError, match="no event before now and up to 2025-03-08, the day the run of"
        ):
            shop.run(data_date="latest")

    def test_latest_on_a_broken_warehouse_is_unknown(self, shop: Shop) -> None:
        assert shop.run(data_date="latest").verdict is Status.UNKNOWN

    def test_latest_without_events_mapped(self, shop: Shop) -> None:
        shop.write()
        with pytest.raises(UsageError, match="needs `events`"):
            evaluate(replace(shop.config(), events=None), data_date="latest", now=NOW)


class TestHistory:
    def test_only_recorded_evaluations_are_kept(self, shop: Shop) -> None:
        shop.write()
        history = open_history(shop.config().history)
        shop.run()
        assert history.evaluations("shop") == ()
        shop.run(record=True)
        assert [e.data_date for e in history.evaluations("shop")] == [DAY]

    def test_since_is_the_first_day_of_the_run_of_this_status(self, shop: Shop) -> None:
        for back in (2, 1, 0):
            day = DAY - timedelta(days=back)
            shop.log.rows[-1 - back] = log_entry(day, 1000, 200)
        shop.write()
        monitor = DataMonitor(shop.config())
        reports = monitor.backfill(RUN - timedelta(days=4), RUN, now=NOW)
        since = [verdict(r, "quarantine_rate").since for r in reports]
        green, first_red = DAY - timedelta(days=4), DAY - timedelta(days=2)
        assert since == [green, green, first_red, first_red, first_red]
        assert verdict(reports[-1], "quarantine_rate").since_days == 3

    def test_backfill_the_wrong_way_round(self, shop: Shop) -> None:
        shop.write()
        with pytest.raises(UsageError, match="before the first"):
            DataMonitor(shop.config()).backfill(RUN, DAY, now=NOW)

    @pytest.mark.parametrize("trouble", ["corrupt", "missing folder", "a folder"])
    def test_a_broken_history_changes_no_verdict(self, shop: Shop, trouble: str) -> None:
        shop.write()
        path = shop.folder / "history.db"
        if trouble == "corrupt":
            path.write_bytes(b"no database at all" * 500)
        elif trouble == "a folder":
            path.mkdir()
        else:
            shop.settings["history"] = {"url": f"sqlite:///{shop.folder / 'nowhere' / 'h.db'}"}
        report = shop.run(record=True)
        assert (report.verdict, report.exit_code) == (Status.GREEN, 0)
        assert any("not recorded" in warning for warning in report.warnings)
        assert all(warning.startswith("history ") for warning in report.warnings)

    def test_without_a_history_nothing_is_waived(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rejected(shop, 55)
        waive(shop, "quarantine_rate", 0.06)
        assert shop.run().verdict is Status.GREEN

        def refuse(*_: object, **__: object) -> object:
            raise HistoryError("locked")

        monkeypatch.setattr("checks.history.store.History.context", refuse)
        report = shop.run()
        assert report.verdict is Status.RED
        assert "no waiver applies" in report.warnings[0]
        assert verdict(report, "quarantine_rate").since is None


class TestWaivers:
    def test_a_waiver_turns_red_into_waived(self, shop: Shop) -> None:
        rejected(shop, 55)
        waive(shop, "quarantine_rate", 0.055)
        report = shop.run()
        outcome = verdict(report, "quarantine_rate")
        assert (outcome.status, report.verdict, report.exit_code) == (
            Status.WAIVED, Status.GREEN, 0,
        )  # fmt: skip
        assert [(w.owner, w.reason, w.holds) for w in report.waivers] == [("ana", "known", True)]
        assert "1 waived" in report.summary

    @pytest.mark.parametrize(
        ("quarantined", "more", "why"),
        [
            (56, {}, "worse than the waived 0.055"),
            (55, {"until": DAY}, "expired on 2025-03-08"),
            (61, {"up_to": 0.9}, "the line stops at this value"),
        ],
    )
    def test_a_waiver_that_no_longer_holds_says_why(
        self, shop: Shop, quarantined: int, more: dict[str, Any], why: str
    ) -> None:
        rejected(shop, quarantined)
        waive(shop, "quarantine_rate", **({"up_to": 0.055} | more))
        report = shop.run()
        assert report.verdict is Status.RED
        assert why in report.waivers[0].why

    def test_a_waiver_rearms_after_green(self, shop: Shop) -> None:
        rejected(shop, 55)
        waive(shop, "quarantine_rate", 0.06, until=RUN + timedelta(days=30))
        rejected(shop, 10)
        shop.run(record=True)
        rejected(shop, 55)
        report = shop.run()
        assert report.verdict is Status.RED
        assert "rearmed: the check was green for 2025-03-08" in report.waivers[0].why

    def test_a_revoked_waiver_says_so(self, shop: Shop) -> None:
        rejected(shop, 55)
        waive(shop, "quarantine_rate", 0.06)
        open_history(shop.config().history).revoke_waiver(1, "shop", "bo", NOW)
        report = shop.run()
        assert report.verdict is Status.RED
        assert [w.why for w in report.waivers] == ["revoked by bo on 2025-03-09"]

    def test_unknown_is_never_waived(self, shop: Shop) -> None:
        rejected(shop, 55)
        waive(shop, "quarantine_rate", 0.9)
        shop.log.rows[-1] = log_entry(DAY, None, 1)
        shop.write()
        assert verdict(shop.run(), "quarantine_rate").status is Status.UNKNOWN

    def test_a_missing_entry_is_never_waived(self, shop: Shop) -> None:
        shop.log.rows.pop()
        shop.write()
        waive(shop, "log_entry_exists_today", 0)
        report = shop.run()
        assert verdict(report, "log_entry_exists_today").status is Status.RED
        assert verdict(report, "rows_read").status is Status.SKIPPED
        why = "there is no data to let through, so it cannot be waived"
        assert [(waiver.holds, waiver.why) for waiver in report.waivers] == [(False, why)]

    def test_an_amber_missing_entry_makes_its_dependents_unknown(self, shop: Shop) -> None:
        shop.parameters("log_entry_exists_today", severity="amber")
        shop.log.rows.pop()
        shop.write()
        assert verdict(shop.run(), "quarantine_rate").status is Status.UNKNOWN

    def test_acknowledging_changes_no_status(self, shop: Shop) -> None:
        rejected(shop, 55)
        open_history(shop.config().history).acknowledge(
            "shop", "quarantine_rate", "bo", "on it", NOW
        )
        report = shop.run()
        outcome = verdict(report, "quarantine_rate")
        assert outcome.status is Status.RED
        assert outcome.acknowledgement is not None
        assert (outcome.acknowledgement.owner, outcome.acknowledgement.note) == ("bo", "on it")


class TestDeadPixel:
    def test_no_purchase_is_skipped_where_the_event_is_red(self, shop: Shop) -> None:
        keep = [r for r in shop.events.rows
                if r["event_name"] != "purchase" or r["timestamp"].date() != DAY]  # fmt: skip
        shop.events.rows = keep
        shop.orders.rows = [r for r in shop.orders.rows if r["purchase_time"].date() != DAY]
        shop.write()
        report = shop.run()
        outcome = verdict(report, "event_volume")
        assert outcome.status is Status.RED
        assert outcome.summary.startswith(
            "'purchase' stopped on 8 March: usually 12 on a Saturday, 0 since"
        )
        assert verdict(report, "missing_revenue").status is Status.SKIPPED
        assert verdict(report, "orphan_orders").status is Status.SKIPPED

    def test_misspelt_purchase_names_are_unknown(self, shop: Shop) -> None:
        shop.set("events", purchase_names=["purchased"])
        shop.write()
        report = shop.run()
        for check in ("missing_revenue", "orphan_orders"):
            outcome = verdict(report, check)
            assert outcome.status is Status.UNKNOWN
            assert "no event named 'purchased'" in outcome.message
            assert "the names seen are 'page_viewed', 'purchase'" in outcome.message
