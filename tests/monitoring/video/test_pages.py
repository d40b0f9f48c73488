"""Whoever looks at a camera says what for; zones are drawn by few; films begin and end by themselves."""

from __future__ import annotations

import fcntl
import io
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from tests.monitoring.video import films, locked, scenes
from tests.whole_house.test_pages import html_faults
from tests.world import World, as_user
from webapp.base import audit, clock, files
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import Unacceptable
from webapp.base.sealing import unseal
from webapp.monitoring.alarms import climbing
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind, Retention
from webapp.monitoring.signals import Change, Kind
from webapp.monitoring.video import (
    actions,
    by_the_clock,
    ffmpeg,
    live,
    passes,
    pictures,
    queries,
    reading,
)
from webapp.monitoring.video.forms import ZoneForm
from webapp.monitoring.video.rules import PICTURES_KEPT

SQUARE = "0.1, 0.1\n0.6, 0.1\n0.6, 0.6\n0.1, 0.6"


@pytest.fixture(scope="module")
def films_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A picture and a film of the yard on loopback, as a camera would give them."""
    folder = tmp_path_factory.mktemp("stream")
    films.made(folder / "yard.ts", 14)
    Image.fromarray(scenes.yard()[..., ::-1]).save(folder / "yard.jpg")
    with films.served(folder) as address:
        yield address


@pytest.fixture
def camera(app: Flask, session: Session, world: World, films_at: str) -> Camera:
    """A camera in the grid of the worker, with a picture and a film."""
    old: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(old, camera_hosts="127.0.0.1", live_cameras=1)
    lon, lat = world.spot(world.home)
    described = Described(
        name="the gate",
        kind=CameraKind.FIXED,
        lon=lon,
        lat=lat,
        stream=f"{films_at}/yard.ts",
        snapshot=f"{films_at}/yard.jpg",
    )
    made = cameras.register(described, source="test", external_id="V1", by=None)
    pictures.forget(made.id)
    return made


def drawn(camera: Camera, **said: Any) -> Any:
    return actions.draw_zone(
        camera,
        ZoneForm.of({"name": "quay", "kind": "intrusion", "corners": SQUARE, **said}),
        by=None,
    )


def looked(client: FlaskClient, camera: Camera, what_for: str = "who broke the gate") -> str:
    """The address of the picture, once it was said what for."""
    answer = client.post(f"/cameras/{camera.id}/look", data={"purpose": what_for})
    words = answer.get_data(as_text=True)
    return words.split('img src="')[1].split('"')[0].replace("&amp;", "&")


def test_a_picture_is_shown_for_a_purpose_that_stands_in_the_log(
    app: Flask, world: World, camera: Camera
) -> None:
    worker = as_user(app, world.worker)
    assert worker.get(f"/cameras/{camera.id}/picture.jpg").status_code == 403
    assert worker.post(f"/cameras/{camera.id}/look", data={}).status_code == 422
    address = looked(worker, camera)
    answer = worker.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(answer.data)).size == (640, 360)
    last = audit.last("camera", camera.id)
    assert last is not None
    assert (last.move, last.actor_id, last.data["purpose"]) == (
        "look",
        world.worker.id,
        "who broke the gate",
    )
    # A pass is of no use to somebody else, and nobody's address is in the page.
    assert as_user(app, world.dispatcher).get(address).status_code == 403
    for person in (world.neighbour, world.stranger):
        stranger = as_user(app, person)
        assert stranger.get(address).status_code == 403
        assert (
            stranger.post(f"/cameras/{camera.id}/look", data={"purpose": "me"}).status_code == 403
        )
    assert "127.0.0.1" not in worker.get(f"/cameras/{camera.id}/view").get_data(as_text=True)


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a film, and the same in pieces with their list."""
    folder = tmp_path_factory.mktemp("cut")
    films.made(folder / "yard.ts", 8)
    pieces = ("-c", "copy", "-f", "hls", "-hls_time", "2", "-hls_list_size", "0")
    made = [*ffmpeg.QUIET, "-i", str(folder / "yard.ts"), *pieces, str(folder / "index.m3u8")]
    subprocess.run(made, check=True)
    return folder


