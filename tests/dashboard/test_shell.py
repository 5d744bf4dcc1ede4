"""The overview's shell fetches early what draws figures and tables; the policy allows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit

from dashboard.server import shell
from dashboard.server.security import policy

_IMPORT = re.compile(r'import\("/(static/js/[^"]+)"\)')
_STATIC = Path(streamlit.__file__).parent / "static"


def test_the_overview_fetches_what_figures_and_tables_need() -> None:
    scripts = _IMPORT.findall(shell.home_shell())
    names = {Path(script).name.partition(".")[0] for script in scripts}
    assert names == {"PlotlyChart", "DataFrame"}
    for script in scripts:
        assert (_STATIC / script).is_file()


def test_the_other_pages_do_not() -> None:
    assert not _IMPORT.search(shell.page_shell())


def test_its_script_may_run() -> None:
    """Streamlit's own, the server's place, and this one."""
    assert policy(shell.streamlit_shell() + shell.page_shell()).count("sha256-") == 2
    assert policy(shell.streamlit_shell() + shell.home_shell()).count("sha256-") == 3


def test_without_those_files_it_is_the_shell_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "_SCRIPTS", tmp_path)
    assert not _IMPORT.search(shell.home_shell())
    assert '<div id="root"></div>' in shell.home_shell()
