"""Departments: one leads, others help; what is given back is lost to the department everywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cases.stages import photographed, reported
from tests.world import World, someone
from webapp.base import clock
from webapp.base.access import may, visible
from webapp.base.db import db
from webapp.base.flow import NotAllowed, NotOpen, Refusal
from webapp.base.notices import Notice
from webapp.cases import actions, moves, parts, queries
from webapp.cases.models import Case
from webapp.cases.rules import PartState, Stage, State
from webapp.grids.models import Unit
from webapp.people import actions as people, actors
from webapp.people.actors import Person


def _of(unit: Unit, name: str) -> Person:
    """Somebody who handles cases in a department."""
    person = someone(name)
    account = people.queries.account(person.id)
    assert account is not None
    people.give_post(
        account,
        role="handler",
        grid_id=None,
        unit_id=unit.id,
        since=clock.now() - timedelta(days=1),
        by=None,
    )
    found = actors.person(person.id)
    assert found is not None
    return found


@pytest.fixture
def offices(world: World) -> tuple[Unit, Unit, Person, Person]:
    """Two departments with one handler each."""
    works, order = queries.departments()[:2]
    return works, order, _of(works, "works"), _of(order, "order")


def _sees(who: Person, case: Case) -> bool:
    """In the page and in the list alike."""
    db.session.flush()
    found = select(Case.id).where(visible(Case, who, "cases.see"), Case.id == case.id)
    listed = db.session.scalar(found) is not None
    db.session.expire(case, ["parts"])
    assert listed == may(who, "cases.see", case)
    return listed


def test_everybody_of_the_department_knows_and_who_signs_handles(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, _order, handler, other = offices
    case = reported(world)
    assert not _sees(handler, case)
    moves.dispatch(case, unit=works.id, by=world.dispatcher)
    told = db.session.scalars(select(Notice).where(Notice.account_id == handler.id)).all()
    assert [each.url for each in told] == [f"/cases/{case.id}"]
    assert _sees(handler, case)
    assert not _sees(other, case)
    with pytest.raises(NotAllowed):
        moves.sign(case, by=other)
    moves.sign(case, by=handler)
    assert (case.handler_id, case.state) == (handler.id, State.PROCESSING)
    lead = parts.lead_of(case)
    assert lead is not None
    assert (lead.state, lead.account_id) == (PartState.WORKING, handler.id)


def test_a_case_is_closed_only_when_every_department_has_done_its_part(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, order, handler, helper = offices
    case = reported(world)
    moves.dispatch(case, unit=works.id, helpers=[order.id], by=world.dispatcher)
    assert _sees(helper, case)
    moves.sign(case, by=handler)
    photographed(case, Stage.AFTER, by=handler)
    moves.feedback(case, by=handler)
    moves.send_check(case, to=world.neighbour.id, by=world.dispatcher)
    moves.pass_check(case, by=world.neighbour, note="seen from the road")
    with pytest.raises(NotOpen, match=order.name):
        moves.close(case, by=world.shift_leader)
    part = next(each for each in case.parts if not each.lead)
    with pytest.raises(NotAllowed):
        parts.finish(part, by=handler, note="done for them")
    parts.finish(part, by=helper, note="fenced off")
    moves.close(case, by=world.shift_leader)
    assert case.state == State.CLOSED
    assert _sees(handler, case)
    assert _sees(helper, case)


def test_a_department_that_lost_the_case_cannot_open_it_any_more(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, order, handler, helper = offices
    case = reported(world)
    moves.dispatch(case, unit=works.id, helpers=[order.id], by=world.dispatcher)
    moves.sign(case, by=handler)
    moves.request_return(case, by=handler, note="it is a road of the district")
    assert _sees(handler, case)
    moves.approve_return(case, by=world.dispatcher)
    assert (case.state, case.handler_id, case.department_id) == (State.FILED, None, None)
    assert not _sees(handler, case)
    assert not _sees(helper, case)


def test_what_comes_back_to_a_department_is_not_given_back_again(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, _order, handler, _helper = offices
    case = reported(world)
    for _time in range(2):
        moves.dispatch(case, unit=works.id, by=world.dispatcher)
        moves.sign(case, by=handler)
        if _time == 0:
            moves.request_return(case, by=handler, note="not ours")
            moves.approve_return(case, by=world.dispatcher)
    with pytest.raises(Refusal, match="首接负责"):
        moves.request_return(case, by=handler, note="still not ours")


def test_a_return_that_is_refused_counts_as_passed_off(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, _order, handler, _helper = offices
    case = reported(world)
    moves.dispatch(case, unit=works.id, by=world.dispatcher)
    moves.sign(case, by=handler)
    moves.request_return(case, by=handler, note="not ours")
    moves.deny_return(case, by=world.dispatcher, note="it is on your list")
    assert (case.state, case.shirks) == (State.PROCESSING, 1)


def test_after_two_working_days_nothing_is_given_back(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, _order, handler, _helper = offices
    case = reported(world)
    moves.dispatch(case, unit=works.id, by=world.dispatcher)
    moves.sign(case, by=handler)
    with clock.at(clock.now() + timedelta(days=12)), pytest.raises(Refusal, match="两个工作日"):
        moves.request_return(case, by=handler, note="not ours")


def test_a_merged_report_keeps_its_reporter_informed(world: World) -> None:
    first, again = reported(world), reported(world, by=world.neighbour)
    moves.merge(again, into=first.number, by=world.dispatcher)
    assert (again.state, again.merged_into_id) == (State.MERGED, first.id)
    moves.dispatch(first, to=world.worker.id, by=world.dispatcher)
    moves.sign(first, by=world.worker)
    photographed(first, Stage.AFTER, by=world.worker)
    moves.feedback(first, by=world.worker)
    moves.send_check(first, to=world.neighbour.id, by=world.dispatcher)
    moves.pass_check(first, by=world.neighbour, note="seen from the road")
    before = _told(world.neighbour)
    moves.close(first, by=world.shift_leader)
    assert _told(world.neighbour) == before + 1


def _told(who: Person) -> int:
    return len(db.session.scalars(select(Notice).where(Notice.account_id == who.id)).all())


def test_a_case_waits_for_those_that_were_split_from_it(world: World) -> None:
    case = reported(world)
    child = actions.split(
        case, class_code="06011", words="a second heap", by=world.dispatcher, prefix="DJJ"
    )
    assert (child.parent_id, child.grid_id) == (case.id, case.grid_id)
    assert queries.unfinished(case) == [child.number]
    moves.reject(child, by=world.dispatcher, note="the same heap")
    assert queries.unfinished(case) == []
