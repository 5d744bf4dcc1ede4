"""No two parts of the events share the subject by which an acceptance knows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from checks.catalog.event_volume import Params, judge
from checks.core.counts import NAME
from checks.core.model import Judgement
from checks.core.records import StoredAcceptance
from checks.judging.part_subjects import part_subject
from checks.judging.parts import rare_values
from checks.judging.segments import Segment
from tests.catalog.samples import DAY, FRAME, NOW, daily, of_daily, weekly


class Part(NamedTuple):
    """What a subject is of."""

    dimension: str
    value: str
    is_group: bool = False

    @property
    def subject(self) -> str:
        return part_subject(self.dimension, self.value, is_group=self.is_group)


WORDS = st.lists(
    st.sampled_from(["=", "\\", "a", "b", "device", "ios", "rare values of ", "rare event names"]),
    max_size=5,
).map("".join)
DIMENSIONS = WORDS.filter(bool)
PARTS = st.one_of(
    st.builds(Part, st.just(NAME), WORDS, st.just(value=False)),
    st.builds(Part, DIMENSIONS, WORDS, st.just(value=False)),
    st.builds(lambda d: Part(d, rare_values(d), is_group=True), DIMENSIONS | st.just(NAME)),
)


@pytest.mark.parametrize(
    ("part", "subject"),
    [
        (Part(NAME, "page_viewed"), "page_viewed"),
        (Part(NAME, "a\\b"), "a\\b"),
        (Part(NAME, ""), "(no name)"),
        (Part("device", "ios"), "device=ios"),
        (Part("device", "a=b\\c"), "device=a=b\\c"),
        (Part("device", ""), "device="),
        (Part("device", rare_values("device"), is_group=True), "rare values of device"),
        (Part(NAME, rare_values(NAME), is_group=True), "rare event names"),
        (Part(NAME, "rarely"), "rarely"),
        # Those that could be taken for another part.
        (Part(NAME, "device=ios"), "device\\=ios"),
        (Part(NAME, "device\\=ios"), "device\\\\\\=ios"),
        (Part(NAME, "rare event names"), "\\rare event names"),
        (Part(NAME, "\\rare event names"), "\\\\rare event names"),
        (Part(NAME, "rare values of device"), "\\rare values of device"),
        (Part("a=b", "c"), "a\\=b=c"),
        (Part("a\\", "b"), "a\\\\=b"),
    ],
)
def test_a_subject_is_as_it_always_was_unless_it_may_be_another(part: Part, subject: str) -> None:
    assert part.subject == subject


@given(PARTS, PARTS)
@example(Part("rare values of a", "b"), Part("a=b", rare_values("a=b"), is_group=True))
@example(Part(NAME, "rare values of a=b"), Part("a=b", rare_values("a=b"), is_group=True))
@example(Part(NAME, "a=b"), Part("a\\", "b"))
@example(Part("a", "b=c"), Part("a=b", "c"))
def test_two_parts_have_two_subjects(first: Part, second: Part) -> None:
    assume(first != second)
    assert first.subject != second.subject


@given(WORDS)
def test_a_segment_of_any_dimension_has_it(value: str) -> None:
    assert Segment("device", value, 1, None).subject == Part("device", value).subject
    group = rare_values("device")
    assert Segment("device", group, 1, None, members=2).subject == group


def both_at_a_level(*accepted: str) -> Judgement:
    """A value ios of device, and an event that is called `device=ios`, are at a level."""
    usual = weekly(61, 500)
    fallen = (*usual[:-12], *(count // 10 for count in usual[-12:]))
    stored = tuple(
        StoredAcceptance(
            number, "shop", "event_volume", "level", subject, "Mia", "sold",
            DAY - timedelta(days=3), NOW,
        )
        for number, subject in enumerate(accepted, start=1)
    )  # fmt: skip
    counts = daily(
        {"page_view": weekly(61, 5000), "device=ios": fallen},
        dimensions={"device": {"ios": fallen, "web": weekly(61, 5000)}},
    )
    return judge(Params(), of_daily(replace(counts, accepted_levels=stored)), FRAME)


@pytest.mark.parametrize(
    ("accepted", "left"),
    [
        ((), ("device\\=ios", "device=ios")),
        (("device=ios",), ("device\\=ios",)),
        (("device\\=ios",), ("device=ios",)),
        (("device\\=ios", "device=ios"), ()),
    ],
)
def test_an_acceptance_is_of_one_of_two_that_are_called_alike(
    accepted: tuple[str, ...], left: tuple[str, ...]
) -> None:
    judgement = both_at_a_level(*accepted)
    assert judgement.subjects.get("level", ()) == left
    assert {acceptance.subject for acceptance in judgement.acceptances} == set(accepted)
