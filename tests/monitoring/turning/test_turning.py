"""A camera turns to a preset by hand and by an alarm; who, why and whether it did stands in the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.monitoring.turning.device import PASSWORD, USER, Turning, turning
from tests.world import World, as_user
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.spatial import to_lonlat, to_metric
from webapp.monitoring.alarms import actions as alarms, handling
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.reaching import NoAnswer
from webapp.monitoring.signals import Change, Kind, Signal
from webapp.monitoring.turning import actions, queries
from webapp.monitoring.turning.forms import SteeringForm
from webapp.monitoring.turning.models import Steering
from webapp.monitoring.turning.rules import Aim, aimed


@pytest.fixture
def device(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Turning]:
    """A camera that speaks ONVIF, at an address that is allowed."""
    settings = replace(app.extensions["settings"], camera_hosts="127.0.0.0/8")
    monkeypatch.setitem(app.extensions, "settings", settings)
    with turning() as camera:
        yield camera


@pytest.fixture
def camera(session: Session, world: World) -> Camera:
    """A turning camera in the home grid that sees 500 m far."""
    lon, lat = world.spot(world.home)
    said = Described("港口球机", CameraKind.PTZ, lon=lon, lat=lat, range_m=500, fov=60, bearing=0)
    return cameras.register(said, source="hand", external_id="ptz-1", by=None)


@pytest.fixture
def steering(world: World, camera: Camera, device: Turning) -> Steering:
    """It is set up, its presets are read: the gate lies to the north, the tank to the east."""
    made = set_up(world, camera, device, by_alarm=True)
    actions.read_presets(made, by=world.shift_leader)
    for preset in queries.presets(camera.id):
        bearing = {"1": 0.0, "2": 90.0}.get(preset.token)
        actions.aim(camera, preset, bearing, by=world.shift_leader)
    return made


def set_up(
    world: World, camera: Camera, device: Turning, *, password: str = PASSWORD, **said: bool
) -> Steering:
    form = SteeringForm(address=device.address, user=USER, password=password, **said)
    return actions.set_up(camera, form, by=world.shift_leader)


def near(camera: Camera, east: float, north: float) -> tuple[float, float]:
    lon, lat = camera.lonlat or (0.0, 0.0)
    x, y = to_metric(lon, lat)
    return to_lonlat(x + east, y + north)


def raised(
    camera: Camera, east: float, north: float, kind: Kind = Kind.FLAME, device: str = "d1"
) -> Alarm:
    now = clock.now()
    signal = Signal(
        kind=kind,
        change=Change.RAISED,
        at=now,
        device=device,
        lonlat=near(camera, east, north),
        accuracy_m=10,
    )
    alarm = alarms.hear(signal, source="test", received_at=now).alarm
    assert alarm is not None
    return alarm


def turns(camera: Camera) -> list[dict[str, object]]:
    return [each.data for each in audit.history("camera", camera.id) if each.move == "turn"]


def test_presets_are_read_from_a_camera_whose_clock_is_wrong_and_that_names_another_host(
    world: World, steering: Steering, device: Turning
) -> None:
    found = {each.token: each.name for each in queries.presets(steering.camera_id)}
    assert found == {"1": "大门", "2": "氨罐 & 机房", "tour": "tour"}
    assert device.refused == 0
    del device.presets["tour"]
    device.presets["2"] = "氨罐"
    assert actions.read_presets(steering, by=world.shift_leader) == 2
    kept = {each.token: (each.name, each.bearing) for each in queries.presets(steering.camera_id)}
    assert kept == {"1": ("大门", 0.0), "2": ("氨罐", 90.0)}


def test_address_and_password_stand_sealed_and_only_at_hosts_that_are_allowed(
    world: World, camera: Camera, steering: Steering, device: Turning
) -> None:
    kept = db.session.scalars(select(Steering.sealed)).one()
    for plain in (PASSWORD, USER, device.address):
        assert plain.encode() not in bytes(kept)
    assert PASSWORD not in str([each.data for each in audit.history("camera", camera.id)])
    form = SteeringForm(address="http://10.9.9.9/onvif", user=USER, password="x")
    with pytest.raises(Unacceptable):
        actions.set_up(camera, form, by=world.shift_leader)
    # Without a new address the one that is kept stays.
    actions.set_up(camera, SteeringForm(by_alarm=False), by=world.shift_leader)
    assert actions.read_presets(steering, by=world.shift_leader) == 3


def test_a_wrong_password_is_told_as_that(world: World, camera: Camera, device: Turning) -> None:
    made = set_up(world, camera, device, password="no")
    with pytest.raises(NoAnswer) as refused:
        actions.read_presets(made, by=world.shift_leader)
    assert "用户名或密码" in str(refused.value.words)
    assert device.refused == 1


def test_who_turned_it_and_what_for_stands_in_the_log_whether_it_did_or_not(
    world: World, camera: Camera, steering: Steering, device: Turning
) -> None:
    gate, tank = queries.presets(camera.id)[:2]
    assert actions.turn(steering, gate, purpose="看大门", by=world.dispatcher) is None
    assert device.looks_at == [gate.token]
    assert (steering.preset_id, steering.turned_by_id) == (gate.id, world.dispatcher.id)
    del device.presets[tank.token]
    failed = actions.turn(steering, tank, purpose="看氨罐", by=world.dispatcher)
    assert "does not exist" in str(failed)
    assert steering.preset_id == gate.id
    first, second = turns(camera)
    assert (first["purpose"], first["preset"]) == ("看大门", gate.name)
    assert "failed" not in first
    assert (second["purpose"], "does not exist" in str(second["failed"])) == ("看氨罐", True)


def test_a_camera_turns_to_the_preset_towards_an_alarm(
    world: World, camera: Camera, steering: Steering, device: Turning
) -> None:
    alarm = raised(camera, 200, 20)
    actions.turn_to_alarms([alarm.id])
    assert device.looks_at == ["2"]
    (told,) = turns(camera)
    assert told["alarm"] == alarm.id
    # South nobody looks; beyond its range it sees nothing; its own alarm it sees already.
    for east, north in ((0, -200), (900, 0)):
        actions.turn_to_alarms([raised(camera, east, north, device=f"{east} {north}").id])
    assert device.looks_at == ["2"]


def test_a_hand_keeps_the_camera_for_a_while_except_where_a_life_may_hang_on_it(
    world: World, camera: Camera, steering: Steering, device: Turning
) -> None:
    gate = next(each for each in queries.presets(camera.id) if each.token == "1")
    actions.turn(steering, gate, purpose="看大门", by=world.dispatcher)
    actions.turn_to_alarms([raised(camera, 200, 0, Kind.VEHICLE, "v").id])
    assert device.looks_at == ["1"]
    actions.turn_to_alarms([raised(camera, 200, 0, Kind.FLAME, "f").id])
    assert device.looks_at == ["1", "2"]
    actions.turn(steering, gate, purpose="看大门", by=world.dispatcher)
    with clock.at(clock.now() + timedelta(minutes=3)):
        actions.turn_to_alarms([raised(camera, 200, 0, Kind.VEHICLE, "w").id])
    assert device.looks_at == ["1", "2", "1", "2"]


def test_an_alarm_that_reaches_people_is_put_in_the_queue_and_an_exercise_is_not(
    world: World, camera: Camera, steering: Steering
) -> None:
    def queued() -> int:
        found = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'turning.to_alarms'"
        from sqlalchemy import text

        return db.session.scalar(text(found)) or 0

    raised(camera, 200, 0)
    assert queued() == 1
    lon, lat = near(camera, 200, 0)
    handling.drill(kind=Kind.FLAME, lon=lon, lat=lat, words="drill", by=world.dispatcher)
    assert queued() == 1
    actions.set_up(camera, SteeringForm(by_alarm=False), by=world.shift_leader)
    raised(camera, 100, 0, device="d2")
    assert queued() == 1


def test_the_page_turns_for_those_who_may_and_says_why_it_did_not(
    app: Flask, world: World, camera: Camera, steering: Steering, device: Turning
) -> None:
    address = f"/cameras/{camera.id}/presets"
    gate = queries.presets(camera.id)[0]
    desk = as_user(app, world.dispatcher)
    sent = {"preset": gate.id, "purpose": "看大门"}
    assert desk.post(f"{address}/turn", data={"preset": gate.id}).status_code == 422
    assert desk.post(f"{address}/turn", data=sent).status_code == 303
    assert device.looks_at == [gate.token]
    page = desk.get(address).text
    assert gate.name in page
    assert "onvif" not in page
    device.presets.clear()
    answer = desk.post(f"{address}/turn", data=sent)
    assert (answer.status_code, "摄像头拒绝" in answer.text) == (502, True)
    assert desk.post(f"{address}/steering", data={"address": device.address}).status_code == 403
    keeper = as_user(app, world.shift_leader)
    wrong = {"address": "ftp://127.0.0.1"}
    assert keeper.post(f"{address}/steering", data=wrong).status_code == 422
    assert keeper.post(f"{address}/{gate.id}/bearing", data={"bearing": "400"}).status_code == 422
    assert keeper.post(f"{address}/{gate.id}/bearing", data={"bearing": "12"}).status_code == 303
    assert keeper.post(f"{address}/forget").status_code == 303
    assert "氨罐" not in keeper.get(address).text
    assert as_user(app, world.worker).post(f"{address}/turn", data=sent).status_code == 403
    assert as_user(app, world.stranger).get(address).status_code == 403


@pytest.mark.parametrize(
    ("towards", "wanted"), [(350.0, 1), (29.0, 1), (31.0, None), (300.0, None), (95.0, 2)]
)
def test_a_preset_looks_at_what_lies_within_thirty_degrees(
    towards: float, wanted: int | None
) -> None:
    found = aimed([Aim(1, 0.0), Aim(2, 120.0), Aim(3, None)], towards)
    assert (found.preset_id if found else None) == wanted
