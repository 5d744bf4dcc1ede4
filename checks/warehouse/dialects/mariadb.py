"""MariaDB, through PyMySQL."""

from __future__ import annotations

from checks.warehouse.dialects._session import Limits
from checks.warehouse.dialects.mysql import MySQL


class MariaDB(MySQL):
    """MySQL with a time-out of its own, which counts in seconds."""

    name = "mariadb"
    binary_collation = "utf8mb4_nopad_bin"
    explain_prefix = "EXPLAIN FORMAT=JSON"

    def time_limit(self, limits: Limits) -> str:
        return f"SET SESSION max_statement_time = {limits.milliseconds / 1000:.3f}"


PROFILE = MariaDB()
