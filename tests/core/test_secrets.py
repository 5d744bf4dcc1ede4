"""Secrets in URLs, in every place where drivers put them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from checks.core.secrets import secrets_of, without_credentials, without_secrets


@pytest.mark.parametrize(
    "connection",
    ["SERVER=a;UID=u;PWD=hunter2x", "PWD={hunter2x};SERVER=a", "SERVER=a;Password={hunter2x;y}"],
)
def test_passwords_of_odbc_are_hidden(connection: str) -> None:
    url = sa.URL.create("mssql+pyodbc", query={"odbc_connect": connection})
    shown = without_secrets(f"login failed for {connection}", secrets_of(url))
    assert "hunter2x" not in shown
    assert "UID=u" in shown or "UID" not in connection


def test_a_password_in_braces_is_hidden_whole() -> None:
    assert "b" not in without_credentials("PWD={a;b}").removeprefix("PWD=")
