"""What is done with cameras that turn: set up, their presets read, told to look at one, by hand or by an alarm."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask_babel import force_locale, lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.base import audit, clock, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.config import Settings
from webapp.base.db import db, lock
from webapp.base.flow import Unacceptable, hold
from webapp.base.sealing import seal, unseal
from webapp.monitoring.alarms.following import told_of_all
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import allowed_address
from webapp.monitoring.onvif import Reached
from webapp.monitoring.reaching import NoAnswer
from webapp.monitoring.signals import KINDS, Kind
from webapp.monitoring.turning import queries
from webapp.monitoring.turning.forms import SteeringForm
from webapp.monitoring.turning.models import Preset, Steering
from webapp.monitoring.turning.onvif import TurningDevice
from webapp.monitoring.turning.rules import HAND_KEEPS, MOST_PRESETS, Aim, aimed


def set_up(camera: Camera, said: SteeringForm, *, by: Actor) -> Steering:
    """The camera is told to turn at this address, which stands sealed; nothing was asked of it yet.

    Raises `Unacceptable` where the host is not allowed, or where no address is known.
    """
    lock(camera)
    steering = queries.steering(camera.id)
    if steering is not None:
        hold(steering, said.version)
    if said.address:
        try:
            address = allowed_address(said.address, _settings().allowed_camera_hosts)
        except Unacceptable as refusal:
            raise Unacceptable(refusal.words, fields={"address": refusal.words}) from refusal
        kept = seal(json.dumps([address, said.user, said.password]).encode())
    elif steering is not None:
        kept = steering.sealed
    else:
        words = _l("Say where the camera is told to turn.")
        raise Unacceptable(words, fields={"address": words})
    if steering is None:
        steering = Steering(camera_id=camera.id, version=0)
        db.session.add(steering)
    steering.sealed, steering.by_alarm = kept, said.by_alarm
    steering.version += 1
    db.session.flush()
    _record(camera, "steer", by, by_alarm=said.by_alarm, address=bool(said.address))
    return steering


def forget(steering: Steering, *, by: Actor) -> None:
    """Address, password and presets are gone; the camera is not told anything any more."""
    camera = steering.camera
    lock(steering)
    steering.preset_id = None
    db.session.flush()
    db.session.delete(steering)
    for each in queries.presets(camera.id):
        db.session.delete(each)
    db.session.flush()
    _record(camera, "steer_no_more", by)


def read_presets(steering: Steering, *, by: Actor) -> int:
    """The presets are those that the camera has now; whither each looks stays. Answers how many there are.

    Raises `NoAnswer` where the camera does not tell.
    """
    found = _device(steering).presets()[:MOST_PRESETS]
    lock(steering)
    told = {each.token: each.name for each in found}
    for known in queries.presets(steering.camera_id):
        if known.token not in told:
            db.session.delete(known)
    if told:
        rows = [
            {"camera_id": steering.camera_id, "token": token, "name": name}
            for token, name in told.items()
        ]
        written = insert(Preset)
        anew = written.on_conflict_do_update(
            index_elements=["camera_id", "token"], set_={"name": written.excluded.name}
        )
        db.session.execute(anew, rows)
    steering.read_at = clock.now()
    db.session.flush()
    db.session.expire_all()
    _record(steering.camera, "presets", by, count=len(told))
    return len(told)


def aim(camera: Camera, preset: Preset, bearing: float | None, *, by: Actor) -> None:
    """It is known whither a preset looks."""
    lock(preset)
    preset.bearing = None if bearing is None else bearing % 360
    db.session.flush()
    _record(camera, "aim", by, preset=preset.name, bearing=preset.bearing)


def turn(
    steering: Steering, preset: Preset, *, purpose: str, by: Actor, alarm: Alarm | None = None
) -> Any:
    """The camera was told to look there, and the log says by whom and what for; answers why it did not,
    or None where it did. Whether it did or not stands in the log, too."""
    failed = None
    try:
        _device(steering).go_to(preset.token)
    except (NoAnswer, Unacceptable) as error:
        failed = error.words
    if failed is None:
        lock(steering)
        steering.turned_at, steering.turned_by_id = clock.now(), by.id
        steering.preset_id = preset.id
        db.session.flush()
    data = {"preset": preset.name, "purpose": purpose, "alarm": alarm.id if alarm else None}
    _record(steering.camera, "turn", by, failed=str(failed) if failed else None, **data)
    return failed


@told_of_all
def _soon(reached: Sequence[Alarm]) -> None:
    """Cameras turn to these alarms as soon as they are committed; never to an exercise."""
    keys = [each.id for each in reached if not each.exercise]
    if keys and queries.any_by_alarm():
        tasks.defer("turning.to_alarms", priority=5, alarms=keys)


@tasks.task("turning.to_alarms", retry=1)
def turn_to_alarms(alarms: Sequence[int]) -> None:
    """Every camera near an alarm that has a preset towards it looks there, the nearest ones first.

    Whoever turned it by hand just now keeps it, except where a life may hang on the alarm.
    """
    with force_locale(_settings().locale):
        for alarm in queries.alarms(alarms):
            kind = KINDS[Kind(alarm.kind)]
            for steering, towards in queries.able_to_see(alarm):
                presets = {each.id: each for each in queries.presets(steering.camera_id)}
                found = aimed((Aim(key, each.bearing) for key, each in presets.items()), towards)
                if found is None or (not kind.life and _in_hand(steering)):
                    continue
                preset = presets[found.preset_id]
                turn(steering, preset, purpose=str(kind.words), by=HOUSE, alarm=alarm)
                db.session.commit()  # what one camera was told does not wait for the next


def _in_hand(steering: Steering) -> bool:
    turned = steering.turned_at
    if steering.turned_by_id is None or turned is None:
        return False
    return turned > clock.now() - HAND_KEEPS


def _device(steering: Steering) -> TurningDevice:
    address, user, password = json.loads(unseal(steering.sealed))
    return TurningDevice(Reached(address, user, password), _settings().allowed_camera_hosts)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _record(camera: Camera, move: str, by: Actor, **data: Any) -> None:
    audit.record(
        kind="camera",
        thing_id=camera.id,
        move=move,
        by=by,
        grid_id=camera.grid_id,
        grid_version_id=camera.grid_version_id,
        data={name: value for name, value in data.items() if value is not None},
    )
