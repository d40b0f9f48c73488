"""Feeds of public cases: what a reader finds in them, what never stands there, and what costs nothing."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from flask.testing import FlaskClient

from tests.cases import stages
from tests.interop.open311 import clients
from tests.interop.open311.clients import filed
from tests.interop.open311.counting import statements
from tests.world import World
from webapp.base import clock, feed
from webapp.base.datum import Datum, from_wgs84
from webapp.base.db import db
from webapp.cases import moves, publishing
from webapp.cases.residents import actions as residents

GEO = "{http://www.georss.org/georss}"
ATOM = "{http://www.w3.org/2005/Atom}"


def channel(client: FlaskClient, address: str, **asked: Any) -> Element:
    """The channel of a feed, once it is what a reader asks of every RSS 2.0."""
    answer = client.get(address, query_string=asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert "no-cache" in answer.headers["Cache-Control"]
    root = fromstring(answer.data)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    found = root.find("channel")
    assert found is not None
    assert all(found.findtext(name) for name in ("title", "link", "description", "language"))
    assert not found.findtext("link", "").endswith(".rss")
    own = found.find(f"{ATOM}link[@rel='self']")
    assert own is not None
    assert client.get(own.get("href", "")).data == answer.data
    for item in found.iter("item"):
        assert parsedate_to_datetime(item.findtext("pubDate", "")).tzinfo is not None
    return found


def keys(client: FlaskClient, address: str, **asked: Any) -> list[str]:
    """What stands in a feed, by the names that stay."""
    return [item.findtext("guid", "") for item in channel(client, address, **asked).iter("item")]


def key(case: Any) -> str:
    return f"wangge:case:{case.number}"


def test_a_public_case_is_an_item_with_its_place_latitude_first(
    client: FlaskClient, world: World
) -> None:
    case = filed(world)
    residents.release(
        case,
        words="路边 & <垃圾>\x0b，电话 13912345678",
        photos=[],
        private=False,
        by=world.dispatcher,
    )
    db.session.commit()
    (item,) = channel(client, "/feeds/cases.rss").iter("item")
    at = publishing.spot(case)
    assert at is not None
    assert item.findtext(f"{GEO}point") == f"{at[1]:.6f} {at[0]:.6f}"
    guid = item.find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == (key(case), "false")
    assert item.findtext("title") == f"暴露垃圾 · {world.home.name}"
    assert item.findtext("link", "").endswith(f"/public/cases/{case.number}")
    assert "路边 & <垃圾>，电话 ▇▇▇" in item.findtext("description", "")
    assert parsedate_to_datetime(item.findtext("pubDate", "")) == case.received_at.replace(
        microsecond=0
    )
    english = channel(client, "/feeds/cases.rss", lang="en")
    assert (english.findtext("title"), english.findtext("language")) == ("Public cases", "en")


@pytest.mark.parametrize("hidden", ["private", "internal", "unconfirmed", "released_as_private"])
def test_what_is_not_public_stands_in_no_feed(
    client: FlaskClient, world: World, hidden: str
) -> None:
    if hidden == "unconfirmed":
        case = stages.reported(world, class_code=clients.PLAIN)
    elif hidden == "internal":
        case = filed(world, class_code=clients.INTERNAL)
    else:
        case = filed(world)
        residents.release(case, words=None, photos=[], private=True, by=world.dispatcher)
    db.session.commit()
    lon, lat = world.spot(world.home)
    for address, asked in (
        ("/feeds/cases.rss", {}),
        (f"/feeds/grids/{world.home.display_code}.rss", {}),
        ("/feeds/near.rss", {"lon": lon, "lat": lat, "radius": 5000}),
    ):
        assert keys(client, address, **asked) == []
    assert client.get(f"/feeds/cases/{case.number}.rss").status_code == 404


def test_each_grid_class_and_place_has_its_own_feed(client: FlaskClient, world: World) -> None:
    lon, lat = world.spot(world.home)
    far, further = world.spot(world.next_door)
    here, there = filed(world), filed(world, lon=far, lat=further)
    noise = filed(world, class_code=clients.BATCH)
    assert keys(client, "/feeds/cases.rss") == [key(noise), key(there), key(here)]
    assert keys(client, f"/feeds/grids/{world.home.code}.rss") == [key(noise), key(here)]
    assert keys(client, f"/feeds/grids/{world.next_door.display_code}.rss") == [key(there)]
    assert keys(client, f"/feeds/classes/{clients.BATCH}.rss") == [key(noise)]
    assert len(keys(client, f"/feeds/classes/{clients.PLAIN[:2]}.rss")) == 3
    near = {"lon": lon, "lat": lat, "radius": 100}
    assert key(here) in keys(client, "/feeds/near.rss", **near)
    assert key(there) not in keys(client, "/feeds/near.rss", **near)
    shifted = from_wgs84(lon, lat, Datum.GCJ02)
    gcj = {"lon": shifted[0], "lat": shifted[1], "radius": 100}
    assert key(here) in keys(client, "/feeds/near.rss", datum="gcj02", **gcj)
    assert key(here) not in keys(client, "/feeds/near.rss", **gcj)


def test_a_home_is_found_where_it_is_told_to_be_and_not_where_it_is(
    client: FlaskClient, world: World
) -> None:
    case = filed(world, class_code=clients.BATCH)
    told, (lon, lat) = publishing.spot(case), case.lonlat
    assert told is not None
    assert keys(client, "/feeds/near.rss", lon=told[0], lat=told[1], radius=50) == [key(case)]
    # The other way round nobody can ask his way to the door of a home.
    side = {"lon": 2 * lon - told[0], "lat": 2 * lat - told[1], "radius": 50}
    assert keys(client, "/feeds/near.rss", **side) == []


def test_the_steps_of_a_case_are_a_feed_that_names_nobody(
    client: FlaskClient, world: World
) -> None:
    case = filed(world)
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    db.session.commit()
    found = channel(client, f"/feeds/cases/{case.number}.rss")
    titles = [item.findtext("title", "") for item in found.iter("item")]
    assert [each.partition(" · ")[0] for each in titles] == ["已派人处置", "已立案", "已上报"]
    numbers = [item.findtext("guid", "").rpartition(":")[2] for item in found.iter("item")]
    assert numbers == sorted(numbers, key=int, reverse=True)
    text = client.get(f"/feeds/cases/{case.number}.rss").get_data(as_text=True)
    assert "worker" not in text
    assert "dispatcher" not in text


def test_a_reader_that_has_it_is_told_so_until_something_happens(
    client: FlaskClient, world: World
) -> None:
    with clock.at(clock.now() - timedelta(hours=2)):
        case = filed(world)
    first = client.get("/feeds/cases.rss")
    for known in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = client.get("/feeds/cases.rss", headers=known)
        assert (again.status_code, again.data) == (304, b"")
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    db.session.commit()
    for known in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        assert client.get("/feeds/cases.rss", headers=known).status_code == 200
    empty = client.get(f"/feeds/grids/{world.next_door.code}.rss")
    tag = {"If-None-Match": empty.headers["ETag"]}
    assert client.get(f"/feeds/grids/{world.next_door.code}.rss", headers=tag).status_code == 304


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/feeds/grids/DJJ-X-999.rss", 404),
        ("/feeds/classes/99999.rss", 404),
        ("/feeds/classes/2600.rss", 404),
        (f"/feeds/classes/{clients.INTERNAL}.rss", 404),
        ("/feeds/classes/%25%25.rss", 404),
        ("/feeds/cases/DJJ-0000-000000.rss", 404),
        ("/feeds/near.rss", 422),
        ("/feeds/near.rss?lon=120&lat=nan", 422),
        ("/feeds/near.rss?lon=120&lat=36&radius=50000", 422),
        ("/feeds/near.rss?lon=120&lat=36&datum=mars", 422),
        ("/feeds/near.rss?lon=-60&lat=-36", 200),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_line_of_text(
    client: FlaskClient, address: str, status: int
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert status == 200 or answer.mimetype == "text/plain"


def test_a_longer_feed_asks_no_more_questions(
    app: Flask, client: FlaskClient, world: World
) -> None:
    counts = []
    for _round in range(2):
        for _each in range(3):
            filed(world)
        with statements(app) as asked:
            assert client.get("/feeds/cases.rss").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4


def test_a_feed_holds_so_much_at_most(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.interop.feeds.queries.ENTRIES", 2)
    made = [filed(world) for _each in range(3)]
    assert keys(client, "/feeds/cases.rss") == [key(made[2]), key(made[1])]


def test_pages_name_their_feeds(client: FlaskClient, world: World) -> None:
    case = filed(world)
    for address, named in (
        ("/public/cases", "/feeds/cases.rss"),
        (f"/public/cases/{case.number}", f"/feeds/cases/{case.number}.rss"),
        (f"/grids/{world.home.display_code}", f"/feeds/grids/{world.home.display_code}.rss"),
        ("/subscribe", "/feeds/cases.rss"),
        ("/subscribe", "/news.rss"),
        ("/subscribe", "/jobs/feed.rss"),
    ):
        body = client.get(address).get_data(as_text=True)
        assert f'href="{named}"' in body, address


@pytest.mark.parametrize("address", ["/news.rss", "/jobs/feed.rss", "/feeds/cases.rss"])
def test_every_feed_is_written_alike(client: FlaskClient, world: World, address: str) -> None:
    channel(client, address)
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_what_xml_cannot_say_is_left_out() -> None:
    assert feed.clean("a\x00\x0b\ud800b\r\nc\rd\ufffe") == "ab\nc\nd"
