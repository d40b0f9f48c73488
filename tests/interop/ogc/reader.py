"""A program of another maker that reads collections, and cases that stand where a test wants them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import update

from tests.interop.open311.clients import filed
from tests.world import World
from webapp.base.db import db
from webapp.base.spatial import point, shape_of, to_lonlat
from webapp.cases.models import Case
from webapp.grids import queries as grids
from webapp.grids.models import Grid
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind
from webapp.people import actions as people
from webapp.people.actors import Person
from webapp.people.models import Account

OGC = "/ogc"
CASES = f"{OGC}/collections/cases"


def told(client: FlaskClient, address: str, status: int = 200, **asked: Any) -> Any:
    """What an address answers as JSON."""
    answer = client.get(address, query_string=asked or None)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json(force=True)


def keys(page: dict[str, Any]) -> list[Any]:
    """The keys of the features of a page, in its order."""
    return [each["id"] for each in page["features"]]


def link(document: dict[str, Any], rel: str) -> str | None:
    """Where a link of a document leads."""
    return next((each["href"] for each in document["links"] if each["rel"] == rel), None)


def walked(client: FlaskClient, address: str, **asked: Any) -> list[Any]:
    """The keys of all pages, one after the other."""
    page = told(client, address, **asked)
    found = keys(page)
    while (on := link(page, "next")) is not None:
        page = told(client, on.removeprefix("http://localhost"))
        assert page["features"], "no page but a first one is empty"
        found += keys(page)
    return found


def case_at(world: World, lon: float, lat: float, **more: Any) -> Case:
    """A public case at a point, degrees WGS 84; `received_at` says when it came in."""
    received: datetime | None = more.pop("received_at", None)
    case = filed(world, **more)
    values: dict[str, Any] = {"geom": point(lon, lat)}
    if received is not None:
        values["received_at"] = received
    db.session.execute(update(Case).where(Case.id == case.id).values(**values))
    db.session.commit()
    return case


def camera(grid: Grid, name: str, *, bearing: float | None = 90.0) -> Camera:
    """A camera in a grid."""
    version = grids.version_of(grid)
    assert version is not None
    at = shape_of(version.geom).representative_point()
    lon, lat = to_lonlat(at.x, at.y)
    said = Described(
        name=name, kind=CameraKind.FIXED, lon=lon, lat=lat, bearing=bearing, fov=60, range_m=100
    )
    found = cameras.register(said, source="test", external_id=uuid.uuid4().hex, by=None)
    db.session.commit()
    return found


def bearer(person: Person, *scopes: str) -> dict[str, str]:
    """The header of a program that acts for somebody."""
    account = db.session.get(Account, person.id)
    assert account is not None
    _token, secret = people.issue_token(
        name=f"gis {uuid.uuid4().hex[:8]}", scopes=scopes, account=account, by=None
    )
    db.session.commit()
    return {"Authorization": f"Bearer {secret}"}
