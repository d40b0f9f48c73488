"""Demo safety: enterprises of the geodata, what is dangerous in them, hidden dangers at every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from webapp.base import clock, files
from webapp.base.files import StoredFile
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.rules import CameraStatus
from webapp.monitoring.safety import actions, queries
from webapp.monitoring.safety.dangers import actions as dangers
from webapp.monitoring.safety.dangers.rules import DangerKind, Level
from webapp.monitoring.safety.forms import (
    LicenceForm,
    PointForm,
    ProcedureForm,
    SafetyForm,
)
from webapp.monitoring.safety.inspections import (
    actions as inspections,
    by_the_clock as planning,
    queries as plans,
)
from webapp.monitoring.safety.inspections.actions import Seen
from webapp.monitoring.safety.inspections.rules import Answer
from webapp.monitoring.safety.models import Profile
from webapp.monitoring.safety.rules import LicenceKind, PointKind, Risk, Trade
from webapp.monitoring.sensors import queries as sensors
from webapp.operation import scenes, sensor_story
from webapp.operation.cast import actor
from webapp.people import days, queries as people
from webapp.people.actors import Person
from webapp.people.models import Enterprise

NOTE = "【示例】风险等级、风险点和证照均为示例，非真实企业信息"


@dataclass(frozen=True)
class Firm:
    """An enterprise of the demo: its hazard points as (kind, name, amount, unit), and days until licences end."""

    trade: Trade
    risk: Risk
    people: int
    points: Sequence[tuple[PointKind, str, float, str]]
    licences: Sequence[tuple[LicenceKind, int]]


FIRMS: dict[str, Firm] = {
    "志成水产有限公司": Firm(
        Trade.COLD_STORE,
        Risk.ORANGE,
        120,
        (
            (PointKind.AMMONIA, "【示例】氨制冷机房", 6, "t"),
            (PointKind.CONFINED, "【示例】污水处理池", 1, "处"),
        ),
        ((LicenceKind.EQUIPMENT, 25), (LicenceKind.OPERATOR, 200), (LicenceKind.FOOD, 400)),
    ),
    "华润化学": Firm(
        Trade.CHEMICAL,
        Risk.RED,
        300,
        (
            (PointKind.TANK, "【示例】原料罐区", 1200, "m³"),
            (PointKind.CHEMICALS, "【示例】甲类仓库", 80, "t"),
        ),
        ((LicenceKind.PRODUCTION, 300), (LicenceKind.CHEMICALS, 55)),
    ),
    "中节能万润": Firm(
        Trade.CHEMICAL,
        Risk.RED,
        450,
        ((PointKind.CHEMICALS, "【示例】危化品库", 60, "t"),),
        ((LicenceKind.PRODUCTION, 500),),
    ),
    "九目化学": Firm(
        Trade.CHEMICAL,
        Risk.ORANGE,
        180,
        ((PointKind.TANK, "【示例】溶剂储罐", 300, "m³"),),
        ((LicenceKind.PRODUCTION, -6),),
    ),
    "华润锦纶": Firm(
        Trade.MACHINERY,
        Risk.YELLOW,
        260,
        ((PointKind.PRESSURE, "【示例】蒸汽锅炉", 2, "台"),),
        ((LicenceKind.EQUIPMENT, 90),),
    ),
    "万顺新材料": Firm(
        Trade.MACHINERY, Risk.YELLOW, 150, ((PointKind.DUST, "【示例】打磨车间", 1, "处"),), ()
    ),
    "烟台蓬友商贸有限公司": Firm(
        Trade.RETAIL,
        Risk.BLUE,
        35,
        ((PointKind.CROWD, "【示例】卖场", 400, "人"),),
        ((LicenceKind.FOOD, 20), (LicenceKind.FIRE, 700)),
    ),
}


@dataclass(frozen=True)
class Trouble:
    """A hidden danger of the demo: found so many days ago, and how many steps it has gone since."""

    firm: str
    kind: DangerKind
    level: Level
    words: str
    scene: str
    days: int
    steps: int


# Profiles are there since so many days; one of them was inspected less often since then.
SINCE_DAYS = 370
SEEN_BY_MONITORING = "华润锦纶"

TROUBLES = (
    Trouble(
        "志成水产有限公司",
        DangerKind.REFRIGERATION,
        Level.MAJOR,
        "【示例】氨机房应急喷淋阀门锈死",
        "fire",
        9,
        1,
    ),
    Trouble(
        "华润化学",
        DangerKind.CHEMICALS,
        Level.GENERAL,
        "【示例】罐区围堰内堆放杂物",
        "rubbish",
        3,
        1,
    ),
    Trouble(
        "九目化学", DangerKind.PAPERS, Level.GENERAL, "【示例】安全生产许可证过期未换", "sign", 1, 0
    ),
    Trouble(
        "华润锦纶",
        DangerKind.EQUIPMENT,
        Level.GENERAL,
        "【示例】锅炉压力表未按期校验",
        "lamp",
        5,
        2,
    ),
    Trouble(
        "烟台蓬友商贸有限公司",
        DangerKind.ESCAPE,
        Level.GENERAL,
        "【示例】卖场疏散通道被货架占用",
        "stall",
        20,
        3,
    ),
)


def tell() -> int:
    """The profiles are there; answers how many are new."""
    officer = actor("safety")
    if queries.listed(officer, today=days.today()).rows:
        return 0
    with clock.at(clock.now() - timedelta(days=SINCE_DAYS)):
        made = {
            name: _profile(
                next(iter(people.enterprises(officer, words=name, limit=1).rows)), said, officer
            )
            for name, said in FIRMS.items()
        }
    _inspected(made[SEEN_BY_MONITORING], officer)
    for place, trouble in enumerate(TROUBLES):
        _danger(made[trouble.firm], trouble, place, officer)
    with clock.at(clock.now() - timedelta(hours=6)):
        planning.keep_plan()
    return len(made)


def _inspected(profile: Profile, officer: Person) -> None:
    """Planned a good year ago, and inspected once where twice would have been usual."""
    with clock.at(clock.now() - timedelta(days=SINCE_DAYS - 1)):
        made = inspections.plan([profile], days.today())[0]
    items, _own = plans.items(Trade(profile.trade))
    fine = {place: Seen(Answer.OK, None, None) for place in range(len(items))}
    with clock.at(clock.now() - timedelta(days=SINCE_DAYS // 2)):
        inspections.hand_in(
            made,
            items,
            fine,
            note=None,
            lonlat=profile.enterprise.lonlat,
            base_version=None,
            by=officer,
        )


def _danger(profile: Profile, said: Trouble, place: int, officer: Person) -> None:
    """A hidden danger that went as far as its story says; a day between its steps."""
    leader = actor("street")

    def photo(by: Person, *, solved: bool) -> StoredFile:
        return files.keep_picture(scenes.photo(said.scene, seed=700 + place, solved=solved), by=by)

    begun = clock.now() - timedelta(days=said.days)
    with clock.at(begun):
        found = dangers.Found(said.kind, said.level, said.words)
        danger = dangers.find(found, photo(officer, solved=False), profile=profile, by=officer)
    if said.steps > 0:
        with clock.at(begun + timedelta(hours=2)):
            until = days.first_day(begun) + timedelta(days=7)
            name = profile.enterprise.name
            dangers.order(
                danger,
                responsible=name,
                due_on=until,
                measures="【示例】立即整改并留存照片",
                by=officer,
            )
    if said.steps > 1:
        with clock.at(begun + timedelta(days=1)):
            fixed = photo(officer, solved=True)
            dangers.rectify(danger, fixed, note="【示例】已完成整改", by=officer)
    if said.steps > 2:
        with clock.at(begun + timedelta(days=2)):
            grid = profile.enterprise.grid
            watcher = actor(grid.display_code.lower()) if grid and grid.display_code else officer
            dangers.recheck(danger, photo(leader, solved=True), by=watcher)
            dangers.clear(danger, by=leader)


def _profile(firm: Enterprise, said: Firm, officer: Person) -> Profile:
    form = SafetyForm(
        trade=said.trade, risk=said.risk, people=said.people, officer="安全总监", note=NOTE
    )
    profile = actions.take_in(firm, form, by=officer)
    for kind, name, amount, unit in said.points:
        point = actions.add_point(
            profile, PointForm(kind=kind, name=name, amount=amount, unit=unit), by=officer
        )
        for device in _devices(firm, kind, officer):
            actions.watch(profile, point, device, by=officer)
    if said.trade is Trade.COLD_STORE:
        step = ProcedureForm(procedure="【示例】加氨作业", words="两人在场，穿防护服，风向标可见。")
        actions.add_procedure(profile, step, by=officer)
    for paper, left in said.licences:
        until = days.today() + timedelta(days=SINCE_DAYS + left)
        number = f"示例-{profile.id}-{paper}"
        held = LicenceForm(licence=paper, number=number, expires_on=until)
        actions.add_licence(profile, held, None, by=officer)
    return profile


def _devices(firm: Enterprise, kind: PointKind, officer: Person) -> list[str]:
    """What watches a hazard point: the detectors of ammonia, else the nearest camera that is online."""
    if kind is PointKind.AMMONIA:
        known = [sensors.of_source(sensor_story.CODE, code) for code in ("nh3-1", "nh3-2")]
        return [f"sensor:{each.id}" for each in known if each is not None]
    offered = [value for value, _name in queries.devices_near(officer, firm)]
    near = [value for value in offered if value.startswith("camera:")]
    return [value for value in near if _online(value)][:1]


def _online(device: str) -> bool:
    camera = cameras.one(int(device.partition(":")[2]))
    return camera is not None and camera.status == CameraStatus.ONLINE
