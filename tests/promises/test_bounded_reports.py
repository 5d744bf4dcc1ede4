"""No report is above 1 MB and no recorded evaluation above 200 kB, however much was found.

Of generated reports, in every format, with any number and length of what is found and said; and of
real shops on DuckDB with 50,000 sources in the audit log and 100,000 event names. What is cut says
how much there was, and what the pages need of a stored report is still there.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.catalog import all_checks
from checks.core.capping import MOST_BYTES, MOST_LISTED, capped, cut
from checks.core.model import (
    Acknowledgement,
    Facts,
    Layer,
    Problem,
    Report,
    Severity,
    Status,
    Verdict,
    WaiverState,
    worst,
)
from checks.core.serialise import from_dict, to_dict
from checks.history import open_history
from checks.judging.check import Check
from checks.judging.gate import exit_code
from checks.outputs import formats, render
from tests.shop import DAY, NOW, RUN, Shop

MOST_OF_REPORT = 1_000_000
CHECKS = all_checks()
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "gate-report.schema.json").read_text("utf-8")
)

#: Texts whose escapes are long in one of the formats, and their repetitions.
SEEDS = st.sampled_from(
    ["a", "ä", "😀", "|", '"', "'", "&", "<", ">", "`", "##", "\\", "*", "\x00", "\u202e", "::",
     "%", "@ ", "\n", "\ud800", "x y ", "1", "://", "$_[]~!"]
)  # fmt: skip
LENGTHS = st.sampled_from([0, 1, 5, 80, 199, 500, 2_001, 20_000])
TEXTS = st.builds(lambda seed, length: seed * length, SEEDS, LENGTHS)
COUNTS = st.sampled_from([0, 1, 199, 200, 201, 1_000])


def _items(text: str, count: int, nested: bool) -> list[Any]:
    if nested:
        entry = {"source": text, "run_at": NOW, "rows": 10**12, "daily": list(range(60))}
        return [entry] * count
    return [f"{text[:300]}{number}" for number in range(count)]


def _details(draw: st.DrawFn, text: str) -> dict[str, Any]:
    count, nested = draw(COUNTS), draw(st.booleans())
    return {
        "events": 7,
        "sources": _items(text, count, nested),
        "failed": tuple(_items(text, count, False)),
        "by_word": {f"{number}{text[:100]}": text[:100] for number in range(count)},
        "seen": set(_items(text, count, False)),
        "note": text,
        "dates": [date(2020, 1, 1) + timedelta(days=number) for number in range(count)],
        "filters": {"event": text},
        "undated_events": 3,
    }


@st.composite
def reports(draw: st.DrawFn) -> Report:
    text = draw(TEXTS)
    waiver = WaiverState(1, "x", text, text, DAY, 0.5, NOW, True, text)
    verdicts = tuple(
        Verdict(
            id=check.id, layer=Layer.BUSINESS, status=Status.RED, stop=False,
            severity=Severity.RED, value=1.0, threshold=2.0, unit=check.unit, message=text,
            summary=text, action=text, owner=text, runbook=text, link=f"https://a.b/?x={text}",
            waiver=waiver, acknowledgement=Acknowledgement(check.id, text, text, NOW),
            details=_details(draw, text),
        )
        for check in CHECKS
    )  # fmt: skip
    notes = draw(COUNTS)
    return Report(
        pipeline=text, run_date=RUN, data_date=DAY, evaluated_at=NOW, verdict=Status.RED,
        exit_code=exit_code([Status.RED]), summary=text, checks=verdicts,
        waivers=(waiver,) * len(verdicts), warnings=(text,) * notes,
        errors=(Problem(text, text, 1, text, text, text, text),) * draw(COUNTS),
    )  # fmt: skip


@pytest.mark.parametrize("seed", ["|", "😀", "\x00", "a"])
@pytest.mark.parametrize("count", [2, 40])
def test_no_report_of_several_days_is_too_big(seed: str, count: int) -> None:
    text = seed * 2_001
    waiver = WaiverState(1, "x", text, text, DAY, 0.5, NOW, True, text)
    details = {"events": 7, "sources": _items(text, 201, True), "note": text}
    checks = tuple(
        Verdict(
            id=check.id, layer=Layer.BUSINESS, status=Status.RED, stop=False,
            severity=Severity.RED, value=1.0, threshold=2.0, unit=check.unit, message=text,
            summary=text, action=text, owner=text, waiver=waiver, details=details,
        )
        for check in CHECKS
    )  # fmt: skip
    day = Report(
        pipeline=text, run_date=RUN, data_date=DAY, evaluated_at=NOW, verdict=Status.RED,
        exit_code=1, summary=text, checks=checks, waivers=(waiver,) * 50, warnings=(text,) * 50,
    )  # fmt: skip
    days = tuple(replace(day, data_date=DAY - timedelta(days=back)) for back in range(count, 0, -1))
    report = replace(day, data_date=days[-1].data_date, days=days)
    for name in formats():
        size = len(render(name, report).encode("utf-8", "backslashreplace"))
        assert size <= 2 * MOST_OF_REPORT, name
    document = to_dict(report)
    jsonschema.validate(document, SCHEMA)
    assert len(document["days"]) == min(count, 31)
    assert to_dict(from_dict(document))["days"] == document["days"]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(reports())
def test_no_report_is_too_big(report: Report) -> None:
    for name in formats():
        assert len(render(name, report).encode("utf-8", "backslashreplace")) <= MOST_OF_REPORT, name
    document = to_dict(report)
    assert len(json.dumps(document, separators=(",", ":"))) <= MOST_BYTES
    jsonschema.validate(document, SCHEMA)
    for verdict in document["checks"]:
        details = verdict["details"]
        assert (details["events"], details["undated_events"]) == (7, 3)
        for key in ("sources", "failed", "by_word", "seen", "dates"):
            _require_counted(details, key, report.checks[0].details)
    assert to_dict(capped(report)) == document
    assert to_dict(from_dict(document)) == document


def _require_counted(details: dict[str, Any], key: str, whole: Any) -> None:
    kept, total = len(details[key]), details.get(f"{key}_total", len(details[key]))
    assert kept <= MOST_LISTED
    assert total >= kept
    assert (f"{key}_total" in details) == (kept < total)


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 50_000])
@pytest.mark.parametrize("kind", [list, tuple, set, dict.fromkeys])
def test_a_list_is_cut_at_its_limit_and_counted(count: int, kind: Any) -> None:
    details = to_dict(_report_of({"sources": kind(range(count))}))["checks"][0]["details"]
    assert len(details["sources"]) == min(count, MOST_LISTED)
    assert details.get("sources_total") == (count if count > MOST_LISTED else None)


def test_a_count_that_is_there_stays() -> None:
    details = {"names": list(range(201)), "names_total": 300_000}
    assert to_dict(_report_of(details))["checks"][0]["details"]["names_total"] == 300_000


def test_of_a_series_the_newest_days_stay() -> None:
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(300)]
    details = to_dict(_report_of({"dates": days}))["checks"][0]["details"]
    assert details["dates"] == [str(day) for day in days[100:]]


def test_only_the_biggest_details_are_cut_further() -> None:
    small = {"sources": [f"s{number}" for number in range(200)]}
    big = {"sources": [{"name": "x" * 400, "n": number} for number in range(5_000)]}
    report = _report_of(small, big, small)
    document = to_dict(report)
    kept = [len(verdict["details"]["sources"]) for verdict in document["checks"]]
    assert (kept[0], kept[2]) == (200, 200)
    assert 50 <= kept[1] <= 200
    assert document["checks"][1]["details"]["sources_total"] == 5_000


@pytest.mark.parametrize(("length", "is_kept"), [(400, True), (600, False)])
def test_a_filter_is_whole_or_not_there(length: int, is_kept: bool) -> None:
    from checks.evaluation.policy import Circumstances, link

    name = "n" * length
    filters = {"event": name, "kind": "x"}
    details = to_dict(_report_of({"filters": filters}))["checks"][0]["details"]
    assert details["filters"] == (filters if is_kept else {"kind": "x"})
    check: Check = CHECKS[0]
    judgement = replace(_judgement(), facts=Facts(filters=filters))
    address = link(check, judgement, Circumstances("p", RUN, DAY, dashboard_url="http://a.b"))
    assert address is not None
    assert (name in address) == is_kept
    assert "kind=x" in address


def _judgement() -> Any:
    from checks.core.model import Judgement

    return Judgement(Status.RED, "m", "s", "a")


def _report_of(*details: dict[str, Any]) -> Report:
    verdicts = tuple(
        Verdict(
            id=check.id, layer=Layer.BUSINESS, status=Status.GREEN, stop=False,
            severity=Severity.RED, value=None, threshold=None, unit="", message="", summary="",
            action="", details=own,
        )
        for check, own in zip(CHECKS, details, strict=False)
    )  # fmt: skip
    return Report(
        pipeline="shop", run_date=RUN, data_date=DAY, evaluated_at=datetime(2025, 3, 9, tzinfo=UTC),
        verdict=worst(v.status for v in verdicts), exit_code=0, summary="", checks=verdicts,
    )  # fmt: skip


@given(TEXTS, st.integers(10, 2_000))
def test_a_text_is_cut_once(text: str, most: int) -> None:
    once = cut(text, most)
    assert cut(once, most) == once
    assert once == text or (once.endswith("…") and text.startswith(once[:-1]))
    assert len(json.dumps(once)) - 2 <= most


@pytest.mark.parametrize("count", [1, 200, 201, 202, 5_000])
def test_warnings_and_problems_are_cut_and_counted(count: int) -> None:
    report = replace(
        _report_of({}), warnings=tuple(f"w{n}" for n in range(count)),
        errors=tuple(Problem(f"p{n}") for n in range(count)),
    )  # fmt: skip
    small = capped(report)
    if count <= MOST_LISTED + 1:
        assert small == report
        return
    assert len(small.warnings) == len(small.errors) == MOST_LISTED + 1
    assert small.warnings[-1] == f"and {count - MOST_LISTED:,} more warnings"
    assert small.errors[-1].message == f"and {count - MOST_LISTED:,} more problems"
    for name in ("text", "markdown", "github", "json", "junit"):
        assert f"and {count - MOST_LISTED:,} more warnings" in render(name, report), name


SOURCES, NAMES = 50_000, 100_000


@pytest.fixture(scope="module")
def big_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """50,000 loads of the run, one in ten of which failed, and 100,000 event names."""
    folder = tmp_path_factory.mktemp("big")
    shop = Shop(folder, f"duckdb:///{folder / 'shop.duckdb'}")
    shop.set("history", url=f"sqlite:///{folder / 'history.db'}")
    shop.set("warehouse", timeout_seconds=900)
    shop.write()
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute(
            f"INSERT INTO pipeline_logs SELECT 'quelle-äöü-' || i || repeat('x', 40), "
            f"TIMESTAMP '2025-03-09 02:30:00', i % 50, CASE WHEN i % 3 = 0 THEN i % 50 ELSE 0 END, "
            f"CASE WHEN i % 10 = 0 THEN 'failed' ELSE 'success' END FROM range({SOURCES}) t(i)"
        )
        connection.execute(
            f"INSERT INTO pipeline_logs SELECT 'quelle-äöü-' || i || repeat('x', 40), "
            f"TIMESTAMP '2025-03-09 02:40:00', 7, 1, 'word ' || i FROM range({SOURCES} // 10) t(i)"
        )
        connection.execute(
            f"INSERT INTO stg_events SELECT 'c', TIMESTAMP '2025-03-01 00:00:00' + "
            f"INTERVAL (d) DAY + INTERVAL 12 HOUR, 'name-' || i || repeat('|', 60), NULL, NULL "
            f"FROM range({NAMES}) t(i), range(7) u(d)"
        )
    return shop


@pytest.fixture(scope="module")
def big_report(big_shop: Shop) -> Report:
    return big_shop.run(record=True)


def test_the_reports_of_a_big_shop_are_small(big_shop: Shop, big_report: Report) -> None:
    for name in formats():
        assert len(render(name, big_report).encode("utf-8")) <= MOST_OF_REPORT, name
    config = big_shop.config()
    (run,) = open_history(config.history).all_runs("shop", DAY)
    stored = open_history(config.history).report(run.id)
    assert len(json.dumps(to_dict(stored), separators=(",", ":"))) <= MOST_BYTES
    verdicts = {verdict.id: verdict for verdict in stored.checks}
    assert verdicts["rows_read"].details["sources_total"] == SOURCES + 1
    assert verdicts["run_status"].details["sources_total"] == SOURCES + SOURCES // 10 + 1
    assert verdicts["run_status"].status is Status.RED
    assert verdicts["event_volume"].details["names_total"] == NAMES + 2
    # Long names: the biggest lists are cut further until the whole is small enough.
    assert MOST_LISTED // 2 <= len(verdicts["rows_read"].details["sources"]) <= MOST_LISTED


def test_what_is_worst_is_kept(big_report: Report) -> None:
    details = {
        verdict["id"]: verdict["details"] for verdict in to_dict(big_report)["checks"]
    }  # fmt: skip
    assert {source["means"] for source in details["run_status"]["sources"]} == {"failed"}
    assert {source["rows_read"] for source in details["rows_read"]["sources"]} == {0}
    rates = [source["rate"] for source in details["quarantine_rate"]["sources"]]
    assert rates
    assert min(rates) > 0.9


def test_no_sentence_of_a_big_shop_is_long(big_report: Report) -> None:
    for verdict in big_report.checks:
        assert max(map(len, (verdict.message, verdict.summary, verdict.action))) < 1_000, verdict.id


def test_a_stored_report_leads_to_the_rows(big_shop: Shop, big_report: Report) -> None:
    config = big_shop.config()
    (run,) = open_history(config.history).all_runs("shop", DAY)
    stored = {verdict.id: verdict for verdict in open_history(config.history).report(run.id).checks}
    for verdict in big_report.checks:
        whole, kept = verdict.details.get("filters"), stored[verdict.id].details.get("filters")
        assert kept == whole, verdict.id
    # Thousands of sources failed: a filter by one of them would hide the others.
    assert stored["run_status"].details["filters"] == {}
