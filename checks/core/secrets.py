"""Removes secrets from everything that a person or a log may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_SECRET_WORDS = ("pass", "secret", "token", "key", "pwd", "credential", "auth")
_IN_URL = re.compile(r"://[^\s'\"]*@")
_IN_OPTION = re.compile(
    r"(?i)\b(\w*(?:password|passwd|pwd|secret|token)\s*=\s*)(?:\{[^}]*\}|[^\s&;,]+)"
)
#: A name and its value in an ODBC connection string; a value in braces may hold semicolons.
_ODBC = re.compile(r"([^;={}]+)=(\{(?:[^}]|\}\})*\}|[^;]*)")


def secrets_of(url: URL) -> tuple[str, ...]:
    """The secrets of a URL: its password, and options that look like secrets.

    Each in every spelling (plain, percent-encoded, ...), the longest first.
    """
    options = [
        value
        for key, values in url.normalized_query.items()
        for value in values
        if any(word in key.casefold() for word in _SECRET_WORDS)
    ]
    plain = [str(secret) for secret in (url.password, *options, *_of_odbc(url)) if secret]
    return spellings(plain)


def _of_odbc(url: URL) -> Iterator[str]:
    """The secrets of ODBC connection strings, `SERVER=a;UID=b;PWD={c;d}`, in braces and without."""
    for text in url.normalized_query.get("odbc_connect", ()):
        for name, value in _ODBC.findall(text):
            if any(word in name.casefold() for word in _SECRET_WORDS):
                yield value
                yield value.strip("{}")


def spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """Every way in which a driver may quote a secret, the longest first."""
    forms = (
        str,
        quote,
        quote_plus,
        lambda text: quote(text, safe=""),
        lambda text: repr(text)[1:-1],
    )
    return tuple(sorted({form(s) for s in secrets for form in forms}, key=len, reverse=True))


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with each of the secrets replaced by `***`."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def without_credentials(text: str) -> str:
    """The text without credentials in URLs, `password=...` and similar options."""
    return _IN_OPTION.sub(r"\1***", _IN_URL.sub("://***@", text))
