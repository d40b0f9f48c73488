"""Demo opinions: two said at the door, one of them replied to, one online, one on paper, one by phone."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock
from webapp.base.spatial import to_lonlat
from webapp.community.livelihood.rules import Category
from webapp.community.opinions import actions, queries
from webapp.community.opinions.forms import SayForm
from webapp.community.opinions.rules import ENTERED, OpinionKind, SaidHow
from webapp.grids import queries as grids
from webapp.operation import book_story
from webapp.operation.cast import actor
from webapp.services.applications import queries as applications

# What is said over the year, in which grids: theme, words, in how many of them.
YEAR = (
    (Category.GROUND, "【示例】巷口路面坑洼，下雨积水", 7),
    (Category.PARKING, "【示例】晚上没有地方停车", 6),
    (Category.ENVIRONMENT, "【示例】垃圾桶满了没人清", 5),
    (Category.ELDERLY, "【示例】希望多设一处老年餐桌", 4),
    (Category.CULTURE, "【示例】健身器材坏了两件", 2),
)


def tell() -> int:
    """The opinions of the worker's grid are there where none were; answers how many are new."""
    worker, resident = actor("worker"), actor("resident1")
    if queries.listed(worker).rows:
        return 0
    home = next(grid for grid in grids.living() if grid.id in worker.grids(("grid_worker",)))
    version = grids.version_of(home)
    if version is None:
        return 0
    middle = version.shape.representative_point()
    lon, lat = to_lonlat(middle.x, middle.y)

    def said(kind: OpinionKind, theme: Category, words: str) -> SayForm:
        return SayForm(kind=kind, theme=theme, words=words, lon=lon, lat=lat)

    now = clock.now()
    with clock.at(now - timedelta(days=3)):
        bench = said(OpinionKind.SUGGESTION, Category.ELDERLY, "【示例】楼下想要一条长椅")
        first = actions.enter(bench, by=worker)
    with clock.at(now - timedelta(days=2)):
        actions.answer(first, note="【示例】已报社区，下月统一安装", by=worker)
        lamp = said(OpinionKind.COMPLAINT, Category.GROUND, "【示例】3号楼旁路灯不亮")
        actions.enter(lamp, by=worker)
    with clock.at(now - timedelta(days=1)):
        charge = said(OpinionKind.SUGGESTION, Category.PARKING, "【示例】希望增加电动车充电口")
        actions.say(charge, by=resident)
        book_story.tell(home, (lon, lat), worker)
        aid = said(OpinionKind.HELP, Category.ELDERLY, "【示例】家中老人满八十岁，想领高龄津贴")
        asked = actions.enter(aid.model_copy(update={"how": SaidHow.PHONE}), by=worker)
        actions.to_application(asked, service="MZ04", by=worker)
        made = next((each for each in applications.listed(worker).rows if each.number), None)
        if made is not None:
            wants = said(OpinionKind.HELP, Category.WORK, f"【示例】想办理{made.item.name}")
            heard = actions.enter(wants.model_copy(update={"how": SaidHow.BOX}), by=worker)
            actions.to_application(
                heard, service=made.item.item.code, number=made.number, by=worker
            )
    return 5 + (made is not None) + _over_the_year()


def _over_the_year() -> int:
    """Opinions of other grids in other months, written down and replied to; answers how many."""
    living, street, number = grids.living(), actor("street"), 0
    shapes = {version.grid_id: version.shape for version in grids.active_versions()}
    for step, (theme, words, many) in enumerate(YEAR):
        for _each in range(many):
            spot = shapes[living[(number * 7 + step) % 24].id].representative_point()
            lon, lat = to_lonlat(spot.x, spot.y)
            said = SayForm(
                kind=OpinionKind.SUGGESTION,
                theme=theme,
                words=words,
                lon=lon,
                lat=lat,
                how=ENTERED[number % len(ENTERED)],
            )
            with clock.at(clock.now() - timedelta(days=12 + number * 13)):
                opinion = actions.enter(said, by=street)
                actions.answer(opinion, note="【示例】已转网格办理", by=street)
            number += 1
    return number
