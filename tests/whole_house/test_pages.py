"""Every page that can be reached is proper HTML, changes nothing, and asks no more the longer its lists."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from html import unescape
from typing import Any, ClassVar
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.exceptions import HTTPException

from tests import databases, examples
from tests.world import World, as_user
from webapp.base import clock, notices
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.cases import actions
from webapp.cases.rules import Source
from webapp.operation import untold

READERS = (
    None,
    "worker",
    "leader",
    "acceptor",
    "dispatcher",
    "shift",
    "supervisor",
    "handler",
    "station",
    "window",
    "agent",
    "resident1",
    "employer",
    "seeker",
    "port",
    "skipper",
    "project",
    "safety",
    "d09",
    "street",
    "admin",
)
# In English the widest readers: the others meet the same templates.
ENGLISH = [(reader, "en") for reader in ("worker", None, "shift", "handler", "admin")]
READINGS = [(reader, "zh_CN") for reader in READERS] + ENGLISH
# These meet little that the others do not, or pages that the tests of one part read as them.
MORE = {
    *("shift", "leader", "acceptor", "supervisor", "window", "agent", "station", "d09"),
    *("employer", "seeker", "skipper", "port", "project", "safety", "handler", "street", "admin"),
}

# Asked for by scripts, by forms, by machines, or from outside the house.
NOT_BY_LINK = frozenset(
    (
        "static",
        "live.stream",
        # Linked for members of a team only, of which none is among the readers.
        "duties.meeting",
        "duties.resolution",
        "relocation.new",
        # Behind private addresses, told once to whom they belong.
        "subscriptions.area",
        "subscriptions.calendar",
        "wall.by_address",
        "wall.now_by_address",
        "wall.stream_by_address",
        # What a mark of a camera on a map opens.
        "glances.card",
        # A part that the big screen asks for by itself.
        "wall.now",
        # Programs that ask with a key, or a form that names a place.
        "cap_api.alerts",
        "feeds.near",
        # The demo took no list out; its one bulletin is the newest one.
        "exports.one",
        "exports.fetch",
        "bulletin.one",
        "maps.replay",
        # The demo has no sign-in service of an office.
        "single.go",
        "single.back",
        "single.out",
        # The demo data has no such photo, and nobody is at the door of an activity.
        "livelihood.photo",
        "public_activities.here",
        "public_activities.photo",
        "health.alive",
        "health.ready",
        "metrics.show",
        "open311.discovery_below",
        "open311.definition",
        "open311.one",
        "open311.number",
        "open311.updates",
        # Programs find them by the documents that lead there.
        "ogc_tiles.matrix_sets",
        "ogc_tiles.tile",
        "installed.service_worker",
        "reports.session_now",
        "roll.calling",
        "maps.layer",
        "maps.base",
        "maps.here",
        "boundaries.at",
        "boundaries.lines",
        "boundaries.differences",
        "imports.one",
        # The demo asks for no other grids.
        "balance.one",
        "balance.drawing",
        "balance.picture",
        "balance.pack",
        "balance.pdf",
        "balance.docx",
        "imports.drawing",
        "news.file",
        "points.line",
        "points.photo",
        "points.reach",
        "points.ticket",
        "people.phone",
        "video.picture",
        "video.film",
        "video.piece",
        "video.of_alarm",
        "video.one_of_alarm",
        "video.of_case",
        "video.one_of_case",
        "walls.star",
        "residents.one",
        "residents.photo",
        "safety.take_in_form",
        "project_days.photo",
        "ground.photo",
        "voyages.photo",
        # No camera of the demo films, and no crew has sent a photo.
        "clips.film",
        "clips.film_of_case",
        "crews.photo",
        # Told by mouth and in the manual.
        "help.own",
        "safety_keep.file",
        "follows.link",
        "people.link",
        "hand_overs.one",
    )
)

# Pages of one kind are alike: so many of each are read, and one of each kind from every list of the
# queue, since cases at different steps lead to different pages.
THOROUGH = examples.ALL in os.environ
ALIKE = 2 if THOROUGH else 1
# The filters of a list stand in its addresses in many mixtures, and each of them alone; so many
# mixtures are read of one path.
MIXTURES = 6 if THOROUGH else 2
# What so many readers have met, those after them read once of its kind, and in one mixture.
KNOWN = 3 if THOROUGH else 1
# Paper is laid out slowly, and only asked whether it comes: in the thorough run, by whoever meets its kind first.
PAPER = (".pdf", ".docx", "/atlas.html")
# One figure is like another.
FIGURE = r"(?<=/figures/)(?!appeals|contest|export)[a-z_]+"


# Between the parts a page is put together from; those that stood on proper pages.
_PARTS = re.compile(
    r"(?=<(?:li|tr|option|dt|section|article|form|details|fieldset|nav|label|template|a|p|h2)\b)"
)
# The icons a page shows; the addresses it leads to, and those it asks for by itself.
_ICON = re.compile(r'icons\.svg#([^"]*)"')
_LINK = re.compile(r'\s(?:href|src|hx-get|data-src)="([^"]+)"')
_PROPER: set[str] = set()
_READERS: Counter[str] = Counter()


@cache
def _sprite() -> frozenset[str]:
    """The icons that are there."""
    drawn = (databases.ROOT / "static/vendor/icons.svg").read_text()
    return frozenset(re.findall(r'<symbol id="([^"]+)"', drawn))


class _Reader:
    """Reads every page one account can reach, in one language."""

    # Shared by all who read for the same end.
    papers: ClassVar[set[str]] = set()

    def __init__(self, app: Flask, client: FlaskClient, language: str) -> None:
        self.app = app
        self.client = client
        self.language = language
        self.seen: set[str] = set()
        self.kinds: Counter[str] = Counter()
        self.mixtures: Counter[str] = Counter()
        self.faults: list[str] = []
        self.wrote: list[str] = []

    def read_all(self, start: str) -> None:
        waiting = [(start, "")]
        while waiting:
            address, step = waiting.pop(0)
            if address in self.seen or not self._wanted(address, step):
                continue
            self.seen.add(address)
            shown = parse_qs(urlsplit(address).query).get("show", [""])[0]
            waiting += [(each, shown) for each in self._read(address)]

    def _faults(self, text: str) -> list[str]:
        """What is wrong with a page. One that is put together like those that were proper is proper:
        its words and the values of its attributes are escaped, so only tags can be amiss."""
        shape = {re.sub(r'="[^"]*"|>[^<]*(?=<)', "", part) for part in _PARTS.split(text)}
        if shape <= _PROPER:
            return []
        faults = html_faults(text) + deeds_that_move(text)
        if not faults:
            _PROPER.update(shape)
        return faults

    def _wanted(self, address: str, step: str) -> bool:
        """`step` is what the list shows where the address was found."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or parts.path.startswith("/static/"):
            return False
        if parts.path == "/live":
            return False
        path = re.sub(FIGURE + r"|\d+|DJJ-\w-\d+|[0-9A-Z]{15}", "#", parts.path)
        names = sorted(part.partition("=")[0] for part in parts.query.split("&"))
        kind = f"{path}?{'&'.join(names)}"
        if path.endswith(PAPER):
            unread = THOROUGH and path not in self.papers
            self.papers.add(path)
            return unread
        self.kinds[kind] += 1
        self.kinds[kind + step] += bool(step)
        _READERS[kind] += self.kinds[kind] == 1
        known = _READERS[kind] > KNOWN
        alike, mixtures = (1, 1) if known else (ALIKE, MIXTURES)
        wanted = self.kinds[kind] <= alike or (self.kinds[kind + step] == 1 and not known)
        if len(names) > 1 and wanted:
            self.mixtures[path] += 1
            return self.mixtures[path] <= mixtures
        return wanted

    def _read(self, address: str) -> list[str]:
        with writing(self.app, self.wrote, address):
            answer = self.client.get(address, headers={"Accept": "text/html"})
        if answer.status_code in (301, 302, 303):
            return [urljoin(address, answer.headers["Location"])]
        if answer.status_code != 200:
            self.faults.append(f"{address}: {answer.status_code}")
            return []
        if answer.mimetype != "text/html":
            return []
        text = answer.get_data(as_text=True)
        self.faults += [f"{address}: {fault}" for fault in self._faults(text)]
        drawn = set(_ICON.findall(text))
        self.faults += [f"{address}: no icon {name}" for name in drawn - _sprite()]
        return [urldefrag(urljoin(address, unescape(each)))[0] for each in _LINK.findall(text)]


