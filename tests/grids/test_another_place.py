"""A quite different place: another zone, no borders to begin with, and the first import makes it one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from shapely.affinity import translate

from tests import databases
from tests.grids import boundary_fixtures as files

# The same 97 shapes in the middle of China, in the zone of 114 degrees east.
SRID, WEST = 4547, 7
SETTINGS = {"SRID": str(SRID), "SUBDISTRICT": "滨江街道 420102001", "CASE_PREFIX": "BJ"}

# In a process of its own, because the storage CRS is read once in a process.
WALK = r"""
import json, re, sys
from pathlib import Path
from webapp.app import create_app
from webapp.base.db import db
from webapp.grids.imports import actions as imports
from webapp.grids import queries
from webapp.cases import queries as cases

file, lon, lat, said = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), {}
app = create_app()
app.config["WTF_CSRF_METHODS"] = []

def browser(name):
    client = app.test_client()
    signed = client.post("/sign-in", data={"username": name, "password": "a long enough word"})
    assert signed.status_code == 303, signed.text
    return client

first, second, visitor = browser("first"), browser("second"), app.test_client()
pages = ("/", "/grids", "/grids/imports", "/grids/sets", "/desk", "/phone", "/cases/new", "/cases",
         "/people/units", "/metrics", "/maps/briefings/atlas.html", f"/maps/here?lon={lon}&lat={lat}")
said["empty"] = {page: first.get(page, follow_redirects=True).status_code for page in pages}
said["nowhere"] = visitor.get(f"/api/v1/locate?lon={lon}&lat={lat}").get_json()
sent = first.post("/grids/imports", data={"file": (Path(file).open("rb"), "borders.zip")})
address = sent.headers["Location"]
number = int(address.rsplit("/", 1)[1])
with app.app_context():
    imports.look(number)
    db.session.commit()
# Codes stand alone; three such letters in the middle of a token are none.
said["asked"] = re.findall(r"(?<![\w.-])[EW][0-9]{2}(?![\w.-])", first.get(address).text)
first.post(f"{address}/answer", data={"accepted": ["W17"]})
with app.app_context():
    imports.look(number)
    db.session.commit()
said["drafted"] = first.post(f"{address}/draft", data={"new_communities": "1"}).status_code
with app.app_context():
    made = max(each.id for each, _count in queries.sets())
said["own"] = first.post(f"/grids/sets/{made}/activate").status_code
said["activated"] = second.post(f"/grids/sets/{made}/activate").status_code
said["here"] = visitor.get(f"/api/v1/locate?lon={lon}&lat={lat}").get_json()
said["full"] = {page: first.get(page, follow_redirects=True).status_code for page in pages}
form = {"class_code": "06010", "lon": lon, "lat": lat, "words": "x", "client_id": "0f0e7b0e-6a3e-4b5e-9d1c-0a4f0f6d7c11"}
said["reported"] = first.post("/cases", data=form).status_code
with app.app_context():
    with app.test_request_context("/"):
        said["sizes"] = queries.sizes()
        said["codes"] = sorted(each.display_code for each in queries.living())
        said["uncelled"] = sorted(set(each.community_id for each in queries.living())
                                  - set(row.community_id for row in queries.cells_in_order()))
        said["root"] = queries.root().name
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def begun(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the database of an installation begun elsewhere, with two administrators."""
    name = f"begun_{uuid.uuid4().hex[:10]}"
    settings = {**SETTINGS, "INSTANCE": str(tmp_path_factory.mktemp("begun"))}
    people = [
        ("people", "admin", who, "--password", "a long enough word") for who in ("first", "second")
    ]
    databases.flask_steps(databases.empty(cluster_url, name), *databases.STEPS, *people, **settings)
    yield name
    databases.drop(cluster_url, name)


@pytest.fixture
def elsewhere(cluster_url: str, begun: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The settings of such an installation."""
    name = f"elsewhere_{uuid.uuid4().hex[:10]}"
    url = databases.clone(cluster_url, name, of=begun)
    settings = {**SETTINGS, "INSTANCE": str(tmp_path)}
    yield {"DATABASE_URL": url, "WANGGE_ENV": "test", "SECRET_KEY": "k" * 40, **settings}
    databases.drop(cluster_url, name)


def shapes(folder: Path) -> Path:
    """A shapefile in the zone, without a stated system, with communities nobody has heard of."""
    rows = [
        replace(
            row,
            code=f"420102001{number // 40 + 1:03d}{number + 1:03d}",
            community=f"{row.community[:2]}新社区",
            geometry=files.moved(translate(row.geometry, -WEST), 4326, SRID),
        )
        for number, row in enumerate(files.in_crs(files.grids(), 4326))
    ]
    return files.shapefile(folder / "borders.zip", rows, encoding="gbk", epsg=None)


@pytest.mark.thorough
def test_the_first_import_makes_another_place_a_whole_one(
    elsewhere: dict[str, str], tmp_path: Path
) -> None:
    inside = files.in_crs(files.grids(), 4326)[0].geometry.representative_point()
    place = (str(inside.x - WEST), str(inside.y))
    run = subprocess.run(
        [sys.executable, "-c", WALK, str(shapes(tmp_path)), *place],
        cwd=databases.ROOT,
        env={**os.environ, **elsewhere},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    said = json.loads(run.stdout.splitlines()[-1])

    assert set(said["empty"].values()) == set(said["full"].values()) == {200}
    assert (said["nowhere"]["error"]["code"], said["nowhere"]["nearest"]) == ("outside", None)
    assert set(said["asked"]) == {"W17"}
    assert (said["drafted"], said["own"], said["activated"]) == (303, 403, 303)
    assert said["here"]["grid"]["code"] == "420102001001001"
    assert said["here"]["cell"].startswith("420102001")
    assert said["reported"] == 303
    assert (said["root"], said["sizes"]["grids"]) == ("滨江街道", 97)
    assert {"BJ-C-001", "BJ-I-013"} <= set(said["codes"])
    assert said["uncelled"] == []


@pytest.mark.thorough
def test_what_has_begun_elsewhere_never_gets_the_default_geodata(
    elsewhere: dict[str, str],
) -> None:
    url = elsewhere["DATABASE_URL"]
    more = {"SRID": elsewhere["SRID"], "INSTANCE": elsewhere["INSTANCE"]}
    assert "0 grids" in databases.flask(url, "geodata", "load", **more)
