"""Figures, one module a page. What they show is measured and judged elsewhere."""
