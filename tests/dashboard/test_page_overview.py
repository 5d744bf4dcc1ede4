"""The overview: the sentence, the cards, the wall."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]


def test_the_answer_comes_first(demo: Demo, screen: Open) -> None:
    page = screen(demo())
    assert "Do not refresh the dashboards: 2 of 12 checks failed." in page.text
    assert "gate: ✗ RED at 06:12 UTC" in page.text
    assert "now: ✗ RED at 07:10 UTC" in page.text
    assert page.text.index("quarantine_rate") < page.text.index("freshness")


def test_what_follows_is_folded_into_the_card_of_its_cause(demo: Demo, screen: Open) -> None:
    page = screen(demo("no-run"))
    assert (
        "Do not refresh the dashboards: 5 of 12 checks failed "
        "(4 follow from log_entry_exists_today)." in page.text
    )
    (folded,) = page.at.expander
    assert folded.label.replace("\\", "") == (
        "4 follow from it: freshness, volume_zscore, volume_expected, event_volume"
    )
    inside = " ".join(str(element.proto.body) for element in folded.get("html"))
    for check in ("freshness", "volume_zscore", "volume_expected", "event_volume"):
        assert (
            inside.count(f"<code>{check}</code>") == page.html.count(f"<code>{check}</code>") == 1
        )
    assert inside.count("Follows from <b>log_entry_exists_today</b>") == 4
    assert len(folded.get("page_link")) == 4
    assert "<code>log_entry_exists_today</code>" not in inside


def test_a_failure_of_its_own_is_not_folded(demo: Demo, screen: Open) -> None:
    page = screen(demo())
    assert not page.at.expander
    assert "follow" not in page.text


def test_what_is_configured_and_never_seen_is_said_below_the_answer(
    demo: Demo, screen: Open
) -> None:
    folder = demo("all-green")
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8")
    assert "purchase_names: [purchase]" in text
    names = "purchase_names: [purchase, purchse]"
    file.write_text(text.replace("purchase_names: [purchase]", names), encoding="utf-8")
    page = screen(folder)
    assert "events.purchase_names: no event is named 'purchse' in 40 days" in page.text
