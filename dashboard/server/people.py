"""Who may do something here, and under which name it is recorded."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from checks.core.environment import DASHBOARD_OPEN, OWNER
from checks.core.text import clean
from dashboard.server import sign_in

_LONGEST = 200
#: Set by proxies, in the beginnings of their names: the request came from elsewhere.
_PROXIED: Final = (
    "cdn-loop", "cf-", "client-ip", "fastly-", "forwarded", "true-client-ip", "via", "x-amzn-",
    "x-arr-", "x-azure-", "x-client-ip", "x-cluster-", "x-envoy-", "x-forwarded", "x-goog-",
    "x-original-", "x-proxy", "x-real-ip", "x-remote-",
)  # fmt: skip


def person() -> str | None:
    """The name that acts are recorded under; None for nobody known.

    Who signed in. At the machine itself, where nobody signs in, it is $ANDON_OWNER, as on the
    command line.
    """
    if sign_in.kind() is not None:
        return sign_in.person()
    if not is_at_the_machine():
        return None
    return clean(os.environ.get(OWNER, "").strip(), _LONGEST) or None


def may_acknowledge() -> bool:
    """Whether somebody may say that they are on it: it changes no verdict."""
    return person() is not None or is_at_the_machine()


def is_at_the_machine() -> bool:
    """Whether nobody signs in and the request comes from this machine, through no proxy.

    Decided anew for each run and each click, from how the server listens and from the headers
    of the session's own request.
    """
    return (
        sign_in.kind() is None
        and not _is_open()
        and is_loopback(listens_at())
        and is_direct(request_headers())
    )


def listens_at() -> str:
    """The address that the server listens at; empty for every one."""
    return str(st.get_option("server.address") or "")


def request_headers() -> Mapping[str, str]:
    """The headers of the session's own request, the one that began it."""
    return st.context.headers


def is_direct(headers: Mapping[str, str]) -> bool:
    """Whether a request names this machine, and no proxy has left its mark on it.

    A page's origin has to be the same: a proxy may hide all but that, and so may a page of
    another server on this machine.
    """
    if any(_is_of_a_proxy(name) for name in headers):
        return False
    values = {name.lower(): value.lower() for name, value in headers.items()}
    host = values.get("host", "")
    scheme, _, origin = values.get("origin", f"http://{host}").partition("://")
    return scheme in ("http", "https") and origin == host and is_loopback(_name_of(host))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine's own. A name counts only when it is localhost."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _is_of_a_proxy(name: str) -> bool:
    plain = name.lower().replace("_", "-")
    return plain.startswith(_PROXIED)


def _name_of(host: str) -> str:
    """A Host header without its port; empty for one that is none."""
    try:
        return "" if "@" in host else urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_open() -> bool:
    return os.environ.get(DASHBOARD_OPEN, "0") not in ("", "0")
