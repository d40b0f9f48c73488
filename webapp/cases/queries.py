"""Questions about cases: one, lists, the map, who could go."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.orm import aliased, joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import Kind, db, together
from webapp.base.files import StoredFile
from webapp.base.spatial import SRID, WGS84
from webapp.cases.models import (
    Assignment,
    Case,
    CaseClass,
    CaseContact,
    CaseMedia,
    CasePart,
    CaseRoute,
    FilingCondition,
)
from webapp.cases.rules import DEPARTMENT, ENDED, OPEN, Duty, Grade, PartState, State
from webapp.cases.standards import in_force
from webapp.grids.models import Grid, GridLineage, GridVersion, Place, Unit
from webapp.grids.rules import LineageKind, PlaceKind, UnitKind
from webapp.people.models import Account, Post
from webapp.people.outdoors import DOUBT_M

PAGE = 50


def one(case_id: int) -> Case | None:
    """A case with everything its page shows of it. What is in force is asked by the same statement."""
    found = (
        in_force.beside(select(Case))
        .options(
            joinedload(Case.case_class),
            joinedload(Case.grid),
            joinedload(Case.reporter),
            joinedload(Case.verifier),
            joinedload(Case.department),
            joinedload(Case.handler),
            joinedload(Case.checker),
            joinedload(Case.condition),
            joinedload(Case.merged_into),
            joinedload(Case.parent),
            joinedload(Case.route).joinedload(CaseRoute.unit),
            joinedload(Case.said_grid),
            joinedload(Case.parts).options(joinedload(CasePart.unit), joinedload(CasePart.account)),
            joinedload(Case.media).joinedload(CaseMedia.file),
        )
        .where(Case.id == case_id)
    )
    row = db.session.execute(found).unique().one_or_none()
    if row is None:
        return None
    in_force.note(row[1], row[2])
    case: Case = row[0]
    return case


def by_number(number: str) -> Case | None:
    """A case by the number that people know, with what machines are told of it."""
    found = select(Case).options(
        joinedload(Case.case_class), joinedload(Case.grid), joinedload(Case.parts)
    )
    return db.session.scalars(found.where(Case.number == number)).unique().one_or_none()


def part(part_id: int) -> CasePart | None:
    """The part of a department in a case, with both."""
    found = select(CasePart).options(joinedload(CasePart.unit), joinedload(CasePart.case))
    return db.session.scalar(found.where(CasePart.id == part_id))


def by_client_id(client_id: uuid.UUID | None) -> Case | None:
    """The case that a phone's report became, if it has arrived before."""
    return db.session.scalar(select(Case).where(Case.client_id == client_id))


def listed(
    who: Actor,
    *,
    states: Iterable[str] = OPEN,
    grid_id: int | None = None,
    mine: bool = False,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Case]:
    """Cases that `who` may see, newest first; `before` is the key where the last page ended."""
    found = _seen(who, states).order_by(Case.id.desc()).limit(limit)
    if grid_id is not None:
        found = found.where(Case.grid_id == grid_id)
    if mine:
        found = found.where(
            or_(
                Case.handler_id == who.id,
                Case.checker_id == who.id,
                Case.verifier_id == who.id,
                Case.department_id.in_(who.units(DEPARTMENT)),
            )
        )
    if before is not None:
        found = found.where(Case.id < before)
    return list(db.session.scalars(found))


def _seen(who: Actor, states: Iterable[str]) -> Select[Case]:
    shown = (joinedload(Case.case_class), joinedload(Case.grid), joinedload(Case.handler))
    return (
        select(Case)
        .options(*shown)
        .where(visible(Case, who, "cases.see"), Case.state.in_(list(states)))
    )


def counts(who: Actor) -> dict[str, int]:
    """How many cases `who` may see in each state."""
    rows = db.session.execute(
        select(Case.state, func.count())
        .where(visible(Case, who, "cases.see"), Case.state.in_(list(OPEN)))
        .group_by(Case.state)
    )
    return {state: count for state, count in rows}


def open_by_grid(who: Actor) -> dict[int, int]:
    """How many open cases each grid has, of those that `who` may see."""
    rows = db.session.execute(
        select(Case.grid_id, func.count())
        .where(visible(Case, who, "cases.see"), Case.state.in_(list(OPEN)))
        .where(Case.grid_id.is_not(None))
        .group_by(Case.grid_id)
    )
    return {grid: count for grid, count in rows if grid is not None}


