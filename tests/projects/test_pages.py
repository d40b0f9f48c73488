"""Pages of projects: kept by who leads, written on by the team, seen by who may, and asked for in few statements."""

from __future__ import annotations

import html
import io
import re

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from tests.projects.yard import Yard, said, span, square, yard
from tests.residents.test_pages import counted
from tests.world import as_user
from webapp.base.spatial import to_lonlat
from webapp.people import days
from webapp.projects import actions, queries
from webapp.projects.rules import ProjectState, StageKind, TeamRole

__all__ = ["yard"]


def _page(yard: Yard) -> str:
    return f"/projects/{yard.project.id}"


def test_a_project_is_registered_planned_and_moved_on_at_the_desk(
    app: Flask, yard: Yard, session: Session
) -> None:
    session.commit()
    deputy, chief = as_user(app, yard.deputy), as_user(app, yard.chief)
    form = {"name": "示例二期", "kind": "industry", "leader": str(yard.leader.id)}
    refused = deputy.post("/projects", data=form)
    assert refused.status_code == 422
    assert "示例二期" in refused.get_data(as_text=True)
    where = deputy.post("/projects", data={**form, "provenance": "批复"}).headers["Location"]
    made = queries.named("示例二期")
    assert made is not None
    assert chief.post(f"{where}/approve", data={}).status_code == 303
    for role, member in zip(TeamRole, yard.seven, strict=True):
        given = {"role": role.value, "account": str(member.id)}
        assert deputy.post(f"{where}/team", data=given).status_code == 303
    assert deputy.post(f"{where}/form_team", data={}).status_code == 303
    plan = {"words": "先平整", "levelling_begins": "2026-05-02", "levelling_ends": "2026-05-01"}
    wrong = deputy.post(f"{where}/plans", data=plan)
    assert wrong.status_code == 422
    assert "2026-05-02" in wrong.get_data(as_text=True)
    plan["levelling_ends"] = "2026-06-30"
    assert deputy.post(f"{where}/plans", data=plan).status_code == 303
    assert deputy.post(f"{where}/plans/1/approve", data={}).status_code == 403
    assert chief.post(f"{where}/plans/1/approve", data={}).status_code == 303
    assert deputy.post(f"{where}/level", data={}).status_code == 303
    session.expire_all()
    assert made.state == ProjectState.LEVELLING
    # Without a site there is no clean land to hand over.
    missing = deputy.post(f"{where}/hand_over", data={"note": "交付"})
    assert missing.status_code == 422
    page = deputy.get(where).get_data(as_text=True)
    assert 'class="gantt narrow"' in page
    assert 'class="gantt wide"' in page


def test_a_site_is_drawn_as_corners(app: Flask, yard: Yard, session: Session) -> None:
    session.commit()
    ground = square(*yard.world.spot(yard.world.next_door))
    corners = "\n".join(
        f"{lon:.6f} {lat:.6f}"
        for lon, lat in (to_lonlat(x, y) for x, y in ground.exterior.coords[:-1])
    )
    deputy = as_user(app, yard.deputy)
    form = {"corners": corners, "provenance": "测绘图"}
    assert deputy.post(f"{_page(yard)}/sites", data=form).status_code == 303
    page = deputy.get(_page(yard)).get_data(as_text=True)
    assert yard.world.next_door.name in page
    bad = deputy.post(f"{_page(yard)}/sites", data={**form, "corners": "hier"})
    assert bad.status_code == 422


