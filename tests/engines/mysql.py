"""MySQL: compiled only."""

from __future__ import annotations

from tests.engines._compiled import Compiled


class MySQL(Compiled):
    name = backend = "mysql"
    parser = "mysql"
    extra = "mysql"
    url = "mysql+pymysql://user:password@host/shop"
    text_zone = None
    fragments = {  # noqa: RUF012
        "number": " REGEXP '^[-+]?(",
        "double": " + 0e0",
        "whole": "AS DECIMAL(38, 0))",
        "utc": "AS DATETIME(6))",
        "order": "AS BINARY)",
        "limit": "LIMIT 100001",
    }


ENGINE = MySQL()
