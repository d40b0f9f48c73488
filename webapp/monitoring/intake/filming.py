"""Films of a recorder: fetched when somebody wants to see one, and kept as a clip of the alarm."""

from __future__ import annotations

from datetime import timedelta
from http.client import HTTPException

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.flow import NotOpen
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake import asking, queries
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.readers.frigate import EVENT
from webapp.monitoring.intake.readers.values import moment
from webapp.monitoring.intake.rules import NotRead
from webapp.monitoring.reaching import NoAnswer
from webapp.monitoring.video import actions as video, queries as seen
from webapp.monitoring.video.models import CameraClip
from webapp.monitoring.video.rules import MOST_CLIPS

# A film is taken up to so many bytes, and waited for so long (seconds).
LARGEST_FILM, FILM_S = 60 * 1024 * 1024, 25.0
SHORTEST_S = 1.0
_NO_FILM = _l("The recorder gives no film of this.")


def films_of(alarm: Alarm) -> list[str]:
    """The events of an alarm of which its recorder may give a film that is not here yet.

    None where nobody knows the camera, whose log says who looks, or where a part of its picture is masked:
    the recorder shows that part, too.
    """
    if alarm.exercise or alarm.camera_id is None or _recorder(alarm) is None:
        return []
    kept = {each.named for each in seen.clips_of(alarm.id)}
    room = MOST_CLIPS - seen.clip_count(alarm.id)
    named = [each for each in alarm.media if each.startswith(EVENT) and each not in kept]
    return named[: max(0, room)] if named and not seen.masks_of(alarm.camera_id) else []


def fetch(alarm: Alarm, named: str, *, by: Actor) -> CameraClip:
    """The film of this event is a clip of the alarm. Raises `NotOpen` where there is none to be had,
    `NoAnswer` where the recorder does not answer."""
    source = _recorder(alarm)
    if source is None or named not in films_of(alarm):
        raise NotOpen(_NO_FILM)
    name = named.removeprefix(EVENT)
    try:
        row = asking.event(source, name)
        body = asking.fetch(
            source, f"{asking.event_path(name)}/clip.mp4", most=LARGEST_FILM, within_s=FILM_S
        )
        began = moment(row.get("start_time"), "start_time")
        ended = moment(row["end_time"], "end_time") if row.get("end_time") else clock.now()
    except (OSError, HTTPException, NotRead) as error:
        raise NoAnswer(_NO_FILM) from error
    if body[4:8] != b"ftyp":
        raise NotOpen(_NO_FILM)
    lasts = max(ended - began, timedelta(seconds=SHORTEST_S))
    return video.keep_film(
        alarm, body, named=named, began_at=began, seconds=lasts.total_seconds(), by=by
    )


def _recorder(alarm: Alarm) -> Source | None:
    source = queries.source(alarm.source)
    return source if source is not None and source.asked and source.closed_at is None else None
