"""`andon validate`: does the configuration fit the warehouse? One line for each thing tried."""

from checks.evaluation.validation.lines import ValidationLine
from checks.evaluation.validation.trying import validate

__all__ = ["ValidationLine", "validate"]
