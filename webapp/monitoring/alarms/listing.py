"""Which alarms are shown: lists, what rings, the board, what hangs on a case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import containing, db
from webapp.base.notices import Dispatch
from webapp.base.web import Page
from webapp.cases.models import Assignment, Case
from webapp.monitoring.alarms import queries
from webapp.monitoring.alarms.ladders import ROLES
from webapp.monitoring.alarms.models import TOLD, Alarm, AlarmCall, Incident, LadderStep
from webapp.monitoring.alarms.rules import ACTIVE, ALARM_FLOW, OPEN, UNSEEN, State
from webapp.monitoring.signals import KINDS, WEIGHT, Kind, Severity
from webapp.people import queries as people
from webapp.people.models import Account

# Words that have this are found by their trigrams.
_TRIGRAM = re.compile(r"[^\W_]{3}")
PAGE = 50
RINGING = 5
ON_BOARD = 60

# What stands on the board: open, and not kept quiet; what was told late stands there too.
_SHOWN = Alarm.live_at.is_not(None)


def heaviest() -> ColumnElement[int]:
    """SQL: how bad an alarm is; the worst has the highest number."""
    return case(
        {severity.value: weight for severity, weight in WEIGHT.items()}, value=Alarm.severity
    )


def _seen_by(who: Actor) -> ColumnElement[bool]:
    return visible(Alarm, who, "alarms.see")


_ALL = (
    joinedload(Alarm.grid),
    joinedload(Alarm.camera),
    joinedload(Alarm.seen_by),
    joinedload(Alarm.incident).joinedload(Incident.case),
)


LANES: dict[str, ColumnElement[bool]] = {
    "open": Alarm.state.in_(OPEN)
    & or_(Alarm.quiet.is_(None), Alarm.quiet.in_(("late", "chattering"))),
    "unseen": Alarm.state.in_(UNSEEN) & Alarm.quiet.is_(None),
    "active": Alarm.state.in_(ACTIVE),
    "quiet": Alarm.state.in_(OPEN) & Alarm.quiet.is_not(None),
    "exercise": Alarm.exercise.is_(True),
    "closed": Alarm.state == State.CLOSED,
}


def one(alarm_id: int) -> Alarm | None:
    """An alarm with all that its page shows."""
    found = select(Alarm).options(
        *_ALL, joinedload(Alarm.closed_by), joinedload(Alarm.shelf), joinedload(Alarm.looked_by)
    )
    return db.session.scalar(found.where(Alarm.id == alarm_id))


def incident(incident_id: int) -> Incident | None:
    """An incident with its alarms, its ladder, its calls and its case."""
    found = select(Incident).options(
        joinedload(Incident.grid),
        joinedload(Incident.case).joinedload(Case.handler),
        joinedload(Incident.case).joinedload(Case.case_class),
        selectinload(Incident.alarms).options(
            joinedload(Alarm.grid), joinedload(Alarm.camera), joinedload(Alarm.seen_by)
        ),
        selectinload(Incident.steps),
        selectinload(Incident.calls).options(
            joinedload(AlarmCall.account),
            joinedload(AlarmCall.dispatch),
            joinedload(AlarmCall.confirmed_by),
        ),
    )
    return db.session.scalar(found.where(Incident.id == incident_id))


def of_case(case_id: int) -> Incident | None:
    """The incident because of which a case was opened."""
    found = select(Incident.id).where(Incident.case_id == case_id)
    number = db.session.scalar(found)
    return incident(number) if number is not None else None


def narrowed(
    who: Actor,
    *,
    lane: str = "open",
    severity: str | None = None,
    kind: str | None = None,
    words: str = "",
    grid_id: int | None = None,
) -> Select[Any]:
    """SQL: alarms of a lane that `who` may see, the newest first."""
    found = select(Alarm).where(_seen_by(who), _SHOWN, LANES.get(lane, LANES["open"]))
    if severity in list(Severity):
        found = found.where(Alarm.severity == severity)
    if kind:
        found = found.where(Alarm.kind == kind)
    if words:
        found = found.where(*_told(words))
    if grid_id is not None:
        found = found.where(Alarm.grid_id == grid_id)
    return found.order_by(Alarm.id.desc())


def told_by(pattern: str) -> ColumnElement[bool]:
    """SQL: a pattern of LIKE fits the words, the device, the source or the rule of an alarm."""
    return literal_column(f"({TOLD})", Text).ilike(pattern)


def _told(words: str) -> list[ColumnElement[bool]]:
    """SQL: the same for words, asked so that an index finds them: by trigrams, else by letters and pairs.

    Not by both: the planner would take the one for a second thing that has to be true, and few rows for fewer.
    """
    if _TRIGRAM.search(words):
        return [told_by(containing(words))]
    letters = words.lower()
    pieces = [letters[at : at + 2] for at in range(len(letters) - 1)] or [letters]
    kept = literal_column(f"pieces_of({TOLD})", ARRAY(Text)).contains(pieces)
    if len(letters) <= 2:
        return [kept]
    return [kept, func.strpos(func.lower(literal_column(f"({TOLD})", Text)), letters) > 0]


def listed(
    who: Actor, *, before: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Alarm]:
    """Alarms of a lane that `who` may see, the newest first."""
    found = narrowed(who, **narrowing).options(*_ALL)
    if before is not None:
        found = found.where(Alarm.id < before)
    rows = list(db.session.scalars(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def counts(who: Actor) -> dict[str, int]:
    """How many alarms stand in each lane that is open, of those `who` may see."""
    lanes = {name: LANES[name] for name in ("open", "unseen", "active", "quiet")}
    found = select(*(func.count().filter(clause).label(name) for name, clause in lanes.items()))
    row = db.session.execute(found.where(_seen_by(who), _SHOWN, Alarm.state.in_(OPEN))).one()
    return dict(row._mapping)


def ringing(who: Actor) -> tuple[Sequence[Alarm], int]:
    """The worst alarms that nobody has seen, and how many there are, of those `who` may see.

    An exercise rings after all that is real.
    """
    clause = (_seen_by(who), _SHOWN, LANES["unseen"])
    order = (Alarm.exercise, heaviest().desc(), Alarm.received_at, Alarm.id)
    # What stands beside an alarm is asked for of these few only, not of all that are counted.
    counted = select(Alarm.id, func.count().over()).where(*clause).order_by(*order).limit(RINGING)
    rows = db.session.execute(counted).all()
    if not rows:
        return [], 0
    found = select(Alarm).options(*_ALL).where(Alarm.id.in_([key for key, _many in rows]))
    return list(db.session.scalars(found.order_by(*order))), rows[0][1]


def on_board(who: Actor) -> list[Alarm]:
    """What stands on the board: what nobody has seen before the rest, the worst first, then the oldest."""
    found = select(Alarm).options(*_ALL).where(_seen_by(who), _SHOWN, LANES["open"])
    unseen = Alarm.state.in_(UNSEEN).desc()
    order = (Alarm.exercise, unseen, heaviest().desc(), Alarm.received_at, Alarm.id)
    return list(db.session.scalars(found.order_by(*order).limit(ON_BOARD)))


def clocks(limit: int = 12) -> list[LadderStep]:
    """The steps that are due next, those of lives first."""
    found = (
        select(LadderStep)
        .join(LadderStep.incident)
        .options(
            joinedload(LadderStep.incident).options(
                joinedload(Incident.grid), joinedload(Incident.case)
            )
        )
        .where(LadderStep.done_at.is_(None), Incident.ended_at.is_(None))
        .order_by(LadderStep.life.desc(), LadderStep.due_at, LadderStep.id)
    )
    return list(db.session.scalars(found.limit(limit)))


def sent_to(case_id: int) -> list[Assignment]:
    """Who was asked to handle a case, in the order in which they were asked."""
    found = (
        select(Assignment)
        .options(joinedload(Assignment.account))
        .where(Assignment.case_id == case_id, Assignment.duty == "handle")
    )
    return list(db.session.scalars(found.order_by(Assignment.sent_at, Assignment.id)))


def undelivered() -> int:
    """How many texts of phone trees could not leave the house so far."""
    found = select(func.count()).select_from(AlarmCall).join(AlarmCall.dispatch)
    waiting = Dispatch.sent_at.is_(None), Dispatch.error.is_not(None)
    return db.session.scalar(found.where(AlarmCall.confirmed_at.is_(None), *waiting)) or 0


def failed_since(moment: datetime) -> int:
    """How many steps of ladders were given up since a moment."""
    found = select(func.count()).select_from(LadderStep)
    given_up = LadderStep.came_to["failed"].astext == "true"
    return db.session.scalar(found.where(given_up, LadderStep.done_at >= moment)) or 0


def names(keys: set[int]) -> dict[int, str]:
    """Names of accounts by their keys."""
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(keys)))
    return {key: name for key, name in rows}


def to_call(incident: Incident) -> list[Account]:
    """Who could be called too: holders of posts that ladders name, and whoever was not called yet."""
    called = {each.account_id for each in incident.calls}
    holders = set(people.holders_everywhere(ROLES)) - called
    found = select(Account).where(Account.id.in_(holders)).order_by(Account.name, Account.id)
    return list(db.session.scalars(found.limit(50)))


def to_merge(who: Actor, incident: Incident, limit: int = 20) -> Sequence[Incident]:
    """The open incidents into which this one could be taken, of those `who` may see: the nearest first."""
    found = (
        select(Incident)
        .options(joinedload(Incident.grid))
        .where(
            visible(Incident, who, "alarms.see"),
            Incident.ended_at.is_(None),
            Incident.exercise == incident.exercise,
            Incident.id != incident.id,
        )
    )
    if incident.geom is not None:
        found = found.order_by(queries.away_from(incident).nulls_last())
    return db.session.scalars(found.order_by(Incident.id.desc()).limit(limit)).all()


def points(who: Actor, *, limit: int) -> list[list[Any]]:
    """Open alarms on a map: [id, lon, lat, words, grid_id]; at most `limit` + 1."""
    found = (
        select(Alarm)
        .where(_seen_by(who), _SHOWN, LANES["open"], Alarm.geom.is_not(None))
        .order_by(Alarm.id)
        .limit(limit + 1)
    )
    rows = []
    for alarm in db.session.scalars(found):
        lon, lat = alarm.lonlat or (0.0, 0.0)
        name = str(KINDS[Kind(alarm.kind)].words)
        rows.append([alarm.id, round(lon, 6), round(lat, 6), name, alarm.grid_id])
    return rows


def critical(who: Actor, *, limit: int) -> list[tuple[Alarm, list[Event]]]:
    """The critical alarms of late that `who` may see, each with its log, the newest first."""
    found = (
        select(Alarm)
        .options(joinedload(Alarm.grid))
        .where(_seen_by(who), Alarm.max_severity == Severity.CRITICAL, Alarm.live_at.is_not(None))
        .order_by(Alarm.heard_at.desc(), Alarm.id.desc())
        .limit(limit)
    )
    alarms = list(db.session.scalars(found))
    logs: dict[int, list[Event]] = {each.id: [] for each in alarms}
    told = select(Event).where(Event.thing_kind == ALARM_FLOW.kind, Event.thing_id.in_(logs))
    for event in db.session.scalars(told.order_by(Event.thing_id, Event.seq)):
        logs[event.thing_id].append(event)
    return [(each, logs[each.id]) for each in alarms]
