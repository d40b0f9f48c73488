"""Channels of recorders, as the catalogue calls the cameras behind them."""

from __future__ import annotations

from dataclasses import replace

from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.signals import Read, Told

# A recorder with sockets for other cameras counts those of the network from the next number on.
SOCKETS = 32


def as_kept(source: str, found: Read) -> Read:
    """Of a recorder that counts its network cameras from 33 on, as its own pages do not, each is the camera
    that the catalogue has under its number there.

    Not where the catalogue itself has a number above 32 of this recorder: then it counts like that.
    """
    return replace(found, told=tuple(_as_kept(source, each) for each in found.told))


def _as_kept(source: str, told: Told) -> Told:
    box, slash, channel = (told.device or "").rpartition("/")
    number = int(channel) if channel.isdecimal() and len(channel) < 6 else 0
    if not slash or number <= SOCKETS:
        return told
    known = {each.rpartition("/")[2] for each in cameras.codes_below(source, box)}
    counts_alike = any(each.isdecimal() and int(each) > SOCKETS for each in known)
    here = str(number - SOCKETS)
    return told if counts_alike or here not in known else replace(told, device=f"{box}/{here}")
