"""Evidence that may take long: says what is being read while it is, and how far."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from checks.quarantine.drilldown.spans import BOARD
from checks.quarantine.selection import Place
from dashboard import page

if TYPE_CHECKING:
    from checks.evidence.context import Context

T = TypeVar("T")
Options = ParamSpec("Options")

_LOOK_SECONDS = 0.25
_MEGABYTE = 1_000_000


def reading(
    here: page.Here,
    read: Callable[Concatenate[Context, Options], T],
    what: str,
    *positional: Options.args,
    **options: Options.kwargs,
) -> T | None:
    """What a reader says, with a line that says what is read and for how long already.

    Where file names tell no day, every file is looked through once: then with a bar.
    """
    with st.spinner(f"{what} …", show_time=True):
        place = _searched(here)
        if place is not None:
            _watch(place, lambda: here.answer(read, *positional, **options))
        return here.evidence(read, *positional, **options)


def _searched(here: page.Here) -> str | None:
    """The pattern of files in which the day has to be looked for."""
    source = here.config.quarantine
    if source is None or source.files is None:
        return None
    place = Place(source.files, here.config.path.parent)
    return None if place.has_day else place.pattern


def _watch(pattern: str, ask: Any) -> None:
    """Let the reading run on a thread of its own, and show how far it is."""
    thread = threading.Thread(target=ask, daemon=True)
    add_script_run_ctx(thread)
    thread.start()
    bar = st.empty()
    while thread.is_alive():
        thread.join(_LOOK_SECONDS)
        found = BOARD.of(pattern) if thread.is_alive() else None
        if found is not None:
            done, total = found.done // _MEGABYTE, found.total // _MEGABYTE
            words = f"The names tell no day: looking through all files, {done:,} of {total:,} MB"
            bar.progress(found.done / max(found.total, 1), text=words)
    bar.empty()
