"""Markdown, parsed: what a value says is shown, and marks up nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from checks.core.model import Status
from checks.outputs import markdown, render
from tests.outputs.report_samples import (
    EVERY,
    all_statuses,
    hostile,
    quarantine_red,
)


def tokens_of(text: str) -> Iterator[Token]:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for token in parser.parse(text):
        yield token
        yield from token.children or ()


def kinds(text: str) -> set[str]:
    return {token.type for token in tokens_of(text)}


def test_markdown_of_hostile_values_holds_text_and_code_only() -> None:
    token_kinds = kinds(render("markdown", hostile(*Status)))
    assert not token_kinds & {
        "link_open",
        "image",
        "html_inline",
        "html_block",
        "em_open",
        "s_open",
    }
    assert not token_kinds & {"fence", "code_block", "hr", "blockquote_open", "ordered_list_open"}


def test_markdown_of_hostile_values_has_no_mention_address_or_issue_outside_code() -> None:
    texts = [t.content for t in tokens_of(render("markdown", hostile(*Status))) if t.type == "text"]
    assert not [text for text in texts if re.search(r"@|://|www\.|#\d", text, re.IGNORECASE)]


@pytest.mark.parametrize("sample", ["all_statuses", "every_hostile"])
def test_markdown_table_has_four_cells_a_row(sample: str) -> None:
    report = EVERY[sample]()
    types = [token.type for token in tokens_of(render("markdown", report))]
    assert types.count("th_open") == 4
    assert types.count("td_open") == 4 * len(report.checks)


def test_markdown_shows_what_the_value_said() -> None:
    value = "a|b `c` <d> &amp; [e](f) *g* _h_ #i !j ~k~ $l$ \\ 5.8 % @m"
    (inline,) = [t for t in MarkdownIt().parse(f"x {markdown.escape(value)}") if t.type == "inline"]
    assert "".join(child.content for child in inline.children or ()) == f"x {value}"


@pytest.mark.parametrize("start", ["- x", "+ x", "1. x", "12) x", "1.", "---", "===", "# x", "> x"])
def test_markdown_values_begin_no_block(start: str) -> None:
    assert kinds(markdown.escape(start)) <= {
        "paragraph_open", "paragraph_close", "inline", "text", "text_special",
    }  # fmt: skip


def test_markdown_numbers_stay_readable() -> None:
    assert markdown.escape("5.8 % of 49,963 rows") == "5.8 % of 49,963 rows"


def test_markdown_links_are_only_the_configured_addresses() -> None:
    tokens = list(tokens_of(render("markdown", all_statuses())))
    assert [token.attrs["href"] for token in tokens if token.type == "link_open"] == [
        "https://wiki.example/runbooks/quarantine",
        "https://andon.example/quarantine?date=2025-03-08&source=web",
    ]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://a.example/)x", "https://a.example/ x", "https://é/"]
)
def test_markdown_makes_no_link_of_an_unsafe_address(address: str) -> None:
    verdict = replace(quarantine_red(), runbook=address, link=None)
    text = render("markdown", replace(all_statuses(), checks=(verdict,)))
    assert "link_open" not in kinds(text)
    assert "Runbook" in text
