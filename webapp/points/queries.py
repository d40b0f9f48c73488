"""Questions about points, their queues and appointments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, or_, select, text, union_all
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.spatial import SRID, WGS84, center, shape_of
from webapp.grids.models import Grid, GridVersion, Place, Unit
from webapp.grids.rules import INTERNAL_PLACES, PlaceKind, UnitKind
from webapp.points import planning
from webapp.points.hours import Hours
from webapp.points.models import Appointment, ServedGrid, ServicePoint, ServiceWindow, Ticket
from webapp.points.rules import (
    BORDER_M,
    LEAST,
    MEASURED,
    AppointmentState,
    Template,
    TicketState,
)
from webapp.points.waiting import Queue

ZONE = clock.Calendar().zone


def today() -> date:
    """The day it is at the points."""
    return clock.now().astimezone(ZONE).date()


def one(point_id: int) -> ServicePoint | None:
    """A point with its hours, windows and who sits there."""
    return db.session.scalar(_whole().where(ServicePoint.id == point_id))


def _whole() -> Select[ServicePoint]:
    return select(ServicePoint).options(
        joinedload(ServicePoint.grid),
        joinedload(ServicePoint.unit),
        joinedload(ServicePoint.photo),
        selectinload(ServicePoint.hours),
        selectinload(ServicePoint.exceptions),
        selectinload(ServicePoint.windows).joinedload(ServiceWindow.account),
    )


def narrowed(template: Template | None = None) -> Select[Any]:
    """SQL: the points in use, or those of one kind."""
    found = select(ServicePoint).where(ServicePoint.closed_at.is_(None))
    if template is not None:
        found = found.where(ServicePoint.template == template)
    return found.order_by(ServicePoint.template, ServicePoint.id)


def listed(
    template: Template | None = None, *, item: str | None = None, ids: Iterable[int] | None = None
) -> list[ServicePoint]:
    """The points in use, of one kind, offering an item, or those named."""
    found = _whole().where(ServicePoint.closed_at.is_(None))
    if template is not None:
        found = found.where(ServicePoint.template == template)
    if item is not None:
        found = found.where(or_(ServicePoint.items.is_(None), ServicePoint.items.contains([item])))
    if ids is not None:
        found = found.where(ServicePoint.id.in_(list(ids)))
    return list(db.session.scalars(found.order_by(ServicePoint.template, ServicePoint.id)).unique())


def served_by(who: Actor) -> list[ServicePoint]:
    """The points at which somebody serves."""
    found = _whole().where(
        ServicePoint.closed_at.is_(None), visible(ServicePoint, who, "points.serve")
    )
    return list(db.session.scalars(found.order_by(ServicePoint.template, ServicePoint.id)).unique())


def hours(point: ServicePoint) -> Hours:
    """When a point is open."""
    week: dict[int, list[tuple[time, time]]] = {}
    for each in point.hours:
        week.setdefault(each.weekday, []).append((each.opens, each.closes))
    days: dict[date, list[tuple[time, time]]] = {}
    for other in point.exceptions:
        spans = days.setdefault(other.day, [])
        if other.opens is not None and other.closes is not None:
            spans.append((other.opens, other.closes))
    return Hours(ZONE, week, days, point.first_day, point.last_day)


# What is known of the queues of some points, one row for each. Where a gate lets people in, it counts
# who waits (else: who is registered for now and has not passed), its lanes are the windows, and what it
# measured is the time of each.
_QUEUES = text("""
    SELECT p.id,
        (SELECT count(*) FROM ticket t WHERE t.point_id = p.id AND t.state = 'waiting'
            AND t.day = :today)
        + coalesce(g.queue, CASE WHEN g.id IS NOT NULL THEN (
            SELECT count(*) FROM gate_registration r WHERE r.point_id = p.id
            AND r.state = 'registered' AND r.starts_at <= :now AND r.ends_at > :now) END, 0),
        (SELECT count(*) FROM ticket t WHERE t.point_id = p.id AND t.state = 'called'
            AND t.day = :today),
        (SELECT count(*) FROM service_window w WHERE w.point_id = p.id
            AND w.account_id IS NOT NULL AND g.id IS NULL)
        + CASE WHEN g.is_open AND g.mode <> 'shut' THEN g.lanes ELSE 0 END,
        coalesce(passed.mean_s, last.mean_s), coalesce(passed.samples, last.samples),
        (SELECT count(*) FROM ticket t WHERE t.point_id = p.id AND t.day = :today
            AND t.taken_at > :half_an_hour)
        + (SELECT count(*) FROM gate_event e WHERE e.gate_id = g.id AND e.decision = 'admitted'
            AND e.at > :half_an_hour),
        usual.wait_s
    FROM service_point p
    LEFT JOIN gate g ON g.point_id = p.id
    LEFT JOIN LATERAL (
        SELECT avg(s) AS mean_s, count(*) AS samples FROM (
            SELECT e.duration_ms / 1000.0 AS s FROM gate_event e
            WHERE e.gate_id = g.id AND e.decision = 'admitted' AND e.duration_ms IS NOT NULL
              AND e.at > :week
            ORDER BY e.at DESC LIMIT :measured) admitted
    ) passed ON g.id IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT avg(s) AS mean_s, count(*) AS samples FROM (
            SELECT extract(epoch FROM t.ended_at - t.called_at) AS s FROM ticket t
            WHERE t.point_id = p.id AND t.state = 'served' AND t.ended_at > :week
            ORDER BY t.ended_at DESC LIMIT :measured) served
    ) last
    CROSS JOIN LATERAL (
        SELECT avg(extract(epoch FROM t.called_at - t.taken_at)) AS wait_s FROM ticket t
        WHERE t.point_id = p.id AND t.state = 'served' AND t.ended_at > :week
    ) usual
    WHERE p.id = ANY(:ids)
