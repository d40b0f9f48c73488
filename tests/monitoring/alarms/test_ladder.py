"""Who must know when nobody answers: each step once, at its moment, unless it has become needless."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.busy import at_once, busy_house
from tests.conftest import URL
from tests.monitoring.alarms.told import SECOND, climb_after, incident_of, raised
from tests.world import World, as_user, peopled, someone
from webapp.base import clock, notices
from webapp.base.db import db
from webapp.base.flow import NotOpen
from webapp.base.notices import Dispatch, Notice
from webapp.cases import moves, queries as cases
from webapp.cases.models import Assignment, Case
from webapp.cases.rota import actions as rota
from webapp.cases.rota.rules import Skill
from webapp.cases.rules import Duty, Source, State as CaseState
from webapp.monitoring.alarms import assigning, casework, climbing, handling, queries
from webapp.monitoring.alarms.ladders import Act
from webapp.monitoring.alarms.models import AlarmCall, LadderStep
from webapp.monitoring.alarms.rules import Outcome
from webapp.monitoring.signals import Change, Kind, Severity
from webapp.people import actors, queries as people


def lines_for(account_id: int | None) -> list[str]:
    found = select(Notice.words).where(Notice.account_id == account_id).order_by(Notice.id)
    return list(db.session.scalars(found))


def alarm_lines(account_id: int | None) -> int:
    return sum(words.startswith(("Alarm: ", "EXERCISE: ")) for words in lines_for(account_id))


def test_the_nearest_is_asked_at_once_and_the_desk_knows(session: Session, world: World) -> None:
    incident = incident_of(raised(world))
    climb_after(incident, 0)
    case = incident.case
    assert case is not None
    assert (case.source, case.state) == (Source.MACHINE, CaseState.DISPATCHED)
    assert (case.class_code, case.grid_id) == ("21014", world.home.id)
    assert case.handler_id == world.worker.id
    assert alarm_lines(world.dispatcher.id) == 1
    assert alarm_lines(world.shift_leader.id) == 0


def test_nobody_accepts_then_the_next_and_then_the_leaders(session: Session, world: World) -> None:
    leader = someone("leader", "street_leader")
    incident = incident_of(raised(world))
    climb_after(incident, 0)
    climb_after(incident, 59)
    assert (incident.case.handler_id, alarm_lines(world.shift_leader.id)) == (world.worker.id, 0)
    climb_after(incident, 60)
    assert (incident.case.handler_id, alarm_lines(world.shift_leader.id)) == (world.neighbour.id, 1)
    climb_after(incident, 180)
    assert alarm_lines(leader.id) == 0
    climb_after(incident, 300)
    assert alarm_lines(leader.id) == 1
    assert all(step.done_at for step in incident.steps)


def test_whoever_is_asked_sees_when_the_next_will_be_and_is_not_passed_over_at_once(
    session: Session, world: World
) -> None:
    incident = incident_of(raised(world))
    climb_after(incident, 0)
    assert cases.offered(world.neighbour) is None
    offered = cases.offered(world.worker)
    assert offered is not None
    case, answer_by = offered
    assert answer_by == incident.opened_at + 60 * SECOND
    with clock.at(incident.opened_at + 5 * SECOND):
        assert casework.offer(case) == world.worker.id
    climb_after(incident, 60)
    assert cases.offered(world.worker) is None
    assert cases.offered(world.neighbour) is not None


def test_the_phone_of_whoever_is_asked_rings_and_no_other(app: Flask, world: World) -> None:
    with app.test_request_context("/"):
        climb_after(incident_of(raised(world)), 0)
        db.session.commit()
    asked = as_user(app, world.worker)
    page = asked.get("/cases/offered").get_data(as_text=True)
    assert 'data-ringing="major"' in page
    assert "/sign" in page
    other = as_user(app, world.neighbour).get("/cases/offered").get_data(as_text=True)
    assert "data-ringing" not in other
    assert as_user(app, world.stranger).get("/cases/offered").status_code == 403


def test_whoever_accepts_stops_the_ladder(session: Session, world: World) -> None:
    incident = incident_of(raised(world))
    climb_after(incident, 0)
    moves.sign(incident.case, by=world.worker)
    climb_after(incident, 300)
    assert alarm_lines(world.shift_leader.id) == 0
    assert incident.case.handler_id == world.worker.id
    needless = [
        step.came_to.get("needless") for step in incident.steps if step.due_at > incident.opened_at
    ]
    assert set(needless) == {"taken"}


def test_where_a_life_hangs_on_it_people_are_asked_until_somebody_goes(
    session: Session, world: World
) -> None:
    for person in (world.worker, world.neighbour):
        account = people.account(person.id or 0)
        assert account is not None
        for skill in Skill:
            rota.add_skill(account, skill, last=None, by=None)
    incident = incident_of(raised(world, Kind.FALL))
    climb_after(incident, 300)
    before = len(incident.steps)
    assert all(step.done_at for step in incident.steps[: before - 1])
    for minutes in range(9, 60, 3):
        climb_after(incident, 60 * minutes)
    asked = select(func.count()).where(Assignment.case_id == incident.case_id)
    assert (db.session.scalar(asked) or 0) > 10
    assert incident.case is not None
    if incident.case.state != CaseState.DISPATCHED:  # the last of them let it lapse
        climb_after(incident, 3600)
    moves.sign(incident.case, by=actors.person(incident.case.handler_id or 0))
    climb_after(incident, 3800)
    count = len(incident.steps)
    climb_after(incident, 7200)
    assert (len(incident.steps), incident.steps[-1].came_to) == (count, {"needless": "taken"})
    intruder = incident_of(raised(world, device="C5"))
    climb_after(intruder, 900)
    assert all(step.done_at for step in intruder.steps)


def test_when_more_wait_than_people_are_free_all_are_asked_for_together(
    session: Session, world: World
) -> None:
    lon, lat = world.spot(world.home)
    three = [
        incident_of(raised(world, device=f"C{n}", lonlat=(lon, lat + n * 0.004))) for n in range(3)
    ]
    assert len({each.id for each in three}) == 3
    with clock.at(three[-1].opened_at):
        climbing.climb()
        # Two are free: nobody is asked one by one, and the desk reads why.
        assert [each.case.handler_id for each in three if each.case] == [None] * 3
        assert three[0].steps[0].came_to == {"queued": True}
        assigning.assign_all()
        asked = {each.case.handler_id for each in three if each.case and each.case.handler_id}
        assert asked == {world.worker.id, world.neighbour.id}
        (left,) = (each for each in three if each.case and each.case.handler_id is None)
        first = next(each for each in three if each is not left)
        assert first.case is not None
        offer = cases.open_assignment(first.case.id, Duty.HANDLE)
        assert offer is not None
        assert offer.answer_by == clock.now() + casework.ANSWER
        assert offer.choice["candidates"]
        # Whoever declines is free for the one that waits, and is not asked for the same again.
        who = actors.person(first.case.handler_id or 0)
        assert who is not None
        moves.decline(first.case, by=who, note="hurt")
        assigning.assign_all()
        assert left.case is not None
        db.session.refresh(left.case)
        assert left.case.handler_id == who.id
        assert first.case.state == CaseState.FILED
        assigning.assign_all()
        assert first.case.handler_id is None


def test_acknowledging_stops_what_only_wants_to_be_seen(session: Session, world: World) -> None:
    alarm = raised(world, Kind.CROWD)
    incident = incident_of(alarm)
    climb_after(incident, 0)
    assert (incident.case, alarm_lines(world.dispatcher.id)) == (None, 1)
    handling.see(alarm, by=world.dispatcher)
    climb_after(incident, 60)
    assert alarm_lines(world.shift_leader.id) == 0


def test_what_is_minor_has_no_ladder(session: Session, world: World) -> None:
    assert incident_of(raised(world, Kind.LOITERING)).steps == []
    worse = raised(world, Kind.LOITERING, change=Change.UPDATED, severity=Severity.MAJOR)
    assert incident_of(worse).steps != []


@pytest.mark.fault
def test_a_step_is_done_once_however_many_climb(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    """F16: killed between two steps and started again, with four that climb at once."""
    with busy_house(pytestconfig.stash[URL], tmp_path) as app:
        with app.app_context():
            alarm = raised(peopled())
            db.session.commit()
            incident_id = alarm.incident_id
            # Somebody took a step and was killed before the commit: it is as if it had not begun.
            step = queries.due_step(clock.now() + SECOND)
            assert step is not None
            db.session.rollback()

        def climb() -> None:
            with app.app_context():
                climbing.climb()
                db.session.commit()

        at_once(*[climb] * 4)
        with app.app_context(), clock.at(clock.now() + timedelta(seconds=61)):
            climbing.climb()
            climbing.climb()
        with app.app_context():
            steps = db.session.scalars(
                select(LadderStep).where(LadderStep.incident_id == incident_id)
            ).all()
            done = [step for step in steps if step.done_at]
            assert len(done) == 4
            assert db.session.scalar(select(func.count()).select_from(Case)) == 1
            told = (
                select(func.count()).select_from(Notice).where(Notice.words.startswith("Alarm: "))
            )
            # The dispatcher at once, the shift leader after a minute.
            assert db.session.scalar(told) == 2


def test_a_step_that_fails_is_tried_again_and_holds_up_nobody(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = incident_of(raised(world)), incident_of(raised(world, Kind.CROWD, device="C2"))

    def fail(_step: LadderStep) -> dict[str, object]:
        raise LookupError("no roads")

    with monkeypatch.context() as patch:
        patch.setitem(climbing._ACTS, Act.SEND, fail)
        climb_after(broken, 0)
    failed = next(step for step in broken.steps if step.act == Act.SEND)
    assert (failed.done_at, failed.error, failed.attempts) == (None, "no roads", 1)
    assert whole.steps[0].done_at is not None
    climb_after(broken, 30)
    assert broken.case is not None
    assert failed.error is None


@pytest.mark.fault
def test_a_text_that_cannot_leave_is_shown_and_tried_again(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F19: the provider is down."""
    account = people.account(world.shift_leader.id or 0)
    assert account is not None
    account.phone = "+8613800001234"
    incident = incident_of(raised(world, Kind.SMOKE))
    climb_after(incident, 0)
    call = queries.call_of(incident.id, account.id)
    assert call is not None
    sent = call.dispatch
    assert sent is not None

    def down(_address: str, _body: str) -> None:
        raise ConnectionError("provider down")

    with monkeypatch.context() as patch:
        patch.setattr(notices, "CHANNELS", {"console": down})
        with pytest.raises(ConnectionError):
            notices.deliver(sent.id)
    session.refresh(sent)
    assert (sent.sent_at, "provider down" in (sent.error or "")) == (None, True)
    assert call.undelivered
    notices.deliver(sent.id)
    assert not call.undelivered


