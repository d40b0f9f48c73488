"""Where a message may go: an https address in the open internet, or in a network that was named for it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l

from webapp.base.flow import Unacceptable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Global by their numbers, and yet the inside of a data centre: what tells machines there their secrets.
METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})

# In the last 32 bits of these stands the IPv4 that they lead to.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


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


def networks_of(setting: str) -> tuple[Network, ...]:
    """The networks named in a setting, separated by commas. Raises ValueError for one that is none."""
    return tuple(ipaddress.ip_network(each.strip()) for each in setting.split(",") if each.strip())


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


def may_be_spoken_to(number: str, allowed: Sequence[Network]) -> bool:
    """True for a number of the open internet, and for one in a network that was named.

    Never for multicast or what is no host; a number of IPv4 in one of IPv6 counts as what it is.
    """
    every = _meant(ipaddress.ip_address(number))
    if any(each.is_multicast or each.is_unspecified for each in every):
        return False
    return all(_open(each) or any(each in network for network in allowed) for each in every)


def _open(number: Address) -> bool:
    local = number.is_reserved or number.is_link_local or getattr(number, "is_site_local", False)
    return number.is_global and not local and number not in METADATA


def _meant(number: Address) -> list[Address]:
    """What is spoken to by a number: itself, the IPv4 for which it stands, or both where it tunnels."""
    if not isinstance(number, IPv6Address):
        return [number]
    if number.ipv4_mapped is not None:
        return [number.ipv4_mapped]
    if number in _NAT64:
        return [IPv4Address(int(number) & 0xFFFFFFFF)]
    tunnels = [number.sixtofour, *(number.teredo or ())]
    return [number, *(each for each in tunnels if each is not None)]
