"""Sheets of the hotline: five days, one return, one extension, cards, and callers that stay unknown."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.cases.test_joint import _of
from tests.world import World, as_user
from webapp.base import audit, clock
from webapp.base.access import may
from webapp.base.clock import Calendar, Limit, Unit as LimitUnit
from webapp.base.flow import EvidenceMissing, NotAllowed, Refusal, Unacceptable
from webapp.cases import queries as cases
from webapp.cases.appeals import actions, queries
from webapp.cases.appeals.models import Appeal
from webapp.cases.appeals.rules import AppealKind, AppealState, Card
from webapp.grids.models import Unit
from webapp.people.actors import Person

# A Monday, 09:00 in Yantai.
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OFFICE = Calendar()


@pytest.fixture
def office(world: World) -> tuple[Unit, Person]:
    """A department and somebody who handles there."""
    unit = cases.departments()[0]
    return unit, _of(unit, "works")


def _sheet(world: World, number: str = "2026112300017", **more: object) -> Appeal:
    values: dict[str, object] = {
        "kind": AppealKind.COMPLAINT,
        "source": "12345",
        "words": "noise at night",
        "caller_name": "the caller",
        "caller_phone": "13800138000",
        "by": world.dispatcher,
    }
    return actions.receive(sheet_no=number, **{**values, **more})  # type: ignore[arg-type]


def _assigned(world: World, unit: Unit, **more: object) -> Appeal:
    appeal = _sheet(world, **more)
    actions.classify(appeal, by=world.dispatcher, categories=["noise", "building"])
    actions.assign(appeal, by=world.dispatcher, unit=unit.id, note="in time, please")
    return appeal


def test_a_sheet_goes_from_received_to_content(world: World, office: tuple[Unit, Person]) -> None:
    unit, handler = office
    with clock.at(MONDAY):
        appeal = _assigned(world, unit)
    assert appeal.due_at == OFFICE.due(MONDAY, Limit(5, LimitUnit.WORK_DAY))
    actions.accept(appeal, by=handler)
    with pytest.raises(EvidenceMissing) as refused:
        actions.reply(appeal, by=handler, note="done", contacted=False)
    assert set(refused.value.fields) == {"contact"}
    actions.reply(appeal, by=handler, note="done", contacted=True)
    actions.approve(appeal, by=world.shift_leader)
    actions.content(appeal, by=world.shift_leader, solved=True)
    assert (appeal.state, appeal.satisfied, appeal.solved) == (AppealState.CLOSED, True, True)


def test_the_number_of_the_hotline_comes_once(world: World) -> None:
    _sheet(world)
    with pytest.raises(Unacceptable) as refused:
        _sheet(world)
    assert set(refused.value.fields) == {"sheet_no"}


def test_it_is_given_back_within_two_working_days_and_lost(
    world: World, office: tuple[Unit, Person]
) -> None:
    unit, handler = office
    with clock.at(MONDAY):
        late, early = (
            _assigned(world, unit, number="A-0001"),
            _assigned(world, unit, number="A-0002"),
        )
    with clock.at(MONDAY + timedelta(days=3)), pytest.raises(Refusal, match="两个工作日"):
        actions.give_back(late, by=handler, note="a road of the district")
    with clock.at(MONDAY + timedelta(days=1)):
        assert may(handler, "appeals.see", early)
        actions.give_back(early, by=handler, note="a road of the district")
    assert (early.state, early.returns, early.unit_id) == (AppealState.CLASSIFIED, 1, None)
    assert not may(handler, "appeals.see", early)
    assert early not in queries.listed(handler).rows


def test_more_time_once_and_ten_days_at_most(world: World, office: tuple[Unit, Person]) -> None:
    unit, handler = office
    with clock.at(MONDAY):
        appeal = _assigned(world, unit)
        actions.accept(appeal, by=handler)
        with pytest.raises(Unacceptable):
            actions.ask_extension(appeal, by=handler, note="rain", days=11)
        actions.ask_extension(appeal, by=handler, note="rain", days=10)
        actions.grant(appeal, by=world.shift_leader)
        assert appeal.due_at == OFFICE.due(MONDAY, Limit(15, LimitUnit.WORK_DAY))
        with pytest.raises(Refusal, match="延期过一次"):
            actions.ask_extension(appeal, by=handler, note="more rain", days=1)


def test_yellow_a_day_before_and_red_once_it_is_over(
    world: World, office: tuple[Unit, Person]
) -> None:
    with clock.at(MONDAY):
        appeal = _assigned(world, office[0])
    due = appeal.due_at
    assert due is not None
    for moment, card in (
        (OFFICE.due(MONDAY, Limit(3.9, LimitUnit.WORK_DAY)), None),
        (OFFICE.due(MONDAY, Limit(4.1, LimitUnit.WORK_DAY)), Card.YELLOW),
        (due + timedelta(minutes=1), Card.RED),
    ):
        with clock.at(moment):
            actions.show_cards()
            actions.show_cards()
        assert appeal.card == card
    cards = [e.move for e in audit.history("appeal", appeal.id) if e.move.endswith("_card")]
    assert cards == ["yellow_card", "red_card"]


def test_whoever_is_not_content_twice_is_supervised(
    world: World, office: tuple[Unit, Person]
) -> None:
    unit, handler = office
    appeal = _assigned(world, unit)
    actions.accept(appeal, by=handler)
    for state in (AppealState.HANDLED_AGAIN, AppealState.SUPERVISED):
        actions.reply(appeal, by=handler, note="done", contacted=True)
        actions.approve(appeal, by=world.shift_leader)
        actions.discontent(appeal, by=world.shift_leader, note="still loud")
        assert appeal.state == state


def test_a_confidential_caller_is_hidden_from_the_department(
    app: Flask, session: object, world: World, office: tuple[Unit, Person]
) -> None:
    unit, handler = office
    hidden = _assigned(world, unit, number="A-0001", confidential=True)
    shown = _assigned(world, unit, number="A-0002")
    theirs = as_user(app, handler)
    body = theirs.get(f"/appeals/{hidden.id}").get_data(as_text=True)
    assert "来电人信息保密" in body
    assert not re.search(r"138[ *0-9]*8000", body)
    assert "the caller" not in body
    asked = theirs.post(f"/appeals/{hidden.id}/caller", data={"purpose": "to call back"})
    assert asked.status_code == 403
    body = theirs.get(f"/appeals/{shown.id}").get_data(as_text=True)
    assert "13800138000" not in body
    assert theirs.post(f"/appeals/{shown.id}/caller", data={}).status_code == 422
    told = theirs.post(f"/appeals/{shown.id}/caller", data={"purpose": "to call back"})
    assert "138 0013 8000" in told.get_data(as_text=True)
    reveal = audit.last("appeal", shown.id)
    assert reveal is not None
    assert (reveal.move, reveal.data) == ("reveal", {"purpose": "to call back"})


def test_a_stranger_sees_no_sheet(
    app: Flask, session: object, world: World, office: tuple[Unit, Person]
) -> None:
    appeal = _assigned(world, office[0])
    stranger = as_user(app, world.stranger)
    for path in ("/appeals", f"/appeals/{appeal.id}", "/appeals/new"):
        assert stranger.get(path).status_code == 403
    with pytest.raises(NotAllowed):
        actions.accept(appeal, by=world.stranger)


def test_a_sheet_is_taken_in_and_assigned_in_the_pages(
    app: Flask, session: object, world: World, office: tuple[Unit, Person]
) -> None:
    desk = as_user(app, world.dispatcher)
    wrong = desk.post("/appeals", data={"sheet_no": "x", "words": ""})
    assert wrong.status_code == 422
    sent = {"sheet_no": "2026112399", "kind": "help", "words": "no light", "caller_phone": "1"}
    assert desk.post("/appeals", data=sent).status_code == 422
    made = desk.post("/appeals", data={**sent, "caller_phone": "13800138000", "wants_reply": "1"})
    assert made.status_code == 303
    appeal = queries.by_sheet_no("2026112399")
    assert appeal is not None
    place = f"/appeals/{appeal.id}"
    assert desk.post(f"{place}/classify", data={"categories": ["", ""]}).status_code == 422
    assert desk.post(f"{place}/classify", data={"categories": ["设施", "路灯"]}).status_code == 303
    assert desk.post(f"{place}/assign", data={"unit": office[0].id}).status_code == 303
    assert "2026112399" in as_user(app, office[1]).get("/appeals").get_data(as_text=True)
