"""The case desk over HTTP: reports, steps, replays, refusals, strangers."""

from __future__ import annotations

import io
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy import event as events, func, select

from tests.cases.stages import brought_to, photographed, picture, reported
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.files import StoredFile, path_of
from webapp.cases.models import Case, CaseMedia
from webapp.cases.rules import Stage, State

JSON = {"Accept": "application/json"}


def sent(world: World, **more: Any) -> dict[str, Any]:
    """The fields of a proper report from the home grid."""
    lon, lat = world.spot(world.home)
    return {"class_code": "06010", "lon": lon, "lat": lat, "words": "rubbish", **more}


def test_a_report_with_a_photo_becomes_a_case_with_a_clean_photo(app: Flask, world: World) -> None:
    client = as_user(app, world.worker)
    shot = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "the maker of this phone"
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 40.0, 12.0), 3: "E", 4: (121.0, 3.0, 0.0)})
    Image.new("RGB", (3000, 1000), "green").save(shot, "JPEG", exif=exif)
    shot.seek(0)
    answer = client.post("/cases", data=sent(world, photo=(shot, "a.jpg")), headers=JSON)
    assert answer.status_code == 201
    kept = db.session.scalars(
        select(StoredFile).join(CaseMedia).where(CaseMedia.case_id == answer.json["id"])
    ).one()
    with Image.open(path_of(kept)) as clean:
        assert clean.size == (2048, 683)
        assert not clean.getexif()
    assert (round(kept.taken_lon, 3), round(kept.taken_lat, 3)) == (121.05, 37.67)  # type: ignore[arg-type]


def test_the_same_report_sent_again_is_the_same_case(app: Flask, world: World) -> None:
    client = as_user(app, world.worker)
    mark = str(uuid.uuid4())
    answers = [
        client.post("/cases", data=sent(world, client_id=mark), headers=JSON) for _ in range(3)
    ]
    assert [each.status_code for each in answers] == [201, 200, 200]
    assert len({each.json["number"] for each in answers}) == 1


def test_a_report_from_offline_keeps_its_true_time(app: Flask, world: World) -> None:
    then = clock.now() - timedelta(hours=3)
    answer = as_user(app, world.worker).post(
        "/cases", data=sent(world, happened_at=then.isoformat()), headers=JSON
    )
    case = db.session.get_one(Case, answer.json["id"])
    assert abs(case.happened_at - then) < timedelta(milliseconds=1)
    assert case.received_at > then


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lon", "200"),
        ("lat", "nan"),
        ("lon", "not a number"),
        ("class_code", "99999"),
        ("class_code", "x"),
        ("datum", "mars"),
        ("happened_at", "2999-01-01T00:00:00+08:00"),
        ("happened_at", "2001-01-01T00:00:00+08:00"),
        ("client_id", "no uuid"),
        ("words", "x" * 4001),
        ("said_grid", "DJJ-X-999"),
        ("lat", "10.5"),
    ],
)
def test_a_bad_value_is_named_and_nothing_is_written(
    field: str, value: str, app: Flask, world: World
) -> None:
    client = as_user(app, world.worker)
    before = db.session.scalar(select(func.count()).select_from(Case))
    answer = client.post("/cases", data=sent(world, **{field: value}), headers=JSON)
    assert answer.status_code == 422
    named = set(answer.json["error"]["fields"])
    assert named & {field, "lon"}
    assert db.session.scalar(select(func.count()).select_from(Case)) == before


