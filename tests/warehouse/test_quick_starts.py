"""The quick starts of the documentation, done as they are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from checks import DataMonitor
from checks.config import load_config
from checks.evaluation.validation import validate
from tests.shop import NOW, RUN, Shop
from tests.warehouse.conftest import shop_on

DOCS = Path(__file__).parents[2] / "docs" / "engines"
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """The code of one language on a page, without its indentation."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        re.sub(f"^{indent}", "", code, flags=re.MULTILINE)
        for indent, code_language, code in _FENCE.findall(text)
        if code_language == language
    ]


def statements(sql: str) -> list[str]:
    """The statements of a block, without their comments."""
    return [
        statement.strip() for statement in re.sub(r"--.*", "", sql).split(";") if statement.strip()
    ]


def judged(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load a configuration, validate it with its queries, and evaluate the shop's day."""
    monkeypatch.setenv("ANDON_PASSWORD", "choose-one")
    path = folder / "quick.yml"
    path.write_text(text, encoding="utf-8")
    config = load_config(path)
    report = DataMonitor(config).run(date=RUN, now=NOW)
    assert [line.text for line in validate(config) if not line.ok] == []
    # The shop is too young for a trend.
    assert {v.id: v.status.value for v in report.checks if v.status.value != "green"} == {
        "volume_trend": "skipped"
    }
    assert report.exit_code == 0


@pytest.fixture
def shop_in_postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    shop = shop_on("postgresql", request, tmp_path)
    shop.write()
    return shop


def test_postgresql(shop_in_postgresql: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_in_postgresql
    url = sa.make_url(shop.url)
    roles, fewer_rights, indexes, history = blocks("postgresql.md", "sql")
    engine = sa.create_engine(shop.url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        for role in ("andon", "andon_history"):
            connection.exec_driver_sql(f"DROP ROLE IF EXISTS {role}")
        try:
            connection.exec_driver_sql("CREATE FOREIGN DATA WRAPPER other")
            connection.exec_driver_sql("CREATE SERVER other_server FOREIGN DATA WRAPPER other")
            rights = (roles + fewer_rights).replace("DATABASE shop", f"DATABASE {url.database}")
            for statement in statements(rights):
                connection.exec_driver_sql(statement)
            for statement in statements(indexes + history):
                connection.exec_driver_sql(statement)
            port = url.query["port"]
            assert isinstance(port, str)
            (text,) = blocks("postgresql.md", "yaml")
            here = text.replace("db.example.com:5432/shop", f"127.0.0.1:{port}/{url.database}")
            assert here != text
            secret = "postgresql+psycopg://andon_history:choose-another@127.0.0.1"
            with_history = f"{here}history: {{url: '{secret}:{port}/{url.database}'}}\n"
            judged(shop.folder, with_history, monkeypatch)
            recorded = DataMonitor(shop.folder / "quick.yml").run(date=RUN, now=NOW, record=True)
            assert recorded.warnings == ()
        finally:
            for role in ("andon", "andon_history"):
                connection.exec_driver_sql(f"DROP OWNED BY {role} CASCADE")
                connection.exec_driver_sql(f"DROP ROLE {role}")
    engine.dispose()


@pytest.mark.spark
@pytest.mark.parametrize("engine", ["spark", "spark_connect"])
def test_spark(
    engine: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = shop_on(engine, request, tmp_path)
    (partitioned,) = blocks("spark.md", "sql")
    shop.write(*statements(partitioned))
    (text,) = blocks("spark.md", "yaml")
    documented = "spark://andon:${ANDON_PASSWORD}@thrift.example.com:10000/shop"
    here = text.replace(documented, shop.url)
    assert here != text
    judged(tmp_path, here, monkeypatch)
