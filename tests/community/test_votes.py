"""Votes on topics: whose they are, once and in time, on paper with two witnesses, counted so that all can count again."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from tests.community.voting import Block, block_of, by_phone
from tests.world import World, someone
from webapp.base import audit, clock
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.community.deliberation import actions, around, poll_queries, polls
from webapp.community.deliberation.forms import StageForm
from webapp.community.deliberation.poll_models import Ballot, Turnout, Voter
from webapp.community.deliberation.procedures import (
    PROCEDURES,
    Choice,
    Figures,
    Procedure,
    Unit,
    verdict,
)
from webapp.community.deliberation.rules import TOPIC_FLOW, Level, TopicState
from webapp.community.deliberation.steps import Step
from webapp.people import days
from webapp.residents import actions as residents
from webapp.residents.forms import DwellingForm, HouseholdForm
from webapp.residents.models import Dwelling
from webapp.residents.rules import Relation, Sex

YES, NO, ABSTAIN = Choice


@pytest.fixture
def block(world: World) -> Block:
    return block_of(world)


def refused(statement: str, **values: object) -> None:
    """The database itself refuses this."""
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text(statement), values)


# The roll


def test_the_roll_is_fixed_when_the_meeting_is_announced(block: Block) -> None:
    topic = block.announced()
    poll = poll_queries.current(topic.id)
    assert poll is not None
    assert poll_queries.taken(poll.id).roll == 4
    residents.move_out(block.homes[0], left_at=None, by=block.world.worker)
    door = residents.add_dwelling(block.building, DwellingForm(door="601"), by=block.world.worker)
    who = {"name": "新住户", "sex": Sex.MALE, "relation": Relation.HEAD}
    residents.move_in(door, HouseholdForm.of(who), by=block.world.worker)
    rows = poll_queries.roll(poll.id).rows
    assert [each.voter.label for each in rows] == [f"3号楼 {door}" for door in range(101, 105)]


def test_the_database_keeps_the_roll(block: Block) -> None:
    poll = poll_queries.current(block.announced().id)
    assert poll is not None
    home = block.homes[0].id
    refused("DELETE FROM poll_voter WHERE poll_id = :poll", poll=poll.id)
    refused("UPDATE poll_voter SET label = 'x' WHERE poll_id = :poll", poll=poll.id)
    refused(
        "UPDATE poll_voter SET household_id = :home WHERE poll_id = :poll AND number = 2",
        poll=poll.id,
        home=home,
    )
    refused("INSERT INTO poll_voter (poll_id, number, label) VALUES (:poll, 9, 'x')", poll=poll.id)
    # Whoever is erased goes from it, and the place stays.
    db.session.execute(
        text("UPDATE poll_voter SET household_id = NULL WHERE poll_id = :poll AND number = 2"),
        {"poll": poll.id},
    )


def test_the_roll_follows_level_and_distance(block: Block) -> None:
    world = block.world
    for level in (Level.GRID, Level.COMMUNITY):
        poll = poll_queries.current(block.announced(level=level).id)
        assert poll is not None
        assert poll_queries.taken(poll.id).roll == 4
    # Somewhere else in the grid, and only who lives close by.
    topic = block.topic(level=Level.GRID)
    lon, lat = world.spot(world.home)
    topic.place_at(lon, lat + 0.001, datum=Datum.WGS84)
    at = clock.now() + timedelta(days=1)
    for within, many in ((200, 4), (50, 0)):
        topic.within_m = within
        db.session.flush()
        assert len(poll_queries.eligible(topic, Unit.HOUSEHOLD, days.today())) == many
    said = Step(meeting_at=at, meeting_place="x")
    with pytest.raises(NotOpen):
        actions.step(topic, "announce", said, by=block.leader)


def test_by_person_only_those_of_age_are_on_the_roll(block: Block) -> None:
    home = block.homes[0]
    for name, born in (("孩子", days.today() - timedelta(days=17 * 365)), ("不详", None)):
        said = {"name": name, "sex": Sex.MALE, "relation": Relation.CHILD, "born": born}
        said = {key: value for key, value in said.items() if value is not None}
        residents.join(home, residents_form(said), by=block.world.worker)
    poll = poll_queries.current(block.announced(procedure="persons").id)
    assert poll is not None
    assert poll_queries.taken(poll.id).roll == 4


def residents_form(said: dict[str, object]) -> HouseholdForm:
    return HouseholdForm.of(said)


def test_a_topic_that_is_lifted_gets_another_roll(block: Block) -> None:
    topic = block.announced()
    first = poll_queries.current(topic.id)
    actions.step(topic, "lift", Step(note="涉及全网格"), by=block.leader)
    assert poll_queries.current(topic.id) is None
    at = clock.now() + timedelta(days=1)
    actions.step(topic, "announce", Step(meeting_at=at, meeting_place="x"), by=block.leader)
    second = poll_queries.current(topic.id)
    assert first is not None
    assert second is not None
    assert (first.turn, second.turn) == (1, 2)


# Online


def test_a_home_votes_once_and_nobody_else_votes(block: Block) -> None:
    _topic, poll = block.voting()
    polls.cast(poll, YES, by=block.residents[0])
    with pytest.raises(Changed):
        polls.cast(poll, NO, by=block.residents[0])
    for who in (block.world.stranger, block.world.worker, by_phone("+8613800009999")):
        with pytest.raises(NotAllowed):
            polls.cast(poll, YES, by=who)
    residents.move_out(block.homes[1], left_at=None, by=block.world.worker)
    with pytest.raises(NotAllowed):
        polls.cast(poll, YES, by=block.residents[1])


def test_a_vote_after_the_closing_time_is_refused_by_the_clock_of_the_database(
    block: Block,
) -> None:
    now = clock.now()
    with clock.at(now - timedelta(days=3)):
        _topic, poll = block.voting(closes_at=now - timedelta(days=1))
        with pytest.raises(NotOpen):
            polls.cast(poll, YES, by=block.residents[0])
    refused("UPDATE poll SET closes_at = now() + interval '1 day' WHERE id = :id", id=poll.id)


def test_a_vote_on_paper_only_takes_none_online(block: Block) -> None:
    _topic, poll = block.voting(online=False)
    with pytest.raises(NotOpen):
        polls.cast(poll, YES, by=block.residents[0])


def test_of_a_secret_vote_nothing_leads_from_the_ballot_to_the_voter(block: Block) -> None:
    topic, poll = block.voting(secret=True)
    codes = [
        polls.cast(poll, choice, by=who)
        for who, choice in zip(block.residents, (YES, YES, YES, NO), strict=True)
    ]
    moves = [event.move for event in audit.history(TOPIC_FLOW.kind, topic.id)]
    assert moves[-1] == "open_vote"
    written = "SELECT count(DISTINCT xmin::text) FROM poll_ballot WHERE poll_id = :poll"
    order = "SELECT array_agg(id ORDER BY ctid) = array_agg(id ORDER BY id) FROM poll_ballot WHERE poll_id = :poll"
    actions.count(topic, days=None, by=block.leader)
    assert db.session.scalar(text(written), {"poll": poll.id}) == 1
    assert db.session.scalar(text(order), {"poll": poll.id})
    ballots = db.session.scalars(select(Ballot).where(Ballot.poll_id == poll.id)).all()
    assert all(each.voter_id is None for each in ballots)
    found = [poll_queries.ballot_of(poll.id, polls.hashed(code.lower())) for code in codes]
    assert found == [YES, YES, YES, NO]
    refused(
        "UPDATE poll_ballot SET voter_id = (SELECT min(id) FROM poll_voter) WHERE poll_id = :poll",
        poll=poll.id,
    )


# On paper


def test_a_sheet_counts_once_two_others_have_confirmed_it(block: Block) -> None:
    topic, poll = block.voting(secret=True, online=False)
    sheet = polls.enter_sheet(
        poll,
        numbers=[1, 2, 3, 4],
        counts={YES: 3, NO: 1},
        file=None,
        by=block.world.worker,
    )
    with pytest.raises(NotAllowed):
        polls.witness(sheet, by=block.world.worker)
    polls.witness(sheet, by=block.leader)
    with pytest.raises(Changed):
        polls.witness(sheet, by=block.leader)
    assert poll_queries.figures(poll.id).took_part == 0
    with pytest.raises(NotOpen, match="监票"):
        actions.count(topic, days=None, by=block.leader)
    polls.witness(sheet, by=someone("second", "grid_secretary", grid=block.world.home))
    assert poll_queries.figures(poll.id).yes == 3
    actions.count(topic, days=None, by=block.leader)
    assert topic.state == TopicState.PUBLICISED


def test_the_database_wants_three_different_people_at_a_sheet(block: Block) -> None:
    _topic, poll = block.voting()
    sheet = polls.enter_sheet(poll, votes={1: YES}, file=None, by=block.world.worker)
    worker, leader = block.world.worker.id, block.leader.id
    for first, second in ((worker, None), (leader, leader), (leader, worker), (None, leader)):
        refused(
            "UPDATE poll_sheet SET first_witness_id = :first, second_witness_id = :second WHERE id = :id",
            first=first,
            second=second,
            id=sheet.id,
        )


def test_a_home_on_a_sheet_does_not_vote_online_until_the_sheet_is_refused(block: Block) -> None:
    _topic, poll = block.voting()
    sheet = polls.enter_sheet(poll, votes={1: YES, 2: NO}, file=None, by=block.world.worker)
    with pytest.raises(Changed):
        polls.cast(poll, YES, by=block.residents[0])
    with pytest.raises(Changed):
        polls.enter_sheet(poll, votes={2: NO, 3: NO}, file=None, by=block.leader)
    polls.refuse_sheet(sheet, why="与纸票不符", by=block.leader)
    polls.cast(poll, YES, by=block.residents[0])
    assert poll_queries.taken(poll.id).took_part == 1


def test_a_secret_sheet_tells_nobodys_vote(block: Block) -> None:
    _topic, poll = block.voting(secret=True)
    for numbers, counts in (([1, 2], {YES: 2}), ([1, 2, 3], {YES: 2}), ([1, 2, 9], {YES: 3})):
        with pytest.raises(Unacceptable):
            polls.enter_sheet(
                poll, numbers=numbers, counts=counts, file=None, by=block.world.worker
            )


# Counting


def test_it_is_counted_after_the_closing_time_or_when_everybody_has_voted(block: Block) -> None:
    topic, poll = block.voting()
    for who in block.residents[:3]:
        polls.cast(poll, YES, by=who)
    with pytest.raises(NotOpen, match="截止"):
        actions.count(topic, days=None, by=block.leader)
    polls.cast(poll, NO, by=block.residents[3])
    actions.count(topic, days=5, by=block.leader)
    assert (topic.state, topic.publicity_days) == (TopicState.PUBLICISED, 5)
    assert poll.counted == poll_queries.figures(poll.id) == Figures(roll=4, yes=3, no=1)
    refused("UPDATE poll SET passed = NOT passed WHERE id = :id", id=poll.id)
    refused("DELETE FROM poll_ballot WHERE poll_id = :id", id=poll.id)
    refused("DELETE FROM poll_turnout WHERE poll_id = :id", id=poll.id)


def test_without_a_quorum_it_has_not_passed_and_is_put_to_the_vote_anew(block: Block) -> None:
    now = clock.now()
    with clock.at(now - timedelta(days=3)):
        topic, poll = block.voting(closes_at=now - timedelta(hours=1))
    actions.count(topic, days=None, by=block.leader)
    assert (topic.state, poll.passed) == (TopicState.NOT_PASSED, False)
    actions.step(topic, "begin_anew", Step(note="到会不足"), by=block.leader)
    again = poll_queries.current(topic.id)
    assert again is not None
    assert (again.turn, poll_queries.taken(again.id).roll) == (2, 4)


def test_owners_are_counted_by_people_and_by_area(block: Block) -> None:
    with pytest.raises(NotOpen, match="面积"):
        block.announced(procedure="owners")
    homes = db.session.scalars(
        select(Dwelling).where(Dwelling.building_id == block.building.id).order_by(Dwelling.id)
    ).all()
    areas = dict(zip(homes, (30_000, 8_010, 8_020, 8_033), strict=True))
    polls.set_areas(areas, by=block.leader)
    topic, poll = block.voting(procedure="owners")
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE poll SET secret = true, opens_at = opens_at"))
    for who, choice in zip(block.residents, (NO, YES, YES, YES), strict=True):
        polls.cast(poll, choice, by=who)
    actions.count(topic, days=None, by=block.leader)
    # Three of four people, but not more than half of the area.
    assert poll.counted == Figures(4, 3, 1, 0, 54_063, 24_063, 30_000, 0)
    assert poll.passed is False


def test_four_decisions_are_taken_in_their_order_before_the_villagers_vote(block: Block) -> None:
    topic = block.announced(procedure="village")
    for name, said in (("meet", Step(words="x")), ("draft", Step(words="plan"))):
        actions.step(topic, name, said, by=block.leader)
    opening = Step(closes_at=clock.now() + timedelta(days=1))
    today = days.today()
    for stage in PROCEDURES["village"].stages:
        with pytest.raises(NotOpen):
            actions.step(topic, "open_vote", opening, by=block.leader)
        for present, agree in ((10, 5), (10, 11)):
            said_badly = StageForm(stage=stage, held_on=today, present=present, agree=agree)
            with pytest.raises(Unacceptable):
                around.hold_stage(topic, said_badly, by=block.leader)
        said_well = StageForm(stage=stage, held_on=today, present=10, agree=6)
        around.hold_stage(topic, said_well, by=block.leader)
        with pytest.raises(NotOpen):
            around.hold_stage(topic, said_well, by=block.leader)
    actions.step(topic, "open_vote", opening, by=block.leader)
    assert topic.state == TopicState.VOTING


def test_who_took_part_and_what_was_voted_are_as_many(block: Block) -> None:
    _topic, poll = block.voting(secret=True)
    polls.cast(poll, ABSTAIN, by=block.residents[3])
    numbers = [
        db.session.scalar(select(func.count()).select_from(model).where(model.poll_id == poll.id))
        for model in (Turnout, Ballot, Voter)
    ]
    assert numbers == [1, 1, 4]


# The rule of each procedure, in whole numbers

COUNT = st.integers(0, 400)


@given(
    name=st.sampled_from(sorted(PROCEDURES)),
    votes=st.tuples(COUNT, COUNT, COUNT, COUNT),
    area=st.tuples(COUNT, COUNT, COUNT, COUNT),
)
def test_a_verdict_is_what_fractions_say(
    name: str, votes: tuple[int, int, int, int], area: tuple[int, int, int, int]
) -> None:
    rule = PROCEDURES[name]
    yes, no, abstain, _away = votes
    yes_area, no_area, abstain_area, _away_area = area
    found = Figures(sum(votes), yes, no, abstain, sum(area), yes_area, no_area, abstain_area)
    present = Fraction(1, 2) if name == "persons" else Fraction(2, 3)
    agree = Fraction(3, 4) if name == "owners_special" else Fraction(1, 2)

    def holds(yes: int, no: int, abstain: int, away: int) -> bool:
        took, whole = yes + no + abstain, yes + no + abstain + away
        if not took:
            return False
        part, share = Fraction(took, whole), Fraction(yes, took)
        enough = part > present if name == "persons" else part >= present
        return enough and (share >= agree if name == "owners_special" else share > agree)

    wanted = holds(*votes) and (not rule.by_area or holds(*area))
    assert verdict(rule, found).passed == wanted
    assert Procedure.of(rule.kept()) == rule
