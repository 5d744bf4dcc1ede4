"""What is made of shared answers is made once, not once for every viewer and refresh.

A figure of sixty days takes longer to build than everything else on its page, and fifty
viewers refresh it with the same numbers. What is kept is shared: it is never changed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from dashboard import page

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_PLAIN: Final = (str, int, float, bool, date, type(None))
#: Longer ones are known by what they are, not by what is in them.
_LONGEST_TUPLE: Final = 64


def kept(most: int) -> Callable[[Callable[_Given, _Made]], Callable[_Given, _Made]]:
    """Keep what the function made, for its `most` latest arguments.

    The function must be pure, and its arguments frozen: they are known by identity, so
    that nothing is compared, and held for as long, so that no other gets their identity.
    """

    def decorate(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
        lock = threading.Lock()
        found: OrderedDict[Hashable, tuple[object, _Made]] = OrderedDict()

        @wraps(function)
        def made(*given: _Given.args, **named: _Given.kwargs) -> _Made:
            key = tuple(_known(one) for one in (*given, *sorted(named.items())))
            with lock:
                if key in found:
                    found.move_to_end(key)
                    return found[key][1]
            value = function(*given, **named)
            with lock:
                found[key] = (_held((*given, *named.values())), value)
                while len(found) > most:
                    found.popitem(last=False)
            return value

        return made

    return decorate


def _known(given: Any) -> Hashable:
    """What tells one argument from another."""
    if isinstance(given, page.Here):
        return _of_here(given)
    if type(given) in _PLAIN:
        return type(given), given
    if type(given) is tuple and len(given) <= _LONGEST_TUPLE:
        return tuple(id(one) if type(one) not in _PLAIN else one for one in given)
    return id(given)


def _held(given: tuple[object, ...]) -> tuple[object, ...]:
    """What must not go while it is known by its identity."""
    return tuple(one.config if isinstance(one, page.Here) else one for one in given)


def _of_here(here: page.Here) -> Hashable:
    """A page begins anew at every run; this is what it is about.

    Recorded evaluations never change, and are read again every few seconds.
    """
    recorded = tuple(one.id for one in here.evaluations)
    return here.pipeline, id(here.config), here.day, here.today, here.dark, here.live.at, recorded
