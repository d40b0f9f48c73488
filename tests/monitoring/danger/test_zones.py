"""A zone is drawn, changed with its history kept, put in force and lifted; and says what is inside."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import shapely
from flask import Flask

from tests.cases.stages import reported
from tests.world import World, as_user
from webapp.base.access import may
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.base.spatial import shape_of, to_metric
from webapp.cases.rota import queries as rota
from webapp.monitoring.alarms import handling
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.danger import actions, queries, shown
from webapp.monitoring.danger.guide import Fire, Size
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.plume import Sky
from webapp.monitoring.danger.rules import DangerKind, ZoneState
from webapp.monitoring.danger.said import Said, area_of
from webapp.monitoring.signals import Kind


def leak(world: World, **said: object) -> Said:
    """An ammonia leak in the home grid, in a north wind by day."""
    lon, lat = world.spot(world.home)
    known = {"wind_from": 0.0, "wind_ms": 3.0, "sky": Sky.SUN, "size": Size.TRUCK}
    return Said(DangerKind.AMMONIA, lon, lat, **{**known, **said})  # type: ignore[arg-type]


@pytest.fixture
def alarm(world: World) -> Alarm:
    """An exercise of an ammonia leak in the home grid."""
    lon, lat = world.spot(world.home)
    return handling.drill(kind=Kind.AMMONIA, lon=lon, lat=lat, words="drill", by=world.dispatcher)


@pytest.fixture
def zone(world: World) -> DangerZone:
    """A zone without an alarm, drawn and not in force."""
    return actions.draw(
        leak(world), alarm=None, exercise=False, words="the store", by=world.dispatcher
    )


def test_a_zone_goes_from_drawn_over_in_force_to_lifted(world: World, zone: DangerZone) -> None:
    actions.enforce(zone, by=world.dispatcher)
    assert zone.state == ZoneState.IN_FORCE
    with pytest.raises(EvidenceMissing):
        actions.lift(zone, by=world.dispatcher, note=None)
    actions.lift(zone, by=world.dispatcher, note="measured: nothing left")
    assert (zone.state, zone.ended_at is not None) == (ZoneState.LIFTED, True)
    with pytest.raises(NotOpen):
        actions.redraw(zone, leak(world), base_version=None, by=world.dispatcher)


def test_a_drawing_that_was_not_needed_was_never_in_force(world: World, zone: DangerZone) -> None:
    actions.discard(zone, by=world.dispatcher)
    assert (zone.state, zone.enforced_at) == (ZoneState.DISCARDED, None)


def test_a_changed_zone_keeps_every_shape_it_had(world: World, zone: DangerZone) -> None:
    first = shape_of(zone.shape.area)
    turned = actions.redraw(
        zone, leak(world, wind_from=180.0), base_version=zone.version, by=world.dispatcher
    )
    assert (turned.number, turned.by_hand) == (2, False)
    was, now = sorted(queries.history(zone.id), key=lambda each: each.number)
    assert (was.until, now.until) == (now.since, None)
    assert shape_of(was.area).equals(first)
    assert zone.shape.id == now.id
    with pytest.raises(Changed):
        actions.redraw(zone, leak(world), base_version=1, by=world.dispatcher)


def test_what_is_drawn_by_hand_goes_before_the_model(world: World, zone: DangerZone) -> None:
    lon, lat = world.spot(world.home)
    spots = ((lon, lat), (lon + 0.002, lat), (lon, lat + 0.002))
    corners = "_".join(f"{east:.6f},{north:.6f}" for east, north in spots)
    shape = actions.redraw(
        zone, leak(world, corners=corners), base_version=None, by=world.dispatcher
    )
    assert shape.by_hand
    assert shape_of(shape.area).area == pytest.approx(176 * 222 / 2, rel=0.05)
    drawn = area_of(Said.of(shape.inputs), [])
    assert drawn.equals(shape_of(shape.area))


def test_a_flood_is_drawn_as_whole_grids_or_by_hand_only(world: World) -> None:
    said = Said(DangerKind.FLOOD, grids=(world.home.id, world.next_door.id))
    zone = actions.draw(said, alarm=None, exercise=False, words=None, by=world.dispatcher)
    inside = queries.inside(shape_of(zone.shape.area), world.dispatcher)
    whole = {row.id for row in inside.grids if row.share > 0.999}
    assert whole >= {world.home.id, world.next_door.id}
    with pytest.raises(Unacceptable):
        actions.draw(
            Said(DangerKind.FLOOD), alarm=None, exercise=False, words=None, by=world.dispatcher
        )


def test_the_model_names_what_it_was_not_told(world: World) -> None:
    with pytest.raises(Unacceptable) as refused:
        area_of(leak(world, wind_ms=None, sky=None), [])
    assert set(refused.value.fields) == {"wind_ms", "sky"}
    with pytest.raises(Unacceptable) as refused:
        area_of(leak(world, wind_from=None), [])
    assert set(refused.value.fields) == {"wind_from"}
    calm = area_of(leak(world, wind_from=None, wind_ms=0.4), [])
    assert calm.area > 0


def test_what_is_inside_is_named_by_right(world: World, zone: DangerZone) -> None:
    case = reported(world)
    lon, lat = world.spot(world.home)
    rota.stand(world.worker.id or 0, lon=lon, lat=lat, accuracy_m=5, at=datetime.now(UTC))
    area = shape_of(zone.shape.area)
    seen = queries.inside(area, world.dispatcher)
    home = next(row for row in seen.grids if row.id == world.home.id)
    assert 0 < home.share <= 1
    assert case.id in [row.id for row in seen.cases.rows]
    assert seen.workers is not None
    assert [row.id for row in seen.workers.rows] == [world.worker.id]
    assert queries.inside(area, world.worker).workers is None
    # Who has no right over cases in this grid reads of none.
    assert queries.inside(area, world.stranger).cases.count == 0


def test_shares_of_grids_are_areas_counted_by_hand(world: World, zone: DangerZone) -> None:
    area = shape_of(zone.shape.area)
    for row in queries.inside(area, world.dispatcher).grids:
        (whole,) = queries.grid_areas([row.id])
        assert row.area_m2 == pytest.approx(whole.intersection(area).area, rel=1e-6)
        assert row.share == pytest.approx(row.area_m2 / whole.area, rel=1e-6)


def test_an_alarm_has_one_zone_at_a_time_and_its_exercise_is_one(
    world: World, alarm: Alarm
) -> None:
    zone = actions.draw(leak(world), alarm=alarm, exercise=False, words=None, by=world.dispatcher)
    assert zone.exercise
    with pytest.raises(Changed):
        actions.draw(leak(world), alarm=alarm, exercise=False, words=None, by=world.dispatcher)
    actions.discard(zone, by=world.dispatcher)
    again = actions.draw(leak(world), alarm=alarm, exercise=False, words=None, by=world.dispatcher)
    found = queries.of_alarm(alarm.id)
    assert found is not None
    assert found.id == again.id


def test_the_desk_draws_and_a_worker_only_reads(world: World, zone: DangerZone) -> None:
    assert may(world.worker, "danger.see", zone)
    assert not may(world.stranger, "danger.see", zone)
    with pytest.raises(NotAllowed):
        actions.enforce(zone, by=world.worker)


def test_corners_for_the_hand_are_few_and_lie_on_the_zone(zone: DangerZone) -> None:
    area = shape_of(zone.shape.area)
    lines = shown.corners_of(area).splitlines()
    assert 3 <= len(lines) <= 60
    spots = [to_metric(*(float(each) for each in line.split())) for line in lines]
    again = shapely.Polygon(spots)
    assert again.intersection(area).area / area.union(again).area > 0.98


def test_the_page_of_an_alarm_leads_to_a_zone_drawn_from_it(
    app: Flask, world: World, alarm: Alarm
) -> None:
    desk = as_user(app, world.dispatcher)
    assert f"/danger/new?alarm={alarm.id}" in desk.get(f"/alarms/{alarm.id}/danger").text
    form = desk.get(f"/danger/new?alarm={alarm.id}").text
    lon, lat = alarm.lonlat or (0, 0)
    assert f'value="{round(lon, 6)}"' in form
    sent = {"kind": "ammonia", "lon": str(lon), "lat": str(lat), "size": "tank"}
    refused = desk.post(f"/danger/new?alarm={alarm.id}", data=sent)
    assert refused.status_code == 422
    assert "模型需要这一项" in refused.text
    sent |= {"sky": "night_clear", "wind_ms": "2", "wind_from": "90", "rate_kg_s": "0.5"}
    answer = desk.post(f"/danger/new?alarm={alarm.id}", data=sent)
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"])
    for words in ("演练", "东风", "涉及网格", world.home.name, "AEGL-2"):
        assert words in page.text
    zone = queries.of_alarm(alarm.id)
    assert zone is not None
    address = f"/danger/{zone.id}"
    assert desk.post(f"{address}/enforce", data={"base_version": zone.version}).status_code == 303
    assert desk.post(f"{address}/lift").status_code == 422
    assert desk.post(f"{address}/lift", data={"note": "nothing left"}).status_code == 303
    assert "已解除" in desk.get("/danger?ended=1").text


def test_a_hand_drawn_line_that_crosses_itself_is_named(
    app: Flask, world: World, zone: DangerZone
) -> None:
    desk = as_user(app, world.dispatcher)
    lon, lat = world.spot(world.home)
    bow = "\n".join(
        f"{lon + x / 1000} {lat + y / 1000}" for x, y in ((0, 0), (2, 2), (2, 0), (0, 2))
    )
    answer = desk.post(f"/danger/{zone.id}/shape", data={"kind": "other", "corners": bow})
    assert answer.status_code == 422
    assert "交叉" in answer.text
    short = desk.post(f"/danger/{zone.id}/shape", data={"kind": "other", "corners": "1"})
    assert short.status_code == 422


def test_a_stranger_sees_no_zone(app: Flask, world: World, zone: DangerZone) -> None:
    nobody = as_user(app, world.stranger)
    for address in ("/danger", f"/danger/{zone.id}", "/danger/new"):
        assert nobody.get(address).status_code == 403
    worker = as_user(app, world.worker)
    assert worker.get(f"/danger/{zone.id}").status_code == 200
    assert worker.get("/danger/new").status_code == 403


def test_a_fire_of_which_no_wind_is_known_is_a_circle(world: World) -> None:
    lon, lat = world.spot(world.home)
    area = area_of(Said(DangerKind.FIRE, lon, lat, burns=Fire.BUILDING), [])
    assert area.area == pytest.approx(3.1416 * 100**2, rel=0.01)
