"""The one table of collections. Who may see one, and what it is called, comes from the table of layers."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from webapp.base.access import RIGHTS
from webapp.cases.publishing import SHOWN_WORDS
from webapp.cases.told.models import ToldCase
from webapp.grids.models import BoundarySet, Grid, GridVersion, Place, Unit, UnitCell
from webapp.grids.rules import KIND_WORDS, PlaceKind, SetState, UnitKind
from webapp.interop.ogc import told_queries
from webapp.interop.ogc.collection import Collection, Column, Told
from webapp.interop.ogc.queries import community_shapes
from webapp.interop.ogc.rules import Kind, Shape
from webapp.maps.layers import LAYERS
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import (
    KIND_WORDS as CAMERA_KINDS,
    STATUS_WORDS as CAMERA_STATUSES,
)
from webapp.points.models import ServicePoint
from webapp.points.rules import TEMPLATES, Template
from webapp.projects.models import Project
from webapp.projects.rules import KIND_WORDS as PROJECT_KINDS, PROJECT_FLOW
from webapp.relocation.models import RelocationHousehold
from webapp.relocation.rules import RELOCATION_FLOW
from webapp.travel.models import RoadEdge, RoadNetwork

_COMMUNITY = aliased(Unit)

GRID_CODE = _l("Code of the grid")
GRID_NAME = _l("Name of the grid")
COMMUNITY = _l("Community")
NAME = _l("Name")

_IN_FORCE = (
    (GridVersion, GridVersion.grid_id == Grid.id),
    (BoundarySet, BoundarySet.id == GridVersion.set_id),
    (_COMMUNITY, _COMMUNITY.id == Grid.community_id),
)


def _words(table: Any) -> dict[str, Any]:
    return {str(getattr(value, "value", value)): words for value, words in table.items()}


def _in_grid(model: Any) -> tuple[Any, Any]:
    return Grid, Grid.id == model.grid_id


def _of_grid() -> tuple[Column, ...]:
    return (
        Column("grid", GRID_CODE, Kind.TEXT, Grid.display_code, asked=True),
        Column("grid_name", GRID_NAME, Kind.TEXT, Grid.name, asked=True),
    )


def _grids() -> Collection:
    return Collection(
        name="grids",
        title=LAYERS["grids"].title,
        words=_l(
            "Governance grids by the borders in force: one for each place where people stand."
        ),
        right=LAYERS["grids"].right,
        start=Grid,
        joins=_IN_FORCE,
        rows=lambda _who: (BoundarySet.state == SetState.ACTIVE,),
        key=Grid.id,
        geometry=GridVersion.geom,
        light=func.coalesce(GridVersion.geom_light, GridVersion.geom),
        shape=Shape.POLYGON,
        temporal="since",
        page="/grids/{code}",
        columns=(
            Column("code", GRID_CODE, Kind.TEXT, Grid.display_code, asked=True),
            Column("full_code", _l("Full code"), Kind.TEXT, Grid.code, asked=True),
            Column("name", NAME, Kind.TEXT, Grid.name, asked=True),
            Column(
                "kind",
                _l("Kind of grid"),
                Kind.TEXT,
                Grid.kind,
                asked=True,
                values=_words(KIND_WORDS),
            ),
            Column("community", COMMUNITY, Kind.TEXT, _COMMUNITY.name, asked=True),
            Column(
                "area_m2", _l("Area (m²)"), Kind.NUMBER, func.round(GridVersion.area_m2), asked=True
            ),
            Column(
                "since",
                _l("In force since"),
                Kind.MOMENT,
                func.lower(GridVersion.valid),
                asked=True,
            ),
            Column(
                "illustrative",
                _l("Illustrative, not a survey result"),
                Kind.BOOLEAN,
                BoundarySet.illustrative,
            ),
            Column(
                "households",
                _l("Households"),
                Kind.INTEGER,
                Grid.households,
                right="grids.see_inside",
            ),
            Column(
                "residents", _l("Residents"), Kind.INTEGER, Grid.residents, right="grids.see_inside"
            ),
        ),
    )


def _cells() -> Collection:
    return Collection(
        name="cells",
        title=_l("Unit cells"),
        words=_l("Unit cells of about 10,000 m², with their codes; none crosses a community."),
        right="grids.see",
        start=UnitCell,
        lookups=((_COMMUNITY, _COMMUNITY.id == UnitCell.community_id),),
        rows=lambda _who: (UnitCell.end_date.is_(None),),
        key=UnitCell.code,
        key_kind=Kind.TEXT,
        geometry=UnitCell.geom,
        shape=Shape.POLYGON,
        temporal="since",
        few=False,
        columns=(
            Column("code", _l("Code of the cell"), Kind.TEXT, UnitCell.code, asked=True),
            Column("name", NAME, Kind.TEXT, UnitCell.name),
            Column("community", COMMUNITY, Kind.TEXT, _COMMUNITY.name, asked=True),
            Column("area_m2", _l("Area (m²)"), Kind.NUMBER, func.round(UnitCell.area_m2)),
            Column("land_use", _l("Land use"), Kind.TEXT, UnitCell.land_use),
            Column("since", _l("In force since"), Kind.DATE, UnitCell.initial_date),
        ),
    )


def _communities() -> Collection:
    shapes = community_shapes()
    return Collection(
        name="communities",
        title=_l("Communities"),
        words=_l("Communities, each as the ground of its grids by the borders in force."),
        right="grids.see",
        start=Unit,
        joins=((shapes, shapes.c.community_id == Unit.id),),
        rows=lambda _who: (Unit.kind == UnitKind.COMMUNITY,),
        key=Unit.id,
        geometry=shapes.c.geom,
        shape=Shape.POLYGONS,
        columns=(
            Column("name", NAME, Kind.TEXT, Unit.name, asked=True),
            Column("name_en", _l("Name in English"), Kind.TEXT, Unit.name_en, asked=True),
            Column("grids", _l("Number of grids"), Kind.INTEGER, shapes.c.grids, asked=True),
        ),
    )


def _points(name: str, title: Any, words: Any, template: Template | None) -> Collection:
    one_kind = () if template is None else (ServicePoint.template == template,)
    kinds = {each.value: usual.words for each, usual in TEMPLATES.items()}
    kind = Column("kind", _l("Kind"), Kind.TEXT, ServicePoint.template, asked=True, values=kinds)
    return Collection(
        name=name,
        title=title,
        words=words,
        right="points.read",
        start=ServicePoint,
        lookups=(_in_grid(ServicePoint),),
        rows=lambda _who: (
            ServicePoint.closed_at.is_(None),
            ServicePoint.geom.is_not(None),
            *one_kind,
        ),
        key=ServicePoint.id,
        geometry=ServicePoint.geom,
        shape=Shape.POINT,
        page="/points/{id}",
        columns=(
            Column("name", NAME, Kind.TEXT, ServicePoint.name, asked=True),
            Column("name_en", _l("Name in English"), Kind.TEXT, ServicePoint.name_en, asked=True),
            *(() if template else (kind,)),
            Column("address", _l("Address"), Kind.TEXT, ServicePoint.address, asked=True),
            Column("phone", _l("Phone"), Kind.TEXT, ServicePoint.phone),
            *_of_grid(),
        ),
    )


def _cases() -> Collection:
    told = ToldCase
    return Collection(
        name="cases",
        title=LAYERS["public_cases"].title,
        words=_l(
            "Confirmed cases as the public may know them: nothing about persons, and of homes and"
            " quarrels the place to the next 100 m."
        ),
        right=LAYERS["public_cases"].right,
        start=told,
        key=told.case_id,
        geometry=told.geom,
        shape=Shape.POINT,
        told=Told(
            feature=told.feature,
            px=told.px,
            py=told.py,
            x=told.x,
            y=told.y,
            count=told_queries.how_many,
            changes=told_queries.changes,
            drawn=told_queries.tile,
            gathered=told_queries.gathered,
        ),
        temporal="received_at",
        few=False,
        newest_first=True,
        page="/public/cases/{number}",
        columns=(
            Column("number", _l("Number"), Kind.TEXT, told.number, asked=True),
            Column("class_code", _l("Code of the class"), Kind.TEXT, told.class_code, asked=True),
            Column("class_name", _l("Class"), Kind.TEXT, told.class_name),
            Column(
                "state",
                _l("State"),
                Kind.TEXT,
                told.state,
                asked=True,
                values=_words(SHOWN_WORDS),
            ),
            Column("grid", GRID_CODE, Kind.TEXT, told.grid, asked=True),
            Column("grid_name", GRID_NAME, Kind.TEXT, told.grid_name),
            Column("department", _l("Department"), Kind.TEXT, told.department),
            Column("coarse", _l("Place to the next 100 m only"), Kind.BOOLEAN, told.coarse),
            Column("received_at", _l("Received at"), Kind.MOMENT, told.received_at, asked=True),
            Column("due_at", _l("To be closed by"), Kind.MOMENT, told.due_at),
            Column("closed_at", _l("Closed at"), Kind.MOMENT, told.closed_at),
        ),
    )


def _places(name: str, layer: str, kind: PlaceKind, words: Any) -> Collection:
    return Collection(
        name=name,
        title=LAYERS[layer].title,
        words=words,
        right=LAYERS[layer].right,
        start=Place,
        lookups=(_in_grid(Place),),
        rows=lambda _who: (Place.kind == kind, Place.geom.is_not(None)),
        key=Place.id,
        geometry=Place.geom,
        shape=Shape.POINT,
        columns=(Column("name", NAME, Kind.TEXT, Place.name, asked=True), *_of_grid()),
    )


def _sites() -> Collection:
    plain = _places(
        "project-sites",
        "project_sites",
        PlaceKind.PROJECT_SITE,
        _l("Where something is built. Staff also see the project that stands there."),
    )
    seen = LAYERS["projects"].right
    return Collection(
        **{
            **vars(plain),
            "beside": lambda who: (
                (
                    Project,
                    and_(Project.name == Place.name, RIGHTS["projects.see"].clause(who, Project)),
                ),
            ),
            "columns": (
                *plain.columns,
                Column(
                    "kind",
                    _l("Kind"),
                    Kind.TEXT,
                    Project.kind,
                    right=seen,
                    values=_words(PROJECT_KINDS),
                ),
                Column(
                    "state",
                    _l("State"),
                    Kind.TEXT,
                    Project.state,
                    right=seen,
                    values=_words(PROJECT_FLOW.states),
                ),
            ),
        }
    )


def _cameras() -> Collection:
    return Collection(
        name="cameras",
        title=LAYERS["cameras"].title,
        words=_l(
            "Cameras of the catalogue, for staff: the desk, and workers those of their grids."
        ),
        right=LAYERS["cameras"].right,
        start=Camera,
        lookups=(_in_grid(Camera),),
        rows=lambda who: (
            RIGHTS[LAYERS["cameras"].right].clause(who, Camera),
            Camera.closed_at.is_(None),
            Camera.geom.is_not(None),
        ),
        key=Camera.id,
        geometry=Camera.geom,
        shape=Shape.POINT,
        temporal="status_since",
        page="/cameras/{id}",
        columns=(
            Column("name", NAME, Kind.TEXT, Camera.name, asked=True),
            Column(
                "kind", _l("Kind"), Kind.TEXT, Camera.kind, asked=True, values=_words(CAMERA_KINDS)
            ),
            Column(
                "status",
                _l("State"),
                Kind.TEXT,
                Camera.status,
                asked=True,
                values=_words(CAMERA_STATUSES),
            ),
            Column("status_since", _l("State since"), Kind.MOMENT, Camera.status_since, asked=True),
            Column(
                "bearing", _l("Looks towards (degrees)"), Kind.NUMBER, Camera.bearing, asked=True
            ),
            Column("range_m", _l("Sees as far as (m)"), Kind.NUMBER, Camera.range_m, asked=True),
            *_of_grid(),
        ),
    )


def _roads() -> Collection:
    return Collection(
        name="road-edges",
        title=_l("Roads"),
        words=_l("Pieces of road between two nodes, as travel times are counted on them."),
        right="grids.see",
        start=RoadEdge,
        rows=lambda _who: (
            RoadEdge.network_id == select(func.max(RoadNetwork.id)).scalar_subquery(),
        ),
        key=RoadEdge.id,
        geometry=RoadEdge.geom,
        shape=Shape.LINE,
        few=False,
        columns=(
            Column("name", NAME, Kind.TEXT, RoadEdge.name),
            Column("road_class", _l("Class of the road"), Kind.TEXT, RoadEdge.road_class),
            Column("length_m", _l("Length (m)"), Kind.NUMBER, RoadEdge.length_m),
            Column("speed_kmh", _l("Speed (km/h)"), Kind.NUMBER, RoadEdge.speed_kmh),
            Column("oneway", _l("One way: 1 along, -1 against"), Kind.INTEGER, RoadEdge.oneway),
            Column("source", _l("First node"), Kind.INTEGER, RoadEdge.source),
            Column("target", _l("Last node"), Kind.INTEGER, RoadEdge.target),
        ),
    )


def _parcels() -> Collection:
    house = RelocationHousehold
    return Collection(
        name="household-parcels",
        title=_l("Parcels of relocation households"),
        words=_l("Ground of households that make way for a project, without names, for its team."),
        right="relocation.list",
        start=house,
        joins=((Project, Project.id == house.project_id),),
        lookups=(_in_grid(house),),
        rows=lambda who: (RIGHTS["relocation.see"].clause(who, house),),
        key=house.id,
        geometry=house.parcel,
        shape=Shape.POLYGON,
        temporal="since",
        columns=(
            Column("project", _l("Project"), Kind.TEXT, Project.name, asked=True),
            Column("number", _l("Number"), Kind.INTEGER, house.number, asked=True),
            Column(
                "state",
                _l("State"),
                Kind.TEXT,
                house.state,
                asked=True,
                values=_words(RELOCATION_FLOW.states),
            ),
            Column("since", _l("State since"), Kind.MOMENT, house.since, asked=True),
            Column("house_m2", _l("House (m²)"), Kind.NUMBER, house.house_m2, asked=True),
            Column(
                "greenhouse_m2", _l("Greenhouse (m²)"), Kind.NUMBER, house.greenhouse_m2, asked=True
            ),
            Column("land_m2", _l("Land (m²)"), Kind.NUMBER, house.land_m2, asked=True),
            Column("sketched", _l("Sketched, not surveyed"), Kind.BOOLEAN, house.sketched),
            *_of_grid(),
        ),
    )


COLLECTIONS: dict[str, Collection] = {
    each.name: each
    for each in (
        _grids(),
        _cells(),
        _communities(),
        _points(
            "workstations",
            LAYERS["workstations"].title,
            _l("Workstations where people are served."),
            Template.WORKSTATION,
        ),
        _cases(),
        _cameras(),
        _sites(),
        _points(
            "service-points",
            _l("Service points"),
            _l(
                "Every place where people are served: workstations, halls, sampling points and more."
            ),
            None,
        ),
        _places(
            "ports", "fishing_ports", PlaceKind.FISHING_PORT, _l("Fishing ports along the coast.")
        ),
        _roads(),
        _parcels(),
    )
}
