"""Waiting for several answers: each reading runs once, and none is waited for for ever."""

from __future__ import annotations

import threading

from dashboard.data.awaiting import Awaiting


def test_answers_and_errors_by_key() -> None:
    def broken() -> int:
        raise LookupError("gone")

    answers = Awaiting().all({"a": lambda: 1, "b": broken}, patience=60)
    assert answers["a"] == 1
    assert isinstance(answers["b"], LookupError)


def test_what_takes_longer_goes_on_and_is_answered_later() -> None:
    awaiting, may_end, begun = Awaiting(), threading.Event(), []

    def slow() -> str:
        begun.append(1)
        may_end.wait(60)
        return "there"

    readings = {"slow": slow, "quick": lambda: "here"}
    assert awaiting.all(readings, patience=0.2) == {"quick": "here"}
    assert awaiting.all({"slow": slow}, patience=0) == {}
    may_end.set()
    assert awaiting.all({"slow": slow}, patience=60) == {"slow": "there"}
    assert begun in ([1], [1, 1])  # a second one only where the first had ended before it was asked
