"""The committed map, read once: on the plane (metres) and as stored."""

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest

from geodata.files import PACKAGE
from geodata.plane import WORK_CRS

GEODATA = Path(__file__).parents[2] / "geodata"


@pytest.fixture(scope="session")
def stored() -> dict[str, gpd.GeoDataFrame]:
    """Every layer of the package in WGS 84, as committed."""
    names = [str(name) for name, _ in pyogrio.list_layers(GEODATA / PACKAGE)]
    return {name: gpd.read_file(GEODATA / PACKAGE, layer=name) for name in names}


@pytest.fixture(scope="session")
def plane(stored: dict[str, gpd.GeoDataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Every layer in metres."""
    return {name: frame.to_crs(WORK_CRS) for name, frame in stored.items()}
