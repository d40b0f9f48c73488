"""Supervision orders: the house gives each once, people answer, supervisors settle."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cases.stages import brought_to, reported
from tests.world import World, as_user, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import EvidenceMissing, NotAllowed, NotOpen
from webapp.cases import moves
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.cases.supervision import actions
from webapp.cases.supervision.models import Order
from webapp.cases.supervision.rules import OrderReason, OrderState


def orders_of(case: Case) -> list[Order]:
    """Every order for a case."""
    return list(db.session.scalars(select(Order).where(Order.case_id == case.id)))


def test_a_late_case_has_one_order_and_its_handler_answers(world: World) -> None:
    case = brought_to(State.PROCESSING, world)
    actions.give_by_itself()
    assert orders_of(case) == []
    due = case.due_at
    assert due is not None
    with clock.at(due + timedelta(minutes=1)):
        actions.give_by_itself()
        actions.give_by_itself()
    (order,) = orders_of(case)
    assert (order.reason, order.account_id, order.giver_id) == (
        OrderReason.LATE,
        world.worker.id,
        None,
    )
    with pytest.raises(EvidenceMissing):
        actions.answer(order, by=world.worker, note=None)
    with pytest.raises(NotAllowed):
        actions.answer(order, by=world.stranger, note="none of mine")
    actions.answer(order, by=world.worker, note="the truck comes tomorrow")
    supervisor = someone("supervisor", "supervisor")
    actions.ask_again(order, by=supervisor, note="at what hour?")
    actions.answer(order, by=world.worker, note="at nine")
    with pytest.raises(NotAllowed):
        actions.settle(order, by=world.worker)
    actions.settle(order, by=supervisor)
    assert order.state == OrderState.SETTLED


def test_what_rests_is_not_late(world: World) -> None:
    case = brought_to(State.ON_HOLD, world)
    case.due_at = clock.now() - timedelta(days=1)
    db.session.flush()
    actions.give_by_itself()
    assert orders_of(case) == []


def test_three_reports_of_one_matter_are_a_reason(world: World) -> None:
    case = reported(world)
    for count in range(2):
        actions.give_by_itself()
        assert orders_of(case) == [], count
        moves.merge(reported(world), into=case.number, by=world.dispatcher)
    actions.give_by_itself()
    (order,) = orders_of(case)
    assert order.reason == OrderReason.REPEATED


def test_no_order_for_what_is_over_and_none_from_a_stranger(
    app: Flask, session: object, world: World
) -> None:
    with pytest.raises(NotOpen):
        actions.give(
            brought_to(State.CLOSED, world), reason=OrderReason.LEADER, by=world.shift_leader
        )
    case = reported(world)
    for who, status in ((world.worker, 403), (world.stranger, 403), (world.shift_leader, 303)):
        sent = as_user(app, who).post(
            f"/cases/{case.id}/supervise", data={"note": "what about it?"}
        )
        assert sent.status_code == status
    assert as_user(app, world.stranger).get("/supervision").status_code == 403
    listed = as_user(app, world.shift_leader).get("/supervision").get_data(as_text=True)
    assert case.number in listed
    shown = as_user(app, world.shift_leader).get(f"/cases/{case.id}").get_data(as_text=True)
    assert "what about it?" in shown
