"""Many cameras at once: from the geodata, or from a file that is kept as a whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from flask import current_app

from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.datum import Datum
from webapp.base.spatial import layer_rows
from webapp.grids.loading import DEFAULT_PACKAGE
from webapp.monitoring.cameras import actions, queries, reading
from webapp.monitoring.cameras.forms import Described, RowForm
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind, Privacy
from webapp.people import workbook
from webapp.people.workbook import Fault

GEODATA = "geodata"

# Without new ones the place and the addresses of a camera stay by themselves.
_NOT_KEPT = frozenset(("lon", "lat", "datum", "stream", "snapshot", "webrtc", "no_addresses"))


@dataclass(frozen=True)
class Built:
    """How cameras of a kind of place of the geodata are taken to be built."""

    kind: CameraKind
    privacy: Privacy
    mount_height_m: float


# The geodata say where a camera looks and how far, not how it is built.
BUILT: Mapping[str, Built] = {
    "forest": Built(CameraKind.PTZ, Privacy.PUBLIC, 25),
    "reservoir": Built(CameraKind.PTZ, Privacy.PUBLIC, 12),
    "port": Built(CameraKind.PTZ, Privacy.PUBLIC, 20),
    "enterprise": Built(CameraKind.FIXED, Privacy.SHARED, 5),
    "project": Built(CameraKind.DOME, Privacy.SHARED, 8),
    "village": Built(CameraKind.FIXED, Privacy.SENSITIVE, 5),
    "community": Built(CameraKind.DOME, Privacy.SENSITIVE, 4),
    "road": Built(CameraKind.FIXED, Privacy.PUBLIC, 6),
}


@dataclass(frozen=True)
class Outcome:
    """What a file comes to: cameras added and changed, items that are no cameras, and what is wrong."""

    added: int
    changed: int
    passed: int
    faults: list[Fault]


def load_places(package: Path = DEFAULT_PACKAGE) -> int:
    """Every camera of the geodata is in the catalogue, where these are ours; answers how many were added."""
    settings: Settings = current_app.extensions["settings"]
    if settings.elsewhere:
        return 0
    known = queries.of_source(GEODATA)
    rows = layer_rows(package, "cameras")
    named = Counter(row["name"] for row in rows)
    made = 0
    for row in rows:
        number = str(row["code"])
        if number not in known:
            # Forty crossroads have one name.
            name = row["name"] if named[row["name"]] == 1 else f"{row['name']} {number}"
            actions.register(_described(row, name), source=GEODATA, external_id=number, by=None)
            made += 1
    return made


def carry_out(body: bytes, *, source: str, datum: Datum, by: Actor) -> Outcome:
    """The cameras of a file are in the catalogue; with a fault in any row nothing of it is kept.

    `datum` is that of rows which name none. A camera that the source has already is changed.
    """
    entries, faults, passed = reading.read(body)
    known = queries.of_source(source)

    def keep(form: RowForm) -> bool:
        said = form.described()
        if "datum" not in form.model_fields_set:
            said = replace(said, datum=datum)
        camera = known.get(form.code)
        new = camera is None
        if camera is None:
            camera = actions.register(said, source=source, external_id=form.code, by=by)
            known[form.code] = camera
        else:
            said = merged(camera, said, form.model_fields_set | {"datum"})
            actions.change(camera, said, base_version=None, by=by)
        if form.status is not None:
            actions.hear(camera, form.status, by=by)
        return new

    rows = ((each.row, each.form) for each in entries)
    kept = workbook.whole_or_none(rows, reading.COLUMNS, keep, wrong=faults)
    return Outcome(kept.added, kept.changed, passed, kept.faults)


def merged(camera: Camera, said: Described, told: Set[str]) -> Described:
    """What is told anew; of the rest, what is known of the camera already."""
    kept = {
        each.name: getattr(camera, each.name)
        for each in fields(Described)
        if each.name not in told and each.name not in _NOT_KEPT
    }
    return replace(said, **kept)


def _described(row: Mapping[str, Any], name: str) -> Described:
    built = BUILT.get(row["kind"], BUILT["road"])
    return Described(
        name=name,
        kind=built.kind,
        privacy=built.privacy,
        mount_height_m=built.mount_height_m,
        lon=row["geometry"].x,
        lat=row["geometry"].y,
        bearing=row["heading"],
        fov=row["fov"],
        range_m=row["range_m"],
        provenance=row["provenance"],
    )
