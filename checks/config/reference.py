"""The reference page of all keys, made from their declarations.

`python -m checks.config.reference > docs/configuration.md`
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from checks.config.declared import SOURCE_KINDS, Declaration, settings_of
from checks.config.expected_sources import SECTION, SourceSettings
from checks.config.loading import Basics, Section, sections
from checks.config.model import CheckSettings
from checks.config.source import DEFAULT_NAME
from checks.core.environment import CONFIG
from checks.judging.check import Check

EXAMPLE = Path(__file__).with_name("example.yml")

_INTRODUCTION = f"""\
# Configuration

<!-- Generated: python -m checks.config.reference > docs/configuration.md -->

One file describes one pipeline. Commands read the file that `--config` names, else the one in
`{CONFIG}`, else `./{DEFAULT_NAME}`.

- `${{NAME}}` inside any text reads the environment; a variable that is not set is an error.
  `$${{` is a plain `${{`.
- Relative files are relative to the configuration file.
- Numbers are plain decimals. What YAML reads as another number than people do (`6:00` is 360,
  `010` is 8) is refused, and so are `0x10`, `0b1` and `1_000`; text that YAML reads as a number, a
  day or a truth value (`2025`, `2025-03-08`, `no`) is put in quotes.
- Every problem of the file is reported at once, with its line, and the command exits 2:
  unknown keys, wrong types, keys given twice, values out of range. Values that may hold a
  password are never repeated.
- Names of tables are `[catalog.][schema.]name`; a part with a dot, a space or a quote is written
  in double quotes, with `""` for a quote: `table: '"My ""own"" table"'`.
- A `query` is one read-only statement, checked before anything is sent.

## Example

```yaml
"""


def render(checks: tuple[Check, ...]) -> str:
    """The page as Markdown."""
    parts = [_INTRODUCTION + EXAMPLE.read_text(encoding="utf-8") + "```", _top_level()]
    parts += [_section(section, checks) for section in sections()]
    parts += [
        _expected_sources(),
        *_mappings(),
        _common_settings(),
        *(_check(check) for check in checks),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the page to standard output."""
    from checks.catalog import all_checks

    sys.stdout.write(render(all_checks()))


def _top_level() -> str:
    return f"## Top of the file\n\n{_table(settings_of(Basics))}"


def _section(section: Section, checks: tuple[Check, ...]) -> str:
    lines = [f"## `{section.name}`", _description(section.shape)]
    if section.optional:
        lines.append(_presence(section.name, checks))
    declared = settings_of(section.shape)
    sources = [setting.name for setting in declared if setting.kind in SOURCE_KINDS]
    if sources:
        lines.append(f"Exactly one of {_codes(sources)} is given.")
    return "\n\n".join([*lines, _table(declared, _required(section.name, checks))])


def _expected_sources() -> str:
    """The section that is a mapping by name."""
    text = "Optional. One mapping for each source, by its name; `{}` for one with its defaults."
    table = _table(settings_of(SourceSettings))
    return f"## `{SECTION}`\n\n{_description(SourceSettings)}\n\n{text}\n\n{table}"


def _required(name: str, checks: tuple[Check, ...]) -> dict[str, str]:
    """The keys of a section that enabled checks require, and a sentence for each."""
    users: dict[str, list[str]] = {}
    for check in checks:
        for requirement in check.requires:
            section, _, key = requirement.key.partition(".")
            if section == name:
                condition = (
                    f" where {_codes(requirement.where)} {_verb(requirement.where)} mapped"
                    if requirement.where
                    else ""
                )
                users.setdefault(key, []).append(f"`{check.id}`{condition}")
    return {key: f" Required while enabled: {', '.join(ids)}." for key, ids in users.items()}


def _verb(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


def _mappings() -> list[str]:
    """The mappings inside sections, each once."""
    declarations = [setting for section in sections() for setting in settings_of(section.shape)]
    shapes = {setting.name: setting.type for setting in declarations if is_dataclass(setting.type)}
    item_shapes = {
        setting.name: setting.item for setting in declarations if is_dataclass(setting.item)
    }
    where = "A mapping inside the sections that have this key."
    return [
        *(_mapping(name, shape, where) for name, shape in shapes.items()),
        *(_mapping(name, shape, "One mapping for each.") for name, shape in item_shapes.items()),
    ]


def _mapping(name: str, shape: type[Any], where: str) -> str:
    return f"## `{name}`\n\n{_description(shape)} {where}\n\n{_table(settings_of(shape))}"


def _presence(name: str, checks: tuple[Check, ...]) -> str:
    if name not in ("audit_log", "events", "orders"):
        return "Optional."
    users = [check.id for check in checks if name in check.needs]
    required = f"Required, unless every check that needs it is disabled: {_codes(users)}."
    return " ".join([required, *_alternatives(name, checks)])


def _alternatives(name: str, checks: tuple[Check, ...]) -> list[str]:
    """The checks that can do without a section, and the sections that they use instead."""
    return [
        f"`{check.id}` can use {_joined(check.alternatives)} instead."
        for check in checks
        if check.alternatives and name in check.needs
    ]


def _needs(check: Check) -> str:
    instead = f", or {_joined(check.alternatives)}" if check.alternatives else ""
    return f"Needs: {_codes(check.needs)}{instead}." if check.needs else ""


def _common_settings() -> str:
    table = _table(settings_of(CheckSettings))
    text = (
        "One mapping per check, by its id. A check that is not listed runs with its defaults. "
        "Every check takes these keys and its own keys below."
    )
    return f"## `checks`\n\n{text}\n\n{table}"


def _check(check: Check) -> str:
    facts = [
        f"Layer: {check.layer.value.replace('_', ' ')}.",
        f"Value: `{check.metric}`" + (f" ({check.unit})." if check.unit else "."),
        _needs(check),
    ]
    own = settings_of(check.params)
    table = _table(own) if own else "No parameters of its own."
    facts_line = " ".join(fact for fact in facts if fact)
    return f"### `{check.id}`\n\n{check.rule}\n\n{check.why}\n\n{facts_line}\n\n{table}"


def _description(shape: type[Any]) -> str:
    return inspect.cleandoc(shape.__doc__ or "")


def _table(declared: tuple[Declaration, ...], required: Mapping[str, str] | None = None) -> str:
    rows = [
        f"| `{setting.name}` | {_cell(setting.allowed)} | {_cell(_default(setting))} | "
        f"{_cell(_meaning(setting) + (required or {}).get(setting.name, ''))} |"
        for setting in declared
    ]
    return "\n".join(["| key | allowed | default | meaning |", "| --- | --- | --- | --- |", *rows])


def _meaning(declared: Declaration) -> str:
    example = f" Example: `{declared.example}`." if declared.example else ""
    return declared.doc + example


def _default(declared: Declaration) -> str:
    if declared.required:
        return "required"
    if declared.default is None:
        return "none"
    return f"`{_yaml(declared.default)}`"


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, ZoneInfo):
        return value.key
    if isinstance(value, timedelta):
        from checks.core.text import spelled_duration

        return spelled_duration(value)
    if isinstance(value, tuple):
        return f"[{', '.join(str(item) for item in value)}]"
    return str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _codes(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _joined(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    main()
