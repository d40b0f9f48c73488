"""What is confirmed is public; what is private or unconfirmed is so nowhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings, strategies as st
from sqlalchemy import ColumnElement, Select, select, text
from sqlalchemy.orm import Session

from tests import examples
from tests.cases.residents.telling import resident, told
from tests.cases.stages import brought_to, photographed, picture, reported
from tests.cases.test_joint import _of
from tests.world import World, as_user
from webapp.base import files
from webapp.base.access import visible
from webapp.base.db import db
from webapp.cases import moves, publishing
from webapp.cases.models import Case, CaseClass
from webapp.cases.residents import actions, queries
from webapp.cases.rules import Duty, Stage, State
from webapp.grids.models import Unit
from webapp.grids.rules import UnitKind

JSON = {"Accept": "application/json"}


def faces(client: FlaskClient, case: Case) -> dict[str, bool]:
    """Where the public meets the case."""
    points = client.get("/maps/layers/public_cases.json").get_json()["rows"]
    one = client.get(f"/maps/layers/public_cases.json?id={case.id}").get_json()["rows"]
    return {
        "list": case.number in client.get("/public/cases?show=all").get_data(as_text=True),
        "json list": case.number
        in client.get("/public/cases?show=all", headers=JSON).get_data(as_text=True),
        "search": case.number
        in client.get(f"/public/cases?show=all&q={case.number}", headers=JSON).get_data(True),
        "page": client.get(f"/public/cases/{case.number}").status_code == 200,
        "json": client.get(f"/public/cases/{case.number}", headers=JSON).status_code == 200,
        "map": case.id in {row[0] for row in points},
        "map by key": bool(one),
    }


@pytest.mark.parametrize("state", State)
def test_only_what_is_confirmed_is_public(client: FlaskClient, world: World, state: State) -> None:
    case = brought_to(state, world)
    db.session.flush()
    assert set(faces(client, case).values()) == {state in publishing.STATES}
    assert publishing.is_public(case) is (state in publishing.STATES)


def test_a_private_case_and_a_class_kept_inside_are_public_nowhere(
    client: FlaskClient, world: World
) -> None:
    private = brought_to(State.FILED, world)
    private.private = True
    inside = reported(world, class_code="26001")
    moves.file_case(inside, by=world.dispatcher)
    db.session.flush()
    for case in (private, inside):
        assert set(faces(client, case).values()) == {False}
        assert not publishing.is_public(case)


def test_nothing_of_a_person_is_public(client: FlaskClient, world: World) -> None:
    who = resident()
    case = told(world, who, words="Mrs Wang, 13912345678", name="Wang", confidential=True)
    moves.send_verify(case, to=world.worker.id, by=world.dispatcher, note="look at Wang's door")
    photographed(case, Stage.VERIFY, by=world.worker)
    moves.confirm(case, by=world.worker, note="it is at Wang's")
    moves.dispatch(case, to=world.worker.id, by=world.dispatcher, note="for Wang")
    db.session.flush()
    for headers in ({}, JSON):
        said = client.get(f"/public/cases/{case.number}", headers=headers).get_data(as_text=True)
        said += client.get("/public/cases", headers=headers).get_data(as_text=True)
        assert case.number in said
        said = re.sub(r'data-(words|map)="[^"]*"', "", said)
        for secret in ("Wang", "13912345678", "138****8000", "worker", "dispatcher"):
            assert secret not in said.split("<main")[-1], secret
        assert "/media/" not in said
        assert "/photos/" not in said


def test_words_and_photos_are_public_once_the_desk_released_them(
    app: Flask, client: FlaskClient, world: World
) -> None:
    case = brought_to(State.FILED, world)
    media = [photographed_one(case, world) for _each in range(2)]
    db.session.flush()
    desk = as_user(app, world.dispatcher)
    assert client.get(f"/public/photos/{media[0]}").status_code == 404
    sent = {"words": "rubbish beside the road", "photos": str(media[0])}
    assert desk.post(f"/cases/{case.id}/public", data=sent).status_code == 303
    said = client.get(f"/public/cases/{case.number}").get_data(as_text=True)
    assert "rubbish beside the road" in said
    assert client.get(f"/public/photos/{media[0]}").status_code == 200
    assert client.get(f"/public/photos/{media[1]}").status_code == 404
    found = client.get("/public/cases?q=beside the road").get_data(as_text=True)
    assert case.number in found
    assert desk.post(f"/cases/{case.id}/public", data={"private": "1"}).status_code == 303
    assert client.get(f"/public/photos/{media[0]}").status_code == 404
    assert client.get(f"/public/cases/{case.number}").status_code == 404


def photographed_one(case: Case, world: World) -> int:
    """The key of a new photo of the case."""
    from webapp.cases import actions as cases

    file = files.keep_picture(picture(), by=world.worker)
    return cases.add_media(case, file, stage=Stage.FOUND).id


def test_a_stranger_decides_nothing_about_the_public(app: Flask, world: World) -> None:
    case = brought_to(State.FILED, world)
    for who in (world.stranger, world.worker):
        browser = as_user(app, who)
        assert browser.get(f"/cases/{case.id}/public").status_code == 403
        assert browser.post(f"/cases/{case.id}/public", data={"words": "x"}).status_code == 403


def quarrel(world: World) -> Case:
    """A confirmed case about a dwelling."""
    case = reported(world, class_code="29001")
    moves.file_case(case, by=world.dispatcher)
    db.session.flush()
    return case


def test_the_place_of_a_dwelling_is_coarse_in_every_answer(
    client: FlaskClient, world: World
) -> None:
    case = quarrel(world)
    real = case.lonlat
    assert real
    said: Any = client.get(f"/public/cases/{case.number}", headers=JSON).get_json()
    row = client.get(f"/maps/layers/public_cases.json?id={case.id}").get_json()["rows"][0]
    assert [said["lon"], said["lat"]] == pytest.approx(row[1:3], abs=2e-6)
    assert said["coarse"]
    assert abs(said["lon"] - real[0]) + abs(said["lat"] - real[1]) > 1e-5
    page = client.get(f"/public/cases/{case.number}").get_data(as_text=True)
    assert f"{real[1]:.5f}" not in page


def test_a_box_asks_the_told_place_and_not_the_real_one(world: World) -> None:
    case = quarrel(world)
    real, shown = case.lonlat, publishing.spot(case)
    assert real
    assert shown
    tiny = 1e-6
    around = [(x - tiny, y - tiny, x + tiny, y + tiny) for x, y in (real, shown)]
    found = [
        [row[0] for row in queries.public_points(box=box, language="en", limit=50)]
        for box in around
    ]
    assert case.id not in found[0]
    assert case.id in found[1]


def test_a_confidential_case_is_told_coarsely(world: World) -> None:
    case = told(world, resident(), confidential=True)
    assert publishing.is_coarse(case)


def test_what_waits_on_hold_stands_with_its_reason_and_day(
    client: FlaskClient, world: World
) -> None:
    case = brought_to(State.ON_HOLD, world)
    said = client.get("/public/cases/on-hold?lang=en").get_data(as_text=True)
    assert case.number in said
    assert str(case.review_on) in said
    assert "frozen ground" not in said
    case.private = True
    db.session.flush()
    assert case.number not in client.get("/public/cases/on-hold").get_data(as_text=True)


@given(number=st.from_regex(r"\A1[3-9][0-9]{9}\Z"), before=st.sampled_from(["", "tel ", "电话"]))
@settings(max_examples=examples.of(60))
def test_no_phone_number_survives_in_words(number: str, before: str) -> None:
    for written in (number, f"{number[:3]} {number[3:7]} {number[7:]}", f"+86{number}"):
        hidden = publishing.without_numbers(f"{before}{written}, at the gate")
        assert number[-4:] not in hidden
        assert "at the gate" in hidden


def test_numbers_of_cards_are_covered_and_house_numbers_are_not() -> None:
    words = "身份证370602199001011234，住址3号楼2单元1201，me@example.cn 0535-6123456"
    hidden = publishing.without_numbers(words)
    assert "3号楼2单元1201" in hidden
    for secret in ("370602199001011234", "me@example.cn", "6123456"):
        assert secret not in hidden


def test_the_clause_and_the_rule_agree(world: World) -> None:
    for state in State:
        case = brought_to(state, world)
        # Nobody is asked for a second case before the first is answered.
        moves.end_duty(case, Duty.HANDLE)
    db.session.flush()
    by_clause = set(db.session.scalars(select(Case.id).where(publishing.clause())))
    by_rule = {case.id for case in db.session.scalars(select(Case)) if publishing.is_public(case)}
    assert by_clause == by_rule


@pytest.mark.parametrize(
    ("index", "narrowed"),
    [
        ("ix_case_file_public_grid", Case.grid_id == 1),
        ("ix_case_file_public_class", Case.class_code == "06010"),
        ("ix_case_file_public", Case.id > 1),
    ],
)
def test_public_cases_are_found_by_their_own_indexes(
    session: Session, index: str, narrowed: ColumnElement[bool]
) -> None:
    wanted = select(Case.id).where(publishing.clause(), narrowed).order_by(Case.id.desc())
    plan = _plan(session, wanted)
    assert re.search(rf"using {index}\b", plan), plan


def test_a_persons_own_cases_are_found_by_indexes_alone(session: Session) -> None:
    unit = session.scalars(select(Unit).where(Unit.kind == UnitKind.DEPARTMENT)).first()
    assert unit is not None
    own = visible(Case, _of(unit, "hand"), "cases.see")
    plan = _plan(session, select(Case.id).where(own), index_only=False)
    for index in ("ix_case_file_handler", "ix_case_file_verifier", "ix_case_file_checker"):
        assert re.search(rf"on {index}\b", plan), plan
    assert "Seq Scan on case_file" not in plan


def _plan(session: Session, wanted: Select[int], *, index_only: bool = True) -> str:
    """How a question would be answered if the tables were so big that none can be read whole."""
    for way in ("seqscan", "bitmapscan") if index_only else ("seqscan",):
        session.execute(text(f"SET LOCAL enable_{way} = off"))
    connection = session.connection()
    asked = wanted.compile(connection, compile_kwargs={"render_postcompile": True})
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {asked}", asked.params))


def test_people_in_need_are_no_class_of_the_public(world: World) -> None:
    inside = set(db.session.scalars(select(CaseClass.code).where(CaseClass.public.is_(False))))
    assert {"25001", "26001", "31001"} <= inside
    assert "06010" not in inside


def test_the_layer_says_when_there_are_more(client: FlaskClient, world: World) -> None:
    brought_to(State.FILED, world)
    answer = json.loads(client.get("/maps/layers/public_cases.json").get_data())
    assert answer["more"] is False


def test_a_release_is_in_the_log(world: World) -> None:
    case = brought_to(State.FILED, world)
    again = queries.with_photos(case.id)
    assert again
    actions.release(again, words="x", photos=[], private=False, by=world.dispatcher)
    assert queries.steps(case.id, ["release"])[0].actor_id == world.dispatcher.id
