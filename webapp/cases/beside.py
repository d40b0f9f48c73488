"""What stands beside a case on its page, read by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, true
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor
from webapp.base.db import Kind, together
from webapp.cases import queries
from webapp.cases.field.models import Pin
from webapp.cases.models import Assignment, Case, CaseContact, FilingCondition
from webapp.cases.residents.models import CaseAnswer, CaseRating
from webapp.cases.residents.said import Said
from webapp.cases.rota.models import ClassWish
from webapp.cases.rules import FIELD, Source
from webapp.cases.supervision.models import Order
from webapp.cases.telling import ON_WATCH
from webapp.cases.whistles.models import Whistle
from webapp.grids.models import Unit
from webapp.grids.rules import UnitKind
from webapp.people import queries as people
from webapp.people.models import Post

# So many of those that were sent are shown.
CHOICES = 12


@dataclass(frozen=True)
class Beside:
    """What was done and said about a case, who stands around it, and what can be chosen for it.

    `events` are rows of (Event, who did it, who was sent by it), oldest first; `choices` is who was
    sent and how that was chosen, newest first, as `orders` and `whistles`.
    """

    events: Sequence[Any]
    choices: Sequence[Assignment]
    orders: Sequence[Order]
    whistles: Sequence[Whistle]
    on_watch: Sequence[str]
    pinned: bool
    resident: Said
    conditions: Sequence[FilingCondition]
    departments: Sequence[Unit]
    wishes: Sequence[ClassWish]


def of(
    case: Case, who: Actor, *, hidden: bool, choosing: bool, sending: bool, ranking: bool
) -> Beside:
    """What stands beside a case for `who`. `hidden` keeps back how the reporter is reached.

    What can be chosen comes along where it is chosen: a condition, a department, people to send.
    """
    asked: dict[str, Kind] = {
        "events": queries.events_of(case.id),
        "choices": Kind(
            Assignment,
            and_(Assignment.case_id == case.id, Assignment.choice["candidates"].is_not(None)),
            options=[joinedload(Assignment.account)],
        ),
        "orders": Kind(Order, Order.case_id == case.id),
        "whistles": Kind(Whistle, Whistle.case_id == case.id, options=[joinedload(Whistle.calls)]),
    }
    if case.grid_id is not None:
        held = people.held_over(case.grid_id, ON_WATCH)
        asked["on_watch"] = Kind(Post, held, options=[joinedload(Post.account)])
    if who.holds(FIELD):
        asked["pins"] = Kind(Pin, and_(Pin.account_id == who.id, Pin.case_id == case.id))
    if case.source == Source.PUBLIC:
        asked["answers"] = Kind(CaseAnswer, CaseAnswer.case_id == case.id)
        asked["ratings"] = Kind(CaseRating, CaseRating.case_id == case.id)
        if not hidden:
            asked["contacts"] = Kind(CaseContact, queries.reached(case.id))
    if choosing:
        asked["conditions"] = Kind(FilingCondition, queries.fits(case.class_code))
    if sending:
        asked["departments"] = Kind(Unit, Unit.kind == UnitKind.DEPARTMENT)
    if ranking:
        asked["wishes"] = Kind(ClassWish, true())
    found = dict(zip(asked, together(*asked.values()), strict=True))
    return Beside(
        events=sorted(found["events"], key=lambda row: row[0].seq),
        choices=found["choices"][::-1][:CHOICES],
        orders=found["orders"][::-1],
        whistles=found["whistles"][::-1],
        on_watch=[
            each.account.name
            for each in sorted(found.get("on_watch", ()), key=lambda each: each.role)
        ],
        pinned=bool(found.get("pins")),
        resident=Said(
            answers=found.get("answers", ()),
            rating=next(iter(found.get("ratings", ())), None),
            contacts=found.get("contacts", ()),
        ),
        conditions=queries.meant(found.get("conditions", ())),
        departments=sorted(found.get("departments", ()), key=lambda each: each.name),
        wishes=found.get("wishes", ()),
    )
