"""A camera is asked and told over ONVIF: SOAP with a digest, only at the address that was allowed.

The camera's own clock is asked first: a digest made by another clock than its own is refused. What a
camera says about where its services are is taken for their path only, never for another host.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException, ElementTree
from flask_babel import lazy_gettext as _l

from webapp.base.flow import Refusal, Unacceptable
from webapp.monitoring.cameras.rules import allowed_address
from webapp.monitoring.video.ffmpeg import Unreachable, check_resolved

WITHIN_S = 5.0
NOT_KNOWN = _l("The camera does not know this name and password.")
LARGEST = 512 * 1024
LONGEST_WORD = 120

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_TOKEN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"  # noqa: S105  # a name
_MESSAGE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0"


class NoAnswer(Refusal):
    """The camera does not do what it was told; `str()` says why, without its address."""

    status = 502
    code = "no_answer"


@dataclass(frozen=True)
class Found:
    """A preset as the camera calls it."""

    token: str
    name: str


@dataclass(frozen=True)
class Reached:
    """How a camera is reached: the address of its device service, name and password."""

    address: str
    user: str
    password: str


class Device:
    """A camera at an address that the operator allows. Each question raises `NoAnswer` with its reason."""

    def __init__(self, where: Reached, hosts: Iterable[str]) -> None:
        allowed = tuple(hosts)
        self._where = where
        self._parts = urlsplit(allowed_address(where.address, allowed))
        if self._parts.scheme not in ("http", "https"):
            words = _l("ONVIF is spoken over http or https.")
            raise Unacceptable(words, fields={"address": words})
        try:
            check_resolved(str(self._parts.hostname), allowed)
        except Unreachable as error:
            raise NoAnswer(_l("Nobody knows the host of this camera.")) from error
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, where.address, where.user, where.password)
        self._opener = urllib.request.build_opener(
            _NoOtherHost, urllib.request.HTTPDigestAuthHandler(known)
        )
        self._ahead: timedelta | None = None
        self._paths: dict[str, str] = {}

    def presets(self) -> list[Found]:
        """The presets of the first profile that turns."""
        profile = escape(self._profile())
        body = f"<GetPresets xmlns={quoteattr(PTZ)}><ProfileToken>{profile}</ProfileToken></GetPresets>"
        told = self._ask(PTZ, "GetPresets", body)
        found = []
        for each in _all(told, "Preset"):
            token = each.get("token", "")
            if token:
                name = _text(each, "Name") or token
                found.append(Found(token[:LONGEST_WORD], name[:LONGEST_WORD]))
        return found

    def go_to(self, token: str) -> None:
        """The camera turns to a preset; it answers before it is there."""
        profile = escape(self._profile())
        self._ask(
            PTZ,
            "GotoPreset",
            f"<GotoPreset xmlns={quoteattr(PTZ)}><ProfileToken>{profile}</ProfileToken>"
            f"<PresetToken>{escape(token)}</PresetToken></GotoPreset>",
        )

    def _profile(self) -> str:
        told = self._ask(MEDIA, "GetProfiles", f"<GetProfiles xmlns={quoteattr(MEDIA)}/>")
        for each in _all(told, "Profiles"):
            if _all(each, "PTZConfiguration") and each.get("token"):
                return str(each.get("token"))
        raise NoAnswer(_l("No profile of this camera turns."))

    def _ask(self, service: str, name: str, body: str) -> Element:
        if self._ahead is None:
            self._ahead = self._clock()
        return self._post(self._path(service), service, name, body, signed=True)

    def _clock(self) -> timedelta:
        """How far the clock of the camera is ahead of ours; it tells anybody."""
        body = f"<GetSystemDateAndTime xmlns={quoteattr(DEVICE)}/>"
        told = self._post(self._parts.path, DEVICE, "GetSystemDateAndTime", body, signed=False)
        for each in _all(told, "UTCDateTime"):
            parts = ("Year", "Month", "Day", "Hour", "Minute", "Second")
            try:
                at = datetime(*(int(_text(each, part)) for part in parts), tzinfo=UTC)  # type: ignore[misc,arg-type]  # six numbers
            except ValueError:
                break
            return at - datetime.now(UTC)
        return timedelta()

    def _path(self, service: str) -> str:
        """Where a service of the camera is."""
        if not self._paths:
            body = (
                f"<GetServices xmlns={quoteattr(DEVICE)}>"
                "<IncludeCapability>false</IncludeCapability></GetServices>"
            )
            told = self._post(self._parts.path, DEVICE, "GetServices", body, signed=True)
            for each in _all(told, "Service"):
                address = _text(each, "XAddr")
                self._paths.setdefault(_text(each, "Namespace"), urlsplit(address).path)
        if service not in self._paths:
            raise NoAnswer(_l("This camera says that it does not turn."))
        return self._paths[service]

    def _post(self, path: str, service: str, name: str, body: str, *, signed: bool) -> Element:
        head = f"<s:Header>{self._security()}</s:Header>" if signed and self._where.user else ""
        envelope = (
            f"<s:Envelope xmlns:s={quoteattr(_SOAP)}>{head}<s:Body>{body}</s:Body></s:Envelope>"
        )
        scheme, netloc = self._parts.scheme, self._parts.netloc
        action = f'application/soap+xml; charset=utf-8; action="{service}/{name}"'
        asked = urllib.request.Request(  # noqa: S310  # http or https, at a host that was allowed
            urlunsplit((scheme, netloc, path or "/", "", "")),
            data=envelope.encode(),
            headers={"Content-Type": action},
        )
        try:
            with self._opener.open(asked, timeout=WITHIN_S) as answer:
                return _read(answer.read(LARGEST))
        except urllib.error.HTTPError as error:
            raise NoAnswer(_reason(error)) from error
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(_l("The camera does not answer.")) from error

    def _security(self) -> str:
        nonce = secrets.token_bytes(16)
        at = datetime.now(UTC) + (self._ahead or timedelta())
        created = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        # The digest that the profile of WS-Security prescribes; the camera knows no other.
        plain = nonce + created.encode() + self._where.password.encode()
        digest = base64.b64encode(hashlib.sha1(plain, usedforsecurity=False).digest()).decode()
        return (
            f'<w:Security s:mustUnderstand="1" xmlns:w={quoteattr(_WSSE)} xmlns:u={quoteattr(_WSU)}>'
            f"<w:UsernameToken><w:Username>{escape(self._where.user)}</w:Username>"
            f'<w:Password Type="{_TOKEN}#PasswordDigest">{digest}</w:Password>'
            f'<w:Nonce EncodingType="{_MESSAGE}#Base64Binary">{base64.b64encode(nonce).decode()}</w:Nonce>'
            f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
        )


class _NoOtherHost(urllib.request.HTTPRedirectHandler):
    """Only the address somebody allowed is asked, wherever it points."""

    def redirect_request(self, *_asked: Any) -> None:
        """Never."""
        return


def _read(body: bytes) -> Element:
    try:
        found: Element = ElementTree.fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NoAnswer(_l("The camera answers what nobody can read.")) from error
    return found


def _reason(error: urllib.error.HTTPError) -> Any:
    """What a fault of SOAP says, or the status."""
    if error.code in (401, 403):
        return NOT_KNOWN
    refused = _l("The camera refuses: %(why)s", why=error.code)
    try:
        told = _read(error.read(LARGEST))
    except (NoAnswer, OSError):
        return refused
    codes = " ".join(str(each.text) for each in _all(told, "Value"))
    if "NotAuthorized" in codes or "FailedAuthentication" in codes:
        return NOT_KNOWN
    said = next((each.text for each in _all(told, "Text") if each.text), None)
    return _l("The camera refuses: %(why)s", why=said[:LONGEST_WORD]) if said else refused


def _all(here: Element, name: str) -> list[Element]:
    """Every element of this local name, whatever its namespace."""
    return [each for each in here.iter() if each.tag.rpartition("}")[2] == name]


def _text(here: Element, name: str) -> str:
    found = _all(here, name)
    return (found[0].text or "").strip() if found else ""
