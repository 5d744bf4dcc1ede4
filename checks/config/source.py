"""The configuration file itself: its path, its text, its YAML nodes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from checks.config.problems import make_problem
from checks.core.environment import CONFIG
from checks.core.errors import ConfigError
from checks.core.plain_file import NotAFileError, open_file
from checks.core.text import clean

DEFAULT_NAME = "andon.yml"
_MOST_BYTES = 1_048_576
# The C parser recurses on the C stack, which absurd nesting overflows; longer files
# go to Python's parser, which raises RecursionError instead of ending the process.
_MOST_CHARACTERS_FOR_C = 10_000
_EXPECTED_FILE = (
    f"a readable YAML file; name it with --config or {CONFIG}, else ./{DEFAULT_NAME} is read"
)


def locate(path: str | Path | None, environ: Mapping[str, str]) -> Path:
    """`path`, else $ANDON_CONFIG, else ./andon.yml."""
    return Path(path if path is not None else environ.get(CONFIG) or DEFAULT_NAME)


def shown_name(path: Path) -> str:
    """The file's name as messages show it."""
    return clean(path, 200)


def compose(path: Path) -> yaml.Node:
    """The file as YAML nodes with their lines.

    Raises ConfigError for a file that is missing, unreadable, no UTF-8, no YAML or empty.
    """
    text = _decode(path, _read_bytes(path))
    try:
        node = yaml.compose(text, Loader=_loader(text))
    except yaml.YAMLError as error:
        raise _yaml_error(path, error) from None
    except RecursionError:
        raise _config_error(path, "a structure nested too deeply", "plain YAML") from None
    if node is None or node.tag == "tag:yaml.org,2002:null":
        raise _config_error(
            path, "an empty file", "a mapping of settings, beginning with `pipeline:`"
        )
    return node


def _loader(text: str) -> type[yaml.SafeLoader | yaml.CSafeLoader]:
    fast = yaml.__with_libyaml__ and len(text) <= _MOST_CHARACTERS_FOR_C
    return yaml.CSafeLoader if fast else yaml.SafeLoader


def _read_bytes(path: Path) -> bytes:
    try:
        with open_file(path) as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise _config_error(path, "no such file", _EXPECTED_FILE) from None
    except NotAFileError as error:
        raise _config_error(path, f"{error.kind}, not a file", _EXPECTED_FILE) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise _config_error(
            path, f"a file that cannot be read ({reason})", _EXPECTED_FILE
        ) from None
    if len(content) > _MOST_BYTES:
        raise _config_error(path, "more than 1 MiB", "a configuration file of at most 1 MiB")
    return content


def _decode(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        actual = f"a byte that is not UTF-8 (0x{content[error.start]:02x})"
        raise _config_error(path, actual, "text in UTF-8", line) from None


def _yaml_error(path: Path, error: yaml.YAMLError) -> ConfigError:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        parts = [part for part in (error.context, error.problem) if part]
        return _config_error(
            path,
            f"text that is not YAML ({clean(', '.join(parts), 160)})",
            "one YAML document",
            mark.line + 1 if mark else None,
        )
    return _config_error(path, "control characters, which YAML does not allow", "one YAML document")


def _config_error(path: Path, actual: str, allowed: str, line: int | None = None) -> ConfigError:
    return ConfigError((make_problem(shown_name(path), line, None, actual, allowed),))
