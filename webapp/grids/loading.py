"""The installation's geodata, loaded once into the database: units, grids, cells, named places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from geoalchemy2.shape import from_shape
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from webapp.base.db import db
from webapp.base.spatial import SRID, layer_rows, metric, to_lonlat
from webapp.grids import actions, bulk, queries, stops
from webapp.grids.actions import Drawn
from webapp.grids.models import Place, Unit, UnitCode
from webapp.grids.rules import KIND_LETTERS, GridKind, PlaceKind, UnitKind
from webapp.travel import loading as roads, queries as travel

DEFAULT_PACKAGE = Path(__file__).parents[2] / "geodata" / "dajijia.gpkg"

# Words for kinds as they stand in the package.
KINDS = {
    "community": GridKind.COMMUNITY,
    "unrelocated": GridKind.VILLAGE,
    "industry": GridKind.INDUSTRY,
    "relocated": GridKind.RELOCATED,
}

PLACE_LAYERS = {
    "workstations": PlaceKind.WORKSTATION,
    "villages": PlaceKind.VILLAGE,
    "enterprises": PlaceKind.ENTERPRISE,
    "project_sites": PlaceKind.PROJECT_SITE,
    "cameras": PlaceKind.CAMERA,
    "sampling_points": PlaceKind.SAMPLING_POINT,
    "fishing_ports": PlaceKind.FISHING_PORT,
}

ABOVE = (
    (UnitKind.CITY, "烟台市", "Yantai", "370600", "gb2260"),
    (UnitKind.DISTRICT, "烟台经济技术开发区", "Yantai Development Zone", "370672", "nbs_2018"),
)

Progress = Callable[[str], None]


def begin(name: str, code: str) -> dict[str, int]:
    """The subdistrict is there, by name and statistical code, and waits for borders of its own.

    Answers as `load` does; an installation that has begun already stays as it is.
    """
    if queries.root() is None:
        _unit(UnitKind.SUBDISTRICT, name, None, {"nbs_2023": code})
    return queries.sizes()


def load(package: Path, *, say: Progress) -> dict[str, int]:
    """The package is in the database, unless the installation has begun already.

    Answers how many of each thing there are now. Runs in the caller's transaction.
    """
    if queries.root() is None:
        say("units")
        subdistrict = _units(package)
        say("grids and unit cells")
        _grids(package, subdistrict)
        say("places")
        _places(package)
    elif queries.active_set() is not None and not queries.has_runs():
        say("squares")
        bulk.renew_runs()
    if (made := queries.active_set()) is not None and made.source_name == package.name:
        _roads(package, say)
        stops.keep(made)
    return queries.sizes()


def _units(package: Path) -> Unit:
    above: Unit | None = None
    for kind, name, english, code, system in ABOVE:
        above = _unit(kind, name, above, {system: code}, english=english)
    facts = layer_rows(package, "subdistrict")[0]
    codes = {
        "nbs_2023": facts["code_2023"],
        "nbs_2018": facts["code_2018_2022"],
        "civil_affairs": facts["mca_code"],
    }
    street = _unit(UnitKind.SUBDISTRICT, facts["name"], above, codes, source=facts["provenance"])
    for row in layer_rows(package, "communities"):
        local = row["code"][9:] >= "900"
        system = "local" if local else "nbs_2018"
        _unit(
            UnitKind.COMMUNITY,
            row["name"],
            street,
            {system: row["code"]},
            source=row["provenance"],
            provisional=local,
        )
    return street


def _unit(
    kind: UnitKind,
    name: str,
    parent: Unit | None,
    codes: dict[str, str],
    *,
    english: str | None = None,
    source: str | None = None,
    provisional: bool = False,
) -> Unit:
    unit = Unit(kind=kind, name=name, name_en=english, parent=parent, provenance=source)
    unit.codes = [
        UnitCode(system=system, code=code, source=source, provisional=provisional)
        for system, code in codes.items()
    ]
    db.session.add(unit)
    db.session.flush()
    return unit


def _grids(package: Path, subdistrict: Unit) -> None:
    named = select(Unit.name, Unit.id).where(Unit.kind == UnitKind.COMMUNITY)
    communities = {name: key for name, key in db.session.execute(named)}
    counted: dict[GridKind, int] = {}
    drawn = []
    for row in sorted(layer_rows(package, "grids"), key=lambda each: str(each["code"])):
        kind = KINDS[row["kind"]]
        counted[kind] = counted.get(kind, 0) + 1
        drawn.append(
            Drawn(
                code=row["code"],
                name=row["name"],
                kind=kind,
                community_id=communities[row["community"]],
                geom=metric(row["geometry"]),
                display_code=f"DJJ-{KIND_LETTERS[kind]}-{counted[kind]:03d}",
                provenance=row["provenance"],
            )
        )
    made = actions.draft(
        title="示意边界",
        grids=drawn,
        unit=subdistrict,
        by=None,
        illustrative=True,
        source_name=package.name,
    )
    actions.activate(made, by=None)


def _places(package: Path) -> None:
    rows = []
    for layer, kind in PLACE_LAYERS.items():
        for row in layer_rows(package, layer):
            spot = metric(row.pop("geometry").representative_point())
            name = row.pop("name")
            source = row.pop("provenance", None)
            lon, lat = to_lonlat(spot.x, spot.y)
            facts = {key: value for key, value in row.items() if value is not None}
            rows.append(
                {
                    "kind": kind,
                    "name": name,
                    "facts": facts,
                    "provenance": source,
                    "geom": from_shape(spot, srid=SRID),
                    "raw_lon": lon,
                    "raw_lat": lat,
                    "datum": "wgs84",
                }
            )
    db.session.execute(insert(Place).on_conflict_do_nothing(), rows)


def _roads(package: Path, say: Progress) -> None:
    """The roads that belong to these borders are in use, unless there are some already."""
    if travel.version() is None:
        say("roads")
        roads.from_package(package)
