"""What is made of shared answers is made once, not once for every viewer and refresh.

A figure of sixty days takes longer to build than everything else on its page, and fifty
viewers refresh it with the same numbers. What is kept is shared: it is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from dashboard import data, page
from dashboard.evaluation_cache import About

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_OfAPage = Callable[Concatenate[page.Here, _Given], _Made]
_PLAIN: Final = (str, int, float, bool, date, type(None))
#: Longer ones are known by what they are, not by what is in them.
_LONGEST_TUPLE: Final = 64


def kept(function: _OfAPage[_Given, _Made]) -> _OfAPage[_Given, _Made]:
    """Keep what the function made of a page, for as long as the page's evaluation is news.

    The function must be pure, and its arguments frozen: they are known by identity, so
    that nothing is compared, and held for as long, so that no other gets their identity.
    """

    @wraps(function)
    def made(here: page.Here, *given: _Given.args, **named: _Given.kwargs) -> _Made:
        key = (function, _of_here(here), *map(_known, (*given, *sorted(named.items()))))
        found: _Made = data.shelf().get(
            About(here.pipeline, here.day, here.live.at),
            key,
            lambda: function(here, *given, **named),
            held=(here.config, *given, *named.values()),
        )
        return found

    return cast("_OfAPage[_Given, _Made]", made)


def _known(given: Any) -> Hashable:
    """What tells one argument from another."""
    if type(given) in _PLAIN:
        return type(given), given
    if type(given) is tuple and len(given) <= _LONGEST_TUPLE:
        return tuple(id(one) if type(one) not in _PLAIN else one for one in given)
    return id(given)


def _of_here(here: page.Here) -> Hashable:
    """A page begins anew at every run; this is what it is about, beside its evaluation.

    Recorded evaluations never change, and are read again every few seconds.
    """
    return id(here.config), here.today, here.dark, tuple(one.id for one in here.evaluations)
