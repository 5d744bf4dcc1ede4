"""What is in the wheel, and that it works where this checkout is not."""

from __future__ import annotations

import os
import subprocess
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from checks.core.version import VERSION
from tests.dashboard.session import free_port, seen
from tests.packaging import small_warehouse

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("checks", "dashboard", "pages")


@pytest.fixture(scope="session")
def names(wheel: Path) -> list[str]:
    return zipfile.ZipFile(wheel).namelist()


def test_top_level_names_are_the_packages_and_nothing_else(names: list[str]) -> None:
    top = {name.split("/")[0] for name in names}
    assert top == {*PACKAGES, f"andon-{VERSION}.dist-info"}


def test_every_file_of_the_packages_is_in_it(names: list[str]) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files
    assert files - set(names) == set()


def test_the_screens_find_their_configuration_in_it(wheel: Path) -> None:
    packed = zipfile.ZipFile(wheel).read("dashboard/.streamlit/config.toml")
    assert packed == (ROOT / ".streamlit/config.toml").read_bytes()


def test_the_screens_start_without_a_file_of_the_checkout(names: list[str]) -> None:
    for name in (
        "app.py",
        "server/asgi.py",
        "server/serve.py",
        "icon.png",
        "style.css",
        ".streamlit/config.toml",
    ):
        assert f"dashboard/{name}" in names
    assert "pages/overview.py" in names


def test_license_and_typing_marker_are_in_it(names: list[str]) -> None:
    assert f"andon-{VERSION}.dist-info/licenses/LICENSE" in names
    assert "checks/py.typed" in names


def test_the_gate_needs_no_library_of_the_screens(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = message_from_bytes(archive.read(f"andon-{VERSION}.dist-info/METADATA"))
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert needed
    for library in ("streamlit", "pandas", "plotly"):
        assert not [line for line in needed if line.startswith(library)]
        assert [line for line in metadata.get_all("Requires-Dist", []) if line.startswith(library)]


def test_version_is_written_once_for_people_and_once_for_packaging() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_sign_in_comes_with_the_screens(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = message_from_bytes(archive.read(f"andon-{VERSION}.dist-info/METADATA"))
    needed = metadata.get_all("Requires-Dist", [])
    assert any(
        requirement.startswith("streamlit[auth]") and "dashboard" in requirement
        for requirement in needed
    )


@pytest.fixture
def decoy(tmp_path: Path) -> Path:
    """A pipeline's folder that happens to have its own `checks` package."""
    package = tmp_path / "checks"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('wrong package')\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["--version"], VERSION), (["gate", "--help"], "--config"), (["--help"], "waivers")],
)
def test_the_command_works_beside_a_folder_named_checks(
    installed: Path, decoy: Path, arguments: list[str], expected: str
) -> None:
    done = subprocess.run(
        [installed / "andon", *arguments], cwd=decoy, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert expected in done.stdout


def test_the_installed_package_is_the_wheels(installed: Path, tmp_path: Path) -> None:
    code = "import checks.cli, checks.catalog; print(checks.cli.__file__)"
    done = subprocess.run(
        [installed / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).is_relative_to(installed.parent)


def test_the_demo_works_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    options = ["--days", "35", "--events-per-day", "2000", "--date", "2025-03-09"]
    done = subprocess.run(
        [installed / "andon", "demo", "--dir", "shop", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "(max 0.05)" in done.stdout
    assert (tmp_path / "shop" / "warehouse.duckdb").is_file()


def test_the_dashboard_works_from_the_wheel_beside_decoys(installed: Path, decoy: Path) -> None:
    """From any folder: none of its packages and none of its settings are taken for ours."""
    for name in ("dashboard", "pages", "streamlit"):
        (decoy / name).mkdir()
        (decoy / name / "__init__.py").write_text("raise SystemExit('wrong')\n", encoding="utf-8")
    (decoy / ".streamlit").mkdir()
    settings = decoy / ".streamlit" / "config.toml"
    settings.write_text("[server]\nport = 1\nenableAgentApi = true\n", encoding="utf-8")
    config, port = small_warehouse.write(decoy), free_port()
    process = subprocess.Popen(
        [installed / "andon", "dashboard", "--config", config.name, "--port", str(port)],
        cwd=decoy,
        env={**os.environ, "HOME": str(decoy)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first_line = process.stdout.readline()
        assert first_line == f"Andon is at http://127.0.0.1:{port} (Ctrl-C stops it)\n"
        assert b"small" in seen(port)
    finally:
        process.terminate()
        rest = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, ("", ""))
