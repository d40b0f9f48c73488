"""What is done with the wall: favourites, rounds kept and removed, cameras that come into view."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.db import db, lock_all
from webapp.base.flow import Unacceptable, hold
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.video import actions as video
from webapp.monitoring.walls import queries
from webapp.monitoring.walls.models import Favourite, Round, RoundStop, Wall
from webapp.monitoring.walls.rules import LOGGED_AGAIN, MOST_ROUNDS, Stop, checked
from webapp.people.refusing import refusing


def turn_favourite(camera: Camera, *, by: Actor) -> bool:
    """The camera is a favourite of theirs, or is one no more; answers which."""
    known = queries.favourite(by, camera.id)
    if known is not None:
        db.session.delete(known)
        db.session.flush()
        return False
    wanted = insert(Favourite).values(account_id=by.id, camera_id=camera.id)
    db.session.execute(wanted.on_conflict_do_nothing())
    return True


def make_round(name: str, stops: Sequence[Stop], *, shared: bool, by: Actor) -> Round:
    """There is a round more. Raises `Unacceptable` where its stops make none, or its name is taken."""
    if queries.round_count(by) >= MOST_ROUNDS:
        raise Unacceptable(_l("Nobody keeps more than %(n)s rounds.", n=MOST_ROUNDS))
    made = Round(account_id=by.id, name=name, shared=shared)
    made.stops = _rows(checked(stops))
    with refusing(**_taken()):
        db.session.add(made)
        db.session.flush()
    return made


def change_round(
    known: Round, name: str, stops: Sequence[Stop], *, shared: bool, base_version: int | None
) -> None:
    """The round is like this now. Raises as `make_round`, and `Changed` if it was changed."""
    hold(known, base_version)
    wanted = checked(stops)
    with refusing(**_taken()):
        known.name, known.shared = name, shared
        known.version += 1
        known.stops = []
        db.session.flush()
        known.stops = _rows(wanted)
        db.session.flush()


def remove_round(known: Round) -> None:
    """The round is gone; what the log says of its cameras stays."""
    db.session.delete(known)
    db.session.flush()


def come_into_view(
    cameras: Sequence[Camera], *, purpose: str, walked: str | None, by: Actor
) -> None:
    """The log says of each camera that they look, what for, and by which round: once for some time."""
    lock_all(Camera, [each.id for each in cameras])
    since = clock.now() - LOGGED_AGAIN
    known = queries.logged_since(by, [each.id for each in cameras], purpose, since)
    more = {"round": walked} if walked else {}
    for camera in sorted(cameras, key=lambda each: each.id):
        if camera.id not in known:
            video.look(camera, purpose=purpose, by=by, **more)


def remember(
    *, many: int, round_id: int | None, cameras: Sequence[int], runs: bool, by: Actor
) -> None:
    """The wall is found again like this."""
    values = {"many": many, "round_id": round_id, "cameras": list(cameras), "runs": runs}
    wanted = insert(Wall).values(account_id=by.id, **values)
    db.session.execute(wanted.on_conflict_do_update(index_elements=[Wall.account_id], set_=values))


def _rows(stops: Sequence[Stop]) -> list[RoundStop]:
    return [
        RoundStop(place=place, camera_id=each.camera_id, seconds=each.seconds)
        for place, each in enumerate(stops)
    ]


def _taken() -> dict[str, Unacceptable]:
    words = _l("You have a round of this name already.")
    return {"uq_camera_round_account_id_name": Unacceptable(words, fields={"name": words})}
