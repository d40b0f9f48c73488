"""An enterprise sees its own project and nothing else; what it asks is answered while a clock runs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.projects.test_ground import statements_of
from tests.projects.yard import Yard, said, yard
from tests.world import as_user, someone
from webapp.base import clock
from webapp.base.access import may
from webapp.base.flow import EvidenceMissing, NotOpen, Unacceptable
from webapp.people import enterprises
from webapp.people.actors import Person
from webapp.people.enterprises import Described
from webapp.people.rules import Premises
from webapp.projects import actions as projects
from webapp.projects.firms import actions, queries
from webapp.projects.firms.forms import RequestForm
from webapp.projects.firms.models import Request
from webapp.projects.firms.rules import RequestState

__all__ = ["yard"]


@pytest.fixture
def ours(yard: Yard) -> Person:
    """Somebody who speaks for the enterprise of the project."""
    firm = enterprises.enter(Described(name="示例化工", premises=Premises.FACTORY), by=None)
    yard.project.enterprise_id = firm.id
    speaks = someone("ours", "employer")
    actions.name_contact(yard.project, speaks.id, by=yard.leader, base_version=None)
    return speaks


def asked(yard: Yard, by: Person) -> Request:
    return actions.ask(yard.project, RequestForm(words="何时通电"), by=by)


def test_a_question_is_answered_and_settled_or_asked_once_more(yard: Yard, ours: Person) -> None:
    row = asked(yard, ours)
    first_due = row.due_at
    assert first_due > row.asked_at
    with pytest.raises(EvidenceMissing):
        actions.step(row, "answer", by=yard.leader, base_version=None)
    actions.step(row, "answer", by=yard.leader, note="下周", base_version=None)
    with clock.at(clock.now() + timedelta(days=8)):
        actions.step(row, "ask_again", by=ours, note="还没有", base_version=None)
    assert (row.state, row.turns) == (RequestState.ASKED, 2)
    assert row.due_at > first_due
    actions.step(row, "answer", by=yard.leader, note="已通", base_version=None)
    actions.step(row, "settle", by=ours, base_version=None)
    with pytest.raises(NotOpen):
        actions.step(row, "ask_again", by=ours, note="又来", base_version=None)


def test_three_working_days_pass_over_a_weekend(yard: Yard, ours: Person) -> None:
    friday = datetime(2026, 5, 15, 10, 0, tzinfo=clock.Calendar().zone)
    with clock.at(friday):
        row = asked(yard, ours)
    assert row.due_at.astimezone(clock.Calendar().zone).isoformat()[:16] == "2026-05-20T10:00"


def test_only_who_acts_for_an_enterprise_speaks_for_it(yard: Yard, ours: Person) -> None:
    for who in (yard.world.stranger, yard.world.worker, ours):
        with pytest.raises(Unacceptable):
            actions.name_contact(yard.project, who.id, by=yard.leader, base_version=None)
    other = projects.register(said(yard.leader, name="无企业"), by=yard.deputy)
    with pytest.raises(NotOpen):
        actions.name_contact(other, ours.id, by=yard.leader, base_version=None)


def test_the_database_itself_wants_an_answer(yard: Yard, ours: Person, session: Session) -> None:
    asked(yard, ours)
    with pytest.raises(IntegrityError, match="answered"), session.begin_nested():
        session.execute(update(Request).values(state="settled"))


def test_an_enterprise_sees_its_own_project_and_a_stranger_enterprise_nothing(
    app: Flask, yard: Yard, ours: Person, session: Session
) -> None:
    row = asked(yard, ours)
    other = someone("other", "employer")
    session.commit()
    here = f"/projects/{yard.project.id}"
    mine, theirs = as_user(app, ours), as_user(app, other)
    assert yard.project.name in mine.get("/projects/ours").get_data(as_text=True)
    page = mine.get(f"{here}/ours").get_data(as_text=True)
    assert "何时通电" in page
    assert yard.leader.name in page
    # What is inside stays inside.
    for address in (here, f"{here}/ground", f"{here}/bonds", f"{here}/duties"):
        assert mine.get(address).status_code == 403, address
    assert mine.post(f"{here}/contacts", data={"account": str(other.id)}).status_code == 403
    assert yard.project.name not in theirs.get("/projects/ours").get_data(as_text=True)
    assert theirs.get(f"{here}/ours").status_code == 403
    assert theirs.post(f"{here}/requests", data={"words": "看看"}).status_code == 403
    for deed in ("answer", "settle", "ask_again"):
        step = f"{here}/requests/{row.id}/{deed}"
        assert theirs.post(step, data={"note": "不行"}).status_code == 403, deed
    assert not may(other, "requests.see", row)
    assert queries.ours(other) == []
    for who in (yard.world.neighbour, yard.world.stranger):
        assert as_user(app, who).get(f"{here}/ours").status_code == 403


def test_questions_are_asked_and_answered_on_the_page(
    app: Flask, yard: Yard, ours: Person, session: Session
) -> None:
    yard.team()
    session.commit()
    here = f"/projects/{yard.project.id}"
    mine, liaison = as_user(app, ours), as_user(app, yard.seven[0])
    assert mine.post(f"{here}/requests", data={"words": "路太窄"}).status_code == 303
    (row,) = queries.requests_of(yard.project.id)
    step = f"{here}/requests/{row.id}"
    assert mine.post(f"{step}/answer", data={"note": "自答"}).status_code == 403
    assert liaison.post(f"{step}/answer", data={"note": "下月加宽"}).status_code == 303
    assert "下月加宽" in mine.get(f"{here}/ours").get_data(as_text=True)
    assert liaison.post(f"{step}/settle", data={}).status_code == 403
    assert mine.post(f"{step}/settle", data={}).status_code == 303
    day = liaison.get(f"{here}/days/{clock.now().astimezone(clock.Calendar().zone).date()}")
    assert "路太窄" in day.get_data(as_text=True)
    # Who speaks for it no more sees it no more.
    leader = as_user(app, yard.leader)
    assert leader.post(f"{here}/contacts/{ours.id}/end", data={}).status_code == 303
    assert mine.get(f"{here}/ours").status_code == 403


def test_more_questions_ask_no_more(app: Flask, yard: Yard, ours: Person, session: Session) -> None:
    asked(yard, ours)
    session.commit()
    client = as_user(app, ours)
    addresses = ("/projects/ours", f"/projects/{yard.project.id}/ours")
    few = statements_of(client, addresses)
    for _each in range(8):
        asked(yard, ours)
    session.commit()
    assert statements_of(client, addresses) == few
