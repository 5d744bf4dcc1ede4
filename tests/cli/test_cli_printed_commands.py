"""Every printed command that carries a name does, pasted into a shell, what it says."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.catalog.event_volume import Params, judge
from checks.config import load_config
from checks.core.model import Judgement, Status
from checks.core.shell import LONGEST, PLACEHOLDER, accept_command, argument, where_names_are
from checks.core.subjects import subject_name
from checks.core.text import clean
from checks.history import History, open_history
from checks.outputs import render
from tests.catalog.samples import FRAME, daily, events, measured, of_daily, weekly
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import report, verdict
from tests.moment import now, today

#: Names that a shell, or our own parser, would take for something else.
ODD_NAMES = (
    "plain", "device=web app", "it's", "-x", "-x y", "--reason", "--reason=x", "-h", "-5", "-",
    "a--", 'a"b', "$HOME", "a;b", "`id`", "a\\b", "!!", "*", "~", "#x", "a&b|c>d", "(x)", "ü",
    "b ' c",    "(no name)", "\\(no name)", "x" * LONGEST,
)  # fmt: skip
#: Names that cannot be copied as they are shown.
UNSHOWN_NAMES = (
    "x" * (LONGEST + 1), "a\nb", "a\x1bb", "a\u202eb", "a  b", " a", "a ", "", "--",
    "::error::", "##[x]",
)  # fmt: skip


@pytest.fixture
def history(andon: Andon) -> History:
    return open_history(load_config("andon.yml").history)


def fail_for(history: History, subjects: Mapping[str, tuple[str, ...]]) -> None:
    """The newest evaluation has `event_volume` red for these subjects."""
    failing = replace(verdict("event_volume", Status.RED), subjects=subjects)
    history.record(replace(report(failing, run_date=today()), evaluated_at=now()))


def silent(*names: str) -> Judgement:
    counts = dict.fromkeys(names, (22,) * 7 + (0,))
    return judge(Params(), measured(events({"page_view": (1000,) * 8, **counts})), FRAME)


def at_level(dimension: str, value: str) -> Judgement:
    baseline = weekly(61, 500)
    fallen = (*baseline[:-3], *(count // 10 for count in baseline[-3:]))
    values = {value: fallen, "other": baseline, "third": baseline}
    return judge(Params(), of_daily(daily({"x": baseline}, dimensions={dimension: values})), FRAME)


def printed_in(action: str) -> list[str]:
    """The words of the command at the end of an action, as a shell has them, without `andon`."""
    _, separator, command = action.rpartition(": andon ")
    assert separator
    return shlex.split(command)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_retired_name_is_accepted_by_what_the_check_prints(
    andon: Andon, history: History, name: str
) -> None:
    judgement = silent(name)
    assert PLACEHOLDER not in judgement.action
    fail_for(history, judgement.subjects)
    result = andon(*printed_in(judgement.action))
    assert (result.code, result.err) == (0, "")
    (stored,) = history.all_acceptances("shop")
    assert (stored.kind, (stored.subject,)) == ("event", judgement.subjects["event"])


@pytest.mark.parametrize("value", ["web app", "it's", "a;b", "$HOME", 'a"b', "-x"])
def test_a_level_is_accepted_by_what_the_check_prints(
    andon: Andon, history: History, value: str
) -> None:
    judgement = at_level("device", value)
    assert judgement.subjects["level"] == (f"device={value}",)
    fail_for(history, judgement.subjects)
    assert andon(*printed_in(judgement.action)).code == 0
    (stored,) = history.all_acceptances("shop")
    assert (stored.kind, stored.subject) == ("level", f"device={value}")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_closed_incident_prints_a_command_that_works(
    andon: Andon, history: History, name: str
) -> None:
    fail_for(history, {"event": (name,)})
    out = andon("close", "event_volume", "--as", "expected", "--owner", "Mia").out
    (command,) = (row.strip() for row in out.splitlines() if row.startswith("  andon accept"))
    assert andon(*shlex.split(command)[1:]).code == 0
    assert history.all_acceptances("shop")[0].subject == name


@pytest.mark.parametrize("name", UNSHOWN_NAMES)
def test_a_name_that_cannot_be_copied_is_never_in_a_command(name: str) -> None:
    command = accept_command("event_volume", (name,))
    assert command == "andon accept event_volume NAME --reason TEXT"
    assert where_names_are((name,)) == " (the name is in `subjects` of andon gate --format json)"


@pytest.mark.parametrize("name", UNSHOWN_NAMES)
def test_the_action_says_where_such_a_name_is(andon: Andon, history: History, name: str) -> None:
    """It has an inert subject, which is accepted as that report has it."""
    judgement = silent(name)
    (subject,) = judgement.subjects["event"]
    assert (PLACEHOLDER in judgement.action) is (argument(subject) is None)
    assert ("`subjects` of andon gate --format json" in judgement.action) is (
        argument(subject) is None
    )
    assert clean(judgement.action, 10_000) == judgement.action
    fail_for(history, judgement.subjects)
    assert andon("accept", "event_volume", "--reason", "gone", "--", subject).code == 0
    assert history.all_acceptances("shop")[0].subject == subject


def test_of_several_names_the_command_has_a_placeholder() -> None:
    judgement = silent("it's", "-x")
    assert judgement.action.endswith(": andon accept event_volume NAME --reason TEXT")
    assert "`subjects`" not in judgement.action
    assert where_names_are(("a", "b\u202e")) == (
        " (the names are in `subjects` of andon gate --format json)"
    )


@pytest.mark.parametrize("name", ["device=web app", "it's gone: andon accept x", "a " * 30 + "b"])
def test_no_line_break_tears_a_command(name: str) -> None:
    judgement = silent(name)
    failing = replace(
        verdict("event_volume", Status.RED), action=judgement.action, subjects=judgement.subjects
    )
    rows = render("text", report(failing)).splitlines()
    command = accept_command("event_volume", judgement.subjects["event"])
    assert any(command in row for row in rows)


@given(st.text(max_size=90))
def test_a_word_is_shown_as_it_is_or_not_at_all(name: str) -> None:
    word = argument(name)
    if word is not None:
        assert shlex.split(word) == [name]
        assert clean(word, 1000) == word
    assert argument(subject_name("plain")) == "plain"


@pytest.mark.parametrize(
    "words",
    [
        ("event_volume", "cart", "--reason", "gone"),
        ("event_volume", "--reason", "gone", "cart"),
        ("--reason", "gone", "event_volume", "cart"),
        ("--reason=gone", "--owner", "Mia", "event_volume", "--", "cart"),
        ("event_volume", "--reason", "gone", "--", "cart"),
        ("--reason", "gone", "--", "event_volume", "cart"),
        ("event_volume", "--reason", "gone"),
    ],
)
def test_options_may_stand_anywhere(andon: Andon, history: History, words: tuple[str, ...]) -> None:
    fail_for(history, {"event": ("cart",)})
    assert andon("accept", *words).code == 0
    (stored,) = history.all_acceptances("shop")
    assert (stored.subject, stored.reason) == ("cart", "gone")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("event_volume", "-x", "--reason", "gone"), "unknown option '-x'"),
        (("event_volume", "--reason", "gone", "--reson", "x"), "did you mean --reason?"),
        (("event_volume", "cart", "cart", "--reason", "gone"), "unknown argument 'cart'"),
        (("event_volume", "cart", "--reason"), "--reason: expected one argument"),
        (("event_volume", "--reason", "--", "cart"), "--reason: expected one argument"),
        (("--reason", "gone"), "CHECK"),
    ],
)
def test_a_wrong_call_is_told_as_ever(
    andon: Andon, history: History, words: tuple[str, ...], message: str
) -> None:
    fail_for(history, {"event": ("cart",)})
    result = andon("accept", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize("name", [" cart", "cart ", "-x", "it's", "a=b"])
def test_a_waiver_takes_a_name_as_it_is(andon: Andon, history: History, name: str) -> None:
    fail_for(history, {"event": (name,)})
    subject = f"--subject=event={name}"
    words = ("--until", str(today()), "--reason", "known", "--up-to", "3", subject)
    assert andon("waive", "event_volume", *words).code == 0
    assert history.all_waivers("shop")[0].subjects == {"event": (name,)}