def picture_of(camera: Camera) -> bool:
    """The camera is asked for a picture."""
    pictures.forget(camera.id)
    return pictures.snapshot(camera).startswith(b"\xff\xd8")


def film_of(camera: Camera) -> bool:
    """The camera is asked for a film."""
    return "piece0.ts" in live.playlist(camera, "somebody")


def watched(camera: Camera) -> bool:
    """The camera is watched, as by the worker."""
    address = unseal(camera.stream or b"").decode()
    return next(iter(reading.frames(ffmpeg.reading(address, ["127.0.0.1"])))).width > 0


@pytest.mark.parametrize("served", [locked.rtsp, locked.hls])
@pytest.mark.parametrize("asked", [picture_of, film_of, watched])
def test_a_password_stands_in_no_argument_of_a_process(
    app: Flask,
    camera: Camera,
    cut: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: Callable[[Camera], bool],
    served: Callable[[Path], AbstractContextManager[str]],
) -> None:
    monkeypatch.setattr(live, "IDLE_S", 3.0)
    monkeypatch.setattr(live, "LOOK_S", 0.1)
    begun, seen = ffmpeg.begun, []

    def noted(*said: Any, **how: Any) -> Any:
        process = begun(*said, **how)
        here, until = Path(f"/proc/{process.pid}"), time.monotonic() + 10
        while not (words := (here / "cmdline").read_bytes()).startswith(b"ffmpeg"):
            assert time.monotonic() < until
        seen.extend([words, (here / "environ").read_bytes()])
        return process

    monkeypatch.setattr(ffmpeg, "begun", noted)
    with served(cut / "yard.ts" if served is locked.rtsp else cut) as address:
        said = Described(name="gate", kind=CameraKind.FIXED, stream=address, snapshot=address)
        cameras.change(camera, said, base_version=None, by=None)
        assert asked(camera)
        until = time.monotonic() + 10
        while live._folder(camera.id).exists():
            assert time.monotonic() < until
            time.sleep(0.05)
    assert b"ffmpeg" in seen[0]
    assert not any(b"cret" in each for each in seen)
    assert not any(b"127.0.0.1" in each for each in seen[::2])


