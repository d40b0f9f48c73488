"""What the cameras want by the clock: who fell silent is found out, alarms are filmed, old pictures are gone."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.base import clock, tasks
from webapp.monitoring.alarms.following import told_of_all
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.signals import KINDS, Kind
from webapp.monitoring.video import actions, health, pictures, queries
from webapp.monitoring.video.rules import CLIPS_KEPT, PICTURES_KEPT, UNASKED


@tasks.task("video.health", cron="* * * * * */15", retry=0)
def look() -> None:
    """Cameras and recorders that fell silent, or are back, are known as that."""
    health.look()


@told_of_all
def _soon(reached: Sequence[Alarm]) -> None:
    """Alarms of others for which people are sent are filmed by a camera that sees them; never an exercise."""
    keys = [
        each.id
        for each in reached
        if KINDS[Kind(each.kind)].sends and each.source != queries.SOURCE and not each.exercise
    ]
    if keys and queries.any_film():
        tasks.defer("video.want_clips", alarms=keys)


@tasks.task("video.want_clips", retry=1)
def want_clips(alarms: Sequence[int]) -> None:
    """Of each alarm a clip of the camera that sees it best is asked for; one of each camera."""
    asked = set()
    for alarm_id, camera_id in queries.to_film(alarms):
        if camera_id not in asked:
            asked.add(camera_id)
            actions.want_clip(alarm_id, camera_id)


@tasks.task("video.erase_clips", cron="43 3 * * *")
def erase_clips() -> None:
    """Clips that were kept long enough are gone; those of open cases stay."""
    for clip in queries.clips_to_erase(clock.now() - CLIPS_KEPT):
        actions.erase_clip(clip)


@tasks.task("video.erase_pictures", cron="48 3 * * *")
def erase_pictures() -> None:
    """Pictures of alarms that were kept long enough are gone, likewise; and what was on demand yesterday."""
    for picture in queries.pictures_to_erase(clock.now() - PICTURES_KEPT):
        actions.erase_picture(picture)
    pictures.forget_old(clock.now() - UNASKED)
