"""Figures, one module for each page. What they show is measured and judged elsewhere."""
