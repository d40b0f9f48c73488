"""Seekers: what somebody says of the work they look for, and whether they want to be told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from shapely import Point
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import NotAllowed, Unacceptable, hold
from webapp.base.language import N_
from webapp.base.spatial import stored
from webapp.jobs import meeting_queries as meetings, pushing, queries, ways
from webapp.jobs.gates import sure_age
from webapp.jobs.introductions import lapse
from webapp.jobs.models import Impression, Push, Seeker
from webapp.jobs.parameters import DESIGN
from webapp.jobs.rules import SEEKER_FLOW, Benefit, Certificate, Mode, SeekerState, Shift
from webapp.jobs.sides import MOST_WANTED, minor_group
from webapp.jobs.stations import Stations
from webapp.people import actions as accounts, days, phones, queries as people

MOST_SKILLS = 20
MOST_LINES = 8


@dataclass(frozen=True)
class Profile:
    """What a seeker says. `lines`: years by kind of work; None: not said, {}: no experience."""

    wanted: Sequence[str]
    birth_year: int
    home_grid_id: int
    mode: Mode
    max_minutes: int
    lines: Mapping[str, float] | None = None
    skills: Sequence[str] | None = None
    certificates: Mapping[Certificate, date | None] = field(default_factory=dict)
    education: int | None = None
    pay_ask: float | None = None
    pay_floor: float | None = None
    shifts: Sequence[Shift] | None = None
    refused: Sequence[Shift] = ()
    benefits: Sequence[Benefit] = ()
    dormitory: bool = False
    available_from: date | None = None
    push: bool = True


def save(
    profile: Profile,
    *,
    account_id: int,
    by: Actor,
    base_version: int | None = None,
) -> Seeker:
    """The account looks for this work, and what fits very well is recommended at once.

    Raises `Unacceptable` naming the fields, `Changed` when it was changed since that version.
    """
    known = queries.seeker_of(account_id)
    if known is None:
        made = enrol([(account_id, profile)], by=by)[0]
        pushing.for_seekers([made])
        return made
    if known.account_id != by.id and known.entered_by_id is None:
        raise NotAllowed(_l("This profile belongs to somebody who keeps it themselves."))
    hold(known, base_version)
    _say(known, profile, _Tables())
    known.changed_at = clock.now()
    SEEKER_FLOW.record(known, "change", by=by)
    db.session.expire(known, ["home_grid"])
    pushing.for_seekers([known])
    return known


def register(profile: Profile, *, name: str, phone: str, by: Actor) -> Seeker:
    """Somebody at the window looks for work under their own phone number; nothing is recommended yet.

    Raises `Unacceptable` for what cannot be used, and where they are registered already.
    """
    number = phones.normal(phone)
    account = people.by_phone(number)
    if account is None:
        account = accounts.create_account(name=name, phone=number, by=by)
    if queries.seeker_of(account.id) is not None:
        words = _l("Somebody with this number is registered as a seeker already.")
        raise Unacceptable(words, fields={"phone": words})
    return enrol([(account.id, profile)], by=by)[0]


def enrol(profiles: Sequence[tuple[int, Profile]], *, by: Actor) -> list[Seeker]:
    """These accounts look for work; nothing is recommended yet."""
    tables = _Tables()
    now = clock.now()
    made = []
    for account_id, profile in profiles:
        seeker = Seeker(
            account_id=account_id,
            state=SeekerState.OPEN,
            version=1,
            office_id=tables.office,
            created_at=now,
            changed_at=now,
            entered_by_id=by.id if by.id != account_id else None,
        )
        _say(seeker, profile, tables)
        made.append(seeker)
    db.session.add_all(made)
    db.session.flush()
    SEEKER_FLOW.begin_all([(each, by) for each in made], "enrol")
    return made


def set_push(seeker: Seeker, *, push: bool, by: Actor) -> None:
    """Recommendations come from now on, or none do and nothing is ranked for them."""
    hold(seeker, None)
    seeker.push = push
    SEEKER_FLOW.record(seeker, "push_on" if push else "push_off", by=by)
    if push:
        pushing.for_seekers([seeker])


def withdraw(seeker: Seeker, *, by: Actor, base_version: int | None = None) -> None:
    """They look for work no more; employers they were in talks with are told."""
    SEEKER_FLOW.move(seeker, "withdraw", by=by, base_version=base_version)
    words = N_("A candidate for “%(what)s” looks for work no more.")
    lapse(meetings.living_of_seekers([seeker.id]), words, to_firm=True)


def come_back(seeker: Seeker, *, by: Actor, base_version: int | None = None) -> None:
    """They look for work again."""
    SEEKER_FLOW.move(seeker, "return", by=by, base_version=base_version)
    pushing.for_seekers([seeker])


MOVES: dict[str, Any] = {"withdraw": withdraw, "return": come_back}


def seen(seeker: Seeker, places: Mapping[int, int]) -> None:
    """These postings stood before the seeker today, each at its place of the list."""
    today = days.today()
    rows = [
        {"posting_id": key, "seeker_id": seeker.id, "day": today, "place": min(place, 32_000)}
        for key, place in places.items()
    ]
    if rows:
        db.session.execute(insert(Impression).values(rows).on_conflict_do_nothing())


def opened(seeker: Seeker, posting_id: int) -> None:
    """The seeker has read a posting today; a recommendation of it counts as viewed."""
    row = {"posting_id": posting_id, "seeker_id": seeker.id, "day": days.today(), "place": 0}
    new = insert(Impression).values(opened=True, **row)
    db.session.execute(
        new.on_conflict_do_update(
            index_elements=["posting_id", "seeker_id", "day"], set_={"opened": True}
        )
    )
    db.session.execute(
        update(Push)
        .where(
            Push.posting_id == posting_id,
            Push.seeker_id == seeker.id,
            Push.viewed_at.is_(None),
        )
        .values(viewed_at=clock.now())
    )


class _Tables:
    """What profiles are checked by, asked for once."""

    def __init__(self) -> None:
        self.occupations = {each.code for each in queries.occupations()}
        self.homes = ways.origins()
        self.office = queries.office()
        self.stations = Stations()


def _say(seeker: Seeker, said: Profile, tables: _Tables) -> None:
    faults = dict(_faults(said, tables))
    if faults:
        raise Unacceptable(_l("Please check the marked fields."), fields=faults)
    home = Point(tables.homes[said.home_grid_id])
    seeker.home_grid_id, seeker.home = said.home_grid_id, stored(home)
    seeker.station_id = tables.stations.of(said.home_grid_id)
    seeker.wanted = list(dict.fromkeys(said.wanted))
    seeker.wanted3 = sorted({minor_group(each) for each in said.wanted})
    seeker.lines = dict(said.lines) if said.lines is not None else None
    seeker.skills = (
        list(dict.fromkeys(each.strip() for each in said.skills if each.strip()))
        if said.skills is not None
        else None
    )
    seeker.certificates = {
        str(name): until.isoformat() if until else None for name, until in said.certificates.items()
    }
    seeker.shifts = sorted(map(str, said.shifts)) if said.shifts else None
    seeker.refused = sorted(map(str, said.refused))
    seeker.benefits = sorted(map(str, said.benefits))
    plain = ("birth_year", "education", "pay_ask", "pay_floor", "dormitory", "mode")
    for name in (*plain, "max_minutes", "available_from", "push"):
        setattr(seeker, name, getattr(said, name))


def _faults(said: Profile, tables: _Tables) -> Iterable[tuple[str, Any]]:
    if not 1 <= len(said.wanted) <= MOST_WANTED:
        yield "wanted", _l("Choose one to three kinds of work.")
    elif not tables.occupations.issuperset(said.wanted):
        yield "wanted", _l("Choose one of the list.")
    if said.lines and not tables.occupations.issuperset(said.lines):
        yield "lines", _l("Choose one of the list.")
    if said.lines and (
        len(said.lines) > MOST_LINES or not all(0 <= years <= 60 for years in said.lines.values())
    ):
        yield "lines", _l("Years lie between 0 and 60.")
    if said.skills is not None and len(said.skills) > MOST_SKILLS:
        yield "skills", _l("At most %(n)s skills.", n=MOST_SKILLS)
    if said.home_grid_id not in tables.homes:
        yield "home_grid_id", _l("Choose where you live.")
    if sure_age(said.birth_year, days.today()) < DESIGN.working_age:
        yield "birth_year", _l("Work is open from the age of 16.")
    if said.pay_ask and said.pay_floor and said.pay_floor > said.pay_ask:
        yield "pay_floor", _l("The lowest pay is above the one you ask for.")
    if set(said.shifts or ()) & set(said.refused):
        yield "refused", _l("You would work this shift and refuse it at once.")
