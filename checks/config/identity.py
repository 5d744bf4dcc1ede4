"""Which warehouse a URL means: the one that waivers and recorded evaluations belong to."""

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

#: Settings of `target_of` for who reads: they may hide rows, but mean no other tables.
_READER_SETTINGS = ("role=", "secondary_roles=", "session_authorization=", "row_security=")
_IN_MEMORY = ":memory:"
LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class WarehouseIdentity:
    """One warehouse, whichever user, driver or spelling of the URL it is reached by.

    digests: SHA-256 in hex; identities that share a digest mean the same warehouse. The first is
    that of the warehouse itself. A file behind a link also has the digest of the link's path, so
    that a file that is built anew each day behind one link stays one warehouse. Where the history
    is a file too, there is a digest of the path from it, so that a folder that is moved or mounted
    elsewhere stays one warehouse.
    label: the warehouse for people, in one line and without secrets.
    """

    digests: tuple[str, ...]
    label: str


def warehouse_identity(
    url: str, history_url: str = "", attached: Sequence[str] = ()
) -> WarehouseIdentity:
    """What identifies the warehouse of a URL: engine, host, port, database, and whatever else
    decides which tables are meant, such as a schema.

    Not the user, role, password, driver or time-outs. history_url: where the identity is kept.
    attached: files and addresses that a database in memory is made of; databases with the same
    ones are the same warehouse.
    """
    engine, host, port, database, *settings = target_of(url)
    deciding = [setting for setting in settings if not setting.startswith(_READER_SETTINGS)]
    digests = {
        _digest([engine, host, port, name, *deciding]): None
        for name in (
            *_database_names(url, database),
            *_path_from_history(history_url, url, database),
        )
    }
    if engine in FILE_ENGINES and _is_in_memory(database) and attached:
        digests = dict.fromkeys(_digests_in_memory(engine, history_url, attached))
    place = _address(engine, host, port, database)
    details = f" ({', '.join(deciding)})" if deciding else ""
    label = without_credentials(f"{engine} {place}{details}")
    return WarehouseIdentity(tuple(digests), clean(label, LONGEST_LABEL))


def _database_names(url: str, database: str) -> tuple[str, ...]:
    """A database's name; of a file its resolved path and the path in the URL."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() not in FILE_ENGINES:
        return (database,)
    if _is_in_memory(database):
        return (_IN_MEMORY,)
    if is_no_file(database):
        return (database,)
    return (database, str(Path(parsed.database or "").absolute()))


def _path_from_history(history_url: str, url: str, database: str) -> tuple[str, ...]:
    """The relative path from a history's folder to a warehouse, where both are files."""
    if sa.make_url(url).get_backend_name() not in FILE_ENGINES or is_no_file(database):
        return ()
    engine, _, _, history, *_ = target_of(history_url) if history_url else ("", "", "", "")
    if engine not in FILE_ENGINES or is_no_file(history):
        return ()
    try:
        return (f"from the history: {os.path.relpath(database, Path(history).parent)}",)
    except ValueError:  # another drive
        return ()


def _digests_in_memory(engine: str, history_url: str, attached: Sequence[str]) -> tuple[str, ...]:
    """Digests of a database in memory: of its parts, and of their paths from the history."""
    parts = sorted(attached)
    relative_paths = [
        _path_from_history(history_url, f"{engine}:///{part}", part) for part in parts
    ]
    part_lists = [[engine, _IN_MEMORY, *parts]]
    if all(relative_paths):
        part_lists.append(
            [engine, _IN_MEMORY, *(relative_path[0] for relative_path in relative_paths)]
        )
    return tuple(map(_digest, part_lists))


def _is_in_memory(database: str) -> bool:
    return not database or database.startswith(_IN_MEMORY)


def _address(engine: str, host: str, port: str, database: str) -> str:
    if engine in FILE_ENGINES:
        return "in memory" if _is_in_memory(database) else database
    address = f"{host}:{port}" if port else host
    return "/".join(part for part in (address, database) if part) or "at its default address"


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
