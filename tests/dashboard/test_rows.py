"""One page of a list."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def listing(total: int, page: int, count: int) -> None:
    from dashboard.components.rows import show_rows

    rows = [["=1\n*a*", 1234, None, 1.5], [None, 2**40, "\ud800", 2]] * (count // 2)
    show_rows(["name", "name", "x", "amount"], rows, total, page, "k", "x.csv", "Two rows")


def shown(total: int, page: int = 1, count: int = 2) -> AppTest:
    arguments = {"total": total, "page": page, "count": count}
    app = AppTest.from_function(listing, kwargs=arguments).run()
    assert not app.exception
    return app


def test_hostile_cells_and_numbers() -> None:
    table = shown(2).dataframe[0].value
    assert table["c0"][0] == "=1\\u000a*a*"
    assert table["c2"][1] == "\\ud800"
    assert [table[name].dtype.kind for name in table] == ["O", "i", "O", "f"]


@pytest.mark.parametrize(
    ("total", "page", "count", "text", "enabled"),
    [
        (2, 1, 2, "rows 1 to 2 of 2", []),
        (1000, 1, 1000, "rows 1 to 1,000 of 1,000", []),
        (1002, 1, 1000, "rows 1 to 1,000 of 1,002", [False, True]),
        (2908, 2, 1000, "rows 1,001 to 2,000 of 2,908", [True, True]),
        (1002, 2, 2, "rows 1,001 to 1,002 of 1,002", [True, False]),
    ],
)
def test_where_one_is(total: int, page: int, count: int, text: str, enabled: list[bool]) -> None:
    app = shown(total, page, count)
    assert app.text[0].value == text
    assert [not button.disabled for button in app.button] == enabled


def test_turning_pages_keeps_the_filters() -> None:
    app = AppTest.from_function(listing, kwargs={"total": 2908, "page": 2, "count": 1000})
    app.query_params.update({"reason": "a", "page": "2"})
    app.run().button[1].click().run()
    assert dict(app.query_params) == {"reason": "a", "page": "3"}
    app.button[0].click().run()
    assert dict(app.query_params) == {"reason": "a"}
