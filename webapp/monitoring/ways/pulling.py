"""Cameras whose events are fetched: one thread each, which resumes, renews and begins again."""

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
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.onvif import Garbled, Reached
from webapp.monitoring.reaching import Declined, Unknown
from webapp.monitoring.ways import actions, queries
from webapp.monitoring.ways.events import EventDevice, PullPoint
from webapp.monitoring.ways.models import Way
from webapp.monitoring.ways.rules import WayKind

log = logging.getLogger("wangge.intake")

# How often (seconds): the ways are read anew, a camera that answers is said to live, a lost database
# is tried again.
PLAN_S, BEAT_S, AGAIN_S = 5.0, 20.0, 1.0
# A camera that does not answer is tried again after 1, 2, 4 ... seconds, at most after so many.
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
# Who was told to stop while the database is away waits so long for it (seconds).
PATIENCE_S = 5.0
XML = "application/soap+xml"


@dataclass(frozen=True)
class Task:
    """A camera that is fetched from. Two tasks that are equal need no new start."""

    way_id: int
    version: int
    source_id: int
    code: str
    sealed: bytes


class Puller:
    """One camera fetched from by one thread, from `start` until `stop`."""

    def __init__(self, pulling: Pulling, task: Task) -> None:
        self.task = task
        self._pulling = pulling
        self._stop = threading.Event()
        self._at: PullPoint | None = None
        self._wait = FIRST_WAIT_S
        self._noted = 0.0
        self._doubted: PullPoint | None = None
        self._thread = threading.Thread(target=self._run, name=f"way-{task.way_id}")

    def start(self) -> None:
        """It fetches."""
        self._thread.start()

    def stop(self) -> None:
        """It ends once what is in hand is kept. Its subscription stays: whoever comes next resumes it."""
        self._stop.set()

    def join(self) -> None:
        """It has ended."""
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._pulling.app.app_context(), force_locale(self._pulling.settings.locale):
                why = self._lost()
            if why is None:
                return
            log.warning("source %s: %s, again in %.0f s", self.task.code, why, self._wait)
            self._note(failed=why)
            self._stop.wait(self._wait)
            self._wait = min(self._wait * 2, LONGEST_WAIT_S)

    def _lost(self) -> str | None:
        """Why the camera could not be fetched from any more; None: this was told to stop."""
        try:
            self._fetch()
        except Refusal as error:
            return str(error.words)
        except (exc.OperationalError, exc.TimeoutError):
            return "the database is away"
        except Exception:
            log.exception("source %s: fetching broke", self.task.code)
            return "fetching broke"
        return None

    def _fetch(self) -> None:
        """The camera is fetched from until it is lost, which raises, or until this is told to stop."""
        device = EventDevice(
            _reached(self.task.sealed), self._pulling.settings.allowed_camera_hosts
        )
        at = self._at or self._resumed()
        at = self._begun(device, None) if at is None else self._caught_up(device, at)
        while not self._stop.is_set():
            try:
                pulled = device.pull(at)
            except Garbled as error:
                self._keep([error.body])
                raise
            except Unknown:
                raise
            except Declined:
                if self._doubted is not at:
                    # Asked once more before what it may still hold is given up.
                    self._doubted = at
                    raise
                at = self._begun(device, at)
                continue
            self._keep(pulled.notices)
            self._wait = FIRST_WAIT_S
            if pulled.left_s is not None and pulled.left_s < at.lasts_s / 2:
                self._renew(device, at)

    def _begun(self, device: EventDevice, before: PullPoint | None) -> PullPoint:
        """A new subscription, kept before anything is fetched by it; the one before is given up."""
        if before is not None:
            log.info("source %s: the camera does not know us any more, anew", self.task.code)
            try:
                device.unsubscribe(before)
            except Refusal as error:
                log.info("source %s: %s", self.task.code, error.words)
        made = self._at = device.subscribe()
        self._in_transaction(lambda way: actions.remember(way, pull_point=made.as_json()))
        return made

    def _caught_up(self, device: EventDevice, at: PullPoint) -> PullPoint:
        """What was told while nobody listened, the camera says once more by how things stand now."""
        try:
            device.state(at)
        except Unknown:
            raise
        except Declined as error:
            log.info("source %s: %s", self.task.code, error.words)
        return at

    def _resumed(self) -> PullPoint | None:
        found: list[PullPoint | None] = []
        self._in_transaction(lambda way: found.append(PullPoint.of(way.kept.get("pull_point"))))
        self._at = found[0] if found else None
        return self._at

    def _renew(self, device: EventDevice, at: PullPoint) -> None:
        """It lasts longer. A camera that renews nothing forgets it, and then it begins anew."""
        try:
            device.renew(at)
        except Declined as error:
            log.info("source %s: %s", self.task.code, error.words)

    def _keep(self, bodies: Sequence[bytes]) -> None:
        """What was fetched is in the inbox: the camera holds it no more, so the database is waited for."""
        if not bodies:
            self._note()
            return
        sent = [Sent(body, XML) for body in bodies]
        while True:
            try:
                self._take(sent)
            except (exc.OperationalError, exc.TimeoutError) as error:
                log.warning("the database is away: %s", str(error).splitlines()[0])
                if self._pulling.given_up.wait(AGAIN_S):
                    log.error("source %s: %s notices are lost", self.task.code, len(sent))
                    return
            else:
                self._noted = time.monotonic()
                return

    def _note(self, *, failed: str | None = None) -> None:
        """The page of the source says whether the camera answers; so does the camera itself."""
        if failed is None and time.monotonic() < self._noted + BEAT_S:
            return
        try:
            self._in_transaction(lambda way: _note(way, failed))
        except (exc.OperationalError, exc.TimeoutError):
            return
        self._noted = time.monotonic() if failed is None else 0.0

    def _take(self, sent: Sequence[Sent]) -> None:
        """The notices are in the inbox, also where the way has been changed or forgotten meanwhile."""
        with self._pulling.app.app_context(), force_locale(self._pulling.settings.locale):
            source = sources.by_id(self.task.source_id)
            if source is not None:
                several.take_all(source, Format.ONVIF, sent)
            way = queries.open_way(self.task.way_id, self.task.version)
            if way is not None:
                _lives(way)
            db.session.commit()

    def _in_transaction(self, deed: Callable[[Way], None]) -> None:
        """The deed is committed, of the way as it still stands; without one this ends."""
        with self._pulling.app.app_context(), force_locale(self._pulling.settings.locale):
            way = queries.open_way(self.task.way_id, self.task.version)
            if way is None:
                self._stop.set()
                return
            deed(way)
            db.session.commit()


