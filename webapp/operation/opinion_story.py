"""Demo opinions: two said at the door, one of them replied to, one online, one from the book on paper."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock
from webapp.base.spatial import to_lonlat
from webapp.community.livelihood.rules import Category
from webapp.community.opinions import actions, queries
from webapp.community.opinions.forms import SayForm
from webapp.community.opinions.rules import OpinionKind
from webapp.grids import queries as grids
from webapp.operation import book_story
from webapp.operation.cast import actor


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
    return 4
