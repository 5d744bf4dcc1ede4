"""Spark, through its Thrift server, on a cluster of the tests' own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
import sqlalchemy as sa

from tests.engines.base import Engine

if TYPE_CHECKING:
    from tests.shop import Table
    from tests.spark_cluster import SparkCluster


#: Where this is set, Spark is asked everything that the other engines are: half an hour.
EVERYTHING = "ANDON_SPARK_EVERYTHING"


class Spark(Engine):
    """Databases in one catalog; two executors do the work.

    A statement takes it half a second, so it is told one scenario of each sort.
    """

    name: ClassVar[str] = "spark"
    backend = "spark"
    marks = (pytest.mark.spark,)
    #: Its own catalog takes letters, digits and underscores only.
    any_table_name = False
    selected: ClassVar[frozenset[str]] = frozenset(
        {
            "a_log_of_many_words",
            "amounts_as_text",
            "amounts_of_every_sort",
            "amounts_that_are_no_numbers",
            "around_every_bound",
            "autumn_in_lord_howe_local",
            "days_instead_of_times",
            "decimals_of_10_places",
            "dimensions_of_every_sort",
            "demo_missing_identity",
            "empty_tables",
            "ids_of_every_sort",
            "names_of_every_script",
            "nothing_but_odd_names",
            "queries_instead_of_tables",
            "spring_in_new_york_aware",
            "tables_in_a_schema",
            "text_that_is_no_time_3",
            "times_as_text_at_home",
            "test_a_healthy_shop_is_green_everywhere",
            "test_a_table_on_every_engine",
            "test_a_table_that_is_gone_is_unknown",
            "test_amounts",
            "test_an_entry_without_a_time_weakens_nothing",
            "test_an_older_day_is_red_and_says_why",
            "test_an_order_without_a_time_that_a_purchase_belongs_to",
            "test_events_with_text_that_is_no_time_count_the_same",
            "test_ids_of_different_kinds_that_never_match_are_no_orphans",
            "test_no_run_leaves_no_events",
            "test_one_id_on_many_orders_is_told_and_warns",
            "test_only_the_days_partitions_are_asked",
            "test_ids_are_compared_as_values",
            "test_names",
            "test_times",
            "test_what_is_no_id",
            "test_a_missing_table_spoils_only_its_checks",
            "test_a_partition_of_the_wrong_type",
            "test_every_query_is_shown_with_what_it_would_read",
            "test_the_session_itself_refuses_to_write",
        }
    )

    def __init__(self) -> None:
        self._cluster: SparkCluster | None = None

    @property
    def cluster(self) -> SparkCluster:
        """The running cluster."""
        if self._cluster is None:
            raise LookupError("the cluster was not started")
        return self._cluster

    def start(self, request: pytest.FixtureRequest) -> None:
        self._cluster = request.getfixturevalue("spark_server")

    def owns(self, driver: str) -> bool:
        return driver in ("spark", "spark+thrift")

    def selects(self, name: str) -> bool:
        return bool(os.environ.get(EVERYTHING)) or name in self.selected

    def warehouse(self, folder: Path) -> str:
        return self.cluster.thrift_url(self.cluster.fresh_database())

    def write(self, url: str, tables: Sequence[Table], statements: Sequence[str] = ()) -> None:
        self.cluster.write(sa.make_url(url).database or "default", tables, statements)


ENGINE = Spark()
