"""What is done with old lanes: drawn, drawn anew, brought in from a file, taken away."""

from __future__ import annotations

import json

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import audit, clock
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import NotAllowed, Unacceptable
from webapp.base.spatial import metric, stored
from webapp.grids import queries as grids
from webapp.grids.models import Grid
from webapp.people.refusing import refusing
from webapp.relocation.old_doors import lane_queries, queries
from webapp.relocation.old_doors.forms import LaneForm
from webapp.relocation.old_doors.models import OldLane

MOST_BYTES = 4 * 1024 * 1024
MOST_LANES = 500


def draw(village: Grid, said: LaneForm, *, by: Actor) -> OldLane:
    """The lane was there; the same lane since the same year has this line from now on.

    Raises `Unacceptable` where no part of it lies in the grid of the village, `NotAllowed` in a grid that
    is not one's own.
    """
    if not may(by, "old_doors.keep", queries.InVillage(village)):
        raise NotAllowed(_l("This place is in no grid of yours."))
    line, version = metric(said.line), grids.version_of(village)
    if version is None or not version.shape.intersects(line):
        words = _l("No part of this lane lies in the grid of the village.")
        raise Unacceptable(words, fields={"corners": words})
    known = lane_queries.named(village.id, said.name, said.year_from)
    lane = known or OldLane(
        village_id=village.id,
        name=said.name,
        year_from=said.year_from,
        created_at=clock.now(),
        created_by_id=by.id,
    )
    lane.geom, lane.year_until, lane.provenance = stored(line), said.year_until, said.provenance
    lane.version = (lane.version or 0) + 1
    with refusing(uq_old_lane_name=_known()):
        db.session.add(lane)
    _record(lane, "change" if known else "create", by)
    return lane


def take_away(lane: OldLane, *, by: Actor) -> None:
    """The lane is not drawn any more; the log keeps that it was."""
    lock(lane)
    _record(lane, "remove", by)
    db.session.delete(lane)
    db.session.flush()


def bring_in(village: Grid, body: bytes, *, provenance: str, by: Actor) -> int:
    """Each line of a GeoJSON file with a name is a lane of the village; answers how many, all of them or none.

    Its properties: `name`, and perhaps `year_from` and `year_until`.
    """
    if len(body) > MOST_BYTES:
        raise _no(_l("This file is too large."))
    features = _lines(body)
    for place, each in enumerate(features, start=1):
        try:
            said = LaneForm.of({**each, "provenance": provenance})
            draw(village, said, by=by)
        except Unacceptable as refusal:
            told = next(iter(refusal.fields.values()), None) or refusal.words
            words = _l("Line %(n)s: %(why)s", n=place, why=told)
            raise _no(words) from refusal
    return len(features)


def _lines(body: bytes) -> list[dict[str, object]]:
    try:
        features = json.loads(body.decode("utf-8-sig"))["features"]
        found = [
            {
                **{
                    name: (each["properties"] or {}).get(name)
                    for name in ("name", "year_from", "year_until")
                },
                "corners": "\n".join(
                    f"{float(at[0])} {float(at[1])}" for at in each["geometry"]["coordinates"]
                ),
            }
            for each in features
            if each["geometry"]["type"] == "LineString"
        ]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise _no(_l("This is no GeoJSON with lines.")) from error
    if not 1 <= len(found) <= MOST_LANES:
        raise _no(_l("A file holds one to %(n)s lanes.", n=MOST_LANES))
    return found


def _known() -> Unacceptable:
    words = _l("Somebody has drawn this lane at the same moment.")
    return Unacceptable(words, fields={"name": words})


def _no(words: LazyString) -> Unacceptable:
    return Unacceptable(words, fields={"file": words})


def _record(lane: OldLane, move: str, by: Actor) -> None:
    audit.record(
        kind="old_lane",
        thing_id=lane.id,
        move=move,
        by=by,
        grid_id=lane.village_id,
        data={"name": lane.name},
    )
