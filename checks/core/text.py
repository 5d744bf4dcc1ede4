"""Numbers, days and hostile values as text that a person reads.

Values from a warehouse are attacker-controlled: `clean` makes one inert for any
terminal, log or page before it may enter a message. Escaping for one output
format (Markdown, XML, workflow commands) is that format's own business.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

_LONGEST = 80
_MOST_DIGITS = 15
_HOUR_MINUTES, _DAY_HOURS = 60, 24
#: About: smaller numbers are told as they are, those below the second one with two digits.
_EXACT, _TWO_DIGITS = 10, 100
#: A usual number below this has one decimal.
_WHOLE_FROM = 20
#: How many characters of a long name stay before its digest.
_LONGEST_NAME, _DIGEST, _CUT = 200, 8, "…"
#: A calendar date as ISO 8601 writes it, which may be no day of a calendar.
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_BOUNDED = re.compile(rf".{{{_LONGEST_NAME}}}{_CUT}[0-9a-f]{{{_DIGEST}}}", re.DOTALL)
# Format (bidirectional marks, zero-width), surrogates, private use, controls, separators.
_HIDDEN = ("Cf", "Cs", "Co", "Cc", "Cn", "Zl", "Zp")


def clean(value: object, longest: int = _LONGEST) -> str:
    """One hostile value as a single inert line, shortened to `longest` characters.

    Control, bidirectional and invisible characters become visible escapes.
    """
    text = str(value)
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    if text.isprintable():  # none of the hidden categories is
        return text
    return "".join(
        f"\\u{ord(char):04x}" if unicodedata.category(char) in _HIDDEN else char for char in text
    )


def bounded(value: object) -> str:
    """One hostile value as an inert line of bounded length that stays unique.

    A long text becomes its beginning and a digest; a result of this function stays as it is. A
    text that ends like a cut one is treated as long too, so that it is never mistaken for that.
    """
    text = clean(value, len(str(value)))
    if len(text) < _LONGEST_NAME or _BOUNDED.fullmatch(text):
        return text
    if len(text) == _LONGEST_NAME and not text.endswith(_CUT):
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
    return f"{text[:_LONGEST_NAME]}{_CUT}{digest}"


def may_be_cut(text: str) -> bool:
    """Whether an earlier version may have cut a name, so that its full text is unknown."""
    return len(text) >= _LONGEST_NAME and text.endswith(_CUT)


def quoted(value: object) -> str:
    """A hostile value in single quotes, so that its end is visible."""
    return f"'{clean(value)}'"


def listed(values: Iterable[object], most: int = 3) -> str:
    """Quoted values as a short list: `'a', 'b', 'c' and 4 more`."""
    return short_list([quoted(value) for value in values], most=most)


def short_list(texts: Sequence[str], count: int | None = None, *, most: int = 3) -> str:
    """Inert texts as a short list: `a, b, c and 4 more`.

    count: how many there are in all, where `texts` are only the first of them.
    """
    shown = texts[:most]
    more = max(len(texts), count or 0) - len(shown)
    return f"{', '.join(shown)} and {count_text(more)} more" if more else ", ".join(shown)


def deciding(value: float, limit: float, digits: int) -> str:
    """`value` with `digits` decimals, or more where rounding would move it onto or over the limit.

    0.05004 against 0.05 is `0.05004`, not `0.0500`. The result is never rounded
    onto or across the limit unless the value is the limit.
    """
    if not math.isfinite(value):
        return "inf" if value > 0 else "-inf" if value < 0 else "nan"
    for places in range(digits, _MOST_DIGITS + 1):
        shown = f"{value:.{places}f}"
        if _side(float(shown), limit) == _side(value, limit):
            return shown
    return repr(value)


def _side(value: float, limit: float) -> int:
    return (value > limit) - (value < limit)


def limit_text(limit: float) -> str:
    """A threshold as it was written: `0.05`, `3.0`, `6`."""
    return str(limit)


def number_text(value: float) -> str:
    """A number of any size with at most six significant digits: `4`, `0.0582031`."""
    return f"{value:.6g}"


def count_text(value: float) -> str:
    """A count with grouped thousands; a mean keeps one decimal below 100."""
    if float(value).is_integer() or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.1f}"


def about_text(number: float) -> str:
    """`about 17,800`: two digits below 100, three above; a small number as it is."""
    if number < _EXACT:
        return f"about {count_text(round(number))}"
    digits = 2 if number < _TWO_DIGITS else 3
    size = 10 ** max(0, len(str(int(number))) - digits)
    return f"about {count_text(round(number / size) * size)}"


def usual_text(count: float) -> str:
    """How many are usual, in the same digits everywhere: `212`, `18.3`."""
    return count_text(round(count) if count >= _WHOLE_FROM else round(count, 1))


def percent_text(share: float, limit: float | None = None) -> str:
    """A share as a percentage, with as many digits as it takes to compare it with `limit`."""
    if limit is None:
        return f"{share * 100:.1f} %"
    for places in range(1, _MOST_DIGITS - 1):
        shown = f"{share:.{places}%}"[:-1]
        # Compared as shares: 0.07 * 100 is above 7.
        if _side(float(shown) / 100, limit) == _side(share, limit):
            return f"{shown} %"
    return f"{share * 100!r} %"


def change_text(share: float, digits: int = 0) -> str:
    """A change as a percentage with its sign: `-14 %`, `+0 %`."""
    return f"{round(share * 100, digits) + 0.0:+.{digits}f} %"


def plural(count: float, singular: str, many: str = "") -> str:
    """`1 order`, `3 orders`, `2,908 rows`."""
    return f"{count_text(count)} {singular if count == 1 else many or singular + 's'}"


def all_text(count: int, noun: str) -> str:
    """`The one order`, `All 40 orders`."""
    return f"The one {noun}" if count == 1 else f"All {plural(count, noun)}"


def followers_text(ids: Sequence[str]) -> str:
    """`2 follow from it: freshness, volume_zscore`: the checks that fail because of another."""
    return f"{len(ids)} {'follows' if len(ids) == 1 else 'follow'} from it: {', '.join(ids)}"


def day_text(day: date) -> str:
    """`Saturday 8 March`: how people name a day in a sentence."""
    return f"{day:%A} {day.day} {day:%B}"


def has_gaps(first: date, last: date, recorded: int | None) -> bool:
    """Whether some day from the first to the last was not recorded."""
    return recorded is not None and recorded < (last - first).days + 1


def run_length(first: date, last: date, recorded: int | None) -> str:
    """`3 days`; `2 recorded days` where some days between were not recorded."""
    if recorded is not None and has_gaps(first, last, recorded):
        return plural(recorded, "recorded day")
    return plural((last - first).days + 1, "day")


def short_day(day: date) -> str:
    """`8 March`."""
    return f"{day.day} {day:%B}"


def load_days_text(days: Sequence[date]) -> str:
    """The data dates of one load, in order: `2025-03-08`, `7 to 9 March`, `28 February to 2 March`.

    A year is named where the first and the last are of different years.
    """
    first, last = days[0], days[-1]
    if first == last:
        return str(first)
    if first.year != last.year:
        return f"{short_day(first)} {first.year} to {short_day(last)} {last.year}"
    begin = str(first.day) if first.month == last.month else short_day(first)
    return f"{begin} to {short_day(last)}"


def duration_text(duration: timedelta) -> str:
    """`58 min`, `3 h 16 min`, `2 days 4 h`: how long something took, rounded down."""
    minutes = max(0, int(duration.total_seconds() // 60))
    if minutes < _HOUR_MINUTES:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    if hours < _DAY_HOURS:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, _DAY_HOURS)
    days_text = plural(days, "day")
    return f"{days_text} {hours} h" if hours else days_text


def utc_text(moment: datetime) -> str:
    """`2025-03-09 06:12 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def did_you_mean(word: str, known: Sequence[str], likeness: float = 0.6) -> str | None:
    """The known word nearest to a misspelt one, if any is as near as `likeness` (0 to 1)."""
    import difflib  # only needed once something is already wrong

    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=likeness)
    return folded[near[0]] if near else None


def spelled_duration(duration: timedelta) -> str:
    """`2h`, `1h 30m`, `1d`: a duration as configurations spell it."""
    minutes = int(duration.total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [f"{number}{unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "m"))
             if number]  # fmt: skip
    return " ".join(parts) or "0m"
