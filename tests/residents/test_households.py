"""Who lives where: identity numbers, one home for each person, masks, who may see and keep what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from shapely import box
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.plans import planned
from tests.residents.village import (
    Village,
    around,
    building,
    flagged,
    id_number,
    someone_at_home,
    village,
)
from tests.world import as_user
from webapp.base import audit, sealing
from webapp.base.access import may
from webapp.base.db import db
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable
from webapp.people import days
from webapp.residents import actions, care, list_queries, queries
from webapp.residents.forms import DwellingForm, HouseholdForm, KeyFlagForm
from webapp.residents.rules import ID_NUMBER, KeyGroup, Sex, Use, age, identity, masked_name

__all__ = ["village"]

BORN = date(1949, 10, 1)


@given(st.dates(date(1920, 1, 1), date(2020, 1, 1)), st.integers(1, 999), st.integers(0, 17))
def test_a_number_with_one_wrong_digit_is_none(born: date, serial: int, at: int) -> None:
    number = id_number(born, serial)
    assert identity(number).born == born
    assert (identity(number).sex is Sex.MALE) == (serial % 2 == 1)
    wrong = "0" if number[at] != "0" else "1"
    with pytest.raises(Unacceptable):
        identity(number[:at] + wrong + number[at + 1 :])


@given(st.text(min_size=1, max_size=12).filter(str.strip))
def test_a_masked_name_is_as_long_and_shows_two_characters_at_most(name: str) -> None:
    masked = masked_name(name)
    assert len(masked) == max(2, len(name.strip()))
    assert sum(each != "*" for each in masked) <= 2


def test_somebody_is_a_year_older_on_their_birthday() -> None:
    assert age(BORN, date(2026, 9, 30)) == 76
    assert age(BORN, date(2026, 10, 1)) == 77


def test_sex_and_birthday_follow_from_the_number_and_both_numbers_are_sealed(
    village: Village,
) -> None:
    head = village.head
    assert (head.born, head.sex) == (BORN, Sex.MALE)
    row = db.session.execute(text("SELECT r::text FROM resident r")).scalar_one()
    assert id_number(BORN) not in row
    assert "13800001234" not in row
    whole = actions.reveal(head, purpose="ambulance", by=village.world.worker)
    assert whole.id_number == id_number(BORN)
    assert whole.phone == "138 0000 1234"
    last = audit.last("resident", head.id)
    assert last is not None
    assert (last.move, last.data) == ("reveal", {"purpose": "ambulance"})


def test_an_identity_number_has_one_home_at_a_time(village: Village) -> None:
    worker = village.world.worker
    other = actions.add_dwelling(village.block, DwellingForm(door="101"), by=worker)
    said = HouseholdForm.of({"name": "示例甲", "id_number": id_number(BORN)})
    with pytest.raises(Unacceptable) as refused:
        actions.move_in(other, said, by=worker)
    assert "id_number" in refused.value.fields
    actions.leave(village.head, left_at=None, by=worker)
    assert village.family.left_at == days.today()
    assert village.flat.use == Use.EMPTY
    back = actions.move_in(other, said, by=worker)
    assert [each.id for each in queries.residents_of(back.id)] == [village.head.id]


def test_a_household_has_one_head(village: Village) -> None:
    worker = village.world.worker
    with pytest.raises(Unacceptable):
        actions.join(village.family, someone_at_home(relation="head"), by=worker)
    actions.join(village.family, someone_at_home(), by=worker)
    assert len(queries.residents_of(village.family.id)) == 2


def test_nobody_lives_in_a_dwelling_that_stands_empty(village: Village) -> None:
    worker = village.world.worker
    with pytest.raises(Unacceptable):
        actions.change_dwelling(
            village.flat, DwellingForm(stair="1", door="302", use=Use.EMPTY), by=worker
        )
    actions.move_out(village.family, left_at=None, by=worker)
    with pytest.raises(NotOpen):
        actions.join(village.family, someone_at_home(), by=worker)


def test_nobody_leaves_before_they_came(village: Village) -> None:
    worker = village.world.worker
    for day in (date(2019, 12, 31), days.today() + timedelta(days=1)):
        with pytest.raises(Unacceptable):
            actions.move_out(village.family, left_at=day, by=worker)


def test_only_whoever_is_on_watch_in_the_grid_keeps_and_sees_its_households(
    village: Village,
) -> None:
    world = village.world
    for stranger in (world.neighbour, world.stranger, world.admin):
        assert not may(stranger, "households.see", village.family)
        assert not may(stranger, "households.reveal", village.head)
        assert not may(stranger, "key_groups.see", village.head)
        with pytest.raises(NotAllowed):
            actions.join(village.family, someone_at_home(), by=stranger)
    assert may(world.worker, "households.see", village.family)
    with pytest.raises(NotAllowed):
        actions.register(building(world.spot(world.next_door)), by=world.worker)


def test_one_name_stands_once_in_a_grid(village: Village) -> None:
    world = village.world
    with pytest.raises(Unacceptable):
        actions.register(building(world.spot(world.home)), by=world.worker)
    actions.register(building(world.spot(world.next_door)), by=world.neighbour)


def test_a_flag_has_an_end_and_is_not_seen_after_it(village: Village) -> None:
    head, leader = village.head, village.leader
    flag = flagged(head, leader, KeyGroup.LIVES_ALONE)
    with pytest.raises(Unacceptable):
        flagged(head, leader, KeyGroup.LIVES_ALONE)
    flagged(head, leader, KeyGroup.DISABLED)
    assert len(queries.key_flags_of([head.id])) == 2
    after = flag.last_day + timedelta(days=1)
    assert queries.key_flags_of([head.id], on=after) == []
    care.end_flag(flag, by=leader)
    assert [each.kind for each in queries.key_flags_of([head.id])] == [KeyGroup.DISABLED]
    for last in (days.today() + timedelta(days=5000), days.today() - timedelta(days=1)):
        said = KeyFlagForm.of({"kind": "veteran", "purpose": "care", "last_day": last})
        with pytest.raises(Unacceptable):
            care.set_flag(head, said, by=leader)


def test_every_look_at_the_flags_is_in_the_log_without_the_group(village: Village) -> None:
    head, leader = village.head, village.leader
    flagged(head, leader, KeyGroup.LIVES_ALONE)
    (seen,) = care.look([head], purpose="visit", by=village.world.worker)
    assert seen.kind == KeyGroup.LIVES_ALONE
    last = audit.last("resident", head.id)
    assert last is not None
    assert (last.move, last.data) == ("look", {"purpose": "visit"})
    logged = db.session.scalars(text("SELECT data::text FROM event")).all()
    assert not any("lives_alone" in each for each in logged)


def test_who_is_inside_an_area_is_counted_and_listed(village: Village) -> None:
    world = village.world
    flagged(village.head, village.leader, KeyGroup.HELP_TO_LEAVE)
    spot = world.spot(world.home)
    area = around(spot)
    found = queries.inside(area)
    assert (found.buildings, found.households, found.residents) == (1, 1, 1)
    assert (found.key_residents, found.help_to_leave) == (1, 1)
    far = queries.inside(around((spot[0] + 0.05, spot[1])))
    assert (far.buildings, far.residents, far.key_residents) == (0, 0, 0)
    (home,) = queries.homes_inside(area, world.worker)
    assert (home.at.building, home.at.door, home.head, home.residents) == (
        "1号楼",
        "302",
        "示*甲",
        1,
    )
    assert (home.lon, home.lat) == pytest.approx(spot)
    (key,) = care.look_inside(area, purpose="leak", by=world.dispatcher)
    assert (key.name, key.help_to_leave) == ("示*甲", True)
    last = audit.last("resident", village.head.id)
    assert last is not None
    assert (last.move, last.actor_id) == ("look", world.dispatcher.id)
    assert queries.homes_inside(area, world.neighbour) == []
    assert queries.key_residents_inside(area, world.neighbour) == []
    with pytest.raises(NotAllowed):
        care.look_inside(area, purpose="curious", by=world.stranger)


def test_a_building_is_inside_when_its_ground_plan_reaches_in(village: Village) -> None:
    world = village.world
    lon, lat = world.spot(world.home)
    actions.draw(
        village.block, box(lon - 0.0004, lat - 0.0001, lon + 0.0001, lat + 0.0001), by=world.worker
    )
    edge = box(lon - 0.0006, lat - 0.0001, lon - 0.0003, lat + 0.0001)
    assert queries.inside(edge).buildings == 1


_MANY = text("""
    INSERT INTO building (name, kind, grid_id, geom, outline)
    SELECT 'far ' || n, kind, grid_id, ST_Translate(geom, 500 + n, 500), ST_Translate(ST_Buffer(geom, 5), 500 + n, 500)
    FROM building, generate_series(1, 2000) n
