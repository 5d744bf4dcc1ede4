"""Figures and tables are built once for all viewers, not for each viewer and refresh.

A figure of sixty days takes longer to build than everything else on its page, and fifty
viewers refresh it with the same numbers. Memoized results are shared: nobody may change them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from dashboard import data, page
from dashboard.evaluation_cache import EvaluationKey

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
_PageFunction = Callable[Concatenate[page.PageContext, _Arguments], _Result]
_PLAIN: Final = (str, int, float, bool, date, type(None))
#: Longer tuples are identified by their id(), not by their elements.
_LONGEST_TUPLE: Final = 64


def memoized(function: _PageFunction[_Arguments, _Result]) -> _PageFunction[_Arguments, _Result]:
    """Memoize a function of a page's context, as long as the context's evaluation is cached.

    The function must be pure and its arguments immutable. Plain values and the elements of short
    tuples are compared; everything else is identified by its id() and kept alive, so that no other
    object gets the same id().
    """

    @wraps(function)
    def wrapper(
        context: page.PageContext, *arguments: _Arguments.args, **keywords: _Arguments.kwargs
    ) -> _Result:
        key = (
            function,
            _context_key(context),
            *map(_identity, (*arguments, *sorted(keywords.items()))),
        )
        result: _Result = data.evaluation_cache().get(
            EvaluationKey(context.pipeline, context.day, context.live.evaluated_at),
            key,
            lambda: function(context, *arguments, **keywords),
            keep_alive=(context.config, *arguments, *keywords.values()),
        )
        return result

    return cast("_PageFunction[_Arguments, _Result]", wrapper)


def _identity(argument: Any) -> Hashable:
    """What distinguishes one argument from another."""
    if type(argument) in _PLAIN:
        return type(argument), argument
    if type(argument) is tuple and len(argument) <= _LONGEST_TUPLE:
        return tuple(
            id(element) if type(element) not in _PLAIN else element for element in argument
        )
    return id(argument)


def _context_key(context: page.PageContext) -> Hashable:
    """What a result depends on besides the evaluation: each run of a page has a new context.

    Recorded evaluations are read again every few seconds but never change, so their ids suffice.
    """
    return (
        id(context.config),
        context.today,
        context.is_dark,
        tuple(evaluation.id for evaluation in context.evaluations),
    )
