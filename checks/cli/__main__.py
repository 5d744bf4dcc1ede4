"""`python -m checks.cli` is `andon`."""

from __future__ import annotations

import sys

from checks.cli import console

if __name__ == "__main__":
    sys.exit(console())
