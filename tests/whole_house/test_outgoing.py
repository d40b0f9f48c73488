"""Whatever address somebody gives the house, it speaks to nobody inside: every field, setting and program is named."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel

import webapp.app  # noqa: F401  # every form is known
from webapp.base.config import Settings, SettingsError
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.sealing import seal
from webapp.base.web import own_address
from webapp.interop.webhooks import posting
from webapp.interop.webhooks.targets import target_of
from webapp.monitoring import onvif, reaching
from webapp.monitoring.cameras.rules import allowed_page
from webapp.monitoring.intake import asking
from webapp.monitoring.video import ffmpeg
from webapp.monitoring.ways.streaming import AlertStream

HOUSE = Path(__file__).parents[2] / "webapp"
CAMERA = "nvr.example"

# --- where an address comes in

# Each text of a form that may be the address of a machine, and what becomes of it.
FETCHED, OPENED, SHOWN, WORDS = "fetched", "opened by a browser", "shown as a link", "of a house"
FIELDS = {
    "interop.webhooks.forms.EndpointForm.url": FETCHED,
    "monitoring.cameras.forms.CameraForm.stream": FETCHED,
    "monitoring.cameras.forms.CameraForm.snapshot": FETCHED,
    "monitoring.cameras.forms.CameraForm.webrtc": OPENED,
    "monitoring.cameras.forms.RowForm.stream": FETCHED,
    "monitoring.cameras.forms.RowForm.snapshot": FETCHED,
    "monitoring.cameras.forms.RowForm.webrtc": OPENED,
    "monitoring.intake.forms.NewSourceForm.asked": FETCHED,
    "monitoring.intake.forms.SourceForm.asked": FETCHED,
    "monitoring.turning.forms.SteeringForm.address": FETCHED,
    "monitoring.ways.forms.WayForm.address": FETCHED,
    "interop.open311.forms.RequestForm.media_url": SHOWN,
    "people.sign_in.CodeForm.next": OPENED,
    "people.sign_in.PasswordForm.next": OPENED,
    "people.sign_in.PhoneForm.next": OPENED,
    "interop.open311.forms.RequestForm.address_string": WORDS,
    "interop.open311.forms.RequestForm.address_id": WORDS,
    "jobs.claims.views.ClaimForm.address": WORDS,
    "jobs.forms.OfferForm.address": WORDS,
    "monitoring.safety.forms.ProfileForm.address": WORDS,
    "people.enterprise_views.EnterpriseForm.address": WORDS,
    "points.forms.PointForm.address": WORDS,
    "relocation.forms.HouseholdForm.address": WORDS,
    "residents.forms.BuildingForm.address": WORDS,
    "residents.forms.RowForm.address": WORDS,
}
# What the house itself says or an operator's file holds.
NO_FORM = (
    "interop.webhooks.shapes.",
    "interop.schemas.",
    "maps.basemaps.Source.",
)
_LIKE_ADDRESS = re.compile(
    r"ur[il]|address|link|href|endpoint|stream|snapshot|webrtc|asked|callback|issuer|host|server|proxy"
    r"|site$|^next$|^back$|redirect"
)
# The operator's own words, which stand in the environment and nobody sets from a page.
SETTINGS = {
    "database_url",
    "direct_database_url",
    "files_url",
    "mqtt_url",
    "public_url",
    "camera_hosts",
    "ais_receivers",
    "recordings_url",
    "basemaps",
    "webhook_networks",
    "oidc_issuer",
}

# --- where something goes out

# Each file that opens a connection or starts another program, and how it is held.
TRIED = "a trial below"
OPERATORS = "only what a setting or the console names"
SPEAKERS = {
    "interop/webhooks/targets.py": TRIED,
    "interop/webhooks/posting.py": TRIED,
    "monitoring/reaching.py": TRIED,
    "monitoring/onvif.py": TRIED,
    "monitoring/ways/streaming.py": TRIED,
    "monitoring/video/ffmpeg.py": TRIED,
    "monitoring/video/example.py": "a film on this disk",
    "monitoring/video/clips.py": "a film on this disk",
    "services/applications/papers.py": "a paper on this disk",
    "people/single/provider.py": OPERATORS,
    "interop/processes.py": OPERATORS,
    "base/listening.py": OPERATORS,
    "base/pooling.py": OPERATORS,
    "base/stores.py": OPERATORS,
    "ports/sea/listening.py": OPERATORS,
    "points/gates/simulated_lines.py": OPERATORS,
    "travel/loading.py": OPERATORS,
}
_SPEAKS = re.compile(
    r"urllib\.request|urlopen\(|http\.client import .*HTTPS?Connection|import http\.client|import requests"
    r"|import httpx|import aiohttp|urllib3|obstore|OAuth2Session|socket\.(?:create_connection|getaddrinfo|socket\()"
    r"|paho\.mqtt\.client|import smtplib|import ftplib|import apprise|subprocess\.(?:run|Popen)\("
    r"|import asyncio\.subprocess|os\.system\("
)

# --- what is tried

# What speaks to this machine, its link, or what tells machines their secrets, in all its spellings.
HERE = (
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
)
PRIVATE = ("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "::ffff:10.0.0.1")
# Nothing of this is a host that somebody allowed.
SPELT = (
    "http://127.0.0.1/",
    "http://localhost/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://[fd00::1]/",
    f"http://{CAMERA}.evil.example/",
    f"http://{CAMERA}@10.0.0.1/",
    f"http://10.0.0.1#@{CAMERA}/",
    f"http://10.0.0.1/?@{CAMERA}",
    f"http://10.0.0.1\\@{CAMERA}/",
    "http:///",
    "http://",
)
SCHEMES = (
    "file:///etc/passwd",
    f"file://{CAMERA}/etc/passwd",
    f"ftp://{CAMERA}/a",
    f"gopher://{CAMERA}/_a",
    "data:text/plain,a",
    f"dict://{CAMERA}:11211/stat",
    f"ldap://{CAMERA}/",
    f"jar:http://{CAMERA}!/",
    "concat:/etc/passwd|/etc/hosts",
    f"udp://{CAMERA}:1",
    f"unix://{CAMERA}/run/a",
    "subfile:/etc/passwd",
    "javascript:alert(1)",
    f"//{CAMERA}/",
    "/etc/passwd",
    "pipe:0",
    "",
)

Speaks = Callable[[str, Sequence[str]], Any]


def _told(address: str, _hosts: Sequence[str]) -> posting.Outcome:
    message = posting.Message("m", "{}", ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",))
    outcome = posting.post(message, target_of(address, only_https=False), ())
    if outcome.error:
        raise OSError(outcome.error)
    return outcome


def _platform(address: str, hosts: Sequence[str]) -> Any:
    answer = reaching.Platform(address, hosts).ask("GET", "/")
    if answer.status >= 300:
        raise OSError(answer.status)
    return answer


def _device(address: str, hosts: Sequence[str]) -> Any:
    return onvif.Device(onvif.Reached(address, "", ""), hosts).ask("x", "y", "")


def _notices(address: str, hosts: Sequence[str]) -> Any:
    with AlertStream.of(onvif.Reached(address, "", ""), hosts) as stream:
        return list(stream.read())


def _filmed(address: str, hosts: Sequence[str]) -> bytes:
    source = ffmpeg.reading(address, hosts)
    process = ffmpeg.begun(source, "-f", "mpegts", "pipe:1")
    try:
        return ffmpeg.output_of(process, within=20, most=1 << 20)
    finally:
        ffmpeg.end(process)


@pytest.fixture
def speakers(house: Flask) -> dict[str, Speaks]:
    """Every way the house speaks to an address somebody gave."""

    def recorder(address: str, hosts: Sequence[str]) -> Any:
        old = house.extensions["settings"]
        house.extensions["settings"] = replace(old, camera_hosts=",".join(hosts))
        try:
            with house.app_context():
                source: Any = SimpleNamespace(asked=seal(address.encode()))
                return asking.fetch(source, "after=0")
        finally:
            house.extensions["settings"] = old

    return {
        "a webhook": _told,
        "a platform of cameras": _platform,
        "a device that turns": _device,
        "a box that sends notices": _notices,
        "a recorder that is asked": recorder,
        "a stream or picture": _filmed,
    }


KINDS = (
    "a webhook",
    "a platform of cameras",
    "a device that turns",
    "a box that sends notices",
    "a recorder that is asked",
    "a stream or picture",
)


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nobody is called: to whom a connection would have been made, by any socket of ours or program."""
    numbers: list[str] = []

    def dial(address: tuple[str, int], *_more: Any, **_named: Any) -> Any:
        numbers.append(address[0])
        raise ConnectionRefusedError("nobody is called in a test")

    def begin(source: ffmpeg.Source, *_how: str, **_named: Any) -> Any:
        (line,) = [each for each in source.told.decode().split("\n") if each.startswith("file ")]
        numbers.append(line)
        raise ffmpeg.Unreachable("no program is started in a test")

    monkeypatch.setattr(socket, "create_connection", dial)
    monkeypatch.setattr(ffmpeg, "begun", begin)
    return numbers


