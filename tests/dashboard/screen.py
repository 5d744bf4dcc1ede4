"""One page in Streamlit's test driver, and the text on it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
_SECONDS = 60


class Screen:
    """A page that was run once. `at`: the driver; `text`: all text that a person reads."""

    def __init__(self, path: str, parameters: dict[str, str]) -> None:
        self.at = AppTest.from_file(str(APP), default_timeout=_SECONDS)
        for name, value in parameters.items():
            self.at.query_params[name] = value
        if "-" in path:
            self.run()  # the driver knows an address that is no file's name only after a run
        if path != "overview":
            self.at.switch_page(f"../pages/{path.replace('-', '_')}.py")
        self.run()

    def run(self) -> Screen:
        """Run the page again, and fail where it raised anything."""
        self.at.run()
        raised = [
            f"{exception.message}\n{''.join(exception.stack_trace)}"
            for exception in self.at.exception
        ]
        assert not raised, "\n".join(raised)
        return self

    @property
    def html(self) -> str:
        """All markup that the page drew itself, without the style sheet."""
        bodies = (str(element.proto.body) for element in self.at.get("html"))
        return "\n".join(body for body in bodies if not body.startswith("<style>"))

    @property
    def text(self) -> str:
        """The text of the page, with white space folded."""
        words = unescape(re.sub(r"<[^>]*>", " ", self.html))
        return " ".join(words.split())

    @property
    def parameters(self) -> dict[str, str]:
        """The address's parameters; of one given twice the last."""
        parameters: dict[str, Any] = dict(self.at.query_params)
        return {
            name: value if isinstance(value, str) else value[-1]
            for name, value in parameters.items()
        }

    def links(self) -> list[str]:
        """The labels of the links inside the app."""
        return [str(link.proto.label) for link in self.at.get("page_link")]
