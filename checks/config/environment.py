"""`${NAME}` in a value reads the environment; `$${` is a literal `${`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from checks.config.problems import InvalidValueError
from checks.core.text import listed

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)(\})?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def expand_variables(text: str, environ: Mapping[str, str]) -> str:
    """`text` with every reference replaced by the variable's value.

    Raises InvalidValueError, naming the variables but never a value, where one is not set.
    """
    if "${" not in text:
        return text
    unset: list[str] = []

    def value(match: re.Match[str]) -> str:
        if match[1] is None:
            return "${"
        if match[2] is None or not _NAME.fullmatch(match[1]):
            # What follows an unclosed brace may be a secret, so it is not repeated.
            raise InvalidValueError(
                "${NAME}, or $${ for a plain ${", "a ${ that is not followed by NAME}"
            )
        if match[1] not in environ:
            unset.append(match[1])
        return environ.get(match[1], "")

    result = _REFERENCE.sub(value, text)
    if unset:
        names = listed(dict.fromkeys(unset), most=10)
        raise InvalidValueError("variables that are set", f"an unset environment variable: {names}")
    return result
