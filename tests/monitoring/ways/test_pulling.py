"""Events of a camera are fetched by the real process: whoever dies or is cut off, nothing held is lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from flask import Flask
from sqlalchemy import exc

from tests.brokers import soon
from tests.busy import busy_house
from tests.databases import SECRET_KEY
from tests.monitoring.onvif import PASSWORD, USER
from tests.monitoring.ways.camera import Watching, watching
from tests.servers import FLASK, start
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described as CameraSaid
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.intake import keeping, several
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.onvif import Reached
from webapp.monitoring.ways import actions, events, pulling
from webapp.monitoring.ways.events import EventDevice, PullPoint
from webapp.monitoring.ways.forms import WayForm
from webapp.monitoring.ways.models import Way
from webapp.monitoring.ways.rules import WayKind

HOSTS = "127.0.0.0/8"


@dataclass
class House:
    """A house on a database of its own, whose intake fetches from a camera."""

    app: Flask
    url: str
    instance: Path
    camera: Watching
    code: str
    intake: subprocess.Popen[bytes] | None = None
    told: list[datetime] = field(default_factory=list)

    def start_intake(self) -> None:
        """The intake fetches, and hears no broker."""
        environment = {
            **os.environ,
            "WANGGE_ENV": "test",
            "DATABASE_URL": self.app.extensions["settings"].database_url,
            "INSTANCE": str(self.instance),
            "SECRET_KEY": SECRET_KEY,
            "MQTT_URL": "off",
            "CAMERA_HOSTS": HOSTS,
            "PYTHONUNBUFFERED": "1",
        }
        self.intake = start(environment, self.instance, "intake", *FLASK, "intake")

    def kill_intake(self) -> None:
        """The intake dies without a word."""
        assert self.intake is not None
        os.killpg(self.intake.pid, signal.SIGKILL)
        self.intake.wait()

    def ask(self, statement: str, *values: Any) -> Any:
        """The first value of one row of the database."""
        with closing(psycopg2.connect(self.url)) as line, line.cursor() as sql:
            sql.execute(statement, values)
            found = sql.fetchone()
            return found[0] if found else None

    def happens(self, count: int = 1) -> None:
        """So many things begin and end at the camera, each at a moment of its own."""
        for _each in range(count):
            for on in (True, False):
                before = self.told[-1] if self.told else datetime.now(UTC) - timedelta(minutes=2)
                self.told.append(before + timedelta(milliseconds=50))
                self.camera.happens(on, self.told[-1], source=self.code)

    def kept(self) -> int:
        """How many of its notices the inbox holds."""
        return int(self.ask(_KEPT, self.code))

    def all_kept(self) -> bool:
        """Each notice is in the inbox."""
        return self.kept() == len(self.told)

    def doubled(self) -> int:
        """How often a notice came more than once, or was merged more than once."""
        return int(self.ask(_DOUBLED, self.code))

    def way(self, column: str) -> Any:
        """What the page of the source knows of its camera."""
        return self.ask(
            f"SELECT {column} FROM source_way w JOIN intake_source s ON s.id = w.source_id"  # noqa: S608  # a column of ours
            " WHERE s.code = %s",
            self.code,
        )


_KEPT = """
    SELECT count(*) FROM intake_message m JOIN intake_source s ON s.id = m.source_id
    WHERE s.code = %s AND m.format = 'onvif' AND m.status IN ('ok', 'late')
"""
_DOUBLED = """
    SELECT coalesce(sum(m.times - 1), 0) + count(*) - count(DISTINCT m.message_id)
    FROM intake_message m JOIN intake_source s ON s.id = m.source_id WHERE s.code = %s
"""


@pytest.fixture(scope="module")
def app(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A house whose operator allows addresses of this machine."""
    with busy_house(cluster_url, tmp_path_factory.mktemp("pulled"), CAMERA_HOSTS=HOSTS) as made:
        yield made


