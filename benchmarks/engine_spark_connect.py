"""Spark by Spark Connect."""

from __future__ import annotations

from engine_spark import connect_engine as engine

__all__ = ["engine"]
