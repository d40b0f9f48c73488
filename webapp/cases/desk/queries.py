"""Questions of the desk: the narrowed queue and its counts, filters, phrases, shifts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload

from webapp.base import clock, drawn
from webapp.base.access import Actor, may, visible
from webapp.base.db import db
from webapp.base.spatial import stored
from webapp.cases import timing
from webapp.cases.around import queries as around
from webapp.cases.desk.forms import Wish
from webapp.cases.desk.models import DeskFilter, DeskShift, Phrase
from webapp.cases.desk.rules import Light, ShiftState
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import DEPARTMENT, DESK, OPEN, QUEUES, State
from webapp.grids.models import Grid, Unit
from webapp.grids.rules import UnitKind
from webapp.people.models import Account, Post

PAGE = 50


def queued(who: Actor, wish: Wish, *, at: datetime, limit: int = PAGE + 1) -> list[Case]:
    """Cases as the desk works them: what is late at a moment first, then the newest.

    Those that accept reports are told which were perhaps reported before (`doubted`).
    """
    states = QUEUES[wish.show][1]
    narrowed = _narrowed(who, wish, at)
    late = _late(Case, at)
    fresh_ones, late_ones = [~late], [_over(Case, at)]
    if wish.before is not None:
        last = aliased(Case)
        late_too = select(_late(last, at)).where(last.id == wish.before).scalar_subquery()
        fresh_ones.append(or_(late_too, Case.id < wish.before))
        late_ones += [late_too, Case.id < wish.before]
    # Each half is read in the order of its keys and no further than needed; what has ended is never late.
    halves = [fresh_ones, late_ones] if OPEN.intersection(states) else [fresh_ones]
    keys = union_all(
        *(
            select(Case.id)
            .where(*narrowed, *half)
            .order_by(Case.id.desc())
            .limit(limit)
            .subquery()
            .select()
            for half in halves
        )
    ).subquery()
    doubted = around.doubt() if may(who, "desk.bulk") else false()
    shown = (joinedload(Case.case_class), joinedload(Case.grid), joinedload(Case.handler))
    found = select(Case, doubted).options(*shown).join(keys, keys.c.id == Case.id)
    rows = []
    for case, maybe in db.session.execute(found.order_by(late.desc(), Case.id.desc()).limit(limit)):
        case.doubted = bool(maybe)
        rows.append(case)
    return rows


def _narrowed(who: Actor, wish: Wish, at: datetime) -> list[ColumnElement[bool]]:
    states = QUEUES[wish.show][1]
    return [visible(Case, who, "cases.see"), Case.state.in_(states), *narrowing(who, wish, at)]


def whole_queue(who: Actor, wish: Wish, *, at: datetime) -> Select[Any]:
    """SQL: all cases of the queue as it is narrowed, in its order, whichever page of it was open."""
    found = select(Case).where(*_narrowed(who, wish, at))
    return found.order_by(_late(Case, at).desc(), Case.id.desc())


def _late(case: type[Case], at: datetime) -> ColumnElement[bool]:
    return func.coalesce(_over(case, at), false())


def _over(case: type[Case], at: datetime) -> ColumnElement[bool]:
    """The same where no answer counts as no, and by an index."""
    return and_(case.closed_at.is_(None), case.paused_at.is_(None), case.due_at < at)


def narrowing(who: Actor, wish: Wish, at: datetime) -> list[ColumnElement[bool]]:
    """SQL: what a wish asks of a case beside the step of the work."""
    asked: list[ColumnElement[bool] | None] = [
        _says(wish.q) if wish.q else None,
        Case.class_code.startswith(wish.of_class, autoescape=True) if wish.of_class else None,
        _at_place(wish.place) if wish.place else None,
        Case.department_id == wish.department if wish.department else None,
        Case.grade == wish.grade if wish.grade else None,
        Case.source == wish.source if wish.source else None,
        _shows(wish.light, at) if wish.light else None,
        mine(who) if wish.mine else None,
        Case.grid_id.is_(None) if wish.outside else None,
        func.ST_Covers(stored(drawn.shape(wish.area)), Case.geom) if wish.area else None,
        Case.received_at >= _midnight(wish.since) if wish.since else None,
        Case.received_at < _midnight(wish.until + timedelta(days=1)) if wish.until else None,
    ]
    return [each for each in asked if each is not None]


def _says(words: str) -> ColumnElement[bool]:
    classes = select(CaseClass.code).where(
        or_(
            CaseClass.name.icontains(words, autoescape=True),
            CaseClass.name_en.icontains(words, autoescape=True),
        )
    )
    return or_(
        Case.number.icontains(words, autoescape=True),
        Case.words.icontains(words, autoescape=True),
        Case.where_words.icontains(words, autoescape=True),
        Case.class_code.in_(classes),
    )


def _at_place(place: str) -> ColumnElement[bool]:
    of_community = Grid.community_id == int(place) if place.isdecimal() else false()
    return Case.grid_id.in_(select(Grid.id).where(or_(Grid.display_code == place, of_community)))


def _shows(light: Light, at: datetime) -> ColumnElement[bool]:
    runs = and_(Case.closed_at.is_(None), Case.paused_at.is_(None))
    return {
        Light.LATE: and_(runs, Case.due_at < at),
        Light.SOON: and_(runs, Case.due_at >= at, Case.soon_at < at),
        Light.GREEN: and_(runs, Case.soon_at >= at, Case.due_at >= at),
    }[light]


def mine(who: Actor) -> ColumnElement[bool]:
    """SQL: `who` reported, verifies, handles or checks the case, or works in its department."""
    return in_hands(who, {each.key: each for each in (*HANDS, Case.department_id)})


HANDS = Case.reporter_id, Case.verifier_id, Case.handler_id, Case.checker_id


def in_hands(who: Actor, of: Mapping[str, Any]) -> ColumnElement[bool]:
    """The same where these columns say in whose hands a case is, or was."""
    return or_(
        *(of[each.key] == who.id for each in HANDS),
        of["department_id"].in_(who.units(DEPARTMENT)),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timing.office().zone)


def counts(
    who: Actor, wish: Wish, kept: Sequence[Wish], *, at: datetime
) -> tuple[dict[str, int], int, list[int]]:
    """One statement: how many open cases stand at each step within the wish, how many of all open
    ones lie in no grid, and how many each kept wish finds."""
    steps = {name: states for name, (_words, states) in QUEUES.items() if name != "ended"}
    narrowed = narrowing(who, wish, at)
    within = func.count().filter(*narrowed) if narrowed else func.count()
    outside = func.count().filter(Case.grid_id.is_(None))
    # Only the open ones of a step are counted, so one that is ended is as if it were not asked.
    others = [
        func.count().filter(*asked) if (asked := narrowing(who, each, at)) else func.count()
        for each in kept
    ]
    found = (
        select(Case.state, within, outside, *others)
        .where(visible(Case, who, "cases.see"), Case.state.in_(sorted(OPEN)))
        .group_by(Case.state)
    )
    rows = {State(row[0]): row[1:] for row in db.session.execute(found)}

    def total(states: Iterable[State], place: int) -> int:
        return sum(rows[state][place] for state in states if state in rows)

    return (
        {name: total(states, 0) for name, states in steps.items()},
        total(OPEN, 1),
        [total(QUEUES[each.show][1], place) for place, each in enumerate(kept, start=2)],
    )


def filters(who: Actor) -> list[DeskFilter]:
    """The filters somebody keeps, in the order in which they were kept."""
    found = select(DeskFilter).where(DeskFilter.account_id == who.id)
    return list(db.session.scalars(found.order_by(DeskFilter.id)))


def filter_of(filter_id: int) -> DeskFilter | None:
    """A kept filter by its key."""
    return db.session.get(DeskFilter, filter_id)


def classes_used() -> list[Any]:
    """Classes to narrow by, by code: rows of (code, name, name_en)."""
    found = select(CaseClass.code, CaseClass.name, CaseClass.name_en)
    return list(db.session.execute(found.order_by(CaseClass.code)))


def places() -> tuple[list[Unit], list[Grid]]:
    """The communities and the living grids, by name and by code."""
    communities = select(Unit).where(Unit.kind == UnitKind.COMMUNITY).order_by(Unit.name)
    living = select(Grid).where(Grid.retired_at.is_(None)).order_by(Grid.display_code)
    return list(db.session.scalars(communities)), list(db.session.scalars(living))


def cases_of(keys: Iterable[int], who: Actor) -> dict[int, Case]:
    """Those of the cases that `who` may see, by key."""
    found = (
        select(Case)
        .options(joinedload(Case.case_class), joinedload(Case.grid))
        .where(Case.id.in_(list(keys)), visible(Case, who, "cases.see"))
    )
    return {case.id: case for case in db.session.scalars(found)}


def phrases(who: Actor) -> list[Phrase]:
    """One's own phrases first, then those of all."""
    found = select(Phrase).where(or_(Phrase.account_id == who.id, Phrase.account_id.is_(None)))
    return list(db.session.scalars(found.order_by(Phrase.account_id.nulls_last(), Phrase.id)))