def _names(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Each question for a name gets the next number, the last of them again and again."""
    asked: list[str] = []

    def answer(host: str, port: Any, *_more: Any, **_named: Any) -> Any:
        asked.append(host)
        number = answers[min(len(asked), len(answers)) - 1]
        family = socket.AF_INET6 if ":" in number else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (number, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def _refused(speak: Speaks, address: str, hosts: Sequence[str]) -> None:
    with suppress(Refusal, OSError, ffmpeg.Unreachable):
        speak(address, hosts)
        raise AssertionError(f"{address} was spoken to")


def _forms(kind: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    for each in kind.__subclasses__():
        yield each
        yield from _forms(each)


def test_every_field_that_may_be_an_address_is_named() -> None:
    found = {
        f"{form.__module__.removeprefix('webapp.')}.{form.__name__}.{name}"
        for form in _forms()
        if form.__module__.startswith("webapp.")
        for name, about in form.model_fields.items()
        if _LIKE_ADDRESS.search(name) and "str" in str(about.annotation)
    }
    found = {each for each in found if not each.startswith(NO_FORM)}
    assert found == set(FIELDS), (
        "say what becomes of a new field, and try it below where it is fetched"
    )
    like = re.compile(r"ur[il]\b|address|host|receiver|issuer|network|basemap", re.IGNORECASE)
    named = {
        each.name
        for each in fields(Settings)
        if like.search(each.name.replace("_", " ") + each.metadata["variable"].replace("_", " "))
    }
    assert named == SETTINGS


def test_every_file_that_speaks_to_somebody_is_named() -> None:
    found = {
        str(path.relative_to(HOUSE))
        for path in HOUSE.rglob("*.py")
        if _SPEAKS.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(SPEAKERS), "say how a new one is held, and try it below"


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_inside_is_spoken_to_by_number_spelling_or_scheme(
    speakers: dict[str, Speaks], monkeypatch: pytest.MonkeyPatch, dialled: list[str], kind: str
) -> None:
    # Whatever name is asked for leads to this machine.
    _names(monkeypatch, "127.0.0.1")
    for address in (*SPELT, *SCHEMES):
        _refused(speakers[kind], address, [CAMERA])
    assert dialled == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_leads_inside_is_not_spoken_to(
    speakers: dict[str, Speaks], monkeypatch: pytest.MonkeyPatch, dialled: list[str], kind: str
) -> None:
    # Cameras stand in networks of their own, so a name the operator allowed may lead there.
    inside = (*HERE, *PRIVATE) if kind == "a webhook" else HERE
    for number in inside:
        _names(monkeypatch, number)
        _refused(speakers[kind], f"http://{CAMERA}/", [CAMERA])
    assert dialled == []
    if kind != "a webhook":
        _names(monkeypatch, "10.0.0.1")
        _refused(speakers[kind], f"http://{CAMERA}/", [CAMERA])
        assert all("10.0.0.1" in each for each in dialled)
        assert dialled, "what the operator allows is spoken to"


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_leads_inside_the_second_time_is_not_spoken_to(
    speakers: dict[str, Speaks], monkeypatch: pytest.MonkeyPatch, dialled: list[str], kind: str
) -> None:
    _names(monkeypatch, "1.2.3.4", "127.0.0.1")
    _refused(speakers[kind], f"http://{CAMERA}/a", [CAMERA])
    assert all("1.2.3.4" in each and CAMERA not in each for each in dialled)


class _Elsewhere(BaseHTTPRequestHandler):
    """Sends whoever asks to somebody else, who notes it."""

    def do_GET(self) -> None:
        """Sends on."""
        self.server.came.append(self.path)  # type: ignore[attr-defined]  # ours
        self.send_response(302 if self.server.to else 200)  # type: ignore[attr-defined]  # ours
        self.send_header("Location", self.server.to)  # type: ignore[attr-defined]  # ours
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815  # the name that the server asks for

    def log_message(self, *_said: Any) -> None:
        """Says nothing."""


def _server(to: str) -> Any:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    server.came, server.to = [], to
    Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize("kind", KINDS)
def test_who_sends_elsewhere_is_not_followed(
    speakers: dict[str, Speaks], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(posting, "resolved", lambda target, _allowed: target.host)
    secret = _server("")
    first = _server(f"http://127.0.0.1:{secret.server_port}/secret")
    try:
        with suppress(Refusal, OSError, ffmpeg.Unreachable):
            speakers[kind](f"http://127.0.0.1:{first.server_port}/a", ["127.0.0.1"])
        assert len(first.came) == 1, "it was asked once"
        assert secret.came == []
    finally:
        for each in (first, secret):
            each.shutdown()
            each.server_close()


def test_a_page_for_browsers_leads_where_the_operator_allows() -> None:
    for address in (*SPELT, *SCHEMES):
        with pytest.raises(Unacceptable):
            allowed_page(address, [CAMERA])
    for address in (
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:a",
        "/\t/e",
    ):
        assert own_address(address, "/mine") == "/mine"


@pytest.mark.parametrize(
    "issuer", ["file:///etc/passwd", "ftp://id.example/", "gopher://id.example", "id"]
)
def test_a_sign_in_service_is_an_address_of_the_web(issuer: str) -> None:
    with pytest.raises(SettingsError):
        Settings.from_environment({"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "wangge"})
