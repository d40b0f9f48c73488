"""Positions become crossings and moorings: each vessel is followed, and followed again where one came late."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shapely import Point
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.base.db import db
from webapp.base.spatial import center, shape_of, stored
from webapp.ports.sea import crossing, mooring, queries
from webapp.ports.sea.crossing import FIXES, Crossed, Fix, Points, Watch
from webapp.ports.sea.models import Passage, VesselWhere
from webapp.ports.sea.mooring import Mooring
from webapp.ports.sea.rules import BEFORE, LATEST, Limits

Heard = tuple[Fix, float | None]


class Lines:
    """The gate lines as they are drawn; each known by its number and its drawing, so that one drawn anew begins anew."""

    def __init__(self) -> None:
        self.points: dict[str, Points] = {}
        self.ids: dict[str, int] = {}
        for line in queries.gate_lines():
            shape = shape_of(line.line)
            name = f"{line.id}:{zlib.crc32(shape.wkb):08x}"
            self.points[name] = [(x, y) for x, y, *_more in shape.coords]
            self.ids[name] = line.id


def follow(here: VesselWhere, new: Sequence[Heard], *, lines: Lines, limits: Limits) -> bool:
    """What is remembered of the vessel is as of its newest position; True when anything about it turned.

    `new` are positions that were not known before, in their order. `here` is still as before them.
    """
    last = _last(here)
    late = [fix for fix, _sog in new if here.at is not None and fix.at < here.at]
    ahead = [(fix, sog) for fix, sog in new if here.at is None or fix.at > here.at]
    turned = _moor(here, ahead, limits)
    watches = {
        name: _watch(here.watches[name], last) if name in here.watches else Watch()
        for name in lines.points
    }
    found: dict[tuple[int, datetime], tuple[Crossed, datetime]] = {}
    for name, line in lines.points.items():
        watches[name] = _fold(
            watches[name], [fix for fix, _sog in ahead], line, lines.ids[name], found
        )
    here.watches = {name: _kept(each) for name, each in watches.items()}
    turned |= bool(_write(here.vessel_id, found))
    since = min((each.at for each in late), default=None)
    if since is not None and here.at is not None and since > here.at - LATEST:
        turned |= _again(here, since, lines)
    return turned


def _again(here: VesselWhere, since: datetime, lines: Lines) -> bool:
    """Everything from some time before what came late is followed once more, beyond the crossings that stand."""
    vessel_id, turned = here.vessel_id, False
    settled = queries.settled_before(vessel_id, since)
    horizon = since - BEFORE
    starts = {name: max(settled.get(key, horizon), horizon) for name, key in lines.ids.items()}
    fixes = queries.fixes(vessel_id, since=min(starts.values(), default=horizon))
    watches = {}
    for name, line in lines.points.items():
        start, key = starts[name], lines.ids[name]
        mine = [fix for fix in fixes if fix.at >= start]
        found: dict[tuple[int, datetime], tuple[Crossed, datetime]] = {}
        # Where a crossing had settled nothing more is remembered than that fix.
        begin = Watch(mine.pop(0), clear=FIXES) if start > horizon and mine else Watch()
        watches[name] = _kept(_fold(begin, mine, line, key, found))
        known = queries.passages_since(vessel_id, key, start)
        gone = known.keys() - {at for _key, at in found}
        if gone:
            db.session.execute(delete(Passage).where(Passage.id.in_([known[at] for at in gone])))
        turned |= bool(gone) | bool(_write(vessel_id, found))
    here.watches = watches
    return turned


def _fold(
    watch: Watch,
    fixes: Sequence[Fix],
    line: Points,
    line_id: int,
    found: dict[tuple[int, datetime], tuple[Crossed, datetime]],
) -> Watch:
    for fix in fixes:
        watch, crossed = crossing.follow(watch, fix, line)
        if crossed is not None:
            found[line_id, crossed.at] = (crossed, fix.at)
    return watch


def _write(vessel_id: int, found: Mapping[tuple[int, datetime], tuple[Crossed, datetime]]) -> int:
    """The crossings are there, each once; answers how many were new."""
    if not found:
        return 0
    rows = [
        {
            "vessel_id": vessel_id,
            "gate_line_id": line_id,
            "at": at,
            "out": crossed.out,
            "settled_at": settled_at,
        }
        for (line_id, at), (crossed, settled_at) in found.items()
    ]
    written = insert(Passage)
    said = written.excluded
    kept = written.on_conflict_do_update(
        index_elements=["vessel_id", "gate_line_id", "at"],
        set_={"out": said.out, "settled_at": said.settled_at},
        where=(Passage.out != said.out) | (Passage.settled_at != said.settled_at),
    )
    return len(db.session.execute(kept.returning(Passage.id), rows).all())


def _moor(here: VesselWhere, ahead: Sequence[Heard], limits: Limits) -> bool:
    moored = _mooring(here.mooring)
    for fix, sog in ahead:
        moored = mooring.follow(moored, fix, sog, moved_m=limits.drift_m or float("inf"))
    was = here.adrift_since
    here.mooring = _plain(asdict(moored)) if moored else {}
    settled = moored is not None and moored.settled
    here.moored = stored(Point(moored.x, moored.y)) if moored is not None and settled else None
    here.adrift_since = moored.adrift_since if moored else None
    return was != here.adrift_since


def _last(here: VesselWhere) -> Fix | None:
    if here.at is None:
        return None
    place: Any = here.geom
    x, y = center(shape_of(place))
    return Fix(here.at, x, y)


def _watch(kept: list[Any], last: Fix | None) -> Watch:
    odd, out, since, clear = kept
    return Watch(last, odd, out, datetime.fromisoformat(since) if since else None, clear)


def _kept(watch: Watch) -> list[Any]:
    since = watch.since.isoformat() if watch.since else None
    return [watch.odd, watch.out, since, watch.clear]


def _mooring(kept: dict[str, Any]) -> Mooring | None:
    if not kept:
        return None
    times = ("at", "adrift_since", "lies_since")
    read: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in times and value else value
        for name, value in kept.items()
    }
    lies = read.pop("lies_at")
    return Mooring(**read, lies_at=(lies[0], lies[1]) if lies else None)


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in said.items()
    }