""")

_LOOK_BACK = timedelta(minutes=30)


def queues(points: Sequence[ServicePoint]) -> dict[int, Queue]:
    """The queues of these points as they were last heard of, by the key of the point."""
    now = clock.now()
    values = {
        "ids": [point.id for point in points],
        "today": today(),
        "half_an_hour": now - _LOOK_BACK,
        "week": now - timedelta(days=7),
        "now": now,
        "measured": MEASURED,
    }
    by_id = {point.id: point for point in points}
    found = {}
    for key, waiting, serving, windows, mean, samples, came, usual in db.session.execute(
        _QUEUES, values
    ):
        measured = samples >= LEAST
        found[key] = Queue(
            waiting=waiting,
            serving=serving,
            windows=windows,
            mean_s=max(1.0, float(mean)) if measured else by_id[key].usual_s,
            samples=samples if measured else 0,
            arrivals_s=came / _LOOK_BACK.total_seconds(),
            usual_s=float(usual or 0.0),
            heard_at=by_id[key].heard_at,
        )
    return found


# How many waited at each of some moments of a day.
_TREND = text("""
    SELECT moment, (
        SELECT count(*) FROM ticket t
        WHERE t.point_id = :point AND t.day = :day AND t.taken_at <= moment
          AND coalesce(t.called_at, t.ended_at, 'infinity') > moment)
    FROM generate_series(
        cast(:since AS timestamptz), cast(:until AS timestamptz), interval '15 minutes') moment
    ORDER BY moment
