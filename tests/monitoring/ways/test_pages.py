"""Pages of the ways to a source: set up, tried with a clear answer, forgotten; and what was told of an alarm."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.monitoring.onvif import PASSWORD as CAMERA_PASSWORD, USER as CAMERA_USER
from tests.monitoring.ways.camera import watching
from tests.monitoring.ways.conftest import reach
from tests.monitoring.ways.platforms import KEY, PASSWORD, USER, Board, Channels, Recorder
from tests.monitoring.ways.test_telling import at_board, take
from tests.world import World, as_user
from webapp.monitoring.alarms import handling
from webapp.monitoring.intake import keeping
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.ways import queries, telling
from webapp.monitoring.ways.rules import WayKind
from webapp.people.actors import Person


def test_a_way_is_set_up_tried_and_forgotten(
    here: Flask, source: Source, board: Board, officer: Person
) -> None:
    browser = as_user(here, officer)
    listed = browser.get("/sources/box/ways", headers={"HX-Request": "true"}).text
    assert listed.count("未启用") == 5
    address = "/sources/box/ways/thingsboard"
    assert "立即测试" not in browser.get(address).text
    sent = {"address": board.address, "user": USER, "password": "wrong"}
    assert browser.post(address, data=sent).status_code == 303
    page = browser.get(address).text
    assert board.address not in page
    assert "立即测试" in page
    answer = browser.post(f"{address}/try")
    assert (answer.status_code, "不认可此用户名和密码" in answer.text) == (502, True)
    assert "不认可此用户名和密码" in browser.get("/sources/box/ways").text
    version = queries.way(source.id, WayKind.THINGSBOARD)
    assert version is not None
    browser.post(address, data=sent | {"password": PASSWORD, "version": version.version})
    answer = browser.post(f"{address}/try")
    assert (answer.status_code, USER in answer.text) == (200, True)
    assert browser.post(f"{address}/forget").status_code == 303
    assert queries.way(source.id, WayKind.THINGSBOARD) is None
    assert browser.post(f"{address}/try").status_code == 404
    log = browser.get("/sources/box").text
    assert "设置了主动连接方式" in log
    assert "取消了主动连接" in log


def test_each_way_says_what_the_source_answered(
    here: Flask, source: Source, officer: Person, channels: Channels, recorder: Recorder
) -> None:
    browser = as_user(here, officer)
    channels.channels = [{"gbStatus": "ON"}, {"gbStatus": "OFF"}]
    reach(source, WayKind.WVP, channels.address, officer, user="", password="", key=KEY)
    assert "共 2 个通道，其中 1 个在线" in browser.post("/sources/box/ways/wvp/try").text
    reach(source, WayKind.FRIGATE, recorder.address, officer)
    assert f"对方识别我方为：{USER}" in browser.post("/sources/box/ways/frigate/try").text
    with watching() as camera:
        keys = {"user": CAMERA_USER, "password": CAMERA_PASSWORD}
        reach(source, WayKind.ONVIF, camera.address, officer, **keys)
        answer = browser.post("/sources/box/ways/onvif/try").text
        assert "时钟比本系统快 4020 秒" in answer or "时钟比本系统快 4019 秒" in answer
        assert (camera.subscriptions, camera.unsubscribed) == ({}, 1)
    answer = browser.post("/sources/box/ways/onvif/try")
    assert (answer.status_code, "摄像头没有应答" in answer.text) == (502, True)


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        ("onvif", {"address": "http://10.9.9.9/onvif"}, "10.9.9.9"),
        ("onvif", {"address": "rtsp://127.0.0.1/onvif"}, "http://"),
        ("wvp", {"address": "file:///etc/passwd"}, "http://"),
        ("wvp", {"address": ""}, "请填写来源的地址"),
        ("thingsboard", {"user": "", "password": ""}, "或密钥"),
        ("frigate", {"address": "x" * 600}, "太长"),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(
    here: Flask, source: Source, officer: Person, kind: str, wrong: dict[str, str], words: str
) -> None:
    sent = {"address": "http://127.0.0.1:1", "user": "a", "password": "b"} | wrong
    answer = as_user(here, officer).post(f"/sources/box/ways/{kind}", data=sent)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert words in answer.text
    assert queries.of_source(source.id) == {}


def test_a_source_is_reached_only_in_what_it_speaks(
    here: Flask, officer: Person, board: Board
) -> None:
    keeping.set_up("cap-only", Described("预警", (Format.CAP,)), by=None)
    browser = as_user(here, officer)
    assert browser.get("/sources/cap-only/ways/onvif").status_code == 404
    sent = {"address": board.address, "user": "a", "password": "b"}
    assert browser.post("/sources/cap-only/ways/thingsboard", data=sent).status_code == 409
    assert browser.get("/sources/box/ways/other").status_code == 404


def test_two_who_set_it_up_do_not_overwrite_each_other(
    here: Flask, source: Source, board: Board, officer: Person
) -> None:
    reach(source, WayKind.THINGSBOARD, board.address, officer)
    sent = {"address": board.address, "user": USER, "password": PASSWORD, "version": "0"}
    answer = as_user(here, officer).post("/sources/box/ways/thingsboard", data=sent)
    assert answer.status_code == 409


def test_only_who_keeps_machines_reaches_them(
    here: Flask, source: Source, board: Board, officer: Person, world: World
) -> None:
    reach(source, WayKind.THINGSBOARD, board.address, officer)
    address = "/sources/box/ways/thingsboard"
    for who, sees in ((world.stranger, 403), (world.worker, 403), (world.dispatcher, 200)):
        browser = as_user(here, who)
        assert browser.get("/sources/box/ways").status_code == sees
        assert browser.get(address).status_code == sees
        for deed in ("", "/try", "/forget"):
            assert browser.post(f"{address}{deed}").status_code == 403
    assert board.asked == []


def test_the_page_of_an_alarm_says_what_its_source_was_told_or_why_not(
    here: Flask, source: Source, board: Board, officer: Person, world: World
) -> None:
    reach(source, WayKind.THINGSBOARD, board.address, officer)
    there = at_board(board)
    alarm = take(source, Format.THINGSBOARD, there)
    address = f"/alarms/{alarm.id}/told"
    desk = as_user(here, world.dispatcher)
    assert "ThingsBoard" not in desk.get(address, headers={"HX-Request": "true"}).text
    assert f'hx-get="{address}"' in desk.get(f"/alarms/{alarm.id}").text
    handling.see(alarm, by=world.dispatcher)
    assert "尚未告知" in desk.get(address).text
    del board.alarms[there["id"]["id"]]
    telling.tell()
    page = desk.get(address).text
    assert "未能告知" in page
    assert "对方已没有这条报警" in page
    board.alarms[there["id"]["id"]] = there
    (row,) = queries.of_alarm(alarm.id)
    again = f"/alarms/told/{row.id}/again"
    assert as_user(here, world.stranger).post(again).status_code == 403
    assert as_user(here, world.stranger).get(address).status_code == 403
    assert desk.post(again).status_code == 303
    telling.tell()
    assert "已告知" in desk.get(address).text
    assert desk.post(again).status_code == 409
    assert "已告知来源" in desk.get(f"/alarms/{alarm.id}").text
