"""What is hard has one owner and is accepted by another; what a meeting resolves is an open duty until it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.projects.test_ground import statements_of
from tests.projects.yard import Yard, yard
from tests.world import as_user, someone
from webapp.base.flow import EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.people import days
from webapp.people.actors import Person
from webapp.projects.duties import actions, queries
from webapp.projects.duties.forms import MeetingForm, ResolutionForm, ToughForm
from webapp.projects.duties.models import Meeting, Resolution, Tough
from webapp.projects.duties.rules import ToughState

__all__ = ["yard"]


def taken_on(yard: Yard, owner: Person, *, title: str = "管廊占地") -> Tough:
    said = ToughForm.of({"title": title, "owner": owner.id, "due_on": days.today()})
    return actions.take_on(yard.project, said, by=yard.leader, base_version=None)


def met(yard: Yard) -> Meeting:
    said = MeetingForm.of(
        {
            "held_at": "2026-05-06T14:00",
            "place": "三楼",
            "agenda": "平整进度",
            "chair": yard.leader.id,
            "present": [each.id for each in yard.seven[:3]],
        }
    )
    return actions.meet(yard.project, said, by=yard.leader, base_version=None)


def resolved(yard: Yard, held: Meeting, owner: Person, *, after: int = 0) -> Resolution:
    due = days.today() + timedelta(days=after)
    said = ResolutionForm.of({"words": "送测量图", "owner": owner.id, "due_on": due})
    return actions.resolve(yard.project, held, said, by=yard.leader, base_version=None)


def test_a_tough_item_is_solved_by_its_owner_and_accepted_by_somebody_else(
    yard: Yard, session: Session
) -> None:
    row = taken_on(yard, yard.chief)
    with pytest.raises(EvidenceMissing):
        actions.step(row, "solve", by=yard.chief, base_version=None)
    actions.step(row, "solve", by=yard.chief, note="已协调", base_version=None)
    with pytest.raises(NotAllowed):
        actions.step(row, "accept", by=yard.chief, base_version=None)
    other = someone("chief2", "street_leader")
    actions.step(row, "send_back", by=other, note="还差协议", base_version=None)
    actions.step(row, "solve", by=yard.chief, note="协议已签", base_version=None)
    actions.step(row, "accept", by=other, base_version=None)
    assert (row.state, row.accepted_by_id) == (ToughState.ACCEPTED, other.id)
    with pytest.raises(IntegrityError, match="four_eyes"), session.begin_nested():
        session.execute(update(Tough).values(accepted_by_id=yard.chief.id))


def test_only_staff_are_answerable(yard: Yard) -> None:
    with pytest.raises(Unacceptable):
        taken_on(yard, yard.world.stranger)


def test_a_resolution_is_an_open_duty_until_it_is_carried_out(yard: Yard) -> None:
    member, today = yard.seven[0], days.today()
    row = resolved(yard, met(yard), member, after=-2)
    assert list(queries.open_for(member).resolutions) == [row]
    assert queries.open_for(yard.seven[1]).resolutions == []
    assert queries.resolved_on(yard.project.id, today) == [row]
    with pytest.raises(EvidenceMissing):
        actions.finish(row, None, by=member, base_version=None)
    actions.finish(row, "已送", by=member, base_version=None)
    assert queries.open_for(member).resolutions == []
    # The day says that it was done, the day after has nothing to say.
    assert queries.resolved_on(yard.project.id, today) == [row]
    assert queries.resolved_on(yard.project.id, today + timedelta(days=1)) == []
    with pytest.raises(NotOpen):
        actions.finish(row, "再送", by=member, base_version=None)


def test_a_meeting_and_its_resolution_reach_the_phone_and_the_report_of_the_day(
    app: Flask, yard: Yard, session: Session
) -> None:
    yard.team()
    session.commit()
    writer, owner = as_user(app, yard.seven[0]), as_user(app, yard.seven[1])
    here = f"/projects/{yard.project.id}"
    form = {
        "held_at": "2026-05-06T14:00",
        "place": "三楼",
        "agenda": "平整进度",
        "chair": str(yard.leader.id),
        "present": [str(yard.seven[0].id), str(yard.seven[1].id)],
    }
    assert writer.post(f"{here}/meetings", data={**form, "present": "0"}).status_code == 422
    assert writer.post(f"{here}/meetings", data=form).status_code == 303
    (held,) = queries.meetings(yard.project.id)
    where = f"{here}/meetings/{held.id}"
    said = {"words": "迁走电杆", "owner": str(yard.seven[1].id), "due_on": "2026-05-09"}
    assert writer.post(f"{where}/resolutions", data=said).status_code == 303
    assert writer.post(f"{where}/minutes", data={"minutes": "逐项汇报"}).status_code == 303
    assert "逐项汇报" in writer.get(where).get_data(as_text=True)
    assert "迁走电杆" in owner.get("/projects/mine").get_data(as_text=True)
    report = writer.get(f"{here}/days/{days.today().isoformat()}").get_data(as_text=True)
    assert report.count("迁走电杆") >= 2
    session.expire_all()
    (row,) = held.resolutions
    done = owner.post(f"/resolutions/{row.id}/finish", data={"note": "已迁"})
    assert done.status_code == 303
    assert "迁走电杆" not in owner.get("/projects/mine").get_data(as_text=True)


def test_strangers_and_the_neighbour_see_no_duty(app: Flask, yard: Yard, session: Session) -> None:
    row, held = taken_on(yard, yard.seven[0]), met(yard)
    resolution = resolved(yard, held, yard.seven[0])
    session.commit()
    here = f"/projects/{yard.project.id}"
    for who in (yard.world.neighbour, yard.world.stranger):
        client = as_user(app, who)
        for address in (
            f"/tough/{row.id}",
            f"/resolutions/{resolution.id}",
            f"{here}/duties",
            f"{here}/meetings/{held.id}",
        ):
            assert client.get(address).status_code == 403, address
        for deed in (f"/tough/{row.id}/solve", f"/resolutions/{resolution.id}/finish"):
            assert client.post(deed, data={"note": "不行"}).status_code == 403, deed
        assert queries.tough_items(who) == []
    # Whoever is answerable sees the duty, and not what else there is of the project.
    owner = as_user(app, yard.seven[0])
    assert owner.get(f"/resolutions/{resolution.id}").status_code == 200
    assert owner.get(f"{here}/duties").status_code == 403


def test_more_duties_ask_no_more(app: Flask, yard: Yard, session: Session) -> None:
    yard.team()
    held = met(yard)
    taken_on(yard, yard.seven[0])
    resolved(yard, held, yard.seven[0])
    session.commit()
    member, here = as_user(app, yard.seven[0]), f"/projects/{yard.project.id}"
    addresses = (
        f"{here}/duties",
        f"{here}/meetings/{held.id}",
        f"{here}/days/{days.today().isoformat()}",
        "/projects/tough",
        "/projects/mine",
    )
    few = statements_of(member, addresses)
    for number in range(5):
        taken_on(yard, yard.seven[0], title=f"难点{number}")
        for _each in range(2):
            resolved(yard, held, yard.seven[number])
        met(yard)
    session.commit()
    assert statements_of(member, addresses) == few
