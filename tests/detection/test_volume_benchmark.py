"""The comparison of volume rules on made series: what it reads, and that its numbers add up."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.volume import rates
from benchmarks.volume.__main__ import MEASURES, main
from benchmarks.volume.cases import Cases, cases_of, is_run
from benchmarks.volume.csv_rows import DataError
from benchmarks.volume.declines import declines, declines_cost
from benchmarks.volume.incidents import CLEAN, FIRST_DAY, HEADLINE
from benchmarks.volume.noise import stratum_of
from benchmarks.volume.rules import RULES, volume_expected
from benchmarks.volume.series import read_folder
from benchmarks.volume.study import Study
from checks.detection import expected_range
from tests.detection.samples import weekly, weekly_count

FIRST = date(2024, 1, 1)
DAYS = 130


def rows_of(seed: int, noise: float = 0.05, days: int = DAYS) -> list[str]:
    drawn = random.Random(seed)  # noqa: S311 - not for secrets
    dates = [FIRST + timedelta(days=back) for back in range(days)]
    return [f"{day},{int(weekly_count(day) * drawn.lognormvariate(0, noise))}" for day in dates]


def write(path: Path, header: str, rows: Iterable[str]) -> None:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sources: one of two series, and one with a holiday."""
    write(tmp_path / "calm.csv", "date,count", rows_of(1))
    write(tmp_path / "busy.csv", "date,count", rows_of(2, noise=0.3))
    flagged = [f"{row},{'holiday' if i == 100 else ''}" for i, row in enumerate(rows_of(3))]
    write(tmp_path / "third.csv", "date,count,flag", flagged)
    entries = ["calm,one,steady,yes", "busy,one,noisy,yes", "third,two,,yes"]
    write(tmp_path / "catalog.csv", "series,family,stratum,weekly", entries)
    return tmp_path


@pytest.fixture
def cases(folder: Path) -> Cases:
    return cases_of(read_folder(folder))


def test_one_file_a_series_and_one_file_of_all_say_the_same(folder: Path, tmp_path: Path) -> None:
    joined = tmp_path / "joined"
    joined.mkdir()
    rows = [f"calm,{row}," for row in rows_of(1)]
    write(joined / "daily.csv", "series,date,count,flag", rows)
    (series,) = read_folder(joined)
    same = next(one for one in read_folder(folder) if one.name == "calm")
    assert (series.days, series.counts) == (same.days, same.counts)
    assert (series.family, series.weekly) == ("calm", True)


