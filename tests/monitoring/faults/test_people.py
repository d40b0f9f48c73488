"""Fifty at once, a clock that is wrong, and a process that is killed while it climbs: people are asked once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from shapely import Point
from sqlalchemy import func, select

from tests.brokers import soon
from tests.busy import at_once, busy_house
from tests.conftest import URL
from tests.databases import ROOT
from tests.monitoring.alarms.told import raised
from tests.world import World, as_user, peopled, someone
from webapp.base import clock
from webapp.base.access import HOUSE
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.notices import Notice
from webapp.base.spatial import to_lonlat
from webapp.cases import moves
from webapp.cases.models import Assignment, Case
from webapp.cases.rules import Duty
from webapp.grids import queries as grids
from webapp.monitoring.alarms import casework, climbing
from webapp.monitoring.alarms.actions import hear
from webapp.monitoring.alarms.models import LadderStep
from webapp.monitoring.signals import Change, Kind, Signal
from webapp.people import actors

pytestmark = pytest.mark.fault

THREADS = 50
STAFF = 8

# Takes a step of the ladder, does it, and is never heard of again.
_CLIMBER = """
import sys
from wsgi import app
from webapp.base import clock
from webapp.base.db import db
from webapp.monitoring.alarms import climbing, queries
with app.app_context():
    step = queries.due_step(clock.now())
    climbing._do(step)
    db.session.flush()
    print("done, and not committed", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def busy(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    instance = tmp_path_factory.mktemp("people")
    room = {"DB_POOL_SIZE": str(THREADS + 4)}
    with busy_house(pytestconfig.stash[URL], instance, **room) as app:
        with app.app_context():
            world = peopled()
            for number in range(STAFF - 2):
                someone(f"w{number}", "grid_worker", grid=world.home)
            db.session.commit()
        yield app


@pytest.mark.thorough
def test_fifty_alarms_at_once_ask_nobody_for_two_things_and_two_for_nothing(busy: Flask) -> None:
    """F11: fifty alarms in fifty grids, eight who can go."""
    now = clock.now()
    with busy.app_context():
        inside = [each.shape.representative_point() for each in grids.active_versions()[:THREADS]]
        cases = [entered(f"fifty-{number}", at, now) for number, at in enumerate(inside)]
        db.session.commit()

    def send(case_id: int) -> int | None:
        with busy.app_context():
            asked = casework.offer(db.session.get_one(Case, case_id))
            db.session.commit()
            return asked

    asked = at_once(*[partial(send, case_id) for case_id in cases])
    with busy.app_context():
        open_ = db.session.execute(
            select(Assignment.account_id, Assignment.case_id).where(
                Assignment.duty == Duty.HANDLE,
                Assignment.ended_at.is_(None),
                Assignment.taken_at.is_(None),
            )
        ).all()
    assert sorted(account for account, _case in open_) == sorted(filter(None, asked))
    assert max(Counter(account for account, _case in open_).values()) == 1
    assert max(Counter(case for _account, case in open_).values()) == 1
    assert 1 < len(open_) <= STAFF


def entered(name: str, at: Point, now: datetime) -> int:
    """A case for somebody who entered a closed zone there."""
    signal = Signal(
        kind=Kind.INTRUSION,
        change=Change.RAISED,
        at=now,
        own_id=name,
        lonlat=to_lonlat(at.x, at.y),
    )
    incident = hear(signal, source="box", received_at=now).alarm.incident
    assert incident is not None
    return casework.open_case(incident, by=HOUSE).id


@pytest.mark.thorough
def test_of_fifty_who_accept_the_same_at_once_one_is_let(busy: Flask) -> None:
    """F11."""
    offers = select(Assignment).where(Assignment.duty == Duty.HANDLE, Assignment.ended_at.is_(None))
    with busy.app_context():
        if db.session.scalars(offers).first() is None:
            inside = grids.active_versions()[0].shape.representative_point()
            casework.offer(db.session.get_one(Case, entered("accepted", inside, clock.now())))
            db.session.commit()
        offer = db.session.scalars(offers).first()
        assert offer is not None
        case_id, account_id = offer.case_id, offer.account_id

    def accept() -> bool:
        with busy.test_request_context("/"):
            person = actors.person(account_id)
            assert person is not None
            try:
                moves.sign(db.session.get_one(Case, case_id), by=person)
                db.session.commit()
            except Refusal:
                return False
            return True

    assert Counter(at_once(*[accept] * THREADS)) == {True: 1, False: THREADS - 1}


def test_a_step_done_by_a_process_that_was_killed_is_done_once_by_the_next(busy: Flask) -> None:
    """F16."""
    with busy.app_context():
        for step in db.session.scalars(select(LadderStep).where(LadderStep.done_at.is_(None))):
            step.done_at = clock.now()
        alarm = hear(
            Signal(kind=Kind.CROWD, change=Change.RAISED, at=clock.now(), device="killed"),
            source="box",
            received_at=clock.now(),
        ).alarm
        db.session.commit()
        incident_id = alarm.incident_id
    settings: Settings = busy.extensions["settings"]
    env = os.environ | {
        "WANGGE_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "INSTANCE": str(settings.instance),
    }
    climber = subprocess.Popen(
        [sys.executable, "-c", _CLIMBER],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with climber:
        assert climber.stdout is not None
        assert climber.stdout.readline() == b"done, and not committed\n"
        assert told(busy) == 0
        climber.kill()

    def climbed() -> bool:
        with busy.app_context():
            climbing.climb()
            db.session.commit()
        return told(busy) == 1

    soon(climbed, "the step of the killed process is never done")
    with busy.app_context(), clock.at(clock.now() + timedelta(seconds=61)):
        climbing.climb()
        climbing.climb()
        steps = select(LadderStep).where(LadderStep.incident_id == incident_id)
        done = [each for each in db.session.scalars(steps) if each.done_at]
        db.session.commit()
    # The dispatcher by the first step, the shift leader by the second, each once.
    assert (len(done), told(busy)) == (2, 2)


def told(app: Flask) -> int:
    """How many notices of a crowd are on their way."""
    with app.app_context():
        return (
            db.session.scalar(
                select(func.count()).where(
                    Notice.words.startswith("Alarm: "), Notice.params["what_en"].astext == "Crowd"
                )
            )
            or 0
        )


@pytest.mark.parametrize("off", [-10, -60])
def test_the_board_is_in_the_order_of_hearing_whatever_the_clock_of_a_device(
    app: Flask, world: World, off: int
) -> None:
    """F15: an alarm of a device whose clock goes after; it stands first, and its page says so."""
    now = clock.now()
    first = raised(world, Kind.LOITERING)
    with clock.at(now + timedelta(seconds=5)):
        wrong = raised(
            world, Kind.LOITERING, device="C2", at=now + timedelta(minutes=off), words="slow clock"
        )
        wrong.received_at = clock.now()
    db.session.commit()
    desk = as_user(app, world.dispatcher)
    words = desk.get("/alarms").get_data(as_text=True)
    assert words.index(f'/alarms/{wrong.id}"') < words.index(f'/alarms/{first.id}"')
    page = desk.get(f"/alarms/{wrong.id}").get_data(as_text=True)
    assert f"时钟或线路偏差 {-off} 分钟" in page
    assert "时钟或线路偏差" not in desk.get(f"/alarms/{first.id}").get_data(as_text=True)