def html_faults(text: str) -> list[str]:
    """What a strict reader finds wrong with a page, or with a part of one."""
    parser = html5lib.HTMLParser(strict=False)
    whole = text.lstrip().lower().startswith("<!doctype")
    parser.parse(text) if whole else parser.parseFragment(text)
    lines = text.splitlines()
    return [
        f"{html5lib.constants.E[code] % more} near {lines[min(line, len(lines)) - 1].strip()[:160]}"
        for (line, _column), code, more in parser.errors
    ]


def deeds_that_move(text: str) -> list[str]:
    """What can be pressed right below a part that loads late: it moves under the thumb."""
    main = re.search(r"<main\b.*?</main>", text, re.DOTALL)
    if main is None or 'hx-trigger="load' not in main[0]:
        return []
    faults = []
    for parent in html5lib.parseFragment(main[0], namespaceHTMLElements=False).iter():
        above = ""
        for each in parent:
            pressed = [one for one in each.iter() if _is_deed(one)]
            if above and pressed:
                faults.append(f"below {above}: {''.join(pressed[0].itertext()).strip()[:40]}")
            if each.get("hx-trigger", "").startswith("load") and not _has_room(each):
                above = each.get("hx-get", "")
    return faults


def _is_deed(each: Any) -> bool:
    return each.tag == "button" or (each.tag == "a" and "btn" in each.get("class", "").split())