""")


def trend(point: ServicePoint, day: date) -> list[tuple[datetime, int]]:
    """How many waited every quarter of an hour from the first opening of a day until its end or now."""
    spans = hours(point).on(day)
    if not spans:
        return []
    since = datetime.combine(day, spans[0][0], ZONE)
    until = (
        datetime.combine(day + timedelta(days=1), time(), ZONE)
        if spans[-1][1] == time()
        else datetime.combine(day, spans[-1][1], ZONE)
    )
    values = {
        "point": point.id,
        "day": day,
        "since": since,
        "until": min(until.astimezone(UTC), clock.now()),
    }
    return [(moment, count) for moment, count in db.session.execute(_TREND, values)]


def ticket(ticket_id: int) -> Ticket | None:
    """A ticket with its point and window."""
    return db.session.scalar(_ticket().where(Ticket.id == ticket_id))


def ticket_by_token(token: uuid.UUID) -> Ticket | None:
    """The ticket of whoever has its secret."""
    return db.session.scalar(_ticket().where(Ticket.token == token))


def _ticket() -> Select[Ticket]:
    return select(Ticket).options(
        joinedload(Ticket.point).joinedload(ServicePoint.unit), joinedload(Ticket.window)
    )


def ahead_of(ticket: Ticket) -> int:
    """How many are called before a ticket that waits."""
    before = or_(
        Ticket.priority > ticket.priority,
        (Ticket.priority == ticket.priority) & (Ticket.id < ticket.id),
    )
    found = select(func.count()).where(
        Ticket.point_id == ticket.point_id,
        Ticket.day == ticket.day,
        Ticket.state == TicketState.WAITING,
        before,
    )
    return db.session.scalar(found) or 0


def in_line(point: ServicePoint, limit: int = 200) -> list[Ticket]:
    """Who waits at a point today, in the order in which they are called."""
    found = select(Ticket).where(
        Ticket.point_id == point.id, Ticket.day == today(), Ticket.state == TicketState.WAITING
    )
    return list(db.session.scalars(found.order_by(Ticket.priority.desc(), Ticket.id).limit(limit)))


def at_windows(point: ServicePoint) -> list[Ticket]:
    """Who is called right now, last called first."""
    found = (
        select(Ticket)
        .options(joinedload(Ticket.window))
        .where(Ticket.point_id == point.id, Ticket.state == TicketState.CALLED)
    )
    return list(db.session.scalars(found.order_by(Ticket.called_at.desc())))


def missed(point: ServicePoint, limit: int = 20) -> list[Ticket]:
    """Who did not come today when called, last first."""
    found = select(Ticket).where(
        Ticket.point_id == point.id, Ticket.day == today(), Ticket.state == TicketState.NO_SHOW
    )
    return list(db.session.scalars(found.order_by(Ticket.id.desc()).limit(limit)))


def next_in_line(point_id: int, items: Sequence[str] | None) -> Ticket | None:
    """Who is called next at a window that does some items; the row is ours, nobody else gets it."""
    found = select(Ticket).where(
        Ticket.point_id == point_id, Ticket.day == today(), Ticket.state == TicketState.WAITING
    )
    if items is not None:
        found = found.where(or_(Ticket.item_code.is_(None), Ticket.item_code.in_(items)))
    return db.session.scalar(
        found.order_by(Ticket.priority.desc(), Ticket.id).limit(1).with_for_update(skip_locked=True)
    )


def of_earlier_days(limit: int = 500) -> list[Ticket]:
    """Tickets of days gone by that are still open."""
    still = Ticket.state.in_((TicketState.WAITING, TicketState.CALLED))
    found = select(Ticket).where(still, Ticket.day < today()).order_by(Ticket.id)
    return list(db.session.scalars(found.limit(limit)))


def tickets_of(account_id: int, limit: int = 10) -> list[Ticket]:
    """The newest tickets of somebody."""
    found = _ticket().where(Ticket.account_id == account_id).order_by(Ticket.id.desc())
    return list(db.session.scalars(found.limit(limit)))


def window(window_id: int) -> ServiceWindow | None:
    """A window with its point."""
    found = select(ServiceWindow).options(
        joinedload(ServiceWindow.point).joinedload(ServicePoint.unit),
        joinedload(ServiceWindow.account),
    )
    return db.session.scalar(found.where(ServiceWindow.id == window_id))


def appointment(appointment_id: int) -> Appointment | None:
    """An appointment with its point."""
    found = select(Appointment).options(joinedload(Appointment.point).joinedload(ServicePoint.unit))
    return db.session.scalar(found.where(Appointment.id == appointment_id))


def appointments_in(
    account_id: int, since: datetime, until: datetime, limit: int
) -> list[Appointment]:
    """The appointments of somebody in this time, cancelled ones too."""
    found = select(Appointment).options(joinedload(Appointment.point))
    found = found.where(
        Appointment.account_id == account_id, Appointment.starts_at.between(since, until)
    )
    return list(db.session.scalars(found.order_by(Appointment.starts_at).limit(limit)))


def appointments_of(account_id: int, limit: int = 10) -> list[Appointment]:
    """The newest appointments of somebody."""
    found = select(Appointment).options(joinedload(Appointment.point))
    mine = found.where(Appointment.account_id == account_id).order_by(Appointment.id.desc())
    return list(db.session.scalars(mine.limit(limit)))


def expected_at(point: ServicePoint, day: date) -> list[Appointment]:
    """The appointments of a day that are booked or have arrived, by their time."""
    since = datetime.combine(day, time(), ZONE)
    found = (
        select(Appointment)
        .options(joinedload(Appointment.account))
        .where(
            Appointment.point_id == point.id,
            Appointment.starts_at >= since,
            Appointment.starts_at < since + timedelta(days=1),
            Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.ARRIVED)),
        )
    )
    return list(db.session.scalars(found.order_by(Appointment.starts_at, Appointment.seat)))


def taken_seats(point: ServicePoint, since: datetime, until: datetime) -> dict[datetime, set[int]]:
    """The seats that are taken between two moments, by the beginning of their slot."""
    found = select(Appointment.starts_at, Appointment.seat).where(
        Appointment.point_id == point.id,
        Appointment.starts_at >= since,
        Appointment.starts_at < until,
        Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.ARRIVED)),
    )
    taken: dict[datetime, set[int]] = {}
    for moment, seat in db.session.execute(found):
        taken.setdefault(moment, set()).add(seat)
    return taken


def overdue(before: datetime, limit: int = 500) -> list[Appointment]:
    """Booked appointments whose time was before a moment."""
    found = select(Appointment).where(
        Appointment.state == AppointmentState.BOOKED, Appointment.starts_at < before
    )
    return list(db.session.scalars(found.order_by(Appointment.starts_at).limit(limit)))


def station_of(grid_id: int) -> Unit | None:
    """The workstation to which the people of a grid belong."""
    own = assigned(grid_id)
    return own.point.unit if own is not None else None


def assigned(grid_id: int) -> ServedGrid | None:
    """The workstation to which a grid belongs."""
    found = select(ServedGrid).options(joinedload(ServedGrid.point).joinedload(ServicePoint.unit))
    return db.session.scalar(found.where(ServedGrid.grid_id == grid_id))


def choices_near(x: float, y: float) -> list[int]:
    """The workstations of the grids whose border is within BORDER_M of a point, nearest first."""
    here = func.ST_SetSRID(func.ST_MakePoint(x, y), SRID)
    found = (
        select(ServedGrid.point_id, func.min(func.ST_Distance(GridVersion.geom, here)))
        .join(GridVersion, GridVersion.grid_id == ServedGrid.grid_id)
        .join(ServicePoint, ServicePoint.id == ServedGrid.point_id)
        .where(
            GridVersion.valid.op("@>")(func.now()),
            func.ST_DWithin(GridVersion.geom, here, BORDER_M),
            ServicePoint.closed_at.is_(None),
        )
        .group_by(ServedGrid.point_id)
        .order_by(func.min(func.ST_Distance(GridVersion.geom, here)))
    )
    return [key for key, _away in db.session.execute(found)]


def grids_of(point: ServicePoint) -> list[Grid]:
    """The grids whose people belong to a workstation."""
    found = select(Grid).join(ServedGrid, ServedGrid.grid_id == Grid.id)
    return list(
        db.session.scalars(found.where(ServedGrid.point_id == point.id).order_by(Grid.display_code))
    )


def unassigned(grid_ids: Iterable[int]) -> list[int]:
    """Those of some grids that belong to no workstation."""
    known = set(db.session.scalars(select(ServedGrid.grid_id)))
    return sorted(set(grid_ids) - known)


@dataclass(frozen=True)
class Spot:
    """A place one can name: its words, what it is, and where (degrees WGS 84)."""

    name: str
    kind: str
    lon: float
    lat: float


def _like(column: Any, words: str) -> ColumnElement[bool]:
    said: ColumnElement[bool] = column.ilike(containing(words))
    return said


def spots(words: str, limit: int = 8) -> list[Spot]:
    """Places whose name holds these words: points, public places, grids; the shortest names first."""

    def lonlat(geom: Any) -> tuple[ColumnElement[float], ColumnElement[float]]:
        at = func.ST_Transform(geom, WGS84)
        return func.ST_X(at), func.ST_Y(at)

    points = select(
        ServicePoint.name, literal("point"), *lonlat(ServicePoint.geom), literal(0).label("rank")
    ).where(_like(ServicePoint.name, words), ServicePoint.closed_at.is_(None))
    places = select(Place.name, literal("place"), *lonlat(Place.geom), literal(1)).where(
        _like(Place.name, words),
        Place.kind.not_in((*INTERNAL_PLACES, PlaceKind.WORKSTATION, PlaceKind.SAMPLING_POINT)),
        Place.geom.is_not(None),
    )
    inside = func.ST_PointOnSurface(GridVersion.geom)
    grids = (
        select(Grid.name, literal("grid"), *lonlat(inside), literal(2))
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .where(
            or_(_like(Grid.name, words), func.upper(words) == Grid.display_code),
            GridVersion.valid.op("@>")(func.now()),
            Grid.retired_at.is_(None),
        )
    )
    every = union_all(points, places, grids).subquery("spot")
    columns = list(every.c)
    found = select(*columns).order_by(columns[4], func.length(columns[0]), columns[0]).limit(limit)
    return [Spot(name, kind, lon, lat) for name, kind, lon, lat, _rank in db.session.execute(found)]


def stations() -> list[Unit]:
    """The bodies that can serve at a point: workstations and the subdistrict's departments."""
    found = select(Unit).where(Unit.kind.in_((UnitKind.STATION, UnitKind.DEPARTMENT)))
    return list(db.session.scalars(found.order_by(Unit.kind.desc(), Unit.id)))


