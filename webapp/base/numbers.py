"""What a number on the net leads to: the open internet, a house's own network, or this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Ordinary by their numbers, and yet the inside of a data centre: what tells machines there their secrets.
METADATA = frozenset({ipaddress.ip_address(each) for each in ("168.63.129.16", "100.100.100.200")})

# In the last 32 bits of these stands the IPv4 that they lead to.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def networks_of(setting: str) -> tuple[Network, ...]:
    """The networks named in a setting, separated by commas. Raises ValueError for one that is none."""
    return tuple(ipaddress.ip_network(each.strip()) for each in setting.split(",") if each.strip())


def may_be_spoken_to(number: str, allowed: Sequence[Network]) -> bool:
    """True for a number of the open internet, and for one in a network that was named.

    Never for multicast or what is no host; a number of IPv4 in one of IPv6 counts as what it is.
    """
    every = _meant(number)
    if any(each.is_multicast or each.is_unspecified for each in every):
        return False
    return all(_open(each) or any(each in network for network in allowed) for each in every)


def here(number: str) -> bool:
    """True for a number by which a machine speaks to itself, its link, or what tells it its secrets."""
    every = _meant(number)
    return any(
        each.is_loopback
        or each.is_link_local
        or each.is_multicast
        or each.is_unspecified
        or each in METADATA
        for each in every
    )


def within(number: str, allowed: Sequence[Network]) -> bool:
    """True where all that the number leads to lies in networks that were named."""
    every = _meant(number)
    return all(any(each in network for network in allowed) for each in every)


def _open(number: Address) -> bool:
    local = number.is_reserved or number.is_link_local or getattr(number, "is_site_local", False)
    return number.is_global and not local and number not in METADATA


def _meant(written: str) -> list[Address]:
    """What is spoken to by a number: itself, the IPv4 for which it stands, or both where it tunnels.

    Through which of the machine's own links, as `fe80::1%eth0` says, does not matter.
    """
    number = ipaddress.ip_address(written.partition("%")[0])
    if not isinstance(number, IPv6Address):
        return [number]
    if number.ipv4_mapped is not None:
        return [number.ipv4_mapped]
    if number in _NAT64:
        return [IPv4Address(int(number) & 0xFFFFFFFF)]
    tunnels = [number.sixtofour, *(number.teredo or ())]
    return [number, *(each for each in tunnels if each is not None)]