def classes(words: str | None = None, limit: int = 30) -> list[CaseClass]:
    """Classes whose name, code or keyword contains the words; without words the commonest."""
    found = select(CaseClass)
    if words:
        pattern = f"%{words.strip()}%"
        found = found.where(
            or_(
                CaseClass.name.ilike(pattern),
                CaseClass.name_en.ilike(pattern),
                CaseClass.code.like(pattern),
                CaseClass.major.like(pattern),
                func.array_to_string(CaseClass.keywords, " ").ilike(pattern),
            )
        )
    else:
        found = found.where(CaseClass.common_rank.is_not(None))
    found = found.order_by(CaseClass.common_rank.nulls_last(), CaseClass.code)
    return list(db.session.scalars(found.limit(limit)))


_OUTSIDE = text("""
    SELECT min(ST_Distance(v.geom, c.geom)) FROM case_file c CROSS JOIN grid_version v
    JOIN boundary_set s ON s.id = v.set_id AND s.state = 'active'
    WHERE c.id = :case
""")


def metres_outside(case: Case) -> float:
    """How far the case is from the nearest grid; 0 where there are no grids yet."""
    return float(db.session.scalar(_OUTSIDE, {"case": case.id}) or 0)


def placed_by_point() -> ColumnElement[bool]:
    """SQL: the case is in its grid because of its point, and not because a person said so."""
    by_version = select(GridVersion.id).where(
        GridVersion.id == Case.grid_version_id,
        or_(Case.on_border.is_(True), func.ST_Covers(GridVersion.geom, Case.geom)),
    )
    return and_(Case.geom.is_not(None), or_(Case.grid_version_id.is_(None), by_version.exists()))


def open_in_changed_grids(set_id: int) -> list[Case]:
    """Open cases without a point in grids that a boundary set changed or ended.

    With those whose grid a person has said, where this grid has ended.
    """
    ended = select(Grid.id).where(Grid.retired_at.is_not(None))
    changed = (
        select(GridVersion.grid_id)
        .join(GridLineage, GridLineage.old_version_id == GridVersion.id)
        .where(GridLineage.set_id == set_id, GridLineage.kind != LineageKind.SAME)
    )
    found = select(Case).where(
        Case.state.in_(OPEN),
        or_(
            and_(Case.geom.is_(None), Case.grid_id.in_(changed)),
            and_(Case.grid_id.in_(ended), ~placed_by_point()),
        ),
    )
    return list(db.session.scalars(found.order_by(Case.id)))


def open_in_grid(grid_id: int) -> list[Case]:
    """Open cases of a grid, the most urgent first."""
    return _open(Case.grid_id == grid_id)


def sent_to(account_id: int) -> list[Case]:
    """Open cases that somebody was sent to handle or to check, the most urgent first."""
    return _open(_sent(account_id))


def _sent(account_id: int) -> ColumnElement[bool]:
    return or_(
        Case.handler_id == account_id,
        Case.checker_id == account_id,
        and_(Case.verifier_id == account_id, Case.state == State.VERIFYING),
    )


def in_hands(account_id: int, *, since: datetime, limit: int = 200) -> list[Case]:
    """Open cases that somebody was sent to, and those that ended since in which they did something."""
    shown = joinedload(Case.case_class), joinedload(Case.grid)
    did = select(Event.thing_id).where(
        Event.actor_id == account_id, Event.at > since, Event.thing_kind == "case"
    )
    over = and_(Case.id.in_(did), Case.state.in_(ENDED), Case.handler_id == account_id)
    order = Case.state.in_(ENDED), Case.due_at.nulls_last(), Case.id
    found = (
        select(Case).options(*shown).where(or_(and_(_sent(account_id), Case.state.in_(OPEN)), over))
    )
    return list(db.session.scalars(found.order_by(*order).limit(limit)))


def _open(which: ColumnElement[bool]) -> list[Case]:
    found = select(Case).options(joinedload(Case.case_class)).where(which, Case.state.in_(OPEN))
    return list(db.session.scalars(found.order_by(Case.due_at.nulls_last(), Case.id)))


