"""One boundary set beside another: what a person looks at before it takes force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from webapp.base.spatial import SRID
from webapp.grids import actions, differences, queries
from webapp.grids.differences import Hand
from webapp.grids.importing.fit import to_lonlat
from webapp.grids.lineage import Link
from webapp.grids.models import BoundarySet, GridVersion
from webapp.grids.rules import LineageKind, SetState

# So many pieces of ground are shown, the largest first.
SHOWN = 200


@dataclass(frozen=True)
class Step:
    """What becomes of a grid: `before` and `after` are its versions, None where there is none."""

    before: GridVersion | None
    after: GridVersion | None
    link: Link

    @property
    def code(self) -> str | None:
        """The code of the grid, the new one if it has another."""
        version = self.after or self.before
        return version.code if version else None

    @property
    def kind(self) -> LineageKind:
        """What happened. A grid is the same by law as long as nearly all of it stays: not to the eye."""
        same = self.link.kind == LineageKind.SAME
        return LineageKind.MOVED if same else LineageKind(self.link.kind)

    @property
    def larger_m2(self) -> float | None:
        """How much the area of a grid with one code grows; None where it began or ended."""
        if self.before is None or self.after is None or self.before.code != self.after.code:
            return None
        return self.after.area_m2 - self.before.area_m2


@dataclass(frozen=True)
class Comparison:
    """What differs between an older set and a newer one."""

    older: BoundarySet
    newer: BoundarySet
    hands: Sequence[Hand[str]]
    """Ground that changes hands, by code of the grids."""
    names: dict[str, str]
    steps: Sequence[Step]
    """What becomes of the grids whose border changes."""
    same: int
    """How many grids stay as they are."""

    @property
    def shown(self) -> Sequence[Hand[str]]:
        """The largest pieces."""
        return self.hands[:SHOWN]

    @property
    def changed_m2(self) -> float:
        """How much ground changes hands."""
        return sum(each.area_m2 for each in self.hands)

    def geojson(self) -> dict[str, Any]:
        """The pieces as GeoJSON in WGS 84 degrees, numbered as they are shown."""
        features = [
            {
                "type": "Feature",
                "id": number,
                "geometry": shapely.geometry.mapping(to_lonlat(each.ground, SRID)),
                "properties": {
                    "before": self.names.get(each.before or ""),
                    "after": self.names.get(each.after or ""),
                    "area": round(each.area_m2),
                },
            }
            for number, each in enumerate(self.shown)
        ]
        return {"type": "FeatureCollection", "features": features}


def older_of(made: BoundarySet) -> BoundarySet | None:
    """The set beside which this one is looked at: that in force, or that before it."""
    if made.state in (SetState.DRAFT, SetState.CHECKED):
        return queries.active_set()
    return queries.set_before(made)


def compare(older: BoundarySet, newer: BoundarySet) -> Comparison:
    """What differs between two boundary sets."""
    was, now = (queries.versions_of(each.id) for each in (older, newer))
    hands = differences.hands(
        {each.code: each.shape for each in was}, {each.code: each.shape for each in now}
    )
    versions = {each.id: each for each in (*was, *now)}
    links = (
        queries.lineage_of(newer.id)
        if newer.state in (SetState.ACTIVE, SetState.RETIRED)
        else actions.lineage_between(older, newer)
    )
    steps = [
        Step(versions.get(link.old_id or 0), versions.get(link.new_id or 0), link) for link in links
    ]
    moved = {code for each in hands for code in (each.before, each.after)}
    stayed = [
        each for each in steps if each.link.kind == LineageKind.SAME and each.code not in moved
    ]
    return Comparison(
        older=older,
        newer=newer,
        hands=hands,
        names={each.code: each.name for each in (*was, *now)},
        steps=[each for each in steps if each not in stayed],
        same=len(stayed),
    )
