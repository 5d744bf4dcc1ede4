"""`andon validate`: does the configuration fit the warehouse? One line per thing that was tried."""

from checks.validation.lines import ValidationLine
from checks.validation.trying import validate

__all__ = ["ValidationLine", "validate"]