def recent_classes(who: Actor, limit: int = 4) -> list[CaseClass]:
    """The classes somebody reported last, newest first."""
    last = (
        select(Case.class_code, func.max(Case.id).label("newest"))
        .where(Case.reporter_id == who.id)
        .group_by(Case.class_code)
        .order_by(func.max(Case.id).desc())
        .limit(limit)
        .subquery()
    )
    found = select(CaseClass).join(last, last.c.class_code == CaseClass.code)
    return list(db.session.scalars(found.order_by(last.c.newest.desc())))


# My open duties, nearest first from where I am; without a position the most urgent first.
_TODAY = text(f"""
    SELECT c.id, c.number, c.state, k.name AS class_name, k.name_en AS class_name_en,
           c.where_words, c.words, g.name AS grid_name, c.due_at, x.duty,
           ST_X(w.geom) AS lon, ST_Y(w.geom) AS lat,
           ST_X(c.geom) AS x, ST_Y(c.geom) AS y, c.grade,
           CASE WHEN cast(:lon AS float8) IS NULL THEN NULL ELSE ST_Distance(c.geom,
               ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), {SRID})) END AS away_m
    FROM assignment x
    JOIN case_file c ON c.id = x.case_id
    JOIN case_class k ON k.code = c.class_code
    LEFT JOIN grid g ON g.id = c.grid_id
    LEFT JOIN LATERAL (SELECT ST_Transform(c.geom, 4326) AS geom) w ON true
    WHERE x.account_id = :account AND x.ended_at IS NULL
      AND x.duty || ' ' || c.state
              IN ('handle dispatched', 'handle processing', 'verify verifying', 'check checking')
    ORDER BY away_m NULLS LAST, c.due_at NULLS LAST, c.id LIMIT 50
""")


def today(who: Actor, *, lon: float | None = None, lat: float | None = None) -> list[Any]:
    """What `who` is sent to and has not done: nearest first from a point in degrees WGS 84."""
    values = {"account": who.id, "lon": lon, "lat": lat}
    return list(db.session.execute(_TODAY, values))


def events_of(case_id: int) -> Kind:
    """What was done to a case: rows of (Event, who did it, who was sent by it)."""
    actor, sent = aliased(Account), aliased(Account)
    return Kind(
        Event,
        and_(Event.thing_kind == "case", Event.thing_id == case_id),
        joined=[
            (actor, actor.id == Event.actor_id),
            (sent, sent.id == Event.data["to"].as_integer()),
        ],
        read=[actor.name, sent.name],
    )


def history(case_id: int) -> list[Any]:
    """The same, read; oldest first."""
    (rows,) = together(events_of(case_id))
    return sorted(rows, key=lambda row: row[0].seq)


def to_put_right() -> tuple[list[Any], list[Any]]:
    """Classes and grids that a case can be put into, by one statement: rows of code, name, name_en."""
    rank = func.to_char(CaseClass.common_rank, "000000").label("rank")
    classes = select(
        true().label("is_class"), rank, CaseClass.code, CaseClass.name, CaseClass.name_en
    ).where(CaseClass.common_rank.is_not(None))
    grids = select(false(), Grid.kind, Grid.display_code, Grid.name, literal(None, Text())).where(
        Grid.retired_at.is_(None)
    )
    both = union_all(classes, grids).subquery()
    rows = db.session.execute(select(both).order_by(both.c.rank, both.c.code)).all()
    return [row for row in rows if row.is_class], [row for row in rows if not row.is_class]


def class_of(code: str | None) -> CaseClass | None:
    """A class by its five digits."""
    return db.session.get(CaseClass, code) if code else None


def named_spots() -> list[Any]:
    """Named places to choose from where there is no map: rows of (name, lon, lat), by kind."""
    spot = func.ST_Transform(Place.geom, WGS84)
    found = select(Place.name, func.ST_X(spot).label("lon"), func.ST_Y(spot).label("lat"))
    kinds = (PlaceKind.WORKSTATION, PlaceKind.VILLAGE, PlaceKind.ENTERPRISE)
    return list(
        db.session.execute(found.where(Place.kind.in_(kinds)).order_by(Place.kind, Place.name))
    )


