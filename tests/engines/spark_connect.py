"""Spark, through Spark Connect: the same cluster, another protocol and other types of values."""

from __future__ import annotations

from pathlib import Path

from tests.engines.spark import Spark


class SparkConnect(Spark):
    """Told the scenarios that a protocol may spoil; all others are the engine's own matter."""

    name = "spark_connect"

    def owns(self, driver: str) -> bool:
        return driver == "spark+connect"

    def tells(self, scenario: str) -> bool:
        return scenario in _OF_THE_PROTOCOL

    def warehouse(self, folder: Path) -> str:
        return self.cluster.connect_url(self.cluster.fresh_database())


_OF_THE_PROTOCOL = {
    "nothing_is_wrong",
    "amounts_of_every_sort",
    "amounts_that_are_no_numbers",
    "around_every_bound",
    "autumn_in_berlin_aware",
    "days_instead_of_times",
    "decimals_of_2_places",
    "names_of_every_script",
    "queries_instead_of_tables",
    "times_as_text_with_offsets",
}

ENGINE = SparkConnect()
