"""The watch: it reads the streams of cameras with zones, and tells of what begins and ends in them."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import force_locale, gettext as _, lazy_gettext as _l
from sqlalchemy import exc

from webapp.base import clock
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.sealing import unseal
from webapp.monitoring.cameras import beats, queries as cameras
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.signals import Change
from webapp.monitoring.video import actions, drawing, ffmpeg, queries, reading
from webapp.monitoring.video.clips import Clip, Ring
from webapp.monitoring.video.ffmpeg import Source, Unreachable
from webapp.monitoring.video.filming import Filming
from webapp.monitoring.video.placing import Seen
from webapp.monitoring.video.rules import Zone, ZoneKind, active
from webapp.monitoring.video.sight.frames import Frame
from webapp.monitoring.video.sight.people import Finder, Walkers
from webapp.monitoring.video.sight.quality import Quality
from webapp.monitoring.video.sight.watcher import Finding, Watcher

log = logging.getLogger("wangge.watch")

# How often (seconds): zones are read anew, a camera is said to live, a lost database is tried again.
PLAN_S, BEAT_S, AGAIN_S = 15.0, 20.0, 2.0
# How often clips that were asked for because of alarms of others are taken up.
CLIPS_S = 2.0
# A broken stream is tried again after 1, 2, 4 ... seconds, at most after so many.
LONGEST_WAIT_S = 60.0
# Findings that wait for a lost database; the oldest go first where there are more.
MOST_WAITING = 200
# Pictures that wait for a full disk, and how long until they are tried again (seconds).
MOST_UNKEPT, UNKEPT_S = 20, 15.0

QUALITY_WORDS = {
    Quality.BLACK: _l("The picture is black."),
    Quality.COVERED: _l("Something covers the lens."),
    Quality.MOVED: _l("The camera looks elsewhere."),
    Quality.FROZEN: _l("The picture stands still."),
}

_TURNING = frozenset((CameraKind.PTZ, CameraKind.DOME))


@dataclass(frozen=True)
class Task:
    """What is to be watched at one camera. Two tasks that are equal need no new start."""

    camera_id: int
    turns: bool
    address: str | None
    zones: tuple[Zone, ...]
    hours: tuple[tuple[int, Any, Any], ...]

    @property
    def closed(self) -> bool:
        """Whether it has a zone that nobody may enter."""
        return any(each.kind is ZoneKind.INTRUSION for each in self.zones)

    @property
    def masks(self) -> tuple[Any, ...]:
        """The polygons that nobody sees."""
        return tuple(each.corners for each in self.zones if each.kind is ZoneKind.MASK)


@dataclass
class Waiting:
    """Something found that the database does not have yet."""

    finding: Finding
    at: datetime
    picture: bytes | None
    clip: Clip | None = None
    aspect: float = 16 / 9

    @property
    def seen(self) -> Seen | None:
        """In what part of the picture it was found: by its box, else by its zone."""
        box, zone = self.finding.box, self.finding.zone
        if box is not None:
            return Seen(box.left, box.right, box.foot, self.aspect)
        if zone is None:
            return None
        sides = [x for x, _y in zone.corners]
        return Seen(min(sides), max(sides), None, self.aspect)

    @property
    def zone_id(self) -> int | None:
        """The zone in which it was found."""
        return self.finding.zone.id if self.finding.zone else None


@dataclass
class Unkept:
    """The picture of an alarm for which the disk had no room."""

    alarm_id: int
    waiting: Waiting


class Post:
    """One camera watched by one thread, from `start` until `stop`."""

    def __init__(self, watch: Watch, task: Task, source: Callable[[], Source]) -> None:
        self.watch = watch
        self.task = task
        self.frames = 0
        self._source = source
        self._stop = threading.Event()
        self._waiting: deque[Waiting] = deque(maxlen=MOST_WAITING)
        self._unkept: deque[Unkept] = deque(maxlen=MOST_UNKEPT)
        self._ring = Ring()
        self._asked: deque[int] = deque()
        self._due = self._beat_due = self._unkept_due = 0.0
        self._thread = threading.Thread(target=self._run, name=f"camera-{task.camera_id}")

    def start(self) -> None:
        """It watches."""
        self._thread.start()

    def stop(self) -> None:
        """It ends after the frame in hand."""
        self._stop.set()

    def join(self) -> None:
        """It has ended."""
        self._thread.join()

    def film(self, row: int) -> None:
        """A clip of the last seconds and the next ones will be kept under this key."""
        self._asked.append(row)

    def once(self) -> None:
        """The stream was watched to its end, and all that was found is told."""
        self._ring = Ring()
        try:
            self._look()
        finally:
            self._film(whole=False)

    def _look(self) -> None:
        watcher = Watcher(self.task.zones, self.watch.finder, turns=self.task.turns)
        for frame in reading.frames(self._source()):
            if self._stop.is_set():
                return
            self.frames += 1
            seen = frame.without(self.task.masks)
            self._ring.add(seen)
            for each in watcher.look(seen, asleep=self._asleep()):
                self._keep(each, seen)
            self._beat(watcher.quality)
            self._tell()
            self._keep_late()
            self._film()
        while self._waiting and not self._stop.wait(0.2):
            self._tell()

    def _run(self) -> None:
        wait = 1.0
        while not self._stop.is_set():
            before = self.frames
            try:
                self.once()
                why = "it ended"
            except (Unreachable, Refusal) as error:
                why = str(error)
            except Exception:
                log.exception("camera %s: the watch broke", self.task.camera_id)
                why = "the watch broke"
            wait = 1.0 if self.frames - before > 100 else min(wait * 2, LONGEST_WAIT_S)
            if not self._stop.is_set():
                log.warning("camera %s: %s, again in %.0f s", self.task.camera_id, why, wait)
            self._stop.wait(wait)

    def _asleep(self) -> set[int]:
        now = clock.now().astimezone(self.watch.zone)
        return {key for key, begins, ends in self.task.hours if not active(begins, ends, now)}

    def _keep(self, finding: Finding, frame: Frame) -> None:
        now, picture, clip = clock.now(), None, None
        if finding.change is Change.RAISED:
            corners = finding.zone.corners if finding.zone else None
            picture = drawing.of_frame(frame, corners=corners, box=finding.box)
            clip = self._ring.begin(now)
        self._waiting.append(Waiting(finding, now, picture, clip, frame.width / frame.height))

    def _film(self, *, whole: bool = True) -> None:
        """Clips that are whole are on their way to their alarms, and those that were asked for begin."""
        while self._asked:
            row, clip = self._asked.popleft(), self._ring.begin(clock.now())
            if clip is not None:
                clip.row = row
        for each in self._ring.taken(whole=whole):
            self.watch.filming.keep(each)

    def _beat(self, quality: Quality) -> None:
        """The camera lives where its picture moves; a frozen one is heard of, too: it is not offline."""
        if time.monotonic() < self._beat_due:
            return
        self._beat_due = time.monotonic() + BEAT_S

        def tell(camera: Camera) -> None:
            beats.heard(camera, at=clock.now(), ok=True)

        if self.watch.beats:
            self._in_transaction(tell)
        log.debug("camera %s: %s", self.task.camera_id, quality)

    def _tell(self) -> None:
        while self._waiting and time.monotonic() >= self._due:
            one, unkept, rows = self._waiting[0], list[Unkept](), list[int | None]()

            def tell(
                camera: Camera,
                one: Waiting = one,
                unkept: list[Unkept] = unkept,
                rows: list[int | None] = rows,
            ) -> None:
                finding = one.finding
                alarm = actions.found(
                    camera,
                    kind=finding.kind,
                    change=finding.change,
                    at=one.at,
                    rule=finding.rule,
                    score=finding.score,
                    seen=one.seen,
                    words=_words(finding),
                )
                if alarm is None:
                    return
                log.info("%s: %s %s", camera.name, finding.kind, finding.change)
                unkept[:] = self._unkept_of(Unkept(alarm.id, one), camera)
                if one.clip is not None:
                    rows[:] = [actions.want_clip(alarm.id, camera.id, begun=True)]

            if not self._in_transaction(tell):
                return
            self._waiting.popleft()
            self._unkept.extend(unkept)
            if one.clip is not None:
                one.clip.row = rows[0] if rows else None
                if one.clip.row is None:
                    self._ring.drop(one.clip)

    def _unkept_of(self, late: Unkept, camera: Camera) -> list[Unkept]:
        """The alarm has its picture; or no room is left for it, and the alarm is kept without."""
        one = late.waiting
        if one.picture is None:
            return []
        try:
            actions.keep_seen(
                late.alarm_id, one.picture, camera=camera, zone_id=one.zone_id, at=one.at
            )
        except OSError as error:
            log.warning("the picture of alarm %s waits: %s", late.alarm_id, error)
            self._unkept_due = time.monotonic() + UNKEPT_S
            return [late]
        return []

    def _keep_late(self) -> None:
        """Pictures for which the disk had no room are tried again."""
        if not self._unkept or time.monotonic() < max(self._due, self._unkept_due):
            return
        late, unkept = self._unkept[0], list[Unkept]()

        def keep(camera: Camera) -> None:
            unkept[:] = self._unkept_of(late, camera)

        if self._in_transaction(keep) and not unkept:
            self._unkept.popleft()

    def _in_transaction(self, tell: Callable[[Camera], None]) -> bool:
        """The database has it, or False: it is away, and is tried again later."""
        try:
            with self.watch.app.app_context(), force_locale(self.watch.settings.locale):
                camera = cameras.one(self.task.camera_id)
                if camera is not None and camera.closed_at is None:
                    tell(camera)
                    db.session.commit()
        except (exc.OperationalError, exc.TimeoutError) as error:
            log.warning("the database is away: %s", str(error).splitlines()[0])
            self._due = time.monotonic() + AGAIN_S
            return False
        return True


class Watch:
    """Posts at all cameras that want one, or at one of them."""

    def __init__(self, app: Flask, *, finder: Finder | None = None) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self.zone = ZoneInfo(self.settings.timezone)
        self.finder = finder or Walkers()
        # A file is no sign that a camera lives.
        self.beats = True
        self.filming = Filming(app)
        self._stop = threading.Event()
        self._posts: dict[int, Post] = {}

    def stop(self) -> None:
        """It ends after the frames in hand."""
        self._stop.set()
        self.filming.stop()
        for post in self._posts.values():
            post.stop()

    def run(self, *, only: int | None = None) -> None:
        """Watches until it is told to stop; zones and cameras that change are known within seconds."""
        plan_due = 0.0
        while not self._stop.is_set():
            try:
                if time.monotonic() >= plan_due:
                    plan_due = time.monotonic() + PLAN_S
                    self._follow(
                        {each.camera_id: each for each in self.tasks(only=only) if each.address}
                    )
                self._film()
            except (exc.OperationalError, exc.TimeoutError) as error:
                log.warning("the database is away: %s", str(error).splitlines()[0])
            self._stop.wait(CLIPS_S)
        self._follow({})
        self.filming.join()

    def play(self, path: Path, *, only: int | None = None, at_its_speed: bool = True) -> Post:
        """The file was watched to its end as if a camera had shown it: `only`, else the first with a
        zone that nobody may enter, else the first with any.

        Raises `LookupError` where no such camera has zones, `Unreachable` where it is no film.
        """
        tasks = sorted(self.tasks(only=only), key=lambda each: not each.closed)
        if not tasks:
            raise LookupError("no camera with zones")
        self.beats = False
        post = Post(self, tasks[0], lambda: ffmpeg.reading_file(path, at_its_speed=at_its_speed))
        self._posts[tasks[0].camera_id] = post
        post.once()
        self.filming.join()
        return post

    def tasks(self, *, only: int | None = None) -> Iterator[Task]:
        """What is to be watched now, as the database says, in the order of the cameras."""
        with self.app.app_context():
            for camera_id, zones in queries.watched().items():
                camera = cameras.one(camera_id)
                if camera is None or only not in (None, camera_id):
                    continue
                yield Task(
                    camera_id=camera_id,
                    turns=camera.kind in _TURNING,
                    address=unseal(camera.stream).decode() if camera.stream else None,
                    zones=tuple(each.drawn for each in zones),
                    hours=tuple((each.id, each.begins, each.ends) for each in zones if each.begins),
                )

    def _film(self) -> None:
        """Cameras that see alarms of others are filmed: those that are watched with what they saw before."""
        with self.app.app_context():
            taken = queries.take_up_clips()
            db.session.commit()
        for row, camera_id in taken:
            if camera_id in self._posts:
                self._posts[camera_id].film(row)
            else:
                self.filming.film(camera_id, row)

    def _follow(self, wanted: dict[int, Task]) -> None:
        for camera_id in [key for key, post in self._posts.items() if post.task != wanted.get(key)]:
            self._posts[camera_id].stop()
            self._posts.pop(camera_id).join()
        hosts = self.settings.allowed_camera_hosts
        for camera_id, task in wanted.items():
            if camera_id not in self._posts:
                address = str(task.address)
                post = Post(self, task, lambda address=address: ffmpeg.reading(address, hosts))  # type: ignore[misc]  # the address of this one
                self._posts[camera_id] = post
                post.start()


def finder(settings: Settings) -> Finder:
    """The model of the operator, where one is configured; else the walkers of OpenCV."""
    if not settings.video_model:
        return Walkers()
    from webapp.monitoring.video.sight.model import Model  # onnxruntime, for weight

    return Model(Path(settings.video_model))


def _words(finding: Finding) -> str:
    """What the alarm says beside its kind: where, and what was read or seen."""
    if finding.zone is None:
        return str(QUALITY_WORDS.get(finding.quality or Quality.GOOD, ""))
    if finding.level is None:
        return finding.zone.name
    level = _("The water stands at %(n)s %% of the gauge.", n=round(finding.level * 100))
    return f"{finding.zone.name} · {level}"
