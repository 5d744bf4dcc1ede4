"""Fixtures that every test may ask for, the clock, and which tests are for which engine."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

from tests import moment, signals
from tests.engines import running
from tests.postgresql_server import postgresql_server
from tests.spark_cluster import spark_server

#: Seconds for what was told to stop.
_PATIENCE = 30.0
__all__ = ["postgresql_server", "spark_server"]


def pytest_configure(config: pytest.Config) -> None:
    """No test knows what day it really is, nor fails because the machine is busy."""
    moment.set_clock(moment.USUAL)
    settings.register_profile("andon", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("andon")


def pytest_unconfigure() -> None:
    """Let threads end that were left behind: the interpreter's end aborts one inside a driver."""
    for thread in threading.enumerate():
        if thread.name.startswith("andon-"):
            thread.join(_PATIENCE)


def pytest_collection_finish() -> None:
    """Tests live until the end: keep the garbage collector from scanning them."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that is marked `odd_days` at the usual moment and on each odd day."""
    if metafunc.definition.get_closest_marker("odd_days"):
        days = {"a usual day": moment.USUAL, **moment.ODD_DAYS}
        metafunc.parametrize("the_moment", days.values(), ids=days, indirect=True)


@pytest.fixture(autouse=True)
def the_moment(request: pytest.FixtureRequest) -> Iterator[None]:
    """Sets the clock for one test, where it is marked `odd_days`."""
    if (start := getattr(request, "param", None)) is None:
        yield
    else:
        with moment.at(start):
            yield


@pytest.fixture(autouse=True)
def own_main_module() -> Iterator[None]:
    """A page that was run puts itself in the place of `__main__`, which new processes run again."""
    own = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = own


@pytest.fixture(autouse=True)
def lent_warehouses() -> Iterator[None]:
    """Warehouses on servers are used again by later tests."""
    with ExitStack() as stack:
        for engine in running():
            stack.enter_context(engine.lent())
        yield


@pytest.fixture
def heeded_signals() -> Iterator[None]:
    """What ends a process ends this one, and those that it starts meanwhile."""
    with signals.heeded():
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of the `shop` fixture that are not for its engine."""
    engines = {engine.name: engine for engine in running()}
    kept, left = [], []
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        engine = engines.get(str(parameters.get("shop")))
        is_for_engine = engine is None or engine.selects(getattr(item, "originalname", item.name))
        (kept if is_for_engine else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
