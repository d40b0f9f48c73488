"""A small sign-in service over a real socket: OpenID Connect with real keys, and faults on request."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import quote_plus

from flask import Flask, abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from werkzeug.serving import make_server

CLIENT = "wangge"
SECRET = "a secret of the tests"


@dataclass
class Service:
    """What the service says of whoever signs in next, and what it does wrong."""

    port: int = 0
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "u1", "name": "Li Lei"})
    # Laid over what it says of itself, and over a token that was right.
    metadata: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    shown: list[RSAKey] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"http://127.0.0.1:{self.port}/office"

    def new_keys(self) -> None:
        """Its keys have changed."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})
        self.shown = [self.key]

    def token(self, kept: dict[str, str]) -> str:
        """What it says of whoever signed in, signed."""
        now = int(time.time())
        said = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": kept["nonce"],
            **self.claims,
            **self.wrong,
        }
        said = {name: value for name, value in said.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm == "HS256":
            return jwt.encode(header, said, OctKey.import_key(SECRET), algorithms=["HS256"])
        if self.algorithm == "none":
            return jwt.encode(header, said, OctKey.import_key(SECRET), algorithms=["none"])
        return jwt.encode(header, said, self.key)


@contextmanager
def serving() -> Iterator[Service]:
    """The service answers until the block ends."""
    service = Service()
    service.shown = [service.key]
    server = make_server("127.0.0.1", 0, _app(service), threaded=True)
    service.port = server.server_port
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _app(service: Service) -> Flask:
    app = Flask("service")

    @app.before_request
    def note() -> None:
        service.asked.append(request.path)

    @app.get("/office/.well-known/openid-configuration")
    def discovery() -> ResponseReturnValue:
        base = service.issuer
        return jsonify(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/keys",
                "end_session_endpoint": f"{base}/leave",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                **service.metadata,
            }
        )

    @app.get("/office/keys")
    def keys() -> ResponseReturnValue:
        return jsonify(KeySet(service.shown).as_dict(private=False))

    @app.get("/office/authorize")
    def authorize() -> ResponseReturnValue:
        wish = request.args
        right = wish["client_id"] == CLIENT and wish["response_type"] == "code"
        if not right or wish["code_challenge_method"] != "S256" or "openid" not in wish["scope"]:
            abort(400)
        code = secrets.token_urlsafe(16)
        service.codes[code] = {
            "nonce": wish["nonce"],
            "challenge": wish["code_challenge"],
            "back": wish["redirect_uri"],
        }
        return redirect(f"{wish['redirect_uri']}?code={code}&state={wish['state']}")

    @app.post("/office/token")
    def token() -> ResponseReturnValue:
        given = base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") not in (f"Basic {given}", f"Basic {plain}"):
            return jsonify({"error": "invalid_client"}), 401
        # A code is good once.
        kept = service.codes.pop(request.form["code"], None)
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if kept is None or (kept["challenge"], kept["back"]) != (
            challenge,
            request.form["redirect_uri"],
        ):
            return jsonify({"error": "invalid_grant"}), 400
        return jsonify(
            {"access_token": "x", "token_type": "Bearer", "id_token": service.token(kept)}
        )

    return app
