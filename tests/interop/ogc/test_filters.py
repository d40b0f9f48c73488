"""CQL2 in text and JSON narrows what is there, and nothing in it reaches the database but as a value."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st

from tests import examples
from tests.interop.ogc.reader import CASES, OGC, case_at, keys, told
from tests.world import World
from webapp.cases.models import Case

LON, LAT = 121.05, 37.68
BOX = f"{LON - 0.001},{LAT - 0.001},{LON + 0.001},{LAT + 0.001}"
AREA = "POLYGON((121.049 37.679,121.051 37.679,121.051 37.681,121.049 37.681,121.049 37.679))"
NORTH_FIRST = (
    "POLYGON((37.679 121.049,37.679 121.051,37.681 121.051,37.681 121.049,37.679 121.049))"
)


@pytest.fixture
def two(client: FlaskClient, world: World) -> tuple[Case, Case]:
    """A case in March here, and one in May a kilometre east."""
    one = case_at(world, LON, LAT, received_at=datetime(2026, 3, 5, 8, 30, tzinfo=UTC))
    other = case_at(
        world,
        LON + 0.0113,
        LAT,
        class_code="06036",
        received_at=datetime(2026, 5, 1, tzinfo=UTC),
    )
    return one, other


FIRST = [
    "class_code = '06010'",
    "'06010' = class_code",
    "NOT (class_code = '06036')",
    "class_code <> '06036'",
    "class_code IN ('06010', '99999')",
    "class_code LIKE '0601%'",
    "CASEI(class_code) = CASEI('06010')",
    "class_code BETWEEN '06010' AND '06011'",
    "NOT class_code IS NULL AND class_code < '06036'",
    f"S_INTERSECTS(geometry, BBOX({BOX}))",
    f"S_INTERSECTS(geometry, {AREA})",
    f"S_WITHIN(geometry, {AREA})",
    f"S_CONTAINS({AREA}, geometry)",
    f"NOT S_DISJOINT(geometry, {AREA})",
    f"S_DWITHIN(geometry, POINT({LON} {LAT}), 900, 'm')",
    f"S_DWITHIN(geometry, POINT({LON} {LAT}), 0.9, 'kilometers')",
    "T_BEFORE(received_at, DATE('2026-04-01'))",
    "NOT T_AFTER(received_at, TIMESTAMP('2026-04-01T00:00:00Z'))",
    "T_AFTER(DATE('2026-04-01'), received_at)",
    "T_DURING(received_at, INTERVAL('2026-03-05T08:00:00Z', '2026-03-05T09:00:00Z'))",
    "T_DURING(received_at, INTERVAL('..', '2026-04-01'))",
    "T_INTERSECTS(received_at, DATE('2026-03-05'))",
    "received_at = DATE('2026-03-05')",
    "received_at <= TIMESTAMP('2026-03-05T08:30:00Z')",
]


@pytest.mark.parametrize("text", FIRST)
def test_a_filter_finds_the_one_that_it_means(
    client: FlaskClient, two: tuple[Case, Case], text: str
) -> None:
    assert keys(told(client, f"{CASES}/items", filter=text)) == [two[0].id]


def test_states_are_asked_for_as_the_public_is_told(
    client: FlaskClient, two: tuple[Case, Case]
) -> None:
    both = [two[1].id, two[0].id]
    for text in ("state = 'accepted'", "state IN ('accepted', 'closed')", "state <> 'closed'"):
        assert keys(told(client, f"{CASES}/items", filter=text)) == both, text
    assert keys(told(client, f"{CASES}/items", filter="state = 'closed'")) == []


def test_a_filter_is_read_in_its_language_and_system(
    client: FlaskClient, two: tuple[Case, Case]
) -> None:
    first = [two[0].id]
    tree = {"op": "=", "args": [{"property": "class_code"}, "06010"]}
    as_json = {"filter": json.dumps(tree), "filter-lang": "cql2-json"}
    old = {"filter": "class_code = '06010'", "filter-lang": "cql-text"}
    north = {"filter": f"S_INTERSECTS(geometry,{NORTH_FIRST})", "filter-crs": "EPSG:4490"}
    for asked in (as_json, old, north):
        assert keys(told(client, f"{CASES}/items", **asked)) == first
    found = client.post(f"{CASES}/search", json=tree, query_string={"limit": 5})
    assert keys(found.get_json(force=True)) == first
    elsewhere = {"filter": "S_INTERSECTS(geometry, POINT(-70 40))"}
    assert keys(told(client, f"{CASES}/items", **elsewhere)) == []


HOSTILE = [
    "class_code = '' OR 1=1 --'",
    "class_code = '06010'; DROP TABLE case_file",
    "\"class_code\" = 'x' UNION SELECT password_hash FROM account",
    "\"class_code' OR 1=1 --\" = 'x'",
    "reporter_id = 1",
    "words LIKE '%'",
    '"Case.words" IS NULL',
    "pg_sleep(5) = 1",
    "class_code = pg_sleep(5)",
    "class_code LIKE '%\\'",
    "class_code = 5",
    "received_at = 5",
    "received_at > DATE('9999-99-99')",
    "1 = 1",
    "'x'",
    "class_code",
    "S_INTERSECTS(geometry, POLYGON((1 2,3 4)))",
    "S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0,0 1,0 0)))",
    "S_INTERSECTS(geometry, geometry)",
    "S_INTERSECTS(class_code, POINT(1 2))",
    "S_DWITHIN(geometry, POINT(1 2), 1e400, 'm')",
    "S_DWITHIN(geometry, POINT(1 2), -1, 'm')",
    "S_DWITHIN(geometry, POINT(1 2), 5, 'parsecs')",
    "T_DURING(class_code, INTERVAL('..','..'))",
    "T_MEETS(received_at, INTERVAL('2026-01-01','2026-02-01'))",
    "(" * 60 + "class_code = 'x'" + ")" * 60,
    " OR ".join(["class_code = 'x'"] * 500),
    "NOT " * 100 + "class_code = 'x'",
    "class_code = '" + "x" * 9000 + "'",
    "class_code = 'a\0b'",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_what_is_no_filter_here_is_refused_in_words(
    client: FlaskClient, world: World, text: str
) -> None:
    refusal = told(client, f"{CASES}/items", 400, filter=text)
    assert "filter" in refusal["description"] or refusal["description"]


def test_what_looks_like_sql_in_a_value_is_only_a_value(
    client: FlaskClient, two: tuple[Case, Case]
) -> None:
    for value in ("x'' OR ''1''=''1", "%s", "%(wanted)s", ":value0", "\\", "'';--", "$1"):
        assert keys(told(client, f"{CASES}/items", filter=f"class_code = '{value}'")) == []
        plain = value.replace("''", "'")
        assert keys(told(client, f"{CASES}/items", class_code=plain)) == []


_WORDS = st.sampled_from(["class_code", "geometry", "state", "received_at", "x", "id"])
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.builds(lambda name: {"property": name}, _WORDS),
    st.just({"type": "Point", "coordinates": [LON, LAT]}),
    st.just({"type": "Polygon", "coordinates": [[[0, 0], [1, "x"]]]}),
    st.just({"bbox": [1, 2, 3]}),
    st.just({"timestamp": "2026-01-01T00:00:00Z"}),
    st.just({"interval": ["..", "2026-01-01"]}),
)
_OPS = st.sampled_from(
    ["and", "or", "not", "=", "<", "like", "in", "between", "isNull", "casei", "s_intersects",
     "s_dwithin", "s_within", "s_touches", "t_after", "t_during", "+", "f"]
)  # fmt: skip
TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.fixed_dictionaries({"op": _OPS, "args": st.lists(inner, max_size=4)}),
        st.dictionaries(st.sampled_from(["op", "args", "property", "type"]), inner, max_size=3),
    ),
    max_leaves=10,
)


@given(tree=TREES)
@settings(
    max_examples=examples.of(400), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_tree_breaks_the_house(client: FlaskClient, tree: Any) -> None:
    body = json.dumps(tree)
    answer = client.post(f"{CASES}/search", data=body, content_type="application/json")
    assert answer.status_code in (200, 400), body


def test_filters_name_what_queryables_name(client: FlaskClient) -> None:
    for name in ("cases", "grids", "cells", "workstations"):
        at = f"{OGC}/collections/{name}"
        asked = set(told(client, f"{at}/queryables")["properties"]) - {"geometry"}
        for each in asked:
            told(client, f"{at}/items", filter=f"{each} IS NULL", limit=1)
        refusal = told(client, f"{at}/items", 400, filter="nothing IS NULL")
        assert all(each in refusal["description"] for each in asked)
