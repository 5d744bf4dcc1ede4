"""Trino: compiled only."""

from __future__ import annotations

from tests.engines._compiled import Compiled


class Trino(Compiled):
    name = backend = "trino"
    parser = "trino"
    extra = "trino"
    url = "trino://user@host:8080/hive/shop"
    fragments = {  # noqa: RUF012
        "number": "try_cast(trim(",
        "finite": "is_finite(CAST(",
        "whole": "AS DECIMAL(38, 0))",
        "utc": "CAST(at_timezone(max(",
        "time as text": "with_timezone(CAST(",
        "limit": "LIMIT 100001",
    }


ENGINE = Trino()