def test_ammonia_wants_two_who_are_able_and_calls_those_who_decide(
    session: Session, world: World
) -> None:
    safety = someone("safety", "safety_officer")
    incident = incident_of(raised(world, Kind.AMMONIA))
    climb_after(incident, 0)
    # Nobody has the skill: nobody is sent into ammonia, and the desk reads so.
    assert incident.case is not None
    assert incident.case.state == CaseState.REPORTED
    send = next(step for step in incident.steps if step.act == Act.SEND)
    assert send.came_to["nobody"] is True
    called = {call.account_id for call in incident.calls}
    assert called == {world.shift_leader.id, safety.id}
    for person in (world.worker, world.neighbour):
        account = people.account(person.id or 0)
        assert account is not None
        rota.add_skill(account, Skill.PROTECTED, last=None, by=None)
    climb_after(incident, 60)
    offer = db.session.scalars(
        select(Assignment).where(
            Assignment.case_id == incident.case.id, Assignment.duty == Duty.HANDLE
        )
    ).one()
    assert {offer.account_id, *offer.choice["mates"]} == {world.worker.id, world.neighbour.id}


def test_whoever_is_called_confirms_once(session: Session, world: World) -> None:
    incident = incident_of(raised(world, Kind.SMOKE))
    climb_after(incident, 0)
    call = incident.calls[0]
    handling.confirm(call, by=world.shift_leader)
    assert call.confirmed_by_id == world.shift_leader.id
    with pytest.raises(NotOpen):
        handling.confirm(call, by=world.shift_leader)


