"""Past days judged again, by the settings as they are and by others: what would have changed."""

from checks.evaluation.backtest.model import Backtest, DayVerdicts, ReplayedDay
from checks.evaluation.backtest.replaying import newest_day, replay

__all__ = ["Backtest", "DayVerdicts", "ReplayedDay", "newest_day", "replay"]
