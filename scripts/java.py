"""Find a Java for Spark's tests, else install one, and run a command with it.

`python scripts/java.py COMMAND ...` runs the command with JAVA_HOME and PATH set. Without a
Java of version 17 or later it says so loudly: 1 under CI, else 0.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

VARIABLE = "JAVA_HOME"
OLDEST = 17
_SECONDS = 600
_VERSION = re.compile(r'version "(\d+)')


def from_variable() -> Path | None:
    """The Java that JAVA_HOME names, if it exists and is recent enough."""
    home = os.environ.get(VARIABLE)
    return _if_recent(Path(home)) if home else None


def on_path() -> Path | None:
    """The system's Java."""
    program = shutil.which("java")
    return _if_recent(Path(program).resolve().parent.parent) if program else None


def installed() -> Path | None:
    """The newest Java in Debian's folder for them."""
    homes = sorted(Path("/usr/lib/jvm").glob("*/bin/java"), key=str, reverse=True)
    return next((recent for java in homes if (recent := _if_recent(java.parent.parent))), None)


def install_by_apt() -> Path | None:
    """Java from Debian's package, where packages can be installed."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    package = f"openjdk-{OLDEST}-jre-headless"
    _succeeds("apt-get", "update")
    _succeeds("apt-get", "install", "-y", "--no-install-recommends", package)
    return on_path() or installed()


WAYS: tuple[Callable[[], Path | None], ...] = (from_variable, on_path, installed, install_by_apt)


def find(ways: tuple[Callable[[], Path | None], ...] = WAYS) -> Path | None:
    """The home of the first Java that one of the functions returns."""
    return next((home for way in ways if (home := way())), None)


def with_java(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """An environment in which programs use this Java."""
    path = os.pathsep.join((str(home / "bin"), environ.get("PATH", "")))
    return {**environ, VARIABLE: str(home), "PATH": path}


def without(environ: Mapping[str, str]) -> int:
    """Print that there is no Java; the exit code."""
    rule = "*" * 78
    print(
        f"{rule}\nSPARK'S TESTS WERE NOT RUN: there is no Java {OLDEST} or later, and none could "
        f"be installed.\nInstall one, or name its folder in {VARIABLE}.\n{rule}",
        file=sys.stderr,
    )
    return 1 if environ.get("CI") not in (None, "", "false", "0") else 0


def main() -> int:
    """Run the command with a Java; its exit code."""
    home = find()
    if home is None:
        return without(os.environ)
    return subprocess.run(sys.argv[1:], env=with_java(os.environ, home), check=False).returncode


def _if_recent(home: Path) -> Path | None:
    program = home / "bin" / "java"
    if not program.is_file():
        return None
    try:
        version_output = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = _VERSION.search(version_output.stderr)
    return home if version and int(version[1]) >= OLDEST else None


def _succeeds(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
