"""What the tests need of an engine whose statements are only compiled and parsed."""

from __future__ import annotations

from typing import ClassVar

from tests.engines.base import CompiledEngine


class Compiled(CompiledEngine):
    """An engine that has a SQLAlchemy dialect, and no server here."""

    #: An example of its URL.
    url: ClassVar[str]
    #: The SQL parser's name for it.
    parser: ClassVar[str]
    #: The optional dependency of this package that brings its dialect.
    extra: ClassVar[str]
    #: The zone in which text without an offset can be at home; None: text is refused as a time.
    text_zone: ClassVar[str | None] = "Europe/Berlin"
    #: What its SQL has to hold, by what it is for.
    fragments: ClassVar[dict[str, str]]
