"""Sources whose events are fetched or read: one thread each, which resumes, renews and begins again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from flask import Flask
from sqlalchemy import exc

from webapp.base.config import Settings
from webapp.base.flow import Refusal
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.onvif import Garbled
from webapp.monitoring.reaching import Declined, Unknown
from webapp.monitoring.ways import actions, queries
from webapp.monitoring.ways.events import EventDevice, PullPoint
from webapp.monitoring.ways.followers import Around, Follower, Task
from webapp.monitoring.ways.rules import WayKind
from webapp.monitoring.ways.streaming import Streamer

log = logging.getLogger("wangge.intake")

# How often the ways are read anew; who was told to stop while the database is away waits so long for it
# (seconds).
PLAN_S, PATIENCE_S = 5.0, 5.0
XML = "application/soap+xml"


class Puller(Follower):
    """A camera fetched from by a subscription. It stays when this stops: whoever comes next resumes it."""

    def __init__(self, around: Around, task: Task) -> None:
        super().__init__(around, task)
        self._at: PullPoint | None = None
        self._doubted: PullPoint | None = None

    def follow(self) -> None:
        """The camera is fetched from."""
        device = EventDevice(self.reached(), self.around.settings.allowed_camera_hosts)
        at = self._at or self._resumed()
        at = self._begun(device, None) if at is None else self._caught_up(device, at)
        while not self.stopped.is_set():
            try:
                pulled = device.pull(at)
            except Garbled as error:
                self.keep([Sent(error.body, XML)])
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
            self.keep([Sent(each, XML) for each in pulled.notices])
            self.answered()
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
        self.in_transaction(lambda way: actions.remember(way, pull_point=made.as_json()))
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
        self.in_transaction(lambda way: found.append(PullPoint.of(way.kept.get("pull_point"))))
        self._at = found[0] if found else None
        return self._at

    def _renew(self, device: EventDevice, at: PullPoint) -> None:
        """It lasts longer. A camera that renews nothing forgets it, and then it begins anew."""
        try:
            device.renew(at)
        except Declined as error:
            log.info("source %s: %s", self.task.code, error.words)


FOLLOWERS: Mapping[WayKind, type[Follower]] = {
    WayKind.ONVIF: Puller,
    WayKind.ISAPI: Streamer,
}


class Pulling:
    """A thread for each source that is followed, from `run` until `stop`."""

    def __init__(self, app: Flask) -> None:
        # `given_up` is set once whoever was told to stop has waited long enough for a lost database.
        self._around = Around(app, threading.Event())
        self._stop = threading.Event()
        self._followers: dict[int, Follower] = {}

    def stop(self) -> None:
        """It ends once what is in hand is kept."""
        self._stop.set()
        for each in [*self._followers.values()]:
            each.stop()
        late = threading.Timer(PATIENCE_S, self._around.given_up.set)
        late.daemon = True
        late.start()

    def run(self) -> None:
        """Follows until it is told to stop; ways that change are known within seconds."""
        while not self._stop.is_set():
            try:
                self._follow({each.way_id: each for each in self._tasks()})
            except (exc.OperationalError, exc.TimeoutError) as error:
                log.warning("the database is away: %s", str(error).splitlines()[0])
            self._stop.wait(PLAN_S)
        self._follow({})

    def _tasks(self) -> list[Task]:
        with self._around.app.app_context():
            return [
                Task(way.id, kind, way.version, way.source_id, way.source.code, bytes(way.sealed))
                for kind in FOLLOWERS
                for way in queries.open_ways(kind)
            ]

    def _follow(self, wanted: dict[int, Task]) -> None:
        ended = [key for key, each in self._followers.items() if each.task != wanted.get(key)]
        for way_id in ended:
            self._followers[way_id].stop()
        for way_id in ended:
            self._followers.pop(way_id).join()
        for way_id, task in wanted.items():
            if way_id not in self._followers and not self._stop.is_set():
                self._followers[way_id] = FOLLOWERS[task.kind](self._around, task)
                self._followers[way_id].start()


def pullers(app: Flask) -> list[Pulling]:
    """What follows sources; nothing where the operator allows no address of a camera."""
    settings: Settings = app.extensions["settings"]
    return [Pulling(app)] if settings.allowed_camera_hosts else []
