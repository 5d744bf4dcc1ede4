"""For programs: the whole report as one JSON document, `andon.gate/1`."""

from __future__ import annotations

import json

from checks.core.model import Report
from checks.core.serialise import to_dict


def render(report: Report, *, color: bool = False) -> str:
    """The document in pure ASCII, so that no value can act on a terminal or a log."""
    text = json.dumps(to_dict(report), indent=2, ensure_ascii=True, allow_nan=False)
    # CI runners act on `##[name]` anywhere in a line; the escape reads back as the same text.
    return text.replace("##", "\\u0023#") + "\n"
