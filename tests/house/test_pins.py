"""Python packages: exact, and the same ones everywhere."""

from __future__ import annotations

import re

import pytest

from house.trouble import ROOT

GIVEN = [
    "flask",
    "geoalchemy2",
    "shapely",
    "geopandas",
    "folium",
    "psycopg2-binary",
    "flask-login",
    "pytest",
]


def pins(name: str) -> dict[str, str]:
    lines = (line.strip() for line in (ROOT / name).read_text().splitlines())
    kept = [line for line in lines if line and not line.startswith(("#", "-"))]
    found = [
        re.fullmatch(r"([a-z0-9._-]+)(?:\[[a-z,]+\])?==([0-9][0-9a-z.]*)", line) for line in kept
    ]
    assert None not in found, [line for line, match in zip(kept, found, strict=True) if not match]
    return {match[1]: match[2] for match in found if match}


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-bench.txt"]
)
def test_every_requirement_is_an_exact_pin_and_the_constraints_agree(name: str) -> None:
    constraints = pins("constraints.txt")
    for package, version in pins(name).items():
        assert constraints[package.replace("_", "-")] == version, package


def test_what_the_house_is_built_on_is_there() -> None:
    assert set(GIVEN) <= set(pins("requirements.txt"))