def test_many_who_look_ask_the_camera_once_and_behind_a_mask_is_nothing(
    app: Flask, world: World, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(app, world.dispatcher)
    address = looked(client, camera)
    assert client.get(address).status_code == 200
    monkeypatch.setattr(pictures, "_taken", lambda _source: pytest.fail("asked again"))
    drawn(camera, name="window", kind="mask")
    picture = Image.open(io.BytesIO(client.get(address).data))
    within = picture.crop((80, 50, 370, 200))
    assert {each for pair in within.getextrema() for each in pair} <= set(range(126, 131))
    assert picture.crop((400, 50, 600, 200)).getextrema()[0] != (128, 128)


def test_a_camera_that_gives_nothing_says_so(
    app: Flask, world: World, camera: Camera, films_at: str
) -> None:
    client = as_user(app, world.dispatcher)
    address = looked(client, camera)
    said = Described(name="c", kind=CameraKind.FIXED, snapshot=f"{films_at}/none.jpg")
    cameras.change(camera, said, base_version=None, by=None)
    assert client.get(address).status_code == 409


def test_an_old_pass_opens_nothing(
    app: Flask, world: World, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(app, world.dispatcher)
    address = looked(client, camera)
    monkeypatch.setattr(passes, "PASS_S", -1)
    assert client.get(address).status_code == 403


def test_no_more_than_some_pictures_are_taken_at_a_time(
    app: Flask, world: World, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = as_user(app, world.worker)
    address = looked(worker, camera)
    monkeypatch.setattr(pictures, "PLACE_S", 0.1)
    folder = app.extensions["settings"].instance / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as others:
        for number in range(pictures.AT_ONCE):
            taken = others.enter_context((folder / f"place-{number}").open("a"))
            fcntl.flock(taken, fcntl.LOCK_EX)
        assert worker.get(address).status_code == 409
    assert worker.get(address).status_code == 200


def test_a_mark_on_the_map_shows_a_picture_only_for_a_purpose_and_no_film(
    app: Flask, world: World, camera: Camera
) -> None:
    worker, port = as_user(app, world.worker), f"/cameras/{camera.id}/glance"
    card = worker.get(port).get_data(as_text=True)
    assert html_faults(card) == []
    assert ("picture.jpg" in card, camera.name in card) == (False, True)
    assert worker.post(port, data={}).status_code == 422
    assert audit.last("camera", camera.id).move != "look"  # type: ignore[union-attr]  # it was made
    shown = worker.post(port, data={"purpose": "smoke told of"}).get_data(as_text=True)
    assert html_faults(shown) == []
    assert ('data-film=""' in shown, "picture.jpg?pass=" in shown) == (True, True)
    last = audit.last("camera", camera.id)
    assert last is not None
    assert (last.move, last.data["purpose"]) == ("look", "smoke told of")
    for person in (world.neighbour, world.stranger):
        assert as_user(app, person).get(port).status_code == 403
        assert as_user(app, person).post(port, data={"purpose": "me"}).status_code == 403


def test_the_live_page_of_a_media_server_is_told_for_a_purpose_and_holds_no_password(
    app: Flask, world: World, camera: Camera
) -> None:
    page = "http://127.0.0.1:8889/gate"
    for wrong in ("http://admin:pass@127.0.0.1/gate", "rtsp://127.0.0.1/1", "http://10.9.9.9/gate"):
        said = Described(name="the gate", kind=CameraKind.FIXED, webrtc=wrong)
        with pytest.raises(Unacceptable) as refusal:
            cameras.change(camera, said, base_version=None, by=None)
        assert set(refusal.value.fields) == {"webrtc"}, wrong
    said = Described(name="the gate", kind=CameraKind.FIXED, retention=Retention.USUAL, webrtc=page)
    cameras.change(camera, said, base_version=None, by=None)
    assert camera.webrtc is not None
    assert b"8889" not in camera.webrtc
    worker = as_user(app, world.worker)
    address = f"/cameras/{camera.id}"
    assert page not in worker.get(f"{address}/view").get_data(as_text=True)
    shown = worker.post(f"{address}/look", data={"purpose": "a fire"}).get_data(as_text=True)
    assert f'href="{page}"' in shown
    told = as_user(app, world.shift_leader).post(f"{address}/reveal", data={"purpose": "moved"})
    assert page in told.get_data(as_text=True)


def test_a_film_begins_with_the_first_who_looks_and_ends_after_the_last(
    app: Flask, world: World, camera: Camera, films_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "IDLE_S", 3600.0)
    monkeypatch.setattr(live, "LOOK_S", 0.1)
    reading = ffmpeg.reading

    # As a camera does: the film comes at its own speed.
    def at_its_speed(*said: Any) -> ffmpeg.Source:
        source = reading(*said)
        return replace(source, arguments=("-re", *source.arguments))

    monkeypatch.setattr(ffmpeg, "reading", at_its_speed)
    client = as_user(app, world.dispatcher)
    film = looked(client, camera).replace("picture.jpg", "film/index.m3u8")
    assert client.get(film.split("?")[0]).status_code == 403
    answer = client.get(film)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    first = next(line for line in answer.get_data(as_text=True).splitlines() if line[0] != "#")
    piece = client.get(f"/cameras/{camera.id}/film/{first}")
    assert piece.status_code == 200
    assert piece.data[0] == 0x47
    for name in ("../lock", "piece1.ts.part", "index.txt"):
        assert client.get(f"/cameras/{camera.id}/film/{name}?pass=x").status_code in (403, 404)
    # Another camera finds no place: one is all that this machine has.
    other = cameras.register(
        Described(name="o", kind=CameraKind.FIXED, stream=f"{films_at}/yard.ts"),
        source="test",
        external_id="V2",
        by=None,
    )
    asked = looked(client, other).replace("picture.jpg", "film/index.m3u8")
    assert client.get(asked).status_code == 204
    monkeypatch.setattr(live, "IDLE_S", 1.0)
    until = time.monotonic() + 12
    while live._is_made(live._folder(camera.id)):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert not live._folder(camera.id).exists()
    monkeypatch.setattr(live, "IDLE_S", 3600.0)
    assert client.get(asked).status_code == 200
    # Whoever says that they look no more is not waited for: the place is there for the next.
    assert client.get(film).status_code == 204
    assert client.post(asked.replace("index.m3u8", "leave")).status_code == 204
    answer = client.get(film)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    client.post(film.replace("index.m3u8", "leave"))


def test_the_wall_logs_each_camera_and_is_for_the_desk(
    app: Flask, world: World, camera: Camera
) -> None:
    assert as_user(app, world.worker).get("/cameras/wall").status_code == 403
    desk = as_user(app, world.dispatcher)
    assert "the gate" in desk.get("/cameras/wall").get_data(as_text=True)
    sent: dict[str, Any] = {"purpose": "the storm", "many": "4", "camera": str(camera.id)}
    assert desk.post("/cameras/wall", data={**sent, "camera": ""}).status_code == 422
    shown = desk.post("/cameras/wall", data=sent)
    assert "data-player" in shown.get_data(as_text=True)
    last = audit.last("camera", camera.id)
    assert last is not None
    assert (last.move, last.data["purpose"]) == ("look", "the storm")


def test_zones_are_drawn_changed_and_removed_by_few(
    app: Flask, world: World, camera: Camera
) -> None:
    address = f"/cameras/{camera.id}/zones"
    sent = {
        "name": "quay",
        "kind": "intrusion",
        "corners": SQUARE,
        "begins": "22:00",
        "ends": "06:00",
    }
    for person in (world.dispatcher, world.worker, world.stranger):
        assert as_user(app, person).post(address, data=sent).status_code == 403
    keeper = as_user(app, world.shift_leader)
    assert keeper.get(address).status_code == 200
    for wrong in ({"corners": "0.1 0.1"}, {"corners": "a, b"}, {"ends": ""}, {"kind": "spy"}):
        assert keeper.post(address, data=sent | wrong).status_code == 422, wrong
    assert keeper.post(address, data=sent).status_code == 303
    assert keeper.post(address, data=sent).status_code == 422
    (zone,) = queries.zones_of(camera.id)
    assert zone.drawn.corners[1] == (0.6, 0.1)
    one = f"{address}/{zone.id}"
    assert SQUARE.splitlines()[0] in keeper.get(one).get_data(as_text=True)
    changed = sent | {"kind": "loitering", "seconds": "", "version": "0"}
    assert keeper.post(one, data=changed).status_code == 303
    db.session.refresh(zone)
    assert (zone.kind, zone.seconds) == ("loitering", 20)
    assert keeper.post(one, data=changed).status_code == 409
    taken = keeper.post(f"{address}/picture")
    assert taken.status_code == 303
    assert "picture.jpg" in keeper.get(taken.headers["Location"]).get_data(as_text=True)
    assert keeper.post(f"{one}/remove").status_code == 303
    assert queries.zones_of(camera.id) == []


def test_four_points_lay_the_picture_on_the_ground(
    app: Flask, world: World, camera: Camera
) -> None:
    keeper, address = as_user(app, world.shift_leader), f"/cameras/{camera.id}/zones/ground"
    lines = ["0, 1, 121.06, 37.66", "1, 1, 121.061, 37.66", "1, 0.5, 121.061, 37.661"]
    flat = [*lines, "0.5, 1, 121.0605, 37.66"]
    for wrong in ("\n".join(lines), "\n".join(flat), "1, 2"):
        assert keeper.post(address, data={"ground": wrong}).status_code == 422
    good = "\n".join([*lines, "0, 0.5, 121.06, 37.661"])
    assert keeper.post(address, data={"ground": good}).status_code == 303
    db.session.refresh(camera)
    assert camera.ground is not None
    assert keeper.post(address, data={"ground": ""}).status_code == 303
    db.session.refresh(camera)
    assert camera.ground is None


def replays_of(camera: Camera) -> list[audit.Event]:
    return [each for each in audit.history("camera", camera.id) if each.move == "replay"]


def test_pictures_of_an_alarm_are_for_those_who_see_alarms(
    app: Flask, world: World, camera: Camera
) -> None:
    body = io.BytesIO()
    Image.new("RGB", (64, 36)).save(body, "JPEG")
    alarm = actions.found(
        camera,
        kind=Kind.INTRUSION,
        change=Change.RAISED,
        at=clock.now(),
        rule="zone-intrusion/1",
    )
    assert alarm is not None
    actions.keep_seen(alarm.id, body.getvalue(), camera=camera, zone_id=None, at=clock.now())
    old: Settings = app.extensions["settings"]
    url = "https://nvr.example.cn/play?c={camera}&a={from}&b={to}"
    app.extensions["settings"] = replace(old, recordings_url=url)
    (picture,) = queries.pictures_of(alarm.id)
    address = f"/alarms/{alarm.id}/pictures"
    desk = as_user(app, world.dispatcher)
    words = desk.get(address).get_data(as_text=True)
    assert f"/cameras/{camera.id}/recording" in words
    assert "nvr.example.cn" not in words
    assert desk.get(f"{address}/{picture.id}").mimetype == "image/jpeg"
    assert desk.get(f"{address}/{picture.id + 1}").status_code == 404
    assert as_user(app, world.stranger).get(f"{address}/{picture.id}").status_code == 403
    # The clip plays for a purpose, by a pass of one's own, and the log of the camera has it.
    row = actions.want_clip(alarm.id, camera.id)
    assert row is not None
    actions.keep_clip(row, b"film", began_at=clock.now(), seconds=12)
    clip = f"/alarms/{alarm.id}/clips/{row}"
    assert clip in desk.get(address).get_data(as_text=True)
    assert desk.get(f"{clip}.mp4").status_code == 403
    assert desk.post(clip, data={"purpose": ""}).status_code == 422
    shown = desk.post(clip, data={"purpose": "who it was"}).get_data(as_text=True)
    (film,) = re.findall(rf'src="({clip}\.mp4\?pass=[^"]+)"', shown)
    assert desk.get(film).get_data() == b"film"
    assert desk.get(film, headers={"Range": "bytes=0-1"}).status_code == 206
    leader = as_user(app, world.shift_leader)
    assert leader.get(film).status_code == 403
    assert as_user(app, world.stranger).post(clip, data={"purpose": "look"}).status_code == 403
    assert [each.data["purpose"] for each in replays_of(camera)] == ["who it was"]
    clip_row = queries.clip_wanted(row)
    assert clip_row is not None
    actions.erase_clip(clip_row)
    assert desk.get(film).status_code == 404
    assert clip not in desk.get(address).get_data(as_text=True)
    # The picture goes once it was kept long enough, its bytes too; the alarm stays, and says so.
    file, settings = picture.file, app.extensions["settings"]
    assert file is not None
    path, seen = files.path_of(file), settings.instance / "pictures" / f"{camera.id}.jpg"
    seen.parent.mkdir(exist_ok=True)
    seen.write_bytes(b"yesterday")
    long_enough = picture.taken_at + PICTURES_KEPT
    os.utime(seen, (long_enough.timestamp() - 90_000,) * 2)
    with clock.at(long_enough - timedelta(minutes=1)):
        by_the_clock.erase_pictures()
    assert path.exists()
    with clock.at(long_enough + timedelta(minutes=1)):
        by_the_clock.erase_pictures()
    assert (picture.file_id, path.exists(), seen.exists()) == (None, False, False)
    assert db.session.get(StoredFile, file.id) is None
    assert desk.get(f"{address}/{picture.id}").status_code == 404
    assert "该图片已于" in desk.get(address).get_data(as_text=True)
    assert [each.move for each in audit.history("alarm", alarm.id)][-1] == "picture_erased"
    assert desk.get(f"/alarms/{alarm.id}").status_code == 200


def test_whoever_is_sent_sees_what_the_rule_saw_and_nobody_beside(
    app: Flask, world: World, camera: Camera
) -> None:
    body = io.BytesIO()
    Image.new("RGB", (64, 36)).save(body, "JPEG")
    alarm = actions.found(
        camera, kind=Kind.INTRUSION, change=Change.RAISED, at=clock.now(), rule="zone-intrusion/1"
    )
    assert alarm is not None
    actions.keep_seen(alarm.id, body.getvalue(), camera=camera, zone_id=None, at=clock.now())
    climbing.climb()
    assert alarm.incident is not None
    case = alarm.incident.case
    assert case is not None
    assert case.handler_id == world.worker.id
    (picture,) = queries.pictures_behind(case.id)
    address = f"/cases/{case.id}/pictures-of-alarms"
    for person in (world.worker, world.dispatcher):
        client = as_user(app, person)
        assert f"{address}/{picture.id}" in client.get(address).get_data(as_text=True)
        assert client.get(f"{address}/{picture.id}").mimetype == "image/jpeg"
    assert client.get(f"{address}/{picture.id + 1}").status_code == 404
    row = actions.want_clip(alarm.id, camera.id)
    assert row is not None
    actions.keep_clip(row, b"film", began_at=clock.now(), seconds=12)
    clip = f"/cases/{case.id}/clips-of-alarms/{row}"
    worker = as_user(app, world.worker)
    assert clip in worker.get(address).get_data(as_text=True)
    (film,) = re.findall(
        rf'src="({clip}\.mp4\?pass=[^"]+)"', worker.post(clip).get_data(as_text=True)
    )
    assert worker.get(film).get_data() == b"film"
    with clock.at(picture.taken_at + 2 * PICTURES_KEPT):
        by_the_clock.erase_pictures()
    assert client.get(f"{address}/{picture.id}").status_code == 200
    (played,) = replays_of(camera)
    assert case.number in played.data["purpose"]
    for person in (world.neighbour, world.stranger):
        assert as_user(app, person).get(f"{address}/{picture.id}").status_code == 403
        assert as_user(app, person).post(clip).status_code == 403
        assert as_user(app, person).get(film).status_code == 403


def test_a_recording_is_found_for_a_purpose_that_stands_in_the_log(
    app: Flask, world: World, camera: Camera
) -> None:
    desk, address = as_user(app, world.dispatcher), f"/cameras/{camera.id}/recording"
    sent = {"moment": "2026-11-01T08:00:00", "looked_for": "who broke the gate"}
    old: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(old, recordings_url="")
    assert desk.post(address, data=sent).status_code == 409
    url = "https://nvr.example.cn/play?c={camera}&a={from}&b={to}"
    app.extensions["settings"] = replace(old, recordings_url=url)
    for wrong in ({"looked_for": ""}, {"moment": ""}, {"moment": "2099-01-01T00:00"}):
        assert desk.post(address, data=sent | wrong).status_code == 422, wrong
    words = desk.post(address, data=sent).get_data(as_text=True)
    assert "https://nvr.example.cn/play?c=V1&amp;a=2026-10-31T23%3A59%3A30Z" in words
    last = audit.last("camera", camera.id)
    assert last is not None
    assert (last.move, last.data["purpose"]) == ("replay", "who broke the gate")
    assert as_user(app, world.stranger).post(address, data=sent).status_code == 403


def test_the_health_board_counts_by_source(app: Flask, world: World, camera: Camera) -> None:
    assert as_user(app, world.worker).get("/cameras/health").status_code == 403
    words = as_user(app, world.dispatcher).get("/cameras/health").get_data(as_text=True)
    assert "test" in words
