"""Pages of pictures: one camera looked at, the health of all, what a rule saw of an alarm."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import clock, files
from webapp.base.access import may, me, permit
from webapp.base.config import Settings
from webapp.base.flow import NotOpen, Refusal
from webapp.base.past import told_then
from webapp.base.sealing import unseal
from webapp.base.web import PurposeForm, page, part_of_address
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.monitoring.alarms import listing, queries as alarms
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import KEPT_DAYS, STATUS_CHIPS, STATUS_WORDS, Retention
from webapp.monitoring.intake import filming
from webapp.monitoring.signals import KINDS
from webapp.monitoring.video import actions, live, passes, pictures, queries
from webapp.monitoring.video.forms import ReplayForm
from webapp.monitoring.video.models import CameraPicture
from webapp.monitoring.video.rules import CLIPS_KEPT, PICTURES_KEPT
from webapp.people.forms import again

bp = Blueprint("video", __name__)

# A recording is shown from so long before an alarm to so long after it.
AROUND = timedelta(seconds=30)
# Lines of a list of pieces that name a piece.
_PIECES = re.compile(r"^(piece[0-9]+\.ts)$", re.MULTILINE)


@bp.get("/cameras/<int:camera_id>/view")
@permit("video.see", of=cameras.one)
def view(camera: Camera) -> Response:
    """The part of a camera's page from which it is looked at."""
    return page("monitoring/video/view.html", fragment="view", errors={}, sent={}, **_view(camera))


