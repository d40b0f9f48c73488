"""Questions about the ground: parcels and their surveys, sites that are levelled, utilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, cast, func, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.projects.ground.models import Parcel, Survey, Utility
from webapp.projects.ground.rules import AMOUNTS, ParcelState
from webapp.projects.models import Project
from webapp.projects.rules import LIVING

# Slivers along borders that were drawn by hand are nobody's ground.
SLIVER_M2 = 1

# A parcel lies within its site and on no other parcel. The row of the site is held meanwhile, so that of two who
# draw at once the second sees what the first one drew.
PARCEL_INSIDE = f"""
CREATE OR REPLACE FUNCTION project_parcel_inside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ground geometry;
BEGIN
    SELECT s.geom INTO ground FROM project_site s WHERE s.id = NEW.site_id FOR NO KEY UPDATE;
    IF ST_Area(ST_Difference(NEW.geom, ground)) > {SLIVER_M2} THEN
        RAISE EXCEPTION 'parcel % does not lie within its site', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_parcel_inside';
    END IF;
    IF EXISTS (
        SELECT FROM project_parcel p
        WHERE p.site_id = NEW.site_id AND p.id <> NEW.id AND ST_Intersects(p.geom, NEW.geom)
          AND ST_Area(ST_Intersection(p.geom, NEW.geom)) > {SLIVER_M2}
    ) THEN
        RAISE EXCEPTION 'parcel % lies on another one', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_parcel_alone';
    END IF;
    RETURN NEW;
END $$
"""

# The percent of a parcel is that of its newest survey, whoever writes one.
PARCEL_SURVEYED = """
CREATE OR REPLACE FUNCTION project_parcel_surveyed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.parcel_id ELSE NEW.parcel_id END;
BEGIN
    PERFORM FROM project_parcel p WHERE p.id = key FOR NO KEY UPDATE;
    UPDATE project_parcel p SET
        percent = coalesce(newest.percent, 0), surveyed_on = newest.day
    FROM (SELECT) one LEFT JOIN LATERAL (
        SELECT s.percent, s.day FROM project_survey s
        WHERE s.parcel_id = key ORDER BY s.day DESC LIMIT 1
    ) newest ON true
    WHERE p.id = key;
    RETURN NULL;