@pytest.mark.parametrize(("noise", "stratum"), [(0.02, "steady"), (0.12, "medium"), (0.6, "noisy")])
def test_the_noise_of_a_series_without_a_catalog(noise: float, stratum: str) -> None:
    counts = list(weekly(noise=noise).values())
    assert stratum_of(counts, [""] * len(counts)) == stratum


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("date\n2024-01-01\n", "the column count is missing"),
        ("date,count\n2024-13-01,5\n", "line 2: '2024-13-01' is no date like 2025-03-08"),
        ("date,count\n2024-01-01,5\n2024-01-02,many\n", "line 3: 'many' is no count"),
        ("date,count\n2024-01-01,-1\n", "line 2: '-1' is no count"),
        ("date,count\n2024-01-01,inf\n", "line 2: 'inf' is no count"),
        ("date,count\n2024-01-01\n", "line 2: not as many values as names"),
        ("date,count\n2024-01-02,1\n2024-01-02,1\n", "the days of odd are not ascending"),
    ],
)
def test_a_broken_file_is_one_line_and_exit_code_2(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
    assert main([str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert words in printed.err
    assert "odd.csv" in printed.err


def test_a_folder_without_series_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        assert main([str(folder)]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_bytes(b"date,count\n\xff\xfe,1\n")
    with pytest.raises(DataError, match=r"odd\.csv"):
        read_folder(tmp_path)


def test_every_measure_is_a_table_of_its_rules(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in MEASURES:
        assert main([str(folder), "--rules", "volume_expected", "before", "--measures", name]) == 0
        lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
        assert len(lines) > 2
        assert len({line.count("|") for line in lines}) == 1


def test_families_choose_series(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--rules", "volume_expected", "--measures", "summary", "--families"]
    assert main([str(folder), *options, "one"]) == 0
    assert "2 series of 1 sources" in capsys.readouterr().out
    assert main([str(folder), *options, "none"]) == 2


def test_no_rule_sees_the_judged_day_or_later_ones(cases: Cases) -> None:
    for situation in cases.situations:
        assert max(situation.history) < situation.day


def test_a_score_of_one_is_the_edge_of_the_range(cases: Cases) -> None:
    for situation in cases.situations[:: len(cases.situations) // 25]:
        score = volume_expected(situation.history, situation.day)
        normal = expected_range(situation.history, situation.day)
        assert score is not None
        assert normal is not None
        for count in (normal.low * 0.99, normal.high * 1.01 + 1):
            assert score(count) >= 1
        for count in (normal.low * 1.01 + 1, normal.expected, normal.high * 0.99):
            assert score(count) < 1


def test_flagged_days_are_no_false_alarms_and_carry_no_incident(cases: Cases) -> None:
    (holiday,) = cases.flagged
    series = cases.series[cases.of_series[holiday]]
    assert (series.name, series.flags[100]) == ("third", "holiday")
    assert holiday not in cases.usual
    for kind, rows in cases.kinds.items():
        assert (holiday in cases.before[rows]) == (kind == CLEAN)


def test_each_day_from_the_sixtieth_on_is_judged_once_without_an_incident(cases: Cases) -> None:
    counted = np.bincount(cases.of_series[cases.kinds[CLEAN]])
    assert counted.tolist() == [DAYS - FIRST_DAY] * 3


@pytest.mark.parametrize("budget", [0.5, 1.0, 5.0])
@pytest.mark.parametrize("rule", list(RULES))
def test_a_threshold_keeps_its_budget_and_the_next_lower_one_does_not(
    cases: Cases, budget: float, rule: str
) -> None:
    scores, weights = cases.scores(RULES[rule]), np.ones(3)
    threshold = rates.calibrated(cases, scores, budget, weights)
    below = scores[cases.usual][scores[cases.usual] < threshold].max()

    def alarms(limit: float) -> float:
        return rates.weighted_mean(rates.false_alarms(cases, scores, limit), weights)

    assert alarms(threshold) <= budget < alarms(below)


def test_what_every_rule_sees_and_what_none_does(cases: Cases) -> None:
    weights = np.ones(3)
    everything, nothing = np.full(cases.size, 2.0), np.zeros(cases.size)
    alone = [kind for kind in HEADLINE if kind in cases.kinds and not is_run(kind)]
    assert rates.mean_detection(cases, everything, 1.0, alone, weights) == 1
    assert rates.mean_detection(cases, nothing, 1.0, HEADLINE, weights) == 0
    # An alarm that the day has anyway is not caused by the incident.
    assert rates.mean_detection(cases, everything, 1.0, ["decline"], weights) == 0
    assert rates.weighted_mean(rates.false_alarms(cases, everything, 1.0), weights) == 90


def test_an_outage_of_a_calm_series_is_seen_by_the_rule(cases: Cases) -> None:
    scores = cases.scores(volume_expected)
    seen = rates.detection(cases, scores, 1.0, "outage")
    assert seen.tolist() == [1.0, 1.0, 1.0]


def test_declines_are_seen_while_they_last_and_not_after(folder: Path) -> None:
    calm = [series for series in read_folder(folder) if series.name == "calm"]
    study = Study(calm, ["volume_expected"])
    rows = {(row[0], row[1]): row[2:] for row in declines(study).rows}
    assert rows[("-50 %", "7")] == ["100.0 %"] * 4
    assert rows[("-50 %", "25")][:2] == ["100.0 %"] * 2
    assert rows[("-50 % for 14 days, over", "21")] == ["0.0 %"] * 4
    assert declines_cost(study).rows[0][0] == "all"
    assert declines_cost(study).rows[0][1:] == ["0.00"] * 4