def media_by_mark(case_id: int, mark: uuid.UUID | None) -> CaseMedia | None:
    """The picture or voice note that a phone named so, if it has arrived."""
    return db.session.scalar(
        select(CaseMedia).where(CaseMedia.case_id == case_id, CaseMedia.client_id == mark)
    )


def case_of_media(media_id: int) -> Case | None:
    """The case a picture or voice note belongs to."""
    found = select(Case).options(selectinload(Case.media).joinedload(CaseMedia.file))
    return db.session.scalar(found.join(Case.media).where(CaseMedia.id == media_id))


def stages_of(case_id: int) -> set[str]:
    """What the pictures of a case show: found, after, check. A voice note shows nothing."""
    found = select(CaseMedia.stage).join(CaseMedia.file).where(CaseMedia.case_id == case_id)
    return set(db.session.scalars(found.where(StoredFile.media_type.like("image/%"))))


def conditions(class_code: str) -> list[FilingCondition]:
    """The conditions in force on which a case of this class is filed, the one meant first.

    Those of the longest beginning of the code that has any.
    """
    return meant(db.session.scalars(select(FilingCondition).where(fits(class_code))))


def fits(class_code: str) -> ColumnElement[bool]:
    """SQL: the condition is in force for a beginning of the code."""
    beginnings = [class_code[:length] for length in range(6)]
    return and_(
        FilingCondition.class_prefix.in_(beginnings), FilingCondition.valid.op("@>")(clock.now())
    )


def meant(found: Iterable[FilingCondition]) -> list[FilingCondition]:
    """Of the conditions that fit a class those of the longest beginning, in their order."""
    rows = sorted(found, key=lambda each: (-len(each.class_prefix), each.place))
    return [each for each in rows if each.class_prefix == rows[0].class_prefix]


def condition(condition_id: int | None) -> FilingCondition | None:
    """A condition by its key."""
    return db.session.get(FilingCondition, condition_id) if condition_id else None


def condition_for(class_code: str) -> FilingCondition | None:
    """The condition that is meant where nobody chooses; None when none is on file."""
    return next(iter(conditions(class_code)), None)


def class_with_condition(code: str) -> tuple[CaseClass, FilingCondition | None] | None:
    """A class by its five digits, and the condition that is meant where nobody chooses.

    What is in force is asked by the same statement.
    """
    found: Any = (
        select(CaseClass, FilingCondition)
        .select_from(CaseClass)
        .outerjoin(FilingCondition, fits(code))
        .where(CaseClass.code == code)
    )
    rows = db.session.execute(in_force.beside(found)).all()
    if not rows:
        return None
    case_class, _condition, edition, calendar = rows[0]
    in_force.note(edition, calendar)
    return case_class, next(iter(meant(row[1] for row in rows if row[1] is not None)), None)


def department(unit_id: int | None) -> Unit | None:
    """A department by its key."""
    return next(iter(departments([unit_id])), None) if unit_id else None


def departments(keys: Iterable[int] | None = None) -> list[Unit]:
    """The departments of these keys, or all, by name."""
    found = select(Unit).where(Unit.kind == UnitKind.DEPARTMENT)
    if keys is not None:
        found = found.where(Unit.id.in_(list(keys)))
    return list(db.session.scalars(found.order_by(Unit.name)))


def staff_of(unit_id: int | None) -> list[int]:
    """Accounts of those who work in a department now."""
    found = (
        select(Post.account_id)
        .join(Account, Account.id == Post.account_id)
        .where(
            Post.unit_id == unit_id,
            Post.role.in_(DEPARTMENT),
            Post.valid.op("@>")(clock.now()),
            Account.locked_at.is_(None),
        )
    )
    return list(db.session.scalars(found.distinct())) if unit_id else []


def returned_before(case_id: int, unit_id: int) -> bool:
    """True when this department has given the case back before."""
    found = select(CasePart.id).where(
        CasePart.case_id == case_id, CasePart.unit_id == unit_id, CasePart.returned.is_(True)
    )
    return db.session.scalar(found.limit(1)) is not None


def unfinished(case: Case) -> list[str]:
    """What a case waits for before it is closed: departments that help, and cases split from it."""
    waiting = (PartState.SENT, PartState.WORKING)
    parts = [part.unit.name for part in case.parts if not part.lead and part.state in waiting]
    children = select(Case.number).where(Case.parent_id == case.id, Case.state.in_(OPEN))
    return parts + list(db.session.scalars(children.order_by(Case.id)))


