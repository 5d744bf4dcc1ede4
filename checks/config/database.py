"""The section `warehouse`: which database is asked, for how long, and what lies beside it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from checks.core.settings import setting


@dataclass(frozen=True, slots=True)
class AttachedDatabase:
    """A database beside the warehouse, for views over it: DuckDB only, read-only."""

    alias: str = setting("The catalog's name in views and queries.", key="as", kind="alias")
    path: str | None = setting(
        "A file, relative to this file.", None, kind="path", example="lake.duckdb"
    )
    url: str | None = setting(
        "What DuckDB's ATTACH takes, instead of a file; its extension has to be in `extensions`.",
        None,
        example="ducklake:metadata.ducklake",
        secret=True,
    )

    def problems(self) -> list[tuple[str, str, str]]:
        """A file or a URL."""
        if (self.path is None) == (self.url is None):
            count = "neither" if self.path is None else "both"
            return [("path", f"{count} of path and url", "exactly one of path, url")]
        return []


@dataclass(frozen=True, slots=True)
class WarehouseConfig:
    """Where the pipeline's tables live and how long one evaluation may ask."""

    url: str = setting(
        "SQLAlchemy URL. Relative file paths are relative to this file; "
        "`${NAME}` reads the environment.",
        kind="database_url",
        example="duckdb:///warehouse.duckdb",
        secret=True,
    )
    naive_timestamps: ZoneInfo = setting(
        "Zone of timestamps that are stored without one.", ZoneInfo("UTC"), kind="timezone"
    )
    timeout_seconds: float = setting(
        "Limit for one whole evaluation, in seconds.", 60.0, above=0, maximum=86_400
    )
    lock_wait_seconds: float = setting(
        "How long, within that limit, to wait for a writer's lock.", 10.0, minimum=0, maximum=86_400
    )
    max_scan_gib: float | None = setting(
        "The most that one statement may read, in GiB; the engine refuses what would read more. "
        "For engines that can: BigQuery, ClickHouse, Trino.",
        None,
        above=0,
        maximum=1_048_576,
    )
    files: tuple[str, ...] = setting(
        "Files that views and queries may read; DuckDB only, which reads no other.",
        (),
        kind="readable_files",
        example='["lake/*.parquet", "s3://shop/events/"]',
    )
    attach: tuple[AttachedDatabase, ...] = setting(
        "Databases that views and queries may read beside the warehouse; DuckDB only.", ()
    )
    extensions: tuple[str, ...] = setting(
        "DuckDB extensions to load. They must be installed already: Andon installs none, and loads "
        "no other.",
        (),
        kind="extension",
        example="[httpfs]",
    )
    #: No key: set by a server that stays and evaluates again and again.
    is_read_by_server: bool = False

    def problems(self) -> list[tuple[str, str, str]]:
        """Files, databases and extensions are DuckDB's, and each catalog has a name of its own."""
        engine = self.url.partition(":")[0].partition("+")[0]
        if engine != "duckdb":
            allowed = f"nothing: this key is for DuckDB, and warehouse.url begins with {engine}"
            keys = ("files", "attach", "extensions")
            return [(key, "a list", allowed) for key in keys if getattr(self, key)]
        return self._problems_of_aliases()

    def _problems_of_aliases(self) -> list[tuple[str, str, str]]:
        names = [database.alias.casefold() for database in self.attach]
        file = self.url.partition("?")[0].rpartition("/")[2]
        reserved = {
            "main",
            "system",
            "temp",
            "pg_catalog",
            "memory",
            file.partition(".")[0].casefold(),
        }
        clash = next((n for i, n in enumerate(names) if n in reserved or n in names[:i]), None)
        if clash is None:
            return []
        allowed = "a different name for each database, which neither the warehouse nor DuckDB uses"
        return [("attach", f"the name {clash!r}", allowed)]
