"""Pages of homes: the grid worker keeps them on the phone, strangers see nothing, lists ask little."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.residents.village import (
    Village,
    flagged,
    id_number,
    someone_at_home,
    village,
)
from tests.world import as_user
from webapp.base.db import db
from webapp.people import days
from webapp.residents import actions, list_queries, queries
from webapp.residents.forms import DwellingForm, HouseholdForm
from webapp.residents.rules import KeyGroup

__all__ = ["village"]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are asked meanwhile."""
    asked: list[str] = []

    def note(_raw: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_worker_registers_a_home_and_who_lives_in_it(
    app: Flask, village: Village, session: Session
) -> None:
    session.commit()
    phone = as_user(app, village.world.worker)
    lon, lat = village.world.spot(village.world.home)
    form = {"name": "2号楼", "kind": "block", "lon": lon, "lat": lat, "floors": "6"}
    house = phone.post("/buildings", data=form).headers["Location"]
    phone.post(
        f"{house}/dwellings", data={"stair": "2", "floor": "1", "door": "101", "use": "owned"}
    )
    made = queries.building(int(house.rpartition("/")[2]))
    assert made is not None
    ((flat, homes),) = list_queries.dwellings(made.id)
    assert homes == []
    door = f"/dwellings/{flat.id}/households"
    said = {"name": "示例乙", "id_number": id_number(date(1960, 5, 6)), "phone": "13900005678"}
    wrong = phone.post(door, data=said | {"id_number": "999999196005060010"})
    assert wrong.status_code == 422
    assert "校验位不符" in wrong.get_data(as_text=True)
    assert 'value="示例乙"' in wrong.get_data(as_text=True)
    home = phone.post(door, data=said).headers["Location"]
    shown = phone.get(home).get_data(as_text=True)
    assert "示*乙" in shown
    assert "示例乙" not in shown
    assert "139****5678" in shown
    phone.post(f"{home}/residents", data={"name": "示例丙", "relation": "child", "sex": "female"})
    assert "示*丙" in phone.get(home).get_data(as_text=True)


def test_nothing_is_whole_on_a_page_until_somebody_said_what_for(
    app: Flask, village: Village, session: Session
) -> None:
    flagged(village.head, village.leader, KeyGroup.LIVES_ALONE)
    session.commit()
    phone = as_user(app, village.world.worker)
    address = f"/residents/{village.head.id}"
    for each in (address, f"{address}/change", f"/households/{village.family.id}", "/households"):
        page = phone.get(each).get_data(as_text=True)
        assert "示*甲" in page
        for secret in ("示例甲", "13800001234", "138 0000 1234", id_number(date(1949, 10, 1))):
            assert secret not in page, (each, secret)
    assert phone.post(f"{address}/reveal", data={}).status_code == 422
    whole = phone.post(f"{address}/reveal", data={"purpose": "入户走访"})
    assert whole.headers["Cache-Control"] == "no-store"
    assert "示例甲" in whole.get_data(as_text=True)
    assert "138 0000 1234" in whole.get_data(as_text=True)
    assert "独居老人</strong>" not in phone.get(address).get_data(as_text=True)
    looked = phone.post(f"{address}/look", data={"purpose": "入户走访"}).get_data(as_text=True)
    assert "独居老人</strong>" in looked
    assert "入户走访" in phone.get(address).get_data(as_text=True)


def test_a_stranger_and_the_worker_next_door_see_nothing(
    app: Flask, village: Village, session: Session
) -> None:
    session.commit()
    pages = (
        f"/buildings/{village.block.id}",
        f"/dwellings/{village.flat.id}",
        f"/households/{village.family.id}",
        f"/residents/{village.head.id}",
        f"/residents/{village.head.id}/change",
    )
    neighbour, stranger = (
        as_user(app, village.world.neighbour),
        as_user(app, village.world.stranger),
    )
    for address in pages:
        assert neighbour.get(address).status_code == 403, address
        assert stranger.get(address).status_code == 403, address
    for deed in ("reveal", "look", "leave", "change"):
        answer = neighbour.post(f"/residents/{village.head.id}/{deed}", data={"purpose": "curious"})
        assert answer.status_code == 403, deed
    for listed in ("/buildings", "/households", "/households?q=示", "/households?q=13800001234"):
        assert "1号楼" not in neighbour.get(listed).get_data(as_text=True)
        assert stranger.get(listed).status_code == 403
    worker = as_user(app, village.world.worker)
    assert worker.post(f"/residents/{village.head.id}/key-groups", data={}).status_code == 403


def test_a_home_is_found_by_address_by_the_beginning_of_a_name_and_by_whole_numbers(
    village: Village,
) -> None:
    worker = village.world.worker

    def found(words: str) -> bool:
        return bool(list_queries.households(worker, words=words).rows)

    assert found("1号")
    assert found("示例")
    assert found("13800001234")
    assert found(id_number(date(1949, 10, 1)))
    assert not found("例甲")
    assert not found("1380000123")
    assert not found("%")
    actions.move_out(village.family, left_at=None, by=worker)
    assert not found("示例")


def test_lists_ask_the_same_however_many_live_there(village: Village) -> None:
    worker = village.world.worker

    def asked() -> int:
        with counted() as statements:
            list_queries.households(worker)
            list_queries.buildings(worker)
            list_queries.dwellings(village.block.id)
        return len(statements)

    before = asked()
    for number in range(5):
        door = DwellingForm(stair="3", floor=number, door=str(number))
        flat = actions.add_dwelling(village.block, door, by=worker)
        home = actions.move_in(flat, HouseholdForm.of({"name": "示例"}), by=worker)
        actions.join(home, someone_at_home(), by=worker)
    db.session.expire_all()
    assert asked() == before
    page = list_queries.households(worker, limit=4)
    assert len(page.rows) == 4
    assert [row.residents for row in page.rows] == [1, 2, 2, 2]
    rest = list_queries.households(worker, after=page.after, limit=4)
    assert len(rest.rows) == 2
    (inhabited,) = list_queries.buildings(worker).rows
    assert (inhabited.households, inhabited.residents) == (6, 11)


def test_a_leader_sets_a_key_group_until_a_day_and_ends_it(
    app: Flask, village: Village, session: Session
) -> None:
    session.commit()
    leader = as_user(app, village.leader)
    address = f"/residents/{village.head.id}"
    form = {"kind": "disabled", "purpose": "冬季关爱", "last_day": "2001-01-01"}
    assert leader.post(f"{address}/key-groups", data=form).status_code == 422
    form["last_day"] = str(days.today() + timedelta(days=90))
    assert leader.post(f"{address}/key-groups", data=form).status_code == 303
    (flag,) = queries.key_flags_of([village.head.id])
    assert leader.post(f"/key-groups/{flag.id}/end").status_code == 303
    assert queries.key_flags_of([village.head.id]) == []
