"""Proposals of the balancer in the house: asked, worked out, approved, refused; their pages and papers."""

from __future__ import annotations

import io
import threading
from random import Random

import geopandas as gpd
import pytest
import shapely
from docx import Document
from flask import Flask
from pypdfium2 import PdfDocument
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.cases.stages import reported
from tests.grids.redrawing import app_of_its_own, bitten, borders, neighbours, put_in_force
from tests.world import World, as_user, peopled
from webapp.base import audit, notices
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.base.spatial import SRID, to_lonlat
from webapp.grids import actions as grid_actions, checking, parcels, queries as grids
from webapp.grids.models import BoundarySet, LandParcel
from webapp.grids.rules import SetState
from webapp.maps.balance import actions, queries
from webapp.maps.balance.models import Balance
from webapp.maps.balance.rules import BalanceState, Load, Number, Wish

CASES = {Load.CASES.value: 1}
MANY = 24


def scope(world: World) -> str:
    """The group of the home grid."""
    return f"{world.home.community_id}:{world.home.kind}"


def wish(world: World, **more: object) -> Wish:
    return Wish(**{"scope": scope(world), "weights": CASES, **more})


def busy(world: World) -> None:
    """All cases of the community lie in the home grid, here and there."""
    version = grids.version_of(world.home)
    assert version is not None
    shape, die = version.shape, Random(3)
    west, south, east, north = shape.bounds
    left = MANY
    while left:
        at = shapely.Point(
            west + die.random() * (east - west), south + die.random() * (north - south)
        )
        if shape.contains(at):
            lon, lat = to_lonlat(at.x, at.y)
            reported(world, lon=lon, lat=lat)
            left -= 1


@pytest.fixture
def proposed(session: Session, world: World) -> Balance:
    """A proposal for the community of the home grid, worked out."""
    busy(world)
    made = actions.ask(wish(world), by=world.shift_leader)
    actions.work(made.id)
    return made


def test_a_proposal_is_better_and_changes_nothing_in_force(world: World, proposed: Balance) -> None:
    before = borders()
    assert proposed.state == BalanceState.PROPOSED
    report = proposed.report
    assert report["after"]["spread"] < report["before"]["spread"] / 2
    [group] = report["groups"]
    counts = {each["code"]: each["before"]["cases"] for each in group["grids"]}
    assert counts[world.home.code] == MANY
    assert sum(each["after"]["cases"] for each in group["grids"]) == MANY
    assert borders() == before
    told = {each.url for each in notices.unread(world.shift_leader.id or 0)}
    assert f"/grids/balance/{proposed.id}" in told


def test_what_is_approved_is_a_draft_that_passes_every_check_and_takes_force(
    world: World, proposed: Balance
) -> None:
    before = borders()
    made = actions.approve(proposed, title="more equal", by=world.shift_leader)
    assert (made.state, proposed.state) == (SetState.DRAFT, BalanceState.APPROVED)
    assert proposed.set_id == made.id
    found = checking.of_set(made, expected=checking.expected_of(made))
    assert found == []
    grid_actions.check(made, found, by=world.shift_leader)
    grid_actions.activate(made, by=world.admin)
    after = borders()
    assert after.keys() == before.keys()
    assert shapely.coverage_is_valid(list(after.values()))
    changed = {code for code in before if before[code].symmetric_difference(after[code]).area > 1}
    assert changed
    assert {code[:12] for code in changed} == {world.home.code[:12]}


def test_the_cases_are_where_the_proposal_said(world: World, proposed: Balance) -> None:
    [group] = proposed.report["groups"]
    made = actions.approve(proposed, title="more equal", by=world.shift_leader)
    grid_actions.check(made, [], by=world.shift_leader)
    grid_actions.activate(made, by=world.admin)
    from webapp.cases.models import Case
    from webapp.grids.models import Grid

    rows = db.session.execute(
        select(Grid.code, func.count()).join(Case, Case.grid_id == Grid.id).group_by(Grid.code)
    )
    assert {code: many for code, many in rows} == {
        each["code"]: each["after"]["cases"] for each in group["grids"] if each["after"]["cases"]
    }


def test_other_borders_meanwhile_refuse_the_approval(world: World, proposed: Balance) -> None:
    put_in_force(bitten(*neighbours()))
    with pytest.raises(Changed):
        actions.approve(proposed, title="too late", by=world.shift_leader)


def test_a_proposal_is_approved_once(world: World, proposed: Balance) -> None:
    actions.approve(proposed, title="once", by=world.shift_leader)
    with pytest.raises(NotOpen):
        actions.approve(proposed, title="twice", by=world.shift_leader)


