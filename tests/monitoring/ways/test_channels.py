"""What WVP tells of its channels is the catalogue of cameras, and whether they answer; its alarms come in once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.monitoring.ways.conftest import reach
from tests.monitoring.ways.platforms import KEY, Channels
from tests.world import World
from webapp.base.db import db
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.cameras import actions as cameras, beats, queries as catalogue
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind, CameraStatus
from webapp.monitoring.intake.models import Source
from webapp.monitoring.signals import Kind
from webapp.monitoring.ways import channels as following
from webapp.monitoring.ways.models import Way
from webapp.monitoring.ways.rules import WayKind
from webapp.people.actors import Person


def channel(number: int, **more: Any) -> dict[str, Any]:
    """A channel as the platform describes it: places it does not know are nought."""
    return {
        "gbId": number,
        "gbDeviceId": f"3706130000132{number:07}",
        "gbName": f"渔港{number}号",
        "gbStatus": "ON",
        "gbLongitude": 0.0,
        "gbLatitude": 0.0,
        "gbPtzType": 1,
        "gbDirectionType": 2,
        "dataType": 1,
    } | more


@pytest.fixture
def way(source: Source, channels: Channels, officer: Person) -> Way:
    """The platform is followed."""
    return reach(source, WayKind.WVP, channels.address, officer)


def known(source: Source) -> dict[str, Camera]:
    """The cameras of the source by their numbers."""
    db.session.expire_all()
    return catalogue.of_source(source.code)


def test_channels_are_cameras_with_their_kind_direction_and_state(
    source: Source, channels: Channels, way: Way, world: World
) -> None:
    lon, lat = world.spot(world.home)
    channels.channels = [
        channel(1, gbLongitude=lon, gbLatitude=lat),
        channel(2, gbStatus="OFF", gbPtzType=3, gbDirectionType=None),
        # A group of the platform is no camera, and what has no number is none yet.
        channel(3, gbDeviceId="37061300002150000003"),
        channel(4, gbDeviceId=None),
    ]
    followed = following.follow(way)
    assert followed == following.Followed(added=2, online=1, cameras=2)
    one, two = sorted(known(source).values(), key=lambda each: each.external_id)
    assert (one.name, one.kind, one.bearing, one.status) == ("渔港1号", "ptz", 270, "online")
    assert (one.grid_id, two.geom) == (world.home.id, None)
    assert (two.kind, two.bearing, two.status) == ("fixed", None, "offline")
    assert (channels.logins, way.failed) == (1, None)


def test_pages_are_asked_for_to_their_end(source: Source, channels: Channels, way: Way) -> None:
    channels.channels = [channel(number) for number in range(1, 251)]
    followed = following.follow(way)
    assert followed is not None
    assert (followed.added, followed.online) == (250, 250)
    assert channels.asked.count("GET /api/common/channel/list") == 3


def test_only_what_the_platform_changed_is_changed(
    source: Source, channels: Channels, way: Way, officer: Person
) -> None:
    channels.channels = [channel(1), channel(2)]
    following.follow(way)
    first = known(source)[channel(1)["gbDeviceId"]]
    by_hand = Described("东门球机", CameraKind.DOME, gb_id=first.gb_id, range_m=80)
    cameras.change(first, by_hand, base_version=None, by=officer)
    channels.channels = [channel(1, gbStatus="OFF"), channel(2, gbName="渔港新2号")]
    followed = following.follow(way)
    assert followed is not None
    assert (followed.added, followed.changed) == (0, 1)
    found = known(source)
    one, two = (found[channel(number)["gbDeviceId"]] for number in (1, 2))
    assert (one.name, one.range_m, one.status) == ("东门球机", 80, CameraStatus.OFFLINE)
    assert two.name == "渔港新2号"
    channels.channels[0] = channel(1, gbName="东门")
    following.follow(way)
    one = known(source)[channel(1)["gbDeviceId"]]
    assert (one.name, one.range_m, one.status) == ("东门", 80, CameraStatus.ONLINE)


def test_a_camera_that_was_taken_away_here_does_not_come_back(
    source: Source, channels: Channels, way: Way, officer: Person
) -> None:
    channels.channels = [channel(1)]
    following.follow(way)
    (camera,) = known(source).values()
    cameras.close(camera, reason="拆除", by=officer)
    followed = following.follow(way)
    assert followed == following.Followed()
    assert known(source)[camera.external_id].closed_at is not None


def test_a_camera_that_another_source_describes_only_lives_by_the_platform(
    source: Source, channels: Channels, way: Way
) -> None:
    number = channel(1)["gbDeviceId"]
    said = Described("西门枪机", CameraKind.FIXED, gb_id=number)
    other = cameras.register(said, source="hand", external_id="w-1", by=None)
    channels.channels = [channel(1)]
    followed = following.follow(way)
    assert followed == following.Followed(online=1, cameras=1)
    assert known(source) == {}
    assert (other.name, other.status) == ("西门枪机", CameraStatus.ONLINE)


def test_cameras_of_a_platform_that_is_silent_are_not_reachable(
    source: Source, channels: Channels, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels.channels = [channel(1)]
    following.follow(way)
    channels.broken = 502
    assert following.follow(way) is None
    assert "Out of order" in str(way.failed)
    from webapp.base import clock

    with clock.at(clock.now() + beats.SILENT * 2):
        assert beats.note_silence() == 1
    assert [each.status for each in known(source).values()] == [CameraStatus.OFFLINE]


def test_alarms_of_the_platform_come_in_once_at_their_camera(
    source: Source, channels: Channels, way: Way, here: Flask
) -> None:
    channels.channels = [channel(1)]
    now = datetime.now(UTC)
    row = {
        "id": 7,
        "channelDeviceId": channel(1)["gbDeviceId"],
        "alarmType": "IntrusionDetection",
        "alarmTime": int(now.timestamp() * 1000),
        "description": "有人进入码头",
        "longitude": 0.0,
        "latitude": 0.0,
    }
    channels.alarms = [row, row | {"id": 8, "alarmType": "New kind", "channelDeviceId": "x"}]
    following.follow(way)
    following.follow(way)
    found = list(db.session.scalars(select(Alarm).order_by(Alarm.id)))
    assert [(each.kind, each.count) for each in found] == [(Kind.INTRUSION, 1), (Kind.OTHER, 1)]
    (camera,) = known(source).values()
    assert (found[0].camera_id, found[0].words) == (camera.id, "有人进入码头")
    # It is asked in its local time, and what was asked for is asked for again for ten minutes.
    first, second = ([datetime.fromisoformat(each) for each in span] for span in channels.spans)
    assert round((first[1] - first[0]).total_seconds() / 60) == 130
    assert round((second[1] - second[0]).total_seconds() / 60) == 10
    assert abs((first[1] - now.replace(tzinfo=None)).total_seconds() / 3600 - 8) < 0.1


def test_a_version_without_a_list_of_alarms_is_followed_all_the_same(
    source: Source, channels: Channels, way: Way
) -> None:
    channels.channels = [channel(1), channel(2, gbDeviceId="12")]
    channels.lists_alarms = False
    assert following.follow(way) is not None
    assert (len(known(source)), way.failed, way.kept["lists_alarms"]) == (1, None, False)


def test_a_key_does_instead_of_a_password_and_a_wrong_one_is_told_as_that(
    source: Source, channels: Channels, officer: Person
) -> None:
    way = reach(source, WayKind.WVP, channels.address, officer, user="", password="", key=KEY)
    assert following.follow(way) is not None
    assert channels.logins == 0
    for keys in ({"password": "no"}, {"user": "", "password": "", "key": "no"}):
        way = reach(source, WayKind.WVP, channels.address, officer, **keys)
        assert following.follow(way) is None
        assert "用户名和密码" in str(way.failed)


def test_a_platform_that_is_not_allowed_any_more_is_not_asked(
    here: Flask, channels: Channels, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(here.extensions["settings"], camera_hosts="10.0.0.0/8")
    monkeypatch.setitem(here.extensions, "settings", settings)
    assert following.follow(way) is None
    assert (channels.asked, bool(way.failed)) == ([], True)
