"""Who hears, in a few words, what long work is doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]
