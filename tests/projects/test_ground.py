"""Parcels lie on their site and on nothing else, their percent is that of the newest survey, utilities are promised."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from shapely import Polygon, box
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.projects.yard import Yard, yard
from tests.residents.test_pages import counted
from tests.world import as_user
from webapp.base.flow import EvidenceMissing, NotOpen, Unacceptable
from webapp.base.spatial import degrees, shape_of, stored
from webapp.people import days
from webapp.projects import actions as projects
from webapp.projects.ground import actions, queries
from webapp.projects.ground.forms import ParcelForm, SurveyForm, UtilityForm
from webapp.projects.ground.models import Parcel
from webapp.projects.ground.rules import ParcelState, UtilityKind

__all__ = ["yard"]


def west(yard: Yard) -> Polygon:
    """The western half of the site, and something beyond it."""
    left, low, right, high = shape_of(yard.project.sites[0].geom).bounds
    return box(left - 30, low - 30, (left + right) / 2, high + 30)


def parcel(yard: Yard, ground: Polygon | None = None, *, name: str = "A1") -> Parcel:
    form = {"name": name, "corners": _corners(), "cut_m3": 900, "graves": 2, "provenance": "测绘"}
    return actions.draw(
        yard.project,
        ParcelForm.of(form),
        ground or west(yard),
        by=yard.deputy,
        base_version=None,
    )


def _corners() -> str:
    return "121.0 37.6\n121.1 37.6\n121.1 37.7"


def surveyed(yard: Yard, row: Parcel, percent: int, *, back: int = 0, **more: int) -> None:
    day = days.today() - timedelta(days=back)
    said = SurveyForm.of({"day": day, "source": "drone", "percent": percent, **more})
    actions.survey(row, said, None, by=yard.leader)


def test_what_sticks_out_of_the_site_or_lies_on_another_parcel_is_cut_off(yard: Yard) -> None:
    site = shape_of(yard.project.sites[0].geom)
    first = parcel(yard)
    assert shape_of(first.geom).area == pytest.approx(site.area / 2, rel=1e-6)
    second = parcel(yard, site, name="A2")
    assert shape_of(second.geom).area == pytest.approx(site.area / 2, rel=1e-6)
    with pytest.raises(Unacceptable):
        parcel(yard, site, name="A3")
    left, low, *_more = site.bounds
    with pytest.raises(Unacceptable):
        parcel(yard, box(left - 900, low, left - 800, low + 50), name="A4")


def test_two_parcels_of_a_project_have_two_names(yard: Yard) -> None:
    parcel(yard)
    with pytest.raises(Unacceptable) as refused:
        parcel(yard, shape_of(yard.project.sites[0].geom))
    assert "name" in refused.value.fields


def test_the_database_itself_refuses_ground_beside_the_site_and_ground_twice(
    yard: Yard, session: Session
) -> None:
    first = parcel(yard)
    parcel(yard, shape_of(yard.project.sites[0].geom), name="A2")
    for shape, name in (
        (west(yard), "inside"),
        (shape_of(yard.project.sites[0].geom), "alone"),
    ):
        moved = update(Parcel).where(Parcel.id == first.id).values(geom=stored(shape))
        with pytest.raises(IntegrityError) as refused, session.begin_nested():
            session.execute(moved)
        assert refused.value.orig is not None
        assert name in str(refused.value.orig.diag.constraint_name)  # type: ignore[attr-defined]  # psycopg's


def test_a_parcel_is_as_far_as_its_newest_survey(yard: Yard) -> None:
    row = parcel(yard)
    surveyed(yard, row, 30, back=4, cut_m3=200)
    assert (row.percent, row.state) == (30, ParcelState.LEVELLING)
    surveyed(yard, row, 10, back=9)
    assert row.percent == 30
    surveyed(yard, row, 60, cut_m3=700)
    surveyed(yard, row, 65, cut_m3=720)
    assert (row.percent, len(row.surveys)) == (65, 3)
    assert queries.moved(yard.project.id)["cut_m3"] == (900, 720)
    with pytest.raises(Unacceptable):
        surveyed(yard, row, 70, back=-1)


def test_ground_is_level_when_the_survey_says_so_and_clean_when_all_of_it_is_accepted(
    yard: Yard, session: Session
) -> None:
    yard.at_work()
    projects.step(yard.project, "level", by=yard.leader)
    row = parcel(yard)
    surveyed(yard, row, 99)
    with pytest.raises(EvidenceMissing):
        actions.step(row, "finish", by=yard.leader, base_version=None)
    with pytest.raises(IntegrityError, match="whole"), session.begin_nested():
        session.execute(update(Parcel).values(state="accepted"))
    with pytest.raises(EvidenceMissing):
        projects.step(yard.project, "hand_over", by=yard.leader, note="净地")
    surveyed(yard, row, 100)
    actions.step(row, "finish", by=yard.leader, base_version=None)
    with pytest.raises(Unacceptable):
        surveyed(yard, row, 80)
    (line,) = queries.levelled(yard.chief)
    assert not line.done
    actions.step(row, "accept", by=yard.leader, base_version=None)
    (line,) = queries.levelled(yard.chief)
    assert line.done
    assert line.percent == 100
    with pytest.raises(NotOpen):
        surveyed(yard, row, 100)
    projects.step(yard.project, "hand_over", by=yard.leader, note="净地")


def test_a_promise_that_is_moved_keeps_its_first_day(yard: Yard) -> None:
    today = days.today()
    form = {"kind": "power", "supplier": "供电所", "owner": yard.seven[0].id}
    for after in (5, 9):
        said = UtilityForm.of({**form, "promised_on": today + timedelta(days=after)})
        row = actions.promise(yard.project, said, by=yard.deputy, base_version=None)
    assert (row.promised_on - row.first_promised_on).days == 4
    said = UtilityForm.of({**form, "owner": yard.world.stranger.id, "promised_on": today})
    with pytest.raises(Unacceptable):
        actions.promise(yard.project, said, by=yard.deputy, base_version=None)
    actions.connected(yard.project, row, today, by=yard.leader, base_version=None)
    with pytest.raises(NotOpen):
        actions.connected(yard.project, row, today, by=yard.leader, base_version=None)
    assert [each.kind for each in queries.utilities(yard.project.id)] == [UtilityKind.POWER]


def test_a_parcel_is_given_as_geojson_and_surveyed_on_its_page(
    app: Flask, yard: Yard, session: Session
) -> None:
    yard.team()
    session.commit()
    deputy, member = as_user(app, yard.deputy), as_user(app, yard.seven[0])
    ground = f"/projects/{yard.project.id}/ground"
    shape = {"type": "Feature", "geometry": degrees(west(yard)), "properties": {}}
    form = {"name": "B1", "corners": json.dumps(shape), "provenance": "航测", "trees": "12"}
    drawn = deputy.post(f"/projects/{yard.project.id}/parcels", data=form)
    assert drawn.status_code == 303, drawn.get_data(as_text=True)
    wrong = deputy.post(
        f"/projects/{yard.project.id}/parcels", data={**form, "corners": '{"type": "Point"}'}
    )
    assert wrong.status_code == 422
    (row,) = queries.parcels(yard.project.id)
    assert f"/parcels/{row.id}" in deputy.get(ground).get_data(as_text=True)
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "brown").save(picture, "JPEG")
    picture.seek(0)
    sent = {
        "day": days.today().isoformat(),
        "source": "drone",
        "percent": "40",
        "trees": "5",
        "photo": (picture, "above.jpg"),
    }
    assert member.post(f"/parcels/{row.id}/surveys", data=sent).status_code == 303
    page = member.get(f"/parcels/{row.id}").get_data(as_text=True)
    assert "40 %" in page
    assert member.get(f"/parcels/{row.id}/surveys/{row.surveys[0].id}/photo").status_code == 200
    assert member.post(f"/parcels/{row.id}/accept", data={}).status_code == 409
    promised = {
        "kind": "water",
        "supplier": "水务公司",
        "owner": str(yard.leader.id),
        "promised_on": "2026-12-01",
    }
    posted = deputy.post(f"/projects/{yard.project.id}/utilities", data=promised)
    assert posted.status_code == 303
    assert "水务公司" in member.get(ground).get_data(as_text=True)
    assert yard.project.name in member.get("/projects/levelling").get_data(as_text=True)


def test_strangers_and_the_neighbour_see_no_ground(
    app: Flask, yard: Yard, session: Session
) -> None:
    row = parcel(yard)
    session.commit()
    for client in (
        as_user(app, yard.world.neighbour),
        as_user(app, yard.world.stranger),
        app.test_client(),
    ):
        for address in (f"/parcels/{row.id}", f"/projects/{yard.project.id}/ground"):
            assert client.get(address).status_code in (302, 403), address
        for deed in (f"/parcels/{row.id}/surveys", f"/projects/{yard.project.id}/parcels"):
            assert client.post(deed, data={}).status_code in (401, 403), deed
    assert queries.levelled(yard.world.neighbour) == []
    watches = as_user(app, yard.world.worker)
    assert watches.get(f"/parcels/{row.id}").status_code == 200
    assert watches.post(f"/parcels/{row.id}/surveys", data={}).status_code == 403


def test_more_parcels_and_surveys_ask_no_more(app: Flask, yard: Yard, session: Session) -> None:
    row = parcel(yard)
    surveyed(yard, row, 5, back=30)
    session.commit()
    chief = as_user(app, yard.chief)
    addresses = ("/projects/levelling", f"/projects/{yard.project.id}/ground", f"/parcels/{row.id}")
    few = statements_of(chief, addresses)
    site = shape_of(yard.project.sites[0].geom)
    _left, low, right, high = site.bounds
    strip = (high - low) / 8
    for number in range(6):
        over = box(site.centroid.x + 1, low + number * strip, right, low + (number + 1) * strip)
        surveyed(yard, parcel(yard, over, name=f"C{number}"), 10 * number)
        surveyed(yard, row, number, back=number)
    session.commit()
    assert statements_of(chief, addresses) == few


def statements_of(client: FlaskClient, addresses: tuple[str, ...]) -> list[int]:
    """How many statements each page asks, once it was opened before."""
    asked = []
    for address in addresses:
        client.get(address)
        with counted() as statements:
            assert client.get(address).status_code == 200
        asked.append(len(statements))
    return asked