def merged_into(case_id: int) -> list[Case]:
    """The reports merged into the case, or into one of these, by their keys."""
    row = select(Case.id)
    merged = row.where(Case.merged_into_id == case_id).cte(recursive=True)
    every = merged.union(row.join(merged, Case.merged_into_id == merged.c.id))
    found = select(Case).options(joinedload(Case.case_class), joinedload(Case.reporter))
    return list(db.session.scalars(found.where(Case.id.in_(select(every.c.id))).order_by(Case.id)))


def contacts(case_id: int) -> list[CaseContact]:
    """How the reporters of a case are reached, as long as it is known."""
    return list(
        db.session.scalars(select(CaseContact).where(reached(case_id)).order_by(CaseContact.id))
    )


def reached(case_id: int) -> ColumnElement[bool]:
    """SQL: by this a reporter of the case is reached, as long as it is known."""
    return and_(CaseContact.case_id == case_id, CaseContact.erased_at.is_(None))


def picture_distances(
    case_id: int, stage: str, duty: str
) -> tuple[float | None, float | None, float | None]:
    """How near to the case (metres) pictures of a stage were taken since somebody was sent for it.

    By the nearest picture's own word, by the nearest sure phone that brought one, and how sure that
    phone was; None: not known.
    """
    sent = select(Assignment.sent_at).where(
        Assignment.case_id == case_id, Assignment.duty == duty, Assignment.ended_at.is_(None)
    )
    these = (
        CaseMedia.case_id == case_id,
        CaseMedia.stage == stage,
        CaseMedia.created_at >= func.coalesce(sent.scalar_subquery(), CaseMedia.created_at),
    )
    photo = db.session.scalar(select(func.min(CaseMedia.distance_m)).where(*these))
    by_phone = (
        select(CaseMedia.phone_m, CaseMedia.phone_accuracy_m)
        .where(*these, CaseMedia.phone_m.is_not(None))
        .where(func.coalesce(CaseMedia.phone_accuracy_m, 0) <= DOUBT_M)
        .order_by(CaseMedia.phone_m)
    )
    phone = db.session.execute(by_phone.limit(1)).one_or_none()
    return (photo, *(phone or (None, None)))


def due_to_resume(day: date) -> list[Case]:
    """Cases on hold whose day of review has come."""
    found = select(Case).where(Case.state == State.ON_HOLD, Case.review_on <= day)
    return list(db.session.scalars(found.order_by(Case.id)))


def waiting_since(moment: datetime) -> list[Case]:
    """Cases that have waited for an answer of the reporter since before a moment."""
    found = select(Case).where(Case.state == State.WAITING, Case.paused_at < moment)
    return list(db.session.scalars(found.order_by(Case.id)))


def closed_before(moment: datetime, limit: int = 500) -> list[Case]:
    """Closed cases that were closed before a moment and are not in the archive."""
    found = select(Case).where(Case.state == State.CLOSED, Case.closed_at < moment)
    return list(db.session.scalars(found.order_by(Case.id).limit(limit)))


def offered(who: Actor) -> tuple[Case, datetime | None] | None:
    """The urgent case to which `who` is asked to go and has not answered, and until when; at most one
    such waits for anybody."""
    found = (
        select(Case, Assignment.answer_by)
        .join(Assignment, Assignment.case_id == Case.id)
        .options(joinedload(Case.case_class))
        .where(
            Assignment.account_id == who.id,
            Assignment.duty == Duty.HANDLE,
            Assignment.ended_at.is_(None),
            Assignment.taken_at.is_(None),
            Case.state == State.DISPATCHED,
            Case.grade != Grade.NORMAL,
        )
    )
    row = db.session.execute(found).one_or_none()
    return None if row is None else (row[0], row[1])


def open_assignment(case_id: int, duty: str) -> Assignment | None:
    """Who is sent to the case for this duty now."""
    return db.session.scalar(
        select(Assignment).where(
            Assignment.case_id == case_id,
            Assignment.duty == duty,
            Assignment.ended_at.is_(None),
        )
    )
