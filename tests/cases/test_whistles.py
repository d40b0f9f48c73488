"""The whistle: departments come to the spot, who stays away is known, and who blew rates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cases.stages import brought_to, reported
from tests.cases.test_joint import _of
from tests.world import World, as_user, someone
from webapp.base import clock
from webapp.base.access import may, visible
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen
from webapp.base.notices import Notice
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.cases.whistles import actions, queries
from webapp.cases.whistles.models import Whistle
from webapp.cases.whistles.rules import CallState, WhistleKind, WhistleState
from webapp.grids.models import Unit
from webapp.people.actors import Person


@pytest.fixture
def offices(world: World) -> tuple[Unit, Unit, Person, Person]:
    """Two departments with one handler each."""
    works, order = cases.departments()[:2]
    return works, order, _of(works, "works"), _of(order, "order")


def _blown(
    world: World,
    offices: tuple[Unit, Unit, Person, Person],
    kind: WhistleKind = WhistleKind.EMERGENCY,
) -> Whistle:
    case = reported(world)
    whistle = actions.blow(
        case,
        kind=kind,
        lead=offices[0].id,
        units=[offices[1].id],
        words="the wall leans over the road",
        by=world.dispatcher,
    )
    found = queries.one(whistle.id)
    assert found is not None
    return found


def _call(whistle: Whistle, unit: Unit):  # type: ignore[no-untyped-def]  # a row
    return next(each for each in whistle.calls if each.unit_id == unit.id)


def test_a_whistle_goes_from_blown_to_rated(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, order, handler, helper = offices
    whistle = _blown(world, offices)
    told = select(Notice.url).where(Notice.account_id.in_([handler.id, helper.id]))
    assert len(db.session.scalars(told).all()) == 2
    with pytest.raises(NotOpen):
        actions.meet(whistle, by=world.dispatcher)
    lon, lat = world.spot(world.home)
    for unit, who in ((works, handler), (order, helper)):
        actions.report_in(_call(whistle, unit), by=who, lon=lon, lat=lat)
    assert {call.state for call in whistle.calls} == {CallState.REPORTED_IN}
    actions.meet(whistle, by=handler)
    actions.agree(whistle, by=handler, note="fence it, then take it down")
    db.session.expire_all()
    assert {part.unit_id for part in whistle.case.parts} == {works.id, order.id}
    actions.execute(whistle, by=handler)
    actions.report_result(whistle, by=handler, note="it is down")
    with pytest.raises(NotAllowed):
        actions.rate(whistle, by=handler, rating=5)
    actions.rate(whistle, by=world.dispatcher, rating=4, note="quick")
    actions.close(whistle, by=world.dispatcher)
    assert (whistle.state, whistle.rating) == (WhistleState.CLOSED, 4)


def test_one_whistle_a_case_at_a_time(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    whistle = _blown(world, offices)
    again = {"kind": WhistleKind.DAILY, "lead": offices[0].id, "units": [], "words": "again"}
    with pytest.raises(Changed):
        actions.blow(whistle.case, by=world.dispatcher, **again)
    actions.call_off(whistle, by=world.dispatcher, note="the owner came")
    actions.blow(whistle.case, by=world.dispatcher, **again)


def test_no_whistle_for_what_is_over(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    case = brought_to(State.CLOSED, world)
    with pytest.raises(NotOpen):
        actions.blow(
            case,
            kind=WhistleKind.DAILY,
            lead=offices[0].id,
            units=[],
            words="late",
            by=world.dispatcher,
        )


def test_who_reports_in_from_afar_says_why(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, _order, handler, _helper = offices
    whistle = _blown(world, offices)
    call = _call(whistle, works)
    lon, lat = world.spot(world.home)
    for spot in ((lon + 0.1, lat), (None, None)):
        with pytest.raises(EvidenceMissing):
            actions.report_in(call, by=handler, lon=spot[0], lat=spot[1])
    actions.report_in(call, by=handler, lon=lon + 0.1, lat=lat, note="on the way, by telephone")
    assert call.distance_m == pytest.approx(8800, rel=0.05)


def test_who_stays_away_is_absent_and_the_leader_knows(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, _order, handler, _helper = offices
    leader = someone("leader", "street_leader")
    whistle = _blown(world, offices)
    actions.miss()
    assert {call.state for call in whistle.calls} == {CallState.CALLED}
    with clock.at(clock.now() + timedelta(minutes=31)):
        actions.miss()
        assert {call.state for call in whistle.calls} == {CallState.ABSENT}
        told = db.session.scalars(select(Notice).where(Notice.account_id == leader.id)).all()
        assert len(told) == 2
        actions.miss()
        assert (
            len(db.session.scalars(select(Notice).where(Notice.account_id == leader.id)).all()) == 2
        )
        lon, lat = world.spot(world.home)
        actions.report_in(_call(whistle, works), by=handler, lon=lon, lat=lat)
    assert _call(whistle, works).reported_at > _call(whistle, works).due_at


def test_a_stranger_sees_and_blows_nothing(
    world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    whistle = _blown(world, offices)
    for who, sees in (
        (world.stranger, False),
        (world.neighbour, False),
        (world.worker, True),
        (offices[3], True),
    ):
        listed = queries.listed(who).rows
        assert (whistle in listed) == sees == may(who, "whistles.see", whistle)
    assert not may(world.stranger, "whistles.blow", whistle.case)
    seen = select(Case.id).where(visible(Case, offices[2], "cases.see"))
    assert whistle.case_id not in db.session.scalars(seen).all()


def test_it_is_blown_and_answered_in_the_pages(
    app: Flask, session: object, world: World, offices: tuple[Unit, Unit, Person, Person]
) -> None:
    works, order, handler, _helper = offices
    case = reported(world)
    case_id = case.id
    desk = as_user(app, world.dispatcher)
    assert "吹哨" in desk.get(f"/cases/{case_id}").get_data(as_text=True)
    bad = desk.post(
        f"/cases/{case_id}/whistle", data={"kind": "daily", "lead": works.id, "words": ""}
    )
    assert bad.status_code == 422
    sent = {"kind": "emergency", "lead": works.id, "units": [order.id], "words": "wall leans"}
    made = desk.post(f"/cases/{case_id}/whistle", data=sent)
    assert made.status_code == 303
    found = queries.open_of(case_id)
    assert found is not None
    place = f"/whistles/{found.id}"
    call_id = _call(queries.one(found.id), works).id  # type: ignore[arg-type]
    theirs = as_user(app, handler)
    assert "在此报到" in theirs.get(place).get_data(as_text=True)
    refused = theirs.post(f"/whistles/calls/{call_id}/report-in", data={})
    assert refused.status_code == 422
    lon, lat = world.spot(world.home)
    came = theirs.post(f"/whistles/calls/{call_id}/report-in", data={"lon": lon, "lat": lat})
    assert came.status_code == 303
    assert "已报到 1/2" in desk.get("/whistles").get_data(as_text=True)
    assert as_user(app, world.stranger).get(place).status_code == 403
