"""Seen as people see it: an elder's line on paper becomes something that is built, a household leaves clean
land behind, a grid is handed on with its brief; nobody else reads any of it, and no log says whose it was.

The three stories are walked on one house of their own, one after another. `SHOWN` names a folder for
the pictures of what was seen.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, Response, expect
from sqlalchemy import make_url

from tests import databases
from tests.browser import NewPage, axe, code_sent, deed, picture, too_wide
from tests.community.photographs import DIM, FINE, Picture, paper_of, photographed, written
from tests.relocation.estate import picture as blank
from tests.servers import Served, ask, running
from webapp.community.opinions.book import layout
from webapp.community.opinions.rules import OpinionKind
from webapp.operation import scenes
from webapp.services.applications.papers import font

pytestmark = [pytest.mark.thorough, pytest.mark.walk]

SHOWN = os.environ.get("SHOWN")

ELDER, ELDERS_PHONE = "示例老人", "13866660001"
WISH = "北门坡道陡，想装一道扶手"
HEAD, HEADS_PHONE, OLD_ADDRESS = "示例户主", "13866660002", "海新路旧址7号"
AMOUNT = "386,500.00"
# Who lives in the four homes of the first block of the demo.
AT_HOME = ("+8613800001000", "+8613800001010", "+8613800001020")


@dataclass
class Walked:
    """The house, and each address of staff at which somebody stood."""

    house: Served
    seen: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def served(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A house of its own: what happens here leaves no trace in the one of other tests."""
    instance = tmp_path_factory.mktemp("seen")
    url = databases.clone_with_demo(cluster_url, "seen", instance)
    with running(url, instance) as house:
        yield house
    databases.drop(cluster_url, "seen")


@pytest.fixture(scope="module")
def walked(served: Served) -> Walked:
    return Walked(served)


def noted(walked: Walked, story: str, page: Page) -> Page:
    """The addresses at which this page stands from now on belong to the story."""
    kept = walked.seen.setdefault(story, [])

    def came(answer: Response) -> None:
        request = answer.request
        path = answer.url.removeprefix(walked.house.url)
        if request.is_navigation_request() and answer.status == 200 and path not in kept:
            kept.append(path)

    page.on("response", came)
    return page


def show(page: Page, name: str) -> None:
    """The page is in order, and its picture is taken where somebody wants it."""
    page.wait_for_load_state()
    assert axe(page) == [], name
    assert too_wide(page) <= 0, name
    if SHOWN:
        picture(page, Path(SHOWN) / f"seen-{name}.png", full_page=True)


def state_of(page: Page) -> Locator:
    """The first chip below the title: where the thing stands."""
    return page.locator("#main .chip").first


def soon(**later: float) -> str:
    """A moment as a field of a browser takes it."""
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(**later):%Y-%m-%dT%H:%M}"


def day(**later: float) -> str:
    """A day as a field of a browser takes it."""
    return soon(**later)[:10]


