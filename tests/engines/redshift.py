"""Amazon Redshift: compiled only."""

from __future__ import annotations

from tests.engines._compiled import Compiled


class Redshift(Compiled):
    name = backend = "redshift"
    parser = "redshift"
    extra = "redshift"
    url = "redshift+redshift_connector://user:password@host:5439/shop"
    fragments = {  # noqa: RUF012
        "number": "THEN CAST(btrim(",
        "finite": "<= 1.7976931348623157e+308",
        "whole": "AS NUMERIC(38, 0))",
        "text": "AS VARCHAR(65535))",
        "time as text": "convert_timezone('Europe/Berlin', 'UTC', CAST(btrim(",
        "limit": "LIMIT 100001",
    }


ENGINE = Redshift()
