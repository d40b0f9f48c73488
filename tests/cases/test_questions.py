"""What is asked beside photo, place and words, and which classes are taken for each other."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask, g
from hypothesis import given, settings, strategies as st

from tests import examples
from tests.cases.stages import reported
from tests.world import World, as_user
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.cases import questions
from webapp.cases.models import Case, CaseClass
from webapp.cases.standards import asking, queries
from webapp.cases.standards.asking import Value, Wish
from webapp.cases.standards.models import ClassQuestion
from webapp.cases.standards.rules import Datatype

LAMP = "01037"

COUNT = Wish(
    code="count",
    words="几盏灯？",
    words_en="How many lamps?",
    datatype=Datatype.NUMBER,
    required=True,
)
WHAT = Wish(
    code="what",
    words="什么情况？",
    datatype=Datatype.ONE,
    required=True,
    values=(
        Value("dark", "不亮", "Dark"),
        Value("flicker", "闪烁", "Flickers"),
        Value("wire", "电线外露", "Bare wire", "请远离并拨打 95598", "Keep away and call 95598"),
    ),
)
WHERE = Wish(
    code="where",
    words="影响哪里？",
    datatype=Datatype.MANY,
    values=(Value("road", "车行道", "Road"), Value("path", "人行道", "Path")),
)
SINCE = Wish(code="since", words="何时开始？", datatype=Datatype.DATETIME)


@pytest.fixture
def asked(world: World) -> list[ClassQuestion]:
    """Street lamps ask four things."""
    lamp = db.session.get_one(CaseClass, LAMP)
    for wish in (COUNT, WHAT, WHERE, SINCE):
        asking.ask(lamp, wish, by=world.admin)
    return questions.questions_of(LAMP)


def test_questions_stand_in_their_order_with_their_answers(asked: list[ClassQuestion]) -> None:
    assert [each.code for each in asked] == ["count", "what", "where", "since"]
    assert [value.key for value in asked[1].values] == ["dark", "flicker", "wire"]
    assert questions.questions_of("06010") == []


def test_answers_are_kept_with_the_words_of_the_day(
    world: World, asked: list[ClassQuestion]
) -> None:
    given_ = {"count": "3", "what": "dark", "where": ["path", "road"], "since": "2026-11-20T21:30"}
    case = reported(world, class_code=LAMP, answers=given_)
    kept = {each["code"]: each for each in case.answers}
    assert (kept["count"]["value"], kept["what"]["value"]) == (3, "dark")
    assert kept["where"]["value"] == ["road", "path"]
    assert kept["since"]["value"] == "2026-11-20T21:30:00+08:00"
    asking.change(
        asked[0], Wish(code="count", words="改了", datatype=Datatype.NUMBER), by=world.admin
    )
    assert questions.shown(kept["count"]) == ("几盏灯？", "3")
    assert questions.shown(kept["where"]) == ("影响哪里？", "车行道、人行道")
    assert questions.shown(kept["since"]) == ("何时开始？", "2026-11-20 21:30")


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"answer.count", "answer.what"}),
    ({"count": "many", "what": "dark"}, {"answer.count"}),
    ({"count": "nan", "what": "dark"}, {"answer.count"}),
    ({"count": ["1", "2"], "what": "dark"}, {"answer.count"}),
    ({"count": "1", "what": "red"}, {"answer.what"}),
    ({"count": "1", "what": ["dark", "flicker"]}, {"answer.what"}),
    ({"count": "1", "what": "dark", "where": ["sea"]}, {"answer.where"}),
    ({"count": "1", "what": "dark", "since": "yesterday"}, {"answer.since"}),
]


@pytest.mark.parametrize(("said", "fields"), WRONG)
def test_an_answer_that_cannot_be_used_is_named(
    asked: list[ClassQuestion], said: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(Unacceptable) as refused:
        questions.check_answers(LAMP, said)
    assert set(refused.value.fields) == fields


def test_an_answer_that_ends_the_report_says_what_to_do(asked: list[ClassQuestion]) -> None:
    with pytest.raises(questions.Stopped, match="95598"):
        questions.check_answers(LAMP, {"count": "1", "what": "wire"})


def test_what_answers_no_question_of_today_is_not_lost(asked: list[ClassQuestion]) -> None:
    kept = questions.check_answers(LAMP, {"count": "1", "what": "dark", "old": "said offline"})
    assert kept[-1] == {"code": "old", "words": "old", "value": "said offline"}


def test_who_is_asked_nothing_answers_nothing(world: World, asked: list[ClassQuestion]) -> None:
    assert reported(world, class_code=LAMP).answers == []


@settings(max_examples=examples.of(60))
@given(st.lists(st.text(max_size=12), max_size=4))
def test_anything_may_be_said_to_a_class_that_asks_nothing(said: list[str]) -> None:
    kept = questions.check_answers("06010", {"x": said})
    assert bool(kept) == any(each.strip() for each in said)


REFUSED = [
    (Wish(code="a", words="?", datatype=Datatype.ONE), "values"),
    (Wish(code="a", words="?", datatype=Datatype.TEXT, values=(Value("k", "名"),)), "values"),
    (
        Wish(
            code="a", words="?", datatype=Datatype.ONE, values=(Value("k", "一"), Value("k", "二"))
        ),
        "values",
    ),
    (
        Wish(code="a", words="?", datatype=Datatype.ONE, values=(Value("k", "一", None, "停"),)),
        "values",
    ),
    (Wish(code="count", words="?", datatype=Datatype.TEXT), "code"),
]


@pytest.mark.parametrize(("wish", "field"), REFUSED)
def test_a_question_that_cannot_be_is_refused(
    world: World, asked: list[ClassQuestion], wish: Wish, field: str
) -> None:
    with pytest.raises(Unacceptable) as refused:
        asking.ask(db.session.get_one(CaseClass, LAMP), wish, by=world.admin)
    assert field in refused.value.fields


def test_answers_are_written_one_a_line_and_read_again(asked: list[ClassQuestion]) -> None:
    written = asking.written_values(asked[1])
    assert (
        written.splitlines()[2]
        == "wire | 电线外露 | Bare wire | 请远离并拨打 95598 | Keep away and call 95598"
    )
    assert tuple(asking.parsed_values(written)) == WHAT.values
    for words in ("alone", " | only a name", "a | b | c | d | e | f"):
        with pytest.raises(Unacceptable):
            asking.parsed_values(words)


def test_a_question_is_asked_changed_and_asked_no_more_on_the_page(
    app: Flask, world: World
) -> None:
    browser = as_user(app, world.shift_leader)
    sent = {"code": "depth", "words": "多深？", "datatype": "number", "variable": "1"}
    address = "/standards/classes/06013/questions"
    assert as_user(app, world.dispatcher).post(address, data=sent).status_code == 403
    assert browser.post(address, data=sent).status_code == 303
    g.pop("standards", None)
    made = questions.questions_of("06013")[0]
    refused = browser.post(
        f"/standards/questions/{made.id}", data={**sent, "datatype": "singlevaluelist"}
    )
    assert refused.status_code == 422
    assert (
        browser.post(
            f"/standards/questions/{made.id}", data={**sent, "words": "坑多深？"}
        ).status_code
        == 303
    )
    assert "坑多深？" in browser.get("/standards/classes/06013").get_data(as_text=True)
    assert browser.post(f"/standards/questions/{made.id}/retire").status_code == 303
    assert browser.post(f"/standards/questions/{made.id}/retire").status_code == 404
    g.pop("standards", None)
    db.session.expire_all()
    assert questions.questions_of("06013") == []


def test_the_report_asks_without_a_script(
    app: Flask, world: World, asked: list[ClassQuestion]
) -> None:
    lon, lat = world.spot(world.home)
    browser = as_user(app, world.worker)
    sent: dict[str, Any] = {
        "class_code": LAMP,
        "lon": lon,
        "lat": lat,
        "words": "灯坏了",
        "client_id": str(uuid.uuid4()),
    }
    first = browser.post("/cases", data=sent)
    page = first.get_data(as_text=True)
    assert first.status_code == 422
    assert 'name="answer.count"' in page
    assert "几盏灯？" in page
    stopped = browser.post("/cases", data={**sent, "answer.count": "2", "answer.what": "wire"})
    assert stopped.status_code == 422
    assert "95598" in stopped.get_data(as_text=True)
    whole = {**sent, "answer.count": "2", "answer.what": "dark", "answer.where": ["road", "path"]}
    last = browser.post("/cases", data=whole)
    assert last.status_code == 303
    shown = browser.get(last.headers["Location"]).get_data(as_text=True)
    assert "车行道、人行道" in shown


def test_a_machine_answers_in_one_object(
    app: Flask, world: World, asked: list[ClassQuestion]
) -> None:
    lon, lat = world.spot(world.home)
    browser = as_user(app, world.worker)
    sent = {"class_code": LAMP, "lon": lon, "lat": lat, "words": "灯坏了"}
    refused = browser.post("/api/v1/cases", json=sent)
    assert refused.status_code == 422
    assert "answer.count" in refused.get_json()["error"]["fields"]
    whole = {**sent, "answers": {"count": 2, "what": "dark", "where": ["road"]}}
    answer = browser.post("/api/v1/cases", json=whole)
    assert answer.status_code == 201
    kept = db.session.query(Case).filter_by(number=answer.get_json()["number"]).one().answers
    assert [each["code"] for each in kept] == ["count", "what", "where"]


def test_confusable_classes_point_at_each_other(app: Flask, world: World) -> None:
    pairs = {
        (each.class_code, each.other_code) for rows in queries.hints().values() for each in rows
    }
    for pair in (("06010", "06042"), ("06010", "06011"), ("06036", "08006"), ("09005", "09006"),
                 ("06012", "06014"), ("07001", "07003"), ("06017", "06045")):  # fmt: skip
        assert {pair, pair[::-1]} <= pairs
    page = as_user(app, world.worker).get("/cases/new?class_code=06010").get_data(as_text=True)
    assert "/cases/new?class_code=06042" in page
    english = (
        as_user(app, world.worker).get("/cases/new?class_code=06010&lang=en").get_data(as_text=True)
    )
    assert "Has it spilled from a bin" in english


def test_an_office_sets_hints_of_its_own(app: Flask, world: World) -> None:
    browser = as_user(app, world.admin)
    sent = {"other_code": "29001", "words": "是供暖问题吗？"}
    assert browser.post("/standards/classes/29002/hints", data=sent).status_code == 303
    assert (
        browser.post(
            "/standards/classes/29002/hints", data={**sent, "other_code": "99999"}
        ).status_code
        == 422
    )
    assert queries.hint("29002", "29001") is not None
    assert browser.post("/standards/classes/29002/hints/29001/drop").status_code == 303
    db.session.expire_all()
    assert queries.hint("29002", "29001") is None


def test_a_report_without_answers_of_a_class_that_asks_waits_on_the_phone(
    app: Flask, world: World, asked: list[ClassQuestion]
) -> None:
    lon, lat = world.spot(world.home)
    sent = {
        "class_code": LAMP,
        "lon": lon,
        "lat": lat,
        "words": "灯坏了",
        "client_id": str(uuid.uuid4()),
    }
    answer = as_user(app, world.worker).post(
        "/cases", data=sent, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422
    assert set(answer.get_json()["error"]["fields"]) == {"answer.count", "answer.what"}
