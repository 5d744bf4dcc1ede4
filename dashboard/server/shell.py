"""The page shell: Streamlit's own `index.html`, told where its server is.

Without that, Streamlit asks below a page's own address first (`/quarantine/_stcore/health`),
which costs a deep link two failing requests and the console two errors.
"""

from __future__ import annotations

import re
from pathlib import Path

import streamlit

_FILE = Path(streamlit.__file__).parent / "static" / "index.html"
_SCRIPTS = _FILE.parent / "static" / "js"
#: What draws a figure and a table: 5 MB that the first click on a page with one would wait for.
_LATER = ("PlotlyChart", "DataFrame")
_LATER_SECONDS = 3
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


def home() -> str:
    """The same for the page where people begin: once it is drawn, it fetches what others need."""
    names = [file.name for one in _LATER for file in sorted(_SCRIPTS.glob(f"{one}.*.js"))]
    imports = ";".join(f'import("/static/js/{name}").catch(()=>{{}})' for name in names)
    script = (
        f"<script>setTimeout(()=>requestIdleCallback(()=>{{{imports}}}),"
        f"{_LATER_SECONDS * 1000})</script>\n"
    )
    return ours().replace("</head>", f"{script}</head>", 1)
