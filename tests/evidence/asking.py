"""Asking for evidence about a shop's day as the dashboard does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from checks.evidence.context import Context, open_context
from tests.shop import DAY, NOW, Shop

T = TypeVar("T")


def ask(shop: Shop, read: Callable[[Context], T], day: date = DAY, now: datetime = NOW) -> T:
    """What `read` answers about a day of a shop that was written."""
    with open_context(shop.config(), day, now) as context:
        return read(context)
