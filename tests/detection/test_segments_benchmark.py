"""`python -m benchmarks.volume.segments`: what it reads, and that its numbers are true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from benchmarks.volume.segments import evaluated, main, read_folder
from checks.catalog.event_volume import Params

FIRST, DAYS, FIRST_JUDGED = date(2024, 1, 1), 100, 60
WEEKDAYS = (1.0, 0.9, 0.95, 1.0, 1.2, 1.4, 0.8)


def counts(size: float, seed: int, **left: float) -> list[int]:
    """Daily counts with 5 % noise; left: what is left on single days, by `day_N`."""
    chance = Random(seed)  # noqa: S311  (noise, no secret)
    days = [FIRST + timedelta(days=index) for index in range(DAYS)]
    return [
        round(size * WEEKDAYS[day.weekday()] * chance.gauss(1, 0.05) * left.get(f"day_{index}", 1))
        for index, day in enumerate(days)
    ]


def write(folder: Path, columns: Mapping[str, Sequence[int]], name: str = "shop") -> None:
    (folder / "segments").mkdir(exist_ok=True)
    rows = [
        ",".join(map(str, [FIRST + timedelta(days=index), *row]))
        for index, row in enumerate(zip(*columns.values(), strict=True))
    ]
    text = "\n".join([f"date,{','.join(columns)}", *rows])
    (folder / "segments" / f"{name}.csv").write_text(text + "\n", encoding="utf-8")


def calm(**left: float) -> dict[str, list[int]]:
    return {"ios": counts(400, 1, **left), "android": counts(300, 2), "tv": counts(120, 3)}


def test_amber_days_and_their_runs_are_counted(tmp_path: Path) -> None:
    write(tmp_path, calm(day_70=0.1, day_71=0.1, day_85=0.1))
    (segments,) = read_folder(tmp_path)
    result = evaluated(segments, Params())
    low = [FIRST + timedelta(days=index) for index in (70, 71, 85)]
    assert result.days == DAYS - FIRST_JUDGED
    assert result.amber == low
    assert result.runs == 2
    assert result.per_90_days(2) == 2 * 90 / result.days


def test_parts_that_die_are_seen_by_size(tmp_path: Path) -> None:
    write(tmp_path, calm() | {"kiosk": counts(8, 4)})
    (segments,) = read_folder(tmp_path)
    result = evaluated(segments, Params())
    assert result.share(200, 0.0) == "100%"
    assert result.share(200, 0.1) == "100%"
    assert result.tested[(200, 0.0)] == 2 * result.days
    assert result.tested[(50, 0.0)] == result.days
    assert result.share(20, 0.0) == "–"


def test_days_with_a_flag_are_not_judged(tmp_path: Path) -> None:
    write(tmp_path, calm(day_70=0.1))
    row = f"shop,{FIRST + timedelta(days=70)},holiday"
    (tmp_path / "daily.csv").write_text(f"series,date,flag\n{row}\n", encoding="utf-8")
    (segments,) = read_folder(tmp_path)
    result = evaluated(segments, Params())
    assert (result.days, result.amber) == (DAYS - FIRST_JUDGED - 1, [])


def test_it_prints_a_row_for_each_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, calm(), "one")
    write(tmp_path, calm(day_80=0.0), "two")
    assert main([str(tmp_path)]) == 0
    head, line, one, two = capsys.readouterr().out.splitlines()
    assert head.startswith("| set | values | judged a day | days | amber days in 90 | runs in 90 |")
    assert set(line) == {"|", "-", " "}
    assert one.startswith("| one | 3 | 3 | 40 | 0.0 | 0.0 |")
    assert two.startswith("| two | 3 | 3 | 40 | 2.2 | 2.2 |")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no CSV file"),
        ("date,ios\n", "no days"),
        ("date\n2024-01-01\n", "no column besides date"),
        ("day,ios\n2024-01-01,3\n", "date"),
        ("date,ios\n2024-01-01,many\n", "many"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    tmp_path: Path, content: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "segments").mkdir()
        (tmp_path / "segments" / "shop.csv").write_text(content, encoding="utf-8")
    assert main([str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert said in captured.err
