"""Which processes of the house are well: by what it notes of them, and by what they say themselves."""

from __future__ import annotations

import json
import shutil
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import exc

from webapp.base import broker, intake, tasks
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.interop import queries

# What `house` writes into the instance, every few seconds; so old (seconds) it tells nothing.
NOTE, NOTED_S = "processes.json", 30
# As old as the last backup.
BACKUP = "backup-done"
KNOCK_S = 1.0


class State(StrEnum):
    """How a process is. `off`: this installation has none; `unknown`: nobody notes it."""

    WELL = "well"
    SILENT = "silent"
    AWAY = "away"
    UNKNOWN = "unknown"
    OFF = "off"


STATES: dict[State, tuple[str, LazyString]] = {
    State.WELL: ("done", _l("Runs")),
    State.SILENT: ("late", _l("Silent")),
    State.AWAY: ("late", _l("Away")),
    State.UNKNOWN: ("soon", _l("Not known")),
    State.OFF: ("rest", _l("Not set up")),
}

# Each process: its words, and what stands still without it.
NAMES: dict[str, tuple[LazyString, LazyString]] = {
    "house": (_l("House"), _l("Nothing that dies is started again")),
    "database": (_l("Database"), _l("Nothing can be read or written")),
    "web": (_l("Web server"), _l("No page comes")),
    "worker": (_l("Worker"), _l("Nobody is told, nothing is escalated")),
    "broker": (_l("Broker of machines"), _l("No machine is heard by MQTT")),
    "intake": (_l("Intake"), _l("No alarm and no reading of a machine comes in")),
    "watch": (_l("Watch over cameras"), _l("No zone of a camera is watched")),
    "ais": (_l("Receiver of vessels"), _l("No position of a vessel comes in")),
}


@dataclass(frozen=True)
class Process:
    """One of `NAMES`: how it is, since when it runs, how often it was started, seconds since it spoke."""

    name: str
    state: State
    since: datetime | None = None
    starts: int | None = None
    heard_s: float | None = None


@dataclass(frozen=True)
class Store:
    """Room on the disk of the instance (bytes free, bytes in all) and the moment of the last backup."""

    free: int
    whole: int
    backup_at: datetime | None

    @property
    def backup_s(self) -> float | None:
        """Seconds since the last backup."""
        if self.backup_at is None:
            return None
        return (datetime.now(UTC) - self.backup_at).total_seconds()


def all_of_them(settings: Settings) -> list[Process]:
    """Every process of `NAMES`, in that order. Where the database is away, it says so and does not fail."""
    note = _note(settings.instance)
    age = time.time() - note["at"] if note else None
    noted: dict[str, Any] = note["processes"] if note and age is not None and age < NOTED_S else {}
    database, worker, hears = _by_database()
    states = {
        "house": _by_voice(age, NOTED_S) if note else State.UNKNOWN,
        "database": State.WELL if database else State.AWAY,
        "web": State.WELL,
        "worker": _by_voice(worker, tasks.SILENT_S) if database else State.UNKNOWN,
        "broker": _broker(settings),
        "intake": _by_voice(hears, intake.SILENT_S) if database else State.UNKNOWN,
        "watch": _by_note(noted.get("watch")),
        "ais": _by_note(noted.get("ais")),
    }
    cameras = bool(settings.allowed_camera_hosts)
    wanted = {
        "intake": cameras or broker.place(settings) is not None,
        "watch": cameras,
        "ais": bool(settings.ais_receivers),
    }
    voices = {"house": age, "worker": worker, "intake": hears}
    return [
        Process(
            name,
            states[name] if wanted.get(name, True) else State.OFF,
            since=_moment(noted.get(name, {}).get("since")),
            starts=noted.get(name, {}).get("starts"),
            heard_s=voices.get(name) if wanted.get(name, True) else None,
        )
        for name in NAMES
    ]


def store(instance: Path) -> Store:
    """The room that is left, and how old the newest backup is; None where none was made from here."""
    disk = shutil.disk_usage(instance)
    done = instance / BACKUP
    backup_at = _moment(done.stat().st_mtime) if done.exists() else None
    return Store(disk.free, disk.total, backup_at)


def _note(instance: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError):
        found: dict[str, Any] = json.loads((instance / NOTE).read_text(encoding="utf-8"))
        return found
    return None


def _by_database() -> tuple[bool, float | None, float | None]:
    """Whether it answers, and when worker and intake were last heard (seconds ago)."""
    try:
        return bool(queries.schema()), tasks.heard_s(), intake.heard_s()
    except exc.SQLAlchemyError:
        db.session.rollback()
        return False, None, None


def _by_voice(heard_s: float | None, silent_s: float) -> State:
    return State.WELL if heard_s is not None and heard_s <= silent_s else State.SILENT


def _by_note(noted: dict[str, Any] | None) -> State:
    if noted is None:
        return State.UNKNOWN
    return State.WELL if noted["alive"] else State.AWAY


def _broker(settings: Settings) -> State:
    place = broker.place(settings)
    if place is None:
        return State.OFF
    with suppress(OSError), socket.create_connection((place.host, place.port), KNOCK_S):
        return State.WELL
    return State.AWAY


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
