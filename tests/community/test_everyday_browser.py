"""The everyday jobs of a community in a browser: an opinion said, replied to and rated; a role given and
ended; an activity that somebody signs up for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe, deed, too_wide
from tests.servers import Served, ask

pytestmark = pytest.mark.offline

# A point inside the grid of the demo's worker, degrees WGS 84.
HERE = """
    SELECT ST_X(at.geom), ST_Y(at.geom)
    FROM post p
    JOIN account a ON a.id = p.account_id AND a.username = 'worker'
    JOIN grid_version v ON v.grid_id = p.grid_id
    CROSS JOIN LATERAL (SELECT ST_Transform(ST_PointOnSurface(v.geom), 4326) AS geom) at
    ORDER BY v.id DESC LIMIT 1
"""


def today() -> date:
    """The day of the office, as the house has it."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@pytest.mark.thorough
def test_an_opinion_is_said_replied_to_and_rated_and_its_theme_lies_on_the_map(
    new_page: NewPage, served: Served
) -> None:
    lon, lat = ask(served, HERE)
    resident = new_page(signed_in_as="seeker", width=390, at=(lon, lat))
    resident.goto("/my-opinions/new")
    resident.get_by_label("意见内容").fill("【示例】晚上广场太暗")
    resident.get_by_label("主题").select_option("停车充电")
    resident.get_by_text("填写坐标").click()
    resident.get_by_label("经度").fill(f"{lon:.6f}")
    resident.get_by_label("纬度").fill(f"{lat:.6f}")
    resident.get_by_role("button", name="提交意见").click()
    resident.wait_for_url("**/my-opinions/*")
    own = resident.url
    assert axe(resident) == []

    worker = new_page(signed_in_as="worker", width=390)
    worker.goto("/opinions")
    assert too_wide(worker) <= 0
    worker.get_by_role("link", name="晚上广场太暗").click()
    worker.wait_for_load_state()
    deed(worker, "/answer", note="【示例】本周加装两盏灯")
    resident.goto(own)
    expect(resident.locator("#reply")).to_contain_text("加装两盏灯")
    deed(resident, "/rate", note="谢谢")

    desk = new_page(signed_in_as="leader", width=1440)
    desk.goto("/opinions/themes?theme=parking")
    rows = desk.locator("[data-shaded] a")
    expect(rows.first).to_be_visible()
    expect(desk.locator(".themes-map canvas").first).to_be_attached()
    rows.first.hover()
    expect(rows.first).to_have_attribute("aria-current", "true")
    assert axe(desk) == []


@pytest.mark.thorough
def test_a_role_is_given_and_ended(new_page: NewPage) -> None:
    leader = new_page(signed_in_as="leader", width=390)
    leader.goto("/neighbours/new")
    assert axe(leader) == []
    yesterday = today() - timedelta(days=1)
    deed(leader, "/neighbours", kind="社区志愿者", name="【示例】志愿者乙", since=yesterday)
    role = leader.locator(".role-line", has_text="志愿者乙")
    expect(role).to_contain_text("起任职")
    assert too_wide(leader) <= 0
    role.get_by_role("button", name="今天结束任期").click()
    expect(leader.locator(".role-line", has_text="志愿者乙").locator(".chip")).to_have_text(
        "已卸任"
    )


@pytest.mark.thorough
def test_somebody_signs_up_for_an_activity_and_is_ticked_at_the_door(
    new_page: NewPage, served: Served
) -> None:
    lon, lat = ask(served, HERE)
    leader = new_page(signed_in_as="leader", width=1440)
    leader.goto("/activities/new")
    tomorrow = today() + timedelta(days=1)
    deed(
        leader,
        "/activities",
        title="【示例】邻里包饺子",
        words="【示例】自带围裙",
        begin=f"{tomorrow}T09:00",
        end=f"{tomorrow}T11:00",
        place="【示例】活动室",
        capacity="2",
        lon=f"{lon:.6f}",
        lat=f"{lat:.6f}",
    )
    here = leader.url.removeprefix(served.url)
    resident = new_page(signed_in_as="seeker", width=390)
    resident.goto(f"/public{here}")
    assert axe(resident) == []
    deed(resident, "/sign-up")
    expect(resident.get_by_role("button", name="我要参加")).to_be_hidden()
    leader.goto(here)
    expect(leader.get_by_role("button", name="已到")).to_be_visible()
    assert axe(leader) == []


@pytest.mark.thorough
def test_what_is_said_at_a_door_without_a_network_is_there_when_it_is_back(
    new_page: NewPage, served: Served
) -> None:
    lon, lat = ask(served, HERE)
    phone = new_page(
        signed_in_as="worker",
        width=390,
        at=(lon, lat),
        forgive=("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "422"),
    )
    phone.goto("/opinions/new")
    phone.wait_for_load_state()
    # Refused while there is a network, it is told beside the field and nothing waits.
    phone.get_by_label("意见内容").fill("灯")
    phone.get_by_role("button", name="提交意见").click()
    expect(phone.locator(".error").first).to_be_visible()
    expect(phone.locator("[data-entry-kept]")).to_be_hidden()
    phone.wait_for_load_state()
    phone.context.set_offline(True)
    phone.get_by_label("意见内容").fill("【示例】楼道要一个扶手")
    phone.get_by_role("button", name="提交意见").click()
    expect(phone.locator("[data-entry-kept]")).to_contain_text("已存在手机上")
    expect(phone.get_by_role("button", name="提交意见")).to_be_enabled()
    phone.context.set_offline(False)
    expect(phone.locator("[data-entry-kept]")).to_be_hidden()
    phone.goto("/opinions")
    expect(phone.get_by_role("link", name="楼道要一个扶手")).to_have_count(1)
    assert too_wide(phone) <= 0
