"""Clips of alarms, for a purpose that stands in the log: at the alarm, and at the case of whoever goes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from webapp.base import files
from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import PurposeForm, page, part_of_address
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.monitoring.alarms import queries as alarms
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake import filming
from webapp.monitoring.video import actions, passes, queries
from webapp.monitoring.video.forms import FilmForm
from webapp.monitoring.video.models import CameraClip
from webapp.monitoring.video.rules import CLIPS_KEPT
from webapp.monitoring.video.views import goes_or_sees
from webapp.people.forms import again

bp = Blueprint("clips", __name__)


@bp.post("/alarms/<int:alarm_id>/clips/<int:clip_id>")
@permit("alarms.see", of=lambda alarm_id, clip_id: alarms.one(alarm_id))
def play(alarm: Alarm) -> Response:
    """A clip of an alarm plays, for a purpose that stands in the log from now on."""
    clip = _of_alarm(alarm)
    try:
        actions.play_clip(clip, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        shown = {"clip": clip, "case": None, "given": None}
        return again("monitoring/video/clip.html", refusal, fragment="clip", **shown)
    return _playing(clip, None)


@bp.get("/alarms/<int:alarm_id>/clips/<int:clip_id>.mp4")
@permit("alarms.see", of=lambda alarm_id, clip_id: alarms.one(alarm_id))
def film(alarm: Alarm) -> Response:
    """The film itself, for whoever said what for."""
    return _film(_of_alarm(alarm))


@bp.post("/alarms/<int:alarm_id>/recorder-film")
@permit("alarms.see", of=alarms.one)
def fetch(alarm: Alarm) -> Response:
    """The film that the recorder keeps of an event plays, and is a clip of the alarm from now on."""
    try:
        said = FilmForm.read(request)
        clip = filming.fetch(alarm, said.event, by=me())
        actions.play_clip(clip, purpose=said.purpose, by=me())
    except Refusal as refusal:
        shown = {"alarm": alarm, "event": request.form.get("event", "")}
        return again("monitoring/video/film.html", refusal, fragment="film", **shown)
    return _playing(clip, None)


@bp.post("/cases/<int:case_id>/clips-of-alarms/<int:clip_id>")
@permit("cases.see", of=lambda case_id, clip_id: cases.one(case_id))
def play_of_case(case: Case) -> Response:
    """The same on the page of a case: whoever goes there needs no other purpose."""
    clip = _behind(case)
    purpose = _("Case %(number)s", number=case.number)
    actions.play_clip(clip, purpose=purpose, by=me())
    return _playing(clip, case)


@bp.get("/cases/<int:case_id>/clips-of-alarms/<int:clip_id>.mp4")
@permit("cases.see", of=lambda case_id, clip_id: cases.one(case_id))
def film_of_case(case: Case) -> Response:
    """The film itself, likewise."""
    return _film(_behind(case))


def _of_alarm(alarm: Alarm) -> CameraClip:
    return _there(queries.clips_of(alarm.id))


def _behind(case: Case) -> CameraClip:
    if not goes_or_sees(case):
        abort(403)
    return _there(queries.clips_behind(case.id))


def _there(found: Sequence[CameraClip]) -> CameraClip:
    key = int(part_of_address("clip_id"))
    clip = next((each for each in found if each.id == key and each.file is not None), None)
    if clip is None:
        abort(404)
    return clip


def _playing(clip: CameraClip, case: Case | None) -> Response:
    return page(
        "monitoring/video/clip.html",
        fragment="clip",
        clip=clip,
        case=case,
        given=passes.to_clip(clip.id, me()),
        errors={},
        sent={},
        days=CLIPS_KEPT.days,
    )


def _film(clip: CameraClip) -> Response:
    passes.check_clip(request.args.get("pass", ""), clip.id, me())
    if clip.file is None:
        abort(404)
    return files.answer(clip.file)
