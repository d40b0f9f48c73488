"""The big screen: what stands on it, for whom, and behind which address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from hypothesis import given, strategies as st

from tests.cases import stages
from tests.interop.open311.counting import statements
from tests.monitoring.alarms.told import raised
from tests.world import World, as_user
from webapp.base import clock, live
from webapp.base.db import db
from webapp.cases import moves
from webapp.cases.rules import State
from webapp.interop.calendars import actions as addresses
from webapp.interop.calendars.models import Subscription
from webapp.interop.wall import drawing, shown
from webapp.interop.wall.drawing import HEIGHT, WIDTH, width
from webapp.maps import queries as maps
from webapp.monitoring.signals import Kind
from webapp.people import posts
from webapp.people.models import Post


def figures(world: World) -> dict[str, str | None]:
    """The strip of figures by their names."""
    return {each.name: each.value for each in shown.wall(world.shift_leader).figures}


def test_an_empty_house_says_so(app: Flask, world: World) -> None:
    with app.test_request_context():
        told = shown.wall(world.shift_leader)
    known = {each.name: each.value for each in told.figures}
    assert known["open"] == known["late"] == known["received"] == known["closed"] == "0"
    assert known["content"] is None
    assert (told.late, told.alarms, told.wind) == ([], [], None)
    page = as_user(app, world.shift_leader).get("/wall").get_data(as_text=True)
    for words in ("没有超期案件。", "没有未解除的告警。", "还没有接报事项。", "风力暂无数据"):
        assert words in page


def test_what_came_in_and_what_was_closed_today_is_counted(app: Flask, world: World) -> None:
    with clock.at(clock.now() - timedelta(days=2)):
        old = stages.reported(world)
        moves.file_case(old, by=world.dispatcher)
    stages.reported(world)
    stages.brought_to(State.CLOSED, world)
    db.session.commit()
    with app.test_request_context():
        known = figures(world)
        assert (known["received"], known["closed"], known["open"]) == ("2", "1", "2")
        moves.void(old, note="不存在", by=world.shift_leader)
        db.session.commit()
        # What is declared void was not handled.
        assert figures(world)["closed"] == "1"


def test_what_is_late_stands_there_the_longest_first(app: Flask, world: World) -> None:
    late = [stages.brought_to(State.PROCESSING, world) for _each in range(6)]
    for days, case in enumerate(late):
        case.due_at = clock.now() - timedelta(days=days + 1)
    db.session.commit()
    with app.test_request_context():
        told = shown.wall(world.shift_leader)
    assert [each.said for each in told.late] == [f"超期{days}天" for days in (6, 5, 4, 3)]
    assert told.later == 2
    assert sum(kind == "late" for kind, _x, _y in told.picture.marks) == 6


def test_nobody_is_named_and_what_is_private_is_not_told(app: Flask, world: World) -> None:
    open_one, private, inner = (stages.brought_to(State.PROCESSING, world) for _each in range(3))
    private.private = True
    inner.case_class.public = False
    raised(world, Kind.SMOKE)
    db.session.commit()
    page = as_user(app, world.shift_leader).get("/wall").get_data(as_text=True)
    assert "不便公开的事项" in page
    for case in (open_one, private, inner):
        assert case.number not in page
        assert (case.words or "—") not in page
    for person in (world.worker, world.dispatcher, world.shift_leader):
        assert person.name not in page


def test_a_home_is_drawn_to_the_next_hundred_metres_only(app: Flask, world: World) -> None:
    from webapp.base.spatial import shape_of, to_metric
    from webapp.interop.wall import queries

    case = stages.reported(world)
    case.confidential = True
    db.session.commit()
    ((lon, lat, _mark),) = queries.case_points(world.shift_leader)
    x, y = to_metric(lon, lat)
    at = shape_of(case.geom)  # type: ignore[arg-type]  # it has a place
    assert (round(x, -2), round(y, -2)) == (pytest.approx(x, abs=2), pytest.approx(y, abs=2))
    assert abs(x - at.x) <= 52
    assert abs(y - at.y) <= 52


@pytest.mark.parametrize("who", ["worker", "dispatcher", "stranger", "admin"])
def test_only_supervisors_put_it_up(app: Flask, world: World, who: str) -> None:
    client = as_user(app, getattr(world, who))
    assert client.get("/wall").status_code == client.get("/wall/now").status_code == 403
    assert client.post("/people/me/subscriptions", data={"kind": "wall"}).status_code == 403
    assert "指挥大屏" not in client.get("/people/me/subscriptions").get_data(as_text=True)


def screen_of(app: Flask, world: World) -> str:
    answer = as_user(app, world.shift_leader).post(
        "/people/me/subscriptions", data={"kind": "wall"}
    )
    found = re.search(r'value="https?://[^/]+(/screen/[^"]+)"', answer.get_data(as_text=True))
    assert found is not None, answer.get_data(as_text=True)
    return found[1]


def test_a_screen_without_a_keyboard_has_an_address(
    app: Flask, client: FlaskClient, world: World
) -> None:
    stages.reported(world)
    db.session.commit()
    where = screen_of(app, world)
    page = client.get(where)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert f'data-now="{where}/now' in page.get_data(as_text=True)
    assert f'data-live="{where}/live"' in page.get_data(as_text=True)
    part = client.get(f"{where}/now").get_data(as_text=True)
    assert "wall-figures" in part
    assert "<html" not in part
    assert "Late longest" in client.get(f"{where}?lang=en").get_data(as_text=True)
    # It is the key to this one page and to nothing else.
    secret = where.rpartition("/")[2]
    assert client.get(f"/calendar/{secret}.ics").status_code == 404
    assert client.get("/wall").status_code in (302, 401)


def test_an_address_that_ended_shows_nothing(app: Flask, client: FlaskClient, world: World) -> None:
    where = screen_of(app, world)
    kept = db.session.query(Subscription).filter_by(account_id=world.shift_leader.id).one()
    addresses.end(kept, by=world.shift_leader)
    db.session.commit()
    for each in (where, f"{where}/now", f"{where}/live"):
        answer = client.get(each)
        assert answer.status_code == 410
        assert "wall-figures" not in answer.get_data(as_text=True)
    assert client.get("/screen/nobody-knows-this-one").status_code == 404
    assert "css/wall.css" in client.get(where).get_data(as_text=True)


def test_its_stream_ends_within_seconds(
    app: Flask, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LIVES_S", 0.0)
    monkeypatch.setattr(live, "LOOK_S", 0.01)
    where = screen_of(app, world)
    answer = client.get(f"{where}/live")
    told = iter(answer.response)
    assert "hello" in f"{next(told)!r}{next(told)!r}"
    kept = db.session.query(Subscription).filter_by(account_id=world.shift_leader.id).one()
    addresses.end(kept, by=world.shift_leader)
    db.session.commit()
    assert list(told) == []
    answer.close()


def test_an_english_screen_calls_grids_by_kind_and_number(app: Flask, world: World) -> None:
    with app.test_request_context("/"):
        assert shown.grid_name(world.home) == world.home.name
        with force_locale("en"):
            number = (world.home.display_code or "").rpartition("-")[2]
            assert shown.grid_name(world.home) == f"Community {number}"


def test_it_goes_dark_with_the_post_of_its_owner(
    app: Flask, client: FlaskClient, world: World
) -> None:
    where = screen_of(app, world)
    assert client.get(where).status_code == 200
    post = db.session.query(Post).filter_by(account_id=world.shift_leader.id).one()
    posts.end(post, at=clock.now(), by=world.admin)
    db.session.commit()
    assert client.get(where).status_code == 410
    assert client.get(f"{where}/now").status_code == 410


def test_a_screen_that_renews_itself_keeps_no_session_alive(app: Flask, world: World) -> None:
    client = as_user(app, world.shift_leader)
    with client.session_transaction() as session:
        session["seen"] = before = session["seen"] - 1200
    assert client.get("/wall/now").status_code == 200
    with client.session_transaction() as session:
        assert session["seen"] == before
    assert client.get("/wall").status_code == 200
    with client.session_transaction() as session:
        assert session["seen"] > before


def test_it_asks_no_more_however_much_there_is(app: Flask, world: World) -> None:
    def asked() -> int:
        with app.test_request_context():
            maps.territory()
            with statements(app) as found:
                shown.wall(world.shift_leader)
        return len(found)

    asked()
    few = asked()
    for _each in range(8):
        stages.reported(world)
        raised(world, Kind.SMOKE)
    db.session.commit()
    assert asked() <= few
    assert few <= 20


def test_the_map_is_drawn_within_its_sheet(world: World) -> None:
    ground = drawing.ground(maps.territory().set_id)
    assert len(ground.areas) == 97
    numbers = [
        int(each) for area in ground.areas.values() for each in re.findall(r"-?\d+", area.path)
    ]
    assert min(numbers) >= 0
    assert max(numbers) <= WIDTH
    assert sum(map(len, (each.path for each in ground.areas.values()))) < 120_000
    assert drawing.ground(None).areas == {}
    assert len(ground.sea) > 100


@given(
    st.lists(
        st.tuples(
            st.text("网格区a1 ", min_size=1, max_size=14),
            st.just("late"),
            st.integers(0, WIDTH),
            st.integers(0, HEIGHT),
        ),
        max_size=12,
    )
)
def test_no_name_lies_over_another_or_over_the_edge(
    wishes: list[tuple[str, str, int, int]],
) -> None:
    found = drawing.named(wishes, most=12)
    boxes = []
    for each in found:
        left = each.x if each.anchor == "start" else each.x - width(each.words)
        boxes.append((left, each.y - 96, left + width(each.words), each.y + 24))
    for place, (west, north, east, south) in enumerate(boxes):
        assert west >= 0
        assert east <= WIDTH + 1
        assert north >= -1
        assert south <= HEIGHT + 1
        for other in boxes[:place]:
            assert west >= other[2] or other[0] >= east or north >= other[3] or other[1] >= south
