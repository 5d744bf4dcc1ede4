"""The page shell: Streamlit's own `index.html`, with the address of its server added.

Without it, Streamlit first asks below the page's own address (`/quarantine/_stcore/health`),
which costs two failing requests, and two errors in the console, for each deep link.
"""

from __future__ import annotations

import re
from pathlib import Path

import streamlit

_FILE = Path(streamlit.__file__).parent / "static" / "index.html"
_SCRIPTS = _FILE.parent / "static" / "js"
#: Scripts that draw figures and tables: 5 MB that the first page with one would wait for.
_LATER = ("PlotlyChart", "DataFrame")
_LATER_SECONDS = 3
#: A setting of Streamlit's frontend; a version without it asks as before.
_SCRIPT = '<script>window.__streamlit={BACKEND_BASE_URL:window.location.origin+"/"}</script>\n'
_NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
_AGENT_LINK = re.compile(r"<link rel=\"service-desc\"[^>]*>")


def streamlit_shell() -> str:
    """The shell as Streamlit ships it."""
    return _FILE.read_text(encoding="utf-8")


def page_shell() -> str:
    """The shell as we serve it: our title, our server address, no links to closed routes."""
    shell = streamlit_shell().replace("<title>Streamlit</title>", "<title>Andon</title>")
    shell = _NOSCRIPT.sub("<noscript><p>The board needs JavaScript.</p></noscript>", shell)
    shell = _AGENT_LINK.sub("", shell)
    return shell.replace("<script", f"{_SCRIPT}<script", 1)


def home_shell() -> str:
    """The shell of the overview: once drawn, it fetches the scripts that other pages need."""
    names = [file.name for prefix in _LATER for file in sorted(_SCRIPTS.glob(f"{prefix}.*.js"))]
    imports = ";".join(f'import("/static/js/{name}").catch(()=>{{}})' for name in names)
    script = (
        f"<script>setTimeout(()=>requestIdleCallback(()=>{{{imports}}}),"
        f"{_LATER_SECONDS * 1000})</script>\n"
    )
    return page_shell().replace("</head>", f"{script}</head>", 1)
