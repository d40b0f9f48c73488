"""The house under load: where a point lies, the layer of all grids, a case that comes in.

It is in test mode, without its limits of requests a second: one address sends what a hundred phones would.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator

from bench import statements
from bench.figures import Figure, in_turns
from bench.ground import Ground
from bench.load import Request, asked, beside_bare, served
from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import to_lonlat
from webapp.grids import queries

CLIENTS = 8
GZIP = {"Accept-Encoding": "gzip"}
LAYER = "/maps/layers/grids.json"
LARGEST_LAYER_KIB = 60
MOST = 15


def locate(ground: Ground) -> Iterator[Figure]:
    """Where a point lies."""
    lon, lat = spots(ground)[0]
    request = Request("GET", f"/api/v1/locate?lon={lon}&lat={lat}")
    with served("wsgi:app", ground.environment) as house:
        yield beside_bare(ground, house, request, what="GET /api/v1/locate", clients=CLIENTS)
    yield statements.figure(ground, request)


def layer(ground: Ground) -> Iterator[Figure]:
    """The layer of all grids: how large, made once, sent once."""
    with served("wsgi:app", ground.environment) as house:
        _status, _headers, plain = asked(house.port, Request("GET", LAYER))
        _status, headers, small = asked(house.port, Request("GET", LAYER, GZIP))
        kept = Request("GET", LAYER, {**GZIP, "If-None-Match": headers["ETag"]})
        again, _headers, _body = asked(house.port, kept)
        yield Figure(
            what=f"layer of all grids, gzipped; with its ETag: {again}",
            rows=len(json.loads(plain)["features"]),
            measured=f"{len(small) / 1024:.1f} KiB",
            baseline="the same, not gzipped",
            beside=f"{len(plain) / 1024:.1f} KiB",
            ratio=len(small) / len(plain),
            wanted=f"<= {LARGEST_LAYER_KIB} KiB, 304",
            met=len(small) <= LARGEST_LAYER_KIB * 1024 and again == 304,
        )
        fresh = Request("GET", LAYER, GZIP)
        yield beside_bare(ground, house, fresh, what=f"GET {LAYER} from cache", clients=CLIENTS)
        yield beside_bare(ground, house, kept, what=f"GET {LAYER}, 304", clients=CLIENTS)
    client = ground.app.test_client()
    # The borders of a moment are not kept: the same is made anew.
    moment = f"{LAYER}?at={clock.now():%Y-%m-%dT%H:%M:%SZ}"
    anew, from_cache = in_turns(
        lambda: client.get(moment, headers=GZIP), lambda: client.get(LAYER, headers=GZIP)
    )
    yield Figure(
        what="layer of all grids from cache, in process",
        rows=1,
        measured=f"{from_cache * 1000:.2f} ms",
        baseline="the same made anew",
        beside=f"{anew * 1000:.0f} ms",
        ratio=anew / from_cache,
    )


def report(ground: Ground) -> Iterator[Figure]:
    """A case comes in from a machine, without a photo."""
    places = spots(ground)
    headers = {"Authorization": ground.token, "Content-Type": "application/json"}
    request = Request("POST", "/api/v1/cases", headers, lambda: new_case(places))
    with served("wsgi:app", ground.environment) as house:
        for clients in (1, CLIENTS):
            yield beside_bare(ground, house, request, what="POST /api/v1/cases", clients=clients)
    yield statements.figure(ground, request, most=MOST, wanted=f"<= {MOST} (decision 6)")


def spots(ground: Ground) -> list[tuple[float, float]]:
    """A point in each grid, lon and lat."""
    with ground.app.app_context():
        middles = [each.shape.representative_point() for each in queries.active_versions()]
        db.session.rollback()
    return [to_lonlat(each.x, each.y) for each in middles]


def new_case(places: list[tuple[float, float]]) -> bytes:
    """A report at one of the places, as a machine sends it."""
    lon, lat = places[os.urandom(1)[0] % len(places)]
    return json.dumps(
        {
            "client_id": str(uuid.uuid4()),
            "class_code": "06010",
            "lon": lon,
            "lat": lat,
            "accuracy_m": 8,
            "words": "路边有积水",
        }
    ).encode()
