"""Snowflake: compiled only."""

from __future__ import annotations

from tests.engines._compiled import Compiled


class Snowflake(Compiled):
    name = backend = "snowflake"
    parser = "snowflake"
    extra = "snowflake"
    url = "snowflake://user:password@account/SHOP/PUBLIC?warehouse=GATE&role=ANDON"
    fragments = {  # noqa: RUF012
        "number": "try_cast(trim(",
        "finite": "NOT IN (CAST('NaN' AS DOUBLE), CAST('inf' AS DOUBLE), CAST('-inf' AS DOUBLE))",
        "whole": "AS NUMERIC(38, 0))",
        "utc": "CAST(convert_timezone('UTC', max(",
        "time as text": "convert_timezone('Europe/Berlin', 'UTC', to_timestamp_ntz(",
        "limit": "LIMIT 100001",
        "part": "substr(",
    }


ENGINE = Snowflake()