def places_of(kind: str) -> list[Place]:
    """The places of a kind that came with the geodata."""
    return list(db.session.scalars(select(Place).where(Place.kind == kind).order_by(Place.id)))


def spot_of(point: ServicePoint) -> tuple[float, float]:
    """(x, y) of a point in metres."""
    if point.geom is None:
        raise LookupError(f"the point {point.id} has no place")
    return center(shape_of(point.geom))


def figures(
    points: Sequence[ServicePoint], day: date
) -> dict[int, Row[tuple[int, int, int, float, float]]]:
    """For each point on a day: taken, served, did not come, mean wait and mean service in seconds."""
    served = Ticket.state == TicketState.SERVED
    wait_s = func.extract("epoch", Ticket.called_at - Ticket.taken_at)
    service_s = func.extract("epoch", Ticket.ended_at - Ticket.called_at)
    found = (
        select(
            Ticket.point_id,
            func.count(),
            func.count().filter(served),
            func.count().filter(Ticket.state == TicketState.NO_SHOW),
            func.avg(wait_s).filter(served),
            func.avg(service_s).filter(served),
        )
        .where(Ticket.point_id.in_([point.id for point in points]), Ticket.day == day)
        .group_by(Ticket.point_id)
    )
    return {row[0]: row for row in db.session.execute(found)}


