"""The part of the rejected rows that the address names, as chips that put each condition off; those
of the explained cause that are off can be put on again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checks.core.profiles import HOURS as HOURS_OF_DAY
from checks.core.text import clean
from checks.evidence.rejected_part import (
    ALL_ROWS,
    COLUMN,
    HOURS,
    MISSING,
    PARAMETERS,
    VALUE,
    ExplainedPart,
    NoPartError,
    RejectedPart,
    explained_part,
    part_of_address,
)
from dashboard import address, frame, page
from dashboard.components import links
from dashboard.markup import Html, show, tag

_CHECK = "quarantine_rate"
_LONGEST = 60
#: What an address is without a condition on values, or on hours.
_NO_VALUES: Mapping[str, str | None] = {COLUMN: None, VALUE: None, MISSING: None, "page": None}
_NO_HOURS: Mapping[str, str | None] = {HOURS: None, "page": None}


def requested_part() -> RejectedPart | None:
    """The part of the rows that the address names; None, and an error, where it names none."""
    named = {name: text for name in PARAMETERS if (text := address.parameter(name)) is not None}
    try:
        return part_of_address(named)
    except NoPartError as error:
        address.show_error(f"The link asks for {error}.", "Nothing else is shown instead.")
        return None


def explained(context: page.PageContext) -> ExplainedPart | None:
    """The part of the rows that explains the red rate of the shown day."""
    verdict = context.verdict(_CHECK)
    is_own = verdict is not None and verdict.because is None
    return explained_part(verdict.explanation) if verdict is not None and is_own else None


def draw(requested: RejectedPart, cause: ExplainedPart | None, count: str = "") -> None:
    """A line of chips; nothing where no part is requested, and none explains anything.

    count: how many rows pass all filters, once that is known.
    """
    explained = cause.part if cause is not None else ALL_ROWS
    chips = [*_chips_that_are_on(requested), *_chips_that_are_off(requested, explained)]
    if chips:
        heading = tag("h3", count) if count else None
        show(tag("div", heading, *chips, class_=f"a-parts {links.IN_APP}"))


def condition_text(column: str, value: str | None) -> str:
    """`browser = Shop app`, `client_id missing`; inert, on one line."""
    name = clean(column, _LONGEST)
    return f"{name} missing" if value is None else f"{name} = {clean(value, _LONGEST)}"


def _hours_text(first: int, last: int) -> str:
    """`from 06:00`, `until 12:00`, `06:00 to 12:00`. last: exclusive."""
    if last == HOURS_OF_DAY:
        return f"from {first:02d}:00"
    return f"{first:02d}:00 to {last:02d}:00" if first else f"until {last:02d}:00"


def _chips_that_are_on(part: RejectedPart) -> Iterator[Html]:
    if part.values is not None:
        yield _chip(condition_text(*part.values), _NO_VALUES, is_on=True)
    if part.hours is not None:
        yield _chip(_hours_text(*part.hours), _NO_HOURS, is_on=True)


def _chips_that_are_off(requested: RejectedPart, explained: RejectedPart) -> Iterator[Html]:
    """The conditions of the cause that the address does not have."""
    if explained.values is not None and explained.values != requested.values:
        alone = RejectedPart(values=explained.values).parameters()
        yield _chip(condition_text(*explained.values), {**_NO_VALUES, **alone}, is_on=False)
    if explained.hours is not None and explained.hours != requested.hours:
        alone = RejectedPart(hours=explained.hours).parameters()
        yield _chip(_hours_text(*explained.hours), {**_NO_HOURS, **alone}, is_on=False)


def _chip(text: str, changes: Mapping[str, str | None], *, is_on: bool) -> Html:
    """A link with the whole address but for one condition."""
    what = f"{'Remove' if is_on else 'Add'} the filter: {text}"
    sign = tag("span", "×" if is_on else "+", class_="sign", aria_hidden="true")
    parts = (text, sign) if is_on else (sign, text)
    return links.link(
        frame.current_path(), address.changed(**changes), *parts,
        class_=f"part{' on' if is_on else ''}", title=what, aria_label=what,
    )  # fmt: skip
