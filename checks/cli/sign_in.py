"""How people sign in to the dashboard, and problems in its configuration."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from checks.core.errors import UsageError
from checks.core.plain_file import NotAFileError, open_file
from checks.core.text import clean, quoted

_LISTED = "STREAMLIT_SECRETS_FILES"
_NEEDED = ("redirect_uri", "cookie_secret")
_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")
_CALLBACK = "/oauth2callback"


class SignIn(StrEnum):
    """How people sign in; the dashboard reads the value from $ANDON_REQUIRE_SIGN_IN."""

    NONE = ""
    OIDC = "oidc"
    HEADER = "header"


def configured_sign_in(user_header: str | None, environ: Mapping[str, str]) -> SignIn:
    """How people sign in: by a proxy's header, else by `[auth]` of the secrets, else not at all.

    Raises UsageError for an `[auth]` that cannot work.
    """
    if user_header is not None:
        return SignIn.HEADER
    auth, file = _auth(environ)
    if not auth:
        return SignIn.NONE
    _check(auth, file)
    if find_spec("authlib") is None:
        raise UsageError('sign-in needs Authlib: pip install ".[dashboard]" in a clone')
    return SignIn.OIDC


def header_name(word: str) -> str:
    """The name of a header, such as X-Forwarded-Email."""
    from argparse import ArgumentTypeError

    if not _HEADER.fullmatch(word):
        raise ArgumentTypeError(
            f"found {quoted(word)}, expected the name of a header such as X-Forwarded-Email"
        )
    return word


def _auth(environ: Mapping[str, str]) -> tuple[Mapping[str, Any], Path]:
    """`[auth]` of the last secrets file that has one, as Streamlit reads them."""
    auth: Mapping[str, Any] = {}
    auth_file = Path()
    for file in files(environ):
        section = _read(file).get("auth")
        if section is not None:
            auth, auth_file = _table(section, file), file
    return auth, auth_file


def files(environ: Mapping[str, str]) -> list[Path]:
    """The possible secrets files; the last one takes precedence."""
    listed = environ.get(_LISTED, "").split()
    if listed:
        return [Path(part) for part in listed]
    relative = Path(".streamlit") / "secrets.toml"
    try:
        return [Path.home() / relative, Path.cwd() / relative]
    except (OSError, RuntimeError):  # an account without a home, a folder that is gone
        return [relative]


def _read(file: Path) -> Mapping[str, Any]:
    try:
        with open_file(file) as stream:
            return tomllib.loads(stream.read().decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except NotAFileError as error:
        if error.kind == "a folder":
            return {}
        raise UsageError(f"{_shown(file)}: {error.kind}, not a TOML file") from None
    # The content is not shown: it is full of secrets.
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise UsageError(f"{_shown(file)}: cannot be read ({reason})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise UsageError(f"{_shown(file)}: not a TOML file") from None


def _table(auth: object, file: Path) -> Mapping[str, Any]:
    if not isinstance(auth, Mapping) or not auth:
        raise UsageError(f"{_shown(file)}: [auth] is empty; it must name who signs people in")
    return auth


def _shown(file: Path) -> str:
    return clean(file, 200)


def _check(auth: Mapping[str, Any], file: Path) -> None:
    """Raises UsageError for mistakes that Streamlit would find only when a person signs in."""
    place = _shown(file)
    providers = {name: table for name, table in auth.items() if isinstance(table, Mapping)}
    missing_keys = [f"auth.{key}" for key in _NEEDED if not auth.get(key)]
    for prefix, table in (
        [(f"auth.{name}", table) for name, table in providers.items() if "client_id" in table]
        if "client_id" not in auth and providers
        else [("auth", auth)]
    ):
        missing_keys += [f"{prefix}.{key}" for key in _PROVIDER if not table.get(key)]
    if missing_keys:
        raise UsageError(f"{place}: sign-in lacks {', '.join(missing_keys)}")
    if not str(auth["redirect_uri"]).endswith(_CALLBACK):
        raise UsageError(f"{place}: auth.redirect_uri must end with {_CALLBACK}")
