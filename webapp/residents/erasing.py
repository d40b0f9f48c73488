"""Whoever moved away long ago is erased: the person, what they belonged to, and at last the household."""

from __future__ import annotations

from sqlalchemy import delete

from webapp.base import audit, clock, tasks
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.residents import details, erasing_queries as queries
from webapp.residents.detail_models import ResidentDetail
from webapp.residents.models import (
    HomeVisit,
    Household,
    KeyFlag,
    Resident,
    ResidentErasure,
    ResidentErasureRule,
)

BATCH = 2000


@tasks.task("residents.erase", cron="10 18 * * *")
def erase_by_night() -> None:
    """What is due is erased, as much of it as one night holds."""
    erase()
    details.erase_due()


def erase(limit: int = BATCH) -> tuple[int, int]:
    """Residents whose time is over are gone, and households that nobody is left of; answers how many of each.

    The log keeps that there was somebody under this number, and says nothing else of them.
    """
    years = queries.years()
    people = queries.due_residents(years, limit)
    db.session.execute(delete(KeyFlag).where(KeyFlag.resident_id.in_(people)))
    db.session.execute(delete(ResidentDetail).where(ResidentDetail.resident_id.in_(people)))
    db.session.execute(delete(Resident).where(Resident.id.in_(people)))
    homes = queries.forsaken_households(years, limit)
    db.session.execute(delete(HomeVisit).where(HomeVisit.household_id.in_(homes)))
    db.session.execute(delete(Household).where(Household.id.in_(homes)))
    audit.record_all(
        [("resident", key, "erase", {"years": years}) for key in people]
        + [("household", key, "erase", {"years": years}) for key in homes]
    )
    if people or homes:
        db.session.add(
            ResidentErasure(
                at=clock.now(), years=years, residents=len(people), households=len(homes)
            )
        )
    db.session.flush()
    return len(people), len(homes)


def set_rule(*, years: int, by: Actor) -> ResidentErasureRule:
    """Whoever moved away is erased so many years later, from the next night on."""
    rule = ResidentErasureRule(years=years, account_id=by.id, at=clock.now())
    db.session.add(rule)
    db.session.flush()
    audit.record(
        kind="resident_erasure_rule", thing_id=rule.id, move="set", by=by, data={"years": years}
    )
    return rule
