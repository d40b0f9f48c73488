"""Demo appeals against figures, one that waits and one granted; and the first look at the pictures."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock, files
from webapp.cases import queries as cases
from webapp.cases.figures import actions, queries
from webapp.cases.figures.rules import Division
from webapp.cases.honesty import actions as honesty
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.operation import scenes
from webapp.operation.cast import actor
from webapp.people.actors import Person

FIGURE = ("in_time_dispose_rate", Division.DEPARTMENT)


def tell() -> int:
    """The demo appeals are there where none were, and every picture was looked at.

    Answers how many appeals are new.
    """
    honesty.look(limit=1000)
    honesty.draw()
    judge, handler = actor("supervisor"), actor("handler")
    if queries.appeals(judge).rows or queries.appeals(judge, decided=True).rows:
        return 0
    closed = cases.listed(judge, states=[State.CLOSED], limit=200)
    ours = [case for case in closed if FIGURE in actions.contestable(case, by=handler)][:2]
    for place, case in enumerate(ours):
        _contest(case, handler, judge, granted=place == 1)
    return len(ours)


def _contest(case: Case, handler: Person, judge: Person, *, granted: bool) -> None:
    """The department could not come to the place, and shows why; the supervisor may see it so."""
    since = case.closed_at or case.received_at
    step = (clock.now() - since) / 3
    with clock.at(since + step):
        picture = scenes.photo("sign", seed=97, solved=False)
        appeal = actions.contest(
            case,
            kpi=FIGURE[0],
            division=FIGURE[1],
            reason="【示例】当日该路段因抢修封闭，无法进场，附现场告示照片。",
            file=files.keep_picture(picture, by=handler),
            by=handler,
        )
    if granted:
        with clock.at(since + min(2 * step, step + timedelta(days=1))):
            actions.grant(appeal, by=judge, note="【示例】封路属实，予以剔除。")
