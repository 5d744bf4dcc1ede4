"""`andon validate`: does the configuration fit the warehouse? One line per thing that was tried."""

from checks.evaluation.validation.lines import ValidationLine
from checks.evaluation.validation.trying import validate

__all__ = ["ValidationLine", "validate"]
