"""A household goes from listed to clean land with a paper for each step, and by no other way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Update, delete, text, update
from sqlalchemy.exc import IntegrityError, InternalError
from sqlalchemy.orm import Session

from tests.projects.yard import yard
from tests.relocation.estate import Estate, corners, estate, picture
from tests.world import someone
from webapp.base import audit, clock
from webapp.base.access import may
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.people import days
from webapp.projects import actions as projects
from webapp.relocation import actions, papers, promises, queries
from webapp.relocation.forms import PromiseEndForm, PromiseForm, TalkForm
from webapp.relocation.models import Paper, RelocationHousehold
from webapp.relocation.papers import Said
from webapp.relocation.rules import (
    RELOCATION_FLOW,
    DisputeKind,
    PaperKind,
    RelocationState,
)

__all__ = ["estate", "yard"]


def ends_well(deed: Update | None = None) -> None:
    """What the database asks when a transaction ends is asked now, perhaps after a deed."""
    if deed is not None:
        db.session.execute(deed)
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    db.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))


def test_a_household_goes_from_listed_to_closed_with_its_papers(estate: Estate) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.CLOSED)
    ends_well()
    assert household.state == RelocationState.CLOSED
    assert {paper.kind for paper in household.papers} == set(PaperKind) - {PaperKind.DECISION}
    assert household.house_m2 == 90
    assert household.grid is estate.yard.world.home
    assert not papers.broken(household.papers, queries.page_hashes(household.id))
    made = [event.move for event in audit.history(RELOCATION_FLOW.kind, household.id)]
    assert made == ["list", *estate.steps()]


def test_each_step_wants_its_paper(estate: Estate) -> None:
    household = estate.listed()
    for name, (by, said) in estate.steps().items():
        if name not in ("negotiate", "close"):
            with pytest.raises(Unacceptable):
                actions.step(household, name, Said(), by=by)
            db.session.refresh(household)
        if name == "negotiate":
            break
        actions.step(household, name, said, by=by)


def test_nobody_negotiates_before_the_figures_were_posted_for_seven_days(
    estate: Estate, session: Session
) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.VALUED)
    with pytest.raises(Unacceptable):
        actions.step(household, "post", Said(days=6), by=estate.member)
    actions.step(household, "post", Said(days=7), by=estate.member)
    with pytest.raises(EvidenceMissing):
        actions.step(household, "negotiate", Said(), by=estate.member)
    for values in (
        {"state": "negotiating", "negotiated_on": days.today()},
        {"posted_until": days.today() + timedelta(days=6)},
    ):
        deed = update(RelocationHousehold).values(**values)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(deed)
    with clock.at(clock.now() + timedelta(days=8)):
        actions.step(household, "negotiate", Said(), by=estate.member)
    assert household.state == RelocationState.NEGOTIATING


def test_the_database_refuses_a_state_without_its_papers(estate: Estate, session: Session) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.SIGNED)
    deed = update(RelocationHousehold).values(state="relocated")
    with pytest.raises(IntegrityError, match="payment"), session.begin_nested():
        ends_well(deed)


def test_what_was_paid_comes_to_what_was_agreed(estate: Estate) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.SIGNED)
    part = Said(amount=Decimal(100_000), words="凭证0001")
    actions.add_paper(household, PaperKind.PAYMENT, part, by=estate.member)
    with pytest.raises(EvidenceMissing):
        actions.step(
            household, "pay", Said(amount=Decimal(200_000), words="凭证0002"), by=estate.member
        )
    db.session.refresh(household)
    actions.add_paper(
        household, PaperKind.PAYMENT, Said(amount=Decimal(10_000), words="3"), by=estate.member
    )
    # The refused step left its payment only where the transaction went on: a page undoes it.
    actions.step(household, "pay", Said(), by=estate.member)
    assert household.state == RelocationState.PAID


def test_a_version_is_never_changed_and_the_next_one_stands_beside_it(
    estate: Estate, session: Session
) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.SURVEYED)
    again = Said(house_m2=95, greenhouse_m2=62, land_m2=100, words="复测")
    actions.add_paper(household, PaperKind.SURVEY, again, by=estate.member)
    numbers = [paper.number for paper in household.papers]
    assert numbers == [2, 1]
    assert household.house_m2 == 95
    for deed in (update(Paper).values(house_m2=1), delete(Paper)):
        with pytest.raises((IntegrityError, InternalError)), session.begin_nested():
            session.execute(deed)
    with pytest.raises(NotOpen):
        actions.add_paper(
            household,
            PaperKind.AGREEMENT,
            Said(amount=Decimal(1), file=papers.keep(picture(), by=estate.member)),
            by=estate.member,
        )


def test_a_version_that_was_changed_behind_the_house_is_known(
    estate: Estate, session: Session
) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.VALUED)
    session.execute(text("SET session_replication_role = replica"))
    session.execute(text("UPDATE relocation_paper SET amount = 999 WHERE kind = 'valuation'"))
    session.execute(text("SET session_replication_role = DEFAULT"))
    session.expire_all()
    (wrong,) = papers.broken(household.papers, queries.page_hashes(household.id))
    assert wrong.kind == PaperKind.VALUATION


def test_somebody_else_verifies_than_who_cleared(estate: Estate) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.RELOCATED)
    file = papers.keep(picture(), by=estate.leader)
    actions.step(household, "clear", Said(file=file), by=estate.leader)
    with pytest.raises(EvidenceMissing):
        actions.step(household, "verify", Said(words="净地"), by=estate.leader)
    db.session.refresh(household)
    actions.step(household, "verify", Said(words="净地"), by=estate.yard.chief)


def test_a_household_is_closed_once_its_promises_are_kept(estate: Estate) -> None:
    household = estate.listed()
    owner = estate.member
    assert owner.id is not None
    said = PromiseForm.of(
        {"kind": "home", "words": "找过渡房", "owner": owner.id, "due_on": days.today()}
    )
    promise = promises.make(household, said, by=owner)
    estate.led(household, RelocationState.VERIFIED)
    with pytest.raises(EvidenceMissing):
        actions.step(household, "close", Said(), by=estate.leader)
    promises.end(household, promise, PromiseEndForm(kept=True, words="已入住"), by=owner)
    actions.step(household, "close", Said(), by=estate.leader)
    with pytest.raises(NotOpen):
        promises.end(household, promise, PromiseEndForm(kept=True, words="再次"), by=owner)


def test_a_promise_is_kept_by_somebody_of_the_team_and_by_a_day_to_come(estate: Estate) -> None:
    household = estate.listed()
    outsider = estate.yard.world.worker
    ways = (
        {"owner": outsider.id, "due_on": days.today()},
        {"owner": estate.member.id, "due_on": days.today() - timedelta(days=1)},
    )
    for way in ways:
        said = PromiseForm.of({"kind": "home", "words": "找房", **way})
        with pytest.raises(Unacceptable):
            promises.make(household, said, by=estate.member)


def test_a_dispute_is_mediated_and_signed(estate: Estate) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.NEGOTIATING)
    with pytest.raises(EvidenceMissing):
        actions.step(household, "dispute", Said(), by=estate.member)
    actions.step(
        household, "dispute", Said(words="评估偏低"), by=estate.member, dispute=DisputeKind.AMOUNT
    )
    talk = TalkForm.of({"held_on": days.today(), "present": "村书记、户主", "words": "愿再谈"})
    with pytest.raises(NotOpen):
        promises.write_talk(household, talk, by=estate.member)
    actions.step(household, "mediate", Said(), by=estate.member)
    with pytest.raises(EvidenceMissing):
        actions.step(household, "refer", Said(), by=estate.leader)
    promises.write_talk(household, talk, by=estate.member)
    _by, signed = estate.steps()["sign"]
    actions.step(household, "sign", signed, by=estate.member)
    ends_well()
    (dispute,) = household.disputes
    assert dispute.ended_by == "sign"
    assert len(dispute.talks) == 1


def test_a_decision_of_a_court_stands_for_the_agreement(estate: Estate) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.NEGOTIATING)
    actions.step(
        household, "dispute", Said(words="分家不清"), by=estate.member, dispute=DisputeKind.OWNERS
    )
    actions.step(household, "mediate", Said(), by=estate.member)
    talk = TalkForm.of({"held_on": days.today(), "present": "调解员", "words": "调解不成"})
    promises.write_talk(household, talk, by=estate.member)
    with pytest.raises(NotAllowed):
        actions.step(household, "sue", Said(), by=estate.member)
    actions.step(household, "sue", Said(), by=estate.leader)
    file = papers.keep(picture(), by=estate.leader)
    actions.step(household, "execute", Said(words="裁定", file=file), by=estate.leader)
    actions.step(household, "clear", Said(file=file), by=estate.member)
    actions.step(household, "verify", Said(words="净地"), by=estate.leader)
    ends_well()
    assert household.state == RelocationState.VERIFIED


def test_a_parcel_lies_in_the_site_and_on_nobody_elses_ground(estate: Estate) -> None:
    estate.listed()
    with pytest.raises(Unacceptable, match="1"):
        actions.register(estate.project, estate.said(), by=estate.member)
    outside = estate.said(1, corners=corners(estate, away=400))
    with pytest.raises(Unacceptable):
        actions.register(estate.project, outside, by=estate.member)
    drawn = actions.register(
        estate.project, estate.said(1, corners=corners(estate)), by=estate.member
    )
    assert not drawn.sketched
    assert drawn.number == 2
    assert abs(drawn.land_m2 - 25) < 3


def test_no_household_is_listed_once_the_land_was_handed_over(estate: Estate) -> None:
    yard = estate.yard
    projects.step(yard.project, "approve", by=yard.chief)
    projects.step(yard.project, "form_team", by=yard.leader)
    yard.planned(relocation=(0, 20))
    projects.step(yard.project, "relocate", by=yard.leader)
    projects.step(yard.project, "hand_over", by=yard.leader, note="净地")
    with pytest.raises(NotOpen):
        estate.listed()


def test_land_is_not_handed_over_while_a_household_is_on_it(estate: Estate) -> None:
    yard = estate.yard
    projects.step(yard.project, "approve", by=yard.chief)
    projects.step(yard.project, "form_team", by=yard.leader)
    yard.planned(relocation=(0, 20))
    projects.step(yard.project, "relocate", by=yard.leader)
    household = estate.listed()
    with pytest.raises(EvidenceMissing):
        projects.step(yard.project, "hand_over", by=yard.leader, note="净地")
    estate.led(household, RelocationState.CLEARED)
    with pytest.raises(EvidenceMissing):
        projects.step(yard.project, "hand_over", by=yard.leader, note="净地")
    estate.led(household, RelocationState.VERIFIED)
    projects.step(yard.project, "hand_over", by=yard.leader, note="净地")


def test_who_saw_it_before_somebody_else_changed_it_is_told(estate: Estate) -> None:
    household = estate.listed()
    seen = household.version
    estate.led(household, RelocationState.SURVEYED)
    with pytest.raises(Changed):
        actions.step(household, "value", Said(), by=estate.member, base_version=seen)


def test_team_leader_and_street_see_a_household_and_nobody_else(estate: Estate) -> None:
    household = estate.listed()
    world = estate.yard.world
    rights = ("relocation.see", "relocation.reveal")
    for who in (estate.member, estate.leader, estate.yard.chief):
        assert all(may(who, right, household) for right in rights)
    others = (world.worker, world.neighbour, world.stranger, world.admin, estate.yard.deputy)
    for who in (*others, someone("other_team", "dept_head")):
        assert not any(may(who, right, household) for right in rights)
        assert not may(who, "relocation.board", estate.project)
        assert queries.mine(who, today=days.today()) == []


def test_a_look_stands_in_the_log_with_its_purpose_and_without_what_was_seen(
    estate: Estate,
) -> None:
    household = estate.listed()
    whole = actions.reveal(household, purpose="协商补偿", by=estate.member)
    assert whole.name == household.name
    event = audit.last(RELOCATION_FLOW.kind, household.id)
    assert event is not None
    assert (event.move, event.actor_id) == ("reveal", estate.member.id)
    assert event.data == {"purpose": "协商补偿"}


def test_many_move_on_together_or_none_does(estate: Estate) -> None:
    two = [estate.listed(place) for place in (0, 1)]
    said = Said(house_m2=1, greenhouse_m2=2, land_m2=3)
    actions.step_all(two, "survey", said, by=estate.member)
    assert {each.state for each in two} == {RelocationState.SURVEYED}
    estate.led(two[0], RelocationState.VALUED)
    with pytest.raises(NotOpen), db.session.begin_nested():
        actions.step_all(two, "value", estate.steps()["value"][1], by=estate.member)
    assert two[1].state == RelocationState.SURVEYED
