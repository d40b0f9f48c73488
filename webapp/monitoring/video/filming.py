"""Clips on their way from the watch into the database, each written by a thread of its own."""

from __future__ import annotations

import logging
import threading
from contextlib import closing

from flask import Flask
from sqlalchemy import exc

from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.video import actions, clips, ffmpeg, queries, reading
from webapp.monitoring.video.clips import Clip, Ring
from webapp.monitoring.video.ffmpeg import Source, Unreachable
from webapp.monitoring.video.rules import Corners

log = logging.getLogger("wangge.watch")

# A full disk or a lost database is tried again so often, after so long each time (seconds).
TRIES, AGAIN_S = 20, 15.0
# So many cameras that nobody watches are filmed at a time because of an alarm near them.
AT_ONCE = 2


class Filming:
    """The threads that write clips; `stop` makes them give up what they wait for."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def keep(self, clip: Clip) -> None:
        """The clip will be with its alarm."""
        self._begin(threading.Thread(target=self._keep, args=(clip,), name="clip"))

    def film(self, camera_id: int, row: int) -> None:
        """A camera that nobody watches is filmed for some seconds."""
        self._begin(threading.Thread(target=self._film, args=(camera_id, row), name="film"))

    def stop(self) -> None:
        """Nothing is waited for any more."""
        self._stop.set()

    def join(self) -> None:
        """All clips are written."""
        for each in self._threads:
            each.join()

    def _begin(self, thread: threading.Thread) -> None:
        self._threads = [each for each in self._threads if each.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _keep(self, clip: Clip) -> None:
        if clip.row is None:
            return
        try:
            body = clips.encoded(clip.frames)
        except OSError as error:
            log.warning("%s", error)
            return
        for _time in range(TRIES):
            try:
                with self.app.app_context():
                    actions.keep_clip(clip.row, body, began_at=clip.began_at, seconds=clip.seconds)
                    db.session.commit()
                return
            except (OSError, exc.OperationalError, exc.TimeoutError) as error:
                log.warning("clip %s waits: %s", clip.row, str(error).splitlines()[0])
            if self._stop.wait(AGAIN_S):
                return

    def _film(self, camera_id: int, row: int) -> None:
        if not self._places.acquire(blocking=False):
            return
        try:
            asked = self._asked(camera_id)
            if asked is not None:
                self._keep(self._seen(*asked, row))
        except (Unreachable, Refusal, exc.OperationalError, exc.TimeoutError) as error:
            log.warning("camera %s gives no clip: %s", camera_id, str(error).splitlines()[0])
        finally:
            self._places.release()

    def _asked(self, camera_id: int) -> tuple[Source, list[Corners]] | None:
        """How the camera is read, and what nobody sees of it."""
        with self.app.app_context():
            camera = cameras.one(camera_id)
            if camera is None or camera.stream is None or camera.closed_at is not None:
                return None
            return ffmpeg.reading_sealed(camera.stream), queries.masks_of(camera_id)

    def _seen(self, source: Source, masks: list[Corners], row: int) -> Clip:
        ring, clip = Ring(), None
        with closing(reading.frames(source)) as frames:
            for frame in frames:
                ring.add(frame.without(masks))
                clip = clip or ring.begin(clock.now())
                if self._stop.is_set() or (clip is not None and clip.whole):
                    break
        if clip is None:
            raise Unreachable("no picture came")
        clip.row = row
        return clip
