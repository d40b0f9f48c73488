"""What a platform of GB/T 28181 tells of its channels is in the catalogue of cameras; so are their states."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import force_locale

from webapp.base import clock, tasks
from webapp.base.access import HOUSE
from webapp.base.config import Settings
from webapp.base.datum import Datum
from webapp.base.db import db, is_away
from webapp.base.flow import Refusal
from webapp.monitoring.cameras import (
    actions as cameras,
    beats,
    importing,
    queries as catalogue,
    reading,
)
from webapp.monitoring.cameras.forms import RowForm
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraStatus
from webapp.monitoring.intake import several
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.rules import MOST_AT_ONCE, Format
from webapp.monitoring.ways import actions, queries
from webapp.monitoring.ways.models import Way
from webapp.monitoring.ways.rules import WayKind
from webapp.monitoring.ways.wvp import Missing, Wvp

# So much of what was asked for already is asked for again: alarms are written there after a while.
OVERLAP = timedelta(minutes=10)
FIRST = timedelta(hours=2)


@dataclass(frozen=True)
class Followed:
    """How many cameras of a platform are new, changed, and reachable; and those nobody could use."""

    added: int = 0
    changed: int = 0
    online: int = 0
    cameras: int = 0
    unusable: int = 0


@dataclass(frozen=True)
class Heard:
    """What a platform told: its channels, and its alarms; None: it keeps no list of them."""

    at: datetime
    channels: list[dict[str, Any]]
    alarms: list[dict[str, Any]] | None


@tasks.task("ways.follow_channels", cron="* * * * * */30", retry=0, lock="ways.follow_channels")
def follow_all() -> None:
    """Every platform was asked for its channels and alarms; why one did not answer stands on its page.

    Commits before it asks, so that no transaction waits for a platform, and after each of them.
    """
    settings: Settings = current_app.extensions["settings"]
    with force_locale(settings.locale):
        found = [(each.id, each.version) for each in queries.open_ways(WayKind.WVP)]
        for way_id, version in found:
            way = queries.open_way(way_id, version)
            if way is None:
                continue
            sealed, since = bytes(way.sealed), way.asked_to
            db.session.commit()
            heard = ask(sealed, since)
            way = queries.open_way(way_id, version)
            if way is not None:
                _follow_alone(way, heard)
            db.session.commit()


def follow(way: Way) -> Followed | None:
    """The channels of a platform are cameras in the catalogue, its new alarms in the inbox; None: it did
    not answer."""
    return take(way, ask(bytes(way.sealed), way.asked_to))


def ask(sealed: bytes, since: datetime | None) -> Heard | Refusal:
    """What a platform tells, its alarms since a moment; or why it does not."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    try:
        platform = Wvp(actions.keys_of(sealed), settings.allowed_camera_hosts)
        channels = platform.channels()
        begin = (since or now - FIRST) - OVERLAP
        try:
            alarms = platform.alarms(begin, now, ZoneInfo(settings.timezone))
        except Missing:
            return Heard(now, channels, None)
    except Refusal as refusal:
        return refusal
    return Heard(now, channels, alarms)


def take(way: Way, heard: Heard | Refusal) -> Followed | None:
    """What a platform told is in the catalogue and in the inbox, and its page knows that it did."""
    if isinstance(heard, Refusal):
        actions.lost(way, str(heard.words))
        return None
    followed, seen = take_channels(way.source, heard.channels, way.kept.get("seen", {}))
    alarms = heard.alarms or []
    for begin in range(0, len(alarms), MOST_AT_ONCE):
        said = [
            Sent(json.dumps(each).encode(), "application/json")
            for each in alarms[begin : begin + MOST_AT_ONCE]
        ]
        several.take_all(way.source, Format.WVP, said)
    counts = {name: getattr(followed, name) for name in ("cameras", "online", "unusable")}
    actions.remember(way, seen=seen, lists_alarms=heard.alarms is not None, counts=counts)
    way.asked_to = heard.at
    actions.reached(way)
    return followed


def _follow_alone(way: Way, heard: Heard | Refusal) -> None:
    """As `take`; what breaks on one platform does not keep the next from its turn."""
    way_id = way.id
    try:
        with db.session.begin_nested():
            take(way, heard)
    except Exception as error:
        if is_away(error):
            raise
        current_app.logger.exception("what the platform of way %s told broke us", way_id)


def take_channels(
    source: Source, rows: Sequence[Mapping[str, Any]], known: Mapping[str, str]
) -> tuple[Followed, dict[str, str]]:
    """The channels are cameras of the source, and live as the platform says.

    `known` is what each was described by before: a camera is changed only where the platform changed its
    words, so what somebody wrote here stays. Answers what was done, and what each is described by now.
    """
    now, seen = clock.now(), dict[str, str]()
    counted = Followed(cameras=0)
    ours = catalogue.of_source(source.code)
    forms, counted = _forms(rows, source, counted)
    others = catalogue.of_national_numbers(set(forms) - set(ours))
    lived: list[tuple[Camera, Any, bool]] = []
    for number, form in forms.items():
        camera, mark = ours.get(number), _mark(form)
        seen[number] = mark
        if camera is None and number in others:
            # Another source describes it; here it only lives.
            camera = others[number]
        elif camera is None:
            camera = _registered(form, source)
            counted = replace(
                counted,
                added=counted.added + (camera is not None),
                unusable=counted.unusable + (camera is None),
            )
        elif camera.closed_at is None and known.get(number, mark) != mark:
            done = _changed(camera, form)
            counted = replace(
                counted, changed=counted.changed + done, unusable=counted.unusable + (not done)
            )
        if camera is None or camera.closed_at is not None:
            continue
        online = form.status == CameraStatus.ONLINE
        counted = replace(counted, cameras=counted.cameras + 1, online=counted.online + online)
        if form.status is not None:
            lived.append((camera, now, online))
    beats.heard_all(lived)
    return counted, seen


def _forms(
    rows: Sequence[Mapping[str, Any]], source: Source, counted: Followed
) -> tuple[dict[str, RowForm], Followed]:
    """The cameras among the channels by their numbers; what is something else is passed over."""
    forms: dict[str, RowForm] = {}
    for row in rows:
        described = reading.channel(row)
        if described is None:
            continue
        try:
            form = RowForm.of({**described, "datum": Datum(source.datum).value})
        except Refusal:
            counted = replace(counted, unusable=counted.unusable + 1)
            continue
        forms[form.code] = form
    return forms, counted


def _registered(form: RowForm, source: Source) -> Camera | None:
    try:
        with db.session.begin_nested():
            return cameras.register(
                form.described(), source=source.code, external_id=form.code, by=HOUSE
            )
    except Refusal:
        return None


def _changed(camera: Camera, form: RowForm) -> bool:
    said = importing.merged(camera, form.described(), form.model_fields_set | {"datum"})
    try:
        with db.session.begin_nested():
            cameras.change(camera, said, base_version=None, by=HOUSE)
    except Refusal:
        return False
    return True


def _mark(form: RowForm) -> str:
    """By what a channel is described, in few letters."""
    said = form.model_dump_json(exclude={"status"})
    return hashlib.sha256(said.encode()).hexdigest()[:12]
