"""The orphans of the data date one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from checks.core.errors import MeasurementError
from checks.core.metrics import ORPHAN_KINDS
from checks.core.model import Cause
from checks.core.text import quoted
from checks.evidence.context import MOST_ROWS, Context
from checks.evidence.orphans import not_mapped, order_tables
from checks.warehouse.orphans import OrphanList, OrphanRow


@dataclass(frozen=True, slots=True)
class ListedOrphan:
    """One orphan. age: seconds from its time to now. amount: None where it is not a number.

    session_id: the one that no session has, None for the other kinds.
    """

    kind: str
    order_id: str | None
    session_id: str | None
    at: datetime | None
    amount: float | None
    age: float | None


@dataclass(frozen=True, slots=True)
class OrphanPage:
    """One page of the list, by kind and then by time, the oldest first.

    total: how many there are in all requested kinds. problems: why a kind is not in the
    list. unread: why a column is empty. day_only: kinds whose times are dates only.
    """

    rows: tuple[ListedOrphan, ...]
    total: int
    page: int
    pages: int
    problems: Mapping[str, str]
    unread: Mapping[str, str]
    day_only: frozenset[str]


def read(context: Context, kind: str | None = None, query: str = "", page: int = 1) -> OrphanPage:
    """At most 1,000 orphans of one kind or of all, whose order or session id contains `query`.

    page counts from 1; one after the last is empty. Raises MeasurementError for a kind
    that does not exist, and where the one requested kind cannot be read.
    """
    if kind is not None and kind not in ORPHAN_KINDS:
        raise MeasurementError(Cause.BAD_VALUE, f"{quoted(kind)} is no kind of orphan order")
    listing = _Listing(context, query.strip())
    for name in ORPHAN_KINDS if kind is None else (kind,):
        listing.open(name)
    if kind is not None and kind in listing.failed:
        raise listing.failed[kind]
    return listing.page(max(1, page))


class _Listing:
    """The kinds one after the other, as one list."""

    def __init__(self, context: Context, query: str) -> None:
        self._context, self._query = context, query
        self._tables = order_tables(context)
        self._not_mapped = not_mapped(self._tables)
        self._lists: dict[str, tuple[OrphanList, int]] = {}
        self._absent: dict[str, str] = {}
        self.failed: dict[str, MeasurementError] = {}

    def open(self, kind: str) -> None:
        """Count the orphans of one kind; record the problem where that fails."""
        if kind in self._not_mapped:
            self._absent[kind] = self._not_mapped[kind]
            return
        frame = self._context.frame
        try:
            orphan_list = OrphanList(self._tables, kind, frame.start, frame.cut, self._query)
            self._lists[kind] = (orphan_list, orphan_list.count())
        except MeasurementError as error:
            self.failed[kind] = error

    def page(self, page: int) -> OrphanPage:
        """The rows of one page."""
        total = sum(count for _, count in self._lists.values())
        offset = (page - 1) * MOST_ROWS
        rows: list[ListedOrphan] = []
        for orphan_list, count in self._lists.values():
            limit = MOST_ROWS - len(rows)
            if limit and offset < count:
                rows += [self._row(row) for row in orphan_list.read(limit, offset)]
            offset = max(0, offset - count)
        unread = {
            k: why
            for orphan_list, _ in self._lists.values()
            for k, why in orphan_list.unread.why.items()
        }
        return OrphanPage(
            rows=tuple(rows),
            total=total,
            page=page,
            pages=max(1, -(-total // MOST_ROWS)),
            problems=self._absent | {kind: error.detail for kind, error in self.failed.items()},
            unread=unread,
            day_only=frozenset(
                kind for kind, (orphan_list, _) in self._lists.items() if orphan_list.day_only
            ),
        )

    def _row(self, row: OrphanRow) -> ListedOrphan:
        age = None
        if row.at is not None:
            age = (self._context.frame.now - row.at).total_seconds()
        return ListedOrphan(row.kind, row.order_id, row.session_id, row.at, row.amount, age)
