"""Settings of the rule by which points are located, changed after an installation has begun."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg2
import pytest

from tests import databases

# 60 m off a straight stretch of the outer border: outside at 50 m, on the border at 100 m.
NEAR = """
    WITH outline AS (
        SELECT ST_Union(v.geom) AS geom FROM grid_version v JOIN boundary_set s ON s.id = v.set_id
        WHERE s.state = 'active'
    )
    SELECT ST_AsText(ST_PointN(ST_ExteriorRing(ST_Buffer(geom, 60)), 1), 9) FROM outline
"""


@pytest.fixture
def own(cluster_url: str) -> Iterator[str]:
    name = f"rule_{uuid.uuid4().hex[:10]}"
    yield databases.clone(cluster_url, name)
    databases.drop(cluster_url, name)


def ask(url: str, sql: str) -> tuple[object, ...]:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            row: tuple[object, ...] = cursor.fetchone() or ()
            return row
    finally:
        connection.close()


@pytest.mark.thorough
def test_another_reach_is_taken_up_at_the_next_start(own: str) -> None:
    (spot,) = ask(own, NEAR)
    here = f"SELECT grid_id IS NULL, on_border FROM grid_at(ST_GeomFromText('{spot}', 4549))"
    place = f"INSERT INTO place (kind, name, geom) VALUES ('village', '甲', ST_GeomFromText('{spot}', 4549)) RETURNING grid_id"
    assert ask(own, here) == (True, False)
    assert ask(own, place) == (None,)

    with pytest.raises(RuntimeError, match="located by other settings"):
        databases.flask(own, "check", REACH_M="100")
    assert "located as the settings say now" in databases.flask(
        own, "geodata", "load", REACH_M="100"
    )

    assert ask(own, here) == (False, True)
    assert ask(own, "SELECT grid_id IS NULL, on_border FROM place WHERE name = '甲'") == (
        False,
        True,
    )
    assert "everything is whole" in databases.flask(own, "check", REACH_M="100")
    assert "located" not in databases.flask(own, "geodata", "load", REACH_M="100")


def test_another_storage_crs_is_refused_in_one_sentence(own: str) -> None:
    with pytest.raises(RuntimeError, match=r"keeps geometry in EPSG:4549.* start with SRID=4549"):
        databases.flask(own, "geodata", "load", SRID="4547")
