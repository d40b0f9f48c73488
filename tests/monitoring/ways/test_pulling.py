"""Events of a camera are fetched by the real process: whoever dies or is cut off, nothing held is lost or doubled."""

from __future__ import annotations

import io
import os
import signal
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg2
import pytest
from flask import Flask
from flask_babel import force_locale
from PIL import Image
from sqlalchemy import exc

from tests.brokers import soon
from tests.busy import busy_house
from tests.databases import SECRET_KEY
from tests.forks import Process
from tests.monitoring.intake import messages
from tests.monitoring.onvif import PASSWORD, USER
from tests.monitoring.ways.box import PASSWORD as BOX_PASSWORD, USER as BOX_USER, hikvision
from tests.monitoring.ways.camera import Watching, watching
from tests.servers import start
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described as CameraSaid
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.intake import keeping, queries as sources, several
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.onvif import Reached
from webapp.monitoring.reaching import NoAnswer
from webapp.monitoring.ways import actions, events, followers, pulling, streaming
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
    intake: Process | None = None
    puller: pulling.Pulling | None = None
    thread: Thread | None = None
    told: list[datetime] = field(default_factory=list)

    def fetch(self) -> None:
        """It is fetched from, here."""
        (self.puller,) = pulling.pullers(self.app)
        self.thread = Thread(target=self.puller.run)
        self.thread.start()

    def end(self) -> None:
        """It is fetched from no more."""
        if self.puller is not None and self.thread is not None:
            self.puller.stop()
            self.thread.join(30)
            assert not self.thread.is_alive()
        if self.intake is not None:
            self.intake.terminate()
            self.intake.wait(30)
        with self.app.app_context():
            db.session.delete(
                db.session.query(Way).join(Way.source).filter_by(code=self.code).one()
            )
            db.session.commit()

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
        self.intake = start(environment, self.instance, "intake", "flask", "intake")

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
            f"SELECT {column} FROM source_way w JOIN intake_source s ON s.id = w.source_id"
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
    """A camera that may be fetched from; nobody does so yet."""
    address = app.extensions["settings"].database_url
    url = address.replace("postgresql+psycopg2://", "postgresql://")
    code = f"cam-{zlib.crc32(request.node.name.encode())}"
    with watching() as camera:
        connect(app, camera, code)
        made = House(app, url, tmp_path, camera, code)
        try:
            yield made
        finally:
            made.end()


@pytest.fixture
def fetched(house: House) -> House:
    """The camera is fetched from."""
    house.fetch()
    soon(lambda: house.camera.subscriptions, "nobody subscribes")
    return house


def connect(app: Flask, camera: Watching, code: str, *, password: str = PASSWORD) -> None:
    """The camera is a source, and its one camera in the catalogue."""
    with app.test_request_context("/"):
        source = keeping.set_up(code, Described("球机", (Format.ONVIF,)), by=None)
        said = WayForm(address=camera.address, user=USER, password=password)
        actions.keep(source, WayKind.ONVIF, said, by=HOUSE)
        described = CameraSaid("球机", CameraKind.PTZ)
        cameras.register(described, source=code, external_id=code, by=None)
        db.session.commit()


def test_what_happens_at_a_camera_is_an_alarm_of_it(fetched: House) -> None:
    fetched.camera.happens(True, datetime.now(UTC), source=fetched.code)
    found = (
        "SELECT kind FROM alarm WHERE source = %s AND state = 'raised' AND camera_id IS NOT NULL"
    )
    assert soon(lambda: fetched.ask(found, fetched.code), "no alarm comes") == "intrusion"
    fetched.camera.happens(False, datetime.now(UTC), source=fetched.code)
    over = "SELECT ended_at FROM alarm WHERE source = %s AND state = 'over'"
    soon(lambda: fetched.ask(over, fetched.code), "the alarm does not end")
    assert fetched.camera.refused == 0
    assert fetched.way("failed") is None
    online = "SELECT status FROM camera WHERE source = %s AND beats"
    assert fetched.ask(online, fetched.code) == "online"


