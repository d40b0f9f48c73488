"""What is done with the ground: parcels drawn, surveyed, levelled, accepted; utilities promised and there."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from shapely import Polygon, union_all
from sqlalchemy.exc import IntegrityError

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.base.spatial import shape_of, stored
from webapp.people import days
from webapp.projects import queries as projects
from webapp.projects.ground import queries
from webapp.projects.ground.forms import ParcelForm, SurveyForm, UtilityForm
from webapp.projects.ground.models import Parcel, Survey, Utility
from webapp.projects.ground.rules import AMOUNTS, PARCEL_FLOW, WHOLE, ParcelState
from webapp.projects.models import Project, Site
from webapp.projects.rules import MEMBERS, PROJECT_FLOW, ProjectState

# A drawn parcel is cut along its site and the parcels there; less than this is left of a slip of the hand.
LEAST_M2 = 10.0


def draw(
    project: Project, said: ParcelForm, ground: Polygon, *, by: Actor, base_version: int | None
) -> Parcel:
    """The parcel lies within its site and on no other parcel: what sticks out is cut off.

    Raises `Unacceptable` where nothing is left of it, or several pieces, or the name is taken.
    """
    hold(project, base_version)
    _still_open(project)
    site = _under(project, ground)
    left = _cut(site, ground)
    parcel = Parcel(
        project_id=project.id,
        site_id=site.id,
        name=said.name,
        geom=stored(left),
        stated_m2=said.stated_m2,
        state=ParcelState.WAITING,
        version=1,
        provenance=said.provenance,
        **_amounts(said),
    )
    try:
        with db.session.begin_nested():
            db.session.add(parcel)
            db.session.flush()
    except IntegrityError as error:
        if "uq_project_parcel" not in str(error.orig):
            raise
        words = _l("There is a parcel of this name.")
        raise Unacceptable(words, fields={"name": words}) from error
    PARCEL_FLOW.begin(parcel, "draw", by=by, data={"area_m2": round(left.area)})
    PROJECT_FLOW.record(
        project, "draw_parcel", by=by, data={"what": parcel.name, "area_m2": round(left.area)}
    )
    return parcel


def survey(
    parcel: Parcel,
    said: SurveyForm,
    photo: StoredFile | None,
    *,
    by: Actor,
    base_version: int | None = None,
) -> Survey:
    """So far was the parcel on this day; whoever surveys a day again replaces what was said of it.

    The first survey that says more than nothing begins the parcel. Raises `NotOpen` on accepted ground.
    """
    hold(parcel, base_version)
    if parcel.state == ParcelState.ACCEPTED:
        raise NotOpen(_l("This parcel is accepted."))
    if said.day > days.today():
        words = _l("This day is still to come.")
        raise Unacceptable(words, fields={"day": words})
    if parcel.state == ParcelState.LEVELLED and said.percent < WHOLE:
        words = _l("The parcel counts as level. Say first that it is not.")
        raise Unacceptable(words, fields={"percent": words})
    row = queries.survey_of(parcel.id, said.day)
    known = row is not None
    if row is None:
        row = Survey(parcel_id=parcel.id, day=said.day)
        db.session.add(row)
    row.source, row.percent, row.words = said.source, said.percent, said.words
    row.at, row.account_id = clock.now(), by.id
    for name, amount in _amounts(said).items():
        setattr(row, name, amount)
    if photo is not None:
        row.photo_id = photo.id
    db.session.flush()
    db.session.expire(parcel, ["surveys", "percent", "surveyed_on"])
    data = {"day": said.day.isoformat(), "percent": said.percent}
    PARCEL_FLOW.record(parcel, "survey_again" if known else "survey", by=by, data=data)
    if parcel.state == ParcelState.WAITING and said.percent:
        PARCEL_FLOW.move(parcel, "begin", by=by)
    return row


def step(
    parcel: Parcel, name: str, *, by: Actor, note: str | None = None, base_version: int | None
) -> None:
    """The parcel stands in the next state; `EvidenceMissing` while its newest survey says less than all."""
    evidence = {"whole": parcel.percent == WHOLE, "note": note}
    data = {"note": note} if note else None
    PARCEL_FLOW.move(parcel, name, by=by, evidence=evidence, base_version=base_version, data=data)


def promise(project: Project, said: UtilityForm, *, by: Actor, base_version: int | None) -> Utility:
    """Somebody sees to this utility of the site until this day, and is told; the first promise is kept."""
    hold(project, base_version)
    _still_open(project)
    site = _site(project, said.site)
    if not projects.holds(said.owner, MEMBERS):
        words = _l("Holds no post of the staff today.")
        raise Unacceptable(words, fields={"owner": words})
    row = queries.utility_at(site.id, said.kind)
    if row is not None and row.done_on is not None:
        words = _l("The site has this already.")
        raise Unacceptable(words, fields={"kind": words})
    before = row.promised_on if row is not None else None
    if row is None:
        row = Utility(
            project_id=project.id,
            site_id=site.id,
            kind=said.kind,
            first_promised_on=said.promised_on,
        )
        db.session.add(row)
    row.supplier, row.owner_id, row.words = said.supplier, said.owner, said.words
    row.promised_on = said.promised_on
    data: dict[str, Any] = {"utility": said.kind, "day": said.promised_on.isoformat()}
    if before is not None:
        data["before"] = before.isoformat()
    PROJECT_FLOW.record(project, "promise", by=by, data=data)
    if said.owner != by.id:
        notices.notify(
            [said.owner],
            N_("You see to a utility of the project “%(name)s”."),
            url=f"/projects/{project.id}/ground",
            name=project.name,
        )
    return row


def connected(
    project: Project, row: Utility, done_on: date, *, by: Actor, base_version: int | None
) -> None:
    """The utility is there since a day."""
    hold(project, base_version)
    if row.done_on is not None:
        raise NotOpen(_l("The site has this already."))
    if done_on > days.today():
        words = _l("This day is still to come.")
        raise Unacceptable(words, fields={"done_on": words})
    row.done_on = done_on
    data = {"utility": row.kind, "day": done_on.isoformat()}
    PROJECT_FLOW.record(project, "connected", by=by, data=data)


def _under(project: Project, ground: Polygon) -> Site:
    """The site that has most of this ground."""
    shares = [(shape_of(site.geom).intersection(ground).area, site) for site in project.sites]
    most = max(shares, key=lambda each: each[0], default=None)
    if most is None or most[0] < LEAST_M2:
        words = _l("This does not lie on the site of the project.")
        raise Unacceptable(words, fields={"corners": words})
    return most[1]


def _cut(site: Site, ground: Polygon) -> Polygon:
    taken = union_all([shape_of(each.geom) for each in queries.others(site.id)])
    left = shape_of(site.geom).intersection(ground).difference(taken)
    parts = sorted(getattr(left, "geoms", [left]), key=lambda each: -each.area)
    parts = [each for each in parts if each.geom_type == "Polygon" and each.area >= LEAST_M2]
    if not parts:
        words = _l("Other parcels lie here already.")
        raise Unacceptable(words, fields={"corners": words})
    if len(parts) > 1:
        words = _l("This would be a parcel in several pieces. Draw each of them.")
        raise Unacceptable(words, fields={"corners": words})
    whole: Polygon = parts[0]
    return whole


def _site(project: Project, key: int | None) -> Site:
    found = next((site for site in project.sites if key in (None, site.id)), None)
    if found is None:
        words = _l("Draw the site first.")
        raise Unacceptable(words, fields={"site": words})
    return found


def _amounts(said: ParcelForm | SurveyForm) -> dict[str, int]:
    return {name: getattr(said, name) for name in AMOUNTS}


def _still_open(project: Project) -> None:
    if project.state == ProjectState.ARCHIVED:
        raise NotOpen(_l("This project is archived."))
