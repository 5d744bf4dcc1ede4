"""Spark for SQLAlchemy, by either of its protocols: only for reading."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine.default import DefaultDialect

from checks.warehouse.spark.compiler import SparkCompiler, SparkNames, SparkTypes

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


class _Spark(DefaultDialect):
    """What both protocols have in common."""

    name = "spark"
    statement_compiler = SparkCompiler
    type_compiler_cls = SparkTypes
    preparer: Any = SparkNames
    supports_native_boolean = True
    supports_native_decimal = True
    supports_sane_rowcount = False
    supports_default_values = False
    div_is_floordiv = False
    max_identifier_length = 255

    def initialize(self, connection: Any) -> None:
        """Queries nothing, so that connecting costs no statement."""

    def get_isolation_level_values(self, dbapi_connection: Any) -> list[Any]:
        """Spark has no transactions."""
        return ["AUTOCOMMIT"]

    def set_isolation_level(self, dbapi_connection: Any, level: Any) -> None:
        """It has no other."""

    def reset_isolation_level(self, dbapi_connection: Any) -> None:
        """It has no other."""

    def create_connect_args(self, url: URL) -> Any:
        """The parts of the URL by name, and its options."""
        options = url.translate_connect_args(database="schema")
        return [], {**options, "options": dict(url.query)}

    def is_disconnect(self, e: Exception, connection: Any, cursor: Any) -> bool:
        """Whether the connection is unusable."""
        return bool(connection is not None and getattr(connection, "lost", False))


class ThriftDialect(_Spark):
    """HiveServer2's protocol: Spark's Thrift server, or Kyuubi."""

    driver = "thrift"
    supports_statement_cache = True
    default_paramstyle = "pyformat"

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        from checks.warehouse.spark import thrift

        return thrift


class ConnectDialect(_Spark):
    """Spark Connect, whose parameters have types."""

    driver = "connect"
    supports_statement_cache = True
    default_paramstyle = "qmark"

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        from checks.warehouse.spark import connect

        return connect
