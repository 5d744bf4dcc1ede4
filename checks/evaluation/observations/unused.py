"""Configuration keys that are mapped or set, but used by nothing. Pure.

One table: which check uses a key, and what else must be mapped for it. A key with its default
value is not set. Needs no measurement, so `andon validate` reports it too.
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
    """A check that uses a key while it is on, all of `mapped` is mapped and none of `unmapped`."""

    check: str
    mapped: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """Keys with the checks that use them, and the consequence where none of these does.

    Where a whole section is unused, its keys are not reported one by one.
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

KEY_USAGES = (
    KeyUsage(
        ("audit_log",),
        _uses("log_entry_exists_today", "rows_read", "run_status", "quarantine_rate"),
        "no load is judged",
    ),
    KeyUsage(("events",), _EVENTS, "no event is judged"),
    KeyUsage(
        ("quarantine",),
        (Use("quarantine_rate", ("audit_log",)), Use("quarantine_rate", ("events",))),
        "rejected rows are not judged",
    ),
    KeyUsage(("audit_log.status",), _uses("run_status"), "loads that failed are not judged"),
    KeyUsage(
        ("audit_log.rows_read",),
        _uses("rows_read", "quarantine_rate"),
        "loads that read nothing are not judged",
    ),
    KeyUsage(
        ("audit_log.rows_quarantined",),
        _uses("quarantine_rate"),
        "the share of rejected rows is not judged",
    ),
    KeyUsage(
        ("orders", "sessions"),
        (Use("orphan_orders", ("orders",)),),
        "orders that belong to no session are not judged",
    ),
    KeyUsage(
        ("sessions.lookback_days",),
        (Use("orphan_orders", ("sessions.started_at",)),),
        "orders are looked up among all sessions",
    ),
    KeyUsage(
        ("sessions.naive_timestamps",),
        (Use("orphan_orders", ("sessions.started_at",)),),
        "no time of a session is read",
    ),
    KeyUsage(
        ("quarantine.naive_timestamps",),
        (Use("", ("quarantine.occurred_at",)),),
        "no time of a rejected row is read",
    ),
    KeyUsage(
        ("events.order_id",),
        # While orphan_orders is off, the section `orders` is reported instead.
        (Use("orphan_orders", ("orders",)), Use("", ("orders",))),
        "purchases without an order are not judged",
    ),
    KeyUsage(
        ("events.revenue",), _uses("missing_revenue"), "purchases without revenue are not judged"
    ),
    KeyUsage(("events.dimensions",), _uses("event_volume"), "no dimension is judged"),
    KeyUsage(
        ("events.name",),
        (*_uses("event_volume"), *_PURCHASES),
        "no event name is judged",
    ),
    KeyUsage(("events.purchase_names",), _PURCHASES, "no purchase is judged"),
    KeyUsage(("calendar.days",), _uses(*_VOLUMES), "no volume is judged"),
    KeyUsage(("calendar.holidays",), _uses(*_VOLUMES), "no volume is judged"),
    KeyUsage(
        ("calendar.closed",),
        _uses(*_VOLUMES, "freshness", "log_entry_exists_today", "rows_read"),
        "no check expects events",
    ),
    KeyUsage(
        ("checks.orphan_orders.duplicates_above",),
        (
            Use("orphan_orders", ("orders", "orders.order_id")),
            Use("orphan_orders", ("orders", "events.order_id")),
        ),
        "repeated order ids are not judged",
    ),
)
#: Parameters of a check that other checks use as well; all others serve only their own check.
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
    for usage in KEY_USAGES:
        keys = [key for key in usage.keys if _is_configured(config, key)]
        keys = [key for key in keys if key.partition(".")[0] not in unused_sections]
        if not keys or any(_is_in_use(config, use) for use in usage.uses):
            continue
        unused_sections |= {key for key in keys if "." not in key}
        yield _sentence(keys, _why(config, usage.uses), usage.consequence)
    for check in all_checks():
        yield from _unused_parameters(config, check)


def _unused_parameters(config: Config, check: Check) -> Iterator[str]:
    """Parameters of a check that is off, or that has nothing to judge."""
    own_uses = [Use(check.id, check.needs)]
    if check.alternatives:
        own_uses.append(Use(check.id, check.alternatives))
    names = [field.name for field in fields(check.params) if "doc" in field.metadata]
    for name in (*names, "severity"):
        key = f"checks.{check.id}.{name}"
        uses = (*own_uses, *SHARED.get(key, ()))
        if _is_configured(config, key) and not any(_is_in_use(config, use) for use in uses):
            yield _sentence([key], _why(config, own_uses[:1]), "it has no effect")


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
        return _has_other_value(getattr(config, section), name)
    check, _, parameter = name.partition(".")
    if parameter == "severity":
        return config.checks[check].severity is not Severity.RED
    return _has_other_value(config.checks[check].params, parameter)


def _has_other_value(source: object, name: str) -> bool:
    if source is None:
        return False
    default = next(field.default for field in fields(source) if field.name == name)  # type: ignore[arg-type]
    return bool(getattr(source, name) != default)


def _why(config: Config, uses: Sequence[Use]) -> str:
    """Why a key is unused: the checks that are off, and the keys that are not mapped."""
    missing: dict[str, None] = {}
    off: dict[str, None] = {}
    for use in uses:
        absent = [key for key in use.mapped if not config.is_mapped(key)]
        if absent:
            missing[absent[0]] = None
        elif use.check and not config.checks[use.check].enabled:
            off[f"checks.{use.check}"] = None
    if len(missing) + len(off) > _MOST_REASONS:
        return "no enabled check reads it"
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
    values = ("lookback_days", "purchase_names", "naive_timestamps")
    return section not in ("checks", "calendar") and name not in values
