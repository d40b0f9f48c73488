"""Departure and return: who may report, what keeps a vessel in port, who is at sea."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from openpyxl import Workbook
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.ports.harbour import LAT, LON, Harbour, described, harbour
from tests.world import as_user
from webapp.base import clock, files
from webapp.base.access import may
from webapp.base.flow import EvidenceMissing, NotAllowed, NotOpen, Refusal, Unacceptable
from webapp.base.notices import Notice
from webapp.ports import actions, crews, importing, queries, voyages
from webapp.ports.forms import BerthForm, CrewForm, DepartForm, GateLineForm, SeasonForm, WindForm
from webapp.ports.rules import CREW_KEPT, ZONE, Paper, keeps_in_port, nightfall

__all__ = ["harbour"]

TODAY = date(2026, 7, 1)


def against(**said: object) -> str:
    usual = {
        "on": TODAY,
        "papers": [Paper("licence", TODAY)],
        "crew": [Paper("Wang", None)],
        "permitted": 2,
        "closed_until": None,
    }
    return " ".join(map(str, keeps_in_port(**(usual | said))))  # type: ignore[arg-type]  # a table of cases


def test_a_paper_is_good_on_its_last_day_and_not_after(session: Session) -> None:
    assert against() == ""
    assert "licence" in against(on=TODAY + timedelta(days=1))
    assert "Wang" in against(crew=[Paper("Wang", TODAY - timedelta(days=1))])


def test_every_reason_is_said_at_once(session: Session) -> None:
    three = [Paper(name, None) for name in "abc"]
    said = against(crew=three, closed_until=date(2026, 9, 1))
    assert "2026-09-01" in said
    assert "3" in said
    assert against(crew=[]) != ""


def test_night_begins_at_eight_in_the_evening_here() -> None:
    evening = datetime(2026, 7, 1, 20, tzinfo=ZONE)
    assert nightfall(evening) == evening
    assert nightfall(evening - timedelta(minutes=1)) == evening - timedelta(days=1)
    assert nightfall(evening + timedelta(hours=9)) == evening


def test_a_vessel_leaves_once_and_comes_back(harbour: Harbour) -> None:
    voyage = harbour.leave()
    assert [each.id for each in queries.at_sea(harbour.keeper)] == [voyage.id]
    with pytest.raises(NotOpen):
        harbour.leave()
    voyages.come_back(voyage, by=harbour.skipper)
    assert voyage.back_at is not None
    assert queries.at_sea(harbour.keeper) == []
    with pytest.raises(NotOpen):
        voyages.come_back(voyage, by=harbour.keeper)


def test_only_who_acts_for_the_vessel_and_the_keeper_move_it(harbour: Harbour) -> None:
    assert may(harbour.skipper, "vessels.act", harbour.vessel)
    assert not may(harbour.stranger, "vessels.act", harbour.vessel)
    voyage = harbour.leave()
    with pytest.raises(NotAllowed):
        voyages.come_back(voyage, by=harbour.stranger)
    voyages.void(voyage, note="engine", by=harbour.keeper)
    assert queries.own_vessels(harbour.stranger) == []
    assert [each for _vessel, each in queries.own_vessels(harbour.skipper)] == [None]


def test_in_the_closed_season_its_kind_stays_in_port(harbour: Harbour) -> None:
    today = clock.now().astimezone(ZONE).date()
    for kind in ("trawl", "gillnet"):
        actions.set_season(SeasonForm(kind=kind, first=today, last=today), by=harbour.keeper)
    with pytest.raises(Unacceptable) as refused:
        harbour.leave()
    assert today.isoformat() in str(refused.value.fields["crew"])
    with clock.at(clock.now() - timedelta(days=1)):
        harbour.leave()


def test_the_weather_is_read_first_and_only_the_crew_goes(harbour: Harbour) -> None:
    with pytest.raises(EvidenceMissing):
        voyages.depart(
            harbour.vessel,
            DepartForm(crew=harbour.crew(), destination="near"),
            by=harbour.skipper,
        )
    with pytest.raises(Unacceptable):
        voyages.depart(
            harbour.vessel,
            DepartForm(crew=[999_999], destination="near", weather=True),
            by=harbour.skipper,
        )


def test_an_identity_number_is_sealed_and_forgotten_with_the_post(harbour: Harbour) -> None:
    said = CrewForm(member="Zhao", id_number="370602199001010011")
    member = actions.sign_on(harbour.vessel, said, by=harbour.keeper)
    assert member.id_number is not None
    assert b"37060219900101" not in member.id_number
    actions.sign_off(harbour.vessel, member, by=harbour.keeper)
    assert member.id_number is None
    assert queries.member(harbour.vessel.id, member.id) is None


def test_who_left_before_the_night_stands_on_its_list(harbour: Harbour) -> None:
    with clock.at(clock.now() - timedelta(hours=25)):
        harbour.leave()
    assert len(queries.at_sea(harbour.keeper, overnight=True)) == 1


def test_berths_and_gate_lines_are_drawn_anew_under_their_names(harbour: Harbour) -> None:
    corners = "121.128 37.673\n121.129 37.673\n121.129，37.674"
    for places in ("4", "6"):
        form = BerthForm.of({"name": "east", "corners": corners, "places": places})
        actions.draw_berth(harbour.port, form, by=harbour.keeper)
    assert [each.places for each in harbour.port.berths] == [6]
    form = GateLineForm.of({"name": "mouth", "corners": corners})
    actions.draw_gate_line(harbour.port, form, by=harbour.keeper)
    for wrong in ("121 37", "east of the pier"):
        with pytest.raises(Refusal):
            GateLineForm.of({"name": "mouth", "corners": wrong})


def _book(*rows: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


HEADS: list[object] = ["船名号", "渔船类型", "船籍港", "船长（米）", "捕捞许可证有效期至"]


def test_a_workbook_is_kept_as_a_whole_or_not_at_all(harbour: Harbour) -> None:
    good = ["鲁芝渔60002", "拖网渔船", "test port", 18, date(2027, 1, 1)]
    bad = ["鲁芝渔60003", "潜艇", "nowhere", 18, None]
    outcome = importing.carry_out(_book(HEADS, good, bad), by=harbour.keeper)
    assert [fault.row for fault in outcome.faults] == [3]
    assert queries.vessel_named("鲁芝渔60002") is None
    again = [harbour.vessel.name, "刺网渔船", "test port", 14, None]
    outcome = importing.carry_out(_book(HEADS, good, again), by=harbour.keeper)
    assert (outcome.added, outcome.changed, outcome.faults) == (1, 1, [])
    assert harbour.vessel.length_m == 14


def test_names_and_mmsi_belong_to_one_vessel(harbour: Harbour) -> None:
    for said in ({"mmsi": None}, {"name": "another"}):
        with pytest.raises(Unacceptable):
            actions.register(described(**said), by=None)


def test_the_keeper_sees_the_pages_and_a_stranger_does_not(
    app: Flask, harbour: Harbour, session: Session
) -> None:
    harbour.leave()
    actions.set_wind(WindForm(up_to_m=12, force=6), by=harbour.keeper)
    session.commit()
    keeper, stranger = as_user(app, harbour.keeper), as_user(app, harbour.stranger)
    skipper = as_user(app, harbour.skipper)
    for address in (
        "/ports",
        f"/ports/{harbour.port.id}",
        "/ports/limits",
        "/vessels",
        f"/vessels/{harbour.vessel.id}",
        f"/vessels/{harbour.vessel.id}/change",
        "/voyages",
        "/voyages/night",
    ):
        assert keeper.get(address).status_code == 200, address
        assert stranger.get(address).status_code == 403, address
    assert harbour.vessel.name in skipper.get("/vessels/mine").get_data(as_text=True)
    depart = f"/vessels/{harbour.vessel.id}/depart"
    assert skipper.get(depart).status_code == 200
    assert stranger.get(depart).status_code == 403
    answer = skipper.post(depart, data={"crew": harbour.crew(), "destination": "x", "weather": "1"})
    assert answer.status_code == 409


def test_a_photo_at_departure_is_optional_and_only_those_who_watch_over_the_port_see_it(
    app: Flask, harbour: Harbour, session: Session
) -> None:
    crew, vessel_id = harbour.crew(), harbour.vessel.id
    session.commit()
    skipper, keeper = as_user(app, harbour.skipper), as_user(app, harbour.keeper)
    depart, said = (
        f"/vessels/{vessel_id}/depart",
        {"crew": crew, "destination": "x", "weather": "1"},
    )
    wrong = skipper.post(depart, data={**said, "photo": (io.BytesIO(b"no picture"), "a.jpg")})
    assert wrong.status_code == 422
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    picture.seek(0)
    assert skipper.post(depart, data={**said, "photo": (picture, "a.jpg")}).status_code == 303
    voyage = queries.at_sea_with(vessel_id)
    assert voyage is not None
    address = f"/voyages/{voyage.id}/photo"
    assert keeper.get(address).mimetype == "image/jpeg"
    assert skipper.get(address).status_code == 403
    assert address in keeper.get(f"/vessels/{vessel_id}").text
    assert address in keeper.get("/voyages").text


def test_pictures_of_a_crew_are_sent_by_phone_warn_of_their_end_and_go_with_them(
    app: Flask, harbour: Harbour, session: Session
) -> None:
    (member, _other), vessel_id = queries.crew(harbour.vessel.id), harbour.vessel.id
    key = member.id
    session.commit()
    skipper, keeper = as_user(app, harbour.skipper), as_user(app, harbour.keeper)
    stranger = as_user(app, harbour.stranger)
    own, crew = f"/vessels/{vessel_id}/crew", f"/vessels/{vessel_id}/crew/{key}"

    def picture(shade: int) -> tuple[io.BytesIO, str]:
        body = io.BytesIO()
        Image.new("RGB", (8, 8), (shade, 0, 0)).save(body, "JPEG")
        body.seek(0)
        return body, "a.jpg"

    assert "没有照片" in skipper.get(own).text
    assert own in skipper.get("/vessels/mine").text
    assert stranger.get(own).status_code == 403
    assert stranger.post(f"{crew}/pictures", data={"photo": picture(1)}).status_code == 403
    assert (
        skipper.post(f"{crew}/pictures", data={"photo": (io.BytesIO(b"x"), "a.jpg")}).status_code
        == 422
    )
    # Whoever acts for the vessel sends pictures, but does not say until when a certificate is good.
    sent = {
        "photo": picture(10),
        "certificate_picture": picture(20),
        "certified_until": "2099-01-01",
    }
    assert skipper.post(f"{crew}/pictures", data=sent).status_code == 303
    session.refresh(member)
    assert member.certified_until == clock.now().date() + timedelta(days=100)
    assert member.photo is not None
    assert member.certificate_picture is not None
    first = files.path_of(member.photo)
    for who in (skipper, keeper):
        assert who.get(f"{crew}/photo").mimetype == "image/jpeg"
    assert stranger.get(f"{crew}/photo").status_code == 403
    # The certificate is shown for a purpose, to few.
    seen = {"purpose": "check at the quay"}
    assert skipper.post(f"{crew}/certificate", data=seen).status_code == 403
    assert keeper.post(f"{crew}/certificate", data={"purpose": ""}).status_code == 422
    assert "data:image/jpeg" in keeper.post(f"{crew}/certificate", data=seen).text
    assert "check at the quay" in keeper.get(f"/vessels/{vessel_id}").text
    # A new photo takes the place of the old one, whose bytes are gone; the keeper says the end.
    soon = clock.now().date() + timedelta(days=20)
    data = {"photo": picture(30), "certified_until": soon.isoformat()}
    assert keeper.post(f"{crew}/pictures", data=data).status_code == 303
    session.refresh(member)
    assert not first.exists()
    assert member.certified_until == soon
    assert "证书即将到期" in skipper.get(own).text
    for _night in range(2):
        crews.tell_of_certificates()
    about = select(func.count()).where(Notice.params["name"].astext == member.name)
    assert session.scalar(about.where(Notice.account_id == harbour.skipper.id)) == 1
    assert session.scalar(about.where(Notice.account_id == harbour.keeper.id)) == 1
    # They left: nobody finds them any more, and thirty days later nothing is kept.
    assert keeper.post(f"{crew}/leave").status_code == 303
    assert keeper.get(f"{crew}/photo").status_code == 404
    session.refresh(member)
    kept = files.path_of(member.photo)
    crews.erase()
    assert kept.exists()
    with clock.at(clock.now() + CREW_KEPT + timedelta(hours=1)):
        crews.erase()
    assert (member.photo_id, member.certificate_picture_id, kept.exists()) == (None, None, False)
    assert "船员照片已删除" in keeper.get(f"/vessels/{vessel_id}").text


def test_the_page_of_a_port_draws_its_quay_berths_and_gate_lines(
    app: Flask, harbour: Harbour
) -> None:
    corners = f"{LON}, {LAT}\n{LON + 0.001}, {LAT}\n{LON + 0.001}, {LAT + 0.001}"
    actions.draw_berth(harbour.port, BerthForm(name="east", places=3, corners=corners), by=None)
    line = f"{LON}, {LAT}\n{LON}, {LAT + 0.002}"
    actions.draw_gate_line(harbour.port, GateLineForm(name="gate", corners=line), by=None)
    shapes = queries.drawn(harbour.port)["features"]
    assert [each["properties"]["what"] for each in shapes] == ["area", "line", "quay"]
    assert shapes[0]["geometry"]["type"] == "Polygon"
    assert abs(shapes[2]["geometry"]["coordinates"][0] - LON) < 1e-6
    words = as_user(app, harbour.keeper).get(f"/ports/{harbour.port.id}").get_data(as_text=True)
    assert "data-harbour" in words
    assert '"LineString"' in words
