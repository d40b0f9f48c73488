"""Every list, map and search of the house over a big database: no statement may read a big table in vain.

All pages that links lead to are asked as those who meet most, and every address of maps and machines;
each statement that was heard is then explained with the values it had. Who counts all that there is must
read all of it, and no index helps where a tenth or more of a table is meant: that is told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from math import inf
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from bench import alarms, cases, residents
from bench.figures import Figure
from bench.ground import Ground
from webapp.base.db import db
from webapp.people import queries as people

CASES, OPEN, RESIDENTS, ALARMS = 200_000, 30_000, 100_000, 200_000
# A table of so many rows is big.
BIG = 20_000
# Of what is read whole, so much must be meant; or an index should have led to it.
SHARE = 0.1
READERS = (
    *(None, "dispatcher", "street", "worker", "shift", "leader", "supervisor", "safety"),
    *("handler", "resident1", "station", "window", "project", "port", "admin"),
)
# Part of an address that tells one thing from the next of its kind.
_ALIKE = re.compile(r"(?<=/figures/)(?!appeals|contest|export)[a-z_]+|\d+|DJJ-\w-\d+|[0-9A-Z]{15}")
_LINK = re.compile(r'\s(?:href|src|hx-get|data-src)="([^"]+)"')
_NO_PAGE = re.compile(
    r"^/static/|^/live|\.(pdf|docx|zip|csv|xlsx|geojson|gpkg)$|/export|/atlas|^/language|^/sign-out"
)
# Nodes of a plan that need all that is below them, and those of which few rows may come.
_COUNTS = {"Aggregate", "WindowAgg", "Group", "Unique", "SetOp"}
_CHOOSES = {"Limit", "Nested Loop", "Hash Join", "Merge Join"}
_SELECT = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)
# Asked by scripts and machines: no link leads there.
BOX = "121.00,37.60,121.10,37.70"
ASKED = (
    *(f"/maps/layers/{name}.json?bbox={BOX}" for name in ("cases", "alarms", "public_cases")),
    "/maps/search?q=%E6%98%9F",
    "/maps/search?q=C-01",
    "/cases?q=%E7%A7%AF%E6%B0%B4",
    "/cases?q=DJJ",
    "/alarms?q=zone",
    "/alarms?lane=closed&q=%E7%83%9F",
    "/households?q=%E5%B0%BA",
    "/households?q=%E7%A4%BA%E4%BE%8B%E8%B7%AF",
    "/api/v1/cases?limit=50",
    "/api/v1/locate?lon=121.05&lat=37.66",
    "/api/v1/points/nearest?lon=121.05&lat=37.66",
    "/nearest?lon=121.05&lat=37.66",
    f"/ogc/collections/cases/items?bbox={BOX}&limit=100",
    f"/ogc/collections/public_cases/items?bbox={BOX}&limit=100",
    "/open311/v2/requests.json",
)


@dataclass
class Heard:
    """A statement with its values, and the first page that asked it."""

    statement: str
    values: Any
    where: str


@dataclass
class Ears:
    """What was asked of the database, each statement once."""

    heard: dict[str, Heard] = field(default_factory=dict)
    where: str = ""
    pages: int = 0

    def note(self, statement: str, values: Any) -> None:
        """A statement is about to run."""
        if _SELECT.match(statement):
            # Lists of values differ in their length only.
            shape = re.sub(r"%\(\w+\)s(, %\(\w+\)s)+", "...", statement)
            self.heard.setdefault(shape, Heard(statement, values, self.where))


def figures(ground: Ground) -> Iterator[Figure]:
    """What reads a big table whole, of everything that is asked."""
    cases.hold(ground, CASES, still_open=OPEN)
    with ground.app.test_request_context("/"):
        residents.fill(RESIDENTS)
        desk = people.by_username("dispatcher")
        if desk is None:
            raise RuntimeError("the demo has no dispatcher")
        alarms.fill(desk.id, ALARMS, still_open=3_000)
    yield from whole(ground)


def whole(ground: Ground) -> Iterator[Figure]:
    """The same on a database that is big already."""
    with listening(ground.app) as ears:
        for reader in READERS:
            _read_all(ground, reader, ears)
    with ground.app.app_context():
        big, parts = _big(), _parts()
        read = [(each, found) for each in ears.heard.values() for found in _whole(each, big, parts)]
    vain = [_told(each, found) for each, found in read if found.meant < SHARE]
    needed = [_told(each, found) for each, found in read if found.meant >= SHARE]
    yield Figure(
        what=f"tables of {BIG:,} rows and more read whole for less than a tenth of them",
        rows=len(ears.heard),
        measured=f"{len(vain)} of {len(ears.heard):,} statements of {ears.pages:,} pages;"
        f" big: {', '.join(sorted(big))}",
        wanted="none",
        met=not vain,
        plan=tuple(vain),
    )
    yield Figure(
        what="read whole because a tenth or more of the table is meant",
        rows=len(ears.heard),
        measured=f"{len(needed)} of {len(ears.heard):,} statements",
        plan=tuple(needed),
    )


@dataclass(frozen=True)
class Reading:
    """A big table that a statement read from end to end: how, and the share of it that was meant."""

    table: str
    how: str
    meant: float


def _told(heard: Heard, found: Reading) -> str:
    words = " ".join(heard.statement.split())[:400]
    return f"{found.table} ({found.how}, {found.meant:.1%} meant) at {heard.where}: {words}"


@contextmanager
def listening(app: Flask) -> Iterator[Ears]:
    """Hears every statement of the app."""
    ears = Ears()
    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        ears.note(statement, values)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield ears
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _read_all(ground: Ground, reader: str | None, ears: Ears) -> None:
    client = ground.app.test_client(use_cookies=reader is None)
    headers = {"Cookie": ground.cookie_of(reader)} if reader is not None else {}
    seen: set[str] = set()
    waiting = ["/", *ASKED]
    while waiting:
        address = waiting.pop(0)
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or _NO_PAGE.search(parts.path):
            continue
        names = sorted(name for name, _value in parse_qsl(parts.query))
        # What is asked on purpose stands for itself.
        kind = address if address in ASKED else f"{_ALIKE.sub('#', parts.path)}?{'&'.join(names)}"
        if kind in seen:
            continue
        seen.add(kind)
        waiting += _asked(client, headers, address, ears, reader)


def _asked(
    client: FlaskClient, headers: dict[str, str], address: str, ears: Ears, reader: str | None
) -> list[str]:
    ears.where = f"{reader} {address}"
    answer = client.get(address, headers={"Accept": "text/html", **headers}, buffered=True)
    ears.pages += 1
    if answer.status_code in (301, 302, 303):
        return [urljoin(address, answer.headers["Location"])]
    if answer.status_code >= 500:
        raise RuntimeError(f"{reader} {address}: {answer.status_code}")
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return []
    return [urldefrag(urljoin(address, unescape(each)))[0] for each in _LINK.findall(answer.text)]


def _big() -> set[str]:
    rows = db.session.execute(
        text("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND reltuples >= :big"),
        {"big": BIG},
    )
    return set(rows.scalars())


def _parts() -> set[str]:
    """Indexes that hold a part of their table only: to read all of one is no reading of all."""
    rows = db.session.execute(
        text("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
    )
    return set(rows.scalars())


def _whole(heard: Heard, big: set[str], parts: set[str]) -> list[Reading]:
    """Which big tables a statement reads from end to end, each once."""
    connection = db.session.connection()
    try:
        plan = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {heard.statement}", heard.values
        ).scalar_one()
    finally:
        db.session.rollback()
    found = sorted(_ends(plan[0]["Plan"], big, parts), key=lambda each: -each.meant)
    # Of several readings of a table the worst counts.
    return [*{each.table: each for each in found}.values()]


def _ends(
    node: dict[str, Any], big: set[str], parts: set[str], most: float = inf
) -> Iterator[Reading]:
    """Each reading of a big table under a node of a plan, of whose rows the nodes above keep `most`."""
    how, table, index = node["Node Type"], node.get("Relation Name"), node.get("Index Name")
    kept = node["Actual Rows"] * node["Actual Loops"]
    if node.get("Parent Relationship") in ("InitPlan", "SubPlan") or how in _COUNTS:
        most = inf
    elif how in _CHOOSES:
        most = min(most, kept)
    if table in big:
        by_index = "Index Cond" in node or how == "Bitmap Heap Scan" or index in parts
        read = kept + node.get("Rows Removed by Filter", 0) * node["Actual Loops"]
        if not by_index and read >= BIG:
            yield Reading(table, index or how, min(kept, most) / read)
    for below in node.get("Plans", ()):
        yield from _ends(below, big, parts, most)
