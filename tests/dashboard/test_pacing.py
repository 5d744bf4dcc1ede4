"""Each session looks again at its own pace, and none much later than it may."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard import data, pacing
from tests.dashboard.screen import Screen

SESSIONS = [secrets.token_hex(16) for _ in range(400)]
#: The interval of the session with the id "a session": the same in every process.
PACE = 62.48313436540775
#: Values of `dashboard.refresh_seconds`.
SETTINGS = (5.0, 60.0, 300.0, 3600.0)


@pytest.mark.parametrize("refresh", SETTINGS)
def test_a_session_looks_soon_after_the_numbers_may_be_renewed(refresh: float) -> None:
    most = refresh + 1 + min(refresh / 4, 30)
    for session in SESSIONS:
        assert refresh + 1 <= pacing.pace(refresh, session) <= most


@pytest.mark.parametrize("refresh", SETTINGS)
def test_no_pace_makes_fresh_numbers_look_stale(refresh: float) -> None:
    """The oldest that are drawn were nearly due when they were found, and stay until the next."""
    oldest = refresh + max(pacing.pace(refresh, session) for session in SESSIONS)
    assert oldest < refresh * data.STALE_AFTER


def test_a_session_keeps_its_pace() -> None:
    assert pacing.pace(60.0, "a session") == PACE


def test_sessions_that_began_together_part() -> None:
    """After twenty looks no tenth of a minute has more than twice its share of them."""
    paces = [pacing.pace(60.0, session) for session in SESSIONS]
    looks = [pace * 20 % 60 for pace in paces]
    counts = [sum(6 * tenth <= look < 6 * tenth + 6 for look in looks) for tenth in range(10)]
    assert max(counts) < 2 * len(SESSIONS) / 10
    assert len({round(pace, 3) for pace in paces}) > len(SESSIONS) * 0.9


@pytest.mark.parametrize("path", ["overview", "quarantine", "review"])
def test_every_page_looks_again_at_that_pace(
    demo: Callable[..., Path],
    screen: Callable[..., Screen],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    import streamlit as st

    intervals: list[float] = []
    fragment = st.fragment

    def noted(*arguments: Any, run_every: float | None = None, **keywords: Any) -> Any:
        intervals.extend([] if run_every is None else [run_every])
        return fragment(*arguments, run_every=run_every, **keywords)

    monkeypatch.setattr(st, "fragment", noted)
    screen(demo(), path=path)
    assert set(intervals) == {pacing.pace(60.0, "test session id")}  # as the driver names it
