"""The one place that names Andon's version, so that asking for it imports nothing."""

from __future__ import annotations

VERSION = "0.1.0"
