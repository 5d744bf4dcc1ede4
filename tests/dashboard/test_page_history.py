"""The history page: runs, what changed, statistics, waivers; and who is on a failing check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks import load_config
from checks.core.model import Status, worst
from checks.history import History, StoredWaiver, open_history
from checks.judging.gate import exit_code
from tests.dashboard.conftest import DAY, NOW, RUN
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
HOSTILE = "<b>Mallory</b> ![x](http://evil.example/a.png) \x1b[31m\u202e :red[no] $x$"
ANA = "ana@example.com"


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANDON_OWNER", "ANDON_DASHBOARD_OPEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ana(monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody at a machine of her own."""
    monkeypatch.setenv("ANDON_OWNER", ANA)
    return ANA


def allowing(folder: Path) -> Path:
    """The demo with waivers allowed on screen."""
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8")
    assert "\ndashboard:" not in text
    file.write_text(f"{text}\ndashboard:\n  allow_waivers: true\n", encoding="utf-8")
    return folder


def history_of(folder: Path) -> History:
    return open_history(load_config(folder / "andon.yml").history)


def waivers_of(folder: Path) -> tuple[StoredWaiver, ...]:
    return history_of(folder).all_waivers("web-clickstream")


def rerun(folder: Path, at: datetime, day: date = DAY, **statuses: Status) -> int:
    """Record the last report of the judged day again, with other statuses."""
    history = history_of(folder)
    last = history.report(history.evaluations("web-clickstream", 1, DAY)[0].id)
    checks = tuple(
        replace(verdict, status=statuses.get(verdict.id, verdict.status), waiver=None)
        for verdict in last.checks
    )
    recorded_statuses = [verdict.status for verdict in checks]
    report = replace(
        last, checks=checks, evaluated_at=at, verdict=worst(recorded_statuses),
        exit_code=exit_code(recorded_statuses), data_date=day, run_date=day + timedelta(days=1),
    )  # fmt: skip
    return history.record(report)


def give_waiver(folder: Path, check: str = "orphan_orders", **fields: Any) -> StoredWaiver:
    defaults: dict[str, Any] = {
        "owner": "Jon", "reason": "known outage", "until": RUN, "up_to": 4.5, "data_date": DAY,
    }  # fmt: skip
    return history_of(folder).give_waiver("web-clickstream", check, **defaults | fields, now=NOW)


def widget(page: Screen, kind: str, label: str) -> Any:
    """The first field or button with a label."""
    return next(element for element in getattr(page.at, kind) if element.label == label)


def press(page: Screen, label: str) -> Screen:
    widget(page, "button", label).click()
    return page.run()


def options(page: Screen, label: str) -> list[str]:
    return list(widget(page, "selectbox", label).options)


def between(text: str, begin: str, end: str) -> str:
    return text[text.index(begin) : text.index(end)]


# ---- what was recorded


def test_the_recorded_days_and_what_changed(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="history")
    changed = between(page.text, "What changed", "Waivers")
    assert "Change Check Fri 7 Mar Sat 8 Mar" in changed
    assert "✗ new red quarantine_rate ✓ GREEN rate=" in changed
    assert "other checks as before, none of them failing." in changed
    runs = between(page.text, "Recorded evaluations", "How often")
    assert "Sat 8 Mar Sun 9 Mar Sun 9 Mar 06:12 ✗ RED 1 ✗ RED: quarantine_rate" in runs
    assert "Fri 7 Mar" in runs
    assert "Nothing is waived." in page.text


def test_every_run_of_the_shown_day_is_listed_and_can_be_compared(demo: Demo, screen: Open) -> None:
    folder = demo()
    first = history_of(folder).all_runs("web-clickstream", DAY)[0].id
    second = rerun(folder, NOW, quarantine_rate=Status.GREEN)
    page = screen(folder, path="history")
    assert "earlier run Sun 9 Mar Sun 9 Mar 06:12 ✗ RED" in page.text
    choices = [option for option in options(page, "After") if "data of Sat 8 Mar" in option]
    assert len(choices) == 3  # and default
    page = screen(folder, path="history", **{"from": str(first), "to": str(second)})
    changed = between(page.text, "What changed", "Waivers")
    assert "Sun 9 Mar 06:12 Sun 9 Mar 07:10" in changed
    assert "✓ resolved quarantine_rate ✗ RED" in changed
    assert "Still failing, unchanged: ✗ RED orphan_orders" in changed


