"""What the rejected rows say about a load. Explains a verdict, never judges."""

from checks.quarantine.rejected import read_rejected_rows

__all__ = ["read_rejected_rows"]
