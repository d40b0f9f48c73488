"""Questions of Open311: services, public requests, what happened to them, where a cell lies."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased, joinedload

from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.spatial import WGS84
from webapp.cases import publishing
from webapp.cases.models import Case, CaseClass
from webapp.cases.residents.models import ReleasedMedia
from webapp.cases.residents.rules import PUBLIC_STEPS
from webapp.cases.rules import Source
from webapp.grids.models import Grid, Unit, UnitCell, UnitCode
from webapp.grids.rules import UnitKind
from webapp.interop.open311.models import Open311Request
from webapp.interop.open311.rules import Status

STATES = {
    Status.OPEN: sorted(publishing.STATES - publishing.ENDED),
    Status.CLOSED: sorted(publishing.ENDED),
}


def told() -> ColumnElement[bool]:
    """SQL: the case is told of here. It is public, and no machine of ours has raised it."""
    return and_(publishing.clause(), Case.source != Source.MACHINE)


def _shown() -> Select[Any]:
    shown = (
        joinedload(Case.case_class),
        joinedload(Case.grid).joinedload(Grid.community),
        joinedload(Case.department),
    )
    return select(Case).options(*shown).where(told())


def services() -> list[CaseClass]:
    """Every class that residents may report, by its code."""
    found = select(CaseClass).where(CaseClass.public.is_(True)).order_by(CaseClass.code)
    return list(db.session.scalars(found))


def service(code: str) -> CaseClass | None:
    """A class that residents may report, by its code."""
    return db.session.scalar(
        select(CaseClass).where(CaseClass.code == code, CaseClass.public.is_(True))
    )


def known_services(codes: Iterable[str]) -> list[str]:
    """Those of the codes that are services."""
    found = select(CaseClass.code).where(CaseClass.code.in_(list(codes)))
    return list(db.session.scalars(found.where(CaseClass.public.is_(True))))


def one(number: str) -> Case | None:
    """A request by its number; None for one that is not told of, as for one that is not there."""
    case: Case | None = db.session.scalar(_shown().where(Case.number == number))
    return case


def these(numbers: Iterable[str]) -> list[Case]:
    """The requests of these numbers that are told of, newest first."""
    found = _shown().where(Case.number.in_(list(numbers)))
    return list(db.session.scalars(found.order_by(Case.received_at.desc(), Case.id.desc())))


def listed(
    *,
    codes: Sequence[str],
    status: Sequence[Status],
    since: datetime,
    until: datetime,
    skipped: int,
    limit: int,
) -> list[Case]:
    """Requests that came in between two moments, newest first; of all services where none is named."""
    found = _shown().where(Case.received_at.between(since, until))
    if codes:
        found = found.where(Case.class_code.in_(codes))
    if status:
        states = {state for each in status for state in STATES[each]}
        found = found.where(Case.state.in_(sorted(states)))
    found = found.order_by(Case.received_at.desc(), Case.id.desc())
    return list(db.session.scalars(found.offset(skipped).limit(limit)))


def photos(case_ids: Iterable[int]) -> dict[int, int]:
    """The first released photo of each of these cases that has one, by its key."""
    rows = db.session.execute(
        select(ReleasedMedia.case_id, func.min(ReleasedMedia.media_id))
        .where(ReleasedMedia.case_id.in_(list(case_ids)))
        .group_by(ReleasedMedia.case_id)
    )
    return {case_id: media_id for case_id, media_id in rows}


def updates(
    *, numbers: Sequence[str], since: datetime, until: datetime, skipped: int, limit: int
) -> list[Any]:
    """Steps of public cases that the public is told of, newest first: rows of (Event, number)."""
    found = (
        select(Event, Case.number)
        .join(Case, Case.id == Event.thing_id)
        .where(Event.thing_kind == "case", Event.move.in_(list(PUBLIC_STEPS)), told())
    )
    if numbers:
        found = found.where(Case.number.in_(numbers))
    else:
        found = found.where(Event.at.between(since, until))
    found = found.order_by(Event.at.desc(), Event.id.desc())
    return list(db.session.execute(found.offset(skipped).limit(limit)))


def request_of(case_id: int) -> Open311Request | None:
    """What is kept of a case that came in by Open311."""
    return db.session.get(Open311Request, case_id)


def handed_out(token: str) -> tuple[Open311Request, str | None] | None:
    """The request for which a token was handed out, and its number once it is told of.

    If it was merged into another that is told of, the number is that of the other.
    """
    try:
        wanted = uuid.UUID(token)
    except ValueError:
        return None
    sent = db.session.scalar(
        select(Open311Request)
        .options(joinedload(Open311Request.case))
        .where(Open311Request.token == wanted, Open311Request.batch.is_(True))
    )
    return (sent, _number_of(sent)) if sent else None


def _number_of(sent: Open311Request) -> str | None:
    row = select(Case.id, Case.merged_into_id)
    way = row.where(Case.id == sent.case_id).cte(recursive=True)
    into = aliased(Case)
    way = way.union(select(into.id, into.merged_into_id).join(way, way.c.merged_into_id == into.id))
    # A private one stays private, wherever it was merged.
    found = select(Case.number).where(Case.id.in_(select(way.c.id)), told())
    return None if sent.case.private else db.session.scalar(found.order_by(Case.id).limit(1))


def jurisdiction(code: str) -> bool:
    """True when the code is one of those of our subdistrict."""
    found = (
        select(UnitCode.id)
        .join(UnitCode.unit)
        .where(Unit.kind == UnitKind.SUBDISTRICT, UnitCode.code == code)
    )
    return db.session.scalar(found.limit(1)) is not None


def office() -> str | None:
    """What our subdistrict is called."""
    return db.session.scalar(select(Unit.name).where(Unit.kind == UnitKind.SUBDISTRICT).limit(1))


def in_cell(code: str) -> tuple[float, float] | None:
    """(lon, lat) degrees WGS 84 of a point inside a unit cell; None when there is no such cell."""
    inside = func.ST_Transform(func.ST_PointOnSurface(UnitCell.geom), WGS84)
    found = select(func.ST_X(inside), func.ST_Y(inside)).where(
        UnitCell.code == code, UnitCell.end_date.is_(None)
    )
    row = db.session.execute(found).one_or_none()
    return (row[0], row[1]) if row else None
