"""The age of the numbers, counted by the browser, so that it is right while the server hangs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import data

_HTML = '<div class="age" role="status"></div>'
_CSS = """
.age { font: 400 var(--age-size, 0.8125rem)/1.4 var(--st-font, sans-serif);
  color: light-dark(#4a5262, #a9b2c0); }
.age.stale { display: inline-block; font-weight: 700; padding: .1rem .5rem; border-radius: 3px;
  border: 2px dashed light-dark(#7a4a00, #ffc561); color: light-dark(#5c3700, #ffd58a);
  background: light-dark(#fff4d6, #3a2a08); }
"""
_JS = """
const text = s => s < 90 ? `${Math.round(s)} s` : s < 5400 ? `${Math.round(s / 60)} min`
  : s < 129600 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} days`;
export default function ({ parentElement, data }) {
  const box = parentElement.querySelector('.age');
  const begin = performance.now() - data.age * 1000;
  const tick = () => {
    const seconds = (performance.now() - begin) / 1000;
    const stale = seconds > data.limit;
    box.classList.toggle('stale', stale);
    box.textContent = stale
      ? `STALE: these numbers are ${text(seconds)} old and are not being renewed`
      : `evaluated ${data.at}${text(seconds)} ago`;
  };
  tick();
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}
"""
_CLOCK_HTML = '<div class="clock" role="timer"></div><div class="age" role="status"></div>'
_CLOCK_CSS = (
    _CSS
    + """
:host, div { text-align: right; }
.clock { font: 700 calc(var(--u, 1vh) * 10)/1 var(--st-font, sans-serif); letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; color: light-dark(#14171c, #e8ecf2); }
.age { font-size: calc(var(--u, 1vh) * 2.6); margin-top: calc(var(--u, 1vh) * .6); }
.small .clock { font-size: calc(var(--u, 1vh) * 7.6); display: inline-block; }
.small .age { font-size: calc(var(--u, 1vh) * 2.2); margin: 0; }
.on-red .clock, .on-red .age:not(.stale) { color: #fff; }
"""
)
_CLOCK_JS = """
const text = s => s < 90 ? `${Math.round(s)} s` : s < 5400 ? `${Math.round(s / 60)} min`
  : s < 129600 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} days`;
const two = n => String(n).padStart(2, '0');
export default function ({ parentElement, data }) {
  const clock = parentElement.querySelector('.clock'), box = parentElement.querySelector('.age');
  parentElement.querySelector('.face').className = `face ${data.css}`;
  const begin = performance.now();
  const tick = () => {
    const passed = (performance.now() - begin) / 1000;
    const minutes = Math.floor((data.second + passed) / 60) % 1440;
    clock.textContent = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
    const seconds = data.age + passed, stale = seconds > data.limit;
    box.classList.toggle('stale', stale);
    box.textContent = stale
      ? `STALE: these numbers are ${text(seconds)} old and are not being renewed`
      : `${data.zone} · evaluated ${text(seconds)} ago`;
  };
  tick();
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}
"""
_clock = st.components.v2.component(
    "andon_clock", html=f'<div class="face">{_CLOCK_HTML}</div>', css=_CLOCK_CSS, js=_CLOCK_JS
)
_component = st.components.v2.component("andon_age", html=_HTML, css=_CSS, js=_JS)


def draw(live: data.LiveEvaluation, stale_after: float, key: str) -> None:
    """`evaluated 12 s ago`, and STALE after so many seconds."""
    _component(data=_values(live.evaluated_at, stale_after, ""), key=key)


def draw_at(moment: datetime, zone: ZoneInfo, stale_after: float, key: str) -> None:
    """`evaluated 07:10:00 UTC, 12 s ago`, where the time stands nowhere else."""
    local = moment.astimezone(zone)
    at = f"{local:%H:%M:%S} {local.tzname() or zone.key}, "
    _component(data=_values(moment, stale_after, at), key=key)


def _values(moment: datetime, stale_after: float, at: str) -> dict[str, Any]:
    return {
        "age": max(0.0, (data.now() - moment).total_seconds()),
        "at": at,
        "limit": stale_after,
    }


def draw_clock(
    moment: datetime, zone: ZoneInfo, stale_after: float, key: str, *, is_red: bool, is_small: bool
) -> None:
    """The time of day in the shop's zone, going on by itself; below it the age of the numbers."""
    now = data.now().astimezone(zone)
    values: dict[str, Any] = {
        "age": max(0.0, (data.now() - moment).total_seconds()),
        "second": now.hour * 3600 + now.minute * 60 + now.second,
        "zone": now.tzname() or zone.key,
        "limit": stale_after,
        "css": f"{'on-red' if is_red else ''} {'small' if is_small else ''}",
    }
    _clock(data=values, key=key)
