"""The transport to a Spark Thrift server: plain or encrypted, by socket or HTTP, signed in."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass
from typing import Any

_YES = ("true", "1", "yes")
_WITH_PASSWORD = ("LDAP", "CUSTOM")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server and how to sign in, from the parts of a URL and its options."""

    host: str
    port: int
    username: str
    password: str | None
    options: dict[str, str]

    @property
    def way_in(self) -> str:
        """NOSASL, NONE, LDAP, CUSTOM or KERBEROS; a password alone means LDAP."""
        return self.options.get("auth", "LDAP" if self.password else "NONE").upper()

    @property
    def encrypted(self) -> bool:
        return self.options.get("ssl", "").lower() in _YES

    def transport(self) -> tuple[Any, Any]:
        """A Thrift transport, and the part of it that has a time-out (in milliseconds)."""
        if self.options.get("transport", "binary").lower() == "http":
            client = self._by_http()
            return client, client
        socket = self._socket()
        return self._signed_in(socket), socket

    def _socket(self) -> Any:
        from thrift.transport import TSocket, TSSLSocket

        if not self.encrypted:
            return TSocket.TSocket(self.host, self.port)
        return TSSLSocket.TSSLSocket(self.host, self.port, ssl_context=self._certificates())

    def _signed_in(self, socket: Any) -> Any:
        from thrift.transport import TTransport

        way = self.way_in
        if self.password is not None and way not in _WITH_PASSWORD:
            raise ValueError(f"auth={way} takes no password; use auth=LDAP or auth=CUSTOM")
        if way == "NOSASL":
            return TTransport.TBufferedTransport(socket)
        from pyhive.hive import get_installed_sasl
        from thrift_sasl import TSaslClientTransport

        mechanism = "GSSAPI" if way == "KERBEROS" else "PLAIN"
        service = self.options.get("kerberos_service_name")
        return TSaslClientTransport(
            lambda: get_installed_sasl(
                host=self.host, sasl_auth=mechanism, service=service,
                # Without LDAP the password is not read, but the protocol requires one.
                username=self.username, password=self.password or "x",
            ),
            mechanism,
            socket,
        )  # fmt: skip

    def _by_http(self) -> Any:
        from thrift.transport.THttpClient import THttpClient

        scheme = "https" if self.encrypted else "http"
        path = self.options.get("http_path", "cliservice").strip("/")
        client = THttpClient(
            f"{scheme}://{self.host}:{self.port}/{path}",
            ssl_context=self._certificates() if self.encrypted else None,
        )
        signature = base64.b64encode(f"{self.username}:{self.password or 'x'}".encode()).decode()
        client.setCustomHeaders({"Authorization": f"Basic {signature}"})
        return client

    def _certificates(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.options.get("ssl_ca"))
