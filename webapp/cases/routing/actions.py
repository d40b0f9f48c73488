"""How the office changes who gets which case. A rule that contradicts another is refused, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import shapely
from flask_babel import lazy_gettext as _l
from shapely import Polygon
from sqlalchemy.dialects.postgresql import Range

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.spatial import shape_of, stored, to_metric
from webapp.cases.models import Case
from webapp.cases.routing import queries
from webapp.cases.standards import in_force, queries as standards
from webapp.cases.standards.models import RoutingRule
from webapp.cases.standards.rules import Basis, Days, Where
from webapp.grids.rules import GridKind

# Square metres below which an area is a slip of the hand.
LEAST_M2 = 100.0

MOST_CORNERS = 500

NO_CLASS = _l("There is no class with this code.")


@dataclass(frozen=True)
class Wish:
    """A rule as it was written down; keys, not things. `area` are corners, (lon, lat) degrees WGS 84."""

    title: str
    basis: Basis
    class_prefix: str
    where: Where
    priority: int = 0
    grid_kind: GridKind | None = None
    community: int | None = None
    grid: str | None = None
    area: Sequence[tuple[float, float]] = ()
    days: Days = Days.ANY
    hours_from: time | None = None
    hours_until: time | None = None
    unit: int | None = None
    helpers: Sequence[int] = ()
    since: datetime | None = None
    until: datetime | None = None


def route(case: Case) -> None:
    """Who should get the case by the rules in force, and why, is kept with it."""
    db.session.execute(queries.ROUTE, {"case": case.id, **queries.moment(clock.now())})
    db.session.expire(case, ["route"])


def add(wish: Wish, *, by: Actor | None, provenance: str | None = None) -> RoutingRule:
    """The rule is in force, in every process at once; or an `Unacceptable` that says what is wrong."""
    in_force.hold()
    made = RoutingRule(provenance=provenance)
    _fill(made, wish)
    db.session.add(made)
    db.session.flush()
    _note(made, "add", by, after=_said(made))
    return made


def change(rule: RoutingRule, wish: Wish, *, by: Actor, base_version: int | None = None) -> None:
    """The rule is as it was written down now; what it was stands in the log."""
    in_force.hold()
    db.session.refresh(rule)
    if base_version is not None and rule.version != base_version:
        raise Unacceptable(_l("Somebody changed this rule a moment ago. Look at it again, please."))
    before = _said(rule)
    with db.session.no_autoflush:
        _fill(rule, wish)
    rule.version += 1
    db.session.flush()
    _note(rule, "change", by, before=before, after=_said(rule))


def end(rule: RoutingRule, *, by: Actor) -> None:
    """The rule counts no more; cases that were routed by it keep the words."""
    in_force.hold()
    db.session.refresh(rule)
    now = clock.now()
    if rule.valid.upper is not None and rule.valid.upper <= now:
        raise Unacceptable(_l("This rule has ended already."))
    since = rule.valid.lower
    later = max(now, since + timedelta(microseconds=1)) if since else now
    rule.valid = Range(since, later, bounds="[)")
    rule.version += 1
    db.session.flush()
    _note(rule, "end", by, after=_said(rule))


def where_of(made: RoutingRule) -> Where:
    """For which kind of place a rule counts."""
    if made.geom is not None:
        return Where.AREA
    if made.grid_id is not None:
        return Where.GRID
    if made.community_id is not None:
        return Where.COMMUNITY
    return Where.KIND if made.grid_kind is not None else Where.ALL


def parsed_area(words: str | None) -> list[tuple[float, float]]:
    """Corners as people write them: one a line, longitude and latitude."""
    found = []
    for line in (words or "").splitlines():
        pair = line.replace(",", " ").replace("，", " ").split()
        if not pair:
            continue
        try:
            lon, lat = (float(each) for each in pair)
        except ValueError as error:
            raise _wrong("area", _l("Write one corner a line: longitude and latitude.")) from error
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise _wrong("area", _l("Write one corner a line: longitude and latitude."))
        found.append((lon, lat))
    return found


def _fill(made: RoutingRule, wish: Wish) -> None:
    if wish.class_prefix and standards.class_below(wish.class_prefix) is None:
        raise _wrong("class_prefix", _l("No class begins with these digits."))
    since = wish.since or (made.valid.lower if made.valid else None) or clock.now()
    if wish.until is not None and wish.until <= since:
        raise _wrong("until", _l("The end lies before the beginning."))
    if (wish.hours_from is None) != (wish.hours_until is None) or (
        wish.hours_from is not None and wish.hours_from == wish.hours_until
    ):
        raise _wrong("hours_until", _l("Say from when until when, or neither."))
    made.title, made.basis, made.class_prefix = wish.title, wish.basis.value, wish.class_prefix
    made.priority, made.days = wish.priority, wish.days.value
    made.hours_from, made.hours_until = wish.hours_from, wish.hours_until
    made.valid = Range(since, wish.until, bounds="[)")
    _set_target(made, wish)
    _set_place(made, wish)
    _refuse_contradiction(made)


def _set_target(made: RoutingRule, wish: Wish) -> None:
    keys = [*([wish.unit] if wish.unit else []), *wish.helpers]
    known = queries.departments(keys)
    if wish.unit and wish.unit not in known:
        raise _wrong("unit", _l("There is no such department."))
    if set(wish.helpers) - known.keys():
        raise _wrong("helpers", _l("There is no such department."))
    if wish.unit is None and wish.helpers:
        raise _wrong("helpers", _l("Departments help a department that leads, not the worker."))
    made.to_worker, made.unit_id = wish.unit is None, wish.unit
    made.helpers = [known[key] for key in sorted(set(wish.helpers) - {wish.unit})]


def _set_place(made: RoutingRule, wish: Wish) -> None:
    made.grid_kind = made.community_id = made.grid_id = made.geom = None
    if wish.where is Where.KIND:
        if wish.grid_kind is None:
            raise _wrong("grid_kind", _l("Choose a kind of grid."))
        made.grid_kind = wish.grid_kind.value
    elif wish.where is Where.COMMUNITY:
        found = queries.community(wish.community)
        if found is None:
            raise _wrong("community", _l("There is no such community."))
        made.community_id = found.id
    elif wish.where is Where.GRID:
        grid = queries.grid(wish.grid)
        if grid is None:
            raise _wrong("grid", _l("There is no grid with this code."))
        made.grid_id = grid.id
    elif wish.where is Where.AREA:
        made.geom = stored(_area(wish.area))


def _area(drawn: Sequence[tuple[float, float]]) -> Polygon:
    if len(drawn) < 3:
        raise _wrong("area", _l("The area is empty: it needs three corners at least."))
    if len(drawn) > MOST_CORNERS:
        raise _wrong("area", _l("The area has too many corners."))
    shape = Polygon([to_metric(lon, lat) for lon, lat in drawn])
    if not shape.is_valid:
        raise _wrong("area", _l("The border of the area crosses itself."))
    if shape.area < LEAST_M2:
        raise _wrong("area", _l("The area is empty: it is smaller than 100 square metres."))
    shape = shapely.set_precision(shape, 0.001)
    if not queries.touches_a_grid(stored(shape)):
        raise _wrong("area", _l("The area lies outside every grid. Is longitude before latitude?"))
    return shape


def _refuse_contradiction(made: RoutingRule) -> None:
    """Of two rules alike in rank, at one place and time, only one could ever be meant."""
    for other in queries.of_the_same_rank(made):
        if _together(made, other) and _target(made) != _target(other):
            words = _l(
                "This contradicts the rule “%(title)s”: the same rank, class, place and time, but"
                " somebody else. Give one of them a higher priority.",
                title=other.title,
            )
            raise _wrong("priority", words)


def _together(one: RoutingRule, two: RoutingRule) -> bool:
    """True when there is a day and an hour at which both count."""
    days = {one.days, two.days}
    if Days.ANY not in days and len(days) == 2:
        return False
    if one.hours_from is None or two.hours_from is None:
        return True
    if one.hours_until is None or two.hours_until is None:
        return True
    ours, theirs = (
        _minutes(one.hours_from, one.hours_until),
        _minutes(two.hours_from, two.hours_until),
    )
    return not ours.isdisjoint(theirs)


def _minutes(since: time, until: time) -> set[int]:
    start, stop = since.hour * 60 + since.minute, until.hour * 60 + until.minute
    if start < stop:
        return set(range(start, stop))
    return set(range(start, 1440)) | set(range(stop))


def _target(made: RoutingRule) -> tuple[int | None, tuple[int, ...]]:
    return made.unit_id, tuple(sorted(unit.id for unit in made.helpers))


def _said(made: RoutingRule) -> dict[str, Any]:
    """The rule as the log keeps it."""
    return {
        "title": made.title,
        "basis": made.basis,
        "class_prefix": made.class_prefix,
        "priority": made.priority,
        "where": where_of(made),
        "place": made.grid_kind or made.community_id or made.grid_id,
        "area_m2": round(shape_of(made.geom).area) if made.geom is not None else None,
        "days": made.days,
        "hours": [str(made.hours_from), str(made.hours_until)] if made.hours_from else None,
        "unit": made.unit_id,
        "helpers": [unit.id for unit in made.helpers],
        "valid": [
            each.isoformat() if each else None for each in (made.valid.lower, made.valid.upper)
        ],
    }


def _wrong(name: str, words: Any) -> Unacceptable:
    return Unacceptable(words, fields={name: words})


def _note(made: RoutingRule, move: str, by: Actor | None, **data: Any) -> None:
    audit.record(kind="routing_rule", thing_id=made.id, move=move, by=by, data=data)
