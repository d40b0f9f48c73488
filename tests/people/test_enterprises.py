"""Enterprises: who they are, where they stand, whom to call."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import func, select
from stdnum.cn import uscc

from tests.world import World, as_user, someone
from webapp.base import audit
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, Unacceptable
from webapp.people import enterprises, queries
from webapp.people.enterprises import Described
from webapp.people.models import Enterprise
from webapp.people.rules import Premises
from webapp.travel import actions as roads, queries as travel
from webapp.travel.rules import Mode

CODE = "91370600MA3C000000"
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def coded(body: str = "91370600MA3C12345") -> str:
    """A code whose last character fits."""
    return body + uscc.calc_check_digit(body)


def a_shop(world: World, **more) -> Described:
    lon, lat = world.spot(world.home)
    return Described(
        **{"name": "a shop", "premises": Premises.SMALL_SHOP, "lon": lon, "lat": lat, **more}
    )


def test_an_enterprise_is_in_its_grid_from_the_first_moment(world: World) -> None:
    firm = enterprises.register(a_shop(world), by=world.worker)
    assert firm.grid_id == world.home.id
    assert firm.cell_code is not None


def test_times_to_it_are_kept_while_it_is_there(world: World) -> None:
    def kept() -> list[int]:
        rows = travel.times("grid", world.home.id, enterprises.STOP, Mode.EBIKE, limit=500)
        return [row.thing_id for row in rows]

    firm = enterprises.register(a_shop(world), by=world.worker)
    nowhere = enterprises.register(
        Described(name="an office", premises=Premises.OFFICE), by=world.admin
    )
    roads.count_times(everything=False)
    assert firm.id in kept()
    assert nowhere.id not in kept()
    lon, lat = world.spot(world.next_door)
    moved = a_shop(world, lon=lon, lat=lat)
    enterprises.change(firm, moved, base_version=None, by=world.admin)
    assert firm.id not in kept(), "until the times are counted anew"
    roads.count_times(everything=False)
    assert firm.id in kept()
    enterprises.close(firm, reason="moved away", by=world.admin)
    assert firm.id not in kept()


def test_a_shifted_position_is_put_right_and_kept_as_it_was_said(world: World) -> None:
    from webapp.base.datum import from_wgs84

    lon, lat = world.spot(world.home)
    shifted = from_wgs84(lon, lat, Datum.GCJ02)
    firm = enterprises.register(
        a_shop(world, lon=shifted[0], lat=shifted[1], datum=Datum.GCJ02), by=world.worker
    )
    assert firm.grid_id == world.home.id
    assert (firm.raw_lon, firm.datum) == (shifted[0], "gcj02")


def test_a_worker_registers_only_in_the_own_grid(world: World) -> None:
    lon, lat = world.spot(world.next_door)
    with pytest.raises(NotAllowed):
        enterprises.register(a_shop(world, lon=lon, lat=lat), by=world.worker)


def test_an_enterprise_without_a_place_is_for_those_over_the_whole_subdistrict(
    world: World,
) -> None:
    with pytest.raises(NotAllowed):
        enterprises.register(a_shop(world, lon=None, lat=None), by=world.worker)
    assert enterprises.register(a_shop(world, lon=None, lat=None), by=world.admin).grid_id is None


def test_a_code_with_a_wrong_last_character_is_refused(world: World) -> None:
    right = coded()
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    with pytest.raises(Unacceptable) as refused:
        enterprises.register(a_shop(world, credit_code=wrong), by=world.worker)
    assert "credit_code" in refused.value.fields
    kept = enterprises.register(a_shop(world, credit_code=f" {right.lower()} "), by=world.worker)
    assert kept.credit_code == right


@given(st.text(LETTERS, min_size=9, max_size=9))
def test_every_code_that_is_accepted_is_one_that_the_table_accepts(tail: str) -> None:
    code = coded("91370600" + tail)
    assert len(code) == 18
    assert code.isalnum()
    assert code == code.upper()


def test_a_code_belongs_to_one_enterprise(world: World) -> None:
    enterprises.register(a_shop(world, credit_code=coded()), by=world.worker)
    with pytest.raises(Unacceptable) as refused:
        enterprises.register(a_shop(world, credit_code=coded()), by=world.worker)
    assert "credit_code" in refused.value.fields


def test_whoever_saw_an_older_page_is_told(world: World) -> None:
    firm = enterprises.register(a_shop(world), by=world.worker)
    seen = firm.version
    enterprises.change(firm, a_shop(world, name="renamed"), base_version=seen, by=world.worker)
    with pytest.raises(Changed):
        enterprises.change(firm, a_shop(world), base_version=seen, by=world.worker)


def test_the_ten_enterprises_of_the_geodata_are_there_and_are_not_added_twice(session) -> None:
    loaded = select(func.count()).where(Enterprise.place_id.is_not(None))
    assert session.scalar(loaded) == 10
    assert enterprises.load_from_places() == 0
    assert session.scalar(select(func.count()).where(Enterprise.grid_id.is_(None))) == 0


def test_a_closed_enterprise_leaves_the_lists_and_keeps_its_page(app: Flask, world: World) -> None:
    firm = enterprises.register(a_shop(world), by=world.worker)
    db.session.commit()
    client = as_user(app, world.worker)
    answer = client.post(f"/people/enterprises/{firm.id}/close", data={"reason": "moved away"})
    assert answer.status_code == 303
    assert "a shop" not in client.get("/people/enterprises").text
    assert client.get(f"/people/enterprises/{firm.id}").status_code == 200


def test_a_neighbour_reads_and_does_not_change(app: Flask, world: World) -> None:
    firm = enterprises.register(a_shop(world), by=world.worker)
    db.session.commit()
    client = as_user(app, world.neighbour)
    assert client.get(f"/people/enterprises/{firm.id}").status_code == 200
    assert client.get(f"/people/enterprises/{firm.id}/change").status_code == 403


def test_a_number_is_masked_until_a_purpose_is_given(app: Flask, world: World) -> None:
    firm = enterprises.register(a_shop(world, contact_phone="0535 6370000"), by=world.worker)
    db.session.commit()
    client = as_user(app, world.worker)
    for address in ("/people/enterprises", f"/people/enterprises/{firm.id}"):
        assert "6370000" not in client.get(address).text.replace(" ", "")
    shown = client.post(
        f"/people/enterprises/{firm.id}/reveal", data={"purpose": "fire drill on Monday"}
    )
    assert "6370000" in shown.text.replace(" ", "")
    assert audit.last("enterprise", firm.id).data["purpose"] == "fire drill on Monday"


def test_an_enterprise_is_registered_by_form(app: Flask, world: World) -> None:
    lon, lat = world.spot(world.home)
    client = as_user(app, world.worker)
    answer = client.post(
        "/people/enterprises",
        data={
            "name": "a bakery",
            "premises": "small_eatery",
            "lon": lon,
            "lat": lat,
            "datum": "wgs84",
            "contact_post": "owner",
            "contact_phone": "138 1234 1234",
        },
    )
    assert answer.status_code == 303
    made = db.session.scalars(select(Enterprise).where(Enterprise.name == "a bakery")).one()
    assert (made.grid_id, made.contact_phone) == (world.home.id, "+8613812341234")


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("name", {"name": ""}),
        ("premises", {"premises": "castle"}),
        ("credit_code", {"credit_code": CODE}),
        ("contact_phone", {"contact_phone": "12"}),
        ("lat", {"lat": ""}),
        ("lon", {"lon": "somewhere"}),
        ("lat", {"lat": "nan"}),
    ],
)
def test_a_refused_enterprise_says_why_beside_its_field(
    app: Flask, world: World, field: str, sent: dict[str, str]
) -> None:
    lon, lat = world.spot(world.home)
    good = {"name": "a bakery", "premises": "small_eatery", "lon": lon, "lat": lat}
    answer = as_user(app, world.worker).post("/people/enterprises", data={**good, **sent})
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


def test_enterprises_are_found_by_words_code_premises_and_grid(world: World) -> None:
    firm = enterprises.register(
        a_shop(world, credit_code=coded(), industry="fish"), by=world.worker
    )
    ways = (
        {"words": "shop"},
        {"words": "FISH"},
        {"words": coded().lower()},
        {"premises": "small_shop", "words": "a shop"},
        {"grid_id": world.home.id, "words": "a shop"},
    )
    for way in ways:
        assert firm in queries.enterprises(world.worker, **way).rows
    assert firm not in queries.enterprises(world.worker, grid_id=world.next_door.id).rows
    assert queries.enterprises(someone("nobody"), words="shop").rows == []
