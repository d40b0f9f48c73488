"""Pages of the wall: what is chosen, what comes into view, favourites, and the rounds one keeps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import afresh, goto, page
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.video import passes
from webapp.monitoring.video.rules import WALLS
from webapp.monitoring.walls import actions, queries
from webapp.monitoring.walls.forms import RoundForm, TilesForm, WallForm
from webapp.monitoring.walls.models import Round
from webapp.monitoring.walls.rules import LEAST_S, MOST_S, RENEW_S, USUAL_S, Stop, moved
from webapp.people.forms import again

bp = Blueprint("walls", __name__)


@bp.get("/cameras/wall")
@permit("video.wall")
def form() -> Response:
    """What is to stand on the wall, as it was left the last time."""
    return page("monitoring/walls/wall.html", errors={}, sent={}, stage=None, **_wall())


@bp.post("/cameras/wall")
@permit("video.wall")
def begin() -> ResponseReturnValue:
    """The chosen cameras, or those of a round, so many at a time; the log of each says who looks, what for."""
    try:
        said = WallForm.read(request)
        walked = queries.to_start(me(), said.round) if said.round else None
        wanted = (
            [each.stop for each in walked.stops]
            if walked
            else [Stop(each, USUAL_S) for each in said.chosen]
        )
        seen = queries.in_view(me(), [each.camera_id for each in wanted])
        if not seen:
            words = _l("Choose at least one camera.")
            raise Unacceptable(words, fields={"camera": words})
        first = seen[: said.many]
        actions.come_into_view(
            first, purpose=said.purpose, walked=walked.name if walked else None, by=me()
        )
        actions.remember(
            many=said.many,
            round_id=walked.id if walked else None,
            cameras=[] if walked else [each.id for each in seen],
            runs=True,
            by=me(),
        )
    except Refusal as refusal:
        return again("monitoring/walls/wall.html", refusal, stage=None, **_wall())
    known = {each.id for each in seen}
    stage = {
        "walked": walked,
        "stops": [[e.camera_id, e.seconds] for e in wanted if e.camera_id in known],
        "tiles": [(each, passes.issued(each.id, me())) for each in first],
        "many": said.many,
        "wall": passes.begun(said.purpose, me()),
        "renew": RENEW_S,
        "purpose": said.purpose,
    }
    return page("monitoring/walls/wall.html", errors={}, sent=request.form, stage=stage, **_wall())


@bp.post("/cameras/wall/tiles")
@permit("video.wall")
def tiles() -> ResponseReturnValue:
    """The cameras that come into view now, for whoever said what for when the wall began."""
    said = TilesForm.read(request)
    purpose = passes.purpose_of(said.wall, me())
    walked = queries.to_start(me(), said.round) if said.round else None
    seen = queries.in_view(me(), said.chosen[: said.many])
    actions.come_into_view(seen, purpose=purpose, walked=walked.name if walked else None, by=me())
    left = queries.wall(me())
    actions.remember(
        many=said.many,
        round_id=walked.id if walked else None,
        cameras=left.cameras if left and not walked else [],
        runs=said.runs,
        by=me(),
    )
    issued = [(each, passes.issued(each.id, me())) for each in seen]
    return page("monitoring/walls/tiles.html", fragment="tiles", tiles=issued)


@bp.post("/cameras/<int:camera_id>/favourite")
@permit("video.see", of=cameras.one)
def favourite(camera: Camera) -> ResponseReturnValue:
    """The camera is a favourite, or is one no more."""
    liked = actions.turn_favourite(camera, by=me())
    if not request.headers.get("HX-Request"):
        return goto("cameras.one", camera_id=camera.id)
    return page("monitoring/walls/star.html", fragment="star", camera=camera, liked=liked)


@bp.get("/cameras/<int:camera_id>/favourite")
@permit("video.see", of=cameras.one)
def star(camera: Camera) -> Response:
    """Whether the camera is a favourite, as a button that turns it."""
    liked = queries.favourite(me(), camera.id) is not None
    return page("monitoring/walls/star.html", fragment="star", camera=camera, liked=liked)


@bp.get("/cameras/rounds")
@permit("video.wall")
def rounds() -> Response:
    """The rounds one may start, and the form of a new one."""
    return page("monitoring/walls/rounds.html", errors={}, sent={}, **_rounds())


@bp.post("/cameras/rounds")
@permit("video.wall")
def make() -> ResponseReturnValue:
    """There is a round more."""
    try:
        said = RoundForm.read(request)
        made = actions.make_round(said.name, said.stops(), shared=said.shared, by=me())
    except Refusal as refusal:
        return again("monitoring/walls/rounds.html", refusal, **_rounds())
    return goto("walls.one", round_id=made.id)


@bp.get("/cameras/rounds/<int:round_id>")
@permit("video.round", of=queries.round_of)
def one(known: Round) -> Response:
    """A round: its cameras in their order, with the seconds of each."""
    return _round(known)


@bp.post("/cameras/rounds/<int:round_id>")
@permit("video.round", of=queries.round_of)
def change(known: Round) -> ResponseReturnValue:
    """The round is like this now, with one camera moved up, down or out where that was asked."""
    key = known.id
    try:
        said = RoundForm.read(request)
        stops: tuple[Stop, ...] = tuple(said.stops())
        match said.wish(("up", "down", "out")):
            case ("up", place):
                stops = moved(stops, place, -1)
            case ("down", place):
                stops = moved(stops, place, 1)
            case ("out", place):
                stops = (*stops[:place], *stops[place + 1 :])
        actions.change_round(known, said.name, stops, shared=said.shared, base_version=said.version)
    except Refusal as refusal:
        return _round(afresh(refusal, lambda: queries.round_of(key)), refusal)
    return goto("walls.one", round_id=key)


@bp.post("/cameras/rounds/<int:round_id>/remove")
@permit("video.round", of=queries.round_of)
def remove(known: Round) -> ResponseReturnValue:
    """The round is gone."""
    actions.remove_round(known)
    return goto("walls.rounds")


def _wall() -> dict[str, Any]:
    left = queries.wall(me())
    return {
        "filmed": queries.filmed(me()),
        "liked": queries.favourites(me()),
        "rounds": queries.startable(me()),
        "left": left,
        "walls": WALLS,
        "usual": USUAL_S,
    }


def _rounds() -> dict[str, Any]:
    rounds = queries.startable(me())
    return {
        "rounds": rounds,
        "filmed": queries.filmed(me()),
        "liked": queries.favourites(me()),
        "keeps": {each.id for each in rounds if may(me(), "video.round", each)},
        **_limits(),
    }


def _round(known: Round, refusal: Refusal | None = None) -> Response:
    within = {each.camera_id for each in known.stops}
    fields = refusal.fields if refusal else {}
    return page(
        "monitoring/walls/round.html",
        status=refusal.status if refusal else 200,
        round=known,
        others=[each for each in queries.filmed(me()) if each.id not in within],
        liked=queries.favourites(me()),
        errors=fields,
        told=refusal.words if refusal and not fields else None,
        sent=request.form,
        **_limits(),
    )


def _limits() -> dict[str, Any]:
    return {"least": LEAST_S, "most": MOST_S, "usual": USUAL_S}
