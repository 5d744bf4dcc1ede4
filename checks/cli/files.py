"""Writes files as a whole or not at all, and to pipes without hanging."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from select import select

#: A reader of a pipe that reads nothing for so long counts as gone.
READER_SECONDS = 10.0
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PERMISSIONS = 0o777
_STANDARD = {"/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d{1,6})")
_MOST_LINKS = 20
_SHARED_FOLDER = stat.S_ISVTX | stat.S_IWOTH


def is_stream(path: Path) -> bool:
    """Whether a path is written to, not replaced: a pipe, a device, a socket.

    To be called before links are followed: `/dev/stdout` and `>(...)` lead to a pipe without a
    path, or to a file to which others write as well.
    """
    if descriptor_of(path) is not None:
        return True
    return path.exists() and not path.is_file() and not path.is_dir()


def descriptor_of(path: Path) -> int | None:
    """The open descriptor that a path such as `/dev/stdout` means; None for any other path.

    In any spelling, through links, and also by the name of the file to which standard output or
    error is redirected: replacing that file would lose what is written there.
    """
    for name in _names_through_links(path):
        match = _DESCRIPTOR.fullmatch(name)
        if name in _STANDARD or match:
            return _STANDARD[name] if match is None else int(match[1])
    return next((number for number in (1, 2) if _is_open_as(path, number)), None)


def _names_through_links(path: Path) -> Iterator[str]:
    """The path without `.` and `..`, then the targets of its links in turn."""
    for _ in range(_MOST_LINKS):
        folder = os.path.realpath(path.parent)
        folder_name = re.sub(rf"^/proc/{os.getpid()}(/task/\d+)?/", "/proc/self/", f"{folder}/")
        yield f"{folder_name}{path.name}"
        try:
            path = Path(folder, path.readlink())
        except (OSError, ValueError):
            return


def _is_open_as(path: Path, number: int) -> bool:
    """Whether a path leads to the regular file that a descriptor of this process has open."""
    with suppress(OSError, ValueError):
        status = path.stat()
        return stat.S_ISREG(status.st_mode) and os.path.samestat(status, os.fstat(number))
    return False


class StagedFile:
    """A file's new content in a temporary file beside it, until that replaces the file."""

    def __init__(self, path: Path, text: str) -> None:
        """Write `text` as UTF-8 beside `path`. A symbolic link is followed. Raises OSError."""
        self._target = _target(path)
        # The name cannot be guessed, so that nobody can have put a link there.
        self._partial = self._target.with_name(f".andon-{secrets.token_hex(16)}.tmp")
        try:
            self._write(text)
        except BaseException:
            self.discard()
            raise

    def _write(self, text: str) -> None:
        # Permissions as the umask has them: another user may collect the report.
        with os.fdopen(os.open(self._partial, _NEW_FILE, 0o666), "wb") as file:
            with suppress(FileNotFoundError):
                os.fchmod(file.fileno(), self._target.stat().st_mode & _PERMISSIONS)
            file.write(text.encode("utf-8"))

    def commit(self) -> None:
        """Replace the old file. Raises OSError; the old one then stays."""
        try:
            self._partial.replace(self._target)
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove the temporary file; the old file stays as it is."""
        with suppress(OSError):
            self._partial.unlink()


def _target(path: Path) -> Path:
    """The file that a path leads to. Raises OSError for a folder and for a foreign link."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.is_symlink():
        _refuse_foreign_link(path)
    return target


def _refuse_foreign_link(path: Path) -> None:
    """As Linux's `protected_symlinks`: in a shared folder only the user's own links count."""
    folder, link = path.parent.stat(), path.lstat()
    is_shared = folder.st_mode & _SHARED_FOLDER == _SHARED_FOLDER
    if is_shared and link.st_uid not in (os.geteuid(), folder.st_uid):
        raise PermissionError(errno.EACCES, "a link that another user put into a shared folder")


def write_stream(path: Path, text: str) -> None:
    """Write to a pipe or a device. Raises OSError where nobody reads; never waits long."""
    if (number := descriptor_of(path)) is not None:
        _write_to_open(number, text)
        return
    try:
        # Without O_NONBLOCK, opening a pipe that nobody reads would wait for a reader.
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "nobody reads from it") from None
        raise
    try:
        _write_all(descriptor, text.encode("utf-8"))
    finally:
        os.close(descriptor)


def _write_to_open(number: int, text: str) -> None:
    """Write to an open descriptor at its position, which reopening the file would reset."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()
    descriptor = os.dup(number)
    try:
        _write_all(descriptor, text.encode("utf-8"))
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    remaining = memoryview(content)
    end = time.monotonic() + READER_SECONDS
    while remaining:
        try:
            remaining = remaining[os.write(descriptor, remaining) :]
            end = time.monotonic() + READER_SECONDS
        except BlockingIOError:
            seconds = end - time.monotonic()
            if seconds <= 0 or not select([], [descriptor], [], seconds)[1]:
                raise TimeoutError(errno.ETIMEDOUT, "its reader does not read") from None


class Appended:
    """Text appended to a file, which can be replaced as long as nothing follows it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start: int | None = None
        self._end = 0

    def write(self, text: str) -> None:
        """Append `text`, replacing earlier text. Raises OSError, with nothing appended."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, 0o666)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                self._append(descriptor, text.encode("utf-8"))
            else:
                _write_all(descriptor, text.encode("utf-8"))
        finally:
            os.close(descriptor)

    def _append(self, descriptor: int, content: bytes) -> None:
        start = os.fstat(descriptor).st_size
        if self._start is not None and start == self._end:
            start = self._start
            os.ftruncate(descriptor, start)
        try:
            _write_all(descriptor, content)
        except BaseException:
            os.ftruncate(descriptor, start)
            self._start, self._end = start, start
            raise
        self._start, self._end = start, start + len(content)
