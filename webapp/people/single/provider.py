"""The sign-in service of the office over the wire: discovery, keys, code for token, and what a token says."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from flask_babel import lazy_gettext as _l
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from webapp.base import clock
from webapp.base.flow import Refusal

TIMEOUT_S = 8.0
LARGEST_BYTES = 512 * 1024
# What was discovered is asked for again after so long, and the keys at most so often (seconds).
DISCOVERED_S = 3_600
KEYS_AGAIN_S = 60
# So many seconds the clock of the service may be off.
LEEWAY_S = 60
# Signatures by a key that only the service has; never `none`, never by a secret that both know.
ALGORITHMS = ["RS256", "PS256", "ES256"]
WELL_KNOWN = "/.well-known/openid-configuration"


class Unusable(Refusal):
    """The service cannot be reached, or is not what was configured."""

    status = 503
    code = "single_unusable"

    def __init__(self) -> None:
        super().__init__(
            _l(
                "The sign-in service of the office does not answer as it should."
                " Sign in by password, or try again later."
            )
        )


class NotBelieved(Refusal):
    """What the service or the visitor sent does not prove who they are."""

    status = 401
    code = "single_not_believed"

    def __init__(self) -> None:
        super().__init__(_l("The sign-in was not completed. Please begin again."))


@dataclass(frozen=True)
class Asked:
    """What goes with one try to sign in: kept by the visitor's session, each of it used once."""

    state: str
    nonce: str
    verifier: str


@dataclass
class Provider:
    """One issuer, and this house as its client. Nothing is asked of anybody else."""

    issuer: str
    client_id: str
    secret: str
    scopes: str
    _metadata: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _discovered: float = 0.0
    _keys_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, *, back: str) -> tuple[str, Asked]:
        """The address at the service to which the visitor goes, and what is to be kept meanwhile."""
        asked = Asked(generate_token(32), generate_token(32), generate_token(64))
        with self._session(back) as session:
            address, _state = session.create_authorization_url(
                self.metadata()["authorization_endpoint"],
                state=asked.state,
                nonce=asked.nonce,
                code_verifier=asked.verifier,
            )
        return str(address), asked

    def claims(self, code: str, asked: Asked, *, back: str) -> Mapping[str, Any]:
        """What the service says of whoever came back with the code. `NotBelieved`, or `Unusable`."""
        with self._session(back) as session:
            try:
                token = session.fetch_token(
                    self.metadata()["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=asked.verifier,
                    allow_redirects=False,
                    timeout=TIMEOUT_S,
                )
            except OAuthError as error:
                raise NotBelieved from error
            except (requests.RequestException, ValueError) as error:
                raise Unusable from error
        if not isinstance(token.get("id_token"), str):
            raise NotBelieved
        return self._believed(token["id_token"], str(token.get("access_token", "")), asked.nonce)

    def sign_out_address(self, *, back: str) -> str | None:
        """Where one signs out at the service itself; None when it has no such page."""
        page = self.metadata().get("end_session_endpoint")
        if not isinstance(page, str) or not self._its_own(page):
            return None
        wanted = {"client_id": self.client_id, "post_logout_redirect_uri": back}
        return requests.Request("GET", page, params=wanted).prepare().url

    def metadata(self) -> dict[str, Any]:
        """What the service says of itself, where it says that it is the issuer, on its own addresses."""
        with self._lock:
            if not self._metadata or time.monotonic() > self._discovered + DISCOVERED_S:
                found = self._fetched(self.issuer.rstrip("/") + WELL_KNOWN)
                wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                if found.get("issuer") != self.issuer:
                    raise Unusable
                if not all(self._its_own(found.get(name)) for name in wanted):
                    raise Unusable
                self._metadata, self._discovered = found, time.monotonic()
            return self._metadata

    def _believed(self, id_token: str, access_token: str, nonce: str) -> Mapping[str, Any]:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        keys = self._key_set(again=False)
        try:
            token = jwt.decode(id_token, keys, registry=registry)
        except (JoseError, ValueError):
            # The service may have changed its keys since.
            newer = self._key_set(again=True)
            if newer is keys:
                raise NotBelieved from None
            try:
                token = jwt.decode(id_token, newer, registry=registry)
            except (JoseError, ValueError) as error:
                raise NotBelieved from error
        said = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self.client_id},
            },
            {"nonce": nonce, "client_id": self.client_id, "access_token": access_token},
        )
        try:
            said.validate(now=int(clock.now().timestamp()), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise NotBelieved from error
        if not isinstance(said.get("sub"), str) or not said["sub"]:
            raise NotBelieved
        return dict(said)

    def _key_set(self, *, again: bool) -> KeySet:
        address = self.metadata()["jwks_uri"]
        with self._lock:
            old = time.monotonic() > self._keys_at + (KEYS_AGAIN_S if again else DISCOVERED_S)
            if self._keys is None or old:
                try:
                    self._keys = KeySet.import_key_set(self._fetched(address))  # type: ignore[arg-type]  # looked at by the import itself
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise Unusable from error
                self._keys_at = time.monotonic()
            return self._keys

    def _its_own(self, address: Any) -> bool:
        """True for an address at the same host and port as the issuer, spoken to in the same way."""
        if not isinstance(address, str):
            return False
        mine, its = urlsplit(self.issuer), urlsplit(address)
        return (mine.scheme, mine.netloc) == (its.scheme, its.netloc)

    def _fetched(self, address: str) -> dict[str, Any]:
        try:
            with _plain(requests.Session()) as session:
                answer = session.get(address, timeout=TIMEOUT_S, allow_redirects=False, stream=True)
                if answer.status_code != 200:
                    raise Unusable
                body = answer.raw.read(LARGEST_BYTES, decode_content=True)
                answer.close()
            found = json.loads(body)
        except (requests.RequestException, OSError, ValueError) as error:
            raise Unusable from error
        if not isinstance(found, dict):
            raise Unusable
        return found

    def _session(self, back: str) -> OAuth2Session:
        known = self.metadata().get("token_endpoint_auth_methods_supported") or []
        way = "client_secret_post" if "client_secret_basic" not in known and known else None
        return _plain(
            OAuth2Session(
                self.client_id,
                self.secret or None,
                token_endpoint_auth_method=(way or "client_secret_basic")
                if self.secret
                else "none",
                scope=self.scopes,
                redirect_uri=back,
                code_challenge_method="S256",
            )
        )


def _plain(session: Any) -> Any:
    """The session as it is, with no proxy and no password from the environment."""
    session.trust_env = False
    session.verify = os.environ.get("SSL_CERT_FILE") or True
    return session
