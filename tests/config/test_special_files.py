"""What is named as a file and is none is refused at once, in one line."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from checks.config import load_config
from checks.core.errors import ConfigError
from checks.core.plain_file import NotAFileError, open_file


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _socket(path: Path) -> None:
    folder = Path.cwd()
    os.chdir(path.parent)  # its path may be too long for a socket
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(folder)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


KINDS = [(_fifo, "a pipe"), (_folder, "a folder"), (_socket, "a socket"), (_device, "a device")]


@pytest.mark.parametrize(("make", "kind"), KINDS)
def test_no_configuration(tmp_path: Path, make: object, kind: str) -> None:
    path = tmp_path / "andon.yml"
    make(path)  # type: ignore[operator]
    with pytest.raises(ConfigError, match=f"found {kind}, not a file, allowed: a readable YAML"):
        load_config(path)
    with pytest.raises(NotAFileError, match=f"{kind}, not a file"):
        open_file(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"pipeline: \xff\n", "a byte that is not UTF-8"),
        (b"pipeline: a\0b\n", "control characters"),
        (b"#" * 1_048_577, "more than 1 MiB"),
        (b"", "an empty file"),
    ],
)
def test_no_text(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "andon.yml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as error:
        load_config(path)
    assert len(error.value.problems) == 1


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "andon.yml"
    path.write_text("pipeline: x\n", encoding="utf-8")

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # the tests may be run by root, who may read all
    with pytest.raises(ConfigError, match=r"cannot be read \(Permission denied\)"):
        load_config(path)


def test_one_that_was_exchanged_after_it_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pipe = tmp_path / "andon.yml", tmp_path / "pipe"
    path.touch()
    os.mkfifo(pipe)
    plain = os.open
    monkeypatch.setattr(os, "open", lambda _, flags: plain(pipe, flags))
    with pytest.raises(NotAFileError, match="a pipe"):
        open_file(path)