def _has_room(late: Any) -> bool:
    """It is no part of what is below it, or room is kept for it, or it says what comes before the rest."""
    return (
        late.get("hx-swap") == "none"
        or late.tag == "section"
        or "grid-watch" in late.get("class", "")
        or "data-behind" in late.attrib
    )


@contextmanager
def writing(app: Flask, into: list[str], what: str) -> Iterator[None]:
    """Whatever is written to the database inside is noted."""
    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if re.match(r"\s*(INSERT|UPDATE|DELETE|TRUNCATE|COPY)\b", statement, re.IGNORECASE):
            into.append(f"{what}: {statement[:120]}")

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _client(app: Flask, username: str | None, language: str) -> FlaskClient:
    client = app.test_client()
    client.post(f"/language/{language}")
    if username is not None:
        logins = app.extensions["settings"].instance / "demo-logins.json"
        word = json.loads(logins.read_text(encoding="utf-8"))[0]["password"]
        answer = client.post("/sign-in", data={"username": username, "password": word})
        assert answer.status_code == 303
    return client


@pytest.fixture(scope="module")
def readings() -> dict[tuple[str | None, str], _Reader]:
    """Who has read the house, and what they saw."""
    return {}


def _reading(
    house: Flask,
    readings: dict[tuple[str | None, str], _Reader],
    username: str | None,
    language: str,
) -> _Reader:
    key = username, language
    if key not in readings:
        readings[key] = _Reader(house, _client(house, username, language), language)
        readings[key].read_all("/")
    return readings[key]