@pytest.mark.thorough
@pytest.mark.fault
def test_an_intake_that_is_killed_fetches_what_the_camera_held_meanwhile_and_nothing_twice(
    house: House,
) -> None:
    house.start_intake()
    soon(lambda: house.camera.subscriptions, "nobody subscribes")
    house.happens(20)
    soon(house.all_kept, "some are lost")
    for _each in range(2):
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
    assert (list(house.camera.subscriptions), house.camera.synchronised) == ([1], 2)


@pytest.mark.fault
def test_a_camera_that_was_away_is_fetched_from_where_it_was_left(fetched: House) -> None:
    fetched.happens(3)
    soon(fetched.all_kept, "some are lost")
    fetched.camera.go()
    soon(lambda: fetched.way("failed"), "nobody knows that the camera is away")
    fetched.happens(150)
    fetched.camera.stand()
    soon(fetched.all_kept, "some are lost")
    assert fetched.way("failed") is None
    assert (fetched.doubled(), list(fetched.camera.subscriptions)) == (0, [1])


def test_a_camera_that_was_started_anew_is_subscribed_to_anew(fetched: House) -> None:
    fetched.happens(2)
    soon(fetched.all_kept, "some are lost")
    fetched.camera.reboot()
    soon(lambda: list(fetched.camera.subscriptions) == [2], "nobody subscribes again")
    fetched.happens(4)
    soon(fetched.all_kept, "some are lost")
    assert fetched.doubled() == 0
    assert fetched.way("kept->'pull_point'->>'parameters'").count(">2</") == 1


def test_an_answer_that_broke_off_is_fetched_again(fetched: House) -> None:
    fetched.camera.cuts = 2
    fetched.happens(10)
    soon(fetched.all_kept, "some are lost")
    assert (fetched.doubled(), list(fetched.camera.subscriptions)) == (0, [1])


def test_what_nobody_can_read_is_a_dead_letter_and_the_next_is_fetched(fetched: House) -> None:
    fetched.camera.garbage.append("<broken")
    fetched.happens(2)
    soon(fetched.all_kept, "some are lost")
    dead = (
        "SELECT m.why FROM intake_message m JOIN intake_source s ON s.id = m.source_id"
        " WHERE s.code = %s AND m.status = 'dead'"
    )
    assert soon(lambda: fetched.ask(dead, fetched.code), "it is lost") == "not_xml"


