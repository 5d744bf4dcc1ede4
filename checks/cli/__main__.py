"""`python -m checks.cli` is `andon`."""

from __future__ import annotations

from checks.cli import console

if __name__ == "__main__":
    console()
