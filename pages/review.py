"""Review

The wall screen of the daily review: one look says whether today's numbers may be trusted.
"""

from __future__ import annotations

from dashboard.components import wall

wall.draw(__doc__)
