"""The life of a case: every move from where it is open, by whom it is open, and from nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.cases.stages import brought_to, photographed, reported
from tests.world import World
from webapp.base import audit, clock, notices
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Refusal, Unacceptable
from webapp.cases import actions, candidates, moves, queries
from webapp.cases.desk import queries as desk
from webapp.cases.desk.forms import Wish
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, Duty, Stage, State
from webapp.people import actions as people
from webapp.people.models import Account

Deed = Callable[[Case, Actor, World], None]


def _worker_on(case: Case, by: Actor, world: World) -> None:
    moves.dispatch(case, to=world.worker.id, by=by)


DAY = timedelta(days=1)


def _tomorrow() -> date:
    return (clock.now() + 3 * DAY).date()


def _into_another(case: Case, by: Actor, world: World) -> None:
    moves.merge(case, into=reported(world).number, by=by)


DEEDS: dict[str, Deed] = {
    "self_close": lambda case, by, world: moves.self_close(case, by=by),
    "send_verify": lambda case, by, world: moves.send_verify(case, to=world.neighbour.id, by=by),
    "confirm": lambda case, by, world: moves.confirm(case, by=by, note="seen from the road"),
    "refute": lambda case, by, world: moves.refute(case, by=by, note="nothing there"),
    "accept": lambda case, by, world: moves.accept(case, by=by),
    "reject": lambda case, by, world: moves.reject(case, by=by, note="not ours"),
    "merge": _into_another,
    "file": lambda case, by, world: moves.file_case(case, by=by),
    "dispatch": _worker_on,
    "recall": lambda case, by, world: moves.recall(case, by=by, note="to somebody else"),
    "decline": lambda case, by, world: moves.decline(case, by=by, note="ill today"),
    "pass_on": lambda case, by, world: moves.pass_on(case, to=world.neighbour.id, by=by),
    "lapse": lambda case, by, world: moves.lapse(case, by=by),
    "sign": lambda case, by, world: moves.sign(case, by=by),
    "request_return": lambda case, by, world: moves.request_return(case, by=by, note="not mine"),
    "approve_return": lambda case, by, world: moves.approve_return(case, by=by),
    "deny_return": lambda case, by, world: moves.deny_return(case, by=by, note="it is yours"),
    "request_extension": lambda case, by, world: moves.request_extension(
        case, by=by, note="rain", days=1
    ),
    "grant_extension": lambda case, by, world: moves.grant_extension(case, by=by),
    "deny_extension": lambda case, by, world: moves.deny_extension(case, by=by, note="no"),
    "request_hold": lambda case, by, world: moves.request_hold(
        case, by=by, note="frozen ground", review_on=_tomorrow()
    ),
    "grant_hold": lambda case, by, world: moves.grant_hold(case, by=by),
    "deny_hold": lambda case, by, world: moves.deny_hold(case, by=by, note="no"),
    "resume": lambda case, by, world: moves.resume(case, by=by),
    "ask_reporter": lambda case, by, world: moves.ask_reporter(case, by=by, note="which door?"),
    "answered": lambda case, by, world: moves.answered(case, by=by),
    "hand_out": lambda case, by, world: moves.hand_out(case, by=by, note="the power company"),
    "take_back": lambda case, by, world: moves.take_back(case, by=by),
    "feedback": lambda case, by, world: moves.feedback(case, by=by),
    "send_check": lambda case, by, world: moves.send_check(case, to=world.neighbour.id, by=by),
    "pass": lambda case, by, world: moves.pass_check(case, by=by, note="seen"),
    "fail": lambda case, by, world: moves.fail_check(case, by=by, note="still there"),
    "close": lambda case, by, world: moves.close(case, by=by),
    "void": lambda case, by, world: moves.void(case, by=by, note="never was one"),
    "reopen": lambda case, by, world: moves.reopen(case, by=by, note="it is back"),
    "archive": lambda case, by, world: moves.archive(case, by=by),
}

# Who makes a move that is not the dispatcher's.
DOERS = {
    **dict.fromkeys(
        (
            "self_close",
            "sign",
            "decline",
            "request_return",
            "request_extension",
            "request_hold",
            "ask_reporter",
            "hand_out",
            "take_back",
            "feedback",
        ),
        "worker",
    ),
    **dict.fromkeys(("confirm", "refute", "pass", "fail"), "neighbour"),
    **dict.fromkeys(("close", "void", "reopen"), "shift_leader"),
}


def _doer(name: str, world: World) -> Actor:
    return (
        HOUSE
        if name in ("archive", "pass_on", "lapse")
        else getattr(world, DOERS.get(name, "dispatcher"))
    )


def test_the_deeds_are_the_moves_of_the_flow() -> None:
    assert set(DEEDS) == set(CASE_FLOW.moves)


def _since(name: str) -> frozenset[str]:
    # A dispatch files on its way what was just reported or accepted.
    since = frozenset(CASE_FLOW.moves[name].since)
    return since | CASE_FLOW.moves["file"].since if name == "dispatch" else since


@pytest.mark.parametrize("state", State)
def test_from_a_state_the_moves_that_begin_there_are_open_and_no_others(
    state: State, world: World
) -> None:
    case = brought_to(state, world)
    for stage in (Stage.FOUND, Stage.VERIFY, Stage.AFTER):
        photographed(case, stage, by=world.worker)
    for name, deed in DEEDS.items():
        with db.session.begin_nested() as undone:
            by = _doer(name, world)
            if state in _since(name):
                deed(case, by, world)
                assert case.state == CASE_FLOW.moves[name].to, name
                assert audit.last("case", case.id).move == name  # type: ignore[union-attr]
            else:
                with pytest.raises(NotOpen):
                    deed(case, by, world)
                assert case.state == state, name
            undone.rollback()


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_a_stranger_makes_no_move(name: str, world: World) -> None:
    since = sorted(CASE_FLOW.moves[name].since)[0]
    case = brought_to(State(since), world)
    for stage in (Stage.FOUND, Stage.VERIFY, Stage.AFTER):
        photographed(case, stage, by=world.worker)
    with pytest.raises(NotAllowed):
        DEEDS[name](case, world.stranger, world)
    assert case.state == since


def test_nothing_is_handled_without_a_picture_of_afterwards(world: World) -> None:
    case = brought_to(State.PROCESSING, world)
    with pytest.raises(EvidenceMissing) as refusal:
        moves.feedback(case, by=world.worker)
    assert set(refusal.value.fields) == {"after_photo"}


def test_a_solution_on_the_spot_shows_before_and_after(world: World) -> None:
    case = reported(world)
    photographed(case, Stage.FOUND, by=world.worker)
    with pytest.raises(EvidenceMissing):
        moves.self_close(case, by=world.worker)
    photographed(case, Stage.AFTER, by=world.worker)
    moves.self_close(case, by=world.worker)
    assert case.state == State.CLOSED
    assert case.closed_at is not None


def test_whoever_handled_it_does_not_check_it(world: World) -> None:
    case = brought_to(State.FEEDBACK, world)
    with pytest.raises(Unacceptable):
        moves.send_check(case, to=world.worker.id, by=world.dispatcher)
    made = candidates.ranking(case, without=[world.worker.id])
    offered = {each.account for each in made.order}
    assert world.worker.id not in offered


def test_a_failed_check_sends_the_handler_on(world: World) -> None:
    case = brought_to(State.CHECKING, world)
    moves.fail_check(case, by=world.neighbour, note="still there")
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
    offered = candidates.ranking(case).order
    mine = [each for each in offered if each.account == world.worker.id]
    assert [(each.own, each.grid) for each in mine] == [(True, world.home.name)]


def test_what_is_late_stands_before_what_is_new_on_every_page(world: World) -> None:
    late, *_newer = cases = [reported(world) for _each in range(5)]
    third = cases[2]
    for each in (late, third):
        each.due_at = clock.now() - timedelta(hours=1)
    db.session.flush()
    told, last = [], None
    while page := desk.queued(world.worker, Wish(before=last), at=clock.now(), limit=2):
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
        moves.self_close(case, by=world.worker)
    assert case.state == State.REPORTED


def test_an_old_view_of_the_case_moves_nothing(world: World) -> None:
    case = reported(world)
    seen = case.version
    moves.file_case(case, by=world.dispatcher)
    with pytest.raises(Changed) as refusal:
        moves.dispatch(case, to=world.worker.id, by=world.shift_leader, base_version=seen)
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
