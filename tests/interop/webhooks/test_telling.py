"""Each client is told what its account may see, and what is public; never a person, never free words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cases.stages import brought_to, reported
from tests.interop.webhooks.conftest import Keeping
from tests.monitoring.alarms.told import raised
from tests.world import World, someone
from webapp.base import audit
from webapp.base.access import Actor
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.cases import moves
from webapp.cases.models import CaseClass
from webapp.cases.rules import State
from webapp.interop.webhooks import collecting
from webapp.interop.webhooks.events import TYPES, kinds_of, type_of
from webapp.interop.webhooks.models import Delivery
from webapp.interop.webhooks.telling import TELLERS
from webapp.people import actions as people, actors

CASES = [name for name in TYPES if name.startswith("case.")]


def _told(session: Session) -> list[dict[str, Any]]:
    while collecting.collect():
        pass
    found = select(Delivery.body).order_by(Delivery.id)
    return [json.loads(each) for each in session.scalars(found)]


def _machine(world: World) -> Actor:
    """An account of a program that holds no post but that of a machine."""
    account = people.machine_account("outside program", by=world.admin)
    found = actors.person(account.id)
    assert found is not None
    return found


def test_the_public_hears_of_a_case_when_it_is_confirmed_and_no_more_than_that(
    keeping: Keeping, world: World, session: Session
) -> None:
    keeping(account=_machine(world), types=CASES)
    case = brought_to(State.CLOSED, world)
    said = _told(session)
    assert [each["data"]["state"] for each in said] == ["accepted", "working", "handled", "closed"]
    assert {each["data"]["step"] for each in said} == {None}
    assert said[-1]["type"] == "case.closed"
    assert case.words not in json.dumps(said, ensure_ascii=False)


def test_a_case_that_is_taken_back_is_told_as_withdrawn(
    keeping: Keeping, world: World, session: Session
) -> None:
    keeping(account=_machine(world), types=CASES)
    case = brought_to(State.ACCEPTED, world)
    assert [each["data"]["state"] for each in _told(session)] == ["accepted"]
    moves.reject(case, by=world.dispatcher, note="not ours")
    said = _told(session)
    assert [each["data"]["state"] for each in said] == ["accepted", "withdrawn"]
    assert said[-1]["data"]["grid"] is None


@pytest.mark.parametrize("hidden", ["private", "class"])
def test_what_is_not_public_is_told_to_those_who_may_see_it_only(
    keeping: Keeping, world: World, session: Session, hidden: str
) -> None:
    keeping(account=_machine(world), types=CASES, name="outside")
    keeping(types=CASES, name="inside")
    case = reported(world, private=hidden == "private")
    if hidden == "class":
        db.session.get_one(CaseClass, case.class_code).public = False
    moves.accept(case, by=world.dispatcher)
    said = _told(session)
    assert [each["data"]["step"] for each in said] == ["reported", "accepted"]


def test_a_worker_is_told_of_their_grid(keeping: Keeping, world: World, session: Session) -> None:
    keeping(account=world.neighbour, types=["case.created"])
    reported(world)
    assert _told(session) == []
    lon, lat = world.spot(world.next_door)
    reported(world, lon=lon, lat=lat)
    assert [each["data"]["grid"]["code"] for each in _told(session)] == [
        world.next_door.display_code
    ]


@pytest.mark.parametrize("kind", sorted(kinds_of(list(TYPES))))
def test_a_stranger_sees_nothing_but_what_is_public(
    world: World, session: Session, kind: str
) -> None:
    keys = list(range(1, 50))
    seen = TELLERS[kind].seen(keys, world.stranger)
    assert seen == set() or kind == "news"


def test_every_type_has_a_teller_and_a_schema() -> None:
    assert set(kinds_of(list(TYPES))) == set(TELLERS)
    for each in TYPES.values():
        assert each.shape.model_json_schema(by_alias=True)["type"] == "object"


PERSONAL = ("name_of", "phone", "reporter", "handler", "applicant", "words", "note", "address")


def test_no_shape_has_a_field_for_a_person() -> None:
    for each in TYPES.values():
        fields = set(each.shape.model_fields)
        assert fields.isdisjoint(PERSONAL), each.name


@pytest.mark.parametrize(
    ("kind", "move", "before", "after", "name"),
    [
        ("case", "report", None, "reported", "case.created"),
        ("case", "close", "checked", "closed", "case.closed"),
        ("case", "dispatch", "filed", "dispatched", "case.changed"),
        ("case", "pass_on", "dispatched", "dispatched", None),
        ("case", "correct", None, "filed", None),
        ("alarm", "raise", None, "raised", "alarm.raised"),
        ("alarm", "again", "over", "raised", "alarm.raised"),
        ("alarm", "see", "raised", "seen", "alarm.changed"),
        ("alarm", "close", "seen", "closed", "alarm.closed"),
        ("service_application", "begin", None, "draft", None),
        ("service_application", "submit", "draft", "submitted", "application.submitted"),
        ("service_application", "refuse", "street_review", "refused", "application.decided"),
        ("project", "register", None, "proposed", "project.registered"),
        ("project", "approve", "proposed", "approved", "project.changed"),
        ("danger_zone", "enforce", "drawn", "in_force", "danger_zone.in_force"),
        ("danger_zone", "discard", "drawn", "discarded", None),
        ("news", "publish", "draft", "published", "news.published"),
        ("account", "create", None, None, None),
    ],
)
def test_each_step_is_of_one_public_type_or_none(
    kind: str, move: str, before: str | None, after: str | None, name: str | None
) -> None:
    event = Event(thing_kind=kind, thing_id=1, move=move, before=before, after=after)
    public = type_of(event)
    assert (public.name if public else None) == name


def test_an_event_of_a_thing_that_is_gone_is_told_to_nobody(
    keeping: Keeping, world: World, session: Session
) -> None:
    keeping(types=["case.created"])
    audit.record(kind="case", thing_id=987_654_321, move="report", by=None, after="reported")
    assert _told(session) == []


def test_an_alarm_is_told_to_who_may_see_alarms(
    keeping: Keeping, world: World, session: Session
) -> None:
    raises = ["alarm.raised"]
    keeping(types=raises, name="inside")
    keeping(types=raises, name="outside", account=someone("outsider"))
    raised(world, words="Mrs Li fell")
    (said,) = _told(session)
    assert said["data"]["kind"] == "intrusion"
    assert "Li" not in json.dumps(said)
