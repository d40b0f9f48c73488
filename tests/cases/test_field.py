"""Work outdoors: the order of the walk, proof of presence, patrols by points, visits to doors, conflicts."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from math import cos, radians
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings, strategies as st
from sqlalchemy import select

from tests import examples
from tests.cases.stages import brought_to, photographed, picture, reported
from tests.world import World, as_user
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, Refusal
from webapp.cases import moves
from webapp.cases.field import actions, ordering, queries
from webapp.cases.field.actions import Sight
from webapp.cases.field.models import Patrol, Visit
from webapp.cases.field.ordering import Stop
from webapp.cases.field.rules import PatrolState, PointKind, PointState, Purpose, VisitState
from webapp.cases.rules import Stage, State
from webapp.people import days
from webapp.people.outdoors import Stood

JSON = {"Accept": "application/json"}
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)

spots = st.lists(
    st.tuples(st.floats(0, 3000, width=32), st.floats(0, 3000, width=32)), max_size=9, unique=True
)


def beside(lonlat: tuple[float, float], metres: float) -> tuple[float, float]:
    """So many metres east of a point."""
    lon, lat = lonlat
    return lon + metres / (111_320 * cos(radians(lat))), lat


def stop(name: str, spot: Any = None, due: datetime | None = None) -> Stop:
    return Stop("handle", name, None, "", "/", name, spot=spot, due_at=due)


# The walk


@settings(max_examples=examples.of(60))
@given(spots)
def test_the_walk_visits_every_spot_once_and_no_leg_is_shorter_turned_round(found: Any) -> None:
    start = (0.0, 0.0)
    order = ordering.short_way(found, start=start)
    assert sorted(order) == list(range(len(found)))
    whole = ordering.length([start, *(found[each] for each in order)])
    for one in range(len(order)):
        for other in range(one + 1, len(order)):
            turned = order[:one] + order[one : other + 1][::-1] + order[other + 1 :]
            assert ordering.length([start, *(found[each] for each in turned)]) >= whole - 1e-3


def test_what_cannot_wait_goes_first_and_what_has_no_place_last() -> None:
    late = stop("late", (900.0, 0.0), NOW - timedelta(hours=1))
    near = stop("near", (10.0, 0.0))
    lost = stop("lost")
    walk = ordering.walked([near, lost, late], start=(0.0, 0.0), now=NOW)
    assert [each.title for each in walk.stops] == ["late", "near", "lost"]
    assert walk.minutes == round((900 + 890) * 1.3 / 75)
    assert walk.away["near"] == 10


def test_without_a_position_nobody_says_how_long_it_takes() -> None:
    walk = ordering.walked([stop("one", (1.0, 1.0))], start=None, now=NOW)
    assert walk.minutes is None
    assert walk.away == {}


# Proof of presence


def test_the_phone_beside_the_case_proves_the_check(world: World) -> None:
    case = brought_to(State.CHECKING, world)
    with pytest.raises(EvidenceMissing) as refused:
        moves.pass_check(case, by=world.neighbour)
    assert "nearness" in refused.value.fields
    lon, lat = beside(world.spot(world.home), 30)
    moves.pass_check(case, by=world.neighbour, stood=Stood(lon, lat, 12))
    said = audit.last("case", case.id).data["proof"]
    assert said["phone_m"] == pytest.approx(30, abs=1)
    assert said["accuracy_m"] == 12


@pytest.mark.parametrize(("metres", "accuracy"), [(80, 5), (10, 400)])
def test_a_phone_far_off_or_unsure_wants_a_reason(
    world: World, metres: float, accuracy: float
) -> None:
    case = brought_to(State.VERIFYING, world)
    photographed(case, Stage.VERIFY, by=world.neighbour)
    stood = Stood(*beside(world.spot(world.home), metres), accuracy)
    with pytest.raises(EvidenceMissing):
        moves.confirm(case, by=world.neighbour, stood=stood)
    moves.confirm(case, by=world.neighbour, stood=stood, note="the gate was locked")
    assert case.state == State.ACCEPTED


def test_a_photo_keeps_both_positions_and_its_own_one_counts(world: World) -> None:
    from webapp.base import files
    from webapp.cases import actions as deeds

    case = brought_to(State.VERIFYING, world)
    home = world.spot(world.home)
    file = files.keep_picture(picture(), by=world.neighbour)
    file.taken_lon, file.taken_lat = beside(home, 200)
    media = deeds.add_media(case, file, stage=Stage.VERIFY, stood=Stood(*home, 8, heading=90))
    assert media.distance_m == pytest.approx(200, abs=2)
    assert media.phone_m == pytest.approx(0, abs=1)
    assert media.phone_heading == 90
    with pytest.raises(EvidenceMissing):
        moves.confirm(case, by=world.neighbour, stood=Stood(*home, 8))


# Patrols


def planned(world: World, **more: Any) -> Patrol:
    lon, lat = world.spot(world.home)
    sights = [
        Sight(PointKind.FREE, f"point {place}", *beside((lon, lat), place * 100))
        for place in range(3)
    ]
    values: dict[str, Any] = {
        "title": "evening round",
        "day": days.today(),
        "sights": sights,
        "by": world.worker,
    }
    return actions.plan_patrol(world.home, **{**values, **more})


def test_a_patrol_is_walked_by_its_points_at_their_true_times(world: World) -> None:
    patrol = planned(world)
    first = patrol.points[0]
    then = clock.now() - timedelta(hours=5)
    actions.visit_point(first, by=world.worker, stood=Stood(*first.lonlat, 9), client_at=then)
    assert (patrol.state, patrol.started_at) == (PatrolState.STARTED, then)
    assert (first.state, first.visited_at) == (PointState.VISITED, then)
    assert first.received_at > then
    assert first.away_m == pytest.approx(0, abs=1)
    actions.skip_point(patrol.points[1], by=world.worker, note="a locked gate")
    actions.finish(patrol, by=world.worker)
    assert [point.state for point in patrol.points] == ["visited", "skipped", "waiting"]


def test_a_point_seen_from_afar_wants_a_reason(world: World) -> None:
    point = planned(world).points[0]
    far = Stood(*beside(point.lonlat, 120), 9)
    with pytest.raises(EvidenceMissing):
        actions.visit_point(point, by=world.worker, stood=far)
    with pytest.raises(EvidenceMissing):
        actions.visit_point(point, by=world.worker)
    actions.visit_point(point, by=world.worker, stood=far, note="seen across the river")
    assert point.state == PointState.VISITED


def test_what_was_seen_counts_although_the_patrol_was_called_off_meanwhile(world: World) -> None:
    patrol = planned(world)
    actions.call_off(patrol, by=world.worker)
    point = patrol.points[0]
    actions.visit_point(point, by=world.worker, stood=Stood(*point.lonlat))
    assert (point.state, patrol.state) == (PointState.VISITED, PatrolState.CANCELLED)


def test_the_neighbour_neither_plans_nor_walks_here(world: World) -> None:
    patrol = planned(world)
    with pytest.raises(NotAllowed):
        actions.start(patrol, by=world.neighbour)
    with pytest.raises(NotAllowed):
        planned(world, by=world.neighbour)
    assert queries.patrols(world.neighbour, states=PatrolState) == []
    assert queries.patrols(world.stranger, states=PatrolState) == []


def test_a_patrol_is_planned_once_however_often_its_form_comes(world: World) -> None:
    mark = uuid.uuid4()
    assert planned(world, client_id=mark).id == planned(world, client_id=mark).id


def test_places_where_trouble_comes_again_are_offered(world: World) -> None:
    for _each in range(2):
        reported(world)
    kinds = {each.kind for each in queries.candidates(world.home)}
    assert PointKind.TROUBLE in kinds


# Visits


def due(world: World, **more: Any) -> Visit:
    lon, lat = world.spot(world.home)
    values: dict[str, Any] = {
        "label": "3-2-501",
        "lon": lon,
        "lat": lat,
        "purpose": Purpose.CARE,
        "due_on": clock.now().date(),
        "by": world.worker,
    }
    return actions.due_visit(**{**values, **more})


def test_a_door_opens_at_the_third_try_or_the_visit_ends(world: World) -> None:
    visit = due(world)
    at_door = Stood(*world.spot(world.home), 9)
    began = clock.now() - timedelta(hours=9)
    for hours in (0, 3):
        actions.knock(
            visit, by=world.worker, stood=at_door, client_at=began + timedelta(hours=hours)
        )
    assert (visit.state, visit.tries) == (VisitState.DUE, 2)
    soon = began + timedelta(hours=4)
    with pytest.raises(Refusal):
        actions.knock(visit, by=world.worker, stood=at_door, client_at=soon)
    actions.knock(visit, by=world.worker, stood=at_door)
    assert (visit.state, visit.tries) == (VisitState.NOT_HOME, 3)


def test_after_a_visit_the_next_one_is_due(world: World) -> None:
    visit = due(world, every_days=7)
    actions.make_visit(visit, by=world.worker, stood=Stood(*world.spot(world.home), 9))
    following = queries.due_at_door(visit.door_id, Purpose.CARE)
    assert visit.state == VisitState.DONE
    assert following is not None
    assert (following.due_on - visit.ended_at.date()).days in (7, 8)


def test_who_does_not_wish_a_visit_is_left_alone(world: World) -> None:
    visit = due(world, every_days=7)
    actions.refuse_visit(visit, by=world.worker)
    assert visit.state == VisitState.REFUSED
    assert queries.due_at_door(visit.door_id, Purpose.CARE) is None


def test_one_door_has_one_visit_due_for_a_purpose(world: World) -> None:
    assert due(world).id == due(world).id


def test_doors_are_nobodys_business_elsewhere(app: Flask, world: World) -> None:
    visit = due(world)
    for person in (world.stranger, world.neighbour, world.dispatcher):
        client = as_user(app, person)
        assert client.get(f"/visits/{visit.id}").status_code == 403
        assert client.post(f"/visits/{visit.id}/done", data={"note": "x"}).status_code == 403
    assert "3-2-501" in as_user(app, world.worker).get("/visits").get_data(as_text=True)
    assert "3-2-501" not in as_user(app, world.neighbour).get("/visits").get_data(as_text=True)


# Steps of a phone


def test_a_step_that_comes_twice_is_done_once_and_says_its_own_version(
    app: Flask, world: World
) -> None:
    visit = due(world)
    client = as_user(app, world.worker)
    data = {"client_id": str(uuid.uuid4()), "base_version": 1, "note": "by phone"}
    first = client.post(f"/visits/{visit.id}/knock", data=data, headers=JSON)
    again = client.post(f"/visits/{visit.id}/knock", data=data, headers=JSON)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json["version"] == again.json["version"] == 2
    db.session.expire_all()
    assert db.session.get(Visit, visit.id).tries == 1


def test_a_step_on_an_old_version_shows_both_and_is_settled_either_way(
    app: Flask, world: World
) -> None:
    visit = due(world)
    actions.knock(visit, by=world.worker, note="nobody", base_version=1)
    client = as_user(app, world.worker)
    mark = str(uuid.uuid4())
    data = {"client_id": mark, "base_version": 1, "note": "somebody was in"}
    refused = client.post(f"/visits/{visit.id}/done", data=data, headers=JSON)
    assert refused.status_code == 409
    theirs = refused.json["theirs"]
    assert theirs["last"][0]["note"] == "nobody"
    assert "done" in theirs["open"]

    kept = {"client_id": mark, "step": "done", "note": "somebody was in"}
    for _each in range(2):
        assert client.post(f"/visits/{visit.id}/conflict", data=kept, headers=JSON).json["id"]
    settled = audit.by_mark("door_visit", visit.id, "conflict", uuid.UUID(mark))
    assert settled.data["conflict"] == "theirs"
    assert settled.data["note"] == "somebody was in"
    count = select(audit.Event).where(
        audit.Event.thing_kind == "door_visit", audit.Event.move == "conflict"
    )
    assert len(db.session.scalars(count.where(audit.Event.thing_id == visit.id)).all()) == 1

    mine = {**data, "base_version": theirs["version"], "insisted": "1"}
    assert client.post(f"/visits/{visit.id}/done", data=mine, headers=JSON).status_code == 200
    assert audit.last("door_visit", visit.id).data["conflict"] == "mine"


def test_the_same_step_is_refused_by_the_flow_itself_when_it_comes_again(world: World) -> None:
    visit, mark = due(world), uuid.uuid4()
    actions.knock(visit, by=world.worker, note="nobody", mark=mark)
    later = clock.now() + timedelta(hours=3)
    with pytest.raises(Changed):
        actions.knock(visit, by=world.worker, note="nobody", mark=mark, client_at=later)


def test_a_case_shows_its_conflict_and_who_was_faster(app: Flask, world: World) -> None:
    case = brought_to(State.DISPATCHED, world)
    seen = case.version
    moves.sign(case, by=world.worker)
    client = as_user(app, world.worker)
    data = {"client_id": str(uuid.uuid4()), "base_version": seen}
    refused = client.post(f"/cases/{case.id}/sign", data=data, headers=JSON)
    assert refused.status_code == 409
    assert refused.json["theirs"]["last"][0]["words"] == "签收"
    assert "sign" not in refused.json["theirs"]["open"]


# Today


def test_todays_list_holds_duties_pins_visits_and_points(app: Flask, world: World) -> None:
    duty = brought_to(State.DISPATCHED, world)
    pinned = reported(world)
    visit, patrol = due(world), planned(world)
    client = as_user(app, world.worker)
    assert client.post(f"/cases/{pinned.id}/pin").status_code == 303
    assert client.post(f"/cases/{pinned.id}/pin").status_code == 303
    text = client.get("/cases/today").get_data(as_text=True)
    for key in (
        f"case:{duty.id}",
        f"case:{pinned.id}",
        f"visit:{visit.id}",
        f"point:{patrol.points[0].id}",
    ):
        assert text.count(f'data-select="{key}"') == 1
    client.post(f"/cases/{pinned.id}/unpin")
    assert f"case:{pinned.id}" not in client.get("/cases/today").get_data(as_text=True)
    assert "data-select" not in as_user(app, world.stranger).get(
        "/cases/today", headers={"HX-Request": "true"}
    ).get_data(as_text=True)


def test_a_stranger_pins_nothing(app: Flask, world: World) -> None:
    case = reported(world)
    assert as_user(app, world.stranger).post(f"/cases/{case.id}/pin").status_code == 403


def test_the_finder_reports_and_closes_in_one_form(app: Flask, world: World) -> None:
    lon, lat = world.spot(world.home)
    data = {
        "class_code": "06010",
        "lon": lon,
        "lat": lat,
        "solved": "1",
        "solved_note": "taken away",
        "photo": (picture(), "before.jpg"),
        "after": (picture("blue"), "after.jpg"),
    }
    answer = as_user(app, world.worker).post("/cases", data=data, headers=JSON)
    assert answer.status_code == 201
    assert answer.json["state"] == State.CLOSED


def test_plans_are_made_in_forms(app: Flask, world: World) -> None:
    client = as_user(app, world.worker)
    lon, lat = world.spot(world.home)
    day = clock.now().date().isoformat()
    answer = client.post(
        "/patrols",
        data={
            "grid": world.home.display_code,
            "title": "by form",
            "day": day,
            "free_name": ["gate", "", ""],
            "free_at": [f"{lon},{lat}", "", ""],
        },
    )
    assert answer.status_code == 303
    assert "gate" in client.get(answer.headers["Location"]).get_data(as_text=True)
    for bad in ({"free_at": "nowhere", "free_name": "x"}, {"points": "place:0"}, {}):
        sent = {"grid": world.home.display_code, "title": "bad", "day": day, **bad}
        assert client.post("/patrols", data=sent).status_code == 422
    door = {"label": "1-101", "lon": lon, "lat": lat, "purpose": "care", "due_on": day}
    assert client.post("/visits", data=door).status_code == 303
    assert client.post("/visits", data={**door, "lon": 0, "lat": 0}).status_code == 422
    assert as_user(app, world.neighbour).post("/visits", data=door).status_code == 403
