"""A thing moves only as its table says, by whoever may, with what the move needs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.cases.stages import reported
from tests.world import World
from webapp.app import RULES
from webapp.base import audit
from webapp.base.access import RIGHTS
from webapp.base.datum import Datum
from webapp.base.db import Base
from webapp.base.flow import (
    EVIDENCE_WORDS,
    FLOWS,
    Changed,
    EvidenceMissing,
    Flow,
    NotAllowed,
    NotOpen,
    Refusal,
)
from webapp.cases import actions, rules
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, Source, State

# The house is imported, so that every life is known.
assert RULES
flows = pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
EVERYTHING = dict.fromkeys(EVIDENCE_WORDS, "given")


@pytest.fixture
def case(world: World) -> Case:
    """A case that the worker has reported at home."""
    lon, lat = world.spot(world.home)
    return actions.report(
        class_code="06010",
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        source=Source.WORKER,
        by=world.worker,
        prefix="DJJ",
    )


@flows
@pytest.mark.usefixtures("house")
def test_every_move_has_a_right_its_words_and_known_states(flow: Flow) -> None:
    for name, move in flow.moves.items():
        assert move.may in RIGHTS, f"{flow.kind}.{name} wants {move.may}, which nobody has"
        assert move.since, f"{flow.kind}.{name} begins nowhere"
        assert {*move.since, move.to} <= set(flow.states)
        assert set(move.needs) <= set(EVIDENCE_WORDS), f"{flow.kind}.{name}: words are missing"


@flows
def test_every_state_can_be_reached(flow: Flow) -> None:
    reached = {next(iter(flow.states))}
    for _each in flow.states:
        reached |= {move.to for move in flow.moves.values() if move.since & reached}
    assert reached == set(flow.states)


@flows
def test_the_database_knows_the_same_states(session: Session, flow: Flow) -> None:
    tables = [
        table.name
        for table in Base.metadata.tables.values()
        for each in table.constraints
        if each.info.get("flow") == flow.kind
    ]
    assert tables, f"no table has the states of {flow.kind}"
    question = text(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = cast(:table AS regclass) AND conname = :name"
    )
    for table in tables:
        said = session.scalar(question, {"table": table, "name": f"ck_{table}_state"})
        assert set(re.findall(r"'(\w+)'", said)) == set(flow.states)


def test_the_buttons_are_exactly_the_moves_that_work(
    session: Session, world: World, case: Case
) -> None:
    people = [world.worker, world.neighbour, world.dispatcher, world.shift_leader, world.stranger]
    case.handler_id, case.checker_id = world.neighbour.id, world.worker.id
    case.verifier_id, case.merged_into_id = world.worker.id, reported(world).id
    for state in CASE_FLOW.states:
        case.state = state
        session.flush()
        for who in people:
            shown = set(CASE_FLOW.open_moves(case, who))
            done = set()
            trial = session.begin_nested()
            for name in CASE_FLOW.moves:
                try:
                    CASE_FLOW.move(case, name, by=who, evidence=EVERYTHING)
                except Refusal:
                    # Nothing is to be undone where nothing has been touched.
                    assert not session.dirty
                    assert not session.new
                    continue
                done.add(name)
                trial.rollback()
                trial = session.begin_nested()
            trial.rollback()
            assert shown == done, f"{who.name} at {state}"


def test_a_move_sets_the_state_counts_the_version_and_stands_in_the_log(
    world: World, case: Case
) -> None:
    before = case.version
    event = CASE_FLOW.move(case, "file", by=world.dispatcher, data={"note": "seen"})
    assert (case.state, case.version) == (State.FILED, before + 1)
    assert (event.move, event.before, event.after) == ("file", State.REPORTED, State.FILED)
    assert (event.actor_id, event.grid_id) == (world.dispatcher.id, world.home.id)
    assert event.data == {"note": "seen"}
    assert audit.last("case", case.id) is event


def test_a_stranger_moves_nothing(world: World, case: Case) -> None:
    with pytest.raises(NotAllowed):
        CASE_FLOW.move(case, "file", by=world.stranger)
    assert case.state == State.REPORTED


def test_a_move_that_is_not_open_says_who_was_faster(world: World, case: Case) -> None:
    CASE_FLOW.move(case, "file", by=world.dispatcher)
    with pytest.raises(NotOpen) as refused:
        CASE_FLOW.move(case, "file", by=world.shift_leader)
    assert world.dispatcher.name in str(refused.value.words)
    assert str(CASE_FLOW.states[State.FILED]) in str(refused.value.words)


def test_whoever_saw_an_older_version_is_told(world: World, case: Case) -> None:
    seen = case.version
    CASE_FLOW.record(case, "note", by=world.worker)
    with pytest.raises(Changed):
        CASE_FLOW.move(case, "file", by=world.dispatcher, base_version=seen)
    assert case.state == State.REPORTED


@pytest.mark.parametrize("evidence", [None, {}, {"note": ""}, {"other": "x"}])
def test_a_move_wants_its_evidence(world: World, case: Case, evidence: Any) -> None:
    with pytest.raises(EvidenceMissing) as refused:
        CASE_FLOW.move(case, "reject", by=world.dispatcher, evidence=evidence)
    assert set(refused.value.fields) == {"note"}
    assert case.state == State.REPORTED


def test_a_state_that_is_none_is_refused_by_the_database(session: Session, case: Case) -> None:
    case.state = "somewhere"
    with pytest.raises(IntegrityError, match="ck_case_file_state"):
        session.flush()


def test_every_state_of_a_case_is_open_or_an_end(world: World) -> None:
    """From an end only a closed case goes on: it is opened again, or put into the archive."""
    onward = {(state, name) for name, move in CASE_FLOW.moves.items() for state in move.since}
    beyond = {(state, name) for state, name in onward if state in rules.ENDED}
    assert beyond == {(State.CLOSED, "reopen"), (State.CLOSED, "archive")}
    assert {state for state, _name in onward} - rules.ENDED == rules.OPEN


def test_many_move_together_or_none_does(session: Session, world: World) -> None:
    cases = [reported(world) for _each in range(3)]
    CASE_FLOW.move_all([(each, world.dispatcher) for each in cases], "file")
    assert {each.state for each in cases} == {State.FILED}
    for each in cases:
        event = audit.last("case", each.id)
        assert event is not None
        assert (event.move, event.before, event.after) == ("file", State.REPORTED, State.FILED)
        assert event.actor_id == world.dispatcher.id
    assert audit.broken_links() == []
    fresh = reported(world)
    with pytest.raises(NotOpen):
        CASE_FLOW.move_all([(each, world.dispatcher) for each in (fresh, cases[0])], "file")
    assert fresh.state == State.REPORTED


def test_many_are_moved_by_whoever_may_with_what_it_needs(world: World) -> None:
    cases = [reported(world) for _each in range(2)]
    with pytest.raises(NotAllowed):
        CASE_FLOW.move_all([(cases[0], world.dispatcher), (cases[1], world.stranger)], "file")
    with pytest.raises(EvidenceMissing):
        CASE_FLOW.move_all([(each, world.dispatcher) for each in cases], "reject")
    assert {each.state for each in cases} == {State.REPORTED}
