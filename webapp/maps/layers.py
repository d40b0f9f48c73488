"""The one table of layers: what is drawn, who may see it, how it is answered, where it is a list."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Self

import shapely
from flask import Response, abort
from flask_babel import get_locale, lazy_gettext as _l
from flask_babel.speaklater import LazyString
from pydantic import Field, field_validator

from webapp.base import clock
from webapp.base.access import may, me
from webapp.base.past import reached, zoned
from webapp.base.spatial import HELD
from webapp.base.then import as_of
from webapp.base.web import Form
from webapp.cases.desk.forms import Wish as Queue
from webapp.cases.residents import queries as residents
from webapp.grids import queries as grids
from webapp.grids.rules import INTERNAL_PLACES, PLACE_WORDS, PlaceKind, SetState
from webapp.maps import queries
from webapp.maps.packed import FOR_EVER, Packed
from webapp.maps.past import replaying as past
from webapp.monitoring.alarms import listing as alarms
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.danger import shown as danger
from webapp.monitoring.danger.muster import queries as muster
from webapp.monitoring.safety import queries as safety
from webapp.ports import queries as fishing
from webapp.ports.sea import sighting
from webapp.projects import queries as projects

# So many points are sent at once; when there are more the answer says so.
LIMIT = 5000

# Boxes are widened to multiples of this (degrees), so that small moves ask for the same box.
SNAP = 0.01

# Sets whose outlines a process keeps ready.
KEPT_SETS = 4

Lon = Annotated[float, Field(ge=-360, le=360)]
Lat = Annotated[float, Field(ge=-90, le=90)]


class Wish(Form):
    """What a map asks of a layer: a box, one thing, the borders of a set or of a moment, a queue."""

    bbox: tuple[Lon, Lat, Lon, Lat] | None = None
    id: int | None = None
    set: int | None = None
    at: datetime | None = None
    # How it was at a moment; None: how it is.
    as_of: datetime | None = None
    # How the queue beside the map is narrowed, by the words of its address; None: the map stands alone.
    queue: Queue | None = None

    @field_validator("bbox", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    @field_validator("at", "as_of", mode="after")
    @classmethod
    def _zoned(cls, value: datetime | None) -> datetime | None:
        return zoned(value)

    @classmethod
    def asked(cls, address: dict[str, str]) -> Self:
        """The wish of an address; what it says beside the words of a map is how the queue is narrowed."""
        words = Queue.model_fields.keys() - cls.model_fields.keys()
        said = {name: value for name, value in address.items() if name in words}
        return cls.of({**address, "queue": Queue.asked(said) if said else None})

    @property
    def box(self) -> queries.Box | None:
        """The box, widened to the next multiples of `SNAP`, within what the storage CRS can hold."""
        if self.bbox is None:
            return None
        west, south, east, north = self.bbox
        # Farther away than the CRS holds there is nothing to draw.
        return (
            max(math.floor(west / SNAP) * SNAP, HELD[0]),
            max(math.floor(south / SNAP) * SNAP, HELD[1]),
            min(math.ceil(east / SNAP) * SNAP, HELD[2]),
            min(math.ceil(north / SNAP) * SNAP, HELD[3]),
        )


@dataclass(frozen=True)
class Layer:
    """A row of the table.

    `shape` is `area`, `point` or `none` (only figures); `icon` is drawn on a point; `from_zoom` is
    the scale from which it is drawn; `list_at` is the page that says the same without a map.
    """

    name: str
    title: LazyString
    right: str
    answer: Callable[[Wish], Response]
    shape: str
    list_at: str
    icon: str = ""
    from_zoom: int = 0
    # How it was at a moment, where its own log tells it; None: by the rows of then.
    past: Callable[[Wish], Response] | None = None
    # An area that every map may show, under this class; None: only pages of its own do.
    look: str | None = None


def answer(layer: Layer, wish: Wish) -> Response:
    """The layer as it is, or as it was at the moment that is asked for.

    Raises `NotKept` where its past is not known then: the present never stands for it.
    """
    if wish.as_of is None:
        return layer.answer(wish)
    if layer.past is not None:
        return layer.past(wish)
    with as_of(reached(wish.as_of)):
        return layer.answer(wish)


_outlines: OrderedDict[int, Packed] = OrderedDict()


def _grids(wish: Wish) -> Response:
    at = wish.as_of or wish.at
    if at is not None:
        return Packed.of_json(_collection(grids.borders_geojson(at=at))).answer(shared=True)
    in_force = queries.territory().set_id
    asked = wish.set if wish.set is not None else in_force
    if asked is None:
        return Packed.of_json(_collection([])).answer(shared=True)
    if asked == in_force:
        kept = FOR_EVER if wish.set else 0
        return outlines(asked).answer(kept_s=kept, shared=True)
    other = grids.set_by_id(asked)
    if other is None or not (other.state == SetState.RETIRED or may(me(), "grids.draw", other)):
        abort(404)
    return Packed.of_json(_collection(grids.borders_geojson(set_id=asked))).answer()


def outlines(set_id: int) -> Packed:
    """The light borders of the set in force, made once for each process."""
    made = _outlines.get(set_id)
    if made is None:
        made = Packed.of_json(_collection(grids.borders_geojson(set_id=set_id)))
        _outlines[set_id] = made
        while len(_outlines) > KEPT_SETS:
            _outlines.popitem(last=False)
    return made


def _collection(rows: list[Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [_feature(row) for row in rows]}


def _feature(row: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row.grid_id,
        "properties": {
            "code": row.display_code or row.code,
            "name": row.name,
            "kind": row.kind,
            "community": row.community,
            "area": round(row.area_m2),
            "at": _middle(row.geometry),
        },
        "geometry": row.geometry,
    }


def _middle(geometry: dict[str, Any]) -> list[float]:
    """Where the name of an area has most room, degrees."""
    shape = shapely.geometry.shape(geometry)
    # A degree of longitude is shorter than one of latitude; without this the room would be measured askew.
    narrow = math.cos(math.radians(shape.centroid.y))
    even: Any = shapely.transform(shape, lambda at: at * [narrow, 1.0])
    x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(even, 1e-5))[0]
    return [round(x / narrow, 5), round(y, 5)]


def _points(fields: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    more = len(rows) > LIMIT
    return {"fields": fields, "rows": rows[:LIMIT], "limit": LIMIT, "more": more}


def _cases(wish: Wish) -> Response:
    rows = queries.case_points(
        me(),
        box=wish.box,
        case_id=wish.id,
        queue=wish.queue,
        language=get_locale().language,
        limit=LIMIT,
    )
    fields = ["id", "lon", "lat", "mark", "name", "number", "grid"]
    return Packed.of_json(_points(fields, rows), once=True).answer()


def _as_of(name: str, wish: Wish) -> Response:
    rows = past.at(me(), name, reached(wish.as_of or clock.now()))
    if wish.box is not None:
        west, south, east, north = wish.box
        rows = [row for row in rows if west <= row[1] <= east and south <= row[2] <= north]
    if wish.id is not None:
        rows = [row for row in rows if row[0] == wish.id]
    fields = ["id", "lon", "lat", "mark", "name", "number", "grid"]
    return Packed.of_json(_points(fields, rows), once=True).answer()


def _counts_as_of(wish: Wish) -> Response:
    """Open and late cases of each grid as they were; who was on watch then is not told."""
    loads: dict[int, list[int]] = {}
    for *_front, mark, _name, _number, grid in past.at(
        me(), "cases", reached(wish.as_of or clock.now())
    ):
        if grid is not None:
            load = loads.setdefault(grid, [0, 0])
            load[0] += 1
            load[1] += mark == "late"
    rows = [[grid, *load, None] for grid, load in sorted(loads.items())]
    return Packed.of_json({"fields": ["id", "open", "late", "worker"], "rows": rows}).answer()


def _public_cases(wish: Wish) -> Response:
    rows = residents.public_points(
        box=wish.box, case_id=wish.id, language=get_locale().language, limit=LIMIT
    )
    return Packed.of_json(_points(["id", "lon", "lat", "name", "grid", "number"], rows)).answer()


def _counts(wish: Wish) -> Response:
    who = me()
    load = queries.load_by_grid(who)
    workers = queries.workers_by_grid() if may(who, "grids.see_inside") else {}
    rows = [
        [grid, *load.get(grid, [0, 0]), workers.get(grid)] for grid in sorted({*load, *workers})
    ]
    fields = ["id", "open", "late", "worker"]
    return Packed.of_json({"fields": fields, "rows": rows}).answer()


def _places(kind: PlaceKind, wish: Wish) -> Response:
    rows = queries.place_points(kind, limit=LIMIT)
    points = _points(["id", "lon", "lat", "name", "grid"], rows)
    return Packed.of_json(points).answer(shared=kind not in INTERNAL_PLACES)


def _cameras(wish: Wish) -> Response:
    rows = cameras.points(me(), limit=LIMIT)
    return Packed.of_json(_points(["id", "lon", "lat", "name", "grid"], rows)).answer()


def _alarms(wish: Wish) -> Response:
    rows = alarms.points(me(), limit=LIMIT)
    return Packed.of_json(_points(["id", "lon", "lat", "name", "grid"], rows)).answer()


def _safety(wish: Wish) -> Response:
    rows = safety.on_map(me(), limit=LIMIT)
    return Packed.of_json(_points(["id", "lon", "lat", "name", "grid"], rows)).answer()


def _ports(wish: Wish) -> Response:
    rows = fishing.port_points(me(), limit=LIMIT)
    return Packed.of_json(_points(["id", "lon", "lat", "name", "grid"], rows)).answer()


def _vessels(wish: Wish) -> Response:
    rows = sighting.on_map(me(), limit=LIMIT)
    fields = ["id", "lon", "lat", "name", "grid", "number", "mark", "words"]
    return Packed.of_json(_points(fields, rows), once=True).answer()


def _projects(wish: Wish) -> Response:
    rows = projects.points(me(), limit=LIMIT)
    return Packed.of_json(_points(["id", "lon", "lat", "name", "grid"], rows)).answer()


def _sectors(wish: Wish) -> Response:
    """What cameras see; of one of them also what buildings hide from it."""
    seen = cameras.sectors(me(), camera_id=wish.id, limit=LIMIT)
    whole = cameras.whole_sector(me(), wish.id) if wish.id is not None else []
    features = [
        {
            "type": "Feature",
            "id": row.id,
            "properties": {"name": row.name, "status": status},
            "geometry": row.geometry,
        }
        for row, status in ((row, row.status) for row in seen)
    ]
    features += [
        {
            "type": "Feature",
            "properties": {"name": row.name, "status": "whole"},
            "geometry": row.geometry,
        }
        for row in whole
    ]
    return Packed.of_json({"type": "FeatureCollection", "features": features}).answer()


def _danger(wish: Wish) -> Response:
    """Where it is dangerous now, and where people are to go meanwhile."""
    features = danger.on_map()
    if features and may(me(), "muster.see"):
        features += [
            {
                "type": "Feature",
                "properties": {"what": "muster", "name": name},
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
            }
            for _key, lon, lat, name, _grid in muster.on_map(limit=LIMIT, safe=True)
        ]
    return Packed.of_json({"type": "FeatureCollection", "features": features}).answer()


def _muster(wish: Wish) -> Response:
    rows = muster.on_map(limit=LIMIT)
    return Packed.of_json(_points(["id", "lon", "lat", "name", "grid"], rows)).answer()


PLACE_LAYERS: dict[str, tuple[PlaceKind, dict[str, Any]]] = {
    "workstations": (PlaceKind.WORKSTATION, {"icon": "building-community"}),
    "villages": (PlaceKind.VILLAGE, {"icon": "home", "from_zoom": 13}),
    "enterprises": (PlaceKind.ENTERPRISE, {"icon": "building-factory-2", "from_zoom": 12}),
    "project_sites": (PlaceKind.PROJECT_SITE, {"icon": "crane", "from_zoom": 12}),
    "sampling_points": (PlaceKind.SAMPLING_POINT, {"icon": "test-pipe", "from_zoom": 12}),
    "fishing_ports": (PlaceKind.FISHING_PORT, {"icon": "anchor"}),
}

LAYERS: dict[str, Layer] = {
    layer.name: layer
    for layer in (
        Layer(
            "grids",
            _l("Grids"),
            "grids.see",
            _grids,
            shape="area",
            list_at="/grids",
            past=_grids,
        ),
        Layer(
            "counts",
            _l("Open cases"),
            "maps.load",
            _counts,
            shape="none",
            list_at="/grids",
            past=_counts_as_of,
        ),
        Layer(
            "cases",
            _l("Cases"),
            "maps.load",
            _cases,
            shape="point",
            list_at="/cases",
            past=partial(_as_of, "cases"),
        ),
        Layer(
            "public_cases",
            _l("Public cases"),
            "public.read",
            _public_cases,
            shape="point",
            list_at="/public/cases",
            icon="message-report",
        ),
        *(
            Layer(
                name,
                PLACE_WORDS[kind],
                "grids.see_inside" if kind in INTERNAL_PLACES else "grids.see",
                partial(_places, kind),
                shape="point",
                list_at=f"/grids/places?kind={kind}",
                **look,
            )
            for name, (kind, look) in PLACE_LAYERS.items()
        ),
        Layer(
            "cameras",
            _l("Cameras"),
            "cameras.see",
            _cameras,
            shape="point",
            list_at="/cameras",
            icon="device-cctv",
            from_zoom=14,
        ),
        Layer(
            "safety",
            _l("Safety of enterprises"),
            "safety.see",
            _safety,
            shape="point",
            list_at="/safety/enterprises",
            icon="shield-check",
            from_zoom=12,
        ),
        Layer(
            "ports",
            _l("Fishing ports"),
            "ports.see",
            _ports,
            shape="point",
            list_at="/ports",
            icon="anchor",
        ),
        Layer(
            "vessels",
            _l("Vessels at sea"),
            "voyages.see",
            _vessels,
            shape="point",
            list_at="/voyages",
            icon="sailboat",
        ),
        Layer(
            "projects",
            _l("Projects"),
            "projects.list",
            _projects,
            shape="point",
            list_at="/projects",
            icon="crane",
            past=partial(_as_of, "projects"),
        ),
        Layer(
            "danger_zones",
            _l("Danger zones in force"),
            "danger.see",
            _danger,
            shape="area",
            list_at="/danger",
            look="danger-zone",
        ),
        Layer(
            "muster_points",
            _l("Muster points"),
            "muster.see",
            _muster,
            shape="point",
            list_at="/muster-points",
            icon="users-group",
            from_zoom=12,
        ),
        Layer(
            "camera_sectors",
            _l("What cameras see"),
            "cameras.see",
            _sectors,
            shape="area",
            list_at="/cameras",
        ),
        Layer(
            "alarms",
            _l("Alarms"),
            "alarms.see",
            _alarms,
            shape="point",
            list_at="/alarms",
            icon="bell-ringing",
            past=partial(_as_of, "alarms"),
        ),
    )
}