def phrase(phrase_id: int) -> Phrase | None:
    """A phrase by its key."""
    return db.session.get(Phrase, phrase_id)


def colleagues(who: Actor) -> list[Account]:
    """The other people of the desk, by name."""
    held = select(Post.account_id).where(Post.role.in_(DESK), Post.valid.op("@>")(clock.now()))
    found = select(Account).where(
        Account.id.in_(held), Account.id != who.id, Account.locked_at.is_(None)
    )
    return list(db.session.scalars(found.order_by(Account.name)))


def shift(shift_id: int) -> DeskShift | None:
    """The paper of a shift, with both people."""
    found = select(DeskShift).options(joinedload(DeskShift.giver), joinedload(DeskShift.taker))
    return db.session.scalar(found.where(DeskShift.id == shift_id))


def shifts(*, before: int | None, limit: int = PAGE + 1) -> list[DeskShift]:
    """Papers of shifts, newest first."""
    found = select(DeskShift).options(joinedload(DeskShift.giver), joinedload(DeskShift.taker))
    if before is not None:
        found = found.where(DeskShift.id < before)
    return list(db.session.scalars(found.order_by(DeskShift.id.desc()).limit(limit)))


def draft_of(who: Actor) -> DeskShift | None:
    """The paper that somebody is preparing."""
    found = select(DeskShift).where(
        DeskShift.giver_id == who.id, DeskShift.state == ShiftState.DRAFT
    )
    return db.session.scalar(found)