def test_a_refused_proposal_is_gone_from_the_list_and_the_log_keeps_it(
    world: World, proposed: Balance
) -> None:
    actions.drop(proposed, by=world.shift_leader)
    assert proposed.drawing_id is None
    assert queries.recent(world.shift_leader).rows == []
    moves = [each.move for each in audit.history("balance", proposed.id)]
    assert moves == ["ask", "propose", "drop"]


def test_what_was_stopped_stays_stopped(session: Session, world: World) -> None:
    busy(world)
    made = actions.ask(wish(world), by=world.shift_leader)
    actions.stop(made, by=world.shift_leader)
    actions.work(made.id)
    assert (made.state, made.report) == (BalanceState.STOPPED, {})


def test_where_nothing_was_counted_it_says_so_plainly(
    app: Flask, session: Session, world: World
) -> None:
    made = actions.ask(wish(world), by=world.shift_leader)
    actions.work(made.id)
    assert made.state == BalanceState.NOTHING
    text = as_user(app, world.shift_leader).get(f"/grids/balance/{made.id}").get_data(as_text=True)
    assert "没有找到更均衡的划分" in text
    assert "期间没有任何工作量" in text


def test_one_more_grid_is_meant_and_passes_the_check(session: Session, world: World) -> None:
    busy(world)
    made = actions.ask(wish(world, number=Number.MORE.value), by=world.shift_leader)
    actions.work(made.id)
    assert made.report["meant"] == {
        "community": 40,
        "village": 18,
        "industry": 13,
        "relocated": 27,
    }
    drafted = actions.approve(made, title="one more", by=world.shift_leader)
    assert len(grids.versions_of(drafted.id)) == 98
    assert checking.of_set(drafted, expected=checking.expected_of(drafted)) == []
    grid_actions.check(drafted, [], by=world.shift_leader)
    grid_actions.activate(drafted, by=world.admin)
    [new] = made.report["new"]
    assert grids.one(new) is not None


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"weights": {}}, "cases"),
        ({"scope": "1:nothing"}, "scope"),
        ({"scope": "all", "number": "more"}, "number"),
    ],
)
def test_an_unclear_wish_is_refused(world: World, more: dict[str, object], field: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        actions.ask(wish(world, **more), by=world.shift_leader)
    assert field in refused.value.fields


# --- Who may


def test_a_stranger_and_a_worker_may_nothing(app: Flask, world: World, proposed: Balance) -> None:
    for who in (world.stranger, world.worker, world.dispatcher):
        client = as_user(app, who)
        for address in ("", "/1", "/1/drawing.json", "/1/before.png", "/1/pack", "/1/pack.pdf"):
            path = f"/grids/balance{address.replace('1', str(proposed.id), 1)}"
            assert client.get(path).status_code == 403, (who, path)
        for deed in ("", "/approve", "/stop", "/drop"):
            path = f"/grids/balance/{proposed.id}{deed}" if deed else "/grids/balance"
            assert client.post(path, data={"title": "mine"}).status_code == 403
    assert app.test_client().get("/grids/balance").status_code in (302, 303, 401)
    with pytest.raises(NotAllowed):
        actions.approve(proposed, title="mine", by=world.worker)
    assert proposed.state == BalanceState.PROPOSED


# --- Pages and papers


def test_it_is_asked_for_looked_at_and_approved_by_forms(
    app: Flask, session: Session, world: World
) -> None:
    busy(world)
    client = as_user(app, world.shift_leader)
    assert "/grids/balance" in client.get("/grids/sets").get_data(as_text=True)
    sent = client.post(
        "/grids/balance", data={"scope": scope(world), "cases": "100", "days": "30", "seed": "2"}
    )
    assert sent.status_code == 303
    asked = {"HX-Request": "true"}
    assert "HX-Refresh" not in client.get(sent.location, headers=asked).headers
    actions.work(int(sent.location.rsplit("/", 1)[1]))
    assert client.get(sent.location, headers=asked).headers["HX-Refresh"] == "true"
    text = client.get(sent.location).get_data(as_text=True)
    assert world.home.name in text
    drawing = client.get(f"{sent.location}/drawing.json").get_json()
    assert len(drawing["before"]) == len(drawing["after"]) == 4
    assert drawing["hands"]
    for when in ("before", "after"):
        picture = client.get(f"{sent.location}/{when}.png")
        assert picture.data.startswith(b"\x89PNG")
    done = client.post(f"{sent.location}/approve", data={"title": "more equal"})
    assert done.status_code == 303
    assert "/grids/sets/" in done.location
    again = client.post(f"{sent.location}/approve", data={"title": "more equal"})
    assert again.status_code == 409
    assert sent.location in client.get(done.location).get_data(as_text=True)


def test_a_wrong_number_is_told_beside_its_field(app: Flask, world: World) -> None:
    client = as_user(app, world.shift_leader)
    answer = client.post("/grids/balance", data={"cases": "101", "seed": "5"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "field-cases-error" in text
    assert 'value="101"' in text


def test_the_pack_has_maps_figures_reasons_and_places_for_seals(
    app: Flask, world: World, proposed: Balance
) -> None:
    client = as_user(app, world.shift_leader)
    page = client.get(f"/grids/balance/{proposed.id}/pack").get_data(as_text=True)
    for words in ("理由", world.home.name, "sheet-seal", "before.png", "after.png"):
        assert words in page
    pdf = PdfDocument(client.get(f"/grids/balance/{proposed.id}/pack.pdf").data)
    words = "".join(each.get_textpage().get_text_range() for each in pdf)
    assert world.home.name in words
    assert "单位盖章" in words
    paper = Document(io.BytesIO(client.get(f"/grids/balance/{proposed.id}/pack.docx").data))
    assert len(paper.inline_shapes) == 2
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert any(world.home.name in each for each in cells)


def test_who_works_in_the_grids_is_named(app: Flask, world: World, proposed: Balance) -> None:
    text = as_user(app, world.shift_leader).get(f"/grids/balance/{proposed.id}")
    assert "worker (" in text.get_data(as_text=True)


# --- Parcels


def test_parcels_of_a_file_stand_in_place_of_those_before(
    session: Session, tmp_path, world: World
) -> None:
    shape = borders()[world.home.code]
    west, south = shape.centroid.x, shape.centroid.y
    boxes = [shapely.box(west + x, south, west + x + 20, south + 30) for x in (0, 20)]
    file = tmp_path / "parcels.gpkg"
    gpd.GeoDataFrame({"no": ["a", "b"]}, geometry=boxes, crs=SRID).to_crs(4490).to_file(file)
    assert parcels.renew(file, column="no") == 2
    assert parcels.renew(file, column="no") == 2
    assert sorted(session.scalars(select(LandParcel.number))) == ["a", "b"]
    assert len(queries.parcels()) == 2
    with pytest.raises(Unacceptable):
        parcels.renew(file, column="nothing")


# --- By commands, and at once


def test_the_command_prints_before_and_after(app: Flask, session: Session, world: World) -> None:
    busy(world)
    run = app.test_cli_runner().invoke(
        args=["grids", "balance", "--scope", scope(world), "--weights", "cases=1", "--lang", "en"]
    )
    assert run.exit_code == 0, run.output
    assert f"Cases {MANY}→" in run.output
    assert "Inequality over the whole scope" in run.output
    assert db.session.scalar(select(func.count()).select_from(Balance)) == 0
    wrong = app.test_cli_runner().invoke(args=["grids", "balance", "--scope", "nowhere"])
    assert wrong.exit_code == 2


def test_two_at_once_have_the_same_answer_and_one_proposal_is_approved_once(
    house: Flask, cluster_url: str
) -> None:
    with app_of_its_own(cluster_url, house) as app:
        with app.app_context():
            world = peopled()
            busy(world)
            one, two = (actions.ask(wish(world), by=world.shift_leader).id for _ in range(2))
            db.session.commit()
        _at_once(app, [lambda: actions.work(one), lambda: actions.work(two)])
        done: list[str] = []

        def approve() -> None:
            made = queries.one(one)
            assert made is not None
            try:
                actions.approve(made, title="at once", by=world.shift_leader)
                db.session.commit()
                done.append("approved")
            except NotOpen:
                done.append("refused")

        _at_once(app, [approve, approve])
        with app.app_context():
            first, second = (queries.one(each) for each in (one, two))
            assert first is not None
            assert second is not None
            for each in (first, second):
                each.report = {**each.report, "seconds": 0, "since": "", "until": ""}
            assert first.report == second.report
            assert sorted(done) == ["approved", "refused"]
            drafts = select(func.count()).where(BoundarySet.title == "at once")
            assert db.session.scalar(drafts) == 1


def _at_once(app: Flask, works: list) -> None:
    errors: list[BaseException] = []

    def run(work) -> None:
        try:
            with app.app_context():
                work()
                db.session.commit()
        except BaseException as error:  # noqa: BLE001  # told below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
