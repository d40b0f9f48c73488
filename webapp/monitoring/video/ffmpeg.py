"""How ffmpeg is told to read a stream: only from where it may, never for ever, and gone with its group."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l

from webapp.base.flow import Unacceptable
from webapp.monitoring.cameras.rules import allowed_address

# Silence of a stream after which it counts as broken (microseconds).
SILENT_US = 8_000_000
QUIET = ("ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin")

# What a stream of each scheme may open besides: never a file of ours.
_OPENS = {
    "rtsp": "rtsp,rtp,udp,tcp",
    "rtsps": "rtsp,rtsps,rtp,srtp,tcp,tls",
    "http": "http,tcp",
    "https": "https,tls,tcp",
}


class Unreachable(Exception):
    """The stream gives no picture; `str()` says why without its address."""


def reading(address: str, hosts: Iterable[str]) -> list[str]:
    """The arguments by which ffmpeg reads a stream, once its host is allowed under every name it has.

    Raises `Unacceptable` where it is not, `Unreachable` where nobody knows the host.
    """
    allowed = tuple(hosts)
    parts = urlsplit(allowed_address(address, allowed))
    _check_resolved(str(parts.hostname), allowed)
    waits = (
        ("-rw_timeout",)
        if parts.scheme.startswith("http")
        else ("-rtsp_transport", "tcp", "-timeout")
    )
    return ["-protocol_whitelist", _OPENS[parts.scheme], *waits, str(SILENT_US), "-i", address]


def reading_file(path: Path, *, at_its_speed: bool) -> list[str]:
    """The arguments by which ffmpeg reads a file that somebody at the console named."""
    speed = ("-re",) if at_its_speed else ()
    return ["-protocol_whitelist", "file", *speed, "-i", f"file:{path.absolute()}"]


def begun(
    arguments: Iterable[str], *, output: int | None = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """ffmpeg runs, in a group of its own that dies with us."""
    return subprocess.Popen(
        ["setpriv", "--pdeathsig=KILL", *QUIET, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )


def output_of(process: subprocess.Popen[bytes], *, within: float, most: int) -> bytes:
    """All that the process writes until it ends; `Unreachable` where that is nothing, or comes too late."""
    assert process.stdout is not None  # noqa: S101  # for the type checker: it was asked for
    pipe, until, body = process.stdout.fileno(), time.monotonic() + within, bytearray()
    while select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
        some = os.read(pipe, 1 << 16)
        body += some
        if not some or len(body) > most:
            break
    else:
        raise Unreachable("no picture came in time")
    if not body or len(body) > most:
        raise Unreachable("no picture came")
    return bytes(body)


def end(process: subprocess.Popen[bytes]) -> None:
    """The process and all it started are gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _check_resolved(host: str, allowed: tuple[str, ...]) -> None:
    """A name that was allowed may not lead to this machine or its neighbours unless these are allowed, too."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise Unreachable("nobody knows this host") from error
    for text in found:
        here = ip_address(text.partition("%")[0])
        by_network = any(here in each for each in _networks(allowed))
        inside = here.is_loopback or here.is_link_local or here.is_multicast or here.is_unspecified
        if inside and not by_network:
            raise Unacceptable(
                _l("The host %(host)s is not among those the operator allows.", host=host)
            )


def _networks(allowed: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    networks: list[IPv4Network | IPv6Network] = []
    for each in allowed:
        with contextlib.suppress(ValueError):
            networks.append(ip_network(each))
    return networks
