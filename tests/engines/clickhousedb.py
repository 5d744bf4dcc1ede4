"""ClickHouse: compiled only."""

from __future__ import annotations

from tests.engines._compiled import Compiled


class ClickHouse(Compiled):
    name = backend = "clickhousedb"
    parser = "clickhouse"
    extra = "clickhouse"
    url = "clickhousedb://user:password@host:8443/shop?secure=true"
    fragments = {  # noqa: RUF012
        "number": "toFloat64OrNull(trim(",
        "finite": "isFinite(CAST(",
        "instant": "toDateTime64('2025-",
        "utc": "toString(CAST(max(",
        "time as text": ", 6, 'Europe/Berlin'), 'UTC')",
        "part": "substringUTF8(",
        "search": "position(",
        "limit": "LIMIT 100001",
    }


ENGINE = ClickHouse()
