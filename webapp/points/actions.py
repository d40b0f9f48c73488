"""What is done with points: made, described, their hours and windows set, grids given to workstations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.base import audit, clock
from webapp.base.access import Actor, may
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable, hold
from webapp.grids import queries as grids
from webapp.points import queries
from webapp.points.models import (
    OpeningException,
    OpeningHours,
    ServedGrid,
    ServicePoint,
    ServiceWindow,
)
from webapp.points.rules import TEMPLATES, Access, Template
from webapp.travel import actions as travel, loaded
from webapp.travel.rules import Mode

KIND = "service_point"


@dataclass(frozen=True)
class Described:
    """What is said of a point. `lon`, `lat` in degrees of `datum`; without them its place stays."""

    template: Template
    name: str
    unit_id: int
    name_en: str | None = None
    address: str | None = None
    phone: str | None = None
    words: str | None = None
    items: Sequence[str] | None = None
    access: Sequence[Access] = ()
    access_words: str | None = None
    slot_minutes: int | None = None
    slot_seats: int = 1
    first_day: date | None = None
    last_day: date | None = None
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84
    provenance: str | None = None


@dataclass(frozen=True)
class Span:
    """From a time of day to another; midnight at the end is the end of the day."""

    opens: time
    closes: time


def make(said: Described, *, windows: int | None = None, by: Actor | None) -> ServicePoint:
    """The point is there with its windows, closed until hours are set, and can be travelled to."""
    usual = TEMPLATES[said.template]
    if said.lon is None or said.lat is None:
        words = _l("Say where the point is.")
        raise Unacceptable(words, fields={"lon": words})
    point = ServicePoint(usual_s=usual.seconds, version=1)
    _describe(point, said)
    db.session.add(point)
    db.session.flush()
    for number in range(1, (windows or usual.windows) + 1):
        db.session.add(ServiceWindow(point_id=point.id, number=number))
    _settle(point)
    _record(point, "create", by)
    return point


def change(point: ServicePoint, said: Described, *, base_version: int | None, by: Actor) -> None:
    """The point is described like this. Raises `Changed` when somebody changed it meanwhile."""
    _own(point, base_version, by)
    _describe(point, said)
    _settle(point)
    _record(point, "change", by)


def close(point: ServicePoint, *, by: Actor) -> None:
    """The point is gone from the lists, its grids belong to no workstation until others are named."""
    _own(point, None, by)
    if point.closed_at is not None:
        raise NotOpen(_l("This point is closed for good already."))
    point.closed_at = clock.now()
    db.session.execute(delete(ServedGrid).where(ServedGrid.point_id == point.id))
    travel.drop_stop(KIND, point.id)
    _record(point, "close", by)


def set_hours(
    point: ServicePoint,
    week: Mapping[int, Sequence[Span]],
    *,
    base_version: int | None,
    by: Actor | None,
) -> None:
    """The point is open like this every week (0 Monday). Spans of a day must not overlap."""
    _own(point, base_version, by)
    for day, spans in week.items():
        _must_not_overlap(spans, f"day{day}")
    # The old ones go first: one that stays would be there twice for a moment.
    point.hours = []
    db.session.flush()
    point.hours = [
        OpeningHours(weekday=day, opens=span.opens, closes=span.closes)
        for day, spans in sorted(week.items())
        for span in spans
    ]
    _record(point, "set_hours", by)


def set_day(
    point: ServicePoint,
    day: date,
    spans: Sequence[Span],
    *,
    words: str | None,
    base_version: int | None,
    by: Actor,
) -> None:
    """On this day the point is open in these spans and no others; none: it is closed."""
    _own(point, base_version, by)
    if day < queries.today():
        said = _l("This day is gone already.")
        raise Unacceptable(said, fields={"day": said})
    _must_not_overlap(spans, "opens")
    point.exceptions = [each for each in point.exceptions if each.day != day] + (
        [
            OpeningException(day=day, opens=span.opens, closes=span.closes, words=words)
            for span in spans
        ]
        or [OpeningException(day=day, words=words)]
    )
    _record(point, "set_day", by, day=day.isoformat())


def clear_day(point: ServicePoint, day: date, *, by: Actor) -> None:
    """The day is like every week again."""
    _own(point, None, by)
    point.exceptions = [each for each in point.exceptions if each.day != day]
    _record(point, "clear_day", by, day=day.isoformat())


def set_photo(point: ServicePoint, photo: StoredFile, *, by: Actor) -> None:
    """The point is shown by this picture."""
    _own(point, None, by)
    point.photo_id = photo.id
    _record(point, "set_photo", by)


def set_windows(point: ServicePoint, items: Sequence[Sequence[str] | None], *, by: Actor) -> None:
    """The point has so many windows, each for these items (None: for all). Open ones cannot go."""
    _own(point, None, by)
    known = {window.number: window for window in point.windows}
    for number, window in known.items():
        if number > len(items) and window.account_id is not None:
            words = _l("Window %(n)s is open. Close it first.", n=number)
            raise Unacceptable(words, fields={"windows": words})
    for number, codes in enumerate(items, start=1):
        window = known.get(number) or ServiceWindow(point_id=point.id, number=number)
        window.items = list(codes) if codes else None
        db.session.add(window)
    gone = [window for number, window in known.items() if number > len(items)]
    for window in gone:
        if queries.window_was_used(window.id):
            words = _l("Window %(n)s has a history and stays. Leave it closed.", n=window.number)
            raise Unacceptable(words, fields={"windows": words})
        db.session.delete(window)
    _record(point, "set_windows", by, windows=len(items))
    db.session.expire(point, ["windows"])


def serve_grids(point: ServicePoint, grid_ids: Iterable[int], *, by: Actor) -> None:
    """The people of these grids belong to this workstation from now on."""
    _own(point, None, by)
    rows = [{"grid_id": key, "point_id": point.id, "basis": "set"} for key in sorted(set(grid_ids))]
    if not rows:
        return
    new = insert(ServedGrid).values(rows)
    db.session.execute(
        new.on_conflict_do_update(
            index_elements=["grid_id"],
            set_={"point_id": new.excluded.point_id, "basis": new.excluded.basis},
        )
    )
    _record(point, "serve_grids", by, grids=len(rows))


def assume_served() -> int:
    """Grids that belong to no workstation belong to the one that is nearest on foot; answers how many."""
    made = grids.active_set()
    stations = queries.listed(Template.WORKSTATION)
    if made is None or not stations:
        return 0
    inside = grids.inner_points(made.id)
    lacking = queries.unassigned(inside)
    if not lacking:
        return 0
    x, y = zip(*(inside[key] for key in lacking), strict=True)
    seconds = [
        loaded.reach(*queries.spot_of(station), Mode.WALK, inbound=True).to(x, y).seconds
        for station in stations
    ]
    rows: list[dict[str, Any]] = [
        {
            "grid_id": key,
            "point_id": stations[
                min(range(len(stations)), key=lambda which: seconds[which][at])
            ].id,
            "basis": "assumed",
        }
        for at, key in enumerate(lacking)
    ]
    db.session.execute(insert(ServedGrid).values(rows).on_conflict_do_nothing())
    return len(rows)


def heard(point: ServicePoint) -> None:
    """The point was heard from just now, so its queue is known."""
    point.heard_at = clock.now()


def _describe(point: ServicePoint, said: Described) -> None:
    usual = TEMPLATES[said.template]
    minutes = usual.slot_minutes if said.slot_minutes is None else said.slot_minutes
    if said.first_day and said.last_day and said.last_day < said.first_day:
        words = _l("The last day is before the first.")
        raise Unacceptable(words, fields={"last_day": words})
    for name, value in {
        "template": said.template,
        "name": said.name,
        "name_en": said.name_en,
        "unit_id": said.unit_id,
        "address": said.address,
        "phone": said.phone,
        "words": said.words,
        "items": list(said.items) if said.items is not None else None,
        "access": list(said.access),
        "access_words": said.access_words,
        "slot_minutes": minutes,
        "slot_seats": said.slot_seats,
        "first_day": said.first_day,
        "last_day": said.last_day,
    }.items():
        setattr(point, name, value)
    if said.provenance is not None:
        point.provenance = said.provenance
    if said.lon is not None and said.lat is not None:
        point.place_at(said.lon, said.lat, datum=said.datum)


def _settle(point: ServicePoint) -> None:
    """Times to the point are kept from every grid."""
    db.session.flush()
    travel.keep_stops(KIND, {point.id: queries.spot_of(point)})


def _own(point: ServicePoint, base_version: int | None, by: Actor | None) -> None:
    hold(point, base_version)
    if by is not None and not may(by, "points.keep", point):
        raise NotAllowed(_l("You do not hold the post that may do this here."))


def _must_not_overlap(spans: Sequence[Span], field: str) -> None:
    ordered = sorted(spans, key=lambda span: span.opens)
    for span in ordered:
        if span.closes <= span.opens and span.closes != time():
            words = _l("It closes before it opens.")
            raise Unacceptable(words, fields={field: words})
    for one, other in pairwise(ordered):
        if one.closes == time() or other.opens < one.closes:
            words = _l("These times overlap.")
            raise Unacceptable(words, fields={field: words})


def _record(point: ServicePoint, move: str, by: Actor | None, **data: Any) -> None:
    point.version = (point.version or 0) + 1
    db.session.flush()
    audit.record(
        kind=KIND,
        thing_id=point.id,
        move=move,
        by=by,
        before=None,
        after="closed" if point.closed_at else "open",
        grid_id=point.grid_id,
        grid_version_id=point.grid_version_id,
        client_at=None,
        data=data or None,
    )