@bp.post("/cameras/<int:camera_id>/look")
@permit("video.see", of=cameras.one)
def look(camera: Camera) -> Response:
    """The pictures of the camera, for a purpose that stands in the log from now on."""
    try:
        actions.look(camera, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return again("monitoring/video/view.html", refusal, fragment="view", **_view(camera))
    values = _view(camera) | {"given": passes.issued(camera.id, me()), "live_page": _live(camera)}
    return page("monitoring/video/view.html", fragment="view", errors={}, sent={}, **values)


@bp.post("/cameras/<int:camera_id>/recording")
@permit("video.see", of=cameras.one)
def replay(camera: Camera) -> ResponseReturnValue:
    """Where the recorder shows a moment, for a purpose that stands in the log from now on."""
    try:
        said = ReplayForm.read(request)
        address = recording(camera, said.moment)
        if address is None:
            raise NotOpen(_l("Nobody has said where recordings are (RECORDINGS_URL)."))
        actions.replay(camera, said.moment, purpose=said.looked_for, by=me())
    except Refusal as refusal:
        return again(
            "monitoring/video/recording.html",
            refusal,
            fragment="recording",
            camera=camera,
            address=None,
        )
    return page(
        "monitoring/video/recording.html",
        fragment="recording",
        camera=camera,
        address=address,
        moment=said.moment,
        errors={},
        sent={},
    )


@bp.get("/cameras/<int:camera_id>/picture.jpg")
@permit("video.see", of=cameras.one)
def picture(camera: Camera) -> Response:
    """What the camera sees now, for whoever said what for."""
    passes.check(request.args.get("pass", ""), camera.id, me())
    return Response(pictures.snapshot(camera), mimetype="image/jpeg")


@bp.get("/cameras/<int:camera_id>/film/index.m3u8")
@permit("video.see", of=cameras.one)
def film(camera: Camera) -> ResponseReturnValue:
    """The newest pieces of the film, for whoever said what for; 204 while every place is taken."""
    given = request.args.get("pass", "")
    passes.check(given, camera.id, me())
    try:
        pieces = live.playlist(camera, given)
    except live.NoPlace:
        return "", 204
    listed = _PIECES.sub(rf"\1?pass={quote(given)}", pieces)
    return Response(listed, mimetype="application/vnd.apple.mpegurl")


@bp.post("/cameras/<int:camera_id>/film/leave")
@permit("video.see", of=cameras.one)
def leave(camera: Camera) -> ResponseReturnValue:
    """Whoever has this pass looks at the film no more."""
    live.leave(camera.id, request.args.get("pass", ""))
    return "", 204


@bp.get("/cameras/<int:camera_id>/film/<name>")
@permit("video.see", of=lambda camera_id, name: cameras.one(camera_id))
def piece(camera: Camera) -> Response:
    """One piece of the film."""
    passes.check(request.args.get("pass", ""), camera.id, me())
    path = live.piece(camera.id, part_of_address("name"))
    if path is None:
        abort(404)
    return send_file(path, mimetype="video/mp2t")


@bp.get("/cameras/health")
@told_then
@permit("video.wall")
def health() -> Response:
    """Of each source how many cameras answer; who is silent, and whose picture is wrong."""
    return page(
        "monitoring/video/health.html",
        sources=queries.health(me()),
        wrong=queries.wrong(me()),
        silent=cameras.listed(me(), status="offline"),
        kinds=KINDS,
        chips=STATUS_CHIPS,
        statuses=STATUS_WORDS,
    )


@bp.get("/alarms/<int:alarm_id>/pictures")
@permit("alarms.see", of=alarms.one)
def of_alarm(alarm: Alarm) -> Response:
    """What the rules saw of an alarm, and where its recording is."""
    return page(
        "monitoring/video/pictures.html",
        fragment="pictures",
        alarm=alarm,
        found=queries.pictures_of(alarm.id),
        clips=queries.clips_of(alarm.id),
        films=filming.films_of(alarm),
        days=CLIPS_KEPT.days,
        picture_days=PICTURES_KEPT.days,
        sent={},
        recorded=alarm.camera is not None and recording(alarm.camera, alarm.first_at) is not None,
        errors={},
    )


@bp.get("/alarms/<int:alarm_id>/pictures/<int:picture_id>")
@permit("alarms.see", of=lambda alarm_id, picture_id: alarms.one(alarm_id))
def one_of_alarm(alarm: Alarm) -> Response:
    """One of these pictures."""
    found: CameraPicture | None = queries.picture(alarm.id, int(part_of_address("picture_id")))
    if found is None or found.file is None:
        abort(404)
    return files.answer(found.file)


@bp.get("/cases/<int:case_id>/pictures-of-alarms")
@permit("cases.see", of=cases.one)
def of_case(case: Case) -> Response:
    """What the rules saw of the alarms behind a case, for whoever goes there or may see these alarms."""
    allowed = goes_or_sees(case)
    return page(
        "monitoring/video/of_case.html",
        fragment="pictures",
        case=case,
        found=queries.pictures_behind(case.id) if allowed else [],
        clips=queries.clips_behind(case.id) if allowed else [],
        days=CLIPS_KEPT.days,
        picture_days=PICTURES_KEPT.days,
        errors={},
        sent={},
    )


@bp.get("/cases/<int:case_id>/pictures-of-alarms/<int:picture_id>")
@permit("cases.see", of=lambda case_id, picture_id: cases.one(case_id))
def one_of_case(case: Case) -> Response:
    """One of these pictures."""
    key = int(part_of_address("picture_id"))
    found = next((each for each in queries.pictures_behind(case.id) if each.id == key), None)
    if not goes_or_sees(case):
        abort(403)
    if found is None or found.file is None:
        abort(404)
    return files.answer(found.file)


def goes_or_sees(case: Case) -> bool:
    """True for whoever goes to the case, or may see the alarm behind it."""
    behind = listing.of_case(case.id)
    return may(me(), "cases.handle", case) or (
        behind is not None and may(me(), "alarms.see", behind)
    )


def recording(camera: Camera, at: datetime) -> str | None:
    """Where the recorder shows what this camera saw at a moment; None where nobody has said."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.recordings_url:
        return None
    at = at.astimezone(UTC)
    said = {
        "camera": camera.external_id,
        "gb": camera.gb_id or camera.external_id,
        "from": (at - AROUND).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "to": (at + AROUND).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    address = settings.recordings_url
    for name, value in said.items():
        address = address.replace(f"{{{name}}}", quote(value, safe=""))
    return address


def _view(camera: Camera) -> dict[str, Any]:
    return {
        "camera": camera,
        "given": None,
        "live_page": None,
        "recorded": recording(camera, clock.now()),
        "kept_days": KEPT_DAYS[Retention(camera.retention)] if camera.retention else None,
    }


def _live(camera: Camera) -> str | None:
    return unseal(camera.webrtc).decode() if camera.webrtc else None
