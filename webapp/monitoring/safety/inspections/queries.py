"""Questions about inspections: which are due, how near, how monitoring stands, which visits it saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geoalchemy2 import WKBElement
from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    and_,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.web import Page
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import Outcome
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraStatus
from webapp.monitoring.safety.dangers.models import HiddenDanger
from webapp.monitoring.safety.dangers.rules import OPEN, DangerKind, Level
from webapp.monitoring.safety.inspections.models import (
    ChecklistItem,
    InspectedItem,
    Inspection,
    Interval,
)
from webapp.monitoring.safety.inspections.plan import Every, Item, usual_items
from webapp.monitoring.safety.inspections.rules import (
    QUIET_DAYS,
    SOON_DAYS,
    InspectionState,
    Watched,
)
from webapp.monitoring.safety.models import HazardPoint, Licence, Profile, Watch
from webapp.monitoring.safety.rules import Risk, Trade
from webapp.monitoring.sensors.models import Sensor
from webapp.people.models import Enterprise

PAGE = 50
MOST_SAVED = 200
LAST = 10

# Outcomes that say that there was nothing.
_NOTHING = (Outcome.FALSE, Outcome.TEST, Outcome.DUPLICATE)


def inspection(inspection_id: int) -> Inspection | None:
    """An inspection with its enterprise and what it found."""
    found = select(Inspection).options(
        joinedload(Inspection.profile).joinedload(Profile.enterprise).joinedload(Enterprise.grid),
        joinedload(Inspection.done_by),
        selectinload(Inspection.items).joinedload(InspectedItem.danger),
    )
    return db.session.scalar(found.where(Inspection.id == inspection_id))


@dataclass(frozen=True)
class Listed:
    """An inspection in a list, and how far away its enterprise is (metres; None: not asked)."""

    inspection: Inspection
    metres: float | None


def _lanes(today: date) -> dict[str, ColumnElement[bool]]:
    due = Inspection.state == InspectionState.DUE
    return {
        "due": and_(due, Inspection.begins <= today),
        "soon": and_(due, Inspection.ends <= today + timedelta(days=SOON_DAYS)),
        "longer": and_(due, Inspection.ends - Inspection.begins > Inspection.base_days),
        "done": Inspection.state == InspectionState.DONE,
        "missed": Inspection.state == InspectionState.MISSED,
    }


def listed(
    who: Actor,
    *,
    lane: str,
    today: date,
    near: WKBElement | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> Page[Listed]:
    """Inspections of a lane that `who` may see: the nearest first where a place is given, else by their end."""
    lanes = _lanes(today)
    away = func.ST_Distance(Enterprise.geom, near, type_=Float) if near is not None else None
    read = (Inspection,) if away is None else (Inspection, away)
    found = (
        select(*read)
        .join(Inspection.profile)
        .join(Profile.enterprise)
        .options(
            contains_eager(Inspection.profile)
            .contains_eager(Profile.enterprise)
            .joinedload(Enterprise.grid)
        )
        .where(
            visible(Inspection, who, "inspections.see"),
            Enterprise.closed_at.is_(None),
            lanes.get(lane, lanes["due"]),
        )
    )
    if near is not None:
        placed = found.where(Enterprise.geom.is_not(None))
        rows = db.session.execute(
            placed.order_by(Enterprise.geom.op("<->")(near), Inspection.id).limit(limit)
        ).all()
        return Page([Listed(each, metres) for each, metres in rows], None)
    if after is not None:
        last = select(Inspection.ends, Inspection.id).where(Inspection.id == after)
        found = found.where(tuple_(Inspection.ends, Inspection.id) > last.scalar_subquery())
    plain = list(
        db.session.scalars(found.order_by(Inspection.ends, Inspection.id).limit(limit + 1))
    )
    shown = [Listed(each, None) for each in plain[:limit]]
    return Page(shown, plain[limit - 1].id if len(plain) > limit else None)


def counts(who: Actor, today: date) -> dict[str, int]:
    """How many inspections stand in each lane, of those `who` may see."""
    lanes = _lanes(today)
    found = select(*(func.count().filter(clause).label(name) for name, clause in lanes.items()))
    row = db.session.execute(found.where(visible(Inspection, who, "inspections.see"))).one()
    return dict(row._mapping)


def of_profile(profile_id: int, limit: int = LAST) -> Sequence[Inspection]:
    """The last inspections of an enterprise and the one that is due, the newest first."""
    found = select(Inspection).options(joinedload(Inspection.done_by))
    return db.session.scalars(
        found.where(Inspection.profile_id == profile_id)
        .order_by(Inspection.begins.desc())
        .limit(limit)
    ).all()


def to_plan(today: date, limit: int = 200) -> Sequence[Profile]:
    """Enterprises without an inspection for this day, held until the transaction ends."""
    planned = select(Inspection.id).where(
        Inspection.profile_id == Profile.id, Inspection.ends > today
    )
    found = (
        select(Profile)
        .join(Profile.enterprise)
        .where(~planned.exists(), Enterprise.closed_at.is_(None))
        .order_by(Profile.id)
        .limit(limit)
        .with_for_update(of=Profile, skip_locked=True)
    )
    return db.session.scalars(found).all()


def last_ends(keys: Iterable[int]) -> dict[int, date]:
    """The day on which the last inspection of each enterprise was to be done before."""
    found = (
        select(Inspection.profile_id, func.max(Inspection.ends))
        .where(Inspection.profile_id.in_(list(keys)))
        .group_by(Inspection.profile_id)
    )
    return {key: day for key, day in db.session.execute(found)}


def over(today: date, limit: int = 200) -> Sequence[Inspection]:
    """Inspections whose time is over and that nobody did, held until the transaction ends."""
    found = _due().where(Inspection.ends <= today)
    return db.session.scalars(found.limit(limit)).all()


def lengthened(after: int, limit: int = 200) -> Sequence[Inspection]:
    """Inspections whose time monitoring made longer, by their keys, held until the transaction ends."""
    longer = Inspection.ends - Inspection.begins > Inspection.base_days
    return db.session.scalars(_due().where(longer, Inspection.id > after).limit(limit)).all()


def _due() -> Select[Inspection]:
    return (
        select(Inspection)
        .options(joinedload(Inspection.profile).joinedload(Profile.enterprise))
        .where(Inspection.state == InspectionState.DUE)
        .order_by(Inspection.id)
        .with_for_update(of=Inspection, skip_locked=True)
    )


def watched(keys: Iterable[int], today: date) -> dict[int, Watched]:
    """How monitoring stands of each of these enterprises, by one statement."""
    ours = HazardPoint.profile_id == Profile.id, HazardPoint.closed_at.is_(None)
    healthy = or_(
        Camera.status == CameraStatus.ONLINE,
        and_(
            Sensor.heard_at.is_not(None),
            Sensor.silent_since.is_(None),
            or_(Sensor.calibrated_until.is_(None), Sensor.calibrated_until >= today),
        ),
    )
    works = (
        select(Watch.id)
        .outerjoin(Watch.camera)
        .outerjoin(Watch.sensor)
        .where(
            Watch.point_id == HazardPoint.id,
            Camera.closed_at.is_(None),
            Sensor.closed_at.is_(None),
            healthy,
        )
    )
    raised = (
        select(func.count(func.distinct(Alarm.id)))
        .select_from(Watch)
        .join(Watch.point)
        .outerjoin(Watch.sensor)
        .join(
            Alarm,
            or_(
                Alarm.camera_id == Watch.camera_id,
                and_(Alarm.source == Sensor.source, Alarm.device == Sensor.external_id),
            ),
        )
        .where(
            *ours,
            Alarm.exercise.is_(False),
            Alarm.received_at >= clock.now() - timedelta(days=QUIET_DAYS),
            or_(Alarm.outcome.is_(None), Alarm.outcome.not_in(_NOTHING)),
        )
    )
    dangers = select(func.count()).where(
        HiddenDanger.profile_id == Profile.id, HiddenDanger.state.in_(OPEN)
    )
    expired = select(func.count()).where(
        Licence.profile_id == Profile.id, Licence.closed_at.is_(None), Licence.expires_on < today
    )
    parts = (
        select(func.count(HazardPoint.id)).where(*ours),
        select(func.count(HazardPoint.id)).where(*ours, ~works.exists()),
        raised,
        dangers,
        expired,
    )
    found = select(Profile.id, *(part.correlate(Profile).scalar_subquery() for part in parts))
    rows = db.session.execute(found.where(Profile.id.in_(list(keys)))).all()
    return {row[0]: Watched(*row[1:]) for row in rows}


def laid_down() -> list[Every]:
    """The intervals that the office has laid down."""
    found = select(Interval).order_by(Interval.risk, Interval.trade, Interval.id)
    return [
        Every(Risk(each.risk), Trade(each.trade) if each.trade else None, each.days, each.source)
        for each in db.session.scalars(found)
    ]


def interval(risk: Risk, trade: Trade | None) -> Interval | None:
    """The interval that the office has laid down for a risk and a trade."""
    found = select(Interval).where(
        Interval.risk == risk, Interval.trade.is_not_distinct_from(trade)
    )
    return db.session.scalar(found)


def written(trade: Trade) -> Sequence[ChecklistItem]:
    """The lines that the office has laid down for a trade, in their order."""
    found = select(ChecklistItem).where(ChecklistItem.trade == trade)
    return db.session.scalars(found.order_by(ChecklistItem.place)).all()


def items(trade: Trade) -> tuple[Sequence[Item], bool]:
    """What is looked at in a trade, and whether the office has laid it down."""
    rows = written(trade)
    if not rows:
        return usual_items(trade), False
    own = [Item(each.words, DangerKind(each.kind), Level(each.level), each.basis) for each in rows]
    return own, True


@dataclass(frozen=True)
class Saved:
    """Visits that monitoring saved: how many, and the inspections behind the number, the newest first."""

    visits: int
    done: int
    behind: Sequence[Inspection]


def saved(who: Actor, *, since: date, until: date) -> Saved:
    """The visits that monitoring saved in inspections done whose time ended in these days, as `who` may see.

    A time of twice its usual length, in which the inspection was done, saved one visit.
    """
    days = type_coerce(Inspection.ends - Inspection.begins, Integer)
    visits = days // Inspection.base_days - 1
    which = (
        visible(Inspection, who, "inspections.see"),
        Inspection.state == InspectionState.DONE,
        Inspection.ends > since,
        Inspection.ends <= until,
    )
    done, total = db.session.execute(
        select(func.count(), func.coalesce(func.sum(visits), 0)).where(*which)
    ).one()
    found = (
        select(Inspection)
        .options(joinedload(Inspection.profile).joinedload(Profile.enterprise))
        .where(*which, visits >= 1)
        .order_by(Inspection.ends.desc(), Inspection.id.desc())
        .limit(MOST_SAVED)
    )
    return Saved(int(total), done, db.session.scalars(found).all())
