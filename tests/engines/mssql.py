"""SQL Server: compiled only."""

from __future__ import annotations

from tests.engines._compiled import Compiled


class SQLServer(Compiled):
    name = backend = "mssql"
    parser = "tsql"
    extra = "mssql"
    url = "mssql+pyodbc://user:password@host/shop?driver=ODBC+Driver+18+for+SQL+Server"
    text_zone = "UTC"
    fragments = {  # noqa: RUF012
        "number": "TRY_CAST(",
        "whole": "AS NUMERIC(38, 0))",
        "utc": "CAST(switchoffset(max(",
        "text": "AS NVARCHAR(max))",
        "part": "substring(",
        "order": "COLLATE Latin1_General_100_BIN2",
        "limit": "SELECT TOP 100001",
    }


ENGINE = SQLServer()
