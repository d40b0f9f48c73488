"""A device is asked and told over ONVIF: SOAP with a digest, only at the address that was allowed.

The device's own clock is asked first: a digest made by another clock than its own is refused. What a
device says about where its services are is taken for their path only, never for another host.
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

from defusedxml import DefusedXmlException
from flask_babel import lazy_gettext as _l

from webapp.monitoring.letters import text_of, xml_of
from webapp.monitoring.reaching import Declined, NoAnswer, Unknown, checked, opener

WITHIN_S = 5.0
NOT_KNOWN = _l("The camera does not know this name and password.")
LARGEST = 1024 * 1024
LONGEST_WORD = 120

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_TOKEN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"  # noqa: S105  # a name
_MESSAGE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0"


class Garbled(NoAnswer):
    """The device answered what nobody can read; `body` is what came."""

    def __init__(self, body: bytes) -> None:
        super().__init__(_l("The camera answers what nobody can read."))
        self.body = body


@dataclass(frozen=True)
class Reached:
    """How a device is reached: the address of its device service, name and password."""

    address: str
    user: str
    password: str


class Device:
    """A device at an address that the operator allows. Each question raises `NoAnswer` with its reason,
    `Declined` where the device itself said no."""

    # What is said of a device that does not have the service.
    lacking: Any = _l("This camera does not have this service.")

    def __init__(self, where: Reached, hosts: Iterable[str]) -> None:
        self._where = where
        allowed = tuple(hosts)
        self._parts = checked(where.address, allowed)
        root = urlunsplit((self._parts.scheme, self._parts.netloc, "/", "", ""))
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, root, where.user, where.password)
        self._opener = opener(allowed, urllib.request.HTTPDigestAuthHandler(known))
        self._ahead: timedelta | None = None
        self._paths: dict[str, str] = {}

    @property
    def ahead(self) -> timedelta:
        """How far the clock of the device is ahead of ours; it is asked once."""
        if self._ahead is None:
            self._ahead = self._clock()
        return self._ahead

    def ask(self, service: str, name: str, body: str) -> Element:
        """What the device answers to a question of a service."""
        return self.post(self._path(service), f"{service}/{name}", body)

    def post(
        self, path: str, action: str, body: str, *, head: str = "", longer_s: float = 0
    ) -> Element:
        """The envelope that the device answers to a signed one; it may think for `longer_s` more."""
        _signed_at = self.ahead
        return self._post(path, action, body, head=self._security() + head, longer_s=longer_s)

    def has(self, service: str) -> str:
        """The path of a service. Raises `NoAnswer` where the device does not have it."""
        _signed_at = self.ahead
        return self._path(service)

    def address_of(self, path: str) -> str:
        """The whole address of a path at the device."""
        return urlunsplit((self._parts.scheme, self._parts.netloc, path, "", ""))

    def _clock(self) -> timedelta:
        """How far the clock of the device is ahead of ours; it tells anybody."""
        body = f"<GetSystemDateAndTime xmlns={quoteattr(DEVICE)}/>"
        told = self._post(self._parts.path, f"{DEVICE}/GetSystemDateAndTime", body)
        for each in all_of(told, "UTCDateTime"):
            parts = ("Year", "Month", "Day", "Hour", "Minute", "Second")
            try:
                at = datetime(*(int(text(each, part)) for part in parts), tzinfo=UTC)  # type: ignore[misc,arg-type]  # six numbers
            except ValueError:
                break
            return at - datetime.now(UTC)
        return timedelta()

    def _path(self, service: str) -> str:
        if not self._paths:
            body = (
                f"<GetServices xmlns={quoteattr(DEVICE)}>"
                "<IncludeCapability>false</IncludeCapability></GetServices>"
            )
            told = self.post(self._parts.path, f"{DEVICE}/GetServices", body)
            for each in all_of(told, "Service"):
                address = text(each, "XAddr")
                self._paths.setdefault(text(each, "Namespace"), urlsplit(address).path)
        if service not in self._paths:
            raise NoAnswer(self.lacking)
        return self._paths[service]

    def _post(
        self, path: str, action: str, body: str, *, head: str = "", longer_s: float = 0
    ) -> Element:
        headed = f"<s:Header>{head}</s:Header>" if head else ""
        envelope = (
            f"<s:Envelope xmlns:s={quoteattr(_SOAP)}>{headed}<s:Body>{body}</s:Body></s:Envelope>"
        )
        where, _mark, query = path.partition("?")
        parts = (self._parts.scheme, self._parts.netloc, where or "/", query, "")
        asked = urllib.request.Request(  # noqa: S310  # http or https, at a host that was allowed
            urlunsplit(parts),
            data=envelope.encode(),
            headers={"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'},
        )
        try:
            with self._opener.open(asked, timeout=WITHIN_S + longer_s) as answer:
                return _read(answer.read(LARGEST))
        except urllib.error.HTTPError as error:
            raise _refused(error) from error
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(_l("The camera does not answer.")) from error

    def _security(self) -> str:
        if not self._where.user:
            return ""
        nonce = secrets.token_bytes(16)
        created = (datetime.now(UTC) + self.ahead).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        # The digest that the profile of WS-Security prescribes; the device knows no other.
        plain = nonce + created.encode() + self._where.password.encode()
        digest = base64.b64encode(hashlib.sha1(plain, usedforsecurity=False).digest()).decode()
        return (
            f'<w:Security s:mustUnderstand="1" xmlns:w={quoteattr(_WSSE)} xmlns:u={quoteattr(_WSU)}>'
            f"<w:UsernameToken><w:Username>{escape(self._where.user)}</w:Username>"
            f'<w:Password Type="{_TOKEN}#PasswordDigest">{digest}</w:Password>'
            f'<w:Nonce EncodingType="{_MESSAGE}#Base64Binary">{base64.b64encode(nonce).decode()}</w:Nonce>'
            f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
        )


def _read(body: bytes) -> Element:
    try:
        return xml_of(text_of(body))
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise Garbled(body) from error


def _refused(error: urllib.error.HTTPError) -> Declined:
    """What a fault of SOAP says, or the status."""
    if error.code in (401, 403):
        return Unknown(NOT_KNOWN)
    refused = Declined(_l("The camera refuses: %(why)s", why=error.code))
    try:
        told = _read(error.read(LARGEST))
    except (NoAnswer, OSError, HTTPException):
        return refused
    codes = " ".join(str(each.text) for each in all_of(told, "Value"))
    if "NotAuthorized" in codes or "FailedAuthentication" in codes:
        return Unknown(NOT_KNOWN)
    said = next((each.text for each in all_of(told, "Text") if each.text), None)
    if not said:
        return refused
    return Declined(_l("The camera refuses: %(why)s", why=said[:LONGEST_WORD]))


def all_of(here: Element, name: str) -> list[Element]:
    """Every element of this local name, whatever its namespace."""
    return [each for each in here.iter() if each.tag.rpartition("}")[2] == name]


def text(here: Element, name: str) -> str:
    """The text of the first element of this local name, or nothing."""
    found = all_of(here, name)
    return (found[0].text or "").strip() if found else ""
