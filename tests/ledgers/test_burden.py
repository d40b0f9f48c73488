"""What forms cost: measured with the form, told in sums to whoever asks for it, and nobody is ranked."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.world import World, as_user, posted, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.base.months import month as month_of
from webapp.ledgers.burden import actions, measuring, queries
from webapp.ledgers.burden.models import FormMonth, FormTime
from webapp.ledgers.burden.rules import FEWEST, FORMS, KEPT_DAYS
from webapp.people import commands as bodies, days
from webapp.people.actors import Person

OPINION = "opinions.enter"


def month() -> date:
    return month_of(days.today())


def say(app: Flask, world: World, who: Person, **more: Any) -> int:
    lon, lat = world.spot(world.home)
    said = {"kind": "help", "theme": "elderly", "words": "想要扶手", "lon": lon, "lat": lat}
    return as_user(app, who).post("/opinions/new", data=said | more).status_code


def times() -> list[FormTime]:
    return list(db.session.scalars(select(FormTime).order_by(FormTime.id)))


def test_a_form_that_was_taken_says_how_long_it_took(app: Flask, world: World) -> None:
    assert say(app, world, world.worker, spent_s="95") == 303
    (kept,) = times()
    assert (kept.form, kept.seconds, kept.role, kept.day) == (
        OPINION,
        95,
        "grid_worker",
        days.today(),
    )
    assert queries.own(world.worker.id or 0, month())[OPINION].seconds == 95


@pytest.mark.parametrize(
    "said", ["", "0", "-4", "3601", "9" * 40, "1.5", "nan", "\uff14\uff12", "1e2"]
)
def test_a_wrong_number_counts_for_nothing_and_hinders_nothing(
    app: Flask, world: World, said: str
) -> None:
    assert say(app, world, world.worker, spent_s=said) == 303
    assert times() == []


def test_what_was_refused_and_what_is_not_measured_count_for_nothing(
    app: Flask, world: World
) -> None:
    assert say(app, world, world.worker, spent_s="9", words="") == 422
    assert say(app, world, world.stranger, spent_s="9") == 403
    worker = as_user(app, world.worker)
    assert worker.post("/notices/read", data={"until": 1, "spent_s": 9}).status_code == 303
    assert times() == []


def test_a_form_that_a_phone_sends_again_counts_once(app: Flask, world: World) -> None:
    mark = uuid.uuid4()
    for _each in range(2):
        assert say(app, world, world.worker, spent_s="40", client_id=str(mark)) == 303
    assert [each.client_id for each in times()] == [mark]


def test_addresses_are_known_to_the_script_of_staff_only(app: Flask, world: World) -> None:
    with app.app_context():
        known = measuring.patterns().split()
    assert {"/cases", "/home-visits/*/*", "/opinions/new", "/services/*/assist"} <= set(known)
    rules = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(FORMS) <= rules
    worker = as_user(app, world.worker).get("/opinions/new").get_data(as_text=True)
    assert 'data-measured="/' in worker
    stranger = as_user(app, world.stranger).get("/me").get_data(as_text=True)
    assert 'data-measured=""' in stranger


def filled(world: World, people_in_all: int, form: str = OPINION) -> None:
    who = [world.worker, world.neighbour, world.dispatcher, world.shift_leader][:people_in_all]
    for each in who:
        for seconds in (60, 120, 600):
            actions.write_down(form, seconds=seconds, role="grid_worker", account_id=each.id or 0)


def test_a_department_reads_what_its_own_forms_cost(app: Flask, world: World) -> None:
    bodies.load_bodies()
    filled(world, FEWEST)
    filled(world, FEWEST, "dangers.find")
    asks = queries.departments(["D02"])["D02"]
    leads = posted("head", "dept_head", asks, since=clock.now() - timedelta(days=1))
    shown = as_user(app, leads).get("/ledgers/forms").get_data(as_text=True)
    assert "入户民意登记" in shown
    assert "发现隐患" not in shown
    assert ">2.0<" in shown.replace(" ", "").replace("\n", "")
    for name in ("worker", "neighbour"):
        assert f">{name}<" not in shown
    street = as_user(app, someone("street", "street_leader")).get("/ledgers/forms")
    assert "安全检查表" in street.get_data(as_text=True)
    for who in (world.worker, world.stranger):
        assert as_user(app, who).get("/ledgers/forms").status_code == 403


def test_of_too_few_people_only_the_times_are_shown(app: Flask, world: World) -> None:
    bodies.load_bodies()
    filled(world, FEWEST - 1)
    street = as_user(app, someone("street", "street_leader"))
    shown = street.get("/ledgers/forms").get_data(as_text=True)
    assert "人数过少" in shown
    assert ">2.0<" not in shown.replace(" ", "").replace("\n", "")


def test_one_reads_ones_own_and_nobody_elses(app: Flask, world: World) -> None:
    filled(world, 1)
    assert "入户民意登记" in as_user(app, world.worker).get("/ledgers/forms/mine").get_data(
        as_text=True
    )
    other = as_user(app, world.neighbour).get("/ledgers/forms/mine").get_data(as_text=True)
    assert "入户民意登记" not in other
    assert as_user(app, world.stranger).get("/ledgers/forms/mine").status_code == 403


def test_single_times_are_gone_after_a_while_and_the_sums_stay(world: World) -> None:
    filled(world, FEWEST)
    before = queries.costs(month())
    with clock.at(clock.now() + timedelta(days=KEPT_DAYS + 31)):
        actions.fold()
        assert times() == []
        actions.fold()
    assert queries.costs(month()) == before
    assert len(db.session.scalars(select(FormMonth)).all()) == 1
