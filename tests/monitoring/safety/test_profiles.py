"""The safety profile: entered once, in its grid, kept by officers, read by whoever acts for it; licences that end."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from flask import Flask
from openpyxl import Workbook
from shapely import Point
from sqlalchemy.orm import Session

from tests.monitoring.safety.plant import CODE, Plant, described, plant
from tests.world import World, as_user
from webapp.base import clock, notices
from webapp.base.db import db
from webapp.base.flow import Changed, Unacceptable
from webapp.base.spatial import shape_of, stored, to_metric
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described as Seen
from webapp.monitoring.cameras.rules import CameraKind, CameraStatus
from webapp.monitoring.safety import actions, by_the_clock, importing, queries
from webapp.monitoring.safety.forms import LicenceForm, RenewForm, SafetyForm
from webapp.monitoring.safety.models import Licence
from webapp.monitoring.safety.rules import EXPIRED, told_at
from webapp.people import days, enterprises
from webapp.people.enterprises import Described
from webapp.people.rules import Premises

__all__ = ["plant"]


def test_an_enterprise_of_the_register_is_entered_once_by_its_code_or_name(plant: Plant) -> None:
    again, new = actions.enter(described(risk="red", credit_code=CODE), by=plant.officer)
    assert (again.id, new, again.risk) == (plant.profile.id, False, "red")
    assert again.enterprise.credit_code == CODE
    other, new = actions.enter(described(name="renamed", credit_code=CODE), by=plant.officer)
    assert (other.id, new) == (plant.profile.id, False)
    with pytest.raises(Unacceptable) as refused:
        actions.enter(described(name="another", credit_code=CODE[:-1] + "A"), by=plant.officer)
    assert "credit_code" in refused.value.fields


def test_what_is_not_said_of_a_known_enterprise_stays(plant: Plant, world: World) -> None:
    firm = plant.profile.enterprise
    firm.contact_phone, firm.premises = "+8613812345678", Premises.STORE
    actions.enter(described(risk="blue"), by=plant.officer)
    assert firm.contact_phone == "+8613812345678"
    assert firm.premises == Premises.STORE
    assert firm.lonlat is not None


def test_a_profile_and_its_points_lie_in_the_grid_of_their_place(
    plant: Plant, world: World
) -> None:
    db.session.refresh(plant.point)
    assert plant.profile.grid_id == world.home.id
    assert plant.point.grid_id == world.home.id


def test_who_changes_an_old_version_is_told(plant: Plant) -> None:
    said = SafetyForm(trade="cold_store", risk="red", version=0)
    with pytest.raises(Changed):
        actions.change(plant.profile, said, by=plant.officer)


def test_enterprises_and_hazard_points_within_an_area(plant: Plant) -> None:
    x, y = to_metric(plant.lon, plant.lat)
    near, far = (stored(Point(x + away, y).buffer(50)) for away in (0, 500))
    firm = plant.profile.enterprise
    plain = enterprises.enter(
        Described("no profile", Premises.OFFICE, lon=plant.lon, lat=plant.lat), by=None
    )
    found = queries.inside(plant.officer, near)
    assert [(each.id, known is not None) for each, known in found] == [
        (firm.id, True),
        (plain.id, False),
    ]
    assert [each.id for each in queries.points_inside(plant.officer, near)] == [plant.point.id]
    assert queries.inside(plant.officer, far) == []
    assert queries.inside(plant.stranger, near) == []
    assert queries.points_inside(plant.neighbour, near) == []


def test_the_list_is_narrowed_and_shows_the_riskiest_first(plant: Plant) -> None:
    red, _new = actions.enter(described(name="a red one", risk="red"), by=plant.officer)
    today = days.today()

    def names(who: object = plant.officer, **wish: object) -> list[str]:
        found = queries.listed(who, today=today, **wish)  # type: ignore[arg-type]  # a table of cases
        return [row.profile.enterprise.name for row in found.rows]

    ours = plant.profile.enterprise.name
    assert names() == ["a red one", ours]
    assert names(risk="orange") == [ours]
    assert names(words="red") == ["a red one"]
    assert names(grid_id=plant.profile.grid_id) == [ours]
    assert names(expiring=60) == []
    said = LicenceForm(licence="fire", number="1", expires_on=today + timedelta(days=45))
    actions.add_licence(plant.profile, said, None, by=plant.officer)
    assert names(expiring=60) == [ours]
    assert names(expiring=30) == []
    assert names(plant.worker) == [ours]
    assert names(plant.neighbour) == []
    first = queries.listed(plant.officer, today=today, limit=1)
    assert first.after == red.id
    assert names(after=first.after) == [ours]


def test_a_device_watches_a_point_once_and_near_ones_are_offered(
    plant: Plant, world: World
) -> None:
    said = Seen("gate", CameraKind.FIXED, lon=plant.lon, lat=plant.lat)
    camera = cameras.register(said, source="nvr", external_id="1", by=None)
    cameras.hear(camera, CameraStatus.ONLINE, by=None)
    device = f"camera:{camera.id}"
    assert device in dict(queries.devices_near(plant.officer, plant.profile.enterprise))
    made = actions.watch(plant.profile, plant.point, device, by=plant.officer)
    for wrong in (device, "camera:999999", "zone:1"):
        with pytest.raises(Unacceptable):
            actions.watch(plant.profile, plant.point, wrong, by=plant.officer)
    assert queries.watch(plant.profile.id, made.id) is not None
    actions.unwatch(plant.profile, made, by=plant.officer)
    assert queries.watch(plant.profile.id, made.id) is None


def test_a_workbook_is_kept_as_a_whole_or_not_at_all(plant: Plant) -> None:
    heads = ["企业", "统一社会信用代码", "行业类别", "风险等级", "经度", "纬度"]
    good = ["新企业", CODE, "化工", "红", plant.lon, plant.lat]
    bad = ["坏企业", "123", "化工", "紫", None, None]
    outcome = importing.carry_out(_book(heads, good, bad), by=plant.officer)
    assert {fault.row for fault in outcome.faults} == {3}
    assert len(queries.listed(plant.officer, today=days.today()).rows) == 1
    known = [plant.profile.enterprise.name, None, "冷库与涉氨制冷", "红色：重大风险", None, None]
    outcome = importing.carry_out(_book(heads, good, known), by=plant.officer)
    assert (outcome.added, outcome.changed, outcome.faults) == (1, 1, [])
    assert plant.profile.risk == "red"
    twice = importing.carry_out(_book(heads, good, good), by=plant.officer)
    assert [fault.row for fault in twice.faults] == [3]


WHOLE = ("企业", "行业类别", "风险等级", "风险点", "风险点类别", "风险点数量", "数量单位")
WHOLE += ("证照种类", "证照编号", "证照有效期至")


def _listed(plant: Plant, *rows: tuple[object, ...]) -> importing.Outcome:
    return importing.carry_out(_book(list(WHOLE), *map(list, rows)), by=plant.officer)


def test_a_workbook_carries_hazard_points_and_licences_too(plant: Plant) -> None:
    name, none = "海丰冷库有限公司", (None, None, None)
    tank = ("氨罐", "氨制冷", 3.5, "t")
    permit = ("安全生产许可证", "A-1", date(2030, 5, 1))
    rows = (
        (name, "冷库与涉氨制冷", "橙", *tank, *permit),
        (name, None, None, "油罐", "储罐或罐区", 20, "m³", *none),
        (name, None, None, None, *none, "消防安全合格证明", "B-2", date(2029, 1, 1)),
    )
    outcome = _listed(plant, *rows)
    assert outcome == importing.Outcome([], added=1, points=2, licences=2)
    listed = [each.profile for each in queries.listed(plant.officer, today=days.today()).rows]
    (profile,) = [each for each in listed if each.enterprise.name == name]
    points = {each.name: (each.kind, each.amount, each.unit) for each in profile.points}
    assert points == {"氨罐": ("ammonia", 3.5, "t"), "油罐": ("tank", 20, "m³")}
    assert [each.number for each in queries.licences(profile.id)] == ["B-2", "A-1"]
    # The same again changes what is known, and doubles nothing.
    later = (*permit[:2], date(2033, 5, 1))
    again = _listed(plant, (name, "冷库与涉氨制冷", "红", "氨罐", "氨制冷", 5, "t", *later))
    assert (again.faults, again.added, again.changed) == ([], 0, 1)
    db.session.expire_all()
    assert {each.name: each.amount for each in profile.points} == {"氨罐": 5, "油罐": 20}
    kept = {each.number: each.expires_on.year for each in queries.licences(profile.id)}
    assert kept == {"A-1": 2033, "B-2": 2029}


def test_a_fault_in_a_hazard_point_or_a_licence_keeps_nothing_and_is_named_under_its_heading(
    plant: Plant,
) -> None:
    name, none = "海丰冷库有限公司", (None, None, None)
    first = (name, "冷库与涉氨制冷", "橙", "氨罐", "氨制冷", 3.5, "t", *none)
    rows = (
        first,
        (name, None, None, "油罐", "储罐或罐区", 20, None, *none),
        (name, None, None, "锅炉", "什么都不是", None, None, *none),
        (name, None, None, None, *none, "安全生产许可证", "A-1", "明天"),
        (name, "化工", None, "酸罐", "储罐或罐区", None, None, *none),
        (name, None, None, None, *none, *none),
    )
    outcome = _listed(plant, *rows)
    wrong = {(each.row, str(each.heading)) for each in outcome.faults}
    assert wrong == {
        (3, "风险点"),
        (4, "风险点类别"),
        (5, "证照有效期至"),
        (6, "行业类别"),
        (7, "企业"),
    }
    assert (outcome.added, outcome.points) == (0, 0)
    assert len(queries.listed(plant.officer, today=days.today()).rows) == 1


def _book(*rows: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("left", "told"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, -1)]
)
def test_a_licence_is_told_of_at_sixty_thirty_seven_days_and_once_it_ended(
    left: int, told: int | None
) -> None:
    today = date(2026, 7, 1)
    assert told_at(today + timedelta(days=left), today) == told


def test_each_notice_of_a_licence_comes_once_to_officers_and_the_enterprise(plant: Plant) -> None:
    made = _licence(plant, days.today() + timedelta(days=65))

    def heard(days_on: int) -> list[int]:
        before = [len(notices.listed(who.id or 0).rows) for who in (plant.officer, plant.owner)]
        with clock.at(clock.now() + timedelta(days=days_on)):
            by_the_clock.tell_of_licences()
        after = [len(notices.listed(who.id or 0).rows) for who in (plant.officer, plant.owner)]
        return [new - old for new, old in zip(after, before, strict=True)]

    assert heard(0) == [0, 0]
    assert heard(6) == [1, 1]
    assert heard(7) == [0, 0]
    # The clock stood still for a while: only the nearest notice comes.
    assert heard(60) == [1, 1]
    assert heard(66) == [1, 1]
    assert made.told == EXPIRED
    assert heard(90) == [0, 0]
    until = days.today() + timedelta(days=400)
    actions.renew_licence(made, RenewForm(expires_on=until), None, by=plant.officer)
    assert made.told is None
    assert heard(345) == [1, 1]


def _licence(plant: Plant, until: date, number: str = "LIC-1") -> Licence:
    said = LicenceForm(licence="production", number=number, expires_on=until)
    return actions.add_licence(plant.profile, said, None, by=plant.officer)


def test_the_same_licence_is_written_down_once(plant: Plant) -> None:
    _licence(plant, days.today())
    with pytest.raises(Unacceptable):
        _licence(plant, days.today())


def test_officers_keep_staff_read_and_the_enterprise_reads_its_own(
    app: Flask, plant: Plant, session: Session
) -> None:
    licence = _licence(plant, days.today() + timedelta(days=10))
    session.commit()
    one = f"/safety/enterprises/{plant.profile.id}"
    own = f"/safety/mine/{plant.profile.id}"
    paper = f"/safety/licences/{licence.id}"
    officer, worker, owner, stranger = (
        as_user(app, who) for who in (plant.officer, plant.worker, plant.owner, plant.stranger)
    )
    for address in ("/safety/enterprises", one, paper):
        assert officer.get(address).status_code == 200, address
        assert worker.get(address).status_code == 200, address
        assert owner.get(address).status_code == 403, address
        assert stranger.get(address).status_code == 403, address
    assert as_user(app, plant.neighbour).get(one).status_code == 403
    for address in (f"{one}/change", "/safety/enterprises/new", "/safety/enterprises/import"):
        assert officer.get(address).status_code == 200, address
        assert worker.get(address).status_code == 403, address
    assert plant.profile.enterprise.name in owner.get("/safety/mine").text
    assert "LIC-1" in owner.get(own).text
    assert stranger.get(own).status_code == 403
    assert plant.profile.enterprise.name not in stranger.get("/safety/mine").text
    sent = {"kind": "tank", "name": "T1", "amount": "5"}
    answer = officer.post(f"{one}/points", data=sent)
    assert answer.status_code == 422
    assert officer.post(f"{one}/points", data=sent | {"unit": "m³"}).status_code == 303
    assert worker.post(f"{one}/points", data=sent | {"unit": "m³"}).status_code == 403
    assert "T1" in worker.get(one).text


def test_the_place_of_the_point_is_metric(plant: Plant) -> None:
    x, y = to_metric(plant.lon, plant.lat)
    here = shape_of(plant.point.geom)
    assert (round(here.x - x), round(here.y - y)) == (0, 0)


def test_a_hazard_point_that_no_camera_sees_is_named(app: Flask, plant: Plant) -> None:
    officer = as_user(app, plant.officer)
    assert [each.id for each in queries.unseen_points(plant.officer)] == [plant.point.id]
    assert plant.point.name in officer.get("/safety/unseen").get_data(as_text=True)
    sees = Seen(
        name="all around",
        kind=CameraKind.PANORAMA,
        lon=plant.lon,
        lat=plant.lat,
        bearing=0,
        fov=360,
        range_m=200,
    )
    cameras.register(sees, source="test", external_id="R1", by=None)
    assert queries.unseen_points(plant.officer) == []
    assert plant.point.name not in officer.get("/safety/unseen").get_data(as_text=True)
