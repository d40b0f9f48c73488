"""Recorders that are asked: an end nobody told of is found, and one that does not answer says why."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from PIL import Image

from tests.monitoring.intake import messages
from tests.monitoring.intake.conftest import Box, alarms
from tests.monitoring.intake.messages import NOW
from webapp.base.flow import Unacceptable
from webapp.monitoring.alarms.rules import State
from webapp.monitoring.intake import asking, keeping
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.video import queries as video


class _Recorder(BaseHTTPRequestHandler):
    """A recorder that tells its reviews, or sends whoever asks elsewhere."""

    rows: list[Any] = []
    elsewhere = ""
    asked: list[str] = []
    picture = b""

    def do_GET(self) -> None:
        """Tells."""
        self.asked.append(self.path)
        if self.path.endswith("/snapshot.jpg"):
            self.send_response(200 if self.picture else 404)
            self.end_headers()
            self.wfile.write(self.picture)
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
    (picture,) = video.pictures_of(alarm.id)
    assert picture.taken_at == alarm.first_at
    named = next(each for each in alarm.media if each.startswith("event/"))
    assert recorder.asked == [f"/api/events/{named[6:]}/snapshot.jpg"] * 3


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
