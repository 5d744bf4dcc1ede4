"""Pieces of pages that are more than layout, one module a piece."""
