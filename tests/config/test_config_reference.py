"""The reference page is made from the declarations and is never stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.catalog import all_checks
from checks.config import reference
from checks.config.declared import settings_of
from checks.config.loading import sections
from checks.config.model import CheckSettings
from tests.config.small_catalog import CATALOG, EXAMPLE

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_page_is_not_stale(capsys: pytest.CaptureFixture[str]) -> None:
    reference.main()
    assert PAGE.read_text(encoding="utf-8") == capsys.readouterr().out, (
        "run: python -m checks.config.reference > docs/configuration.md"
    )


def test_the_page_names_every_key_check_and_rule() -> None:
    page = reference.render(all_checks())
    shapes = [*(section.shape for section in sections()), CheckSettings]
    shapes += [check.params for check in all_checks()]
    for shape in shapes:
        for setting in settings_of(shape):
            assert f"| `{setting.name}` |" in page
    for check in all_checks():
        assert f"### `{check.id}`" in page
        assert check.rule in page
    assert EXAMPLE.read_text(encoding="utf-8") in page


@pytest.mark.parametrize(
    "line",
    [
        "| `ignore` | a list of names | `[]` | Retired. |",
        "| `modes` | a list of: sessions, events | `[sessions]` | Which. |",
        "| `enabled` | true or false | `true` | Whether the check is evaluated. |",
        "| `window_days` | a whole number from 2 to 90 | `7` | Days \\| compared. |",
        "| `alert_at` | a number above 0 and of at most 1 | `0.01` | From this on: red. |",
        "No parameters of its own.",
        "Exactly one of `files`, `table`, `query` is given.",
        "Required, unless every check that needs it is disabled: `orphan_orders`.",
        "Layer: data quality. Value: `rate` (share). Needs: `audit_log`.",
    ],
)
def test_how_a_page_reads(line: str) -> None:
    assert line in reference.render(CATALOG).splitlines()
