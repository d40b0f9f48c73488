"""Messages go to the open internet or to a network that was named, to the very number that was checked."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.interop.webhooks.receivers import Receiver
from webapp.base.flow import Unacceptable
from webapp.base.numbers import may_be_spoken_to, networks_of
from webapp.interop.webhooks import posting
from webapp.interop.webhooks.posting import Message
from webapp.interop.webhooks.targets import Target, target_of

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = Message("msg_1", '{"type": "a"}', (SECRET,))
NEAR = networks_of("127.0.0.0/8")

INSIDE = (
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
)
OUTSIDE = ("1.2.3.4", "114.114.114.114", "2400:3200::1", "::ffff:1.2.3.4", "64:ff9b::102:304")


@pytest.mark.parametrize("number", INSIDE)
def test_numbers_inside_are_not_spoken_to(number: str) -> None:
    assert not may_be_spoken_to(number, ())


@pytest.mark.parametrize("number", OUTSIDE)
def test_numbers_of_the_open_internet_are(number: str) -> None:
    assert may_be_spoken_to(number, ())


@given(st.ip_addresses(v=4))
def test_a_mapped_number_is_judged_as_what_it_stands_for(number: ipaddress.IPv4Address) -> None:
    assert may_be_spoken_to(f"::ffff:{number}", ()) == may_be_spoken_to(str(number), ())


@given(st.ip_addresses(v=4, network="10.20.0.0/16"))
def test_a_network_that_was_named_is_open_and_only_that(number: ipaddress.IPv4Address) -> None:
    allowed = networks_of("10.20.0.0/16, fd12::/32")
    assert may_be_spoken_to(str(number), allowed)
    assert may_be_spoken_to(f"::ffff:{number}", allowed)
    assert may_be_spoken_to("fd12::1", allowed)
    assert not may_be_spoken_to(str(number + 65_536), allowed)


def test_what_is_no_host_is_never_spoken_to() -> None:
    everything = networks_of("0.0.0.0/0, ::/0")
    assert may_be_spoken_to("127.0.0.1", everything)
    for number in ("0.0.0.0", "224.0.0.1", "::", "ff02::1", "::ffff:224.0.0.1"):
        assert not may_be_spoken_to(number, everything)


REFUSED = (
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "https://",
    "https:///path",
    "//example.com/",
    "https://name:word@example.com/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com/#part",
    "https://example.com/a b",
    "https://example.com/\r\nHost: other",
    "https://[::1/",
    "https://例子.example/",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_of_nowhere_are_refused(url: str) -> None:
    with pytest.raises(Unacceptable) as refusal:
        target_of(url, only_https=False)
    assert "url" in refusal.value.fields


def test_in_production_only_https() -> None:
    assert target_of("http://example.com/a?b=1", only_https=False) == Target(
        "http", "example.com", 80, "/a?b=1"
    )
    with pytest.raises(Unacceptable):
        target_of("http://example.com/", only_https=True)
    assert target_of("https://example.com", only_https=True).port == 443


@given(st.text(max_size=60))
def test_any_address_is_taken_or_refused_in_words(text: str) -> None:
    try:
        found = target_of(text, only_https=True)
    except Unacceptable:
        return
    assert found.scheme == "https"


def test_nothing_is_sent_inside(receiver: Receiver) -> None:
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f000001"):
        outcome = posting.post(MESSAGE, target_of(receiver.url(host), only_https=False), ())
        assert outcome.status is None
        assert outcome.error is not None
    assert receiver.came == []


def test_one_number_inside_among_others_is_enough_to_refuse(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch, ["1.2.3.4", "127.0.0.1"])
    outcome = posting.post(MESSAGE, target_of(receiver.url("two.example"), only_https=False), ())
    assert "127.0.0.1" in (outcome.error or "")
    assert receiver.came == []


def test_a_name_that_changes_between_check_and_connection_gains_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _names(monkeypatch, ["1.2.3.4"], ["127.0.0.1"])
    dialled: list[str] = []
    real = socket.create_connection

    def dial(address: tuple[str, int], timeout: float) -> socket.socket:
        # Whoever asks the name again lands inside; the number that was checked is nobody here.
        dialled.append(address[0])
        if address[0] == "1.2.3.4":
            raise TimeoutError("nobody answers")
        return real(address, timeout)

    monkeypatch.setattr(socket, "create_connection", dial)
    target = target_of(receiver.url("rebinding.example"), only_https=False)
    outcome = posting.post(MESSAGE, target, ())
    assert (dialled, len(asked)) == (["1.2.3.4"], 1)
    assert outcome.error == "TimeoutError: nobody answers"
    assert receiver.came == []


def _names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Each question for a name gets the next answer, the last of them again and again."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, port: int, *more: Any, **named: Any) -> Any:
        if not host.endswith(".example"):
            return real(host, port, *more, **named)
        asked.append(host)
        numbers = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_the_receiver_is_asked_by_its_name(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch, ["127.0.0.1"])
    target = target_of(receiver.url("hooks.example"), only_https=False)
    assert posting.post(MESSAGE, target, NEAR).taken
    assert receiver.came[0].headers["host"] == f"hooks.example:{receiver.port}"
    assert receiver.came[0].path == "/hooks?of=wangge"


def test_a_redirection_is_an_answer_and_followed_nowhere(receiver: Receiver) -> None:
    receiver.answer = lambda _message: (307, {"Location": receiver.url()}, b"")
    outcome = posting.post(MESSAGE, target_of(receiver.url(), only_https=False), NEAR)
    assert (outcome.status, outcome.taken, len(receiver.came)) == (307, False, 1)


def test_of_a_long_answer_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.answer = lambda _message: (200, {}, b"\0x" * 3_000_000)
    outcome = posting.post(MESSAGE, target_of(receiver.url(), only_https=False), NEAR)
    assert outcome.taken
    assert outcome.answer == "x" * 1_000


def test_who_never_ends_an_answer_is_cut_off(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "WHOLE_S", 0.3)
    target = Target("http", "127.0.0.1", receiver.port, "/")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        outcome = posting.post(
            MESSAGE, Target("http", "127.0.0.1", mute.getsockname()[1], "/"), NEAR
        )
        assert "TimeoutError" in (outcome.error or "")
    assert posting.post(MESSAGE, target, NEAR).taken


def test_a_receiver_that_asks_to_be_spared_is_heard(receiver: Receiver) -> None:
    receiver.answer = lambda _message: (429, {"Retry-After": "120"}, b"")
    outcome = posting.post(MESSAGE, target_of(receiver.url(), only_https=False), NEAR)
    assert (outcome.status, outcome.spare_s) == (429, 120)


def test_an_unknown_name_is_told(receiver: Receiver) -> None:
    outcome = posting.post(MESSAGE, Target("https", "nobody.invalid", 443, "/"), NEAR)
    assert "nobody.invalid" in (outcome.error or "")


@pytest.mark.parametrize("setting", ["", "10.0.0.0/8", "10.0.0.0/8, fd00::/8", "10.1.2.3"])
def test_the_setting_names_networks(setting: str) -> None:
    assert len(networks_of(setting)) == len([e for e in setting.split(",") if e])
