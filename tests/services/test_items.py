"""The item master: 38 items of which 27 are online, in versions, with the manual made of them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from docx import Document
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy.orm import Session

from tests.whole_house.test_pages import html_faults
from webapp.base.db import db
from webapp.grids.rules import UnitKind
from webapp.services.items import actions, commands, described, queries
from webapp.services.items.rules import Basis, Field, compression


def test_there_are_38_items_and_27_of_them_are_online(session: Session) -> None:
    items = queries.listed()
    assert len(items) == 38
    online = [Field(each.field) for each in items if each.online]
    assert [online.count(field) for field in Field] == [8, 4, 7, 5, 3, 0]
    assert {each.basis for each in items} == set(Basis)


def test_the_items_online_take_at_least_64_per_cent_less_than_the_law_allows(
    session: Session,
) -> None:
    figures = queries.catalogue()
    assert figures.items == 38
    assert figures.online == 27
    assert figures.compression_online == pytest.approx(0.6897, abs=0.0001)


@given(
    st.lists(
        st.tuples(st.floats(0.5, 60), st.floats(0.01, 1)).map(
            lambda each: (each[0], each[0] * each[1])
        ),
        min_size=1,
    )
)
def test_compression_lies_between_nothing_and_everything(limits: list[tuple[float, float]]) -> None:
    share = compression(limits)
    assert share is not None
    assert -1e-9 <= share < 1


def test_nothing_is_compressed_where_there_is_nothing() -> None:
    assert compression([]) is None


def test_the_limits_of_the_levels_fit_into_what_is_promised() -> None:
    for each in described.read():
        assert sum(each.limits.values()) == pytest.approx(each.promised_days, abs=0.002)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"promised_days": 30}, "more is promised"),
        ({"levels": ["street", "village"]}, "levels go upward"),
        ({"limits": {"accept": 9, "station": 9, "street": 9}}, "longer than what is promised"),
        ({"limits": {"accept": 0.1}}, "one limit for"),
        ({"conditions": ["a", "b", "c"]}, "both languages"),
    ],
)
def test_a_file_that_does_not_hold_is_refused(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    document = json.loads(described.FILE.read_text(encoding="utf-8"))
    document["items"] = [document["items"][0] | change]
    file = tmp_path / "items.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        described.read(file)


def test_a_change_is_a_new_version_and_the_old_one_is_kept(session: Session) -> None:
    assert commands.load_items() == 0
    first = next(each for each in described.read() if each.code == "JY04")
    quicker = first.model_copy(
        update={"promised_days": 4.0, "limits": {**first.limits, "district": 1.5}}
    )
    assert actions.lay_down([quicker], own=True) == 1
    now = queries.one("JY04")
    assert now is not None
    assert (now.number, now.promised_days) == (2, 4.0)
    before = queries.versions(now.item_id)[1]
    assert (before.promised_days, before.ended_at) == (5.0, now.since)
    assert before.said.promised_days == 5.0
    assert commands.load_items() == 0, "what the subdistrict says itself stays"


def test_an_item_of_no_department_is_refused(session: Session) -> None:
    lost = described.read()[0].model_copy(update={"code": "ZZ01", "department": "D99"})
    with pytest.raises(LookupError, match="D99"):
        actions.lay_down([lost], own=True)


def test_items_are_found_by_words_and_field(client: FlaskClient) -> None:
    text = client.get("/services?q=灵活就业社会").get_data(as_text=True)
    assert "JY04" in text
    assert "SB01" not in text
    text = client.get("/services?field=startup&online=1").get_data(as_text=True)
    assert "CY01" in text
    assert "JY01" not in text
    assert "没有符合的事项" in client.get("/services?q=%25").get_data(as_text=True)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_item_has_its_page(client: FlaskClient, session: Session, language: str) -> None:
    for each in described.read():
        answer = client.get(f"/services/{each.code}?lang={language}")
        assert answer.status_code == 200
        text = answer.get_data(as_text=True)
        assert html_faults(text) == []
        assert (each.name_en if language == "en" else each.name).replace("'", "&#39;") in text
    assert client.get("/services/ZZ99").status_code == 404


def test_there_is_a_manual_for_each_deciding_department_and_each_workstation(
    client: FlaskClient, session: Session
) -> None:
    bodies = queries.bodies()
    kinds = [body.kind for body, _code, _count in bodies]
    assert kinds.count(UnitKind.STATION) == 7
    assert sum(count for body, _code, count in bodies if body.kind == UnitKind.DEPARTMENT) == 38
    department = next(body for body, code, _count in bodies if code == "D09")
    text = client.get(f"/services/manual/{department.id}").get_data(as_text=True)
    assert "灵活就业社会保险补贴申领" in text
    assert "高龄津贴申领" not in text
    pdf = client.get(f"/services/manual/{department.id}.pdf")
    assert pdf.data.startswith(b"%PDF-")
    word = Document(io.BytesIO(client.get(f"/services/manual/{department.id}.docx").data))
    heads = [each.text for each in word.paragraphs if each.style.name == "Heading 1"]  # type: ignore[union-attr]
    assert len(heads) == next(count for body, _code, count in bodies if body.id == department.id)
    assert any("灵活就业社会保险补贴申领" in each for each in heads)


def test_a_body_without_items_has_no_manual(client: FlaskClient, session: Session) -> None:
    idle = queries.departments_by_code()["D03"]
    for way in ("", ".pdf", ".docx"):
        assert client.get(f"/services/manual/{idle.id}{way}").status_code == 404


def test_the_manual_is_of_the_moment(client: FlaskClient, session: Session) -> None:
    first = described.read()[0].model_copy(update={"name": "改了名的事项"})
    actions.lay_down([first], own=True)
    db.session.commit()
    department = queries.departments_by_code()[first.department]
    assert "改了名的事项" in client.get(f"/services/manual/{department.id}").get_data(as_text=True)
