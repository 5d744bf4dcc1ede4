"""Judge past days again with other settings, and show what would have changed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from checks.cli import values
from checks.cli.console import Console
from checks.cli.parsing import add_config
from checks.core import clock
from checks.judging.gate import GREEN, UNKNOWN

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.evaluation.backtest import Backtest


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    add = parser.add_argument
    add(
        "--days",
        type=values.positive,
        default=90,
        metavar="N",
        help="how many data dates are judged again (default: 90)",
    )
    add(
        "--until",
        type=values.day,
        metavar="D",
        help="the last data date (default: the newest that today's run judges and that is over)",
    )
    add(
        "--set",
        dest="overrides",
        type=values.override,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting to try, e.g. checks.volume_zscore.alert_at=3.5; may be repeated",
    )
    add(
        "--format",
        choices=("text", "json"),
        default="text",
        metavar="FORMAT",
        help="text (default) or json",
    )


def run(args: Namespace, console: Console) -> int:
    """0 when days could be judged, whatever the verdicts; 2 when none could."""
    from checks.catalog import all_checks
    from checks.cli.backtest_json import as_json
    from checks.cli.backtest_text import as_text
    from checks.config import load_config
    from checks.config.overrides import changes, with_overrides

    config = load_config(args.config)
    changed = with_overrides(config, args.overrides, console.environ, all_checks())
    result = _replay(config, changed, args, console)
    format_result = as_json if args.format == "json" else as_text
    console.out(format_result(config, result, changes(config, changed, args.overrides)))
    return GREEN if result.was_judged else UNKNOWN


def _replay(config: Config, changed: Config, args: Namespace, console: Console) -> Backtest:
    from checks.cli.progress import Progress
    from checks.evaluation.backtest import newest_day, replay

    now = clock.now()
    last = args.until or newest_day(config, now)
    with Progress(console) as progress:
        return replay(config, changed, days=args.days, last=last, now=now, progress=progress)
