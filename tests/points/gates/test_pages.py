"""Pages of gates: for whom they are, registering, commands, and who was led aside."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.points.conftest import clerk_of
from tests.points.gates.conftest import Booth
from tests.world import World, as_user
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, Unacceptable
from webapp.points import queries as points
from webapp.points.gates import keeping, queries, registering
from webapp.points.gates.models import Registration
from webapp.points.gates.rules import Order


def test_the_gate_page_is_for_staff_of_the_point_and_the_street(
    app: Flask, booth: Booth, world: World
) -> None:
    address = f"/points/{booth.point.id}/gate"
    elsewhere = clerk_of("elsewhere", "point_staff", points.stations()[0].id)
    assert as_user(app, booth.clerk).get(address).status_code == 200
    assert as_user(app, world.admin).get(address).status_code == 200
    for who in (world.stranger, world.worker, elsewhere):
        assert as_user(app, who).get(address).status_code == 403
        sent = as_user(app, who).post(f"{address}/commands", data={"kind": "close"})
        assert sent.status_code == 403
        assert as_user(app, who).post(f"{address}/key").status_code == 403
    assert app.test_client().get(address).status_code == 302
    assert as_user(app, booth.clerk).get(f"/points/{booth.other.id}/gate").status_code == 404
    assert queries.commands(booth.gate.id) == []


def test_staff_command_and_keepers_set_the_rules(app: Flask, booth: Booth, world: World) -> None:
    address = f"/points/{booth.point.id}/gate"
    clerk = as_user(app, booth.clerk)
    assert clerk.post(f"{address}/commands", data={"kind": "limit"}).status_code == 422
    sent = clerk.post(f"{address}/commands", data={"kind": "limit", "limit": "200"})
    assert sent.status_code == 303
    assert "等待闸机确认" in clerk.get(address).get_data(as_text=True)
    ruled = {
        "lanes": "3",
        "per_hour": "300",
        "window_minutes": "20",
        "keep_days": "20",
        "code_wanted": "1",
    }
    assert clerk.post(f"{address}/rules", data=ruled).status_code == 403
    admin = as_user(app, world.admin)
    version = booth.again().version
    assert admin.post(f"{address}/rules", data=ruled | {"lanes": "9"}).status_code == 422
    stale = admin.post(f"{address}/rules", data=ruled | {"base_version": str(version - 1)})
    assert stale.status_code == 409
    saved = admin.post(f"{address}/rules", data=ruled | {"base_version": str(version)})
    assert saved.status_code == 303
    gate = booth.again()
    assert (gate.per_hour, gate.max_temp_c, len(gate.lane_rows)) == (300, None, 3)
    assert "wg_" in admin.post(f"{address}/key").get_data(as_text=True)


def test_who_is_turned_away_is_told_why(app: Flask, booth: Booth) -> None:
    booth.asks(temp_c=39.0)
    (aside,) = queries.led_aside(booth.gate.id)
    clerk, address = as_user(app, booth.clerk), f"/gates/diversions/{aside.id}/turn_away"
    assert clerk.post(address, data={}).status_code == 422
    assert clerk.post(address, data={"note": "请先就医"}).status_code == 303
    assert clerk.post(address, data={"note": "请先就医"}).status_code == 409
    db.session.expire_all()
    found = queries.diversion(aside.id)
    assert found is not None
    assert (found.state, found.note) == ("turned_away", "请先就医")


def test_strangers_neither_command_nor_decide(booth: Booth) -> None:
    booth.asks(temp_c=39.0)
    (aside,) = queries.led_aside(booth.gate.id)
    with pytest.raises(NotAllowed):
        keeping.resolve(aside, "let_pass", note=None, by=booth.stranger)
    with pytest.raises(NotAllowed):
        keeping.command(booth.gate, Order.OPEN, None, by=booth.stranger)
    with pytest.raises(NotAllowed):
        keeping.new_key(booth.gate, by=booth.clerk)


def test_a_resident_registers_once_and_shows_the_code(
    app: Flask, booth: Booth, world: World
) -> None:
    address = f"/points/{booth.point.id}/register"
    me = as_user(app, booth.resident)
    assert app.test_client().get(address).status_code == 302
    assert "<option" in me.get(address).get_data(as_text=True)
    bad = me.post(address, data={"starts_at": "2026-12-02T09:31:00+08:00"})
    assert bad.status_code == 422
    made = registering.register(
        booth.gate, registering.windows(booth.gate)[0][0], by=booth.resident
    )
    page = me.get(f"/registrations/{made.id}")
    assert page.status_code == 200
    assert "data:image/svg" in page.get_data(as_text=True)
    assert as_user(app, world.worker).get(f"/registrations/{made.id}").status_code == 403
    assert as_user(app, world.worker).post(f"/registrations/{made.id}/cancel").status_code == 403
    with pytest.raises(Changed, match="已有预约"):
        registering.register(booth.gate, registering.windows(booth.gate)[1][0], by=booth.resident)
    assert me.post(f"/registrations/{made.id}/cancel").status_code == 303
    after = me.get(f"/registrations/{made.id}").get_data(as_text=True)
    assert "data:image/svg" not in after
    assert str(made.id) in me.get("/points/mine").get_data(as_text=True)


def test_a_window_takes_as_many_as_its_lanes_can_pass(booth: Booth) -> None:
    booth.gate.per_hour, booth.gate.lanes = 1, 2
    window, free = registering.windows(booth.gate)[0]
    assert free == registering.places(booth.gate) == 1
    registering.register(booth.gate, window, by=booth.resident)
    assert window not in {each for each, _free in registering.windows(booth.gate)}
    with pytest.raises(Unacceptable, match=r"不再提供|已不"):
        registering.register(booth.gate, window, by=booth.stranger)


def test_a_gate_is_set_up_once_with_an_account_of_its_own(
    app: Flask, booth: Booth, world: World
) -> None:
    admin = as_user(app, world.admin)
    sent = admin.post(f"/points/{booth.other.id}/gate", data={"code": "booth-2"})
    assert sent.status_code == 303
    assert admin.post(f"/points/{booth.other.id}/gate", data={"code": "booth-3"}).status_code == 409
    assert admin.post(f"/points/{booth.other.id}/gate", data={"code": "No!"}).status_code == 422
    db.session.expire_all()
    second = queries.of_point(booth.other.id)
    assert second is not None
    assert second.account_id != booth.gate.account_id
    assert db.session.query(Registration).count() == 0