@pytest.mark.fault
def test_an_exercise_climbs_and_sends_nobody(session: Session, world: World) -> None:
    """F20."""
    lon, lat = world.spot(world.home)
    alarm = handling.drill(
        kind=Kind.INTRUSION, lon=lon, lat=lat, words="drill", by=world.dispatcher
    )
    incident = incident_of(alarm)
    before = db.session.scalar(select(func.count()).select_from(Dispatch))
    climb_after(incident, 300)
    assert incident.case is None
    send = next(step for step in incident.steps if step.act == Act.SEND)
    assert send.came_to["would_ask"] == world.worker.id
    assert lines_for(world.worker.id) == []
    assert "EXERCISE: %(what)s, %(where)s" in lines_for(world.dispatcher.id)
    fire = handling.drill(kind=Kind.SMOKE, lon=lon, lat=lat, words="drill", by=world.dispatcher)
    climb_after(incident_of(fire), 300)
    assert db.session.scalar(select(func.count()).select_from(AlarmCall)) == 1
    assert db.session.scalar(select(func.count()).select_from(Dispatch)) == before
    with pytest.raises(NotOpen):
        casework.send(incident, by=world.dispatcher)
    real = raised(world, device="C7")
    assert incident_of(real).id != incident.id


def test_two_incidents_of_the_same_moment_are_one_when_somebody_is_sent(
    session: Session, world: World
) -> None:
    first, second = raised(world), raised(world, device="C2", lonlat=None)
    other = incident_of(second)
    assert other.id != first.incident_id
    other.geom = incident_of(first).geom
    db.session.flush()
    climb_after(other, 0)
    assert other.ended_at is not None
    assert second.incident_id == first.incident_id
    assert db.session.scalar(select(func.count()).select_from(Case)) == 1