@pytest.fixture
def house(app: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """A camera is fetched from, by an intake that runs."""
    address = app.extensions["settings"].database_url
    url = address.replace("postgresql+psycopg2://", "postgresql://")
    code = f"cam-{abs(hash(request.node.name)) % 10**9}"
    with watching() as camera:
        connect(app, camera, code)
        made = House(app, url, tmp_path, camera, code)
        made.start_intake()
        soon(lambda: camera.subscriptions, "nobody subscribes")
        try:
            yield made
        finally:
            if made.intake is not None:
                made.intake.terminate()
                made.intake.wait(30)
            end(app, code)


def connect(app: Flask, camera: Watching, code: str, *, password: str = PASSWORD) -> None:
    """The camera is a source, and its one camera in the catalogue."""
    with app.test_request_context("/"):
        source = keeping.set_up(code, Described("球机", (Format.ONVIF,)), by=None)
        said = WayForm(address=camera.address, user=USER, password=password)
        actions.keep(source, WayKind.ONVIF, said, by=HOUSE)
        described = CameraSaid("球机", CameraKind.PTZ)
        cameras.register(described, source=code, external_id=code, by=None)
        db.session.commit()


def test_what_happens_at_a_camera_is_an_alarm_of_it(house: House) -> None:
    house.camera.happens(True, datetime.now(UTC), source=house.code)
    found = "SELECT kind FROM alarm WHERE source = %s AND state = 'raised' AND camera_id IS NOT NULL"
    assert soon(lambda: house.ask(found, house.code), "no alarm comes") == "intrusion"
    house.camera.happens(False, datetime.now(UTC), source=house.code)
    over = "SELECT ended_at FROM alarm WHERE source = %s AND state = 'over'"
    soon(lambda: house.ask(over, house.code), "the alarm does not end")
    assert house.camera.refused == 0
    assert house.way("failed") is None
    online = "SELECT status FROM camera WHERE source = %s AND beats"
    assert house.ask(online, house.code) == "online"


def test_an_intake_that_is_killed_fetches_what_the_camera_held_meanwhile_and_nothing_twice(
    house: House,
) -> None:
    house.happens(20)
    soon(house.all_kept, "some are lost")
    for _each in range(3):
        house.kill_intake()
        # What it waited for when it was shot the camera tells nobody; from then on it holds.
        soon(lambda: not house.camera.waiting, "a pull does not end")
        house.happens(30)
        assert not house.all_kept()
        house.start_intake()
        house.happens(5)
        soon(house.all_kept, "some are lost")
    assert house.doubled() == 0
    # The subscription that the first one made was found again each time, and asked how things stand.
    assert (list(house.camera.subscriptions), house.camera.synchronised) == ([1], 3)


def test_a_camera_that_was_away_is_fetched_from_where_it_was_left(house: House) -> None:
    house.happens(3)
    soon(house.all_kept, "some are lost")
    house.camera.go()
    soon(lambda: house.way("failed"), "nobody knows that the camera is away")
    house.happens(150)
    house.camera.stand()
    soon(house.all_kept, "some are lost")
    assert house.way("failed") is None
    assert (house.doubled(), list(house.camera.subscriptions)) == (0, [1])


def test_a_camera_that_was_started_anew_is_subscribed_to_anew(house: House) -> None:
    house.happens(2)
    soon(house.all_kept, "some are lost")
    house.camera.reboot()
    soon(lambda: list(house.camera.subscriptions) == [2], "nobody subscribes again")
    house.happens(4)
    soon(house.all_kept, "some are lost")
    assert house.doubled() == 0
    assert house.way("kept->'pull_point'->>'parameters'").count(">2</") == 1


def test_an_answer_that_broke_off_is_fetched_again(house: House) -> None:
    house.camera.cuts = 2
    house.happens(10)
    soon(house.all_kept, "some are lost")
    assert (house.doubled(), list(house.camera.subscriptions)) == (0, [1])


def test_what_nobody_can_read_is_a_dead_letter_and_the_next_is_fetched(house: House) -> None:
    house.camera.garbage.append("<broken")
    house.happens(2)
    soon(house.all_kept, "some are lost")
    dead = (
        "SELECT m.why FROM intake_message m JOIN intake_source s ON s.id = m.source_id"
        " WHERE s.code = %s AND m.status = 'dead'"
    )
    assert soon(lambda: house.ask(dead, house.code), "it is lost") == "not_xml"


def fetched(app: Flask, camera: Watching, code: str, until: Callable[[], Any]) -> None:
    """The camera is fetched from until this is true."""
    import threading

    (puller,) = pulling.pullers(app)
    thread = threading.Thread(target=puller.run)
    thread.start()
    try:
        soon(until, "it does not come")
    finally:
        puller.stop()
        thread.join(30)
    assert not thread.is_alive()


def count(app: Flask, code: str) -> int:
    """How many messages of a source the inbox holds."""
    with app.app_context():
        found = db.session.connection().exec_driver_sql(_KEPT, (code,)).scalar()
        return int(found or 0)


def end(app: Flask, code: str) -> None:
    """The source is not fetched from any more."""
    with app.app_context():
        db.session.delete(db.session.query(Way).join(Way.source).filter_by(code=code).one())
        db.session.commit()


def test_what_was_fetched_waits_for_a_database_that_is_away(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    took, away = several.take_all, [3]

    def sometimes(*said: Any) -> Any:
        if away[0]:
            away[0] -= 1
            raise exc.OperationalError("", {}, Exception("the server closed the connection"))
        return took(*said)

    monkeypatch.setattr(several, "take_all", sometimes)
    monkeypatch.setattr(pulling, "AGAIN_S", 0.05)
    with watching() as camera:
        connect(app, camera, "waits")

        def until() -> bool:
            if camera.subscriptions and not camera.asked.count("told"):
                camera.asked.append("told")
                camera.happens(True, datetime.now(UTC))
            return count(app, "waits") == 1

        fetched(app, camera, "waits", until)
    end(app, "waits")
    assert away == [0]


@pytest.mark.parametrize("wants_moments", [False, True])
def test_a_subscription_is_renewed_before_it_ends(
    app: Flask, monkeypatch: pytest.MonkeyPatch, wants_moments: bool
) -> None:
    monkeypatch.setattr(events, "LASTS_S", (4,))
    code = f"renewed-{int(wants_moments)}"
    with watching() as camera:
        camera.wants_moments = wants_moments
        connect(app, camera, code)
        fetched(app, camera, code, lambda: camera.renewed >= 3)
        assert list(camera.subscriptions) == [1]
    end(app, code)


def test_a_camera_that_renews_nothing_is_subscribed_to_again_and_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LASTS_S", (2,))
    monkeypatch.setattr(pulling, "FIRST_WAIT_S", 0.05)
    with watching() as camera:
        camera.renews, camera.most = False, 9
        connect(app, camera, "never")
        fetched(app, camera, "never", lambda: camera.asked.count("CreatePullPointSubscription") >= 3)
    end(app, "never")


def test_a_camera_is_asked_for_as_long_as_it_allows(app: Flask) -> None:
    with app.app_context(), watching() as camera:
        camera.longest_s = 60
        device = EventDevice(Reached(camera.address, USER, PASSWORD), (HOSTS,))
        made = device.subscribe()
        assert made.lasts_s == 60
        assert PullPoint.of(made.as_json()) == made
        device.unsubscribe(made)
        assert (camera.unsubscribed, camera.subscriptions) == (1, {})
