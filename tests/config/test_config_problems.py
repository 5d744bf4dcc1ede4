"""Problems of a file, however many."""

from __future__ import annotations

from checks.config.problems import Problems


def test_many_problems_are_noted_once_each_and_in_no_time() -> None:
    """60,000 unknown keys: to compare each with all before would take minutes."""
    problems = Problems("andon.yml")
    for _ in range(2):
        for number in range(60_000):
            problems.add(f"key{number}", number + 1, "an unknown key", "a known one")
    assert len(problems) == 60_000
    assert [problem.line for problem in problems.in_order()[:3]] == [1, 2, 3]
