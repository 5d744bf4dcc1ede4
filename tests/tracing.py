"""Coverage follows the first cases of each test: further ones go through the same branches.

Following costs 70 % more processor time, and a test has up to a hundred cases. What is measured is
therefore at most what all cases go through, never more.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

#: Cases of a test that are followed, of those on each engine.
CASES = 2


def followed(items: Iterable[pytest.Item], engines: Iterable[str]) -> frozenset[str]:
    """The ids of the tests that are followed: the same in every process and order of running."""
    known, followed_ids = frozenset(engines), set()
    cases: Counter[tuple[str, str]] = Counter()
    for item in items:
        name = item.nodeid.partition("[")[0]
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        engine = next((str(value) for value in parameters.values() if str(value) in known), "")
        cases[name, engine] += 1
        if cases[name, engine] <= CASES:
            followed_ids.add(item.nodeid)
    return frozenset(followed_ids)


@contextmanager
def unfollowed() -> Iterator[None]:
    """Pause the measurement, if there is one."""
    coverage = sys.modules.get("coverage")  # an environment may be without it
    measuring = coverage and coverage.Coverage.current()
    if not measuring:
        yield
        return
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()
