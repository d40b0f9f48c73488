"""Briefings: each is whole, fetches nothing, and holds only what its reader may see."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.cases.stages import reported
from tests.counted import counted
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.cases.models import CaseClass
from webapp.grids.models import GridVersion
from webapp.maps.briefings import heat, queries, sheets
from webapp.maps.briefings.table import BRIEFINGS

INSIDE = sorted(set(BRIEFINGS) - {"atlas"})
MIB = 1 << 20
HOSTILE = "</script><script>alert(1)</script>"


def page_of(client: FlaskClient, name: str) -> str:
    answer = client.get(f"/maps/briefings/{name}.html")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("name", INSIDE)
def test_a_briefing_fetches_nothing_and_runs_only_its_own_scripts(
    app: Flask, world: World, name: str
) -> None:
    reported(world)
    answer = as_user(app, world.dispatcher).get(f"/maps/briefings/{name}.html")
    page, policy = answer.get_data(as_text=True), answer.headers["Content-Security-Policy"]
    assert not re.search(r"<(script|img|link|iframe)[^>]+(src|href)=", page)
    assert not re.search(r"url\(['\"]?(?!data:|#)", page)
    assert len(page.encode()) < 3 * MIB
    for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


@pytest.mark.parametrize("name", INSIDE)
def test_a_stranger_gets_no_briefing_of_the_house(app: Flask, world: World, name: str) -> None:
    assert as_user(app, world.stranger).get(f"/maps/briefings/{name}.html").status_code == 403
    assert app.test_client().get(f"/maps/briefings/{name}.html").status_code in (302, 303, 401)


def test_the_page_names_only_what_one_may_have(app: Flask, world: World) -> None:
    ours = as_user(app, world.dispatcher).get("/maps/briefings").get_data(as_text=True)
    theirs = as_user(app, world.stranger).get("/maps/briefings").get_data(as_text=True)
    assert all(f"/maps/briefings/{name}.html" in ours for name in BRIEFINGS)
    assert re.findall(r"/maps/briefings/(\w+)\.html", theirs) == ["atlas"]


def test_there_is_no_other_briefing(app: Flask, world: World) -> None:
    assert as_user(app, world.dispatcher).get("/maps/briefings/all.html").status_code == 404


@pytest.mark.parametrize("name", INSIDE)
def test_a_hostile_name_is_written_and_never_run(app: Flask, world: World, name: str) -> None:
    reported(world)
    db.session.execute(
        update(GridVersion).where(GridVersion.display_code == "DJJ-C-001").values(name=HOSTILE)
    )
    db.session.execute(update(CaseClass).values(name=HOSTILE))
    db.session.commit()
    page = page_of(as_user(app, world.dispatcher), name)
    assert "<script>alert" not in page
    assert "alert(1)" in page


def test_the_situation_counts_what_is_open_and_names_what_is_late(app: Flask, world: World) -> None:
    late, fine = reported(world), reported(world)
    late.due_at = clock.now() - timedelta(hours=3)
    db.session.commit()
    page = page_of(as_user(app, world.dispatcher), "situation")
    table = page.split("<tbody>")[1].split("</tbody>")[0]
    assert late.number in table
    assert fine.number not in table
    # Both stand on the map.
    assert f'"number": "{late.number}"' in page
    assert f'"number": "{fine.number}"' in page


def test_a_case_is_in_its_square_on_its_day(session: Session, world: World) -> None:
    calendar = clock.Calendar()
    today = clock.now().astimezone(calendar.zone).date()
    old, new = reported(world), reported(world)
    assert old.geom is not None
    assert new.geom is not None
    old.received_at = clock.now() - timedelta(days=3)
    session.flush()
    squares = queries.reported_by_square(
        world.dispatcher, first=today - timedelta(days=6), days=7, side_m=250
    )
    (square,) = (each for each in squares if sum(each.days))
    assert square.days == [0, 0, 0, 1, 0, 0, 1]
    lon, lat = world.spot(world.home)
    west, south = square.corners[0]
    east, north = square.corners[2]
    assert west - 1e-3 <= lon <= east + 1e-3
    assert south - 1e-3 <= lat <= north + 1e-3


def test_who_sees_no_cases_counts_none(session: Session, world: World) -> None:
    reported(world)
    today = clock.now().astimezone(clock.Calendar().zone).date()
    first = today - timedelta(days=6)
    assert not queries.reported_by_square(world.stranger, first=first, days=7, side_m=250)


def test_more_cases_ask_the_database_no_more_often(app: Flask, world: World) -> None:
    client = as_user(app, world.dispatcher)
    asked: list[int] = []
    for _turn in range(2):
        reported(world)
        db.session.commit()
        with counted() as seen:
            page_of(client, "situation")
        asked.append(len(seen))
    assert 0 < asked[0] == asked[1]


@pytest.mark.parametrize(
    ("value", "at"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (7, 4), (8, 5), (900, 5)]
)
def test_a_value_has_the_colour_of_its_step(value: int, at: int) -> None:
    assert sheets.shade(value, heat.STEPS) == sheets.RAMP[at]


def test_the_legend_of_the_heat_says_what_the_colours_mean() -> None:
    assert sheets.spans(heat.STEPS) == ["1", "2", "3–4", "5–7", "> 7"]


def test_an_operator_writes_a_briefing_as_somebody_may_see_it(
    app: Flask, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "situation.html"
    case = reported(world)
    db.session.commit()

    def run(*args: str) -> Any:
        return app.test_cli_runner().invoke(
            args=["maps", "briefing", "situation", str(file), *args]
        )

    refused = run()
    assert refused.exit_code == 1
    assert "--as" in refused.output
    assert run("--as", "nobody-there").exit_code == 1
    assert not file.exists()
    told = run("--as", "dispatcher", "--lang", "en")
    assert told.exit_code == 0, told.output
    assert case.number in file.read_text(encoding="utf-8")
