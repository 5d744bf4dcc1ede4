"""Commands in messages: what ends with one has no full stop that would be copied with it."""

from __future__ import annotations

import pytest

from checks.core.shell import accept_command, ends_with_command, where_names_are


@pytest.mark.parametrize("name", ["search", "web app", "it's", "-x", "-- x", "a.b", "x" * 200])
def test_a_command_at_the_end_is_recognised(name: str) -> None:
    command = accept_command("event_volume", [name])
    assert ends_with_command(f"Find out what happened; if it is retired: {command}")


def test_where_the_name_is_belongs_to_the_sentence() -> None:
    command = accept_command("event_volume", ["x" * 200])
    assert not ends_with_command(f"if it is retired: {command}{where_names_are(['x' * 200])}")


@pytest.mark.parametrize(
    "text", ["Nothing to do", "Load the day, then run the gate again", "andon accept it: by hand"]
)
def test_other_texts_have_none(text: str) -> None:
    assert not ends_with_command(text)
