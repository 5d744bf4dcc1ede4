"""Who may decide something on a page, and the name it is recorded under."""

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
#: Prefixes of headers that proxies set: the request came from another machine.
_PROXIED: Final = (
    "cdn-loop", "cf-", "client-ip", "fastly-", "forwarded", "true-client-ip", "via", "x-amzn-",
    "x-arr-", "x-azure-", "x-client-ip", "x-cluster-", "x-envoy-", "x-forwarded", "x-goog-",
    "x-original-", "x-proxy", "x-real-ip", "x-remote-",
)  # fmt: skip


def person() -> str | None:
    """The name that decisions are recorded under; None where it is not known.

    The person who signed in. At the machine itself, without sign-in, $ANDON_OWNER as on the
    command line.
    """
    if sign_in.kind() is not None:
        return sign_in.person()
    if not is_at_the_machine():
        return None
    return clean(os.environ.get(OWNER, "").strip(), _LONGEST) or None


def may_acknowledge() -> bool:
    """Whether somebody may acknowledge a check: that changes no verdict."""
    return person() is not None or is_at_the_machine()


def is_at_the_machine() -> bool:
    """Whether there is no sign-in and the request comes from this machine, through no proxy.

    Decided again for each run and each click, from the address that the server listens at and the
    headers of the session's own request.
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
    """The headers of the request that began the session."""
    return st.context.headers


def is_direct(headers: Mapping[str, str]) -> bool:
    """Whether a request was sent to this machine's own name, without any header of a proxy.

    The origin must be the host too: it may be the only trace of a proxy, or of a page of another
    server on this machine.
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