def test_what_was_fetched_waits_for_a_database_that_is_away(
    fetched: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    took, away = several.take_all, [3]

    def sometimes(*said: Any) -> Any:
        if away[0]:
            away[0] -= 1
            raise exc.OperationalError("", {}, Exception("the server closed the connection"))
        return took(*said)

    monkeypatch.setattr(several, "take_all", sometimes)
    monkeypatch.setattr(followers, "AGAIN_S", 0.05)
    fetched.happens(2)
    soon(fetched.all_kept, "some are lost")
    assert (away, fetched.doubled()) == ([0], 0)


@pytest.mark.thorough
@pytest.mark.parametrize("wants_moments", [False, True])
def test_a_subscription_is_renewed_before_it_ends(
    house: House, monkeypatch: pytest.MonkeyPatch, wants_moments: bool
) -> None:
    monkeypatch.setattr(events, "LASTS_S", (10,))
    house.camera.wants_moments = wants_moments
    house.fetch()
    soon(lambda: house.camera.renewed >= 2, "nobody renews", within_s=90)
    assert list(house.camera.subscriptions) == [1]


@pytest.mark.thorough
def test_a_camera_that_renews_nothing_is_subscribed_to_again_and_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LASTS_S", (2,))
    monkeypatch.setattr(followers, "FIRST_WAIT_S", 0.05)
    house.camera.renews, house.camera.most = False, 9
    house.fetch()
    made = "CreatePullPointSubscription"
    soon(lambda: house.camera.asked.count(made) >= 3, "nobody subscribes again")


def test_a_changed_password_is_used_within_seconds(
    fetched: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "PLAN_S", 0.2)
    said = WayForm(address=fetched.camera.address, user=USER, password="wrong")
    with fetched.app.test_request_context("/"):
        source = sources.source(fetched.code)
        assert source is not None
        actions.keep(source, WayKind.ONVIF, said, by=HOUSE)
        db.session.commit()
    failed = soon(lambda: fetched.way("failed"), "nobody knows")
    assert "用户名或密码" in failed


def test_a_camera_is_asked_for_as_long_as_it_allows(app: Flask) -> None:
    with app.app_context(), watching() as camera:
        camera.longest_s = 60
        device = EventDevice(Reached(camera.address, USER, PASSWORD), (HOSTS,))
        made = device.subscribe()
        assert made.lasts_s == 60
        assert PullPoint.of(made.as_json()) == made
        device.unsubscribe(made)
        assert (camera.unsubscribed, camera.subscriptions) == (1, {})


def test_the_notices_of_a_hikvision_box_are_read_as_they_come_and_after_it_was_away(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(followers, "FIRST_WAIT_S", 0.05)
    address = app.extensions["settings"].database_url
    url = address.replace("postgresql+psycopg2://", "postgresql://")
    picture = io.BytesIO()
    Image.new("RGB", (64, 36)).save(picture, "JPEG")
    with hikvision() as box:
        with app.test_request_context("/"):
            source = keeping.set_up("nvr", Described("录像机", (Format.ISAPI,)), by=None)
            said = WayForm(address=box.address, user=BOX_USER, password=BOX_PASSWORD)
            actions.keep(source, WayKind.ISAPI, said, by=HOUSE)
            for number in (1, 2):
                described = CameraSaid(f"通道 {number}", CameraKind.FIXED)
                code = f"44:19:b6:aa:bb:cc/{number}"
                cameras.register(described, source="nvr", external_id=code, by=None)
            db.session.commit()
        house = House(app, url, tmp_path, Watching(), "nvr")
        house.fetch()
        try:
            # Of the network cameras the recorder calls the first one 33.
            box.says(messages.isapi("videoloss", "inactive", channel=33, at=datetime.now(UTC)))
            box.says(messages.isapi(channel=33, at=datetime.now(UTC)), long=False)
            box.says(picture.getvalue(), "image/jpeg")
            online = (
                "SELECT status FROM camera WHERE source = %s AND external_id LIKE '%%/1' AND beats"
            )
            assert soon(lambda: house.ask(online, "nvr"), "no camera lives") == "online"
            seen = (
                "SELECT c.external_id FROM alarm a JOIN camera c ON c.id = a.camera_id"
                " JOIN camera_picture p ON p.alarm_id = a.id WHERE a.source = %s AND a.state = 'raised'"
            )
            assert soon(lambda: house.ask(seen, "nvr"), "no alarm with its picture")[-2:] == "/1"
            box.ends()
            soon(lambda: box.opened == 2, "nobody reads again")
            box.says(messages.isapi(state="inactive", channel=33, at=datetime.now(UTC)))
            over = "SELECT ended_at FROM alarm WHERE source = %s AND state = 'over'"
            soon(lambda: house.ask(over, "nvr"), "the alarm does not end")
            assert house.way("failed") is None
        finally:
            began = time.monotonic()
            house.end()
        # It waits for the box no longer than for a sign of life, and not at all when it is to stop.
        assert time.monotonic() - began < 10


def test_a_box_that_does_not_know_us_or_sends_no_stream_says_so(app: Flask) -> None:
    with app.app_context(), hikvision() as box:
        streaming.tried(Reached(box.address, BOX_USER, BOX_PASSWORD), (HOSTS,))
        for wrong, words in (
            (Reached(box.address, BOX_USER, "wrong"), "用户名"),
            (Reached(f"{box.address}/other", BOX_USER, BOX_PASSWORD), "用户名"),
            (Reached("http://127.0.0.1:9", BOX_USER, BOX_PASSWORD), "没有应答"),
        ):
            with pytest.raises(NoAnswer) as refused, force_locale("zh_CN"):
                streaming.tried(wrong, (HOSTS,))
            with force_locale("zh_CN"):
                assert words in str(refused.value.words)
