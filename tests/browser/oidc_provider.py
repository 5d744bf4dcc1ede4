"""A small OpenID Connect provider on loopback: signs everybody in as one person, or nobody.

Specification: https://openid.net/specs/openid-connect-core-1_0.html, code flow.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "andon"


class Provider:
    """Runs while it is entered. `refuses`: whoever comes is sent back with an error."""

    def __init__(self, email: str) -> None:
        self.email = email
        self.refuses = False
        self.asked = 0
        self._key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self._nonces: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Its address, which is also its name as an issuer."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def metadata_url(self) -> str:
        """Where a client learns everything else."""
        return f"{self.url}/.well-known/openid-configuration"

    def answer(self, path: str) -> dict[str, Any]:
        """The JSON at an address."""
        if path == "/jwks":
            return {"keys": [self._key.as_dict(private=False)]}
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def authorized(self, query: Mapping[str, list[str]]) -> str:
        """Where a browser is sent back to."""
        self.asked += 1
        back, state = query["redirect_uri"][0], query["state"][0]
        if self.refuses:
            return f"{back}?{urlencode({'error': 'access_denied', 'state': state})}"
        code = f"code-{self.asked}"
        self._nonces[code] = query["nonce"][0]
        return f"{back}?{urlencode({'code': code, 'state': state})}"

    def token(self, form: Mapping[str, list[str]]) -> dict[str, Any]:
        """What a code is worth, once."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "1",
            "email": self.email,
            "nonce": self._nonces.pop(form["code"][0]),
            "iat": now,
            "exp": now + 3600,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self._key)
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorized(parse_qs(parts.query)))
                    self.end_headers()
                else:
                    self._json(provider.answer(parts.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._json(provider.token(parse_qs(body)))

            def _json(self, document: dict[str, Any]) -> None:
                content = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *words: object) -> None:
                pass

        return Handler
