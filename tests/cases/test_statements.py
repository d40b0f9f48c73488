"""How often the desk asks the database: a bound for each job, whatever a case has been through."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.cases.stages import brought_to, photographed, reported
from tests.cases.test_joint import _of
from tests.world import World, as_user, someone
from webapp.base.audit import Event
from webapp.base.db import Kind, db, together
from webapp.cases import moves, queries
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import Source, Stage, State
from webapp.cases.supervision import actions as supervision
from webapp.cases.supervision.rules import OrderReason
from webapp.cases.whistles import actions as whistles
from webapp.cases.whistles.rules import WhistleKind
from webapp.grids.models import Grid
from webapp.people import actions as people
from webapp.people.models import Account

REPORT = 9
LIST = 6
DETAIL = 6


@contextmanager
def asked(app: Flask) -> Iterator[list[str]]:
    """What is asked of the database inside; savepoints are those of the tests, and do not count."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def token(person: Any) -> dict[str, str]:
    """The header of a machine with the rights of a person."""
    owner = db.session.get_one(Account, person.id)
    _token, secret = people.issue_token(
        name=uuid.uuid4().hex, scopes=["cases"], account=owner, by=None
    )
    return {"Authorization": f"Bearer {secret}"}


def sent(world: World) -> dict[str, Any]:
    """A report as a machine sends it."""
    lon, lat = world.spot(world.home)
    return {
        "client_id": str(uuid.uuid4()),
        "class_code": "06010",
        "lon": lon,
        "lat": lat,
        "words": "a heap of rubbish",
    }


def test_a_report_is_routed_limited_compared_logged_and_told_in_few_statements(
    app: Flask, world: World
) -> None:
    client = app.test_client()
    headers = token(world.worker)
    for _ in range(2):
        report = sent(world)
        with asked(app) as seen:
            answer = client.post("/api/v1/cases", json=report, headers=headers)
        assert answer.status_code == 201
    assert len(seen) <= REPORT, "\n".join(seen)
    case = queries.by_number(answer.get_json()["number"])
    assert case is not None
    assert case.due_at is not None
    assert case.route is not None
    first = db.session.scalars(
        select(Event).where(Event.thing_kind == "case", Event.thing_id == case.id)
    ).one()
    assert first.data["twins"], "the second of two at one place may be the same matter"


def test_machines_read_lists_and_cases_in_few_statements(app: Flask, world: World) -> None:
    cases = [reported(world) for _ in range(3)]
    headers = token(world.dispatcher)
    client = app.test_client()
    number = cases[0].number
    for address, most in (("/api/v1/cases?limit=50", LIST), (f"/api/v1/cases/{number}", DETAIL)):
        client.get(address, headers=headers)
        with asked(app) as seen:
            assert client.get(address, headers=headers).status_code == 200
        assert len(seen) <= most, "\n".join(seen)


STATES = (
    State.REPORTED,
    State.FILED,
    State.PROCESSING,
    State.EXTENSION_REQUESTED,
    State.FEEDBACK,
    State.CHECKED,
    State.CLOSED,
)


@pytest.mark.parametrize("state", STATES)
def test_the_page_of_a_case_asks_little_wherever_it_stands(
    app: Flask, world: World, state: State
) -> None:
    case = brought_to(state, world)
    for who in (world.dispatcher, world.shift_leader, world.worker):
        client = as_user(app, who)
        client.get(f"/cases/{case.id}")
        with asked(app) as seen:
            assert client.get(f"/cases/{case.id}").status_code == 200
        assert len(seen) <= DETAIL, "\n".join(seen)


def test_a_case_with_everything_asks_no_more(app: Flask, world: World) -> None:
    case = rich(world)
    for who in (world.dispatcher, world.shift_leader):
        client = as_user(app, who)
        client.get(f"/cases/{case.id}")
        with asked(app) as seen:
            page = client.get(f"/cases/{case.id}")
        assert len(seen) <= DETAIL, "\n".join(seen)
        text = page.get_data(as_text=True)
        assert "when does the truck come" in text
        assert "/whistles/" in text
        assert text.count("/cases/media/") >= 2


def rich(world: World) -> Case:
    """A case with two departments, pictures, an order and a whistle."""
    case = reported(world, source=Source.DESK, by=world.dispatcher)
    works, order = queries.departments()[:2]
    handler = _of(works, "works")
    _of(order, "order")
    moves.file_case(case, by=world.dispatcher)
    moves.dispatch(case, unit=works.id, helpers=[order.id], by=world.dispatcher)
    moves.sign(case, by=handler)
    photographed(case, Stage.FOUND, by=world.dispatcher)
    photographed(case, Stage.AFTER, by=handler)
    supervisor = someone("supervisor", "supervisor")
    supervision.give(
        case, reason=OrderReason.LEADER, note="when does the truck come", by=supervisor
    )
    whistles.blow(
        case,
        kind=WhistleKind.EMERGENCY,
        lead=works.id,
        units=[order.id],
        words="the wall leans over the road",
        by=world.dispatcher,
    )
    db.session.flush()
    db.session.expire_all()
    return case


def test_kinds_read_together_are_those_read_apart(app: Flask, world: World) -> None:
    community = Grid.community.property.mapper.class_
    grids, classes, none = together(
        Kind(
            Grid,
            Grid.retired_at.is_(None),
            joined=[(community, community.id == Grid.community_id)],
            read=[community.name],
        ),
        Kind(CaseClass, CaseClass.major == "06"),
        Kind(Case, Case.id < 0),
    )
    apart = db.session.scalars(select(Grid).where(Grid.retired_at.is_(None)).order_by(Grid.id))
    assert [(each, each.community.name if each.community else None) for each in apart] == grids
    apart_too = select(CaseClass).where(CaseClass.major == "06").order_by(CaseClass.code)
    assert classes == list(db.session.scalars(apart_too))
    assert none == []
