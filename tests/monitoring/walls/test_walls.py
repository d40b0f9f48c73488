"""Favourites and rounds are each one's own; whatever comes into view is in the log, once for some time."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.whole_house.test_pages import html_faults
from tests.world import Person, World, as_user
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.sealing import seal
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.video import passes
from webapp.monitoring.walls import actions, queries, rules
from webapp.monitoring.walls.models import Round
from webapp.monitoring.walls.rules import Stop


@pytest.fixture
def filmed(session: Session, world: World) -> list[Camera]:
    """Six cameras with an address of a film."""
    made = []
    lon, lat = world.spot(world.home)
    for number in range(6):
        said = Described(name=f"quay {number}", kind=CameraKind.FIXED, lon=lon, lat=lat)
        camera = cameras.register(said, source="test", external_id=f"W{number}", by=None)
        camera.stream = seal(b"rtsp://10.0.0.1/1")
        made.append(camera)
    db.session.flush()
    return made


def looks(person: Person) -> list[tuple[int, dict[str, Any]]]:
    """Of which cameras the log says that somebody looked, and what it says."""
    found = select(Event).where(Event.move == "look", Event.actor_id == person.id)
    return [(each.thing_id, each.data) for each in db.session.scalars(found.order_by(Event.id))]


def made(client: FlaskClient, wanted: list[Camera], **more: Any) -> Round:
    """A round of these cameras."""
    sent = {"name": "harbour", "usual": "20", "add": [each.id for each in wanted], **more}
    answer = client.post("/cameras/rounds", data=sent)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    found = queries.round_of(int(answer.headers["Location"].rsplit("/", 1)[1]))
    assert found is not None
    return found


def test_a_favourite_is_ones_own_and_stands_first(
    app: Flask, world: World, filmed: list[Camera]
) -> None:
    desk, last = as_user(app, world.dispatcher), filmed[-1]
    address = f"/cameras/{last.id}/favourite"
    assert desk.post(address).status_code == 303
    words = desk.get("/cameras/wall").get_data(as_text=True)
    assert words.index("quay 5") < words.index("quay 0")
    other = as_user(app, world.shift_leader).get("/cameras/wall").get_data(as_text=True)
    assert other.index("quay 0") < other.index("quay 5")
    shown = desk.post(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert 'aria-pressed="false"' in shown
    assert queries.favourites(world.dispatcher) == frozenset()
    assert as_user(app, world.stranger).post(address).status_code == 403


def test_a_round_keeps_order_and_seconds_and_is_changed_by_its_maker(
    app: Flask, world: World, filmed: list[Camera]
) -> None:
    desk = as_user(app, world.dispatcher)
    kept = made(desk, filmed[:3])
    assert [(each.camera_id, each.seconds) for each in kept.stops] == [
        (each.id, 20) for each in filmed[:3]
    ]
    address, ids = f"/cameras/rounds/{kept.id}", [each.id for each in filmed[:3]]
    sent = {"name": "quay", "version": "0", "stop": ids, "seconds": [5, 30, 60]}
    assert desk.post(address, data=sent | {"do": "up:2", "add": filmed[4].id}).status_code == 303
    db.session.refresh(kept)
    assert [(each.camera_id, each.seconds) for each in kept.stops] == [
        (ids[0], 5),
        (ids[2], 60),
        (ids[1], 30),
        (filmed[4].id, 15),
    ]
    assert desk.post(address, data=sent).status_code == 409
    assert desk.post(address, data=sent | {"version": "1", "seconds": [1, 2, 3]}).status_code == 422
    again = {"version": "1", "do": "out:0"}
    assert desk.post(address, data=sent | again).status_code == 303
    db.session.refresh(kept)
    assert [each.camera_id for each in kept.stops] == ids[1:]
    other = as_user(app, world.worker)
    assert other.get(address).status_code == 403
    assert other.post(f"{address}/remove").status_code == 403
    assert desk.get("/cameras/rounds").status_code == 200
    assert desk.post("/cameras/rounds", data={"name": "quay", "add": ids}).status_code == 422
    assert desk.post("/cameras/rounds", data={"name": "none"}).status_code == 422
    assert desk.post(f"{address}/remove").status_code == 303
    assert queries.round_of(kept.id) is None


def test_whoever_began_for_a_purpose_walks_on_and_each_view_is_in_the_log(
    app: Flask, world: World, filmed: list[Camera]
) -> None:
    desk = as_user(app, world.dispatcher)
    kept = made(desk, filmed, shared="1")
    sent = {"purpose": "the storm", "round": kept.id, "many": "4"}
    shown = desk.post("/cameras/wall", data=sent).get_data(as_text=True)
    assert shown.count("data-player") == 4
    ids = [each.id for each in filmed]
    said = {"purpose": "the storm", "round": "harbour"}
    assert looks(world.dispatcher) == [(each, said) for each in ids[:4]]
    wall = shown.split('data-wall="')[1].split('"')[0]
    more = {"wall": wall, "round": kept.id, "many": "4", "camera": ids[4:]}
    page = desk.post("/cameras/wall/tiles", data=more, headers={"HX-Request": "true"})
    assert page.get_data(as_text=True).count("data-player") == 2
    # The round comes by again soon: one line is enough.
    desk.post("/cameras/wall/tiles", data=more)
    desk.post("/cameras/wall/tiles", data=more | {"camera": ids[:4]})
    assert looks(world.dispatcher) == [(each, said) for each in ids]
    # Another account has begun nothing, and a purpose does not last for ever.
    other = as_user(app, world.shift_leader)
    assert other.post("/cameras/wall/tiles", data=more).status_code == 403
    assert desk.post("/cameras/wall/tiles", data=more | {"wall": "x"}).status_code == 403
    assert as_user(app, world.worker).post("/cameras/wall/tiles", data=more).status_code == 403
    # A shared round is started by others, a private one is not.
    assert "harbour" in other.get("/cameras/wall").get_data(as_text=True)
    own = made(desk, filmed[:2], name="mine")
    assert "mine" not in other.get("/cameras/wall").get_data(as_text=True)
    assert other.post("/cameras/wall", data=sent | {"round": own.id}).status_code == 422


def test_a_line_is_written_again_after_some_time_and_a_wall_ends_with_the_shift(
    app: Flask, world: World, filmed: list[Camera], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = as_user(app, world.dispatcher)
    sent = {"purpose": "the storm", "many": "1", "camera": filmed[0].id}
    shown = desk.post("/cameras/wall", data=sent).get_data(as_text=True)
    wall = shown.split('data-wall="')[1].split('"')[0]
    more = {"wall": wall, "many": "1", "camera": filmed[0].id}
    monkeypatch.setattr(actions, "LOGGED_AGAIN", -actions.LOGGED_AGAIN)
    assert desk.post("/cameras/wall/tiles", data=more).status_code == 200
    assert [each for each, _said in looks(world.dispatcher)] == [filmed[0].id] * 2
    monkeypatch.setattr(passes, "WALL_S", -1)
    assert desk.post("/cameras/wall/tiles", data=more).status_code == 403


def test_the_wall_is_found_as_it_was_left(app: Flask, world: World, filmed: list[Camera]) -> None:
    desk = as_user(app, world.dispatcher)
    kept = made(desk, filmed)
    sent = {"purpose": "the storm", "round": kept.id, "many": "9"}
    assert desk.post("/cameras/wall", data=sent).status_code == 200
    words = desk.get("/cameras/wall").get_data(as_text=True)
    assert f'<option value="{kept.id}" selected' in " ".join(words.split())
    assert desk.post(f"/cameras/rounds/{kept.id}/remove").status_code == 303
    db.session.expire_all()
    left = queries.wall(world.dispatcher)
    assert left is not None
    assert (left.many, left.round_id) == (9, None)
    desk.post("/cameras/wall", data={"purpose": "x y", "many": "4", "camera": filmed[2].id})
    left = queries.wall(world.dispatcher)
    assert left is not None
    db.session.refresh(left)
    assert (left.many, left.cameras) == (4, [filmed[2].id])


@pytest.mark.parametrize(
    "stops",
    [[], [Stop(1), Stop(1)], [Stop(1, 4)], [Stop(1, 601)], [Stop(each) for each in range(61)]],
)
def test_what_is_no_round_is_refused(stops: list[Stop]) -> None:
    with pytest.raises(Unacceptable):
        rules.checked(stops)


def test_a_stop_moves_by_one_and_never_over_the_rim() -> None:
    stops = [Stop(1), Stop(2), Stop(3)]
    assert [each.camera_id for each in rules.moved(stops, 1, -1)] == [2, 1, 3]
    assert [each.camera_id for each in rules.moved(stops, 2, 1)] == [1, 2, 3]
    assert [each.camera_id for each in rules.moved(stops, 7, 1)] == [1, 2, 3]


def test_a_camera_without_a_stream_shows_what_it_can_on_the_wall(
    app: Flask, world: World, filmed: list[Camera]
) -> None:
    pictured, paged, bare = filmed[:3]
    for each in (pictured, paged, bare):
        each.stream = None
    pictured.snapshot, paged.webrtc = seal(b"http://10.0.0.1/1.jpg"), seal(b"http://10.0.0.1/1")
    db.session.flush()
    desk = as_user(app, world.dispatcher)
    offered = desk.get("/cameras/wall").get_data(as_text=True)
    assert [each.name in offered for each in (pictured, paged, bare)] == [True, True, False]
    sent = {"purpose": "the storm", "many": "4", "camera": [each.id for each in filmed[:4]]}
    shown = desk.post("/cameras/wall", data=sent).get_data(as_text=True)
    assert html_faults(shown) == []
    assert (shown.count("data-player"), shown.count('data-film=""')) == (2, 1)
    assert shown.count('class="no-picture"') == 2


def test_who_looked_at_what_is_read_by_those_who_answer_for_it(
    app: Flask, world: World, filmed: list[Camera]
) -> None:
    desk = as_user(app, world.dispatcher)
    for number, purpose in ((0, "the storm"), (1, "a lost child")):
        desk.post(f"/cameras/{filmed[number].id}/look", data={"purpose": purpose})
    address = "/cameras/looks"
    assert desk.get(address).status_code == 403
    leader = as_user(app, world.shift_leader)
    words = leader.get(address).get_data(as_text=True)
    assert words.index("a lost child") < words.index("the storm")
    assert "the storm" not in leader.get(f"{address}?q=child").get_data(as_text=True)
    one = leader.get(f"{address}?camera={filmed[0].id}").get_data(as_text=True)
    assert "the storm" in one
    assert "a lost child" not in one
    assert "the storm" not in leader.get(f"{address}?did=reveal").get_data(as_text=True)
    last = queries.looks(limit=1)
    assert last.after is not None
    assert [row.camera for row in queries.looks(before=last.after).rows][:1] == ["quay 0"]


def test_the_pages_of_the_wall_are_proper(app: Flask, world: World, filmed: list[Camera]) -> None:
    leader = as_user(app, world.shift_leader)
    kept = made(leader, filmed[:3], shared="1")
    leader.post(f"/cameras/{filmed[0].id}/favourite")
    sent = {"purpose": "the storm", "round": kept.id, "many": "4"}
    pages = [
        leader.post("/cameras/wall", data=sent),
        *(
            leader.get(address)
            for address in (
                "/cameras/wall",
                "/cameras/rounds",
                f"/cameras/rounds/{kept.id}",
                "/cameras/looks",
                f"/cameras/{filmed[0].id}/favourite",
                f"/cameras/{filmed[0].id}",
            )
        ),
    ]
    assert [html_faults(each.get_data(as_text=True)) for each in pages] == [[]] * len(pages)
