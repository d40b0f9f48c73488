"""The committed map is the one that the sources make."""

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
import shapely.affinity

from geodata import files
from geodata.check import Finding, compare, table_of
from geodata.curves import Die, spline
from geodata.layers import make
from tests.geodata.conftest import GEODATA


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rebuilt")
    files.write(make(), folder)
    return folder


@pytest.mark.thorough
def test_the_sources_make_the_committed_map(rebuilt: Path) -> None:
    findings = compare(GEODATA, rebuilt)

    assert findings
    assert all(finding.within for finding in findings), table_of(findings)


def test_a_moved_border_is_found(tmp_path: Path) -> None:
    names = [str(name) for name, _ in pyogrio.list_layers(GEODATA / files.PACKAGE)]
    layers = {name: gpd.read_file(GEODATA / files.PACKAGE, layer=name) for name in names}
    grids = layers["grids"]
    grids.loc[0, "geometry"] = shapely.affinity.scale(grids.geometry.iloc[0], 1.05, 1.05)
    files.write(layers, tmp_path)

    wrong = [f for f in compare(GEODATA, tmp_path) if not f.within]

    assert ("grids", "worst likeness") in {(f.layer, f.measure) for f in wrong}


def test_the_table_puts_differences_last_and_marks_them() -> None:
    same = Finding("roads", "rows", "10", "10", "2%", within=True)
    other = Finding("grids", "rows", "97", "96", "0%", within=False)

    lines = table_of([other, same]).splitlines()

    assert lines[1].startswith("roads")
    assert lines[2].endswith("DIFFERS")


def test_a_die_repeats_itself() -> None:
    first, second = Die("fields"), Die("fields")

    assert [first.between(0, 1) for _ in range(5)] == [second.between(0, 1) for _ in range(5)]


def test_a_spline_goes_through_its_points() -> None:
    points = [(0.0, 0.0), (100.0, 40.0), (180.0, -30.0), (400.0, 0.0)]

    line = spline(points)

    assert all(line.distance(shapely.Point(p)) < 1e-6 for p in points)
