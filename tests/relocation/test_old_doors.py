"""Old doors are kept by the grid of their village, found by everybody, and tell nothing of anybody."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.residents.test_pages import counted
from tests.world import World, as_user, someone
from webapp.base import audit
from webapp.base.flow import NotAllowed, Unacceptable
from webapp.grids.models import Grid
from webapp.people import actors, queries as people
from webapp.people.actors import Person
from webapp.relocation.old_doors import actions, importing, queries
from webapp.relocation.old_doors.forms import HomeForm, OldHouseForm
from webapp.relocation.old_doors.models import OldHouse
from webapp.relocation.old_doors.queries import Sought
from webapp.residents import actions as homes
from webapp.residents.forms import BuildingForm, DwellingForm, HouseholdForm


class Village:
    """A former village with its worker, and a flat in which a family of it lives today."""

    def __init__(self, session: Session, world: World) -> None:
        found = select(Grid).where(Grid.display_code == "DJJ-R-010")
        self.world, self.grid = world, session.scalars(found).one()
        self.keeper = someone("keeper", "grid_worker", grid=self.grid)
        self.lon, self.lat = world.spot(self.grid)

    def said(self, **more: Any) -> OldHouseForm:
        """A house as somebody says it."""
        given = {
            "lane": "东巷",
            "number": "12号",
            "year_from": 1962,
            "year_until": 2014,
            "family": "示例老户·甲",
            "lon": self.lon,
            "lat": self.lat,
            "provenance": "村志",
        }
        return OldHouseForm.of(given | more)

    def house(self, **more: Any) -> OldHouse:
        """The house is written down."""
        return actions.write_down(self.grid, self.said(**more), by=self.keeper)

    def flat(self, phone: str = "13800001234") -> HomeForm:
        """A family lives in a flat of the worker's grid."""
        worker, (lon, lat) = self.world.worker, self.world.spot(self.world.home)
        said = BuildingForm(name="3号楼", kind="block", lon=lon, lat=lat)
        building = homes.register(said, by=worker)
        dwelling = homes.add_dwelling(
            building, DwellingForm(stair="1", floor=2, door="201"), by=worker
        )
        family = {"name": "示例居民·甲", "relation": "head", "phone": phone, "use": "owned"}
        homes.move_in(dwelling, HouseholdForm.of(family), by=worker)
        grid = self.world.home.display_code
        return HomeForm(building_grid=grid, building="3号楼", stair="1", door="201")


@pytest.fixture
def village(session: Session, world: World) -> Village:
    """The village has a worker."""
    return Village(session, world)


