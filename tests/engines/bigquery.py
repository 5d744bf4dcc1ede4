"""BigQuery: compiled only."""

from __future__ import annotations

from tests.engines._compiled import Compiled


class BigQuery(Compiled):
    name = backend = "bigquery"
    parser = "bigquery"
    extra = "bigquery"
    url = "bigquery://project/shop?location=EU&user_supplied_client=true"
    fragments = {  # noqa: RUF012
        "number": "SAFE_CAST(trim(",
        "finite": "NOT (is_nan(",
        "whole": "AS NUMERIC)",
        "instant": "TIMESTAMP '2025-",
        "time as text": "timestamp(CAST(trim(",
        "search": "strpos(",
        "limit": "LIMIT 100001",
    }


ENGINE = BigQuery()
