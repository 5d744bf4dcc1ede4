"""No cell of a CSV file is a formula, whatever the data holds."""

from __future__ import annotations

import csv
import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.csv_file import file_name, safe_cell, to_csv

_BERLIN = ZoneInfo("Europe/Berlin")
# A spreadsheet skips what it cannot show, and folds full-width signs.
_SIGNS = "=+-@\u2212\t\r"


def is_formula(cell: str) -> bool:
    """What a careless spreadsheet makes of a cell, written apart from the code under test."""
    shown = unicodedata.normalize("NFKC", cell).lstrip(' \u00a0\u3000\u200b\ufeff\n"')
    return shown[:1] != "" and shown[0] in _SIGNS


def parsed(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("plain", "plain"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1+cmd", "'+1+cmd"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\\u0009=1"),
        ("\r=1", "'\\u000d=1"),
        ("  =1", "'  =1"),
        ("\u3000＝1", "'\u3000＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠a", "'＠a"),
        ("\u22121", "'\u22121"),
        ('"=1"', '\'"=1"'),
        ("\u200b=1", "'\\u200b=1"),
        ("a;=1", "a;'=1"),
        ("a;b", "a;b"),
        ("a=1", "a=1"),
        ("a\nb", "a\\u000ab"),
        ("", ""),
        (None, ""),
        (-5, "-5"),
        (Decimal("-1.50"), "-1.50"),
        (True, "True"),
        (date(2025, 3, 8), "2025-03-08"),
        (datetime(2025, 3, 8, 5, 40, tzinfo=UTC), "2025-03-08T05:40:00+00:00"),
        (datetime(2025, 3, 8, 5, 40, 1, 500_000, _BERLIN), "2025-03-08T05:40:01.500000+01:00"),
        # The hour that comes twice when clocks go back.
        (datetime(2025, 10, 26, 2, 30, tzinfo=_BERLIN), "2025-10-26T02:30:00+02:00"),
        (datetime(2025, 10, 26, 2, 30, tzinfo=_BERLIN, fold=1), "2025-10-26T02:30:00+01:00"),
    ],
)
def test_a_cell(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


@given(st.text(max_size=40), st.text(max_size=40))
@example('a","=1', "=1")
@example("\ufeff=1", "'=1")
def test_no_cell_and_no_heading_is_a_formula(heading: str, value: str) -> None:
    for row in parsed(to_csv([heading], [[value], [value]])):
        for cell in row:
            assert not is_formula(cell)
            assert not any(is_formula(part) for part in cell.split(";"))


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), max_size=5))
def test_a_line_for_each_row(rows: list[list[str]]) -> None:
    assert [len(row) for row in parsed(to_csv(["a", "b"], rows))] == [2] * (len(rows) + 1)


def test_the_form_of_the_file() -> None:
    content = to_csv(["a", "b"], [['x"y', "ü,z"]])
    assert content == '\ufeffa,b\r\n"x""y","ü,z"\r\n'.encode()


@pytest.mark.parametrize(
    ("pipeline", "name"),
    [
        ("web-clickstream", "web-clickstream-orphan-orders-2025-03-08.csv"),
        ("Web Clickstream_2", "web-clickstream-2-orphan-orders-2025-03-08.csv"),
        ("Käufe / à la carte", "kaufe-a-la-carte-orphan-orders-2025-03-08.csv"),
        ("../../etc/x.exe", "etc-x-exe-orphan-orders-2025-03-08.csv"),
        ("売上", "pipeline-orphan-orders-2025-03-08.csv"),
        ("-", "pipeline-orphan-orders-2025-03-08.csv"),
        ("a" * 59 + "-b", "a" * 59 + "-orphan-orders-2025-03-08.csv"),
        ("a" * 60, "a" * 60 + "-orphan-orders-2025-03-08.csv"),
        ("a" * 61, "a" * 60 + "-orphan-orders-2025-03-08.csv"),
    ],
)
def test_a_files_name(pipeline: str, name: str) -> None:
    assert file_name(pipeline, "orphan-orders", date(2025, 3, 8)) == name


@given(st.text(max_size=80), st.dates())
def test_a_files_name_is_safe_everywhere(pipeline: str, day: date) -> None:
    name = file_name(pipeline, "runs", day)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-runs-\d{4}-\d\d-\d\d\.csv", name)
    assert len(name) < 120
