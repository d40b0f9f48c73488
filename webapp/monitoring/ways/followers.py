"""A source that the intake follows by a thread: begun again when it is lost, and nothing read is lost with it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask
from flask_babel import force_locale
from sqlalchemy import exc

from webapp.base import clock
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.monitoring.cameras import beats, queries as cameras
from webapp.monitoring.intake import queries as sources, several
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.onvif import Reached
from webapp.monitoring.ways import actions, queries
from webapp.monitoring.ways.models import Way
from webapp.monitoring.ways.rules import WAYS, WayKind

log = logging.getLogger("wangge.intake")

# How often (seconds): a source that answers is said to do so, a lost database is tried again.
BEAT_S, AGAIN_S = 20.0, 1.0
# A source that does not answer is tried again after 1, 2, 4 ... seconds, at most after so many.
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


@dataclass(frozen=True)
class Task:
    """A source that is followed by a way. Two tasks that are equal need no new start."""

    way_id: int
    kind: WayKind
    version: int
    source_id: int
    code: str
    sealed: bytes


@dataclass(frozen=True)
class Around:
    """What a follower works in: the app, and whether a lost database was waited for long enough."""

    app: Flask
    given_up: threading.Event

    @property
    def settings(self) -> Settings:
        """Those of this installation."""
        settings: Settings = self.app.extensions["settings"]
        return settings


class Follower:
    """One source followed by one thread, from `start` until `stop`."""

    def __init__(self, around: Around, task: Task) -> None:
        self.task = task
        self.around = around
        self.stopped = threading.Event()
        self._wait = FIRST_WAIT_S
        self._noted = 0.0
        self._thread = threading.Thread(target=self._run, name=f"way-{task.way_id}")

    def start(self) -> None:
        """It follows."""
        self._thread.start()

    def stop(self) -> None:
        """It ends once what is in hand is kept."""
        self.stopped.set()

    def join(self) -> None:
        """It has ended."""
        self._thread.join()

    def follow(self) -> None:
        """The source is followed until it is lost, which raises, or until this is told to stop."""
        raise NotImplementedError

    def reached(self) -> Reached:
        """How the source is reached."""
        keys = actions.keys_of(self.task.sealed)
        return Reached(keys.address, keys.user, keys.password)

    def answered(self) -> None:
        """The source answers: when it is lost the next time, it is tried again soon."""
        self._wait = FIRST_WAIT_S

    def keep(self, sent: Sequence[Sent]) -> None:
        """What was read is in the inbox: nobody tells it again, so the database is waited for."""
        if not sent:
            self.note()
            return
        while True:
            try:
                self._take(sent)
            except (exc.OperationalError, exc.TimeoutError) as error:
                log.warning("the database is away: %s", str(error).splitlines()[0])
                if self.around.given_up.wait(AGAIN_S):
                    log.error("source %s: %s messages are lost", self.task.code, len(sent))
                    return
            else:
                self._noted = time.monotonic()
                return

    def note(self, *, failed: str | None = None) -> None:
        """The page of the source says whether it answers; so does its camera."""
        if failed is None and time.monotonic() < self._noted + BEAT_S:
            return
        try:
            self.in_transaction(lambda way: _note(way, failed))
        except (exc.OperationalError, exc.TimeoutError):
            return
        self._noted = time.monotonic() if failed is None else 0.0

    def in_transaction(self, deed: Callable[[Way], None]) -> None:
        """The deed is committed, of the way as it still stands; without one this ends."""
        with self.around.app.app_context(), force_locale(self.around.settings.locale):
            way = queries.open_way(self.task.way_id, self.task.version)
            if way is None:
                self.stopped.set()
                return
            deed(way)
            db.session.commit()

    def _run(self) -> None:
        while not self.stopped.is_set():
            with self.around.app.app_context(), force_locale(self.around.settings.locale):
                why = self._lost()
            if why is None:
                return
            log.warning("source %s: %s, again in %.0f s", self.task.code, why, self._wait)
            self.note(failed=why)
            self.stopped.wait(self._wait)
            self._wait = min(self._wait * 2, LONGEST_WAIT_S)

    def _lost(self) -> str | None:
        """Why the source could not be followed any more; None: this was told to stop."""
        try:
            self.follow()
        except Refusal as error:
            return str(error.words)
        except (exc.OperationalError, exc.TimeoutError):
            return "the database is away"
        except Exception:
            log.exception("source %s: following broke", self.task.code)
            return "following broke"
        return None

    def _take(self, sent: Sequence[Sent]) -> None:
        """It is in the inbox, also where the way has been changed or forgotten meanwhile."""
        with self.around.app.app_context(), force_locale(self.around.settings.locale):
            source = sources.by_id(self.task.source_id)
            if source is not None:
                several.take_all(source, WAYS[self.task.kind].format, sent)
            way = queries.open_way(self.task.way_id, self.task.version)
            if way is not None:
                _lives(way)
            db.session.commit()


def _note(way: Way, failed: str | None) -> None:
    if failed is None:
        _lives(way)
    else:
        actions.lost(way, failed)


def _lives(way: Way) -> None:
    """The source answered; where it is one camera, that camera lives."""
    actions.reached(way)
    known = [each for each in cameras.of_source(way.source.code).values() if not each.closed_at]
    if len(known) == 1:
        beats.heard(known[0], at=clock.now(), ok=True)