def by_hand(paper: Picture, line: int, words: str, contact: str) -> Picture:
    """The paper with a line in a hand that is not quite steady."""
    drawn = Image.fromarray(paper)
    random = np.random.default_rng(7)
    for area, said, size in (
        (layout.words(line), words, 62),
        (layout.contact(line), contact, 40),
    ):
        x, y = (area.x + 3) * FINE, (area.y + 4) * FINE
        for letter in said:
            tile = Image.new("L", (size * 2, size * 2), 0)
            ImageDraw.Draw(tile).text((size // 2, size // 3), letter, fill=255, font=font(size))
            tile = tile.rotate(float(random.normal(0, 5)), resample=Image.Resampling.BICUBIC)
            wide = ImageDraw.Draw(tile).textlength(letter, font=font(size))
            if x + wide > (area.x + area.w - 3) * FINE:
                x, y = (area.x + 3) * FINE, y + size * 1.2
            at = (round(x) - size // 2, round(y + float(random.normal(0, 3))) - size // 3)
            drawn.paste(50, at, tile)
            x += wide + float(random.uniform(1, 6))
    return np.array(drawn)


def resident(new_page: NewPage, served: Served, phone: str, page_to: str, **how: Any) -> Page:
    """Somebody who has signed in by the code on their phone."""
    page = new_page(width=390, **how)
    page.goto(f"/sign-in/phone?next={page_to}")
    page.locator("#main [name=phone]").fill(phone.removeprefix("+86"))
    page.locator("#main form button").first.click()
    page.locator("#main [name=code]").fill(code_sent(page, served, phone))
    page.locator("#main form button").first.click()
    page.wait_for_url(f"**{page_to}")
    return page


def photo(solved: bool) -> bytes:
    return scenes.photo("road", seed=3, solved=solved).getvalue()


def test_a_line_on_paper_becomes_something_that_is_built(
    new_page: NewPage, served: Served, walked: Walked
) -> None:
    worker = noted(walked, "paper", new_page(signed_in_as="worker", width=390))
    opinion = _from_paper(worker)
    leader = noted(walked, "paper", new_page(signed_in_as="leader", width=1440))
    leader.goto(opinion)
    deed(leader, "/to_topic", note="北门坡道要不要加装一道扶手")
    show(leader, "opinion-desk-zh")
    leader.locator("a[href^='/topics/']").first.click()
    topic = leader.url.removeprefix(served.url)
    deed(leader, "/screen", note="多位老人提过，值得大家商量")
    deed(
        leader,
        "/set_level",
        level="楼栋议事",
        building="【示例】1号楼",
        procedure="居民议事（按户）",
    )
    deed(leader, "/announce", meeting_at=soon(days=1), meeting_place="【示例】网格议事厅")
    deed(leader, "/meet", words="【示例】大家都同意装，担心占道")
    deed(leader, "/draft", words="在北门坡道东侧装一道不锈钢扶手")
    deed(leader, "/open_vote", closes_at=soon(days=2), online=True, secret=False)
    expect(state_of(leader)).to_have_text("表决中")
    show(leader, "topic-desk-zh")
    _voted(new_page, served, worker, leader, topic)
    leader.goto(topic)
    deed(leader, "/count")
    expect(state_of(leader)).to_have_text("决议公示")
    show(leader, "tally-desk-zh")
    ask(
        served,
        "UPDATE topic SET publicised_on = publicised_on - 9, publicised_until = publicised_until - 9"
        " WHERE state = 'publicised' RETURNING id",
    )
    leader.goto(topic)
    deed(leader, "/carry_out")
    deed(leader, "/item")
    leader.locator("a[href^='/livelihood/']").first.click()
    item = leader.url.removeprefix(served.url)
    street = noted(walked, "paper", new_page(signed_in_as="street", width=1440))
    _built(street, item)
    _accepted(new_page, served, item)
    street.goto(item)
    deed(street, "/accept")
    expect(state_of(street)).to_have_text("居民已验收")
    show(street, "item-desk-zh")


def _from_paper(worker: Page) -> str:
    """A page of the book is printed, filled in, photographed and confirmed; the address of the opinion."""
    worker.goto("/opinions/book")
    show(worker, "book-phone-zh")
    token = worker.locator("meta[name=csrf-token]").get_attribute("content")
    grid = worker.locator("[name=grid]").input_value()
    printed = worker.request.post(
        "/opinions/book/pages", form={"csrf_token": token or "", "grid": grid, "many": "1"}
    )
    assert printed.headers["content-type"] == "application/pdf"
    paper = written(paper_of(printed.body()), {}, {2: OpinionKind.SUGGESTION})
    filled = by_hand(paper, 2, WISH, f"{ELDER} {ELDERS_PHONE}")
    taken = photographed(filled, DIM).getvalue()
    if SHOWN:
        small = cv2.imdecode(np.frombuffer(taken, np.uint8), cv2.IMREAD_GRAYSCALE)
        halved = cv2.resize(small, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(Path(SHOWN) / "seen-paper.png"), halved)
    deed(worker, "/photos", photo=taken)
    expect(worker.locator(".written li")).to_have_count(1)
    show(worker, "page-phone-zh")
    worker.get_by_role("link", name="确认这一行").click()
    worker.wait_for_load_state()
    expect(worker.locator("[name=kind]")).to_have_value("suggestion")
    form = re.search(r"/opinions/book/lines/\d+$", worker.url)
    assert form
    show(worker, "line-phone-zh")
    deed(
        worker,
        form[0],
        words=WISH,
        theme="养老助老",
        name=ELDER,
        contact=ELDERS_PHONE,
    )
    worker.locator(".written a[href^='/opinions/']").click()
    worker.wait_for_load_state()
    return worker.url


def _voted(new_page: NewPage, served: Served, worker: Page, leader: Page, topic: str) -> None:
    """Two homes vote on their phones, the other two on a sheet that one enters and two confirm."""
    for phone, locale in ((AT_HOME[1], "zh_CN"), (AT_HOME[2], "en")):
        voter = resident(new_page, served, phone, f"/public{topic}", locale=locale)
        show(voter, f"vote-phone-{locale[:2]}")
        voter.locator("[name=choice][value=yes]").check()
        voter.locator("form[action$='/vote'] button").click()
        expect(voter.locator(".receipt-code")).to_be_visible()
        show(voter, f"receipt-phone-{locale[:2]}")
    leader.goto(f"{topic}/roll?missing=1")
    show(leader, "roll-desk-zh")
    left = leader.locator(".roll-number").all_inner_texts()
    assert len(left) == 2
    worker.goto(f"{topic}/paper")
    deed(
        worker,
        "/paper",
        yes_numbers=left[0],
        abstain_numbers=left[1],
        photo=scenes.paper().getvalue(),
    )
    show(worker, "sheet-phone-zh")
    street = new_page(signed_in_as="street", width=1440)
    for witness in (leader, street):
        witness.goto(f"{topic}/paper")
        deed(witness, "/witness")
    expect(street.locator(".sheet-card .chip")).to_have_text("已计入")
    show(street, "sheet-desk-zh")


def _built(street: Page, item: str) -> None:
    street.goto(item)
    deed(street, "/screen")
    department = street.locator("form[action$='/choose'] [name=unit] option").nth(1).text_content()
    deed(street, "/choose", unit=department, due_on=day(days=60), note="居民议事会表决")
    deed(street, "/fund", cost="12800", paid_from="【示例】为民实事专项")
    deed(street, "/build", photo=photo(False))
    for _stone in range(street.locator(".stones form").count()):
        street.locator(".stones form button").first.click()
        street.wait_for_load_state()
    deed(street, "/finish", photo=photo(True))
    expect(state_of(street)).to_have_text("已完工，待居民验收")


def _accepted(new_page: NewPage, served: Served, item: str) -> None:
    """Three residents of the place look at it and accept it."""
    for number, phone in enumerate(AT_HOME):
        locale = "en" if number == 2 else "zh_CN"
        looks = resident(new_page, served, phone, f"/public{item}", locale=locale)
        if number:
            show(looks, f"review-phone-{locale[:2]}")
        deed(looks, "/review")
        if number == 2:
            show(looks, "item-phone-en")


def test_a_household_goes_from_survey_to_clean_land_that_is_handed_over(
    new_page: NewPage, served: Served, walked: Walked
) -> None:
    (key,) = ask(served, "SELECT id FROM project WHERE name = '河海新能源'")
    phone = noted(walked, "land", new_page(signed_in_as="team2re", width=390))
    phone.goto(f"/projects/{key}/relocation")
    show(phone, "empty-board-phone-zh")
    phone.goto(f"/projects/{key}/relocation/new")
    deed(
        phone,
        "/relocation",
        name=HEAD,
        phone=HEADS_PHONE,
        address=OLD_ADDRESS,
        size_m2="300",
        house_m2="86",
        provenance="【示例】入户摸底表",
    )
    here = phone.url
    deed(phone, "/survey", house_m2="86.5", greenhouse_m2="0", land_m2="300", file=blank())
    deed(phone, "/value", amount="371000", file=blank())
    deed(phone, "/post", days="7")
    expect(state_of(phone)).to_have_text("公示中")
    show(phone, "posted-phone-zh")
    ask(
        served,
        "UPDATE relocation_household SET posted_on = posted_on - 9, posted_until = posted_until - 9"
        " WHERE address = %s RETURNING id",
        OLD_ADDRESS,
    )
    phone.goto(here)
    deed(phone, "/negotiate")
    owner = phone.locator("form[action$='/promises'] [name=owner] option").nth(1).text_content()
    deed(
        phone,
        "/promises",
        kind="找房子",
        words="【示例】找一套离医院近的过渡房",
        owner=owner,
        due_on=day(days=12),
        blocks=True,
    )
    show(phone, "household-phone-zh")
    deed(phone, "/sign", amount="386500", file=blank())
    deed(phone, "/pay", amount="386500", words="【示例】一卡通记录")
    promise = re.search(r"/promises/\d+", phone.content())
    assert promise
    deed(phone, promise[0], words="【示例】已搬进过渡房")
    deed(phone, "/move_out", words="【示例】季翔社区3号楼")
    deed(phone, "/clear", file=blank())
    desk = noted(walked, "land", new_page(signed_in_as="lead2", width=1440, forgive=("422",)))
    desk.goto(f"/projects/{key}")
    deed(desk, "/hand_over", note="【示例】现场核验")
    expect(desk.locator("[role=alert].told")).to_contain_text("地块")
    show(desk, "not-yet-desk-zh")
    desk.goto(here)
    deed(desk, "/verify", words="【示例】现场无遗留")
    deed(desk, "/reveal", purpose="核对材料")
    expect(desk.get_by_text(AMOUNT).first).to_be_visible()
    show(desk, "household-desk-zh")
    desk.goto(here)
    deed(desk, "/close")
    desk.goto(f"/projects/{key}/relocation")
    show(desk, "board-desk-zh")
    _levelled(new_page, served, walked, key)
    desk.goto(f"/projects/{key}")
    deed(desk, "/hand_over", note="【示例】净地现场核验无误")
    expect(state_of(desk)).to_have_text("净地已交付")
    show(desk, "handed-over-desk-zh")
    english = new_page(signed_in_as="lead2", width=390, locale="en")
    for name, path in (
        ("household-phone-en", here),
        ("board-phone-en", f"/projects/{key}/relocation"),
        ("project-phone-en", f"/projects/{key}"),
    ):
        english.goto(path)
        show(english, name)


def _levelled(new_page: NewPage, served: Served, walked: Walked, key: int) -> None:
    """Whoever surveys says that each parcel is level; the leader accepts them."""
    surveyor = noted(walked, "land", new_page(signed_in_as="team2la", width=1440))
    leader = noted(walked, "land", new_page(signed_in_as="lead2", width=1440))
    surveyor.goto(f"/projects/{key}/ground")
    show(surveyor, "ground-desk-zh")
    parcels = surveyor.locator("#main a[href^='/parcels/']").evaluate_all(
        "links => [...new Set(links.map((link) => link.getAttribute('href')))]"
    )
    for path in parcels:
        surveyor.goto(path)
        if surveyor.locator("form[action$='/finish']").count():
            deed(surveyor, "/surveys", percent="100")
            deed(surveyor, "/finish")
        leader.goto(path)
        if leader.locator("form[action$='/accept']").count():
            deed(leader, "/accept")
    show(leader, "parcel-desk-zh")


def test_a_grid_is_handed_on_with_its_brief(
    new_page: NewPage, served: Served, walked: Walked
) -> None:
    """Who watched the grid of the first story leaves; somebody else reads what is open, and signs."""
    (post,) = ask(
        served,
        "SELECT p.id FROM post p JOIN account a ON a.id = p.account_id"
        " WHERE a.username = 'worker' AND p.role = 'grid_worker' AND upper(p.valid) IS NULL",
    )
    (taker,) = ask(
        served,
        "SELECT a.username FROM account a JOIN post p ON p.account_id = a.id JOIN grid g"
        " ON g.id = p.grid_id WHERE p.role = 'grid_worker' AND g.kind = 'village' LIMIT 1",
    )
    admin = new_page(signed_in_as="admin", width=1440)
    admin.goto(f"/people/posts/{post}/rotation")
    deed(admin, "/rotation", to=taker)
    admin.wait_for_url("**/people/hand-overs/*")
    paper = admin.url.removeprefix(served.url)
    giver = new_page(signed_in_as="worker", width=390)
    giver.goto(paper)
    deed(giver, "/give", note="【示例】1号楼钥匙在便利店，老人耳背要敲重一点")
    fresh = new_page(signed_in_as=taker, width=390)
    fresh.goto(paper)
    for title in ("待走访家庭", "待回复民意", "网格议事议题", "网格为民实事"):
        expect(fresh.get_by_role("heading", name=title)).to_be_visible()
    show(fresh, "brief-phone-zh")
    deed(fresh, "/take")
    fresh.locator("a[href^='/topics/']").first.click()
    expect(fresh.locator("h1")).to_be_visible()
    fresh.goto("/opinions")
    expect(fresh.locator("#found")).to_contain_text(WISH)
    desk = new_page(signed_in_as=taker, width=1440, locale="en")
    desk.goto(paper)
    show(desk, "brief-desk-en")
    gone = new_page(signed_in_as="worker", width=390, forgive=("403",))
    gone.goto("/opinions")
    expect(gone.locator("#main")).not_to_contain_text(WISH)


def test_nobody_else_reads_any_of_it(new_page: NewPage, served: Served, walked: Walked) -> None:
    """Each address of the two stories, tried by whoever has not signed in, by a resident, and by the
    worker of another grid: it is refused, or says nothing of theirs."""
    paper, land = walked.seen["paper"], walked.seen["land"]
    assert min(len(paper), len(land)) >= 8, walked.seen
    page_of_book = next(path for path in paper if path.startswith("/opinions/book/pages/"))
    topic = next(path for path in paper if re.fullmatch(r"/topics/\d+", path))
    paper += [f"{page_of_book}.pdf", f"{topic}/invitations"]
    (neighbour,) = ask(
        served,
        "SELECT a.username FROM account a JOIN post p ON p.account_id = a.id JOIN grid g"
        " ON g.id = p.grid_id WHERE p.role = 'grid_worker' AND g.name = '季翔社区二网格' LIMIT 1",
    )
    readers = {
        "nobody": new_page(width=390),
        "a resident": new_page(signed_in_as="seeker", width=390),
        "a neighbour": new_page(signed_in_as=neighbour, width=390),
    }
    secrets = {
        "paper": (ELDER, ELDERS_PHONE, WISH),
        "land": (HEAD, HEADS_PHONE, OLD_ADDRESS, AMOUNT, "示*****爷"),
    }
    for story, paths in walked.seen.items():
        for path in paths:
            for who, page in readers.items():
                answer = page.request.get(path, max_redirects=0)
                said = answer.text() if answer.ok else ""
                told = [each for each in secrets[story] if each in said]
                assert not told, f"{who} reads {told} at {path}"
                if who == "nobody" or re.search(r"/\d+", path):
                    assert not answer.ok, f"{who} may see {path}"


# What people and programs say on the way in, of which no log may keep a word.
SECRET = "zz-secret-of-a-program"
SAID, CALLER, ID_NUMBER = "示例报告里的话", "13866660003", "370602195103022776"


def test_no_log_says_whose_it_was(
    new_page: NewPage, served: Served, walked: Walked, cluster_url: str
) -> None:
    """Neither of the stories, nor of what is sent beside them: rightly, wrongly, or by a program."""
    visitor = new_page(width=390)
    worker = new_page(signed_in_as="worker", width=390)
    for path in (
        f"/open311/v2/requests.json?api_key={SECRET}",
        f"/people/{SECRET}",
        f"/calendar/{SECRET}.ics",
        f"/feeds/area/{SECRET}.rss",
        f"/follow/{SECRET}",
        f"/people/link/{SECRET}",
        f"/nearest?q={SAID}",
        f"/residents?q={ID_NUMBER}",
    ):
        for page in (visitor, worker):
            page.request.get(path, headers={"Authorization": f"Bearer {SECRET}"})
    token = worker.request.get("/phone").text()
    found = re.search(r'name="csrf-token" content="([^"]+)"', token)
    assert found
    for path, form in (
        ("/sign-in", {"username": CALLER, "password": SECRET}),
        ("/sign-in/phone", {"phone": CALLER, "code": SECRET}),
        ("/cases/new", {"words": SAID, "class_code": "06010", "lon": "x", "name": HEAD}),
        ("/opinions/new", {"words": SAID, "contact": CALLER, "grid": "x"}),
        ("/open311/v2/requests.json", {"api_key": SECRET, "phone": CALLER, "description": SAID}),
        ("/households/1/residents", {"name": HEAD, "id_number": ID_NUMBER, "phone": CALLER}),
    ):
        worker.request.post(path, form={"csrf_token": found[1], **form}, max_redirects=0)
    logs = [*served.instance.rglob("*.log"), *_of_the_database(cluster_url)]
    assert {"web.log", "worker.log"} <= {each.name for each in logs}
    secrets = (ELDER, ELDERS_PHONE, WISH, HEAD, HEADS_PHONE, OLD_ADDRESS, "386500", SAID, CALLER)
    secrets += (ID_NUMBER, SECRET, served.password("worker"), found[1])
    secrets += tuple(each.removeprefix("+86") for each in AT_HOME)
    told = []
    for log in logs:
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            # What stands for the way to a phone writes texts where we read them.
            if re.search(r"wangge\.notices|\bto \+86\d+: ", line):
                continue
            told += [f"{log.name}: {each} in {line[:200]}" for each in secrets if each in line]
    assert told == []


def _of_the_database(cluster_url: str) -> list[Path]:
    """What the database server of the tests writes down."""
    return [*Path(str(make_url(cluster_url).query["host"])).rglob("*.log")]
