"""The page shell: Streamlit's own `index.html`, told where its server is.

Without that, Streamlit asks below a page's own address first (`/quarantine/_stcore/health`),
which costs a deep link two failing requests and the console two errors.
"""

from __future__ import annotations

import re
from pathlib import Path

import streamlit

_FILE = Path(streamlit.__file__).parent / "static" / "index.html"
#: A setting of Streamlit's frontend; one that no longer knows it asks as before.
_SCRIPT = '<script>window.__streamlit={BACKEND_BASE_URL:window.location.origin+"/"}</script>\n'
_NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
_AGENT_LINK = re.compile(r"<link rel=\"service-desc\"[^>]*>")


def original() -> str:
    """The shell as Streamlit ships it."""
    return _FILE.read_text(encoding="utf-8")


def ours() -> str:
    """The shell as we serve it: our name, our server's place, no word of closed routes."""
    shell = original().replace("<title>Streamlit</title>", "<title>Andon</title>")
    shell = _NOSCRIPT.sub("<noscript><p>The board needs JavaScript.</p></noscript>", shell)
    shell = _AGENT_LINK.sub("", shell)
    return shell.replace("<script", f"{_SCRIPT}<script", 1)
