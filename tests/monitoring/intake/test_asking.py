"""Recorders that are asked: an end nobody told of is found, and one that does not answer says why."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from math import radians, tan
from threading import Thread
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from tests.monitoring.intake import messages
from tests.monitoring.intake.conftest import Box, alarms, message
from tests.monitoring.intake.messages import LAT, LON, NOW
from tests.world import World, as_user
from webapp.base import files
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.sealing import unseal
from webapp.monitoring.alarms.rules import State
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described as CameraSaid
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.intake import asking, filming, keeping
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.models import Message
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.video import actions as drawn, queries as seen
from webapp.monitoring.video.forms import ZoneForm
from webapp.monitoring.video.rules import ZoneKind


class _Recorder(BaseHTTPRequestHandler):
    """A recorder that tells its reviews, or sends whoever asks elsewhere."""

    rows: list[Any] = []
    elsewhere = ""
    asked: list[str] = []
    picture = b""
    event: dict[str, Any] = {}
    film = b""

    def do_GET(self) -> None:
        """Tells."""
        self.asked.append(self.path)
        if self.path.startswith("/api/events/"):
            given = {"snapshot.jpg": self.picture, "clip.mp4": self.film}
            told = json.dumps(self.event).encode() if self.event else b""
            answer = given.get(self.path.rpartition("/")[2], told)
            self.send_response(200 if answer else 404)
            self.end_headers()
            self.wfile.write(answer)
            return
        self.send_response(302 if self.elsewhere else 200)
        self.send_header("Location", self.elsewhere)
        self.end_headers()
        self.wfile.write(json.dumps(self.rows).encode())

    def log_message(self, *_said: Any) -> None:
        """Says nothing."""


@pytest.fixture
def recorder(box: Box) -> Iterator[type[_Recorder]]:
    """A recorder on this machine, which the operator allows."""
    _Recorder.rows, _Recorder.elsewhere, _Recorder.asked, _Recorder.picture = [], "", [], b""
    _Recorder.event, _Recorder.film = {}, b""
    server = HTTPServer(("127.0.0.1", 0), _Recorder)
    Thread(target=server.serve_forever, daemon=True).start()
    old = box.app.extensions["settings"]
    box.app.extensions["settings"] = replace(old, camera_hosts="127.0.0.1")
    said = Described("箱子", (Format.FRIGATE,), asked=f"http://127.0.0.1:{server.server_port}/")
    keeping.change(box.source, said, base_version=box.source.version, by=box.safety)
    yield _Recorder
    box.app.extensions["settings"] = old
    server.shutdown()
    server.server_close()


def test_an_end_nobody_told_of_is_found(box: Box, recorder: type[_Recorder]) -> None:
    box.take(Format.FRIGATE, messages.review("new"), topic="reviews")
    recorder.rows = [messages.review("end")["after"]]
    assert asking.ask(box.source) == asking.ask(box.source) == 1
    (alarm,) = alarms()
    assert (alarm.state, alarm.ended_at) == (State.OVER, NOW)
    assert recorder.asked[0].startswith("/api/review?after=")
    assert (box.source.asked_to, box.source.unasked) == (NOW, None)


def test_the_picture_of_a_recorder_stands_with_its_alarm_once_it_gives_one(
    box: Box, recorder: type[_Recorder]
) -> None:
    box.take(Format.FRIGATE, messages.review("new"), topic="reviews")
    (alarm,) = alarms()
    assert asking.bring_pictures(box.source) == 0
    body = io.BytesIO()
    Image.new("RGB", (64, 36)).save(body, "JPEG")
    recorder.picture = b"none of it"
    assert asking.bring_pictures(box.source) == 0
    recorder.picture = body.getvalue()
    assert [asking.bring_pictures(box.source) for _time in range(2)] == [1, 0]
    (picture,) = seen.pictures_of(alarm.id)
    assert picture.taken_at == alarm.first_at
    named = next(each for each in alarm.media if each.startswith("event/"))
    # Nobody knows the camera: where it was seen leads nowhere.
    assert recorder.asked == [f"/api/events/{named[6:]}/snapshot.jpg"] * 3


def _camera() -> Camera:
    described = CameraSaid(
        "院子", CameraKind.FIXED, lon=LON, lat=LAT, bearing=90, fov=60, range_m=60
    )
    hung = replace(described, mount_height_m=6, tilt=-30)
    return cameras.register(hung, source="box", external_id="yard", by=None)


def test_an_alarm_of_a_recorder_lies_where_its_event_was_seen(
    box: Box, recorder: type[_Recorder]
) -> None:
    camera = _camera()
    box.take(Format.FRIGATE, messages.review("new"), topic="reviews")
    (alarm,) = alarms()
    whole, kind = alarm.accuracy_m, alarm.kind
    body = io.BytesIO()
    Image.new("RGB", (64, 36)).save(body, "JPEG")
    recorder.picture = body.getvalue()
    # Ten metres before the camera, a little to the right: 30 degrees below level is the middle.
    recorder.event = {
        "id": "1764129570.1-q1",
        "camera": "yard",
        "sub_label": "somebody known",
        "data": {"box": [0.45, 0.2, 0.1, 0.3]},
    }
    assert asking.bring_pictures(box.source) == 1
    db.session.refresh(alarm)
    assert camera.lonlat is not None
    assert alarm.lonlat is not None
    assert alarm.lonlat[0] - camera.lonlat[0] == pytest.approx(
        6 / tan(radians(30)) / 88_150, rel=0.05
    )
    assert alarm.accuracy_m is not None
    assert whole is not None
    assert alarm.accuracy_m < whole / 2
    assert (alarm.kind, alarm.state, alarm.count) == (kind, State.RAISED, 2)
    told = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert told is not None
    assert b"somebody known" not in unseal(told.body)


def test_the_film_of_a_recorder_is_fetched_for_a_purpose_and_kept_as_a_clip(
    box: Box, recorder: type[_Recorder], world: World
) -> None:
    camera = _camera()
    box.take(Format.FRIGATE, messages.review("new"), topic="reviews")
    (alarm,) = alarms()
    named = filming.films_of(alarm)
    assert named == ["event/1764129570.1-q1"]
    browser, address = as_user(box.app, box.safety), f"/alarms/{alarm.id}/recorder-film"
    assert "recorder-film" in browser.get(f"/alarms/{alarm.id}/pictures").text
    sent = {"event": named[0], "purpose": "who was it"}
    assert browser.post(address, data=sent).status_code == 502
    lasted = {"start_time": messages.seconds(NOW) - 9, "end_time": messages.seconds(NOW)}
    recorder.event = {"id": "1764129570.1-q1"} | lasted
    recorder.film = b"<html>no film</html>"
    assert browser.post(address, data=sent).status_code == 409
    recorder.film = b"\0\0\0\x18ftypmp42" + b"\0" * 100
    assert browser.post(address, data=sent | {"purpose": ""}).status_code == 422
    assert browser.post(address, data=sent | {"event": "event/other"}).status_code == 409
    assert as_user(box.app, world.stranger).post(address, data=sent).status_code == 403
    assert not seen.clips_of(alarm.id)
    assert "<video" in browser.post(address, data=sent).text
    (clip,) = seen.clips_of(alarm.id)
    assert (clip.camera_id, clip.named, clip.seconds) == (camera.id, named[0], pytest.approx(9))
    logged = select(Event.data).where(Event.thing_kind == "camera", Event.move == "replay")
    (line,) = db.session.scalars(logged)
    assert (line["purpose"], line["alarm"]) == ("who was it", alarm.id)
    assert filming.films_of(alarm) == []
    assert browser.post(address, data=sent).status_code == 409


def test_nothing_behind_a_mask_is_kept_of_what_a_recorder_shows(
    box: Box, recorder: type[_Recorder]
) -> None:
    left = "0,0\n0.5,0\n0.5,1\n0,1"
    drawn.draw_zone(_camera(), ZoneForm(name="室内", kind=ZoneKind.MASK, corners=left), by=None)
    box.take(Format.FRIGATE, messages.review("new"), topic="reviews")
    (alarm,) = alarms()
    body = io.BytesIO()
    Image.new("RGB", (64, 36), "white").save(body, "JPEG")
    recorder.picture = body.getvalue()
    assert asking.bring_pictures(box.source) == 1
    (picture,) = seen.pictures_of(alarm.id)
    assert picture.file is not None
    with Image.open(files.path_of(picture.file)) as opened:
        shown = opened.convert("L")
        values = [shown.getpixel((x, 18)) for x in (4, 60)]
    assert values == [pytest.approx(128, abs=6), pytest.approx(255, abs=6)]
    assert filming.films_of(alarm) == []


def test_what_names_a_person_is_counted_and_not_kept(box: Box) -> None:
    named = {"type": "face", "id": "1764129570.1-q1", "name": "somebody known", "score": 0.9}
    taken = [box.take(Format.FRIGATE, named, topic="tracked_object_update") for _time in range(2)]
    kept = message(taken[0])
    assert (kept.why, kept.times, unseal(kept.body)) == ("personal", 2, b"")


def test_one_that_sends_elsewhere_is_not_followed(box: Box, recorder: type[_Recorder]) -> None:
    recorder.elsewhere = "http://169.254.169.254/"
    assert asking.ask(box.source) == 0
    assert len(recorder.asked) == 1
    assert box.source.unasked


def test_one_that_is_not_allowed_any_more_is_not_asked(box: Box, recorder: type[_Recorder]) -> None:
    settings = box.app.extensions["settings"]
    box.app.extensions["settings"] = replace(settings, camera_hosts="")
    assert asking.ask(box.source) == 0
    assert (recorder.asked, bool(box.source.unasked)) == ([], True)


@pytest.mark.parametrize("address", ["http://10.0.0.1", "rtsp://127.0.0.1", "file:///etc/passwd"])
def test_an_address_that_is_not_allowed_is_not_taken(
    box: Box, recorder: type[_Recorder], address: str
) -> None:
    said = Described("箱子", (Format.FRIGATE,), asked=address)
    with pytest.raises(Unacceptable):
        keeping.change(box.source, said, base_version=None, by=box.safety)
