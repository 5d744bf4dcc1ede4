"""Evidence that takes long to read: shows what is being read, and the progress."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from checks.quarantine.drilldown.spans import BOARD
from checks.quarantine.selection import FilePattern
from dashboard import page

if TYPE_CHECKING:
    from checks.evidence.context import Context

T = TypeVar("T")
Options = ParamSpec("Options")

_LOOK_SECONDS = 0.25
_MEGABYTE = 1_000_000


def read_with_progress(
    context: page.PageContext,
    read: Callable[Concatenate[Context, Options], T],
    label: str,
    *positional: Options.args,
    **options: Options.kwargs,
) -> T | None:
    """What a reader returns; meanwhile a line shows what is read and for how long already.

    Where file names contain no day, every file has to be read once: then with a progress bar.
    """
    with st.spinner(f"{label} …", show_time=True):
        pattern = _searched_pattern(context)
        if pattern is not None:
            _show_progress(pattern, lambda: context.answer(read, *positional, **options))
        return context.evidence(read, *positional, **options)


def _searched_pattern(context: page.PageContext) -> str | None:
    """The pattern of the files that have to be searched for the day; None where names show it."""
    source = context.config.quarantine
    if source is None or source.files is None:
        return None
    place = FilePattern(source.files, context.config.path.parent)
    return None if place.has_day else place.pattern


def _show_progress(pattern: str, read: Any) -> None:
    """Read in a thread of its own, and show the progress."""
    thread = threading.Thread(target=read, daemon=True)
    add_script_run_ctx(thread)
    thread.start()
    bar = st.empty()
    while thread.is_alive():
        thread.join(_LOOK_SECONDS)
        progress = BOARD.latest(pattern) if thread.is_alive() else None
        if progress is not None:
            done, total = progress.done // _MEGABYTE, progress.total // _MEGABYTE
            words = f"No day in the file names: reading all files, {done:,} of {total:,} MB"
            bar.progress(progress.done / max(progress.total, 1), text=words)
    bar.empty()
