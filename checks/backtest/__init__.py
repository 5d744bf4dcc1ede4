"""Past days judged again, by the settings as they are and by others: what would have changed."""

from checks.backtest.model import Backtest, Day, Side
from checks.backtest.replaying import newest_day, replay

__all__ = ["Backtest", "Day", "Side", "newest_day", "replay"]
