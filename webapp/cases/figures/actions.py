"""What is done about figures: contested, decided, taken out of the house."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from webapp.base import audit, clock, notices
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.files import StoredFile
from webapp.base.flow import Changed, NotAllowed, Unacceptable
from webapp.base.language import N_
from webapp.cases.figures import periods, queries
from webapp.cases.figures.models import FigureAppeal
from webapp.cases.figures.periods import Span
from webapp.cases.figures.rules import APPEAL_FLOW, AppealState, Division
from webapp.cases.models import Case
from webapp.cases.rules import DEPARTMENT
from webapp.people import queries as people
from webapp.people.models import Account

DECIDERS = ("supervisor",)


def contestable(case: Case, *, by: Actor) -> dict[tuple[str, Division], str]:
    """The figures in which the case counts against `by` or their department, with the object's key."""
    now = clock.now()
    window = periods.window(periods.around(periods.today(now), Span.YEAR), now)
    units = {str(unit) for unit in by.units(DEPARTMENT)}
    mine = {Division.DEPARTMENT: units}
    return {
        pair: key
        for pair, key in queries.objects_of(case.id, window).items()
        if key in mine.get(pair[1], {str(by.id)})
    }


def contest(
    case: Case,
    *,
    kpi: str,
    division: Division,
    reason: str,
    file: StoredFile | None = None,
    by: Actor,
) -> FigureAppeal:
    """The appeal waits for the supervisor, who knows; a case is contested once for each figure."""
    key = contestable(case, by=by).get((kpi, division))
    if key is None or by.id is None:
        raise NotAllowed(_l("This case does not count against you in this figure."))
    body = division is Division.DEPARTMENT
    appeal = FigureAppeal(
        case_id=case.id,
        kpi=kpi,
        division=division,
        unit_id=int(key) if body else None,
        account_id=None if body else int(key),
        reason=reason,
        file_id=file.id if file else None,
        state=AppealState.FILED,
        version=1,
        filed_by_id=by.id,
        filed_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(appeal)
            db.session.flush()
    except IntegrityError as error:
        raise Changed(_l("This was contested already.")) from error
    APPEAL_FLOW.begin(appeal, "contest", by=by, data={"kpi": kpi, "case": case.number})
    _tell(
        appeal, case, people.holders_everywhere(DECIDERS), N_("A figure is contested: %(number)s")
    )
    return appeal


def grant(appeal: FigureAppeal, *, by: Actor, note: str | None, **moved: Any) -> None:
    """From now on the case is no part of this figure of the object; how it counted before is kept."""
    _decide(appeal, "grant", by, note, N_("Your appeal was granted: %(number)s"), moved)


def refuse(appeal: FigureAppeal, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The case counts as before."""
    _decide(appeal, "refuse", by, note, N_("Your appeal was refused: %(number)s"), moved)


def note_export(*, by: Actor, what: dict[str, Any]) -> None:
    """The log knows who took which figures out of the house."""
    account = db.session.get(Account, by.id)
    if account is None:
        raise NotAllowed(_l("Please sign in first."))
    lock(account)
    audit.record(kind="figures", thing_id=account.id, move="export", by=by, data=what)


def _decide(
    appeal: FigureAppeal,
    name: str,
    by: Actor,
    note: str | None,
    words: str,
    moved: dict[str, Any],
) -> None:
    if appeal.filed_by_id == by.id:
        raise Unacceptable(_l("Nobody decides about their own appeal."))
    data = {"note": note, "kpi": appeal.kpi}
    APPEAL_FLOW.move(appeal, name, by=by, evidence={"note": note}, data=data, **moved)
    appeal.decided_by_id, appeal.decided_at, appeal.decision = by.id, clock.now(), note
    db.session.flush()
    _tell(appeal, appeal.case, [appeal.filed_by_id], words)


def _tell(appeal: FigureAppeal, case: Case, to: Any, words: str) -> None:
    notices.notify(
        to,
        words,
        url=f"/figures/appeals/{appeal.id}",
        number=case.number,
    )
