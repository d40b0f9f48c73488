"""Python packages: exact, and the same ones everywhere."""

from __future__ import annotations

import json
import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


def test_whatever_a_package_brings_along_is_pinned_too() -> None:
    """From the requirements on, as the packages themselves say what they need here."""
    constraints = pins("constraints.txt")
    waiting = [(each, frozenset[str]()) for each in pins("requirements-dev.txt")]
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    waiting += [
        (wish.name, frozenset(wish.extras))
        for wish in (Requirement(line) for line in lines if line[:1].isalpha())
    ]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        name = canonicalize_name(name)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        assert metadata.version(name) == constraints[name], name
        for wish in map(Requirement, metadata.requires(name) or ()):
            here = [{"extra": extra} for extra in (*extras, "")]
            if wish.marker is None or any(wish.marker.evaluate(each) for each in here):
                waiting.append((wish.name, frozenset(wish.extras)))
    assert len(seen) > 100


def test_every_package_of_the_browser_is_locked_with_its_digest() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = json.loads((ROOT / "package.json").read_text())
    for path, each in locked.items():
        if path:
            assert re.fullmatch(r"[0-9]+(\.[0-9]+)+", each["version"]), path
            assert each["integrity"].startswith("sha512-"), path
    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert locked[f"node_modules/{name}"]["version"] == version, name
