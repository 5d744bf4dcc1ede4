"""Values of options: each function converts a word, or raises with what was expected."""

from __future__ import annotations

import math
import re
from argparse import ArgumentTypeError
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from checks.core.text import did_you_mean, quoted
from checks.core.timeframe import YEARS

if TYPE_CHECKING:
    from checks.config.overrides import Override

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_LAST_PORT = 65_535
#: Ten years: more is a typing error.
MOST_DAYS = 3650
_RUNS = re.compile(r"([1-9][0-9]{0,2}) ?runs?")
_DURATION = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?")


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One `--report FORMAT=FILE`."""

    format: str
    path: Path


def day(word: str) -> date:
    """`2025-03-09`, of years that a pipeline may have run in."""
    parsed = any_day(word)
    if parsed.year not in YEARS:
        raise ArgumentTypeError(
            f"found {quoted(word)}, expected a date in the years {YEARS[0]} to {YEARS[-1]}"
        )
    return parsed


def any_day(word: str) -> date:
    """`9999-12-31`: any day there is."""
    if not _DAY.fullmatch(word):
        raise ArgumentTypeError(f"found {quoted(word)}, expected a date such as 2025-03-09")
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ArgumentTypeError(f"{quoted(word)} is not a calendar date") from None


def last_day(word: str) -> date | int:
    """`2025-03-09`, or `3 runs`: that many scheduled runs."""
    match = _RUNS.fullmatch(word)
    if match:
        return int(match[1])
    if not _DAY.fullmatch(word):
        raise ArgumentTypeError(
            f"found {quoted(word)}, expected a date such as 2025-03-09, or a number of runs such "
            "as '3 runs'"
        )
    return any_day(word)


def data_day(word: str) -> date | Literal["latest"]:
    """`2025-03-08`, or `latest`."""
    if word == "latest":
        return "latest"
    if not _DAY.fullmatch(word):
        raise ArgumentTypeError(
            f"found {quoted(word)}, expected a date such as 2025-03-08, or latest"
        )
    return day(word)


def duration(word: str) -> float:
    """`90s`, `30m`, `1h30m` in seconds."""
    match = _DURATION.fullmatch(word) if word else None
    if match is None:
        raise ArgumentTypeError(
            f"found {quoted(word)}, expected a time with its unit such as 30m, 90s or 1h30m"
        )
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def format_name(word: str) -> str:
    """The name of an output format."""
    from checks.outputs import formats

    if word in formats():
        return word
    near = did_you_mean(word, formats())
    hint = f"did you mean {near}?" if near else f"known: {', '.join(formats())}"
    raise ArgumentTypeError(f"unknown format {quoted(word)}; {hint}")


def report_file(word: str) -> ReportFile:
    """`junit=report.xml`."""
    name, equals, path = word.partition("=")
    if not equals or not path:
        raise ArgumentTypeError(f"found {quoted(word)}, expected FORMAT=FILE, e.g. junit=andon.xml")
    return ReportFile(format_name(name), Path(path))


def override(word: str) -> Override:
    """`checks.volume_zscore.alert_at=3.5`."""
    key, equals, value = word.partition("=")
    parts = key.strip().split(".")
    if not equals or len(parts) != 3 or parts[0] != "checks" or not all(parts):
        raise ArgumentTypeError(
            f"found {quoted(word)}, expected checks.CHECK.SETTING=VALUE, "
            "e.g. checks.volume_zscore.alert_at=3.5"
        )
    from checks.config.overrides import Override

    return Override(parts[1], parts[2], value)


def positive(word: str) -> int:
    """A whole number of at least 1."""
    if not re.fullmatch(r"[0-9]{1,12}", word) or int(word) < 1:
        raise ArgumentTypeError(f"found {quoted(word)}, expected a whole number of at least 1")
    return int(word)


def whole(word: str) -> int:
    """A whole number of at least 0."""
    return 0 if word == "0" else positive(word)


def port(word: str) -> int:
    """A TCP port, 1 to 65535."""
    if not re.fullmatch(r"[0-9]{1,5}", word) or not 1 <= int(word) <= _LAST_PORT:
        raise ArgumentTypeError(f"found {quoted(word)}, expected a port from 1 to {_LAST_PORT}")
    return int(word)


def number(word: str) -> float:
    """A finite number, written as a plain decimal."""
    value = float(word) if _NUMBER.fullmatch(word) else math.nan
    if not math.isfinite(value):
        raise ArgumentTypeError(f"found {quoted(word)}, expected a number such as 0.06")
    return value


def host(word: str) -> str:
    """A name or an address to listen on; an empty one would mean every address."""
    if not word.isascii() or not word.isprintable() or not word.strip() or " " in word:
        raise ArgumentTypeError(
            f"found {quoted(word)}, expected an address such as 127.0.0.1 or a host's name"
        )
    return word


def path(word: str) -> Path:
    """The path of a file or a folder."""
    if not word.strip() or "\0" in word:
        raise ArgumentTypeError(f"found {quoted(word)}, expected a path")
    return Path(word)


def days(word: str) -> int:
    """A number of days, at most ten years."""
    number = positive(word)
    if number > MOST_DAYS:
        raise ArgumentTypeError(f"found {quoted(word)}, expected at most {MOST_DAYS} days")
    return number


def sentence(word: str) -> str:
    """Text that is not blank: a reason, a name."""
    if not word.strip():
        raise ArgumentTypeError("it is empty; write a few words")
    return word.strip()


def name(word: str) -> str:
    """A name of the warehouse, as it is: its spaces belong to it."""
    sentence(word)
    return word
