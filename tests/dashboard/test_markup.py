"""Markup: no value from data can become an element, an attribute or Markdown."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.markup import Html, join, plain, show, table, tag, text

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=http://192.0.2.1/x.png onerror=alert(1)>",
    "![x](http://192.0.2.1/x.png)",
    "[x](javascript:alert(1))",
    "**bold** _it_ `code` ~~gone~~ # head",
    ":red[x] :material/home: $x^2$",
    "http://192.0.2.1/ <http://192.0.2.1/>",
    "a & b &lt;b&gt; \"quoted\" 'too'",
    "| a | b |\n| - | - |",
    "1. list",
    "\u202egnihton\u0000",
)


class Elements(HTMLParser):
    """The elements and the text of some markup."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_text_in_an_element(value: str) -> None:
    elements = Elements(tag("p", value, title=value))
    assert elements.names == ["p"]
    assert [name for name, _ in elements.attributes] == ["title"]
    assert elements.words == elements.attributes[0][1]


@given(st.text(max_size=200))
def test_no_text_becomes_markup(value: str) -> None:
    elements = Elements(table(("a", value), [(value, tag("b", value))], caption=value))
    assert set(elements.names) <= {
        "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "b",
    }  # fmt: skip
    assert elements.names.count("b") == 1
    assert {name for name, _ in elements.attributes} <= {"class", "scope"}


@pytest.mark.parametrize("value", HOSTILE)
def test_a_label_is_shown_as_it_is(value: str) -> None:
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(plain(value))
    elements = Elements(rendered)
    assert elements.names == ["p"]
    assert "http" not in "".join(word or "" for _, word in elements.attributes)


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=80))
def test_a_label_holds_no_markup_that_is_not_escaped(value: str) -> None:
    label = plain(value)
    bare = label.replace("\\\\", "")
    for mark in "`*_[]<>$:#|~":
        assert bare.count(mark) == bare.count(f"\\{mark}")


def test_only_markup_is_shown() -> None:
    with pytest.raises(TypeError, match="only Html is shown"):
        show("<b>text</b>")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (tag("p", None, False, "", 0), "<p>0</p>"),
        (tag("p", class_="a", data_day="b", title=None, hidden=False),
         '<p class="a" data-day="b"></p>'),
        (join("a<", Html("<b>x</b>")), "a&lt;<b>x</b>"),
        (text("x" * 3000), "x" * 1999 + "…"),
    ],
)  # fmt: skip
def test_how_markup_is_written(markup: Html, expected: str) -> None:
    assert markup == expected
    assert isinstance(markup, Html)


def test_numbers_of_a_table_are_on_the_right() -> None:
    markup = table(("check", "rows"), [("a", "1,000")], numeric=(1,), caption="Rows")
    assert '<th scope="col">check</th>' in markup
    assert '<th class="num" scope="col">rows</th>' in markup
    assert '<td class="num">1,000</td>' in markup
