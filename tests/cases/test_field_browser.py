"""A worker outdoors in a real browser: three taps, no network, two versions of one thing."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Route, expect

from tests.browser import NewPage, axe, too_wide
from tests.cases.stages import picture
from tests.cases.test_browser import GONE, UNTIL_KEPT, fill_report
from tests.servers import Served, ask

pytestmark = pytest.mark.offline


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """A photo on the phone."""
    path = tmp_path / "shot.jpg"
    path.write_bytes(picture("olive", (640, 480)).getvalue())
    return path


def spot_of(served: Served, table: str, key: int) -> tuple[float, float]:
    """Where a thing stands, degrees WGS 84."""
    found: tuple[float, float] = ask(
        served,
        f"SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(geom, 4326) p FROM {table} WHERE id = %s) s",
        key,
    )
    return found


def stand(page: Page, at: tuple[float, float]) -> None:
    page.context.set_geolocation({"longitude": at[0], "latitude": at[1], "accuracy": 9.0})


def csrf(page: Page) -> str:
    return str(page.locator("meta[name=csrf-token]").get_attribute("content"))


def send(page: Page, address: str, **fields: Any) -> dict[str, Any]:
    """A step by somebody who has a network."""
    answer = page.context.request.post(
        address, form={"csrf_token": csrf(page), **fields}, headers={"Accept": "application/json"}
    )
    assert answer.ok, f"{address}: {answer.status} {answer.text()[:400]}"
    body: dict[str, Any] = answer.json()
    return body


def to_verify(desk: Page, served: Served, home: tuple[float, float]) -> int:
    """A report in the home grid that the demo worker was sent to verify."""
    lon, lat = home
    words = f"to verify {time.time_ns()}"
    case = send(desk, "/cases", class_code="06010", lon=lon, lat=lat, words=words)["id"]
    (worker,) = ask(served, "SELECT id FROM account WHERE username = 'worker'")
    send(desk, f"/cases/{case}/send_verify", worker=worker)
    return int(case)


def about_to_report(new_page: NewPage, at: tuple[float, float]) -> Page:
    """The form of a report, on a phone that holds all it needs without a network."""
    page = new_page(signed_in_as="worker", width=390, at=at, forgive=GONE)
    page.goto("/phone")
    page.evaluate(UNTIL_KEPT, ["/cases/new", "/cases/unsent"])
    page.goto("/cases/new")
    return page


@pytest.fixture
def home(served: Served) -> tuple[float, float]:
    """The first point of the patrol that is planned for the demo worker."""
    (point,) = ask(
        served,
        """SELECT p.id FROM patrol_point p JOIN patrol t ON t.id = p.patrol_id
           WHERE t.title LIKE '%%今日网格巡查' ORDER BY p.place LIMIT 1""",
    )
    return spot_of(served, "patrol_point", point)


def test_a_worker_without_a_network_reports_verifies_and_patrols_and_all_arrives_once(
    new_page: NewPage, served: Served, home: tuple[float, float], shot: Path
) -> None:
    desk = new_page(signed_in_as="dispatcher")
    desk.goto("/cases")
    case = to_verify(desk, served, home)
    (patrol,) = ask(served, "SELECT id FROM patrol WHERE title LIKE '%%今日网格巡查'")
    page = new_page(signed_in_as="worker", width=390, at=home, forgive=(*GONE, "409"))
    page.goto("/phone")
    page.evaluate(
        UNTIL_KEPT,
        [
            "/maps/layers/grids.json",
            "/cases/new",
            "/cases/unsent",
            f"/cases/{case}",
            f"/patrols/{patrol}",
        ],
    )
    context: BrowserContext = page.context
    context.set_offline(True)
    began = datetime.now(UTC)

    # Report: one tap takes the photo, one says what it is, one sends.
    with page.expect_file_chooser() as chooser:
        page.locator(".nav-main a.nav-report").click()
    chooser.value.set_files(shot)
    expect(page.locator(".shot img")).to_have_count(1)
    page.get_by_text("乱堆杂物").first.click()
    expect(page.locator("[data-place-words]")).to_contain_text("网格")
    page.get_by_role("button", name="上报").click()
    expect(page.locator("[data-unsent-list] li")).to_have_count(1)

    # Verify with a photo, beside the case.
    page.goto(f"/cases/{case}")
    expect(page.locator("[data-kept]")).to_be_visible()
    page.get_by_text("属实", exact=True).first.click()
    form = page.locator("form[data-move=confirm]")
    expect(form.locator("[data-away]")).to_contain_text("可以办理")
    form.locator("input[name=photo]").set_input_files(shot)
    form.locator("button.btn").click()
    expect(page.locator("[data-unsent-list] li")).to_have_count(2)

    # Two points of the patrol, each from where it is; the app sleeps in between.
    points = ask(
        served,
        "SELECT array_agg(id ORDER BY place) FROM patrol_point WHERE patrol_id = %s",
        patrol,
    )[0][:2]
    for point in points:
        stand(page, spot_of(served, "patrol_point", point))
        page.goto(f"/patrols/{patrol}")
        row = page.locator(f"#point-{point}")
        expect(row.locator("[data-away]").first).to_contain_text("可以办理")
        row.get_by_role("button", name="到点打卡").click()
        expect(row.locator("[data-field-kept]")).to_be_visible()
    page.goto("/cases/unsent")
    expect(page.locator("[data-unsent-list] li")).to_have_count(4)
    with page.expect_download() as saved:
        page.locator("[data-export]").click()
    assert "client" not in saved.value.suggested_filename
    ended = datetime.now(UTC)

    context.set_offline(False)
    expect(page.locator("[data-unsent-list] li")).to_have_count(0)
    expect(page.locator("[data-sent-list] li").first).to_contain_text("已送达")
    state, photo_m, phone_m = ask(
        served,
        """SELECT c.state, m.distance_m, m.phone_m FROM case_file c
           JOIN case_media m ON m.case_id = c.id AND m.stage = 'verify' WHERE c.id = %s""",
        case,
    )
    assert (state, photo_m) == ("accepted", None)
    assert phone_m < 50
    for point in points:
        seen, received, count = ask(
            served,
            """SELECT p.visited_at, p.received_at, (SELECT count(*) FROM event e
                   WHERE e.thing_kind = 'patrol_point' AND e.thing_id = p.id AND e.move = 'visit')
               FROM patrol_point p WHERE p.id = %s""",
            point,
        )
        assert began - timedelta(seconds=1) <= seen <= ended <= received + timedelta(seconds=1)
        assert count == 1
    assert ask(served, "SELECT state FROM patrol WHERE id = %s", patrol) == ("started",)


def test_two_versions_stand_side_by_side_and_the_log_says_how_it_was_settled(
    new_page: NewPage, served: Served, home: tuple[float, float]
) -> None:
    (visit,) = ask(
        served,
        """SELECT v.id FROM door_visit v JOIN door d ON d.id = v.door_id
           WHERE v.state = 'due' AND d.label LIKE '%%7号楼%%'""",
    )
    at = ask(
        served,
        """SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(d.geom, 4326) p
           FROM door d JOIN door_visit v ON v.door_id = d.id WHERE v.id = %s) s""",
        visit,
    )
    page = new_page(signed_in_as="worker", width=390, at=at, forgive=(*GONE, "409"))
    page.goto("/phone")
    page.evaluate(UNTIL_KEPT, ["/cases/unsent"])
    page.goto(f"/visits/{visit}")
    context: BrowserContext = page.context
    expect(page.locator("[data-away]").first).to_contain_text("可以办理")
    context.set_offline(True)
    page.get_by_role("button", name="走访完成").click()
    expect(page.locator("[data-field-kept]")).to_be_visible()
    expect(page.locator(f"form[action='/visits/{visit}/done'] button[type=submit]")).to_be_enabled()

    faster = new_page(signed_in_as="leader", width=390, at=at)
    faster.goto(f"/visits/{visit}")
    send(faster, f"/visits/{visit}/knock", base_version=1, note="上午敲门无人")
    context.set_offline(False)
    page.goto("/cases/unsent")
    row = page.locator("[data-unsent-list] li")
    both = row.locator("[data-both]")
    expect(both).to_contain_text("上午敲门无人")
    expect(both).to_contain_text("走访完成")
    assert axe(page) == []
    # Decided while the first version is on its way once more: the answer to that one changes nothing.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/visits/{visit}/done", hold, times=1)
    with page.expect_request(f"**/visits/{visit}/done"):
        page.get_by_role("button", name="立即发送").click()
    row.get_by_role("button", name="按我的办理").click()
    expect(both).to_be_hidden()
    held[0].continue_()
    expect(row).to_have_count(0)
    assert ask(served, "SELECT state FROM door_visit WHERE id = %s", visit) == ("done",)
    assert ask(
        served,
        """SELECT data ->> 'conflict' FROM event
           WHERE thing_kind = 'door_visit' AND thing_id = %s ORDER BY seq DESC LIMIT 1""",
        visit,
    ) == ("mine",)


@pytest.mark.thorough
def test_whoever_keeps_the_other_version_changes_nothing_and_the_log_says_what_was_meant(
    new_page: NewPage, served: Served, home: tuple[float, float], shot: Path
) -> None:
    desk = new_page(signed_in_as="dispatcher")
    desk.goto("/cases")
    case = to_verify(desk, served, home)
    page = new_page(signed_in_as="worker", width=390, at=home, forgive=(*GONE, "409"))
    page.goto("/phone")
    page.evaluate(UNTIL_KEPT, ["/cases/unsent"])
    page.goto(f"/cases/{case}")
    page.context.set_offline(True)
    page.get_by_text("属实", exact=True).first.click()
    form = page.locator("form[data-move=confirm]")
    form.locator("textarea[name=note]").fill("现场确有堆物")
    form.locator("input[name=photo]").set_input_files(shot)
    form.locator("button.btn").click()
    expect(page.locator("[data-unsent-list] li")).to_have_count(1)

    other = new_page(signed_in_as="worker", width=390, at=home)
    other.goto("/cases")
    send(other, f"/cases/{case}/refute", note="路上已无堆物")
    page.context.set_offline(False)
    row = page.locator("[data-unsent-list] li")
    expect(row.locator("[data-both]")).to_contain_text("路上已无堆物")
    row.get_by_role("button", name="保留对方的").click()
    expect(row).to_have_count(0)
    expect(page.locator("[data-sent-list] li").first).to_contain_text("已保留对方的版本")
    assert ask(
        served,
        """SELECT data ->> 'conflict', data ->> 'note' FROM event
           WHERE thing_kind = 'case' AND thing_id = %s ORDER BY seq DESC LIMIT 1""",
        case,
    ) == ("theirs", "现场确有堆物")
    assert ask(
        served,
        "SELECT count(*) FROM event WHERE thing_kind = 'case' AND thing_id = %s AND move = 'confirm'",
        case,
    ) == (0,)


@pytest.mark.thorough
def test_a_voice_note_spoken_without_a_network_arrives_once_and_can_be_heard(
    new_page: NewPage, served: Served, home: tuple[float, float]
) -> None:
    page = about_to_report(new_page, home)
    page.evaluate(
        """() => {
            navigator.mediaDevices.getUserMedia = async () => {
                const air = new AudioContext();
                const voice = air.createOscillator();
                const ear = air.createMediaStreamDestination();
                voice.connect(ear);
                voice.start();
                window.spoken = () => air.currentTime;
                return ear.stream;
            };
        }"""
    )
    expect(page.locator("[data-place-words]")).to_contain_text("网格")
    page.get_by_text("乱堆杂物").first.click()
    place = f"voice {time.time_ns()}"
    page.fill("input[name=where_words]", place)
    page.context.set_offline(True)
    page.get_by_role("button", name="录音").click()
    page.evaluate(
        "async () => { while (!(window.spoken?.() > 0.5)) await new Promise((go) => setTimeout(go, 50)); }"
    )
    page.get_by_role("button", name="停止并保存").click()
    expect(page.locator(".shot audio")).to_have_count(1)
    page.get_by_role("button", name="上报").click()
    expect(page.locator("[data-unsent-list] li")).to_contain_text("1")
    assert ask(served, "SELECT count(*) FROM case_file WHERE where_words = %s", place) == (0,)

    page.context.set_offline(False)
    expect(page.locator("[data-unsent-list] li")).to_have_count(0)
    case, kinds = ask(
        served,
        """SELECT c.id, (SELECT array_agg(f.media_type) FROM case_media m
                   JOIN stored_file f ON f.id = m.file_id WHERE m.case_id = c.id)
           FROM case_file c WHERE c.where_words = %s""",
        place,
    )
    assert [kind.split("/")[0] for kind in kinds] == ["audio"]
    page.goto(f"/cases/{case}")
    sound = page.locator("article.case audio").first
    expect(sound).to_be_visible()
    assert sound.evaluate(
        """async (sound) => {
            sound.load();
            if (sound.readyState < 1) await new Promise((go, no) => { sound.onloadedmetadata = go; sound.onerror = no; });
            return sound.duration > 0;
        }"""
    )


@pytest.mark.thorough
def test_what_was_solved_on_the_spot_without_a_network_arrives_closed(
    new_page: NewPage, served: Served, home: tuple[float, float], shot: Path
) -> None:
    page = about_to_report(new_page, home)
    words = f"solved {time.time_ns()}"
    fill_report(page, shot, words)
    page.get_by_text("已当场处置").first.click()
    page.get_by_role("button", name="上报").click()
    expect(page.locator("[data-error=after]")).to_be_visible()
    page.set_input_files("input[name=after]", shot)
    page.fill("input[name=solved_note]", "已清运")
    page.context.set_offline(True)
    page.get_by_role("button", name="上报").click()
    expect(page.locator("[data-unsent-list] li")).to_have_count(1)

    page.context.set_offline(False)
    expect(page.locator("[data-unsent-list] li")).to_have_count(0)
    state, stages, closings = ask(
        served,
        """SELECT c.state,
                  (SELECT array_agg(m.stage::text ORDER BY m.stage) FROM case_media m WHERE m.case_id = c.id),
                  (SELECT count(*) FROM event e WHERE e.thing_kind = 'case'
                     AND e.thing_id = c.id AND e.move = 'self_close')
           FROM case_file c WHERE c.words = %s""",
        words,
    )
    assert (state, stages, closings) == ("closed", ["after", "found"], 1)


@pytest.mark.thorough
def test_who_signs_out_is_told_what_waits_and_finds_it_again(
    new_page: NewPage, served: Served, home: tuple[float, float], shot: Path
) -> None:
    page = about_to_report(new_page, home)
    words = f"signed out {time.time_ns()}"
    fill_report(page, shot, words)
    page.context.set_offline(True)
    page.get_by_role("button", name="上报").click()
    expect(page.locator("[data-unsent-list] li")).to_have_count(1)

    said: list[str] = []

    def stay(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    def go(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.accept()

    # The report cannot go before the person does: every road of it is closed, the way out is not.
    page.route("**/session", lambda route: route.abort())
    page.context.set_offline(False)
    page.once("dialog", stay)
    page.locator(".menu summary").first.click()
    page.get_by_role("button", name="退出").click()
    expect(page.locator("[data-unsent-list] li")).to_have_count(1)
    assert page.url.endswith("/cases/unsent")
    page.once("dialog", go)
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in")
    assert len(said) == 2
    assert all("1" in each for each in said)
    assert ask(served, "SELECT count(*) FROM case_file WHERE words = %s", words) == (0,)

    page.unroute("**/session")
    page.fill("input[name=username]", "worker")
    page.fill("input[name=password]", served.password("worker"))
    page.locator("form[action*=sign-in] button[type=submit]").first.click()
    page.wait_for_url("**/phone")
    page.goto("/cases/unsent")
    expect(page.locator("[data-sent-list] li").first).to_contain_text("已送达")
    assert ask(served, "SELECT count(*) FROM case_file WHERE words = %s", words) == (1,)


@pytest.mark.thorough
def test_the_photo_of_afterwards_is_taken_over_the_one_of_before(
    new_page: NewPage, served: Served, home: tuple[float, float], shot: Path
) -> None:
    page = new_page(signed_in_as="worker", width=390, at=home)
    page.goto("/cases/new")
    page.set_input_files("input[name=photo]", shot)
    page.get_by_text("乱堆杂物").first.click()
    expect(page.locator("[data-place-words]")).to_contain_text("网格")
    page.get_by_role("button", name="上报").click()
    expect(page.locator("article.case h1")).to_have_text("乱堆杂物")
    page.evaluate(
        """() => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
            const pen = canvas.getContext("2d");
            setInterval(() => { pen.fillStyle = pen.fillStyle === "#000000" ? "#888888" : "#000000"; pen.fillRect(0, 0, 320, 240); }, 40);
            navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
        }"""
    )
    page.get_by_text("自处置结案").first.click()
    form = page.locator("form[data-move=self_close]")
    form.get_by_role("button", name="同角度拍摄").click()
    sheet = page.locator("dialog.same-view")
    expect(sheet.locator("img")).to_be_visible()
    expect(sheet.locator("[data-guide]")).not_to_be_empty()
    sheet.get_by_role("button", name="拍照").click()
    expect(sheet).to_have_count(0)
    form.locator("button.btn[type=submit]").click()
    expect(page.locator("article.case")).to_contain_text("已结案")


@pytest.mark.thorough
def test_the_pages_outdoors_can_be_used_by_everybody(
    new_page: NewPage, home: tuple[float, float]
) -> None:
    page = new_page(signed_in_as="worker", width=390, at=home)
    page.goto("/phone")
    page.get_by_role("link", name="巡查", exact=True).click()
    for address in ("/patrols", "/patrols/new", "/visits", "/visits/new", "/cases/today"):
        page.goto(address)
        expect(page.locator("main h1, main h2").first).to_be_visible()
        assert axe(page) == [], address
    for address in ("/patrols", "/visits"):
        page.goto(address)
        page.locator("main a.line").first.click()
        expect(page.locator("article.case h1")).to_be_visible()
        assert axe(page) == [], page.url
        assert too_wide(page) == 0, page.url
