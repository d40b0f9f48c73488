"""The watch: a film plays, an alarm is there with its picture, whatever is killed meanwhile."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from shapely.geometry import Point, Polygon
from sqlalchemy import func, select, text

from tests.busy import busy_house
from tests.conftest import URL
from tests.databases import ROOT
from tests.monitoring.video import films, scenes
from webapp.base import clock, files
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.spatial import lonlat_of, to_metric
from webapp.monitoring.alarms import actions as alarms
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ACTIVE
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.signals import Change, Kind, Signal
from webapp.monitoring.video import (
    actions,
    by_the_clock,
    ffmpeg,
    placing,
    queries,
    reading,
    watching,
)
from webapp.monitoring.video.filming import Filming
from webapp.monitoring.video.forms import ZoneForm
from webapp.monitoring.video.placing import Pose, Seen
from webapp.monitoring.video.rules import CLIP_AFTER_S, CLIP_BEFORE_S, CLIPS_KEPT
from webapp.monitoring.video.watching import Watch

LON, LAT = 121.06, 37.66
DESCRIBED = Described(
    name="gate", kind=CameraKind.FIXED, lon=LON, lat=LAT, bearing=90, fov=60, range_m=60
)
# All ground that this camera sees.
X, Y = to_metric(LON, LAT)
SQUARE = [(X + x, Y + y) for x, y in ((-99, -99), (99, -99), (99, 99), (-99, 99), (-99, -99))]
INTO = scenes.walks(begins=2, since_x=0.1, to_x=0.7)


@pytest.fixture(scope="module")
def films_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    films.made(folder / "enters.mp4", 15, scenes.leaves_at(9, INTO))
    films.made(folder / "stays.mp4", 9, INTO)
    films.made(folder / "quiet.mp4", 7)
    films.made(folder / "soon.mp4", 6, scenes.walks(begins=1, since_x=0.35, to_x=0.7, speed=0.2))
    films.made(
        folder / "live.m3u8", 9, INTO, more=("-f", "hls", "-hls_time", "2", "-hls_list_size", "0")
    )
    return folder


@pytest.fixture(scope="module")
def busy(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with busy_house(pytestconfig.stash[URL], tmp_path_factory.mktemp("watch")) as app:
        old: Settings = app.extensions["settings"]
        app.extensions["settings"] = replace(old, camera_hosts="127.0.0.1")
        yield app


@pytest.fixture
def watched(busy: Flask) -> Iterator[Camera]:
    """A camera with a closed zone; afterwards it is gone."""
    with busy.test_request_context("/"):
        camera = cameras.register(
            DESCRIBED, source="test", external_id=f"W{time.time_ns()}", by=None
        )
        corners = "\n".join(f"{x}, {y}" for x, y in scenes.CLOSED)
        said = ZoneForm(name="quay", kind="intrusion", corners=corners)  # type: ignore[arg-type]  # as it is sent
        actions.draw_zone(camera, said, by=None)
        db.session.commit()
        yield camera
        db.session.rollback()
        camera.closed_at = camera.created_at
        db.session.commit()


def alarms_of(camera: Camera) -> list[Alarm]:
    db.session.rollback()
    found = select(Alarm).where(Alarm.camera_id == camera.id).order_by(Alarm.id)
    return list(db.session.scalars(found))


def play(app: Flask, film: Path, camera: Camera) -> list[Alarm]:
    Watch(app).play(film, only=camera.id, at_its_speed=False)
    return alarms_of(camera)


def test_who_enters_leaves_one_alarm_with_its_picture_rule_and_place(
    busy: Flask, watched: Camera, films_folder: Path
) -> None:
    (alarm,) = play(busy, films_folder / "enters.mp4", watched)
    assert (alarm.kind, alarm.state, alarm.source) == ("intrusion", "over", "video")
    assert (alarm.rule, alarm.words) == ("zone-intrusion/1+hog", "quay")
    assert alarm.score is not None
    assert 0.25 < alarm.score <= 1
    # Without four points of the ground it lies in the part of what the camera sees where the box is.
    wide = queries.part_seen(watched.id, SQUARE)
    assert wide is not None
    assert alarm.accuracy_m is not None
    assert 15 < alarm.accuracy_m < wide[2]
    assert lonlat_of(alarm.geom) != pytest.approx(wide[:2], abs=1e-6)
    assert alarm.grid_id == watched.grid_id
    (picture,) = queries.pictures_of(alarm.id)
    body = files.path_of(picture.file).read_bytes()
    assert body.startswith(b"\xff\xd8")
    assert picture.zone_id is not None
    # The clip shows the seconds before it and after it, small, and plays in a browser.
    (clip,) = queries.clips_of(alarm.id)
    assert clip.file is not None
    film = files.path_of(clip.file).read_bytes()
    assert (clip.file.media_type, film[4:8]) == ("video/mp4", b"ftyp")
    assert clip.seconds == pytest.approx(CLIP_BEFORE_S + CLIP_AFTER_S, abs=2)
    assert clip.began_at is not None
    assert clip.began_at < clip.wanted_at


def test_a_camera_that_sees_an_alarm_of_others_is_filmed_and_behind_its_mask_is_nothing(
    busy: Flask, watched: Camera, films_folder: Path
) -> None:
    with films.served(films_folder) as address:
        stream = replace(DESCRIBED, stream=f"{address}/live.m3u8")
        cameras.change(watched, stream, base_version=None, by=None)
        mask = "0, 0\n1, 0\n1, 1\n0, 1"
        said = ZoneForm(name="all", kind="mask", corners=mask)  # type: ignore[arg-type]  # as it is sent
        actions.draw_zone(watched, said, by=None)
        db.session.flush()
        seen = db.session.scalar(
            select(func.ST_Centroid(Camera.sector)).where(Camera.id == watched.id)
        )
        gas, trial, mild = (
            alarms.hear(
                Signal(
                    kind=kind,
                    change=Change.RAISED,
                    at=clock.now(),
                    device=f"nose-{watched.id}",
                    lonlat=lonlat_of(seen),
                    exercise=exercise,
                ),
                source="nose",
                received_at=clock.now(),
            ).alarm
            for kind, exercise in (
                (Kind.AMMONIA, False),
                (Kind.GAS, True),
                (Kind.LOITERING, False),
            )
        )
        db.session.commit()
        deferred = text(
            "SELECT args->'alarms' FROM procrastinate_jobs WHERE task_name = 'video.want_clips'"
        )
        assert [gas.id] in db.session.scalars(deferred).all()
        by_the_clock.want_clips([gas.id, trial.id])
        db.session.commit()
        # One camera is filmed once in half a minute, and only for what people are sent to.
        assert queries.to_film([gas.id, mild.id]) == []
        filming = Filming(busy)
        for row, camera_id in queries.take_up_clips():
            filming.film(camera_id, row)
        db.session.commit()
        filming.join()
    (clip,) = queries.clips_of(gas.id)
    assert clip.file is not None
    path = files.path_of(clip.file)
    frames = list(reading.frames(ffmpeg.reading_file(path, at_its_speed=False)))
    assert len(frames) > 20
    assert int(frames[5].luma.max()) - int(frames[5].luma.min()) < 4
    # Kept for 30 days; the film goes, and the page says when.
    with clock.at(clip.began_at + CLIPS_KEPT - timedelta(minutes=1)):
        by_the_clock.erase_clips()
    assert path.exists()
    with clock.at(clip.began_at + CLIPS_KEPT + timedelta(minutes=1)):
        by_the_clock.erase_clips()
    db.session.commit()
    assert (clip.file_id, clip.erased_at is not None, path.exists()) == (None, True, False)


def test_feet_are_found_on_the_ground_by_four_points(
    busy: Flask, watched: Camera, films_folder: Path
) -> None:
    # The picture covers 20 m by 20 m north-east of the camera.
    east, north = 20 / 88_200, 20 / 111_000
    pairs = [(0, 1, LON, LAT), (1, 1, LON + east, LAT), (0, 0, LON, LAT + north), (1, 0, LON + east, LAT + north)]  # fmt: skip
    actions.lay_ground(watched, pairs, by=None)  # type: ignore[arg-type]  # whole numbers
    db.session.commit()
    (alarm,) = play(busy, films_folder / "stays.mp4", watched)
    at = lonlat_of(alarm.geom)
    assert at is not None
    assert at[0] == pytest.approx(LON + 0.55 * east, abs=0.1 * east)
    assert at[1] == pytest.approx(LAT + 0.15 * north, abs=0.05 * north)
    assert alarm.accuracy_m == 1
    assert alarm.state in ACTIVE


def test_feet_are_found_by_how_the_camera_hangs_and_what_has_none_by_its_direction() -> None:
    # Five metres high, looking north, half way down: straight ahead the ground is as far as it is high.
    pose = Pose((LON, LAT), 0, 0, fov=60, range_m=60, height_m=5, tilt=-45)
    box = Seen(0.45, 0.55, (0.5, 0.5), 16 / 9)
    found = placing.by_pose(pose, box)
    assert found is not None
    assert to_metric(*found[:2]) == pytest.approx(to_metric(LON, LAT + 5 / 111_320), abs=0.02)
    assert 1 <= found[2] < 3
    # To the right of the picture is east, above is farther and less exact; the horizon is nowhere.
    right = placing.by_pose(pose, replace(box, foot=(0.8, 0.5)))
    above = placing.by_pose(pose, replace(box, foot=(0.5, 0.2)))
    assert right is not None
    assert above is not None
    assert (right[0] > found[0], above[1] > found[1], above[2] > found[2]) == (True, True, True)
    level = replace(pose, tilt=0.0)
    assert placing.by_pose(level, box) is None
    assert placing.by_pose(replace(pose, height_m=None), box) is None
    assert placing.by_pose(replace(pose, range_m=4), box) is None
    # Without feet: a slice of the sector, the wider the less is known of the bearing.
    slices = [
        placing.wedge(replace(pose, doubt=doubt), replace(box, foot=None)) for doubt in (0, 22.5)
    ]
    narrow, wide = (Polygon(ring) for ring in slices if ring)
    assert wide.area > 4 * narrow.area
    north = Point(to_metric(LON, LAT + 40 / 111_320))
    assert narrow.contains(north)
    assert placing.wedge(replace(pose, fov=180), box) is None


def test_what_was_left_going_on_ends_when_the_next_watch_sees_nothing(
    busy: Flask, watched: Camera, films_folder: Path
) -> None:
    (alarm,) = play(busy, films_folder / "stays.mp4", watched)
    assert alarm.state in ACTIVE
    (same,) = play(busy, films_folder / "quiet.mp4", watched)
    assert (same.id, same.state) == (alarm.id, "over")
    # And a quiet film alone leaves nothing at all.
    (still,) = play(busy, films_folder / "quiet.mp4", watched)
    assert still.count == same.count


def command(app: Flask, film: Path, camera: Camera) -> subprocess.Popen[bytes]:
    """The watch as an operator starts it, at the speed of the film."""
    settings: Settings = app.extensions["settings"]
    env = os.environ | {
        "WANGGE_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "INSTANCE": str(settings.instance),
    }
    words = ["--app", "wsgi", "watch", "--file", str(film), "--camera", str(camera.id)]
    return subprocess.Popen([sys.executable, "-m", "flask", *words], cwd=ROOT, env=env)


@pytest.mark.thorough
@pytest.mark.fault
def test_a_watch_killed_in_the_middle_leaves_one_alarm(
    busy: Flask, watched: Camera, films_folder: Path
) -> None:
    for _time in range(2):
        process = command(busy, films_folder / "soon.mp4", watched)
        before = sum(alarm.count for alarm in alarms_of(watched))
        until = time.monotonic() + 90
        while sum(alarm.count for alarm in alarms_of(watched)) == before:
            assert time.monotonic() < until
            time.sleep(0.1)
        process.kill()
        process.wait()
    (alarm,) = alarms_of(watched)
    assert (alarm.state in ACTIVE, alarm.count) == (True, 2)
    assert len(queries.pictures_of(alarm.id)) == 2


@pytest.mark.fault
def test_an_alarm_does_not_wait_for_room_on_the_disk_and_its_picture_comes_later(
    busy: Flask, watched: Camera, films_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F17."""
    tried: list[int] = []
    keep, watched_id = files.keep, watched.id

    def full(*given: Any, **how: Any) -> Any:
        with busy.app_context():
            of_it = select(func.count()).where(Alarm.camera_id == watched_id)
            tried.append(db.session.scalar(of_it) or 0)
        if len(tried) <= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return keep(*given, **how)

    monkeypatch.setattr(files, "keep", full)
    monkeypatch.setattr(watching, "UNKEPT_S", 0.0)
    (alarm,) = play(busy, films_folder / "enters.mp4", watched)
    # It was there before its picture could be kept; its clip came when there was room.
    assert tried == [0, 1, 1, 1, 1]
    assert len(queries.pictures_of(alarm.id)) == 1
    assert [clip.file is not None for clip in queries.clips_of(alarm.id)] == [True]


