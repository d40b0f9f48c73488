"""Positions are kept: each once, the newest of each vessel at hand, what nobody knows counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock, tasks
from webapp.base.db import db
from webapp.base.spatial import HELD, SRID, to_metric_all
from webapp.monitoring.intake import afloat
from webapp.monitoring.signals import Position
from webapp.ports.sea import folding, queries
from webapp.ports.sea.ais import Counts
from webapp.ports.sea.crossing import Fix
from webapp.ports.sea.models import FIXES, Receiver, StrangeVessel, VesselFix, VesselWhere
from webapp.ports.sea.rules import STRANGE_DAYS, What


def keep(
    positions: Sequence[Position],
    *,
    source: str,
    received_at: datetime,
    counts: Counts | None = None,
) -> list[What]:
    """What became of each position: those of vessels we know are kept, once for each moment and source.

    However often and in whatever order they come, the same is known afterwards.
    """
    known = queries.vessels_called(each.device for each in positions)
    ours = [each for each in positions if each.device in known and _is_held(each.lonlat)]
    new = _store(ours, known, source, received_at)
    found = [_became(each, known, new) for each in positions]
    _note_strange(positions, known, source)
    _count(Counter(found), source, received_at, counts or Counts(lines=len(positions)))
    return found


@tasks.task("vessels.months", cron="13 2 * * *")
def tidy() -> None:
    """There is a part for each month that may get positions; what is too old is gone."""
    FIXES.make()
    old = clock.now() - timedelta(days=STRANGE_DAYS)
    db.session.execute(delete(StrangeVessel).where(StrangeVessel.last_at < old))


def _take(positions: Sequence[Position], source: str, received_at: datetime) -> list[bool]:
    became = keep(positions, source=source, received_at=received_at)
    return [each is not What.UNKNOWN for each in became]


afloat.taken_by(_take)


def _is_held(lonlat: tuple[float, float]) -> bool:
    west, south, east, north = HELD
    return west <= lonlat[0] <= east and south <= lonlat[1] <= north


def _store(
    ours: Sequence[Position], known: dict[str, int], source: str, received_at: datetime
) -> set[tuple[int, datetime]]:
    if not ours:
        return set()
    xs, ys = to_metric_all([each.lonlat[0] for each in ours], [each.lonlat[1] for each in ours])
    rows: dict[tuple[int, datetime], dict[str, Any]] = {}
    spots: dict[tuple[int, datetime], Fix] = {}
    for each, x, y in zip(ours, xs, ys, strict=True):
        key = (known[each.device], each.at)
        spots[key] = Fix(each.at, x, y)
        rows[key] = {
            "vessel_id": key[0],
            "at": each.at,
            "source": source,
            "geom": f"SRID={SRID};POINT({x} {y})",
            "lon": each.lonlat[0],
            "lat": each.lonlat[1],
            "sog": each.sog,
            "cog": each.cog,
            "received_at": received_at,
        }
    _prepare({key[0] for key in rows})
    kept = insert(VesselFix).on_conflict_do_nothing()
    new = {
        (vessel_id, at)
        for vessel_id, at in db.session.execute(
            kept.returning(VesselFix.vessel_id, VesselFix.at), list(rows.values())
        )
    }
    _follow([rows[key] for key in sorted(new)], spots)
    return new


def _prepare(vessel_ids: set[int]) -> None:
    """Each vessel has its row, and whoever else hears of one of them waits."""
    lacking = vessel_ids - queries.held(vessel_ids).keys()
    if lacking:
        rows = [{"vessel_id": each} for each in sorted(lacking)]
        db.session.execute(insert(VesselWhere).on_conflict_do_nothing(), rows)


def _follow(new: Sequence[dict[str, Any]], spots: dict[tuple[int, datetime], Fix]) -> None:
    """Where each vessel is, and what is remembered of it, is as of its newest position."""
    by_vessel: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in new:
        by_vessel[row["vessel_id"]].append(row)
    if not by_vessel:
        return
    where, lines, limits = queries.held(by_vessel), folding.Lines(), queries.limits()
    turned = []
    for vessel_id, rows in by_vessel.items():
        here, newest = where[vessel_id], rows[-1]
        heard = [(spots[vessel_id, row["at"]], row["sog"]) for row in rows]
        if folding.follow(here, heard, lines=lines, limits=limits):
            turned.append(vessel_id)
        if here.at is None or newest["at"] > here.at:
            for name in ("at", "source", "geom", "sog", "cog", "received_at"):
                setattr(here, name, newest[name])
    db.session.flush()
    if turned:
        tasks.defer("vessels.look_at", vessels=turned)


def _became(each: Position, known: dict[str, int], new: set[tuple[int, datetime]]) -> What:
    if each.device not in known:
        return What.UNKNOWN
    if not _is_held(each.lonlat):
        return What.AWAY
    key = (known[each.device], each.at)
    if key in new:
        new.discard(key)
        return What.KEPT
    return What.REPEAT


def _note_strange(positions: Sequence[Position], known: dict[str, int], source: str) -> None:
    strange: dict[str, dict[str, Any]] = {}
    for each in positions:
        if each.device in known:
            continue
        row = strange.setdefault(
            each.device,
            {
                "name": each.device,
                "times": 0,
                "first_at": each.at,
                "last_at": each.at,
                "source": source,
            },
        )
        row["times"] += 1
        row["first_at"], row["last_at"] = (
            min(row["first_at"], each.at),
            max(row["last_at"], each.at),
        )
    if not strange:
        return
    written = insert(StrangeVessel)
    said = written.excluded
    again = written.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "times": StrangeVessel.times + said.times,
            "last_at": said.last_at,
            "source": said.source,
        },
    )
    # Always in the same order: two receivers hear the same vessels at once.
    db.session.execute(again, [strange[name] for name in sorted(strange)])


def _count(found: Counter[What], source: str, at: datetime, counts: Counts) -> None:
    row = {
        "lines": counts.lines,
        "bad": counts.bad,
        **{each.value: found[each] for each in What},
    }
    written = insert(Receiver).values(source=source, heard_at=at, **row)
    more = {name: getattr(Receiver, name) + written.excluded[name] for name in row}
    db.session.execute(
        written.on_conflict_do_update(index_elements=["source"], set_={**more, "heard_at": at})
    )
