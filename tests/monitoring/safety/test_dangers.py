"""Hidden dangers: from the photo of who found it to whoever clears it, and never by the same hands."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.busy import at_once, busy_house
from tests.monitoring.safety.plant import Plant, described, founded, plant
from tests.world import World, as_user, peopled
from webapp.base import audit, clock, files, notices
from webapp.base.access import may
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.cases import actions as cases
from webapp.cases.rules import Source
from webapp.monitoring.alarms.actions import hear
from webapp.monitoring.safety.actions import add_point, enter, watch
from webapp.monitoring.safety.dangers import actions, by_the_clock, queries
from webapp.monitoring.safety.dangers.actions import Found
from webapp.monitoring.safety.dangers.models import HiddenDanger
from webapp.monitoring.safety.dangers.rules import DANGER_FLOW, DangerKind, DangerState, Level
from webapp.monitoring.safety.forms import PointForm
from webapp.monitoring.safety.rules import PointKind
from webapp.monitoring.sensors import actions as sensors
from webapp.monitoring.sensors.actions import Described as Measured
from webapp.monitoring.signals import Change, Kind, Signal
from webapp.people import days
from webapp.people.actors import Person

__all__ = ["plant"]

SAID = Found(DangerKind.ESCAPE, Level.GENERAL, "fire door blocked")


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(out, "JPEG")
    out.seek(0)
    return out


def photo(by: Person) -> files.StoredFile:
    return files.keep_picture(picture(), by=by)


def found(plant: Plant, said: Found = SAID) -> HiddenDanger:
    return actions.find(said, photo(plant.worker), profile=plant.profile, by=plant.worker)


def ordered(plant: Plant, said: Found = SAID, *, in_days: int = 7) -> HiddenDanger:
    danger = found(plant, said)
    until = days.today() + timedelta(days=in_days)
    actions.order(danger, responsible="plant", due_on=until, by=plant.officer)
    return danger


def told(who: Person) -> int:
    return len(notices.listed(who.id or 0).rows)


def test_from_found_to_cleared_by_other_hands(plant: Plant, world: World) -> None:
    danger = ordered(plant)
    assert danger.grid_id == world.home.id
    actions.rectify(danger, photo(plant.owner), note="removed", by=plant.owner)
    assert not may(plant.owner, "dangers.recheck", danger)
    actions.recheck(danger, photo(plant.worker), by=plant.worker)
    actions.clear(danger, by=plant.officer)
    assert danger.state == DangerState.CLEARED
    moves = [event.move for event in audit.history(DANGER_FLOW.kind, danger.id)]
    assert moves == ["find", "order", "rectify", "recheck", "clear"]


def test_whoever_put_it_right_neither_rechecks_nor_clears(plant: Plant) -> None:
    danger = ordered(plant)
    actions.rectify(danger, photo(plant.officer), note="done", by=plant.officer)
    with pytest.raises(NotAllowed):
        actions.recheck(danger, photo(plant.officer), by=plant.officer)
    actions.recheck(danger, photo(plant.worker), by=plant.worker)
    with pytest.raises(NotAllowed):
        actions.clear(danger, by=plant.officer)
    actions.clear(danger, by=plant.leader)


def test_a_major_one_wants_a_second_pair_of_eyes_and_climbs(plant: Plant) -> None:
    before = told(plant.leader)
    danger = ordered(plant, Found(DangerKind.FIRE, Level.MAJOR, "no sprinklers"))
    assert told(plant.leader) == before + 1
    actions.rectify(danger, photo(plant.owner), note="done", by=plant.owner)
    actions.recheck(danger, photo(plant.officer), by=plant.officer)
    with pytest.raises(NotAllowed):
        actions.clear(danger, by=plant.officer)
    actions.clear(danger, by=plant.leader)
    other = found(plant)
    actions.grade(other, Level.MAJOR, note="worse", base_version=other.version, by=plant.officer)
    assert told(plant.leader) == before + 2


@pytest.mark.parametrize(
    "change",
    [
        "found_photo_id = NULL",
        "state = 'cleared'",
        "state = 'rectified', rectified_photo_id = NULL",
        "state = 'ordered', due_at = NULL",
        "alarm_id = NULL, found_how = 'alarm'",
        "rectified_by_id = found_by_id, cleared_by_id = found_by_id",
        "rectified_by_id = found_by_id, rechecked_by_id = found_by_id",
    ],
)
def test_the_database_refuses_what_nobody_saw(plant: Plant, change: str) -> None:
    danger = ordered(plant)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(
            text(f"UPDATE hidden_danger SET {change} WHERE id = :id"), {"id": danger.id}
        )


def test_photos_are_needed_and_those_sent_back_stay_in_the_log(plant: Plant) -> None:
    with pytest.raises(EvidenceMissing):
        actions.find(SAID, None, profile=plant.profile, by=plant.worker)
    danger = ordered(plant)
    with pytest.raises(EvidenceMissing):
        actions.rectify(danger, None, note="done", by=plant.owner)
    first = photo(plant.owner)
    actions.rectify(danger, first, note="done", by=plant.owner)
    with pytest.raises(EvidenceMissing):
        actions.recheck(danger, None, by=plant.worker)
    actions.send_back(danger, note="still blocked", by=plant.worker)
    assert (danger.state, danger.rectified_by_id) == (DangerState.ORDERED, None)
    assert queries.photo(danger, first.id) is not None
    assert queries.photo(danger, photo(plant.owner).id) is None
    actions.rectify(danger, photo(plant.worker), note="moved", by=plant.worker)


def test_without_a_place_it_stands_with_its_enterprise_or_nowhere(plant: Plant) -> None:
    with pytest.raises(Unacceptable):
        actions.find(SAID, photo(plant.worker), profile=None, by=plant.worker)
    lon, lat = plant.lon, plant.lat
    loose = Found(DangerKind.FIRE, Level.GENERAL, "gas bottles", lon=lon, lat=lat)
    danger = actions.find(loose, photo(plant.worker), profile=None, by=plant.worker)
    assert (danger.profile_id, danger.grid_id) == (None, plant.profile.grid_id)


def test_an_old_version_and_a_second_order_are_refused(plant: Plant) -> None:
    danger = found(plant)
    until = days.today() + timedelta(days=3)
    past = days.today() - timedelta(days=1)
    with pytest.raises(Unacceptable):
        actions.order(danger, responsible="x", due_on=past, by=plant.officer)
    version = danger.version
    actions.order(danger, responsible="x", due_on=until, base_version=version, by=plant.officer)
    with pytest.raises(Changed):
        actions.order(danger, responsible="y", due_on=until, base_version=version, by=plant.leader)
    with pytest.raises(NotOpen):
        actions.order(danger, responsible="y", due_on=until, by=plant.leader)
    with pytest.raises(NotAllowed):
        actions.order(found(plant), responsible="x", due_on=until, by=plant.worker)


def test_a_deadline_is_told_once_before_and_once_after_and_anew_when_put_off(plant: Plant) -> None:
    danger = ordered(plant, Found(DangerKind.FIRE, Level.MAJOR, "no alarm"), in_days=3)

    def heard(hours: float) -> tuple[int, int]:
        before = told(plant.owner), told(plant.leader)
        with clock.at(days.end_of(days.today()) + timedelta(hours=hours)):
            by_the_clock.tell_of_deadlines()
        return told(plant.owner) - before[0], told(plant.leader) - before[1]

    assert heard(24) == (0, 0)
    assert heard(49) == (1, 0)
    assert heard(50) == (0, 0)
    assert heard(73) == (1, 1)
    assert heard(99) == (0, 0)
    until = days.today() + timedelta(days=9)
    actions.extend(danger, due_on=until, note="parts", base_version=None, by=plant.officer)
    assert heard(24 * 9 + 1) == (1, 1)


def test_an_alarm_becomes_one_hidden_danger_of_the_plant_it_watches(plant: Plant) -> None:
    signal = Signal(
        Kind.AMMONIA,
        Change.RAISED,
        clock.now(),
        device="n1",
        lonlat=(plant.lon, plant.lat),
        words="smell",
    )
    alarm = hear(signal, source="box", received_at=clock.now()).alarm
    gauge = sensors.register(Measured("other"), source="box", external_id="n2", by=None)
    other, _new = enter(described(name="another plant"), by=plant.officer)
    point = add_point(other, PointForm(kind=PointKind.TANK, name="T"), by=plant.officer)
    watch(other, point, f"sensor:{gauge.id}", by=plant.officer)
    danger = actions.find_by_alarm(alarm, by=plant.officer)
    assert (danger.profile_id, danger.level) == (plant.profile.id, Level.MAJOR)
    assert danger.kind == DangerKind.REFRIGERATION
    assert actions.find_by_alarm(alarm, by=plant.leader).id == danger.id
    actions.drop(danger, note="a drill", by=plant.officer)
    assert actions.find_by_alarm(alarm, by=plant.officer).id != danger.id


def test_a_case_becomes_one_hidden_danger(plant: Plant, world: World) -> None:
    case = cases.report(
        class_code="21004",
        lon=plant.lon,
        lat=plant.lat,
        datum=Datum.WGS84,
        source=Source.WORKER,
        by=world.worker,
        prefix="DJJ",
        words="smells of ammonia",
    )
    danger = actions.find_by_case(case, by=plant.officer)
    assert (danger.profile_id, danger.words) == (plant.profile.id, "smells of ammonia")
    assert actions.find_by_case(case, by=plant.officer).id == danger.id


def test_each_sees_their_own_and_lanes_are_in_order_of_deadlines(plant: Plant) -> None:
    later, sooner = ordered(plant, in_days=9), ordered(plant, in_days=2)
    fresh = found(plant)

    def keys(who: Person, **wish: object) -> list[int]:
        return [each.id for each in queries.listed(who, **wish).rows]  # type: ignore[arg-type]  # a table of cases

    assert keys(plant.officer) == [sooner.id, later.id, fresh.id]
    assert keys(plant.owner) == keys(plant.worker) == keys(plant.officer)
    assert keys(plant.neighbour) == keys(plant.stranger) == []
    assert keys(plant.officer, lane="found") == [fresh.id]
    assert keys(plant.officer, words="志成") == keys(plant.officer)
    assert keys(plant.officer, level="major") == []
    page = queries.listed(plant.officer, limit=1)
    assert keys(plant.officer, after=page.after) == [later.id, fresh.id]
    with clock.at(clock.now() + timedelta(days=4)):
        assert keys(plant.officer, lane="late") == [sooner.id]
        assert queries.counts(plant.officer)["late"] == 1


def test_the_pages_lead_from_the_photo_to_the_paper(
    app: Flask, plant: Plant, session: Session
) -> None:
    session.commit()
    worker, officer, owner, stranger = (
        as_user(app, who) for who in (plant.worker, plant.officer, plant.owner, plant.stranger)
    )
    sent = {"profile": plant.profile.id, "kind": "escape", "level": "general", "words": "blocked"}
    for words in ("blocked", ""):
        refused = worker.post("/safety/dangers", data=sent | {"words": words})
        assert refused.status_code == 422
        assert 'id="field-photo-error"' in refused.text
        assert ('id="field-words-error"' in refused.text) == (not words)
    answer = worker.post("/safety/dangers", data=sent | {"photo": (picture(), "a.jpg")})
    assert answer.status_code == 303
    one = answer.headers["Location"]
    assert stranger.get(one).status_code == 403
    assert "blocked" in owner.get(one).text
    assert owner.get("/safety/dangers").status_code == 403
    assert "blocked" in owner.get(f"/safety/mine/{plant.profile.id}").text
    assert officer.get(f"{one}/paper").status_code == 404
    until = (days.today() + timedelta(days=7)).isoformat()
    assert (
        worker.post(f"{one}/order", data={"responsible": "x", "due_on": until}).status_code == 403
    )
    assert officer.post(f"{one}/order", data={"responsible": "x"}).status_code == 422
    assert (
        officer.post(f"{one}/order", data={"responsible": "x", "due_on": until}).status_code == 303
    )
    assert officer.get(f"{one}/paper.pdf").data.startswith(b"%PDF")
    done = {"note": "moved", "photo": (picture(), "b.jpg")}
    assert stranger.post(f"{one}/rectify", data={"note": "x"}).status_code == 403
    assert owner.post(f"{one}/rectify", data=done).status_code == 303
    seen = {"photo": (picture(), "c.jpg")}
    assert owner.post(f"{one}/recheck", data=seen).status_code == 403
    assert worker.post(f"{one}/recheck", data={"photo": (picture(), "c.jpg")}).status_code == 303
    assert officer.post(f"{one}/clear").status_code == 303
    own = {"kind": "fire", "words": "found it", "photo": (picture(), "d.jpg")}
    assert owner.post(f"/safety/mine/{plant.profile.id}/danger", data=own).status_code == 303
    assert stranger.get(f"/safety/mine/{plant.profile.id}/danger").status_code == 403


def test_of_two_who_clear_at_once_one_wins_and_a_deadline_is_told_once(
    cluster_url: str, tmp_path: Path
) -> None:
    with busy_house(cluster_url, tmp_path) as app:
        with app.app_context(), app.test_request_context("/"):
            plant = founded(peopled())
            danger = ordered(plant, in_days=1)
            late = ordered(plant, in_days=0)
            actions.rectify(danger, photo(plant.owner), note="done", by=plant.owner)
            actions.recheck(danger, photo(plant.worker), by=plant.worker)
            version, key, late_key, owner = danger.version, danger.id, late.id, plant.owner.id
            db.session.commit()
            clients = [as_user(app, who) for who in (plant.officer, plant.leader)]
        address, sent = f"/safety/dangers/{key}/clear", {"base_version": version}
        answers = at_once(*(lambda c=c: c.post(address, data=sent).status_code for c in clients))
        assert sorted(answers) == [303, 409]
        at = clock.now() + timedelta(days=2)

        def tick() -> None:
            with app.app_context(), clock.at(at):
                by_the_clock.tell_of_deadlines()
                db.session.commit()

        at_once(tick, tick)
        with app.app_context():
            rows = notices.listed(owner or 0).rows
            words = [each for each in rows if each.url.endswith(f"/{late_key}")]
            assert len([each for each in words if "in time" in each.words]) == 1