def last_taken() -> datetime | None:
    """When a shift was taken over last."""
    return db.session.scalar(select(func.max(DeskShift.taken_at)))


def open_cases(who: Actor, which: ColumnElement[bool], limit: int) -> list[Case]:
    """Open cases of a kind that `who` may see, the most urgent first."""
    found = (
        select(Case)
        .options(joinedload(Case.case_class), joinedload(Case.grid))
        .where(visible(Case, who, "cases.see"), Case.state.in_(sorted(OPEN)), which)
    )
    return list(db.session.scalars(found.order_by(Case.due_at.nulls_last(), Case.id).limit(limit)))


def figures(who: Actor, *, since: datetime, at: datetime) -> dict[str, int]:
    """What stands and what came and went since a moment, over the cases that `who` may see."""
    is_open = Case.state.in_(sorted(OPEN))
    asked = {
        "open": func.count().filter(is_open),
        "late": func.count().filter(is_open, _late(Case, at)),
        "came": func.count().filter(Case.received_at >= since),
        "ended": func.count().filter(Case.closed_at >= since),
        **{
            name: func.count().filter(Case.state.in_(states))
            for name, (_words, states) in QUEUES.items()
            if name not in ("open", "ended")
        },
    }
    recent = or_(is_open, Case.received_at >= since, Case.closed_at >= since)
    found = select(*asked.values()).select_from(Case)
    row = db.session.execute(found.where(visible(Case, who, "cases.see"), recent)).one()
    return dict(zip(asked, row, strict=True))
