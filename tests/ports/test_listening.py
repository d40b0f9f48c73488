"""Receivers are heard over TCP and UDP; who hangs up is called again, and nothing in hand is lost."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import exc
from sqlalchemy.orm import Session

from tests.ports.harbour import Harbour, harbour
from tests.ports.nmea import sentences
from tests.world import as_user
from webapp.base import clock
from webapp.base.config import Settings, SettingsError
from webapp.monitoring.alarms import queries as alarms
from webapp.ports.sea import keeping, listening, queries, receiving
from webapp.ports.sea.ais import Counts
from webapp.ports.sea.listening import Address, Ear, address
from webapp.ports.sea.rules import Stand

__all__ = ["harbour"]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two calls."""
    monkeypatch.setattr(listening, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(listening, "SOON_S", 0.05)


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """Where a receiver waits to be called."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def ear(app: Flask, kind: str, port: int) -> Ear:
    return Ear(app, Address(kind, "127.0.0.1", port), source="tower")


def beside(work: Callable[[], None]) -> Thread:
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread


def tower() -> Any:
    (found,) = queries.receivers()
    return found


def test_who_hangs_up_is_called_again_and_a_line_may_come_in_pieces(
    app: Flask, harbour: Harbour, session: Session, hurried: None, door: socket.socket
) -> None:
    session.commit()
    heard = ear(app, "tcp", door.getsockname()[1])
    one, two, three = (sentences(second=each)[0] for each in (10, 20, 30))

    def speak() -> None:
        called, _from = door.accept()
        with called:
            called.sendall(one + b"\r\n" + two[:9])
            called.sendall(two[9:] + b"\r\nnoise\r\n")
        called, _from = door.accept()
        with called:
            called.sendall(three + b"\n")
            called.shutdown(socket.SHUT_WR)
            door.accept()[0].close()
            heard.stop()

    speaking = beside(speak)
    heard.run()
    speaking.join(5)
    assert (tower().lines, tower().bad, tower().kept) == (4, 1, 3)
    assert queries.where(harbour.vessel.id) is not None


def test_datagrams_are_heard(app: Flask, harbour: Harbour, session: Session, hurried: None) -> None:
    session.commit()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    heard = ear(app, "udp", port)
    lines = [sentences()[0], sentences(mmsi="412999999")[0]]

    def speak() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while not stopped:
                out.sendto(b"\r\n".join(lines), ("127.0.0.1", port))

    stopped: list[bool] = []
    keep = listening.keep_all

    def once(*said: Any, **more: Any) -> Any:
        stopped.append(True)
        heard.stop()
        return keep(*said, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listening, "keep_all", once)
        speaking = beside(speak)
        heard.run()
        speaking.join(5)
    assert tower().kept >= 1
    assert [each.name for each in queries.strange()] == ["412999999"]


def test_while_the_database_is_away_the_batch_waits_in_hand(
    app: Flask,
    harbour: Harbour,
    session: Session,
    hurried: None,
    door: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session.commit()
    heard = ear(app, "tcp", door.getsockname()[1])
    keep, tried = listening.keep_all, list[int]()

    def away(found: Any, **more: Any) -> Any:
        tried.append(len(found))
        if len(tried) < 2:
            raise exc.OperationalError("", {}, Exception("no route"))
        heard.stop()
        return keep(found, **more)

    monkeypatch.setattr(listening, "keep_all", away)

    def speak() -> None:
        called, _from = door.accept()
        with called:
            called.sendall(sentences(second=10)[0] + b"\n")
            called.recv(1)

    beside(speak)
    heard.run()
    assert tried == [1, 1]
    assert queries.where(harbour.vessel.id) is not None


def test_addresses() -> None:
    assert str(address("tcp", "tower:4001")) == "tcp tower:4001"
    assert address("udp", "4002").port == 4002
    for kind, wrong in (("tcp", "4001"), ("udp", "x"), ("udp", "99999"), ("tcp", "tower:")):
        with pytest.raises(ValueError, match=wrong):
            address(kind, wrong)


def test_a_recording_is_played_by_a_command(
    app: Flask, harbour: Harbour, session: Session, tmp_path: Any
) -> None:
    session.commit()
    tape = tmp_path / "tape.nmea"
    tape.write_bytes(b"\n".join([*sentences(second=10), *sentences(mmsi="412999999"), b"x"]))
    runner = app.test_cli_runner()
    said = runner.invoke(args=["ports", "replay", str(tape), "--now"])
    assert "3 lines, 1 unreadable: 1 kept, 0 repeat, 1 unknown, 0 away" in said.output
    assert "unreadable: 0 kept" in runner.invoke(args=["ports", "replay", str(tape)]).output
    assert "--tcp" in runner.invoke(args=["ports", "listen"]).output


@pytest.fixture
def told_to_hear(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The house was told to hear two receivers."""
    settings = replace(app.extensions["settings"], ais_receivers="tcp:tower:4001, udp:4002")
    monkeypatch.setitem(app.extensions, "settings", settings)


def test_the_house_hears_the_receivers_that_its_setting_names(
    app: Flask, told_to_hear: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = list[tuple[str, str]]()
    monkeypatch.setattr(Ear, "run", lambda ear: heard.append((str(ear.where), ear.source)))
    said = app.test_cli_runner().invoke(args=["ports", "listen"])
    assert said.exit_code == 0, said.output
    assert set(heard) == {(each, each) for each in ("tcp tower:4001", "udp 0.0.0.0:4002")}
    with pytest.raises(SettingsError, match="AIS_RECEIVERS must be like"):
        Settings.from_environment({"AIS_RECEIVERS": "tower:4001"})


def test_a_receiver_that_falls_silent_is_an_alarm_until_it_is_heard_again(
    app: Flask, harbour: Harbour, told_to_hear: None
) -> None:
    def hears() -> None:
        counts = Counts(lines=1)
        keeping.keep([], source="tcp tower:4001", received_at=clock.now(), counts=counts)

    def stand() -> list[Stand]:
        receiving.watch()
        assert alarms.is_active("house", "udp 0.0.0.0:4002") is False
        return [each.stand for each in receiving.stands()]

    assert stand() == [Stand.NEVER, Stand.NEVER]
    hears()
    assert stand() == [Stand.HEARD, Stand.NEVER]
    page = as_user(app, harbour.keeper).get("/ports/receivers").text
    assert "tcp tower:4001" in page
    assert "从未收到" in page
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert stand() == [Stand.SILENT, Stand.NEVER]
        assert alarms.is_active("house", "tcp tower:4001")
        hears()
        assert stand()[0] == Stand.HEARD
        assert not alarms.is_active("house", "tcp tower:4001")