def test_a_choice_goes_to_the_address(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="history")
    widget(page, "selectbox", "Before").select_index(3)
    page.run()
    assert page.parameters["from"].isdecimal()


@pytest.mark.parametrize("evaluation_id", ["9999", "x", "-1", "１", "9" * 40, "<script>"])
def test_a_link_to_no_evaluation_says_so(demo: Demo, screen: Open, evaluation_id: str) -> None:
    page = screen(demo(), path="history", to=evaluation_id)
    assert "The link asks for after" in page.text
    assert "new red" not in page.text
    assert "<script>" not in page.html


def test_the_evaluation_of_another_pipeline_is_not_shown(demo: Demo, screen: Open) -> None:
    folder = demo()
    history = history_of(folder)
    mine = history.report(history.evaluations("web-clickstream", 1)[0].id)
    other = history.record(replace(mine, pipeline="payroll"))
    assert "The link asks for before" in screen(folder, path="history", **{"from": str(other)}).text


def test_a_day_without_a_gate(demo: Demo, screen: Open) -> None:
    folder = demo()
    page = screen(folder, path="history", date="2025-03-09")
    assert "There is nothing to compare. No gate is recorded for Sun 9 March 2025." in page.text
    assert "Sun 9 Mar – – ○ NOT RUN – no gate is recorded for this day" in page.text


def test_an_empty_history(demo: Demo, screen: Open) -> None:
    folder = demo()
    (folder / "history.db").unlink()
    page = screen(folder, path="history")
    for words in (
        "There is nothing to compare.",
        "No gate is recorded in these 30 days.",
        "No gate is recorded in these 90 days.",
        "Nothing is waived.",
        "nothing is recorded",
    ):
        assert words in page.text + " ".join(options(page, "After"))


def test_the_first_evaluation(demo: Demo, screen: Open) -> None:
    folder = demo()
    history = history_of(folder)
    only = history.report(history.evaluations("web-clickstream", 1)[0].id)
    (folder / "history.db").unlink()
    history_of(folder).record(only)
    page = screen(folder, path="history")
    assert "No earlier day is recorded: this is where the history begins." in page.text
    assert "1 day of 90 have a recorded evaluation." not in page.text
    assert "1 of 90 days has a recorded evaluation." in page.text
    assert "may have begun earlier" in page.text  # quarantine_rate was red on the first day


@pytest.mark.parametrize("content", [b"no database" * 100, None])
def test_a_history_that_cannot_be_read(
    demo: Demo, screen: Open, content: bytes | None, ana: str
) -> None:
    folder = allowing(demo())
    store = folder / "history.db"
    if content is None:
        store.unlink()
        store.mkdir()
    else:
        store.write_bytes(content)
    page = screen(folder, path="history")
    assert "The history cannot be read, so no waiver applies." in page.text
    assert not [button for button in page.at.button if button.label == "Give the waiver"]
    assert "Traceback" not in page.text


def test_a_name_that_belongs_to_another_warehouse(demo: Demo, screen: Open, ana: str) -> None:
    folder = allowing(demo())
    give_waiver(folder)
    (folder / "warehouse.duckdb").rename(folder / "moved.duckdb")
    config = folder / "andon.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("///warehouse.duckdb", "///moved.duckdb"), encoding="utf-8")
    page = screen(folder, path="history")
    assert "The history cannot be read, so no waiver applies." in page.text
    assert f"configuration reads duckdb {folder}/moved.duckdb" in page.text
    assert "andon history adopt" in page.text
    assert "known outage" not in page.text
    assert not [button for button in page.at.button if button.label == "Give the waiver"]
    page = screen(folder)
    assert "The history cannot be read." in page.text
    press(page, "I am on it")
    assert acknowledgements_of(folder) == []
    assert "The acknowledgement was not stored. history " in page.text


