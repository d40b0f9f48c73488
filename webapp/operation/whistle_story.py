"""Demo whistles: one that departments are answering now, and one that ended well."""

from __future__ import annotations

from datetime import datetime

from webapp.base import audit, clock
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.cases.whistles import actions, queries
from webapp.cases.whistles.models import Whistle
from webapp.cases.whistles.rules import WhistleKind
from webapp.operation.cast import actor
from webapp.people.actors import Person

# Departments by the user names of their demo handlers: who leads, who is called as well.
LEAD, HELPER = "handler", "d13"


def tell() -> int:
    """The demo whistles are blown where none were; answers how many are new."""
    shift = actor("shift")
    if queries.listed(shift).rows or queries.listed(shift, ended=True).rows:
        return 0
    handled = sorted(cases.listed(shift, states=[State.PROCESSING]), key=_last)
    if len(handled) < 2:
        return 0
    _tell_ended(handled[0], shift)
    _tell_running(handled[-1])
    return 2


def _tell_running(case: Case) -> None:
    """Blown a while ago; one department is there, the other is awaited."""
    moments = _moments(case)
    with clock.at(moments[0]):
        running = _blow(case, WhistleKind.EMERGENCY, "【示例】临街墙体开裂，请到场会商")
    with clock.at(moments[1]):
        _come(running, LEAD)


def _tell_ended(case: Case, shift: Person) -> None:
    """Everybody came, there was a plan and a result, and whoever blew was content."""
    moments, lead = _moments(case), actor(LEAD)
    with clock.at(moments[0]):
        done = _blow(case, WhistleKind.TOUGH, "【示例】占道摊点反复出现，请共同研究")
    with clock.at(moments[1]):
        _come(done, LEAD)
        _come(done, HELPER)
    with clock.at(moments[2]):
        actions.meet(done, by=lead)
        actions.agree(done, by=lead, note="【示例】划定疏导点，早晚错时巡查")
        actions.execute(done, by=lead)
    with clock.at(moments[3]):
        actions.report_result(done, by=lead, note="【示例】摊点已进入疏导点")
        actions.rate(done, by=shift, rating=5, note="【示例】到场及时")
        actions.close(done, by=shift)


def _last(case: Case) -> datetime:
    event = audit.last("case", case.id)
    return event.at if event else case.received_at


def _moments(case: Case) -> list[datetime]:
    """Four moments after what was last done to the case, the last of them not in the future."""
    since = _last(case)
    step = (clock.now() - since) / 5
    return [since + step * n for n in range(1, 5)]


def _blow(case: Case, kind: WhistleKind, words: str) -> Whistle:
    lead, helper = (_department(actor(name)) for name in (LEAD, HELPER))
    made = actions.blow(case, kind=kind, lead=lead, units=[helper], words=words, by=actor("shift"))
    return queries.one(made.id) or made


def _come(whistle: Whistle, username: str) -> None:
    who = actor(username)
    call = next(each for each in whistle.calls if each.unit_id == _department(who))
    lonlat = whistle.case.lonlat or (None, None)
    actions.report_in(call, by=who, lon=lonlat[0], lat=lonlat[1], accuracy_m=12.0)


def _department(who: Person) -> int:
    return next(iter(who.held[0].units))
