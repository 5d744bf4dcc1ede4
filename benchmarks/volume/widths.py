"""What `widen` does to the rule of `volume_expected`."""

from __future__ import annotations

from .study import Study, Table
from .summary import COLUMNS, cells

WIDTHS = (0.9, 0.95, 1.0, 1.05, 1.15, 1.25, 1.5, 2.0)


def widths(study: Study) -> Table:
    cases, scores = study.cases(), study.scores("volume_expected")
    rows = [[f"{width:g}", *cells(study, cases, scores, width)] for width in WIDTHS]
    return Table("Width", "`volume_expected` by `widen`.", ("`widen`", *COLUMNS), rows)