def test_a_store_that_fails_only_at_the_waivers(demo: Demo, screen: Open, ana: str) -> None:
    import sqlite3

    folder = allowing(demo())
    with sqlite3.connect(folder / "history.db") as store:
        store.execute("ALTER TABLE andon_waivers RENAME COLUMN owner TO somebody")
    store.close()
    page = screen(folder, path="history")
    assert "The waivers cannot be read, so none applies." in page.text
    assert "Recorded evaluations" in page.text


def test_statistics(demo: Demo, screen: Open) -> None:
    folder = demo()
    rerun(folder, NOW, DAY - timedelta(days=1), quarantine_rate=Status.RED)
    page = screen(folder, path="history")
    table = between(page.text, "How often each check failed", "Recorded values")
    assert "quarantine_rate 2 0 0 0 1 – open since 7 Mar" in table
    assert "rows_read 0 0 0 0 0 – never" in table
    assert len(page.at.get("plotly_chart")) == 1


def test_filters_of_the_statistics(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="history", period="30", check="freshness")
    assert "of 30 days have a recorded evaluation." in page.text
    assert widget(page, "selectbox", "Check").value == "freshness"
    page = screen(demo(), path="history", period="7", check="nonsense")
    assert "The link asks for period '7'" in page.text
    assert "The link asks for check 'nonsense'" in page.text
    assert not page.at.get("plotly_chart")


# ---- waivers


def test_where_waivers_are_not_allowed_the_command_is_named(
    demo: Demo, screen: Open, ana: str
) -> None:
    folder = demo()
    give_waiver(folder)
    page = screen(folder, path="history")
    assert "dashboard.allow_waivers is not true" in page.text
    assert "andon waive quarantine_rate --until 2025-03-10 --reason 'why it may pass'" in page.text
    labels = [button.label for button in page.at.button]
    assert not [label for label in labels if label in ("Give the waiver", "Revoke it")]


def test_no_waiver_is_suggested_of_what_cannot_be_waived(demo: Demo, screen: Open) -> None:
    """One cause: its followers pass once it is mended, and green checks need no waiver."""
    page = screen(demo("no-run"), path="history")
    assert "andon waive CHECK --until" in page.text
    refused = page.text.split("Cannot be waived: ")[1].split(".")[0].split(", ")
    assert refused[0] == "log_entry_exists_today (there is no data to let through)"
    assert all(each.endswith("(it follows from log_entry_exists_today)") for each in refused[1:])
    assert len(refused) > 1
    green = screen(demo("all-green"), path="history")
    assert "andon waive CHECK --until" in green.text
    assert "Cannot be waived" not in green.text


@pytest.mark.parametrize("scenario", ["no-run", "missing-identity"])
def test_the_form_offers_no_check_that_is_never_waived(
    demo: Demo, screen: Open, ana: str, scenario: str
) -> None:
    page = screen(allowing(demo(scenario)), path="history")
    select = [each for each in page.at.selectbox if str(each.key).startswith("waiver-")]
    offered = [option for each in select for option in each.options]
    assert "rows_read" in offered
    assert "log_entry_exists_today" not in offered


@pytest.mark.parametrize("reach", ["", "1"])
def test_who_is_not_signed_in_gives_no_waiver(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch, reach: str
) -> None:
    monkeypatch.setenv("ANDON_DASHBOARD_OPEN", reach)
    if reach:  # a name in the server's environment is nobody's signature
        monkeypatch.setenv("ANDON_OWNER", ANA)
    page = screen(allowing(demo()), path="history")
    assert "nobody is signed in" in page.text
    assert not [button for button in page.at.button if button.label == "Give the waiver"]


