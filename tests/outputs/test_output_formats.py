"""Every format: golden files, inertness, and what the folder promises."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import outputs
from checks.core.inert import line
from checks.core.model import Report, Status
from tests.outputs.golden_files import GOLDEN, golden_file
from tests.outputs.report_samples import SAMPLES, all_green, all_statuses, hostile

ROOT = Path(__file__).parent.parent.parent
FORMATS = outputs.formats()
CASES = [(name, sample) for name in FORMATS for sample in SAMPLES]


def test_the_formats_are_the_documented_ones() -> None:
    assert FORMATS == ("github", "json", "junit", "markdown", "prometheus", "text")


def test_listing_the_formats_imports_none_of_them() -> None:
    code = (
        "import sys; from checks.outputs import formats; formats();"
        "print([n for n in sys.modules if n.startswith('checks.outputs.')])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["", "xml", "_sentences", "../text", "checks.outputs.text"])
def test_an_unknown_format_is_named_with_the_known_ones(name: str) -> None:
    with pytest.raises(
        ValueError, match="github, json, junit, markdown, prometheus, text"
    ) as error:
        outputs.render(name, all_green())
    assert repr(name) in str(error.value)


@pytest.mark.parametrize(("name", "sample"), CASES)
def test_golden(name: str, sample: str) -> None:
    path = golden_file(name, sample)
    assert path.is_file(), "no golden file: run python -m tests.outputs.golden_files"
    assert outputs.render(name, SAMPLES[sample]()) == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    expected = {golden_file(name, sample) for name, sample in CASES}
    pages = GOLDEN / "pages"  # what browser tests compare
    files = {path for path in GOLDEN.rglob("*") if path.is_file() and pages not in path.parents}
    assert files == expected


def test_the_golden_report_has_every_status() -> None:
    assert {verdict.status for verdict in all_statuses().checks} == set(Status)


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_documented(name: str) -> None:
    text = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    assert f"## {name}\n" in text


# Inertness ---------------------------------------------------------------------------------


def dangerous(text: str) -> set[str]:
    """Characters that a terminal, a log or an XML parser would act on."""
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return {char for char in text if char != "\n" and unicodedata.category(char) in hidden}


def commands(text: str) -> list[str]:
    """What CI runners would take for a command, by their own rules."""
    starting = [row for row in text.splitlines() if row.lstrip().startswith("::")]
    return starting + re.findall(r"##(?:\[|vso\[|teamcity\[).*", text)


def every_hostile() -> Report:
    return hostile(*Status)


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_values_leave_no_control_characters(name: str) -> None:
    assert dangerous(outputs.render(name, every_hostile())) == set()


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "github"])
def test_hostile_values_start_no_command(name: str) -> None:
    assert commands(outputs.render(name, every_hostile())) == []


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(list(":# \n\r\t\x1b[]\xa0\u3000\u2028aé")), max_size=30))
def test_any_text_becomes_one_inert_line(text: str) -> None:
    shown = line(text)
    assert "\n" not in shown
    assert dangerous(shown) == set()
    assert all(commands(f"{part}\n") == [] for part in (shown, *shown.split()))


def test_long_values_are_shortened() -> None:
    assert len(line("x" * 1_000_000)) <= 2000


@pytest.mark.parametrize("name", FORMATS)
def test_colour_is_only_for_text(name: str) -> None:
    report = all_statuses()
    plain, colored = (outputs.render(name, report, color=color) for color in (False, True))
    assert "\x1b" not in plain
    assert (plain != colored) == (name == "text")
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_colour_adds_no_more_than_our_own_sequences() -> None:
    colored = outputs.render("text", every_hostile(), color=True)
    assert "\x1b" not in re.sub(r"\x1b\[(?:0|1;31|1;35|1;33|36|2|32)m", "", colored)
