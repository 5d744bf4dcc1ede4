"""The age of the numbers, counted by the browser, so that it is right while the server hangs."""

from __future__ import annotations

from typing import Any

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
      : `evaluated ${data.at}, ${text(seconds)} ago`;
  };
  tick();
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}
"""
_component = st.components.v2.component("andon_age", html=_HTML, css=_CSS, js=_JS)


def draw(live: data.LiveEvaluation, stale_after: float, key: str) -> None:
    """`evaluated 07:10, 12 s ago`, and STALE after so many seconds."""
    zone = data.zone_of(live.report)
    local = live.evaluated_at.astimezone(zone)
    values: dict[str, Any] = {
        "age": max(0.0, (data.now() - live.evaluated_at).total_seconds()),
        "at": f"{local:%H:%M:%S} {local.tzname() or zone.key}",
        "limit": stale_after,
    }
    _component(data=values, key=key)
