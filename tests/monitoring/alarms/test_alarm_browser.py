"""What is told rings at the desks until one has seen it, and on the phone of whoever is asked to go."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from urllib.request import Request, urlopen

from playwright.sync_api import Route, expect

from tests import databases
from tests.brokers import soon
from tests.browser import NewPage, axe
from tests.servers import Served, ask

# Notes which tones begin, and how loud it is on the way to the loudspeaker.
LISTEN = """
window.heard = { starts: 0, loudest: 0, state: "" };
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  heard.starts += 1;
  return start.apply(this, when);
};
const gain = AudioContext.prototype.createGain;
AudioContext.prototype.createGain = function () {
  const made = gain.call(this);
  const tap = this.createAnalyser();
  const samples = new Float32Array(tap.fftSize);
  made.connect(tap);
  const listen = () => {
    tap.getFloatTimeDomainData(samples);
    heard.loudest = Math.max(heard.loudest, ...samples);
    heard.state = this.state;
    setTimeout(listen, 20);
  };
  listen();
  return made;
};
"""
SOUNDS = "heard.state === 'running' && heard.starts > 0 && heard.loudest > 0.05"


def test_what_begins_at_one_desk_rings_at_another_until_somebody_has_seen_it(
    new_page: NewPage,
) -> None:
    # A browser of its own: one in which somebody has heard something may let a page sound untouched.
    other = new_page(signed_in_as="dispatcher", width=1440, color_scheme="light")
    other.add_init_script(LISTEN)
    other.goto("/figures")
    corner = other.locator("#alarm-corner .ringing")
    expect(corner).to_have_count(0)

    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto("/alarms/drill")
    expect(desk.locator("input[name=lon]")).not_to_have_value("")
    assert axe(desk) == []
    desk.get_by_label("演练情景").fill("冷库液氨泄漏")
    desk.get_by_role("button", name="开始演练").click()
    expect(desk.locator(".drill-band")).to_be_visible()
    expect(desk.locator(".alarm-spot")).to_be_attached()
    assert axe(desk) == []

    expect(corner).to_contain_text("氨泄漏")
    expect(corner).to_contain_text("演练")
    off = corner.get_by_role("button", name="声音已关闭")
    expect(off).to_be_visible()
    assert axe(other) == []
    # One touch, and it sounds: the context runs and what goes to the loudspeaker is loud.
    off.click()
    soon(lambda: other.evaluate(SOUNDS), "nothing sounds")
    expect(off).to_be_hidden()
    # The page is opened anew: the browser keeps it quiet until it is touched, and the page says so.
    other.reload()
    blocked = corner.get_by_text("浏览器暂不允许播放声音")
    expect(blocked).to_be_visible()
    assert other.evaluate("heard.starts") == 0
    assert axe(other) == []
    corner.click(position={"x": 4, "y": 4})
    soon(lambda: other.evaluate(SOUNDS), "nothing sounds")
    expect(blocked).to_be_hidden()
    other.keyboard.press("q")
    expect(corner).to_have_count(0)
    expect(desk.locator("#alarm-corner .ringing")).to_have_count(0)

    desk.get_by_role("link", name="事件、升级步骤与电话").click()
    expect(desk.locator("#ladder li").first).to_be_visible()
    assert axe(desk) == []
    desk.goto("/alarms/board")
    expect(desk.locator("path.camera-sector").first).to_be_attached()
    expect(desk.locator("#wall-live .alarm-row").first).to_be_visible()
    assert axe(desk) == []


def not_yet(served: Served, incident: int) -> None:
    """Whoever was asked has five minutes more, and the ladder waits as long: the test looks around meanwhile."""
    ask(
        served,
        "UPDATE ladder_step SET due_at = due_at + interval '5 min' WHERE incident_id = %s AND done_at IS NULL;"
        " UPDATE assignment SET answer_by = answer_by + interval '5 min' WHERE ended_at IS NULL AND taken_at IS NULL"
        " AND case_id = (SELECT case_id FROM incident WHERE id = %s) RETURNING id",
        incident,
        incident,
    )


def test_the_phone_of_whoever_is_asked_rings_and_they_say_how_far_they_are(
    new_page: NewPage,
) -> None:
    served = new_page.served
    words = ("sources", "add", "fence", "--format", "generic")
    key = databases.flask(served.database_url, *words).split()[-1]
    tell(served, key, "over-the-fence")
    asked = (
        "SELECT a.username FROM alarm l JOIN incident i ON i.id = l.incident_id"
        " JOIN assignment s ON s.case_id = i.case_id AND s.ended_at IS NULL"
        " JOIN account a ON a.id = s.account_id WHERE l.own_id = 'over-the-fence'"
    )
    username = soon(lambda: ask(served, asked), "nobody is asked")[0]

    # Whoever has the incident open sees what joins it, and what is seen, without asking anew.
    number = ask(served, "SELECT incident_id FROM alarm WHERE own_id = 'over-the-fence'")[0]
    not_yet(served, number)
    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto(f"/alarms/incidents/{number}")
    rows = desk.locator("#alarms .alarm-row")
    expect(rows).to_have_count(1)
    tell(served, key, "through-the-gate")
    expect(rows).to_have_count(2)
    expect(desk.locator("#alarms-title + .num")).to_have_text("2")
    desk.get_by_role("button", name="全部确认").click()
    tell(served, key, "over-the-roof")
    expect(rows).to_have_count(3)
    expect(desk.get_by_role("button", name="全部确认")).to_be_visible()
    assert axe(desk) == []

    phone = new_page(signed_in_as=username, width=390, service_workers="block")
    # The script that shows the corner comes last, as over a slow network.
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    phone.route("**/alarms/bell.js*", hold)
    phone.goto("/phone", wait_until="domcontentloaded")
    corner = phone.locator("#alarm-corner")
    expect(corner).to_contain_text("请您出警")
    expect(corner).to_be_hidden()
    for each in late:
        each.continue_()
    expect(corner).to_be_visible()
    expect(corner.locator(".clock")).to_have_text(re.compile(r"^\d:\d\d$"))
    assert axe(phone) == []
    corner.get_by_role("button", name="签收").click()
    expect(phone.get_by_role("button", name="我已出发")).to_be_visible()
    # Its scripts are there: what is pressed before may be forgotten.
    phone.wait_for_load_state()
    phone.get_by_role("button", name="我已出发").click()
    expect(phone.get_by_role("button", name="我已出发")).to_have_count(0)
    phone.get_by_role("button", name="我已到场").click()
    # Raised, acknowledged at the desk, offered, accepted, on the way, arrived.
    expect(phone.locator(".stages li.done")).to_have_count(6)
    expect(phone.get_by_role("button", name="我已到场")).to_have_count(0)
    assert axe(phone) == []


def tell(served: Served, key: str, name: str) -> None:
    """A machine says that somebody climbed over the fence."""
    signal = {
        "id": name,
        "ts": datetime.now(UTC).isoformat(),
        "kind": "intrusion",
        "state": "raise",
        "lon": 121.06,
        "lat": 37.67,
    }
    request = Request(
        f"{served.url}/api/v1/intake/generic",
        json.dumps(signal).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=30) as answer:
        assert answer.status == 202
