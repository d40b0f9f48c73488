"""Demo sheets of the hotline: one at each part of its life; and the orders that are due by then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from webapp.base import clock
from webapp.cases.appeals import actions, queries
from webapp.cases.appeals.models import Appeal
from webapp.cases.appeals.rules import AppealKind
from webapp.cases.supervision import actions as supervision
from webapp.operation.cast import actor
from webapp.people.actors import Person


@dataclass(frozen=True)
class Sheet:
    """What somebody called for, how many steps have been taken, and whether they stay unknown."""

    kind: AppealKind
    words: str
    where: str
    steps: int
    confidential: bool = False


SHEETS = (
    Sheet(AppealKind.COMPLAINT, "小区东侧夜间施工噪声扰民", "季翔社区东门", 7),
    Sheet(AppealKind.HELP, "路灯不亮，老人出行不便", "恒祥社区南路", 3),
    Sheet(AppealKind.COMPLAINT, "门口长期占道经营", "中心大街市场口", 4, confidential=True),
    Sheet(AppealKind.SUGGESTION, "建议在站台增设座椅", "芦洋公交站", 0),
)


def tell() -> int:
    """The demo sheets are there where none were; answers how many are new."""
    if queries.by_sheet_no(_number(1)) is not None:
        return 0
    desk, shift, handler = (actor(name) for name in ("acceptor", "shift", "handler"))
    start = clock.now() - timedelta(days=3)
    for place, sheet in enumerate(SHEETS, start=1):
        with clock.at(start + timedelta(hours=place)):
            appeal = actions.receive(
                sheet_no=_number(place),
                kind=sheet.kind,
                source="12345",
                words=f"【示例】{sheet.words}",
                where_words=sheet.where,
                confidential=sheet.confidential,
                caller_name="来电人（示例）",
                caller_phone="13800000000",
                by=desk,
                received_at=clock.now(),
            )
        for hour, step in enumerate(_steps(appeal, desk, shift, handler)[: sheet.steps], start=1):
            with clock.at(start + timedelta(hours=place + 6 * hour)):
                step()
    supervision.give_by_itself()
    return len(SHEETS)


def _steps(
    appeal: Appeal, desk: Person, shift: Person, handler: Person
) -> list[Callable[[], None]]:
    unit = next(iter(handler.held[0].units))
    return [
        lambda: actions.classify(appeal, by=desk, categories=["城乡建设", "市容环境"]),
        lambda: actions.assign(appeal, by=desk, unit=unit, note="【示例】请按时限答复"),
        lambda: actions.accept(appeal, by=handler),
        lambda: actions.reply(appeal, by=handler, note="【示例】已到场处置", contacted=True),
        lambda: actions.approve(appeal, by=shift),
        lambda: actions.content(appeal, by=desk, solved=True, note="【示例】来电人表示满意"),
    ]


def _number(place: int) -> str:
    return f"DEMO-12345-{place:04}"
