"""Positions of vessels: lines read, and kept in batches as `ports listen` does, beside a bare insert."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bench.figures import Figure
from bench.ground import Ground
from tests.ports.nmea import sentences, stamped
from webapp.base import clock
from webapp.base.db import db
from webapp.monitoring.signals import Position
from webapp.ports import actions, queries
from webapp.ports.forms import VesselForm
from webapp.ports.rules import VesselKind
from webapp.ports.sea import keeping
from webapp.ports.sea.ais import Reader
from webapp.ports.sea.listening import BATCH, replay
from webapp.ports.sea.models import VesselFix
from webapp.ports.sea.rules import What

VESSELS = 1_000
# Each of them says where it is so often.
TIMES = 20
EVERY = timedelta(seconds=30)
WANTED = 1_000

_BARE = text("""
    INSERT INTO bench_fix (device, at, lon, lat, sog, cog) VALUES (:device, :at, :lon, :lat, :sog, :cog)
""")
_TABLE = text("""
    CREATE UNLOGGED TABLE bench_fix
    (device text, at timestamptz, lon float, lat float, sog float, cog float)
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """So many lines of so many vessels, read and kept; the second time each of them is a repeat."""
    with ground.app.app_context():
        _register(queries.ports()[0][0].name)
        keeping.tidy()
        db.session.commit()
        lines = _lines()
        read_s, positions = _read(lines)
        yield Figure(
            what="lines of AIS read",
            rows=len(lines),
            measured=f"{len(lines) / read_s:,.0f}/s",
        )
        bare_s = _bare(positions)
        for what in (What.KEPT, What.REPEAT):
            kept_s = _kept(lines, what)
            rate = len(lines) / kept_s
            yield Figure(
                what=f"lines read and committed, each {what}",
                rows=len(lines),
                measured=f"{rate:,.0f}/s",
                baseline=f"bare insert of what was read, {BATCH} a commit",
                beside=f"{len(lines) / bare_s:,.0f}/s",
                ratio=bare_s / kept_s,
                wanted=f">= {WANTED:,}/s",
                met=rate >= WANTED,
            )
        db.session.execute(text("DROP TABLE bench_fix"))
        db.session.commit()


def _register(port: str) -> None:
    for number in range(VESSELS):
        said = VesselForm(
            name=f"bench {number}",
            kind=VesselKind.GILLNET,
            port=port,
            length_m=12,
            mmsi=f"{412_400_000 + number}",
        )
        actions.register(said, by=None)


def _lines() -> list[bytes]:
    """Vessels on their circles, an hour of the past, in the order of time."""
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    lines = []
    for turn in range(TIMES):
        for number in range(VESSELS):
            angle = number + turn / 10
            (line,) = sentences(
                mmsi=f"{412_400_000 + number}",
                lon=121.2 + math.cos(angle) / 20,
                lat=37.7 + math.sin(angle) / 20,
            )
            lines.append(stamped(begin + turn * EVERY, line))
    return lines


def _read(lines: Sequence[bytes]) -> tuple[float, list[Position]]:
    reader, begun = Reader(), time.perf_counter()
    found = [each for line in lines if (each := reader.read(line, None)) is not None]
    took = time.perf_counter() - begun
    if len(found) != len(lines):
        raise RuntimeError(f"{len(lines) - len(found)} lines were not read")
    return took, found


def _bare(positions: Sequence[Position]) -> float:
    db.session.execute(_TABLE)
    db.session.commit()
    begun = time.perf_counter()
    for start in range(0, len(positions), BATCH):
        rows = [
            {
                "device": each.device,
                "at": each.at,
                "lon": each.lonlat[0],
                "lat": each.lonlat[1],
                "sog": each.sog,
                "cog": each.cog,
            }
            for each in positions[start : start + BATCH]
        ]
        db.session.execute(_BARE, rows)
        db.session.commit()
    return time.perf_counter() - begun


def _kept(lines: Sequence[bytes], wanted: What) -> float:
    before, begun = clock.now(), time.perf_counter()
    became = [
        each
        for _counts, some in replay(lines, source="bench", at=None, tell=lambda _n: None)
        for each in some
    ]
    took = time.perf_counter() - begun
    if became.count(wanted) != len(lines):
        raise RuntimeError(f"of {len(lines)} lines {became.count(wanted)} were {wanted}")
    new = db.session.query(VesselFix).where(VesselFix.received_at >= before).count()
    if new != (len(lines) if wanted is What.KEPT else 0):
        raise RuntimeError(f"{new} positions are in the database")
    return took