def test_a_member_writes_down_the_day_with_a_photo(
    app: Flask, yard: Yard, session: Session
) -> None:
    yard.team()
    session.commit()
    phone = as_user(app, yard.seven[0])
    mine = phone.get("/projects/mine").get_data(as_text=True)
    assert yard.project.name in mine
    form = phone.get(f"{_page(yard)}/entries/new").get_data(as_text=True)
    mark = re.search(r'name="mark" value="([^"]+)"', form)
    assert mark is not None
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(picture, "JPEG")
    sent = {"words": "大棚拆除两座", "people": "14", "machines": "3", "mark": mark[1]}
    for _again in range(2):
        photo = (io.BytesIO(picture.getvalue()), "site.jpg")
        answer = phone.post(
            f"{_page(yard)}/entries",
            data={**sent, "photo": photo},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 303
    report = phone.get(answer.headers["Location"]).get_data(as_text=True)
    assert report.count("大棚拆除两座") == 1
    assert "14" in report
    (entry,) = queries.entries(yard.project.id, day=days.today())
    seen = phone.get(f"{_page(yard)}/entries/{entry.id}/photo")
    assert seen.mimetype == "image/jpeg"


def test_what_holds_it_up_leads_on_to_a_case(app: Flask, yard: Yard, session: Session) -> None:
    yard.team()
    session.commit()
    member = as_user(app, yard.seven[0])
    form = {"cause": "utilities", "words": "高压线未迁"}
    assert member.post(f"{_page(yard)}/blockers", data=form).status_code == 303
    page = member.get(_page(yard)).get_data(as_text=True)
    assert "高压线未迁" in page
    (led,) = re.findall(r'href="(/cases/new\?lon=[^"]+)"', page)
    report = member.get(html.unescape(led)).get_data(as_text=True)
    assert "高压线未迁</textarea>" in report
    (blocker,) = yard.project.blockers
    cleared = member.post(f"{_page(yard)}/blockers/{blocker.id}/clear", data={"words": "已迁"})
    assert cleared.status_code == 303
    assert "/cases/new?lon=" not in member.get(_page(yard)).get_data(as_text=True)


def test_strangers_and_the_neighbour_see_nothing(app: Flask, yard: Yard, session: Session) -> None:
    session.commit()
    neighbour, stranger = as_user(app, yard.world.neighbour), as_user(app, yard.world.stranger)
    worker = as_user(app, yard.world.worker)
    day = days.today().isoformat()
    for client in (neighbour, stranger, app.test_client()):
        for address in (_page(yard), f"{_page(yard)}/days/{day}", f"{_page(yard)}/entries/new"):
            assert client.get(address).status_code in (302, 401, 403), address
        for deed, form in (("approve", {}), ("entries", {"words": "不行"}), ("blockers", {})):
            assert client.post(f"{_page(yard)}/{deed}", data=form).status_code in (401, 403), deed
    assert yard.project.name not in neighbour.get("/projects").get_data(as_text=True)
    assert stranger.get("/projects").status_code == 403
    assert worker.get(_page(yard)).status_code == 200
    assert worker.post(f"{_page(yard)}/approve", data={}).status_code == 403
    assert worker.get(f"{_page(yard)}/entries/new").status_code == 403


def test_the_map_shows_projects_to_those_who_may_see_them(
    app: Flask, yard: Yard, session: Session
) -> None:
    session.commit()

    def drawn(client: FlaskClient) -> list[str]:
        return [row[3] for row in client.get("/maps/layers/projects.json").get_json()["rows"]]

    assert drawn(as_user(app, yard.world.worker)) == [yard.project.name]
    assert drawn(as_user(app, yard.world.neighbour)) == []
    assert as_user(app, yard.world.stranger).get("/maps/layers/projects.json").status_code == 403


def test_a_longer_list_asks_no_more(app: Flask, yard: Yard, session: Session) -> None:
    session.commit()
    chief = as_user(app, yard.chief)
    chief.get("/projects")
    with counted() as few:
        chief.get("/projects")
    for number in range(12):
        project = actions.register(said(yard.leader, name=f"项目{number}"), by=yard.deputy)
        actions.lay_out(
            project, square(*yard.world.spot(yard.world.home)), provenance="试", by=yard.deputy
        )
        stages = {StageKind.BUILDING: span(-9, -1)}
        actions.draft_plan(project, "方案", stages, by=yard.deputy, base_version=None)
    session.commit()
    with counted() as many:
        page = chief.get("/projects").get_data(as_text=True)
    assert "项目11" in page
    assert len(many) == len(few)
