"""What the rejected rows say."""

from __future__ import annotations

from checks.config.model import Config
from checks.metrics import AuditLog, RejectedRows
from checks.timeframe import Timeframe
from checks.warehouse import Warehouse


def read_rejected_rows(
    config: Config, frame: Timeframe, log: AuditLog, warehouse: Warehouse
) -> RejectedRows:
    """To be written."""
    return RejectedRows()
