"""Which warehouse a URL means: what waivers and recorded evaluations belong to."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from checks.config.target import FILE_ENGINES, is_no_file, target_of
from checks.core.secrets import without_credentials
from checks.core.text import clean

#: Settings of `target_of` that say who reads, and so may hide rows, but name no other tables.
_WHO = ("role=", "secondary_roles=", "session_authorization=", "row_security=")
_IN_MEMORY = ":memory:"
_LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class WarehouseIdentity:
    """One warehouse, whoever asks for it and however.

    digests: hex, SHA-256; two identities that share one mean the same warehouse. The first is of
    the warehouse itself; a file that a link leads to has one of the link's path too, so that a
    file that is built anew each day behind one link stays one warehouse. A file beside a history
    that is a file has one of its way from there, so that a folder that is moved, or mounted
    elsewhere, holds the same.
    label: for people, in one line and without secrets.
    """

    digests: tuple[str, ...]
    label: str


def warehouse_identity(
    url: str, history_url: str = "", attached: Sequence[str] = ()
) -> WarehouseIdentity:
    """What identifies the warehouse of a URL: engine, host, port, database, and what else decides
    which tables are meant, such as a schema.

    Not the user, role, password, driver or time-outs. history_url: where the identity is kept.
    attached: files and addresses that a database in memory is made of; all that have the same
    are one.
    """
    engine, host, port, database, *settings = target_of(url)
    deciding = [setting for setting in settings if not setting.startswith(_WHO)]
    digests = {
        _digest([engine, host, port, name, *deciding]): None
        for name in (*_names(url, database), *_way_from(history_url, url, database))
    }
    if engine in FILE_ENGINES and _is_in_memory(database) and attached:
        digests = dict.fromkeys(_in_memory(engine, history_url, attached))
    place = _place(engine, host, port, database)
    details = f" ({', '.join(deciding)})" if deciding else ""
    label = without_credentials(f"{engine} {place}{details}")
    return WarehouseIdentity(tuple(digests), clean(label, _LONGEST_LABEL))


def _names(url: str, database: str) -> tuple[str, ...]:
    """A database's name; a file's path, and the one that the URL says."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() not in FILE_ENGINES:
        return (database,)
    if _is_in_memory(database):
        return (_IN_MEMORY,)
    if is_no_file(database):
        return (database,)
    return (database, str(Path(parsed.database or "").absolute()))


def _way_from(history_url: str, url: str, database: str) -> tuple[str, ...]:
    """The way from a history's folder to a warehouse, where both are files."""
    if sa.make_url(url).get_backend_name() not in FILE_ENGINES or is_no_file(database):
        return ()
    engine, _, _, history, *_ = target_of(history_url) if history_url else ("", "", "", "")
    if engine not in FILE_ENGINES or is_no_file(history):
        return ()
    try:
        return (f"from the history: {os.path.relpath(database, Path(history).parent)}",)
    except ValueError:  # another drive
        return ()


def _in_memory(engine: str, history_url: str, attached: Sequence[str]) -> tuple[str, ...]:
    """By what it is made of: as that is, and by the ways to it from the history's file."""
    parts = sorted(attached)
    ways = [_way_from(history_url, f"{engine}:///{part}", part) for part in parts]
    every = [[engine, _IN_MEMORY, *parts]]
    if all(ways):
        every.append([engine, _IN_MEMORY, *(way[0] for way in ways)])
    return tuple(map(_digest, every))


def _is_in_memory(database: str) -> bool:
    return not database or database.startswith(_IN_MEMORY)


def _place(engine: str, host: str, port: str, database: str) -> str:
    if engine in FILE_ENGINES:
        return "in memory" if _is_in_memory(database) else database
    address = f"{host}:{port}" if port else host
    return "/".join(part for part in (address, database) if part) or "at its default address"


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
