"""Boundary sets: drawn, checked by the rules, put in force by somebody else, once; and their pages."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from shapely import Polygon, box
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.grids.redrawing import (
    app_of_its_own,
    bitten,
    borders,
    draft,
    halves,
    neighbours,
    put_in_force,
)
from tests.world import World, as_user, someone
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.base.spatial import to_lonlat
from webapp.grids import actions, checking, queries, redrawing
from webapp.grids.importing.findings import Finding
from webapp.grids.models import BoundarySet, GridVersion
from webapp.grids.rules import LineageKind, SetState
from webapp.people.actors import Person


def _checked(changes: dict[str, Polygon], world: World) -> BoundarySet:
    made = draft(changes, by=world.shift_leader)
    actions.check(made, [], by=world.shift_leader)
    return made


# What is done to a set


def test_a_draft_changes_nothing_in_force(world: World) -> None:
    before = borders()
    made = draft(bitten(*neighbours()), by=world.shift_leader)
    assert made.state == SetState.DRAFT
    assert borders() == before
    assert queries.active_set_id() != made.id


def test_a_set_takes_force_and_the_one_before_is_retired_without_a_gap_in_time(
    world: World,
) -> None:
    before = queries.active_set()
    assert before is not None
    made = _checked(bitten(*neighbours()), world)
    actions.activate(made, by=world.admin)
    assert (before.state, made.state) == (SetState.RETIRED, SetState.ACTIVE)
    assert before.valid is not None
    assert made.valid is not None
    assert before.valid.upper == made.valid.lower
    assert made.valid.upper is None
    assert queries.set_at(before.valid.lower + timedelta(microseconds=1)) is before
    assert queries.set_at(clock.now()) is made
    moves = [each.move for each in audit.history("boundary_set", made.id)]
    assert moves == ["draw", "check", "activate"]
    assert audit.history("boundary_set", before.id)[-1].move == "retire"


def test_whoever_drew_a_set_does_not_put_it_in_force(world: World) -> None:
    made = draft(bitten(*neighbours()), by=world.admin)
    actions.check(made, [], by=world.admin)
    with pytest.raises(NotAllowed):
        actions.activate(made, by=world.admin)


def test_a_draft_that_was_not_checked_does_not_take_force(world: World) -> None:
    made = draft(bitten(*neighbours()), by=world.shift_leader)
    with pytest.raises(NotOpen):
        actions.activate(made, by=world.admin)


def test_a_set_checked_against_other_borders_does_not_take_force(world: World) -> None:
    first, second = (_checked(bitten(*neighbours(), radius=r), world) for r in (50, 70))
    actions.activate(first, by=world.admin)
    with pytest.raises(Changed):
        actions.activate(second, by=world.admin)
    actions.withdraw(second, by=world.shift_leader)
    actions.check(second, [], by=world.shift_leader)
    actions.activate(second, by=world.admin)
    assert queries.active_set_id() == second.id


def test_errors_and_open_questions_stop_the_check(world: World) -> None:
    made = draft({}, by=world.shift_leader)
    error, question = Finding("E10", "overlap"), Finding("W12", "sliver")
    with pytest.raises(Unacceptable):
        actions.check(made, [error], accepted=["E10"], by=world.shift_leader)
    with pytest.raises(Unacceptable):
        actions.check(made, [question], by=world.shift_leader)
    actions.check(made, [question], accepted=["W12"], by=world.shift_leader)
    assert made.state == SetState.CHECKED
    assert made.report["accepted"] == ["W12"]


def test_the_checks_find_what_is_wrong_with_a_set(world: World) -> None:
    first, _second = neighbours()
    shapes = borders()
    gap = draft({first: shapes[first].buffer(-3)}, by=world.shift_leader)
    assert "E11" in {each.code for each in checking.of_set(gap, expected={})}
    over = draft({first: Polygon(shapes[first].buffer(20).exterior)}, by=world.shift_leader)
    assert "E10" in {each.code for each in checking.of_set(over, expected={})}
    one_less = draft({first: None}, by=world.shift_leader)
    counts = {"community": 39, "village": 18, "industry": 13, "relocated": 27}
    assert {"E09", "E11"} <= {each.code for each in checking.of_set(one_less, expected=counts)}
    assert checking.of_set(draft({}, by=world.shift_leader), expected=counts) == []


def test_new_codes_become_grids_and_codes_that_are_gone_end(session: Session) -> None:
    first, _second = neighbours()
    west, east = halves(borders()[first])
    made = put_in_force({first: None}, A=west, B=east)
    old = queries.one(first)
    assert old is not None
    assert old.retired_at == (made.valid and made.valid.lower)
    new = [queries.one(first[:-1] + letter) for letter in "AB"]
    assert all(each is not None and each.retired_at is None for each in new)
    assert len({each.display_code for each in new if each}) == 2
    kinds = {link.kind for link in queries.lineage_of(made.id) if link.kind != LineageKind.SAME}
    assert kinds == {LineageKind.SPLIT}


def test_two_sets_are_never_in_force_at_once(session: Session) -> None:
    other = draft({})
    second = text("UPDATE boundary_set SET state = 'active' WHERE id = :set")
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(second, {"set": other.id})
    grid, valid = session.execute(
        select(GridVersion.grid_id, GridVersion.valid).where(GridVersion.valid.is_not(None))
    ).first() or (None, None)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            text("UPDATE grid_version SET grid_id = :grid, valid = :valid WHERE set_id = :set"),
            {"grid": grid, "valid": f"[{valid.lower.isoformat()},)", "set": other.id},
        )


def test_of_two_activations_at_once_one_wins(cluster_url: str, house: Flask) -> None:
    """Two people, two sets, two connections: the second is told that it came too late."""
    outcomes: list[str] = []
    both = threading.Barrier(2)

    def put(app: Flask, key: int, by: Person) -> None:
        with app.test_request_context("/"):
            mine = queries.set_by_id(key)
            assert mine is not None
            both.wait()
            try:
                actions.activate(mine, by=by)
                db.session.commit()
                outcomes.append("won")
            except Changed:
                db.session.rollback()
                outcomes.append("too late")

    with app_of_its_own(cluster_url, house) as app:
        with app.test_request_context("/"):
            drafter, admin = someone("drafter", "shift_leader"), someone("boss", "admin")
            made = [draft(bitten(*neighbours(), radius=r), by=drafter) for r in (50, 70)]
            for each in made:
                actions.check(each, [], by=drafter)
            keys = [each.id for each in made]
            db.session.commit()
        threads = [threading.Thread(target=put, args=(app, key, admin)) for key in keys]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(outcomes) == ["too late", "won"]
        with app.test_request_context("/"):
            states = db.session.scalars(select(BoundarySet.state).where(BoundarySet.id.in_(keys)))
            assert sorted(states) == [SetState.ACTIVE, SetState.CHECKED]


# Their pages


@pytest.fixture
def leader(app: Flask, world: World) -> FlaskClient:
    """The shift leader, signed in: may draw, may not put in force."""
    return as_user(app, world.shift_leader)


def test_the_pages_of_borders_are_for_those_who_may_draw_them(
    app: Flask, client: FlaskClient, world: World
) -> None:
    active = queries.active_set_id()
    for path in (
        "/grids/sets",
        f"/grids/sets/{active}",
        f"/grids/sets/{active}/draw",
        f"/grids/sets/{active}/lines.json",
        f"/grids/sets/{active}/differences.json",
    ):
        assert client.get(path).status_code in (302, 401)
        assert as_user(app, world.stranger).get(path).status_code == 403
        assert as_user(app, world.worker).get(path).status_code == 403
        assert as_user(app, world.shift_leader).get(path).status_code == 200


def test_moves_are_for_those_who_may_make_them(app: Flask, world: World) -> None:
    made = _checked(bitten(*neighbours()), world)
    for who in (world.stranger, world.worker, world.shift_leader):
        assert as_user(app, who).post(f"/grids/sets/{made.id}/activate").status_code == 403
    for move in ("check", "withdraw", "draw"):
        answer = as_user(app, world.stranger).post(f"/grids/sets/{made.id}/{move}")
        assert answer.status_code == 403
    assert made.state == SetState.CHECKED


def test_the_list_names_every_set_with_its_state(leader: FlaskClient) -> None:
    draft({})
    html = leader.get("/grids/sets").get_data(as_text=True)
    assert "新边界" in html
    assert "示意" in html
    assert "97" in html


def test_a_day_leads_to_the_borders_of_that_day(leader: FlaskClient) -> None:
    active = queries.active_set_id()
    today = clock.now().astimezone(clock.Calendar().zone).date()
    answer = leader.get(f"/grids/sets/at?day={today}")
    assert answer.headers["Location"].endswith(f"/grids/sets/{active}")
    assert leader.get("/grids/sets/at?day=1999-01-01").status_code == 422
    assert leader.get("/grids/sets/at?day=someday").status_code == 422


def test_a_set_is_shown_with_what_it_would_change(leader: FlaskClient, world: World) -> None:
    first, second = neighbours()
    made = draft(bitten(first, second), by=world.shift_leader)
    html = leader.get(f"/grids/sets/{made.id}").get_data(as_text=True)
    names = {each.code: each.name for each in queries.versions_of(made.id)}
    assert f"{names[first]} → {names[second]}" in html
    drawing = leader.get(f"/grids/sets/{made.id}/differences.json").get_json()
    assert [each["properties"]["after"] for each in drawing["features"]] == [names[second]]


def test_a_draft_goes_its_way_by_buttons(app: Flask, leader: FlaskClient, world: World) -> None:
    made = draft({}, by=world.shift_leader)
    path = f"/grids/sets/{made.id}"
    assert leader.post(f"{path}/check").status_code == 303
    assert f'action="{path}/activate"' not in leader.get(path).get_data(as_text=True)
    boss = as_user(app, world.admin)
    assert f'action="{path}/activate"' in boss.get(path).get_data(as_text=True)
    assert boss.post(f"{path}/activate").status_code == 303
    db.session.expire_all()
    assert queries.active_set_id() == made.id
    assert boss.post(f"{path}/activate", headers={"Accept": "application/json"}).status_code == 409


def test_a_check_that_finds_faults_says_them_on_the_page(leader: FlaskClient, world: World) -> None:
    first, _second = neighbours()
    made = draft({first: borders()[first].buffer(-3)}, by=world.shift_leader)
    answer = leader.post(f"/grids/sets/{made.id}/check")
    assert answer.status_code == 422
    assert "E11" in answer.get_data(as_text=True)
    db.session.expire_all()
    assert made.state == SetState.DRAFT


# Drawing


def _lines(leader: FlaskClient) -> tuple[str, dict[str, object]]:
    path = f"/grids/sets/{queries.active_set_id()}"
    return path, leader.get(f"{path}/lines.json").get_json()


def _moved(leader: FlaskClient, metres: float) -> tuple[str, dict[str, object], int]:
    """The path, and one inner border with a corner in its middle moved so far east."""
    path, loaded = _lines(leader)
    arcs = loaded["arcs"]
    assert isinstance(arcs, list)
    number = max(
        (n for n, arc in enumerate(arcs) if arc["areas"][1]), key=lambda n: len(arcs[n]["points"])
    )
    count = len(arcs[number]["points"])
    lon, lat = arcs[number]["points"][count // 2]
    points = [*range(count // 2), [lon + metres / 88_000, lat], *range(count // 2 + 1, count)]
    lines = [{"arc": number, "points": points}]
    return path, {"title": "沿新路调整", "lines": lines}, number


def test_a_drawn_border_is_saved_as_a_draft_of_its_two_neighbours(leader: FlaskClient) -> None:
    path, sent, number = _moved(leader, 2)
    answer = leader.post(f"{path}/draw", json=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 201
    made = queries.set_by_id(answer.get_json()["id"])
    assert made is not None
    assert (made.title, made.state) == ("沿新路调整", SetState.DRAFT)
    before, now = borders(), {each.code: each.shape for each in queries.versions_of(made.id)}
    active = queries.active_set()
    assert active is not None
    neighbours_ = set(redrawing.network_of(active).arcs[number].areas)
    assert {code for code in before if not now[code].equals(before[code])} == neighbours_


def test_a_border_that_cannot_run_like_this_is_refused_in_words(leader: FlaskClient) -> None:
    path, sent, _number = _moved(leader, 3000)
    answer = leader.post(f"{path}/draw", json=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.get_json()["error"]["fields"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"lines": []},
        {"lines": [{"arc": 99_999, "points": [0, 1]}]},
        {"lines": [{"arc": -1, "points": [0, 1]}]},
        {"lines": [{"arc": 0, "points": [0, 99_999]}]},
        {"lines": [{"arc": 0, "points": [0, [500, 37], 1]}]},
        {"lines": [{"arc": 0, "points": [0, ["x", 37], 1]}]},
        {"lines": [{"arc": 0, "points": []}]},
    ],
)
def test_what_is_no_border_is_refused(leader: FlaskClient, wrong: dict[str, object]) -> None:
    path, sent, _number = _moved(leader, 2)
    answer = leader.post(f"{path}/draw", json=sent | wrong, headers={"Accept": "application/json"})
    assert answer.status_code == 422


def test_drawing_on_borders_that_are_no_more_in_force_is_refused(leader: FlaskClient) -> None:
    path, sent, _number = _moved(leader, 2)
    put_in_force({})
    answer = leader.post(f"{path}/draw", json=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 409


def test_the_lines_of_a_set_are_its_borders_in_degrees(leader: FlaskClient) -> None:
    _path, loaded = _lines(leader)
    arcs, areas = loaded["arcs"], loaded["areas"]
    assert isinstance(arcs, list)
    assert isinstance(areas, dict)
    assert len(areas) == 97
    code, area = next(iter(areas.items()))
    corners = [
        point
        for each in area["rings"][0]
        for point in (arcs[each]["points"] if each >= 0 else arcs[~each]["points"][::-1])[:-1]
    ]
    stored = {
        tuple(round(each, 8) for each in to_lonlat(x, y))
        for x, y in borders()[code].exterior.coords
    }
    assert {tuple(point) for point in corners} == stored


def test_a_set_of_another_place_can_be_compared(leader: FlaskClient, world: World) -> None:
    west = min(shape.bounds[0] for shape in borders().values())
    made = draft(
        {code: box(west + n, 0, west + n + 1, 1) for n, code in enumerate(borders())},
        by=world.shift_leader,
    )
    assert leader.get(f"/grids/sets/{made.id}").status_code == 200


def _count(person: Person) -> int:
    return (
        db.session.scalar(select(func.count()).where(BoundarySet.created_by_id == person.id)) or 0
    )


def test_a_refused_border_leaves_no_draft_behind(leader: FlaskClient, world: World) -> None:
    path, sent, _number = _moved(leader, 3000)
    leader.post(f"{path}/draw", json=sent, headers={"Accept": "application/json"})
    assert _count(world.shift_leader) == 0
