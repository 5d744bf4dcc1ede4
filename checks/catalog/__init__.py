"""The catalog: one check a file. Modules whose name begins with `_` are shared helpers."""
