"""Who made way long ago is erased: names, phones, words and pages; areas, amounts and days stay for the figures."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, delete, update

from webapp.base import audit, clock, tasks
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.relocation import erasing_queries as queries
from webapp.relocation.models import (
    Dispute,
    HelpPromise,
    Paper,
    PaperPage,
    RelocationErasureRule,
    RelocationHousehold,
    Talk,
)
from webapp.relocation.rules import RELOCATION_FLOW

BATCH = 500


@tasks.task("relocation.erase", cron="20 18 * * *")
def erase_by_night() -> None:
    """What is due is erased, as much of it as one night holds."""
    erase()


def erase(limit: int = BATCH) -> int:
    """Households whose time is over say no more who they were; answers how many.

    The files of their pages go with the next nights, which destroy what nobody names. The log
    keeps that there was a household under this number.
    """
    years = queries.years()
    keys = queries.due(years, limit)
    if not keys:
        return 0
    these = RelocationHousehold.id.in_(keys)
    now = clock.now()
    # First that they are erased: only then does the database let go of what it keeps.
    db.session.execute(
        update(RelocationHousehold)
        .where(these)
        .values(name="", phone=None, address=None, erased_at=now)
    )
    papers, disputes = queries.papers_of(keys), queries.disputes_of(keys)
    db.session.execute(delete(PaperPage).where(PaperPage.paper_id.in_(papers)))
    db.session.execute(update(Paper).where(Paper.id.in_(papers)).values(words=None))
    db.session.execute(
        update(Talk).where(Talk.dispute_id.in_(disputes)).values(present="", words="")
    )
    db.session.execute(update(Dispute).where(Dispute.id.in_(disputes)).values(words=""))
    ended: ColumnElement[str | None] = case((HelpPromise.ended_words.is_(None), None), else_="")
    db.session.execute(
        update(HelpPromise)
        .where(HelpPromise.household_id.in_(keys))
        .values(words="", ended_words=ended)
    )
    audit.record_all([(RELOCATION_FLOW.kind, key, "erase", {"years": years}) for key in keys])
    db.session.expire_all()
    return len(keys)


def set_rule(*, years: int, by: Actor) -> RelocationErasureRule:
    """Households are erased so many years after they were closed, from the next night on."""
    rule = RelocationErasureRule(years=years, account_id=by.id, at=clock.now())
    db.session.add(rule)
    db.session.flush()
    audit.record(
        kind="relocation_erasure_rule", thing_id=rule.id, move="set", by=by, data={"years": years}
    )
    return rule
