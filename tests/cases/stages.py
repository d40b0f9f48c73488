"""Cases brought to a stage of their life, by the same deeds as in the pages."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from PIL import Image

from tests.world import World
from webapp.base import clock, files
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.cases import actions, moves
from webapp.cases.models import Case
from webapp.cases.rules import Source, Stage, State

DEFAULT_CLASS = "06010"


def picture(colour: str = "red", size: tuple[int, int] = (64, 48)) -> io.BytesIO:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    out.seek(0)
    return out


def reported(world: World, *, by: Actor | None = None, **more: Any) -> Case:
    """A case reported in the home grid."""
    lon, lat = world.spot(world.home)
    values: dict[str, Any] = {
        "class_code": DEFAULT_CLASS,
        "lon": lon,
        "lat": lat,
        "datum": Datum.WGS84,
        "source": Source.WORKER,
        "by": by or world.worker,
        "words": "a heap of rubbish",
        "client_id": uuid.uuid4(),
        "prefix": "DJJ",
    }
    return actions.report(**{**values, **more})


def photographed(case: Case, stage: Stage, *, by: Actor) -> None:
    """The case has a picture of this stage."""
    actions.add_media(case, files.keep_picture(picture(), by=by), stage=stage)


def brought_to(state: State, world: World) -> Case:
    """A case that stands in this state: verified and checked by the neighbour, handled by the worker."""
    case = reported(world)
    for deed in _WAYS[state]:
        deed(case, world)
    assert case.state == state
    return case


Deed = Callable[[Case, World], None]


def _file(case: Case, world: World) -> None:
    moves.file_case(case, by=world.dispatcher)


def _send(case: Case, world: World) -> None:
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)


def _sign(case: Case, world: World) -> None:
    moves.sign(case, by=world.worker)


def _feed_back(case: Case, world: World) -> None:
    photographed(case, Stage.AFTER, by=world.worker)
    moves.feedback(case, by=world.worker)


def _send_check(case: Case, world: World) -> None:
    moves.send_check(case, to=world.neighbour.id, by=world.dispatcher)


def _pass(case: Case, world: World) -> None:
    moves.pass_check(case, by=world.neighbour, note="seen from the road")


def _close(case: Case, world: World) -> None:
    moves.close(case, by=world.shift_leader)


def _ask_hold(case: Case, world: World) -> None:
    day = (clock.now() + timedelta(days=3)).date()
    moves.request_hold(case, by=world.worker, note="frozen ground", review_on=day)


_OUT: tuple[Deed, ...] = (_file, _send, _sign)
_DONE: tuple[Deed, ...] = (*_OUT, _feed_back, _send_check, _pass, _close)

_WAYS: dict[State, tuple[Deed, ...]] = {
    State.REPORTED: (),
    State.VERIFYING: (
        lambda case, world: moves.send_verify(case, to=world.neighbour.id, by=world.dispatcher),
    ),
    State.ACCEPTED: (lambda case, world: moves.accept(case, by=world.dispatcher),),
    State.FILED: (_file,),
    State.DISPATCHED: (_file, _send),
    State.PROCESSING: _OUT,
    State.RETURN_REQUESTED: (
        *_OUT,
        lambda case, world: moves.request_return(case, by=world.worker, note="not mine"),
    ),
    State.EXTENSION_REQUESTED: (
        *_OUT,
        lambda case, world: moves.request_extension(case, by=world.worker, note="rain", days=1),
    ),
    State.HOLD_REQUESTED: (*_OUT, _ask_hold),
    State.ON_HOLD: (
        *_OUT,
        _ask_hold,
        lambda case, world: moves.grant_hold(case, by=world.dispatcher),
    ),
    State.WAITING: (
        *_OUT,
        lambda case, world: moves.ask_reporter(case, by=world.worker, note="which door?"),
    ),
    State.EXTERNAL: (
        *_OUT,
        lambda case, world: moves.hand_out(case, by=world.worker, note="the power company"),
    ),
    State.FEEDBACK: _DONE[:4],
    State.CHECKING: _DONE[:5],
    State.CHECKED: _DONE[:6],
    State.CLOSED: _DONE,
    State.ARCHIVED: (*_DONE, lambda case, world: moves.archive(case)),
    State.REJECTED: (lambda case, world: moves.reject(case, by=world.dispatcher, note="not ours"),),
    State.VOID: (
        _file,
        lambda case, world: moves.void(case, by=world.shift_leader, note="never was one"),
    ),
    State.MERGED: (
        lambda case, world: moves.merge(case, into=reported(world).number, by=world.dispatcher),
    ),
}