def test_a_waiver_is_given_by_who_is_signed_in(demo: Demo, screen: Open, ana: str) -> None:
    folder = allowing(demo())
    page = screen(folder, path="history")
    assert "Give a waiver in the name of ana@example.com" in page.text
    widget(page, "text_input", "Reason").set_value("phones, fixed on Monday")
    press(page, "Give the waiver")
    (waiver,) = waivers_of(folder)
    assert (waiver.check, waiver.owner, waiver.reason) == (
        "quarantine_rate", ANA, "phones, fixed on Monday",
    )  # fmt: skip
    assert (waiver.until, waiver.data_date) == (date(2025, 3, 10), DAY)
    assert waiver.up_to == history_of(folder).latest("web-clickstream", "quarantine_rate")[2]  # type: ignore[index]
    assert waiver.subjects is not None
    assert waiver.subjects["source"]
    assert "Waiver 1 holds: quarantine_rate may be red for source '" in page.text
    assert "~ WAIVED holds" in page.text
    assert "quarantine_rate went from red to waived" in page.text  # the live evaluation is new
    assert widget(page, "text_input", "Reason").value == ""
    assert "Waiver 1 holds" not in page.run().text  # said once


def test_the_same_again_is_the_same_waiver(demo: Demo, screen: Open, ana: str) -> None:
    folder = allowing(demo())
    page = screen(folder, path="history")
    for _ in range(2):
        widget(page, "text_input", "Reason").set_value("phones")
        press(page, "Give the waiver")
    assert len(waivers_of(folder)) == 1


@pytest.mark.parametrize(
    ("check", "until", "reason", "why"),
    [
        ("quarantine_rate", RUN, "", "Not given: the reason must not be empty."),
        ("quarantine_rate", DAY, "phones", "Not given: Until 2025-03-08 is in the past; today is"),
        ("rows_read", RUN, "phones", "there is no value to waive: enter one under Up to."),
        ("quarantine_rate", None, "phones", "Not given: Until is empty"),
    ],
)
def test_a_refusal_keeps_what_was_typed(
    demo: Demo, screen: Open, ana: str, check: str, until: date | None, reason: str, why: str
) -> None:
    folder = allowing(demo())
    page = screen(folder, path="history")
    widget(page, "selectbox", "Check").set_value(check)
    widget(page, "date_input", "Until, included").set_value(until)
    widget(page, "number_input", "Up to").set_value(None)
    widget(page, "text_input", "Reason").set_value(reason)
    press(page, "Give the waiver")
    assert why in page.text
    assert waivers_of(folder) == ()
    assert widget(page, "selectbox", "Check").value == check
    assert widget(page, "date_input", "Until, included").value == until
    assert widget(page, "text_input", "Reason").value == reason


def test_what_stops_the_line_is_refused(demo: Demo, screen: Open, ana: str) -> None:
    folder = allowing(demo())
    history = history_of(folder)
    last = history.report(history.evaluations("web-clickstream", 1)[0].id)
    stopping = tuple(replace(verdict, stop=verdict.status is Status.RED) for verdict in last.checks)
    history.record(replace(last, checks=stopping))
    page = screen(folder, path="history")
    widget(page, "number_input", "Up to").set_value(0.5)
    widget(page, "text_input", "Reason").set_value("please")
    press(page, "Give the waiver")
    assert "quarantine_rate cannot be waived" in page.text
    assert widget(page, "number_input", "Up to").value == 0.5
    assert waivers_of(folder) == ()


