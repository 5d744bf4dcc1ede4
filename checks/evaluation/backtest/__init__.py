"""Past days judged again, by the settings as they are and by others: what would have changed."""

from checks.evaluation.backtest.model import Backtest, Day, Side
from checks.evaluation.backtest.replaying import newest_day, replay

__all__ = ["Backtest", "Day", "Side", "newest_day", "replay"]