@pytest.mark.parametrize(
    ("username", "language"),
    [
        pytest.param(
            *each,
            marks=(pytest.mark.thorough, pytest.mark.walk)
            if each[0] in MORE or each in ENGLISH
            else (),
        )
        for each in READINGS
    ],
)
def test_every_page_in_reach_is_there_and_is_proper(
    full_house: Flask, readings: Any, username: str | None, language: str
) -> None:
    reader = _reading(full_house, readings, username, language)
    assert len(reader.seen) > 3, "there is nothing to read"
    assert not reader.faults, "\n".join(reader.faults)
    assert not reader.wrote, "\n".join(reader.wrote)


@pytest.mark.thorough
@pytest.mark.walk
def test_every_page_is_in_reach_of_somebody(full_house: Flask, readings: Any) -> None:
    addresses = full_house.url_map.bind("localhost")
    reached = set()
    for username in READERS:
        for address in _reading(full_house, readings, username, "zh_CN").seen:
            with suppress(HTTPException):
                reached.add(addresses.match(urlsplit(address).path)[0])
    pages = {
        rule.endpoint
        for rule in full_house.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }
    assert sorted(pages - reached - NOT_BY_LINK) == [], "no link leads to these pages"
    assert pages >= NOT_BY_LINK, "these are pages no more"


@pytest.mark.thorough
@pytest.mark.walk
def test_whoever_reads_a_page_reads_its_past(full_house: Flask) -> None:
    pages = sorted(rule.rule for rule, is_told in untold.pages(full_house) if is_told)
    asked = {"as_of": (clock.now() - timedelta(hours=1)).isoformat()}
    wrong, read = [], 0
    for username in READERS:
        client = _client(full_house, username, "zh_CN")
        for path in pages:
            answer = client.get(path, query_string=asked, headers={"Accept": "text/html"})
            if answer.status_code == 200 and answer.mimetype == "text/html":
                read += 1
                wrong += [f"{username} {path}: {fault}" for fault in html_faults(answer.text)]
            elif answer.status_code not in (200, 302, 303, 403, 404):
                wrong.append(f"{username} {path}: {answer.status_code}")
    assert wrong == []
    assert read > len(pages)


def test_an_error_is_a_proper_page_too(full_house: Flask) -> None:
    client = _client(full_house, "worker", "zh_CN")
    for address, status in (("/nowhere", 404), ("/people/accounts", 403), ("/cases/0", 404)):
        answer = client.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == status
        assert html_faults(answer.get_data(as_text=True)) == []


def _report(world: World, count: int) -> None:
    lon, lat = world.spot(world.home)
    for _each in range(count):
        actions.report(
            class_code="06010",
            lon=lon,
            lat=lat,
            datum=Datum.WGS84,
            source=Source.WORKER,
            by=world.worker,
            prefix="DJJ",
        )
        notices.notify([world.worker.id, world.dispatcher.id], "Please sign in first.", url="/")


def _asked(app: Flask, client: FlaskClient, address: str) -> int:
    statements: list[str] = []
    with app.app_context():
        connection = db.session.connection()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(connection.engine, "before_cursor_execute", note)
    try:
        answer = client.get(address)
    finally:
        event.remove(connection.engine, "before_cursor_execute", note)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return len(statements)


LISTS = {
    "/cases": "dispatcher",
    "/cases/today": "worker",
    "/notices": "worker",
    "/desk": "dispatcher",
    "/phone": "worker",
    "/grids/DJJ-C-001": "dispatcher",
    "/api/v1/cases": "dispatcher",
    "/maps/layers/cases.json": "dispatcher",
    "/maps/layers/public_cases.json": "stranger",
    "/public/cases?show=all": "dispatcher",
    "/mine": "worker",
    "/points": "stranger",
    "/nearest?lon=121.05&lat=37.66": "stranger",
}


@pytest.mark.parametrize("address", LISTS)
def test_a_longer_list_asks_no_more_questions(app: Flask, world: World, address: str) -> None:
    browser = as_user(app, getattr(world, LISTS[address]))
    browser.get(address)
    _report(world, 2)
    few = _asked(app, browser, address)
    _report(world, 9)
    assert _asked(app, browser, address) == few
