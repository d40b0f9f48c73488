"""Demo activities: seventy heart talks and ten activities that took place, and three that are ahead."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.base import clock, files
from webapp.base.spatial import to_lonlat
from webapp.community.activities import actions, queries
from webapp.community.activities.forms import PlanForm
from webapp.community.activities.rules import ActivityKind
from webapp.grids import queries as grids
from webapp.operation import scenes
from webapp.operation.cast import actor
from webapp.people import days
from webapp.people.actors import Person

TALKS = 70
TALKED = (
    ("新就业青年谈心", "【示例】谈工作和租房，已转介就业岗位"),
    ("回迁居民谈心", "【示例】谈新家的生活，约定下月再访"),
    ("独居老人谈心", "【示例】谈身体和吃饭，已联系幸福食堂"),
    ("商户谈心", "【示例】谈停车和招牌，已记入民意簿"),
    ("在职党员谈心", "【示例】谈双报到，认领两件微心愿"),
)
OPEN = (
    (ActivityKind.CULTURE, "广场舞联谊", "社区小广场", 60),
    (ActivityKind.VOLUNTEER, "海岸清洁日", "海岸公园北口", 40),
    (ActivityKind.LESSON, "反诈知识课堂", "社区党群服务站", 50),
    (ActivityKind.HEALTH, "义诊进社区", "社区卫生室", 80),
    (ActivityKind.NEIGHBOURS, "邻里百家宴", "睦邻小院", 100),
)
HELD, AHEAD = 10, 3


def tell() -> int:
    """The talks and activities are there where none were; answers how many are new."""
    street, worker = actor("street"), actor("worker")
    if queries.counts(street):
        return 0
    plans = _Plans(worker)
    made = actions.plan(plans.talks(), by=street)
    actions.hold_all(made, [TALKED[at % len(TALKED)][1] for at in range(TALKS)], by=street)
    over = actions.plan(plans.open(HELD, ahead=False), by=street)
    helper = actor("resident1")
    for each in over:
        with clock.at(each.begin):
            actions.sign_up(each, volunteer=True, by=helper)
            actions.come(each, by=helper)
    actions.hold_all(over, ["【示例】居民踊跃参加，秩序良好"] * HELD, by=street)
    photo = files.keep_picture(scenes.photo("road", seed=3, solved=True), by=street)
    actions.add_photo(over[0], photo, by=street)
    for each in actions.plan(plans.open(AHEAD, ahead=True), by=worker):
        actions.sign_up(each, volunteer=False, by=helper)
    return TALKS + HELD + AHEAD


class _Plans:
    """What is planned, in one grid after another; what is ahead in the grid of the worker."""

    def __init__(self, worker: Person) -> None:
        held = worker.grids(("grid_worker",))
        versions = sorted(grids.active_versions(), key=lambda each: each.grid_id not in held)
        inside = (each.shape.representative_point() for each in versions)
        self.spots = [to_lonlat(each.x, each.y) for each in inside]

    def talks(self) -> list[PlanForm]:
        """Seventy talks, one every second day."""
        return [
            self._said(
                number,
                ActivityKind.TALK,
                TALKED[number % len(TALKED)][0],
                "居民家中",
                _at(-150 + number * 2, 15),
            )
            for number in range(TALKS)
        ]

    def open(self, many: int, *, ahead: bool) -> list[PlanForm]:
        """So many activities for everybody, each week one."""
        forms = []
        for number in range(many):
            kind, title, place, capacity = OPEN[number % len(OPEN)]
            begin = _at(3 + number * 7 if ahead else -90 + number * 7, 9)
            said = self._said(0 if ahead else number * 7, kind, title, place, begin)
            forms.append(said.model_copy(update={"capacity": capacity}))
        return forms

    def _said(
        self, number: int, kind: ActivityKind, title: str, place: str, begin: datetime
    ) -> PlanForm:
        lon, lat = self.spots[number % len(self.spots)]
        return PlanForm(
            kind=kind,
            title=f"【示例】{title}",
            words=f"【示例】{title}：请准时参加，有事请与网格员联系。",
            place=f"【示例】{place}",
            begin=begin,
            end=begin + timedelta(hours=2),
            lon=lon,
            lat=lat,
        )


def _at(day: int, hour: int) -> datetime:
    """An hour of the office, so many days from today."""
    return days.start_of(days.today() + timedelta(days=day)) + timedelta(hours=hour)
