"""Roads from a GeoPackage, and from an extract of OpenStreetMap by osm2pgrouting."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import shapely
from flask_babel import lazy_gettext as _l
from sqlalchemy import text

from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.spatial import layer_rows, metric
from webapp.travel import actions, queries
from webapp.travel.actions import Edge

# The tables that osm2pgrouting makes lie in a schema of their own, which is gone afterwards.
_SCHEMA = "osm_roads"

# osm2pgrouting's words for one-way: 1 along the line, -1 against it, 2 both; 0 unknown, 3 reversible.
_ONEWAY = {1: 1, -1: -1}
_DEFAULT_KMH = 30.0

OSM = "© OpenStreetMap contributors, ODbL 1.0"


def from_package(package: Path, layer: str = "roads") -> int:
    """The roads of a GeoPackage (WGS 84) are in use; answers how many pieces. Raises `DataSourceError`."""
    rows = layer_rows(package, layer)
    edges = (
        Edge(
            source=row["source"],
            target=row["target"],
            road_class=row["cls"],
            name=row["name"],
            length_m=float(row["length_m"]),
            speed_kmh=float(row["speed_kmh"]),
            line=metric(row["geometry"]),
        )
        for row in rows
    )
    return actions.replace_roads(
        edges, source=package.name, provenance=rows[0]["provenance"] if rows else None
    )


def from_osm(file: Path) -> int:
    """The roads of an extract of OpenStreetMap (.osm) are in use; answers how many pieces.

    Debian's osm2pgrouting cuts them at their crossings, in a connection and a schema of its own: what
    was done before is committed. Raises `Unacceptable` when it is missing or the file holds no roads.
    """
    program = shutil.which("osm2pgrouting")
    if program is None:
        raise Unacceptable(_l("The program osm2pgrouting is missing: install its Debian package."))
    _say(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE", f"CREATE SCHEMA {_SCHEMA}")
    try:
        _cut(program, file)
        found = _ways() if queries.has_table(f"{_SCHEMA}.ways") else []
        if not found:
            raise Unacceptable(_l("There are no roads in this file."))
        return actions.replace_roads(found, source=file.name, provenance=OSM)
    finally:
        db.session.execute(text(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE"))


def _say(*statements: str) -> None:
    for statement in statements:
        db.session.execute(text(statement))
    db.session.commit()


def _cut(program: str, file: Path) -> None:
    """Runs osm2pgrouting on the file; its tables are in our schema."""
    url = db.engine.url
    host = url.host or str(url.query.get("host", "localhost"))
    command = [program, "--file", str(file), "--schema", _SCHEMA, "--clean", "--host", host]
    command += [
        "--dbname",
        str(url.database),
        "--port",
        str(url.port or url.query.get("port", 5432)),
    ]
    command += ["--username", url.username] if url.username else []
    environment = {**os.environ, "PGPASSWORD": url.password or os.environ.get("PGPASSWORD", "")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Unacceptable(
            _l("osm2pgrouting could not read the file: %(why)s", why=" ".join(last) or "?")
        )


def _ways() -> list[Edge]:
    found = []
    for row in queries.ways(_SCHEMA):
        source, target, road_class, name, metres, kmh, oneway, line = row
        found.append(
            Edge(
                source=source,
                target=target,
                road_class=road_class,
                name=name,
                length_m=metres,
                speed_kmh=kmh if kmh and kmh > 0 else _DEFAULT_KMH,
                line=metric(shapely.from_wkb(bytes(line))),
                oneway=_ONEWAY.get(oneway, 0),
            )
        )
    return found
