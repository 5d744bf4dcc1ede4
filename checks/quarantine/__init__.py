"""The rejected rows of a load. They are judged only where there is no audit log."""

from checks.quarantine.rejected import read_rejected_of_days, read_rejected_rows

__all__ = ["read_rejected_of_days", "read_rejected_rows"]
