"""The life of a case: every move from where it is open, by whom it is open, and from nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.cases.stages import brought_to, photographed, reported
from tests.world import World
from webapp.base import audit, clock, notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Refusal, Unacceptable
from webapp.cases import actions, queries
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, OPEN, Duty, Stage, State
from webapp.people import actions as people
from webapp.people.models import Account

Deed = Callable[[Case, Actor, World], None]


def _worker_on(case: Case, by: Actor, world: World) -> None:
    actions.dispatch(case, to=world.worker.id, by=by)


DEEDS: dict[str, Deed] = {
    "self_close": lambda case, by, world: actions.self_close(case, by=by),
    "reject": lambda case, by, world: actions.reject(case, by=by, note="not ours"),
    "file": lambda case, by, world: actions.file_case(case, by=by),
    "dispatch": _worker_on,
    "sign": lambda case, by, world: actions.sign(case, by=by),
    "feedback": lambda case, by, world: actions.feedback(case, by=by),
    "send_check": lambda case, by, world: actions.send_check(case, to=world.neighbour.id, by=by),
    "pass": lambda case, by, world: actions.pass_check(case, by=by),
    "fail": lambda case, by, world: actions.fail_check(case, by=by, note="still there"),
    "close": lambda case, by, world: actions.close(case, by=by),
}

DOERS = {
    "self_close": "worker",
    "sign": "worker",
    "feedback": "worker",
    "pass": "neighbour",
    "fail": "neighbour",
    "close": "shift_leader",
}


def test_the_deeds_are_the_moves_of_the_flow() -> None:
    assert set(DEEDS) == set(CASE_FLOW.moves)


@pytest.mark.parametrize("name", sorted(DEEDS))
@pytest.mark.parametrize("state", sorted(State))
def test_a_move_is_open_only_from_its_states(name: str, state: State, world: World) -> None:
    case = brought_to(state, world)
    for stage in (Stage.FOUND, Stage.AFTER):
        photographed(case, stage, by=world.worker)
    by = getattr(world, DOERS.get(name, "dispatcher"))
    # A dispatch files on its way what was just reported.
    since = CASE_FLOW.moves[name].since | ({State.REPORTED} if name == "dispatch" else set())
    if state in since:
        DEEDS[name](case, by, world)
        assert case.state == CASE_FLOW.moves[name].to
        assert audit.last("case", case.id).move == name  # type: ignore[union-attr]
    else:
        with pytest.raises(NotOpen):
            DEEDS[name](case, by, world)
        assert case.state == state


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_a_stranger_makes_no_move(name: str, world: World) -> None:
    since = sorted(CASE_FLOW.moves[name].since)[0]
    case = brought_to(State(since), world)
    for stage in (Stage.FOUND, Stage.AFTER):
        photographed(case, stage, by=world.worker)
    with pytest.raises(NotAllowed):
        DEEDS[name](case, world.stranger, world)
    assert case.state == since


def test_nothing_is_handled_without_a_picture_of_afterwards(world: World) -> None:
    case = brought_to(State.PROCESSING, world)
    with pytest.raises(EvidenceMissing) as refusal:
        actions.feedback(case, by=world.worker)
    assert set(refusal.value.fields) == {"after_photo"}


def test_a_solution_on_the_spot_shows_before_and_after(world: World) -> None:
    case = reported(world)
    photographed(case, Stage.FOUND, by=world.worker)
    with pytest.raises(EvidenceMissing):
        actions.self_close(case, by=world.worker)
    photographed(case, Stage.AFTER, by=world.worker)
    actions.self_close(case, by=world.worker)
    assert case.state == State.CLOSED
    assert case.closed_at is not None


def test_whoever_handled_it_does_not_check_it(world: World) -> None:
    case = brought_to(State.FEEDBACK, world)
    with pytest.raises(Unacceptable):
        actions.send_check(case, to=world.worker.id, by=world.dispatcher)
    offered = {each.id for each in queries.candidates(case, without=[world.worker.id])}
    assert world.worker.id not in offered


def test_a_failed_check_sends_the_handler_on(world: World) -> None:
    case = brought_to(State.CHECKING, world)
    actions.fail_check(case, by=world.neighbour, note="still there")
    assert case.state == State.PROCESSING
    assert case.handler_id == world.worker.id
    assert case.checker_id is None
    assert queries.open_assignment(case.id, Duty.CHECK) is None


def test_somebody_of_two_grids_is_offered_once_and_by_the_nearer_one(world: World) -> None:
    account = db.session.get_one(Account, world.worker.id)
    people.give_post(
        account, role="grid_worker", grid_id=world.next_door.id, since=clock.now(), by=None
    )
    case = reported(world)
    offered = queries.candidates(case, limit=100)
    mine = [each for each in offered if each.id == world.worker.id]
    assert [(each.own_grid, each.away_m) for each in mine] == [(True, 0)]


def test_what_is_late_stands_before_what_is_new_on_every_page(world: World) -> None:
    late, *_newer = cases = [reported(world) for _each in range(5)]
    third = cases[2]
    for each in (late, third):
        each.due_at = clock.now() - timedelta(hours=1)
    db.session.flush()
    told, last = [], None
    while page := queries.queued(world.worker, states=OPEN, at=clock.now(), after=last, limit=2):
        told += [each.id for each in page]
        last = told[-1]
    in_order = [third, late, cases[4], cases[3], cases[1]]
    assert told == [each.id for each in in_order]


def test_a_class_that_needs_the_desk_is_not_closed_on_the_spot(world: World) -> None:
    case = reported(world)
    case.case_class.self_close = False
    for stage in (Stage.FOUND, Stage.AFTER):
        photographed(case, stage, by=world.worker)
    with pytest.raises(Unacceptable):
        actions.self_close(case, by=world.worker)
    assert case.state == State.REPORTED


def test_an_old_view_of_the_case_moves_nothing(world: World) -> None:
    case = reported(world)
    seen = case.version
    actions.file_case(case, by=world.dispatcher)
    with pytest.raises(Changed) as refusal:
        actions.dispatch(case, to=world.worker.id, by=world.shift_leader, base_version=seen)
    assert "dispatcher" in str(refusal.value.words)


def test_the_whole_life_is_one_unbroken_chain(world: World) -> None:
    case = brought_to(State.CLOSED, world)
    moves = [event.move for event in audit.history("case", case.id)]
    assert moves == [
        "report",
        "file",
        "dispatch",
        "sign",
        "feedback",
        "send_check",
        "pass",
        "close",
    ]
    assert case.version == len(moves)
    assert audit.broken_links() == []


def test_the_desk_and_the_worker_on_watch_know_of_a_report(world: World) -> None:
    case = reported(world, by=world.neighbour)
    for reader in (world.worker, world.dispatcher):
        assert any(case.number in str(each) for each in notices.unread(reader.id))


def test_before_anybody_is_sent_the_class_can_be_put_right(world: World) -> None:
    case = reported(world)
    actions.correct(
        case, by=world.dispatcher, class_code="06042", grid_code="DJJ-C-002", note="a full bin"
    )
    assert (case.class_code, case.grid_id) == ("06042", world.next_door.id)
    said = audit.last("case", case.id)
    assert said is not None
    assert said.data["class"] == ["06010", "06042"]
    assert said.data["grid"] == [world.home.id, world.next_door.id]


def test_once_somebody_is_sent_class_and_grid_stay(world: World) -> None:
    case = brought_to(State.DISPATCHED, world)
    with pytest.raises(NotOpen):
        actions.correct(case, by=world.dispatcher, class_code="06042", note="too late")


def test_every_refusal_speaks_to_a_person() -> None:
    assert all(each.__doc__ and each.__doc__.endswith(".") for each in Refusal.__subclasses__())
