"""Fields beyond the minimum: off until switched on for a purpose, sealed, hidden, erased when switched off."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select, text

from tests.residents.test_sheets import book
from tests.residents.village import Village, someone_at_home, village
from tests.world import as_user
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, Unacceptable
from webapp.people import days
from webapp.residents import actions, detail_queries as queries, details, erasing, importing, sheet
from webapp.residents.detail_models import ResidentDetail, ResidentField
from webapp.residents.detail_rules import DETAILS, OFF_DAYS, Detail

__all__ = ["village"]

PURPOSE, BASIS = "就业帮扶摸底", "街道办公会纪要（示例）"
LEVEL = "detail.education"


def on(village: Village, kind: Detail = Detail.EDUCATION, purpose: str = PURPOSE) -> ResidentField:
    return details.switch_on(kind, purpose=purpose, basis=BASIS, by=village.world.admin)


def tell(village: Village, **said: str) -> None:
    form = someone_at_home(
        relation="head", name=None, **{f"detail.{k}": v for k, v in said.items()}
    )
    actions.change_resident(village.head, form, by=village.world.worker)


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(ResidentDetail)) or 0


def test_the_administrator_switches_a_field_on_for_a_purpose_and_off_again(
    app: Flask, village: Village
) -> None:
    admin, worker = as_user(app, village.world.admin), as_user(app, village.world.worker)
    here, form = "/households/fields", f"/residents/{village.head.id}/change"
    assert LEVEL not in worker.get(form).get_data(as_text=True)
    said = {"field": "education", "purpose": PURPOSE, "basis": BASIS}
    for who in (worker, as_user(app, village.leader), as_user(app, village.world.stranger)):
        assert who.get(here).status_code == 403
        assert who.post(here, data=said).status_code == 403
    assert admin.post(here, data=said | {"purpose": ""}).status_code == 422
    assert admin.post(here, data=said | {"field": "faith"}).status_code == 422
    assert admin.post(here, data=said).status_code == 303
    assert admin.post(here, data=said).status_code == 409
    field = queries.on()[Detail.EDUCATION]
    event = audit.last("resident_field", field.id)
    assert event is not None
    assert (event.move, event.data["purpose"], event.data["basis"]) == ("switch_on", PURPOSE, BASIS)
    assert LEVEL in worker.get(form).get_data(as_text=True)
    assert LEVEL in worker.get(f"/dwellings/{village.flat.id}").get_data(as_text=True)
    sent = {"relation": "head", LEVEL: "20"}
    assert worker.post(form, data=sent | {LEVEL: "21"}).status_code == 422
    assert worker.post(form, data=sent | {"detail.marital": "20"}).status_code == 422
    assert worker.post(form, data=sent).status_code == 303
    page = f"/residents/{village.head.id}"
    shown = worker.get(page).get_data(as_text=True)
    assert "已填写（隐藏）" in shown
    assert "大学本科教育" not in shown
    whole = worker.post(f"{page}/reveal", data={"purpose": "入户走访"}).get_data(as_text=True)
    assert "大学本科教育" in whole
    off = f"{here}/{field.id}/off"
    assert worker.post(off, data={}).status_code == 403
    assert admin.post(off, data={"at_once": "1"}).status_code == 422
    assert rows() == 1
    assert admin.post(off, data={"at_once": "1", "sure": "1"}).status_code == 303
    assert rows() == 0
    assert LEVEL not in worker.get(form).get_data(as_text=True)
    assert worker.post(form, data=sent).status_code == 422
    moves = [each.move for each in audit.history("resident_field", field.id)]
    assert moves == ["switch_on", "switch_off", "erase"]


def test_what_is_written_is_sealed_and_no_event_says_it(village: Village) -> None:
    on(village)
    on(village, Detail.WORKPLACE)
    tell(village, education="20", workplace="示例工厂")
    kept = db.session.scalars(text("SELECT encode(value, 'escape') FROM resident_detail")).all()
    assert len(kept) == 2
    assert not any("示例工厂" in each or each == "20" for each in kept)
    events = audit.history("resident", village.head.id)
    assert not any("示例工厂" in str(each.data) for each in events)
    assert dict(details.whole(village.head))[DETAILS[Detail.WORKPLACE].words] == "示例工厂"
    tell(village, workplace="-")
    assert [value for _words, value in details.whole(village.head)] != []
    assert rows() == 1
    with pytest.raises(Unacceptable):
        tell(village, workplace="长" * 81)


def test_switched_off_it_is_gone_after_a_time_or_there_again_for_the_same_purpose(
    village: Village,
) -> None:
    admin = village.world.admin
    first = on(village)
    with pytest.raises(Changed):
        on(village)
    with pytest.raises(NotAllowed):
        details.switch_off(first, at_once=False, sure=False, by=village.leader)
    tell(village, education="20")
    details.switch_off(first, at_once=False, sure=False, by=admin)
    assert details.whole(village.head) == []
    assert details.erase_due() == 0
    assert on(village).id == first.id
    assert len(details.whole(village.head)) == 1
    details.switch_off(first, at_once=False, sure=False, by=admin)
    other = on(village, purpose="另一用途说明")
    assert other.id != first.id
    assert first.erased_at is not None
    assert rows() == 0
    tell(village, education="30")
    details.switch_off(other, at_once=False, sure=False, by=admin)
    with clock.at(clock.now() + timedelta(days=OFF_DAYS, hours=1)):
        assert details.erase_due() == 1
    assert rows() == 0


def test_it_goes_with_whoever_moved_away(village: Village) -> None:
    on(village)
    tell(village, education="20")
    village.head.left_at = days.today() - timedelta(days=366 * 4)
    db.session.flush()
    assert erasing.erase()[0] == 1
    assert rows() == 0


def test_it_comes_in_and_leaves_by_workbook_while_it_is_asked(app: Flask, village: Village) -> None:
    leader, code = village.leader, village.world.home.display_code
    lines = [
        (code, "1号楼", "404", "示例己", "户主", "汉族", "university"),
        (code, "1号楼", "404", "示例庚", "子女", "02", None),
    ]
    on(village, Detail.ETHNICITY)
    on(village)
    head = [*("grid", "building", "door", "name", "relation"), "detail.ethnicity", LEVEL]
    body = book(*lines, head=head)
    wrong = book((*lines[0][:5], "无此族", None), head=head)
    assert [each.row for each in importing.carry_out(wrong, by=leader).faults] == [2]
    assert importing.carry_out(body, by=leader).residents == 2
    assert rows() == 3
    client = as_user(app, leader)
    asked = {"format": "xlsx", "purpose": "核对"}

    def taken() -> tuple[list[str], str]:
        answer = client.post("/exports/residents", data=asked)
        found = load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True)
        (head, *found_rows) = list(found)
        return [str(each) for each in head], "\n".join(str(each) for each in found_rows)

    heads, said = taken()
    assert heads[-2:] == ["民族", "文化程度"]
    assert "蒙古族" in said
    assert "大学本科教育" in said
    assert "民族" in client.get("/households/import").get_data(as_text=True)
    for field in queries.on().values():
        details.switch_off(field, at_once=False, sure=False, by=village.world.admin)
    heads, said = taken()
    assert "民族" not in heads
    assert "蒙古族" not in said
    assert set(sheet.columns()) == set(sheet.COLUMNS)