def workbook(*rows: tuple[Any, ...], headings: tuple[str, ...] | None = None) -> bytes:
    """A workbook with these rows below the headings of old doors."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(headings or [str(words) for words in importing.COLUMNS.values()])
    for row in rows:
        sheet.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def test_a_door_is_found_by_village_lane_number_and_year(village: Village) -> None:
    house = village.house()
    other = village.house(lane="西巷", year_from=1995)
    assert queries.doors(wish=Sought(words="东巷 12")).rows == [house]
    assert set(queries.doors(wish=Sought(village.grid.id, year=2000)).rows) == {house, other}
    assert queries.doors(wish=Sought(year=1970)).rows == [house]
    assert queries.doors(wish=Sought(village.world.home.id)).rows == []


def test_a_door_stands_in_its_village_and_is_known_once(village: Village) -> None:
    village.house()
    with pytest.raises(Unacceptable):
        village.house()
    village.house(year_from=1931, year_until=1962)
    lon, lat = village.world.spot(village.world.home)
    with pytest.raises(Unacceptable):
        village.house(number="13号", lon=lon, lat=lat)
    with pytest.raises(NotAllowed):
        actions.write_down(village.grid, village.said(number="14号"), by=village.world.neighbour)


def test_whoever_lives_in_the_new_home_and_nobody_else_is_told_that_it_is_theirs(
    app: Flask, village: Village, session: Session
) -> None:
    house = village.house()
    actions.link(house, village.flat(), by=village.keeper)
    owner, other = _phoned("owner", "+8613800001234"), _phoned("other", "+8613900001234")
    session.commit()
    here = f"/public/old-doors/{house.id}"
    assert "3号楼" in as_user(app, owner).get(here).get_data(as_text=True)
    for client in (as_user(app, other), app.test_client(), as_user(app, village.keeper)):
        page = client.get(here).get_data(as_text=True)
        assert "3号楼" not in page
        assert "示例老户" not in page
        assert "1962" in page


def test_a_workbook_is_kept_whole_or_not_at_all(village: Village) -> None:
    village.flat()
    home = (village.world.home.display_code, "3号楼", "1", "201")
    place = (
        "DJJ-R-010",
        "南巷",
        "1号",
        "",
        1950,
        2014,
        "示例老户·乙",
        village.lon,
        village.lat,
        "村志",
    )
    right, wrong = (*place, *home), ("DJJ-C-001", *place[1:], *home)
    outcome = importing.carry_out(workbook(right, wrong), by=village.keeper)
    assert [fault.row for fault in outcome.faults] == [3]
    assert queries.doors(wish=Sought(village.grid.id)).rows == []
    outcome = importing.carry_out(workbook(right), by=village.keeper)
    assert (outcome.added, outcome.changed, outcome.faults) == (1, 0, [])
    outcome = importing.carry_out(workbook(right), by=village.keeper)
    assert (outcome.added, outcome.changed) == (0, 1)
    (house,) = queries.doors(wish=Sought(village.grid.id)).rows
    assert len(house.homes) == 1
    with pytest.raises(Unacceptable):
        importing.carry_out(workbook(headings=("甲", "乙")), by=village.keeper)


def test_staff_write_link_and_reveal_on_pages_and_others_do_not(
    app: Flask, village: Village, session: Session
) -> None:
    flat = village.flat()
    session.commit()
    keeper, neighbour = as_user(app, village.keeper), as_user(app, village.world.neighbour)
    form = village.said().model_dump(mode="json", exclude_none=True)
    new = f"/old-doors/new/{village.grid.display_code}"
    assert keeper.get(new).status_code == 200
    assert neighbour.post(new, data=form).status_code == 403
    wrong = keeper.post(new, data={**form, "year_until": "1900"})
    assert wrong.status_code == 422
    here = keeper.post(new, data=form).headers["Location"]
    assert (
        keeper.post(f"{here}/homes", data={**flat.model_dump(), "door": "999"}).status_code == 422
    )
    assert keeper.post(f"{here}/homes", data=flat.model_dump()).status_code == 303
    page = keeper.get(here).get_data(as_text=True)
    assert "示例老户·甲" not in page
    assert "3号楼" not in page
    shown = keeper.post(f"{here}/reveal", data={"purpose": "核对户籍"})
    assert "示例老户·甲" in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    event = audit.last("old_house", int(here.rpartition("/")[2]))
    assert event is not None
    assert event.data == {"purpose": "核对户籍"}
    strangers = (neighbour, as_user(app, village.world.stranger), app.test_client())
    for client in strangers:
        assert client.get(here).status_code in (302, 401, 403)
        assert client.post(f"{here}/reveal", data={"purpose": "看看"}).status_code in (401, 403)
        assert client.post(f"{here}/homes", data=flat.model_dump()).status_code in (401, 403)
    file = {"file": (io.BytesIO(b"no workbook"), "a.xlsx")}
    bad = keeper.post("/old-doors/import", data=file, content_type="multipart/form-data")
    assert bad.status_code == 422


@pytest.mark.parametrize("address", ["/old-doors", "/public/old-doors?q=巷"])
def test_a_list_of_doors_asks_as_often_for_nine_as_for_three(
    app: Flask, village: Village, session: Session, address: str
) -> None:
    for number in range(3):
        village.house(number=f"{number}号")
    session.commit()
    keeper = as_user(app, village.keeper)
    with counted() as few:
        assert keeper.get(address).status_code == 200
    for number in range(3, 9):
        village.house(number=f"{number}号")
    session.commit()
    with counted() as many:
        keeper.get(address)
    assert len(many) == len(few) <= 16


def _phoned(username: str, phone: str) -> Person:
    someone(username)
    account = people.by_username(username)
    assert account is not None
    account.phone = phone
    found = actors.person(account.id)
    assert found is not None
    return found
