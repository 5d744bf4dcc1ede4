"""Databricks SQL: compiled only."""

from __future__ import annotations

from tests.engines._compiled import Compiled


class Databricks(Compiled):
    name = backend = "databricks"
    parser = "databricks"
    extra = "databricks"
    url = "databricks://token:secret@host?http_path=/sql/1.0/warehouses/1&catalog=shop&schema=web"
    fragments = {  # noqa: RUF012
        "number": "try_cast(btrim(",
        "finite": "isnan(CAST(",
        "whole": "AS DECIMAL(38, 0))",
        "utc": "AS TIMESTAMP_NTZ)",
        "time as text": "to_utc_timestamp(CAST(btrim(",
        "limit": "LIMIT 100001",
    }


ENGINE = Databricks()
