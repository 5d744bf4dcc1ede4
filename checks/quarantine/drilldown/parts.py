"""SQL that selects text from files of one form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from checks.quarantine.columns import Key, keys_of
from checks.quarantine.drilldown.model import LONGEST_VALUE
from checks.quarantine.formats import Form, records_of

#: The column selected where files have none.
NOTHING = "NULL::VARCHAR AS nothing"


class Part(NamedTuple):
    """Files of one form and one period; None where the period depends on a row's time."""

    form: Form
    period: int | None
    paths: tuple[str, ...]


class Sql(NamedTuple):
    """A query's text and its parameters."""

    text: str
    parameters: dict[str, object]


def selecting(part: Part, tag: str, columns: Iterable[Key], mapped: Sequence[str]) -> Sql:
    """Rows of (period, path, broken, v0, v1, ...): the columns as short text."""
    positions = {key: index for index, key in enumerate(keys_of(part.form.names, mapped))}
    records = records_of(part.form, part.paths, [positions.get(key) for key in columns], tag)
    values = [f"left({value}, {LONGEST_VALUE}) AS v{i}" for i, value in enumerate(records.values)]
    text = (
        f"SELECT {_period(part)} AS period, {records.path} AS path, "  # noqa: S608
        f"coalesce({records.broken}, true) AS broken, {', '.join(values) or NOTHING} "
        f"FROM {records.source}"
    )
    return Sql(text, records.parameters)


def faulty(part: Part, tag: str, faults: Mapping[str, int], width: int) -> Sql | None:
    """Broken rows without values, one for each faulty line that DuckDB leaves out."""
    counts = {path: faults[path] for path in part.paths if faults.get(path)}
    if not counts:
        return None
    values = ", ".join(f"NULL::VARCHAR AS v{index}" for index in range(width))
    text = (
        f"SELECT {_period(part)} AS period, path, true AS broken, {values or NOTHING} "  # noqa: S608
        f"FROM (SELECT path, unnest(range(n)) FROM "
        f"(SELECT unnest($faulty{tag}) AS path, unnest($faults{tag}) AS n))"
    )
    return Sql(text, {f"faulty{tag}": list(counts), f"faults{tag}": list(counts.values())})


def _period(part: Part) -> int:
    return -1 if part.period is None else part.period
