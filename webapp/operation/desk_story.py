"""Demo of the desk: phrases of all, a kept filter, a shift that was handed over."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock
from webapp.cases.desk import actions, queries, shifts
from webapp.cases.desk.forms import Wish
from webapp.cases.desk.rules import Light
from webapp.operation.cast import actor
from webapp.people.actors import Person

PHRASES = (
    "【示例】请尽快到场处置并拍照反馈",
    "【示例】经核实不属本街道管辖，已告知上报人",
    "【示例】位置不清，请补充照片和具体地点",
    "【示例】请先设置警示标志，再行处置",
)


def tell() -> None:
    """The demo of the desk is there; what is there already stays."""
    dispatcher, shift = actor("dispatcher"), actor("shift")
    if queries.phrases(shift):
        return
    for words in PHRASES:
        actions.add_phrase(words=words, shared=True, by=shift)
    actions.keep_filter(Wish(light=Light.LATE), name="超期案件", by=dispatcher)
    _tell_shift(dispatcher, shift)


def _tell_shift(giver: Person, taker: Person) -> None:
    now = clock.now()
    with clock.at(now - timedelta(hours=6)):
        paper = shifts.prepare(by=giver)
        note = "【示例】北侧工地渣土车较多，请留意道路遗撒"
        shifts.give(paper, note=note, taker=taker.id, by=giver)
    with clock.at(now - timedelta(hours=6) + timedelta(minutes=5)):
        shifts.take(paper, note=None, taker=None, by=taker)
