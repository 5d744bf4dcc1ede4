"""Text as a blank, a number, a time or a search text: the same rules for every engine.

Regular expressions are written so that RE2, Java, PostgreSQL and Python read them alike.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from checks.warehouse.kinds import Kind
from checks.warehouse.wall_clock import utc_of_local

#: Text of only these is blank. Other blanks of Unicode count as letters, as in most engines.
BLANKS = " \t\n\r\v\f"
ANY_BLANKS = r"[ \t\n\r\v\f]*"
#: An amount as text: decimal, of a size that surely fits a double.
NUMBER = ANY_BLANKS + r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,2})?" + ANY_BLANKS
LONGEST_NUMBER = 100
_YEAR = r"([0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})"
_LEAP_YEAR = r"([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_MONTH_DAY = (
    r"((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))"
)
#: A valid day from year 1 to 9999, so that no cast of it fails.
_DAY = f"({_YEAR}-{_MONTH_DAY}|{_LEAP_YEAR}-02-29)"
_MINUTE = r"[T ]([01][0-9]|2[0-3]):[0-5][0-9]"
_SECOND = r":[0-5][0-9](\.[0-9]+)?"
_OFFSET = r"(Z| UTC|[-+](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
#: ISO 8601 without an offset, and with one; fractions beyond microseconds are cut.
LOCAL_TIME = f"{ANY_BLANKS}{_DAY}({_MINUTE}({_SECOND})?)?{ANY_BLANKS}"
OFFSET_TIME = f"{ANY_BLANKS}{_DAY}{_MINUTE}{_SECOND}{_OFFSET}{ANY_BLANKS}"

_NUMBER, _LOCAL, _AWARE = re.compile(NUMBER), re.compile(LOCAL_TIME), re.compile(OFFSET_TIME)


def number_of(value: object) -> float | None:
    """A stored value as a number; None where it is no number."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and len(value) <= LONGEST_NUMBER and _NUMBER.fullmatch(value):
        return float(value)
    return None


def utc_of(text: str, naive: ZoneInfo) -> datetime:
    """ISO text as UTC without zone.

    A time without an offset is in the zone `naive`, by the rule of `utc_of_local`. Raises
    ValueError for any other text, OverflowError outside of the years 1 to 9999.
    """
    if _LOCAL.fullmatch(text):
        return utc_of_local(datetime.fromisoformat(text.strip(BLANKS)), naive)
    if _AWARE.fullmatch(text):
        aware = datetime.fromisoformat(text.strip(BLANKS).replace(" UTC", "Z"))
        return aware.astimezone(UTC).replace(tzinfo=None)
    raise ValueError("not ISO 8601")


def local_of(value: object) -> datetime | None:
    """ISO text without an offset as a time of the wall clock; None for any other value."""
    text = value.strip(BLANKS) if isinstance(value, str) else ""
    return datetime.fromisoformat(text) if _LOCAL.fullmatch(text) else None


def day_of(value: object) -> str | None:
    """The day of ISO text without an offset, as text; None for any other value."""
    text = value.strip(BLANKS) if isinstance(value, str) else ""
    return text[:10] if _LOCAL.fullmatch(text) else None


def cases_of(query: str) -> list[tuple[str, str]]:
    """The pairs of (upper, lower) letters that a search for a text has to treat as equal."""
    letters = dict.fromkeys(query.lower())
    pairs = [(letter.upper(), letter) for letter in letters]
    return [(upper, lower) for upper, lower in pairs if upper != lower and len(upper) == 1]


def shown(value: object, kind: Kind, longest: int) -> str | None:
    """A value of a warehouse as text for a person, the same for every engine.

    Numbers without trailing zeros, `NaN`, `Infinity`; times in ISO with a blank, those with
    a zone in UTC; `true` and `false`. None is NULL.
    """
    if value is None:
        return None
    if kind is Kind.BOOLEAN or isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return _number(value)[:longest]
    if isinstance(value, datetime):
        return _time(value, kind)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)[:longest]


def _time(value: datetime, kind: Kind) -> str:
    if kind is Kind.AWARE:
        value = value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    return value.isoformat(" ")


def _number(value: float | Decimal) -> str:
    if value != value:
        return "NaN"
    if abs(value) == float("inf"):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return repr(value).removesuffix(".0")
