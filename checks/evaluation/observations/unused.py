"""Keys of the configuration that are mapped or set, and that nothing uses as the rest stands. Pure.

One table: which check uses a key, and what else must be mapped for it. A key that has its default
is not set. It takes no reading, so that `andon validate` says it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from checks.catalog import all_checks
from checks.core.model import Severity
from checks.judging.check import Check

if TYPE_CHECKING:
    from checks.config.model import Config

_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Use:
    """A check that uses a key while it is on and all of `mapped` is; none of `unmapped` may be."""

    check: str
    mapped: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Keys that are used together, by any of some checks; and what it means that none does.

    Of a section that is not used, nothing is said of its keys.
    """

    keys: tuple[str, ...]
    uses: tuple[Use, ...]
    consequence: str


def _uses(*checks: str) -> tuple[Use, ...]:
    return tuple(Use(check) for check in checks)


_VOLUMES = ("volume_zscore", "volume_expected", "event_volume", "volume_trend")
_PURCHASES = (Use("missing_revenue", ("events.revenue",)), Use("orphan_orders", ("orders",)))
_SHARE = Use("quarantine_rate", ("quarantine",), ("audit_log",))
_EVENTS = (*_uses("freshness", *_VOLUMES), *_PURCHASES, _SHARE)

ROWS = (
    Row(
        ("audit_log",),
        _uses("log_entry_exists_today", "rows_read", "run_status", "quarantine_rate"),
        "no load is judged",
    ),
    Row(("events",), _EVENTS, "no event is judged"),
    Row(
        ("quarantine",),
        (Use("quarantine_rate", ("audit_log",)), Use("quarantine_rate", ("events",))),
        "rejected rows are not judged",
    ),
    Row(("audit_log.status",), _uses("run_status"), "loads that failed are not judged"),
    Row(
        ("audit_log.rows_read",),
        _uses("rows_read", "quarantine_rate"),
        "loads that read nothing are not judged",
    ),
    Row(
        ("audit_log.rows_quarantined",),
        _uses("quarantine_rate"),
        "the share of rejected rows is not judged",
    ),
    Row(
        ("orders", "sessions"),
        (Use("orphan_orders", ("orders",)),),
        "orders that belong to no session are not judged",
    ),
    Row(
        ("sessions.lookback_days",),
        (Use("orphan_orders", ("sessions.started_at",)),),
        "orders are looked up among all sessions",
    ),
    Row(
        ("events.order_id",),
        # While orphan_orders is off, that is said of the orders.
        (Use("orphan_orders", ("orders",)), Use("", ("orders",))),
        "purchases without an order are not judged",
    ),
    Row(("events.revenue",), _uses("missing_revenue"), "purchases without revenue are not judged"),
    Row(("events.dimensions",), _uses("event_volume"), "the values of no dimension are judged"),
    Row(
        ("events.name",),
        (*_uses("event_volume"), *_PURCHASES),
        "no event name is judged",
    ),
    Row(("events.purchase_names",), _PURCHASES, "no purchase is judged"),
    Row(("calendar.days",), _uses(*_VOLUMES), "no volume is judged"),
    Row(("calendar.holidays",), _uses(*_VOLUMES), "no volume is judged"),
    Row(
        ("checks.orphan_orders.duplicates_above",),
        (
            Use("orphan_orders", ("orders", "orders.order_id")),
            Use("orphan_orders", ("orders", "events.order_id")),
        ),
        "ids that are there twice are not judged",
    ),
)
#: Parameters of a check that other checks use as well; any other serves its own check alone.
SHARED = {
    "checks.volume_zscore.window_days": _EVENTS,
    "checks.volume_expected.history_days": _uses("event_volume", "volume_trend"),
    "checks.volume_expected.settle_days": _uses("event_volume", "volume_trend"),
    **{
        f"checks.run_status.{words}": tuple(
            Use(check, ("audit_log.status",)) for check in ("rows_read", "quarantine_rate")
        )
        for words in ("ok", "failed", "running")
    },
}


def unused(config: Config) -> Iterator[str]:
    """A sentence for each key that is mapped or set and has no effect."""
    unused_sections = set()
    for row in ROWS:
        keys = [key for key in row.keys if _is_configured(config, key)]
        keys = [key for key in keys if key.partition(".")[0] not in unused_sections]
        if not keys or any(_is_in_use(config, use) for use in row.uses):
            continue
        unused_sections |= {key for key in keys if "." not in key}
        yield _sentence(keys, _why(config, row.uses), row.consequence)
    for check in all_checks():
        yield from _unused_parameters(config, check)


def _unused_parameters(config: Config, check: Check) -> Iterator[str]:
    """Parameters of a check that is off, or that has nothing to judge."""
    own = [Use(check.id, check.needs)]
    if check.alternatives:
        own.append(Use(check.id, check.alternatives))
    names = [one.name for one in fields(check.params) if "doc" in one.metadata]
    for name in (*names, "severity"):
        key = f"checks.{check.id}.{name}"
        uses = (*own, *SHARED.get(key, ()))
        if _is_configured(config, key) and not any(_is_in_use(config, use) for use in uses):
            yield _sentence([key], _why(config, own[:1]), "it has no effect")


def _is_in_use(config: Config, use: Use) -> bool:
    return (
        (not use.check or config.checks[use.check].enabled)
        and all(config.is_mapped(key) for key in use.mapped)
        and not any(config.is_mapped(key) for key in use.unmapped)
    )


def _is_configured(config: Config, key: str) -> bool:
    """Whether a section is mapped, or a key has another value than its default."""
    section, _, name = key.partition(".")
    if not name:
        return getattr(config, section) is not None
    if section != "checks":
        return _differs(getattr(config, section), name)
    check, _, parameter = name.partition(".")
    if parameter == "severity":
        return config.checks[check].severity is not Severity.RED
    return _differs(config.checks[check].params, parameter)


def _differs(source: object, name: str) -> bool:
    if source is None:
        return False
    default = next(one.default for one in fields(source) if one.name == name)  # type: ignore[arg-type]
    return bool(getattr(source, name) != default)


def _why(config: Config, uses: Sequence[Use]) -> str:
    """What is off, and what is not mapped, of all that would use a key."""
    missing: dict[str, None] = {}
    off: dict[str, None] = {}
    for use in uses:
        absent = [key for key in use.mapped if not config.is_mapped(key)]
        if absent:
            missing[absent[0]] = None
        elif use.check and not config.checks[use.check].enabled:
            off[f"checks.{use.check}"] = None
    if len(missing) + len(off) > _MOST_REASONS:
        return "no check that is on reads it"
    reasons = [_listed(list(off), "off")] if off else []
    reasons += [_listed(list(missing), "not mapped")] if missing else []
    return " and ".join(reasons)


def _listed(names: list[str], state: str) -> str:
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} {state}"


def _sentence(keys: list[str], why: str, consequence: str) -> str:
    state = "mapped" if _is_mapping(keys[0]) else "set"
    return f"{_listed(keys, state)}, but {why}: {consequence}"


def _is_mapping(key: str) -> bool:
    """Whether a key names a table or a column; else it is a value."""
    section, _, name = key.partition(".")
    values = ("sessions.lookback_days", "events.purchase_names")
    return section not in ("checks", "calendar") and (not name or key not in values)
