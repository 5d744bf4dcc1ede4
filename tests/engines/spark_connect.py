"""Spark, through Spark Connect: the same cluster, another protocol and other types of values."""

from __future__ import annotations

from pathlib import Path

from tests.engines.spark import Spark


class SparkConnect(Spark):
    """Told the scenarios that a protocol may spoil; all others are the engine's own matter."""

    name = "spark_connect"
    selected = frozenset(
        {
            "amounts_that_are_no_numbers",
            "autumn_in_berlin_aware",
            "days_instead_of_times",
            "decimals_of_2_places",
            "names_of_every_script",
            "searches_in_rejected_rows",
            "times_as_text_with_offsets",
            "test_a_healthy_shop_is_green_everywhere",
            "test_the_session_itself_refuses_to_write",
        }
    )

    def owns(self, driver: str) -> bool:
        return driver == "spark+connect"

    def warehouse(self, folder: Path) -> str:
        return self.cluster.connect_url(self.cluster.fresh_database())


ENGINE = SparkConnect()
