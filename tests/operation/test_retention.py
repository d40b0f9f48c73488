"""Whatever is kept for a time only is there until that time is over, and gone once it is: each rule by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import webapp.app  # noqa: F401  # every task is known
from tests.world import World
from webapp.base import clock, intake, kept, notices, tasks
from webapp.base.db import Base
from webapp.base.intake import DEAD_DAYS, DeadLetter
from webapp.base.kept import FormerRow
from webapp.base.notices import BODY_HOURS, Dispatch
from webapp.base.past import REACH
from webapp.cases import offers
from webapp.cases.residents import following
from webapp.cases.residents.models import Follow
from webapp.cases.residents.rules import CONFIRM_DAYS
from webapp.cases.rota.models import WorkerPosition
from webapp.cases.rota.rules import KEPT as POSITIONS_KEPT
from webapp.people import entry
from webapp.people.models import Attempt, PhoneCode
from webapp.ports.sea import keeping
from webapp.ports.sea.models import StrangeVessel
from webapp.ports.sea.rules import STRANGE_DAYS

ROOT = Path(__file__).parents[2]
SPOT = "SRID=4549;POINT(400000 4160000)"
MOMENT = timedelta(minutes=2)

# What the clock erases, and which test holds it at both sides of its time, with the bytes.
HELD = {
    "audit.forget_signals": "base/test_audit.py::test_old_signals_go_and_the_newest_of_them_stays_as_a_mark",
    "cases.anonymise": "cases/residents/test_anonymising.py::test_what_leads_to_the_reporter_is_gone",
    "exports.forget": "base/test_exports.py::test_many_rows_are_made_later_and_only_their_asker_fetches_them",
    "files.sweep": "operation/test_sweeping.py::test_a_file_that_nobody_names_goes_with_its_bytes",
    "gates.forget": "points/gates/test_devices.py::test_what_is_old_is_deleted_and_that_is_written",
    "intake.forget_messages": "monitoring/intake/test_inbox.py::test_messages_are_kept_ninety_days",
    "ledgers.erase": "ledgers/test_freezing.py::test_rows_about_people_are_erased_when_their_time_is_over",
    "ports.erase_crews": "ports/test_voyages.py::test_pictures_of_a_crew_are_sent_by_phone_warn_of_their_end_and_go_with_them",
    "relocation.erase": "relocation/test_erasing.py::test_what_is_over_for_so_long_says_no_more_who_it_was",
    "residents.erase": "residents/test_visits.py::test_whoever_moved_away_long_ago_is_erased",
    "sensors.months": "monitoring/sensors/test_sensors.py::test_the_months_ahead_have_their_tables",
    "services.erase": "services/test_erasing.py::test_nothing_is_left_of_the_person",
    "video.erase_clips": "monitoring/video/test_watch.py::test_a_camera_that_sees_an_alarm_of_others_is_filmed_and_behind_its_mask_is_nothing",
    "video.erase_pictures": "monitoring/video/test_pages.py::test_pictures_of_an_alarm_are_for_those_who_see_alarms",
    "webhooks.forget": "interop/webhooks/test_delivering.py::test_messages_are_forgotten_after_a_month",
}
_ERASES = re.compile(r"forget|erase|anonymise|sweep|months$")


@dataclass(frozen=True)
class Rule:
    """Rows that are kept so long after a moment, and what makes one of that moment."""

    forget: Callable[[], Any]
    kept: timedelta
    row: Callable[[datetime, World], Base]
    # Of whom one row is ever kept.
    single: bool = False


def _follow(at: datetime, world: World) -> Follow:
    return Follow(
        phone="+8613800138000",
        locale="en",
        kind="grid",
        grid_id=world.home.id,
        every="daily",
        token=f"{at:%s}",
        created_at=at,
    )


RULES = {
    "people.forget": Rule(
        entry.forget,
        entry.TRIES_KEPT,
        lambda at, _world: Attempt(subject=b"tries", at=at),
    ),
    "people.forget codes": Rule(
        entry.forget,
        entry.CODES_KEPT,
        lambda at, _world: PhoneCode(phone_blind=b"phone", digest=b"code", expires_at=at),
    ),
    "intake.forget": Rule(
        intake.forget,
        timedelta(days=DEAD_DAYS),
        lambda at, _world: DeadLetter(topic="x", body=b"sealed", why="broken", at=at),
    ),
    "follows.forget": Rule(following.forget, timedelta(days=CONFIRM_DAYS), _follow),
    "kept.forget": Rule(
        kept.forget,
        REACH + REACH / 30,
        lambda at, _world: FormerRow(relation="vessel", key=1, until=at, fields={}),
    ),
    "field.forget": Rule(
        offers.forget_positions,
        POSITIONS_KEPT,
        lambda at, world: WorkerPosition(account_id=world.worker.id, geom=SPOT, at=at),
        single=True,
    ),
    "vessels.months": Rule(
        keeping.tidy,
        timedelta(days=STRANGE_DAYS),
        lambda at, _world: StrangeVessel(
            name=f"{at:%s}", times=1, first_at=at, last_at=at, source="ais"
        ),
    ),
}


def test_each_rule_of_the_night_is_held_by_a_test() -> None:
    by_the_clock = {name for name in tasks.queue.tasks if _ERASES.search(name)}
    assert by_the_clock == {
        *HELD,
        *(name.split()[0] for name in RULES),
        "notices.forget",
        "tasks.forget",
    }
    for place in HELD.values():
        path, _, name = place.partition("::")
        assert f"\ndef {name}" in (ROOT / "tests" / path).read_text(encoding="utf-8"), place


@pytest.mark.parametrize("name", RULES)
def test_it_is_there_until_its_time_is_over(
    app: Flask, session: Session, world: World, name: str
) -> None:
    rule, end = RULES[name], clock.now() - RULES[name].kept
    for moment, there in ((end + MOMENT, True), (end - MOMENT, False)):
        row = rule.row(moment, world)
        model = type(row)
        session.add(row)
        session.flush()
        key = model.__mapper__.primary_key_from_instance(row)
        rule.forget()
        session.flush()
        session.expire_all()
        assert (session.get(model, tuple(key)) is not None) is there, moment
        if rule.single:
            for old in session.scalars(select(model)):
                session.delete(old)
            session.flush()


def test_of_a_text_nothing_is_left_after_its_time(session: Session) -> None:
    notices.send("console", "+8613800138000", "Please sign in first.", locale="en")
    row = session.scalars(select(Dispatch)).one()
    for moment, there in ((MOMENT, True), (-MOMENT, False)):
        row.created_at = clock.now() - timedelta(hours=BODY_HOURS) + moment
        session.flush()
        notices.forget()
        session.refresh(row)
        assert [each is not None for each in (row.address, row.body)] == [there, there]


def test_a_job_that_failed_is_forgotten_after_a_month(session: Session) -> None:
    add = text("""
        WITH job AS (
            INSERT INTO procrastinate_jobs (queue_name, task_name, status)
            VALUES ('default', 'tested', 'failed') RETURNING id
        )
        INSERT INTO procrastinate_events (job_id, type, at)
        SELECT id, 'failed', now() - make_interval(days => :days) FROM job
    """)
    # What the database writes by itself about a job says now.
    session.execute(text("SET LOCAL session_replication_role = replica"))
    for days in (29, 31):
        session.execute(add, {"days": days})
    session.execute(text("SET LOCAL session_replication_role = origin"))
    tasks.forget()
    left = text("""
        SELECT extract(day FROM now() - e.at) FROM procrastinate_jobs j
        JOIN procrastinate_events e ON e.job_id = j.id WHERE j.task_name = 'tested'
    """)
    assert session.scalars(left).all() == [29]