def test_a_stream_is_watched_and_the_camera_is_heard_of(
    busy: Flask, watched: Camera, films_folder: Path
) -> None:
    with films.served(films_folder) as address:
        cameras.change(
            watched,
            Described(name="gate", kind=CameraKind.FIXED, stream=f"{address}/live.m3u8"),
            base_version=None,
            by=None,
        )
        db.session.commit()
        watch = Watch(busy)
        thread = Thread(target=watch.run, kwargs={"only": watched.id})
        thread.start()
        try:
            until = time.monotonic() + 90
            while not alarms_of(watched):
                assert time.monotonic() < until
                time.sleep(0.1)
        finally:
            watch.stop()
            thread.join()
    db.session.refresh(watched)
    assert (watched.status, watched.beats) == ("online", True)


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "localhost"])
def test_a_host_is_looked_at_again_when_it_is_resolved(host: str) -> None:
    with pytest.raises(Unacceptable):
        ffmpeg.reading(f"rtsp://{host}/1", ["nvr.example.cn", "127.0.0.1"])
    # A name that was allowed, and leads to this machine, which was not.
    with pytest.raises(Unacceptable):
        ffmpeg.reading("rtsp://localhost/1", ["localhost"])
    assert ffmpeg.reading("rtsp://localhost/1", ["localhost", "127.0.0.0/8", "::1/128"])


def test_a_playlist_reaches_no_file_of_the_machine(films_folder: Path, tmp_path: Path) -> None:
    from webapp.monitoring.video import reading

    evil = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{}\n#EXT-X-ENDLIST\n"
    (tmp_path / "evil.m3u8").write_text(evil.format(films_folder / "stays.mp4"))
    with films.served(tmp_path) as address, pytest.raises(ffmpeg.Unreachable):
        next(iter(reading.frames(ffmpeg.reading(f"{address}/evil.m3u8", ["127.0.0.1"]))))


@pytest.mark.thorough
def test_pages_start_without_opencv() -> None:
    words = "import sys; from webapp.app import create_app; create_app(); sys.exit('cv2' in sys.modules)"
    env: dict[str, Any] = {**os.environ, "WANGGE_ENV": "test", "DATABASE_URL": "postgresql://x"}
    assert (
        subprocess.run([sys.executable, "-c", words], cwd=ROOT, env=env, check=False).returncode
        == 0
    )
