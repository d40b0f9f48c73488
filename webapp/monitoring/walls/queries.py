"""Questions about the wall: favourites, rounds that may be started, who looked at what of late."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor
from webapp.base.audit import Event
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.video import queries as video
from webapp.monitoring.walls.models import Favourite, Round, RoundStop, Wall
from webapp.monitoring.walls.rules import LOOKED
from webapp.people.models import Account

PAGE = 50

_WHOLE = selectinload(Round.stops).joinedload(RoundStop.camera)


def favourites(who: Actor) -> frozenset[int]:
    """The keys of the cameras that somebody likes to look at."""
    found = select(Favourite.camera_id).where(Favourite.account_id == who.id)
    return frozenset(db.session.scalars(found))


def favourite(who: Actor, camera_id: int) -> Favourite | None:
    """That somebody likes to look at a camera, where that is so."""
    return db.session.get(Favourite, (who.id, camera_id))


def filmed(who: Actor) -> list[Camera]:
    """Cameras with an address that `who` may look at: the favourites first, then by their names."""
    liked = favourites(who)
    return sorted(video.filmed(who), key=lambda each: each.id not in liked)


def round_of(round_id: int) -> Round | None:
    """A round with its cameras."""
    found = select(Round).options(_WHOLE, joinedload(Round.account))
    return db.session.scalar(found.where(Round.id == round_id))


def startable(who: Actor) -> Sequence[Round]:
    """The rounds that somebody made, then those that others share, by their names."""
    found = select(Round).options(_WHOLE, joinedload(Round.account)).where(_may_start(who))
    order = ((Round.account_id != who.id), Round.name, Round.id)
    return db.session.scalars(found.order_by(*order)).all()


def to_start(who: Actor, round_id: int) -> Round | None:
    """One of these by its key."""
    found = select(Round).options(_WHOLE).where(Round.id == round_id, _may_start(who))
    return db.session.scalar(found)


def round_count(who: Actor) -> int:
    """How many rounds somebody made."""
    found = select(func.count()).where(Round.account_id == who.id)
    return db.session.scalar(found) or 0


def wall(who: Actor) -> Wall | None:
    """How somebody left the wall."""
    return db.session.get(Wall, who.id)


def in_view(who: Actor, keys: Iterable[int]) -> list[Camera]:
    """Of these cameras those that somebody may look at, in this order."""
    wanted = list(keys)
    known = {each.id: each for each in video.looked_at(who, wanted)}
    return [known[each] for each in wanted if each in known]


def logged_since(
    who: Actor, cameras: Collection[int], purpose: str, moment: datetime
) -> frozenset[int]:
    """The keys of the cameras of which the log says that somebody looked for this purpose since a moment."""
    found = select(Event.thing_id).where(
        Event.thing_kind == "camera",
        Event.thing_id.in_(cameras),
        Event.move == "look",
        Event.actor_id == who.id,
        Event.at >= moment,
        Event.data["purpose"].astext == purpose,
    )
    return frozenset(db.session.scalars(found))


def _may_start(who: Actor) -> ColumnElement[bool]:
    return or_(Round.account_id == who.id, Round.shared)


def narrowed_looks(
    *, words: str = "", did: str | None = None, camera_id: int | None = None
) -> Select[Any]:
    """SQL: the lines of the log of people who wanted to see something of a camera, the last one first."""
    found = (
        select(Event)
        .join(Camera, Camera.id == Event.thing_id)
        .join(Account, Account.id == Event.actor_id)
        .where(Event.thing_kind == "camera", Event.move.in_(LOOKED))
    )
    if did in LOOKED:
        found = found.where(Event.move == did)
    if camera_id is not None:
        found = found.where(Event.thing_id == camera_id)
    if words:
        pattern = containing(words)
        said = (Camera.name, Account.name, Event.data["purpose"].astext)
        found = found.where(or_(*(each.ilike(pattern) for each in said)))
    return found.order_by(Event.id.desc())


def looks(*, before: int | None = None, limit: int = PAGE, **narrowing: Any) -> Page[Any]:
    """The same for a page: rows of the event, the name of its camera, and who it was."""
    found = narrowed_looks(**narrowing).add_columns(
        Camera.name.label("camera"), Account.name.label("who")
    )
    if before is not None:
        found = found.where(Event.id < before)
    rows = list(db.session.execute(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].Event.id if len(rows) > limit else None)
