"""Collections are told as the standard wants it, and features come in pages without a gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st
from pyproj import Transformer
from sqlalchemy.orm import Session

from tests import examples
from tests.counted import counted
from tests.interop.ogc.reader import CASES, OGC, camera, case_at, keys, link, told, walked
from tests.interop.open311.clients import filed
from tests.world import World
from webapp.base.db import db
from webapp.interop.ogc import queries, reading
from webapp.interop.ogc.collection import columns_for
from webapp.interop.ogc.table import COLLECTIONS
from webapp.interop.ogc.wish import Order, Wish
from webapp.maps.layers import LAYERS
from webapp.people.actors import Person

OPEN = [name for name in COLLECTIONS if name not in ("cameras", "household-parcels")]


def test_the_first_page_leads_to_everything(client: FlaskClient) -> None:
    landing = told(client, f"{OGC}/")
    for rel in ("self", "alternate", "service-desc", "service-doc", "conformance", "data"):
        address = link(landing, rel)
        assert address is not None, rel
        assert client.get(address.removeprefix("http://localhost")).status_code == 200, rel
    assert told(client, f"{OGC}/conformance")["conformsTo"]


def test_a_stranger_is_told_of_the_open_collections_only(client: FlaskClient) -> None:
    listed = told(client, f"{OGC}/collections")
    assert [each["id"] for each in listed["collections"]] == OPEN
    for each in listed["collections"]:
        assert each["crs"][0].endswith("CRS84")
        assert each["storageCrs"].endswith("CRS84")
        for rel in ("self", "items", "http://www.opengis.net/def/rel/ogc/1.0/queryables"):
            assert link(each, rel), rel


@pytest.mark.parametrize("name", OPEN)
def test_features_have_the_properties_of_the_schema(client: FlaskClient, name: str) -> None:
    at = f"{OGC}/collections/{name}"
    schema = told(client, f"{at}/schema")
    jsonschema.Draft202012Validator.check_schema(schema)
    page = told(client, f"{at}/items", limit=5)
    assert page["type"] == "FeatureCollection"
    assert page["numberReturned"] == len(page["features"])
    for feature in page["features"]:
        assert set(feature["properties"]) | {"id", "geometry"} == set(schema["properties"])
        jsonschema.validate(
            {key: value for key, value in feature["properties"].items() if value is not None},
            schema,
        )
        one = told(client, f"{at}/items/{feature['id']}")
        assert {key: one[key] for key in feature} == feature
        assert link(one, "collection")


def test_a_collection_is_called_as_its_layer_and_asks_for_the_same_right() -> None:
    pairs = {
        "grids": "grids",
        "cases": "public_cases",
        "cameras": "cameras",
        "project-sites": "project_sites",
        "ports": "fishing_ports",
    }
    for name, layer in pairs.items():
        assert COLLECTIONS[name].title == LAYERS[layer].title
        assert COLLECTIONS[name].right == LAYERS[layer].right


def test_rings_of_areas_run_the_way_of_the_standard(client: FlaskClient) -> None:
    for feature in told(client, f"{OGC}/collections/grids/items", limit=10)["features"]:
        ring = feature["geometry"]["coordinates"][0]
        assert ring[0] == ring[-1]
        turns = (x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))
        assert sum(turns) > 0


def test_a_page_says_how_many_there_are_only_when_that_is_cheap_or_asked_for(
    client: FlaskClient, world: World
) -> None:
    for _ in range(3):
        filed(world)
    assert "numberMatched" not in told(client, f"{CASES}/items", limit=2)
    assert told(client, f"{CASES}/items", limit=2, count="exact")["numberMatched"] == 3
    assert told(client, f"{CASES}/items")["numberMatched"] == 3
    assert told(client, f"{OGC}/collections/grids/items", limit=1)["numberMatched"] == 97
    assert link(told(client, f"{CASES}/items", limit=3), "next") is None


def test_who_has_an_answer_is_told_so_and_head_is_answered(
    client: FlaskClient, world: World
) -> None:
    case = filed(world)
    for address in (f"{CASES}/items", f"{CASES}/items/{case.id}", CASES, f"{OGC}/"):
        answer = client.get(address)
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304, address
        assert client.head(address).status_code == 200, address
    before = client.get(f"{CASES}/items").headers["ETag"]
    filed(world)
    assert client.get(f"{CASES}/items").headers["ETag"] != before


def test_axes_stand_in_the_order_of_the_system(client: FlaskClient, world: World) -> None:
    case = case_at(world, 121.05, 37.68)
    at = f"{CASES}/items/{case.id}"

    def spot(crs: str) -> list[float]:
        answer = client.get(at, query_string={"crs": crs})
        assert crs in answer.headers["Content-Crs"]
        found: list[float] = answer.get_json(force=True)["geometry"]["coordinates"]
        return found

    epsg = "http://www.opengis.net/def/crs/EPSG/0/"
    assert spot("http://www.opengis.net/def/crs/OGC/1.3/CRS84") == [121.05, 37.68]
    assert spot(f"{epsg}4490") == [37.68, 121.05]
    assert spot(f"{epsg}4326") == [37.68, 121.05]
    # As the authority has it: north before east.
    north, east = Transformer.from_crs("EPSG:4326", "EPSG:4549").transform(37.68, 121.05)
    assert spot(f"{epsg}4549") == pytest.approx([north, east], abs=0.01)


def test_a_box_is_read_in_its_own_system(client: FlaskClient, world: World) -> None:
    inside, outside = case_at(world, 121.05, 37.68), case_at(world, 121.06, 37.68)
    boxes = (
        {"bbox": "121.049,37.679,121.051,37.681"},
        {"bbox": "121.049,37.679,-5,121.051,37.681,500"},
        {"bbox": "37.679,121.049,37.681,121.051", "bbox-crs": "EPSG:4490"},
    )
    for asked in boxes:
        assert keys(told(client, f"{CASES}/items", **asked)) == [inside.id], asked
    metres = Transformer.from_crs("EPSG:4326", "EPSG:4549")
    south, west = metres.transform(37.679, 121.049)
    north, east = metres.transform(37.681, 121.051)
    asked = {"bbox": f"{south},{west},{north},{east}", "bbox-crs": "EPSG:4549"}
    assert keys(told(client, f"{CASES}/items", **asked)) == [inside.id]
    assert keys(told(client, f"{CASES}/items", bbox="-180,-90,180,90")) == [outside.id, inside.id]
    assert keys(told(client, f"{CASES}/items", bbox="170,-10,-170,10")) == []


def test_the_edge_of_a_wide_box_is_a_parallel_and_no_line_in_metres(
    client: FlaskClient, world: World
) -> None:
    # In metres the parallel sags by 300 m in the middle of three degrees.
    under, above = case_at(world, 120.0, 37.6799), case_at(world, 120.0, 37.6801)
    found = keys(told(client, f"{CASES}/items", bbox="118.5,37.68,121.5,38"))
    assert above.id in found
    assert under.id not in found


def test_time_narrows_with_open_and_closed_ends(client: FlaskClient, world: World) -> None:
    at = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
    early = case_at(world, 121.05, 37.68, received_at=at)
    late = case_at(world, 121.05, 37.68, received_at=at + timedelta(days=2))
    for asked, wanted in (
        ("2026-03-05T08:30:00Z", [early.id]),
        ("2026-03-05", [early.id]),
        ("2026-03-05T16:30:00+08:00/..", [late.id, early.id]),
        ("../2026-03-05T08:30:00Z", [early.id]),
        ("/2026-03-06", [early.id]),
        ("2026-03-06/2026-03-08", [late.id]),
        ("../..", [late.id, early.id]),
        ("2026-03-08/..", []),
    ):
        assert keys(told(client, f"{CASES}/items", datetime=asked)) == wanted, asked


def test_a_day_narrows_a_property_of_days(client: FlaskClient) -> None:
    cells = f"{OGC}/collections/cells/items"
    since = told(client, cells, limit=1)["features"][0]["properties"]["since"]
    assert told(client, cells, limit=1, datetime=f"{since}/..")["features"]
    assert not told(client, cells, limit=1, datetime=f"{since}T23:00:00Z/..")["features"]


def test_properties_narrow_and_sort(client: FlaskClient, world: World) -> None:
    one, two = filed(world), filed(world, class_code="06036")
    assert keys(told(client, f"{CASES}/items", class_code="06036")) == [two.id]
    assert keys(told(client, f"{CASES}/items", state="closed")) == []
    assert keys(told(client, f"{CASES}/items", sortby="number")) == [one.id, two.id]
    assert keys(told(client, f"{CASES}/items", sortby="-class_code,number")) == [two.id, one.id]
    # What is looked up in another table narrows as well.
    both = [two.id, one.id]
    assert keys(told(client, f"{CASES}/items", grid=world.home.display_code)) == both
    there = {"filter": f"grid = '{world.next_door.display_code}'"}
    assert keys(told(client, f"{CASES}/items", **there)) == []
    grids = told(client, f"{OGC}/collections/grids/items", kind="industry", limit=50)
    assert grids["numberReturned"] == 13


BAD: list[dict[str, Any]] = [
    {"limit": "0"},
    {"limit": "-1"},
    {"limit": "ten"},
    {"bbox": "1,2,3"},
    {"bbox": "1,2,3,x"},
    {"bbox": "1,2,3,nan"},
    {"bbox": "121,38,122,37"},
    {"bbox": "500,37,501,38"},
    {"bbox": "1,2,3,4", "bbox-crs": "EPSG:9999"},
    {"crs": "EPSG:3857"},
    {"datetime": "yesterday"},
    {"datetime": "2026-02-30"},
    {"datetime": "2026-03-02/2026-03-01"},
    {"datetime": "2026-03-02/2026-03-03/2026-03-04"},
    {"sortby": "words"},
    {"sortby": "number,number"},
    {"sortby": "department"},
    {"count": "about"},
    {"after": "zzz"},
    {"after": "WzFd", "sortby": "number"},
    {"filter": "class_code = "},
    {"filter": "x", "filter-lang": "ecql"},
    {"f": "xml"},
    {"received_at": "soon"},
    {"reporter_id": "1"},
    {"words": "x"},
    {"class_code": "a\0b"},
]


@pytest.mark.parametrize("asked", BAD, ids=str)
def test_what_cannot_be_used_is_told_by_its_name(
    client: FlaskClient, asked: dict[str, str]
) -> None:
    refusal = told(client, f"{CASES}/items", 400, **asked)
    assert refusal["code"]
    assert refusal["description"]


def test_more_than_the_most_is_no_mistake_and_keys_are_looked_at(client: FlaskClient) -> None:
    assert told(client, f"{CASES}/items", limit=1_000_000)["features"] == []
    told(client, f"{CASES}/items/one", 400)
    told(client, f"{CASES}/items/999999999", 404)
    told(client, f"{CASES}/items/1", 404)
    told(client, f"{OGC}/collections/persons", 404)
    told(client, f"{OGC}/collections/cases/items/1", 400, limit=1)


@given(data=st.data(), size=st.integers(1, 4))
@settings(max_examples=examples.of(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_feature_comes_once_in_every_order(
    paged: Person, data: st.DataObject, size: int
) -> None:
    """Also where many have the same value, or none."""
    of = COLLECTIONS["cameras" if data.draw(st.booleans()) else "cases"]
    columns = [each for each in columns_for(of, paged) if each.asked]
    chosen = data.draw(st.lists(st.sampled_from(columns), max_size=2, unique_by=id))
    order = tuple(Order(each, data.draw(st.booleans())) for each in chosen)
    whole = queries.page(of, columns, paged, Wish(limit=1000, order=order))
    found: list[Any] = []
    after = None
    while True:
        rows = queries.page(of, columns, paged, Wish(limit=size, order=order, after=after))
        found += [row[-1] for row in rows[:size]]
        if len(rows) <= size:
            break
        word = reading.written(rows[size - 1][1:])
        after = reading.after(word, order, of)
    assert found == [row[-1] for row in whole]
    assert len(found) == len(set(found)) == 7


@pytest.fixture
def paged(session: Session, world: World) -> Person:
    """Cases and cameras with ties and gaps, and somebody who sees all of them."""
    at = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
    for number in range(7):
        case_at(
            world,
            121.05,
            37.68,
            class_code=("06010", "06036")[number % 2],
            received_at=at + timedelta(days=number // 3),
        )
        camera(world.home, f"camera {number // 2}", bearing=None if number % 3 else 90.0)
    return world.admin


def test_pages_lead_on_until_the_end(client: FlaskClient, world: World) -> None:
    cases = [filed(world) for _ in range(5)]
    wanted = sorted((each.id for each in cases), reverse=True)
    assert walked(client, f"{CASES}/items", limit=2) == wanted
    assert walked(client, f"{CASES}/items", limit=2, sortby="class_code") == wanted[::-1]
    assert len(set(walked(client, f"{OGC}/collections/grids/items", limit=20))) == 97


def asks(statements: list[str]) -> int:
    """How many of them ask something."""
    return sum(each.lstrip().startswith(("SELECT", "WITH")) for each in statements)


def test_a_page_asks_as_often_however_much_is_on_it(client: FlaskClient, world: World) -> None:
    filed(world)
    asked = {"limit": 100, "bbox": "121,37,122,38", "class_code": "06010"}
    told(client, f"{CASES}/items", **asked)
    with counted() as few:
        told(client, f"{CASES}/items", **asked)
    for _ in range(4):
        filed(world)
    with counted() as many:
        told(client, f"{CASES}/items", **asked)
    assert [asks(each) for each in (few, many)] == [1, 1]
    with counted() as listed:
        told(client, f"{OGC}/collections")
    assert asks(listed) <= 1


def test_every_page_for_people_opens(client: FlaskClient, world: World) -> None:
    case = filed(world)
    pages = ["/", "/conformance", "/api", "/collections", "/collections/cases"]
    pages += [f"/collections/cases/{each}" for each in ("items", "schema", "queryables", "tiles")]
    pages += [f"/collections/cases/items/{case.id}", "/collections/grids/items"]
    for each in pages:
        for language in ("zh_CN", "en"):
            answer = client.get(f"{OGC}{each}", query_string={"f": "html", "lang": language})
            assert answer.status_code == 200, each
            assert answer.mimetype == "text/html", each
    shown = client.get(f"{CASES}/items", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert case.number in shown


def test_a_place_told_coarsely_is_coarse_in_every_answer(client: FlaskClient, world: World) -> None:
    case = case_at(world, 121.05, 37.68, class_code="06010", confidential=True)
    db.session.refresh(case)
    lon, lat = told(client, f"{CASES}/items/{case.id}")["geometry"]["coordinates"]
    assert (lon, lat) != (121.05, 37.68)
    tiny = 0.00002
    real = f"{121.05 - tiny},{37.68 - tiny},{121.05 + tiny},{37.68 + tiny}"
    shown = f"{lon - tiny},{lat - tiny},{lon + tiny},{lat + tiny}"
    for asked in ({"bbox": real}, {"filter": f"S_INTERSECTS(geometry,BBOX({real}))"}):
        assert keys(told(client, f"{CASES}/items", **asked)) == [], "the real place is not told"
    near = {"filter": "S_DWITHIN(geometry, POINT(121.05 37.68), 3, 'm')"}
    assert keys(told(client, f"{CASES}/items", **near)) == []
    for asked in ({"bbox": shown}, {"filter": f"S_INTERSECTS(geometry,BBOX({shown}))"}):
        assert keys(told(client, f"{CASES}/items", **asked)) == [case.id]