END $$
"""

FUNCTIONS = (PARCEL_INSIDE, PARCEL_SURVEYED)

TRIGGERS = (
    "CREATE TRIGGER parcel_inside BEFORE INSERT OR UPDATE OF geom, site_id ON project_parcel"
    " FOR EACH ROW EXECUTE FUNCTION project_parcel_inside()",
    "CREATE TRIGGER parcel_surveyed AFTER INSERT OR UPDATE OR DELETE ON project_survey"
    " FOR EACH ROW EXECUTE FUNCTION project_parcel_surveyed()",
)


@dataclass(frozen=True)
class Levelled:
    """The ground of a project in one line: parcels, those accepted, m², percent by area, planned amounts."""

    project: Project
    parcels: int
    accepted: int
    area_m2: float
    percent: float
    surveyed_on: date | None
    planned: dict[str, int]

    @property
    def done(self) -> bool:
        """True when every parcel is level and accepted."""
        return self.accepted == self.parcels


def parcel(parcel_id: int) -> Parcel | None:
    """A parcel with its surveys and its project."""
    found = select(Parcel).options(
        joinedload(Parcel.site),
        selectinload(Parcel.surveys).joinedload(Survey.account),
        joinedload(Parcel.project).options(
            selectinload(Project.team), selectinload(Project.shares), selectinload(Project.sites)
        ),
    )
    return db.session.scalar(found.where(Parcel.id == parcel_id))


def parcels(project_id: int) -> list[Parcel]:
    """The parcels of a project by name."""
    found = select(Parcel).where(Parcel.project_id == project_id)
    return list(db.session.scalars(found.order_by(Parcel.name)))


def others(site_id: int) -> list[Parcel]:
    """The parcels that lie on a site already."""
    return list(db.session.scalars(select(Parcel).where(Parcel.site_id == site_id)))


def survey(parcel_id: int, survey_id: int) -> Survey | None:
    """A survey of a parcel with its photo."""
    found = select(Survey).options(joinedload(Survey.photo))
    return db.session.scalar(found.where(Survey.id == survey_id, Survey.parcel_id == parcel_id))


def survey_of(parcel_id: int, day: date) -> Survey | None:
    """The survey of a day."""
    return db.session.scalar(select(Survey).where(Survey.parcel_id == parcel_id, Survey.day == day))


def surveys_entered(project_id: int, day: date) -> list[Survey]:
    """The surveys of a day on all parcels of a project."""
    found = (
        select(Survey)
        .join(Survey.parcel)
        .options(joinedload(Survey.parcel))
        .where(Parcel.project_id == project_id, Survey.day == day)
    )
    return list(db.session.scalars(found.order_by(Parcel.name)))


def moved(project_id: int) -> dict[str, tuple[int, int]]:
    """For each amount what is planned on all parcels, and what their newest surveys say is done."""
    sums: list[Any] = []
    for name in AMOUNTS:
        sums += [
            func.coalesce(func.sum(getattr(Parcel, name)), 0),
            func.coalesce(func.sum(getattr(Survey, name)), 0),
        ]
    found = (
        select(*sums)
        .select_from(Parcel)
        .outerjoin(Survey, (Survey.parcel_id == Parcel.id) & (Survey.day == Parcel.surveyed_on))
        .where(Parcel.project_id == project_id)
    )
    row = [int(each) for each in db.session.execute(found).one()]
    return {name: (row[2 * at], row[2 * at + 1]) for at, name in enumerate(AMOUNTS)}


def levelled(who: Actor) -> list[Levelled]:
    """Projects with parcels that `who` may see, those under way first: one line each."""
    area = func.sum(func.ST_Area(Parcel.geom))
    by_area = func.sum(Parcel.percent * func.ST_Area(Parcel.geom)) / area
    accepted = func.count().filter(Parcel.state == ParcelState.ACCEPTED)
    sums = (
        select(
            Parcel.project_id,
            func.count().label("parcels"),
            accepted.label("accepted"),
            area.label("area"),
            by_area.label("percent"),
            func.max(Parcel.surveyed_on).label("surveyed_on"),
            *(func.sum(getattr(Parcel, name)).label(name) for name in AMOUNTS),
        )
        .group_by(Parcel.project_id)
        .subquery()
    )
    found = (
        select(Project, sums)
        .join(sums, sums.c.project_id == Project.id)
        .options(joinedload(Project.leader))
        .where(visible(Project, who, "projects.see"), Project.state.in_(LIVING))
        .order_by(sums.c.accepted == sums.c.parcels, sums.c.percent, Project.id)
    )
    return [
        Levelled(
            project=row[0],
            parcels=row.parcels,
            accepted=row.accepted,
            area_m2=float(row.area),
            percent=float(row.percent),
            surveyed_on=row.surveyed_on,
            planned={name: int(getattr(row, name)) for name in AMOUNTS},
        )
        for row in db.session.execute(found)
    ]


def parcels_seen(who: Actor) -> Select[Any]:
    """SQL: the parcels of living projects that `who` may see, project by project."""
    return (
        select(Parcel)
        .join(Parcel.project)
        .where(visible(Parcel, who, "parcels.see"), Project.state.in_(LIVING))
        .order_by(Parcel.project_id, Parcel.id)
    )


def area_of() -> ColumnElement[float]:
    """SQL: the area of a parcel, m²."""
    return func.round(cast(func.ST_Area(Parcel.geom), Numeric), 0, type_=Numeric)


def percent_of(found: Sequence[Parcel], areas: Sequence[float]) -> float:
    """How far parcels are together, each by its area."""
    whole = sum(areas)
    return sum(each.percent * area for each, area in zip(found, areas, strict=True)) / whole


def open_parcels(project_id: int) -> int:
    """How many parcels of a project are not level and accepted."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Parcel)
            .where(Parcel.project_id == project_id, Parcel.state != ParcelState.ACCEPTED)
        )
        or 0
    )


def utilities(project_id: int) -> list[Utility]:
    """The utilities of a project, what is missing first, by promise."""
    found = (
        select(Utility)
        .options(joinedload(Utility.owner), joinedload(Utility.site))
        .where(Utility.project_id == project_id)
    )
    return list(
        db.session.scalars(
            found.order_by(Utility.done_on.is_not(None), Utility.promised_on, Utility.id)
        )
    )


def utility(project_id: int, utility_id: int) -> Utility | None:
    """One of them."""
    found = select(Utility).where(Utility.id == utility_id, Utility.project_id == project_id)
    return db.session.scalar(found)


def utility_at(site_id: int, kind: str) -> Utility | None:
    """The utility of a kind that a site waits for."""
    return db.session.scalar(
        select(Utility).where(Utility.site_id == site_id, Utility.kind == kind)
    )