""")


def test_both_indexes_answer_what_is_inside(village: Village) -> None:
    area = around(village.world.spot(village.world.home))
    db.session.execute(text("SET LOCAL wangge.located = 'on'"))
    db.session.execute(_MANY)
    db.session.execute(text("ANALYZE building"))
    with planned("building.geom") as plans:
        queries.inside(area)
    assert len(plans) == 1
    assert "idx_building_geom" in plans[0]
    assert "idx_building_outline" in plans[0]


def test_under_a_new_key_somebody_is_found_before_and_after_all_is_sealed_anew(
    app: Flask, village: Village, session: Session
) -> None:
    settings = app.extensions["settings"]
    old, new, number = "o" * 32, "n" * 32, id_number(BORN, 2)

    def keys(*held: str) -> None:
        sealing.init_app(app, replace(settings, sealing_keys=",".join(held)))

    try:
        keys(old)
        db.session.delete(village.head)
        said = someone_at_home(id_number=number, phone="13700002222")
        before = actions.join(village.family, said, by=village.world.worker).id_blind
        session.commit()
        keys(new, old)
        assert queries.resident_with(sealing.blinds(number, of=ID_NUMBER)) is not None
        told = app.test_cli_runner().invoke(args=["households", "reseal"])
        assert "1 residents sealed anew" in told.output
        keys(new)
        session.expire_all()
        found = queries.resident_with([sealing.blind(number, of=ID_NUMBER)])
        assert found is not None
        assert found.id_blind != before
        assert actions.whole(found).phone == "137 0000 2222"
    finally:
        sealing.init_app(app, settings)


def test_a_home_is_found_by_the_name_as_it_is_shown_and_by_a_box_of_the_map(
    village: Village,
) -> None:
    who = village.world.worker

    def found(**wish: Any) -> list[int]:
        return [row.household.id for row in list_queries.households(who, **wish).rows]

    for words, hit in (
        ("示*甲", True),
        ("示**", True),
        ("示*", False),
        ("*例甲", True),
        ("示*乙", False),
    ):
        assert bool(found(words=words)) is hit, words
    lon, lat = village.world.spot(village.world.home)
    near = (lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
    assert found(box=near) == [village.family.id]
    assert found(box=(lon + 0.01, lat, lon + 0.02, lat + 0.01)) == []
    assert list_queries.households(village.world.neighbour, box=near).rows == []


def test_a_box_of_the_map_is_four_numbers(app: Flask, village: Village) -> None:
    worker = as_user(app, village.world.worker)
    lon, lat = village.world.spot(village.world.home)
    near = f"{lon - 0.001:.5f},{lat - 0.001:.5f},{lon + 0.001:.5f},{lat + 0.001:.5f}"
    assert "302" in worker.get(f"/households?box={near}").get_data(as_text=True)
    assert "box=" in worker.get(f"/buildings/{village.block.id}").get_data(as_text=True)
    assert worker.get("/households?box=1,2,3").status_code == 422
