"""Spans of files are those of a file's present state."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from checks.quarantine.drilldown.spans import Span, SpanCache, state_of

UTC = ZoneInfo("UTC")
SPAN = Span((1, 2), None, 0)


def test_a_span_is_that_of_an_unchanged_file(tmp_path: Path) -> None:
    path, spans = tmp_path / "a.csv", SpanCache()
    path.write_text("a\n", encoding="utf-8")
    spans.put(state_of(str(path), "t", UTC), SPAN)
    assert spans.get(str(path), "t", UTC) == SPAN
    assert spans.get(str(path), "u", UTC) is None
    assert spans.get(str(path), "t", ZoneInfo("Europe/Berlin")) is None


def test_a_file_that_grew_while_it_was_read_is_read_again(tmp_path: Path) -> None:
    path, spans = tmp_path / "a.csv", SpanCache()
    path.write_text("a\n", encoding="utf-8")
    state = state_of(str(path), "t", UTC)
    path.write_text("a\nb\n", encoding="utf-8")
    spans.put(state, SPAN)
    assert spans.get(str(path), "t", UTC) is None
