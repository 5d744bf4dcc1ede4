"""What the volume rules see, on days whose noise is known."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from checks.catalog import volume_expected
from checks.core.calendar import Calendar, SpecialDay
from checks.core.records import StoredAcceptance
from checks.detection import Power, expected_range
from checks.evidence.context import open_context
from checks.evidence.power import CHECKS, Powers, RulePower, Rules, powers, read
from checks.evidence.power_words import alarm_text, drop_of, drop_text, jump_of, jump_text
from checks.evidence.volume import read as read_volume
from tests.catalog.samples import DAY, daily, weekly
from tests.evidence.asking import ask
from tests.parts_shop import LAST, PartsShop
from tests.shop import Shop, view


def powers_of(counts: tuple[int, ...], days: int = 90, **fields: object) -> Powers:
    return powers(daily(counts, **fields), Rules(), days=days)  # type: ignore[arg-type]


def power_of(rule: RulePower) -> Power:
    """That of a check with one series."""
    assert rule.power is not None
    return rule.power


def noisy(days: int, noise: float, seed: int = 3) -> tuple[int, ...]:
    chance = random.Random(seed)  # noqa: S311
    return tuple(round(count * chance.gauss(1, noise)) for count in weekly(days, 10_000))


def test_a_quiet_week_shows_what_a_z_score_over_it_cannot() -> None:
    expected, zscore, *_ = powers_of(noisy(126, 0.02)).rules
    assert (expected.check, zscore.check) == ("volume_expected", "volume_zscore")
    assert power_of(expected).judged == 90
    assert power_of(expected).smallest_drop is not None
    assert power_of(expected).smallest_drop < 0.25
    assert power_of(zscore).smallest_drop is None or power_of(zscore).smallest_drop > 0.5
    assert expected.alarms == ()


def test_noise_costs_sight() -> None:
    quiet, loud = (power_of(powers_of(noisy(126, noise)).rules[0]) for noise in (0.02, 0.15))
    assert quiet.smallest_drop is not None
    assert loud.smallest_drop is not None
    assert quiet.smallest_drop < loud.smallest_drop


def test_a_drop_of_the_size_said_is_out_on_nine_days_of_ten() -> None:
    counts = noisy(126, 0.05)
    rule = powers_of(counts, days=40).rules[0]
    assert power_of(rule).smallest_drop is not None
    assert rule.alarms == ()
    for size, most in (
        (power_of(rule).smallest_drop + 0.005, 4),
        (power_of(rule).smallest_drop / 2, 40),
    ):
        missed = 0
        for back in range(40):
            last = len(counts) - back
            history = {DAY - timedelta(days=last - 1 - n): c for n, c in enumerate(counts[:last])}
            normal = expected_range({day: c for day, c in history.items() if day != DAY}, DAY)
            assert normal is not None
            missed += counts[last - 1] * (1 - size) >= normal.low
        assert missed <= most
        assert most == 4 or missed > 4


def test_alarms_are_named_newest_first() -> None:
    counts = list(noisy(126, 0.02))
    counts[-10], counts[-30] = counts[-10] * 2, counts[-30] // 3
    rule = powers_of(tuple(counts)).rules[0]
    assert [alarm.day for alarm in rule.alarms] == [
        DAY - timedelta(days=9), DAY - timedelta(days=29),
    ]  # fmt: skip
    assert alarm_text(rule.alarms[1]).startswith(f"{DAY - timedelta(days=29)}: ")


def at_level(days: int, back: int = 0) -> tuple[int, ...]:
    """Half of the events on so many days, the last of them `back` days before the judged one."""
    counts = list(noisy(126, 0.02))
    for index in range(len(counts) - back - days, len(counts) - back):
        counts[index] //= 2
    return tuple(counts)


@pytest.mark.parametrize("back", [0, 5])
def test_each_day_of_a_level_is_an_alarm(back: int) -> None:
    rule = powers_of(at_level(20, back)).rules[0]
    days = [DAY - timedelta(days=n) for n in range(back, back + 20)]
    of_level = [alarm for alarm in rule.alarms if alarm.at_level]
    assert [alarm.day for alarm in of_level] == days
    assert alarm_text(of_level[0]).endswith("; at a level)")
    # One day at the expected count ends no level; it stops no line either.
    assert rule.amber_days == ({DAY - timedelta(days=back - 1)} if back else set())
    assert power_of(rule).judged == 90 - 20


def test_a_red_day_that_is_left_out_is_at_no_level() -> None:
    counts = list(noisy(126, 0.02))
    counts[-10] //= 3
    rules = Rules(volume_expected.Params(leave_out_red=True))
    rule = powers(daily(tuple(counts)), rules).rules[0]
    (alarm,) = rule.alarms
    assert (alarm.day, alarm.at_level) == (DAY - timedelta(days=9), False)


def test_after_an_acceptance_alarms_have_the_real_counts() -> None:
    counts = list(at_level(20))
    counts[-40] *= 2
    taken = StoredAcceptance(
        id=1, pipeline="p", check="volume_expected", kind="level", subject="low since x",
        owner="Mia", reason="smaller", data_date=DAY - timedelta(days=10),
        created_at=datetime(2025, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    before = powers_of(tuple(counts)).rules
    after = powers_of(tuple(counts), accepted_levels=(taken,)).rules
    doubled = DAY - timedelta(days=39)
    (alarm,) = (alarm for alarm in after[0].alarms if alarm.day == doubled)
    assert alarm.events == counts[-40]
    assert alarm.low < counts[-40] / 2 < alarm.high < counts[-40]
    before_days, after_days = ({a.day for a in rules[1].out_of_range} for rules in (before, after))
    assert doubled in before_days & after_days
    assert after_days == before_days


def test_special_and_empty_days_are_not_judged() -> None:
    counts = list(noisy(126, 0.02))
    counts[-5], counts[-20] = 0, counts[-20] * 4
    sale = DAY - timedelta(days=19)
    expected, zscore, *_ = powers_of(
        tuple(counts), calendar=Calendar({sale: SpecialDay("Sale", 4.0)})
    ).rules
    assert power_of(expected).judged == 88
    assert expected.alarms == ()
    assert sale not in {alarm.day for alarm in zscore.alarms}


@pytest.mark.parametrize(("days", "judged"), [(1, 0), (7, 0), (8, 1), (20, 13), (23, 2), (40, 19)])
def test_young_shops_are_judged_by_what_rule_they_have(days: int, judged: int) -> None:
    rule = powers_of(weekly(days), days=90).rules[0]
    assert power_of(rule).judged == judged


def test_words() -> None:
    young = power_of(powers_of(weekly(3)).rules[0])
    assert (drop_text(young), jump_text(young)) == ("not judged", "not judged")
    quiet = power_of(powers_of(noisy(126, 0.02)).rules[0])
    assert drop_text(quiet).endswith(" %")
    assert drop_text(quiet).startswith("-")
    assert jump_text(quiet).startswith("+")
    chance = random.Random(1)  # noqa: S311
    blind = powers_of(tuple(chance.choice((1, 0, 2)) for _ in range(126)))
    assert drop_text(power_of(blind.rules[0])) == "none: not even an outage"


def test_it_reads_what_the_evaluation_reads(duck: Shop) -> None:
    duck.events.rows = [
        view(DAY - timedelta(days=back), 1) for back in range(50) for _ in range(40 + back % 3)
    ]
    duck.write()
    powers = ask(duck, read)
    assert powers.until == DAY
    assert isinstance(powers.until, date)
    assert [rule.check for rule in powers.rules] == list(CHECKS)
    assert [rule.days_judged for rule in powers.rules] == [43, 43, 43, 18]
    assert [power_of(rule).judged for rule in powers.rules[:2]] == [29, 43]


def flat_week() -> tuple[int, ...]:
    """Weekends have 3 % less; in the week before the last day they do not."""
    days = [DAY - timedelta(days=back) for back in range(125, -1, -1)]
    return tuple(
        9_690 if day.weekday() > 4 and (day == DAY or (DAY - day).days > 7) else 10_000
        for day in days
    )


def test_a_day_that_its_weekday_explains_is_no_alarm_of_the_score() -> None:
    expected, zscore, *_ = powers_of(flat_week(), days=5).rules
    assert (expected.alarms, expected.warnings, zscore.alarms) == ((), (), ())
    assert [alarm.day for alarm in zscore.warnings] == [DAY]
    plain = powers(daily(flat_week()), Rules(weekday_explains=False), days=5).rules[1]
    assert ([alarm.day for alarm in plain.alarms], plain.warnings) == ([DAY], ())
    assert power_of(plain) == power_of(zscore)


def test_a_day_out_of_both_ranges_is_an_alarm_of_both() -> None:
    expected, zscore, *_ = powers_of((*flat_week()[:-1], 5_000), days=5).rules
    assert [alarm.day for alarm in expected.alarms] == [DAY]
    assert [alarm.day for alarm in zscore.alarms] == [DAY]
    assert zscore.warnings == ()


def test_days_without_any_event_have_no_power() -> None:
    empty = powers_of((0,) * 30)
    assert (empty.days_judged, empty.parts) == (0, ())
    for rule in empty.rules:
        assert (rule.days_judged, rule.out_of_range) == (0, ())


USUAL = {("view", "ios"): 300, ("view", "tv"): 90, ("search", "ios"): 100, ("search", "tv"): 30}


def read_parts(shop: PartsShop, days: int = 30) -> Powers:
    now = datetime.combine(LAST + timedelta(days=1), time(6), UTC)
    with open_context(shop.config(), LAST, now) as context:
        return read(context, days=days)


def search_fell(name: str, device: str, back: int) -> float:
    """The searches fall, then stop, and come back."""
    if name != "search" or back < 5:
        return 1.0
    return 0.15 if 9 <= back < 12 else 0.0 if back < 9 else 1.0


def test_of_each_name_and_value_it_says_what_is_seen(tmp_path: Path) -> None:
    powers = read_parts(PartsShop(tmp_path, USUAL))
    assert [part.label for part in powers.parts] == [
        "device=ios", "'view'", "'search'", "device=tv",
    ]  # fmt: skip
    for part in powers.parts:
        assert part.days_judged == 30
        assert part.amber_day_count == 0
        assert part.power.smallest_drop is not None
        assert 0.1 < part.power.smallest_drop < 0.9


def test_a_drop_of_the_size_said_makes_the_name_amber(tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    parts = read_parts(PartsShop(tmp_path / "before", USUAL)).parts
    said = next(part for part in parts if part.label == "'search'")
    assert said.power.smallest_drop is not None
    for factor, statuses in ((1.15, {"amber"}), (0.6, {"green"})):
        left = 1 - said.power.smallest_drop * factor
        folder = tmp_path / str(factor)
        folder.mkdir()

        def change(name: str, device: str, back: int, left: float = left) -> float:
            return left if (name, back) == ("search", 0) else 1.0

        shop = PartsShop(folder, USUAL, change)
        verdict = {verdict.id: verdict.status for verdict in shop.report().checks}["event_volume"]
        assert {str(verdict)} == statuses


def test_silent_days_are_red_and_fallen_ones_amber(tmp_path: Path) -> None:
    names = read_parts(PartsShop(tmp_path, USUAL, search_fell)).rules[2]
    assert names.check == "event_volume"
    assert names.red_days == {LAST - timedelta(days=back) for back in range(5, 9)}
    assert {LAST - timedelta(days=back) for back in range(9, 12)} <= names.amber_days
    assert all(alarm.silent and alarm.subject == "'search'" for alarm in names.alarms)
    text = alarm_text(names.alarms[0])
    assert text.startswith(f"{LAST - timedelta(days=5)}: 'search' 0 (silent, usually ")


@pytest.mark.parametrize(
    ("settings", "red", "amber"),
    [
        ("event_volume: {severity: amber}", 0, 7),
        ("event_volume: {ignore: [search]}", 0, 0),
        ("event_volume: {min_per_day: 500}", 0, 3),
    ],
)
def test_settings_of_the_check_apply(tmp_path: Path, settings: str, red: int, amber: int) -> None:
    names = read_parts(PartsShop(tmp_path, USUAL, search_fell, checks=settings)).rules[2]
    assert len(names.red_days) == red
    assert amber <= len(names.amber_days) <= amber + (3 if amber else 0)


def test_only_enabled_checks_are_counted(tmp_path: Path) -> None:
    off = ", ".join(f"{check}: {{enabled: false}}" for check in ("event_volume", "volume_trend"))
    powers = read_parts(PartsShop(tmp_path, USUAL, search_fell, checks=off))
    assert [rule.check for rule in powers.rules] == ["volume_expected", "volume_zscore"]
    assert powers.parts == ()


def test_all_together_counts_a_day_once(tmp_path: Path) -> None:
    shop = PartsShop(tmp_path, USUAL, lambda name, device, back: 0.3 if back == 3 else 1.0)
    powers = read_parts(shop)
    red = [len(rule.red_days) for rule in powers.rules]
    assert red[:2] == [1, 1]
    assert powers.red_days == {LAST - timedelta(days=3)}


def test_a_week_is_told_of_the_trend(tmp_path: Path) -> None:
    shop = PartsShop(tmp_path, USUAL, lambda name, device, back: 0.97 ** max(0, 20 - back))
    trend = read_parts(shop).rules[3]
    assert trend.amber_days
    assert not trend.red_days
    assert "in the week up to it, normal from " in alarm_text(trend.warnings[0])
    assert drop_of(trend).endswith(" % of a week")
    assert jump_of(trend) == "-"


def test_the_volume_page_reads_the_same_with_its_days(tmp_path: Path) -> None:
    shop = PartsShop(tmp_path, USUAL, search_fell)
    now = datetime.combine(LAST + timedelta(days=1), time(6), UTC)
    with open_context(shop.config(), LAST, now) as context:
        volume = read_volume(context, days=20, power_days=30)
        assert read_volume(context, days=20).powers is None
    assert volume.powers == read_parts(shop)
    assert read_parts(shop).rules[2].red_days
