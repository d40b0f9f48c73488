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
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp.base.config import Settings
from webapp.base.flow import Unacceptable
from webapp.base.numbers import Network, here, within
from webapp.base.sealing import unseal
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


@dataclass(frozen=True)
class Source:
    """How ffmpeg reads something: its arguments, which all of the machine may read, and what only it is
    told, on its standard input."""

    arguments: tuple[str, ...]
    told: bytes = b""


def reading(address: str, hosts: Iterable[str]) -> Source:
    """How ffmpeg reads a stream, once its host is allowed under every name it has.

    The address may hold a password: it stands in a list that ffmpeg alone is handed. Raises `Unacceptable` where it is not, `Unreachable` where nobody knows the host.
    """
    allowed = tuple(hosts)
    parts = urlsplit(allowed_address(address, allowed))
    number = numbers_of(str(parts.hostname), allowed)[0]
    opens = _OPENS[parts.scheme]
    how: dict[str, str | int] = {"rw_timeout": SILENT_US, "max_redirects": 0}
    if parts.scheme.startswith("http"):
        # ffmpeg asks for no name again: a second answer might lead elsewhere.
        how["headers"] = _quoted(f"Host: {parts.netloc.rpartition('@')[2]}")
    else:
        how = {"rtsp_transport": "tcp", "timeout": SILENT_US}
    listed = [
        "ffconcat version 1.0",
        f"file {_quoted(_at(number, parts))}",
        f"option protocol_whitelist {opens}",
        *(f"option {name} {value}" for name, value in how.items()),
    ]
    wanted = ("-f", "concat", "-safe", "0", "-protocol_whitelist", f"pipe,{opens}", "-i", "pipe:0")
    return Source(wanted, "\n".join([*listed, ""]).encode())


def reading_sealed(sealed: bytes) -> Source:
    """The same of the address that is kept of a camera, from the hosts of this installation."""
    settings: Settings = current_app.extensions["settings"]
    return reading(unseal(sealed).decode(), settings.allowed_camera_hosts)


def reading_file(path: Path, *, at_its_speed: bool) -> Source:
    """How ffmpeg reads a file that somebody at the console named."""
    speed = ("-re",) if at_its_speed else ()
    return Source(("-protocol_whitelist", "file", *speed, "-i", f"file:{path.absolute()}"))


def begun(
    source: Source, *how: str, output: int | None = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """ffmpeg reads the source and does this with it, in a group of its own that dies with us."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig=KILL", *QUIET, *source.arguments, *how],
        stdin=subprocess.PIPE if source.told else subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )
    if process.stdin is not None:
        # Less than a pipe holds: this never waits. Where ffmpeg has ended already, its end says so.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(source.told)
        process.stdin.close()
    return process


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


def _at(number: str, parts: SplitResult) -> str:
    """The address with the number in the place of the name."""
    who, mark, _host = parts.netloc.rpartition("@")
    where = f"[{number}]" if ":" in number else number
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"{who}{mark}{where}{port}").geturl()


def _quoted(address: str) -> str:
    if not address.isprintable():
        raise Unreachable("this is no address")
    return "'" + address.replace("'", "'\\''") + "'"


def numbers_of(host: str, allowed: tuple[str, ...]) -> list[str]:
    """The numbers to which an allowed host leads, asked for once: to these and no others one may connect.

    A name that was allowed may not lead to this machine, its link or the inside of a data centre unless
    these are allowed, too. Raises `Unacceptable`, or `Unreachable` where nobody knows the host.
    """
    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, None)]
    except (OSError, UnicodeError) as error:
        raise Unreachable("nobody knows this host") from error
    for number in found:
        if here(number) and not within(number, _networks(allowed)):
            raise Unacceptable(
                _l("The host %(host)s is not among those the operator allows.", host=host)
            )
    return list(dict.fromkeys(found))


def _networks(allowed: tuple[str, ...]) -> list[Network]:
    networks: list[Network] = []
    for each in allowed:
        with contextlib.suppress(ValueError):
            networks.append(ip_network(each))
    return networks
