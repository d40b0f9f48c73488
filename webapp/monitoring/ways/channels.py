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
from webapp.base.db import db
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


@tasks.task("ways.follow_channels", cron="* * * * * */30", retry=0, lock="ways.follow_channels")
def follow_all() -> None:
    """Every platform was asked for its channels and alarms; why one did not answer stands on its page."""
    settings: Settings = current_app.extensions["settings"]
    with force_locale(settings.locale):
        for way in queries.open_ways(WayKind.WVP):
            follow(way)
            db.session.commit()  # what one said does not wait for the next


def follow(way: Way) -> Followed | None:
    """The channels of a platform are cameras in the catalogue, its new alarms in the inbox; None: it did
    not answer."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    try:
        platform = Wvp(actions.keys_of(way.sealed), settings.allowed_camera_hosts)
        rows = platform.channels()
        since = _since(way, now)
        try:
            alarms = platform.alarms(since - OVERLAP, now, ZoneInfo(settings.timezone))
            lists = True
        except Missing:
            alarms, lists = [], False
    except Refusal as refusal:
        actions.lost(way, str(refusal.words))
        return None
    known = way.kept.get("seen", {})
    followed, seen = take_channels(way.source, rows, known)
    for begin in range(0, len(alarms), MOST_AT_ONCE):
        said = [
            Sent(json.dumps(each).encode(), "application/json")
            for each in alarms[begin : begin + MOST_AT_ONCE]
        ]
        several.take_all(way.source, Format.WVP, said)
    if seen != known:
        actions.remember(way, seen=seen)
    actions.remember(way, asked_to=now.isoformat(), lists_alarms=lists)
    actions.reached(way)
    return followed


def _since(way: Way, now: datetime) -> datetime:
    asked_to = way.kept.get("asked_to")
    return datetime.fromisoformat(asked_to) if asked_to else now - FIRST


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
            said = importing.merged(camera, form.described(), form.model_fields_set | {"datum"})
            cameras.change(camera, said, base_version=None, by=None)
            counted = replace(counted, changed=counted.changed + 1)
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


def _mark(form: RowForm) -> str:
    """By what a channel is described, in few letters."""
    said = form.model_dump_json(exclude={"status"})
    return hashlib.sha256(said.encode()).hexdigest()[:12]
