"""The file itself: where it is, its text, its YAML nodes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from checks.config.problems import problem
from checks.core.environment import CONFIG
from checks.core.errors import ConfigError
from checks.core.plain_file import NotAFileError, open_file
from checks.core.text import clean

USUAL_NAME = "andon.yml"
_MOST_BYTES = 1_048_576
# The C parser recurses on the C stack, which absurd nesting overflows; longer files
# go to Python's parser, which raises RecursionError instead of ending the process.
_MOST_FOR_C = 10_000
_A_FILE = f"a readable YAML file; name it with --config or {CONFIG}, else ./{USUAL_NAME} is read"


def locate(path: str | Path | None, environ: Mapping[str, str]) -> Path:
    """The given path, else $ANDON_CONFIG, else ./andon.yml."""
    return Path(path if path is not None else environ.get(CONFIG) or USUAL_NAME)


def shown_name(path: Path) -> str:
    """The file's name as problems show it."""
    return clean(path, 200)


def compose(path: Path) -> yaml.Node:
    """The file as YAML nodes, which know their lines.

    Raises ConfigError for a file that is missing, unreadable, no UTF-8, no YAML or empty.
    """
    text = _decoded(path, _bytes_of(path))
    try:
        node = yaml.compose(text, Loader=_loader(text))
    except yaml.YAMLError as error:
        raise _not_yaml(path, error) from None
    except RecursionError:
        raise _fault(path, "a structure nested too deeply", "plain YAML") from None
    if node is None or node.tag == "tag:yaml.org,2002:null":
        raise _fault(path, "an empty file", "a mapping of settings, beginning with `pipeline:`")
    return node


def _loader(text: str) -> type[yaml.SafeLoader | yaml.CSafeLoader]:
    fast = yaml.__with_libyaml__ and len(text) <= _MOST_FOR_C
    return yaml.CSafeLoader if fast else yaml.SafeLoader


def _bytes_of(path: Path) -> bytes:
    try:
        with open_file(path) as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise _fault(path, "no such file", _A_FILE) from None
    except NotAFileError as error:
        raise _fault(path, f"{error.kind}, not a file", _A_FILE) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise _fault(path, f"a file that cannot be read ({reason})", _A_FILE) from None
    if len(content) > _MOST_BYTES:
        raise _fault(path, "more than 1 MiB", "a configuration file of at most 1 MiB")
    return content


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"a byte that is not UTF-8 (0x{content[error.start]:02x})"
        raise _fault(path, found, "text in UTF-8", line) from None


def _not_yaml(path: Path, error: yaml.YAMLError) -> ConfigError:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        parts = [part for part in (error.context, error.problem) if part]
        return _fault(
            path,
            f"text that is not YAML ({clean(', '.join(parts), 160)})",
            "one YAML document",
            mark.line + 1 if mark else None,
        )
    return _fault(path, "control characters, which YAML does not allow", "one YAML document")


def _fault(path: Path, found: str, allowed: str, line: int | None = None) -> ConfigError:
    return ConfigError((problem(shown_name(path), line, None, found, allowed),))
