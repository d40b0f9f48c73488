"""Questions about votes: whom a topic is for, who of the roll took part, what the ballots come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.base import sealing
from webapp.base.db import db
from webapp.base.web import Page
from webapp.community.deliberation import queries
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.poll_models import (
    Ballot,
    HomeArea,
    Poll,
    Sheet,
    Turnout,
    Voter,
)
from webapp.community.deliberation.procedures import Choice, Figures, Unit
from webapp.people.models import Account
from webapp.residents.models import Building, Dwelling, Household, Resident
from webapp.residents.rules import PHONE, Relation, Use

PAGE = 100


@dataclass(frozen=True)
class Place:
    """A place that the roll will have."""

    label: str
    dwelling_id: int
    household_id: int | None = None
    resident_id: int | None = None
    area: int | None = None


def eligible(topic: Topic, unit: Unit, born_until: date) -> list[Place]:
    """Whom the topic is for now, by the place of their homes and in the order of these.

    Persons are those born until a day; owners those of every home, lived in or not (area None: not known).
    """
    here = queries.homes_of(topic)
    if unit is Unit.OWNER:
        found = here.add_columns(HomeArea.area).outerjoin(
            HomeArea, HomeArea.dwelling_id == Dwelling.id
        )
        found = found.where(Dwelling.use != Use.OTHER)
        return [Place(_label(*row[:3]), row[3], area=row[4]) for row in _run(found)]
    found = here.add_columns(Household.id).join(Household, Household.dwelling_id == Dwelling.id)
    found = found.where(Household.left_at.is_(None)).order_by(Household.id)
    if unit is Unit.HOUSEHOLD:
        return [Place(_label(*row[:3]), row[3], household_id=row[4]) for row in _run(found)]
    found = found.add_columns(Resident.id).join(Resident, Resident.household_id == Household.id)
    found = found.where(Resident.left_at.is_(None), Resident.born <= born_until)
    return [
        Place(_label(*row[:3]), row[3], resident_id=row[5])
        for row in _run(found.order_by(Resident.id))
    ]


def _run(found: Any) -> Sequence[Any]:
    return db.session.execute(found).all()


def _label(building: str, stair: str, door: str) -> str:
    at_home = "-".join(each for each in (stair, door) if each)
    return " ".join(each for each in (building, at_home) if each)


def poll(poll_id: int) -> Poll | None:
    """A vote with its topic."""
    found = select(Poll).options(joinedload(Poll.topic))
    return db.session.scalar(found.where(Poll.id == poll_id))


def current(topic_id: int) -> Poll | None:
    """The newest vote of a topic that was not called off."""
    found = select(Poll).where(Poll.topic_id == topic_id, Poll.cancelled_at.is_(None))
    return db.session.scalar(
        found.options(joinedload(Poll.topic)).order_by(Poll.turn.desc()).limit(1)
    )


def turns(topic_id: int) -> int:
    """How many votes a topic has had, those called off among them."""
    found = select(func.coalesce(func.max(Poll.turn), 0)).where(Poll.topic_id == topic_id)
    return db.session.scalar(found) or 0


def grids_of_roll(topic_id: int) -> list[int]:
    """The grids in which the homes of the last roll of a topic stand."""
    last = select(func.max(Poll.id)).where(Poll.topic_id == topic_id).scalar_subquery()
    found = (
        select(Building.grid_id)
        .join(Dwelling, Dwelling.building_id == Building.id)
        .join(Voter, Voter.dwelling_id == Dwelling.id)
        .where(Voter.poll_id == last, Building.grid_id.is_not(None))
        .distinct()
    )
    return [key for key in db.session.scalars(found) if key is not None]


@dataclass(frozen=True)
class Taken:
    """How many are on the roll, how many of them took part, how many sheets wait for witnesses."""

    roll: int
    took_part: int
    waiting: int


def taken(poll_id: int) -> Taken:
    """How far a vote is; never what was voted."""
    waits = and_(Sheet.second_witness_id.is_(None), Sheet.refused_by_id.is_(None))
    row = db.session.execute(
        select(
            select(func.count()).where(Voter.poll_id == poll_id).scalar_subquery(),
            select(func.count()).where(Turnout.poll_id == poll_id).scalar_subquery(),
            select(func.count()).where(Sheet.poll_id == poll_id, waits).scalar_subquery(),
        )
    ).one()
    return Taken(*row)


@dataclass(frozen=True)
class OnRoll:
    """A place on the roll with who is the head there (masked where shown), and how they took part."""

    voter: Voter
    name: str | None
    took_part: bool
    sheet_id: int | None


def roll(poll_id: int, *, after: int = 0, missing: bool = False, limit: int = PAGE) -> Page[OnRoll]:
    """The roll in its order, from a number on; `missing`: only who has not taken part."""
    head = and_(
        Resident.household_id == Voter.household_id,
        Resident.relation == Relation.HEAD,
        Resident.left_at.is_(None),
    )
    found = (
        select(Voter, Resident.name, Turnout.voter_id, Turnout.sheet_id)
        .outerjoin(Turnout, Turnout.voter_id == Voter.id)
        .outerjoin(Resident, or_(head, Resident.id == Voter.resident_id))
        .where(Voter.poll_id == poll_id, Voter.number > after)
        .order_by(Voter.number)
        .limit(limit + 1)
    )
    if missing:
        found = found.where(Turnout.voter_id.is_(None))
    rows = [
        OnRoll(voter, name, took is not None, sheet)
        for voter, name, took, sheet in db.session.execute(found)
    ]
    return Page(rows[:limit], rows[limit - 1].voter.number if len(rows) > limit else None)


def voters(poll_id: int, numbers: Sequence[int]) -> Sequence[Voter]:
    """The places on the roll of these numbers."""
    found = select(Voter).where(Voter.poll_id == poll_id, Voter.number.in_(numbers))
    return db.session.scalars(found.order_by(Voter.number)).all()


def voter_of(account_id: int, poll: Poll, born_until: date) -> tuple[Voter, bool] | None:
    """The first place on the roll that this account can vote for, and whether it has voted.

    It is somebody's of age whose phone the account has proved, who lives there now: in the household,
    as the person, or in a home in which its owner lives.
    """
    phone = db.session.scalar(select(Account.phone).where(Account.id == account_id))
    if phone is None:
        return None
    found = (
        select(Voter, Turnout.voter_id)
        .select_from(Resident)
        .join(Household, Resident.household_id == Household.id)
        .join(Dwelling, Household.dwelling_id == Dwelling.id)
        .join(
            Voter,
            or_(
                Voter.resident_id == Resident.id,
                Voter.household_id == Household.id,
                and_(
                    Voter.area.is_not(None),
                    Voter.dwelling_id == Dwelling.id,
                    Dwelling.use == Use.OWNED,
                ),
            ),
        )
        .outerjoin(Turnout, Turnout.voter_id == Voter.id)
        .where(
            Voter.poll_id == poll.id,
            Resident.phone_blind.in_(sealing.blinds(phone, of=PHONE)),
            Resident.left_at.is_(None),
            Household.left_at.is_(None),
            or_(Resident.born.is_(None), Resident.born <= born_until),
        )
        .order_by(Voter.number)
        .limit(1)
    )
    row = db.session.execute(found).first()
    return (row[0], row[1] is not None) if row is not None else None


def figures(poll_id: int) -> Figures:
    """What the ballots of a vote come to, by one statement; sheets count once they have two witnesses."""
    valid = or_(Ballot.sheet_id.is_(None), Sheet.second_witness_id.is_not(None))

    def of(choice: Choice) -> list[Any]:
        mine = and_(valid, Ballot.choice == choice)
        return [
            func.count(Ballot.id).filter(mine),
            func.coalesce(func.sum(Voter.area).filter(mine), 0),
        ]

    whole = select(func.count(), func.coalesce(func.sum(Voter.area), 0)).where(
        Voter.poll_id == poll_id
    )
    found = (
        select(*of(Choice.YES), *of(Choice.NO), *of(Choice.ABSTAIN))
        .select_from(Ballot)
        .outerjoin(Voter, Voter.id == Ballot.voter_id)
        .outerjoin(Sheet, Sheet.id == Ballot.sheet_id)
        .where(Ballot.poll_id == poll_id)
    )
    roll, roll_area = db.session.execute(whole).one()
    row: Any = db.session.execute(found).one()
    yes, yes_area, no, no_area, abstain, abstain_area = row
    return Figures(
        roll=roll,
        yes=yes,
        no=no,
        abstain=abstain,
        roll_area=int(roll_area or 0),
        yes_area=int(yes_area),
        no_area=int(no_area),
        abstain_area=int(abstain_area),
    )


def opened() -> Sequence[Poll]:
    """Every vote that was opened, by key."""
    found = select(Poll).where(Poll.opens_at.is_not(None))
    return db.session.scalars(found.order_by(Poll.id)).all()


def marks_and_ballots(poll_id: int) -> tuple[int, int]:
    """How many are marked as having taken part, and how many ballots there are."""
    row = db.session.execute(
        select(
            select(func.count()).where(Turnout.poll_id == poll_id).scalar_subquery(),
            select(func.count()).where(Ballot.poll_id == poll_id).scalar_subquery(),
        )
    ).one()
    return row[0], row[1]


def ballots(poll: Poll) -> list[tuple[str, str, int | None]]:
    """(mark, choice, area) of every ballot that counts, in the order of its text.

    The mark is the receipt, or of a vote on paper the number of its sheet; of an open vote the number
    on the roll stands before it.
    """
    mark = case(
        (Ballot.sheet_id.is_not(None), func.concat("sheet-", Ballot.sheet_id)),
        else_=Ballot.receipt,
    )
    shown = mark if poll.secret else func.concat(Voter.number, " ", mark)
    found = (
        select(shown, Ballot.choice, Voter.area)
        .outerjoin(Voter, Voter.id == Ballot.voter_id)
        .outerjoin(Sheet, Sheet.id == Ballot.sheet_id)
        .where(
            Ballot.poll_id == poll.id,
            or_(Ballot.sheet_id.is_(None), Sheet.second_witness_id.is_not(None)),
        )
    )
    return sorted((row[0], row[1], row[2]) for row in db.session.execute(found))


def ballot_of(poll_id: int, receipt: str) -> str | None:
    """What the ballot with this receipt says."""
    found = select(Ballot.choice).where(Ballot.poll_id == poll_id, Ballot.receipt == receipt)
    return db.session.scalar(found)


def sheet(sheet_id: int) -> Sheet | None:
    """A sheet with its vote and topic."""
    found = joinedload(Sheet.poll).joinedload(Poll.topic)
    return db.session.get(Sheet, sheet_id, options=[found])


def sheets(poll_id: int) -> Sequence[Row[Sheet, str, str | None, str | None]]:
    """(sheet, who entered it, first witness, second witness) of a vote, the newest first."""
    entered, first, second = (
        select(Account.name).where(Account.id == column).scalar_subquery()
        for column in (Sheet.entered_by_id, Sheet.first_witness_id, Sheet.second_witness_id)
    )
    found = select(Sheet, entered, first, second).where(Sheet.poll_id == poll_id)
    return db.session.execute(found.order_by(Sheet.id.desc())).all()


def homes_with_area(building_id: int) -> Sequence[Row[Dwelling, int | None]]:
    """(dwelling, its area) of a building, in the order of its doors."""
    found = (
        select(Dwelling, HomeArea.area)
        .outerjoin(HomeArea, HomeArea.dwelling_id == Dwelling.id)
        .where(Dwelling.building_id == building_id, Dwelling.use != Use.OTHER)
        .order_by(Dwelling.stair, Dwelling.floor, Dwelling.door, Dwelling.id)
    )
    return db.session.execute(found).all()


def buildings_without_area(topic: Topic) -> Sequence[Row[int, str, int]]:
    """(building, name, how many homes have no area yet) of those whom a topic is for."""
    homes = queries.homes_of(topic).where(Dwelling.use != Use.OTHER).order_by(None).subquery()
    found = (
        select(Building.id, Building.name, func.count())
        .join(Dwelling, Dwelling.building_id == Building.id)
        .join(homes, homes.c.id == Dwelling.id)
        .outerjoin(HomeArea, HomeArea.dwelling_id == Dwelling.id)
        .where(HomeArea.dwelling_id.is_(None))
        .group_by(Building.id)
        .order_by(Building.name, Building.id)
    )
    return db.session.execute(found).all()
