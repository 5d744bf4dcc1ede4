"""docs/deployment.md and the Containerfile: what they tell people to type works."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.cli import commands, sign_in
from checks.cli.parsing import Parser

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")


def calls() -> Iterator[str]:
    """Every `andon COMMAND ...` in the guide's blocks, and what the image runs."""
    for block in re.findall(r"^```\w*\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL):
        yield from re.findall(rf"\bandon ((?:{'|'.join(commands.names())})\b.*)", block)
    yield shlex.join(json.loads(re.findall(r"^CMD (\[.*\])$", CONTAINERFILE, re.MULTILINE)[-1]))


def test_the_guide_has_calls() -> None:
    assert len(list(calls())) >= 5


@pytest.mark.parametrize("call", list(calls()))
def test_each_call_is_understood(call: str) -> None:
    name, *words = shlex.split(call)
    parser = Parser(prog=f"andon {name}")
    commands.load(name).configure(parser)
    parser.read(words)


def test_the_secrets_of_the_guide_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert "auth" in tomllib.loads(example)
    path = tmp_path / "secrets.toml"
    path.write_text(example, encoding="utf-8")
    sign_in_kind = sign_in.configured_sign_in(None, {"STREAMLIT_SECRETS_FILES": str(path)})
    assert sign_in_kind is sign_in.SignIn.OIDC


def test_the_image_cannot_start_open_by_itself() -> None:
    assert "--allow-anonymous" not in CONTAINERFILE
    assert "0.0.0.0" in CONTAINERFILE
