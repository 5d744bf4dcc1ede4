"""Which entries of a log belong to a source that the configuration lists. Pure.

Without a `match`, a key stands for all names that equal it without their days, digits and file
ending: `web` for `web`, `web_20250308` and `web-000123.csv`, not for `events_web_20250308`. Where
the key has digits, those of a name count: `shop_1` for `shop_1_20250308.csv`, not for `shop_2`.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache

from checks.core.day_names import DAY_MARK
from checks.core.expected_source import ExpectedSource
from checks.loads.sources import lasting_name

_ENDING = re.compile(
    r"(?:\.(?:csv|tsv|txt|json|jsonl|ndjson|xml|parquet|avro|orc|log|xlsx?|gz|zip|bz2|zst|xz|lz4"
    r"|snappy|tar|tgz))+$",
    re.IGNORECASE,
)
_SEPARATORS = "-_./: "
_SEPARATOR_RUN = re.compile(r"[-_./: ]{2,}")
_DIGITS = re.compile(r"\d+")


def matches(expected: ExpectedSource, source: str | None) -> bool:
    """Whether an entry of the log with this source's name is one of the listed source."""
    name = (source or "").strip()
    if not name:
        return False
    if expected.match is not None:
        return fnmatchcase(name, expected.match)
    keeps_digits = has_digits(expected.name)
    return plain_name(name, keeps_digits=keeps_digits) == plain_key(expected.name)


def plain_key(key: str) -> str:
    """What the names of a source without a `match` have to equal."""
    return plain_name(key, keeps_digits=has_digits(key))


@lru_cache(maxsize=20_000)
def plain_name(name: str, *, keeps_digits: bool) -> str:
    """A name without days, a file's ending and, unless they are kept, digits.

    Separators at its ends are removed, and of several in a row the first one stays.
    """
    lasting = (lasting_name(name) or "").replace(DAY_MARK, "")
    plain = _ENDING.sub("", lasting)
    if not keeps_digits:
        plain = _DIGITS.sub("", plain)
    return _SEPARATOR_RUN.sub(lambda run: run[0][0], plain).strip(_SEPARATORS)


def has_digits(key: str) -> bool:
    """Whether a key tells sources apart by their digits."""
    return _DIGITS.search(lasting_name(key) or "") is not None
