"""A shop in which every text from outside is an attack."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

from checks import DataMonitor, load_config
from checks.history import open_history
from tests.moment import now
from tests.shop import DAY, NOW, RUN, Shop, log_entry, order, purchase, view

#: The host that a browser would contact if it followed a text; nothing answers (RFC 5737).
HOST = "192.0.2.1"
#: Texts that, taken for markup, would run code, fetch something, link elsewhere or look different.
MARKUP = (
    "<script>window.pwned=1</script>",
    f"<img src=http://{HOST}/x.png onerror=window.pwned=2>",
    f"<a href=http://{HOST}/ onclick=window.pwned=3>click</a>",
    "</style><svg/onload=window.pwned=4>",
    f"![x](http://{HOST}/y.png)",
    "[a](javascript:window.pwned=5)",
    "**bold** :red[x] :material/home:",
    r"$\frac{1}{2}$ {{7*7}}",
)
FORMULAS = (
    f'=HYPERLINK("http://{HOST}/","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "＝1+1",
)
ODD = ("\u202etxt.exe", "a\x00b", "Z" * 1_000_000)
TEXTS = (*MARKUP, *FORMULAS, *ODD)


def write(folder: Path) -> Path:
    """The shop with its gate recorded for `DAY`, a waiver and a note; its configuration."""
    shop = Shop(folder, f"duckdb:///{folder / 'warehouse.duckdb'}")
    _events(shop)
    _orders(shop)
    _log(shop)
    _quarantine(shop)
    shop.set("dashboard", allow_waivers=True)
    shop.settings["checks"] = {
        name: {"owner": MARKUP[1]} for name in ("orphan_orders", "event_volume", "run_status")
    }
    shop.write(*_replacements())
    shop.config()
    _record(folder / "andon.yml")
    return folder / "andon.yml"


#: Placeholders for texts that the CSV file that fills the tables cannot hold.
_PLACEHOLDERS = {ODD[1]: "NUL", ODD[2]: "LONG"}
_SQL_OF_PLACEHOLDERS = {"NUL": "'a' || chr(0) || 'b'", "LONG": "repeat('Z', 1000000)"}


def _replacements() -> list[str]:
    columns = (
        ("stg_events", "event_name"),
        ("stg_events", "transaction_id"),
        ("fct_attribution", "transaction_id"),
        ("fct_attribution", "lc_session_id"),
    )
    return [
        f"UPDATE {table} SET {column} = {expression} WHERE {column} = '{name}'"
        for table, column in columns
        for name, expression in _SQL_OF_PLACEHOLDERS.items()
    ]


def _placeholder(text: str) -> str:
    return _PLACEHOLDERS.get(text, text)


def _events(shop: Shop) -> None:
    """Each text as the name of an event that came every day before and then stopped."""
    for back in range(1, 9):
        day = DAY - timedelta(days=back)
        shop.events.rows += [view(day, 8, text) for text in MARKUP for _ in range(12)]
        shop.events.rows += [view(day, 8, _placeholder(text)) for text in (*FORMULAS, *ODD)]
    for number, text in enumerate(TEXTS, 20):
        hostile_purchase = purchase(DAY, number, revenue=None)
        shop.events.rows.append(hostile_purchase | {"transaction_id": _placeholder(text)})


def _orders(shop: Shop) -> None:
    """Each text as the id of an order, and as a session that does not exist."""
    for number, text in enumerate(TEXTS, 20):
        hostile_order = order(DAY, number, session=_placeholder(text), revenue=-3.5)
        shop.orders.rows.append(hostile_order | {"transaction_id": _placeholder(text)})


def _log(shop: Shop) -> None:
    """Each text as the name of a source, and in its status."""
    for back in range(8):
        day = DAY - timedelta(days=back)
        more = {"quarantined": 900} if back == 0 else {}
        texts = MARKUP if back == 0 else (*MARKUP, "gone <b>today</b>")
        for text in texts:
            status = f"{text} failed" if back == 0 else "success"
            shop.log.rows.append(log_entry(day, filename=text, status=status, **more))


def _quarantine(shop: Shop) -> None:
    (shop.folder / "quarantine").mkdir()
    columns = ("timestamp", "event_name", "error_reason", "user_agent", "page_url", "note", "odd")
    for back in range(8):
        day = DAY - timedelta(days=back)
        path = shop.folder / "quarantine" / f"events_{day:%Y%m%d}_errors.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*columns, "<img src=x onerror=window.pwned=6>", "=1+1"])
            for text in TEXTS[: None if back == 0 else 2]:
                text = text.replace("\0", "")  # a file with NUL bytes is no CSV, and not read
                writer.writerow(
                    (f"{day}T10:00:00Z", text, f"{text[:900]}: missing", f"Mozilla {text}",
                     f"https://shop.example/{text}", text, f"{text} odd", text, text)
                )  # fmt: skip
    shop.set(
        "quarantine", files="quarantine/events_{date:%Y%m%d}_errors.csv", reason="error_reason",
        occurred_at="timestamp", event_name="event_name",
    )  # fmt: skip


def _record(config: Path) -> None:
    monitor = DataMonitor(load_config(config))
    monitor.backfill(RUN - timedelta(days=2), RUN - timedelta(days=1))
    monitor.run(date=RUN, now=NOW, record=True)
    history = open_history(load_config(config).history)
    moment = now()
    history.give_waiver("shop", "missing_revenue", MARKUP[1], MARKUP[0] + MARKUP[4],
                        moment.date() + timedelta(days=9), 0.9, DAY, moment)  # fmt: skip
    history.acknowledge("shop", "orphan_orders", MARKUP[6], MARKUP[5] + MARKUP[1], moment)
    monitor.run(date=RUN, now=NOW + timedelta(hours=1), record=True)
