"""Text of a PostgreSQL database without an encoding (SQL_ASCII): UTF-8 where possible."""

from __future__ import annotations

from typing import Any

from psycopg.abc import Buffer
from psycopg.adapt import Loader

#: By name, or by oid: one letter, whatever is not known (0), literals.
_TYPES: tuple[str | int, ...] = ("text", "varchar", "bpchar", "name", 18, 0, 705)


class _AnyBytesLoader(Loader):
    """Each byte that is no UTF-8 becomes `\ufffd`."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode("utf-8", errors="replace")


def read_any_bytes(connection: Any) -> None:
    """Have the server send text as bytes, and decode it here."""
    connection.execute("SET client_encoding = 'SQL_ASCII'")
    connection.commit()
    for name in _TYPES:
        connection.adapters.register_loader(name, _AnyBytesLoader)