def test_a_bad_form_comes_back_with_what_was_typed(app: Flask, world: World) -> None:
    answer = as_user(app, world.worker).post(
        "/cases", data=sent(world, lon="200", words="a very special word")
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "a very special word" in page


def test_a_report_that_says_nothing_is_not_taken(app: Flask, world: World) -> None:
    answer = as_user(app, world.worker).post("/cases", data=sent(world, words=""), headers=JSON)
    assert answer.status_code == 422
    assert "words" in answer.json["error"]["fields"]


def test_the_worker_on_the_spot_may_name_another_grid_and_the_desk_sees_both(
    app: Flask, world: World
) -> None:
    client = as_user(app, world.worker)
    assert 'value="DJJ-C-002"' in client.get("/cases/new").get_data(as_text=True)
    body = sent(world, client_id=str(uuid.uuid4()), said_grid="DJJ-C-002")
    answer = client.post("/cases", data=body)
    assert answer.status_code == 303
    seen = as_user(app, world.dispatcher).get(f"{answer.location}?lang=en")
    told = seen.get_data(as_text=True)
    assert f"The reporter says it belongs to {world.next_door.name}." in told
    assert "<dt>On watch there</dt><dd>worker</dd>" in told


def test_a_point_in_no_grid_is_kept_and_waits_in_its_queue(app: Flask, world: World) -> None:
    answer = as_user(app, world.worker).post(
        "/cases", data=sent(world, lon=121.3, lat=37.6), headers=JSON
    )
    assert answer.status_code == 201
    assert answer.json["grid"] is None
    queue = as_user(app, world.dispatcher).get("/cases?outside=1").get_data(as_text=True)
    assert f"case:{answer.json['id']}" in queue


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("page.jpg", b"<html><script>alert(1)</script></html>"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("empty.jpg", b"\xff\xd8\xff\xe0"),
        ("zip.png", b"PK\x03\x04" + b"\0" * 400),
    ],
)
def test_what_is_no_picture_is_refused(name: str, body: bytes, app: Flask, world: World) -> None:
    answer = as_user(app, world.worker).post(
        "/cases", data=sent(world, photo=(io.BytesIO(body), name)), headers=JSON
    )
    assert answer.status_code == 422
    assert "photo" in answer.json["error"]["fields"]


def test_a_picture_with_a_page_hidden_behind_it_is_drawn_anew(app: Flask, world: World) -> None:
    both = picture().getvalue() + b"<script>alert(1)</script>"
    answer = as_user(app, world.worker).post(
        "/cases", data=sent(world, photo=(io.BytesIO(both), "both.jpg")), headers=JSON
    )
    kept = db.session.scalars(
        select(StoredFile).join(CaseMedia).where(CaseMedia.case_id == answer.json["id"])
    ).one()
    assert b"script" not in path_of(kept).read_bytes()


def test_photos_that_follow_arrive_once(app: Flask, world: World) -> None:
    client = as_user(app, world.worker)
    case = reported(world)
    mark = str(uuid.uuid4())
    for _ in range(2):
        data = {"client_id": mark, "stage": "found", "photo": (picture(), "a.jpg")}
        answer = client.post(f"/cases/{case.id}/media", data=data, headers=JSON)
        assert answer.status_code == 201
    count = select(func.count()).select_from(CaseMedia).where(CaseMedia.case_id == case.id)
    assert db.session.scalar(count) == 1


def test_the_whole_path_in_pages(app: Flask, world: World) -> None:
    worker, desk, checker, leader = (
        as_user(app, each)
        for each in (world.worker, world.dispatcher, world.neighbour, world.shift_leader)
    )
    case = worker.post("/cases", data=sent(world), headers=JSON).json
    path = f"/cases/{case['id']}"
    steps = [
        (desk, "dispatch", {"worker": world.worker.id, "base_version": case["version"]}),
        (worker, "sign", {}),
        (worker, "feedback", {"photo": (picture("blue"), "after.jpg")}),
        (desk, "send_check", {"worker": world.neighbour.id}),
        (checker, "pass", {"note": "seen from the road"}),
        (leader, "close", {"note": "well done"}),
    ]
    for who, name, data in steps:
        answer = who.post(f"{path}/{name}", data=data)
        assert answer.status_code == 303, (name, answer.get_data(as_text=True)[:2000])
    assert db.session.get_one(Case, case["id"]).state == State.CLOSED
    assert "well done" in worker.get(path).get_data(as_text=True)


