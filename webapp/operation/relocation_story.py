"""Demo relocation: a coast park whose 25 households are gone, a park by a river where they are under way."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from math import sqrt

from PIL import Image
from shapely import Polygon, box, prepare

from webapp.base import clock
from webapp.base.spatial import shape_of
from webapp.people import actors, days
from webapp.people.actors import Person
from webapp.projects import queries as projects
from webapp.projects.models import Project
from webapp.projects.rules import TeamRole
from webapp.relocation import actions, papers, promises, queries
from webapp.relocation.forms import HouseholdForm, PromiseEndForm, PromiseForm, TalkForm
from webapp.relocation.models import RelocationHousehold
from webapp.relocation.papers import Kept, Said
from webapp.relocation.rules import DisputeKind, PromiseKind

SOURCE = "【示例】户数与大棚面积据2022年新闻报道，各户情况由演示数据生成"

COAST, RIVER = "东岛咀海岸公园", "九曲河公园"

STEMS = "甲乙丙丁戊己庚辛壬癸"
COUNT = "一二三四五六"

# So far apart (metres) lie parcels, and so large are they (m²).
APART_M, PARCEL_M2 = 28.0, 400.0

# The straight way, and how many days after the move before each is made.
STEPS = {
    "survey": 3,
    "value": 5,
    "post": 2,
    "negotiate": 8,
    "sign": 9,
    "pay": 5,
    "move_out": 6,
    "clear": 4,
    "verify": 3,
    "close": 2,
}

# Households that go together: how many, steps made, how many days slower each step was, house and greenhouse (m²).
COAST_LOTS = ((9, 10, 0, 80.0, 240.0), (8, 10, 0, 70.0, 240.0), (8, 10, 1, 110.0, 0.0))
RIVER_LOTS = (
    (2, 8, 0, 80.0, 160.0),
    (3, 6, 0, 90.0, 0.0),
    (2, 5, 1, 70.0, 220.0),
    (4, 4, 1, 80.0, 180.0),
    (2, 3, 1, 110.0, 0.0),
    (2, 2, 3, 90.0, 150.0),
    (1, 1, 6, 60.0, 320.0),
)

Lots = Sequence[tuple[int, int, int, float, float]]


@dataclass(frozen=True)
class _Cast:
    team: Person
    lead: Person
    file: Kept


def tell() -> int:
    """The households are there; answers how many are new."""
    coast, river = projects.named(COAST), projects.named(RIVER)
    if coast is None or river is None or _known(coast):
        return 0
    file = papers.keep(_blank(), by=None)
    today = days.start_of(days.today()) + timedelta(hours=9)
    gone = _told(coast, COAST_LOTS, today - timedelta(days=200), _cast(coast, file))
    cast = _cast(river, file)
    moving = _told(river, RIVER_LOTS, today - timedelta(days=51), cast)
    _stuck(moving, today, cast)
    _promised(moving, today, cast)
    return len(gone) + len(moving)


def _cast(project: Project, file: Kept) -> _Cast:
    member = next(each for each in project.team if each.role == TeamRole.RELOCATION)
    team, lead = actors.person(member.account_id), actors.person(project.leader_id)
    if team is None or lead is None:
        raise LookupError("somebody of the demo team is missing")
    return _Cast(team, lead, file)


def _told(project: Project, lots: Lots, at: datetime, cast: _Cast) -> list[RelocationHousehold]:
    """The households of a project are listed together, and go their way lot by lot."""
    made = _listed(project, lots, at, cast)
    first = 0
    for many, steps, slower, house_m2, greenhouse_m2 in lots:
        measured = Said(
            house_m2=house_m2,
            greenhouse_m2=greenhouse_m2,
            land_m2=PARCEL_M2,
            words="【示例】入户丈量",
        )
        lot = made[first : first + many]
        _led(lot, at + timedelta(days=3), tuple(STEPS)[:steps], slower, measured, cast)
        first += many
    return made


def _known(project: Project) -> bool:
    return bool(queries.figures(project.id))


def _blank() -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (420, 594), "white").save(body, "PNG")
    return body.getvalue()


def _listed(project: Project, lots: Lots, at: datetime, cast: _Cast) -> list[RelocationHousehold]:
    places = _parcels(project)
    saids: list[tuple[HouseholdForm, Polygon]] = []
    for many, _steps, _slower, house_m2, greenhouse_m2 in lots:
        for ground in islice(places, many):
            place = len(saids)
            said = HouseholdForm(
                name=f"示例户主·{STEMS[place % 10]}{COUNT[place // 10]}",
                phone=f"1380001{1000 + place}",
                address=f"【示例】养殖区{place + 1}号",
                size_m2=PARCEL_M2,
                house_m2=house_m2,
                greenhouse_m2=greenhouse_m2,
                provenance=SOURCE,
            )
            saids.append((said, ground))
    with clock.at(at):
        return actions.write(project, saids, by=cast.team)


def _parcels(project: Project) -> Iterator[Polygon]:
    """Squares in rows on the site, none of which reaches over its border."""
    site = shape_of(project.sites[0].geom)
    prepare(site)
    west, south, east, north = site.bounds
    half = sqrt(PARCEL_M2) / 2
    y = south + APART_M
    while y < north:
        x = west + APART_M
        while x < east:
            ground = box(x - half, y - half, x + half, y + half)
            if site.contains(ground):
                yield ground
            x += APART_M
        y += APART_M


def _led(
    lot: Sequence[RelocationHousehold],
    at: datetime,
    steps: Sequence[str],
    slower: int,
    measured: Said,
    cast: _Cast,
) -> None:
    """A lot of households has made these steps together, each so many days slower than usual."""
    said = {
        "survey": measured,
        "value": Said(amount=Decimal(286_000), words="【示例】评估报告", file=cast.file),
        "post": Said(days=7, words="【示例】村务公开栏张贴"),
        "sign": Said(amount=Decimal(298_000), words="【示例】征迁协议", file=cast.file),
        "pay": Said(amount=Decimal(298_000), words="【示例】一卡通发放记录"),
        "move_out": Said(words="【示例】安置小区"),
        "clear": Said(words="【示例】大棚已拆除", file=cast.file),
        "verify": Said(words="【示例】现场核验无遗留"),
    }
    for name in steps:
        at += timedelta(days=STEPS[name] + slower)
        by = cast.lead if name in ("verify", "close") else cast.team
        with clock.at(at):
            actions.step_all(lot, name, said.get(name, Said()), by=by)


def _stuck(moving: Sequence[RelocationHousehold], today: datetime, cast: _Cast) -> None:
    """One household does not agree and is being mediated, another has just said no."""
    mediated, refusing = (
        each for each in moving if each.state == "negotiating" and each.number in (8, 9)
    )
    with clock.at(today - timedelta(days=9)):
        said = Said(words="【示例】对大棚评估金额有异议")
        actions.step_all([mediated], "dispute", said, by=cast.team, dispute=DisputeKind.AMOUNT)
        actions.step_all([mediated], "mediate", Said(), by=cast.team)
        talk = TalkForm(
            held_on=days.today(),
            present="【示例】户主、村书记、人民调解员",
            words="【示例】请评估机构复核大棚骨架价格，一周后再议",
        )
        promises.write_talk(mediated, talk, by=cast.team)
    with clock.at(today - timedelta(days=2)):
        said = Said(words="【示例】要求先落实过渡住房")
        actions.step_all([refusing], "dispute", said, by=cast.team, dispute=DisputeKind.HOME)


def _promised(moving: Sequence[RelocationHousehold], today: datetime, cast: _Cast) -> None:
    """Promises that are kept, due, and late; one of them is what the last household waits for."""
    told = (
        (0, PromiseKind.MOVING, "【示例】协调两辆货车和搬运人手", 20, 6, False, True),
        (8, PromiseKind.HOME, "【示例】落实一套过渡住房", 12, 9, True, False),
        (11, PromiseKind.GREENHOUSE, "【示例】在芦洋南养殖区另找育苗大棚用地", 20, 45, True, False),
        (13, PromiseKind.PAPERS, "【示例】代办宅基地确权补证", 25, 38, True, False),
    )
    team_id = cast.team.id
    if team_id is None:
        raise LookupError("the team has no account")
    for place, kind, words, ago, due_in, blocks, kept in told:
        with clock.at(today - timedelta(days=ago)):
            said = PromiseForm(
                kind=kind,
                words=words,
                owner=team_id,
                due_on=days.today() + timedelta(days=due_in),
                blocks=blocks,
            )
            promise = promises.make(moving[place], said, by=cast.team)
        if kept:
            with clock.at(today - timedelta(days=ago - due_in)):
                done = PromiseEndForm(kept=True, words="【示例】当天搬完")
                promises.end(moving[place], promise, done, by=cast.team)