# How many came in each hour of the day: on the average of the days on which anybody came, and on the
# busiest of them. Whoever was told to wait at a gate comes again and counts then.
_CAME = text("""
    WITH came AS (
        SELECT t.taken_at AT TIME ZONE :zone AS at FROM ticket t
        WHERE t.point_id = :point AND t.day >= :first
        UNION ALL
        SELECT e.at AT TIME ZONE :zone FROM gate_event e JOIN gate g ON g.id = e.gate_id
        WHERE g.point_id = :point AND e.at >= :since AND e.decision IN ('admitted', 'diverted')
    ), counted AS (
        SELECT at::date AS day, extract(hour FROM at)::int AS hour, count(*) AS came
        FROM came GROUP BY 1, 2
    )
    SELECT hour, sum(came)::float / (SELECT count(DISTINCT day) FROM counted), max(came)
    FROM counted GROUP BY hour ORDER BY hour
""")


def planned(point: ServicePoint, mean_s: float) -> list[planning.Hour]:
    """What each hour of the day wants by those who came in the last weeks, served in so many seconds."""
    first = today() - timedelta(days=planning.DAYS)
    since = datetime.combine(first, time(), ZONE)
    values = {"point": point.id, "zone": str(ZONE), "first": first, "since": since}
    rows = db.session.execute(_CAME, values)
    return planning.plan(((hour, usual, busiest) for hour, usual, busiest in rows), mean_s)


def window_was_used(window_id: int) -> bool:
    """True when somebody was called to a window."""
    found = select(Ticket.id).where(Ticket.window_id == window_id).limit(1)
    return db.session.scalar(found) is not None
