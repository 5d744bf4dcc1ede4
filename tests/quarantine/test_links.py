"""Links in the folder of rejected rows: those that leave it are not read, by gate and page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

from checks.quarantine import read_rejected_rows
from checks.quarantine.drilldown.model import Filters, Rejected
from checks.quarantine.drilldown.opening import RejectedRequest, read_rejected
from checks.quarantine.links import sorted_by_place
from checks.warehouse import Warehouse
from tests.quarantine.conftest import DAY, FILE, Desk, lines

SECRET = "not-for-the-page"


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A folder beside the quarantine folder, with a file that has a name of the judged day."""
    folder = tmp_path / "quarantine-private"  # the folder's name is the beginning of this one
    folder.mkdir()
    (folder / FILE).write_text(lines(SECRET, SECRET, SECRET), encoding="utf-8")
    return folder


def page(desk: Desk) -> tuple[list[tuple[str | None, ...]], tuple[str, ...]]:
    """The rows that the page lists and downloads, and its notes."""
    request = RejectedRequest(((DAY,),), {DAY: ("events_20250308.csv",)}, desk.config().timezone)

    def question(rejected: Rejected) -> tuple[list[tuple[str | None, ...]], tuple[str, ...]]:
        return list(rejected.rows(Filters(), 0, 1000)), rejected.notes

    return read_rejected(desk.config(), cast("Warehouse", desk), request, question)


def link_file(desk: Desk, private: Path) -> str:
    (desk.folder / FILE).symlink_to(private / FILE)
    return f"quarantine/{FILE}"


def link_relative(desk: Desk, private: Path) -> str:
    (desk.folder / FILE).symlink_to(Path("..") / private.name / FILE)
    return f"quarantine/{FILE}"


def link_folder(desk: Desk, private: Path) -> str:
    desk.pattern = "**/*.csv"
    (desk.folder / "more").symlink_to(private)
    return "quarantine/more"


def link_in_the_middle(desk: Desk, private: Path) -> str:
    desk.pattern = "*/2025/*.csv"
    (private / "2025").mkdir()
    (private / FILE).rename(private / "2025" / FILE)
    (desk.folder / "a").symlink_to(private)
    return "quarantine/a"


def link_to_a_link(desk: Desk, private: Path) -> str:
    (desk.folder / "a.txt").symlink_to(private / FILE)
    (desk.folder / FILE).symlink_to("a.txt")
    return f"quarantine/{FILE}"


def dots(desk: Desk, private: Path) -> str:
    desk.pattern = f"*/../../{private.name}/*.csv"
    (desk.folder / "a").mkdir()
    return "quarantine/a/../.."


LEAVING = [link_file, link_relative, link_folder, link_in_the_middle, link_to_a_link, dots]


@pytest.mark.parametrize("lay", LEAVING)
@pytest.mark.parametrize("has_log", [True, False])
def test_what_leaves_the_folder_is_not_read_and_said(
    desk: Desk, private: Path, lay: object, *, has_log: bool
) -> None:
    link = lay(desk, private)  # type: ignore[operator]
    log = desk.log if has_log else None
    rejected = read_rejected_rows(desk.config(), desk.frame(), log, cast("Warehouse", desk))
    assert rejected.rows is None or rejected.problem is not None
    text = " ".join((*rejected.warnings, rejected.problem.detail if rejected.problem else ""))
    assert f"'{link}' leads out of the quarantine folder and is not read" in text
    assert SECRET not in dict(rejected.reasons)
    assert private.name not in text or lay is dots
    rows, notes = page(desk)
    assert rows == []
    assert f"'{link}' leads out of the quarantine folder and is not read" in " ".join(notes)


def test_files_beside_it_are_read_and_the_count_is_not_whole(desk: Desk, private: Path) -> None:
    desk.write(FILE, lines("a", "b"))
    (desk.folder / "events_20250308_more.csv").symlink_to(private / FILE)
    rejected = desk.read()
    assert dict(rejected.reasons) == {"a": 1, "b": 1}
    assert "events_20250308_more.csv' leads out" in rejected.warnings[-1]
    assert rejected.problem is not None
    assert len(page(desk)[0]) == 2


def test_a_link_of_another_day_is_said_and_spoils_nothing(desk: Desk, private: Path) -> None:
    desk.write(FILE, lines("a", "b"))
    (desk.folder / "events_20250301_errors.csv").symlink_to(private / FILE)
    rejected = desk.read()
    assert (rejected.rows, rejected.problem) == (2, None)
    assert "events_20250301_errors.csv' leads out" in rejected.warnings[-1]


def test_a_day_in_the_pattern_tells_of_its_own_links_alone(desk: Desk, private: Path) -> None:
    desk.pattern = "events_{date:%Y%m%d}_errors.csv"
    (desk.folder / FILE).symlink_to(private / FILE)
    assert "leads out" in " ".join(desk.read().warnings)
    (desk.folder / FILE).unlink()
    (desk.folder / "events_20250301_errors.csv").symlink_to(private / FILE)
    desk.write(FILE, lines("a", "b"))
    assert desk.read().warnings == ()


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_link_that_stays_inside_is_followed(desk: Desk, *, is_folder: bool) -> None:
    desk.pattern = "day/*.csv"
    kept = desk.write(f"kept/{FILE}", lines("a", "b"))
    if is_folder:
        (desk.folder / "day").symlink_to("kept")
        desk.pattern = "*y/*.csv"
    else:
        (desk.folder / "day").mkdir()
        (desk.folder / "day" / FILE).symlink_to(kept)
        desk.pattern = "d*/*.csv"
    rejected = desk.read()
    assert (rejected.rows, rejected.warnings, rejected.problem) == (2, (), None)
    assert len(page(desk)[0]) == 2


def test_the_folder_itself_may_be_a_link(desk: Desk, private: Path) -> None:
    desk.folder.rmdir()
    desk.folder.symlink_to(private)
    rejected = desk.read()
    assert dict(rejected.reasons) == {SECRET: 3}
    assert not [warning for warning in rejected.warnings if "leads out" in warning]


def test_a_broken_link_and_one_to_itself_hang_nothing(desk: Desk) -> None:
    (desk.folder / "gone.csv").symlink_to("/nowhere/at/all.csv")
    (desk.folder / "loop.csv").symlink_to("loop.csv")
    desk.write(FILE, lines("a", "b"))
    assert "'quarantine/gone.csv' leads out" in " ".join(desk.read().warnings)


def test_a_name_that_begins_like_the_folders_is_outside(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "x").touch()
    (folder / "x").symlink_to(tmp_path / "ab" / "x")
    (folder / "y").touch()
    paths = sorted_by_place([os.path.join(folder, n) for n in "xy"], folder)  # noqa: PTH118
    assert paths == ([str(folder / "y")], [str(folder / "x")])
