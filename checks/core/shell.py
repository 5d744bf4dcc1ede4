"""Commands that messages print, written so that a POSIX shell takes them as they are. Pure.

Names are attacker-controlled: one that a terminal, a log or a page might change or hide is not
printed in a command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from checks.core.inert import line

#: Stands for the name in a command that cannot hold it.
PLACEHOLDER = "NAME"
#: A longer name is shortened wherever it is listed.
LONGEST = 80
#: Where a name is that no command holds.
WHERE = "`subjects` of andon gate --format json"
_AT_END = re.compile(r": andon accept [^\n]* --reason TEXT(?: -- [^\n]+)?\Z")


def argument(name: str) -> str | None:
    """A name as one word of a shell; None where it cannot be copied as it is shown.

    That is a long one, one with hidden characters or the mark of a CI command, one with spaces that
    a page leaves out, and one that ends the options.
    """
    if not name or name == "--" or len(name) > LONGEST:
        return None
    is_shown_as_it_is = line(name) == name and " ".join(name.split()) == name
    return shlex.quote(name) if is_shown_as_it_is else None


def accept_command(check: str, subjects: Sequence[str], reason: str = "TEXT") -> str:
    """`andon accept event_volume 'web app' --reason TEXT`; a placeholder where no one name fits.

    subjects: as the check records them. reason: as it is typed.
    """
    word = argument(subjects[0]) if len(subjects) == 1 else None
    if word is not None and word.lstrip("'").startswith("-"):
        return f"andon accept {check} --reason {reason} -- {word}"
    return f"andon accept {check} {word or PLACEHOLDER} --reason {reason}"


def ends_with_command(text: str) -> bool:
    """Whether a text ends with a command that accepts something."""
    return _AT_END.search(text) is not None


def where_names_are(subjects: Sequence[str]) -> str:
    """Where the name for the placeholder is, in brackets; empty where each can be copied."""
    if all(argument(subject) is not None for subject in subjects):
        return ""
    noun = "names are" if len(subjects) > 1 else "name is"
    return f" (the {noun} in {WHERE})"