class Pulling:
    """A thread for each camera that is fetched from, from `run` until `stop`."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        # Set once whoever was told to stop has waited long enough for a lost database.
        self.given_up = threading.Event()
        self._stop = threading.Event()
        self._pullers: dict[int, Puller] = {}

    def stop(self) -> None:
        """It ends once what is in hand is kept."""
        self._stop.set()
        for puller in [*self._pullers.values()]:
            puller.stop()
        late = threading.Timer(PATIENCE_S, self.given_up.set)
        late.daemon = True
        late.start()

    def run(self) -> None:
        """Fetches until it is told to stop; ways that change are known within seconds."""
        while not self._stop.is_set():
            try:
                self._follow({each.way_id: each for each in self._tasks()})
            except (exc.OperationalError, exc.TimeoutError) as error:
                log.warning("the database is away: %s", str(error).splitlines()[0])
            self._stop.wait(PLAN_S)
        self._follow({})

    def _tasks(self) -> list[Task]:
        with self.app.app_context():
            return [
                Task(each.id, each.version, each.source_id, each.source.code, bytes(each.sealed))
                for each in queries.open_ways(WayKind.ONVIF)
            ]

    def _follow(self, wanted: dict[int, Task]) -> None:
        ended = [key for key, each in self._pullers.items() if each.task != wanted.get(key)]
        for way_id in ended:
            self._pullers[way_id].stop()
        for way_id in ended:
            self._pullers.pop(way_id).join()
        for way_id, task in wanted.items():
            if way_id not in self._pullers and not self._stop.is_set():
                self._pullers[way_id] = Puller(self, task)
                self._pullers[way_id].start()


def _reached(sealed: bytes) -> Reached:
    keys = actions.keys_of(sealed)
    return Reached(keys.address, keys.user, keys.password)


def _note(way: Way, failed: str | None) -> None:
    if failed is None:
        _lives(way)
    else:
        actions.lost(way, failed)


def _lives(way: Way) -> None:
    """The camera answered; where the source is one camera, that camera lives."""
    actions.reached(way)
    known = [each for each in cameras.of_source(way.source.code).values() if not each.closed_at]
    if len(known) == 1:
        beats.heard(known[0], at=clock.now(), ok=True)


def pullers(app: Flask) -> list[Pulling]:
    """What fetches events; nothing where the operator allows no address of a camera."""
    settings: Settings = app.extensions["settings"]
    return [Pulling(app)] if settings.allowed_camera_hosts else []
