"""Where a message may go: an https address in the open internet, or in a network that was named for it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l

from webapp.base.flow import Unacceptable
from webapp.base.numbers import Network, may_be_spoken_to


class Forbidden(Exception):
    """The address may not be spoken to; the sentence says which and why."""


@dataclass(frozen=True)
class Target:
    """An address of the web in its parts; `path` with the query."""

    scheme: str
    host: str
    port: int
    path: str


def target_of(url: str, *, only_https: bool) -> Target:
    """The parts of an address; `Unacceptable` for the field `url` when nothing may be sent there."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _no(_l("This is no address of the web.")) from error
    printable = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in ("http", "https") or not parts.hostname or not printable:
        raise _no(
            _l("Write an address that begins with https:// and has no letters but plain ones.")
        )
    if only_https and parts.scheme != "https":
        raise _no(_l("Messages leave the house only by https."))
    if parts.username is not None or parts.password is not None:
        raise _no(_l("A name or password does not belong into the address: messages are signed."))
    if parts.fragment or port == 0:
        raise _no(_l("This is no address of the web."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    usual = 443 if parts.scheme == "https" else 80
    return Target(parts.scheme, parts.hostname, port or usual, path)


def _no(words: object) -> Unacceptable:
    return Unacceptable(words, fields={"url": words})


def resolved(target: Target, allowed: Sequence[Network]) -> str:
    """The one number to connect to, asked for once. `Forbidden` when any of the host's numbers is."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OSError(f"the name {target.host} is not known") from error
    numbers = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    for number in numbers:
        if not may_be_spoken_to(number, allowed):
            raise Forbidden(f"{target.host} is {number}: not in the open internet")
    return numbers[0]
