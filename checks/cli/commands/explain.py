"""Tell what a check rules, why, with which parameters, and what to do when it fails."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.core.environment import CONFIG
from checks.judging.gate import GREEN

if TYPE_CHECKING:
    from checks.config.model import CheckSettings
    from checks.judging.check import Check

_DEFAULT_FILE = Path("andon.yml")


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("check", metavar="CHECK", help="the check to explain")
    add_config(parser)


def run(args: Namespace, console: Console) -> int:
    """Print the explanation, with the configured values where there is a configuration."""
    from checks.catalog import get_check

    check = get_check(args.check)
    settings = _settings(args.config, check, console.environ)
    console.out(_explanation(check, settings))
    return GREEN


def _settings(path: str | None, check: Check, environ: Mapping[str, str]) -> CheckSettings | None:
    """The check's settings, or None where no configuration is named or present."""
    if not (path or environ.get(CONFIG) or _DEFAULT_FILE.exists()):
        return None
    from checks.config import load_config

    return load_config(path).checks[check.id]


def _explanation(check: Check, settings: CheckSettings | None) -> str:
    from checks.cli.tables import columns
    from checks.config.model import CheckSettings

    used = settings or CheckSettings(params=check.params())
    origin = "as configured" if settings else "defaults: no configuration was found"
    rows = [*_rows(used.params), *_rows(used)]
    table = columns([("", name, value, doc) for name, value, doc in rows])
    return (
        f"{check.id} ({check.layer.replace('_', ' ')})\n\n"
        f"Rule: {check.rule}\n\nWhy: {check.why}\n\n"
        f"Parameters ({origin}):\n{table}\nWhen it fails: {check.advice}\n{_waiver_text(check)}"
    )


def _waiver_text(check: Check) -> str:
    return "" if check.never_waived is None else f"\nCannot be waived: {check.never_waived}.\n"


def _rows(settings: object) -> Iterator[tuple[str, str, str]]:
    """Name, value and meaning of each declared setting."""
    from checks.cli.tables import setting_text

    for field in dataclasses.fields(settings):  # type: ignore[arg-type]
        if "doc" in field.metadata:
            yield field.name, setting_text(getattr(settings, field.name)), field.metadata["doc"]
