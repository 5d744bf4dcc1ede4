"""A realistic shop's warehouse, healthy or broken in one of the known ways: `andon demo`."""

from checks.demo.generate import build_warehouse
from checks.demo.scenarios import DEFAULT_SCENARIO, SCENARIOS, Scenario
from checks.demo.writer import DemoResult, write_demo

__all__ = [
    "DEFAULT_SCENARIO",
    "SCENARIOS",
    "DemoResult",
    "Scenario",
    "build_warehouse",
    "write_demo",
]
