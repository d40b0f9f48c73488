"""200,000 cases leave the house: first byte, all of it, and the memory it takes, beside COPY of the same select."""

from __future__ import annotations

import http.client
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import cases
from bench.figures import Figure
from bench.ground import Ground
from bench.load import Server, served
from bench.residents import apart
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.exports import queries
from webapp.base.exports.actions import Writing
from webapp.base.exports.cells import fields, zone
from webapp.base.exports.rules import Format
from webapp.base.exports.sheet import SHEETS
from webapp.people import actors, queries as people

ROWS = 200_000
FIRST_BYTE_S = 2.0
# What the allocator keeps is no growth.
FLAT_MIB = 32
WHERE = {"show": "open"}


@dataclass
class Sent:
    """An answer: when its first byte came and its last (seconds), how many lines and bytes it had."""

    first: float
    whole: float
    lines: int
    size: int

    def __str__(self) -> str:
        return f"first byte {self.first:.2f} s, all {self.whole:.1f} s, {self.size / 1e6:.0f} MB"


def figures(ground: Ground) -> Iterator[Figure]:
    """CSV and GeoJSON over HTTP, Excel and GeoPackage as the worker makes them."""
    with ground.app.test_request_context("/"):
        cases.fill(ROWS, still_open=ROWS)
        db.session.commit()
        desk = people.by_username("dispatcher")
        who = actors.person(desk.id) if desk else None
        if who is None:
            raise RuntimeError("the demo has no dispatcher")
        copied = _copied(who)
    cookie = ground.cookie_of("dispatcher")
    with served("wsgi:app", ground.environment) as house:
        _asked(house, cookie, Format.CSV, "q=bench-77")
        for form in (Format.CSV, Format.GEOJSON):
            before = _peak(house)
            sent = _asked(house, cookie, form, "show=open")
            grown = _peak(house) - before
            yield Figure(
                what=f"queue to {form}, streamed over HTTP, peak +{grown:.0f} MiB",
                rows=sent.lines,
                measured=str(sent),
                baseline="psycopg2 COPY TO STDOUT of the same select",
                beside=str(copied),
                ratio=sent.whole / copied.whole,
                wanted=f"first byte <= {FIRST_BYTE_S:.0f} s, <= {FLAT_MIB} MiB",
                met=sent.lines >= ROWS and sent.first <= FIRST_BYTE_S and grown <= FLAT_MIB,
            )
    with ground.app.test_request_context("/"):
        for form in (Format.GPKG, Format.XLSX):
            yield _made(who, form, copied)


def _writing(who: Actor, form: Format) -> Writing:
    sheet = SHEETS["cases"]
    found = queries.statement(sheet, who, WHERE, form, "zh_CN")
    return Writing(0, sheet, form, fields(sheet, zone()), found)


def _made(who: Actor, form: Format, copied: Sent) -> Figure:
    def work() -> int:
        file = _writing(who, form)
        with tempfile.TemporaryDirectory() as place:
            file.write(Path(place) / f"list.{form.ending}", file.batches())
        return file.rows

    rows, seconds, peak = apart(work)
    return Figure(
        what=f"queue to {form}, as the worker makes it",
        rows=rows,
        measured=f"{seconds:.1f} s, peak +{peak:.0f} MiB",
        baseline="psycopg2 COPY TO STDOUT of the same select",
        beside=str(copied),
        ratio=seconds / copied.whole,
    )


def _copied(who: Actor) -> Sent:
    """COPY gives what PostgreSQL can do: no words for keys, no zone, nothing made safe."""
    statement = _writing(who, Format.CSV).found
    found = statement.compile(db.engine, compile_kwargs={"render_postcompile": True})
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        select = cursor.mogrify(str(found), found.params).decode()
        out = _Counting()
        cursor.copy_expert(f"COPY ({select}) TO STDOUT WITH (FORMAT csv, HEADER)", out)
        return out.sent()
    finally:
        connection.close()


class _Counting:
    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.first = 0.0
        self.size = self.lines = 0

    def write(self, data: Any) -> int:
        self.first = self.first or time.perf_counter() - self.begun
        self.size += len(data)
        self.lines += data.count(b"\n" if isinstance(data, bytes) else "\n")
        return len(data)

    def sent(self) -> Sent:
        return Sent(self.first, time.perf_counter() - self.begun, self.lines, self.size)


def _asked(house: Server, cookie: str, form: Format, where: str) -> Sent:
    """The list as a browser asks for it, with the token of the page."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=300)
    headers = {"Cookie": cookie}
    connection.request("GET", "/exports", headers=headers)
    answer = connection.getresponse()
    page = answer.read().decode()
    # The token of a form belongs to the session that the page gives.
    given = answer.getheader("Set-Cookie", "").partition(";")[0]
    headers = {"Cookie": given or cookie}
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if token is None:
        raise RuntimeError("the page has no form")
    out = _Counting()
    body = f"csrf_token={token[1]}&format={form}&at_once=1"
    connection.request(
        "POST",
        f"/exports/cases?{where}",
        body,
        headers | {"Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"the export was answered by {answer.status}")
    while part := answer.read1(1 << 16):
        out.write(part)
    connection.close()
    return out.sent()


def _peak(house: Server) -> float:
    """The highest resident memory (MiB) that one process of the server ever had, together."""
    found = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            said = status.read_text()
        except OSError:
            continue
        if f"\nPPid:\t{house.pid}\n" in said:
            found += int(re.findall(r"VmHWM:\s+(\d+)", said)[0]) / 1024
    return found