def test_a_store_that_takes_no_waiver(
    demo: Demo, screen: Open, ana: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checks.core.errors import HistoryError

    def locked(*_: object, **__: object) -> None:
        raise HistoryError("history history.db: locked by another process for over 5 s")

    folder = allowing(demo())
    waiver = give_waiver(folder)
    page = screen(folder, path="history")
    monkeypatch.setattr(History, "give_waiver", locked)
    monkeypatch.setattr(History, "revoke_waiver", locked)
    widget(page, "text_input", "Reason").set_value("phones")
    press(page, "Give the waiver")
    assert "Not given: history history.db: locked by another process" in page.text
    assert widget(page, "text_input", "Reason").value == "phones"
    press(page, "Revoke it")
    assert "Not revoked: history history.db: locked by another process" in page.text
    assert waivers_of(folder) == (waiver,)


def test_a_waiver_is_revoked(demo: Demo, screen: Open, ana: str) -> None:
    folder = allowing(demo())
    waiver = give_waiver(folder)
    page = screen(folder, path="history")
    assert "now: ✗ RED" in page.text
    press(page, "Revoke it")
    (ended,) = waivers_of(folder)
    assert (ended.id, ended.revoked_by) == (waiver.id, ANA)
    assert "Waiver 1 is revoked: its check is judged as usual again." in page.text
    assert "revoked by ana@example.com on Sun 9 Mar 07:10" in page.text
    assert not [button for button in page.at.button if button.label == "Revoke it"]


def test_the_list_tells_who_why_and_until_when(demo: Demo, screen: Open) -> None:
    folder = demo()
    give_waiver(folder, "freshness", until=DAY, owner="Old")
    give_waiver(folder, up_to=None)
    page = screen(folder, path="history")
    table = between(page.text, "No. Check Owner", "Waivers cannot be given here")
    assert table.index("orphan_orders") < table.index("freshness")  # what holds comes first
    assert (
        "2 orphan_orders Jon known outage any subject any value Sun 9 Mar ~ WAIVED holds "
        "Sun 9 Mar 07:10" in table
    )
    assert "1 freshness Old known outage any subject 4.5 Sat 8 Mar expired" in table


def test_hostile_words_stay_words(demo: Demo, screen: Open, ana: str) -> None:
    folder = allowing(demo())
    give_waiver(folder, owner=HOSTILE, reason=HOSTILE)
    history_of(folder).acknowledge("web-clickstream", "quarantine_rate", HOSTILE, HOSTILE, NOW)
    for path in ("history", "overview"):
        page = screen(folder, path=path)
        assert "<b>Mallory</b>" in page.text  # as text
        assert "<b>Mallory" not in page.html
        shown = page.html + "".join(str(element) for element in page.at.markdown)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert not [element for element in page.at.markdown if "evil.example" in element.value]


# ---- who is on it


def acknowledgements_of(folder: Path) -> list[tuple[str, str, str]]:
    acknowledgements = history_of(folder).context("web-clickstream", DAY).acknowledgements
    return [
        (acknowledgement.check, acknowledgement.owner, acknowledgement.note)
        for acknowledgement in acknowledgements
    ]


def test_one_click_says_who_is_on_it(demo: Demo, screen: Open, ana: str) -> None:
    folder = demo()
    page = screen(folder)
    labels = [button.label for button in page.at.button]
    assert labels.count("I am on it") == 2  # a button for each of the two failing checks
    press(page, "I am on it")
    assert acknowledgements_of(folder) == [("quarantine_rate", ANA, "")]
    assert "ana@example.com is on it since 07:10" in page.text


def test_without_sign_in_a_name_is_asked_for(demo: Demo, screen: Open) -> None:
    folder = demo()
    page = screen(folder)
    press(page, "I am on it")
    assert acknowledgements_of(folder) == []
    assert "The acknowledgement was not stored. the owner must not be empty" in page.text
    widget(page, "text_input", "Your name").set_value("Jon")
    widget(page, "text_input", "What is known so far (optional)").set_value("asked the app team")
    press(page, "I am on it")
    assert acknowledgements_of(folder) == [("quarantine_rate", "Jon", "asked the app team")]
    assert "Jon is on it since 07:10: asked the app team" in page.text


def test_somebody_else_takes_over(demo: Demo, screen: Open, ana: str) -> None:
    folder = demo()
    earlier = NOW - timedelta(days=1)
    history_of(folder).acknowledge("web-clickstream", "quarantine_rate", "Jon", "looking", earlier)
    page = screen(folder)
    assert "Jon is on it since Sat 8 Mar 07:10: looking" in page.text
    press(page, "Take over")
    assert acknowledgements_of(folder) == [("quarantine_rate", ANA, "")]
    assert "Change the note" in [button.label for button in page.at.button]


def test_strangers_cannot_say_that_they_are_on_it(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANDON_DASHBOARD_OPEN", "1")
    page = screen(demo())
    assert "I am on it" not in [button.label for button in page.at.button]
    assert "Sign in to take it." in page.text


def test_a_fine_check_has_no_button(demo: Demo, screen: Open, ana: str) -> None:
    assert "I am on it" not in [button.label for button in screen(demo("all-green")).at.button]
