"""Homes inside a zone: on the roll under masked names, sent where there is room, named only with a log."""

from __future__ import annotations

from flask import Flask

from tests.monitoring.danger.test_zones import leak
from tests.residents.village import Village, flagged, village
from tests.world import as_user
from webapp.base import audit
from webapp.base.spatial import shape_of, to_lonlat
from webapp.monitoring.danger import actions as zones, shown
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.muster import actions as muster, plans
from webapp.monitoring.danger.muster.forms import MusterForm
from webapp.monitoring.danger.roll import actions, queries
from webapp.monitoring.danger.roll.rules import RollState, Subject
from webapp.residents import queries as residents
from webapp.residents.rules import KeyGroup

__all__ = ["village"]


def _zone(village: Village) -> DangerZone:
    by = village.world.dispatcher
    made = zones.draw(leak(village.world), alarm=None, exercise=False, words=None, by=by)
    zones.enforce(made, by=by)
    return made


def test_a_home_is_on_the_roll_masked_and_says_that_somebody_needs_help(village: Village) -> None:
    flagged(village.head, village.leader, KeyGroup.HELP_TO_LEAVE)
    world, zone = village.world, _zone(village)
    actions.call(zone, by=world.dispatcher)
    (entry,), _many = queries.listed(world.worker, zone.id, resolved=False)
    assert (entry.subject, entry.thing_id) == (Subject.HOUSEHOLD, village.family.id)
    assert (entry.people, entry.helpless) == (1, True)
    assert entry.name != "示例甲"
    assert "302" in (entry.place or "")
    looks = [each for each in audit.history("resident", village.head.id) if each.move == "look"]
    assert [each.actor_id for each in looks] == [world.dispatcher.id]
    actions.mark(entry, RollState.SAFE, by=world.worker)
    assert queries.progress(world.worker, zone.id)["safe"] == 1


def test_a_home_goes_where_there_is_room_or_the_page_says_that_there_is_none(
    village: Village,
) -> None:
    world, zone = village.world, _zone(village)
    area = shape_of(zone.shape.area)
    assert residents.inside(shown.in_degrees(area)).households == 1
    assert plans.leave(zone.shape, world.dispatcher).homeless == 1
    lon, lat = to_lonlat(area.bounds[2] + 300, area.bounds[3] + 300)
    said = MusterForm(name="square", capacity=1, lon=lon, lat=lat)
    muster.lay_down(said, by=world.dispatcher)
    plan = plans.leave(zone.shape, world.dispatcher)
    assert plan.homeless == 0
    assert [(each.homes, each.people) for each in plan.gathered] == [(1, 1)]


def test_who_needs_help_is_named_to_those_who_may_know_and_each_look_is_in_the_log(
    app: Flask, village: Village
) -> None:
    flagged(village.head, village.leader, KeyGroup.HELP_TO_LEAVE)
    world, zone = village.world, _zone(village)
    address = f"/danger/{zone.id}/key-people"
    desk = as_user(app, world.dispatcher)
    assert "查看需帮助的重点人群" in desk.get(f"/danger/{zone.id}").text
    page = desk.post(address).text
    assert "302" in page
    assert "示例甲" not in page
    assert "302" not in as_user(app, world.neighbour).post(address).text
    assert as_user(app, world.stranger).post(address).status_code == 403
    looks = [each for each in audit.history("resident", village.head.id) if each.move == "look"]
    assert [each.actor_id for each in looks] == [world.dispatcher.id]
