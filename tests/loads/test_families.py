"""Names of the log that mean the same source on different days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checks.core.audit_log import AuditLog
from checks.loads.families import UNNAMED, entries_by_family, shown_family
from tests.loads.logs import RUN, always, load_entry, weeks_log


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("web", "web"),
        ("events_{day:%Y%m%d}.csv", "events_….csv"),
        ("lake/{day:%Y/%m/%d}/web.json", "lake/…/web.json"),
        ("batch_{number}.csv", "batch_….csv"),
        ("{day:%Y%m%d}-web-{number}", "…-web-…"),
        ("shop_7", "shop_7"),
    ],
)
def test_a_source_is_one_family_on_all_days(name: str, shown: str) -> None:
    (family,) = entries_by_family(weeks_log({name: always})).items()
    assert shown_family(family[0]) == shown
    assert len(family[1]) == 35


def test_numbers_of_sources_that_stay_tell_them_apart() -> None:
    families = entries_by_family(weeks_log({"shop_1": always, "shop_2": always}))
    assert sorted(families) == ["shop_1", "shop_2"]


def test_entries_without_a_name_are_one_family_and_cut_names_are_none() -> None:
    today = [load_entry(None, RUN), load_entry(" ", RUN), load_entry("x" * 1001, RUN)]
    families = entries_by_family(weeks_log({}, today))
    assert list(families) == [UNNAMED]
    assert len(families[UNNAMED][RUN]) == 2


def test_entries_are_in_order_of_time() -> None:
    later, earlier = load_entry("job_12", RUN, 400), load_entry("job_11", RUN, 300)
    log = AuditLog(RUN, {RUN: (later, earlier), RUN - timedelta(days=1): (later,)})
    (by_date,) = entries_by_family(log).values()
    assert by_date[RUN] == (earlier, later)
    assert list(by_date) == [RUN - timedelta(days=1), RUN]
