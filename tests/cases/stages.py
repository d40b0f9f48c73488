"""Cases brought to a stage of their life, by the same deeds as in the pages."""

from __future__ import annotations

import io
import uuid
from typing import Any

from PIL import Image

from tests.world import World
from webapp.base import files
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.cases import actions
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
    """A case that stands in this state: handled by the worker, checked by the neighbour."""
    case = reported(world)
    desk = world.dispatcher
    if state == State.REJECTED:
        actions.reject(case, by=desk, note="not ours")
        return case
    life = (
        (State.FILED, lambda: actions.file_case(case, by=desk)),
        (State.DISPATCHED, lambda: actions.dispatch(case, to=world.worker.id, by=desk)),
        (State.PROCESSING, lambda: actions.sign(case, by=world.worker)),
        (State.FEEDBACK, lambda: _feed_back(case, world)),
        (State.CHECKING, lambda: actions.send_check(case, to=world.neighbour.id, by=desk)),
        (State.CHECKED, lambda: actions.pass_check(case, by=world.neighbour)),
        (State.CLOSED, lambda: actions.close(case, by=world.shift_leader)),
    )
    for reached, deed in life:
        if case.state == state:
            break
        deed()
        assert case.state == reached
    return case


def _feed_back(case: Case, world: World) -> None:
    photographed(case, Stage.AFTER, by=world.worker)
    actions.feedback(case, by=world.worker)
