"""Who belongs to a key group: set for a purpose and a time, ended, and every look at it written down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from shapely.geometry.base import BaseGeometry

from webapp.base import audit
from webapp.base.access import Actor, may
from webapp.base.db import db, lock, lock_all
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable
from webapp.people import days
from webapp.people.refusing import refusing
from webapp.residents import queries, visits
from webapp.residents.forms import KeyFlagForm
from webapp.residents.models import KeyFlag, Resident
from webapp.residents.queries import KeyResident
from webapp.residents.rules import KEY_GROUPS


def set_flag(resident: Resident, said: KeyFlagForm, *, by: Actor) -> KeyFlag:
    """They belong to the group until the last day, which the group bounds; then nobody sees it any more.

    Raises `Unacceptable` for a longer time or a second flag of the kind, `NotOpen` for whoever has left.
    """
    lock(resident)
    if resident.left_at is not None:
        raise NotOpen(_l("They moved away already."))
    first, most = said.first_day or days.today(), KEY_GROUPS[said.kind].most_days
    if not first <= said.last_day <= first + timedelta(days=most) or said.last_day < days.today():
        words = _l(
            "This is set for at most %(n)s days from its first day, and not for the past.", n=most
        )
        raise Unacceptable(words, fields={"last_day": words})
    flag = KeyFlag(
        resident_id=resident.id,
        kind=said.kind,
        purpose=said.purpose,
        first_day=first,
        last_day=said.last_day,
        set_by_id=by.id,
    )
    words = _l("This is set already for some of these days.")
    with refusing(ex_key_flag_days=Unacceptable(words, fields={"kind": words})):
        db.session.add(flag)
    _record(resident, "set_flag", flag.id, by)
    visits.plan(resident.household_id)
    return flag


def end_flag(flag: KeyFlag, *, by: Actor) -> None:
    """They belong to the group no more; a flag that has not begun is gone."""
    resident = flag.resident
    lock(resident)
    lock(flag)
    today = days.today()
    if flag.last_day < today:
        raise NotOpen(_l("This ended already."))
    flag_id = flag.id
    if flag.first_day >= today:
        db.session.delete(flag)
    else:
        flag.last_day = today - timedelta(days=1)
    _record(resident, "end_flag", flag_id, by)
    visits.plan(resident.household_id)


def look(residents: Iterable[Resident], *, purpose: str, by: Actor) -> list[KeyFlag]:
    """The flags of these people that hold today, once the log of each says who looked and what for."""
    seen = list(residents)
    write_down([(each.id, each.grid_id) for each in seen], purpose=purpose, by=by)
    return queries.key_flags_of([each.id for each in seen])


def look_inside(area: BaseGeometry, *, purpose: str, by: Actor) -> list[KeyResident]:
    """Who of a key group is inside an area (degrees WGS 84), once the log of each says who looked.

    Those who need help to leave come first. Raises `NotAllowed` for whoever may see none anywhere.
    """
    if not may(by, "key_groups.in_danger"):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    found = queries.key_residents_inside(area, by)
    write_down([(each.resident_id, each.grid_id) for each in found], purpose=purpose, by=by)
    return found


def write_down(seen: list[tuple[int, int | None]], *, purpose: str, by: Actor) -> None:
    """The log of each of these people (by key, with their grid) says who looked and what for."""
    if not seen:
        return
    lock_all(Resident, (key for key, _grid in seen))
    audit.record_many(
        [
            audit.Event(
                thing_kind="resident",
                thing_id=key,
                move="look",
                actor_id=by.id,
                grid_id=grid,
                data={"purpose": purpose},
            )
            for key, grid in seen
        ]
    )


def _record(resident: Resident, move: str, flag_id: int, by: Actor) -> None:
    """The log of the person names the flag by its key only: who reads it need not know the group."""
    resident.version += 1
    db.session.flush()
    audit.record(
        kind="resident",
        thing_id=resident.id,
        move=move,
        by=by,
        grid_id=resident.grid_id,
        data={"flag": flag_id},
    )
