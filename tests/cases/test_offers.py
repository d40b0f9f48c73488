"""Candidates from real facts, offers that nobody answers, the override, and who may see all that."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, time, timedelta
from math import cos, radians

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.cases.stages import brought_to, reported
from tests.world import World, as_user
from webapp.base import audit, clock, notices
from webapp.base.db import db
from webapp.base.flow import NotAllowed, Refusal, Unacceptable
from webapp.cases import candidates, moves, offers, proposing, queries, rolling
from webapp.cases.models import Assignment, Case
from webapp.cases.proposing import Wish
from webapp.cases.rota import actions, queries as field
from webapp.cases.rota.models import Shift, WorkerPosition
from webapp.cases.rota.rules import Skill
from webapp.cases.rules import Duty, Grade, State
from webapp.cases.ways import METRES_A_MINUTE
from webapp.cases.weights import USUAL
from webapp.people import days
from webapp.people.actors import Person
from webapp.people.models import Account
from webapp.travel.rules import DETOUR

# A Monday, 10:00 in Yantai.
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ALL_DAY = (time(0), time(23, 59))


def on_duty(*people: Person) -> None:
    """The rota has these people on duty today."""
    keys = [person.id for person in people if person.id is not None]
    begin, end = ALL_DAY
    today = days.today()
    actions.put_on_duty(keys, first=today, last=today, begin=begin, end=end, by=None)


def found(case: Case, person: Person) -> candidates.Candidate:
    """This person among the candidates."""
    order = candidates.ranking(case).order
    return next(each for each in order if each.account == person.id)


def stands(person: Person, spot: tuple[float, float], *, ago_min: float = 1) -> bool:
    """Whether it is kept that somebody was there so many minutes ago."""
    at = clock.now() - timedelta(minutes=ago_min)
    return actions.stand(lon=spot[0], lat=spot[1], accuracy_m=9, at=at, by=person)


def test_the_worker_of_the_grid_is_first_and_says_why(world: World) -> None:
    case = reported(world)
    lines = candidates.lines(candidates.ranking(case))
    assert lines[0].one.account == world.worker.id
    assert "本网格人员" in lines[0].because
    assert lines[0].why_not == []
    assert all(line.because and line.why_not for line in lines[1:])
    assert "直线 × 1.3" in lines[0].way
    assert sum(float(minutes) for _words, minutes in lines[0].parts) == pytest.approx(
        lines[0].one.total, abs=0.11
    )


def test_a_position_counts_on_duty_and_for_ten_minutes(world: World) -> None:
    case = reported(world)
    spot = world.spot(world.home)
    assert not stands(world.neighbour, spot), "nobody is followed who is not on duty"
    on_duty(world.neighbour)
    assert stands(world.neighbour, spot)
    near = found(case, world.neighbour)
    assert (near.origin, near.position) == ("reported", 0)
    assert near.travel < 0.1
    with clock.at(clock.now() + timedelta(minutes=11)):
        far = found(case, world.neighbour)
    assert far.origin == "centre"
    assert far.position > 0
    assert far.travel > near.travel


def test_of_a_person_only_the_last_position_is_kept_and_that_for_a_day(world: World) -> None:
    on_duty(world.worker)
    assert stands(world.worker, world.spot(world.home), ago_min=2)
    assert stands(world.worker, world.spot(world.next_door), ago_min=1)
    assert stands(world.worker, world.spot(world.home), ago_min=5), "late, and no newer"
    kept = db.session.scalars(select(WorkerPosition)).all()
    assert [each.account_id for each in kept] == [world.worker.id]
    assert clock.now() - kept[0].at < timedelta(minutes=2)
    assert not stands(world.worker, world.spot(world.home), ago_min=30)
    with clock.at(clock.now() + timedelta(hours=25)):
        assert actions.forget_positions() == 1


def test_who_is_off_duty_comes_last_and_is_shown_so(world: World) -> None:
    case = reported(world)
    assert found(case, world.worker).on_duty is None, "no rota is kept yet"
    on_duty(world.neighbour)
    made = candidates.ranking(case)
    assert made.order[0].account == world.neighbour.id
    mine = next(line for line in candidates.lines(made, 9) if line.one.account == world.worker.id)
    assert "按排班不在岗" in mine.why_not


def test_ammonia_wants_protection_and_two_together(world: World) -> None:
    case = reported(world, class_code="21004")
    assert case.grade == Grade.EMERGENCY
    for person in (world.neighbour, world.worker):
        account = db.session.get_one(Account, person.id)
        if person is world.neighbour:
            actions.add_skill(account, Skill.PROTECTED, last=None, by=None)
    made = candidates.ranking(case)
    assert (made.call.skills, made.call.people) == ({"protected"}, 2)
    assert made.order[0].account == world.neighbour.id
    assert made.mates_of(made.order[0].account) == []
    mine = next(line for line in candidates.lines(made, 9) if line.one.account == world.worker.id)
    assert any("呼吸与化学防护" in words for words in mine.why_not)
    account = db.session.get_one(Account, world.worker.id)
    actions.add_skill(account, Skill.PROTECTED, last=None, by=None)
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    told = [str(each) for each in notices.unread(world.neighbour.id or 0)]
    assert any("同去" in words for words in told)


def test_a_skill_that_ran_out_is_none(world: World) -> None:
    account = db.session.get_one(Account, world.worker.id)
    actions.add_skill(account, Skill.FIRE, last=days.today(), by=world.admin)
    with pytest.raises(Unacceptable):
        actions.add_skill(account, Skill.FIRE, last=None, by=world.admin)
    case = reported(world)
    with clock.at(clock.now() + timedelta(days=2)):
        row = next(each for each in field.workers() if each.id == world.worker.id)
        assert row.skills == []
        assert found(case, world.worker).missing == ()


def test_the_choice_and_its_alternatives_stay_with_the_case(world: World) -> None:
    case = brought_to(State.DISPATCHED, world)
    sent = queries.open_assignment(case.id, Duty.HANDLE)
    assert sent is not None
    lines = candidates.why_them(sent)
    assert [line.one.account for line in lines if line.chosen] == [world.worker.id]
    assert {line.one.account for line in lines} == {world.worker.id, world.neighbour.id}
    assert all(line.one.spot is None for line in lines), "where people were is not kept"


def test_one_person_has_one_offer_that_waits(world: World) -> None:
    brought_to(State.DISPATCHED, world)
    other = reported(world)
    with pytest.raises(Refusal, match="还没有答复"):
        moves.dispatch(other, to=world.worker.id, by=world.dispatcher)
    assert found(other, world.worker).offer is not None


def test_an_emergency_goes_to_the_next_after_a_minute(world: World) -> None:
    case = reported(world)
    moves.file_case(case, by=world.dispatcher)
    case.grade = Grade.EMERGENCY
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    with clock.at(clock.now() + timedelta(seconds=50)):
        offers.pass_on_lapsed()
    assert case.handler_id == world.worker.id
    with clock.at(clock.now() + timedelta(seconds=70)):
        offers.pass_on_lapsed()
        assert (case.state, case.handler_id) == (State.DISPATCHED, world.neighbour.id)
        said = audit.last("case", case.id)
        assert said is not None
        assert (said.move, said.actor_id, said.data["to"]) == ("pass_on", None, world.neighbour.id)
        told = [str(each) for each in notices.unread(world.worker.id or 0)]
        assert any("已转派他人" in words for words in told)
    with clock.at(clock.now() + timedelta(seconds=140)):
        offers.pass_on_lapsed()
    assert (case.state, case.handler_id) == (State.FILED, None)
    told = [str(each) for each in notices.unread(world.dispatcher.id or 0)]
    assert any("无人答复" in words for words in told)
    assert queries.open_assignment(case.id, Duty.HANDLE) is None
    assert audit.broken_links() == []


@pytest.mark.parametrize(
    ("grade", "waits"),
    [
        (Grade.EMERGENCY, timedelta(minutes=1)),
        (Grade.URGENT, timedelta(minutes=10)),
        # Half a working day after ten o'clock on a Monday, with the noon break.
        (Grade.NORMAL, timedelta(hours=5, minutes=15)),
    ],
)
def test_an_offer_waits_as_long_as_its_grade_allows(
    grade: Grade, waits: timedelta, world: World
) -> None:
    with clock.at(MONDAY):
        case = reported(world)
        moves.file_case(case, by=world.dispatcher)
        case.grade = grade
        moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
        sent = queries.open_assignment(case.id, Duty.HANDLE)
    assert sent is not None
    assert sent.answer_by == MONDAY + waits


def test_what_was_taken_on_is_passed_on_to_nobody(world: World) -> None:
    case = brought_to(State.PROCESSING, world)
    with clock.at(clock.now() + timedelta(days=9)):
        offers.pass_on_lapsed()
    assert (case.state, case.handler_id) == (State.PROCESSING, world.worker.id)


def test_whoever_declined_and_whoever_is_off_duty_is_not_asked_by_the_house(world: World) -> None:
    case = reported(world)
    moves.dispatch(case, to=world.neighbour.id, by=world.dispatcher)
    moves.decline(case, by=world.neighbour, note="ill today")
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    with clock.at(clock.now() + timedelta(days=9)):
        offers.pass_on_lapsed()
    assert case.state == State.FILED


def test_the_shift_leader_sends_somebody_all_the_same_and_both_logs_say_so(world: World) -> None:
    first = brought_to(State.DISPATCHED, world)
    second = reported(world)
    with pytest.raises(NotAllowed):
        offers.dispatch_anyway(second, to=world.worker.id or 0, by=world.dispatcher)
    offers.dispatch_anyway(second, to=world.worker.id or 0, by=world.shift_leader)
    assert (first.state, first.handler_id) == (State.FILED, None)
    assert (second.state, second.handler_id) == (State.DISPATCHED, world.worker.id)
    ended, sent = audit.last("case", first.id), audit.last("case", second.id)
    assert ended is not None
    assert sent is not None
    assert (ended.move, ended.actor_id) == ("recall", world.shift_leader.id)
    assert second.number in ended.data["note"]
    assert first.number in sent.data["note"]


def test_a_case_opened_again_is_no_offer(world: World) -> None:
    case = brought_to(State.CLOSED, world)
    brought_to(State.DISPATCHED, world)
    moves.reopen(case, by=world.shift_leader, note="it is back")
    sent = queries.open_assignment(case.id, Duty.HANDLE)
    assert sent is not None
    assert sent.taken_at is not None
    assert sent.answer_by is None


def test_the_set_proposes_each_person_once_and_what_is_accepted_is_sent(world: World) -> None:
    cases = [brought_to(State.FILED, world) for _each in range(3)]
    made = proposing.proposal(world.dispatcher)
    assert (made.waiting, made.idle, made.queues) == (3, 2, True)
    sent = [row for row in made.rows if row.line]
    assert len({row.line.one.account for row in sent if row.line}) == 2
    wishes = [
        Wish(row.case.id, row.case.version, row.line.one.account, False) for row in sent if row.line
    ]
    stale = Wish(cases[-1].id, 0, world.worker.id or 0, False)
    done, refused = proposing.accept([*wishes, stale], by=world.dispatcher)
    assert done == 2
    assert [case.id for case, _words in refused] == [cases[-1].id]
    states = sorted(each.state for each in cases)
    assert states == [State.DISPATCHED, State.DISPATCHED, State.FILED]


def test_a_person_under_way_is_proposed_only_for_an_emergency(world: World) -> None:
    brought_to(State.DISPATCHED, world)
    moves.dispatch(brought_to(State.FILED, world), to=world.neighbour.id, by=world.dispatcher)
    waits = brought_to(State.FILED, world)
    assert [row.line for row in proposing.proposal(world.dispatcher).rows] == [None]
    waits.grade = Grade.EMERGENCY
    db.session.flush()
    (row,) = proposing.proposal(world.shift_leader).rows
    assert row.takes_off
    wish = Wish(row.case.id, row.case.version, row.line.one.account if row.line else 0, True)
    assert proposing.accept([wish], by=world.dispatcher)[0] == 0
    assert proposing.accept([wish], by=world.shift_leader)[0] == 1
    assert waits.state == State.DISPATCHED


def test_the_page_shows_candidates_to_the_desk_and_why_to_who_was_sent(
    app: Flask, world: World
) -> None:
    case = brought_to(State.FILED, world)
    page = as_user(app, world.dispatcher).get(f"/cases/{case.id}").get_data(as_text=True)
    assert "data-ways" in page
    assert "理由：" in page
    assert "未排首位：" in page
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    mine = as_user(app, world.worker).get(f"/cases/{case.id}").get_data(as_text=True)
    assert "为什么派他" in mine
    assert "data-ways" not in mine


def test_a_busy_worker_is_a_clear_conflict_and_the_override_is_a_form(
    app: Flask, world: World
) -> None:
    brought_to(State.DISPATCHED, world)
    case = reported(world)
    data = {"worker": world.worker.id, "base_version": case.version}
    desk = as_user(app, world.dispatcher)
    lost = desk.post(f"/cases/{case.id}/dispatch", data=data)
    assert lost.status_code == 409
    assert "还没有答复" in lost.get_data(as_text=True)
    anyway = {**data, "anyway": "1"}
    assert desk.post(f"/cases/{case.id}/dispatch", data=anyway).status_code == 403
    leader = as_user(app, world.shift_leader)
    assert "强制派遣" in leader.get(f"/cases/{case.id}").get_data(as_text=True)
    assert leader.post(f"/cases/{case.id}/dispatch", data=anyway).status_code == 303


def test_a_step_that_says_where_counts_only_for_whoever_is_on_duty(
    app: Flask, world: World
) -> None:
    case = brought_to(State.DISPATCHED, world)
    lon, lat = world.spot(world.home)
    where = {"here_lon": lon, "here_lat": lat, "here_accuracy_m": 12}
    phone = as_user(app, world.worker)
    on_duty(world.worker)
    assert phone.post(f"/cases/{case.id}/sign", data=where).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(WorkerPosition)) == 1


def test_the_proposal_is_the_dispatchers(app: Flask, world: World) -> None:
    case = brought_to(State.FILED, world)
    for person in (world.stranger, world.worker):
        assert as_user(app, person).get("/cases/proposal").status_code == 403
        assert as_user(app, person).post("/cases/proposal").status_code == 403
    desk = as_user(app, world.dispatcher)
    assert case.number in desk.get("/cases/proposal").get_data(as_text=True)
    assert desk.post("/cases/proposal", data={"rows": "nonsense"}).status_code == 422
    row = f"{case.id}:{case.version}:{world.worker.id}:0"
    assert desk.post("/cases/proposal", data={"rows": row}).status_code == 200
    db.session.refresh(case)
    assert case.state == State.DISPATCHED
    again = desk.post("/cases/proposal", data={"rows": row})
    assert again.status_code == 409


def test_the_rota_is_seen_by_the_desk_and_changed_by_its_leaders(app: Flask, world: World) -> None:
    today = days.today()
    data = {
        "people": [world.worker.id, world.neighbour.id],
        "first": today,
        "last": today + timedelta(days=1),
        "begin": "20:00",
        "end": "08:00",
    }
    addresses = ("/rota/shifts", "/rota/copy", f"/rota/{world.worker.id}/skills")
    for person in (world.stranger, world.worker, world.dispatcher):
        client = as_user(app, person)
        assert all(client.post(each, data=data).status_code == 403 for each in addresses)
        seen = client.get("/rota").status_code, client.get(f"/rota/{world.worker.id}").status_code
        assert seen == ((200, 200) if person is world.dispatcher else (403, 403))
    leader = as_user(app, world.shift_leader)
    assert leader.post("/rota/shifts", data=data).status_code == 303
    shifts = db.session.scalars(select(Shift).order_by(Shift.id)).all()
    assert len(shifts) == 4
    assert all(each.end - each.begin == timedelta(hours=12) for each in shifts)
    assert "20:00–08:00" in leader.get("/rota").get_data(as_text=True)
    wrong = leader.post("/rota/shifts", data={**data, "last": today - timedelta(days=1)})
    assert wrong.status_code == 422
    week = today + timedelta(days=7)
    assert leader.post("/rota/copy", data={"week": week}).status_code == 303
    count = db.session.scalar(select(func.count()).select_from(Shift)) or 0
    assert count > 4
    leader.post("/rota/copy", data={"week": week})
    assert db.session.scalar(select(func.count()).select_from(Shift)) == count
    coming = next(each for each in shifts if each.begin > clock.now())
    assert leader.post(f"/rota/shifts/{coming.id}/remove").status_code == 303
    assert leader.post(f"/rota/{world.worker.id}/skills", data={"skill": "fire"}).status_code == 303
    (skill,) = field.skills_of(world.worker.id or 0)
    assert leader.post(f"/rota/skills/{skill.id}/end").status_code == 303


ASKED_OFTEN = (
    "SELECT 1 FROM assignment WHERE account_id = 1 AND ended_at IS NULL",
    "SELECT 1 FROM assignment WHERE answer_by < now() AND taken_at IS NULL AND ended_at IS NULL",
    "SELECT 1 FROM shift WHERE account_id = 1 AND span @> now()",
    "SELECT 1 FROM shift WHERE span && tstzrange(now(), now() + interval '1 day')",
    "SELECT skill FROM account_skill WHERE account_id = 1 AND valid @> now()",
    "SELECT 1 FROM worker_position WHERE account_id = 1 AND at > now()",
    "SELECT 1 FROM worker_position WHERE at < now()",
)


@pytest.mark.parametrize("statement", ASKED_OFTEN)
def test_what_is_asked_often_has_an_index(statement: str, world: World) -> None:
    # Tables of a test are small: without this the planner reads them whole whatever there is.
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(db.session.scalars(text(f"EXPLAIN {statement}")))
    assert "Seq Scan" not in plan, plan


def test_of_many_assignments_the_question_who_could_go_reads_only_the_open_ones(
    world: World,
) -> None:
    case = brought_to(State.PROCESSING, world)
    db.session.execute(
        text("""
            INSERT INTO assignment (case_id, account_id, duty, sent_at, taken_at, ended_at)
            SELECT :case, :account, 'check', now(), now(), now() FROM generate_series(1, 20000)
        """),
        {"case": case.id, "account": world.worker.id},
    )
    db.session.execute(text("ANALYZE assignment"))
    now = clock.now()
    values = {
        "now": now,
        "fresh": now,
        "day": now,
        "night": now + timedelta(days=1),
        "roles": ["grid_worker"],
    }
    explained = text(f"EXPLAIN {field.WORKERS.text}")
    plan = "\n".join(db.session.scalars(explained, values))
    assert "Seq Scan on assignment" not in plan, plan
    open_now = select(func.count()).where(
        Assignment.account_id == world.worker.id, Assignment.ended_at.is_(None)
    )
    assert db.session.scalar(open_now) == 1
    assert found(case, world.worker).duties == 1


def test_the_weights_are_data_tried_beside_those_in_force_and_taken_back(
    app: Flask, world: World
) -> None:
    on_duty(world.worker, world.neighbour)
    case = reported(world)
    # The neighbour is a minute farther than the centre of the grid, where the worker may be or not.
    own = found(case, world.worker)
    lon, lat = world.spot(world.home)
    metres = (own.travel + 1) * METRES_A_MINUTE / DETOUR
    stands(world.neighbour, (lon + metres / (111_320 * cos(radians(lat))), lat))
    first = candidates.ranking(case).order[0]
    assert first.account == world.neighbour.id
    db.session.commit()
    address, usual = "/dispatch/weights", asdict(USUAL)
    leader = as_user(app, world.shift_leader)
    as_usual = usual | {"version": 0}
    assert as_user(app, world.stranger).get(address).status_code == 403
    assert as_user(app, world.dispatcher).get(address).status_code == 200
    assert as_user(app, world.dispatcher).post(address, data=as_usual).status_code == 403
    for wrong in ({"a_duty": 21}, {"a_duty": ""}, {"a_duty": "nan"}, {"urgent_minute": 4}):
        refused = leader.post(address, data=as_usual | wrong)
        assert (refused.status_code, 'class="error"' in refused.text) == (422, True)
    # Tried: both orders stand side by side, and nothing is changed.
    wanted = as_usual | {"old_position": 0, "own_within": 0, "under_way": 240}
    tried = leader.post(address, data=wanted | {"try": 1, "example": f"case:{case.id}"})
    now, then = tried.text.split('<section aria-label="')[1:3]
    assert now.index(first.name) < now.index(own.name)
    assert then.index(own.name) < then.index(first.name)
    assert leader.post(address, data=wanted | {"try": 1, "example": "case:0"}).status_code == 422
    grid = {"try": 1, "example": f"grid:{world.home.id}"}
    assert leader.post(address, data=wanted | grid).status_code == 200
    assert candidates.workers().weights == USUAL
    # Laid down: the desk and the set go by it, the log has what was before, and who was slower is told.
    assert leader.post(address, data=wanted).status_code == 303
    assert leader.post(address, data=wanted).status_code == 409
    assert candidates.ranking(case).order[0].account == own.account
    staff = candidates.workers()
    (call,) = candidates.by_road([candidates.call_of(case, [])], staff)
    assert rolling.assign([call], staff.people)[0].candidate.account == own.account
    usual_call = replace(call, weights=USUAL)
    assert rolling.assign([usual_call], staff.people)[0].candidate.account == first.account
    (event,) = audit.history("dispatch_weights", 1)
    assert event.data["changed"] == {
        "own_within": [2, 0],
        "under_way": [30, 240],
        "old_position": [5, 0],
    }
    assert "5 → 0" in leader.get(address).text
    assert leader.post(f"{address}/usual", data={"version": 1}).status_code == 303
    assert candidates.workers().weights == USUAL
    assert candidates.ranking(case).order[0].account == first.account
