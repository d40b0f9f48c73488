"""Compares two built maps: the same within a tolerance that survives a new GEOS, or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geodata.files import BASEMAP, GRIDS, PACKAGE
from geodata.plane import WORK_CRS

# Rows of a layer with a key must carry the same keys and stay where they are.
KEYS = {
    "grids": "code",
    "communities": "code",
    "villages": "name",
    "workstations": "name",
    "sampling_points": "name",
    "fishing_ports": "name",
    "enterprises": "name",
    "project_sites": "name",
    "reservoirs": "name",
    "streams": "name",
    "subdistrict": "name",
    "neighbours": "name",
}
ROWS_TOLERANCE = 0.02
SIZE_TOLERANCE = 0.005
MOVED_METRES = 25.0
GRID_LIKENESS = 0.99


@dataclass(frozen=True)
class Finding:
    """One measure: `within` says whether the difference is inside the tolerance."""

    layer: str
    measure: str
    committed: str
    rebuilt: str
    tolerance: str
    within: bool


def compare(committed: Path, rebuilt: Path) -> list[Finding]:
    """All measures of all layers, in the order of the committed package."""
    ours, theirs = (
        [str(name) for name, _ in pyogrio.list_layers(folder / PACKAGE)]
        for folder in (committed, rebuilt)
    )
    findings = [
        Finding(
            "(all)",
            "layers",
            str(len(ours)),
            str(len(theirs)),
            "equal",
            sorted(ours) == sorted(theirs),
        )
    ]
    for layer in ours:
        if layer in theirs:
            old, new = (
                gpd.read_file(folder / PACKAGE, layer=layer) for folder in (committed, rebuilt)
            )
            findings += _layer(layer, old, new)
    for name in (GRIDS, *sorted(f"{BASEMAP}/{f.name}" for f in (committed / BASEMAP).iterdir())):
        sizes = [(folder / name).stat().st_size for folder in (committed, rebuilt)]
        near = abs(sizes[1] / sizes[0] - 1) <= ROWS_TOLERANCE
        findings.append(Finding(name, "bytes", *map(str, sizes), f"{ROWS_TOLERANCE:.0%}", near))
    return findings


def _layer(layer: str, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Iterator[Finding]:
    same = sorted(old.columns) == sorted(new.columns)
    yield Finding(layer, "columns", str(len(old.columns)), str(len(new.columns)), "equal", same)
    key = KEYS.get(layer)
    allowed = 0.0 if key else ROWS_TOLERANCE
    near = abs(len(new) / len(old) - 1) <= allowed
    yield Finding(layer, "rows", str(len(old)), str(len(new)), f"{allowed:.0%}", near)
    before, after = old.to_crs(WORK_CRS), new.to_crs(WORK_CRS)
    for measure, sizes in (
        ("metres", (before.length.sum(), after.length.sum())),
        ("square metres", (before.area.sum(), after.area.sum())),
    ):
        if sizes[0] > 0:
            near = abs(sizes[1] / sizes[0] - 1) <= SIZE_TOLERANCE
            shown = [f"{size:.0f}" for size in sizes]
            yield Finding(layer, measure, *shown, f"{SIZE_TOLERANCE:.1%}", near)
    if key:
        yield from _by_key(layer, key, before, after)


def _by_key(
    layer: str, key: str, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame
) -> Iterator[Finding]:
    same = list(before[key]) == list(after[key])
    yield Finding(layer, key, str(len(before)), str(len(after)), "equal", same)
    if not same:
        return
    if layer == "grids":
        common = shapely.area(shapely.intersection(before.geometry, after.geometry))
        both = shapely.area(shapely.union(before.geometry, after.geometry))
        worst = float(np.min(common / both))
        yield Finding(
            layer, "worst likeness", "1", f"{worst:.4f}", f"{GRID_LIKENESS}", worst >= GRID_LIKENESS
        )
        return
    moved = shapely.distance(shapely.centroid(before.geometry), shapely.centroid(after.geometry))
    worst = float(np.max(moved))
    yield Finding(
        layer, "moved, m", "0", f"{worst:.1f}", f"{MOVED_METRES:.0f}", worst <= MOVED_METRES
    )


def table_of(findings: list[Finding]) -> str:
    """The findings as a plain table, those outside their tolerance marked and last."""
    heads = ("layer", "measure", "committed", "rebuilt", "tolerance", "")
    rows = [
        (f.layer, f.measure, f.committed, f.rebuilt, f.tolerance, "" if f.within else "DIFFERS")
        for f in sorted(findings, key=lambda f: not f.within)
    ]
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (heads, *rows)
    )