def test_a_case_that_ended_leaves_the_question_what_the_alarm_was(
    session: Session, world: World
) -> None:
    alarm = raised(world)
    incident = incident_of(alarm)
    case = handling.send(alarm, by=world.dispatcher)
    handling.on_way(incident, by=world.worker)
    handling.arrive(incident, by=world.worker)
    moves.recall(case, by=world.dispatcher, note="solved")
    moves.void(case, by=world.shift_leader, note="nothing there")
    assert incident.ended_at is None
    assert incident.wants_outcome
    handling.close(alarm, outcome=Outcome.FALSE, note=None, by=world.dispatcher)
    assert incident.ended_at is not None
    assert not incident.wants_outcome


def test_the_desk_does_not_wait_for_the_next_step(session: Session, world: World) -> None:
    incident = incident_of(raised(world))
    climb_after(incident, 0)
    with clock.at(incident.opened_at + 2 * SECOND):
        step = climbing.hasten(incident, by=world.dispatcher)
        assert step.due_at == clock.now()
    assert alarm_lines(world.shift_leader.id) == 0
    climb_after(incident, 3)
    assert step.done_at is not None
    handling.close(incident.alarms[0], outcome=Outcome.FALSE, note="x", by=world.dispatcher)
    with pytest.raises(NotOpen):
        climbing.hasten(incident, by=world.dispatcher)


def test_whoever_was_told_hears_that_it_is_over(app: Flask, session: Session, world: World) -> None:
    incident = incident_of(raised(world))
    climb_after(incident, 0)
    climb_after(incident, 60)
    handling.close(incident.alarms[0], outcome=Outcome.FALSE, note="x", by=world.dispatcher)
    assert incident.ended_at is not None
    known = [each[:5] for each in lines_for(world.shift_leader.id)]
    assert [each for each in known if each in ("Alarm", "Over:")] == ["Alarm", "Over:"]
    # Whoever closed it knows.
    assert not any(each.startswith("Over") for each in lines_for(world.dispatcher.id))
    page = as_user(app, world.shift_leader).get("/notices").get_data(as_text=True)
    assert "已结束：" in page


def test_two_incidents_that_are_one_are_merged_by_hand_and_the_worse_goes_on(
    app: Flask, session: Session, world: World
) -> None:
    worse = incident_of(raised(world))
    milder = incident_of(
        raised(world, device="cam-9", kind=Kind.LEFT_POST, severity=Severity.MINOR)
    )
    assert worse.id != milder.id
    desk = as_user(app, world.dispatcher)
    address = f"/alarms/incidents/{milder.id}/merge"
    assert desk.post(address, data={"into": milder.id}).status_code == 422
    assert desk.post(address, data={"into": 0}).status_code == 422
    other_way = desk.post(f"/alarms/incidents/{worse.id}/merge", data={"into": milder.id})
    assert other_way.status_code == 422
    assert as_user(app, world.worker).post(address, data={"into": worse.id}).status_code == 403
    answer = desk.post(address, data={"into": worse.id})
    assert answer.headers["Location"].endswith(f"/alarms/incidents/{worse.id}")
    session.expire_all()
    assert milder.ended_at is not None
    assert len(worse.alarms) == 2
    assert (worse.kind, worse.ended_at) == (Kind.INTRUSION, None)
    assert desk.post(address, data={"into": worse.id}).status_code == 409