def test_of_two_dispatchers_the_second_is_told_who_was_first(app: Flask, world: World) -> None:
    case = reported(world)
    seen = case.version
    data = {"worker": world.worker.id, "base_version": seen}
    first = as_user(app, world.dispatcher).post(f"/cases/{case.id}/dispatch", data=data)
    second = as_user(app, world.shift_leader).post(
        f"/cases/{case.id}/dispatch", data=data, headers=JSON
    )
    assert (first.status_code, second.status_code) == (303, 409)
    assert "dispatcher" in second.json["error"]["message"]
    assert second.json["theirs"]["state"] == State.DISPATCHED


def test_a_step_replayed_by_a_phone_is_done_once(app: Flask, world: World) -> None:
    case = brought_to(State.DISPATCHED, world)
    client = as_user(app, world.worker)
    data = {"client_id": str(uuid.uuid4()), "base_version": case.version}
    answers = [client.post(f"/cases/{case.id}/sign", data=data, headers=JSON) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json["version"] == answers[1].json["version"]


def test_on_the_spot_before_and_after_come_with_the_step_itself(app: Flask, world: World) -> None:
    client = as_user(app, world.worker)
    case = reported(world)
    path = f"/cases/{case.id}/self_close"
    after = {"photo": (picture("blue"), "after.jpg")}
    refused = client.post(path, data=after, headers=JSON)
    assert refused.status_code == 422
    assert set(refused.json["error"]["fields"]) == {"before_photo"}
    assert 'name="before"' in client.get(f"/cases/{case.id}").get_data(as_text=True)
    both = {"photo": (picture("blue"), "after.jpg"), "before": (picture(), "before.jpg")}
    assert client.post(path, data=both, headers=JSON).json["state"] == State.CLOSED
    db.session.expire_all()
    assert [each.stage for each in case.media] == [Stage.FOUND, Stage.AFTER]


def test_a_voice_note_is_no_picture_of_before(app: Flask, world: World) -> None:
    client = as_user(app, world.worker)
    sound = (io.BytesIO(b"OggS" + b"\0" * 40), "note.ogg")
    case = client.post("/cases", data=sent(world, voice=sound), headers=JSON).json
    data = {"photo": (picture(), "after.jpg")}
    answer = client.post(f"/cases/{case['id']}/self_close", data=data, headers=JSON)
    assert set(answer.json["error"]["fields"]) == {"before_photo"}


def test_without_a_script_a_named_place_stands_for_the_point(app: Flask, world: World) -> None:
    client = as_user(app, world.worker)
    lon, lat = world.spot(world.home)
    found = client.get("/cases/classes?q=06010").get_data(as_text=True)
    assert 'href="/cases/new?class_code=06010"' in found
    chosen = client.get("/cases/new?class_code=06010").get_data(as_text=True)
    assert re.search(r'value="06010"\s+checked', chosen)
    data = {"class_code": "06010", "spot": f"{lon},{lat}", "words": "by name"}
    answer = client.post("/cases", data=data)
    assert answer.status_code == 303
    case = db.session.scalars(select(Case).where(Case.words == "by name")).one()
    assert case.grid_id == world.home.id


def test_a_form_without_a_place_says_so_beside_the_map(app: Flask, world: World) -> None:
    client = as_user(app, world.worker)
    answer = client.post("/cases?lang=en", data={"class_code": "06010", "words": "somewhere"})
    assert answer.status_code == 422
    said = re.search(r'data-error="lon"[^>]*>([^<]*)<', answer.get_data(as_text=True))
    assert said is not None
    assert "Say where" in said[1]


def test_the_class_in_a_notice_is_in_the_language_of_the_reader(app: Flask, world: World) -> None:
    case = brought_to(State.DISPATCHED, world)
    client = as_user(app, world.worker)
    assert case.case_class.name in client.get("/notices").get_data(as_text=True)
    english = client.get("/notices?lang=en").get_data(as_text=True)
    assert f"{case.number}: {case.case_class.name_en}" in english


def test_a_photo_is_asked_for_again_by_whoever_comes_next(app: Flask, world: World) -> None:
    case = reported(world)
    photographed(case, Stage.FOUND, by=world.worker)
    shot = db.session.scalars(select(CaseMedia.id).where(CaseMedia.case_id == case.id)).one()
    answer = as_user(app, world.worker).get(f"/cases/media/{shot}")
    assert answer.cache_control.no_cache
    assert answer.cache_control.private


@pytest.mark.parametrize("path", ["", "/sign", "/media", "/correct", "/close"])
def test_a_stranger_gets_nowhere_near_a_case(path: str, app: Flask, world: World) -> None:
    case = reported(world)
    client = as_user(app, world.stranger)
    answer = client.post(f"/cases/{case.id}{path}") if path else client.get(f"/cases/{case.id}")
    assert answer.status_code == 403


def test_the_worker_next_door_sees_neither_case_nor_photo(app: Flask, world: World) -> None:
    case = reported(world)
    photographed(case, Stage.FOUND, by=world.worker)
    shot = db.session.scalars(select(CaseMedia.id).where(CaseMedia.case_id == case.id)).one()
    client = as_user(app, world.neighbour)
    assert client.get(f"/cases/{case.id}").status_code == 403
    assert client.get(f"/cases/media/{shot}").status_code == 403
    assert f"case:{case.id}" not in client.get("/cases").get_data(as_text=True)
    assert as_user(app, world.worker).get(f"/cases/media/{shot}").status_code == 200


def test_who_has_not_signed_in_is_sent_to_the_door(app: Flask, world: World) -> None:
    answer = app.test_client().get(f"/cases/{reported(world).id}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in")


def test_words_are_shown_as_words(app: Flask, world: World) -> None:
    case = reported(world, words="<img src=x onerror=alert(1)>")
    page = as_user(app, world.worker).get(f"/cases/{case.id}").get_data(as_text=True)
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_today_holds_what_i_am_sent_to_nearest_first(app: Flask, world: World) -> None:
    near = brought_to(State.PROCESSING, world)
    lon, lat = world.spot(world.next_door)
    far = reported(world, lon=lon, lat=lat, by=world.neighbour)
    from webapp.cases import moves

    moves.dispatch(far, to=world.worker.id, by=world.dispatcher)
    client = as_user(app, world.worker)
    here = world.spot(world.home)
    page = client.get(f"/cases/today?lon={here[0]}&lat={here[1]}").get_data(as_text=True)
    assert page.index(f"case:{near.id}") < page.index(f"case:{far.id}")
    there = client.get(f"/cases/today?lon={lon}&lat={lat}").get_data(as_text=True)
    assert there.index(f"case:{far.id}") < there.index(f"case:{near.id}")
    assert "case:" not in as_user(app, world.neighbour).get("/cases/today").get_data(as_text=True)


class Statements:
    """Counts what is asked of the database."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __enter__(self) -> Statements:
        events.listen(sa.engine.Engine, "before_cursor_execute", self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        events.remove(sa.engine.Engine, "before_cursor_execute", self._hear)

    def _hear(self, _c: Any, _k: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.said.append(statement)


def test_a_report_takes_a_dozen_statements_with_routing_limit_and_twins(
    app: Flask, world: World
) -> None:
    client = as_user(app, world.worker)
    client.post("/api/v1/cases", json=sent(world))
    body = sent(world, client_id=str(uuid.uuid4()))
    with Statements() as asked:
        assert client.post("/api/v1/cases", json=body).status_code == 201
    assert len(asked.said) <= 12, "\n".join(asked.said)


def test_the_queue_asks_no_more_for_many_cases_than_for_few(app: Flask, world: World) -> None:
    client = as_user(app, world.dispatcher)
    few = many = 0
    for count in (2, 12):
        for _ in range(count):
            brought_to(State.PROCESSING, world)
        with Statements() as asked:
            client.get("/cases")
        few, many = few or len(asked.said), len(asked.said)
    assert few == many
    assert many <= 6, "\n".join(asked.said)
