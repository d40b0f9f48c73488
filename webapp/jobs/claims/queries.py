"""Questions about claims."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.jobs.claims.models import Claim
from webapp.jobs.claims.rules import ClaimState
from webapp.people.models import Enterprise

_WHOLE = (joinedload(Claim.account), joinedload(Claim.grid), joinedload(Claim.employer))


def claim(claim_id: int) -> Claim | None:
    """A claim with who made it."""
    return db.session.scalar(select(Claim).options(*_WHOLE).where(Claim.id == claim_id))


def of_account(account_id: int | None, limit: int = 20) -> list[Claim]:
    """What somebody has claimed, the newest first."""
    found = select(Claim).where(Claim.account_id == account_id)
    return list(db.session.scalars(found.order_by(Claim.id.desc()).limit(limit)))


def waiting(who: Actor, limit: int = 100) -> list[Claim]:
    """The claims that wait for a decision of somebody, the oldest first."""
    found = select(Claim).where(
        Claim.state == ClaimState.WAITING, visible(Claim, who, "jobs.claim_decide")
    )
    return list(db.session.scalars(found.order_by(Claim.id).limit(limit)))


def count_waiting(account_id: int | None) -> int:
    """How many claims of an account wait."""
    found = select(func.count()).where(
        Claim.account_id == account_id, Claim.state == ClaimState.WAITING
    )
    return db.session.scalar(found) or 0


def known_as(claim: Claim) -> Enterprise | None:
    """The enterprise that is meant: of the same code, or of the same name and without a code."""
    by_code = select(Enterprise).where(Enterprise.credit_code == claim.credit_code)
    found = db.session.scalar(by_code)
    if found is not None:
        return found
    by_name = select(Enterprise).where(
        Enterprise.name == claim.name,
        Enterprise.credit_code.is_(None),
        Enterprise.closed_at.is_(None),
    )
    return db.session.scalar(by_name.order_by(Enterprise.id).limit(1))
